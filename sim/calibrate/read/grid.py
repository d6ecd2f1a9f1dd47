"""Rows of a recognised table by the names of our columns, with dates, numbers and places read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sim.calibrate.problems import InputError, form
from sim.calibrate.read.columns import Recognised, column
from sim.calibrate.read.daily import number_in
from sim.calibrate.read.dates import day_of, is_blank, order_of
from sim.calibrate.read.tables import Cell, Sheet

MOST_DROPPED_SHARE = 0.2


@dataclass
class Grid:
    """A table of whose rows those are kept that can be used; the rest is counted by reason."""

    sheet: Sheet
    header: int
    found: Recognised
    as_of: date
    order: str
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(
        cls,
        sheet: Sheet,
        header: int,
        found: Recognised,
        as_of: date,
        order: str,
        dated: tuple[str, ...],
    ) -> Grid:
        """The grid of a sheet; `dated` names the columns that hold dates."""
        rows = sheet.rows[header + 1 :]
        cells = {name: column(rows, place) for name, place in found.at.items()}
        columns = [cells[name] for name in dated if name in cells]
        order = order_of(columns, sheet.place(), order)
        return cls(sheet, header, found, as_of, order, cells)

    def rows(self) -> Iterator[int]:
        """Indices of the rows that hold anything."""
        for index in range(len(self.sheet.rows) - self.header - 1):
            if any(values[index] is not None for values in self.cells.values()):
                yield index

    def has(self, name: str) -> bool:
        """Whether the table has a column."""
        return name in self.cells

    def cell(self, name: str, index: int) -> Cell:
        """A cell; None where the table has no such column."""
        return self.cells[name][index] if name in self.cells else None

    def text(self, name: str, index: int) -> str:
        """A cell as text."""
        value = self.cell(name, index)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return "" if value is None else str(value).strip()

    def day(self, name: str, index: int) -> int | None:
        """A day as an ordinal; None where there is none."""
        value = self.cell(name, index)
        if is_blank(value):
            return None
        place = self.sheet.place(self.header + 1 + index, self.found.headers[name])
        return day_of(value, self.order, self.as_of, place).toordinal()

    def number(self, name: str, index: int) -> float | None:
        """A number of 0 or more; None where the cell is empty."""
        value = self.cell(name, index)
        if value is None or value == "":
            return None
        found = number_in(value)
        if found is None:
            place = self.sheet.place(self.header + 1 + index, self.found.headers[name])
            raise InputError(place, f"{form(value)} is no number", "allowed: a number of 0 or more")
        return found

    def drop(self, why: str) -> None:
        """Count a row that cannot be used."""
        self.dropped[why] += 1

    def check(self, kept: int) -> None:
        """Raise `InputError` if most of the table could not be used."""
        bad = sum(self.dropped.values())
        if not kept or bad > MOST_DROPPED_SHARE * (bad + kept):
            told = ", ".join(f"{count:,} {why}" for why, count in self.dropped.items())
            raise InputError(self.sheet.place(), f"too many rows cannot be used: {told or 'none'}")
