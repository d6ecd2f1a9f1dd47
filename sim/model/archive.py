"""Claims as rows: those that are over are written down at once and let go, the rest at the end."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from sim.model.claims import CLOSED, EDITED, PAID, SETTING_ROWS, Claim

FIELDS = ("key", "day", "setting", "payer", "expected", "paid_cents", "under_cents",
          "cdi_cents", "over_cents", "short_cents", "takeback_cents", "loss_cents",
          "loss_cause", "stage", "first_outcome", "first_day",
          "closed_day", "wrong", "touches", "denied_for", "flags")  # fmt: skip
BLOCK = 4096
"""Rows that wait as tuples before they are packed; the number changes nothing but speed."""

_row = attrgetter(*FIELDS)


class Archive:
    """All claims of a run, each in one of two places: alive, or a row that never changes again.

    Of a hospital's year about a seventh is under way at a time; letting the others go keeps the
    rest close together in memory.
    """

    def __init__(self) -> None:
        self.alive: dict[int, Claim] = {}
        self._rows: list[tuple[int, ...]] = []
        self._blocks: list[NDArray[np.int64]] = []

    def open(self, claims: Iterable[Claim]) -> None:
        """Claims that are under way from now on."""
        for claim in claims:
            self.alive[claim.key] = claim

    def close(self, claim: Claim) -> None:
        """Write down a claim to which nothing more can happen; one in hand stays until the end."""
        if claim.hands:
            return
        del self.alive[claim.key]
        self._rows.append(_row(claim))
        if len(self._rows) >= BLOCK:
            self._blocks.append(_packed(self._rows))
            self._rows.clear()

    def columns(self) -> dict[str, NDArray[np.int64]]:
        """All claims in the order of their keys.

        What an unfinished claim might still lose counts as open, not as lost.
        """
        rows = np.concatenate(
            [*self._blocks, _packed([*self._rows, *map(_row, self.alive.values())])]
        )
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


def _packed(rows: list[tuple[int, ...]]) -> NDArray[np.int64]:
    """Rows as one array; also of none."""
    flat = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * len(FIELDS))
    return flat.reshape(-1, len(FIELDS))
