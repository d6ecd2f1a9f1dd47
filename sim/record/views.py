"""Ways of looking at a record that several KPIs and tables share, each worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.record.record import Facts, Record

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
DONE = ("paid", "closed")
LOST_VISITS = ("lost_visit", "refused_visit")
"""Causes that end a visit before it takes place."""
ANSWERS = ("none", "paid", "rejected", "asked", "denied")
"""First answers of the payer's side, in the order of their codes."""
NONE, FIRST_PAID, REJECTED, ASKED, DENIED = range(len(ANSWERS))
DUPLICATE = "DUP"
"""Category that the field does not count among denials."""
NOT_CODED, RIGHT, WRONG = range(3)
TEAM_MEASURES = (
    "plan",
    "employed",
    "producing",
    "knowledge",
    "client",
    "certified_share",
    "busy_minutes",
    "productive_minutes",
    "paid_hours",
    "scheduled_hours",
    "billed_hours",
    "annual_rate",
    "exhaustion",
    "touch_share",
)


def ratio(top: float, bottom: float) -> float:
    """Top over bottom; nan where there is nothing below."""
    return float(top) / float(bottom) if bottom else float("nan")


def cells(sizes: tuple[int, ...], *parts: NDArray[Any]) -> Ints:
    """The cell in which each row lies, of a table of these sizes with an axis for each part."""
    out = np.array(parts[0], np.int64)
    for size, part in zip(sizes[1:], parts[1:], strict=True):
        out *= size
        out += part
    return out


def sums(groups: Ints, values: NDArray[Any], size: int) -> Floats:
    """Sum of the values of each group, added in the order of the rows."""
    # Without any rows there would be integers.
    totals: Floats = np.bincount(groups, values, size).astype(float, copy=False)
    return totals


def tally(sizes: tuple[int, ...], rows: Ints, values: Ints | None = None) -> NDArray[Any]:
    """The table of these sizes that counts the rows of each cell, or adds up their values."""
    size = prod(sizes)
    flat = np.bincount(rows, minlength=size) if values is None else sums(rows, values, size)
    return flat.reshape(sizes)


def took_place(facts: Facts, claims: dict[str, Ints]) -> Bools:
    """Claims whose visit was not lost before it began."""
    return _came_by_cause(facts)[claims["loss_cause"] + 1]


def _came_by_cause(facts: Facts) -> Bools:
    """Whether a visit took place, by the cause of its loss; the first is that there is none."""
    return np.array([True, *(cause not in LOST_VISITS for cause in facts.causes)])


def is_done(record: Record) -> Bools:
    """Claims that are paid or closed."""
    stage, (paid, closed) = record.claims["stage"], map(record.facts.stages.index, DONE)
    done: Bools = (stage == paid) | (stage == closed)
    return done


@dataclass(frozen=True, slots=True)
class Cohort:
    """Claims with a day of service from `first_day` up to but not including `last_day`.

    Of each claim: its columns, the cell of `View.ends` in which it lies, and whether its visit
    took place.
    """

    claims: dict[str, Ints]
    cell: Ints
    came: Bools
    first_day: int
    last_day: int

    def between(self, first_day: int, last_day: int) -> Cohort:
        """Those of its claims that have their day of service in a narrower window."""
        first, last = np.searchsorted(self.claims["day"], (first_day, last_day))
        rows = slice(first, last)
        return Cohort(
            {name: column[rows] for name, column in self.claims.items()},
            self.cell[rows],
            self.came[rows],
            first_day,
            last_day,
        )


@dataclass(frozen=True, slots=True)
class Ends:
    """Claims of the KPI window by first answer, whether they are done, and the cause of their loss.

    The tables have an axis for each, the last of which begins with those that lost nothing. They
    count the claims, and add up their expected payments, written-off cents and work items.
    """

    claims: Ints
    expected: Floats
    loss_cents: Floats
    touches: Floats


class View:
    """A record, and what is seen in it: each part is worked out when first asked for, and kept.

    Raises `ValueError` if the claims are not in the order of their days of service.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self._sizes = (len(ANSWERS), 2, len(record.facts.causes) + 1)
        day = record.claims["day"]
        if (day[1:] < day[:-1]).any():
            raise ValueError("the claims of a record must be in the order of their days of service")

    @cached_property
    def came_by_cause(self) -> Bools:
        """Whether a visit took place, by the last axis of `ends`."""
        return _came_by_cause(self.record.facts)

    @cached_property
    def done(self) -> Bools:
        """Claims that are paid or closed."""
        return is_done(self.record)

    @cached_property
    def _cell(self) -> Ints:
        """The cell of the tables of `ends` in which each claim lies."""
        claims = self.record.claims
        return cells(self._sizes, claims["first_outcome"], self.done, claims["loss_cause"] + 1)

    @cached_property
    def everything(self) -> Cohort:
        """All claims."""
        facts, claims = self.record.facts, self.record.claims
        return Cohort(claims, self._cell, took_place(facts, claims), 0, facts.horizon_days)

    @cached_property
    def window(self) -> Cohort:
        """The claims of the KPI window."""
        facts = self.record.facts
        return self.everything.between(
            facts.kpi_from_days, facts.horizon_days - facts.kpi_until_days
        )

    @cached_property
    def window_done(self) -> Bools:
        """Which claims of the KPI window are paid or closed."""
        first, last = np.searchsorted(
            self.record.claims["day"], (self.window.first_day, self.window.last_day)
        )
        done: Bools = self.done[first:last]
        return done

    @cached_property
    def ends(self) -> Ends:
        """The claims of the KPI window by where they got to."""
        claims, cell = self.window.claims, self.window.cell
        names = ("expected", "loss_cents", "touches")
        return Ends(
            tally(self._sizes, cell), *(tally(self._sizes, cell, claims[name]) for name in names)
        )

    @cached_property
    def answers(self) -> Ints:
        """Number of claims by day of service, first answer, whether the visit took place, coding.

        The last axis is `NOT_CODED`, `RIGHT`, `WRONG`.
        """
        claims = self.record.claims
        sizes = (self.record.facts.horizon_days, len(ANSWERS), 2, WRONG + 1)
        coding = np.minimum(claims["wrong"], 1) + RIGHT
        return tally(
            sizes,
            cells(sizes, claims["day"], claims["first_outcome"], self.everything.came, coding),
        )

    @cached_property
    def coding(self) -> Ints:
        """Number of claims of the KPI window that are not yet, rightly and wrongly coded."""
        days = slice(self.window.first_day, self.window.last_day)
        coding: Ints = self.answers[days].sum(axis=(0, 1, 2))
        return coding

    @cached_property
    def served_cents(self) -> Floats:
        """Expected value of the claims of each day of service."""
        claims = self.record.claims
        return sums(claims["day"], claims["expected"], self.record.facts.horizon_days)

    @cached_property
    def _balances(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Of claims and stock: day of service, of first submission, of closing, and what is open.

        Of the stock, that is what had not been paid before the run.
        """
        claims, stock = self.record.claims, self.record.stock
        parts = (claims["day"], claims["first_day"], self._ends, claims["expected"])
        if not stock:
            return parts
        done = np.isin(stock["stage"], [self.record.facts.stages.index(stage) for stage in DONE])
        ends = np.where(done, stock["closed_day"], self.record.facts.end_days + 1)
        worth = stock["expected"] - stock["paid_before_cents"]
        before = (stock["day"], stock["first_day"], ends, worth)
        day, first, ends, worth = (np.concatenate(pair) for pair in zip(before, parts, strict=True))
        return day, first, ends, worth

    def _between(self, begins: Ints, ends: Ints, worth: Ints) -> Floats:
        """Worth of what is there at the end of each day of the run, in USD."""
        horizon = self.record.facts.horizon_days
        came = sums(np.clip(begins, 0, horizon), worth, horizon + 1)
        went = sums(np.clip(ends, 0, horizon), worth, horizon + 1)
        there: Floats = np.cumsum(came - went)[:horizon] / 100.0
        return there

    @cached_property
    def receivable_usd(self) -> Floats:
        """Expected value of claims served and not yet closed, at the end of each day of the run."""
        day, _, ends, worth = self._balances
        return self._between(day, ends, worth)

    @cached_property
    def unbilled_usd(self) -> Floats:
        """Expected value of claims served and not yet submitted, at the end of each day."""
        day, first, ends, worth = self._balances
        return self._between(day, np.where(first >= 0, first, ends), worth)

    def billed_usd(self, older_than_days: int = -1) -> Floats:
        """Expected value of claims submitted and not yet closed, at the end of each day.

        Only those whose service is more than so many days ago.
        """
        day, first, ends, worth = self._balances
        begins = np.maximum(first, day + older_than_days + 1)
        there = (first >= 0) & (begins < ends)
        return self._between(begins[there], ends[there], worth[there])

    @cached_property
    def _ends(self) -> Ints:
        """The day on which each claim is closed; beyond the end if it never is."""
        ends: Ints = np.where(
            self.done, self.record.claims["closed_day"], self.record.facts.end_days + 1
        )
        return ends

    def wait_days(self, queue: str, share: float) -> float:
        """Wait below which so many of a queue's finished items stayed, within a bin in proportion.

        Nan where nothing was finished.
        """
        counts, starts = self.record.waits[queue], self.record.facts.wait_bin_starts
        total = counts.sum()
        if not total:
            return float("nan")
        below = np.concatenate([[0], np.cumsum(counts)])
        i = int(np.searchsorted(below[1:], share * total))
        width = starts[i + 1] - starts[i] if i + 1 < len(starts) else 0.0
        return float(starts[i] + width * (share * total - below[i]) / counts[i])

    @cached_property
    def weeks(self) -> dict[str, Floats]:
        """The measures of the team weeks, vacancies, and planned people times their turnover."""
        weeks = {name: np.array(self.record.weeks[name], float) for name in TEAM_MEASURES}
        weeks["vacant"] = np.maximum(0.0, weeks["plan"] - weeks["employed"])
        weeks["written_separations"] = weeks["plan"] * weeks["annual_rate"]
        return weeks

    @cached_property
    def team_totals(self) -> dict[str, float]:
        """Sum of each measure over the team weeks from kpi_from_days on."""
        late = np.array(self.record.weeks["day"]) >= self.record.facts.kpi_from_days
        return {name: float(column[late].sum()) for name, column in self.weeks.items()}
