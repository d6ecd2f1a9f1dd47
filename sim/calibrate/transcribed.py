"""Values that the user writes down by field, checked one by one; a wrong one with its row."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sim.calibrate.evidence import Fit, Value
from sim.calibrate.fit.numbers import DRAWS
from sim.calibrate.problems import InputError
from sim.calibrate.read.columns import Recognised, column
from sim.calibrate.read.grid import Grid
from sim.calibrate.read.tables import Cell, Sheet
from sim.scenario.load import ScenarioError, load
from sim.scenario.problems import Problem
from sim.scenario.schema import Scenario

METHOD = "as written by the user"
_GOT = re.compile(r" \(got .*\)$", re.DOTALL)


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
            told = _GOT.sub("", problem.message)  # what stands in the cell is not repeated
            told = f"{problem.path}: {told}" if problem.path else told
            raise InputError(place, told, _hint(problem)) from None
        fits.append(_fit(str(name).strip(), value, str(unit or ""), source))
    return fits, len(fits)


def _hint(problem: Problem) -> str:
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


def fit_classes(grid: Grid, source: str, base: Scenario, file: Path) -> tuple[list[Fit], int]:
    """Training classes as events of the timeline, after those that the base has."""
    events = [e.model_dump(mode="json", exclude_unset=True) for e in base.timeline]
    used = 0
    for i in grid.rows():
        day, people = grid.day("date", i), grid.number("people", i)
        if day is None or not people or people % 1:
            place = grid.sheet.place(grid.header + 1 + i)
            raise InputError(place, "a class needs a date and a whole number of people")
        event = {
            "kind": "class",
            "on": date.fromordinal(day).isoformat(),
            "team": grid.text("team", i),
            "people": int(people),
        }
        try:
            load(file, [f"timeline={json.dumps([*events, event])}"])
        except ScenarioError as error:
            problem = error.problems[0]
            place = grid.sheet.place(grid.header + 1 + i)
            raise InputError(place, problem.message, _hint(problem)) from None
        events.append(event)
        used += 1
    value = json.dumps(events)
    fit = Fit("timeline", "-", source, f"{METHOD}: training classes", "A", used, "classes", value)
    return [replace(fit, draws=[value] * DRAWS)], used
