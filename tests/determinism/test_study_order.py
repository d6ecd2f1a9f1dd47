"""The files of a study are the same bytes, whoever computed them and in whatever order."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sim.study.executor import Crew
from tests.book import Book
from tests.unit.study import toy

PART = "Determinism"
REPLICATIONS = 5


def tables(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".csv", ".json")
    }


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("serial")
    assert toy.main(str(folder), "1", str(REPLICATIONS)) == 0
    return tables(folder)


@pytest.mark.parametrize(("workers", "hash_seed"), [("1", "1"), ("2", "0"), ("4", "1")])
def test_workers_and_hash_seed_change_nothing(
    book: Book, tmp_path: Path, serial: dict[str, bytes], workers: str, hash_seed: str
) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.unit.study.toy", tmp_path, workers, str(REPLICATIONS)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert len(serial) == 6 + 1 + 2 + 2 * 6
    assert tables(tmp_path) == serial
    what = f"Files of a study with {workers} workers and hash seed {hash_seed}"
    book.holds(what, "same bytes as one after the other", len(serial), "definition")


def test_the_order_in_which_replications_finish_changes_nothing(
    tmp_path: Path, serial: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Crew.run

    def shuffled(crew: Crew, tasks: Sequence[object], *rest: Callable[..., object]) -> None:
        run(crew, random.Random(1).sample(tasks, len(tasks)), *rest)

    monkeypatch.setattr(Crew, "run", shuffled)
    assert toy.main(str(tmp_path), "1", str(REPLICATIONS)) == 0
    assert tables(tmp_path) == serial
