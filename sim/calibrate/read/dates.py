"""Columns of dates as people write them: orders told from the column, ambiguous ones refused.

One order holds for a whole file. Where no cell tells the day from the month (all are 12 or less),
nothing is guessed: the user says which comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sim.calibrate.problems import InputError, Place, form
from sim.calibrate.read.tables import Cell

DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
ORDERS = (DAY_FIRST, MONTH_FIRST)
SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of the serial dates of spreadsheets (their year 1900 has a 29th of February)."""
SERIALS = (20_000, 80_000)
"""Numbers read as serial dates: from 1954 to 2119."""
PIVOT_YEARS_AHEAD = 5
"""A two-digit year is at most so many years after the as-of date, else of the century before."""
YEARS = (1900, 2200)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].*)?")
_NAMED = re.compile(r"(\d{1,2})[-/. ]*([A-Za-z]{3,9})[-/. ,]*(\d{4}|\d{2})(?: .*)?")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})[-/. ]*(\d{1,2})[, ]+(\d{4}|\d{2})(?: .*)?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d*)?")
_NOTHING = ("", "-", "–", "n/a", "na", "null", "none", "nan", "present", "current", "active")
"""Words for "no date" that exports write."""
Parts = tuple[int, int, int]


def is_blank(cell: Cell) -> bool:
    """Whether a cell says that there is no date."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _NOTHING)


def order_of(columns: Iterable[Sequence[Cell]], place: Place, told: str = "") -> str:
    """Which of day and month comes first in the dates of a file.

    Raises `InputError` for cells in two orders, or when no cell tells and `told` is empty.
    """
    first = second = 0
    seen = False
    for column in columns:
        for cell in column:
            found = _PARTS.fullmatch(cell.strip()) if isinstance(cell, str) else None
            if found:
                seen = True
                first, second = max(first, int(found[1])), max(second, int(found[3]))
    if told or not seen:
        return told or DAY_FIRST
    if first > 12 and second > 12:
        raise InputError(
            place,
            "dates in two orders, day first and month first in one file",
            "write them as YYYY-MM-DD",
        )
    if first <= 12 and second <= 12:
        raise InputError(
            place,
            "no date tells the day from the month (none is after the 12th)",
            f"write YYYY-MM-DD, or say `dates: {DAY_FIRST}` or `dates: {MONTH_FIRST}` with --map",
        )
    return DAY_FIRST if first > 12 else MONTH_FIRST


def day_of(cell: Cell, order: str, as_of: date, place: Place) -> date:
    """The date in a cell that is not blank; raises `InputError` where there is none."""
    found = parse_day(cell, order, as_of)
    if found is None:
        raise InputError(place, f"{form(cell)} is not a date", "allowed: such as 2024-03-31")
    return found


def parse_day(cell: Cell, order: str, as_of: date) -> date | None:
    """The date in a cell, or None."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return _serial(float(cell)) or _built(_compact(str(int(cell))))
    text = cell.strip()
    if found := _SERIAL.fullmatch(text):
        return _serial(float(found[1]))
    return _built(_parts(text, order, as_of))


def _serial(number: float) -> date | None:
    inside = SERIALS[0] <= number <= SERIALS[1]
    return SERIAL_ZERO + timedelta(days=int(number)) if inside else None


def _compact(text: str) -> Parts | None:
    found = _COMPACT.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _parts(text: str, order: str, as_of: date) -> Parts | None:
    """Year, month and day of a text."""
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _PARTS.fullmatch(text):
        one, two, year = int(found[1]), int(found[3]), _year(found[4], as_of)
        return (year, two, one) if order == DAY_FIRST else (year, one, two)
    if found := _NAMED.fullmatch(text):
        day, name, year_text = found[1], found[2], found[3]
    elif found := _NAMED_FIRST.fullmatch(text):
        name, day, year_text = found[1], found[2], found[3]
    else:
        return None
    month = MONTHS.get(name.lower())
    return (_year(year_text, as_of), month, int(day)) if month else None


def _year(text: str, as_of: date) -> int:
    if len(text) == 4:
        return int(text)
    latest = as_of.year + PIVOT_YEARS_AHEAD
    year = latest - latest % 100 + int(text)
    return year if year <= latest else year - 100


def _built(parts: Parts | None) -> date | None:
    if parts is None or not YEARS[0] <= parts[0] <= YEARS[1]:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None
