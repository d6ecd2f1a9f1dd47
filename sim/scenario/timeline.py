"""What happens on a date: switches, rule changes, payers' machines, volumes, plans, prices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import Model, SkillName, param, share
from sim.scenario.vendor import Price

Names = tuple[str, ...] | Literal["all"]


class _Dated(Model):
    on: date = param("Date on which it happens", "date", "assumption", "uncertainty")


class VendorSwitch(_Dated):
    """Teams go over to another vendor, whose people start without knowing this hospital."""

    kind: Literal["vendor_switch"] = param("Kind of event", "-", "model", "constant")
    to: str = param("Vendor that takes over", "-", "assumption", "lever", min_length=1)
    teams: Names = param("Teams that go over, or `all`", "-", "assumption", "lever", default="all")
    assessed: bool = param(
        "Whether the vendor must first pass its risk assessment (`compliance`), which delays it",
        "-",
        "D4",
        "uncertainty",
        default=False,
    )
    parallel_days: int = param(
        "Days before the switch from which the new people are employed and shadow the old",
        "days",
        "assumption",
        "lever",
        ge=0,
        le=365,
        default=0,
    )


class PolicyEvent(_Dated):
    """A rule change that comes once."""

    kind: Literal["policy_change"] = param("Kind of event", "-", "model", "constant")
    skills: tuple[SkillName, ...] | Literal["all", "client"] = param(
        "Skills hit, or the client part of knowledge", "-", "C", "uncertainty"
    )
    obsolete_share: float = param(
        "Part of the knowledge that no longer holds", "share", "C", "uncertainty", ge=0, le=0.99
    )


class PayerAi(_Dated):
    """Payers let a machine look at claims: it finds more inconsistency and denies clean claims."""

    kind: Literal["payer_ai"] = param("Kind of event", "-", "model", "constant")
    payers: Names = param(
        "Payer classes, or `all`", "-", "assumption", "uncertainty", default="all"
    )
    found_share: float = share(
        "Residual coding and documentation defects that it denies on top", "D3", "uncertainty"
    )
    false_share: float = share("Clean claims that it denies", "D3", "uncertainty")
    contest_share: float = share(
        "Its denials overturned without an evidence trail", "D3", "uncertainty"
    )
    contest_with_trail_share: float = share(
        "Its denials overturned with an evidence trail", "D3", "uncertainty"
    )


class Volume(_Dated):
    """A surge or a ramp of arrivals."""

    kind: Literal["volume"] = param("Kind of event", "-", "model", "constant")
    factor: float = param("Arrivals over before", "ratio", "assumption", "uncertainty", ge=0, le=10)
    ramp_days: int = param(
        "Days over which the factor builds up",
        "days",
        "assumption",
        "uncertainty",
        ge=0,
        le=3650,
        default=0,
    )
    until: date | None = param(
        "Day on which it ends; left out, it stays",
        "date",
        "assumption",
        "uncertainty",
        default=None,
    )


class Staffing(_Dated):
    """A new plan for a team; who is too many is laid off, who is missing is hired."""

    kind: Literal["staffing"] = param("Kind of event", "-", "model", "constant")
    team: str = param("Team", "-", "assumption", "lever", min_length=1)
    headcount: Annotated[int, Field(ge=0, le=100_000)] = param(
        "Planned agents at scale 1", "people", "assumption", "lever"
    )


class PriceChange(_Dated):
    """A new price of a vendor; its `transition_usd` is charged on the day."""

    kind: Literal["price_change"] = param("Kind of event", "-", "model", "constant")
    vendor: str = param("Vendor", "-", "assumption", "lever", min_length=1)
    price: Price


class FeedbackStart(_Dated):
    """A vendor's feedback meetings begin only now."""

    kind: Literal["feedback_start"] = param("Kind of event", "-", "model", "constant")
    vendor: str = param("Vendor", "-", "assumption", "lever", min_length=1)


class ProgrammeStart(_Dated):
    """A vendor's certification programme begins only now."""

    kind: Literal["programme_start"] = param("Kind of event", "-", "model", "constant")
    vendor: str = param("Vendor", "-", "assumption", "lever", min_length=1)
    programme: str = param("Programme", "-", "assumption", "lever", min_length=1)


class AttritionShock(_Dated):
    """Part of a team walks out at once, the likeliest to go first, and is replaced."""

    kind: Literal["attrition_shock"] = param("Kind of event", "-", "model", "constant")
    team: str = param("Team hit", "-", "assumption", "uncertainty", min_length=1)
    share: float = share("Part of the team that leaves", "assumption", "uncertainty")


class Layoff(_Dated):
    """Part of a team is laid off, the newest first, and the plan shrinks with it."""

    kind: Literal["layoff"] = param("Kind of event", "-", "model", "constant")
    team: str = param("Team hit", "-", "assumption", "lever", min_length=1)
    share: float = share("Part of the team that leaves", "assumption", "lever")


Event = Annotated[
    VendorSwitch | PolicyEvent | PayerAi | Volume | Staffing | PriceChange | FeedbackStart
    | ProgrammeStart | AttritionShock | Layoff,
    Field(discriminator="kind"),
]  # fmt: skip
