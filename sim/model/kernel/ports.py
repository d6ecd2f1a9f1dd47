"""What the kernel asks of an engine, as SimPy's engine does it over plain Python objects.

The compiled engine has the same functions in C (`sim/model/compiled/runtime.h`). Draws are those of
keyed tables, so it does not matter which engine looks them up.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf

import simpy

from sim.model.codes import SETTING_ROWS
from sim.model.draws import Draws
from sim.model.kernel.rows import Agent, Claim, State, WorkQueue
from sim.scenario.plugins import DISCIPLINES, SHIPPED, sound

ROW = SETTING_ROWS - 1
ROW_BITS = SETTING_ROWS.bit_length() - 1

PURPOSES = {
    "claim.coding": 12,
    "claim.rework": 24,
    "claim.rework_touch": 24,
    "claim.decisions": 16,
    "claim.coding_ai": 4,
    "claim.payer_ai": 3,
    "claim.query": 4,
    "visit.luck": 16,
    "visit.touch": 4,
}
"""Columns of the luck that decides what happens to a claim, by purpose.

A row of `claim.query` is a claim's; of all others a day and setting, with so many numbers a claim.
Numbers come in blocks of four: tables of so many columns keep those of a claim in few blocks.
"""

CODING, DECISIONS, REWORK = (
    PURPOSES["claim.coding"],
    PURPOSES["claim.decisions"],
    PURPOSES["claim.rework"],
)
TOUCH, MACHINE, PAYER = (
    PURPOSES["claim.rework_touch"],
    PURPOSES["claim.coding_ai"],
    PURPOSES["claim.payer_ai"],
)
VISIT, VISIT_TOUCH = PURPOSES["visit.luck"], PURPOSES["visit.touch"]

TABLES = {
    "coding": "claim.coding",
    "decisions": "claim.decisions",
    "machine": "claim.coding_ai",
    "payer": "claim.payer_ai",
    "rework": "claim.rework",
    "rework_touch": "claim.rework_touch",
    "visit": "visit.luck",
    "visit_touch": "visit.touch",
}


class Luck:
    """The luck of the claims of a day and setting: tables that are drawn when asked for.

    They lie row by row in arrays, whose single numbers Python reads quickest.
    """

    __slots__ = (
        "_count",
        "_draws",
        "_row",
        "coding",
        "decisions",
        "machine",
        "payer",
        "rework",
        "rework_touch",
        "visit",
        "visit_touch",
    )
    coding: array[float]
    decisions: array[float]
    machine: array[float]
    payer: array[float]
    rework: array[float]
    rework_touch: array[float]
    visit: array[float]
    visit_touch: array[float]

    def __init__(self, draws: Draws, row: int, count: int) -> None:
        self._draws = draws
        self._row = row
        self._count = count

    def __getattr__(self, name: str) -> array[float]:
        """A table that has not been drawn yet."""
        purpose = TABLES[name]
        drawn = self._draws.uniforms(purpose, self._row, self._count, PURPOSES[purpose])
        table = array("d", drawn.tobytes())
        setattr(self, name, table)
        return table


@dataclass(slots=True, eq=False)
class Objects(State):
    """The state with what SimPy's engine keeps beside the rows.

    An entry of a heap is (key, ticket, waiting since, claim), smallest first (no two have the same
    ticket); it is stale once the claim has another. An errand is (what, claim, value). `luck` holds
    the luck of claims by day and setting; `calls` the event that an idle agent waits for; `notes`
    the log of events, as `note` was given them.
    """

    heaps: list[list[tuple[float, int, float, Claim]]] = field(default_factory=list)
    agenda: defaultdict[int, list[tuple[int, Claim, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    outbox: defaultdict[int, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    luck: dict[int, Luck] = field(default_factory=dict)
    draws: Draws = field(default_factory=lambda: Draws(0, 0))
    calls: dict[int, simpy.Event] = field(default_factory=dict)
    notes: list[tuple[int, int, int, int, float, float, float, float]] = field(default_factory=list)


def push(s: Objects, queue: WorkQueue, key: float, ticket: int, since: float, claim: Claim) -> None:
    """Put an entry into the heap of a queue."""
    heappush(s.heaps[queue.index], (key, ticket, since, claim))


def head(s: Objects, queue: WorkQueue) -> float:
    """Key of the best live entry of a queue; infinity when there is none."""
    heap = s.heaps[queue.index]
    while heap:
        key, ticket, _, claim = heap[0]
        if claim.ticket == ticket:
            return key
        heappop(heap)
    return inf


def pop(s: Objects, queue: WorkQueue, agent: Agent) -> Claim:
    """Take the best live entry of a queue into an agent's hands; there must be one."""
    heap = s.heaps[queue.index]
    while True:
        key, ticket, since, claim = heappop(heap)
        if claim.ticket == ticket:
            break
    agent.hand_key = key
    agent.hand_ticket = ticket
    agent.hand_since = since
    agent.hand_claim = claim.index
    return claim


def on(s: Objects, day: int, errand: int, claim: Claim, value: int) -> None:
    """Put an errand down for a day; what lies past the end never happens.

    Those of a day run in the order in which they were put down.
    """
    if day < s.house.end_days:
        s.agenda[day].append((errand, claim, value))


def send_out(s: Objects, day: int, claim: Claim) -> None:
    """Let a claim go out with the file of the night after a day."""
    s.outbox[day].append(claim)


def signal(s: Objects, agent: Agent, _now: float) -> None:
    """Let an agent who waits look again at what there is, now."""
    s.calls.pop(agent.index).succeed()


def own_key(
    s: Objects, queue: WorkQueue, claim: Claim, now: float, due: int, chance: float
) -> float:
    """The key of an entry under a discipline that another package has registered."""
    by_name = list(sound(DISCIPLINES).values())
    return float(by_name[queue.order - len(SHIPPED[DISCIPLINES])](queue, claim, now, due, chance))


def note(
    s: Objects,
    what: int,
    claim: Claim,
    about: int,
    agent: int,
    since: float,
    taken: float,
    begun: float,
    ended: float,
) -> None:
    """Note something for the log of events.

    A spell of work is `about` a queue: its item waited `since` then, was `taken` by the `agent`,
    who worked on it from `begun` until `ended`. What else happens has no agent and one time, and is
    about a category, a cause, or whether it came out well; −1 where it is about nothing.
    """
    s.notes.append((what, claim.index, about, agent, since, taken, begun, ended))


def coding_luck(s: Objects, claim: Claim, i: int) -> float:
    """A uniform that decides the coding step, by `Luck`."""
    key = claim.key
    return s.luck[key >> ROW_BITS].coding[(key & ROW) * CODING + i]


def decision_luck(s: Objects, claim: Claim, i: int) -> float:
    """A uniform that decides what is done about a claim, by `Decision`."""
    key = claim.key
    return s.luck[key >> ROW_BITS].decisions[(key & ROW) * DECISIONS + i]


def rework_luck(s: Objects, claim: Claim, i: int) -> float:
    """The uniform that decides the outcome of a visit to a work queue, by column."""
    key = claim.key
    return s.luck[key >> ROW_BITS].rework[(key & ROW) * REWORK + i]


def rework_touch(s: Objects, claim: Claim, i: int) -> float:
    """The uniform that decides how long such a visit takes."""
    key = claim.key
    return s.luck[key >> ROW_BITS].rework_touch[(key & ROW) * TOUCH + i]


def machine_luck(s: Objects, claim: Claim, i: int) -> float:
    """A uniform that decides what a coding machine does with a chart, by `MachineLuck`."""
    key = claim.key
    return s.luck[key >> ROW_BITS].machine[(key & ROW) * MACHINE + i]


def payer_luck(s: Objects, claim: Claim, i: int) -> float:
    """A uniform that decides what a payer's machine sees in a claim, by `PayerLuck`."""
    key = claim.key
    return s.luck[key >> ROW_BITS].payer[(key & ROW) * PAYER + i]


def query_luck(s: Objects, claim: Claim, i: int) -> float:
    """A uniform that decides what becomes of a query, by `QueryLuck`."""
    return s.draws.one_row("claim.query", claim.key, PURPOSES["claim.query"])[i]


def visit_luck(s: Objects, claim: Claim, i: int) -> float:
    """A uniform that decides a visit before its chart, by `VisitLuck`."""
    key = claim.key
    return s.luck[key >> ROW_BITS].visit[(key & ROW) * VISIT + i]


def visit_touch(s: Objects, claim: Claim, i: int) -> float:
    """The uniform that decides how long a task of a visit takes, by `VisitTask`."""
    key = claim.key
    return s.luck[key >> ROW_BITS].visit_touch[(key & ROW) * VISIT_TOUCH + i]
