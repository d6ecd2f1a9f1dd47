"""Values that the user writes down by field, checked one by one; a wrong one with its row."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.calibrate.evidence import Fit, Value
from sim.calibrate.fit.numbers import DRAWS
from sim.calibrate.problems import InputError
from sim.calibrate.read.columns import Recognised, column
from sim.calibrate.read.grid import Grid
from sim.calibrate.read.tables import Cell, Sheet
from sim.scenario.load import ScenarioError, load
from sim.scenario.problems import Problem

METHOD = "as written by the user"
TODAY = "today"
"""The group of what holds only together: the date of a stock, its lines, and what is to come."""
_GOT = re.compile(r" \(got .*\)$|(?<=unknown name) '.*'(?=; allowed)", re.DOTALL)


def fit_written(
    sheet: Sheet, header: int, found: Recognised, source: str, base: Path
) -> tuple[list[Fit], int]:
    """The fields of a sheet whose value is filled in."""
    rows = sheet.rows[header + 1 :]
    names, values = (column(rows, found.at[name]) for name in ("field", "value"))
    units = column(rows, found.at["unit"]) if "unit" in found.at else [None] * len(rows)
    fits: list[Fit] = []
    for index, (name, value, unit) in enumerate(zip(names, values, units, strict=True)):
        if name is None or value is None:
            continue
        text = _written(value)
        try:
            load(base, [f"{str(name).strip()}={text}"])
        except ScenarioError as error:
            problem = error.problems[0]
            unknown = problem.message.startswith("there is no")
            place = sheet.place(header + 1 + index, found.headers["field" if unknown else "value"])
            told = without_content(problem)
            told = f"{problem.path}: {told}" if problem.path else told
            raise InputError(place, told, hint(problem)) from None
        fits.append(_fit(str(name).strip(), value, str(unit or ""), source))
    return fits, len(fits)


def without_content(problem: Problem) -> str:
    """What is wrong; what stands in the cell is not repeated."""
    return _GOT.sub("", problem.message)


def hint(problem: Problem) -> str:
    """What is right, the nearest name first: lists of dozens are cut."""
    parts = [part for part in problem.hint.split("; ") if part]
    near = [part for part in parts if part.startswith("did you mean")]
    return "; ".join(near or [part[:200] for part in parts])


def _written(value: Cell) -> str:
    """A cell as YAML: whole numbers of a spreadsheet are whole."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return json.dumps(value.isoformat()[:10])
    if isinstance(value, str) and value[:1] in "[{":
        return value
    return json.dumps(value)


def _fit(path: str, value: Cell, unit: str, source: str) -> Fit:
    """A value that is known: no interval, and the same in every draw."""
    known: Value = (
        value if isinstance(value, int | float) and not isinstance(value, bool) else _written(value)
    )
    if isinstance(known, float) and known.is_integer():
        known = int(known)
    return Fit(path, unit, source, METHOD, "A", 1, "value", known, draws=[known] * DRAWS)


def fit_classes(
    grid: Grid, source: str, events: Sequence[dict[str, Any]], file: Path, *, today: bool
) -> tuple[list[Fit], int]:
    """Training classes as events of the timeline, after those that there are.

    In a run that starts `today`, those that have begun are classes under way.
    """
    events, under_way = list(events), list[dict[str, Any]]()
    used = 0
    for i in grid.rows():
        place = grid.sheet.place(grid.header + 1 + i)
        day, people = grid.day("date", i), grid.number("people", i)
        if day is None or not people or people % 1:
            raise InputError(place, "a class needs a date and a whole number of people")
        on, team = date.fromordinal(day), grid.text("team", i)
        if today and on <= grid.as_of:
            taught = {"team": team, "people": int(people), "started": on.isoformat()}
            under_way.append(taught)
            laid_on = [
                f'start="{grid.as_of}"',
                f"state={json.dumps({'as_of': grid.as_of.isoformat(), 'classes': [taught]})}",
                f"timeline={json.dumps(events)}",
            ]
        else:
            event = {"kind": "class", "on": on.isoformat(), "team": team, "people": int(people)}
            events.append(event)
            laid_on = [f"timeline={json.dumps(events)}"]
            if today:
                laid_on.append(f'start="{grid.as_of}"')
        try:
            load(file, laid_on)
        except ScenarioError as error:
            problem = error.problems[0]
            raise InputError(place, without_content(problem), hint(problem)) from None
        used += 1
    found = {"timeline": events, "state.classes": under_way}
    return [_classes(path, told, source, used, today) for path, told in found.items() if told], used


def _classes(path: str, told: Sequence[Any], source: str, used: int, today: bool) -> Fit:
    """Classes to come, or under way; a state is no part of the joint draws."""
    text, group = json.dumps(told), TODAY if today else ""
    draws = [] if today else [text] * DRAWS
    how = f"{METHOD}: training classes"
    return Fit(path, "-", source, how, "A", used, "classes", text, draws=draws, group=group)
