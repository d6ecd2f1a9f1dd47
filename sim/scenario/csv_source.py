"""The rows of a user's own CSV file, read strictly: what every such file has in common."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 20_000_000


def read_rows(path: Path, error: type[ValueError]) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped cells of each row that has any, the header's first.

    Raises `error`, naming the file, for one that is missing, too large or not text.
    """
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "no regular file"
            raise error(f"{path}: is {kind}, not a CSV file")
        if path.stat().st_size > MAX_BYTES:
            raise error(f"{path}: larger than the {MAX_BYTES // 1_000_000} MB allowed")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as failed:
        raise error(f"{path}: cannot be read: {failed.strerror}") from failed
    except UnicodeDecodeError as failed:
        raise error(f"{path}: not a UTF-8 text file") from failed
    if "\0" in text:
        raise error(f"{path}: not a text file")
    reader = csv.reader(text.splitlines())
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if row or reader.line_num == 1:
                yield reader.line_num, row
    except csv.Error as failed:
        raise error(f"{path}:{reader.line_num}: {failed}") from failed
