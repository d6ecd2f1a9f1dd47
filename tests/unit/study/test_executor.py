"""Tasks run once each, wherever they run, and the loss of a worker process is survived."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.study import StudyError
from sim.study.executor import Crew


def square(task: int) -> int:
    return task * task


def die_at_13(task: int) -> int:
    if task == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def die(task: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return task


def die_once(task: tuple[int, str]) -> int:
    number, flag = task
    if number == 2 and not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail(task: int) -> int:
    raise RuntimeError(f"task {task}")


def who(task: int) -> int:
    return os.getpid()


class Heard:
    """What an executor reported."""

    def __init__(self) -> None:
        self.results: list[tuple[object, object]] = []
        self.lost: list[tuple[object, str]] = []

    def result(self, task: object, result: object) -> None:
        self.results.append((task, result))

    def loss(self, task: object, reason: str) -> None:
        self.lost.append((task, reason))


def run_tasks(
    tasks: Sequence[Any], work: Callable[[Any], object], heard: Heard, workers: int
) -> None:
    with Crew(workers) as crew:
        crew.run(tasks, work, heard.result, heard.loss)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_has_one_result(workers: int) -> None:
    heard = Heard()
    run_tasks(range(20), square, heard, workers)
    assert sorted(heard.results) == [(n, n * n) for n in range(20)]
    assert not heard.lost


def test_a_killed_worker_loses_no_task(tmp_path: Path) -> None:
    heard = Heard()
    tasks = [(n, str(tmp_path / "died")) for n in range(8)]
    run_tasks(tasks, die_once, heard, 2)
    assert sorted(result for _, result in heard.results) == list(range(8))
    assert (tmp_path / "died").exists()
    assert not heard.lost


def test_only_the_task_that_kills_its_worker_is_given_up() -> None:
    heard = Heard()
    run_tasks(range(10, 16), die_at_13, heard, 2)
    assert sorted(result for _, result in heard.results) == [10, 11, 12, 14, 15]
    assert heard.lost == [(13, "its process was killed 3 times")]


def test_when_all_workers_die_the_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.executor.DEATHS_IN_A_ROW", 3)
    heard = Heard()
    with pytest.raises(StudyError, match="worker processes die"):
        run_tasks(range(9), die, heard, 2)
    assert not heard.results


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_the_work_ends_the_run(workers: int) -> None:
    heard = Heard()
    with pytest.raises(RuntimeError, match="task"):
        run_tasks(range(5), fail, heard, workers)


def test_no_tasks_start_no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.executor.Crew._hire", None)
    heard = Heard()
    run_tasks([], square, heard, 2)
    assert not heard.results


def test_workers_stay_from_one_run_to_the_next_and_go_at_the_end() -> None:
    heard = Heard()
    with Crew(2) as crew:
        for _ in range(3):
            crew.run(range(6), who, heard.result, heard.loss)
        pids = {pid for _, pid in heard.results}
        assert len(heard.results) == 18
        assert 1 <= len(pids) <= 2
        assert os.getpid() not in pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)  # ended, and waited for


def test_a_worker_killed_between_two_runs_is_replaced() -> None:
    heard = Heard()
    with Crew(2) as crew:
        crew.run([1], who, heard.result, heard.loss)
        [(_, pid)] = heard.results
        os.kill(pid, signal.SIGKILL)
        crew.run([2, 3], square, heard.result, heard.loss)
    assert sorted(heard.results[1:]) == [(2, 4), (3, 9)]
    assert not heard.lost


def test_after_an_error_nobody_goes_on_working() -> None:
    heard = Heard()
    with Crew(2) as crew:
        with pytest.raises(RuntimeError, match="task"):
            crew.run(range(5), fail, heard.result, heard.loss)
        crew.run(range(5), square, heard.result, heard.loss)
    assert sorted(heard.results) == [(n, n * n) for n in range(5)]


SCRIPT = """
import sys
from pathlib import Path
from sim.study import StudyError
from sim.study.replicate import run_study
from tests.unit.study.toy import Toy, simulate

def study():
    run_study([Toy()], Path(sys.argv[1]), replications=4, workers=2, simulate=simulate)

{}
"""


@pytest.mark.parametrize(
    ("called", "code"),
    [("study()", 1), ('if __name__ == "__main__":\n    study()', 0)],
    ids=["no guard", "a guard"],
)
def test_a_script_without_a_guard_is_told_of_it(tmp_path: Path, called: str, code: int) -> None:
    """Each worker imports the script, which would run the study again."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(called), encoding="utf-8")
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.returncode == code, done.stderr
    if code:
        last = done.stderr.strip().splitlines()[-1]
        assert 'put what runs it under `if __name__ == "__main__":`' in last
        assert "another study" not in done.stderr
        assert "memory" not in done.stderr
