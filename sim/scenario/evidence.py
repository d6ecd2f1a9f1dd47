"""How well each shipped value is known, and where it could lie: `docs/parameters.md`, by path."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

import yaml

from sim.scenario.layers import shipped_configs

NOTES = ("unit", "conf.", "range", "source and reasoning")
NOT_SET = "–"
LETTERS = {
    "V": "read in a primary source, or in trade press that reports a named one",
    "S": "read, but only at second hand",
    "M": "from memory, not checked",
    "A": "assumption: no source gives it",
}


_NUMBER = r"([\d,]*\.?\d+)"
_SPAN = re.compile(rf"{_NUMBER}–{_NUMBER}")
_AROUND = re.compile(rf"±{_NUMBER}( %)?")
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A documented value: confidence (`LETTERS`), plausible range in words, and reasoning.

    `ends` are those of the range where the value is a number and the words give it some.
    """

    value: Any
    confidence: str
    range: str
    reasoning: str
    ends: Ends | None = None


@functools.cache
def evidence() -> dict[str, Evidence]:
    """The documented values by dotted path, list items by name; empty if the page is not there.

    `*` in a path of the page stands for the head of a column.
    """
    page = shipped_configs().parent / "docs" / "parameters.md"
    found: dict[str, Evidence] = {}
    header: list[str] = []
    for line in page.read_text("utf-8").splitlines() if page.is_file() else ():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif not header:
            header = cells
        elif header[0] == "path" and not cells[0].startswith("---"):
            notes = dict(zip(header, cells, strict=True))
            letter, words, why = (_words(notes.get(note, "")) for note in NOTES[1:])
            said = {
                name: yaml.safe_load(cell)
                for name, cell in list(zip(header, cells, strict=True))[1:]
                if name not in NOTES and cell != NOT_SET
            }
            for place, (name, value) in enumerate(said.items()):
                path = cells[0].replace("*", name)
                ends = _ends(value, words, path.rpartition(".")[2], name, place, len(said))
                found[path] = Evidence(value, letter, words, why, ends)
    return found


def _ends(value: Any, words: str, last: str, column: str, place: int, columns: int) -> Ends | None:
    """The range of a value in a row of so many columns; None where the words give it none.

    Parts between semicolons are those of the columns, in order, if there are as many; a part that
    begins with a name is that of the column or entry so called. Else it is the one part that holds
    the value.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    parts = [part.strip() for part in words.split(";")]
    named = {head: rest for head, _, rest in (p.partition(" ") for p in parts) if head.isalpha()}
    if own := named.get(column) or named.get(last):
        parts = [own]
    elif len(parts) == columns and not named:
        parts = [parts[place]]
    else:
        parts = [p for p in parts if p.partition(" ")[0] not in named or p == "half to double"]
    found = [ends for ends in (_read(value, part) for part in parts) if ends]
    held = [(low, high) for low, high in found if low <= value <= high and low < high]
    return held[0] if len(held) == 1 else None


def _read(value: float, part: str) -> Ends | None:
    """The ends that one part of a range gives a value."""
    if part == "half to double":
        return value / 2, value * 2
    if span := _SPAN.fullmatch(part):
        low, high = (float(end.replace(",", "")) for end in span.groups())
        return low, high
    if around := _AROUND.fullmatch(part):
        by = float(around[1].replace(",", "")) * (abs(value) / 100 if around[2] else 1.0)
        return value - by, value + by
    return None


def _words(markdown: str) -> str:
    """Text without its links and quotes of code."""
    return re.sub(r"\[([^\]]*)\](\[[^\]]*\]|\([^)]*\))?", r"\1", markdown).replace("`", "")
