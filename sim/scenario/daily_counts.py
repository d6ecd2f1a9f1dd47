"""A user's own arrivals: a CSV of daily counts (date, setting, payer, count), and its checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from sim.scenario.csv_source import read_rows

HEADER = ("date", "setting", "payer", "count")
SETTINGS = ("inpatient", "outpatient")
MAX_COUNT = 1_000_000

Counts = dict[tuple[date, str], dict[int, int]]
"""For a date and setting, the count of each payer index."""


class CountsError(ValueError):
    """A file of daily counts that cannot be used; the text says where and why."""


def read_daily_counts(path: Path, payers: Sequence[str]) -> Counts:
    """Counts by date and setting, payers by their index in `payers`.

    Every day between the first and the last must be there. Raises `CountsError`, naming file and
    line, for a file that is missing, too large or not text, a wrong header, a date in another form
    than YYYY-MM-DD, an unknown setting or payer, a count that is not a whole number of 0 or more,
    a repeated row, or a gap.
    """
    index = {name: i for i, name in enumerate(payers)}
    counts: Counts = {}
    for line, (day_text, setting, payer, count_text) in _rows(path):
        where = f"{path}:{line}"
        day = _day(day_text, where)
        if setting not in SETTINGS:
            allowed = ", ".join(SETTINGS)
            raise CountsError(f"{where}: setting: unknown {setting!r}; allowed: {allowed}")
        if payer not in index:
            allowed = ", ".join(index)
            raise CountsError(f"{where}: payer: unknown payer class {payer!r}; allowed: {allowed}")
        if not _is_count(count_text):
            raise CountsError(
                f"{where}: count: {count_text!r} is not a whole number from 0 to {MAX_COUNT:,}"
            )
        cell = counts.setdefault((day, setting), {})
        if index[payer] in cell:
            raise CountsError(f"{where}: this date, setting and payer stand in the file already")
        cell[index[payer]] = int(count_text)
    if not counts:
        raise CountsError(f"{path}: no daily counts in the file")
    days = sorted({day for day, _ in counts})
    for earlier, later in pairwise(days):
        if later - earlier > timedelta(days=1):
            raise CountsError(
                f"{path}: gap: no row for {earlier + timedelta(days=1)}; every day from {days[0]} "
                f"to {days[-1]} must be there (write count 0 for a day without claims)"
            )
    return {key: dict(sorted(cell.items())) for key, cell in counts.items()}


def _is_count(text: str) -> bool:
    digits = text.lstrip("0")
    short = len(digits) <= len(str(MAX_COUNT))  # a number of thousands of digits is never made
    return text.isascii() and text.isdigit() and short and int(digits or "0") <= MAX_COUNT


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, str, str, str]]]:
    """Line number and cells of each row after the header."""
    for line, row in read_rows(path, CountsError):
        if line == 1:
            if tuple(row) != HEADER:
                raise CountsError(f"{path}:1: the header must be {','.join(HEADER)}")
        elif len(row) != len(HEADER):
            raise CountsError(f"{path}:{line}: {len(row)} cells instead of 4")
        else:
            yield line, (row[0], row[1], row[2], row[3])


def _day(text: str, where: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise CountsError(
            f"{where}: date: {text!r} is not a date of the form YYYY-MM-DD, as all rows must be"
        )
    return day
