"""Tables of daily counts to a series per setting, and claims per payer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.problems import InputError, form
from sim.calibrate.read.columns import Recognised, column, normal
from sim.calibrate.read.dates import day_of, is_blank, order_of
from sim.calibrate.read.tables import Cell, Sheet

SETTINGS = {
    **dict.fromkeys(("inpatient", "ip", "inp", "i", "inpatients"), "inpatient"),
    **dict.fromkeys(("outpatient", "op", "outp", "o", "outpatients", "emergency"), "outpatient"),
}
"""Settings of the scenario by the words that extracts use, without case and signs."""
MOST_DAYS = 20_000


@dataclass
class Daily:
    """Counts by day from `start` on, by setting (empty where the table has none), and by payer."""

    start: date
    counts: dict[str, NDArray[np.float64]]
    payers: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    monthly: bool = False
    """Whether the dates are firsts of months, and the counts those of whole months."""


def number_in(cell: Cell) -> float | None:
    """A number that is not negative, as people write it (1,234; 1 234.5; $12.00)."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell) if cell >= 0 else None
    if not isinstance(cell, str):
        return None
    text = cell.strip().lstrip("$€£").replace("\u00a0", "").replace(" ", "").replace(",", "")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def setting_of(cell: Cell) -> str | None:
    """The setting that a cell names."""
    return SETTINGS.get(normal(str(cell or "")))


def read_daily(sheet: Sheet, header: int, found: Recognised, as_of: date, order: str) -> Daily:
    """The counts of a table; days without a row within its span count nothing."""
    rows = sheet.rows[header + 1 :]
    cells = {name: column(rows, place) for name, place in found.at.items()}
    order = order_of([cells["date"]], sheet.place(), order)
    sums: dict[tuple[str, int], float] = {}
    payers: Counter[str] = Counter()
    used = 0
    for index, cell in enumerate(cells["date"]):
        if is_blank(cell):
            continue
        place = sheet.place(header + 1 + index, found.headers["date"])
        day = day_of(cell, order, as_of, place).toordinal()
        count = number_in(cells["count"][index])
        if count is None:
            place = sheet.place(header + 1 + index, found.headers["count"])
            told = form(cells["count"][index])
            raise InputError(place, f"{told} is no count", "allowed: a number of 0 or more")
        setting = ""
        if "setting" in cells:
            known = setting_of(cells["setting"][index])
            if known is None:
                place = sheet.place(header + 1 + index, found.headers["setting"])
                told = form(cells["setting"][index])
                raise InputError(place, f"{told} is no setting", "allowed: inpatient, outpatient")
            setting = known
        sums[setting, day] = sums.get((setting, day), 0.0) + count
        if "payer" in cells:
            payers[str(cells["payer"][index] or "")] += int(count)
        used += 1
    if not sums:
        raise InputError(sheet.place(), "no row of the table can be used")
    first, last = min(d for _, d in sums), max(d for _, d in sums)
    if last - first > MOST_DAYS:
        raise InputError(sheet.place(), f"days of more than {MOST_DAYS // 365} years")
    counts = {s: np.zeros(last - first + 1) for s in sorted({s for s, _ in sums})}
    for (setting, day), count in sums.items():
        counts[setting][day - first] = count
    return Daily(date.fromordinal(first), counts, payers, used, _monthly({d for _, d in sums}))


def _monthly(days: set[int]) -> bool:
    """Whether some days are the firsts of months, and of several of them."""
    return len(days) > 1 and all(date.fromordinal(day).day == 1 for day in days)
