"""Replies of payers: lags, some still to come, their triangle, and what is won in the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from sim.calibrate.fit.numbers import Floats, Ints

LEVELS = np.linspace(0.05, 0.95, 19)
"""Quantiles of the lags that a triangle is fitted to."""
WORST_TRIANGLE = 0.10
"""Largest distance between the lags and their triangle (Kolmogorov) before it is told."""
HALF_DAY = 0.5
"""Lags are differences of dates: one of d days lies between d − 0.5 and d + 0.5, about."""
MATURE_DAYS = 120
"""Follow-up without which a denial's end is not yet known."""
LONGEST_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Lags:
    """Days from one event to the next, and whether the next has come."""

    days: Floats
    seen: np.ndarray

    def take(self, rows: Ints) -> Lags:
        """Some of them, repeats allowed."""
        return Lags(self.days[rows], self.seen[rows])


def kaplan_meier(lags: Lags) -> tuple[Floats, Floats]:
    """Days on which something came, and the share that had come by then, were all followed."""
    days, place = np.unique(lags.days, return_inverse=True)
    came = np.bincount(place, lags.seen, len(days))
    at_risk = np.cumsum(np.bincount(place, minlength=len(days))[::-1])[::-1]
    share = 1.0 - np.cumprod(1.0 - came / at_risk)
    return days[came > 0], np.asarray(share[came > 0], float)


def came_by(lags: Lags, day: float) -> float:
    """The share that has come by a day."""
    days, share = kaplan_meier(lags)
    before = np.searchsorted(days, day, side="right")
    return float(share[before - 1]) if before else 0.0


def quantiles(lags: Lags) -> Floats:
    """The days by which parts of those that come at all have come; days are whole ones."""
    days, share = kaplan_meier(lags)
    if not len(days):
        return np.zeros(len(LEVELS))
    shares, ends = np.append(0.0, share), np.append(days[0] - HALF_DAY, days + HALF_DAY)
    return np.asarray(np.interp(LEVELS * share[-1], shares, ends))


def triangle_quantiles(ends: Floats) -> Floats:
    """Quantiles of a triangle of minimum, mode and maximum."""
    low, mode, high = ends
    width = max(high - low, 1e-9)
    turn = (mode - low) / width
    rising = low + np.sqrt(LEVELS * width * max(mode - low, 0.0))
    falling = high - np.sqrt((1.0 - LEVELS) * width * max(high - mode, 0.0))
    return np.asarray(np.where(turn > LEVELS, rising, falling))


@dataclass(frozen=True)
class Triangle:
    """A fitted triangle: minimum, mode, maximum, and how far the lags are from it."""

    ends: tuple[float, float, float]
    distance: float


def fit_triangle(lags: Lags) -> Triangle:
    """The triangle whose quantiles are nearest to those of the lags."""
    wanted = quantiles(lags)
    first = np.array([wanted[0], wanted[9], wanted[-1]])
    parts = np.array([first[0], max(first[1] - first[0], 0.1), max(first[2] - first[1], 0.1)])

    def miss(p: Floats) -> Floats:
        return triangle_quantiles(np.cumsum(p)) - wanted

    found = optimize.least_squares(miss, parts, bounds=([0, 0, 0], [400, 400, 400]))
    ends = np.cumsum(found.x)
    return Triangle((float(ends[0]), float(ends[1]), float(ends[2])), _distance(lags, ends))


def _distance(lags: Lags, ends: Floats) -> float:
    """Largest difference between the shares that have come, before and after each day's answers."""
    days, share = kaplan_meier(lags)
    if not len(days):
        return 1.0
    share = share / share[-1]
    after = np.abs(triangle_cdf(days + HALF_DAY, ends) - share)
    before = np.abs(triangle_cdf(days - HALF_DAY, ends) - np.append(0.0, share[:-1]))
    return float(max(after.max(), before.max()))


def triangle_cdf(days: Floats, ends: Floats) -> Floats:
    """Share of a triangle below some days."""
    low, mode, high = ends
    width = max(high - low, 1e-9)
    x = np.clip(days, low, high)
    rising = (x - low) ** 2 / (width * max(mode - low, 1e-9))
    falling = 1.0 - (high - x) ** 2 / (width * max(high - mode, 1e-9))
    return np.asarray(np.where(x < mode, rising, falling))


def won(lags: Lags) -> float:
    """The share of denials that are paid in the end; those still open are waited for.

    Kaplan-Meier at the day up to which at least 20 are followed: an open denial is not a lost one.
    """
    follow = np.sort(lags.days)
    last = float(follow[-20]) if len(follow) >= 20 else float(follow[-1])
    return came_by(lags, min(last, LONGEST_DAYS))
