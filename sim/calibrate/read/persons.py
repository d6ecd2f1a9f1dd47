"""A table of people to spells of employment: who (hashed), from when to when, with what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.problems import InputError
from sim.calibrate.read.columns import Recognised, column
from sim.calibrate.read.dates import day_of, is_blank, order_of
from sim.calibrate.read.identity import Numbers
from sim.calibrate.read.tables import Cell, Sheet

Days = NDArray[np.int64]
NOBODY_LEFT = 0
"""Day of leaving of those who are still there."""
MOST_DROPPED_SHARE = 0.2
"""A table of which more rows cannot be used is read wrongly rather than dirty."""


@dataclass
class Persons:
    """Spells of employment by row; days are ordinals (1 is 0001-01-01)."""

    person: Days
    hired: Days | None
    """None where the table has no hire dates."""
    left: Days | None
    certification: list[str] | None
    """As written, empty where there is none; None where the table does not say."""
    team: list[str] | None
    """As written; None where the table does not say."""
    dropped: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.person)


def read_persons(
    sheet: Sheet, header: int, found: Recognised, as_of: date, order: str = ""
) -> Persons:
    """The spells of a table whose header stands at the row with index `header`.

    Rows without a hire date, or whose days contradict each other, are dropped and counted.
    """
    rows = sheet.rows[header + 1 :]
    cells = {name: column(rows, place) for name, place in found.at.items()}
    dated = [cells[name] for name in ("hired", "left") if name in cells]
    order = order_of(dated, sheet.place(), order)
    numbers, dropped = Numbers(), Counter[str]()
    kept: list[tuple[int, int, int, str, str]] = []
    for index, row in enumerate(rows):
        if all(cell is None for cell in row):
            continue

        def day(name: str, at: int = index) -> int | None:
            cell: Cell = cells[name][at] if name in cells else None
            if is_blank(cell):
                return None
            place = sheet.place(header + 1 + at, found.headers[name])
            return day_of(cell, order, as_of, place).toordinal()

        hired, left = day("hired"), day("left")
        reason = _contradiction(hired, left, as_of) if "hired" in cells else ""
        if reason:
            dropped[reason] += 1
            continue
        if left is not None and left > as_of.toordinal():
            left = None  # has given notice and is still there
        who = cells["person"][index] if "person" in cells else None
        number = numbers.of(who if who is not None else ("row", index))
        held, team = (
            str(cells[name][index] or "") if name in cells else ""
            for name in ("certification", "team")
        )
        kept.append((number, hired or 0, left or NOBODY_LEFT, held, team))
    if sum(dropped.values()) > MOST_DROPPED_SHARE * (len(kept) + sum(dropped.values())):
        told = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
        raise InputError(sheet.place(), f"too many rows cannot be used: {told}")
    return Persons(
        np.array([k[0] for k in kept], np.int64),
        np.array([k[1] for k in kept], np.int64) if "hired" in cells else None,
        np.array([k[2] for k in kept], np.int64) if "left" in cells else None,
        [k[3] for k in kept] if "certification" in cells else None,
        [k[4] for k in kept] if "team" in cells else None,
        dropped,
    )


def _contradiction(hired: int | None, left: int | None, as_of: date) -> str:
    """Why a row cannot be used; empty if it can."""
    if hired is None:
        return "without a hire date"
    if hired > as_of.toordinal():
        return "hired after the as-of date"
    if left is not None and left < hired:
        return "left before they were hired"
    return ""
