"""Touch times: how long an item takes, how much items differ, and how much people do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibrate.fit.numbers import Floats, Ints

SHORTEST_MINUTES, LONGEST_MINUTES = 0.05, 240.0
"""Shorter sittings are clicks, longer ones were left open (as in docs/people.md)."""
FEWEST_ITEMS = 100
LOGNORMAL_OFF = 0.10
"""By how much the mean of a lognormal may miss the mean before it is told."""
FEWEST_PEOPLE, FEWEST_EACH, FEWEST_OWN = 10, 50, 20


def counted(minutes: Floats) -> np.ndarray:
    """Which sittings count: longer than a click, shorter than a window left open."""
    return (minutes > SHORTEST_MINUTES + 1e-9) & (minutes <= LONGEST_MINUTES)


@dataclass(frozen=True, slots=True)
class Touch:
    """Mean and coefficient of variation of touch times, and what a lognormal makes of the mean."""

    mean: float
    cv: float
    n: int
    lognormal_mean: float

    @property
    def lognormal_off(self) -> bool:
        """Whether the mean of the fitted lognormal is far from the mean."""
        return abs(self.lognormal_mean / self.mean - 1.0) > LOGNORMAL_OFF


def fit_touch(minutes: Floats) -> Touch:
    """Plain moments of the sittings that count: what `minutes` and `minutes_cv` mean in a run."""
    kept = minutes[counted(minutes)]
    logs = np.log(kept)
    mean = float(kept.mean())
    return Touch(
        mean,
        float(kept.std(ddof=1) / mean),
        len(kept),
        float(np.exp(logs.mean() + logs.var(ddof=1) / 2)),
    )


def between_people(effect: Floats, error: Floats) -> float:
    """Standard deviation between people, by moments: of their means, less what chance gives."""
    return float(np.sqrt(max(0.0, effect.var(ddof=1) - float((error**2).mean()))))


@dataclass(frozen=True, slots=True)
class Sums:
    """What each person's sittings add to the mean of all, and to the variation within persons."""

    n: Floats
    total: Floats
    square: Floats
    """Squared coefficient of variation of their own sittings, times their number."""

    def people(self) -> Ints:
        """Those with enough sittings for a mean of their own; everybody, if too few have."""
        many = np.flatnonzero(self.n >= FEWEST_OWN)
        return many if len(many) >= FEWEST_PEOPLE else np.flatnonzero(self.n > 0)

    def mean(self, people: Ints) -> float:
        """Mean over people of their own means, each counting alike.

        That is what `minutes` means in a run: paces have mean 1 over people. Over sittings the mean
        is lower, since whoever is quick does more of them.
        """
        return float((self.total[people] / np.maximum(self.n[people], 1.0)).mean())

    def cv(self, people: Ints) -> float:
        """Variation within persons: what people differ by is in `speed_sigma`."""
        return float(np.sqrt(self.square[people].sum() / max(self.n[people].sum(), 1.0)))


def sums_by_person(value: Floats, person: Ints) -> Sums:
    """The sums of each person."""
    n = np.bincount(person).astype(float)
    total = np.bincount(person, value).astype(float)
    two = np.bincount(person, value**2)
    safe = np.maximum(n, 1.0)
    mean = np.where(n > 0, total / safe, 1.0)
    variance = np.maximum(two / safe - mean**2, 0.0) * n / np.maximum(n - 1.0, 1.0)
    return Sums(n, total, n * variance / np.maximum(mean, 1e-9) ** 2)


def resampled(sums: Sums, draws: int, rng: np.random.Generator) -> Floats:
    """Mean and variation of resampled people: a row for each draw."""
    people = sums.people()
    rows = (people[rng.integers(0, len(people), len(people))] for _ in range(draws))
    return np.array([(sums.mean(row), sums.cv(row)) for row in rows])
