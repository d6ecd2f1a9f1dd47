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
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

from sim.study import StudyError

Task = TypeVar("Task")
Result = TypeVar("Result")

DEATHS_OF_A_TASK = 3
DEATHS_IN_A_ROW = 10


def run_tasks(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    on_result: Callable[[Task, Result], None],
    on_lost: Callable[[Task, str], None],
    workers: int,
) -> None:
    """Call `on_result` with each task and its result, as they come, in the calling thread.

    One worker is this process; more are processes of their own, which end whenever this one does.
    A killed worker breaks its whole pool, so a new one is made. The tasks then under way are run
    one at a time: one whose process dies alone three times goes to `on_lost` with the reason.

    Raises
    ------
    StudyError
        If worker after worker dies and none gets anything done.
    """
    if workers == 1:
        for task in tasks:
            on_result(task, work(task))
        return
    fresh, suspects = deque(range(len(tasks))), deque[int]()
    running: dict[Future[Result], int] = {}
    deaths, in_a_row = Counter[int](), 0
    while fresh or suspects:
        queue, window = (suspects, 1) if suspects else (fresh, 2 * workers)
        try:
            with _pool(workers) as pool:
                while queue or running:
                    while queue and len(running) < window:
                        with _ctrl_c_held():
                            running[pool.submit(work, tasks[queue[0]])] = queue[0]
                        queue.popleft()
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        on_result(tasks[running[future]], future.result())
                        del running[future]
                        in_a_row = 0
        except BrokenProcessPool as error:
            in_a_row += 1
            if in_a_row == DEATHS_IN_A_ROW:
                raise StudyError(
                    "worker processes die before they finish anything; is there enough memory? "
                    "--workers 1 works without them"
                ) from error
            for index in sorted(running.values()):
                deaths[index] += window == 1
                if deaths[index] < DEATHS_OF_A_TASK:
                    suspects.append(index)
                else:
                    on_lost(tasks[index], f"its process was killed {DEATHS_OF_A_TASK} times")
            running.clear()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose workers hold the reading end of a pipe that only this process can close."""
    context = multiprocessing.get_context("spawn")
    lifeline, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(lifeline,)
    )
    try:
        yield pool
    except BaseException:
        held.close()  # nobody waits for what is under way
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        held.close()
        lifeline.close()


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Workers started inside never see Ctrl-C; this process sees it when it leaves."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _start_worker(lifeline: Connection) -> None:
    """Watch the lifeline: nothing is ever sent, it only ends."""

    def leave_with_coordinator() -> None:
        lifeline.poll(None)
        os._exit(1)

    threading.Thread(target=leave_with_coordinator, daemon=True).start()
