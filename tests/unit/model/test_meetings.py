"""Feedback meetings: what they cost the hospital, and what is left once nobody holds any."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.codes import CATEGORIES
from sim.model.feedback import FeedbackLoop
from sim.model.kernel.rows import Kind
from sim.model.simulation import run
from tests.scenarios import scenario

MEETING = "vendors.specialized.feedback.meeting_usd"


def test_each_meeting_costs_the_hospital_what_is_written() -> None:
    """Every 14 days, from day 14 on, at the scale of the hospital; nothing on other days."""
    free, dear = (
        run(scenario("specialized", f"{MEETING}={usd}", scale=0.02, days=150), 0).days
        for usd in (0, 1000)
    )
    cost = dear["hospital_usd"] - free["hospital_usd"]
    meets = np.arange(150) % 14 == 0
    meets[0] = False
    np.testing.assert_allclose(cost, np.where(meets, 1000 * 0.02, 0.0), atol=1e-9)


def test_once_the_vendor_has_gone_what_meetings_have_mended_comes_back() -> None:
    """A half-life after the last of them is felt, half of it has, and all of it in the end."""
    model = scenario("specialized")
    feedback = model.vendors[0].feedback
    assert feedback is not None
    half = feedback.relapse_half_life_days
    kinds = [Kind(0, 1.0) for _ in CATEGORIES]
    loop = FeedbackLoop(model, kinds)

    def pass_days(first: int, last: int, present: set[str]) -> dict[str, float]:
        for day in range(first, last):
            for kind in kinds:
                kind.denials_seen = 1
            loop.run(day, present)
        return dict(zip(CATEGORIES, (1.0 - loop.left).tolist(), strict=True))

    gone = 14 * 20
    felt = gone + feedback.lag_days
    pass_days(0, gone, {"specialized"})
    mended = pass_days(gone, felt, set())
    a_half = pass_days(felt, felt + round(half), set())
    at_last = pass_days(felt + round(half), felt + round(20 * half), set())
    for category in model.categories:
        if category.feedback:
            assert mended[category.name] > 0.2
            kept = 0.5 ** (round(half) / half)
            assert a_half[category.name] == pytest.approx(kept * mended[category.name])
            assert at_last[category.name] == pytest.approx(0.0, abs=1e-5)
        else:
            assert mended[category.name] == 0.0
