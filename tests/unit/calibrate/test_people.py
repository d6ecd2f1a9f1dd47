"""Tables of people: nine layouts of one table, what is refused, and what never comes out."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from sim.calibrate.convention import at_usual_occupancy
from sim.calibrate.read.columns import PEOPLE
from sim.calibrate.read.mapping import OwnNames
from sim.calibrate.read.persons import Persons, read_persons
from sim.calibrate.sources import recognise
from sim.cli import BAD_INPUT, FINE, main
from sim.scenario.load import load, shipped_file
from tests.extracts import AS_OF, NAMES, calibrated, people_rows, staff, us, write_csv

SPELLS = staff(30, seed=3)
Written = Callable[[date | None], str]


def read(path: Path, order: str = "") -> Persons:
    [extract] = recognise([path], OwnNames())
    assert extract.kind == PEOPLE
    assert extract.sheet is not None
    assert extract.found is not None
    return read_persons(extract.sheet, extract.header, extract.found, AS_OF, order)


def form(text: str) -> Written:
    return lambda day: day.strftime(text) if day else ""


def serial(day: date | None) -> str:
    return str((day - date(1899, 12, 30)).days) if day else ""


def book(path: Path, *, second: bool, titles: int) -> Path:
    """A workbook with real dates, titles above the header, and the table on its last sheet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    if second:
        sheet.append(["Notes"])
        sheet.append(["Made by the personnel system"])
        sheet = workbook.create_sheet("Data")
    for _ in range(titles):
        sheet.append(["Headcount report"])
    rows = people_rows(SPELLS)
    sheet.append(rows[0])
    for row, (hired, left) in zip(rows[1:], SPELLS, strict=True):
        days = [datetime(d.year, d.month, d.day) if d else None for d in (hired, left)]
        sheet.append([*row[:3], *days, row[5]])
    workbook.save(path)
    return path


def layouts(folder: Path) -> dict[str, Path]:
    """The same people in nine layouts."""
    rows = people_rows(SPELLS)
    titled = [["Headcount report", "", "", "", "", ""], [], *rows]
    made = {
        "month first": write_csv(folder / "a.csv", rows),
        "day first": write_csv(folder / "b.csv", people_rows(SPELLS, form("%d/%m/%Y"))),
        "two-digit years": write_csv(folder / "c.csv", people_rows(SPELLS, form("%m/%d/%y"))),
        "names of months": write_csv(folder / "d.csv", people_rows(SPELLS, form("%d-%b-%Y"))),
        "serial dates": write_csv(folder / "e.csv", people_rows(SPELLS, serial)),
        "UTF-16 and tabs": write_csv(folder / "f.txt", rows, encoding="utf-16", delimiter="\t"),
        "semicolons": write_csv(
            folder / "g.csv", people_rows(SPELLS, form("%d.%m.%Y")), delimiter=";"
        ),
        "titles": write_csv(folder / "h.csv", titled),
        "second sheet": book(folder / "i.xlsx", second=True, titles=2),
    }
    assert len(made) == 9
    return made


def test_nine_layouts_of_one_table_give_the_same_people(tmp_path: Path) -> None:
    hired = [h.toordinal() for h, _ in SPELLS]
    left = [0 if x is None else x.toordinal() for _, x in SPELLS]
    for name, path in layouts(tmp_path).items():
        persons = read(path)
        assert persons.hired is not None
        assert persons.left is not None
        assert persons.hired.tolist() == hired, name
        assert persons.left.tolist() == left, name
        assert persons.certification == ["CPC" if i % 4 == 0 else "" for i in range(len(hired))]


def test_a_calibration_writes_five_files_that_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(staff()))
    assert calibrated(tmp_path, path) == FINE
    out = tmp_path / "out"
    assert {p.name for p in out.iterdir()} == {
        "calibrated.yaml",
        "calibration.csv",
        "evidence.json",
        "ensemble.csv",
        "fit.html",
    }
    scenario = load(out / "calibrated.yaml").scenario
    told = json.loads((out / "evidence.json").read_text())
    rate = told["fields"]["vendors.generalist.turnover.annual_rate"]
    assert scenario.vendors[0].turnover.annual_rate == rate["value"]
    assert rate["low"] < 0.4 < rate["high"]
    assert told["files"][0]["used"] == len(staff())
    assert "turnover.annual_rate" in capsys.readouterr().out
    own = tmp_path / "own.yaml"
    own.write_text(
        "extends: [article/specialized.yaml, article/generalist.yaml, out/calibrated.yaml]\n"
    )
    vendors = {v.name: v for v in load(own).scenario.vendors}
    assert vendors["generalist"].turnover.annual_rate == rate["value"]

    assert main(["show", str(own)]) == FINE
    assert "calibrated from staff.csv, n = " in capsys.readouterr().out

    rows = list(csv.DictReader((out / "ensemble.csv").read_text().splitlines()))
    assert len(rows) == 200
    for row in rows[:20]:
        load(out / "calibrated.yaml", [f"{path}={value}" for path, value in row.items()])


def test_no_name_or_identifier_is_in_any_byte_written(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(staff()))
    assert calibrated(tmp_path, path) == FINE
    written = b"".join(p.read_bytes() for p in (tmp_path / "out").iterdir())
    for word in (*NAMES, "1961", "KX-0", "Last Name", "Birth"):
        assert word.encode() not in written


def test_a_second_calibration_replaces_the_first(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(staff()))
    assert calibrated(tmp_path, path) == FINE
    first = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert calibrated(tmp_path, path) == FINE
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == first
    (tmp_path / "out" / "mine.txt").write_text("do not touch")
    assert calibrated(tmp_path, path) == BAD_INPUT


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (lambda: people_rows([(h, x) for h, x in staff() if x]), "only leavers"),
        (lambda: people_rows([(h, x) for h, x in staff() if not x]), "only present staff"),
        (lambda: [[r[0], r[4], r[5]] for r in people_rows(staff())], "needs hire dates"),
    ],
    ids=["leavers only", "present staff only", "no hire dates"],
)
def test_turnover_is_refused_of_half_a_table(
    rows: Callable[[], list[list[str]]],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert calibrated(tmp_path, write_csv(tmp_path / "staff.csv", rows())) == FINE
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    rate = told["vendors.generalist.turnover.annual_rate"]
    assert (rate["status"], rate["value"]) == ("refused", None)
    assert said in rate["reason"]
    assert said in capsys.readouterr().out
    assert "turnover" not in (tmp_path / "out" / "calibrated.yaml").read_text()


def test_fictional_staff_without_hire_dates_are_refused(shared_data: Path, tmp_path: Path) -> None:
    assert calibrated(tmp_path, shared_data / "hr" / "ibm_hr_attrition_FICTIONAL.csv") == FINE
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    assert "hire dates" in told["vendors.generalist.turnover.annual_rate"]["reason"]


def complaint(folder: Path, capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """The one line that a calibration ends with, having written nothing."""
    assert calibrated(folder, *words) == BAD_INPUT
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert "Traceback" not in said
    assert not (folder / "out").exists()
    assert not [name for name in NAMES if name in said]
    return said


def test_ambiguous_dates_are_refused_until_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    early = [(h.replace(day=3), x and x.replace(day=4)) for h, x in staff()]
    early = [(h, x) for h, x in early if x is None or x >= h]
    path = write_csv(tmp_path / "staff.csv", people_rows(early))
    assert "tells the day from the month" in complaint(tmp_path, capsys, path)
    names = tmp_path / "columns.yaml"
    names.write_text(
        "files:\n  - {file: staff.csv, kind: people, dates: month_first}\n", encoding="utf-8"
    )
    assert calibrated(tmp_path, path, "--map", names) == FINE


def test_two_orders_in_one_file_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = people_rows(SPELLS)
    rows[5][3] = "25/12/2024"
    path = write_csv(tmp_path / "staff.csv", rows)
    assert "two orders" in complaint(tmp_path, capsys, path)


def test_what_is_no_date_is_named_by_its_place_and_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = people_rows(SPELLS)
    rows[5][3] = "Zhao left"
    said = complaint(tmp_path, capsys, write_csv(tmp_path / "staff.csv", rows))
    assert "staff.csv, row 6, column Hire Date: text of the form 'Aaaa aaaa' is not a date" in said


def test_own_names_of_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = people_rows(staff())
    rows[0] = ["Nr", "Nachname", "Geburt", "Eintritt", "Austritt", "Abschluss"]
    path = write_csv(tmp_path / "staff.csv", rows)
    said = complaint(tmp_path, capsys, path)
    draft = tmp_path / "out.columns.yaml"
    assert str(draft) in said
    text = draft.read_text(encoding="utf-8")
    assert '# its columns: "Eintritt"' in text
    filled = text.replace("kind: ignore", "kind: people").replace(
        "columns: {}", "columns: {person: Nr, hired: Eintritt, left: Austritt}"
    )
    draft.write_text(filled, encoding="utf-8")
    assert calibrated(tmp_path, path, "--map", draft) == FINE
    draft.write_text(filled.replace("hired: Eintritt", "hird: Eintritt"), encoding="utf-8")
    assert calibrated(tmp_path, path, "--map", draft) == BAD_INPUT
    assert "allowed: person, hired, left" in capsys.readouterr().err
    draft.write_text(filled.replace("Eintritt", "Entritt"), encoding="utf-8")
    assert calibrated(tmp_path, path, "--map", draft) == BAD_INPUT
    assert "no row has the column 'Entritt'" in capsys.readouterr().err


def test_a_table_without_a_header_gives_no_names_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(SPELLS)[1:])
    complaint(tmp_path, capsys, path)
    text = (tmp_path / "out.columns.yaml").read_text(encoding="utf-8")
    assert not [name for name in (*NAMES, "KX-") if name in text]


def test_unknown_certifications_are_refused_until_told(tmp_path: Path) -> None:
    rows = people_rows(staff())
    for row in rows[1:]:
        row[5] = row[5] and "Certified coder"
    path = write_csv(tmp_path / "staff.csv", rows)
    assert calibrated(tmp_path, path) == FINE
    field = "vendors.generalist.certification_mix"
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"][field]
    assert told["status"] == "refused"
    names = tmp_path / "columns.yaml"
    names.write_text("words: {certification: {Certified coder: CPC}}\n")
    assert calibrated(tmp_path, path, "--map", names) == FINE
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"][field]
    assert told["value"]["CPC"] == pytest.approx(0.25, abs=0.1)
    assert sum(told["value"].values()) == pytest.approx(1, abs=1e-9)


def test_few_leavers_lean_on_the_scenario(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(staff(12, days=200, seed=5)))
    assert calibrated(tmp_path, path, "--since", "2024-12-12") == FINE
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    rate = told["vendors.generalist.turnover.annual_rate"]
    assert 0 < rate["n"] < 10
    assert "gamma prior" in rate["method"]
    assert told["vendors.generalist.turnover.shape"]["status"] == "refused"


def test_which_vendor_must_be_said_where_there_are_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "staff.csv", people_rows(SPELLS))
    assert calibrated(tmp_path, path, base="hybrid.yaml") == BAD_INPUT
    assert "several vendors" in capsys.readouterr().err
    assert calibrated(tmp_path, path, "--vendor", "generalst") == BAD_INPUT
    assert 'did you mean "generalist"?' in capsys.readouterr().err


def test_rows_that_contradict_themselves_are_dropped_and_counted(tmp_path: Path) -> None:
    rows = people_rows(staff())
    rows[1][3], rows[1][4] = us(date(2025, 3, 20)), us(date(2025, 1, 31))
    rows[2][3] = ""
    assert calibrated(tmp_path, write_csv(tmp_path / "staff.csv", rows)) == FINE
    [file] = json.loads((tmp_path / "out" / "evidence.json").read_text())["files"]
    assert file["dropped"] == {"left before they were hired": 1, "without a hire date": 1}


def test_what_was_observed_is_written_for_the_usual_occupancy() -> None:
    """Otherwise a vendor who plans for more than the default's 85 % would lose more than it did."""
    vendor = load(shipped_file("typical_generalist.yaml")).scenario.vendors[0]
    fit = at_usual_occupancy(vendor, "staff.csv", 40, 3)
    assert fit.path == "vendors.typical_generalist.turnover.reference_occupancy"
    assert (fit.value, fit.low, fit.high, list(fit.draws)) == (0.895, 0.895, 0.895, [0.895] * 3)
