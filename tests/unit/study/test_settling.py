"""Settling is told from weekly series: faded starts, late counts, short runs, stories."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.record.record import Outcome, Table
from sim.report.notes import unsettled
from sim.study.replicate import StudyResult
from sim.study.settling import (
    MOVING,
    SETTLED,
    TERMINATING,
    TOO_EARLY,
    Verdict,
    _settled,
    knowledge,
    open_work,
    table,
    verdicts,
)
from sim.study.statistics import OPEN, Floats, mser5


def study(level: Any, *, weeks: int = 100, first: int = 180, timeline: bool = False) -> StudyResult:
    """Twelve replications whose weekly knowledge follows `level(week)` with noise."""
    outcomes = {}
    for r in range(12):
        noise = 0.001 + 0.0001 * r
        levels = [level(w) + noise * (-1) ** w for w in range(weeks)]
        people: Table = {
            "week": list(range(weeks)),
            "producing": [10.0] * weeks,
            "knowledge_domain": levels,
        }
        queues: Table = {"week": list(range(weeks)), "backlog": [50] * weeks}
        outcomes[r] = Outcome({"money.leakage": 0.1}, {"people": people, "queues": queues})
    said = {"kpi_from_days": first, "timeline": [{"kind": "volume"}] if timeline else []}
    return StudyResult(("s",), {"s": outcomes}, 1, (), "", 12, 0, {}, "", {"s": said})


CASES = {
    "flat from the start": (study(lambda _: 0.8), SETTLED),
    "faded in time": (study(lambda w: 0.8 - 0.5 * math.exp(-w / 3)), SETTLED),
    "counted too early": (study(lambda w: 0.8 - 0.5 * (w < 40)), TOO_EARLY),
    "never settles": (study(lambda w: 0.2 + 0.006 * w), MOVING),
    "too few weeks": (study(lambda _: 0.8, weeks=40), OPEN),
    "seasons": (study(lambda w: 0.8 + 0.1 * math.sin(w / 52 * math.tau)), SETTLED),
    "a season each year": (
        study(lambda w: 0.8 - 0.3 * (w % 52 > 40), weeks=156, first=455),
        SETTLED,
    ),
    "less than matters": (study(lambda w: 0.8 + 0.0002 * w), SETTLED),
    "a story": (study(lambda w: 0.2 + 0.006 * w, timeline=True), TERMINATING),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_follows_the_series(case: str) -> None:
    result, expected = CASES[case]
    found = {v.series: v for v in verdicts(result)}
    assert found["knowledge"].verdict == expected
    if expected == TOO_EARLY:
        assert found["knowledge"].day == 7 * 40
        assert "settles on day 280, but services count from day 180" in " ".join(unsettled(result))
    if expected in (SETTLED, TERMINATING, OPEN):
        assert not any("knowledge" in text for text in unsettled(result))
    else:
        assert any(text.startswith("Careful: s: knowledge") for text in unsettled(result))


def noisy(seed: int) -> Floats:
    """Five settled replications of three years whose weeks hang together (correlation 0.97).

    Log-normal, as open work is: the mean is level from the first week on, single years are not.
    """
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(5, 1))
    weeks = [z := 0.97 * z + rng.normal(0, math.sqrt(1 - 0.97**2), (5, 1)) for _ in range(156)]
    return 300 * np.exp(0.6 * np.hstack(weeks))


def test_luck_that_lasts_is_no_start_up() -> None:
    """Of 200 settled studies at most 5 % are warned of: with 2.5 % each, 20 have chance 2e-7.

    MSER-5 alone finds its best cut in the second half of a third of them.
    """
    doubtful = Verdict("s", "open work", None, 455, OPEN)
    found = [_settled(doubtful, noisy(seed), 0.25).verdict for seed in range(200)]
    assert set(found) <= {OPEN, SETTLED, MOVING, TOO_EARLY}
    assert found.count(MOVING) + found.count(TOO_EARLY) < 20
    assert sum(not mser5(noisy(seed)).long_enough for seed in range(200)) > 30


def test_one_replication_claims_nothing() -> None:
    rising = np.linspace(1, 9, 156)[None, :]
    doubtful = Verdict("s", "open work", None, 455, OPEN)
    assert _settled(doubtful, rising, 0.25).verdict == OPEN


def test_weekly_series_are_means_over_teams_and_sums_over_queues() -> None:
    people: Table = {
        "week": [0, 0, 1],
        "producing": [1.0, 3.0, 0.0],
        "knowledge_domain": [0.2, 0.6, math.nan],
    }
    assert knowledge(people) == {0: pytest.approx(0.5)}
    assert open_work({"week": [0, 0, 1], "backlog": [2, 3, 7]}) == {0: 5, 1: 7}


def test_the_table_holds_every_series_and_is_empty_without_weeks() -> None:
    columns, rows = table(CASES["flat from the start"][0])
    assert columns[0] == "scenario"
    assert [row[1] for row in rows] == ["knowledge", "open work"]
    bare = study(lambda _: 0.8)
    empty = {"s": {0: Outcome({"money.leakage": 0.1}, {"monthly": {"x": [1]}})}}
    assert verdicts(StudyResult(("s",), empty, 1, (), "", 1, 0, {}, "", bare.scenarios)) == []
