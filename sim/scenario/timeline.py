"""What happens on a date: switches, rule changes, payers' machines, volumes, plans, prices."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args

from pydantic import Field

from sim.scenario.fields import Dated, Heads, Model, SkillName, constant, lever, share, uncertainty
from sim.scenario.plugins import EVENTS, sound
from sim.scenario.vendor import Price

Names = tuple[str, ...] | Literal["all"]
MoreHeads = Annotated[int, Field(ge=1, le=100_000)]


def _of_payers() -> Any:
    """The payers that an event is about."""
    return uncertainty(
        "Payer classes that it is about, or `all`", "-", "assumption", default="all", unordered=True
    )


class VendorSwitch(Dated):
    """Teams go over to another vendor, whose people start without knowing this hospital."""

    kind: Literal["vendor_switch"] = constant("Kind of event", "-", "model")
    to: str = lever("Vendor that takes over", "-", "assumption", min_length=1)
    teams: Names = lever(
        "Teams that go over, or `all`", "-", "assumption", default="all", unordered=True
    )
    assessed: bool = uncertainty(
        "Whether the vendor must first pass its risk assessment (`compliance`), which delays it",
        "-",
        "D4",
        default=False,
    )
    parallel_days: int = lever(
        "Days before the switch from which the new people are employed and shadow the old",
        "days",
        "assumption",
        ge=0,
        le=365,
        default=0,
    )
    site: str | None = lever(
        "Site at which the new people work; left out, that of the team before",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )


class PolicyEvent(Dated):
    """A rule change that comes once."""

    kind: Literal["policy_change"] = constant("Kind of event", "-", "model")
    skills: tuple[SkillName, ...] | Literal["all", "client"] = uncertainty(
        "Skills hit, or the client part of knowledge", "-", "C", unordered=True
    )
    obsolete_share: float = uncertainty(
        "Part of the knowledge that no longer holds", "share", "C", ge=0, le=0.99
    )


class PayerAi(Dated):
    """Payers let a machine look at claims: it finds more inconsistency and denies clean claims."""

    kind: Literal["payer_ai"] = constant("Kind of event", "-", "model")
    payers: Names = _of_payers()
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


class PayerOutage(Dated):
    """Payers, or the clearing house before them, answer nothing for some days, then all at once.

    Claims still go out, and count as submitted on the day: rejections, remittances and decisions
    that fall into the outage come on the first workday after it.
    """

    kind: Literal["payer_outage"] = constant("Kind of event", "-", "model")
    payers: Names = _of_payers()
    days: int = uncertainty("Days without an answer", "days", "assumption", ge=1, le=365)


class PayerSlow(Dated):
    """Payers take longer, or less long, to answer what is submitted or appealed from now on."""

    kind: Literal["payer_slow"] = constant("Kind of event", "-", "model")
    payers: Names = _of_payers()
    factor: float = uncertainty(
        "Days to an answer over those of the profile", "ratio", "assumption", ge=0.1, le=10
    )
    until: date | None = uncertainty(
        "Day from which they answer as before; left out, never", "date", "assumption", default=None
    )


class FilingLimit(Dated):
    """Payers change how old a claim may be when it comes in."""

    kind: Literal["filing_limit"] = constant("Kind of event", "-", "model")
    payers: Names = _of_payers()
    days: int = uncertainty(
        "Days from service within which a claim must be submitted",
        "days",
        "assumption",
        ge=1,
        le=3650,
    )


class Rule(Dated):
    """Payers ask more of some claims: those of services from this date that nobody has prepared.

    Until the edit is installed, a claim that the rule touches comes with a defect that is denied if
    it gets through; from then on the edit stops it at the scrubber, whose desk makes it right.
    """

    kind: Literal["rule"] = constant("Kind of event", "-", "model")
    name: str = constant(
        "Name of the rule, which keys the luck of whom it touches",
        "-",
        "assumption",
        min_length=1,
        max_length=60,
    )
    payers: Names = _of_payers()
    settings: tuple[Literal["inpatient", "outpatient"], ...] = uncertainty(
        "Settings whose claims are touched",
        "-",
        "assumption",
        min_length=1,
        unordered=True,
        default=("inpatient", "outpatient"),
    )
    touched_share: float = share(
        "Claims of these payers and settings that the rule touches", "assumption", "uncertainty"
    )
    category: Literal["REG", "DATA", "AUTH", "DOC", "NONCOV"] = uncertainty(
        "Category of the denial", "-", "assumption", default="NONCOV"
    )
    notice_days: int = uncertainty(
        "Days before the date on which the payer tells of it",
        "days",
        "assumption",
        ge=0,
        le=730,
        default=45,
    )
    edit_after_days: int | None = lever(
        "Days from the notice until the edit stops claims; left out, none is ever installed",
        "days",
        "assumption",
        ge=0,
        le=3650,
        default=None,
    )


class Volume(Dated):
    """A surge or a ramp of arrivals."""

    kind: Literal["volume"] = constant("Kind of event", "-", "model")
    payers: Names = _of_payers()
    factor: float = uncertainty("Arrivals over before", "ratio", "assumption", ge=0, le=10)
    ramp_days: int = uncertainty(
        "Days over which the factor builds up", "days", "assumption", ge=0, le=3650, default=0
    )
    until: date | None = uncertainty(
        "Day on which it ends; left out, it stays", "date", "assumption", default=None
    )


class Staffing(Dated):
    """A new plan for a team; who is too many is laid off, who is missing is hired.

    It outlives a switch of the vendor. Under `hiring.policy: freeze` nobody is hired.
    """

    kind: Literal["staffing"] = constant("Kind of event", "-", "model")
    team: str = lever("Team", "-", "assumption", min_length=1)
    headcount: Heads = lever("Planned agents at scale 1", "people", "assumption")


class NewPrice(Model):
    """What changes in a price; what is left out stays as it was."""

    usd_per_hour: Annotated[float, Field(ge=0, le=1000)] | Literal["by_certification"] | None = (
        lever(
            "Billed per paid hour: one rate, or `by_certification`; left out, as before",
            "USD/hour",
            "assumption",
            default=None,
        )
    )
    usd_per_claim: float | None = lever(
        "Billed per submitted claim; left out, as before",
        "USD/claim",
        "assumption",
        ge=0,
        le=1000,
        default=None,
    )
    share_of_collections: float | None = share(
        "Billed as a part of the money collected; left out, as before",
        "assumption",
        "lever",
        default=None,
    )
    transition_usd: float = lever(
        "One-off cost of the change, charged on the day, at scale 1",
        "USD",
        "assumption",
        ge=0,
        le=1000000000.0,
        default=0.0,
    )
    management_usd_per_year: float | None = uncertainty(
        "Hospital staff who manage the vendor, at scale 1; left out, as before",
        "USD/year",
        "assumption",
        ge=0,
        le=100000000.0,
        default=None,
    )
    bills_training: bool | None = lever(
        "Whether the hospital pays for training; left out, as before",
        "-",
        "assumption",
        default=None,
    )

    def over(self, price: Price) -> Price:
        """The price that holds from now on; what a transition costs later stays as it was."""
        said = self.model_dump(exclude={"transition_usd"}, exclude_none=True)
        return price.model_copy(update=said)


class PriceChange(Dated):
    """A new price of a vendor, for what it writes."""

    kind: Literal["price_change"] = constant("Kind of event", "-", "model")
    vendor: str = lever("Vendor", "-", "assumption", min_length=1)
    price: NewPrice


class FeedbackStart(Dated):
    """A vendor's feedback meetings begin only now."""

    kind: Literal["feedback_start"] = constant("Kind of event", "-", "model")
    vendor: str = lever("Vendor", "-", "assumption", min_length=1)


class ProgrammeStart(Dated):
    """A vendor's certification programme begins only now."""

    kind: Literal["programme_start"] = constant("Kind of event", "-", "model")
    vendor: str = lever("Vendor", "-", "assumption", min_length=1)
    programme: str = lever("Programme", "-", "assumption", min_length=1)


class AttritionShock(Dated):
    """Part of a team walks out at once, the likeliest to go first, and is replaced."""

    kind: Literal["attrition_shock"] = constant("Kind of event", "-", "model")
    team: str = uncertainty("Team hit", "-", "assumption", min_length=1)
    share: float = share("Part of the team that leaves", "assumption", "uncertainty")


class Layoff(Dated):
    """Part of a team is laid off, the newest first, and the plan shrinks with it."""

    kind: Literal["layoff"] = constant("Kind of event", "-", "model")
    team: str = lever("Team hit", "-", "assumption", min_length=1)
    share: float = share("Part of the team that leaves", "assumption", "lever")


class Wage(Dated):
    """What a vendor pays its people from now on, those that it hires later too.

    What it charges stays as it was, and how far pay keeps people is `turnover.pay_elasticity`. A
    team's wage is that of the vendor who answers for its queues on the day.
    """

    kind: Literal["wage"] = constant("Kind of event", "-", "model")
    vendor: str | None = lever(
        "Vendor whose teams are all paid so; write either this or `team`",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )
    team: str | None = lever("Team that is paid so", "-", "assumption", min_length=1, default=None)
    certification: str | None = lever(
        "Certification that is paid so; left out, all",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )
    factor: float | None = lever(
        "Wage over before; write either this or `usd_per_hour`",
        "ratio",
        "assumption",
        ge=0.1,
        le=10,
        default=None,
    )
    usd_per_hour: float | None = lever(
        "Wage", "USD/hour", "assumption", ge=0.01, le=500, default=None
    )


class MarketWage(Dated):
    """What other employers pay, against which people compare their wage."""

    kind: Literal["market_wage"] = constant("Kind of event", "-", "model")
    certification: str | None = uncertainty(
        "Certification whose market moves; left out, all",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )
    factor: float = uncertainty("Market wage over before", "ratio", "assumption", ge=0.1, le=10)
    ramp_days: int = uncertainty(
        "Days over which the factor builds up", "days", "assumption", ge=0, le=3650, default=0
    )


class LeaveSeason(Dated):
    """Months in which people leave more often (or less), every year from a date on."""

    kind: Literal["leave_season"] = constant("Kind of event", "-", "model")
    vendor: str | None = uncertainty(
        "Vendor all of whose people leave so; write either this or `team`",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )
    team: str | None = uncertainty(
        "Team, whoever employs it, whose people leave so",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = uncertainty(
        "Months of the year", "month", "assumption", min_length=1, max_length=12, unordered=True
    )
    factor: float = uncertainty(
        "Hazard of quitting in these months, over that of others",
        "ratio",
        "assumption",
        ge=0,
        le=10,
    )
    until: date | None = uncertainty(
        "Day on which it has ended for good; left out, it stays", "date", "assumption", default=None
    )


class Rotate(Dated):
    """A vendor begins to move its tenured people to other accounts; they are replaced.

    A later event of the same vendor takes its place.
    """

    kind: Literal["rotate"] = constant("Kind of event", "-", "model")
    vendor: str = lever("Vendor", "-", "assumption", min_length=1)
    share_per_year: float = share(
        "Tenured people who have been moved a year later; 1, at once", "assumption", "uncertainty"
    )
    after_tenure_days: int = uncertainty(
        "Tenure from which on people may be moved", "days", "assumption", ge=1, le=3650
    )
    from_bench: bool = lever(
        "Whether newcomers from the vendor's bench take their places without a search",
        "-",
        "assumption",
        default=False,
    )


class ClassStart(Dated):
    """So many people start in the classroom, on top of the plan, which grows by them."""

    kind: Literal["class"] = constant("Kind of event", "-", "model")
    team: str = lever("Team that they are hired for", "-", "assumption", min_length=1)
    people: MoreHeads | dict[str, Heads] = lever(
        "Those who start, at scale 1, with certifications drawn as for other newcomers; or how "
        "many with each certification",
        "people",
        "assumption",
    )

    @property
    def heads(self) -> int:
        """All who start."""
        return self.people if isinstance(self.people, int) else sum(self.people.values())


class Transfer(Dated):
    """The longest-serving of a team go over to another of the vendor, as they are.

    Those at their desks, on their own, whose certification opens work there; both plans move along.
    """

    kind: Literal["transfer"] = constant("Kind of event", "-", "model")
    people: MoreHeads = lever("Those who go over, at scale 1", "people", "assumption")
    from_team: str = lever("Team that they leave", "-", "assumption", min_length=1)
    to_team: str = lever("Team that they join", "-", "assumption", min_length=1)


class Certify(Dated):
    """The longest-serving of a team with a lower certification hold another from now on.

    Lower is one of less accuracy at full knowledge or, where that is the same, without any.
    """

    kind: Literal["certify"] = constant("Kind of event", "-", "model")
    team: str = lever("Team", "-", "assumption", min_length=1)
    people: MoreHeads = lever("Those who are certified, at scale 1", "people", "assumption")
    to: str = lever("Certification that they hold then", "-", "assumption", min_length=1)


class LeaveOfAbsence(Dated):
    """The longest-serving at their desks are away for some time: unpaid, and keep their place."""

    kind: Literal["leave_of_absence"] = constant("Kind of event", "-", "model")
    team: str = uncertainty("Team", "-", "assumption", min_length=1)
    people: MoreHeads = uncertainty("Those who are away, at scale 1", "people", "assumption")
    days: int = uncertainty("Days until they are back", "days", "assumption", ge=1, le=3650)


class HireFreeze(Dated):
    """No vacancy is filled for some time: searches rest, and go on after it."""

    kind: Literal["hire_freeze"] = constant("Kind of event", "-", "model")
    teams: Names = lever(
        "Teams that hire nobody, or `all`", "-", "assumption", default="all", unordered=True
    )
    until: date = lever("First day on which places are filled again", "date", "assumption")


def hit(event: PayerOutage | PayerSlow | FilingLimit | Rule | PayerAi | Volume, payer: str) -> bool:
    """Whether an event is about a payer."""
    return event.payers == "all" or payer in event.payers


def plan_after(event: Event, team: str, people: float) -> float:
    """Full-time equivalents that a team's plan of `people` is at scale 1, once an event is over."""
    if isinstance(event, Staffing) and event.team == team:
        return float(event.headcount)
    if isinstance(event, Layoff) and event.team == team:
        return people * (1.0 - event.share)
    if isinstance(event, ClassStart) and event.team == team:
        return people + event.heads
    if isinstance(event, Transfer):
        moved = (event.to_team == team) - (event.from_team == team)
        return max(0.0, people + moved * event.people)
    return people


Event = Annotated[
    VendorSwitch | PolicyEvent | PayerAi | Volume | Staffing | PriceChange | FeedbackStart
    | ProgrammeStart | AttritionShock | Layoff
    | Wage | MarketWage | LeaveSeason | Rotate
    | ClassStart | Transfer | Certify | LeaveOfAbsence | HireFreeze
    | FilingLimit | PayerSlow | PayerOutage | Rule,
    Field(discriminator="kind"),
]  # fmt: skip
if not TYPE_CHECKING and (own := sound(EVENTS)):  # kinds that other packages register
    shipped, by_kind = get_args(Event)
    Event = Annotated[Union[(shipped, *own.values())], by_kind]
