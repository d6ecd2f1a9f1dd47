"""Statistics of independent replications: intervals, paired differences, stopping, selection.

Everything works on plain arrays with a value for each replication and knows no scenario. A value
that is not defined in some replication is nan; it is left out, and `n` says how many were left.
SciPy is imported where it is used: what only simulates, or plans to, can do without.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

INSIDE, OUTSIDE, OPEN = "inside", "outside", "open"
"""Where a true value lies against a range, as far as its interval tells."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Mean of `n` values with its t interval; nan where `n` is too small to tell."""

    n: int
    mean: float
    sd: float
    low: float
    high: float

    @property
    def p(self) -> float:
        """Two-sided probability of a mean so far from 0 if the true one were 0 (Student's t)."""
        if self.n < 2 or math.isnan(self.sd):
            return math.nan
        if self.sd == 0:
            return 1.0 if self.mean == 0 else 0.0
        from scipy.special import stdtr

        return 2 * float(stdtr(self.n - 1, -abs(self.mean) / (self.sd / math.sqrt(self.n))))

    def against(self, low: float, high: float) -> str:
        """`INSIDE` where all of the interval lies from `low` to `high`, `OUTSIDE` where none does.

        Everything else is `OPEN`, and so is what has no interval: noise earns no verdict. Either
        end of the range may be infinite. A 95 % interval inside a range is two one-sided tests of
        equivalence at 2.5 % each (Schuirmann 1987).
        """
        if low <= self.low and self.high <= high:
            return INSIDE
        return OUTSIDE if self.high < low or self.low > high else OPEN


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Scenario minus baseline over the `n` replications in which both are defined.

    `relative` is the difference over the absolute mean of the baseline, nan where that is 0; `p`
    the two-sided probability of so large a difference if there were none; `correlation` what common
    random numbers achieved, and `variance_reduction`, (var a + var b) / var(b - a), how many times
    more replications independent runs would need: infinite if the difference is constant.
    """

    interval: Interval
    relative: float
    p: float
    correlation: float
    variance_reduction: float


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """T interval of the mean; equal values give one of width zero."""
    x = np.asarray(values, dtype=float)
    x = x[~np.isnan(x)]
    n = len(x)
    if n < 2:
        return Interval(n, float(x[0]) if n else math.nan, math.nan, math.nan, math.nan)
    if np.all(x == x[0]):  # by rounding, their mean need not equal them, nor their sd be zero
        return Interval(n, float(x[0]), 0.0, float(x[0]), float(x[0]))
    mean, sd = float(x.mean()), float(x.std(ddof=1))
    half = _t_quantile(n - 1, (1 + confidence) / 2) * sd / math.sqrt(n)
    return Interval(n, mean, sd, mean - half, mean + half)


@lru_cache(maxsize=4096)
def _t_quantile(degrees: int, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, level))


def paired_difference(
    baseline: ArrayLike, scenario: ArrayLike, confidence: float = 0.95
) -> PairedDifference:
    """Difference of two scenarios, each with its values by replication, shape (n,)."""
    a, b = np.asarray(baseline, dtype=float), np.asarray(scenario, dtype=float)
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    interval = mean_interval(b - a, confidence)
    base = mean_interval(a)
    relative = interval.mean / abs(base.mean) if base.mean else math.nan
    if interval.n < 2:
        return PairedDifference(interval, relative, math.nan, math.nan, math.nan)
    sd_a, sd_b = base.sd, mean_interval(b).sd
    correlation = reduction = math.nan
    if sd_a > 0 and sd_b > 0:
        correlation = float(np.corrcoef(a, b)[0, 1])
    if sd_a > 0 or sd_b > 0:
        reduction = (sd_a**2 + sd_b**2) / interval.sd**2 if interval.sd > 0 else math.inf
    return PairedDifference(interval, relative, interval.p, correlation, reduction)


def holm(p_values: ArrayLike) -> Floats:
    """Holm's adjusted p values (1979); a nan is no test: it stays nan and does not count.

    Rejecting where they are below alpha keeps the chance of any false rejection below alpha,
    however the tests depend on each other.
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    tests = np.flatnonzero(~np.isnan(p))
    order = tests[np.argsort(p[tests], kind="stable")]
    weighted = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(weighted), 1.0)
    return adjusted


def may_be_best(values: Floats, alpha: float = 0.05) -> NDArray[np.bool_]:
    """Which systems may have the largest mean; `values` by system and replication.

    The best is among them with probability 1 - `alpha`, however many there are: a system is out
    only where some other is ahead by a one-sided paired t test at alpha / (systems - 1) (the
    screening of Nelson, Swann, Goldsman and Song 2001). All stay with one replication.
    """
    systems, n = values.shape
    if n < 2 or systems < 2:
        return np.ones(systems, dtype=bool)
    ahead = values[None, :, :] - values[:, None, :]  # of each system the lead of every other
    spread = ahead.std(axis=2, ddof=1) / math.sqrt(n)
    needed = _t_quantile(n - 1, 1 - alpha / (systems - 1)) * spread
    return np.asarray((ahead.mean(axis=2) <= needed).all(axis=1))


def wilson_interval(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a probability, sound near 0 and 1 (Wilson 1927); nan without trials."""
    if n == 0:
        return math.nan, math.nan
    from scipy.special import ndtri

    z, share = float(ndtri((1 + confidence) / 2)), successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return max(0.0, centre - half), min(1.0, centre + half)


def binomial_limits(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact one-sided limits of a probability, each with the confidence (Clopper & Pearson 1934).

    The truth lies below the lower, and above the upper, with a chance of at most 1 - `confidence`
    each; 0 and 1 without trials.
    """
    from scipy.special import betaincinv

    miss = 1.0 - confidence
    low = float(betaincinv(successes, n - successes + 1, miss)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1.0 - miss)) if successes < n else 1.0
    return low, high


def quantile_interval(
    values: ArrayLike, quantile: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of a quantile between two order statistics; an end is nan with too few values."""
    from scipy.special import bdtr

    x = np.sort(np.asarray(values, dtype=float))
    x = x[~np.isnan(x)]
    n, tail = len(x), (1 - confidence) / 2
    below = np.asarray(bdtr(np.arange(n, dtype=float), n, quantile))  # P(at most k values below)
    low = int(np.searchsorted(below, tail, side="right")) - 1
    high = int(np.searchsorted(below, 1 - tail, side="left"))
    return float(x[low]) if low >= 0 else math.nan, float(x[high]) if high < n else math.nan


def prediction_interval(values: ArrayLike, share: float = 0.9) -> tuple[float, float]:
    """Where one more replication falls with the chance `share`; nan with fewer than two values.

    A new value is as likely to fall before the first of n values, between any two, or behind the
    last: so many values (19 for nine in ten) bound it whatever their distribution (Wilks 1941).
    Fewer do with their mean and spread, mean +- t s sqrt(1 + 1/n), if they are normal.
    """
    x = np.asarray(values, dtype=float)
    x = x[~np.isnan(x)]
    n, tail = len(x), (1 - share) / 2
    if n < 2:
        return math.nan, math.nan
    if (n + 1) * tail > 1 - 1e-9:
        low, high = np.quantile(x, (tail, 1 - tail), method="weibull")
        return float(low), float(high)
    half = _t_quantile(n - 1, 1 - tail) * float(x.std(ddof=1)) * math.sqrt(1 + 1 / n)
    return float(x.mean()) - half, float(x.mean()) + half


def replications_needed(half_width: float, sd: float, confidence: float = 0.95) -> int:
    """Fewest replications whose t interval is within +- `half_width`, if `sd` is as estimated.

    Never above 10**9, which no study reaches. `half_width` is above 0.
    """
    from scipy.special import ndtri

    level = (1 + confidence) / 2
    root = float(ndtri(level)) * sd / half_width
    if root > 30_000:
        return 10**9
    n = max(2, math.ceil(root**2))
    while _t_quantile(n - 1, level) * sd / math.sqrt(n) > half_width:
        n += 1
    return n


SAME: Floats = np.ones((1, 1))
"""Intervals as wide as Student's."""


@dataclass(frozen=True, slots=True)
class Precision:
    """When a study has enough replications.

    A KPI is precise when the half width of its interval is at most `relative` times the absolute
    mean, or at most its entry in `absolute` (in its own unit): near a mean of zero only that helps.
    The study stops when every KPI is precise in every scenario and stays so for `look_ahead` more
    replications, against an early stop by luck (Hoad, Robinson and Davies 2010); not before `floor`
    replications, and at `cap` in any case.

    In the methods, `values` has a row for each replication and a column for each KPI and scenario,
    and `absolute` an entry for each column. A column without a defined value holds nothing up.
    `wider` says how many times wider than Student's at 95 % the interval of each column after each
    row is: infinitely where there is none yet.
    """

    relative: float
    absolute: Mapping[str, float] = field(default_factory=dict)
    kpis: tuple[str, ...] = ()
    floor: int = 10
    cap: int = 200
    look_ahead: int = 5

    def excess(self, values: Floats, absolute: Floats, wider: Floats = SAME) -> Floats:
        """Half width over what is allowed, after 1, 2, ... rows; precise up to 1. As `values`."""
        half, mean = running_half_width(values)
        allowed = np.maximum(self.relative * np.abs(mean), absolute)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.isnan(mean) | (half == 0), 0.0, half * wider / allowed)

    def stop_at(self, values: Floats, absolute: Floats, wider: Floats = SAME) -> int | None:
        """Replications after which to stop, look-ahead included; None if there must be more.

        Depends on no row after the answer, so it does not matter how many were run at a time.
        """
        streak = 0
        after = self.excess(values, absolute, wider).max(axis=1, initial=0.0)
        for n, worst in enumerate(after, start=1):
            streak = streak + 1 if worst <= 1 and n >= self.floor else 0
            if streak > math.ceil(self.look_ahead * max(n - streak + 1, 100) / 100):
                return n
        return None

    def plan(self, values: Floats, absolute: Floats, wider: Floats = SAME) -> int:
        """How many replications to have next, by the spread so far; at most twice as many."""
        n = len(values)
        if n == 0:
            return min(self.cap, self.floor + self.look_ahead)
        worst = float(self.excess(values, absolute, wider)[-1].max(initial=0.0))
        return min(self.cap, max(n + self.look_ahead, math.ceil(n * min(worst**2, 2.0))))


def running_half_width(values: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Half width of the t interval, and mean, of the first 1, 2, ... rows of each column.

    The half width is infinite with one defined value, the mean nan with none. All (rows, columns).
    """
    from scipy.special import stdtrit

    defined = ~np.isnan(values)
    n = np.cumsum(defined, axis=0)
    quantile = np.asarray(stdtrit(np.arange(len(values), dtype=float), (1 + confidence) / 2))
    # Sums are taken around the first defined value: exact for constants, and no cancellation.
    first = np.take_along_axis(values, defined.argmax(axis=0)[None, :], axis=0)
    shifted = np.where(defined, values - first, 0.0)
    total, squares = np.cumsum(shifted, axis=0), np.cumsum(shifted**2, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = total / n
        variance = np.maximum(squares - total * centre, 0.0) / (n - 1)
        half = quantile[np.maximum(n - 1, 0)] * np.sqrt(variance / n)
    return np.where(n < 2, np.inf, half), np.where(n == 0, np.nan, first + centre)


@dataclass(frozen=True, slots=True)
class Settling:
    """Where a series has settled: the periods before `start` are to be dropped.

    If not `long_enough`, the best cut lies in the second half: there is no settled part to speak
    of. The rule takes the series for one that starts up; whether it does is for the caller to know.
    """

    start: int
    long_enough: bool


def mser5(series: ArrayLike, batch: int = 5) -> Settling:
    """Warm-up by MSER-5 (Spratt 1998) on the mean over replications, shape (replications, periods).

    Periods are averaged in batches, and the cut is the one with the least standard error of what is
    left. The last five batches, whose error is small by chance, are never left alone, and fewer
    than ten are too few. On single replications the rule is far too optimistic, hence the mean.
    All values must be defined.
    """
    x = np.atleast_2d(np.asarray(series, dtype=float)).mean(axis=0)
    batches = len(x) // batch
    if batches < 10:
        return Settling(0, long_enough=False)
    z = x[: batches * batch].reshape(batches, batch).mean(axis=1)
    z = z - z[-1]  # exactly zero for a constant series, and no cancellation
    left = batches - np.arange(batches)
    total, squares = np.cumsum(z[::-1])[::-1], np.cumsum((z * z)[::-1])[::-1]
    cut = int(np.argmin(((squares - total**2 / left) / left**2)[:-5]))
    return Settling(cut * batch, long_enough=cut <= batches // 2)


@dataclass(frozen=True, slots=True)
class Selection:
    """The systems left, and the replications that the last of them had.

    One survivor is the best with the promised probability. Several are a subset that contains it:
    the budget ended first, or they are exactly equal.
    """

    survivors: tuple[int, ...]
    replications: int


def kim_nelson(
    draw: Callable[[int, Sequence[int]], ArrayLike],
    systems: int,
    indifference: float,
    *,
    alpha: float = 0.05,
    first: int = 10,
    budget: int = 1000,
) -> Selection:
    """The system with the largest mean, by sequential elimination (Kim and Nelson 2001).

    With probability at least 1 - `alpha` the survivor is the best, if the best leads by at least
    `indifference` (above 0), whatever the variances. Common random numbers make it faster.

    `draw(replication, systems)` gives a value for each system named, from that replication's random
    numbers; replications rise from 0. All `systems` (at least 2) have `first` replications (at
    least 2) before any is dropped; after `budget` of them the answer stays a subset.
    """
    eta = 0.5 * ((2 * alpha / (systems - 1)) ** (-2 / (first - 1)) - 1)
    sample = np.array([draw(r, range(systems)) for r in range(first)], dtype=float).T
    variance = (sample[:, None, :] - sample[None, :, :]).var(axis=-1, ddof=1)
    # With so many replications the means of a pair decide; before, they need a lead.
    decisive = 2 * eta * (first - 1) * variance / indifference**2
    total, alive, n = sample.sum(axis=1), np.arange(systems), first
    while True:
        mean = total[alive] / n
        lead = np.maximum(0.0, indifference / 2 * (decisive[np.ix_(alive, alive)] / n - 1))
        keep = np.all(mean[:, None] >= mean[None, :] - lead, axis=1)
        alive = alive[keep]
        if len(alive) == 1 or n >= budget or not lead[np.ix_(keep, keep)].any():
            return Selection(tuple(int(i) for i in alive), n)
        total[alive] += np.asarray(draw(n, [int(i) for i in alive]), dtype=float)
        n += 1
