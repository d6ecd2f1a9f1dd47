"""Tasks run once each, wherever they run, and the loss of a worker process is survived."""

import os
import signal
from pathlib import Path

import pytest

from sim.study import StudyError
from sim.study.executor import run_tasks


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


class Heard:
    """What an executor reported."""

    def __init__(self) -> None:
        self.results: list[tuple[object, object]] = []
        self.lost: list[tuple[object, str]] = []

    def result(self, task: object, result: object) -> None:
        self.results.append((task, result))

    def loss(self, task: object, reason: str) -> None:
        self.lost.append((task, reason))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_has_one_result(workers: int) -> None:
    heard = Heard()
    run_tasks(range(20), square, heard.result, heard.loss, workers)
    assert sorted(heard.results) == [(n, n * n) for n in range(20)]
    assert not heard.lost


def test_a_killed_worker_loses_no_task(tmp_path: Path) -> None:
    heard = Heard()
    tasks = [(n, str(tmp_path / "died")) for n in range(8)]
    run_tasks(tasks, die_once, heard.result, heard.loss, 2)
    assert sorted(result for _, result in heard.results) == list(range(8))
    assert (tmp_path / "died").exists()
    assert not heard.lost


def test_only_the_task_that_kills_its_worker_is_given_up() -> None:
    heard = Heard()
    run_tasks(range(10, 16), die_at_13, heard.result, heard.loss, 2)
    assert sorted(result for _, result in heard.results) == [10, 11, 12, 14, 15]
    assert heard.lost == [(13, "its process was killed 3 times")]


def test_when_all_workers_die_the_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.executor.DEATHS_IN_A_ROW", 3)
    heard = Heard()
    with pytest.raises(StudyError, match="worker processes die"):
        run_tasks(range(9), die, heard.result, heard.loss, 2)
    assert not heard.results


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_the_work_ends_the_run(workers: int) -> None:
    heard = Heard()
    with pytest.raises(RuntimeError, match="task"):
        run_tasks(range(5), fail, heard.result, heard.loss, workers)


def test_no_tasks_start_no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.executor._hire", None)
    heard = Heard()
    run_tasks([], square, heard.result, heard.loss, 2)
    assert not heard.results
