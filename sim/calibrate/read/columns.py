"""What the columns of an extract may be called, and which kind of extract a table is.

A kind is told by its columns. Names are compared without case, blanks and signs. A user's own names
come with `--map` (`sim.calibrate.read.mapping`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sim.calibrate.read.tables import TITLE_ROWS, Cell, Row, Sheet, looks_like_header

PEOPLE, EVENTS, VOLUMES = "people", "events", "volumes"
DENIALS, PRODUCTIVITY, AUDITS = "denials", "productivity", "audits"
HOSPITAL, CLASSES, STOCK = "hospital", "classes", "stock"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of extract: its columns with their usual names, and which of them tell it."""

    what: str
    columns: Mapping[str, tuple[str, ...]]
    signatures: tuple[frozenset[str], ...]


def normal(name: str) -> str:
    """A column's name without case, blanks and signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of extract, as `columns.yaml` beside this file has it."""
    table = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text("utf-8"))
    return {
        name: Kind(
            said["what"],
            {
                column: tuple(map(normal, (column, *names)))
                for column, names in said["columns"].items()
            },
            tuple(frozenset(signature) for signature in said["signatures"]),
        )
        for name, said in table.items()
    }


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind of extract, and at which place of a row each of its columns stands."""

    kind: str
    at: Mapping[str, int]
    headers: Mapping[str, str]
    """The user's own names of these columns."""


def recognise(header: Sequence[Cell]) -> Recognised | None:
    """The kind of extract that a header belongs to; None if to none."""
    best: Recognised | None = None
    for kind in kinds():
        found = match(kind, header)
        told = any(signature <= found.at.keys() for signature in kinds()[kind].signatures)
        if told and (best is None or len(found.at) > len(best.at)):
            best = found
    return best


def match(kind: str, header: Sequence[Cell], own: Mapping[str, str] | None = None) -> Recognised:
    """Which columns of a kind a header has; `own` names some of them otherwise."""
    names = [normal(str(cell)) if isinstance(cell, str) else "" for cell in header]
    at: dict[str, int] = {}
    for column, usual in kinds()[kind].columns.items():
        wanted = (normal(own[column]),) if own and column in own else usual
        places = [names.index(name) for name in wanted if name in names]
        free = [place for place in places if place not in at.values()]
        if free:
            at[column] = free[0]
    return Recognised(kind, at, {column: str(header[place]) for column, place in at.items()})


def find_header(sheet: Sheet) -> tuple[int, Recognised | None]:
    """Index of the header's row, and what it is of; titles above it are passed over.

    Without a known header it is the first row that looks like one; -1 if none does.
    """
    plain = -1
    for index, row in enumerate(sheet.rows[:TITLE_ROWS]):
        if not looks_like_header(row):
            continue
        if found := recognise(row):
            return index, found
        if plain < 0:
            plain = index
    return plain, None


def column(rows: Sequence[Row], place: int) -> list[Cell]:
    """The cells of one column; short rows have none there."""
    return [row[place] if place < len(row) else None for row in rows]
