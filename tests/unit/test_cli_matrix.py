"""`denialloop matrix`: known effects found function by function; the simulation is a stand-in."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.record.record import Outcome
from sim.scenario.load import load, shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from sim.study import StudyError, replicate
from sim.study.matrix import (
    ADVICE,
    ASSIGNMENTS,
    NAMES,
    function_of,
    main_effects,
    name_of,
    scenarios,
)

BASE = shipped_configs() / "five_functions_generalist.yaml"
VENDORS = ("generalist", "specialized")
REVENUE = dict(zip(NAMES, (0.0, 500.0, -300.0, 5000.0, 100.0), strict=True))
FEES = dict(zip(NAMES, (200.0, 100.0, 50.0, 900.0, 100.0), strict=True))


def fake(scenario: Scenario, replication: int) -> Outcome:
    """Each function at the second vendor brings its revenue and costs its fees; one interacts."""
    second = {str(function_of(t.queues)) for t in scenario.teams if t.vendor == "specialized"}
    luck, own = np.random.default_rng([3, replication]).normal(0, 1000.0), replication % 3 - 1
    gain = sum(REVENUE[f] + own for f in second)
    fees = 10_000.0 + sum(FEES[f] for f in second)
    both = 40.0 * {"prior_auth", "claims_denials"}.issubset(second)
    return Outcome(
        {
            "money.net_value_usd": 1e6 + luck + gain + both - fees,
            "money.fees_usd": fees,
            "money.hospital_usd": 5.0,
            "money.one_off_usd": 0.0,
            "money.breach_expected_usd": 0.0,
        },
        {"monthly": {"x": [1]}},
    )


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=fake))


def rows(file: str) -> list[dict[str, str]]:
    folder = Path("results/five_functions_generalist_matrix")
    return list(csv.DictReader((folder / file).read_text().splitlines()))


def test_the_effects_are_those_put_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", "--replications", "6", "--workers", "1"]) == FINE
    said = capsys.readouterr().out
    found = {row["function"]: row for row in rows("matrix.csv")}
    assert list(found) == list(NAMES)
    for name in NAMES:
        # Half of the interaction goes to each of the two, since the other is there half the time.
        shared = 20.0 if name in ("prior_auth", "claims_denials") else 0.0
        expected = REVENUE[name] + shared - FEES[name]
        assert float(found[name]["net_value_usd"]) == pytest.approx(expected)
        assert float(found[name]["fees_usd"]) == pytest.approx(-FEES[name])
        assert float(found[name]["revenue_usd"]) == pytest.approx(expected + FEES[name])
        assert float(found[name]["net_value_ci_low"]) < expected
    says = {name: found[name]["model_says"] for name in NAMES}
    assert says == {
        "scheduling": "generalist",
        "prior_auth": "specialized",
        "transcription": "generalist",
        "claims_denials": "specialized",
        "ar": "no clear difference",
    }
    agrees = {name: found[name]["agrees"] for name in NAMES}
    assert agrees == {**dict.fromkeys(NAMES, "yes"), "ar": "open"}
    assert "the article's column holds in 4 of 5 rows" in said
    assert max(map(len, said.splitlines()[:-2])) <= 80  # before the sentence and the folder


def test_the_assignments_stand_in_order_of_their_worth() -> None:
    assert main(["matrix", "--replications", "6", "--workers", "1", "--quiet"]) == FINE
    standing = rows("assignments.csv")
    assert len(standing) == 32
    worth = [float(row["net_value_usd"]) for row in standing]
    assert worth == sorted(worth, reverse=True)
    assert standing[0]["assignment"].startswith("specialized: prior_auth, claims_denials")
    assert [row["rank"] for row in standing] == [str(i) for i in range(1, 33)]
    assert sum(float(row["best_share"]) for row in standing) == pytest.approx(1.0)
    folder = Path("results/five_functions_generalist_matrix")
    charts = {p.name for p in (folder / "charts").iterdir()}
    assert charts > {f"{c}.{e}" for c in ("matrix", "assignments") for e in ("svg", "png", "csv")}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert len(manifest["scenarios"]) == 32


def test_a_main_effect_is_the_mean_over_what_the_others_do() -> None:
    second = np.array(ASSIGNMENTS, float)
    worth = (second @ [1.0, 2.0, 3.0, 4.0, 5.0] + 10.0 * second[:, 0] * second[:, 1])[:, None]
    assert main_effects(worth)[:, 0] == pytest.approx([6.0, 7.0, 3.0, 4.0, 5.0])


def test_every_assignment_has_a_name_of_its_own_and_its_vendors() -> None:
    made = scenarios(load(BASE).scenario, VENDORS)
    assert len({s.name for s in made}) == 32
    for assignment, scenario in zip(ASSIGNMENTS, made, strict=True):
        assert scenario.name == name_of(assignment, VENDORS)
        for team in scenario.teams:
            at = NAMES.index(str(function_of(team.queues)))
            assert team.vendor == VENDORS[assignment[at]]
    assert set(ADVICE) == set(NAMES)


REFUSED = {
    "no such vendor": (BASE, ("generalist", "specialised"), "has no vendor 'specialised'"),
    "one vendor twice": (BASE, ("generalist", "generalist"), "two different vendors"),
    "no front end": (shipped_file("generalist.yaml"), ("generalist",) * 2, "two different"),
    "functions missing": (shipped_configs() / "medcentral.yaml", VENDORS, "switches vendors"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_matrix_is_refused(case: str) -> None:
    path, vendors, said = REFUSED[case]
    with pytest.raises(StudyError, match=said):
        scenarios(load(path).scenario, (vendors[0], vendors[1]))


def test_a_team_for_two_functions_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    pooled = "teams.transcription.queues=[transcription, scheduling]"
    assert main(["matrix", "--set", pooled, "--quiet"]) == BAD_INPUT
    assert "team 'transcription'" in (said := capsys.readouterr().err)
    assert "more than one function" in said
    assert not Path("results").exists()


def test_a_hospital_without_front_end_lacks_functions(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(shipped_file("market_average_generalist.yaml"))
    assert main(["matrix", path, "--vendors", "generalist", "other", "--quiet"]) == BAD_INPUT
    assert "no vendor 'other'" in capsys.readouterr().err
