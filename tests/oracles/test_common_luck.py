"""Common random numbers: scenarios that differ in a thing meet the same luck in all others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f

from sim.model.flows import yearly_minutes
from sim.model.simulation import run
from sim.record.kpis import outcome
from tests.scenarios import TEAMS, scenario

PAIRS = 12
BY_CHANCE = 1e-3
"""How seldom pairs of independent runs would spare as much variance."""


def figures(*overrides: str) -> dict[str, list[float]]:
    """KPIs of some replications, by name."""
    runs = [outcome(run(scenario("generalist", *overrides), r)).kpis for r in range(PAIRS)]
    return {name: [kpis[name] for kpis in runs] for name in runs[0]}


@pytest.mark.slow
def test_more_edits_do_not_change_the_luck_of_denials() -> None:
    """Half of the claims are edited once more: what becomes of denials differs by little but that.

    Were the runs independent, the variance of a difference would be the sum of both variances.
    """
    plain, edited = figures(), figures("hospital.scrubber_edit_share=0.5")
    limit = f.ppf(1 - BY_CHANCE, PAIRS - 1, PAIRS - 1)
    for name in ("denials.final_rate", "appeals.won_rate", "money.net_revenue_realisation"):
        one, other = np.array(plain[name]), np.array(edited[name])
        factor = (one.var(ddof=1) + other.var(ddof=1)) / (one - other).var(ddof=1)
        assert factor > limit, f"{name}: {factor:.1f}"


def test_who_takes_over_receivables_leaves_other_plans_alone() -> None:
    """A vendor who meets about denials, and does not work them, spares nobody any work."""
    others = [f"teams.{team}.vendor=generalist" for team in TEAMS if team != "ar"]
    here, there = (
        yearly_minutes(scenario("hybrid", *others, f"teams.ar.vendor={vendor}"))
        for vendor in ("generalist", "specialized")
    )
    assert here["denials_clinical"] > 0
    assert {q for q in here if here[q] != there[q]} <= {"follow_up", "underpayments"}
