"""Files of a study: exact columns, safe cells, and a manifest without anything personal."""

import csv
import hashlib
import json
import math
from pathlib import Path

import pytest

from sim.study import StudyError
from sim.study.compare import compare
from sim.study.replicate import StudyResult, run_study
from sim.study.store import Ledger
from sim.study.tables import cell, only, scenario_folders, without_folders, write_csv, write_study
from tests.unit.study.toy import Toy, simulate

COMMAND = ["denialloop", "compare", "/home/jo/a b/base.yaml", "--out=/home/jo/results", "--seed=7"]


def study(folder: Path, *toys: Toy) -> StudyResult:
    return run_study(toys, folder, replications=4, workers=1, simulate=simulate)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def compared(tmp_path: Path) -> Path:
    result = study(tmp_path, Toy(name="base"), Toy(name="a/b: more", effect=0.05, fails_at=(1,)))
    write_study(result, tmp_path, command=COMMAND, comparisons=compare(result))
    return tmp_path


def test_a_run_has_the_files_and_columns_promised(tmp_path: Path) -> None:
    write_study(study(tmp_path, Toy()), tmp_path, command=COMMAND)
    headers = {path.name: path.read_text().split("\n")[0] for path in tmp_path.glob("*.csv")}
    assert headers == {
        "kpis.csv": "scenario,replication,kpi,value",
        "summary.csv": "scenario,kpi,unit,n,mean,sd,ci_low,ci_high,scale_free",
        "monthly.csv": "scenario,replication,month,month_start,kpi,value",
        "agents.csv": "scenario,replication,agent,team,left,items",
        "queues.csv": "scenario,replication,week,queue,backlog",
        "results.csv": "quantity,scenario,against,part,period,unit,value,low,high,n",
        "settling.csv": "scenario,series,settled_day,counted_from_day,verdict",
    }


def test_a_comparison_has_a_folder_for_each_scenario(compared: Path) -> None:
    assert {path.name for path in compared.iterdir() if path.is_file()} == {
        "ledger.sqlite",
        "manifest.json",
        "scenarios.json",
        "kpis.csv",
        "summary.csv",
        "comparison.csv",
        "crn.csv",
        "payback.csv",
        "results.csv",
        "settling.csv",
    }
    for folder in ("base", "a_b_more"):
        assert {path.name for path in (compared / folder).iterdir()} == {
            "manifest.json",
            "kpis.csv",
            "summary.csv",
            "monthly.csv",
            "agents.csv",
            "queues.csv",
        }
    assert (compared / "comparison.csv").read_text().split("\n")[0] == (
        "kpi,unit,baseline,scenario,difference,ci_low,ci_high,relative,p_adjusted,verdict"
    )
    assert (compared / "crn.csv").read_text().split("\n")[0] == (
        "kpi,baseline,scenario,pairs,correlation,variance_reduction"
    )


def test_tables_hold_what_was_found(compared: Path) -> None:
    kpis = read(compared / "kpis.csv")
    assert len(kpis) == (4 + 3) * 5
    found = {(row["scenario"], row["replication"], row["kpi"]): row["value"] for row in kpis}
    expected = simulate(Toy(), 2).kpis
    assert float(found["base", "2", "money.leakage"]) == pytest.approx(expected["money.leakage"])
    assert found["base", "2", "money.expected_usd"] == "123456789.12"
    assert found["base", "1", "denials.overturned_rate"] == ""
    summary = {(row["scenario"], row["kpi"]): row for row in read(compared / "summary.csv")}
    assert summary["base", "denials.overturned_rate"]["n"] == "2"
    assert summary["a/b: more", "money.leakage"]["n"] == "3"
    row = read(compared / "comparison.csv")[0]
    assert (row["kpi"], row["baseline"], row["scenario"]) == ("money.leakage", "base", "a/b: more")
    assert float(row["difference"]) == pytest.approx(0.05, rel=0.02)
    monthly = read(compared / "a_b_more" / "monthly.csv")
    assert [row["replication"] for row in monthly] == ["0", "0", "2", "2", "3", "3"]


def test_the_manifest_says_how_it_came_about(compared: Path) -> None:
    manifest = json.loads((compared / "manifest.json").read_text())
    assert manifest["command"] == [
        "denialloop",
        "compare",
        "base.yaml",
        "--out=results",
        "--seed=7",
    ]
    assert manifest["seed"] == 7
    assert manifest["replications"] == 4
    assert [(s["name"], s["replications_done"]) for s in manifest["scenarios"]] == [
        ("base", 4),
        ("a/b: more", 3),
    ]
    assert manifest["failures"] == [
        {"scenario": "a/b: more", "replication": 1, "seed": 7, "error": "ValueError"}
    ]
    assert manifest["stopped_because"] == "4 replications, as asked"
    assert "model as written, not of the world" in manifest["caveat"]
    assert {"denialloop", "python", "numpy", "simpy"} <= set(manifest["versions"])
    for name, digest in manifest["outputs_sha256"].items():
        assert hashlib.sha256((compared / name).read_bytes()).hexdigest() == digest
    alone = json.loads((compared / "a_b_more" / "manifest.json").read_text())
    assert [s["name"] for s in alone["scenarios"]] == ["a/b: more"]
    assert set(alone["outputs_sha256"]) == {
        "kpis.csv",
        "summary.csv",
        "monthly.csv",
        "agents.csv",
        "queues.csv",
    }


def test_no_folder_of_this_machine_is_written(compared: Path) -> None:
    for path in compared.rglob("*.*"):
        if path.suffix in (".csv", ".json"):
            text = path.read_text()
            assert "/home" not in text
            assert str(compared) not in text


def test_text_that_looks_like_a_formula_is_defused(tmp_path: Path) -> None:
    write_study(study(tmp_path, Toy(team="=1+1")), tmp_path, command=COMMAND)
    assert read(tmp_path / "agents.csv")[3]["team"] == "'=1+1"
    assert read(tmp_path / "agents.csv")[3]["items"] == "-3"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (-1.5, "-1.5"),
        (-0.0, "0"),
        (math.nan, ""),
        (math.inf, "inf"),
        (4_987_654_321.99, "4987654321.99"),
        (3, "3"),
        ("2025-01-01", "2025-01-01"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert cell(value) == text


def test_tables_are_utf8_with_lf_and_quoted_where_needed(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ("a", "b"), [("é, ü", 'say "x"'), ("two\nlines", 1)])
    assert (tmp_path / "t.csv").read_bytes() == (
        'a,b\n"é, ü","say ""x"""\n"two\nlines",1\n'.encode()
    )


def test_scenario_folders_are_plain_and_differ() -> None:
    names = ["A b", "a b", "../..", "charts", "Klinik Süd"]
    assert list(scenario_folders(names).values()) == [
        "A_b",
        "a_b_",
        "scenario",
        "charts_",
        "Klinik_Süd",
    ]


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("/home/jo/my files/a.yaml", "a.yaml"),
        ("configs/a.yaml", "a.yaml"),
        ("--out=/tmp/x/", "--out=x/"),
        (r"C:\Users\jo\a.yaml", "a.yaml"),
        ("--set", "--set"),
        ("hospital.scale=0.1", "hospital.scale=0.1"),
    ],
)
def test_words_of_the_command_lose_their_folders(word: str, plain: str) -> None:
    assert without_folders(word) == plain


def test_one_scenario_of_a_study(tmp_path: Path) -> None:
    result = study(tmp_path, Toy(name="base"), Toy(name="more", effect=1, fails_at=(0,)))
    part = only(result, "more")
    assert part.names == ("more",)
    assert list(part.outcomes) == list(part.scenario_hashes) == ["more"]
    assert [failure.scenario for failure in part.failures] == ["more"]
    assert only(result, "base").failures == ()


def test_tables_are_not_written_into_a_running_study(tmp_path: Path) -> None:
    result = study(tmp_path, Toy())
    with Ledger(tmp_path, "code"), pytest.raises(StudyError, match="another study is running"):
        write_study(result, tmp_path, command=COMMAND)
    assert not list(tmp_path.glob("*.csv"))
