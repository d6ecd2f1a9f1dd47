"""Which denials are taken up: the share of all, and how it rises with the amount at stake."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from sim.calibrate.fit.numbers import Floats, Ints

FEWEST = 300
MOST_STEEPNESS = 10.0
BANDS = 80
LIMIT = 6.9
"""Half the 99.9 % point of chi-squared with two degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Rise:
    """Part of the largest amounts, amount at which half of that is worked, and steepness."""

    most: float
    halfway: float
    steepness: float

    def at(self, amount: Floats) -> Floats:
        """Part of denials of some amounts that is worked."""
        return np.asarray(self.most / (1.0 + (self.halfway / amount) ** self.steepness))


@dataclass(frozen=True, slots=True)
class Bands:
    """Denials in bands of alike amounts: the amount, how many, and how many of them worked."""

    amount: Floats
    n: Floats
    worked: Floats


def banded(amount: Floats, worked: Floats) -> tuple[Bands, Ints]:
    """Denials in bands narrow enough to stand for the amounts, and the band of each."""
    edges = np.unique(np.quantile(amount, np.linspace(0, 1, BANDS + 1)))
    band = np.clip(np.searchsorted(edges, amount, side="right") - 1, 0, max(len(edges) - 2, 0))
    n = np.bincount(band).astype(float)
    middle = np.exp(np.bincount(band, np.log(amount)) / np.maximum(n, 1.0))
    return Bands(middle, n, np.bincount(band, worked).astype(float)), band


def fit_rise(bands: Bands, start: Rise | None = None) -> Rise:
    """The rise of greatest likelihood: most / (1 + (halfway / amount)^steepness)."""
    logs = np.log(bands.amount)
    centre, spread = float(np.average(logs, weights=bands.n)), max(float(logs.std()), 0.1)
    bounds = [
        (-3.0, 7.0),
        (centre - 8 * spread, centre + 4 * spread),
        (np.log(0.05), np.log(MOST_STEEPNESS)),
    ]
    starts = [(2.0, centre - spread * step, np.log(1.0 / spread)) for step in (2.0, 1.0, 0.0)]
    if start is not None:
        most = min(max(start.most, 0.05), 0.999)
        starts = [(np.log(most / (1 - most)), np.log(start.halfway), np.log(start.steepness))]
    found = min(
        (
            optimize.minimize(_loss, one, (bands, logs), bounds=bounds, method="L-BFGS-B")
            for one in starts
        ),
        key=lambda result: float(result.fun),
    )
    return Rise(
        float(1 / (1 + np.exp(-found.x[0]))), float(np.exp(found.x[1])), float(np.exp(found.x[2]))
    )


def _loss(p: Floats, bands: Bands, logs: Floats) -> float:
    most, steepness = 1.0 / (1.0 + np.exp(-p[0])), np.exp(p[2])
    part = most / (1.0 + np.exp(np.clip(steepness * (p[1] - logs), -500, 500)))
    return -_likelihood(bands, part)


def _likelihood(bands: Bands, part: Floats) -> float:
    part = np.clip(part, 1e-9, 1 - 1e-9)
    left = bands.n - bands.worked
    return float((bands.worked * np.log(part) + left * np.log1p(-part)).sum())


def rises(bands: Bands, rise: Rise) -> bool:
    """Whether what is worked hangs on the amount at all (likelihood ratio beyond 1 in 1,000)."""
    flat = np.full(len(bands.n), bands.worked.sum() / bands.n.sum())
    return _likelihood(bands, rise.at(bands.amount)) - _likelihood(bands, flat) > LIMIT
