"""How far a study or its drawing is: a live bar on a terminal, else a line for every tenth."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.streams import say
from sim.study.replicate import Progress


@contextmanager
def shown_progress(quiet: bool, what: str = "replications") -> Iterator[Callable[[Progress], None]]:
    """What to call with how many of `what` are done; it tells standard error, unless `quiet`."""
    if quiet or sys.stderr is None:  # None: it was closed before we came
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield _Tenths(what)
    else:
        from rich import progress
        from rich.console import Console

        columns = (
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn(f"{what}{{task.description}}"),
        )
        with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda now: bar.update(
                task, completed=now.done, total=now.total, description=_time_left(now)
            )


class _Tenths:
    """Prints a line whenever another tenth is done."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.tenth = 0

    def __call__(self, now: Progress) -> None:
        tenth = 10 * now.done // now.total
        if tenth > self.tenth:
            say(f"{now.done} of {now.total} {self.what}{_time_left(now)}", sys.stderr)
        self.tenth = tenth


def _time_left(now: Progress) -> str:
    if not now.seconds_left:
        return ""
    minutes, seconds = divmod(round(now.seconds_left), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    shown = [f"{number} {unit}" for number, unit in parts if number][:2]
    return f", {' '.join(shown)} left" if shown else ""
