"""Daily counts: yearly volume, weekdays, months, and how much more days differ than by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from sim.calibrate.fit.numbers import Floats, Ints
from sim.calibrate.problems import RefusedFitError

FLATTEST_RATIO = 1.15
"""Busiest over quietest weekday below which the days of a log were shifted to hide its cases: work
of people falls by a third or more at weekends, in every log that keeps its dates."""
FEWEST_WEEKS = 13
SEASON_MONTHS = 24
"""Months of data below which a month and its year cannot be told apart."""
LAG_LIMIT = 2.2
"""Standard errors of the correlation of a day with the day before above which it is told: chance
reaches it in about 1 of 70 independent series."""
ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Days:
    """Counts of some days, each with its weekday (Monday 0) and its month since the first."""

    count: Floats
    weekday: Ints
    month: Ints

    def take(self, rows: Ints) -> Days:
        """Some of the days, repeats allowed."""
        return Days(self.count[rows], self.weekday[rows], self.month[rows])


@dataclass(frozen=True, slots=True)
class Profile:
    """Expected counts: mean of a day, weekdays and months relative to their means, residuals."""

    mean: float
    weekdays: Floats
    months: Floats
    expected: Floats


def fit_profile(days: Days) -> Profile:
    """The log-linear model of weekday and month, of greatest Poisson likelihood."""
    months = int(days.month.max()) + 1
    seen = np.bincount(days.weekday, minlength=7) > 0
    by_weekday = _sums(days.weekday, days.count, 7)
    by_month = _sums(days.month, days.count, months)
    weekday, month = np.ones(7), np.ones(months)
    for _ in range(ROUNDS):
        weekday = _ratio(by_weekday, _sums(days.weekday, month[days.month], 7))
        month = _ratio(by_month, _sums(days.month, weekday[days.weekday], months))
    expected = weekday[days.weekday] * month[days.month]
    level = float(days.count.mean())
    usual = weekday[seen].mean() or 1.0
    return Profile(level, weekday / usual, month / (month.mean() or 1.0), expected)


def _sums(key: Ints, weight: Floats, count: int) -> Floats:
    return np.bincount(key, weight, count).astype(float)


def _ratio(counted: Floats, weight: Floats) -> Floats:
    return np.asarray(np.divide(counted, weight, out=np.zeros_like(counted), where=weight > 0))


def refuse_flat(days: Days) -> None:
    """Refuse counts whose weekdays do not differ, or too few to tell."""
    if len(days.count) < 7 * FEWEST_WEEKS:
        raise RefusedFitError(
            f"needs {FEWEST_WEEKS} weeks of days, there are {len(days.count) / 7:.1f}"
        )
    if shifted(days):
        raise RefusedFitError(
            "all weekdays are alike: the dates seem to have been shifted to hide the cases, and "
            "tell nothing of when work came"
        )


def shifted(days: Days) -> bool:
    """Whether the weekdays are too much alike for dates that were left as they are."""
    groups = [days.count[days.weekday == w] for w in range(7)]
    means = [float(group.mean()) for group in groups if len(group)]
    if len(means) < 7 or min(means) <= 0:
        return False
    differ = np.ptp(days.count) > 0 and stats.f_oneway(*groups).pvalue < 0.05
    return max(means) / min(means) < FLATTEST_RATIO or not differ


def excess_cv(days: Days, profile: Profile) -> float:
    """Coefficient of variation of days beyond Poisson, by moments of the residuals."""
    top, bottom = excess_parts(days, profile)
    return float(np.sqrt(max(0.0, top / bottom))) if bottom > 0 else 0.0


def excess_parts(days: Days, profile: Profile) -> tuple[float, float]:
    """Sums whose ratio is the squared variation; several series add theirs."""
    free = len(days.count) - len(profile.months) - 6
    if free <= 0:
        return 0.0, 0.0
    square = ((days.count - profile.expected) ** 2).sum() * len(days.count) / free
    return float(square - days.count.sum()), float((profile.expected**2).sum())


def lag_correlation(days: Days, profile: Profile, day_number: Ints) -> tuple[float, bool]:
    """Correlation of a day's residual with the day before, and whether it is more than chance."""
    spread = np.sqrt(np.maximum(profile.expected, 1e-9))
    scale = spread * np.sqrt(1.0 + excess_cv(days, profile) ** 2 * profile.expected)
    left = (days.count - profile.expected) / scale
    follows = np.flatnonzero(np.diff(day_number) == 1)
    if len(follows) < 20:
        return 0.0, False
    correlation = float(np.corrcoef(left[follows], left[follows + 1])[0, 1])
    return correlation, correlation * np.sqrt(len(follows)) > LAG_LIMIT


def weeks_resampled(day_number: Ints, rng: np.random.Generator) -> Ints:
    """Rows of whole weeks drawn with replacement: days of one week hang together."""
    week = day_number // 7
    order = np.unique(week)
    place = np.searchsorted(week, order)
    ends = np.append(place[1:], len(week))
    drawn = rng.integers(0, len(order), len(order))
    return np.concatenate([np.arange(place[d], ends[d]) for d in drawn])
