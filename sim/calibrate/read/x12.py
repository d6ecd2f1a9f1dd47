"""Segments of X12 files as they come in the field: delimiters from ISA, or guessed without one.

Nothing is validated: what is odd is noted with the number of its segment, and reading goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from sim.calibrate.problems import InputError, Place
from sim.calibrate.read.tables import BROKEN, cut_off, open_text

MAX_TEXT = 600_000_000
MOST_PROBLEMS = 200
MOST_ELEMENTS = 2_000
_ENVELOPE = {"IEA": "ISA", "GE": "GS", "SE": "ST"}
_START = re.compile(r"[A-Z][A-Z0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Marks:
    """What separates elements, parts of an element, and segments."""

    element: str
    part: str
    segment: str


@dataclass
class Problems:
    """What is odd in a file, by number of the segment."""

    found: list[tuple[int, str]] = field(default_factory=list)
    total: int = 0

    def note(self, segment: int, text: str) -> None:
        """Take down one, the first of many."""
        self.total += 1
        if len(self.found) < MOST_PROBLEMS:
            self.found.append((segment, text))


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its number in the file, its elements (the first is its name), its marks."""

    number: int
    elements: list[str]
    part: str

    def __getitem__(self, place: int) -> str:
        """An element; empty where the segment ends before it."""
        return self.elements[place].strip() if place < len(self.elements) else ""


def read_text(path: Path) -> str:
    """The text of a file, packed or not."""
    with open_text(path) as text:
        try:
            found = text.read(MAX_TEXT + 1)
        except BROKEN:
            raise cut_off(path) from None
    if len(found) > MAX_TEXT:
        raise InputError(Place(path.name), f"larger than {MAX_TEXT // 1_000_000:,} MB")
    return found


def segments(text: str, problems: Problems) -> Iterator[Segment]:
    """Every segment of a text; counts in trailers are compared with what there is."""
    counts: dict[str, int] = {}
    number = 0
    for piece, marks in _interchanges(text):
        for raw in piece.split(marks.segment):
            line = raw.strip("\r\n\t ")
            if not line:
                continue
            number += 1
            elements = line.split(marks.element, MOST_ELEMENTS)
            name = elements[0]
            if not _START.fullmatch(name):
                problems.note(number, "does not begin with the name of a segment")
                continue
            _count(number, elements, counts, problems)
            yield Segment(number, elements, marks.part)
    for header in ("ISA", "GS", "ST"):
        if header in counts:
            problems.note(number, f"the file ends before the {header} of it does")


def _interchanges(text: str) -> Iterator[tuple[str, Marks]]:
    """The text from each ISA on, with its own marks; what comes before the first too."""
    starts = [m.start() for m in re.finditer(r"ISA(?=[^A-Za-z0-9\s])", text)]
    if not starts or text[: starts[0]].strip("\ufeff\r\n\t "):
        begin = text[: starts[0]] if starts else text
        yield begin.lstrip("\ufeff"), _guessed(begin)
    for start, end in pairwise([*starts, len(text)]):
        yield text[start:end], _marks(text[start:end])


def _marks(text: str) -> Marks:
    """The marks of an interchange: what follows ISA, and the two signs at the end of that segment.

    They are found by counting elements, so that an ISA whose elements were trimmed is read too.
    """
    element = text[3]
    place = 3
    for _ in range(15):
        place = text.find(element, place + 1)
        if place < 0:
            return _guessed(text)
    part, rest = text[place + 1 : place + 2], text[place + 2 : place + 4]
    if not rest or part.isalnum():
        return _guessed(text)
    segment = rest[0]
    if segment.isalnum() or segment == element:
        return _guessed(text)
    return Marks(element, part, "\n" if segment in "\r\n" else segment)


def _guessed(text: str) -> Marks:
    """The marks of a text without a usable ISA."""
    begin = text.lstrip("\ufeff\r\n\t ")
    found = _START.match(begin)
    element = begin[found.end() : found.end() + 1] if found else "*"
    if not element or element.isspace() or element.isalnum():
        element = "*"
    segment = next((mark for mark in "~'\x1c|" if mark in text and mark != element), "\n")
    part = next((mark for mark in ":>^" if mark not in (element, segment)), ":")
    return Marks(element, part, segment)


def _count(number: int, elements: list[str], counts: dict[str, int], problems: Problems) -> None:
    """Keep the counts of open envelopes, and compare them with what a trailer says."""
    name = elements[0]
    if name in ("ISA", "GS", "ST"):
        if name in counts:
            problems.note(number, f"{name} within {name}")
        counts[name] = 0
    for open_ in counts:
        counts[open_] += 1
    if name not in _ENVELOPE:
        return
    had = counts.pop(_ENVELOPE[name], None)
    if had is None:
        problems.note(number, f"{name} without {_ENVELOPE[name]}")
    elif name == "SE" and elements[1:2] != [str(had)] and _whole(elements, 1) != had:
        problems.note(number, f"SE counts {_whole(elements, 1)} segments, there are {had}")


def _whole(elements: list[str], place: int) -> int:
    text = elements[place] if place < len(elements) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def day(text: str) -> date | None:
    """A date of eight digits, or of six in the old form, the first of a range."""
    digits = text.partition("-")[0]
    if len(digits) == 6 and digits.isdigit():
        digits = ("20" if digits < "70" else "19") + digits
    if len(digits) < 8 or not digits[:8].isdigit():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def amount(segment: Segment, place: int, problems: Problems) -> float:
    """An amount of money; what is none is noted and counts as 0."""
    text = segment[place]
    if not text:
        return 0.0
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -1e12 < value < 1e12:
        problems.note(segment.number, f"{segment[0]}{place:02} is no amount")
        return 0.0
    return value
