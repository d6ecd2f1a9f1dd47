"""What can be wrong with an extract, in one line that says where; never the content of a cell.

A cell may hold a name or an account. So messages show the form of a text (`Aaaa 99`), its place and
what would be right, never the text itself.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_SHOWN = 24
"""Characters of the form of a cell that a message shows."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an extract: rows and segments count from 1; 0 or empty means none in particular."""

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    segment: int = 0

    def __str__(self) -> str:
        parts = [
            self.file,
            self.sheet and f"sheet {self.sheet}",
            self.row and f"row {self.row}",
            self.column and f"column {self.column}",
            self.segment and f"segment {self.segment}",
        ]
        return ", ".join(str(part) for part in parts if part)


class InputError(Exception):
    """An extract, or a part of it, that cannot be used; the text says where, why, what is right."""

    def __init__(self, place: Place, message: str, *hints: str) -> None:
        self.place = place
        super().__init__("; ".join(filter(None, (f"{place}: {message}", *hints))))


class RefusedFitError(Exception):
    """Why a field is not fitted: the data cannot say it, and the default stays."""


def form(cell: object) -> str:
    """The form of a cell without its content: letters as a or A, digits as 9."""
    text = str(cell)
    shape = "".join(
        "9"
        if char.isdigit()
        else ("A" if char.isupper() else "a")
        if char.isalpha()
        else char
        if char.isprintable()
        else "?"
        for char in text[:MOST_SHOWN]
    )
    return f"text of the form {shape!r}" + ("…" if len(text) > MOST_SHOWN else "")
