"""Claims as columns of a record, once a run is over."""

from __future__ import annotations

import numpy as np

from sim.model.codes import SETTING_ROWS, Flag, Stage
from sim.model.engine import Columns, Engine

FIELDS = ("key", "setting", "payer", "expected", "paid_cents", "under_cents",
          "cdi_cents", "over_cents", "short_cents", "takeback_cents", "loss_cents",
          "loss_cause", "stage", "first_outcome", "first_day",
          "closed_day", "wrong", "touches", "denied_for", "flags")  # fmt: skip


def claim_columns(engine: Engine) -> Columns:
    """One row per claim, in the order of their keys.

    What an unfinished claim might still lose counts as open, not as lost.
    """
    columns = engine.claim_columns(FIELDS)  # ours alone: changed in place, which spares copies
    # The day that was planned: where a visit is put off, all scenarios still count the same.
    columns["day"] = columns["key"] // (2 * SETTING_ROWS)
    columns["edited"] = columns.pop("flags")
    columns["edited"] &= Flag.EDITED
    columns["edited"] //= Flag.EDITED
    done = (columns["stage"] == Stage.PAID) | (columns["stage"] == Stage.CLOSED)
    paid, over = columns["paid_cents"], columns["over_cents"]
    for name in ("under_cents", "cdi_cents", "over_cents", "short_cents"):
        columns[name] *= done
    # A part paid for an over-coded claim may exceed all that was expected: a gain already.
    gained = paid - columns["expected"]
    np.copyto(over, np.maximum(gained, 0, out=gained), where=~done)
    paid -= columns["takeback_cents"]
    left = columns["expected"] + over
    for name in ("paid_cents", "loss_cents", "under_cents", "cdi_cents", "short_cents",
                 "takeback_cents"):  # fmt: skip
        left -= columns[name]
    left *= ~done
    columns["open_cents"] = left
    return columns
