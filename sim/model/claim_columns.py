"""Claims as columns of a record, once a run is over."""

from __future__ import annotations

import numpy as np

from sim.model.codes import SETTING_ROWS, Flag, Stage
from sim.model.engine import Columns, Engine

FIELDS = ("key", "day", "setting", "payer", "expected", "paid_cents", "under_cents",
          "cdi_cents", "over_cents", "short_cents", "takeback_cents", "loss_cents",
          "loss_cause", "stage", "first_outcome", "first_day",
          "closed_day", "wrong", "touches", "denied_for", "flags")  # fmt: skip


def claim_columns(engine: Engine) -> Columns:
    """One row per claim, in the order of their keys.

    What an unfinished claim might still lose counts as open, not as lost.
    """
    columns = engine.claim_columns(FIELDS)
    # The day that was planned: where a visit is put off, all scenarios still count the same.
    columns["day"] = columns["key"] // (2 * SETTING_ROWS)
    columns["edited"] = (columns.pop("flags") & Flag.EDITED) // Flag.EDITED
    done = (columns["stage"] == Stage.PAID) | (columns["stage"] == Stage.CLOSED)
    for name in ("under_cents", "cdi_cents", "over_cents", "short_cents"):
        columns[name] = np.where(done, columns[name], 0)
    # A part paid for an over-coded claim may exceed all that was expected: a gain already.
    gained = np.maximum(0, columns["paid_cents"] - columns["expected"])
    columns["over_cents"] = np.where(done, columns["over_cents"], gained)
    columns["paid_cents"] = columns["paid_cents"] - columns["takeback_cents"]
    booked = (
        columns["paid_cents"] + columns["loss_cents"] + columns["under_cents"]
        + columns["cdi_cents"] - columns["over_cents"] + columns["short_cents"]
        + columns["takeback_cents"]
    )  # fmt: skip
    columns["open_cents"] = np.where(done, 0, columns["expected"] - booked)
    return columns
