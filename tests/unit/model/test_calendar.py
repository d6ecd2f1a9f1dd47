"""The calendar knows which days are worked, and which date each day is."""

from __future__ import annotations

from datetime import date

import pytest

from sim.model.calendar import WorkCalendar
from sim.scenario.people import Calendar


def calendar(start: date = date(2025, 1, 1), days: int = 365, **changes: object) -> WorkCalendar:
    fields: dict[str, object] = {
        "country": "US",
        "workdays": (0, 1, 2, 3, 4),
        "shift_start_hour": 8.0,
        "shift_hours": 8.0,
        "shrinkage_share": 0.22,
        "absence_share": 0.06,
    }
    return WorkCalendar(Calendar(**(fields | changes)), start, days)  # type: ignore[arg-type]


def worked(c: WorkCalendar, on: date) -> bool:
    return c.is_workday[c.day_of(on)]


def test_weekends_and_public_holidays_are_not_worked() -> None:
    year = calendar()
    assert worked(year, date(2025, 1, 2))
    for closed in (
        date(2025, 1, 1),  # New Year, the first day
        date(2025, 1, 4),  # a Saturday
        date(2025, 1, 5),
        date(2025, 5, 26),  # Memorial Day
        date(2025, 7, 4),
        date(2025, 11, 27),  # Thanksgiving
        date(2025, 12, 25),
    ):
        assert not worked(year, closed), closed
    # 261 weekdays less the 11 federal holidays of 2025, all of which fall on weekdays.
    assert sum(year.is_workday[:365]) == 250
    assert year.workdays_per_year == pytest.approx(250 / 365 * 365.25)


def test_holidays_of_every_year_of_the_run_are_known() -> None:
    long = calendar(days=1200)
    assert not worked(long, date(2027, 7, 5))  # Independence Day 2027 is kept on the Monday
    assert not worked(long, date(2028, 1, 17))  # Martin Luther King Day


def test_a_country_without_holidays_and_a_full_week() -> None:
    everyday = calendar(country="none", workdays=(0, 1, 2, 3, 4, 5, 6))
    assert all(everyday.is_workday)
    assert everyday.workdays_per_year == pytest.approx(365.25)
    assert not worked(calendar(country="IN", days=60), date(2025, 1, 26))  # Republic Day
    assert worked(calendar(country="none"), date(2025, 12, 25))


def test_dates_months_and_weekdays_agree() -> None:
    c = calendar(start=date(2024, 2, 28), days=400)
    assert c.date_of(1) == date(2024, 2, 29)
    assert c.date_of(2) == date(2024, 3, 1)
    assert c.day_of(date(2024, 2, 27)) == -1
    for day in (0, 1, 2, 31, 306, 307, 399):
        on = c.date_of(day)
        assert c.day_of(on) == day
        assert c.month[day] == on.month
        assert c.weekday[day] == on.weekday()
        assert c.month_index[day] == (on.year - 2024) * 12 + on.month - 2
    assert c.month_index[c.day_of(date(2025, 1, 1))] == 11


def test_the_next_workday() -> None:
    c = calendar(days=30)
    assert c.next_workday(1) == 1
    assert c.next_workday(0) == 1  # New Year → Thursday
    assert c.next_workday(c.day_of(date(2025, 1, 3))) == 2
    assert c.next_workday(c.day_of(date(2025, 1, 4))) == 5  # Saturday → Monday
    assert c.next_workday(c.day_of(date(2025, 1, 18))) == 20  # weekend and Monday holiday
    # Far past the horizon a day is still given.
    assert c.next_workday(10**6) >= 30


def test_productive_minutes_of_a_day() -> None:
    assert calendar().productive_minutes(1.0) == pytest.approx(480 * 0.78)
    assert calendar().productive_minutes(0.5) == pytest.approx(240 * 0.78)
    assert calendar(shift_hours=24.0, shift_start_hour=0.0).shift_length == 1.0
    assert calendar().shift_start == pytest.approx(1 / 3)
