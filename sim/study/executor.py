"""Where tasks run: one after the other in this process, or in local worker processes.

Nothing is known of a task but that the work on it is pure, so that it may be done again after its
process was killed. Whatever `work` raises ends the run: a study catches a simulation's errors.
"""

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from sim.study import StudyError

Task = TypeVar("Task")
Result = TypeVar("Result")

DEATHS_OF_A_TASK = 3
DEATHS_IN_A_ROW = 10


@dataclass(slots=True)
class _Worker:
    """A process with a pipe of its own, so that its death harms nobody else's messages."""

    process: BaseProcess
    pipe: Connection
    task: int


def run_tasks(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    on_result: Callable[[Task, Result], None],
    on_lost: Callable[[Task, str], None],
    workers: int,
) -> None:
    """Call `on_result` with each task and its result, as they come, in the calling thread.

    One worker is this process; more are processes of their own, which end whenever this one does.
    The task of a worker that was killed is given to a new one; a task whose process dies three
    times goes to `on_lost` with the reason.

    Raises
    ------
    StudyError
        If worker after worker dies and none gets anything done.
    """
    if workers == 1:
        for task in tasks:
            on_result(task, work(task))
        return
    waiting = deque(range(len(tasks)))
    deaths, in_a_row = Counter[int](), 0
    with _crew() as crew:
        while waiting or crew:
            while waiting and len(crew) < workers:
                _hire(crew, work, tasks, waiting.popleft())
            for pipe in wait([worker.pipe for worker in crew]):
                worker = next(w for w in crew if w.pipe is pipe)
                try:
                    result = worker.pipe.recv()
                except (EOFError, OSError) as error:  # also in the middle of a message
                    crew.remove(worker)
                    worker.process.join()
                    in_a_row += 1
                    deaths[worker.task] += 1
                    if in_a_row == DEATHS_IN_A_ROW:
                        raise StudyError(
                            "worker processes die before they finish anything; is there enough "
                            "memory? --workers 1 works without them"
                        ) from error
                    if deaths[worker.task] < DEATHS_OF_A_TASK:
                        waiting.append(worker.task)
                    else:
                        reason = f"its process was killed {DEATHS_OF_A_TASK} times"
                        on_lost(tasks[worker.task], reason)
                    continue
                if isinstance(result, BaseException):
                    raise result
                in_a_row, done = 0, worker.task
                if waiting:
                    worker.task = waiting.popleft()
                    _send(worker, tasks[worker.task])
                else:
                    crew.remove(worker)
                    worker.pipe.close()
                    worker.process.join()
                on_result(tasks[done], result)


@contextmanager
def _crew() -> Iterator[list[_Worker]]:
    """The workers under way; whoever is left at the end is killed, and waited for."""
    crew: list[_Worker] = []
    try:
        yield crew
    finally:
        for worker in crew:
            worker.process.kill()
        for worker in crew:
            worker.process.join()
            worker.pipe.close()


def _hire(
    crew: list[_Worker], work: Callable[[Any], object], tasks: Sequence[object], task: int
) -> None:
    """Start a worker on a task. Started like this it never sees Ctrl-C, which is for us."""
    context = multiprocessing.get_context("spawn")
    resource_tracker.ensure_running()  # it would lift the mask if it were started below
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
        crew.append(_Worker(process, ours, task))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    theirs.close()
    _send(crew[-1], tasks[task])


def _send(worker: _Worker, task: object) -> None:
    with suppress(OSError):  # it was killed: the end of its pipe will be read next
        worker.pipe.send(task)


def _serve(pipe: Connection, work: Callable[[Any], object]) -> None:
    """What a worker does until there is no more to do, or the coordinator is gone."""
    threading.Thread(target=_leave_with_coordinator, daemon=True).start()
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            result = work(task)
        except Exception as error:
            result = error
        pipe.send(result)


def _leave_with_coordinator() -> None:
    coordinator = multiprocessing.parent_process()
    assert coordinator is not None
    wait([coordinator.sentinel])
    os._exit(1)
