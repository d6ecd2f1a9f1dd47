"""What other commands left in the folder of a study: their tables, in words, and their charts."""

from __future__ import annotations

import csv
import html
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.record.kpis import kpi as kpi_of
from sim.report.words import brief, heading, interval, label, number

Rows = list[list[str]]

OTHERS = {
    "scorecard": "Scorecard: published claims against this model",
    "matrix": "Which vendor for which function",
    "ablation": "What each difference contributes",
    "breakeven": "Where the answer turns",
    "sensitivity": "What the answer depends on",
    "rfp": "Price against realised revenue",
}
"""Tables by the name of their file, and what they are called."""
PICTURES = {
    "scorecard": (),
    "matrix": ("matrix", "assignments"),
    "ablation": ("ablation_*",),
    "breakeven": ("breakeven", "breakeven_map"),
    "sensitivity": ("sensitivity*", "tornado*", "morris*"),
    "rfp": ("rank_reversal",),
}
"""Charts of their commands, by pattern of file name."""
_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_KEYS = ("claim", "n", "value_unit", "baseline", "because")
"""Columns that a page can do without."""
_HEADS = {"words": "Claim", "low": "Range"}


def tables(folder: Path) -> dict[str, Rows]:
    """The tables that lie in the folder, by title; the heads are the first row.

    Text that was written with an apostrophe, so that no spreadsheet takes it for a formula, has
    lost it.
    """
    return {
        title: [[cell[1:] if cell[:2] in _GUARDED else cell for cell in row] for row in rows]
        for name, title in OTHERS.items()
        if (rows := _read(folder / f"{name}.csv"))
    }


def _read(path: Path) -> Rows:
    if not path.is_file():
        return []
    try:
        return list(csv.reader(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []  # not ours


def pictures(folder: Path, title: str) -> Iterator[tuple[str, str, str]]:
    """Charts that the command of a table has left: name, what it finds, SVG."""
    stems = PICTURES[next(name for name, said in OTHERS.items() if said == title)]
    for pattern in stems:
        for path in sorted((folder / "charts").glob(f"{pattern}.svg")):
            text = path.read_text("utf-8")
            said = re.search(r"<dc:title>(.*?)</dc:title>", text, re.DOTALL)
            yield path.stem, html.unescape(said[1]) if said else title, text


def in_words(rows: Rows) -> Rows:
    """A table as a page shows it: heads in words, numbers in their unit, each with its interval."""
    heads = rows[0]
    shown = [i for i, head in enumerate(heads) if head not in _KEYS and not _is_end(head)]
    if {"low", "high"} <= set(heads):
        shown.remove(heads.index("high"))
    if "value" in heads and "unit" in heads:
        shown.remove(heads.index("unit"))
    head = [_HEADS.get(heads[i]) or heading(heads[i]) for i in shown]
    return [head, *([_cell(heads, row, i) for i in shown] for row in rows[1:])]


def _is_end(head: str) -> bool:
    """Whether a column is an end of the interval of another."""
    return head.endswith(("ci_low", "ci_high"))


def _cell(heads: Sequence[str], row: Sequence[str], i: int) -> str:
    """A cell in words, with what belongs to it; as it stands where the table is not ours."""
    try:
        return _in_words(heads, row, i)
    except (ValueError, KeyError):
        return brief(row[i]) if i < len(row) else ""


def _in_words(heads: Sequence[str], row: Sequence[str], i: int) -> str:
    by_head = dict(zip(heads, row, strict=True))
    head, text = heads[i], row[i]
    if head == "kpi":
        return label(text)
    if head == "low" and "high" in heads:
        least, most = (_number(by_head[end], by_head.get("unit", "")) for end in ("low", "high"))
        if not least or not most:
            return f"≥ {least}" if least else most and f"≤ {most}"
        after = re.search(r" \D+$", most)  # the unit, which is said once
        return f"{least.removesuffix(after[0]) if after else least} to {most}"
    if head == "reading" and text == "-":
        return by_head.get("because", "")
    followed = i + 2 < len(heads) and _is_end(heads[i + 1]) and _is_end(heads[i + 2])
    if not followed or not text:
        return brief(text)
    if head == "root":  # in the unit of the field that was varied, which the table does not tell
        return "{} ({} to {})".format(*map(brief, row[i : i + 3]))
    unit = _unit(head, by_head)
    mean, low, high = (float(cell) if cell else math.nan for cell in row[i : i + 3])
    if unit == "days":  # medians of whole days
        return f"{mean:g} days" + (f" ({low:g} to {high:g})" if low == low else "")
    points = unit == "points"
    said, span = interval(mean, low, high, "share" if points else unit, difference=points)
    return f"{said} ({span})" if span else said


def _unit(head: str, by_head: dict[str, str]) -> str:
    """The unit of a number: that of its column, its row, or the KPI of its row."""
    if head.endswith("_usd"):
        return "USD"
    if head.endswith("_share"):
        return "share"
    own = by_head.get("value_unit") or by_head.get("unit")
    return (own or "").removesuffix("ratio") or (
        kpi_of(by_head["kpi"]).unit if by_head.get("kpi") else ""
    )


def _number(text: str, unit: str) -> str:
    """A limit, as briefly as can be; empty if there is none."""
    if not text:
        return ""
    points = unit == "points"
    said = number(float(text), "share" if points else unit.removesuffix("ratio"))
    said = re.sub(r"\.0+(?!\d)", "", said)
    return said.replace(" %", " points") if points else said
