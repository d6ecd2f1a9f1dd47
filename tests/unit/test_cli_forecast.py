"""`forecast` and `score` on the command line, over a small hospital."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, FINE, main
from tests.today import AT_PAYERS, OPEN_WORK, START
from tests.unit.scenario.test_state import csv as written

SMALL = ["--replications", "3", "--workers", "1", "--weeks", "6"]


@pytest.fixture
def today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "work.csv", OPEN_WORK)
    written(tmp_path / "sent.csv", AT_PAYERS)
    (tmp_path / "today.yaml").write_text(
        f"extends: generalist.yaml\nname: today\nstart: {START}\n"
        "hospital: {inpatient: {claims_per_year: 360}, outpatient: {claims_per_year: 6600}}\n"
        f"state: {{as_of: {START}, open_work: work.csv, at_payers: sent.csv}}\n",
        encoding="utf-8",
    )
    return "today.yaml"


def test_a_forecast_is_told_kept_and_scored(today: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", today, *SMALL, "--cleared-by", "2025-03-30"]) == FINE
    said = capsys.readouterr().out
    folder = Path("results/forecast_today")
    tables = said[: said.index("At scale")] if "At scale" in said else said
    assert all(len(line) <= 80 for line in tables.splitlines() if not line.startswith("Today:"))
    assert "prediction" in said
    assert "% by" in said
    assert "30 Mar" in said
    rows = list(csv.DictReader((folder / "forecast.csv").read_text().splitlines()))
    assert {row["period"][:10] for row in rows} == {
        "2025-03-03",
        "2025-03-10",
        "2025-03-17",
        "2025-03-24",
        "2025-03-31",
        "2025-04-07",
    }
    assert (folder / "charts" / "forecast.csv").exists()
    assert (folder / "answer.json").exists()
    lines = "date,quantity,part,value\n2025-03-05,work.backlog,,100\n2025-03-12,work.backlog,,1e9\n"
    Path("observed.csv").write_text(lines)
    assert main(["score", str(folder), "observed.csv"]) == FINE
    assert "naive" in capsys.readouterr().out
    assert main(["score", str(folder), "observed.csv", "--json"]) == FINE
    [score] = json.loads(capsys.readouterr().out)["scores"]
    assert score["n"] == 2
    assert score["coverage"] <= 0.5
    assert (folder / "score.csv").exists()


def test_it_goes_on_where_it_was(today: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", today, *SMALL, "--json"]) == FINE
    first = json.loads(capsys.readouterr().out)
    assert {row["part"] for row in first["cleared"]} >= {"edits", "follow_up"}
    more = ["--replications", "4", "--workers", "1", "--weeks", "6", "--resume", "--quiet"]
    assert main(["forecast", today, *more]) == FINE
    assert "3 runs were there before" in capsys.readouterr().out


def test_a_band_holds_what_is_not_known(today: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Between a third and three times as many charts: far wider than luck has it."""
    Path("draws.csv").write_text("hospital.outpatient.claims_per_year\n2200\n19800\n")
    words = ["forecast", today, "--replications", "4", "--workers", "1", "--weeks", "6", "--json"]
    widths = []
    for more in ([], ["--ensemble", "draws.csv", "--out", "drawn"]):
        assert main([*words, *more]) == FINE
        rows = json.loads(capsys.readouterr().out)["forecast"]
        [last] = [
            row
            for row in rows
            if (row["quantity"], row["part"]) == ("work.backlog", "coding_outpatient")
            and row["period"].startswith("2025-04-07")
        ]
        widths.append(last["p90"] - last["p10"])
    assert widths[1] > 3.0 * widths[0]
    set_too = ["--set", "hospital.outpatient.claims_per_year=5000", "--ensemble", "draws.csv"]
    assert main([*words, *set_too, "--out", "none"]) == BAD_INPUT
    assert "is set on the command line and drawn in draws.csv" in capsys.readouterr().err
    assert not Path("none").exists()


def test_an_empty_office_has_a_forecast_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a state it starts as runs do; a short scenario is made long enough."""
    monkeypatch.chdir(tmp_path)
    Path("short.yaml").write_text(
        "extends: generalist.yaml\nhorizon_days: 30\nkpi_from_days: 0\nkpi_until_days: 0\n"
    )
    words = ["forecast", "short.yaml", *SMALL, "--scale", "0.01", "--below", "5", "--json"]
    assert main(words) == FINE
    told = json.loads(capsys.readouterr().out)
    assert len({row["period"] for row in told["forecast"]}) == 6


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--cleared-by", "2025-05-01"], "lies outside the forecast; allowed: 2025-03-03 to"),
        (["--cleared-by", "May"], "is not a date of the form"),
        (["--weeks", "4"], "a whole number from 5 to 104"),
    ],
)
def test_what_cannot_be_told_is_refused(
    today: str, words: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forecast", today, *SMALL, *words]) == BAD_INPUT
    assert what in capsys.readouterr().err
    assert not Path("results").exists()


def test_a_state_that_contradicts_its_date_writes_nothing(
    today: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written(Path("work.csv"), [{**OPEN_WORK[5], "age_to_days": 200}])
    assert main(["forecast", today, *SMALL]) == BAD_INPUT
    assert "work.csv:2: age_to_days: 200 days unanswered" in capsys.readouterr().err
    assert not Path("results").exists()
