"""Today's stock as the planner writes it: what waits, since when, and what it may still bring."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

from sim.calibrate.evidence import Fit
from sim.calibrate.problems import InputError, Place
from sim.calibrate.read.grid import Grid
from sim.calibrate.transcribed import METHOD, TODAY, hint, without_content
from sim.scenario.fields import QueueName
from sim.scenario.load import ScenarioError, load
from sim.scenario.problems import Problem, did_you_mean
from sim.scenario.schema import Scenario
from sim.scenario.state import Awaited
from sim.scenario.stock import NOT_TAKEN

AWAITING = "awaiting "
"""How a place begins where claims wait for somebody else: `awaiting reply`."""
QUEUES = tuple(name for name in get_args(QueueName) if name not in NOT_TAKEN)
PLACES = (*QUEUES, *(AWAITING + name for name in get_args(Awaited)))
"""Where claims may wait."""
COLUMNS = {
    "queue": "queue",
    "awaiting": "queue",
    "payer": "payer",
    "setting": "setting",
    "category": "category",
    "age_from_days": "age_from",
    "age_to_days": "age_to",
    "from_date": "age_to",
    "to_date": "age_from",
    "count": "count",
    "amount_usd": "amount",
}
"""The column of the sheet that a field of a line comes from."""


def fit_stock(
    grid: Grid, source: str, base: Scenario, file: Path, payers: Mapping[str, str]
) -> tuple[list[Fit], int]:
    """The state of a scenario that starts on the day of the extracts, and its start.

    `payers` are the user's own words for payers. Raises `InputError`, naming sheet, row and column,
    for whatever contradicts itself, the base or the date.
    """
    work: list[dict[str, Any]] = []
    away: list[dict[str, Any]] = []
    rows: dict[str, list[int]] = {"open_work": [], "at_payers": []}
    for i in grid.rows():
        line = _line(grid, i, payers)
        kind = "at_payers" if "awaiting" in line else "open_work"
        (away if kind == "at_payers" else work).append(line)
        rows[kind].append(i)
    today = grid.as_of.isoformat()
    values: dict[str, Any] = {"start": today, "state.as_of": today}
    kept = coming(base, grid.as_of)
    if len(kept) < len(base.timeline):
        values["timeline"] = kept
    for name, lines in (("open_work", work), ("at_payers", away)):
        if lines:
            values[f"state.{name}"] = lines
    try:
        load(file, as_options(values))
    except ScenarioError as error:
        raise _refusal(grid, error.problems, rows) from None
    counted = len(work) + len(away)
    return [_fit(path, value, source, counted) for path, value in values.items()], counted


def coming(base: Scenario, today: date) -> list[dict[str, Any]]:
    """The events of a base that are still to come: a run that starts today has no earlier ones."""
    return [e.model_dump(mode="json", exclude_unset=True) for e in base.timeline if e.on > today]


def as_options(values: Mapping[str, Any]) -> list[str]:
    """What is laid upon the base, the state as a whole."""
    state = {p.removeprefix("state."): v for p, v in values.items() if p.startswith("state.")}
    plain = {path: value for path, value in values.items() if not path.startswith("state.")}
    return [
        *(f"{path}={json.dumps(value)}" for path, value in plain.items()),
        f"state={json.dumps(state)}",
    ]


def _fit(path: str, value: Any, source: str, n: int) -> Fit:
    """What is known: no interval, and no column of the joint draws."""
    what, counted = f"{METHOD}: today's stock", 0 if path == "timeline" else n
    return Fit(path, "-", source, what, "A", counted, "lines", json.dumps(value), group=TODAY)


def _line(grid: Grid, i: int, payers: Mapping[str, str]) -> dict[str, Any]:
    """A row as a line of open work, or of what waits for somebody else."""
    where = grid.text("queue", i).lower()
    if where not in PLACES:
        near = did_you_mean(where, PLACES) or f"allowed: {', '.join(PLACES)}"
        raise InputError(_place(grid, i, "queue"), "no place where claims wait", near)
    payer = grid.text("payer", i)
    line: dict[str, Any] = {
        "payer": payers.get(payer, payer),
        "count": _whole(grid, i, "count"),
        "amount_usd": grid.number("amount", i) or 0.0,
    }
    for name in ("setting", "category"):
        if said := grid.text(name, i):
            line[name] = said.lower() if name == "setting" else said.upper()
    young, old = _whole(grid, i, "age_from"), _whole(grid, i, "age_to")
    if old < young:
        raise InputError(_place(grid, i, "age_to"), f"is {old}, below the least age ({young})")
    if not where.startswith(AWAITING):
        return {"queue": where, **line, "age_from_days": young, "age_to_days": old}
    if "category" in line:
        raise InputError(_place(grid, i, "category"), f"leave it empty for {where!r}")
    first, last = (grid.as_of - timedelta(days) for days in (old, young))
    sent = {"from_date": first.isoformat(), "to_date": last.isoformat()}
    return {"awaiting": where.removeprefix(AWAITING), **line, **sent}


def _whole(grid: Grid, i: int, name: str) -> int:
    number = grid.number(name, i)
    if number is None or number % 1:
        raise InputError(_place(grid, i, name), "needs a whole number of 0 or more")
    return int(number)


def _place(grid: Grid, i: int, column: str) -> Place:
    return grid.sheet.place(grid.header + 1 + i, grid.found.headers.get(column, ""))


def _refusal(
    grid: Grid, problems: Sequence[Problem], rows: Mapping[str, Sequence[int]]
) -> InputError:
    """The first thing that is wrong, by sheet, row and column."""
    problem = problems[0]
    found = re.fullmatch(r"state\.(open_work|at_payers)\.(\d+)(?:\.(\w+))?", problem.path)
    if not found:
        return InputError(grid.sheet.place(), f"{problem.path}: {problem.message}", hint(problem))
    i = rows[found[1]][int(found[2])]
    place = _place(grid, i, COLUMNS.get(found[3] or "", ""))
    return InputError(place, without_content(problem), hint(problem))
