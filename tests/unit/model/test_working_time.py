"""Shifts over midnight, and hours that are counted from one change to the next."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import simpy

from sim.model.simulation import run
from sim.model.world import World
from tests.people import VENDOR, assert_sound, assert_weeks_add_up, bare, coders, watch
from tests.scenarios import EVENLY

WORK = [
    f"{VENDOR}.turnover.annual_rate=0",
    "hospital.inpatient.claims_per_year=200000",  # never without work
    "hospital.inpatient.weekday_profile=[1, 1, 1, 1, 1, 1, 1]",
    EVENLY,
    "queues.coding_inpatient.minutes=7",
]
NIGHT = ["calendar.shift_start_hour=22", "calendar.shift_hours=8"]
OVERTIME = "teams.coding_inpatient.overtime={backlog_days: 1, hours_per_day: 2, pay_multiplier: 2}"
HOURS = 24.0


def busy_at(*overrides: str, hours: dict[str, float], days: int = 40) -> dict[str, list[bool]]:
    """Whether anybody is at work at some hours of all days from the ninth on (a Thursday)."""
    found: dict[str, list[bool]] = {name: [] for name in hours}

    def look(world: World) -> Generator[simpy.Event, Any, None]:
        env = world.engine.env
        for day in range(9, days):
            for name, hour in sorted(hours.items(), key=lambda item: item[1]):
                yield env.timeout(day + hour / HOURS - env.now)
                agents = [a.row for a in coders(world).employed]
                at_work = [a.hand_queue >= 0 and env.now < a.hand_until for a in agents]
                assert len(set(at_work)) == 1, "all have the same shift and plenty of work"
                found[name].append(at_work[0])

    seen = watch(bare(3, *WORK, *overrides, days=days), look)
    assert_sound(seen)
    return found


def test_a_night_shift_goes_on_until_the_morning() -> None:
    hours = {"evening": 21.5, "late": 22.5, "small hours": 3.0, "dawn": 5.9, "morning": 6.2}
    found = busy_at(*NIGHT, hours=hours)
    assert {name: set(seen) for name, seen in found.items()} == {
        "evening": {False},
        "late": {True},
        "small hours": {True},
        "dawn": {True},
        "morning": {False},
    }


def test_fridays_night_ends_on_saturday_and_no_other_begins_before_monday() -> None:
    found = busy_at(*NIGHT, "calendar.workdays=[0, 1, 2, 3, 4]", hours={"late": 22.5, "small": 3.0})
    week = [4 - 1, 4, 5, 6, 0, 1, 2]  # the ninth day of 2025 is a Friday (10 January)
    assert found["late"][:7] == [d <= 4 for d in (4, 5, 6, 0, 1, 2, 3)], week
    assert found["small"][:7] == [1 <= d <= 5 for d in (4, 5, 6, 0, 1, 2, 3)]


def test_overtime_goes_on_past_midnight() -> None:
    late = ["calendar.shift_start_hour=16", "calendar.shift_hours=8", OVERTIME]
    found = busy_at(*late, hours={"one": 1.0, "three": 3.0, "night": 23.0})
    assert {name: set(seen) for name, seen in found.items()} == {
        "one": {True},
        "three": {False},
        "night": {True},
    }


@pytest.mark.parametrize("start", [0, 8, 16, 22, 23.5])
def test_the_hours_paid_are_the_hours_worked(start: float) -> None:
    """A shift that has begun is paid as far as it goes: 8 hours of each but what the end cuts."""
    days, people = 40, 3
    record = run(
        bare(
            people, *WORK, f"calendar.shift_start_hour={start}", "calendar.shift_hours=8", days=days
        ),
        0,
    )
    assert_weeks_add_up(record)
    cut = max(0.0, start + 8.0 - 24.0)  # the last shift goes on after the end of the run
    weeks = record.weeks
    mine = [i for i, team in enumerate(weeks["team"]) if team == "coding_inpatient"]
    paid = sum(weeks["paid_hours"][i] for i in mine)
    assert paid == pytest.approx(people * (8.0 * days - cut))
    # There is always work once the first charts have come.
    busy = sum(weeks["busy_minutes"][i] for i in mine[1:])
    assert busy == pytest.approx(sum(weeks["productive_minutes"][i] for i in mine[1:]))
    assert sum(record.days["fees_usd"]) == pytest.approx(paid * 22.0)


def test_items_that_last_for_days_are_counted_while_they_are_worked() -> None:
    """Ten hours an item, eight hours a day: every week is fully busy, and no more than that."""
    long = [
        "queues.coding_inpatient.minutes=600",
        "calendar.shift_start_hour=8",
        "calendar.shift_hours=8",
        "calendar.workdays=[0, 1, 2, 3, 4]",
    ]
    weeks = run(bare(3, *WORK, *long, days=70), 0).weeks
    rows = [i for i, team in enumerate(weeks["team"]) if team == "coding_inpatient"][1:]
    for i in rows:
        assert weeks["busy_minutes"][i] == pytest.approx(3 * 5 * 8 * 60.0)
        assert weeks["productive_minutes"][i] == pytest.approx(3 * 5 * 8 * 60.0)


def test_a_pace_that_changes_over_midnight_is_counted_on_both_its_days() -> None:
    """All begin to study on the last evening of a week, with an item in hand until six o'clock.

    It takes nine hours, as does each before it since nine o'clock on day 0; shifts end at nine.
    """

    def study(world: World) -> Generator[simpy.Event, Any, None]:
        yield world.engine.env.timeout(34.95)
        team = coders(world)
        for agent in team.employed:
            team.roster.pace.study(agent, 84.0)  # half of a week round the clock

    long = ["queues.coding_inpatient.minutes=540", "calendar.shift_start_hour=9"]
    record = watch(bare(9, *WORK, *long, days=70), study).record
    assert_weeks_add_up(record)
    weeks = record.weeks
    rows = [i for i, team in enumerate(weeks["team"]) if team == "coding_inpatient"]
    before, after, later = (weeks["productive_minutes"][i] for i in (rows[4], rows[5], rows[6]))
    week = 9 * 7 * 1440.0
    assert before == pytest.approx(week)
    # A year has 365.25 days, 52 weeks have 364.
    half = 1.0 - 84.0 / (168.0 * 365.25 / 364.0)
    assert later == pytest.approx(half * week)
    assert after == pytest.approx(half * week + (1.0 - half) * 9 * 360.0)


@pytest.mark.parametrize("start", [9, 20])
@pytest.mark.parametrize("overtime", [False, True])
def test_no_team_is_busier_than_it_is_productive(overtime: bool, start: int) -> None:
    """With leavers, pupils, mentors, absence, certificates, overtime, by day and by night."""
    shift = [
        f"calendar.shift_start_hour={start}",
        "calendar.shift_hours=8",
        "queues.coding_inpatient.minutes=60",
        "people.speed_sigma=0.3",
        "calendar.absence_share=0.1",
        f"{VENDOR}.hiring.nesting_days=20",
        f"{VENDOR}.hiring.classroom_days=9",
        f"{VENDOR}.hiring.mentor_share=0.2",
        f"{VENDOR}.hiring.time_to_fill_days=8",
    ]
    hot = f"{VENDOR}.turnover.annual_rate=4"
    extra = [OVERTIME] if overtime else []
    record = run(bare(9, *WORK, *shift, hot, *extra, days=200), 0)
    assert_weeks_add_up(record)
    assert sum(reason == "quit" for reason in record.agents["reason"]) > 10
    for busy, productive in zip(
        record.agents["busy_hours"], record.agents["productive_hours"], strict=True
    ):
        assert busy <= productive + 1e-6
