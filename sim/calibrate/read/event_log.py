"""An event log in CSV or a workbook to columns of numbers, row by row: a million in seconds.

Cases and resources are hashed as they are read. Times are the clock on the wall, in seconds.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.problems import InputError, Place, form
from sim.calibrate.read.columns import Recognised
from sim.calibrate.read.dates import order_of, parse_day
from sim.calibrate.read.identity import Numbers
from sim.calibrate.read.tables import Cell, Row, Sheet, text_rows

EPOCH = datetime(1970, 1, 1)
MOST_DROPPED_SHARE = 0.2
"""A log of which more rows cannot be used is read wrongly rather than dirty."""
MOST_ACTIVITIES = 5_000
SAMPLE_ROWS = 5_000
"""Rows from which the order of day and month is told."""
STARTS, ENDS = ("start", "begin", "assign"), ("complete", "end", "finish")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*([AaPp][Mm])?")


@dataclass
class Log:
    """Sittings at work, one row each."""

    case: NDArray[np.int64]
    activity: NDArray[np.int64]
    """Places in `activities`."""
    resource: NDArray[np.int64]
    """−1 where nobody is named."""
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    activities: list[str]
    timed: bool
    """Whether it has both the starts and the ends of work."""
    dropped: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.case)


class Builder:
    """A log being read: rows go in, columns come out."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.dropped: Counter[str] = Counter()
        self.first_bad = ""
        self._cases, self._people = Numbers(), Numbers()
        self._activities: dict[str, int] = {}
        self._ids = array("q")
        self._times = array("d")
        self._open: dict[tuple[int, int, int], list[float]] = {}

    def add(self, case: object, activity: str, resource: object, start: float, end: float) -> None:
        """One sitting from its start to its end."""
        if end < start:
            self.drop("that end before they start")
            return
        known = self._activities.setdefault(activity, len(self._activities))
        if known >= MOST_ACTIVITIES:
            raise InputError(self.place, f"more than {MOST_ACTIVITIES:,} activities")
        self._ids.extend((self._cases.of(case), known, self._people.of(resource)))
        self._times.extend((start, end))

    def mark(
        self, case: object, activity: str, resource: object, when: float, transition: str
    ) -> None:
        """One moment of a sitting: its start or its end, or the whole of it where neither."""
        word = transition.lower()
        key = (self._cases.of(case), hash(activity), self._people.of(resource))
        if word.startswith(STARTS):
            self._open.setdefault(key, []).append(when)
        elif word.startswith(ENDS) or not word:
            begun = self._open.get(key)
            self.add(case, activity, resource, begun.pop() if begun else when, when)

    def drop(self, why: str, where: str = "") -> None:
        """Leave a row out, and count it."""
        self.dropped[why] += 1
        self.first_bad = self.first_bad or where

    def log(self) -> Log:
        """What was read; raises `InputError` where most could not be."""
        ids = np.frombuffer(self._ids, np.int64).reshape(-1, 3)
        times = np.frombuffer(self._times, np.float64).reshape(-1, 2)
        bad = sum(self.dropped.values())
        if not len(ids) or bad > MOST_DROPPED_SHARE * (bad + len(ids)):
            told = ", ".join(f"{count:,} {why}" for why, count in self.dropped.items())
            first = f"the first: {self.first_bad}" if self.first_bad else ""
            raise InputError(self.place, f"too many rows cannot be used: {told or 'none'}", first)
        start, end = times[:, 0].copy(), times[:, 1].copy()
        timed = bool((end > start).mean() > 0.05)
        case, activity, resource = ids.T.copy()
        names = list(self._activities)
        return Log(case, activity, resource, start, end, names, timed, self.dropped)


def read_text_log(path: Path, header: int, found: Recognised, as_of: date, order: str) -> Log:
    """The log of a text file."""
    with_places = enumerate(text_rows(path), 1)
    return _read(islice(with_places, header + 1, None), Place(path.name), found, as_of, order)


def read_sheet_log(sheet: Sheet, header: int, found: Recognised, as_of: date, order: str) -> Log:
    """The log of a sheet of a workbook."""
    rows = enumerate(sheet.rows[header + 1 :], sheet.first_row + header + 1)
    return _read(rows, sheet.place(), found, as_of, order)


def _read(
    rows: Iterable[tuple[int, list[str] | Row]],
    place: Place,
    found: Recognised,
    as_of: date,
    order: str,
) -> Log:
    build, at = Builder(place), found.at
    stream = iter(rows)
    top = list(islice(stream, SAMPLE_ROWS))
    columns = [[_at(row, at.get(name)) for _, row in top] for name in ("start", "end", "time")]
    order = order_of(columns, place, order)
    clock = Clock(order, as_of)
    start_at, end_at, time_at = (at.get(name) for name in ("start", "end", "time"))
    case_at, activity_at = at["case"], at["activity"]
    resource_at, lifecycle_at = at.get("resource"), at.get("lifecycle")
    first = start_at if start_at is not None else end_at
    last = end_at if end_at is not None else start_at
    for number, row in _chain(top, stream):
        if len(row) <= max(case_at, activity_at):
            if any(row):
                build.drop("that are too short", f"row {number}")
            continue
        case, activity = row[case_at], str(row[activity_at] or "").strip()
        resource = _at(row, resource_at)
        if first is not None:
            begun, done = clock.of(_at(row, first)), clock.of(_at(row, last))
            if begun is None or done is None:
                build.drop("without a time", f"row {number}, {form(_at(row, first))}")
            else:
                build.add(case, activity, resource, begun, done)
        elif (when := clock.of(_at(row, time_at))) is None:
            build.drop("without a time", f"row {number}, {form(_at(row, time_at))}")
        else:
            build.mark(case, activity, resource, when, str(_at(row, lifecycle_at) or ""))
    return build.log()


def _chain(
    top: list[tuple[int, list[str] | Row]], rest: Iterator[tuple[int, list[str] | Row]]
) -> Iterator[tuple[int, list[str] | Row]]:
    yield from top
    yield from rest


def _at(row: list[str] | Row, place: int | None) -> Cell:
    return row[place] if place is not None and place < len(row) else None


class Clock:
    """Reads times of whatever form, as seconds of the clock on the wall."""

    def __init__(self, order: str, as_of: date) -> None:
        self._order, self._as_of = order, as_of

    def of(self, cell: Cell) -> float | None:
        """Seconds since the epoch; None where there is no time."""
        if isinstance(cell, str):
            try:
                return _seconds(datetime.fromisoformat(cell.strip()))
            except ValueError:
                return self._spelt(cell.strip())
        if isinstance(cell, datetime):
            return _seconds(cell)
        day = parse_day(cell, self._order, self._as_of)
        if day is None:
            return None
        part = float(cell) % 1 * 86_400 if isinstance(cell, float) else 0.0
        return _seconds(datetime(day.year, day.month, day.day)) + part

    def _spelt(self, text: str) -> float | None:
        time = _TIME.search(text)
        day = parse_day(
            text[: time.start()].strip(" ,T") if time else text, self._order, self._as_of
        )
        if day is None:
            return None
        midnight = _seconds(datetime(day.year, day.month, day.day))
        if not time:
            return midnight
        hour = int(time[1])
        if time[4]:
            hour = hour % 12 + (12 if time[4].lower() == "pm" else 0)
        return midnight + hour * 3600 + int(time[2]) * 60 + float(time[3] or 0)


def _seconds(moment: datetime) -> float:
    return (moment.replace(tzinfo=None) - EPOCH).total_seconds()
