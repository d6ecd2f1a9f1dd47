"""Rates by day: what stands above and below the line of the KPIs that a span of days can tell.

Months and the windows of contracts add these up, so that a span's rate is a ratio of its totals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.record.views import (
    ASKED,
    DUPLICATE,
    FIRST_PAID,
    NONE,
    NOT_CODED,
    REJECTED,
    RIGHT,
    Floats,
    View,
    sums,
)

KNOWN_SHARE = 0.9
"""Part of a span's claims that must have an answer: else its rates are those of quick payers."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A KPI's numerator and denominator by day; of `answers`, it is known once these are in."""

    top: Floats
    bottom: Floats
    answers: bool = False


def by_service(view: View) -> dict[str, Rate]:
    """Rates of the claims of each day of service."""
    facts, claims, horizon = view.record.facts, view.record.claims, view.record.facts.horizon_days
    first, coding = view.answers.sum(axis=(2, 3)), view.answers.sum(axis=(1, 2))
    _, known = answered(view)
    adjudicated = claims["adjudicated"] > 0
    real = adjudicated & (claims["denied_for"] >= 0)
    real &= claims["denied_for"] != facts.categories.index(DUPLICATE)
    clean = (claims["first_outcome"] > NONE) & (claims["first_outcome"] != REJECTED)
    clean &= claims["edited"] == 0
    seen, denied, unedited = (
        np.bincount(claims["day"][these], minlength=horizon).astype(float)
        for these in (adjudicated, real, clean)
    )
    inpatient = np.flatnonzero(claims["setting"] == 0)
    day = claims["day"][inpatient]
    paid = claims["paid_cents"]
    told = {
        "claims.first_pass_payment_rate": (first[:, FIRST_PAID], known),
        "claims.clean_claim_rate": (unedited, known),
        "claims.rejection_rate": (first[:, REJECTED], known),
        "claims.rfi_rate": (first[:, ASKED], known),
        "denials.initial_rate": (denied, seen),
        "money.net_revenue_realisation": (sums(claims["day"], paid, horizon), view.served_cents),
        # Revenue per inpatient case, with the mix of cases held constant.
        "money.inpatient_realisation": (
            sums(day, paid[inpatient], horizon),
            sums(day, claims["expected"][inpatient], horizon),
        ),
    }
    return {
        **{name: Rate(top, bottom, answers=True) for name, (top, bottom) in told.items()},
        "quality.coding_accuracy": Rate(
            coding[:, RIGHT], coding.sum(axis=1) - coding[:, NOT_CODED]
        ),
    }


def every(view: View) -> dict[str, Rate]:
    """All of them."""
    return by_service(view) | by_calendar(view)


def by_calendar(view: View) -> dict[str, Rate]:
    """Rates of what is open, or is finished, on each day; a queue's week counts on its first."""
    record, horizon = view.record, view.record.facts.horizon_days
    queues = record.queues
    names, day = np.array(queues["queue"], object), 7 * np.array(queues["week"], np.int64)
    timely, done = (np.array(queues[column], float) for column in ("in_time", "finished"))
    return {
        "money.days_in_ar": Rate(view.receivable_usd, view.served_cents / 100.0),
        **{
            f"work.in_time_share.{queue}": Rate(
                sums(day[names == queue], timely[names == queue], horizon),
                sums(day[names == queue], done[names == queue], horizon),
            )
            for queue in record.facts.queues
        },
    }


def answered(view: View) -> tuple[Floats, Floats]:
    """Claims by day of service whose visit took place, and those that have a first answer."""
    first = view.answers.sum(axis=(2, 3))
    came = view.answers[:, :, 1].sum(axis=(1, 2))
    return came, first.sum(axis=1) - first[:, NONE]
