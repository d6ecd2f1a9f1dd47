"""Dated moves: as many as written on the day, with what they know, and nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from math import exp
from typing import Any

import pytest
import simpy

from sim.model import engines, rules
from sim.model.careers import Career
from sim.model.simulation import run
from sim.model.workforce import Team
from sim.model.world import World
from sim.record.kpis import outcome
from sim.record.record import Record
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from tests.digests import digests
from tests.people import VENDOR, after, assert_sound, bare, lived_through, watch
from tests.scenarios import TEAMS, scenario, staffed, world_of

TURNOVER, HIRING = f"{VENDOR}.turnover", f"{VENDOR}.hiring"
CODERS, AR = "coding_inpatient", "ar"
HARDLY_ANYBODY_LEAVES = f"{TURNOVER}.annual_rate=0.001"
"""So that tenures differ."""
WORK = ("hospital.inpatient.claims_per_year=20000", "hospital.outpatient.claims_per_year=30000")
RANKED = [
    *(
        f"certifications.{name}.accuracy_{end}={value}"
        for name, value in (("none", 0.7), ("CPC", 0.8))
        for end in ("floor", "ceiling")
    )
]
DATE, DAY = "2025-01-21", 20


def event(kind: str, on: str = DATE, **more: object) -> str:
    words = ", ".join(f"{key}: {value}" for key, value in more.items())
    return f"{{kind: {kind}, on: {on}, {words}}}"


def timeline(*events: str) -> str:
    return f"timeline=!replace [{', '.join(events)}]"


def moved(*events: str, heads: int = 20, days: int = 60, more: tuple[str, ...] = ()) -> Scenario:
    """A bare hospital with people in all teams, and moves."""
    return bare(heads, *staffed(heads), HARDLY_ANYBODY_LEAVES, timeline(*events), *more, days=days)


def team_of(world: World, name: str) -> Team:
    return next(t for t in world.teams if t.name == name and t.is_open)


def careers(record: Record, change: str) -> list[dict[str, Any]]:
    """Rows of the table of careers about a kind of change."""
    rows = [
        dict(zip(record.careers, row, strict=True))
        for row in zip(*record.careers.values(), strict=True)
    ]
    return [row for row in rows if row["change"] == change]


Looks = Callable[[World], Generator[simpy.Event, Any, None]]


def looking(found: dict[float, Any], look: Callable[[World], Any], *times: float) -> Looks:
    """Looks at a world at some times, and notes what is seen."""

    def process(world: World) -> Generator[simpy.Event, Any, None]:
        for at in times:
            yield world.engine.env.timeout(at - world.engine.env.now)
            found[at] = look(world)

    return process


# --- classes --------------------------------------------------------------------------------------


def test_a_class_of_ten_starts_on_its_date() -> None:
    scene = moved(
        event("class", team=CODERS, people=10),
        more=(f"{HIRING}.classroom_days=7", "people.recruiting_usd=1000"),
    )
    world, record = lived_through(scene)
    agents = record.agents
    new = [i for i, day in enumerate(agents["hired_day"]) if day > 0]
    assert [agents["hired_day"][i] for i in new] == [float(DAY)] * 10
    assert [agents["ready_day"][i] for i in new] == [DAY + 7.0] * 10
    assert {agents["team"][i] for i in new} == {CODERS}
    assert team_of(world, CODERS).roster.plan == 30
    assert record.totals["recruiting_usd"] == 10_000.0
    weeks = record.weeks
    plans = {
        d: p
        for d, p, t in zip(weeks["day"], weeks["plan"], weeks["team"], strict=True)
        if t == CODERS
    }
    assert (plans[7], plans[14]) == (20.0, 30.0)  # weeks are written at their end
    told = careers(record, "class")
    assert [row["agent"] for row in told] == [f"{CODERS}-{n}" for n in range(20, 30)]
    assert {(row["day"], row["date"], row["asked"], row["done"]) for row in told} == {
        (DAY, DATE, 10, 10)
    }


def test_a_class_has_the_certifications_that_are_written() -> None:
    scene = moved(event("class", team=CODERS, people="{CPC: 4, CCS: 6}"))
    agents = run(scene, 0).agents
    new = [i for i, day in enumerate(agents["hired_day"]) if day > 0]
    assert Counter(agents["certification"][i] for i in new) == {"CPC": 4, "CCS": 6}


def test_a_class_starts_even_where_nobody_is_replaced() -> None:
    scene = moved(event("class", team=CODERS, people=3), more=(f"{HIRING}.policy=freeze",))
    assert len(careers(run(scene, 0), "class")) == 3


def test_a_vendor_who_takes_over_later_staffs_the_larger_plan() -> None:
    change = timeline(
        event("class", on="2025-02-01", team=AR, people=5),
        event("transfer", on="2025-02-02", people=2, from_team=AR, to_team="billing"),
        event("vendor_switch", on="2025-03-01", to="specialized"),
    )
    scene = scenario("medcentral", *staffed(10), change, "kpi_from_days=30", scale=1, days=120)
    plans = {t.name: t.roster.plan for t in after(scene).teams if t.is_open}
    assert plans == {**dict.fromkeys(TEAMS, 10), AR: 13, "billing": 12}


# --- transfers ------------------------------------------------------------------------------------


def state_of(agent: Career) -> tuple[Any, ...]:
    """What somebody is, knows and may do."""
    row = agent.row
    return (
        agent.label,
        agent.certification,
        agent.hired,
        agent.threshold,
        agent.hazard_factor,
        agent.wage,
        agent.rate,
        row.crew,
        row.speed,
        row.hours_share,
        row.month_minutes,
        row.queues[: row.n_queues],
        list(row.knowledge),
        row.client,
        agent.productive_share,
    )


def test_a_transfer_of_five_moves_the_five_longest_serving_with_what_they_know() -> None:
    scene = moved(event("transfer", people=5, from_team=CODERS, to_team=AR))
    found: dict[float, Any] = {}

    def look(world: World) -> dict[str, list[tuple[Any, ...]]]:
        return {name: [state_of(a) for a in team_of(world, name).employed] for name in (CODERS, AR)}

    seen = watch(scene, looking(found, look, DAY - 0.5, DAY + 0.5))
    before, then = found.values()
    oldest = sorted(before[CODERS], key=lambda s: s[2])[:5]
    come = then[AR][20:]
    assert [s[0] for s in come] == [s[0] for s in oldest]
    assert len(then[CODERS]) == 15
    for one, other in zip(oldest, come, strict=True):
        assert other[1:7] == one[1:7]
        assert other[8:11] == one[8:11]
        assert other[12:] == one[12:], "nobody has worked since: there are no claims"
    ar = team_of(seen.world, AR)
    assert {tuple(s[11]) for s in come} == {tuple(q.index for q in ar.queues)}
    assert (team_of(seen.world, CODERS).roster.plan, ar.roster.plan) == (15, 25)
    told = careers(seen.record, "transfer")
    assert [row["agent"] for row in told] == [s[0] for s in oldest]
    assert {(row["from"], row["to"], row["asked"], row["done"]) for row in told} == {
        (CODERS, AR, 5, 5)
    }
    assert Counter(seen.record.agents["team"]) == {**dict.fromkeys(TEAMS, 20), CODERS: 15, AR: 25}
    assert len(set(seen.record.agents["agent"])) == 100


def test_there_and_back_again_changes_nothing_about_them() -> None:
    """The other team has nobody of its own, so that the same five come back."""
    scene = bare(
        20,
        f"teams.{AR}.headcount=0",
        HARDLY_ANYBODY_LEAVES,
        timeline(
            event("transfer", people=5, from_team=CODERS, to_team=AR),
            event("transfer", on="2025-01-31", people=5, from_team=AR, to_team=CODERS),
        ),
        days=60,
    )
    found: dict[float, Any] = {}

    def look(world: World) -> dict[str, tuple[Any, ...]]:
        return {a.label: state_of(a) for a in team_of(world, CODERS).employed}

    watch(scene, looking(found, look, DAY - 0.5, 40.5))
    before, then = found.values()
    assert then == before


def test_time_is_paid_by_the_team_that_has_them() -> None:
    """Round the clock: 20 days of 20 people, then 40 of 15 in one team and of 25 in the other."""
    record = run(moved(event("transfer", people=5, from_team=CODERS, to_team=AR)), 0)
    weeks, hours = record.weeks, Counter[str]()
    for team, paid in zip(weeks["team"], weeks["paid_hours"], strict=True):
        hours[team] += paid
    assert hours[CODERS] == pytest.approx(24 * (20 * 20 + 40 * 15))
    assert hours[AR] == pytest.approx(24 * (20 * 20 + 40 * 25))


def test_whoever_moved_is_replaced_where_they_left() -> None:
    change = event("transfer", people=10, from_team=CODERS, to_team=AR)
    scene = moved(change, more=(f"{TURNOVER}.annual_rate=6",), days=200)
    seen = watch(scene)
    assert not seen.off_plan
    assert not seen.lost_people
    reasons, labels = seen.record.agents["reason"], seen.record.agents["agent"]
    teams = seen.record.agents["team"]
    moved_on = [i for i, label in enumerate(labels) if not label.startswith(teams[i])]
    assert len(moved_on) == 10
    assert any(reasons[i] == "quit" for i in moved_on)
    assert len(team_of(seen.world, AR).employed) == 30


def test_whoever_studies_passes_where_they_are_then() -> None:
    """All enrol on the first review after the start of a programme of a month, and pass."""
    programme = (
        f"{VENDOR}.programmes=[{{name: up, from_certification: none, to_certification: CPC, "
        "after_days: 0, enrol_share: 1, months: 1, study_hours_per_week: 4, pass_share: 1, "
        "cost_usd: 1, hazard_multiplier: 1}]"
    )
    scene = moved(
        event("programme_start", on="2025-01-10", vendor="generalist", programme="up"),
        event("transfer", people=5, from_team=CODERS, to_team=AR),
        more=(programme,),
    )
    ar = team_of(after(scene), AR)
    come = [a for a in ar.employed if a.label.startswith(CODERS)]
    assert len(come) == 5
    assert {a.certification for a in come} == {"CPC"}
    assert {tuple(a.row.queues[: a.row.n_queues]) for a in come} == {
        tuple(q.index for q in ar.queues)
    }


def test_only_those_move_who_may_work_there() -> None:
    scene = moved(
        event("transfer", people=5, from_team=CODERS, to_team=AR),
        more=(
            f"teams.{CODERS}.headcount={{none: 17, CPC: 3}}",
            "teams.ar.headcount={CPC: 20}",
            "certifications.none.opens=[coding_inpatient, coding_outpatient, edits, records, "
            "cdi_query, denials_technical, denials_clinical]",
        ),
    )
    world, record = lived_through(scene)
    told = careers(record, "transfer")
    assert {(row["asked"], row["done"]) for row in told} == {(5, 3)}
    assert len(told) == 3
    assert team_of(world, AR).roster.plan == 23


def test_those_in_class_and_nesting_stay_and_are_no_longer_led_by_who_goes() -> None:
    """Three of three seniors go; the six newcomers, of whom each had two, have no mentor left."""
    scene = moved(
        event("class", on="2025-01-11", team=CODERS, people=6),
        event("transfer", people=9, from_team=CODERS, to_team=AR),
        heads=3,
        more=(f"{HIRING}.nesting_days=30", f"{HIRING}.mentor_share=0.2"),
    )
    found: dict[float, Any] = {}

    def look(world: World) -> tuple[list[int], list[bool]]:
        people = [
            a
            for a in team_of(world, CODERS).agents + team_of(world, AR).agents
            if a.label.startswith(CODERS)
        ]
        return [a.pupils for a in people if a.number < 3], [a.mentor is None for a in people]

    seen = watch(scene, looking(found, look, DAY - 0.5, DAY + 0.5))
    assert found[DAY - 0.5][0] == [2, 2, 2]
    assert found[DAY + 0.5] == ([0, 0, 0], [True] * 9)
    assert {row["done"] for row in careers(seen.record, "transfer")} == {3}
    assert not seen.lost_people


# --- certificates ---------------------------------------------------------------------------------


def test_certify_ten_certifies_ten() -> None:
    scene = moved(
        event("certify", team=CODERS, people=10, to="CPC"),
        more=(f"teams.{CODERS}.headcount={{none: 14, CPC: 4, CCS: 2}}", *RANKED),
    )
    world, record = lived_through(scene)
    team = team_of(world, CODERS)
    assert Counter(a.certification for a in team.employed) == {"none": 4, "CPC": 14, "CCS": 2}
    told = careers(record, "certify")
    assert len(told) == 10
    assert {(row["from"], row["to"]) for row in told} == {("none", "CPC")}
    chosen = {row["agent"] for row in told}
    uncertified = [a for a in team.employed if a.entry_certification == "none"]
    by_tenure = sorted(uncertified, key=lambda a: a.hired)
    assert {a.label for a in by_tenure[:10]} == chosen, "the longest-serving"
    assert {a.wage for a in team.employed if a.label in chosen} == {28.9}


def test_where_fewer_are_there_the_record_says_so() -> None:
    scene = moved(
        event("certify", team=CODERS, people=18, to="CPC"),
        event("certify", on="2025-02-01", team=CODERS, people=1, to="CPC"),
        more=(f"teams.{CODERS}.headcount={{none: 14, CPC: 4, CCS: 2}}", *RANKED),
    )
    told = careers(run(scene, 0), "certify")
    assert {(row["asked"], row["done"]) for row in told[:14]} == {(18, 14)}
    assert [(row["agent"], row["asked"], row["done"]) for row in told[14:]] == [("", 1, 0)]


# --- leaves of absence ----------------------------------------------------------------------------


def test_who_is_on_leave_is_not_paid_keeps_their_place_and_forgets() -> None:
    """Six of twenty for ten days; knowledge e^(−0.3 × 40 / 30.4) after forty days without work."""
    scene = moved(
        event("leave_of_absence", team=CODERS, people=6, days=10),
        more=(f"{VENDOR}.learning.forgetting_per_month=0.3",),
    )
    found: dict[float, Any] = {}

    def look(world: World) -> list[str]:
        return [a.label for a in team_of(world, CODERS).employed if not a.producing]

    seen = watch(scene, looking(found, look, DAY - 0.5, DAY + 0.5, DAY + 9.5, DAY + 10.5))
    away = [row["agent"] for row in careers(seen.record, "leave_of_absence")]
    assert len(away) == 6
    assert [len(names) for names in found.values()] == [0, 6, 6, 0]
    assert set(found[DAY + 0.5]) == set(away)
    team = team_of(seen.world, CODERS)
    assert len(team.employed) == team.roster.plan == 20
    assert team.time.paid_hours == pytest.approx(24 * (20 * 60 - 6 * 10))
    assert {row["from"]: row["to"] for row in careers(seen.record, "leave_of_absence")} == {
        DATE: "2025-01-31"
    }
    assert_sound(seen)


def test_who_is_on_leave_works_no_claim_and_goes_on_after_it() -> None:
    scene = moved(
        event("leave_of_absence", team=CODERS, people=1, days=20), heads=1, more=WORK, days=60
    )
    found: dict[float, Any] = {}

    def look(world: World) -> int:
        [agent] = team_of(world, CODERS).employed
        return int(agent.row.items)

    seen = watch(scene, looking(found, look, DAY + 0.01, DAY + 19.99, 59.0))
    items = list(found.values())
    assert items[0] == items[1] > 0
    assert items[2] > items[1]
    assert_sound(seen)
    [agent] = team_of(seen.world, CODERS).agents
    assert agent.productive_minutes == pytest.approx(1440.0 * 40)


def test_knowledge_fades_on_leave() -> None:
    """Known on the day of return, with what forgetting leaves of twenty days."""
    scene = moved(
        event("leave_of_absence", team=CODERS, people=1, days=20),
        heads=1,
        days=60,
        more=(
            *WORK,
            f"{VENDOR}.go_live_knowledge={{domain: 0.8, client: 0.5}}",
            f"{VENDOR}.learning.forgetting_per_month=0.3",
            f"{VENDOR}.learning.domain_per_month=0",
            f"{VENDOR}.learning.client_per_month=0",
        ),
    )
    found: dict[float, Any] = {}

    def look(world: World) -> float:
        team = team_of(world, CODERS)
        [agent] = team.employed
        return float(agent.row.knowledge[team.queues[0].skill])

    watch(scene, looking(found, look, DAY - 0.1, DAY + 20.9))
    before, then = found.values()
    # Settled on the morning of the last day of work, and of the first one after.
    assert then / before == pytest.approx(exp(-0.3 * 21 / rules.DAYS_PER_MONTH))


def test_who_quits_on_leave_is_gone_for_good() -> None:
    scene = moved(
        event("leave_of_absence", team=CODERS, people=20, days=60),
        more=(f"{TURNOVER}.annual_rate=8",),
        days=150,
    )
    seen = watch(scene)
    assert not seen.off_plan
    away = {row["agent"] for row in careers(seen.record, "leave_of_absence")}
    gone = dict(zip(seen.record.agents["agent"], seen.record.agents["left"], strict=True))
    assert any(DATE < gone[name] < "2025-03-20" for name in away if gone[name])


# --- hiring freezes -------------------------------------------------------------------------------


def hires(scene: Scenario, team: str = CODERS) -> list[float]:
    """Days on which people were hired during a run."""
    agents = run(scene, 0).agents
    return [
        d for d, t in zip(agents["hired_day"], agents["team"], strict=True) if d > 0 and t == team
    ]


@pytest.mark.parametrize("teams", ["all", "[coding_inpatient]"])
def test_a_search_rests_in_a_freeze(teams: str) -> None:
    """Laid off on day 10 of a plan that stays: found after 20 days of search, of which 10 rest."""
    shock = event("attrition_shock", on="2025-01-11", team=CODERS, share=0.5)
    freeze = event("hire_freeze", on="2025-01-15", teams=teams, until="2025-01-25")
    fill = (f"{HIRING}.time_to_fill_days=20",)
    assert hires(moved(shock, more=fill)) == [30.0] * 10
    assert hires(moved(shock, freeze, more=fill)) == [40.0] * 10


def test_who_leaves_in_a_freeze_is_replaced_after_it() -> None:
    shock = event("attrition_shock", on="2025-01-21", team=CODERS, share=0.5)
    freeze = event("hire_freeze", on="2025-01-15", until="2025-01-25")
    assert hires(moved(shock, freeze, more=(f"{HIRING}.time_to_fill_days=5",))) == [29.0] * 10
    other = event("hire_freeze", on="2025-01-15", teams="[ar]", until="2025-01-25")
    assert hires(moved(shock, other, more=(f"{HIRING}.time_to_fill_days=5",))) == [25.0] * 10


def test_no_class_starts_in_a_freeze() -> None:
    """Found by day 15; the class of day 20 falls into the freeze, the next is on day 40."""
    shock = event("attrition_shock", on="2025-01-11", team=CODERS, share=0.5)
    freeze = event("hire_freeze", on="2025-01-17", until="2025-02-01")
    scene = moved(
        shock, freeze, more=(f"{HIRING}.time_to_fill_days=5", f"{HIRING}.class_every_days=20")
    )
    assert hires(scene) == [40.0] * 10


# --- what cannot be -------------------------------------------------------------------------------

IMPOSSIBLE = {
    "more than are there": (
        [event("transfer", people=21, from_team=CODERS, to_team=AR)],
        "people: is more than team 'coding_inpatient' can have on 2025-01-21; allowed: up to 20",
    ),
    "more than are left": (
        [
            event("transfer", people=15, from_team=CODERS, to_team=AR),
            event("certify", on="2025-01-22", team=CODERS, people=6, to="CPC"),
        ],
        "allowed: up to 5, the plan of that day",
    ),
    "an unknown team": (
        [event("transfer", people=1, from_team=CODERS, to_team="arr")],
        "to_team: unknown name 'arr'; allowed: coding_inpatient",
    ),
    "the same team": (
        [event("transfer", people=1, from_team=AR, to_team=AR)],
        "to_team: must be another team",
    ),
    "an unknown certification": (
        [event("certify", team=CODERS, people=1, to="CPX")],
        "to: unknown name 'CPX'; allowed: none, CPC",
    ),
    "nothing lower": (
        [event("certify", team=CODERS, people=1, to="none")],
        "to: nobody holds a lower certification than 'none'",
    ),
    "an end before the beginning": (
        [event("hire_freeze", until=DATE)],
        "until: must come after 2025-01-21",
    ),
    "a class that nobody may start": (
        [
            event("class", team=CODERS, people=3),
            event("hire_freeze", on="2025-01-15", until="2025-01-25"),
        ],
        "on: team 'coding_inpatient' hires nobody from 2025-01-15 until 2025-01-25",
    ),
    "a class of nobody": (
        [event("class", team=CODERS, people="{CPC: 0}")],
        "people: must sum to 1 to 100,000",
    ),
    "an unknown certification in a class": (
        [event("class", team=CODERS, people="{CPX: 2}")],
        "people.CPX: unknown name 'CPX'",
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_can_never_be_is_refused(case: str) -> None:
    events, said = IMPOSSIBLE[case]
    with pytest.raises(ScenarioError) as caught:
        moved(*events, more=tuple(RANKED))
    assert said in str(caught.value)


def test_people_move_within_one_vendor_only() -> None:
    """On the day of a switch they still may: it comes after what else happens then."""
    switch = event("vendor_switch", on="2025-02-01", to="specialized", teams=f"[{AR}]")
    size = ("kpi_from_days=30",)
    for day in ("2025-01-31", "2025-02-01"):
        move = event("transfer", on=day, people=1, from_team=CODERS, to_team=AR)
        assert world_of(scenario("medcentral", timeline(switch, move), *size, days=120))
    move = event("transfer", on="2025-02-02", people=1, from_team=CODERS, to_team=AR)
    with pytest.raises(ScenarioError, match="people move within one vendor only"):
        scenario("medcentral", timeline(switch, move), *size, days=120)


def test_a_run_without_moves_has_no_table_of_them() -> None:
    assert "careers" not in outcome(run(moved(), 0)).tables
    table = outcome(run(moved(event("class", team=CODERS, people=2)), 0)).tables["careers"]
    assert table["agent"] == [f"{CODERS}-20", f"{CODERS}-21"]
    assert list(table) == ["day", "date", "change", "team", "agent", "from", "to", "asked", "done"]


# --- all at once ----------------------------------------------------------------------------------

BUSY = [
    event("class", on="2025-01-20", team=CODERS, people="{none: 3, CPC: 2}"),
    event("class", on="2025-02-10", team=AR, people=4),
    event("transfer", on="2025-01-28", people=6, from_team="coding_outpatient", to_team=CODERS),
    event("transfer", on="2025-03-03", people=4, from_team=CODERS, to_team="billing"),
    event("certify", on="2025-02-14", team="coding_outpatient", people=5, to="CCS"),
    event("leave_of_absence", on="2025-02-04", team=CODERS, people=5, days=30),
    event("leave_of_absence", on="2025-02-18", team=AR, people=3, days=14),
    event("hire_freeze", on="2025-02-20", until="2025-03-20"),
    event("layoff", on="2025-02-24", team=CODERS, share=0.3),
    event("attrition_shock", on="2025-02-25", team="billing", share=0.5),
]


def busy_office(scale: float = 0.2) -> Scenario:
    return scenario(
        "generalist",
        *staffed(40),
        timeline(*BUSY),
        f"{TURNOVER}.annual_rate=2",
        f"{HIRING}.time_to_fill_days=10",
        "teams.coding_outpatient.exact_mix=true",
        f"teams.{CODERS}.headcount={{none: 22, CPC: 9, CCS: 3}}",
        scale=scale,
        days=150,
    )


@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_a_busy_office_stays_sound(scale: float) -> None:
    seen = watch(busy_office(scale))
    assert not seen.stuck, seen.stuck[:3]
    assert not seen.off_plan, seen.off_plan[:3]
    assert not seen.lost_people, seen.lost_people[:3]
    weeks = seen.record.weeks
    columns = (
        weeks[name]
        for name in ("busy_minutes", "productive_minutes", "scheduled_hours", "paid_hours")
    )
    for busy, productive, scheduled, paid in zip(*columns, strict=True):
        assert -1e-6 <= busy <= productive + 1e-6
        assert productive <= 60.0 * scheduled + 1e-6
        assert scheduled <= paid + 1e-9


def test_both_engines_move_the_same_people() -> None:
    scene = busy_office()
    simpy_s = digests(run(scene, 0, engines.SIMPY))
    if engines.choose().name == engines.COMPILED:
        assert digests(run(scene, 0, engines.COMPILED)) == simpy_s
