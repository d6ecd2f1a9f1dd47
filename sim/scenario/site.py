"""Where people work: the closed days, clock, shifts, wages and costs of a site."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from sim.scenario.costs import Costs
from sim.scenario.fields import Model, constant, lever, uncertainty
from sim.scenario.public_holidays import NO_HOLIDAYS


class Shift(Model):
    """When a part of a site's people works, by the clock of the site."""

    start_hour: float = lever("Start of the shift", "hour", "assumption", ge=0, lt=24)
    hours: float = lever(
        "Paid length of the shift, which may go on past midnight",
        "hours",
        "assumption",
        ge=0.25,
        le=24,
    )
    workdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = lever(
        "Weekdays on which the shift begins, Monday = 0",
        "weekday",
        "assumption",
        min_length=1,
        max_length=7,
        unordered=True,
        default=(0, 1, 2, 3, 4),
    )
    people_share: float = lever(
        "Part of each team's people who work it", "share", "assumption", gt=0, le=1, default=1.0
    )


class Site(Model):
    """A place where teams work by a calendar of its own; hospital and payers keep theirs."""

    name: str = constant("Name of the site", "-", "assumption", min_length=1, max_length=60)
    country: str = constant(
        "Country code of the public holidays; `none` for no holidays",
        "ISO 3166",
        "assumption",
        min_length=2,
        max_length=4,
        default=NO_HOLIDAYS,
    )
    state: str | None = constant(
        "Code of the state or province whose public holidays are kept besides",
        "ISO 3166-2",
        "assumption",
        min_length=1,
        max_length=10,
        default=None,
    )
    closed_days: tuple[date, ...] = constant(
        "Days on which no shift begins, besides public holidays",
        "date",
        "assumption",
        max_length=10_000,
        unordered=True,
        default=(),
    )
    utc_offset_hours: float = constant(
        "How far the clock of the site is ahead of the hospital's, all year",
        "hours",
        "assumption",
        ge=-26,
        le=26,
        default=0.0,
    )
    shifts: tuple[Shift, ...] = lever(
        "Shifts, over which each team's people are spread by largest remainder",
        "-",
        "assumption",
        min_length=1,
        max_length=20,
    )
    wages: dict[str, Annotated[float, Field(ge=0, le=500)]] = uncertainty(
        "Wage by certification; of one left out, the certification's own",
        "USD/hour",
        "B4",
        default={},
    )
    night_premium_share: float = lever(
        "Wage on top for paid hours between 22 and 6 by the clock of the site",
        "share",
        "assumption",
        ge=0,
        le=3,
        default=0.0,
    )
    costs: Costs | None = lever(
        "Costs of the people here; left out, the vendor's", "-", "B5, assumption", default=None
    )
