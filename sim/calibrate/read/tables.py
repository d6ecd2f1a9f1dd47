"""CSV and workbooks to tables of cells: encodings, delimiters, title rows, sheets, bombs.

Nothing here knows what a column means; cells are text, numbers, dates or None.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sim.calibrate.problems import InputError, Place

Cell = str | float | int | bool | date | datetime | None
Row = list[Cell]

MAX_BYTES = 2_000_000_000
"""Of a text file unpacked; what is larger is no extract of one hospital."""
MAX_SHEET_BYTES = 600_000_000
"""Of a workbook unpacked, which is held in memory."""
MAX_COLUMNS = 2_000
MAX_ROWS = 5_000_000
MAX_RATIO = 400
"""Unpacked over packed bytes of one member of a workbook; honest sheets stay below 100."""
TITLE_ROWS = 30
"""Rows among which the header is looked for; exports put titles above it."""
BROKEN = (OSError, EOFError, zlib.error)
"""What reading a packed file ends in if it is cut off or spoilt."""
DELIMITERS = ",;\t|"
SAMPLE = 64_000
"""Characters from which the delimiter is told."""


@dataclass
class Sheet:
    """The rows of one sheet or file, the first of them being the row numbered `first_row`."""

    file: str
    name: str
    rows: list[Row] = field(default_factory=list)
    first_row: int = 1

    def place(self, index: int = -1, column: str = "") -> Place:
        """Where the row with this index stands in the file."""
        row = self.first_row + index if index >= 0 else 0
        return Place(self.file, self.name, row, column)


def read_workbook(path: Path) -> list[Sheet]:
    """Every sheet of a workbook; formulas give their stored result, none is worked out."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    place = Place(path.name)
    _refuse_bomb(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = []
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.total_width > MAX_COLUMNS or sheet.total_height > MAX_ROWS:
                    raise InputError(
                        Place(path.name, name),
                        f"{sheet.total_height:,} rows by {sheet.total_width:,} columns",
                        f"at most {MAX_ROWS:,} by {MAX_COLUMNS:,} are read",
                    )
                first = (sheet.start[0] if sheet.start else 0) + 1
                rows = [[_cell(v) for v in row] for row in sheet.to_python(skip_empty_area=True)]
                sheets.append(Sheet(path.name, name, rows, first))
            return sheets
    except PasswordError:
        raise InputError(place, "the workbook is locked", "save it without a password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(
            place, f"not a workbook that can be read ({type(error).__name__})"
        ) from None


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool | int | float | datetime | date):
        return value
    return None  # a time of day or a duration: none of the columns that are read holds one


def _refuse_bomb(path: Path) -> None:
    """Refuse an archive that unpacks to more than a workbook holds."""
    if not zipfile.is_zipfile(path):
        return  # an old .xls, or nothing that can be read: the reader will tell
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise InputError(Place(path.name), "not a workbook: the archive is broken") from None
    total = sum(member.file_size for member in members)
    worst = max((m.file_size / max(m.compress_size, 1) for m in members), default=0.0)
    if total > MAX_SHEET_BYTES or (worst > MAX_RATIO and total > MAX_SHEET_BYTES / 10):
        raise InputError(
            Place(path.name),
            f"unpacks to {total / 1e6:,.0f} MB, which no honest workbook does",
            f"at most {MAX_SHEET_BYTES / 1e6:,.0f} MB are read",
        )


def open_text(path: Path) -> io.TextIOBase:
    """A text file, packed by gzip or not, in whichever of four encodings it is written."""
    raw = _opened(path)
    try:
        start = raw.read(4096)
        raw.seek(0)
        encoding = _encoding(start, path.name)
    except BROKEN:
        raw.close()
        raise cut_off(path) from None
    except InputError:
        raw.close()
        raise
    return io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")


def cut_off(path: Path) -> InputError:
    """What a packed file that cannot be unpacked ends in."""
    return InputError(Place(path.name), "the packed file is cut off or broken")


def _opened(path: Path) -> io.BufferedReader | gzip.GzipFile:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def _encoding(start: bytes, name: str) -> str:
    """UTF-16 and UTF-8 by their marks or their look, else the old Windows code page."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if start[:3] == b"\xef\xbb\xbf":
        return "utf-8-sig"
    zeros = start.count(b"\0")
    if zeros > len(start) / 4:
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    if zeros:
        raise InputError(Place(name), "not a text file, nor a workbook, nor an event log")
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            return "cp1252"
    return "utf-8"


def text_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a delimited text file, one by one; empty ones are given too, as `[]`."""
    size = 0
    with open_text(path) as text:
        try:
            sample = text.read(SAMPLE)
            text.seek(0)
        except BROKEN:
            raise cut_off(path) from None
        reader = csv.reader(text, delimiter=delimiter_of(sample))
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise InputError(Place(path.name, row=reader.line_num), f"{error}") from None
            except BROKEN:
                raise cut_off(path) from None
            if len(row) > MAX_COLUMNS:
                place = Place(path.name, row=reader.line_num)
                raise InputError(
                    place, f"{len(row):,} columns", f"at most {MAX_COLUMNS:,} are read"
                )
            size += sum(map(len, row))
            if size > MAX_BYTES:
                raise InputError(Place(path.name), f"larger than {MAX_BYTES / 1e9:g} GB of text")
            yield row


def delimiter_of(sample: str) -> str:
    """The delimiter that splits most lines of a sample into the same number of cells."""
    lines = [line for line in sample.splitlines()[:60] if line.strip()]
    if len(sample) >= SAMPLE and len(lines) > 1:
        lines = lines[:-1]  # cut in the middle

    def agreement(mark: str) -> tuple[float, int]:
        counts = [_outside_quotes(line, mark) for line in lines]
        usual = max(set(counts), key=lambda c: (counts.count(c) if c else 0, c), default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max(DELIMITERS, key=agreement)


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def read_text_table(path: Path) -> Sheet:
    """A delimited text file as one sheet, held in memory."""
    rows: list[Row] = []
    for row in text_rows(path):
        rows.append([cell.strip() or None for cell in row])
        if len(rows) > MAX_ROWS:
            raise InputError(Place(path.name), f"more than {MAX_ROWS:,} rows")
    return Sheet(path.name, "", rows)


def looks_like_header(row: Sequence[Cell]) -> bool:
    """Whether a row may name columns: two texts or more, none of them twice, no number or date."""
    filled = [cell for cell in row if cell is not None]
    texts = [cell for cell in filled if isinstance(cell, str) and not _is_data(cell)]
    return len(texts) >= 2 and len(texts) == len(filled) == len({str(t).lower() for t in texts})


def _is_data(text: str) -> bool:
    """Whether a text is a number or date rather than a name."""
    digits = sum(char.isdigit() for char in text)
    return digits * 2 > sum(not char.isspace() for char in text)
