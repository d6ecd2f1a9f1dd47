"""Claims as columns of a record, once a run is over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.model.codes import SETTING_ROWS, Cause, Flag, Stage
from sim.model.engine import Columns, Engine

FIELDS = (
    "key",
    "setting",
    "payer",
    "expected",
    "paid_cents",
    "under_cents",
    "cdi_cents",
    "over_cents",
    "short_cents",
    "takeback_cents",
    "loss_cents",
    "loss_cause",
    "stage",
    "first_outcome",
    "first_day",
    "closed_day",
    "wrong",
    "touches",
    "first_touch_minutes",
    "denied_for",
    "flags",
)


YES_OR_NO = {
    "edited": Flag.EDITED,
    "mended": Flag.MENDED,
    "adjudicated": Flag.ADJUDICATED,
    "appealed": Flag.APPEALED,
}
"""Columns of noughts and ones, and the flags that they tell of."""


def claim_columns(
    engine: Engine,
    filing_limit_days: Sequence[int],
    horizon_days: int,
    end_days: int,
    stock: int = 0,
) -> tuple[Columns, Columns]:
    """One row per claim planned within the run, in the order of their keys, when all has ended.

    What its payer has not accepted and answered within its limit is lost to it. What an unfinished
    claim might still lose counts as open, not as lost. The second table is of the claims of before
    the run: the first ones, so many of them.
    """
    # Ours alone: changed in place, which spares copies.
    columns = engine.claim_columns((*FIELDS, "day") if stock else FIELDS)
    before = {name: column[:stock] for name, column in columns.items()} if stock else {}
    columns = {name: column[stock:] for name, column in columns.items()}
    # The day that was planned: where a visit is put off, all scenarios still count the same.
    columns["day"] = columns["key"] // (2 * SETTING_ROWS)
    within = int(np.searchsorted(columns["day"], horizon_days))
    columns = {name: column[:within] for name, column in columns.items()}
    limits = np.array(filing_limit_days)
    return (
        _finished(columns, limits, end_days),
        _finished(before, limits, end_days) if before else {},
    )


def _finished(columns: Columns, limits: NDArray[np.int64], end_days: int) -> Columns:
    """Claims as they stand when all has ended; `limits` are the filing limits by payer."""
    _close_unanswered(columns, limits[columns["payer"]], end_days)
    flags = columns.pop("flags")
    for name, bit in YES_OR_NO.items():
        columns[name] = (flags & bit) // bit
    done = (columns["stage"] == Stage.PAID) | (columns["stage"] == Stage.CLOSED)
    paid, over = columns["paid_cents"], columns["over_cents"]
    for name in ("under_cents", "cdi_cents", "over_cents", "short_cents"):
        columns[name] *= done
    # A part paid for an over-coded claim may exceed all that was expected: a gain already.
    gained = paid - columns["expected"]
    np.copyto(over, np.maximum(gained, 0, out=gained), where=~done)
    paid -= columns["takeback_cents"]
    left = columns["expected"] + over
    for name in (
        "paid_cents",
        "loss_cents",
        "under_cents",
        "cdi_cents",
        "short_cents",
        "takeback_cents",
    ):
        left -= columns[name]
    left *= ~done
    columns["open_cents"] = left
    return columns


def _close_unanswered(columns: Columns, limit_days: NDArray[np.int64], end_days: int) -> None:
    """Write off claims that were not submitted, were sent back or got lost, and are too late.

    That is found out at the end: until then somebody might have taken them up, late as it was.
    """
    stage, lost = columns["stage"], (columns["flags"] & Flag.NO_REPLY) > 0
    with_nobody = (stage < Stage.SUBMITTED) | (stage == Stage.REJECTED)
    too_late = columns["day"] + limit_days < end_days
    never = (with_nobody | ((stage == Stage.SUBMITTED) & lost)) & too_late
    for name, value in (
        ("stage", Stage.CLOSED),
        ("loss_cause", Cause.TIMELY_FILING),
        ("closed_day", end_days),
        ("loss_cents", columns["expected"]),
        ("under_cents", 0),
        ("cdi_cents", 0),
        ("over_cents", 0),
    ):
        np.copyto(columns[name], value, where=never)
