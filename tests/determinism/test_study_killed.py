"""A study survives what happens to processes: kills, Ctrl-C, and a second study in its folder."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.study import StudyError
from sim.study.replicate import Progress, run_study
from tests.determinism.test_study_order import tables
from tests.unit.study import toy

REPLICATIONS = 10
TASKS = 2 * REPLICATIONS
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Tables of a study left alone."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert toy.main(str(folder), "1", str(REPLICATIONS)) == 0
    return tables(folder)


@pytest.fixture
def pids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "pids"
    folder.mkdir()
    monkeypatch.setenv(toy.PIDS, str(folder))
    return folder


@contextmanager
def started(folder: Path, lines: int, large: str = "") -> Iterator[subprocess.Popen[str]]:
    """A study in a process group of its own, after it told of `lines` replications."""
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.unit.study.toy",
            folder,
            "2",
            str(200 if large else REPLICATIONS),
        ],
        env={**os.environ, toy.SECONDS: "0" if large else "0.1", toy.LARGE: large},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            for _ in range(lines + 1):  # the first line says 0
                assert process.stdout.readline()
            yield process
        finally:
            process.kill()


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_gone(pids: Path) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while any(alive(int(file.name)) for file in pids.iterdir()):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_killed_at_a_random_moment_and_resumed(
    tmp_path: Path, pids: Path, undisturbed: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "study"
    moment = random.randrange(1, TASKS - 4)
    with started(folder, moment) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert any(pids.iterdir())
    assert all_gone(pids), f"workers outlive a study killed after {moment} replications"
    assert not list(folder.glob("*.csv"))

    assert toy.main(str(folder), "1", str(REPLICATIONS)) == 0
    told = capsys.readouterr().out.split("\n")
    assert int(told[0].split()[0]) >= moment  # what was told of is in the ledger
    assert tables(folder) == undisturbed

    before = {path: path.stat().st_mtime_ns for path in folder.glob("ledger.sqlite")}
    assert toy.main(str(folder), "2", str(REPLICATIONS)) == 0
    assert capsys.readouterr().out == f"{TASKS} {TASKS}\n"
    assert {path: path.stat().st_mtime_ns for path in folder.glob("ledger.sqlite")} == before
    assert tables(folder) == undisturbed


def test_a_worker_killed_in_the_middle(
    tmp_path: Path, pids: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(toy.SECONDS, "0.02")
    toys = [toy.Toy(name="base"), toy.Toy(name="more", effect=0.05)]
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.done == 4:
            killed.append(min(int(file.name) for file in pids.iterdir()))
            os.kill(killed[0], signal.SIGKILL)

    options = {"replications": REPLICATIONS, "simulate": toy.simulate}
    result = run_study(toys, tmp_path / "a", workers=2, on_progress=kill_one, **options)
    assert killed
    assert not alive(killed[0])
    alone = run_study(toys, tmp_path / "b", workers=1, **options)
    assert repr(result.outcomes) == repr(alone.outcomes)
    assert not result.failures


def test_a_replication_that_kills_its_worker_fails_alone(tmp_path: Path) -> None:
    toys = [toy.Toy(kills_itself_at=(2,))]
    result = run_study(toys, tmp_path, replications=5, workers=2, simulate=toy.simulate)
    assert list(result.outcomes["toy"]) == [0, 1, 3, 4]
    assert [failure.error for failure in result.failures] == ["its process was killed 3 times"]


def test_ctrl_c_keeps_what_is_finished_and_leaves_nobody_behind(
    tmp_path: Path, pids: Path, undisturbed: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "study"
    with started(folder, 5) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert said.startswith("stopped after ")
    assert said.endswith(f" of {TASKS} replications; they are kept\n")
    assert "Traceback" not in said
    assert all_gone(pids)
    kept = int(said.split()[2])
    assert kept >= 5
    assert toy.main(str(folder), "1", str(REPLICATIONS)) == 0
    assert capsys.readouterr().out.startswith(f"{kept} {TASKS}\n")
    assert tables(folder) == undisturbed


def test_a_second_study_in_the_folder_is_refused_and_the_first_goes_on(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    with started(tmp_path, 1) as process:
        process.send_signal(signal.SIGSTOP)  # so that it cannot end too early
        with pytest.raises(StudyError, match="another study is running into this folder"):
            run_study([toy.Toy()], tmp_path, replications=1, workers=1, simulate=toy.simulate)
        process.send_signal(signal.SIGCONT)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, said
    assert tables(tmp_path) == undisturbed


def test_ctrl_c_in_the_middle_of_large_results_ends_at_once(tmp_path: Path, pids: Path) -> None:
    for attempt in range(3):
        with started(tmp_path / f"study {attempt}", 4, large="1") as process:
            os.killpg(process.pid, signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 130
        assert said.startswith("stopped after ")
        assert all_gone(pids)
