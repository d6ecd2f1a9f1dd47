"""The reference engine: SimPy drives the kernel item by item over plain Python objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from math import inf
from operator import attrgetter

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.claims import Batch
from sim.model.draws import Draws
from sim.model.engine import Columns, Process
from sim.model.kernel import coding, front, payer, ports, queueing, stock, work
from sim.model.kernel.ports import Luck, Objects
from sim.model.kernel.rows import Agent, Claim, State, WorkQueue

DRAWN = tuple(f.name for f in fields(Claim) if f.default is MISSING)
"""Fields of a claim that it comes with, in the order of the constructor's arguments."""
KEPT = ("key", "setting", "payer", "expected")
"""Fields that stay what they were drawn as: their columns need not be gathered from the claims."""
IN_CACHE = 256
"""Claims that are looked at together, field by field: few enough to stay in a processor's cache."""


class SimPyEngine:
    """Each agent is a process that takes the best item, works it and hands it on."""

    def __init__(self, state: State, draws: Draws) -> None:
        self.env = simpy.Environment()
        self._draws = draws
        parts = {f.name: getattr(state, f.name) for f in fields(state)}
        self.state = Objects(**parts, draws=draws, heaps=[[] for _ in state.queues])
        self._kept: dict[str, list[NDArray[np.int64]]] = {name: [] for name in KEPT}

    def employ(self, crew: int, absent: Sequence[bool]) -> Agent:
        """Give a new agent a row."""
        agent = Agent(len(self.state.agents), crew, absent)
        self.state.agents.append(agent)
        return agent

    def work(self, agent: Agent) -> Process:
        """What an agent does from now on, until the process is interrupted."""
        env, s, resume = self.env, self.state, work.resume
        timeout = env.timeout
        now = env.now  # kept in step with the clock by the same sums, which is quicker than to ask
        while True:
            days = resume(s, agent, now)
            if days < inf:
                yield timeout(days)
                now += days
            else:
                called = s.calls[agent.index] = env.event()
                yield called
                now = env.now

    def leave(self, agent: Agent) -> None:
        """An agent walks out now."""
        work.leave(self.state, agent, self.env.now)

    def pass_on(self, agent: Agent) -> None:
        """Whoever is called in an agent's stead is called now."""
        queueing.pass_on(self.state, agent, self.env.now)

    def rouse(self, agent: Agent) -> None:
        """Let an agent who waits look again at what there is."""
        queueing.rouse(self.state, agent, self.env.now)

    # --- claims -------------------------------------------------------------------------------

    def add(self, batch: Batch) -> range:
        """Give claims their rows; gives their numbers."""
        claims = self.state.claims
        first = len(claims)
        self.state.luck[batch.row] = Luck(self._draws, batch.row, batch.count)
        numbers = range(first, first + batch.count)
        columns = batch.columns()
        for name, parts in self._kept.items():
            parts.append(columns[name])
        given: dict[str, Iterable[object]] = {
            name: column.tolist() for name, column in columns.items()
        }
        given["index"] = numbers
        claims.extend(map(Claim, *(given[name] for name in DRAWN)))
        for name in given.keys() - set(DRAWN):  # what has happened to claims of before the run
            for claim, value in zip(claims[first:], given[name], strict=True):
                setattr(claim, name, value)
        return numbers

    def mark(self, claims: range, defects: NDArray[np.int64]) -> None:
        """Give claims defects, a mask for each, beside those that they have."""
        for c, mask in zip(claims, defects.tolist(), strict=True):
            if mask:
                self.state.claims[c].defects |= mask

    def admit(self, claims: range) -> None:
        """Charts of claims are complete now, in that order."""
        s, now = self.state, self.env.now
        for c in claims:
            coding.admit(s, s.claims[c], now)

    def stand(self, claims: range, queue: NDArray[np.int64], since: NDArray[np.int64]) -> None:
        """Let claims wait in queues since days before the run."""
        s = self.state
        for c, q, day in zip(claims, queue.tolist(), since.tolist(), strict=True):
            stock.stand(s, q, s.claims[c], float(day))

    def put_down(
        self,
        errand: int,
        claims: NDArray[np.int64],
        days: NDArray[np.int64],
        values: NDArray[np.int64],
    ) -> None:
        """Put an errand down for each of some claims, on its day and with its value."""
        s = self.state
        for c, day, value in zip(claims.tolist(), days.tolist(), values.tolist(), strict=True):
            ports.on(s, day, errand, s.claims[c], value)

    def expect(self, claims: range) -> None:
        """Put down when the visits of claims will be asked for and take place."""
        for c in claims:
            front.expect(self.state, self.state.claims[c])
        for c in claims:
            front.plan_service(self.state, self.state.claims[c])

    def receive_file(self, day: int) -> None:
        """Payers take the file of the night before a day."""
        s = self.state
        for claim in s.outbox.pop(day - 1, ()):
            payer.submit(s, claim, day)

    def run_errands(self, day: int) -> None:
        """Run the errands of a day, in the order in which they were put down."""
        s, now, errands = self.state, float(day), work.ERRANDS
        for errand, claim, value in s.agenda.pop(day, ()):
            errands[errand](s, claim, now, value)

    # --- what is seen from outside ------------------------------------------------------------

    def ages(self, queue: WorkQueue, now: float) -> Sequence[float]:
        """Days that each waiting claim has waited, in no order."""
        heap = self.state.heaps[queue.index]
        return [now - since for _, ticket, since, claim in heap if claim.ticket == ticket]

    def claim_columns(self, names: Sequence[str]) -> Columns:
        """Fields of all claims as columns, by name."""
        claims = self.state.claims
        gathered = {n: np.empty(len(claims), np.int64) for n in names if n not in KEPT}
        for start in range(0, len(claims), IN_CACHE):
            some = claims[start : start + IN_CACHE]
            for name, column in gathered.items():
                column[start : start + IN_CACHE] = np.fromiter(
                    map(attrgetter(name), some), np.int64, len(some)
                )
        nothing = np.empty(0, np.int64)
        kept = {n: np.concatenate([nothing, *self._kept[n]]) for n in names if n in KEPT}
        return {name: (gathered | kept)[name] for name in names}

    def notes(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The log of events, row by row: what, claim, about and agent; and four times."""
        notes = self.state.notes
        words = np.array([row[:4] for row in notes], np.int64).reshape(-1, 4)
        return words, np.array([row[4:] for row in notes], np.float64).reshape(-1, 4)

    def run(self, until: int) -> None:
        """Let the clock run."""
        self.env.run(until=until)

    def close(self) -> None:
        """Drop the claims: processes and rows are a circle that would keep them for long."""
        self.state.claims.clear()
        self.state.luck.clear()
        self.state.agenda.clear()
        self.state.outbox.clear()
        self.state.notes.clear()
        self._kept.clear()
        for heap in self.state.heaps:
            heap.clear()
