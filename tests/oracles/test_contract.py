"""Contracts on paper: ladder, cap, tiers, gain-share, minimum and exit, and who pays them."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from sim.record.contract import Settled, discount, settle
from sim.record.kpis import outcome
from sim.record.record import Agreement, Owed, Record
from tests.unit.record.test_kpis import A_YEAR, record

FEBRUARY = ("2025-02-01", 31, 62)
BILLED = 31 * 2.25
"""What the vendor charged in the 31 days of that window."""
DENIED = Owed("denials.initial_rate", False, 0.1, ((0.2, 0.05), (0.7, 0.2), (0.8, 0.5)))
"""Three of the four claims served then were denied, so that the second rung is passed."""
REALISED = Owed("money.net_revenue_realisation", True, 0.9, ((0.9, 0.1), (0.5, 0.3)))
"""600 of 2,000 USD were paid: 30 %, and the second rung is passed."""
CLEAN = Owed("claims.clean_claim_rate", True, 0.95, ((0.95, 0.9),))
"""All four were accepted as they were."""


def agreed(**changed: object) -> Agreement:
    nothing: dict[str, object] = {
        "name": "a",
        "vendor": "v",
        "months": 1,
        "windows": (FEBRUARY,),
        "owed": (),
        "at_risk_share": 1.0,
        "gain": None,
        "tiers": (),
        "minimum_claims": 0,
        "shortfall_usd_per_claim": 0.0,
        "ended": None,
        "exit_usd": 0.0,
        "notice_days": 0,
    }
    return Agreement(**(nothing | changed))  # type: ignore[arg-type]


def signed(*agreements: Agreement) -> Record:
    paper = record()
    return replace(paper, facts=replace(paper.facts, agreements=agreements))


def only(**changed: object) -> Settled:
    _, [window] = settle(signed(agreed(**changed)))
    return window


def test_the_worst_rung_passed_is_credited() -> None:
    window = only(owed=(DENIED,))
    assert window.billed == BILLED
    assert [due.value for due in window.dues] == [0.75]
    assert window.credits == pytest.approx(0.2 * BILLED)
    assert window.fees == pytest.approx(0.8 * BILLED)
    assert not window.dues[0].met
    met = only(owed=(CLEAN,))
    assert (met.dues[0].value, met.dues[0].met, met.credits) == (1.0, True, 0.0)


def test_a_value_at_a_threshold_has_not_passed_it() -> None:
    window = only(owed=(replace(DENIED, ladder=((0.75, 0.5),)),))
    assert window.credits == 0.0


def test_credits_add_up_to_what_is_at_risk_and_are_shared_out() -> None:
    owed = (DENIED, REALISED)
    assert only(owed=owed).credits == pytest.approx(0.5 * BILLED)
    capped = signed(agreed(owed=owed, at_risk_share=0.25))
    _, [window] = settle(capped)
    assert window.credits == pytest.approx(0.25 * BILLED)
    table = outcome(capped).tables["contract"]
    assert table["credit_usd"] == pytest.approx([0.4 * 0.25 * BILLED, 0.6 * 0.25 * BILLED])
    assert table["met"] == [0, 0]


def test_each_tier_discounts_the_claims_beyond_it() -> None:
    """31 claims a month: 10 at the price, 10 at a tenth less, 11 at three tenths less."""
    window = only(tiers=((10, 0.1), (20, 0.3)))
    assert window.claims == 31.0
    assert window.discount == pytest.approx((10 * 0.1 + 11 * 0.3) / 31 * BILLED)
    assert discount(5.0, ((10, 0.1),)) == discount(0.0, ((0, 0.5),)) == 0.0
    assert discount(50.0, ((0, 0.2),)) == pytest.approx(0.2)


def test_the_vendor_has_its_part_of_what_is_paid_beyond_the_baseline() -> None:
    """600 USD paid, 25 % of 2,000 are the baseline: half of the 100 beyond."""
    assert only(gain=(0.25, 0.5, 10.0)).gain == pytest.approx(50.0)
    assert only(gain=(0.25, 0.5, 0.5)).gain == pytest.approx(0.5 * BILLED)
    assert only(gain=(0.35, 0.5, 10.0)).gain == 0.0


def test_a_minimum_is_paid_for_what_is_missing() -> None:
    """51 claims at full size, 31 came: 20 missing there, and 10 in a hospital of half the size."""
    assert only(minimum_claims=51, shortfall_usd_per_claim=3.0).shortfall == pytest.approx(30.0)
    assert only(minimum_claims=31, shortfall_usd_per_claim=3.0).shortfall == 0.0


def test_an_early_end_costs_its_fee_and_the_days_of_notice() -> None:
    """100 USD at full size, 10 days at the 2.25 USD of the days before."""
    _, [_, end] = settle(signed(agreed(ended=62, exit_usd=100.0, notice_days=10)))
    assert (end.exit, end.last_day) == (pytest.approx(50.0 + 22.5), 61)


def test_both_sides_have_it_in_their_accounts() -> None:
    before, after = (outcome(r).kpis for r in (record(), signed(agreed(owed=(DENIED, REALISED)))))
    credit = 0.5 * BILLED * A_YEAR
    for kpi, sign in (
        ("money.fees_usd", -1),
        ("money.tco", -1),
        ("money.net_value_usd", 1),
        ("vendor.margin_usd", -1),
    ):
        assert after[kpi] - before[kpi] == pytest.approx(sign * credit), kpi
    assert after["contract.credits_usd"] == pytest.approx(credit)
    assert after["contract.settled_usd"] == pytest.approx(-credit)
    assert (after["contract.credited_share"], after["contract.target_met_share"]) == (1.0, 0.0)
    assert "contract.credits_usd" not in before
    unmoved = set(before) - {k for k in before if before[k] != after[k]}
    assert {"money.paid_usd", "denials.initial_rate", "people.turnover"} <= unmoved


def test_fees_by_month_and_week_have_it_on_the_last_day() -> None:
    plain, settled = outcome(record()), outcome(signed(agreed(owed=(DENIED,))))
    gaps = np.array(settled.tables["money"]["fees_usd"]) - plain.tables["money"]["fees_usd"]
    assert np.flatnonzero(gaps).tolist() == [61 // 7]
    assert gaps.sum() == pytest.approx(-0.2 * BILLED)
    margin = np.array(settled.tables["vendor"]["margin_usd"])
    assert (margin - plain.tables["vendor"]["margin_usd"]).sum() == pytest.approx(-0.2 * BILLED)


def test_what_is_not_answered_yet_is_not_judged() -> None:
    """Of the claims of the days from 62 to 80 none has an answer."""
    late = only(owed=(DENIED, CLEAN), windows=(("2025-03-01", 62, 80),))
    assert all(isnan(due.value) for due in late.dues)
    assert late.credits == 0.0
    table = outcome(signed(agreed(owed=(DENIED,), windows=(("2025-03-01", 62, 80),)))).tables
    assert table["contract"]["met"] == [""]


def test_a_vendor_who_charged_nothing_settles_nothing() -> None:
    early = ("2025-01-01", 10, 31)
    assert settle(signed(agreed(vendor="w", windows=(early,), owed=(DENIED,))))[1] == []
    assert settle(signed(agreed(vendor="nobody", owed=(DENIED,))))[1] == []


def test_without_a_contract_nothing_is_touched() -> None:
    paper = record()
    same, windows = settle(paper)
    assert same is paper
    assert windows == []


def test_time_and_receivables_are_measured_in_the_window_too() -> None:
    """Weeks that begin in the window; dollar-days open over dollars served."""
    soon = Owed("work.in_time_share.coding", True, 0.9, ())
    due = Owed("money.days_in_ar", False, 40.0, ())
    window = only(owed=(soon, due), windows=(("2025-01-01", 10, 31),))
    # Served in it: 200 on day 10, 1,000 on day 20, 500 on day 30; of before, 777 until day 20.
    dollar_days = 20 * 200 + 11 * 1000 + 1 * 500 + 10 * 777
    assert window.dues[0].value == pytest.approx(6 / 10)
    assert window.dues[1].value == pytest.approx(dollar_days / 1700)
