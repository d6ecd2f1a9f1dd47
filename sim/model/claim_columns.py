"""Claims as columns, once a run is over."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from sim.model.claims import CLOSED, EDITED, PAID, SETTING_ROWS, Claim

FIELDS = ("key", "day", "setting", "payer", "expected", "paid_cents", "under_cents",
          "cdi_cents", "over_cents", "short_cents", "takeback_cents", "loss_cents",
          "loss_cause", "stage", "first_outcome", "first_day",
          "closed_day", "wrong", "touches", "denied_for", "flags")  # fmt: skip

_row = attrgetter(*FIELDS)


def claim_columns(claims: Sequence[Claim]) -> dict[str, NDArray[np.int64]]:
    """One row per claim, in the order of their keys.

    What an unfinished claim might still lose counts as open, not as lost.
    """
    flat = chain.from_iterable(map(_row, claims))
    rows = np.fromiter(flat, np.int64, len(claims) * len(FIELDS)).reshape(-1, len(FIELDS))
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    columns = {name: np.ascontiguousarray(rows[:, i]) for i, name in enumerate(FIELDS)}
    # The day that was planned: where a visit is put off, all scenarios still count the same.
    columns["day"] = columns["key"] // (2 * SETTING_ROWS)
    columns["edited"] = (columns.pop("flags") & EDITED) // EDITED
    done = (columns["stage"] == PAID) | (columns["stage"] == CLOSED)
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
