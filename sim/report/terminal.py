"""An answer on a terminal: the finding, its tables in 80 columns, notes, the finding again."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from textwrap import wrap

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Printed
from rich.text import Text

from sim.report.answer import Answer, Table
from sim.report.headline import short
from sim.study.compare import BETTER, WORSE

WIDTH = 80
COLOURS = {BETTER: "green", WORSE: "red", "chosen": "green"}
LEAST = 8
"""Characters that a column of words keeps where room is short."""


def is_watched() -> bool:
    """Whether somebody reads along, on a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def wants_colour() -> bool:
    """Whether to print in colour: only to a terminal, and not against NO_COLOR (no-color.org)."""
    return is_watched() and not os.environ.get("NO_COLOR")


def text(answer: Answer, *, colour: bool = False) -> str:
    """The whole answer, but its last line."""
    blocks = [wrapped(" ".join((*answer.warnings, answer.finding)))]
    for part in answer.ordered:
        blocks += [printed(table, colour=colour) for table in part.tables if table.printed]
        blocks += ["".join(map(wrapped, part.text))] if part.text else []
    notes = [table.note for table in answer.tables if table.printed and table.note]
    blocks.append("".join(map(wrapped, dict.fromkeys((*notes, *answer.notes)))))
    return "\n".join(blocks)


def last(answer: Answer) -> str:
    """The sentence that stands at the end: the decision, or else the finding once more."""
    return " ".join(filter(None, (answer.finding, str(answer.facts.get("decision", "")))))


def wrapped(text: str) -> str:
    """A text in lines that fit; each ends with a newline."""
    return "".join(f"{line}\n" for line in wrap(text, WIDTH))


def printed(table: Table, *, colour: bool = False) -> str:
    """A table in `WIDTH` columns: numbers never break, words do where room is short.

    Sources have no room: they stand on the page.
    """
    if "Source" in table.heads:
        kept = [i for i, head in enumerate(table.heads) if head != "Source"]
        rows_of = tuple(tuple(row[i] for i in kept) for row in table.rows)
        table = replace(table, heads=tuple(table.heads[i] for i in kept), rows=rows_of)
    numeric = [_numeric(table, i) for i in range(len(table.heads))]
    rows = [
        [short(cell.text) if i and not numeric[i] else cell.text for i, cell in enumerate(row)]
        for row in table.rows
    ]
    heads = ["", *table.heads[1:]] if len(table.heads) > 1 else list(table.heads)
    gap, widths = _widths(heads, rows, numeric)
    made = Printed(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, gap, 0, 0))
    for head, wide, number in zip(heads, widths, numeric, strict=True):
        made.add_column(
            Text(head), justify="right" if number else "left", width=wide, overflow="fold"
        )
    for row in rows:
        made.add_row(*(Text(cell, COLOURS.get(cell, "")) for cell in row))
    target = StringIO()
    console = Console(
        file=target,
        width=WIDTH + 20,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    if table.title and table.name != "headline":
        console.print(Text("\n".join(wrap(table.title, WIDTH)), "bold"))
    console.print(made)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n"


def _numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers, which stand to the right."""
    return column > 0 and any(row[column].values for row in table.rows)


def _widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> tuple[int, list[int]]:
    """Gap between columns, and the width of each: as wide as its cells, words as room allows."""
    cells = [[row[i] for row in rows] for i in range(len(heads))]
    most = [
        max((cell_len(line) for cell in column for line in cell.split("\n")), default=0)
        for column in cells
    ]
    word = [max((cell_len(part) for part in head.split()), default=0) for head in heads]
    widths = [max(wide, min(least, 12)) for wide, least in zip(most, word, strict=True)]
    for gap in (2, 1, 0):  # besides the character between that the box has
        room = WIDTH - 2 - (gap + 1) * (len(heads) - 1)
        if sum(widths) <= room:
            break
    over = sum(widths) - room
    for i in sorted(range(len(heads)), key=lambda i: (numeric[i], -widths[i])):
        least = max(LEAST, word[i] if i else LEAST) if not numeric[i] else most[i]
        taken = max(0, min(over, widths[i] - least))
        widths[i] -= taken
        over -= taken
    spare = room - sum(widths)
    for i, head in enumerate(heads):  # what the numbers leave goes to heads that are wider
        more = max(0, min(spare, min(16, cell_len(head)) - widths[i]))
        widths[i] += more
        spare -= more
    return gap, widths
