"""`denialloop scorecard`: claims are well formed, judged by the rule, and printed in full."""

from __future__ import annotations

import csv
import math
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.record.kpis import KPIS, kpi
from sim.record.record import Outcome
from sim.report.scorecard import cells, finding, target
from sim.scenario.load import load, shipped_file
from sim.scenario.schema import Scenario
from sim.study import replicate
from sim.study.replicate import StudyResult
from sim.study.scorecard import (
    CASE,
    CLAIMS,
    GIVEN,
    IN_RANGE,
    NEAR,
    OUT,
    SCENARIOS,
    STAYS,
    TESTED,
    VERDICTS,
    Claim,
    Found,
    Row,
    counts,
    judge,
    needed,
    score,
)
from sim.study.statistics import OPEN, Interval

MONTHS = [
    (m, k, 0.10 + 0.001 * m)
    for m in range(36)
    for k in (
        "denials.initial_rate",
        "money.net_revenue_realisation",
        "money.inpatient_realisation",
        "quality.coding_accuracy",
    )
]


def fake(scenario: Scenario, replication: int) -> Outcome:
    """Every KPI is known; the specialist's money is better by 100 and its rates by 0.01."""
    better = (
        scenario.name.startswith(("specialized", "medcentral")) and "stays" not in scenario.name
    )
    luck = float(np.random.default_rng([1, replication]).normal(0, 0.001))
    names = [
        *KPIS,
        "money.leakage.under_coding",
        "money.loss_usd.under_coding",
        "denials.category.DOC",
    ]
    kpis = {
        name: (1000.0 + 100 * better if kpi(name).unit.startswith("USD") else 0.5 + 0.01 * better)
        + luck
        for name in names
    }
    month, name, value = zip(*MONTHS, strict=True)
    weeks = 60
    money = {
        "week": list(range(weeks)),
        "week_start": [f"2025-01-{w:02d}" for w in range(weeks)],
        "cash_usd": [100.0 + 10.0 * better * (w > 5) for w in range(weeks)],
        "accrued_usd": [100.0] * weeks,
        "fees_usd": [5.0 + better * (w > 3) for w in range(weeks)],
        "hospital_usd": [0.0] * weeks,
        "one_off_usd": [20.0 * better * (w == 4) for w in range(weeks)],
    }
    tables = {
        "monthly": {"month": list(month), "kpi": list(name), "value": list(value)},
        "money": money,
    }
    return Outcome(kpis, tables)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=fake))


def test_there_are_enough_claims_each_told_and_tested_or_explained() -> None:
    keys = [claim.key for claim in CLAIMS]
    assert len(keys) == len(set(keys))
    assert sum(claim.kind == TESTED for claim in CLAIMS) >= 20
    for claim in CLAIMS:
        assert claim.words
        if claim.kind == TESTED:
            assert claim.value is not None
            assert claim.needs
            assert claim.reading != "-"
            assert claim.low < claim.high
            assert math.isfinite(claim.low) or math.isfinite(claim.high)
        else:
            assert claim.because


def test_every_scenario_that_a_claim_needs_is_shipped() -> None:
    assert set(needed()) <= set(SCENARIOS)
    for name in needed():
        file, overrides = SCENARIOS[name]
        assert load(shipped_file(f"{file}.yaml"), overrides).scenario.name == file


BAND = Claim("k", "w", "r", low=0.1, high=0.2)
RISE = Claim("k", "w", "r", low=0.0, tolerance=0.05)
JUDGED = [
    (BAND, (0.14, 0.16), IN_RANGE),
    (BAND, (0.05, 0.11), OPEN),
    (BAND, (0.04, 0.09), NEAR),
    (BAND, (0.01, 0.03), OUT),
    (BAND, (0.26, 0.30), OUT),
    (BAND, (0.21, 0.25), NEAR),
    (BAND, (0.0, 0.3), OPEN),
    (BAND, (0.12, 0.21), OPEN),
    (BAND, (-5.0, 0.11), OPEN),
    (RISE, (0.01, 0.02), IN_RANGE),
    (RISE, (-0.01, 0.03), OPEN),
    (RISE, (-0.04, -0.02), NEAR),
    (RISE, (-0.2, -0.1), OUT),
    (RISE, (-0.9, 0.01), OPEN),
]


@pytest.mark.parametrize(("claim", "ends", "verdict"), JUDGED)
def test_a_claim_is_met_or_missed_by_the_whole_interval_and_open_without_one(
    claim: Claim, ends: tuple[float, float], verdict: str
) -> None:
    mean = sum(ends) / 2
    assert judge(claim, Interval(10, mean, 1.0, *ends)) == verdict
    assert judge(claim, Interval(1, mean, math.nan, math.nan, math.nan)) == OPEN


def test_more_noise_never_earns_a_better_verdict() -> None:
    """Wider and wider intervals around a mean: first what is true of the mean, then open."""
    for mean in (0.0, 0.07, 0.14, 0.24, 0.9):
        said = [
            judge(BAND, Interval(5, mean, 1.0, mean - half, mean + half))
            for half in (0.0, 0.01, 0.05, 0.5, 5.0)
        ]
        assert said[0] == (IN_RANGE if 0.1 <= mean <= 0.2 else said[0])
        assert said == sorted(said, key=lambda verdict: verdict == OPEN)
        assert set(said) == {said[0], OPEN}
        assert said[0] != OPEN


def test_ranges_and_values_are_told_in_their_unit() -> None:
    assert target(BAND) == "10 to 20 %"
    assert target(Claim("k", "w", "r", "points", high=0.0)) == "≤ 0 pts"
    assert target(Claim("k", "w", "r", "USD", low=0.0)) == "≥ $0"
    assert target(Claim("k", "w", "r", "days", low=0.0, high=90.0)) == "0 to 90 days"
    at = Interval(10, 0.0123, 0.01, 0.0100, 0.0146)
    told = cells(Row(Claim("k", "w", "r", "points", low=0.0), at, IN_RANGE))
    assert told == ("≥ 0 pts", "+1.2 pts", "+1.0 to +1.5", IN_RANGE)
    never = Row(
        Claim("k", "w", "r", "days", 0.0, 90.0, median=True),
        Interval(8, math.inf, math.nan, 3.0, math.inf),
        OUT,
    )
    assert cells(never)[1] == "never"


@pytest.mark.usefixtures("stand_in")
def test_it_scores_writes_and_prints_every_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard", "--replications", "8", "--workers", "1"]) == FINE
    said = capsys.readouterr().out
    text = Path("results/scorecard/scorecard.csv").read_text(encoding="utf-8")
    rows = {row["claim"]: row for row in csv.DictReader(text.splitlines())}
    assert list(rows) == [claim.key for claim in CLAIMS]
    assert {row["verdict"] for row in rows.values()} <= set(VERDICTS)
    assert float(rows["tco_lower"]["value"]) == pytest.approx(100.0)
    assert rows["tco_lower"]["verdict"] == OUT
    assert float(rows["denied_14"]["value"]) == pytest.approx(0.122)
    assert float(rows["case_value"]["value"]) == pytest.approx(0.008 / 0.122)
    # From the switch on two weeks cost 22 dollars more, and each week after them brings 9.
    assert float(rows["payback"]["value"]) == 7 * 5
    assert rows["rate_higher"]["verdict"] == GIVEN
    for claim in CLAIMS:
        assert claim.words.split()[-1] in said
    assert max(map(len, said.splitlines()[:-2])) <= 80
    assert "Of 44 claims" in said


@pytest.mark.usefixtures("stand_in")
def test_a_scenario_that_always_fails_leaves_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard", "nowhere", "--quiet"]) == BAD_INPUT
    assert "no such folder" in capsys.readouterr().err
    assert not Path("results").exists()


def test_the_sentence_counts_what_was_tested() -> None:
    rows = [
        Row(BAND, None, IN_RANGE),
        Row(BAND, None, OUT),
        Row(Claim("k", "w", "-", kind=GIVEN, because="b"), None, GIVEN),
    ]
    assert counts(rows) == {IN_RANGE: 1, OUT: 1, GIVEN: 1}
    assert finding(rows).startswith("Of 3 claims 2 were tested: 1 in range, 1 out; 1 are inputs")


def found(cash_of_the_switch: float) -> Found:
    """A study of the case whose switch brings this much more cash a week, and costs nothing."""

    def one(cash: float) -> Outcome:
        weeks = range(10)
        money = {
            name: [0.0] * 10 for name in ("accrued_usd", "fees_usd", "hospital_usd", "one_off_usd")
        }
        starts = [f"2025-01-{1 + w:02d}" for w in weeks]
        return Outcome(
            {},
            {
                "money": {
                    "week": list(weeks),
                    "week_start": starts,
                    "cash_usd": [cash] * 10,
                    **money,
                }
            },
        )

    both = {
        STAYS: {r: one(100.0) for r in range(8)},
        CASE: {r: one(100.0 + cash_of_the_switch) for r in range(8)},
    }
    return Found(StudyResult((STAYS, CASE), both, 1, (), "", 8, 0, {}, ""))


def test_a_switch_that_changes_no_dollar_never_pays_back() -> None:
    [claim] = [claim for claim in CLAIMS if claim.key == "payback"]
    assert claim.value is not None
    assert list(claim.value(found(9.0))) == [7.0] * 8
    assert list(claim.value(found(0.0))) == [math.inf] * 8


def test_a_claim_on_takebacks_is_open_where_some_replication_saw_none() -> None:
    """Their mean hangs on events that a small hospital sees in some replications only."""
    [claim] = [c for c in CLAIMS if c.key == "hidden_takebacks"]
    everywhere = {r: Outcome({"audit.takeback": 0.002 + 1e-5 * r}, {}) for r in range(8)}
    few = {r: Outcome({"audit.takeback": 0.001 + 1e-5 * r}, {}) for r in range(8)}
    some = {**few, 3: Outcome({"audit.takeback": 0.0}, {})}
    found = {}
    for name, less in (("few", few), ("some", some)):
        by = dict.fromkeys(needed(), everywhere) | {"specialized": less}
        result = StudyResult(tuple(by), by, 1, (), "", 8, 0, {}, "")
        found[name] = score_of(claim, result)
    assert found == {"few": IN_RANGE, "some": OPEN}


def score_of(claim: Claim, result: StudyResult) -> str:
    """The verdict on one claim in a study that has the KPIs of no other."""
    with patch("sim.study.scorecard.CLAIMS", (claim,)):
        [row] = score(result)
    return row.verdict
