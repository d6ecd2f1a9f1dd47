"""Which extract each file is, told by its content or by what the user said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from sim.calibrate.problems import InputError, Place
from sim.calibrate.read import columns
from sim.calibrate.read.mapping import IGNORE, Named, OwnNames, draft
from sim.calibrate.read.tables import (
    BROKEN,
    TITLE_ROWS,
    Row,
    Sheet,
    cut_off,
    looks_like_header,
    open_text,
    read_text_table,
    read_workbook,
    text_rows,
)

EXAMPLE = "EXAMPLE"
"""How the first cell of a row begins that shows how a sheet is filled in."""
XES, CLAIMS = "xes", "claims"
MOST_FILES = 10_000
OUTPUTS = ("calibrated.yaml", "calibration.csv", "evidence.json", "ensemble.csv", "fit.html")
"""What a calibration writes; in a folder of extracts they are passed over."""
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_X12 = ("ISA", "GS", "ST", "BHT", "BPR", "CLP", "CLM")


@dataclass
class Extract:
    """A file, or a sheet of it, whose kind is known."""

    path: Path
    kind: str
    sheet: Sheet | None = None
    """None where the file is read row by row."""
    header: int = 0
    found: columns.Recognised | None = None
    named: Named | None = None

    @property
    def source(self) -> str:
        """The name that outputs give it."""
        sheet = self.sheet.name if self.sheet else ""
        return f"{self.path.name} ({sheet})" if sheet else self.path.name

    @property
    def order(self) -> str:
        """The order of its dates, if the user said one."""
        return (self.named.dates or "") if self.named else ""


class UnknownError(InputError):
    """Files of which nothing tells what they are; `draft` is a mapping to be filled in."""

    def __init__(self, unknown: Sequence[tuple[str, str, Sequence[str]]]) -> None:
        first, others = unknown[0], len(unknown) - 1
        more = f" (and {others} more)" if others else ""
        kinds = ", ".join(kind.what for kind in columns.kinds().values())
        super().__init__(
            Place(first[0], first[1]),
            f"not recognised{more}: no row names the columns of {kinds}; nor is it 835, 837 or XES",
        )
        self.draft = draft(unknown)


def files_in(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those of the folders named."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.is_file() and p.name[0] != ".")
            found += [p for p in inside if p.name not in OUTPUTS]
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(Place(str(path)), "there is no such file or folder")
    if not found:
        raise InputError(Place(str(paths[0])), "there is no file in the folder")
    if len(found) > MOST_FILES:
        raise InputError(Place(str(paths[0])), f"more than {MOST_FILES:,} files")
    return list(dict.fromkeys(found))


def recognise(paths: Sequence[Path], names: OwnNames) -> list[Extract]:
    """The extracts in some files; raises `UnknownError` if any of them is not recognised."""
    found: list[Extract] = []
    unknown: list[tuple[str, str, Sequence[str]]] = []
    for path in paths:
        try:
            found += _extracts(path, names)
        except UnknownError as error:
            unknown.append((error.place.file, error.place.sheet, _headers(path)))
        except OSError as error:
            raise InputError(Place(str(path)), f"cannot be read: {error.strerror}") from None
    if unknown:
        raise UnknownError(unknown)
    return found


def _extracts(path: Path, names: OwnNames) -> list[Extract]:
    named = names.named(path.name)
    if named and named.kind == IGNORE:
        return []
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise InputError(Place(path.name), "the file is empty")
    if start.startswith(_BOOKS):
        return list(_of_book(path, names))
    with open_text(path) as text:
        try:
            begin = text.read(4000).lstrip("\ufeff \t\r\n")
        except BROKEN:
            raise cut_off(path) from None
    if begin.startswith("<") and "<log" in begin:
        return [Extract(path, XES, named=named)]
    if begin.startswith(_X12) and _looks_like_x12(begin):
        return [Extract(path, CLAIMS, named=named)]
    return [_of_text(path, named)]


def _looks_like_x12(begin: str) -> bool:
    """Whether a text begins with a segment: its name, then a sign that separates elements."""
    name = next(name for name in _X12 if begin.startswith(name))
    after = begin[len(name) : len(name) + 1]
    return bool(after) and not after.isalnum() and after not in ", ;\t_\"'" and after.isprintable()


def _of_text(path: Path, named: Named | None) -> Extract:
    """A delimited text; event logs, which are long, are not read here."""
    top: list[Row] = [[c.strip() or None for c in row] for row in islice(text_rows(path), 60)]
    header, found = _found(Sheet(path.name, "", top), named)
    if found.kind == columns.EVENTS:
        return Extract(path, found.kind, None, header, found, named)
    return Extract(path, found.kind, read_text_table(path), header, found, named)


def _of_book(path: Path, names: OwnNames) -> Iterator[Extract]:
    """The sheets of a workbook that are recognised; one of them at least must be."""
    any_found = False
    first: Sheet | None = None
    for sheet in read_workbook(path):
        named = names.named(path.name, sheet.name)
        if (named and named.kind == IGNORE) or len(sheet.rows) < 2:
            any_found = any_found or bool(named)
            continue
        try:
            header, found = _found(sheet, named)
        except UnknownError:
            first = first or sheet
            continue
        any_found = True
        if _filled(sheet, header, found):
            yield Extract(path, found.kind, sheet, header, found, named)
    if not any_found:
        raise UnknownError([(path.name, first.name if first else "", [])])


def _filled(sheet: Sheet, header: int, found: columns.Recognised) -> bool:
    """Whether anything stands below a header; rows marked as examples are emptied on the way."""
    filled = False
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        first = next((cell for cell in row if cell is not None), None)
        if isinstance(first, str) and first.upper().startswith(EXAMPLE):
            sheet.rows[index] = []
        elif found.kind == columns.HOSPITAL:
            place = found.at["value"]
            filled = filled or (place < len(row) and row[place] is not None)
        else:
            filled = filled or first is not None
    return filled


def _found(sheet: Sheet, named: Named | None) -> tuple[int, columns.Recognised]:
    """The header of a sheet and what it is of."""
    header, found = columns.find_header(sheet)
    if named:
        return _as_named(sheet, named)
    if found is None:
        raise UnknownError([(sheet.file, sheet.name, [])])
    return header, found


def _as_named(sheet: Sheet, named: Named) -> tuple[int, columns.Recognised]:
    """The header that has the columns which the user named."""
    best = -1, columns.Recognised(named.kind, {}, {})
    for index, row in enumerate(sheet.rows[:TITLE_ROWS]):
        found = columns.match(named.kind, row, named.columns)
        if len(found.at) > len(best[1].at):
            best = index, found
    missing = [own for column, own in named.columns.items() if column not in best[1].at]
    if missing or best[0] < 0:
        told = f"no row has the column {missing[0]!r}" if missing else "no row names its columns"
        raise InputError(sheet.place(), f"{told}, which --map says is there")
    return best


def _headers(path: Path) -> list[str]:
    """The names of the columns of a table that was not recognised, if a row looks like names."""
    try:
        with path.open("rb") as file:
            book = file.read(8).startswith(_BOOKS)
        rows: list[Row] = (
            next((s.rows for s in read_workbook(path) if s.rows), [])
            if book
            else [[c.strip() or None for c in r] for r in islice(text_rows(path), TITLE_ROWS)]
        )
    except (InputError, OSError):
        return []
    # A row of texts is a header only above data of another form: else it may be somebody's name.
    for row, below in pairwise(rows):
        if looks_like_header(row) and not looks_like_header(below):
            return [str(cell) for cell in row if cell is not None]
    return []


def sha256(path: Path) -> str:
    """The digest of a file, by which a reader knows which extract was used."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
