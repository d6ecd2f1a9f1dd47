"""Ways of looking at a record that several KPIs share: cohorts, sums by week, receivables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.record.record import Facts, Record, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
DONE = ("paid", "closed")


def ratio(top: float, bottom: float) -> float:
    """Top over bottom; nan where there is nothing below."""
    return float(top) / float(bottom) if bottom else float("nan")


@dataclass(frozen=True, slots=True)
class Cohort:
    """Claims with a day of service from `first_day` up to but not including `last_day`."""

    claims: dict[str, Ints]
    done: NDArray[np.bool_]
    open_value: Floats
    first_day: int
    last_day: int

    def losses_usd(self, causes: tuple[str, ...]) -> dict[str, float]:
        """USD lost by cause; a gain is negative."""
        claims = self.claims
        out = {
            cause: float(claims["loss_cents"][claims["loss_cause"] == i].sum()) / 100.0
            for i, cause in enumerate(causes)
        }
        for cause, column, sign in (
            ("under_coding", "under_cents", 1), ("cdi_gap", "cdi_cents", 1),
            ("over_coding", "over_cents", -1), ("short_pay", "short_cents", 1),
            ("takeback", "takeback_cents", 1),
        ):  # fmt: skip
            out[cause] = sign * float(claims[column].sum()) / 100.0
        return out


LOST_VISITS = ("lost_visit", "refused_visit")
"""Causes that end a visit before it takes place."""


def took_place(facts: Facts, claims: dict[str, Ints]) -> NDArray[np.bool_]:
    """Claims whose visit was not lost before it began."""
    lost = [i for i, cause in enumerate(facts.causes) if cause in LOST_VISITS]
    return ~np.isin(claims["loss_cause"], lost)


def is_done(record: Record) -> NDArray[np.bool_]:
    """Claims that are paid or closed."""
    stages = [record.facts.stages.index(s) for s in DONE]
    return np.isin(record.claims["stage"], stages)


def realised_shares(record: Record) -> Floats:
    """Part of the expected payment that closed claims brought, by their first answer (0 to 4).

    Where no claim with that first answer is closed yet, the part of all closed claims stands in;
    0 if none is closed at all.
    """
    claims = record.claims
    done = is_done(record) & took_place(record.facts, claims)
    size = 5
    brought = np.bincount(claims["first_outcome"][done], claims["paid_cents"][done], size)
    worth = np.bincount(claims["first_outcome"][done], claims["expected"][done], size)
    overall = brought.sum() / worth.sum() if worth.sum() else 0.0
    shares: Floats = np.where(worth > 0, brought / np.maximum(worth, 1.0), overall)
    # An unanswered claim may still go any way: it is worth what claims in general are worth.
    shares[0] = overall
    return shares


def cohort_of(record: Record, first_day: int | None = None, last_day: int | None = None) -> Cohort:
    """The claims of a window of service days; by default, the KPI window of the scenario."""
    facts = record.facts
    first = facts.kpi_from_days if first_day is None else first_day
    last = facts.horizon_days - facts.kpi_until_days if last_day is None else last_day
    day = record.claims["day"]
    mine = (day >= first) & (day < last)
    claims = {name: column[mine] for name, column in record.claims.items()}
    value = claims["open_cents"] * realised_shares(record)[claims["first_outcome"]]
    return Cohort(claims, is_done(record)[mine], value, first, last)


def daily_receivable_usd(record: Record) -> Floats:
    """Expected value of claims served and not yet closed, at the end of each day."""
    claims, horizon = record.claims, record.facts.horizon_days
    served = np.bincount(claims["day"], claims["expected"], horizon)
    done = is_done(record)
    closed = np.bincount(claims["closed_day"][done], claims["expected"][done], horizon)
    return np.cumsum(served - closed) / 100.0


def week_column(table: Table, name: str) -> Floats:
    """A numeric column of a weekly table."""
    return np.array(table[name], float)


def week_total(record: Record, name: str) -> float:
    """Sum of a column of the team weeks from kpi_from_days on."""
    day = week_column(record.weeks, "day")
    return float(week_column(record.weeks, name)[day >= record.facts.kpi_from_days].sum())
