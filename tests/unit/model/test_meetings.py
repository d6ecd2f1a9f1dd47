"""Feedback meetings: what they cost the hospital, and what is left once nobody holds any."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from sim.model.codes import CATEGORIES
from sim.model.feedback import FeedbackLoop
from sim.model.kernel.rows import Kind
from sim.model.simulation import run
from sim.scenario.timeline import VendorSwitch
from tests.scenarios import faultless, frozen, scenario, staffed

FEEDBACK = "vendors.specialized.feedback"
MEETING = f"{FEEDBACK}.meeting_usd"
ALL_DENIED = (
    "categories.REG.reject_share=0",
    "categories.REG.deny_share=1",
    "vendors.specialized.quality.catch_share={REG: 0}",
)
REG = CATEGORIES.index("REG")


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


def test_denials_rise_again_once_the_vendor_who_met_has_gone() -> None:
    """On a run: meetings mend a defect, then a vendor takes over who holds none.

    Of the denials that there are without any meetings, those are left that the half-life says, day
    by day. Each is kept or not by its own luck: a sound model leaves 4.5 standard errors in one
    run of 150,000, and there are four spans.
    """
    half, over, days = 28.0, 140, 420
    meets, silent = (
        scenario(
            "specialized",
            *frozen("specialized"),
            *faultless("specialized"),
            *staffed(200),
            "categories.REG.incidence=0.3",
            *ALL_DENIED,
            f"{FEEDBACK}={{every_days: 14, closes_share: {closes}, floor_share: 0.2, "
            f"relapse_half_life_days: {half}}}",
            scale=0.08,
            days=days,
            first=10,
            last=10,
        )
        for closes in (0.9, 0.0)
    )
    switch = VendorSwitch(kind="vendor_switch", on=meets.start + timedelta(over), to="generalist")
    successor = scenario("generalist", *frozen("generalist"), *faultless("generalist")).vendors
    denied = []
    for scene in (meets, silent):
        both = {"vendors": (*scene.vendors, *successor), "timeline": (switch,)}
        claims = run(scene.model_copy(update=both), 0).claims
        denied.append(np.bincount(claims["day"][claims["denied_for"] == REG], minlength=days))
    with_meetings, without = denied
    last = (over - 1) // 14 * 14
    mended = 0.0
    for _ in range(last // 14):
        mended = mended * 0.5 ** (14 / half)
        mended += 0.9 * max(0.0, 1.0 - mended - 0.2)
    left = 1.0 - mended * 0.5 ** ((np.arange(days) - last) / half)
    for first, end in (
        (over, over + 14),
        (over + 14, over + 42),
        (over + 42, over + 98),
        (over + 98, days - 10),
    ):
        span = slice(first, end)
        expected = float((without[span] * left[span]).sum())
        error = float((without[span] * left[span] * (1.0 - left[span])).sum()) ** 0.5
        assert abs(with_meetings[span].sum() - expected) < 4.5 * error
    before = slice(over // 2, over)
    assert with_meetings[before].sum() < 0.6 * without[before].sum()
