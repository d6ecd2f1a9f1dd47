"""Where tasks run: one after the other in this process, or in local worker processes.

Nothing is known of a task but that the work on it is pure, so that it may be done again after its
process was killed. Whatever the work raises ends the run: a study catches a simulation's errors.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Self, TypeVar

from sim.study import StudyError

Task = TypeVar("Task")
Result = TypeVar("Result")

DEATHS_OF_A_TASK = 3
DEATHS_IN_A_ROW = 10
UNGUARDED = 93
"""Exit code of a worker that was asked for a study while it was still being started."""
GUARD = (
    "each worker process imports the script that runs the study, and would run it again; put what "
    'runs it under `if __name__ == "__main__":`, or ask for one worker'
)


@dataclass(slots=True)
class _Worker:
    """A process with a pipe of its own, so that its death harms nobody else's messages."""

    process: BaseProcess
    pipe: Connection


class Crew:
    """Worker processes, hired when there is work for them and kept until the `with` ends.

    They start slowly, since each imports the model, and so stay from one `run` to the next. They
    end whenever this process does. A crew of one is this process itself.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._hired: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let them go; nobody is at work."""
        for worker in self._hired:
            worker.pipe.close()
        for worker in self._hired:
            worker.process.join()
        self._hired.clear()

    def run(
        self,
        tasks: Sequence[Task],
        work: Callable[[Task], Result],
        on_result: Callable[[Task, Result], None],
        on_lost: Callable[[Task, str], None],
    ) -> None:
        """Call `on_result` with each task and its result, as they come, in the calling thread.

        The task of a worker that was killed is given to another; a task whose process dies three
        times goes to `on_lost` with the reason.

        Raises
        ------
        StudyError
            If worker after worker dies and none gets anything done.
        """
        if self._workers == 1:
            for task in tasks:
                on_result(task, work(task))
            return
        try:
            self._share_out(tasks, work, on_result, on_lost)
        except BaseException:  # some are at work on what nobody waits for any more
            for worker in self._hired:
                worker.process.kill()
            self.__exit__()
            raise

    def _share_out(
        self,
        tasks: Sequence[Task],
        work: Callable[[Task], Result],
        on_result: Callable[[Task, Result], None],
        on_lost: Callable[[Task, str], None],
    ) -> None:
        waiting, deaths, in_a_row = deque(range(len(tasks))), Counter[int](), 0
        idle, busy = list(self._hired), dict[Connection, tuple[_Worker, int]]()

        def give_out() -> None:
            while waiting and len(busy) < self._workers:
                worker = idle.pop() if idle else self._hire()
                busy[worker.pipe] = worker, waiting.popleft()
                with suppress(OSError):  # it was killed: the end of its pipe will be read next
                    worker.pipe.send((work, tasks[busy[worker.pipe][1]]))

        while waiting or busy:
            give_out()
            ready = wait(busy)
            for pipe in [pipe for pipe in busy if pipe in ready]:
                worker, task = busy.pop(pipe)
                try:
                    result = pipe.recv()
                except (EOFError, OSError) as error:  # also in the middle of a message
                    self._hired.remove(worker)
                    worker.process.join()
                    if worker.process.exitcode == UNGUARDED:
                        raise StudyError(GUARD, exit_code=2) from None
                    in_a_row += 1
                    deaths[task] += 1
                    if in_a_row == DEATHS_IN_A_ROW:
                        raise StudyError(
                            "worker processes die before they finish anything; is there enough "
                            "memory? --workers 1 works without them"
                        ) from error
                    if deaths[task] < DEATHS_OF_A_TASK:
                        waiting.append(task)
                    else:
                        on_lost(tasks[task], f"its process was killed {DEATHS_OF_A_TASK} times")
                    continue
                if isinstance(result, BaseException):
                    raise result
                in_a_row = 0
                idle.append(worker)
                give_out()  # first: nobody waits while the result is dealt with
                on_result(tasks[task], result)

    def _hire(self) -> _Worker:
        """Start a worker. Started like this it never sees Ctrl-C, which is for us."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _no_interrupts():
            process.start()
            self._hired.append(_Worker(process, ours))
        theirs.close()
        return self._hired[-1]


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back, also from what is started meanwhile, where the system can do so.

    Windows cannot; there a worker that has begun to serve ignores it, which is nearly as good.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would lift the mask if it were started below
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def leave_if_imported() -> None:
    """End a worker process that would run a study while it imports the script that hired it.

    That happens to scripts without a guard; the coordinator knows by the exit code, and tells.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.exit(UNGUARDED)


def _serve(pipe: Connection) -> None:
    """What a worker does until there is no more to do, or the coordinator is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_coordinator, daemon=True).start()
    while True:
        try:
            work, task = pipe.recv()
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
