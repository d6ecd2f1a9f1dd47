"""Common random numbers: scenarios that differ in a thing meet the same luck in all others."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.model.flows import yearly_minutes
from sim.model.simulation import run
from sim.record.kpis import outcome
from tests.scenarios import TEAMS, scenario

PAIRS = 20
INDEPENDENT = 2.1
"""What independent pairs of runs would spare in one figure once in a hundred times, or less often.

The factor is at most 1 / (1 − r) with the correlation r of the pairs, whose hundredth is 0.52.
"""
LEAST = {
    "denials.final_rate": 4,
    "appeals.won_rate": INDEPENDENT,
    "money.tco": 25,
    "money.net_revenue_realisation": 20,
    "money.net_value_usd": 60,
}
"""What more edits spare at least, 4.3 standard errors of atanh r below what 80 pairs gave.

That was 31, 15, 240, 196 and 632. Were the luck of rework out of step, and nothing else, it would
be 4, 5, 11, 13 and 19.
"""


@cache
def figures(name: str, *overrides: str) -> dict[str, list[float]]:
    """KPIs of some replications, by name."""
    model = scenario(name, *overrides, days=120, first=20, last=40)
    runs = [outcome(run(model, r)).kpis for r in range(PAIRS)]
    return {kpi: [kpis[kpi] for kpis in runs] for kpi in runs[0]}


def spared(kpi: str, one: dict[str, list[float]], other: dict[str, list[float]]) -> float:
    """Variance of a difference with independent luck, over its variance with common luck."""
    a, b = np.array(one[kpi]), np.array(other[kpi])
    return float((a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1))


@pytest.mark.slow
def test_more_edits_do_not_change_the_luck_of_denials() -> None:
    """Half of the claims are edited once more: what becomes of denials differs by little but that.

    A sound model spares less than the least once in 100,000 for each figure.
    """
    plain, edited = figures("generalist"), figures("generalist", "hospital.scrubber_edit_share=0.5")
    for kpi, least in LEAST.items():
        factor = spared(kpi, plain, edited)
        assert factor > least, f"{kpi}: {factor:.1f}"


@pytest.mark.slow
def test_vendors_are_compared_with_the_same_luck() -> None:
    """Of two vendors what they do differs, too: net value spares most.

    Measured on 80 pairs: 15 times for net value, 4 for cost of ownership, 1.4 for final denials.
    With 20 pairs only the first is told from independent luck with certainty: a sound model comes
    below its limit once in 100,000.
    """
    factor = spared("money.net_value_usd", figures("generalist"), figures("specialized"))
    assert factor > INDEPENDENT, f"{factor:.1f}"


def test_who_takes_over_receivables_leaves_other_plans_alone() -> None:
    """A vendor who meets about denials, and does not work them, spares nobody any work."""
    others = [f"teams.{team}.vendor=generalist" for team in TEAMS if team != "ar"]
    here, there = (
        yearly_minutes(scenario("hybrid", *others, f"teams.ar.vendor={vendor}"))
        for vendor in ("generalist", "specialized")
    )
    assert here["denials_clinical"] > 0
    assert {q for q in here if here[q] != there[q]} <= {"follow_up", "underpayments"}
