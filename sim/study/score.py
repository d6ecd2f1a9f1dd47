"""How well a kept forecast told what then came: coverage, bias and pinball loss.

Beside it stands whoever says that the weeks to come are like the last six: their tenth, middle and
ninetieth percentile.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, get_type_hints

import numpy as np

from sim.scenario.csv_source import read_rows
from sim.scenario.finding import nearest
from sim.study import StudyError
from sim.study.forecast import FILE, UNITS, WEEK_DAYS, Forecast
from sim.study.statistics import wilson_interval

LEVELS = (0.1, 0.5, 0.9)
NAIVE_WEEKS = 6
COLUMNS = ("quantity", "part", "value")
Key = tuple[str, str]


class Score(NamedTuple):
    """How well a quantity was told, over its parts or of one.

    `coverage` is the part of the `n` weeks whose value lay in the band, with its 95 % interval as
    if weeks were independent, which they are not quite. `bias` is the mean of middle less observed,
    `pinball` the mean pinball loss of the three percentiles (less is better), `naive_pinball` that
    of the weeks before, nan where the file does not hold six of them.
    """

    quantity: str
    part: str
    unit: str
    n: int
    coverage: float
    ci_low: float
    ci_high: float
    bias: float
    pinball: float
    naive_pinball: float


class Found(NamedTuple):
    """Scores by quantity and part (the whole of a quantity first), and lines without a forecast."""

    scores: list[Score]
    unused: int


def read_forecast(folder: Path) -> list[Forecast]:
    """The rows of a forecast that lies in a folder.

    Raises StudyError (exit code 2) where there is none, or not as it was written.
    """
    path = folder / FILE
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StudyError(
            f"{path}: cannot be read; `denialloop forecast SCENARIO --out DIR` writes it",
            exit_code=2,
        ) from error
    kinds = get_type_hints(Forecast)
    try:
        return [
            Forecast._make(_value(kind, row[name]) for name, kind in kinds.items()) for row in rows
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise StudyError(f"{path}: is not as it was written ({error})", exit_code=2) from error


def _value(kind: type, text: str) -> object:
    return math.nan if kind is float and not text else kind(text)


def observed(path: Path, rows: Sequence[Forecast]) -> dict[tuple[Key, date], float]:
    """What was observed, by quantity, part and first day of the week.

    Weeks are those of the forecast, and run on before it. Raises StudyError (exit code 2), naming
    file, line and column, for whatever is not allowed there.
    """
    start = min(row.starts for row in rows)
    known: dict[str, set[str]] = {}
    for row in rows:
        known.setdefault(row.quantity, set()).add(row.part)
    columns: list[str] = []
    found: dict[tuple[Key, date], float] = {}
    for line, cells in read_rows(path, Observed):
        where = f"{path}:{line}"
        if line == 1:
            columns = _header(where, cells)
            continue
        if len(cells) != len(columns):
            raise Observed(f"{where}: {len(cells)} cells instead of {len(columns)}")
        said = dict(zip(columns, cells, strict=True))
        quantity, part = said["quantity"], said["part"]
        if quantity not in known:
            raise Observed(f"{where}: quantity: {nearest(quantity, list(known))}")
        if part not in known[quantity]:
            raise Observed(f"{where}: part: {nearest(part, sorted(known[quantity]))}")
        on = _day(where, columns[0], said[columns[0]])
        week = start + timedelta((on - start).days // WEEK_DAYS * WEEK_DAYS)
        if ((quantity, part), week) in found:
            raise Observed(f"{where}: this week, quantity and part stand in the file already")
        found[(quantity, part), week] = _number(where, said["value"])
    if not found:
        raise Observed(f"{path}: nothing observed in the file")
    return found


class Observed(StudyError, ValueError):  # noqa: N818 - what is wrong with what was observed
    """A file of observations that cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exit_code=2)


def _header(where: str, cells: list[str]) -> list[str]:
    if not cells or cells[0] not in ("date", "week") or tuple(cells[1:]) != COLUMNS:
        raise Observed(f"{where}: the header must be date,{','.join(COLUMNS)} (or week for date)")
    return cells


def _day(where: str, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Observed(
            f"{where}: {column}: {text!r} is not a date of the form YYYY-MM-DD (any day of the "
            "week)"
        ) from None


def _number(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Observed(f"{where}: value: {text!r} is not a number")
    return value


def scores(rows: Sequence[Forecast], seen: Mapping[tuple[Key, date], float]) -> Found:
    """The scores of all that was both told and observed.

    Raises StudyError (exit code 2) if that is nothing.
    """
    start = min(row.starts for row in rows)
    naive = _naive(start, seen)
    pairs: dict[Key, list[tuple[Forecast, float]]] = {}
    for row in rows:
        key = row.quantity, row.part
        if (key, row.starts) in seen and math.isfinite(row.p50):
            pairs.setdefault(key, []).append((row, seen[key, row.starts]))
    if not pairs:
        last = max(row.ends for row in rows)
        raise StudyError(
            f"nothing of what was observed lies within the forecast ({start} to {last})",
            exit_code=2,
        )
    found = []
    for quantity in UNITS:
        mine = {key: told for key, told in pairs.items() if key[0] == quantity}
        if len(mine) > 1:
            found.append(_score(quantity, "", mine, naive, whole=True))
        found += [_score(quantity, key[1], {key: told}, naive) for key, told in mine.items()]
    used = sum(map(len, pairs.values())) + sum(week < start for _, week in seen)
    return Found(found, len(seen) - used)


def _naive(
    start: date, seen: Mapping[tuple[Key, date], float]
) -> dict[Key, tuple[float, float, float]]:
    """Percentiles of the last six weeks before the forecast, where all of them were observed."""
    weeks = [start - timedelta(WEEK_DAYS * ago) for ago in range(1, NAIVE_WEEKS + 1)]
    out = {}
    for key in dict.fromkeys(key for key, _ in seen):
        values = [seen[key, week] for week in weeks if (key, week) in seen]
        if len(values) == NAIVE_WEEKS:
            low, middle, high = np.quantile(values, LEVELS).tolist()
            out[key] = (low, middle, high)
    return out


def _score(
    quantity: str,
    part: str,
    pairs: Mapping[Key, Sequence[tuple[Forecast, float]]],
    naive: Mapping[Key, tuple[float, float, float]],
    whole: bool = False,
) -> Score:
    told = [(row, value) for of_part in pairs.values() for row, value in of_part]
    n = len(told)
    inside = sum(row.p10 <= value <= row.p90 for row, value in told)
    lost = [pinball((row.p10, row.p50, row.p90), value) for row, value in told]
    before = [
        pinball(naive[key], value)
        for key, of_part in pairs.items()
        if key in naive
        for _, value in of_part
    ]
    return Score(
        quantity,
        "all parts" if whole else part,
        UNITS[quantity],
        n,
        inside / n,
        *wilson_interval(inside, n),
        sum(row.p50 - value for row, value in told) / n,
        sum(lost) / n,
        sum(before) / n if len(before) == n else math.nan,
    )


def pinball(percentiles: Sequence[float], value: float) -> float:
    """Mean pinball loss of three percentiles (Koenker & Bassett 1978).

    Of the percentile q of level t: t (y − q) where the value y is above it, (1 − t) (q − y) below.
    """
    return sum(
        max(level * (value - q), (level - 1.0) * (value - q))
        for level, q in zip(LEVELS, percentiles, strict=True)
    ) / len(LEVELS)


def table(found: Found) -> tuple[Sequence[str], list[Score]]:
    """The scores as a file."""
    return Score._fields, found.scores
