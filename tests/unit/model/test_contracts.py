"""What contracts, plans and prices say holds: on the day, after a switch, and at every scale."""

from __future__ import annotations

from collections.abc import Generator
from math import exp
from typing import Any

import numpy as np
import pytest
import simpy

from sim.model import rules
from sim.model.simulation import run
from sim.model.workforce import Team
from sim.model.world import World
from sim.record.kpis import outcome
from sim.record.record import Record
from sim.scenario.schema import Scenario
from tests.people import VENDOR, after, bare, coders, watch
from tests.scenarios import TEAMS, scenario, world_of

SCALES = (0.1, 0.13, 0.3, 1.0)
HIRING, TURNOVER = f"{VENDOR}.hiring", f"{VENDOR}.turnover"


def event(kind: str, on: str, **more: object) -> str:
    words = ", ".join(f"{key}: {value}" for key, value in more.items())
    return f"{{kind: {kind}, on: {on}, {words}}}"


def timeline(*events: str) -> str:
    return f"timeline=!replace [{', '.join(events)}]"


def switched(*events: str, scale: float = 0.1, days: int = 120) -> Scenario:
    """In-house staff, and other vendors later, for teams of known size."""
    heads = [f"teams.{team}.headcount=10" for team in TEAMS]
    return scenario(
        "medcentral", *heads, timeline(*events), "kpi_from_days=30", scale=scale, days=days
    )


def plans(record: Record, team: str, scale: float) -> dict[int, float]:
    """Planned full-time equivalents of a team at full size, by the first day of the week."""
    weeks = record.weeks
    rows = zip(weeks["day"], weeks["team"], weeks["plan"], strict=True)
    return {day: plan / scale for day, name, plan in rows if name == team}


# --- heads and hours ------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_a_leaver_costs_the_same_at_every_scale(scale: float) -> None:
    """Recruiting 1,000 USD; ten days of class, 24 hours of 19 USD each: for whole people."""
    scene = bare(
        20,
        f"hospital.scale={scale}",
        f"{TURNOVER}.annual_rate=3",
        "people.recruiting_usd=1000",
        f"{HIRING}.classroom_days=10",
        days=300,
    )
    record = run(scene, 0)
    people = record.agents
    hires = sum(day > 0 for day in people["hired_day"])
    assert hires > 10
    columns = (people[name] for name in ("hired_day", "ready_day", "tenure_days"))
    in_class = sum(
        max(0.0, min(ready, hired + tenure) - max(0.0, hired))
        for hired, ready, tenure in zip(*columns, strict=True)
    )
    usd = hires * 1000.0 + in_class * 24.0 * 19.0
    leavers = sum(reason == "quit" for reason in people["reason"])
    kpis = outcome(record).kpis
    # Part-time shifts end before the day does, and so a class that begins within it is a bit short.
    assert kpis["people.turnover_cost_usd_per_leaver"] == pytest.approx(usd / leavers, rel=0.005)
    hours = people["hours_share"][0]
    yearly = usd * hours * 365.25 / 300 / scale
    assert kpis["people.turnover_cost_usd_per_year"] == pytest.approx(yearly, rel=0.005)


@pytest.mark.parametrize("scale", SCALES)
def test_fees_of_programmes_are_for_whole_people(scale: float) -> None:
    """Twenty full-time people enrol at 500 USD each; the hospital pays, or the vendor does."""
    programme = (
        f"{VENDOR}.programmes=[{{name: up, from_certification: none, to_certification: CPC, "
        "after_days: 0, enrol_share: 1, months: 1, study_hours_per_week: 0, pass_share: 1, "
        "cost_usd: %d, hazard_multiplier: 1}]"
    )
    start = timeline(event("programme_start", "2025-01-01", vendor="generalist", programme="up"))
    fees = {}
    for usd, bills in ((0, True), (500, True), (500, False)):
        scene = bare(
            20,
            f"hospital.scale={scale}",
            f"{TURNOVER}.annual_rate=0",
            programme % usd,
            start,
            f"{VENDOR}.price.bills_training={str(bills).lower()}",
            days=60,
        )
        record = run(scene, 0)
        fees[usd, bills] = record.days["fees_usd"].sum()
        yearly = outcome(record).kpis["people.programme_usd_per_year"]
        assert yearly == pytest.approx(20 * usd * 365.25 / 60)
    # Rates differ with the certificate alone; what is billed on top is the fee.
    assert fees[500, True] - fees[0, True] == pytest.approx(20 * 500.0 * scale)
    assert fees[500, False] == pytest.approx(fees[0, True])


@pytest.mark.parametrize("scale", [0.05, 0.1, 0.13, 0.5, 1.0])
def test_a_team_that_starts_with_nobody_is_staffed_as_planned(scale: float) -> None:
    plan = timeline(event("staffing", "2025-02-01", team="ar", headcount=4))
    record = run(
        scenario("generalist", "teams.ar.headcount=0", plan, scale=scale, days=100, first=10), 0
    )
    planned = plans(record, "ar", scale)
    assert planned[21] == 0.0
    assert planned[28] == pytest.approx(4.0)


def test_whole_people_have_the_mean_that_is_wanted() -> None:
    uniforms = (np.arange(10_000) + 0.5) / 10_000
    for people in (0.0, 0.1, 0.5, 1.65, 7.25, 19.999):
        found = [rules.whole(people, u) for u in uniforms]
        assert np.mean(found) == pytest.approx(people, abs=1e-4)
        assert set(found) <= {int(people), int(people) + 1}
    assert {rules.whole(0.1 * 3 / 0.1, u) for u in uniforms} == {3}


@pytest.mark.parametrize(("kind", "share"), [("layoff", 0.1), ("attrition_shock", 0.33)])
def test_shocks_to_small_teams_hit_the_part_that_is_written_on_average(
    kind: str, share: float
) -> None:
    """Of 5 people in 100 replications, give or take five standard errors (1 in 10^6)."""
    shock = timeline(event(kind, "2025-01-10", team="coding_inpatient", share=share))
    scene = bare(5, f"{TURNOVER}.annual_rate=0", shock, days=30)
    gone = []
    for replication in range(100):
        reasons = run(scene, replication).agents["reason"]
        gone.append(sum(reason == kind for reason in reasons))
    part = 5 * share - int(5 * share)
    error = (part * (1 - part) / 100) ** 0.5
    assert abs(np.mean(gone) - 5 * share) < 5 * error
    assert set(gone) <= {int(5 * share), int(5 * share) + 1}


def test_hiring_ahead_of_a_small_team_is_right_on_average() -> None:
    """Leavers of 100 days at one a place and year: 5 · 100/365.25 = 1.37 people ahead of plan."""
    ahead = [
        f"{HIRING}.policy=hire_ahead",
        f"{HIRING}.time_to_fill_days=100",
        f"{TURNOVER}.annual_rate=1",
    ]
    wanted = []
    for replication in range(100):
        team = coders(after(bare(5, *ahead, days=30), replication))
        wanted.append(len(team.employed) + team.personnel.pipeline - 5)
    part = 500 / 365.25 - 1
    assert abs(np.mean(wanted) - (1 + part)) < 5 * (part * (1 - part) / 100) ** 0.5 + 0.1


def test_a_freeze_hires_nobody_whatever_the_plan() -> None:
    plan = timeline(event("staffing", "2025-01-20", team="coding_inpatient", headcount=9))
    team = coders(after(bare(5, f"{HIRING}.policy=freeze", plan, days=60)))
    assert team.roster.plan == 9
    assert len(team.agents) == 5


# --- switches -------------------------------------------------------------------------------------


def test_a_plan_and_a_layoff_outlive_the_vendor() -> None:
    scene = switched(
        event("staffing", "2025-01-20", team="ar", headcount=7),
        event("layoff", "2025-01-22", team="billing", share=0.5),
        event("vendor_switch", "2025-02-10", to="specialized"),
    )
    record = run(scene, 0)
    assert plans(record, "ar", 0.1)[49] == pytest.approx(7.0)
    assert plans(record, "billing", 0.1)[49] == pytest.approx(5.0)
    assert plans(record, "clinical", 0.1)[49] == pytest.approx(10.0)


def test_a_new_price_and_a_programme_hold_for_teams_that_come_later() -> None:
    programme = (
        "vendors.specialized.programmes=[{name: up, from_certification: CPC, to_certification: "
        "CCS, after_days: 0, enrol_share: 1, months: 1, study_hours_per_week: 0, pass_share: 1, "
        "cost_usd: 500, hazard_multiplier: 1}]"
    )
    scene = scenario(
        "medcentral",
        programme,
        timeline(
            event("price_change", "2025-01-10", vendor="specialized", price="{usd_per_hour: 50}"),
            event("programme_start", "2025-01-12", vendor="specialized", programme="up"),
            event("vendor_switch", "2025-02-10", to="specialized"),
        ),
        "kpi_from_days=30",
        days=120,
    )
    teams = [t for t in after(scene).teams if t.vendor.name == "specialized"]
    assert {agent.rate for team in teams for agent in team.employed} == {50.0}
    assert sum(team.personnel.programme_usd for team in teams) > 0.0


def test_a_transition_in_steps_costs_what_one_at_a_stroke_does() -> None:
    steps = switched(
        event("vendor_switch", "2025-02-01", to="specialized", teams="[ar, billing]"),
        event(
            "vendor_switch",
            "2025-03-01",
            to="specialized",
            teams="[clinical, coding_inpatient, coding_outpatient]",
        ),
    )
    booked = run(steps, 0).days["one_off_usd"]
    assert {int(day): booked[day] for day in np.flatnonzero(booked)} == {
        31: pytest.approx(0.1 * 400_000.0),
        59: pytest.approx(0.1 * 600_000.0),
    }
    stroke = run(switched(event("vendor_switch", "2025-02-01", to="specialized")), 0)
    assert stroke.days["one_off_usd"].sum() == pytest.approx(booked.sum())


def test_a_price_change_changes_what_it_writes_and_no_more() -> None:
    plain = scenario("generalist", days=120, last=30)
    same = "{usd_per_hour: 22}"
    change = timeline(event("price_change", "2025-02-03", vendor="generalist", price=same))
    unchanged, before = run(scenario("generalist", change, days=120, last=30), 0), run(plain, 0)
    for name, column in before.days.items():
        np.testing.assert_array_equal(unchanged.days[name], column, err_msg=name)
    dear = "{management_usd_per_year: 500000, transition_usd: 1000}"
    change = timeline(event("price_change", "2025-02-03", vendor="generalist", price=dear))
    after_it = run(scenario("generalist", change, days=120, last=30), 0)
    np.testing.assert_array_equal(after_it.days["fees_usd"], before.days["fees_usd"])
    more = after_it.days["hospital_usd"] - before.days["hospital_usd"]
    assert more[:33] == pytest.approx(0.0, abs=1e-9)
    assert more[33:] == pytest.approx(0.02 * 250_000 / 365.25)
    assert after_it.days["one_off_usd"][33] == pytest.approx(0.02 * 1000.0)


def shadowed(parallel: int, share: float) -> tuple[list[Team], float, Record]:
    """The new teams of a switch on day 31, their mean client knowledge then, and the record."""
    scene = scenario(
        "medcentral",
        "vendors.specialized.turnover.annual_rate=0",
        "policy_calendar=[]",
        f"people.shadowing_share={share}",
        "kpi_from_days=30",
        timeline(event("vendor_switch", "2025-02-01", to="specialized", parallel_days=parallel)),
        days=120,
    )
    found: list[float] = []

    def look(world: World) -> Generator[simpy.Event, Any, None]:
        yield world.engine.env.timeout(31.01)
        people = [a for t in world.teams if t.is_open for a in t.employed]
        assert {a.producing for a in people} == {True}
        found.extend(a.client for a in people)

    seen = watch(scene, look)
    new = [t for t in seen.world.teams if t.vendor.name == "specialized"]
    return new, float(np.mean(found)), seen.record


@pytest.mark.parametrize("parallel", [0, 30, 31, 60])
def test_the_new_vendor_answers_for_the_queues_however_early_its_people_come(parallel: int) -> None:
    new, client, record = shadowed(parallel, 0.3)
    state = watch(
        switched(event("vendor_switch", "2025-02-01", to="specialized", parallel_days=parallel))
    ).world.state
    written = {q.index for t in new for q in t.queues}
    crews = {state.queues[q].crew for q in written}
    assert {state.terms[crew].hold for crew in crews} == {state.terms[-1].hold}
    # Learnt by watching: 0.35 a month of practice, at 0.85 busy, of which 0.3 counts; some of the
    # first knowledge, 0.30, has been forgotten meanwhile.
    days = min(parallel, 31)
    months = days / rules.DAYS_PER_MONTH
    kept = 0.30 * exp(-0.010 * months)
    assert client == pytest.approx(1 - (1 - kept) * exp(-0.35 * 0.85 * 0.3 * months))
    assert record.days["one_off_usd"].sum() == pytest.approx(0.02 * 1_000_000)


def test_shadows_are_billed_by_the_hour() -> None:
    """On a workday before the switch: all the new people, eight hours each, at 42 USD."""
    new, _, record = shadowed(14, 0.3)
    _, _, without = shadowed(0, 0.3)
    more = record.days["fees_usd"] - without.days["fees_usd"]
    people = sum(t.roster.plan * t.roster.hours_share for t in new)
    assert more[:17] == pytest.approx(0.0, abs=1e-9)
    assert more[28] == pytest.approx(people * 8.0 * 42.0)  # 29 January 2025, a Wednesday


def test_nobody_works_before_the_switch() -> None:
    """Nor do newcomers who replace a shadow."""
    scene = scenario(
        "medcentral",
        "vendors.specialized.turnover.annual_rate=9",
        "vendors.specialized.hiring={time_to_fill_days: 3, class_every_days: 0, classroom_days: 2}",
        timeline(event("vendor_switch", "2025-03-31", to="specialized", parallel_days=80)),
        "kpi_from_days=30",
        days=120,
    )
    people = run(scene, 0).agents
    rows = [i for i, vendor in enumerate(people["vendor"]) if vendor == "specialized"]
    newcomers = [i for i in rows if 12 < people["hired_day"][i] < 80]
    assert len(newcomers) > 3
    assert all(people["ready_day"][i] >= 89 for i in rows)
    early = [i for i in rows if people["left"][i] and people["left"][i] < "2025-03-31"]
    assert early
    assert all(people["busy_hours"][i] == 0.0 for i in early)


def test_expected_turnover_is_what_the_profiles_write_by_planned_heads() -> None:
    heads = {team: 10 * (i + 1) for i, team in enumerate(TEAMS)}
    scene = scenario(
        "medcentral",
        *(f"teams.{team}.headcount={n}" for team, n in heads.items()),
        timeline(event("vendor_switch", "2025-01-02", to="specialized", teams="[ar]")),
        "kpi_from_days=30",
        scale=1,
        days=90,
        last=20,
    )
    others = sum(heads.values()) - heads["ar"]
    wanted = (0.20 * others + 0.30 * heads["ar"]) / sum(heads.values())
    assert outcome(run(scene, 0)).kpis["people.turnover_expected"] == pytest.approx(wanted)
    assert world_of(scene).teams
