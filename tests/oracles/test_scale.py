"""What a scaled-down hospital gives: the same where a KPI says that it is free of scale."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from sim.model.simulation import run
from sim.record.kpis import KPIS, kpi, outcome
from sim.scenario.load import load, shipped_file

REPLICATIONS = {1.0: 3, 0.3: 3, 0.1: 5}
ERROR = 1e-4
"""Chance that the test fails though every mean is the same at all scales, over all KPIs."""
SAME = 0.01
"""Part of a mean that counts as nothing."""
LOTTERY = "money.breach_drawn_usd"
"""Breaches are so rare that no few runs tell anything."""


def years(scale: float) -> list[dict[str, float]]:
    """KPIs of the generalist by replication; each scale has replications, and luck, of its own."""
    config = shipped_file("generalist.yaml")
    scenario = load(config, [f"hospital.scale={scale}"]).scenario
    first = round(1000 * scale)
    return [outcome(run(scenario, first + r)).kpis for r in range(REPLICATIONS[scale])]


@pytest.mark.slow
def test_kpis_that_are_free_of_scale_are_the_same_at_every_scale() -> None:
    """By Welch's t for each KPI and scale, adjusted for their number."""
    found = {scale: years(scale) for scale in REPLICATIONS}
    names = [n for n in KPIS if KPIS[n].scale_free and n != LOTTERY]
    alpha = ERROR / (2 * len(names))
    whole, wrong = found.pop(1.0), []
    for scale, part in found.items():
        for name in names:
            a = np.array([one[name] for one in part])
            b = np.array([one[name] for one in whole])
            gap = abs(a.mean() - b.mean()) - SAME * abs(b.mean())
            parts = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
            error = sqrt(sum(parts))
            if gap > 0 and error > 0:
                freedom = sum(parts) ** 2 / sum(
                    p * p / (len(x) - 1) for p, x in zip(parts, (a, b), strict=True)
                )
                if 2 * stats.t.sf(gap / error, freedom) < alpha:
                    wrong.append((name, scale, a.mean(), b.mean()))
            elif gap > 0:
                wrong.append((name, scale, a.mean(), b.mean()))
    assert not wrong


def test_what_waits_are_in_is_not_called_free_of_scale() -> None:
    for name in (
        "money.days_in_ar",
        "money.dnfb_days",
        "money.fees_usd",
        "people.occupancy",
        "work.days_to_submission",
        "work.wait_days.edits",
        "work.backlog_days.edits",
        "work.in_time_share.edits",
        "visits.lost_visit",
    ):
        assert not kpi(name).scale_free, name
    for name in ("denials.initial_rate", "quality.coding_accuracy", "money.leakage.not_worked"):
        assert kpi(name).scale_free, name
