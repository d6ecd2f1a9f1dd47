"""Turnover from spells of employment: Weibull tenure with delayed entry and right censoring.

Who was hired before the table began is seen only because they stayed: their likelihood begins at
the tenure they had then. Leaving that out makes turnover several times too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from scipy import optimize, special

from sim.calibrate.fit.numbers import DAYS_PER_YEAR, Estimate, Floats, profile_end
from sim.calibrate.problems import RefusedFitError

FEW_LEAVERS = 10
"""Below it the shape cannot be told: it stays, and the rate leans on the scenario's own."""
LOG_SHAPES = (log(0.2), log(5.0))
"""The shapes that a scenario allows."""
PRIOR_CV = 0.5
"""Coefficient of variation of the scenario's own rate as a prior, where few have left: vendors of
one kind differ by about as much (docs/parameters.md, H2)."""
HALF_DAY = 0.5
"""Added to tenures at the end: whole days are counted, and nobody stays for none."""


@dataclass(frozen=True, slots=True)
class Spells:
    """Tenure in days at which each person is first and last seen, and whether they left then."""

    entry: Floats
    exit: Floats
    left: Floats


@dataclass(frozen=True, slots=True)
class Turnover:
    """Separations per year of a person who is always replaced (one over mean tenure), and shape."""

    rate: Estimate
    shape: Estimate | None
    """None where too few have left to tell it."""
    leavers: int


def spells_of(hired: Floats, left: Floats, since: float, until: float) -> Spells:
    """The spells within a window of days; `left` is nan of those still there.

    Who left on or before its first day is no part of it: where the window begins with the first
    separation on record, that one has chosen the day.
    """
    there = (np.isnan(left) | (left > since)) & (hired <= until)
    gone = np.isnan(left[there]) | (left[there] > until)
    end = np.where(gone, until, left[there])
    entry = np.maximum(since - hired[there], 0.0)
    return Spells(
        entry, np.maximum(end - hired[there] + HALF_DAY, entry + HALF_DAY), np.where(gone, 0.0, 1.0)
    )


def fit_turnover(spells: Spells, shape: float, rate: float) -> Turnover:
    """Rate and shape; with few leavers the rate alone, with `rate` as prior mean at `shape`."""
    leavers = int(spells.left.sum())
    if leavers < FEW_LEAVERS:
        return Turnover(_few(spells, shape, rate), None, leavers)
    best, value = best_fit(spells)
    return Turnover(
        Estimate(value, *_rate_interval(spells, best, value), leavers),
        Estimate(float(np.exp(best)), *_shape_interval(spells, best), leavers),
        leavers,
    )


def best_fit(spells: Spells, precision: float = 1e-6) -> tuple[float, float]:
    """Log of the shape, to a precision, and the rate, of greatest likelihood."""
    found = optimize.minimize_scalar(
        lambda log_shape: -profile(spells, log_shape),
        bounds=LOG_SHAPES,
        method="bounded",
        options={"xatol": precision},
    )
    log_shape = float(found.x)
    return log_shape, rate_of(log_hazard(spells, log_shape), log_shape)


def log_hazard(spells: Spells, log_shape: float) -> float:
    """Log of scale^(−shape) of greatest likelihood at a shape."""
    return log(spells.left.sum()) - log(exposure(spells, log_shape))


def exposure(spells: Spells, log_shape: float) -> float:
    """Sum of what the cumulative hazard is proportional to, in days^shape."""
    shape = np.exp(log_shape)
    return float((spells.exit**shape - spells.entry**shape).sum())


def profile(spells: Spells, log_shape: float) -> float:
    """Log-likelihood at a shape with the best scale."""
    return likelihood(spells, log_shape, log_hazard(spells, log_shape))


def likelihood(spells: Spells, log_shape: float, log_level: float) -> float:
    """Log-likelihood at a shape and the log of scale^(−shape)."""
    dead, shape = spells.left, float(np.exp(log_shape))
    logs = float((dead * np.log(spells.exit)).sum())
    at_risk = float(np.exp(log_level)) * exposure(spells, log_shape)
    return float(dead.sum()) * (log_shape + log_level) + (shape - 1.0) * logs - at_risk


def rate_of(log_level: float, log_shape: float) -> float:
    """Separations a year: days of a year over the mean tenure of a Weibull."""
    shape = float(np.exp(log_shape))
    return float(DAYS_PER_YEAR * np.exp(log_level / shape - lgamma(1.0 + 1.0 / shape)))


def level_of(log_rate: float, log_shape: float) -> float:
    """Log of scale^(−shape) that gives a rate; turns `rate_of` round."""
    shape = float(np.exp(log_shape))
    return shape * (log_rate - log(DAYS_PER_YEAR) + lgamma(1.0 + 1.0 / shape))


def _rate_interval(spells: Spells, best: float, rate: float) -> tuple[float, float]:
    top = profile(spells, best)

    def fall(log_rate: float) -> float:
        found = optimize.minimize_scalar(
            lambda k: -likelihood(spells, k, level_of(log_rate, k)),
            bounds=LOG_SHAPES,
            method="bounded",
            options={"xatol": 1e-5},
        )
        return top + float(found.fun)

    low = profile_end(fall, log(rate), -0.2, log(rate) - 8.0)
    high = profile_end(fall, log(rate), 0.2, log(rate) + 8.0)
    return float(np.exp(low)), float(np.exp(high))


def _shape_interval(spells: Spells, best: float) -> tuple[float, float]:
    top = profile(spells, best)

    def fall(log_shape: float) -> float:
        return top - profile(spells, log_shape)

    low = profile_end(fall, best, -0.1, LOG_SHAPES[0])
    return float(np.exp(low)), float(np.exp(profile_end(fall, best, 0.1, LOG_SHAPES[1])))


def posterior(spells: Spells, shape: float, rate: float) -> tuple[float, float]:
    """Gamma shape and rate of scale^(−shape) after the data, `rate` being the prior mean.

    At a given Weibull shape the likelihood is a gamma in it, so the prior is one too.
    """
    parts = 1.0 / (shape * PRIOR_CV) ** 2
    level = float(np.exp(level_of(log(max(rate, 1e-3)), log(shape))))
    return parts + float(spells.left.sum()), parts / level + exposure(spells, log(shape))


def _few(spells: Spells, shape: float, rate: float) -> Estimate:
    parts, weight = posterior(spells, shape, rate)
    ends = (float(x) / weight for x in special.gammaincinv(parts, (0.5, 0.025, 0.975)))
    value, low, high = (rate_of(log(end), log(shape)) for end in ends)
    return Estimate(value, low, high, int(spells.left.sum()))


def draw_turnover(
    spells: Spells, shape: float, rate: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Rate and shape from spells already resampled; with few leavers from the posterior."""
    if spells.left.sum() < FEW_LEAVERS / 2:
        parts, weight = posterior(spells, shape, rate)
        return rate_of(log(rng.gamma(parts) / weight), log(shape)), shape
    best, value = best_fit(spells, 1e-3)
    return value, float(np.exp(best))


def refuse_lopsided(left: Floats, present: int) -> None:
    """Refuse a table from which one half of the people is missing."""
    leavers = int(np.isfinite(left).sum())
    if leavers and not present:
        raise RefusedFitError("only leavers are in the table: those who stayed are missing")
    if present and not leavers:
        raise RefusedFitError("only present staff are in the table: those who left are missing")
