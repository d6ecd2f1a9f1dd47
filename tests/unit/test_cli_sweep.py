"""`denialloop sweep`: what it writes and prints, and that it goes on where it stopped."""

import json
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.scenario.load import shipped_file

GENERALIST = str(shipped_file("generalist.yaml"))
RATE = "vendors.generalist.turnover.annual_rate"
TINY = [
    *("--scale", "0.01", "--replications", "2", "--workers", "1", "--set", "horizon_days=150"),
    *("--set", "kpi_from_days=30", "--set", "kpi_until_days=60"),
]


def sweep(*words: str) -> int:
    return main(["sweep", GENERALIST, *words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sweep") / "out"
    assert sweep("--vary", f"{RATE}=0.1,0.8", *TINY, "--out", str(made), "--quiet") == FINE
    return made


def test_it_writes_tables_a_manifest_and_a_chart(folder: Path) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    charts = {f"charts/sweep.{suffix}" for suffix in ("svg", "png", "csv")}
    tables = {"sweep.csv", "kpis.csv", "summary.csv", "manifest.json", "ledger.sqlite"}
    reports = {"report.html", "workbook.xlsx", "deck.pptx"}
    assert found == charts | tables | reports | {"answer.json", "scenarios.json"}
    head, *rows = (folder / "sweep.csv").read_text("utf-8").splitlines()
    assert head == (
        f"point,{RATE},overloaded,kpi,unit,n,mean,sd,ci_low,ci_high,"
        "difference,difference_ci_low,difference_ci_high"
    )
    assert {row.partition(",kpi")[0].split(",")[1] for row in rows} == {"0.1", "0.8"}
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["command"][:3] == ["denialloop", "sweep", "generalist.yaml"]
    assert [s["name"] for s in manifest["scenarios"]] == ["point 1", "point 2"]


def test_a_second_start_runs_only_what_is_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "sweep.csv").read_bytes()
    more = ("--resume", "--kpi", "quality.coding_accuracy", "--kpi", "people.turnover")
    assert sweep("--vary", f"{RATE}=0.1,0.8", *TINY, "--out", str(folder), *more) == FINE
    out, err = capsys.readouterr()
    assert "4 of 4 replications" in err
    assert (folder / "sweep.csv").read_bytes() == before
    *_, found, where = out.splitlines()
    assert found.startswith("Turnover annual rate from 10 % to 80 % a year: ")
    assert found.endswith("(2 replications, as asked; 4 runs were there before)")
    assert "coding accuracy" in found
    assert where == f"Everything is in {folder}"
    assert "80 % a year" in out
    assert "At scale 0.01 waits are those of small teams" in " ".join(out.split())


def test_json_holds_the_points(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep("--vary", f"{RATE}=0.1,0.8", *TINY, "--out", str(folder), "--json") == FINE
    said = json.loads(capsys.readouterr().out)
    assert said["points"] == [{RATE: 0.1}, {RATE: 0.8}]
    assert said["scenarios"] == ["point 1", "point 2"]
    assert {row["scenario"] for row in said["comparison"]} == {"point 2"}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--vary", f"{RATE}=0.1,x"], f"--vary {RATE}=0.1,x: {RATE}: should be a valid number"),
        (["--vary", f"{RATE}=0.1:0.8"], "a range without a step is for sampling"),
        ([], "say what to vary, with --vary or with --design"),
        (["--vary", "a=1,2", "--design", "d.csv"], "say what to vary"),
        (["--design", "d.csv", "--sample", "9"], "--sample goes with --vary"),
        (["--design", "none.csv"], "none.csv: cannot be read: No such file"),
        (["--vary", "a=1,2", "--kpi", "money.leekage"], 'did you mean "money.leakage"?'),
        (["--vary", "a=1,2", "--sample", "1"], "'1' is not a whole number from 2 to 10000"),
        (["--vary", "seed=1,2"], "seeds differ"),
    ],
)
def test_bad_input_is_explained_and_writes_nothing(
    words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "out"
    assert sweep(*words, "--out", str(made)) == BAD_INPUT
    assert complaint in capsys.readouterr().err
    assert not made.exists()
