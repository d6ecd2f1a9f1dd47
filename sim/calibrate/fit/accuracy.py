"""Accuracy of audited work by tenure: what newcomers know at entry, and how fast they learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from sim.calibrate.fit.numbers import Z95, Estimate, Floats
from sim.calibrate.problems import RefusedFitError

FEWEST_CHARTS, FEWEST_NEW = 456, 100
"""Charts for ± 2 points at 95 % accuracy, and those of newcomers among them."""
NEW_MONTHS = 6.0
STEP = 0.02


@dataclass(frozen=True, slots=True)
class Audits:
    """Codes right and reviewed, tenure in months, and accuracy at no and at full knowledge."""

    right: Floats
    reviewed: Floats
    months: Floats
    floor: Floats
    ceiling: Floats


@dataclass(frozen=True)
class Knowing:
    """Knowledge at entry, and learning rate per calendar month."""

    entry: Estimate
    rate: Estimate
    covariance: Floats
    """Of the logit of the first and the log of the second."""


def accuracy(audits: Audits, entry: float, rate: float, forgetting: float) -> Floats:
    """Expected accuracy of each audit."""
    settled = rate / (rate + forgetting)
    gap = np.exp(-(rate + forgetting) * audits.months)
    knowledge = settled - (settled - entry) * gap
    return audits.floor + (audits.ceiling - audits.floor) * knowledge


def fit_accuracy(audits: Audits, forgetting: float) -> Knowing:
    """Both by binomial likelihood, at the floors and ceilings of the scenario."""
    charts = float(audits.reviewed.sum())
    early = float(audits.reviewed[audits.months < NEW_MONTHS].sum())
    if charts < FEWEST_CHARTS or early < FEWEST_NEW:
        raise RefusedFitError(
            f"needs {FEWEST_CHARTS} codes, {FEWEST_NEW} of them of people in their first "
            f"{NEW_MONTHS:.0f} months; there are {charts:.0f} and {early:.0f}"
        )

    def loss(p: Floats) -> float:
        entry, rate = 1.0 / (1.0 + np.exp(-p[0])), float(np.exp(p[1]))
        part = np.clip(accuracy(audits, float(entry), rate, forgetting), 1e-6, 1 - 1e-6)
        wrong = audits.reviewed - audits.right
        return -float((audits.right * np.log(part) + wrong * np.log1p(-part)).sum())

    found = optimize.minimize(
        loss,
        np.array([-1.5, -1.0]),
        method="Nelder-Mead",
        bounds=[(-8.0, 4.0), (np.log(0.01), np.log(10.0))],
    )
    if found.x[0] < -7.5 or found.x[0] > 3.5 or abs(found.x[1]) > 2.2:
        raise RefusedFitError("accuracy does not rise with tenure between the floors and ceilings")
    covariance = _inverse_hessian(loss, found.x)
    half = Z95 * np.sqrt(np.maximum(np.diag(covariance), 0.0))
    ends = found.x - half, found.x, found.x + half
    entry = [float(1 / (1 + np.exp(-p[0]))) for p in ends]
    rate = [float(np.exp(p[1])) for p in ends]
    n = int(charts)
    return Knowing(
        Estimate(entry[1], entry[0], entry[2], n),
        Estimate(rate[1], rate[0], rate[2], n),
        covariance,
    )


def _inverse_hessian(loss: object, best: Floats) -> Floats:
    assert callable(loss)

    def at(i: int, j: int) -> float:
        return float(loss(best + STEP * np.array([i, j])))

    middle = at(0, 0)
    one = (at(1, 0) + at(-1, 0) - 2 * middle) / STEP**2
    two = (at(0, 1) + at(0, -1) - 2 * middle) / STEP**2
    mixed = (at(1, 1) + at(-1, -1) - at(1, -1) - at(-1, 1)) / (4 * STEP**2)
    return np.linalg.pinv(np.array([[one, mixed], [mixed, two]]))
