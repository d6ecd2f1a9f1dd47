"""People under glass, for tests: bare workshops, a walk through the office, and a head count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

import simpy

from sim.model.careers import Career
from sim.model.codes import NOBODY, QUEUES, Errand, Queue, Stage
from sim.model.kernel import ports
from sim.model.kernel.knowledge import knowledge_at, learned
from sim.model.kernel.ports import Objects
from sim.model.kernel.rows import Agent, Claim, WorkQueue
from sim.model.simulation import Simulation
from sim.model.workforce import Team
from sim.model.world import World
from sim.record.record import Record
from sim.scenario.schema import Scenario
from tests.scenarios import (
    TEAMS,
    faultless,
    noted_changes,
    objects,
    replaced,
    scenario,
    staffed,
    world_of,
)

VENDOR = "vendors.generalist"
MINUTES_PER_MONTH = 1440.0 * 365.25 / 12
LOOK_EVERY_DAYS = 0.0531  # never in step with shifts, files or items
# Errands that bring a claim back; the others only look whether it still waits.
RETURNS = (Errand.ANSWER, Errand.REJECTED, Errand.REPLY, Errand.RECORDS_DECIDED, Errand.DECIDED)

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
        "generalist",
        *BARE,
        *faultless("generalist"),
        *staffed(0),
        f"teams.coding_inpatient.headcount={people}",
        *overrides,
        scale=1,
        days=days,
        first=0,
        last=0,
    )


def coders(world: World) -> Team:
    """The team of a bare scenario."""
    return world.teams[TEAMS.index("coding_inpatient")]


def lived_through(scene: Scenario, replication: int = 0) -> tuple[World, Record]:
    """The world of a scenario on its last day, and the record."""
    world = world_of(scene, replication)
    return world, Simulation(world).run()


def after(scene: Scenario, replication: int = 0) -> World:
    """The world of a scenario on its last day."""
    return lived_through(scene, replication)[0]


def known(world: World, agent: Career) -> tuple[list[float], float]:
    """What somebody knows in the end, by skill and of the client: on leaving, or by now."""
    end = agent.left if agent.left is not None else float(world.engine.env.now)
    return knowledge_at(world.state.crews[agent.row.crew], agent.row, end)


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
    past_the_end: list[tuple[int, Claim]] = field(default_factory=list)


Action = Callable[[World], Generator[simpy.Event, Any, None]]


def watch(scene: Scenario, *actions: Action, replication: int = 0) -> Seen:
    """Run a scenario, looking into the office all the time, with more things happening in it."""
    world = world_of(scene, replication)
    seen = Seen(world, None)  # type: ignore[arg-type]
    put_down = ports.on

    def count(change: str, queue: str, _key: int, _now: float) -> None:
        seen.moves[queue, change] += 1

    def noting(s: Objects, day: int, errand: int, claim: Claim, value: int) -> None:
        if day >= s.house.end_days:
            seen.past_the_end.append((errand, claim))
        put_down(s, day, errand, claim, value)

    with noted_changes(count), replaced(put_down, noting):
        world.engine.env.process(_walk(seen))
        for action in actions:
            world.engine.env.process(action(world))
        seen.record = Simulation(world).run()
    return seen


def _walk(seen: Seen) -> Generator[simpy.Event, Any, None]:
    env = seen.world.engine.env
    yield env.timeout(LOOK_EVERY_DAYS / 3)
    while True:
        for team in seen.world.teams:
            _look_at(seen, team)
        yield env.timeout(LOOK_EVERY_DAYS)


def _look_at(seen: Seen, team: Team) -> None:
    now = seen.world.engine.env.now
    for agent in team.employed:
        if agent.row.hand_queue < 0 and _on_duty(seen.world, team, agent):
            waiting = [QUEUES[q.index] for q in queues_open_to(seen.world, agent) if q.level]
            if waiting:
                seen.stuck.append(f"day {now:.3f}: {team.name}-{agent.number} idle, {waiting} wait")
    if team.vendor.hiring.policy == "replace_on_exit":
        missing = team.roster.plan - len(team.personnel.staying) - team.personnel.pipeline
        if missing:
            seen.off_plan.append(f"day {now:.3f}: {team.name} lacks {missing}")
    pupils = [a.mentor for a in team.employed if a.mentor is not None]
    for agent in team.employed:
        if agent.pupils != sum(mentor is agent for mentor in pupils):
            seen.lost_people.append(f"day {now:.3f}: pupils of {team.name}-{agent.number}")
    if any(mentor.left is not None for mentor in pupils):
        seen.lost_people.append(f"day {now:.3f}: a mentor of {team.name} has left")


def queues_open_to(world: World, agent: Career) -> list[WorkQueue]:
    """Queues that an agent's certificate opens."""
    return [world.state.queues[q] for q in agent.row.queues[: agent.row.n_queues]]


def _on_duty(world: World, team: Team, agent: Career) -> bool:
    """Whether the calendar of their shift has the agent at the desk now, overtime apart."""
    now, calendar = world.engine.env.now, agent.calendar
    length = calendar.shift_length * team.roster.hours_share
    starts = [  # of last night's shift, which may go on past midnight, and of today's
        day + calendar.shift_start
        for day in (int(now) - 1, int(now))
        if day >= 0 and calendar.is_workday[day] and not agent.absent[day]
    ]
    return agent.producing and any(start < now < start + length for start in starts)


# --- what must hold -------------------------------------------------------------------------------


def assert_sound(seen: Seen) -> None:
    """Nothing lost, nobody idle beside work, all time accounted for, the plan pursued."""
    assert not seen.stuck, seen.stuck[:5]
    assert not seen.off_plan, seen.off_plan[:5]
    assert not seen.lost_people, seen.lost_people[:5]
    assert_flow(seen)
    assert_every_claim_is_somewhere(seen)
    world = seen.world
    assert_idle_agents_stand_in_line(world)
    for team in world.teams:
        assert_time_adds_up(world, team)
    assert_weeks_add_up(seen.record)


def assert_weeks_add_up(record: Record) -> None:
    """Busy ≤ productive ≤ scheduled ≤ paid hours, for each team and week."""
    weeks = record.weeks
    columns = [
        weeks[name]
        for name in ("busy_minutes", "productive_minutes", "scheduled_hours", "paid_hours")
    ]
    for busy, productive, scheduled, paid in zip(*columns, strict=True):
        assert busy <= productive + 1e-6
        assert productive <= 60.0 * scheduled + 1e-6
        assert scheduled <= paid + 1e-9


def assert_flow(seen: Seen) -> None:
    """Per queue: arrived = finished + waiting + dropped + in hand."""
    state = seen.world.state
    in_hand = Counter(agent.hand_queue for agent in _busy(seen.world))
    for queue in state.queues:
        put, take, back, drop = (
            seen.moves[QUEUES[queue.index], move] for move in ("put", "take", "give_back", "drop")
        )
        assert queue.level == sum(1 for _ in _waiting(seen.world, queue))
        assert queue.arrived == put
        assert take - back == sum(queue.waits) + in_hand[queue.index]
        assert queue.arrived == sum(queue.waits) + queue.level + drop + in_hand[queue.index]


def assert_idle_agents_stand_in_line(world: World) -> None:
    """Whoever is idle stands once in the line of each queue they may work, and nobody else does."""
    agents = world.state.agents
    for queue in world.state.queues:
        line, last, here = [], NOBODY, queue.idle_first
        while here != NOBODY:
            assert agents[here].before[queue.index] == last
            line.append(here)
            last, here = here, agents[here].after[queue.index]
        assert queue.idle_last == last
        idle = [a.index for a in agents if a.idle and queue.index in a.queues[: a.n_queues]]
        assert sorted(line) == idle


def assert_every_claim_is_somewhere(seen: Seen) -> None:
    """A claim on its way waits, is in hand, goes out tonight or comes back on a day: just one."""
    world = seen.world
    places = Counter(claim.key for claim in _placed(seen))
    last_ready = world.scenario.horizon_days - world.scenario.hospital.chart_ready_days
    for claim in world.state.claims:
        found = places[claim.key]
        if claim.stage == Stage.PAID:  # may still be fought for: a short payment
            assert found <= 1
        elif claim.stage == Stage.CLOSED:
            assert found == 0
        elif claim.stage == Stage.SUBMITTED:  # with the payer, and perhaps asked about
            assert found <= 2
        elif claim.stage == Stage.WAITING and claim.day >= last_ready:  # perhaps not yet coded
            assert found <= 1
        else:
            assert found == 1, (claim.key, claim.stage)


def _placed(seen: Seen) -> Iterable[Claim]:
    s = objects(seen.world)
    for queue in s.queues:
        yield from _waiting(seen.world, queue)
    for agent in _busy(seen.world):
        claim = s.claims[agent.hand_claim]
        # While somebody asks for an answer, it may come, and the claim goes on.
        if agent.hand_queue != Queue.FOLLOW_UP or claim.stage == Stage.SUBMITTED:
            yield claim
    for batch in s.outbox.values():
        yield from batch
    errands = [(errand, claim) for day in s.agenda.values() for errand, claim, _ in day]
    for errand, claim in errands + seen.past_the_end:
        if errand in RETURNS:
            yield claim


def _waiting(world: World, queue: WorkQueue) -> Iterable[Claim]:
    """Claims that wait in a queue: those whose entry is their current one."""
    heap = objects(world).heaps[queue.index]
    return (claim for _, ticket, _, claim in heap if claim.ticket == ticket)


def _busy(world: World) -> list[Agent]:
    """Agents with an item in hand."""
    return [agent for agent in world.state.agents if agent.hand_queue >= 0]


def assert_time_adds_up(world: World, team: Team) -> None:
    """Busy ≤ productive ≤ scheduled ≤ paid, for each agent and week; careers add up to totals."""
    for agent in team.agents:
        row = agent.row
        assert team.roster.worked_minutes(agent) <= agent.productive_minutes + 1e-6, agent.number
        assert (agent.left is None) == (agent in team.employed)
        assert (agent.left is None) == (agent.reason == "") == (not row.gone)
        if agent.left is not None:
            assert agent.left >= max(agent.hired, 0.0)
            assert row.hand_queue < 0
            assert not row.idle
    busy = sum(map(team.roster.worked_minutes, team.agents))
    productive = sum(a.productive_minutes for a in team.agents)
    assert abs(busy - team.roster.busy_minutes) <= 1e-6 * max(1.0, busy)
    assert abs(productive - team.time.productive_minutes) <= 1e-6 * max(1.0, productive)
    assert busy <= productive + 1e-6
    assert productive <= 60.0 * team.time.scheduled_hours + 1e-6
    assert team.time.scheduled_hours <= team.time.paid_hours + 1e-6
    assert 0.0 <= team.roster.occupancy <= 1.0
    for agent in team.employed:
        domain, client = known(world, agent)
        assert all(0.0 <= level <= 1.0 for level in (*domain, *agent.row.knowledge))
        crew, row = world.state.crews[agent.row.crew], agent.row
        most = learned(crew, row.client, row.client_practice, crew.client_rate)
        assert 0.0 <= client <= most <= 1.0
