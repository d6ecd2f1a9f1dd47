"""The user's own names: which column holds what, and what their words mean (`--map`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from sim.calibrate.read.columns import kinds
from sim.scenario.fields import Model
from sim.scenario.load import load_as

IGNORE = "ignore"
KindName = Literal[
    "people",
    "events",
    "volumes",
    "denials",
    "productivity",
    "audits",
    "hospital",
    "classes",
    "stock",
    "ignore",
]


class Named(Model):
    """What one file holds."""

    file: str = Field(min_length=1, description="Name of the file, without its folder")
    kind: KindName = Field(description="What it is; `ignore` leaves it out")
    sheet: str | None = Field(default=None, description="Sheet of a workbook")
    dates: Literal["day_first", "month_first"] | None = Field(
        default=None, description="Which of day and month comes first"
    )
    since: date | None = Field(
        default=None, description="First day from which the table has everybody who left"
    )
    columns: dict[str, str] = Field(default={}, description="Own names of columns, by ours")


class Words(Model):
    """What the user's words stand for."""

    certification: dict[str, str] = Field(default={})
    queue: dict[str, str] = Field(default={})
    payer: dict[str, str] = Field(default={})
    category: dict[str, str] = Field(default={})


class OwnNames(Model):
    """The whole file."""

    files: Annotated[tuple[Named, ...], Field(max_length=1000)] = ()
    words: Words = Words()

    def named(self, file: str, sheet: str = "") -> Named | None:
        """What was said of a file, or of one of its sheets."""
        for named in self.files:
            if named.file == file and named.sheet in (None, sheet):
                return named
        return None


def read_mapping(path: Path | None) -> OwnNames:
    """The mapping of a file; without one, nothing is said."""
    if path is None:
        return OwnNames()
    return load_as(OwnNames, _checks, path, ()).scenario


def _checks(mapping: OwnNames) -> list[tuple[tuple[str | int, ...], str]]:
    """Columns that no kind has."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for index, named in enumerate(mapping.files):
        known = kinds()[named.kind].columns if named.kind in kinds() else {}
        found += [
            (
                ("files", index, "columns", column),
                f"{named.kind} has no such column; allowed: {', '.join(known)}",
            )
            for column in named.columns
            if column not in known
        ]
    return found


def draft(unknown: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """A mapping to be filled in: file, sheet and headers of each table that was not recognised."""
    lines = [
        "# Which column of your own tables holds what. Fill in the kind and the right-hand sides,",
        "# delete the lines you do not need, and give this file with --map.",
        f"# kinds: {', '.join((*kinds(), IGNORE))}",
    ]
    for kind, said in kinds().items():
        lines.append(f"# {kind}: {said.what}; columns: {', '.join(said.columns)}")
    lines.append("files:")
    for file, sheet, headers in unknown:
        lines.append(f"  - file: {_quoted(file)}")
        if sheet:
            lines.append(f"    sheet: {_quoted(sheet)}")
        lines.append("    kind: ignore")
        lines.append("    columns: {}")
        lines += [f"    # its columns: {_quoted(header)}" for header in headers]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10_000).strip()
