"""The ledger and whole files: identity of what is stored, and what is said when they fail."""

import errno
import io
import math
import os
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sim.record.record import Outcome
from sim.study import StudyError
from sim.study.store import (
    LEDGER,
    Ledger,
    code_hash,
    content_hash,
    content_of,
    decode,
    encode,
    write_file,
)
from tests.unit.study.toy import Toy


class Inner(BaseModel):
    share: float = 0.1
    when: date = date(2025, 1, 1)


class Outer(BaseModel):
    name: str = "a"
    description: str = ""
    inner: tuple[Inner, ...] = (Inner(),)
    mix: dict[str, float] = {}


def hash_of(scenario: BaseModel) -> str:
    """The hash under which a study keeps the results of a scenario."""
    return content_hash(content_of(scenario))


def test_a_copy_under_another_name_is_the_same_scenario() -> None:
    assert hash_of(Toy(name="a")) == hash_of(Toy(name="b", description="copy"))


@pytest.mark.parametrize(
    "change",
    [
        {"inner": (Inner(share=0.2),)},
        {"inner": (Inner(when=date(2025, 1, 2)),)},
        {"inner": (Inner(), Inner())},
        {"mix": {"a": 1.0}},
    ],
)
def test_any_other_value_makes_another_scenario(change: dict[str, object]) -> None:
    assert hash_of(Outer(**change)) != hash_of(Outer())


def test_the_order_of_keys_does_not_count() -> None:
    one, other = {"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}
    assert hash_of(Outer(mix=one)) == hash_of(Outer(mix=other))


def test_a_file_counts_by_its_content(tmp_path: Path) -> None:
    one, copy = tmp_path / "one.csv", tmp_path / "copy.csv"
    one.write_text("1")
    copy.write_text("1")
    before = hash_of(Toy(file=str(one)))
    assert hash_of(Toy(file=str(copy))) == before
    one.write_text("2")
    assert hash_of(Toy(file=str(one))) != before
    with pytest.raises(StudyError, match=r"gone\.csv: cannot be read") as caught:
        hash_of(Toy(file=str(tmp_path / "gone.csv")))
    assert caught.value.exit_code == 2


def test_code_hash_follows_the_model_and_nothing_else(tmp_path: Path) -> None:
    sources = ("model/a.py", "record/b.py", "scenario/schema.py", "model/below/d.py")
    for source in (*sources, "study/c.py"):
        (tmp_path / source).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / source).write_text("x = 1\n")
    first = code_hash(tmp_path)
    (tmp_path / "study/c.py").write_text("x = 2\n")
    assert code_hash(tmp_path) == first
    seen = {first}
    for source in sources:
        (tmp_path / source).write_text("x = 2\n")
        seen.add(code_hash(tmp_path))
    (tmp_path / "model/new.py").write_text("")
    seen.add(code_hash(tmp_path))
    assert len(seen) == 6


def test_an_outcome_comes_back_to_the_last_bit() -> None:
    outcome = Outcome({"a": 0.1 + 0.2, "b": math.nan, "c": 1e300}, {"t": {"x": [1, -0.0, "é"]}})
    back = decode(encode(outcome))
    assert repr(back) == repr(outcome)


def test_what_is_not_plain_data_is_refused() -> None:
    with pytest.raises(TypeError):
        encode(Outcome({"a": 1.0}, {"t": {"x": [object()]}}))


def test_the_ledger_gives_back_what_matches_its_key(tmp_path: Path) -> None:
    with Ledger(tmp_path, "code") as ledger:
        ledger.add("s", 2, 7, b"two", None)
        ledger.add("s", 0, 7, b"zero", None)
        ledger.add("s", 1, 7, None, "Traceback")
        ledger.add("other", 0, 7, b"other", None)
    with Ledger(tmp_path, "code") as ledger:
        assert list(ledger.done("s", 3).items()) == [(0, b"zero"), (2, b"two")]
        assert ledger.done("s", 2) == {0: b"zero"}
        ledger.add("s", 1, 7, b"one", None)
        assert list(ledger.done("s", 3)) == [0, 1, 2]
    with Ledger(tmp_path, "changed code") as ledger:
        assert ledger.done("s", 3) == {}


def test_a_failure_is_kept_with_its_seed_and_traceback(tmp_path: Path) -> None:
    with Ledger(tmp_path, "code") as ledger:
        ledger.add("s", 1, 7, None, "Traceback ...")
    db = sqlite3.connect(tmp_path / LEDGER)
    row = db.execute("SELECT seed, status, outcome, traceback FROM replications").fetchone()
    db.close()
    assert row == (7, "failed", None, "Traceback ...")


def test_a_second_study_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    second = Ledger(tmp_path, "code")
    with Ledger(tmp_path, "code"), pytest.raises(StudyError, match="another study is running"):
        second.__enter__()
    with second:
        assert second.done("s", 1) == {}


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="file/results: cannot be written: Not a directory"):
        Ledger(tmp_path / "file" / "results", "code").__enter__()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.mkdir(), "unable to open database file"),
        (lambda path: path.write_text("no database " * 100), "file is not a database"),
    ],
)
def test_an_unusable_ledger_is_named(tmp_path: Path, make: object, message: str) -> None:
    make(tmp_path / LEDGER)
    with pytest.raises(StudyError, match=rf"ledger\.sqlite: {message}"):
        Ledger(tmp_path, "code").__enter__()


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    with Ledger(tmp_path, "code") as ledger:
        ledger.add("s", 0, 7, b"zero", None)
        ledger._db.execute("PRAGMA max_page_count = 3")
        with pytest.raises(StudyError, match=r"ledger\.sqlite: database or disk is full"):
            ledger.add("s", 1, 7, os.urandom(100_000), None)
    with Ledger(tmp_path, "code") as ledger:
        assert ledger.done("s", 2) == {0: b"zero"}


def test_files_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "below" / "table.csv"
    digest = write_file(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    assert write_file(path, "é\n".encode()) == digest

    class Full(io.FileIO):
        def write(self, data: Any) -> int:
            super().write(data[:1])
            raise OSError(errno.ENOSPC, "No space left on device")

    full = r"table\.csv: cannot be written: No space left"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda path, mode: Full(path, mode))
        with pytest.raises(StudyError, match=full):
            write_file(path, "new\n")
    assert path.read_text() == "é\n"
    assert os.listdir(path.parent) == ["table.csv"]
