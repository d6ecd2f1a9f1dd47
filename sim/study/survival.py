"""How long people stay: Kaplan and Meier's estimate of tenure, over all replications."""

from __future__ import annotations

from datetime import date

import numpy as np

from sim.record.record import PROMOTION, Outcome, Table
from sim.study.statistics import Floats

FEWEST = 10  # people at risk, below which the estimate is not worth a line
DAYS_PER_MONTH = 365.25 / 12


def tenures(outcomes: list[Outcome]) -> tuple[Floats, Floats, Floats]:
    """Tenure in days when a person was first seen and when last seen, and 1 if the person left.

    Who was there before the run is followed only from its start (left truncation); who is there at
    its end, or leads a team by then, counts as still employed (right censoring). Replications are
    pooled.
    """
    entry, leave, left = [], [], []
    for outcome in outcomes:
        starts = outcome.tables.get("monthly", {}).get("month_start", [])
        start = date.fromisoformat(min(starts)).toordinal() if starts else 0
        people = outcome.tables.get("agents", {})
        columns = [people.get(c, []) for c in ("hired", "left", "tenure_days")]
        reasons = people.get("reason", columns[1])
        for hired, gone, tenure, reason in zip(*columns, reasons, strict=True):
            entry.append(max(start - date.fromisoformat(hired).toordinal(), 0))
            leave.append(max(tenure, entry[-1] + 0.5))  # gone on the first day: half a day
            left.append(bool(gone) and reason != PROMOTION)
    return np.array(entry, float), np.array(leave, float), np.array(left, float)


def survival(entry: Floats, leave: Floats, left: Floats) -> Table:
    """Kaplan-Meier estimate with its 95 % log-log band, as far as enough people are followed.

    Parameters
    ----------
    entry, leave, left
        As `tenures` gives them, one value per person.

    Returns
    -------
    Columns months, share, ci_low, ci_high and at_risk, one row per day on which somebody left; the
    first row is the day of hire.
    """
    times = np.unique(leave[left > 0])
    risk = np.searchsorted(np.sort(entry), times) - np.searchsorted(np.sort(leave), times)
    gone = np.array([np.sum(left[leave == t]) for t in times])
    few = np.flatnonzero(risk < FEWEST)
    kept = slice(0, few[0] if len(few) else len(times))
    times, risk, gone = times[kept], risk[kept], gone[kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.cumprod(1 - gone / risk)
        spread = np.sqrt(np.cumsum(gone / (risk * (risk - gone)))) / np.log(share)
        low, high = (share ** np.exp(sign * 1.96 * spread) for sign in (-1, 1))
    return {
        "months": [0.0, *map(float, times / DAYS_PER_MONTH)],
        "share": [1.0, *map(float, share)],
        "ci_low": [1.0, *map(float, np.nan_to_num(low))],
        "ci_high": [1.0, *map(float, np.nan_to_num(high))],
        "at_risk": [int(np.sum(entry == 0)), *map(int, risk)],
    }
