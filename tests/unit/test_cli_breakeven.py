"""`denialloop breakeven`: what it finds, writes and refuses; the simulation is a stand-in."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.record.record import Outcome
from sim.scenario.load import shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from sim.study import replicate
from sim.study.breakeven import Map
from sim.study.statistics import Interval

CONFIGS = shipped_configs()
PAIR = [str(shipped_file("generalist.yaml")), str(shipped_file("specialized.yaml"))]
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
    assert "break even in net value at a price of $60 an hour (95 % interval $59." in said
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
        "generalist",
        "specialized at 30",
        "specialized at 60",
        "specialized at 90",
    ]


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
    assert "do not change places in net value: the difference is +$30" in said
    assert "at $40 an hour" in said


TURNOVER = "vendors.specialized.turnover.annual_rate"
MAP = ("--vary", f"{PRICE}=30:90", "--vary", f"{TURNOVER}=0.1:0.5")


def test_two_fields_make_a_map(capsys: pytest.CaptureFixture[str]) -> None:
    """Only the price matters: 30 ahead, 60 even (the interval of ± 0.5 holds zero), 90 behind."""
    assert breakeven(*MAP, "--grid", "3x2") == FINE
    said = capsys.readouterr().out
    assert "ahead of generalist in net value at 2 of 6 points, behind at 2; no clear" in said
    assert "break even at a price of $60 an hour where turnover is 10 % a year" in said
    folder = Path("results/generalist_vs_specialized_map")
    rows = list(csv.DictReader((folder / "map.csv").read_text().splitlines()))
    assert [(float(r[PRICE]), float(r[TURNOVER])) for r in rows] == [
        (30, 0.1),
        (60, 0.1),
        (90, 0.1),
        (30, 0.5),
        (60, 0.5),
        (90, 0.5),
    ]
    assert [r["ahead"] for r in rows] == ["specialized", "", "generalist"] * 2
    assert [float(r["difference"]) for r in rows[:3]] == pytest.approx([30, 0, -30])
    assert {p.name for p in (folder / "charts").iterdir()} == {"map.svg", "map.png", "map.csv"}
    names = [s["name"] for s in json.loads((folder / "manifest.json").read_text())["scenarios"]]
    assert names[:3] == ["generalist", "specialized at 30, 0.1", "specialized at 60, 0.1"]
    assert len(names) == 7  # the generalist, who has neither field, once


def test_a_map_has_whole_numbers_where_the_field_does(capsys: pytest.CaptureFixture[str]) -> None:
    size = "vendors.specialized.hiring.class_size"
    assert breakeven("--vary", f"{PRICE}=30:40", "--vary", f"{size}=10:12", "--grid", "2x4") == FINE
    assert "specialized is clearly ahead of generalist in net value at all 6 points" in (
        capsys.readouterr().out.lower()
    )


def test_a_map_without_any_difference_names_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("breakeven", *PAIR, *MAP, "--grid", "2x2", "--workers", "1", "--replications", "1")
    assert main([*words, "--quiet"]) == FINE
    said = capsys.readouterr().out
    assert "do not clearly differ in net value at any of 4 points. (" in said


def test_of_what_should_be_low_the_lower_is_ahead() -> None:
    clear, unclear = Interval(5, -2.0, 1.0, -3.0, -1.0), Interval(5, 0.5, 1.0, -1.0, 2.0)
    low = Map((0.0, 1.0), (0.0,), ((clear, unclear),), -1)
    assert [low.winner(0, c) for c in (0, 1)] == [1, 0]
    assert (low.count(1), low.count(-1), low.count(0)) == (1, 0, 1)
    assert low.root(0).root == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*MAP, "--vary", "hospital.scale=0.1:0.2"], "vary one field, or two for a map"),
        (["--vary", f"{PRICE}=30:90", "--grid", "3x3"], "--grid goes with two fields"),
        ([*MAP, "--grid", "1x5"], "not a grid from 2x2 to 25x25"),
        ([*MAP[:2], *MAP[:2]], "two different fields"),
        ([*MAP[:2], "--vary", "vendors.nobody.conformance=0:1"], "nobody"),
        ([*MAP[:2], "--vary", f"{TURNOVER}=-1:1"], "at least 0"),
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
