"""What a hospital and a vendor agree upon besides the price: credits, gains, volumes and exit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field

from sim.scenario.fields import Model, QueueName, constant, lever, share

HIGHER_IS_BETTER = {
    "claims.first_pass_payment_rate": True,
    "claims.clean_claim_rate": True,
    "claims.rejection_rate": False,
    "claims.rfi_rate": False,
    "denials.initial_rate": False,
    "quality.coding_accuracy": True,
    "money.net_revenue_realisation": True,
    "money.days_in_ar": False,
    **{f"work.in_time_share.{queue}": True for queue in get_args(QueueName)},
}
"""KPIs that a contract may name: those that a window of its own can tell."""
MONTHS = {"month": 1, "quarter": 3}


class Rung(Model):
    """A step of a credit ladder."""

    threshold: float = lever(
        "Value of the KPI; where the window's is worse, the credit is due",
        "as the KPI",
        "assumption",
        ge=-1e12,
        le=1e12,
    )
    credit_share: float = share("Credit, of the window's fees", "assumption", "lever")


class Term(Model):
    """A KPI that the vendor owes; which direction is better is the KPI's own."""

    kpi: str = lever("KPI, by its name in `docs/kpis.md`", "-", "assumption", min_length=1)
    target: float = lever("What is aimed at", "as the KPI", "assumption", ge=-1e12, le=1e12)
    ladder: tuple[Rung, ...] = lever(
        "Credits by how far the KPI falls short, the mildest first; the worst threshold passed "
        "counts",
        "-",
        "assumption",
        default=(),
        max_length=20,
    )


class GainShare(Model):
    """What the vendor gets of the money that comes in beyond a baseline."""

    baseline_share: float = share(
        "Net revenue realised from which on gains are shared", "assumption", "lever"
    )
    vendor_share: float = share(
        "Vendor's part of what is paid beyond the baseline", "assumption", "lever"
    )
    cap_share: float = lever(
        "Most that the vendor gets, over the window's fees",
        "share",
        "assumption",
        ge=0,
        le=100,
        default=1.0,
    )


class Tier(Model):
    """A discount on the claims of a month beyond a volume."""

    from_claims: int = lever(
        "Submitted claims of a month, at scale 1, beyond which it holds",
        "claims/month",
        "assumption",
        ge=0,
        le=100_000_000,
    )
    discount_share: float = share("Discount on the fees of these claims", "assumption", "lever")


class Exit(Model):
    """What the hospital owes if the vendor's last team goes over to another before the end."""

    until: date = lever("First day on which the contract may end for nothing", "date", "assumption")
    fee_usd: float = lever(
        "Early termination fee, at scale 1", "USD", "assumption", ge=0, le=1e9, default=0.0
    )
    notice_days: int = lever(
        "Days of fees, as the last quarter's, that are owed besides",
        "days",
        "assumption",
        ge=0,
        le=730,
        default=0,
    )


class Contract(Model):
    """An agreement with one vendor, settled at the end of each window."""

    name: str = constant("Name", "-", "assumption", min_length=1, max_length=60)
    vendor: str = lever("Vendor", "-", "assumption", min_length=1)
    window: Literal["month", "quarter"] = lever(
        "Calendar span over which KPIs are measured and settled; only whole ones within the days "
        "that KPIs count are",
        "-",
        "assumption",
    )
    terms: tuple[Term, ...] = lever(
        "KPIs owed", "-", "assumption", default=(), max_length=20, unordered=True
    )
    at_risk_share: float = share(
        "Most of a window's fees that all its credits together may take",
        "assumption",
        "lever",
        default=1.0,
    )
    gain_share: GainShare | None = lever("Gain-share", "-", "assumption", default=None)
    tiers: tuple[Tier, ...] = lever(
        "Volume discounts, the smallest volume first; each holds for the claims between its own "
        "and the next",
        "-",
        "assumption",
        default=(),
        max_length=20,
    )
    minimum_claims: int = lever(
        "Claims of a month, at scale 1, that are paid for even if fewer are submitted",
        "claims/month",
        "assumption",
        ge=0,
        le=100_000_000,
        default=0,
    )
    shortfall_usd_per_claim: Annotated[float, Field(ge=0, le=10_000)] = lever(
        "What is paid for each claim below that", "USD/claim", "assumption", default=0.0
    )
    exit: Exit | None = lever("Early end", "-", "assumption", default=None)


def whole_windows(first: date, end: date, window: str) -> Iterator[tuple[date, date]]:
    """Calendar months or quarters that lie in the days from `first` to before `end`: their ends."""
    months = MONTHS[window]
    begins = first.replace(day=1)
    while begins < end:
        closes = begins
        for _ in range(months):
            closes = (closes + timedelta(31)).replace(day=1)
        if first <= begins and closes <= end and (begins.month - 1) % months == 0:
            yield begins, closes
        begins = (begins + timedelta(31)).replace(day=1)
