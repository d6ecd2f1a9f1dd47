"""Spoilt extracts end in a reading or in one line, never in a traceback."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest

from sim.cli import BAD_INPUT, FINE
from tests.extracts import calibrated, claim_files, people_rows, staff, write_csv
from tests.fuzz.extracts import read_spoilt_x12, spoilt

SENT, PAID = claim_files(40)


@pytest.mark.parametrize("part", range(4))
def test_spoilt_claim_files_are_read_somehow(part: int) -> None:
    for seed in range(part * 250, part * 250 + 250):
        read_spoilt_x12(SENT if seed % 2 else PAID, seed)


def ends_well(folder: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = calibrated(folder, path)
    said = capsys.readouterr()
    assert code in (FINE, BAD_INPUT), said.err
    assert "Traceback" not in said.err
    assert "fault of the program" not in said.err


def test_spoilt_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(staff(20)))
    text = path.read_text()
    for seed in range(40):
        path.write_text(spoilt(text, random.Random(seed)))
        ends_well(tmp_path, path, capsys)


def test_spoilt_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Workbooks and packed files, of which some bytes are others."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in people_rows(staff(10)):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(stream)
    packed = gzip.compress(SENT.encode())
    rng = random.Random(1)
    for name, content in (("staff.xlsx", stream.getvalue()), ("claims.gz", packed)):
        for _ in range(25):
            data = bytearray(content)
            for _ in range(rng.randint(1, 20)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            (tmp_path / name).write_bytes(bytes(data[: rng.randrange(len(data) // 2, len(data))]))
            ends_well(tmp_path, tmp_path / name, capsys)


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    assert calibrated(tmp_path, path) == BAD_INPUT
    assert "unpacks to 100 MB" in capsys.readouterr().err


def test_too_many_columns_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("a,b\n" + "," * 10_000 + "\n")
    assert calibrated(tmp_path, path) == BAD_INPUT
    assert "10,001 columns; at most 2,000 are read" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"\x1f\x8b", b"PK\x03\x04", b"hello\n"])
def test_what_is_no_extract(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    assert calibrated(tmp_path, tmp_path / "x.csv") == BAD_INPUT
    assert len(capsys.readouterr().err.splitlines()) == 1
