"""Small scenarios for tests: the shipped ones with overrides, and a watch on the queues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from sim.model.codes import CATEGORIES, QUEUES
from sim.model.kernel import coding, front, knowledge, money, payer, ports, queueing, rework, work
from sim.model.kernel.ports import Objects
from sim.model.kernel.rows import Agent, Claim, WorkQueue
from sim.model.simpy_engine import SimPyEngine
from sim.model.simulation import Simulation
from sim.model.world import World
from sim.record.record import Facts, Record
from sim.scenario.load import load, shipped_file
from sim.scenario.schema import Scenario

TEAMS = ("coding_inpatient", "coding_outpatient", "billing", "clinical", "ar")
PAYERS = ("commercial", "managed_medicaid", "medicaid", "medicare", "medicare_advantage", "other")
"""In the order of their numbers, which is that of their names."""
CERTIFICATIONS = ("none", "CPC", "CCS", "RHIT", "RN")
EVENLY = "hospital.arrivals.month_profile=[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]"
"""As many claims every day, whatever the month."""
KERNEL = (coding, front, knowledge, money, payer, ports, queueing, rework, work)


def scenario(
    name: str = "generalist",
    *overrides: str,
    scale: float = 0.02,
    days: int = 200,
    first: int = 30,
    last: int = 60,
) -> Scenario:
    """A shipped scenario on a small hospital for some days, `overrides` laid upon it last.

    Services count from day `first` to `last` days before the end. Nobody works overtime unless a
    test asks for it, so that capacity is what the calendar says. Nothing happens after the end,
    unless a test asks for a drain.
    """
    size = (
        f"hospital.scale={scale}",
        f"horizon_days={days}",
        f"kpi_from_days={first}",
        f"kpi_until_days={last}",
        "drain_days=0",
    )
    regular = [f"teams.{team}.overtime=null" for team in TEAMS]
    return load(shipped_file(f"{name}.yaml"), [*size, *regular, *overrides]).scenario


def a_year(facts: Facts) -> float:
    """What a dollar of the KPI window of a record is a year, at full size."""
    days = facts.horizon_days - facts.kpi_until_days - facts.kpi_from_days
    return 365.25 / days / facts.scale


def staffed(people: int) -> list[str]:
    """Every team has this many people at scale 1."""
    return [f"teams.{team}.headcount={people}" for team in TEAMS]


def for_payers(key: str, value: object) -> list[str]:
    """One value of a payer's key for all payers."""
    return [f"payers.{payer}.{key}={value}" for payer in PAYERS]


def for_categories(key: str, value: object) -> list[str]:
    """One value of a category's key for all categories."""
    return [f"categories.{category}.{key}={value}" for category in CATEGORIES]


def frozen(vendor: str, domain: float = 1.0, client: float = 1.0) -> list[str]:
    """Nobody learns, forgets, comes or goes; nothing presses; all know the same."""
    return [
        "policy_calendar=[]",
        "people.pressure_accuracy=0",
        f"vendors.{vendor}.go_live_knowledge={{domain: {domain}, client: {client}}}",
        f"vendors.{vendor}.turnover.annual_rate=0",
        f"vendors.{vendor}.hiring.nesting_days=0",
        f"vendors.{vendor}.learning.domain_per_month=0",
        f"vendors.{vendor}.learning.client_per_month=0",
        f"vendors.{vendor}.learning.forgetting_per_month=0",
    ]


def faultless(vendor: str) -> list[str]:
    """No defect, gap, vanished claim or short payment comes from anywhere."""
    return [
        *for_categories("incidence", 0),
        *(f"certifications.{c}.accuracy_floor=1" for c in CERTIFICATIONS),
        *(f"certifications.{c}.accuracy_ceiling=1" for c in CERTIFICATIONS),
        *for_payers("no_reply_share", 0),
        *for_payers("short_pay_share", 0),
        "people.pressure_accuracy=0",
        "people.entry_defect_floor=0",
        "hospital.inpatient.cdi_gap_share=0",
        "hospital.outpatient.cdi_gap_share=0",
        f"vendors.{vendor}.quality.entry_defect_share=0",
        f"vendors.{vendor}.quality.duplicate_share=0",
    ]


@dataclass
class Watch:
    """What happened at one queue, noted by somebody who stands beside it.

    Times are in days. `here` holds when each waiting claim last began to wait; `waited` how long
    each claim waited in a visit that ended with somebody taking it (`past` those of its earlier
    visits); `withdrawn` the waits of claims taken away unworked; `stays` when each unbroken stay
    ended, and its length. `area` is the time integral of the number waiting up to the last change.
    """

    here: dict[int, float] = field(default_factory=dict)
    waited: dict[int, float] = field(default_factory=dict)
    past: list[float] = field(default_factory=list)
    stays: list[tuple[float, float]] = field(default_factory=list)
    withdrawn: list[float] = field(default_factory=list)
    arrived: int = 0
    returned: int = 0
    area: float = 0.0
    changed: float = 0.0

    def put(self, key: int, now: float) -> None:
        """A claim arrives."""
        self.arrived += 1
        if key in self.waited:
            self.past.append(self.waited.pop(key))
        self._enter(key, now)

    def take(self, key: int, now: float) -> None:
        """Somebody takes a claim up."""
        self.waited[key] = self.waited.get(key, 0.0) + self._leave(key, now)

    def give_back(self, key: int, now: float) -> None:
        """A claim taken up comes back unfinished and waits on."""
        self.returned += 1
        self._enter(key, now)

    def drop(self, key: int, now: float) -> None:
        """A claim is taken away without being worked."""
        self.withdrawn.append(self._leave(key, now))
        self.waited.pop(key, None)

    def worked(self, in_hand: set[int]) -> list[float]:
        """Waits of all visits that came to their end, given the claims still in hand."""
        unfinished = in_hand | self.here.keys()
        return [*self.past, *(w for key, w in self.waited.items() if key not in unfinished)]

    def area_at(self, now: float) -> float:
        """Time integral of the number waiting."""
        return self.area + len(self.here) * (now - self.changed)

    def _enter(self, key: int, now: float) -> None:
        assert key not in self.here, "a claim waits twice in one queue"
        self._tick(now)
        self.here[key] = now

    def _leave(self, key: int, now: float) -> float:
        self._tick(now)
        stay = now - self.here.pop(key)
        self.stays.append((now, stay))
        return stay

    def _tick(self, now: float) -> None:
        assert now >= self.changed, "time runs backwards"
        self.area = self.area_at(now)
        self.changed = now


@contextmanager
def replaced(function: Callable[..., Any], by: Callable[..., Any]) -> Iterator[None]:
    """Another function stands in for one of the kernel, in every module that calls it by name."""
    name = function.__name__
    found = [module for module in KERNEL if vars(module).get(name) is function]
    assert found, f"no module of the kernel calls {name}"
    with ExitStack() as stack:
        for module in found:
            stack.enter_context(patch.object(module, name, by))
        yield


Change = Callable[[str, str, int, float], None]


@contextmanager
def noted_changes(note: Change) -> Iterator[None]:
    """After every change of a queue of SimPy's engine, notes it with queue, claim's key and time.

    Changes are `put`, `take`, `drop`, and `give_back` where somebody leaves in the middle of an
    item: the only place where work puts an entry into a heap itself.
    """

    def put(
        s: Objects, queue: WorkQueue, key: float, ticket: int, since: float, claim: Claim
    ) -> None:
        ports.push(s, queue, key, ticket, since, claim)
        note("put", QUEUES[queue.index], claim.key, since)

    def take(s: Objects, queue: WorkQueue, agent: Agent, now: float) -> Claim:
        claim = queueing_take(s, queue, agent, now)
        note("take", QUEUES[queue.index], claim.key, now)
        return claim

    def drop(queue: WorkQueue, claim: Claim, now: float) -> None:
        queueing_drop(queue, claim, now)
        note("drop", QUEUES[queue.index], claim.key, now)

    def hand_back(s: Objects, agent: Agent, now: float) -> None:
        nonlocal left
        left = now
        work_hand_back(s, agent, now)

    def give_back(
        s: Objects, queue: WorkQueue, key: float, ticket: int, since: float, claim: Claim
    ) -> None:
        ports.push(s, queue, key, ticket, since, claim)
        note("give_back", QUEUES[queue.index], claim.key, left)

    left = 0.0
    queueing_take, queueing_drop, work_hand_back = queueing.take, queueing.drop, work.hand_back
    with (
        patch.object(queueing, "push", put),
        replaced(queueing_take, take),
        replaced(queueing_drop, drop),
        patch.object(work, "hand_back", hand_back),
        patch.object(work, "push", give_back),
    ):
        yield


@contextmanager
def watched_queues() -> Iterator[dict[str, Watch]]:
    """Notes every change of every queue while it is open; queues by name."""
    seen: defaultdict[str, Watch] = defaultdict(Watch)

    def note(change: str, queue: str, key: int, now: float) -> None:
        getattr(seen[queue], change)(key, now)

    with noted_changes(note):
        yield seen


# --- runs to be looked into -----------------------------------------------------------------------


class Kept(SimPyEngine):
    """SimPy's engine, which still holds everything when a run is over."""

    def close(self) -> None:
        """Let go of nothing."""


def world_of(scene: Scenario, replication: int = 0) -> World:
    """The world of a scenario before its first day, to be looked into whenever one likes."""
    return World(scene, replication, Kept)


def objects(world: World) -> Objects:
    """The rows of such a world, with what SimPy's engine keeps beside them."""
    assert isinstance(world.state, Objects)
    return world.state


def by_reference(scene: Scenario, replication: int = 0) -> Record:
    """The record of a run by SimPy's engine, whose functions can be watched."""
    return Simulation(World(scene, replication, SimPyEngine)).run()


def queues_of(world: World) -> dict[str, WorkQueue]:
    """The queues of a scenario by name."""
    return {str(q.name): world.state.queues[QUEUES.index(q.name)] for q in world.scenario.queues}


def in_hand(world: World) -> dict[str, set[int]]:
    """Keys of the claims that agents have in hand, by queue."""
    hands: defaultdict[str, set[int]] = defaultdict(set)
    for agent in world.state.agents:
        if agent.hand_queue >= 0:
            hands[QUEUES[agent.hand_queue]].add(world.state.claims[agent.hand_claim].key)
    return hands
