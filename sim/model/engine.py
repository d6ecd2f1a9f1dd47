"""What drives the kernel: the seam between people, days and contracts, and an engine."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.claims import Batch
from sim.model.kernel.rows import Agent, State, WorkQueue

Process = Generator[simpy.Event, Any, None]
Columns = dict[str, NDArray[np.int64]]


class Engine(Protocol):
    """Holds the rows of a run and lets the kernel's text happen to them.

    SimPy keeps the clock for everybody: `env` is where processes of days, people and contracts run.
    Claims are known by their numbers, in the order in which they were added.
    """

    @property
    def env(self) -> simpy.Environment:
        """The clock."""
        ...

    @property
    def state(self) -> State:
        """All rows."""
        ...

    def employ(self, crew: int, absent: Sequence[bool]) -> Agent:
        """Give a new agent a row."""
        ...

    def work(self, agent: Agent) -> Process:
        """What an agent does from now on, until the process is interrupted."""
        ...

    def leave(self, agent: Agent) -> None:
        """An agent walks out now."""
        ...

    def pass_on(self, agent: Agent) -> None:
        """Whoever is called in an agent's stead is called now."""
        ...

    def rouse(self, agent: Agent) -> None:
        """Let an agent who waits look again at what there is."""
        ...

    def add(self, batch: Batch) -> range:
        """Give claims their rows; gives their numbers."""
        ...

    def mark(self, claims: range, defects: NDArray[np.int64]) -> None:
        """Give claims defects, a mask for each, beside those that they have."""
        ...

    def admit(self, claims: range) -> None:
        """Charts of claims are complete now, in that order."""
        ...

    def stand(self, claims: range, queue: NDArray[np.int64], since: NDArray[np.int64]) -> None:
        """Let claims wait in queues since days before the run."""
        ...

    def put_down(
        self,
        errand: int,
        claims: NDArray[np.int64],
        days: NDArray[np.int64],
        values: NDArray[np.int64],
    ) -> None:
        """Put an errand down for each of some claims, on its day and with its value."""
        ...

    def expect(self, claims: range) -> None:
        """Put down when the visits of claims will be asked for and take place."""
        ...

    def receive_file(self, day: int) -> None:
        """Payers take the file of the night before a day."""
        ...

    def run_errands(self, day: int) -> None:
        """Run the errands of a day, in the order in which they were put down."""
        ...

    def ages(self, queue: WorkQueue, now: float) -> Sequence[float]:
        """Days that each waiting claim has waited, in no order."""
        ...

    def claim_columns(self, names: Sequence[str]) -> Columns:
        """Fields of all claims as columns, by name."""
        ...

    def notes(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The log of events, row by row: what (`Noted`), claim, about and agent; and four times.

        The times are since when an item waited, when it was taken, and the begin and end of a
        spell. Empty where `House.logs` is 0.
        """
        ...

    def run(self, until: int) -> None:
        """Let the clock run."""
        ...

    def close(self) -> None:
        """Let go of what the run held; nothing else is called any more."""
        ...
