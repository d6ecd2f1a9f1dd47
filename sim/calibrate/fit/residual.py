"""Turnover where hire dates are unknown: newcomers, and the residual lives of those there before.

Somebody present when a log begins has a tenure that nobody knows. In a workforce at rest the rest
of it has density S(r) / mean: the equilibrium residual life of renewal theory (Cox 1962).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from scipy import optimize, special

from sim.calibrate.fit.numbers import DAYS_PER_YEAR, Estimate, Floats, profile_end
from sim.calibrate.fit.turnover import LOG_SHAPES, level_of
from sim.calibrate.problems import RefusedFitError

FEWEST_LEAVERS = 10


@dataclass(frozen=True, slots=True)
class Stays:
    """Days seen of each person, whether they left then, and whether they came during the log."""

    days: Floats
    left: np.ndarray
    newcomer: np.ndarray


@dataclass(frozen=True)
class FromLog:
    """Rate and shape with intervals, and the covariance of their logs."""

    rate: Estimate
    shape: Estimate
    covariance: Floats
    leavers: int


def likelihood(stays: Stays, log_rate: float, log_shape: float) -> float:
    """Log-likelihood of all stays."""
    shape = float(np.exp(log_shape))
    log_mean = log(DAYS_PER_YEAR) - log_rate
    level = level_of(log_rate, log_shape)
    at_risk = np.exp(level + shape * np.log(stays.days))
    density = log_shape + level + (shape - 1.0) * np.log(stays.days) - at_risk
    staying = np.log(np.maximum(special.gammaincc(1.0 / shape, at_risk), 1e-300))
    new = np.where(stays.left, density, -at_risk)
    old = np.where(stays.left, -at_risk - log_mean, staying)
    return float(np.where(stays.newcomer, new, old).sum())


def fit_stays(stays: Stays) -> FromLog:
    """The rate and shape of greatest likelihood, profile intervals, and their covariance."""
    leavers = int(stays.left.sum())
    if leavers < FEWEST_LEAVERS:
        raise RefusedFitError(f"needs {FEWEST_LEAVERS} leavers, there are {leavers}")
    if not stays.newcomer.any():
        raise RefusedFitError("nobody came during the log")
    start = np.array([log(DAYS_PER_YEAR * leavers / stays.days.sum()), 0.0])
    found = optimize.minimize(
        lambda p: -likelihood(stays, p[0], p[1]),
        start,
        method="Nelder-Mead",
        bounds=[(-6.0, 3.0), LOG_SHAPES],
        options={"xatol": 1e-5, "fatol": 1e-7},
    )
    best, top = found.x, -float(found.fun)

    def fall_rate(log_rate: float) -> float:
        return top + _least(lambda k: -likelihood(stays, log_rate, k), LOG_SHAPES)

    def fall_shape(log_shape: float) -> float:
        around = best[0] - 3.0, best[0] + 3.0
        return top + _least(lambda r: -likelihood(stays, r, log_shape), around)

    ends = [
        (profile_end(fall, at, -0.2, at - 6.0), profile_end(fall, at, 0.2, at + 6.0))
        for fall, at in ((fall_rate, float(best[0])), (fall_shape, float(best[1])))
    ]
    rate, shape = (
        Estimate(float(np.exp(at)), float(np.exp(low)), float(np.exp(high)), leavers)
        for at, (low, high) in zip(best, ends, strict=True)
    )
    return FromLog(rate, shape, _covariance(stays, best), leavers)


def _least(loss: object, bounds: tuple[float, float]) -> float:
    found = optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-5})
    return float(found.fun)


def _covariance(stays: Stays, best: Floats, step: float = 0.02) -> Floats:
    """Inverse of the observed information, by differences."""

    def at(i: float, j: float) -> float:
        return likelihood(stays, float(best[0] + i * step), float(best[1] + j * step))

    middle = at(0, 0)
    rates = (at(1, 0) + at(-1, 0) - 2 * middle) / step**2
    shapes = (at(0, 1) + at(0, -1) - 2 * middle) / step**2
    mixed = (at(1, 1) + at(-1, -1) - at(1, -1) - at(-1, 1)) / (4 * step**2)
    return np.linalg.pinv(-np.array([[rates, mixed], [mixed, shapes]]))


def mean_days(rate: float) -> float:
    """Mean tenure of a rate."""
    return DAYS_PER_YEAR / rate


def equilibrium_survival(days: Floats, rate: float, shape: float) -> Floats:
    """Chance that somebody met at random is still there after so many days."""
    scale_log = log(DAYS_PER_YEAR / rate) - lgamma(1.0 + 1.0 / shape)
    return np.asarray(special.gammaincc(1.0 / shape, np.exp(shape * (np.log(days) - scale_log))))
