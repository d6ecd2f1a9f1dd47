"""Clock, locale and a full disk: the first two change no number, the last loses none."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.determinism.test_study_order import tables

TOY = (sys.executable, "-m", "tests.unit.study.toy")
RUN = (
    sys.executable,
    "-m",
    "sim",
    "run",
    "configs/article/generalist.yaml",
    "--scale",
    "0.005",
    "--replications",
    "2",
    "--workers",
    "1",
    "--formats",
    "none",
    "--out",
)
ROOT = Path(__file__).resolve().parents[2]


def toy(folder: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a small study in some surroundings."""
    subprocess.run(
        [*TOY, folder, "2", "3"],
        env={**os.environ, **environment},
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return tables(folder)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the study in plain surroundings."""
    return toy(tmp_path_factory.mktemp("plain"), {"TZ": "UTC", "LC_ALL": "C.UTF-8"})


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Pacific/Kiritimati"},
        {"TZ": "America/St_Johns", "LC_ALL": "C"},
        {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1:replace"},
    ],
    ids=["the earliest zone", "an odd zone", "German", "no UTF-8"],
)
def test_zone_and_locale_change_nothing(
    tmp_path: Path, plain: dict[str, bytes], environment: dict[str, str]
) -> None:
    assert len(plain) > 10
    assert toy(tmp_path / "other", environment) == plain


def test_no_part_of_the_program_looks_at_the_calendar_or_clock_of_the_machine() -> None:
    """Only the progress line counts seconds, on a clock that nobody can set back."""
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in sorted((ROOT / "sim").rglob("*.py"))
        for word in ("time.time(", "datetime.now", "date.today", "utcnow", "perf_counter", "gmtime")
        if word in path.read_text(encoding="utf-8")
    ]
    assert not found, found


def small_files(limit: int) -> None:
    """What a full disk does, for one process: no file may grow beyond some bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def test_a_full_disk_is_told_in_a_line_and_the_study_goes_on_later(tmp_path: Path) -> None:
    folder, fresh = tmp_path / "study", tmp_path / "fresh"
    # Not measured: the tests' own coverage would not find room for its file either.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    full = subprocess.run(
        [*RUN, folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=env,
        preexec_fn=partial(small_files, 10_000),
    )
    assert full.returncode == 1, full.stdout
    assert str(folder) in full.stderr.strip().splitlines()[-1]
    assert "Traceback" not in full.stderr
    for place in (folder, fresh):
        done = subprocess.run([*RUN, place], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    # The manifest tells the command, and so the folder.
    first, second = (
        {name: content for name, content in tables(place).items() if "manifest" not in name}
        for place in (folder, fresh)
    )
    assert len(first) > 20
    assert first == second


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_what_cannot_be_a_folder_is_refused_before_anything_runs(
    tmp_path: Path, place: str
) -> None:
    file = tmp_path / "taken"
    file.write_text("mine", encoding="utf-8")
    target = file if place == "a file" else file / "study"
    done = subprocess.run([*RUN, target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "is a file; name a folder" in done.stderr
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write everywhere")
    done = subprocess.run([*RUN, locked / "x"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "may not be written; name another folder" in done.stderr
    assert not list(locked.iterdir())
