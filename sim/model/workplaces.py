"""Where the people of a team work: a calendar for each of its shifts, wages, costs and nights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from math import floor

from sim.model import rules
from sim.model.calendar import WorkCalendar
from sim.scenario.costs import Costs
from sim.scenario.schema import Scenario
from sim.scenario.site import Shift, Site

NIGHT_BEGINS_HOUR = 22.0
NIGHT_DAYS = 8.0 / 24.0


class Workplace:
    """The shifts of a site, or the hospital's own calendar as the only one.

    Each shift has a calendar by the hospital's clock: its day is the one on which the shift begins
    there, whatever day it is at the site.
    """

    def __init__(
        self, calendars: Sequence[WorkCalendar], shares: Sequence[float], site: Site | None = None
    ) -> None:
        self.calendars = tuple(calendars)
        self._shares = tuple(shares)
        self.wages: dict[str, float] = dict(site.wages) if site else {}
        self.costs: Costs | None = site.costs if site else None
        self.night_premium_share = site.night_premium_share if site else 0.0
        ahead = site.utc_offset_hours if site else 0.0
        self.night_begins = (NIGHT_BEGINS_HOUR - ahead) / 24.0 % 1.0
        """Part of a day of the hospital that has passed when a night begins at the site."""

    def _mean(self, measure: Callable[[WorkCalendar], float]) -> float:
        """Mean of a measure over people."""
        each = zip(self.calendars, self._shares, strict=True)
        return sum(share * measure(calendar) for calendar, share in each)

    def productive_minutes(self, hours_share: float) -> float:
        """Mean productive minutes of a shift of which an agent works a part."""
        return self._mean(lambda c: c.productive_minutes(hours_share))

    def productive_minutes_between(self, first_day: int, end_day: int) -> float:
        """Mean productive minutes of a full-time agent from one day to before another."""
        return self._mean(
            lambda c: c.productive_minutes(1.0) * sum(c.is_workday[first_day:end_day])
        )

    @property
    def productive_minutes_per_year(self) -> float:
        """Mean productive minutes of a full-time agent's year, absence not taken off."""
        return self._mean(lambda c: c.productive_minutes(1.0) * c.workdays_per_year)

    @property
    def paid_hours_per_year(self) -> float:
        """Mean paid hours of a full-time agent's year."""
        return self._mean(lambda c: c.workdays_per_year * c.shift_length * 24.0)

    def missing(self, there: Sequence[int], plan: int) -> int:
        """The shift of one more person, with so many on each: by the plan, it lacks most."""
        heads = rules.largest_remainder(max(plan, sum(there) + 1), self._shares)
        lacks = [n - people for n, people in zip(heads, there, strict=True)]
        return lacks.index(max(lacks))

    def night_hours(self, start: float, end: float) -> float:
        """Hours between two moments that are night at the site."""
        hours, begins = 0.0, floor(start - self.night_begins) + self.night_begins
        while begins < end:
            hours += 24.0 * max(0.0, min(end, begins + NIGHT_DAYS) - max(start, begins))
            begins += 1.0
        return hours


def workplaces(scenario: Scenario, calendar: WorkCalendar) -> dict[str | None, Workplace]:
    """The workplaces of a scenario by the names of sites; of none, the hospital's calendar."""
    return {
        None: Workplace([calendar], [1.0]),
        **{
            site.name: Workplace(
                [_shift_calendar(scenario, site, shift) for shift in site.shifts],
                [shift.people_share for shift in site.shifts],
                site,
            )
            for site in scenario.sites
        },
    }


def weekdays_worked(scenario: Scenario, site: str | None) -> tuple[int, ...]:
    """Weekdays of the hospital on which people of a site, or of none, work, holidays not counted.

    They are those in which the middle of a shift lies.
    """
    found = set(scenario.calendar.workdays)
    for place in scenario.sites:
        if place.name == site:
            found = {
                (day + floor((s.start_hour + s.hours / 2.0 - place.utc_offset_hours) / 24.0)) % 7
                for s in place.shifts
                for day in s.workdays
            }
    return tuple(sorted(found))


def _shift_calendar(scenario: Scenario, site: Site, shift: Shift) -> WorkCalendar:
    """The days and hours of a shift by the hospital's clock, where it may begin a day off."""
    hour = shift.start_hour - site.utc_offset_hours
    days_later = floor(hour / 24.0)
    hours = scenario.calendar.model_copy(
        update={
            "country": site.country,
            "workdays": shift.workdays,
            "shift_start_hour": hour - 24.0 * days_later,
            "shift_hours": shift.hours,
        }
    )
    start = scenario.start - timedelta(days_later)
    closed = frozenset(site.closed_days)
    return WorkCalendar(hours, start, scenario.end_days, site.state, closed)
