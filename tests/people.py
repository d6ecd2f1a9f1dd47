"""People under glass, for tests: bare workshops, a walk through the office, and a head count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import simpy

from sim.model.agents import Agent
from sim.model.claims import CLOSED, PAID, SUBMITTED, WAITING, Claim
from sim.model.office import Office
from sim.model.queues import WorkQueue
from sim.model.simulation import World
from sim.model.workforce import Team
from sim.record.record import Record
from sim.scenario.schema import Scenario
from tests.scenarios import TEAMS, faultless, scenario, staffed

VENDOR = "vendors.generalist"
MINUTES_PER_MONTH = 1440.0 * 365.25 / 12
LOOK_EVERY_DAYS = 0.0531  # never in step with shifts, files or items
# Errands that bring a claim back; the others only look whether it still waits.
RETURNS = ("_answer", "_rejected", "_reply", "_records_decided", "_decided")

# Work round the clock, nobody absent, nothing forgotten or out of date, all alike, no pressure;
# leavers are replaced at once by people who start work at once; nobody works overtime.
BARE = [
    "hospital.inpatient.claims_per_year=0",
    "hospital.outpatient.claims_per_year=0",
    "hospital.scrubber_edit_share=0",
    "hospital.chart_ready_days=0",
    "policy_calendar=[]",
    "calendar.country=none",
    "calendar.workdays=[0, 1, 2, 3, 4, 5, 6]",
    "calendar.shift_start_hour=0",
    "calendar.shift_hours=24",
    "calendar.shrinkage_share=0",
    "calendar.absence_share=0",
    "people.novice_slowdown=0",
    "people.speed_sigma=0",
    "people.pressure_accuracy=0",
    "people.pressure_hazard=0",
    "people.check_time_share=0",
    "queues.coding_inpatient.minutes_cv=0",
    f"{VENDOR}.certification_mix=!replace {{none: 1}}",
    f"{VENDOR}.conformance=0",
    f"{VENDOR}.target_occupancy=1",
    f"{VENDOR}.handle_time_multiplier=1",
    f"{VENDOR}.quality.hold_and_query_share=0",
    f"{VENDOR}.learning.forgetting_per_month=0",
    f"{VENDOR}.hiring.time_to_fill_days=0",
    f"{VENDOR}.hiring.class_every_days=0",
    f"{VENDOR}.hiring.class_size=1000",
    f"{VENDOR}.hiring.classroom_days=0",
    f"{VENDOR}.hiring.nesting_days=0",
    *(f"teams.{team}.overtime=null" for team in TEAMS),
]


def bare(people: int, *overrides: str, days: int) -> Scenario:
    """A hospital whose only staff are some inpatient coders, in the simplest of all worlds."""
    return scenario(
        "generalist", *BARE, *faultless("generalist"), *staffed(0),
        f"teams.coding_inpatient.headcount={people}", *overrides,
        scale=1, days=days, first=0, last=0,
    )  # fmt: skip


def coders(world: World) -> Team:
    """The team of a bare scenario."""
    return world.teams[TEAMS.index("coding_inpatient")]


def after(scene: Scenario, replication: int = 0) -> World:
    """The world of a scenario on its last day."""
    world = World(scene, replication)
    with patch.object(World, "_let_go", lambda _: None):
        world.run()
    return world


@dataclass
class Seen:
    """What a walk through the office found."""

    world: World
    record: Record
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each change (put, take, give_back, drop) was made to each queue."""
    stuck: list[str] = field(default_factory=list)
    lost_people: list[str] = field(default_factory=list)
    off_plan: list[str] = field(default_factory=list)
    past_the_end: list[tuple[Any, Claim]] = field(default_factory=list)


Action = Callable[[World], Generator[simpy.Event, Any, None]]


def watch(scene: Scenario, *actions: Action, replication: int = 0) -> Seen:
    """Run a scenario, looking into the office all the time, with more things happening in it."""
    world = World(scene, replication)
    seen = Seen(world, None)  # type: ignore[arg-type]
    errand_on = Office.on

    def noting(self: Office, day: int, errand: Any, claim: Claim, value: Any = None) -> None:
        if day >= self.horizon:
            seen.past_the_end.append((errand, claim))
        errand_on(self, day, errand, claim, value)

    changes = {move: _counting(seen, move) for move in ("put", "take", "give_back", "drop")}
    with (
        patch.multiple(WorkQueue, **changes),
        patch.object(World, "_let_go", lambda _: None),
        patch.object(Office, "on", noting),
    ):
        world.env.process(_walk(seen))
        for action in actions:
            world.env.process(action(world))
        seen.record = world.run()
    return seen


def _counting(seen: Seen, move: str) -> Any:
    change = getattr(WorkQueue, move)

    def counted(self: WorkQueue, *arguments: Any) -> Any:
        seen.moves[self.name, move] += 1
        return change(self, *arguments)

    return counted


def _walk(seen: Seen) -> Generator[simpy.Event, Any, None]:
    world = seen.world
    yield world.env.timeout(LOOK_EVERY_DAYS / 3)
    while True:
        for team in world.teams:
            _look_at(seen, team)
        yield world.env.timeout(LOOK_EVERY_DAYS)


def _look_at(seen: Seen, team: Team) -> None:
    now = seen.world.env.now
    for agent in team.employed:
        if agent.in_hand is None and _on_duty(seen.world, agent):
            waiting = [q.name for q in agent.queues if q.level]
            if waiting:
                seen.stuck.append(f"day {now:.3f}: {team.name}-{agent.number} idle, {waiting} wait")
    if team.vendor.hiring.policy == "replace_on_exit":
        missing = team.plan - len(team.employed) - team.personnel.pipeline
        if missing:
            seen.off_plan.append(f"day {now:.3f}: {team.name} lacks {missing}")
    pupils = [a.mentor for a in team.employed if a.mentor is not None]
    for agent in team.employed:
        if agent.pupils != sum(mentor is agent for mentor in pupils):
            seen.lost_people.append(f"day {now:.3f}: pupils of {team.name}-{agent.number}")
    if any(mentor.left is not None for mentor in pupils):
        seen.lost_people.append(f"day {now:.3f}: a mentor of {team.name} has left")


def _on_duty(world: World, agent: Agent) -> bool:
    """Whether the calendar has the agent at the desk now, overtime apart."""
    day = int(world.env.now)
    calendar, hour = world.calendar, world.env.now - day
    length = calendar.shift_length * agent.team.hours_share
    here = calendar.is_workday[day] and not agent.absent[day] and agent.producing
    return here and calendar.shift_start < hour < calendar.shift_start + length


# --- what must hold -------------------------------------------------------------------------------


def assert_sound(seen: Seen) -> None:
    """Nothing lost, nobody idle beside work, all time accounted for, the plan pursued."""
    assert not seen.stuck, seen.stuck[:5]
    assert not seen.off_plan, seen.off_plan[:5]
    assert not seen.lost_people, seen.lost_people[:5]
    assert_flow(seen)
    assert_every_claim_is_somewhere(seen)
    for team in seen.world.teams:
        assert_time_adds_up(team)


def assert_flow(seen: Seen) -> None:
    """Per queue: arrived = finished + waiting + dropped + in hand."""
    in_hand = Counter(agent.in_hand[0].name for agent in _everyone(seen.world) if agent.in_hand)
    for name, queue in seen.world.office.queues.items():
        put, take, back, drop = (
            seen.moves[name, move] for move in ("put", "take", "give_back", "drop")
        )
        assert queue.level == sum(e[3].ticket == e[1] for e in queue.heap)
        assert queue.arrived == put
        assert queue.taken == take - back == queue.finished + in_hand[name]
        assert queue.arrived == queue.finished + queue.level + drop + in_hand[name]


def assert_every_claim_is_somewhere(seen: Seen) -> None:
    """A claim on its way waits, is in hand, goes out tonight or comes back on a day: just one."""
    world = seen.world
    places = Counter(claim.key for claim in _placed(seen))
    last_ready = world.scenario.horizon_days - world.scenario.hospital.chart_ready_days
    for claim in world.claims:
        found = places[claim.key]
        if claim.stage == PAID:  # may still be fought for: a short payment
            assert found <= 1
        elif claim.stage == CLOSED:
            assert found == 0
        elif claim.stage == SUBMITTED:  # with the payer, and perhaps asked about
            assert found <= 2
        elif claim.stage == WAITING and claim.day >= last_ready:  # perhaps not yet to be coded
            assert found <= 1
        else:
            assert found == 1, (claim.key, claim.stage)


def _placed(seen: Seen) -> Iterable[Claim]:
    world, office = seen.world, seen.world.office
    for queue in office.queues.values():
        yield from (e[3] for e in queue.heap if e[3].ticket == e[1])
    for agent in _everyone(world):
        if agent.in_hand:
            queue, claim = agent.in_hand[0], agent.in_hand[1][3]
            # While somebody asks for an answer, it may come, and the claim goes on.
            if queue.name != "follow_up" or claim.stage == SUBMITTED:
                yield claim
    for batch in office.outbox.values():
        yield from batch
    errands = [(e, c) for day in office.agenda.values() for e, c, _ in day]
    for errand, claim in errands + seen.past_the_end:
        if errand.__name__ in RETURNS:
            yield claim


def _everyone(world: World) -> list[Agent]:
    return [agent for team in world.teams for agent in team.agents]


def assert_time_adds_up(team: Team) -> None:
    """Busy ≤ productive ≤ scheduled ≤ paid; agents' careers add up to the team's totals."""
    shift = team._calendar.shift_length * 1440.0 * team.hours_share
    most = (shift + 1440.0 * team.time.overtime_days) * team._calendar.productive_share
    for agent in team.agents:
        # Time is counted by whole days; a career, or the help of a mentor, may end within one.
        assert agent.busy_minutes <= agent.productive_minutes + 2 * most + 1e-6, agent.number
        assert (agent.left is None) == (agent in team.employed)
        assert (agent.left is None) == (agent.reason == "")
        if agent.left is not None:
            assert agent.left >= max(agent.hired, 0.0)
            assert agent.in_hand is None
    busy = sum(a.busy_minutes for a in team.agents)
    productive = sum(a.productive_minutes for a in team.agents)
    assert abs(busy - team.busy_minutes) <= 1e-6 * max(1.0, busy)
    assert abs(productive - team.time.productive_minutes) <= 1e-6 * max(1.0, productive)
    joiners = sum(a.hired >= 0.0 for a in team.agents)
    assert busy <= productive + joiners * most + 1e-6
    assert productive <= 60.0 * team.time.scheduled_hours + 1e-6
    assert team.time.scheduled_hours <= team.time.paid_hours + 1e-6
    assert 0.0 <= team.occupancy <= 1.0
    for agent in team.employed:
        assert all(0.0 <= level <= 1.0 for level in agent.knowledge)
        assert 0.0 <= agent.client <= 1.0
