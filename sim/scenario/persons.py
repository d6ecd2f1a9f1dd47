"""A user's own people: a CSV of persons (certification, date of hire and more), and its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import get_args

from sim.scenario.csv_source import read_rows
from sim.scenario.fields import SkillName
from sim.scenario.finding import nearest
from sim.scenario.schema import Scenario, Team

NEEDED = ("certification", "hired")
KNOWLEDGE, CLIENT = "knowledge_", "knowledge_client"
SKILLS: tuple[str, ...] = get_args(SkillName)
COLUMNS = (*NEEDED, "fte", "also", "speed", *(KNOWLEDGE + skill for skill in SKILLS), CLIENT)
LEAST_FTE = 0.1
SPEEDS = (0.1, 10.0)
"""Least and greatest speed of a person, over the usual."""
MOST_PERSONS = 100_000


class PersonsError(ValueError):
    """A file of persons that cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the people who open a team, or start in a class, as written.

    Without a date of hire, tenure is drawn, and without a certification that. `fte` is the part of
    a shift that they work, `also` names other teams of the vendor whose queues they work, too.
    `speed` is how many times as much they do as is usual; left out, it is drawn.
    `knowledge` by skill, and `client`, stand where they are not what tenure implies.
    """

    certification: str
    hired: date | None = None
    fte: float = 1.0
    also: tuple[str, ...] = ()
    knowledge: Mapping[str, float] = field(default_factory=dict)
    client: float | None = None
    speed: float | None = None


def persons_of(s: Scenario, team: Team) -> tuple[Person, ...]:
    """The persons of a team's file, none where it has no file.

    Raises PersonsError for a file that cannot be used.
    """
    if team.roster is None:
        return ()
    others = [t.name for t in s.teams if t.vendor == team.vendor and t.name != team.name]
    names = [c.name for c in s.certifications]
    return read_persons(Path(team.roster), names, others, s.start)


def read_persons(
    path: Path, certifications: Sequence[str], teams: Sequence[str], start: date
) -> tuple[Person, ...]:
    """The persons of a file, in its order.

    `certifications` are those that the scenario knows, `teams` those that may stand under `also`,
    `start` the first day of the run. Raises `PersonsError`, naming file, line and column, for
    whatever is not allowed there.
    """
    persons: list[Person] = []
    columns: tuple[str, ...] = ()
    for line, cells in read_rows(path, PersonsError):
        if line == 1:
            columns = _columns(f"{path}:1", cells)
            continue
        where = f"{path}:{line}"
        if len(cells) != len(columns):
            raise PersonsError(f"{where}: {len(cells)} cells instead of {len(columns)}")
        row = dict(zip(columns, cells, strict=True))
        persons.append(_person(where, row, list(certifications), list(teams), start))
        if len(persons) > MOST_PERSONS:
            raise PersonsError(f"{where}: more than the {MOST_PERSONS:,} persons allowed")
    if not persons:
        raise PersonsError(f"{path}: no persons in the file")
    return tuple(persons)


def _columns(where: str, cells: list[str]) -> tuple[str, ...]:
    for name in cells:
        if name not in COLUMNS:
            raise PersonsError(f"{where}: {name or 'empty'}: {nearest(name, list(COLUMNS))}")
        if cells.count(name) > 1:
            raise PersonsError(f"{where}: {name}: stands in the header twice")
    missing = [name for name in NEEDED if name not in cells]
    if missing:
        raise PersonsError(f"{where}: the header lacks {', '.join(missing)}")
    return tuple(cells)


def _person(
    where: str, row: dict[str, str], certifications: list[str], teams: list[str], start: date
) -> Person:
    """A row as a person; an empty cell of an optional column says nothing."""
    certification = row["certification"]
    if certification not in certifications:
        raise PersonsError(f"{where}: certification: {nearest(certification, certifications)}")
    also = tuple(name for cell in row.get("also", "").split(";") if (name := cell.strip()))
    for name in also:
        if name not in teams:
            why = nearest(name, teams) if teams else f"{name!r}: the vendor has no other team"
            raise PersonsError(f"{where}: also: {why}")
    known = {
        column: _number(where, column, text, 0.0, 1.0)
        for column, text in row.items()
        if column.startswith(KNOWLEDGE) and text
    }
    client = known.pop(CLIENT, None)
    return Person(
        certification,
        _hired(where, row["hired"], start),
        _number(where, "fte", row["fte"], LEAST_FTE, 1.0) if row.get("fte") else 1.0,
        tuple(dict.fromkeys(also)),
        {column.removeprefix(KNOWLEDGE): level for column, level in known.items()},
        client,
        _number(where, "speed", row["speed"], *SPEEDS) if row.get("speed") else None,
    )


def _hired(where: str, text: str, start: date) -> date:
    try:
        hired = date.fromisoformat(text)
    except ValueError:
        hired = None
    if hired is None or hired.isoformat() != text:
        raise PersonsError(f"{where}: hired: {text!r} is not a date of the form YYYY-MM-DD")
    if hired > start:
        raise PersonsError(
            f"{where}: hired: {text} lies after the start of the run; allowed: dates up to {start} "
            "(who comes later starts in a `class` of the timeline)"
        )
    return hired


def _number(where: str, column: str, text: str, low: float, high: float) -> float:
    """A number from `low` to `high`, written in digits."""
    plain = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= 20
    if not plain or not low <= float(text) <= high:
        raise PersonsError(f"{where}: {column}: {text!r} is not a number from {low:g} to {high:g}")
    return float(text)
