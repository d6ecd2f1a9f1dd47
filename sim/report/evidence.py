"""How well each shipped value is known: the tables of `docs/parameters.md`, read by path."""

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


@dataclass(frozen=True, slots=True)
class Evidence:
    """A documented value: confidence (`LETTERS`), plausible range and reasoning."""

    value: Any
    confidence: str
    range: str
    reasoning: str


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
            known = [_words(notes.get(note, "")) for note in NOTES[1:]]
            for name, cell in list(zip(header, cells, strict=True))[1:]:
                if name not in NOTES and cell != NOT_SET:
                    found[cells[0].replace("*", name)] = Evidence(yaml.safe_load(cell), *known)
    return found


def _words(markdown: str) -> str:
    """Text without its links and quotes of code."""
    return re.sub(r"\[([^\]]*)\](\[[^\]]*\]|\([^)]*\))?", r"\1", markdown).replace("`", "")
