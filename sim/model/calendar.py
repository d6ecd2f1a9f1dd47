"""Days of the run: which are worked, and which date each is. Times are days since the start."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date, timedelta

from sim.scenario.people import Calendar
from sim.scenario.public_holidays import public_holidays

A_YEAR = 365
SLACK_DAYS = 800
"""Days kept beyond the horizon, for dates that lie past it."""


class WorkCalendar:
    """Workdays and shift of a run. Day 0 is the start date; a time is a day plus its fraction.

    `state` has holidays of its own besides the country's; nor are `closed_days` worked.
    """

    def __init__(
        self,
        calendar: Calendar,
        start: date,
        horizon_days: int,
        state: str | None = None,
        closed_days: Container[date] = (),
    ) -> None:
        self.start = start
        length = horizon_days + SLACK_DAYS
        dates = [start + timedelta(days=d) for d in range(length)]
        holidays = public_holidays(calendar.country, start.year, dates[-1].year, state)
        self.is_workday = [
            d.weekday() in calendar.workdays and d not in holidays and d not in closed_days
            for d in dates
        ]
        self.month = [d.month for d in dates]
        self.weekday = [d.weekday() for d in dates]
        self.month_index = [(d.year - start.year) * 12 + d.month - start.month for d in dates]
        self.shift_start = calendar.shift_start_hour / 24.0
        self.shift_length = calendar.shift_hours / 24.0
        self.productive_share = 1.0 - calendar.shrinkage_share
        self.hours_per_week = calendar.shift_hours * len(calendar.workdays)
        self.workday_bits = self.bits_of(calendar.workdays)
        self.following = [0] * length
        """First workday on or after each day."""
        following = length
        for d in range(length - 1, -1, -1):
            if self.is_workday[d]:
                following = d
            self.following[d] = following
        self.workdays_per_year = sum(self.is_workday[:A_YEAR]) / A_YEAR * 365.25

    def next_workday(self, day: int) -> int:
        """First workday on or after a day."""
        return self.following[min(day, len(self.following) - 1)]

    def date_of(self, day: int) -> date:
        """Date of a day."""
        return self.start + timedelta(days=day)

    def day_of(self, on: date) -> int:
        """Day of a date; negative before the start."""
        return (on - self.start).days

    def begin_no_shift(self, absent: Sequence[bool]) -> list[bool]:
        """Days on which somebody who is absent on some begins no shift."""
        return [away or not self.is_workday[day] for day, away in enumerate(absent)]

    def bits_of(self, weekdays: Container[int]) -> int:
        """A bit for each of the first seven days, set where it is one of some weekdays."""
        return sum(1 << day for day in range(7) if self.weekday[day] in weekdays)

    def productive_minutes(self, hours_share: float) -> float:
        """Productive minutes of one workday of an agent who works this share of the shift."""
        return self.shift_length * 1440.0 * hours_share * self.productive_share
