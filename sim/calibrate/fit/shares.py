"""Shares of counted things: binomial and Dirichlet, with their intervals and draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from sim.calibrate.fit.numbers import Estimate, Floats, Ints

JEFFREYS = 0.5
"""Prior count of each outcome of a share (Jeffreys): intervals cover close to their level."""


def share(hits: float, n: float) -> Estimate:
    """A share and its interval."""
    a, b = hits + JEFFREYS, n - hits + JEFFREYS
    low = float(special.betaincinv(a, b, 0.025)) if hits > 0 else 0.0
    high = float(special.betaincinv(a, b, 0.975)) if hits < n else 1.0
    return Estimate(hits / n if n else 0.5, low, high, int(n))


def draw_share(hits: float, n: float, draws: int, rng: np.random.Generator) -> Floats:
    """Draws of a share from its posterior."""
    return rng.beta(hits + JEFFREYS, n - hits + JEFFREYS, draws)


def mix(counts: Sequence[float] | Ints) -> tuple[list[Estimate], Floats]:
    """Shares that sum to 1 under a Dirichlet(1) prior: means and 95 % ends, and its parameters."""
    weights = np.asarray(counts, float) + 1.0
    total = weights.sum()
    n = int(sum(counts))
    low, high = (special.betaincinv(weights, total - weights, q) for q in (0.025, 0.975))
    low = np.where(np.asarray(counts) > 0, low, 0.0)
    found = [
        Estimate(float(w / total), float(a), float(b), n)
        for w, a, b in zip(weights, low, high, strict=True)
    ]
    return found, weights
