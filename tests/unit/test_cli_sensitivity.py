"""`denialloop sensitivity`: what it finds, writes and refuses; the simulation is a stand-in."""

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
from sim.study.sensitivity import of_kind

CONFIGS = shipped_configs()
ONE, OTHER = str(shipped_file("specialized.yaml")), str(shipped_file("generalist.yaml"))
CONFORMANCE = "vendors.specialized.conformance"
TURNOVER = "vendors.specialized.turnover.annual_rate"
CLASS = "vendors.specialized.hiring.class_size"
FOLDER = Path("results/specialized_sensitivity")


def fake(scenario: Scenario, replication: int) -> Outcome:
    """1000 per unit of conformance, −100 of turnover; the generalist has none. Luck is shared."""
    [vendor] = scenario.vendors
    value = 100.0 * (replication % 3)
    if vendor.name == "specialized":
        value += 1000 * vendor.conformance - 100 * vendor.turnover.annual_rate - 500
    return Outcome({"money.net_value_usd": value}, {"monthly": {"x": [1]}})


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    run_study = partial(replicate.run_study, simulate=fake)
    monkeypatch.setattr(replicate, "run_study", run_study)


def sensitivity(*words: str, replications: int = 3) -> int:
    many = ("--replications", str(replications), "--workers", "1", "--quiet")
    return main(["sensitivity", *words, *many])


def rows(folder: Path = FOLDER) -> dict[tuple[str, str], dict[str, str]]:
    table = csv.DictReader((folder / "sensitivity.csv").read_text().splitlines())
    return {(row["path"], row["quantity"]): row for row in table}


FACTORS = ("--factor", f"{CONFORMANCE}=0.2:0.8", "--factor", f"{TURNOVER}=0.1:0.6")


@pytest.mark.usefixtures("stand_in")
def test_a_tornado(capsys: pytest.CaptureFixture[str]) -> None:
    assert sensitivity(ONE, *FACTORS, "--factor", f"{CLASS}=10:30") == FINE
    said = capsys.readouterr().out
    assert (
        "Net value of specialized clearly moves, most of all with specialized conformance from 20 %"
        in said
    )
    found = rows()
    assert float(found[CONFORMANCE, "at_low"]["value"]) == pytest.approx(-500)
    assert float(found[CONFORMANCE, "swing"]["value"]) == pytest.approx(600)
    assert float(found[TURNOVER, "swing"]["value"]) == pytest.approx(-50)
    assert found[CLASS, "swing"]["value"] == found[CLASS, "swing"]["ci_high"] == "0"
    assert found[TURNOVER, "swing"]["unit"] == "1/year"
    points = list(csv.DictReader((FOLDER / "points.csv").read_text().splitlines()))
    assert [p[CONFORMANCE] for p in points] == ["", "0.2", "0.8", *[""] * 4]
    assert {p.name for p in (FOLDER / "charts").iterdir()} == {
        "tornado.svg",
        "tornado.png",
        "tornado.csv",
    }


@pytest.mark.usefixtures("stand_in")
def test_morris_of_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = (ONE, *FACTORS, "--factor", f"{CLASS}=10:30", "--method", "morris")
    assert sensitivity(*words, "--trajectories", "3") == FINE
    found = rows()
    for path, size in ((CONFORMANCE, 600), (TURNOVER, 50)):
        assert float(found[path, "mu_star"]["value"]) == pytest.approx(size, rel=1e-4)
        assert float(found[path, "sigma"]["value"]) == pytest.approx(0, abs=0.01)
    assert {found[CLASS, q]["value"] for q in ("mu_star", "mu", "sigma")} == {"0"}
    first = {p.name: p.read_bytes() for p in FOLDER.glob("*.[cj]*")}
    assert sensitivity(*words, "--trajectories", "3") == FINE
    assert first == {p.name: p.read_bytes() for p in FOLDER.glob("*.[cj]*")}


@pytest.mark.usefixtures("stand_in")
def test_sobol_writes_shares(capsys: pytest.CaptureFixture[str]) -> None:
    assert sensitivity(ONE, *FACTORS, "--method", "sobol", "--trajectories", "8") == FINE
    found = rows()
    assert found[CONFORMANCE, "total"]["value_unit"] == "share"
    assert float(found[CONFORMANCE, "total"]["value"]) > 0.5
    assert float(found[TURNOVER, "total"]["value"]) < 0.1
    assert (FOLDER / "charts" / "sobol.svg").exists()


@pytest.mark.usefixtures("stand_in")
def test_two_scenarios_and_what_turns_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """The difference is 170 as written, −330 at a conformance of 0.2: the luck is in neither."""
    assert sensitivity(OTHER, ONE, *FACTORS) == FINE
    said = capsys.readouterr().out
    assert "Net value of specialized minus generalist clearly moves" in said
    assert "the sign changes with specialized conformance" in said
    folder = Path("results/generalist_vs_specialized_sensitivity")
    low = rows(folder)[CONFORMANCE, "response_low"]
    assert float(low["value"]) == pytest.approx(-330)
    assert low["ci_low"] == low["ci_high"] == low["value"]
    manifest = json.loads((folder / "manifest.json").read_text())
    # The generalist knows none of the fields and is simulated once.
    names = [s["name"] for s in manifest["scenarios"]]
    assert [n for n in names if n.startswith("generalist")] == ["generalist, point 1"]
    assert len(names) == 6


@pytest.mark.usefixtures("stand_in")
def test_a_kind_says_what_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sensitivity", ONE, "--kind", "lever", "--most", "4", "--replications", "2"]
    assert main([*words, "--workers", "1", "--json"]) == FINE
    told = json.loads(capsys.readouterr().out)
    assert len({e["factor"]["path"] for e in told["effects"]}) == 4
    assert told["left_out"][-1].endswith("narrower ranges: 4 are varied (--most)")
    assert main([*words, "--workers", "1"]) == FINE
    captured = capsys.readouterr()
    assert "not varied: vendors.specialized.certification_mix: a list or a mix" in captured.err
    assert "4 factors, 9 points" in captured.err
    assert max(map(len, captured.out.splitlines()[:-2])) <= 100


@pytest.mark.usefixtures("stand_in")
def test_a_kind_has_the_ranges_of_the_parameter_page_the_widest_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [
        "sensitivity",
        ONE,
        "--kind",
        "uncertainty",
        "--most",
        "500",
        "--workers",
        "1",
        "--within",
        "payers",
        "--replications",
        "1",
    ]
    assert main([*words, "--json"]) == FINE
    told = json.loads(capsys.readouterr().out)
    factors = {e["factor"]["path"]: e["factor"] for e in told["effects"]}
    assert all(path.startswith("payers.") for path in factors)
    assert "payers.other.short_pay_share" in factors  # the last payer of the file
    short = factors["payers.commercial.short_pay_share"]
    assert (short["low"], short["high"]) == (0.0, 0.10)  # docs/parameters.md: 0–0.10
    assert main([*words, "--spread", "0.1", "--json"]) == FINE
    told = json.loads(capsys.readouterr().out)
    short = next(
        e["factor"]
        for e in told["effects"]
        if e["factor"]["path"] == "payers.commercial.short_pay_share"
    )
    assert (short["low"], short["high"]) == pytest.approx((0.054, 0.066))


def test_the_widest_ranges_are_varied_first() -> None:
    files = [Path(ONE)]
    every, _ = of_kind(files, [], "uncertainty", 500, within=["payers", "people"])
    few, left_out = of_kind(files, [], "uncertainty", 5, within=["payers", "people"])
    widths = [(f.high - f.low) / max(abs(f.low), abs(f.high)) for f in every]
    assert widths == sorted(widths, reverse=True)
    assert few == every[:5]
    waiting = next(text for text in left_out if "narrower" in text)
    assert int(waiting.partition(" ")[0]) >= len(every) - 5


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([ONE, "--kind", "uncertainty", "--within", "payer"], 'did you mean "payers"'),
        ([ONE], "--factor"),
        ([ONE, "--factor", f"{CONFORMANCE}=0.2"], "--factor vendors.specialized.conformance=0.2: "),
        ([ONE, "--factor", "vendors.nobody.conformance=0:1"], "nobody"),
        ([ONE, "--factor", f"{CONFORMANCE}=0.2:1.5"], "at most 1"),
        ([ONE, ONE, *FACTORS], "two with different names"),
        ([ONE, *FACTORS, "--trajectories", "4"], "goes with morris or sobol"),
        ([ONE, *FACTORS, "--method", "sobol", "--trajectories", "5"], "a power of two"),
        ([ONE, *FACTORS, "--kpi", "money.net_valu"], 'did you mean "money.net_value'),
    ],
)
def test_bad_input_is_one_clear_error(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sensitivity(*words) == BAD_INPUT
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert not Path("results").exists()


def test_a_field_that_the_model_does_not_use_scores_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real model: no vendor is switched, so how long remediation lasts is of no matter."""
    monkeypatch.chdir(tmp_path)
    unused = "vendors.specialized.compliance.remediation_days"
    size = ("horizon_days=120", "kpi_from_days=20", "kpi_until_days=40")
    words = (ONE, "--scale", "0.02", *(w for s in size for w in ("--set", s)))
    factors = ("--factor", f"{unused}=10:100", "--factor", f"{TURNOVER}=0.1:0.9")
    method = ("--method", "morris", "--trajectories", "2")
    kpi = ("--kpi", "denials.initial_rate")  # of money so few people leave no verdict
    assert sensitivity(*words, *factors, *method, *kpi, replications=1) == FINE
    found = rows()
    assert {found[unused, q]["value"] for q in ("mu_star", "mu", "sigma")} == {"0"}
    assert float(found[TURNOVER, "mu_star"]["value"]) > 0
