"""Payback: what a scenario has brought in over the baseline, week by week, less what it cost.

Counted are cash, or the realised value of services by their day (accrual), less vendor fees,
hospital labour and one-off costs such as transitions. Weeks count from the one in which the money
of the two first differs in any pair: under common random numbers that is the week of the event in
which they differ, such as the switch of a vendor, or the first week.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_high

import numpy as np

from sim.record.record import Table
from sim.study.overload import overloaded_names
from sim.study.replicate import StudyResult
from sim.study.statistics import Floats, quantile_interval

BASES = {"cash": "cash_usd", "accrual": "accrued_usd"}
COSTS = ("fees_usd", "hospital_usd", "one_off_usd")
COLUMNS = (
    "baseline",
    "scenario",
    "basis",
    "since",
    "pairs",
    "pairs_paid_back",
    "median_day",
    "ci_low",
    "ci_high",
)


@dataclass(frozen=True, slots=True)
class Payback:
    """The cumulative difference of one scenario on one basis, in USD.

    `curves` holds a row for each pair of replications and a column for each week's end; `since` is
    the first day of the first week.
    """

    baseline: str
    scenario: str
    basis: str
    since: str
    curves: Floats

    @property
    def days(self) -> list[float]:
        """By pair, the week's end from which the curve stays above 0; infinite if it never does."""
        positive = self.curves > 0
        behind = [np.flatnonzero(~row)[-1:] + 1 for row in positive]
        weeks = [int(last[0]) if len(last) else 0 for last in behind]
        return [7.0 * (week + 1) if week < positive.shape[1] else math.inf for week in weeks]

    @property
    def median(self) -> float:
        """Median of `days`, the later of the two in the middle."""
        return median_high(self.days)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the median; an end is nan with fewer than six pairs."""
        return quantile_interval(self.days, 0.5)


def paybacks(result: StudyResult) -> list[Payback]:
    """Every scenario but the first against the first, on cash and on accrual.

    A scenario without money by week, or with none that differs from the baseline's, is left out,
    and so is one that does not keep up with its work, or whose baseline does not.
    """
    baseline, *others = result.names
    found, behind = [], overloaded_names(result)
    for scenario in others:
        if behind & {baseline, scenario}:
            continue
        a, b = result.outcomes[baseline], result.outcomes[scenario]
        pairs = [(a[r].tables.get("money"), b[r].tables.get("money")) for r in a if r in b]
        both = [(x, y) for x, y in pairs if x and y]
        if not both:
            continue
        gaps = {name: _gap(both, name) for name in (*BASES.values(), *COSTS)}
        # Not by accrual: what is served before an event may be paid after it.
        differs = np.any([gaps[name].any(axis=0) for name in ("cash_usd", *COSTS)], axis=0)
        if not differs.any():
            continue
        first = int(differs.argmax())
        since = both[0][0]["week_start"][first]
        spent = np.sum([gaps[name] for name in COSTS], axis=0)
        for basis, name in BASES.items():
            curves = np.cumsum(gaps[name] - spent, axis=1)[:, first:]
            found.append(Payback(baseline, scenario, basis, since, curves))
    return found


def _gap(pairs: list[tuple[Table, Table]], name: str) -> Floats:
    """Scenario less baseline by pair and week, up to the end of the shorter run."""
    weeks = min(len(table[name]) for pair in pairs for table in pair)
    return np.array([np.subtract(b[name][:weeks], a[name][:weeks]) for a, b in pairs])


def table(result: StudyResult) -> tuple[Sequence[str], Iterator[Sequence[object]]]:
    """Columns and rows of `payback.csv`; an empty day lies beyond the run, or is not known."""
    return COLUMNS, _rows(result)


def _rows(result: StudyResult) -> Iterator[Sequence[object]]:
    for p in paybacks(result):
        low, high = p.interval
        within = sum(map(math.isfinite, p.days))
        days = (day if math.isfinite(day) else math.nan for day in (p.median, low, high))
        yield (p.baseline, p.scenario, p.basis, p.since, len(p.days), within, *days)
