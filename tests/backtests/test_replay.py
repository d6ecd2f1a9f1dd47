"""A user's own arrivals: read strictly, and replayed to the last claim (BPI Challenge 2017)."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.model.simulation import run
from sim.scenario.csv_source import MAX_BYTES
from sim.scenario.daily_counts import CountsError, read_daily_counts
from sim.scenario.load import ScenarioError
from tests.scenarios import PAYERS, scenario, staffed

HEADER = "date,setting,payer,count"


# --- the real log ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cases_by_day(shared_data: Path) -> Counter[date]:
    """Cases of the log by the day of their first activity."""
    first: dict[str, str] = {}
    log = shared_data / "eventlogs_4tu_noncommercial" / "bpic2017_w.csv.gz"
    if not log.is_file():
        pytest.skip(f"no {log}")
    with gzip.open(log, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            case, start = row["case_id"], row["start_time"]
            if case not in first or start < first[case]:
                first[case] = start
    return Counter(date.fromisoformat(start[:10]) for start in first.values())


def test_a_real_logs_days_are_reproduced_exactly(
    cases_by_day: Counter[date], tmp_path: Path
) -> None:
    """Every case becomes a claim of its day: same counts by day, setting and payer.

    So the variance between days is the log's own, which no Poisson stream has.
    """
    start, end = min(cases_by_day), max(cases_by_day)
    days = (end - start).days + 1
    assert sum(cases_by_day.values()) > 30_000
    expected: Counter[tuple[int, int, str]] = Counter()
    lines = [HEADER]
    for day in range(days):
        on = start + timedelta(day)
        # Payers by turns, a tenth inpatient: any split will do, as long as it is that of the file.
        for n in range(cases_by_day[on]):
            expected[day, int(n % 10 != 0), PAYERS[n % len(PAYERS)]] += 1
        lines += [
            f"{on},{setting},{payer},{expected[day, int(setting == 'outpatient'), payer]}"
            for setting in ("inpatient", "outpatient")
            for payer in PAYERS
        ]
    file = tmp_path / "bpic2017.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    model = scenario(
        "generalist",
        f"hospital.arrivals.file={file}",
        f"start={start}",
        *staffed(2),
        scale=1,
        days=days,
    )
    record = run(model, 0)
    claims = record.claims
    names = [payer.name for payer in model.payers]
    seen = Counter(
        (day, setting, names[payer])
        for day, setting, payer in zip(
            claims["day"].tolist(),
            claims["setting"].tolist(),
            claims["payer"].tolist(),
            strict=True,
        )
    )
    assert seen == +expected
    log = np.array([cases_by_day[start + timedelta(day)] for day in range(days)])
    simulated = np.bincount(claims["day"], minlength=days)
    np.testing.assert_array_equal(simulated, log)
    weekday = np.array([(start + timedelta(day)).weekday() for day in range(days)])
    dispersion = [simulated[weekday == d].var() / simulated[weekday == d].mean() for d in range(5)]
    assert min(dispersion) > 3.0, "the log's days are far from Poisson"
    coded = record.queues["arrived"]
    ready = [
        n for n, q in zip(coded, record.queues["queue"], strict=True) if q.startswith("coding")
    ]
    assert sum(ready) == int((claims["day"] < days - model.hospital.chart_ready_days).sum())


# --- every bad file -------------------------------------------------------------------------------

ROWS = [
    f"2025-01-{day:02d},{setting},medicare,{day}"
    for day in range(1, 5)
    for setting in ("inpatient", "outpatient")
]


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "counts.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def refusal(file: Path) -> str:
    with pytest.raises(CountsError) as caught:
        read_daily_counts(file, PAYERS)
    text = str(caught.value)
    assert str(file) in text, "the file is named"
    assert "\n" not in text
    return text


def test_a_good_file_is_read_as_written(tmp_path: Path) -> None:
    counts = read_daily_counts(
        written(tmp_path, *ROWS, " 2025-01-02 , outpatient , other , 0 "), PAYERS
    )
    assert counts[date(2025, 1, 3), "inpatient"] == {PAYERS.index("medicare"): 3}
    assert counts[date(2025, 1, 2), "outpatient"] == {
        PAYERS.index("medicare"): 2,
        PAYERS.index("other"): 0,
    }
    assert len(counts) == 8


def test_what_a_spreadsheet_adds_is_no_mistake(tmp_path: Path) -> None:
    """A byte-order mark, carriage returns, quotes, and empty lines at the end."""
    file = tmp_path / "counts.csv"
    text = "\r\n".join(
        [HEADER, *(f'"{row.replace(",", chr(34) + "," + chr(34))}"' for row in ROWS)]
    )
    file.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n\r\n")
    assert read_daily_counts(file, PAYERS) == read_daily_counts(written(tmp_path, *ROWS), PAYERS)


def test_rows_may_come_in_any_order(tmp_path: Path) -> None:
    forward = read_daily_counts(written(tmp_path, *ROWS), PAYERS)
    assert read_daily_counts(written(tmp_path, *reversed(ROWS)), PAYERS) == forward


@pytest.mark.parametrize(
    ("row", "line", "said"),
    [
        ("2025-01-05,inpatient,medicare,-3", 10, ["count", "'-3'", "whole number from 0"]),
        ("2025-01-05,inpatient,medicare,3.5", 10, ["count", "'3.5'"]),
        ("2025-01-05,inpatient,medicare,", 10, ["count", "''"]),
        ("2025-01-05,inpatient,medicare,1e3", 10, ["count"]),
        ("2025-01-05,inpatient,medicare,٣", 10, ["count"]),
        ("2025-01-05,inpatient,medicare,99999999", 10, ["count", "1,000,000"]),
        ("2025-01-05,inpatient,tricare,3", 10, ["unknown payer class 'tricare'", "medicare,"]),
        ("2025-01-05,emergency,medicare,3", 10, ["unknown 'emergency'", "inpatient, outpatient"]),
        ("01/05/2025,inpatient,medicare,3", 10, ["date", "'01/05/2025'", "YYYY-MM-DD"]),
        ("20250105,inpatient,medicare,3", 10, ["date", "'20250105'", "YYYY-MM-DD"]),
        ("2025-1-5,inpatient,medicare,3", 10, ["date", "YYYY-MM-DD"]),
        ("2025-02-30,inpatient,medicare,3", 10, ["date"]),
        ("2025-01-05T00:00,inpatient,medicare,3", 10, ["date"]),
        ("2025-01-04,inpatient,medicare,4", 10, ["already"]),
        ("2025-01-05,inpatient,medicare", 10, ["3 cells instead of 4"]),
        ("2025-01-05,inpatient,medicare,3,x", 10, ["5 cells instead of 4"]),
    ],
)
def test_a_bad_row_is_refused_with_its_line(
    tmp_path: Path, row: str, line: int, said: list[str]
) -> None:
    text = refusal(written(tmp_path, *ROWS, row))
    assert f"counts.csv:{line}: " in text
    for words in said:
        assert words in text


def test_a_gap_is_refused_with_the_missing_day(tmp_path: Path) -> None:
    rows = [row for row in ROWS if not row.startswith("2025-01-03")]
    text = refusal(written(tmp_path, *rows))
    assert "gap: no row for 2025-01-03" in text
    assert "2025-01-01 to 2025-01-04" in text


@pytest.mark.parametrize(
    "header", ["date,setting,count,payer", "date;setting;payer;count", "2025-01-01,inpatient,a,1"]
)
def test_a_wrong_header_is_refused(tmp_path: Path, header: str) -> None:
    text = refusal(written(tmp_path, *ROWS, header=header))
    assert f"counts.csv:1: the header must be {HEADER}" in text


def test_what_is_no_csv_at_all_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    for content, said in (
        (b"", "no daily counts"),
        (f"{HEADER}\n".encode(), "no daily counts"),
        (bytes(range(256)), "not a UTF-8 text file"),
        (f"{HEADER}\n2025-01-01,inpatient,medi\0care,1\n".encode(), "not a text file"),
        (f"{HEADER}\n2025-01-01,inpatient,{'x' * 200_000},1\n".encode(), "field larger"),
    ):
        file.write_bytes(content)
        assert said in refusal(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "nowhere.csv")
    assert "is a folder" in refusal(tmp_path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    with file.open("wb") as sparse:
        sparse.truncate(MAX_BYTES + 1)
    assert "larger than the 20 MB allowed" in refusal(file)


def test_a_file_that_ends_before_the_run_is_a_scenario_error(tmp_path: Path) -> None:
    file = written(tmp_path, *ROWS)
    with pytest.raises(ScenarioError) as caught:
        scenario("generalist", f"hospital.arrivals.file={file}", days=120, last=30)
    text = str(caught.value)
    assert "hospital.arrivals.file" in text
    assert "covers 2025-01-01 to 2025-01-04" in text


def test_a_bad_file_is_a_scenario_error(tmp_path: Path) -> None:
    file = written(tmp_path, *ROWS, "2025-01-05,inpatient,tricare,3")
    with pytest.raises(ScenarioError, match="unknown payer class 'tricare'"):
        scenario("generalist", f"hospital.arrivals.file={file}")
