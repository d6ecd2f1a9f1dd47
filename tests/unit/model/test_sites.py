"""Sites: when their people work, by whose clock, for what wage, and how many are needed."""

from __future__ import annotations

from collections.abc import Generator
from math import exp
from typing import Any

import numpy as np
import pytest
import simpy

from sim.model import engines
from sim.model.calendar import WorkCalendar
from sim.model.flows import yearly_minutes
from sim.model.simulation import run
from sim.model.staffing import full_time_needed
from sim.model.workplaces import Workplace, weekdays_worked, workplaces
from sim.model.world import World
from sim.record.record import Record
from sim.scenario.schema import Scenario
from tests.digests import digests
from tests.people import VENDOR, assert_sound, bare, coders, watch
from tests.scenarios import EVENLY, TEAMS, scenario

TEAM = "teams.coding_inpatient"
STILL = f"{VENDOR}.turnover.annual_rate=0"
WORK = [
    STILL,
    "hospital.inpatient.claims_per_year=200000",  # never without work
    "hospital.inpatient.weekday_profile=[1, 1, 1, 1, 1, 1, 1]",
    EVENLY,
    "queues.coding_inpatient.minutes=7",
]
EVERY_DAY = "workdays: [0, 1, 2, 3, 4, 5, 6]"
MONDAY = 5
"""The first Monday of runs that start on 1 January 2025."""


def at(words: str, team: str = TEAM) -> list[str]:
    """A team at a site, which is described in YAML's short form."""
    return [f"sites=[{{name: there, {words}}}]", f"{team}.site=there"]


def shift(start: float, hours: float, days: str = EVERY_DAY, share: float = 1.0) -> str:
    return f"{{start_hour: {start}, hours: {hours}, {days}, people_share: {share}}}"


def wages(record: Record) -> np.ndarray[Any, Any]:
    """Wages by day."""
    return record.accounts["generalist"]["wages_usd"]


def at_work(scene: Scenario, hours: list[float], day: int = MONDAY) -> list[int]:
    """People at work at some hours of a day, by the hospital's clock."""
    found = []

    def look(world: World) -> Generator[simpy.Event, Any, None]:
        env = world.engine.env
        for hour in hours:
            yield env.timeout(day + hour / 24.0 - env.now)
            rows = [agent.row for agent in coders(world).employed]
            found.append(sum(r.hand_queue >= 0 and env.now < r.hand_until for r in rows))

    assert_sound(watch(scene, look))
    return found


# --- days and hours -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["generalist", "specialized"])
def test_a_site_like_the_hospital_changes_nothing(name: str) -> None:
    plain = scenario(name, "teams.ar.headcount=7", days=120)
    hours = plain.calendar
    like = (
        f"sites=[{{name: here, country: {hours.country}, shifts: [{{start_hour: "
        f"{hours.shift_start_hour}, hours: {hours.shift_hours}, workdays: "
        f"{list(hours.workdays)}}}]}}]"
    )
    there = [f"teams.{team}.site=here" for team in TEAMS]
    same = scenario(name, "teams.ar.headcount=7", like, *there, days=120)
    assert digests(run(same, 0)) == digests(run(plain, 0))
    unused = scenario(name, "teams.ar.headcount=7", like, days=120)
    assert digests(run(unused, 0)) == digests(run(plain, 0))


def test_a_site_rests_on_its_own_holidays_and_works_on_the_hospitals() -> None:
    """Manila is closed on Independence Day, and works on Martin Luther King's; the hospital not."""
    scene = bare(
        3,
        *WORK,
        "calendar.country=US",
        "start=2025-01-01",
        *at(f"country: PH, closed_days: [2025-01-15], shifts: [{shift(8, 8)}]"),
        days=170,
    )
    record = run(scene, 0)
    paid = wages(record)
    one_day = 3 * 8 * 19.0
    king, own, independence = 19, 14, 162  # 20 and 15 January, 12 June
    assert not scene.sites[0].utc_offset_hours
    calendar = WorkCalendar(scene.calendar, scene.start, 170)
    assert [calendar.is_workday[day] for day in (king, own, independence)] == [False, True, True]
    assert [paid[day] for day in (king, own, independence)] == [pytest.approx(one_day), 0.0, 0.0]
    # What was coded the day before goes out whoever rests.
    assert record.days["submitted"][own] > 0.0
    assert record.days["submitted"][own + 1] == 0.0


def test_a_state_has_holidays_of_its_own() -> None:
    """Epiphany is kept in Bavaria, not in Berlin, and the Epiphany of 2025 is a Monday."""
    paid = {}
    for state in ("BY", "BE"):
        place = at(f"country: DE, state: {state}, shifts: [{shift(8, 8)}]")
        paid[state] = wages(run(bare(1, STILL, *place, days=40), 0))
    assert paid["BY"][5] == 0.0
    assert paid["BE"][5] == pytest.approx(8 * 19.0)


def test_two_shifts_give_sixteen_hours_of_cover() -> None:
    place = at(f"shifts: [{shift(6, 8, share=0.7)}, {shift(14, 8, share=0.3)}]")
    long = "queues.coding_inpatient.minutes=30"
    seen = at_work(bare(10, *WORK, long, *place, days=30), [5.9, 6.1, 13.9, 14.1, 21.9, 22.1])
    assert seen == [0, 7, 7, 3, 3, 0]


def test_the_clock_of_a_site_is_ahead_by_its_offset() -> None:
    """Eight in the morning nine and a half hours ahead is half past ten in the evening before.

    So the site's Monday begins on the hospital's Sunday, and its Friday on Thursday.
    """
    days = "workdays: [0, 1, 2, 3, 4]"
    place = at(f"utc_offset_hours: 9.5, shifts: [{shift(8, 8, days)}]")
    scene = bare(3, *WORK, *place, days=40)
    hours = [6.0, 7.0, 22.0, 23.0]
    sunday, monday, friday, saturday = MONDAY - 1, MONDAY, MONDAY + 4, MONDAY + 5
    assert at_work(scene, hours, sunday) == [0, 0, 0, 3]
    assert at_work(scene, hours, monday) == [3, 0, 0, 3]
    assert at_work(scene, hours, friday) == [3, 0, 0, 0]
    assert at_work(scene, hours, saturday) == [0, 0, 0, 0]


def test_the_clock_of_a_site_may_be_behind() -> None:
    """Eight in the evening five hours behind is one at night of the next day at the hospital."""
    days = "workdays: [0]"
    place = at(f"utc_offset_hours: -5, shifts: [{shift(20, 4, days)}]")
    scene = bare(2, *WORK, *place, days=40)
    assert at_work(scene, [0.5, 2.0, 4.5, 5.5, 21.0], MONDAY + 1) == [0, 2, 2, 0, 0]
    assert at_work(scene, [2.0, 21.0], MONDAY) == [0, 0]


def test_overtime_is_worked_on_the_days_written() -> None:
    """Two hours more at double pay on Mondays and Wednesdays, once the first week has passed."""
    longer = (
        f"{TEAM}.overtime={{backlog_days: 1, hours_per_day: 2, pay_multiplier: 2, days: [0, 2]}}"
    )
    hours = ["calendar.shift_start_hour=8", "calendar.shift_hours=8"]
    paid = wages(run(bare(3, *WORK, *hours, longer, days=40), 0))
    regular, long = 3 * 8 * 19.0, 3 * (8 + 2 * 2) * 19.0
    week = [long, regular, long, regular, regular, regular, regular]
    assert paid[MONDAY + 7 : MONDAY + 28] == pytest.approx(3 * week)


def test_overtime_goes_by_the_days_of_the_site() -> None:
    """The site's Monday begins on Sunday evening at the hospital, and ends there on Monday."""
    longer = f"{TEAM}.overtime={{backlog_days: 1, hours_per_day: 2, pay_multiplier: 2, days: [0]}}"
    place = at(f"utc_offset_hours: 12, shifts: [{shift(8, 2)}]")
    paid = wages(run(bare(1, *WORK, *place, longer, days=40), 0))
    sunday = MONDAY + 6
    assert paid[sunday : sunday + 7] == pytest.approx([6 * 19.0] + 6 * [2 * 19.0])


# --- people ---------------------------------------------------------------------------------------


def test_whoever_is_hired_takes_the_shift_that_lacks_most() -> None:
    place = at(
        f"shifts: [{shift(6, 8, share=0.5)}, {shift(14, 8, share=0.3)}, {shift(22, 8, share=0.2)}]"
    )
    scene = bare(7, *WORK, f"{VENDOR}.turnover.annual_rate=6", *place, days=200)
    seen = watch(scene)
    assert_sound(seen)
    team = coders(seen.world)
    assert sum(agent.reason == "quit" for agent in team.agents) > 15
    starts = sorted(round(24 * agent.row.shift_start) for agent in team.employed)
    assert starts == [6, 6, 6, 6, 14, 14, 22]


def needed(scene: Scenario) -> float:
    calendar = WorkCalendar(scene.calendar, scene.start, scene.end_days)
    [team] = (t for t in scene.teams if t.name == "coding_inpatient")
    place = workplaces(scene, calendar)[team.site]
    return full_time_needed(scene, team, place, yearly_minutes(scene))


def test_a_plan_goes_by_the_days_and_hours_of_the_site() -> None:
    """Nobody needs education: people are in proportion to the hours that one works in a year."""
    auto = (f"{TEAM}.headcount=auto", "hospital.inpatient.claims_per_year=20000")
    here = needed(bare(1, STILL, *auto, "calendar.shift_hours=8", days=60))
    half = at(f"shifts: [{shift(8, 4)}]")
    assert needed(bare(1, STILL, *auto, *half, days=60)) == pytest.approx(2 * here)
    mixed = at(f"shifts: [{shift(8, 8, share=0.5)}, {shift(16, 4, share=0.5)}]")
    assert needed(bare(1, STILL, *auto, *mixed, days=60)) == pytest.approx(8 / 6 * here)
    # Of the 365 days from 1 January 2025 on, 104 are Saturdays or Sundays.
    weekend = at(f"shifts: [{shift(8, 8, 'workdays: [5, 6]')}]")
    assert needed(bare(1, STILL, *auto, *weekend, days=60)) == pytest.approx(365 / 104 * here)


@pytest.mark.parametrize(
    ("ahead", "start", "hours", "weekdays"),
    [
        (0, 8, 8, (0, 1, 2, 3, 4)),
        (9.5, 6, 9, (0, 1, 2, 3, 4)),  # the middle of the shift is at 1 in the morning
        (12, 8, 5, (0, 1, 2, 3, 6)),  # at 22.30 on the evening before
        (-3, 20, 12, (1, 2, 3, 4, 5)),  # at 5 in the morning after
    ],
)
def test_weekdays_worked_are_those_of_the_middle_of_a_shift(
    ahead: float, start: float, hours: float, weekdays: tuple[int, ...]
) -> None:
    words = f"utc_offset_hours: {ahead}, shifts: [{{start_hour: {start}, hours: {hours}}}]"
    scene = bare(1, *at(words), days=60)
    assert weekdays_worked(scene, "there") == weekdays
    assert weekdays_worked(scene, None) == tuple(range(7))  # the bare hospital never closes


def test_a_team_that_switches_may_move() -> None:
    """In-house people work by day, the vendor's at a site by night, until a third moves nobody."""
    events = [
        "{kind: vendor_switch, on: 2025-02-03, to: specialized, site: there}",
        "{kind: vendor_switch, on: 2025-03-03, to: generalist}",
    ]
    scene = scenario(
        "medcentral",
        f"sites=[{{name: there, shifts: [{shift(20, 8)}]}}]",
        f"timeline=!replace [{', '.join(events)}]",
        "kpi_from_days=30",
        days=120,
    )
    seen = watch(scene)
    assert not seen.stuck
    starts = {
        team.vendor.name: {24 * agent.row.shift_start for agent in team.agents}
        for team in seen.world.teams
    }
    assert starts == {"in_house": {8.0}, "specialized": {20.0}, "generalist": {20.0}}


# --- money ----------------------------------------------------------------------------------------


def test_a_site_has_wages_of_its_own() -> None:
    """Ten people, of whom those without a certificate earn 7.5 USD; others what theirs says."""
    place = at(f"wages: {{none: 7.5}}, shifts: [{shift(0, 24)}]")
    mix = f"{VENDOR}.certification_mix=!replace {{none: 0.5, CPC: 0.5}}"
    record = run(bare(10, STILL, mix, *place, days=30), 0)
    held = record.agents["certification"]
    assert set(held) == {"none", "CPC"}
    usd = sum(24 * 30 * {"none": 7.5, "CPC": 28.9}[name] for name in held)
    assert record.totals["wages_usd"] == pytest.approx(usd)
    assert wages(record).sum() == pytest.approx(usd)


def test_costs_of_a_site_stand_for_the_vendors() -> None:
    vendors = (
        f"{VENDOR}.costs={{burden_share: 0.4, span_of_control: 10, supervisor_usd_per_hour: 30}}"
    )
    for place, burden, overhead in (
        (at(f"shifts: [{shift(0, 24)}]"), 0.4, 3.0),
        (at(f"costs: {{burden_share: 0.1}}, shifts: [{shift(0, 24)}]"), 0.1, 0.0),
    ):
        account = run(bare(10, STILL, vendors, *place, days=30), 0).accounts["generalist"]
        assert account["burden_usd"].sum() == pytest.approx(burden * 7200 * 19.0)
        assert account["overhead_usd"].sum() == pytest.approx(overhead * 7200)


@pytest.mark.parametrize(
    ("begins", "ahead", "night"),
    [
        (8, 0, 0.0),
        (18, 0, 4.0),
        (20, 0, 6.0),
        (22, 0, 8.0),
        (23, 0, 7.0),
        (2, 0, 4.0),
        (18, 12, 4.0),
        (8, 12, 0.0),
        (22, -6, 8.0),
        (8, 10, 0.0),
    ],
)
def test_nights_have_a_premium_by_the_clock_of_the_site(
    begins: float, ahead: float, night: float
) -> None:
    """Shifts of eight hours, of which so many lie between 22 and 6, at half the wage on top."""
    place = f"utc_offset_hours: {ahead}, shifts: [{shift(begins, 8)}]"
    records = [
        run(bare(3, STILL, *at(f"night_premium_share: {share}, {place}"), days=40), 0)
        for share in (0.0, 0.5)
    ]
    plain, more = (wages(record) for record in records)
    # On a day in the midst, one shift's hours fall, or the ends of two that make up one.
    assert plain[20] == pytest.approx(3 * 8 * 19.0)
    assert more[20] - plain[20] == pytest.approx(3 * night * 0.5 * 19.0)
    assert records[1].totals["wages_usd"] == pytest.approx(more.sum())
    # The hospital pays for hours, whatever the time of day.
    np.testing.assert_array_equal(records[0].days["fees_usd"], records[1].days["fees_usd"])


def test_overtime_into_the_night_earns_the_premium_too() -> None:
    """From 20 to 22 by contract, two hours longer at double pay: two night hours a person."""
    longer = f"{TEAM}.overtime={{backlog_days: 1, hours_per_day: 2, pay_multiplier: 2}}"
    place = at(f"night_premium_share: 0.5, shifts: [{shift(20, 2)}]")
    paid = wages(run(bare(3, *WORK, *place, longer, days=40), 0))
    assert paid[20] == pytest.approx(3 * 19.0 * (2 + 2 * 2 + 2 * 0.5))


def test_classes_at_night_earn_the_premium() -> None:
    """Ten days of class for two people who are hired on day 10, at a shift all in the night."""
    words = "[{kind: staffing, on: 2025-01-11, team: coding_inpatient, headcount: 2}]"
    place = at(f"night_premium_share: 0.5, shifts: [{shift(22, 8)}]")
    scene = bare(
        0,
        STILL,
        f"{VENDOR}.hiring.classroom_days=10",
        f"timeline=!replace {words}",
        *place,
        days=40,
    )
    record = run(scene, 0)
    # Eight hours of each day, whichever night they are of, the first and the last included.
    in_class, in_all = 2 * 10 * 8, 2 * 30 * 8
    assert record.totals["training_usd"] == pytest.approx(in_class * 1.5 * 19.0)
    assert record.totals["wages_usd"] == pytest.approx(in_all * 1.5 * 19.0)


def test_hours_of_nights_by_hand() -> None:
    scene = bare(1, *at(f"utc_offset_hours: 3, shifts: [{shift(8, 8)}]"), days=40)
    calendar = WorkCalendar(scene.calendar, scene.start, 40)
    place: Workplace = workplaces(scene, calendar)["there"]
    # From 19 to 3 by the hospital's clock.
    for start, end, hours in (
        (5.0, 6.0, 8.0),
        (5.0, 5.1, 2.4),
        (5 + 12 / 24, 5 + 20 / 24, 1.0),
        (5.2, 5.7, 0.0),
        (5 + 20 / 24, 6 + 4 / 24, 7.0),
        (5.0, 7.0, 16.0),
    ):
        assert place.night_hours(start, end) == pytest.approx(hours, abs=1e-9)


def test_a_busy_office_over_three_shifts_is_sound() -> None:
    """Leavers, mentors, absence, overtime and switches at sites with clocks of their own."""
    place = (
        f"sites=[{{name: far, country: IN, utc_offset_hours: 10.5, night_premium_share: 0.2, "
        f"shifts: [{shift(6, 8, share=0.4)}, {shift(14, 8, share=0.4)}, "
        f"{shift(22, 8, 'workdays: [0, 1, 2, 3, 4]', 0.2)}]}}]"
    )
    extra = "{backlog_days: 0.5, hours_per_day: 3, pay_multiplier: 1.5, days: [0, 3, 5]}"
    scene = scenario(
        "generalist",
        place,
        f"{VENDOR}.turnover.annual_rate=3",
        f"{VENDOR}.hiring.time_to_fill_days=10",
        *(f"teams.{team}.site=far" for team in TEAMS[1:]),
        *(f"teams.{team}.overtime={extra}" for team in TEAMS),
        days=200,
    )
    seen = watch(scene)
    assert_sound(seen)
    assert sum(reason == "quit" for reason in seen.record.agents["reason"]) > 10


# --- people who come back to a site ---------------------------------------------------------------


@pytest.mark.parametrize("engine", [engines.SIMPY, engines.COMPILED])
def test_who_comes_back_to_a_site_has_forgotten_since_they_were_last_at_work(engine: str) -> None:
    """Nobody learns, and what is not used fades by the calendar, not by the workdays of the site.

    All who come have been here from the first day or are followers of such: they know 0.8 of the
    skill and 0.6 of the client, times e^(−λ·t), at whatever day t one looks. In between they have
    been away for a search of 30 days at least, and in class for 10.
    """
    if engine != engines.SIMPY and engines.choose().name != engine:
        pytest.skip("no compiled engine here")
    per_month = 0.08
    place = (
        "country: IN, utc_offset_hours: 9.5, closed_days: [2025-03-03], shifts: ["
        "{start_hour: 6, hours: 7, workdays: [0, 2, 3, 6], people_share: 0.5},"
        "{start_hour: 19, hours: 8, workdays: [1, 3, 5], people_share: 0.5}]"
    )
    scene = bare(
        12,
        *WORK,
        *at(place),
        f"{VENDOR}.turnover.annual_rate=4",
        f"{VENDOR}.turnover.shape=1",
        f"{VENDOR}.hiring.rehire_share=1",
        f"{VENDOR}.hiring.time_to_fill_days=30",
        f"{VENDOR}.hiring.classroom_days=10",
        f"{VENDOR}.learning.domain_per_month=0",
        f"{VENDOR}.learning.client_per_month=0",
        f"{VENDOR}.learning.forgetting_per_month={per_month}",
        f"{VENDOR}.go_live_knowledge={{domain: 0.8, client: 0.6}}",
        f"{VENDOR}.entry_knowledge={{domain: 0.01, client: 0.01}}",
        days=250,
    )
    record = run(scene, 0, engine)
    agents = record.agents
    came = [i for i, hired in enumerate(agents["hired_day"]) if hired > 0]
    assert len(came) > 15
    for i in range(len(agents["agent"])):
        day = agents["hired_day"][i] + agents["tenure_days"][i]
        kept = exp(-per_month * day / (365.25 / 12))
        assert agents["knowledge_domain"][i] == pytest.approx(0.8 * kept)
        assert agents["knowledge_client"][i] == pytest.approx(0.6 * kept)
    assert sum(agents["items"][i] > 100 for i in came) > 5, "they work again"
    assert digests(record) == digests(run(scene, 0, engines.SIMPY))
