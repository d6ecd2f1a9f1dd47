"""Which file is what, and what is said where none of it can be told."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from sim.calibrate import calibration, people
from sim.cli import BAD_INPUT, FAILED, FINE
from tests.extracts import (
    audit_rows,
    calibrated,
    denial_rows,
    people_rows,
    staff,
    work_log,
    write_csv,
)
from tests.unit.calibrate.test_work import HEAD, clock, daily_rows, log_rows


def test_a_folder_is_told_apart_by_content(tmp_path: Path) -> None:
    """Names of files say nothing; a text of another kind is left out on request."""
    folder = tmp_path / "extracts"
    folder.mkdir()
    write_csv(folder / "1.dat", people_rows(staff()))
    write_csv(folder / "2.txt", daily_rows(200))
    write_csv(folder / "3", denial_rows(400))
    write_csv(folder / "4.csv", audit_rows(20))
    (folder / "notes.txt").write_text("call them on Monday\n")
    (folder / ".hidden").write_text("not looked at")
    names = tmp_path / "names.yaml"
    names.write_text("files:\n  - {file: notes.txt, kind: ignore}\n")
    assert calibrated(tmp_path, folder, "--map", names) == FINE
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())
    kinds = {file["file"]: file["kind"] for file in told["files"]}
    assert kinds == {"1.dat": "people", "2.txt": "volumes", "3": "denials", "4.csv": "audits"}
    assert all(len(file["sha256"]) == 64 for file in told["files"])


def test_every_file_that_is_not_recognised_is_in_the_draft(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.csv", "b.csv"):
        write_csv(tmp_path / name, [["Foo", "Bar"], ["1", "2"]])
    assert calibrated(tmp_path, tmp_path / "a.csv", tmp_path / "b.csv") == BAD_INPUT
    assert "a.csv: not recognised (and 1 more)" in capsys.readouterr().err
    draft = (tmp_path / "out.columns.yaml").read_text()
    assert 'file: "a.csv"' in draft
    assert 'file: "b.csv"' in draft
    assert calibrated(tmp_path, tmp_path / "a.csv") == BAD_INPUT
    assert "say with --map" in capsys.readouterr().err, "a draft that is there is kept"


def test_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrated(tmp_path, tmp_path / "nothing.csv") == BAD_INPUT
    assert "there is no such file or folder" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert calibrated(tmp_path, tmp_path / "empty") == BAD_INPUT
    assert "no file in the folder" in capsys.readouterr().err


def test_an_event_log_in_a_workbook(tmp_path: Path) -> None:
    log = work_log(4, veterans=15, newcomers=5, a_day=1)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    for row, start, end in zip(log_rows(log), log.start, log.end, strict=True):
        sheet.append([*row[:3], clock(start), clock(end)])
    book.save(tmp_path / "log.xlsx")
    assert calibrated(tmp_path, tmp_path / "log.xlsx") == FINE
    of_book = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    assert calibrated(tmp_path, write_csv(tmp_path / "log.csv", [HEAD, *log_rows(log)])) == FINE
    of_text = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    values = [{p: f["value"] for p, f in fields.items()} for fields in (of_book, of_text)]
    assert values[0] == values[1]


def test_a_log_without_times_ends_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [HEAD, *([f"C{i}", "Edits", "Zhao", "soon", "later"] for i in range(50))]
    assert calibrated(tmp_path, write_csv(tmp_path / "log.csv", rows)) == BAD_INPUT
    said = capsys.readouterr().err
    assert "50 without a time; the first: row 2, text of the form 'aaaa'" in said
    assert "Zhao" not in said


def test_two_tables_of_a_kind_are_to_be_joined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = write_csv(tmp_path / "one.csv", people_rows(staff(seed=1)))
    two = write_csv(tmp_path / "two.csv", people_rows(staff(seed=2)))
    assert calibrated(tmp_path, one, two) == BAD_INPUT
    said = capsys.readouterr().err
    assert "two.csv: is a table of people" in said
    assert "as one.csv is; join them" in said


def test_a_value_that_no_scenario_may_hold_is_refused(tmp_path: Path) -> None:
    """Everybody who comes leaves within days: more than ten separations a year."""
    fast = staff(70, rate=40.0, shape=1.0)
    path = write_csv(tmp_path / "staff.csv", people_rows(fast))
    assert calibrated(tmp_path, path) == FINE
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    field = told["vendors.generalist.turnover.annual_rate"]
    assert field["status"] == "refused"
    assert "no scenario may hold this" in field["reason"]


def test_a_fault_of_the_program_quotes_no_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("could not convert string to float: 'Zhao'")

    monkeypatch.setattr(calibration.people, "fit_people", broken)
    assert calibration.people is people
    path = write_csv(tmp_path / "staff.csv", people_rows(staff()))
    assert calibrated(tmp_path, path) == FAILED
    said = capsys.readouterr().err
    assert "ValueError at test_sources.py:" in said
    assert "Zhao" not in said
    monkeypatch.setenv("DENIALLOOP_TRACEBACK", "1")
    with pytest.raises(Exception, match="ValueError at") as caught:
        calibrated(tmp_path, path)
    assert caught.value.__suppress_context__


def test_json_for_other_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(staff()))
    assert calibrated(tmp_path, path, "--json") == FINE
    told = json.loads(capsys.readouterr().out)
    assert told["fields"]["vendors.generalist.turnover.shape"]["grade"] == "A"
    assert datetime.fromisoformat(told["as_of"])
