"""How much slower newcomers are and how fast that goes: log time = person + activity + curve.

The curve is log(1 + s·exp(−μ·months)). Effects of persons and activities are absorbed (Frisch and
Waugh), s and μ found by Gauss and Newton, and their errors are robust to clusters of persons.
Comparing newcomers with veterans instead takes a change of people for learning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from sim.calibrate.fit.numbers import Estimate, Floats, Ints
from sim.calibrate.problems import RefusedFitError

FEWEST_NEWCOMERS = 15
STEPS = 60
SWEEPS = 200
LARGEST_STEP = 0.5
LOG_BOUNDS = np.log([[0.01, 0.02], [6.0, 12.0]])
"""Slowdown and rate between which the search stays; an answer at an end is refused."""


@dataclass(frozen=True, slots=True)
class Items:
    """Items worked: log of minutes, person, activity, and months of tenure (nan of veterans)."""

    log_minutes: Floats
    person: Ints
    activity: Ints
    months: Floats


@dataclass(frozen=True)
class Learning:
    """Slowdown of a newcomer on the first day and its rate of decline per calendar month."""

    slowdown: Estimate
    rate: Estimate
    covariance: Floats
    """Of the logs of both."""
    effect: Floats
    """Of each person, relative to the mean."""
    error: Floats
    """Standard error of that."""
    curve: tuple[Floats, Floats]
    """Month of tenure and log time of newcomers, their own plateau being 0."""


def fit_learning(items: Items) -> Learning:
    """Both numbers and their 95 % intervals; raises `RefusedFitError` if the data cannot say."""
    new = ~np.isnan(items.months)
    newcomers = len(np.unique(items.person[new]))
    if newcomers < FEWEST_NEWCOMERS:
        raise RefusedFitError(f"needs {FEWEST_NEWCOMERS} newcomers, there are {newcomers}")
    absorb = _Absorb(items.person, items.activity)
    target = absorb(items.log_minutes)
    months = items.months[new]
    logs = np.log([0.5, 0.5])
    for _ in range(STEPS):
        left = target - absorb(_spread(new, _curve(logs, months)))
        slopes = [absorb(_spread(new, part)) for part in _slopes(logs, months)]
        gram = np.array([[a @ b for b in slopes] for a in slopes])
        step = np.linalg.lstsq(gram, np.array([a @ left for a in slopes]), rcond=None)[0]
        moved = np.clip(logs + np.clip(step, -LARGEST_STEP, LARGEST_STEP), *LOG_BOUNDS)
        done = np.abs(moved - logs).max() < 1e-5
        logs = moved
        if done:
            break
    if np.any(logs <= LOG_BOUNDS[0] + 1e-6) or np.any(logs >= LOG_BOUNDS[1] - 1e-6):
        raise RefusedFitError("newcomers do not get faster in a way that the curve can follow")
    scores = np.array([np.bincount(items.person, slope * left) for slope in slopes])
    inverse = np.linalg.inv(gram)
    covariance = inverse @ (scores @ scores.T) @ inverse * newcomers / (newcomers - 1)
    half = stats.t.ppf(0.975, newcomers - 2) * np.sqrt(np.diag(covariance))
    found = [
        Estimate(float(np.exp(v)), float(np.exp(v - h)), float(np.exp(v + h)), newcomers)
        for v, h in zip(logs, half, strict=True)
    ]
    effect, error = person_effects(items, _spread(new, _curve(logs, months)))
    points = _points(items, new, left + absorb(_spread(new, _curve(logs, months))), absorb)
    return Learning(found[0], found[1], covariance, effect, error, points)


class _Absorb:
    """Takes the means of persons and of activities out of a column, by turns."""

    def __init__(self, person: Ints, activity: Ints) -> None:
        self._keys = [(k, np.maximum(np.bincount(k), 1)) for k in (person, activity)]

    def __call__(self, column: Floats) -> Floats:
        left = column.copy()
        for _ in range(SWEEPS):
            most = 0.0
            for key, counts in self._keys:
                means = np.bincount(key, left, len(counts)) / counts
                left -= means[key]
                most = max(most, float(np.abs(means).max()))
            if most < 1e-7:
                break
        return left


def _spread(new: np.ndarray, values: Floats) -> Floats:
    """Values of newcomers' rows among those of all, which have none."""
    column = np.zeros(len(new))
    column[new] = values
    return column


def _curve(logs: Floats, months: Floats) -> Floats:
    slowdown, rate = np.exp(logs)
    return np.asarray(np.log1p(slowdown * np.exp(-rate * months)))


def _slopes(logs: Floats, months: Floats) -> tuple[Floats, Floats]:
    """Derivatives of the curve after the logs of slowdown and rate."""
    slowdown, rate = np.exp(logs)
    part = slowdown * np.exp(-rate * months)
    part = part / (1.0 + part)
    return part, -part * rate * months


def person_effects(items: Items, curve: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """Effect of each person once activity and learning are taken out, and its standard error."""
    left = items.log_minutes - curve
    person, activity = items.person, items.activity
    counts = np.maximum(np.bincount(person), 1)
    by_activity = np.maximum(np.bincount(activity), 1)
    own = np.zeros(len(counts))
    for _ in range(30):
        common = np.bincount(activity, left - own[person]) / by_activity
        own = np.bincount(person, left - common[activity]) / counts
    rest = left - own[person] - common[activity]
    error = np.sqrt(rest.var() / counts)
    return own - np.average(own), error


def _points(items: Items, new: np.ndarray, left: Floats, absorb: _Absorb) -> tuple[Floats, Floats]:
    """Mean log time of newcomers by half month of tenure, above that of their last months."""
    half = np.minimum((items.months[new] * 2).astype(int), 23)
    counts = np.bincount(half, minlength=24)
    means = np.bincount(half, left[new], 24) / np.maximum(counts, 1)
    seen = counts >= 20
    late = np.flatnonzero(seen)[-4:]
    plateau = float(np.average(means[late], weights=counts[late])) if len(late) else 0.0
    return (np.arange(24)[seen] + 0.5) / 2, means[seen] - plateau
