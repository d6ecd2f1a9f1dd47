"""Who is paid for what: by the claim once, by collections for what their work brings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.model import rules
from sim.model.codes import First
from sim.model.simulation import run
from sim.record.kpis import outcome
from tests.scenarios import a_year, faultless, for_payers, scenario, staffed, world_of

DRAIN = "drain_days=730"
NEVER_LATE = for_payers("filing_limit_days", 3650)
WALK_INS = [
    f"hospital.front_end.{s}.{share}=0"
    for s in ("inpatient", "outpatient")
    for share in ("scheduled_share", "prior_auth_share", "dictated_share")
]


def two_vendors(*overrides: str) -> dict[str, float]:
    """The generalist codes, the specialist follows up; nobody is paid by the hour."""
    model = scenario("hybrid", DRAIN, *WALK_INS, *overrides, days=200)
    return outcome(run(model, 0)).kpis


def teams_of(coder: str, follower: str) -> list[str]:
    return [
        *(
            f"teams.{t}.vendor={coder}"
            for t in ("coding_inpatient", "coding_outpatient", "billing", "clinical")
        ),
        f"teams.ar.vendor={follower}",
        *(f"vendors.{v}.price.usd_per_hour=0" for v in (coder, follower)),
        *(
            f"vendors.{v}.price.{kind}=0"
            for v in (coder, follower)
            for kind in ("usd_per_claim", "share_of_collections")
        ),
    ]


def test_collections_go_to_whoever_worked_for_them() -> None:
    """Every first submission vanishes: all cash comes after a follow-up, and so does its share."""
    share = "vendors.specialized.price.share_of_collections=0.2"
    base = [*teams_of("generalist", "specialized"), *faultless("generalist"), *NEVER_LATE, share]
    found = two_vendors(*base)
    assert found["money.paid_usd"] > 0
    assert found["money.fees_usd"] == 0.0, "nothing vanishes, so there is nothing to follow up"
    found = two_vendors(*base, *for_payers("no_reply_share", 1))
    assert found["money.fees_usd"] == pytest.approx(0.2 * found["money.paid_usd"], rel=1e-9)


def test_what_is_paid_at_the_first_go_is_the_coders() -> None:
    found = two_vendors(
        *teams_of("generalist", "specialized"),
        *faultless("generalist"),
        "vendors.generalist.price.share_of_collections=0.04",
    )
    assert found["money.fees_usd"] == pytest.approx(0.04 * found["money.paid_usd"], rel=1e-9)


def test_a_claim_is_billed_once_by_each_vendor_that_works_on_it() -> None:
    """The coder's 7 dollars for every claim; the follower's 3 for those that were followed up."""
    model = scenario(
        "hybrid",
        DRAIN,
        *WALK_INS,
        *teams_of("generalist", "specialized"),
        *faultless("generalist"),
        *for_payers("no_reply_share", 0.5),
        *NEVER_LATE,
        "vendors.generalist.price.usd_per_claim=7",
        "vendors.specialized.price.usd_per_claim=3",
        days=200,
    )
    record = run(model, 0)
    found = outcome(record).kpis
    first, last = 30, 140
    mine = (record.claims["day"] >= first) & (record.claims["day"] < last)
    # One touch to code; a second to follow up, by the only other team that has anything to do
    # apart from scrubber edits, which are the coder's.
    followed = mine & (record.claims["touches"] - 1 - record.claims["edited"] > 0)
    assert (record.claims["first_outcome"][mine] == First.PAID).all()
    assert followed.sum() > 500
    expected = 7 * mine.sum() + 3 * followed.sum()
    assert found["money.fees_usd"] == pytest.approx(a_year(record.facts) * expected, rel=1e-9)


DEAR = ("payers.commercial.payment_multiplier=5", "payers.medicare.payment_multiplier=0.2")


@pytest.mark.parametrize("prices", [(), DEAR], ids=["one price", "a dear payer and a cheap one"])
def test_what_is_left_is_mostly_small_and_as_much_as_is_written(prices: tuple[str, ...]) -> None:
    """Share of denials taken up, by count, within three standard errors and what tilts leave."""
    model = scenario(
        "in_house",
        DRAIN,
        "vendors.in_house.denials.worked_share=0.8",
        "vendors.in_house.denials.threshold_usd=0",
        *prices,
        scale=0.3,
        days=200,
    )
    record = run(model, 0)
    c = record.claims
    causes = list(record.facts.causes)
    denied = c["denied_for"] >= 0
    left = denied & (c["loss_cause"] == causes.index("not_worked")) & (c["appealed"] == 0)
    count = denied.sum()
    assert count > 3000
    error = 3.3 * np.sqrt(0.8 * 0.2 / count)
    assert 1 - left.sum() / count == pytest.approx(0.8, abs=error + 0.015)
    worked = denied & ~left
    assert np.median(c["expected"][left]) < 0.5 * np.median(c["expected"][worked])


@pytest.mark.parametrize("prices", [(), DEAR], ids=["one price", "a dear payer and a cheap one"])
def test_small_requests_for_records_are_left_more_often_than_large_ones(
    prices: tuple[str, ...],
) -> None:
    """All claims are asked about: in each fifth by amount as many are left as amounts say.

    The luck of each request is its own, so that a sound model leaves 4.5 standard errors in one
    fifth of 150,000. The share that is written comes out within what tilts leave.
    """
    model = scenario(
        "in_house",
        DRAIN,
        *faultless("in_house"),
        *NEVER_LATE,
        *staffed(200),
        *(
            f"categories.DOC.{name}={value}"
            for name, value in (
                ("incidence", 1),
                ("dollar_weight", 1),
                ("reject_share", 0),
                ("deny_share", 0),
                ("rfi_share", 1),
            )
        ),
        *for_payers("records_window_days", 365),
        "vendors.in_house.denials.worked_share=0.7",
        *prices,
        scale=0.05,
        days=150,
    )
    terms = world_of(model).state.terms[0]  # all of one vendor
    most, halfway, steepness = terms.records_worked
    record = run(model, 0)
    c = record.claims
    asked = c["first_outcome"] == First.ASKED
    amounts = c["expected"][asked]
    left = c["loss_cause"][asked] == record.facts.causes.index("not_worked")
    chance = np.array([1 - rules.worked_share(most, halfway, steepness, a) for a in amounts])
    shares = []
    for fifth in np.array_split(np.argsort(amounts, kind="stable"), 5):
        assert len(fifth) > 500
        error = (chance[fifth] * (1 - chance[fifth])).sum() ** 0.5
        assert abs(left[fifth].sum() - chance[fifth].sum()) < 4.5 * error
        shares.append(left[fifth].mean())
    assert all(small > large for small, large in pairwise(shares))
    assert 1 - left.mean() == pytest.approx(0.7, abs=4.5 * (0.21 / len(left)) ** 0.5 + 0.015)
