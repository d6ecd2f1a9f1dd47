"""`denialloop breakeven`: what it finds, writes and refuses; the simulation is a stand-in."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.record.record import Outcome
from sim.scenario.load import shipped_configs
from sim.scenario.schema import Scenario
from sim.study import replicate

CONFIGS = shipped_configs()
PAIR = [str(CONFIGS / "generalist.yaml"), str(CONFIGS / "specialized.yaml")]
PRICE = "vendors.specialized.price.usd_per_hour"


def fake(scenario: Scenario, replication: int) -> Outcome:
    """Net value falls with the price of the first vendor; they meet at 60 dollars an hour."""
    [vendor] = scenario.vendors
    price = vendor.price.usd_per_hour
    assert isinstance(price, float | int)
    value = 1000.0 - (price if vendor.name == "specialized" else 60.0) + replication % 3
    noise = replication % 2 if vendor.name == "specialized" else 0.5
    return Outcome({"money.net_value_usd": value + noise}, {"monthly": {"x": [1]}})


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    run_study = partial(replicate.run_study, simulate=fake)
    monkeypatch.setattr(replicate, "run_study", run_study)


def breakeven(*words: str) -> int:
    return main(["breakeven", *PAIR, *words, "--replications", "6", "--workers", "1", "--quiet"])


def test_it_finds_writes_and_says_the_price(capsys: pytest.CaptureFixture[str]) -> None:
    assert breakeven("--vary", f"{PRICE}=30:90") == FINE
    said = capsys.readouterr().out
    assert "break even in net value at a price of $ 60.00 an hour (95 % interval $ 59." in said
    folder = Path("results/generalist_vs_specialized_breakeven")
    [row] = csv.DictReader((folder / "breakeven.csv").read_text().splitlines())
    assert row["path"] == PRICE
    assert float(row["root"]) == pytest.approx(60.0, abs=1e-6)
    assert float(row["ci_low"]) < 60.0 < float(row["ci_high"])
    tried = list(csv.DictReader((folder / "differences.csv").read_text().splitlines()))
    assert [float(r["value"]) for r in tried] == [30.0, 60.0, 90.0]
    assert {"breakeven.svg", "breakeven.png", "breakeven.csv"} == {
        p.name for p in (folder / "charts").iterdir()
    }
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [s["name"] for s in manifest["scenarios"]] == [
        "generalist", "specialized at 30", "specialized at 60", "specialized at 90",
    ]  # fmt: skip


def test_a_second_start_writes_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path("results/generalist_vs_specialized_breakeven")
    found = []
    for _ in range(2):
        assert breakeven("--vary", f"{PRICE}=30:90") == FINE
        found.append({p.name: p.read_bytes() for p in folder.glob("*.[cj]*")})
    assert found[0] == found[1]


def test_without_a_change_of_sign_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert breakeven("--vary", f"{PRICE}=30:40") == FINE
    said = capsys.readouterr().out
    assert "do not change places in net value: the difference is $ 30" in said
    assert "at $ 40.00 an hour" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vary", f"{PRICE}=30"], "must be path=low:high"),
        (["--vary", f"{PRICE}=90:30"], "from the smaller to the larger"),
        (["--vary", "vendors.nobody.conformance=0:1"], "nobody"),
        (["--vary", f"{PRICE}=-1:50"], "at least 0"),
        (["--vary", f"{PRICE}=30:90", "--kpi", "money.net_valu"], 'did you mean "money.net_value'),
    ],
)
def test_bad_input_is_one_clear_error(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert breakeven(*words) == BAD_INPUT
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert not Path("results").exists()
