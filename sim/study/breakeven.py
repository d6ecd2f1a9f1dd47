"""Break-even: the value of a field at which the difference between two scenarios changes sign.

The difference is paired under common random numbers, so that its mean is smooth in the value, and a
few steps of a bracketing search (regula falsi, Illinois variant) find the root of the mean. The
interval of the root is where the 95 % interval of the difference holds zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sim.study.estimate import difference
from sim.study.overload import judged
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval

MOST_STEPS = 6
CLOSE_ENOUGH = 0.1
"""Search no further where the mean lies within this part of its interval's half-width of zero."""


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Differences by value in ascending order, and where they change sign.

    A difference without values is not known: its scenarios do not keep up with their work, and the
    KPI is money. `root` is nan where the others do not change sign. Between `low` and `high` the
    interval of the difference holds zero; they are infinite where it still does at that end of the
    span, or nowhere.
    """

    tried: dict[float, Interval]
    root: float
    low: float
    high: float

    @classmethod
    def of(cls, tried: Mapping[float, Interval]) -> BreakEven:
        """What the differences found so far say, read by straight lines between them."""
        values = sorted(tried)
        at = [tried[v] for v in values]
        known = [i for i in at if i.n] or at
        root = crossing(values, [i.mean for i in at])
        # What is clear at an end is so until the edge of the interval next to zero meets it.
        first, last = (
            crossing(values, [i.low if end.low > 0 else i.high for i in at])
            if end.low > 0 or end.high < 0
            else math.nan
            for end in (known[0], known[-1])
        )
        low = -math.inf if math.isnan(first) else first
        high = math.inf if math.isnan(last) else last
        return cls({v: tried[v] for v in values}, root, low, high)


@dataclass(frozen=True, slots=True)
class Map:
    """Paired differences over a grid: a row of intervals for each of `up`, one for each `across`.

    The intervals hold together, so that whoever is `clearly` ahead at any point is so at 95 %.

    `sign` is 1 if a positive difference speaks for the scenario, -1 if for the baseline.
    """

    across: tuple[float, ...]
    up: tuple[float, ...]
    differences: tuple[tuple[Interval, ...], ...]
    sign: int

    def winner(self, row: int, column: int) -> int:
        """1 where the scenario is clearly ahead, -1 where the baseline is, else 0."""
        at = self.differences[row][column]
        return self.sign * ((at.low > 0) - (at.high < 0))

    def known(self, row: int, column: int) -> bool:
        """Whether the difference is known: at an overloaded point that of money is not."""
        return self.differences[row][column].n > 0

    def count(self, winner: int) -> int:
        """Points at which `winner` says so, of those where the difference is known."""
        cells = ((r, c) for r in range(len(self.up)) for c in range(len(self.across)))
        return sum(self.known(*cell) and self.winner(*cell) == winner for cell in cells)

    def root(self, row: int) -> BreakEven:
        """Where the sign changes along a row."""
        return BreakEven.of(dict(zip(self.across, self.differences[row], strict=True)))


def crossing(values: Sequence[float], heights: Sequence[float]) -> float:
    """Where straight lines through the points first meet zero; nan where they do not."""
    points = list(zip(values, heights, strict=True))
    for (x0, y0), (x1, y1) in pairwise(points):
        if y0 == 0.0:
            return x0
        if y0 * y1 <= 0.0:
            return x0 + (x1 - x0) * y0 / (y0 - y1)
    return math.nan


def search(difference: Callable[[float], Interval], low: float, high: float) -> BreakEven:
    """Look for the value between `low` and `high` at which the mean difference is zero.

    `difference` gives the paired difference at a value; it is asked at both ends, and at most
    `MOST_STEPS` times between.
    """
    tried = {value: difference(value) for value in (low, high)}
    left, right = tried[low].mean, tried[high].mean
    kept = 0
    for _ in range(MOST_STEPS if left * right < 0 else 0):
        # Six digits make a value that reads well, and names the same scenario in every start.
        value = float(f"{(low * right - high * left) / (right - left):.6g}")
        if value in tried or not low < value < high:
            break
        found = tried[value] = difference(value)
        if abs(found.mean) <= CLOSE_ENOUGH * (found.high - found.low) / 2.0:
            break
        if found.mean * left > 0:
            low, left = value, found.mean
            right *= 0.5 if kept == 1 else 1.0  # the same end kept twice would stall the search
            kept = 1
        else:
            high, right = value, found.mean
            left *= 0.5 if kept == -1 else 1.0
            kept = -1
    return BreakEven.of(tried)


def paired(result: StudyResult, baseline: str, scenario: str, kpi: str, looks: int = 1) -> Interval:
    """Scenario minus baseline over the replications that both have; no values if not `judged`.

    Of so many `looks` all intervals hold together with 95 % (Bonferroni).
    """
    pair = {name: result.outcomes[name] for name in (baseline, scenario)}
    a, b = judged(replace(result, outcomes=pair)).outcomes.values()
    both = [r for r in a if r in b]
    left, right = ([o[r].kpis.get(kpi, math.nan) for r in both] for o in (a, b))
    return difference(kpi, left, right, 1 - 0.05 / looks).interval
