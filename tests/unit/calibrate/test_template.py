"""The planner's workbook: what it offers, and that calibrate reads it back or says which cell."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.scenario.load import load
from tests.extracts import AS_OF, calibrated, staff

SHEETS = ("Hospital", "Volumes", "People", "Classes", "Stock", "Denials", "Contract", "Money")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "planner.xlsx"
    assert main(["template", str(path), "--base", "article/generalist.yaml"]) == FINE
    return path


def fill(path: Path, sheet: str, *rows: list[Any]) -> None:
    """Add rows below what a sheet has."""
    workbook = openpyxl.load_workbook(path)
    for row in rows:
        workbook[sheet].append(row)
    workbook.save(path)


def put(path: Path, sheet: str, field: str, value: Any) -> int:
    """Fill in the value of a field; its row."""
    workbook = openpyxl.load_workbook(path)
    for row in workbook[sheet].iter_rows(min_row=2):
        if row[0].value == field:
            row[1].value = value
            workbook.save(path)
            return int(row[0].row)
    raise AssertionError(field)


def test_every_column_has_a_comment_and_tables_have_an_example(book: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    assert tuple(workbook.sheetnames) == SHEETS
    for sheet in workbook:
        for cell in sheet[1]:
            assert cell.value
            assert cell.comment is not None, f"{sheet.title}: {cell.value}"
        if sheet.title in ("Volumes", "People", "Classes", "Stock", "Denials"):
            assert str(sheet["A2"].value).startswith("EXAMPLE")
            assert all(cell.value is not None for cell in sheet[2])
            assert sheet.data_validations.dataValidation
        else:
            assert all(row[3].value is not None for row in sheet.iter_rows(min_row=2))


def test_its_names_are_those_of_the_base(tmp_path: Path) -> None:
    """Without a base, of the typical bidder."""
    path = tmp_path / "planner.xlsx"
    assert main(["template", str(path)]) == FINE
    fields = [row[0].value for row in openpyxl.load_workbook(path)["Contract"].iter_rows(min_row=2)]
    assert "vendors.typical_generalist.price.usd_per_hour" in fields


def test_left_empty_it_says_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrated(book.parent, book) == BAD_INPUT
    assert "nothing is filled in" in capsys.readouterr().err


def test_filled_in_it_is_read_back(book: Path, tmp_path: Path) -> None:
    people = [
        [
            f"P{i}",
            hired,
            left,
            "CPC" if i % 3 == 0 else "none",
            "billing" if i % 2 else "ar",
            1,
            "x",
        ]
        for i, (hired, left) in enumerate(staff())
    ]
    fill(book, "People", *people)
    months = [(AS_OF.replace(day=1) - timedelta(days=30 * k)).replace(day=1) for k in range(14)]
    fill(
        book,
        "Volumes",
        *[
            [m, s, p, n]
            for m in dict.fromkeys(months)
            for s, n in (("inpatient", 700), ("outpatient", 20_000))
            for p in ("medicare", "other")
        ],
    )
    fill(book, "Classes", [AS_OF.replace(month=9), "billing", 8])
    put(book, "Hospital", "hospital.query_answered_share", 0.8)
    put(book, "Contract", "vendors.generalist.price.usd_per_hour", 27.5)
    put(book, "Money", "certifications.CPC.wage_usd_per_hour", 31)
    assert calibrated(tmp_path, book) == FINE
    scenario = load(tmp_path / "out" / "calibrated.yaml").scenario
    assert scenario.hospital.query_answered_share == 0.8
    assert scenario.vendors[0].price.usd_per_hour == 27.5
    assert {c.name: c.wage_usd_per_hour for c in scenario.certifications}["CPC"] == 31
    assert scenario.hospital.inpatient.claims_per_year == pytest.approx(1400 * 12, rel=0.03)
    shares = {p.name: p.claims_share for p in scenario.payers}
    assert shares["medicare"] == pytest.approx(0.5, abs=0.001)
    present = sum(left is None for _, left in staff())
    heads = [t.headcount for t in scenario.teams if isinstance(t.headcount, dict)]
    assert sum(sum(counts.values()) for counts in heads) == present
    [event] = scenario.timeline
    assert event.kind == "class"
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    assert told["vendors.generalist.turnover.annual_rate"]["low"] < 0.4
    assert "planner.xlsx (Contract)" in told["vendors.generalist.price.usd_per_hour"]["file"]


@pytest.mark.parametrize(
    ("sheet", "field", "value", "said"),
    [
        ("Hospital", "hospital.query_answered_share", 92, "write 0.92 for 92 %"),
        ("Contract", "vendors.generalist.hiring.class_size", 3.5, "should be a valid integer"),
        ("Money", "people.recruiting_usd", "two", "should be a valid number"),
    ],
)
def test_a_wrong_value_is_named_by_sheet_row_and_column(
    sheet: str, field: str, value: Any, said: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = put(book, sheet, field, value)
    assert calibrated(book.parent, book) == BAD_INPUT
    told = capsys.readouterr().err
    assert told.startswith(f"planner.xlsx, sheet {sheet}, row {row}, column Value: {field}: ")
    assert said in told
    assert "got" not in told


def test_a_field_that_is_none_gets_the_nearest_name(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(book, "Hospital", ["hospital.scal", 2])
    assert calibrated(book.parent, book) == BAD_INPUT
    told = capsys.readouterr().err
    assert "column Field" in told
    assert 'did you mean "scale"?' in told


def test_classes_of_unknown_teams(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(book, "Classes", [AS_OF, "biling", 8])
    assert calibrated(book.parent, book) == BAD_INPUT
    assert "sheet Classes, row 3" in capsys.readouterr().err


def test_a_file_that_is_there_is_kept(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = book.read_bytes()
    assert main(["template", str(book)]) == BAD_INPUT
    assert "--force overwrites it" in capsys.readouterr().err
    assert book.read_bytes() == before
    assert main(["template", str(book), "--force"]) == FINE
    assert main(["template", str(book.with_suffix(".csv"))]) == BAD_INPUT


STOCK = (
    ["coding_outpatient", "commercial", 0, 3, 2600, 1_100_000, None, None],
    ["denials_technical", "commercial", 15, 60, 1900, 640_000, None, "REG"],
    ["awaiting reply", "medicare", 0, 20, 9500, 5_200_000, "outpatient", None],
)


def test_a_filled_stock_starts_today(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With people and classes: a scenario with state and roster, and nobody wrote any YAML."""
    people = [[f"P{i}", h, e, "none", "ar", 1, "x"] for i, (h, e) in enumerate(staff())]
    fill(book, "People", *people)
    fill(book, "Stock", *STOCK)
    begun, coming = AS_OF - timedelta(days=5), AS_OF + timedelta(days=30)
    fill(book, "Classes", [begun, "billing", 8], [coming, "ar", 3])
    assert calibrated(tmp_path, book) == FINE
    assert "state.open_work: 2 in calibrated.yaml, n = 3 lines" in capsys.readouterr().out
    scenario = load(tmp_path / "out" / "calibrated.yaml").scenario
    state = scenario.state
    assert state is not None
    assert state.as_of == scenario.start == AS_OF
    assert not isinstance(state.open_work, str)
    [charts, denials] = sorted(state.open_work, key=lambda line: line.queue)
    assert (charts.queue, charts.count, charts.amount_usd) == ("coding_outpatient", 2600, 1.1e6)
    assert (denials.category, denials.age_from_days, denials.age_to_days) == ("REG", 15, 60)
    [sent] = state.at_payers
    assert (sent.awaiting, sent.setting) == ("reply", "outpatient")  # type: ignore[union-attr]
    assert sent.from_date == AS_OF - timedelta(days=20)  # type: ignore[union-attr]
    assert sent.to_date == AS_OF  # type: ignore[union-attr]
    [taught] = state.classes
    assert (taught.team, taught.people, taught.started) == ("billing", 8, begun)
    [event] = scenario.timeline
    assert (event.kind, event.on) == ("class", coming)
    [ar] = (t for t in scenario.teams if t.name == "ar")
    assert isinstance(ar.headcount, dict)
    assert sum(ar.headcount.values()) == sum(left is None for _, left in staff())
    draws = (tmp_path / "out" / "ensemble.csv").read_text().splitlines()[0]
    assert "state" not in draws
    assert "start" not in draws


def test_events_that_are_over_are_left_out(tmp_path: Path, book: Path) -> None:
    base = tmp_path / "base.yaml"
    over, coming = AS_OF - timedelta(days=30), AS_OF + timedelta(days=30)
    base.write_text(
        f"extends: article/generalist.yaml\nstart: {AS_OF - timedelta(days=90)}\ntimeline:\n"
        f"  - {{kind: layoff, on: {over}, team: ar, share: 0.1}}\n"
        f"  - {{kind: layoff, on: {coming}, team: ar, share: 0.2}}\n"
    )
    fill(book, "Stock", *STOCK)
    assert calibrated(tmp_path, book, base=str(base)) == FINE
    scenario = load(tmp_path / "out" / "calibrated.yaml").scenario
    assert [event.on for event in scenario.timeline] == [coming]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ({0: "coding_outpatent"}, "Queue", 'did you mean "coding_outpatient"?'),
        ({1: "comercial"}, "Payer", 'did you mean "commercial"?'),
        ({1: "J Smith"}, "Payer", "unknown name; allowed: medicare"),
        ({2: 9, 3: 4}, "Age to", "is 4, below the least age (9)"),
        ({3: 900}, "Age to", "such claims are lost; allowed: up to"),
        ({4: 2.5}, "Count", "needs a whole number"),
        ({5: -3}, "Amount", "allowed: a number of 0 or more"),
        ({5: 0}, "Amount", "must be a cent or more for each of 2600 claims"),
        ({7: "REG"}, "Category", "only edits, records"),
        ({0: "awaiting reply", 7: "REG"}, "Category", "leave it empty"),
        ({0: "awaiting reply", 6: "both"}, "Setting", "allowed: one of inpatient, outpatient"),
    ],
)
def test_a_wrong_line_of_stock_is_named_by_sheet_row_and_column(
    row: dict[int, Any], column: str, said: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [row.get(i, cell) for i, cell in enumerate(STOCK[0])]
    fill(book, "Stock", STOCK[1], STOCK[2], wrong)
    assert calibrated(book.parent, book) == BAD_INPUT
    told = capsys.readouterr().err
    assert told.startswith(f"planner.xlsx, sheet Stock, row 5, column {column}: ")
    assert said in told
    assert not (book.parent / "out").exists()
