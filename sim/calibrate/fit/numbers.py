"""What all fits share: an estimate with its interval, and the seeds of resampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DRAWS = 200
"""Rows of an ensemble."""
LEVEL = 0.95
HALF_CHI2 = 1.920729410347062
"""Half the 95 % point of chi-squared with one degree of freedom: how far a log-likelihood falls."""
Z95 = 1.959963984540054
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval from `n` of what carries the information."""

    value: float
    low: float
    high: float
    n: int


def generator(*key: int) -> np.random.Generator:
    """The generator of one fit's resampling: the same input gives the same draws."""
    return np.random.default_rng([20_260_101, *key])


def profile_end(fall: Callable[[float], float], best: float, step: float, limit: float) -> float:
    """Where a profile log-likelihood has fallen by `HALF_CHI2`, from `best` on by growing steps.

    `fall` gives how far it has fallen; `limit` is the answer where it never falls so far.
    """
    inner, outer = best, best + step
    while fall(outer) < HALF_CHI2:
        inner, step = outer, step * 1.6
        outer = outer + step
        if (outer > limit) if step > 0 else (outer < limit):
            if fall(limit) < HALF_CHI2:
                return limit
            outer = limit
            break
    return float(optimize.brentq(lambda x: fall(x) - HALF_CHI2, inner, outer, xtol=1e-5))
