"""The compiled engine: SimPy drives days, people and contracts; C drives the work between them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.claims import Batch
from sim.model.compiled import build
from sim.model.compiled.layout import StateStructure, fill, structure, table, tables
from sim.model.draws import Draws
from sim.model.engine import Columns, Process
from sim.model.kernel.ports import PURPOSES
from sim.model.kernel.rows import Agent, Claim, House, State, WorkQueue

SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "engine_sizes": (ctypes.c_int64, [ctypes.c_int64]),
    "engine_open": (ctypes.c_int64, [ctypes.c_void_p, ctypes.c_void_p]),
    "engine_close": (None, [ctypes.c_void_p]),
    "next_number": (ctypes.c_int64, [ctypes.c_void_p]),
    "add_agent": (None, [ctypes.c_void_p, ctypes.c_void_p]),
    "add_claims": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p]),
    "write_columns": (None, [ctypes.c_void_p, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * 3]),
    "read_columns": (None, [ctypes.c_void_p, ctypes.c_int64, *[ctypes.c_void_p] * 3]),
    "mark": (None, [ctypes.c_void_p, *[ctypes.c_int64] * 2, ctypes.c_void_p]),
    "admit": (None, [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_double]),
    "stand": (None, [ctypes.c_void_p, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * 2]),
    "put_down": (None, [ctypes.c_void_p, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * 3]),
    "expect": (None, [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]),
    "receive_file": (None, [ctypes.c_void_p, ctypes.c_int64]),
    "run_errands": (None, [ctypes.c_void_p, ctypes.c_int64]),
    "begin": (None, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]),
    "leave": (None, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]),
    "pass_on": (None, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]),
    "rouse": (None, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]),
    "advance": (None, [ctypes.c_void_p, ctypes.c_double, ctypes.c_int64, ctypes.c_int64]),
    "notes_made": (ctypes.c_int64, [ctypes.c_void_p]),
    "read_notes": (None, [ctypes.c_void_p] * 3),
    "ages": (ctypes.c_int64, [ctypes.c_void_p, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p]),
}


_loaded: list[ctypes.CDLL | build.UnavailableError] = []
"""The compiled kernel of this process, or why there is none, once it has been asked for."""


def library(tell: Callable[[str], None] = lambda _: None) -> ctypes.CDLL:
    """The compiled kernel, loaded once in a process; `tell` is told if it is compiled first.

    Raises UnavailableError where it cannot be had.
    """
    if not _loaded:
        try:
            _loaded.append(_load(build.library(tell)))
        except build.UnavailableError as error:
            _loaded.append(error)
    [found] = _loaded
    if isinstance(found, build.UnavailableError):
        raise found
    return found


def _load(path: Path) -> ctypes.CDLL:
    try:
        loaded = ctypes.CDLL(str(path))
    except OSError as error:
        raise build.UnavailableError(f"the compiled engine cannot be loaded: {error}") from error
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(loaded, name)
        function.restype = result
        function.argtypes = arguments
    expected = build.expected_sizes()
    if [loaded.engine_sizes(i) for i in range(len(expected))] != expected:
        raise build.UnavailableError("C and Python lay out the engine's rows differently")
    return loaded


class Numbers:
    """Numbers of events, counted together with those of the compiled engine."""

    def __init__(self, state: ctypes.c_void_p) -> None:
        self._state = state
        self._next = library().next_number

    def __next__(self) -> int:
        return int(self._next(self._state))


class Clock(simpy.Environment):
    """SimPy's clock, with events numbered together with those of the compiled engine."""

    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self._eid = numbers  # type: ignore[assignment]

    def next_event(self) -> tuple[float, int, int] | None:
        """Time, priority and number of the next event; None when there is none."""
        if not self._queue:
            return None
        time, priority, number, _ = self._queue[0]
        return time, int(priority), number

    def set_to(self, now: float) -> None:
        """The run is over at this time."""
        self._now = now


@cache
def claim_pattern() -> tuple[Any, ...]:
    """Values that a claim starts with, by field; zeros for those that it comes with."""
    return tuple(0 if f.default is MISSING else f.default for f in fields(Claim))


class CompiledEngine:
    """Rows are C structures; agents act in C between SimPy's events, in one order of events."""

    def __init__(self, state: State, draws: Draws) -> None:
        self._c = library()
        self._held: list[Any] = []
        house = structure(House)()
        fill(house, state.house)
        parts: dict[str, Any] = {"house": house}
        self._state = StateStructure()
        self._state.house = ctypes.addressof(house)
        for name, row in tables().items():
            given = getattr(state, name)
            parts[name] = []
            if given:
                parts[name] = table(given, row)
                setattr(self._state, name, ctypes.addressof(parts[name]))
                setattr(self._state, f"n_{name}", len(given))
        # Structures have the fields of the rows that they stand for.
        self.state = State(**parts)
        self._pointer = ctypes.c_void_p(ctypes.addressof(self._state))
        keys = np.array([draws.stream(purpose).key for purpose in PURPOSES], np.uint64)
        if not self._c.engine_open(self._pointer, keys.ctypes.data):
            raise MemoryError("no memory for the engine")
        self.env = Clock(Numbers(self._pointer))
        self._blank = structure(Claim)(*claim_pattern())
        self._pattern = ctypes.addressof(self._blank)

    def employ(self, crew: int, absent: Sequence[bool]) -> Agent:
        """Give a new agent a row."""
        row = structure(Agent)()
        fill(row, Agent(len(self.state.agents), crew, absent))
        days = (ctypes.c_uint8 * len(absent))(*absent)
        row.absent = ctypes.addressof(days)
        self._held.append(days)
        agent = cast(Agent, row)
        self.state.agents.append(agent)
        self._c.add_agent(self._pointer, ctypes.addressof(row))
        return agent

    def work(self, agent: Agent) -> Process:
        """What an agent does from now on, until the process is interrupted."""
        self._c.begin(self._pointer, _address(agent), self.env.now)
        yield self.env.event()

    def leave(self, agent: Agent) -> None:
        """An agent walks out now."""
        self._c.leave(self._pointer, _address(agent), self.env.now)

    def pass_on(self, agent: Agent) -> None:
        """Whoever is called in an agent's stead is called now."""
        self._c.pass_on(self._pointer, _address(agent), self.env.now)

    def rouse(self, agent: Agent) -> None:
        """Let an agent who waits look again at what there is."""
        self._c.rouse(self._pointer, _address(agent), self.env.now)

    # --- claims -------------------------------------------------------------------------------

    def add(self, batch: Batch) -> range:
        """Give claims their rows; gives their numbers."""
        first, chunk = int(self._state.n_claims), batch.chunk
        address = self._c.add_claims(self._pointer, batch.count, self._pattern)
        columns = chunk.addresses + np.uintp(8 * batch.start)
        offsets, widths = _places(tuple(chunk.columns))
        self._c.write_columns(
            address,
            batch.count,
            len(columns),
            offsets.ctypes.data,
            widths.ctypes.data,
            columns.ctypes.data,
        )
        return range(first, first + batch.count)

    def mark(self, claims: range, defects: NDArray[np.int64]) -> None:
        """Give claims defects, a mask for each, beside those that they have."""
        self._c.mark(self._pointer, claims.start, len(claims), defects.ctypes.data)

    def admit(self, claims: range) -> None:
        """Charts of claims are complete now, in that order."""
        self._c.admit(self._pointer, claims.start, claims.stop, self.env.now)

    def stand(self, claims: range, queue: NDArray[np.int64], since: NDArray[np.int64]) -> None:
        """Let claims wait in queues since days before the run."""
        queue, since = np.ascontiguousarray(queue), np.ascontiguousarray(since)
        self._c.stand(
            self._pointer, claims.start, len(claims), queue.ctypes.data, since.ctypes.data
        )

    def put_down(
        self,
        errand: int,
        claims: NDArray[np.int64],
        days: NDArray[np.int64],
        values: NDArray[np.int64],
    ) -> None:
        """Put an errand down for each of some claims, on its day and with its value."""
        self._c.put_down(
            self._pointer,
            errand,
            len(claims),
            *(np.ascontiguousarray(column).ctypes.data for column in (claims, days, values)),
        )

    def expect(self, claims: range) -> None:
        """Put down when the visits of claims will be asked for and take place."""
        self._c.expect(self._pointer, claims.start, claims.stop)

    def receive_file(self, day: int) -> None:
        """Payers take the file of the night before a day."""
        self._c.receive_file(self._pointer, day)

    def run_errands(self, day: int) -> None:
        """Run the errands of a day, in the order in which they were put down."""
        self._c.run_errands(self._pointer, day)

    # --- what is seen from outside ------------------------------------------------------------

    def ages(self, queue: WorkQueue, now: float) -> Sequence[float]:
        """Days that each waiting claim has waited, in no order."""
        found = np.empty(queue.level)
        self._c.ages(self._pointer, queue.index, now, found.ctypes.data)
        ages: list[float] = found.tolist()
        return ages

    def claim_columns(self, names: Sequence[str]) -> Columns:
        """Fields of all claims as columns, by name."""
        offsets, widths = _places(tuple(names))
        # Each by itself: the next run finds the memory of one column again, but not of all at once.
        columns = {name: np.empty(int(self._state.n_claims), np.int64) for name in names}
        begins = np.array([column.ctypes.data for column in columns.values()], np.uintp)
        self._c.read_columns(
            self._pointer, len(names), offsets.ctypes.data, widths.ctypes.data, begins.ctypes.data
        )
        return columns

    def notes(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The log of events, row by row: what, claim, about and agent; and four times."""
        made = int(self._c.notes_made(self._pointer))
        words, times = np.empty((made, 4), np.int64), np.empty((made, 4))
        self._c.read_notes(self._pointer, words.ctypes.data, times.ctypes.data)
        return words, times

    def run(self, until: int) -> None:
        """Let the clock run."""
        env, advance, pointer = self.env, self._c.advance, self._pointer
        while (event := env.next_event()) is not None and event[0] < until:
            advance(pointer, *event)
            env.step()
        advance(pointer, float(until), 0, 0)
        env.set_to(float(until))

    def close(self) -> None:
        """Give back the memory of the run."""
        self._c.engine_close(self._pointer)
        self._held.clear()


def _address(row: Any) -> int:
    return ctypes.addressof(row)


@cache
def _places(names: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where fields of a claim lie in its row, and how wide they are, in bytes."""
    fields_of_claim = [getattr(structure(Claim), name) for name in names]
    offsets = np.array([f.offset for f in fields_of_claim], np.int64)
    return offsets, np.array([f.size for f in fields_of_claim], np.int64)
