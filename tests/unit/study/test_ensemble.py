"""Ensembles: which row a replication has, what a study says of them, and what is refused."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cli import main
from sim.scenario.load import shipped_file
from sim.study.ensemble import parts, read_ensemble, with_ignorance
from sim.study.statistics import mean_interval

SMALL = shipped_file("generalist.yaml")
HEAD = "people.novice_slowdown"
RUN = ["--scale", "0.02", "--replications", "4", "--formats", "none", "--workers", "1", "--quiet"]


def written(folder: Path, *lines: str) -> Path:
    file = folder / "ensemble.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_two_replications_share_a_row_and_the_first_row_follows_the_last(tmp_path: Path) -> None:
    ensemble = read_ensemble(written(tmp_path, HEAD, "0.5", "0.7", "0.9"))
    assert [ensemble.row_of(r) for r in range(8)] == [0, 0, 1, 1, 2, 2, 0, 0]


def test_parts_by_hand() -> None:
    """Pairs (1, 3) and (5, 7): within 2, means 2 and 6, between 8, so worlds 8 − 2/2 = 7."""
    found, t = parts([1.0, 3.0, 5.0, 7.0]), 12.706204736  # Student's t of one degree at 97.5 %
    assert (found.worlds, found.mean) == (2, 4.0)
    assert found.luck == pytest.approx(t * math.sqrt(2.0 / 4))
    assert found.ignorance == pytest.approx(t * math.sqrt(7.0 * 1.5))
    at = with_ignorance([1.0, 3.0, 5.0, 7.0])
    assert (at.n, at.mean, at.high - at.mean) == (2, 4.0, pytest.approx(found.both))
    assert found.both == pytest.approx(math.hypot(found.luck, found.ignorance))
    assert at.p == pytest.approx(mean_interval([2.0, 6.0]).p, abs=0.3)
    assert (at.p < 0.05) == (at.low > 0)


def test_without_ignorance_the_interval_is_of_luck_alone() -> None:
    """Both of a pair far apart, all pairs with one mean: nothing is left for the worlds."""
    found = parts([0.0, 2.0, 2.0, 0.0, 1.0, 1.0])
    assert found.ignorance == 0.0
    assert parts([3.0] * 6).both == 0.0


def test_a_replication_that_failed_takes_its_pair_with_it() -> None:
    assert parts([1.0, 3.0, math.nan, 9.0, 5.0, 7.0]) == parts([1.0, 3.0, 5.0, 7.0])


def test_mm1_with_fitted_inputs_covers_the_truth() -> None:
    """M/M/1 with λ and μ fitted from n observations: waits of worlds drawn from the posterior.

    Truth ρ/(μ − λ); the luck of a replication has a coefficient of variation of 5 %. Of 300 studies
    of 40 replications at least 90 % hold the truth; if 95 % did, fewer than 270 have a chance
    below 1e-3. Point inputs hold it in less than half.
    """
    rng, lam, mu, n = np.random.default_rng(11), 0.6, 1.0, 2000
    truth = lam / mu / (mu - lam)
    held = point = 0
    for _ in range(300):
        arrivals, services = rng.gamma(n, 1 / (n * lam)), rng.gamma(n, 1 / (n * mu))
        drawn = rng.gamma(n, 1 / (n * arrivals), 20), rng.gamma(n, 1 / (n * services), 20)
        waits = drawn[0] / drawn[1] / (drawn[1] - drawn[0])
        values = np.repeat(waits, 2) * (1 + 0.05 * rng.normal(size=40))
        at = with_ignorance(values)
        held += at.low <= truth <= at.high
        best = services / arrivals / (1 / services - 1 / arrivals)
        once = mean_interval(best * (1 + 0.05 * rng.normal(size=40)))
        point += once.low <= truth <= once.high
    assert held >= 270
    assert point < 150


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((HEAD,), "holds no draws"),
        ((HEAD, "0.5", "0.5,0.7"), "ensemble.csv:3:1: has 2 values, the header names 1 fields"),
        ((f"{HEAD},{HEAD}", "1,2"), "names people.novice_slowdown twice"),
        ((f"{HEAD},seed", "1, "), "ensemble.csv:2:1: has no value of seed"),
        (("people.novice_slowdwn", "0.5"), "no scenario has a field people.novice_slowdwn"),
        ((HEAD, "0.5", "-2"), "ensemble.csv:3:1: people.novice_slowdown: should be greater"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: tuple[str, ...], said: str
) -> None:
    file, out = written(tmp_path, *lines), tmp_path / "out"
    assert main(["run", str(SMALL), *RUN, "--out", str(out), "--ensemble", str(file)]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_an_odd_number_and_a_value_that_is_set_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, HEAD, "0.5", "0.7")
    command = ["run", str(SMALL), *RUN, "--out", str(tmp_path / "out"), "--ensemble", str(file)]
    assert main([*command, "--replications", "5"]) == 2
    assert "even number" in capsys.readouterr().err
    assert main([*command, "--set", f"{HEAD}=1"]) == 2
    assert "drawn in" in capsys.readouterr().err


def test_each_pair_is_the_run_of_its_row(tmp_path: Path) -> None:
    """Replications 2 and 3 of the ensemble are those of the second row's scenario, to the byte."""
    file, out = written(tmp_path, HEAD, "0.2", "1.5"), tmp_path / "out"
    assert main(["run", str(SMALL), *RUN, "--out", str(out), "--ensemble", str(file)]) == 0
    one = tmp_path / "one"
    assert main(["run", str(SMALL), *RUN, "--out", str(one), "--set", f"{HEAD}=1.5"]) == 0

    def kpis(folder: Path) -> list[list[str]]:
        with (folder / "kpis.csv").open() as text:
            return [row for row in csv.reader(text) if row[1] in ("2", "3")]

    assert kpis(out) == kpis(one)
    assert json.loads((out / "manifest.json").read_text())["ensemble_sha256"]
    assert "ensemble_sha256" not in json.loads((one / "manifest.json").read_text())
    with (out / "ignorance.csv").open() as text:
        row = next(r for r in csv.DictReader(text) if r["kpi"] == "denials.initial_rate")
    assert float(row["both"]) == pytest.approx(
        math.hypot(float(row["luck"]), float(row["ignorance"]))
    )
    assert not (one / "ignorance.csv").exists()


def test_the_library_draws_the_same_worlds_and_resumes_none_of_another(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD, "0.2", "1.5")
    study = sim.run(SMALL, scale=0.02, replications=4, workers=1, progress=False, ensemble=file)
    plain = sim.run(SMALL, scale=0.02, replications=4, workers=1, progress=False)
    assert study.result.drawn
    assert not plain.result.drawn
    assert study.result.scenario_hashes != plain.result.scenario_hashes
    values, usual = (s.values("denials.initial_rate") for s in (study, plain))
    assert values != usual
    at = study.figure("denials.initial_rate", study.scenarios[0])
    [found] = values.values()
    assert (at.low, at.high) == (with_ignorance(found).low, with_ignorance(found).high)
