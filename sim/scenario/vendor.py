"""What an employer of agents does in its own way: people, checks, denials, feedback, price."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.costs import Costs
from sim.scenario.fields import FrontQueue, Model, constant, lever, share, uncertainty
from sim.scenario.leads import Leads
from sim.scenario.turnover import Hiring, Turnover


class Knowledge(Model):
    """A pair of knowledge levels."""

    domain: float = share("Portable knowledge of the skill", "H2", "lever")
    client: float = share("Knowledge of this hospital and its payers", "H2", "lever")


class Learning(Model):
    """How fast a vendor's agents learn and forget."""

    domain_per_month: float = uncertainty(
        "Learning rate of domain knowledge per month of full-time practice",
        "1/month",
        "B1, H2",
        ge=0,
        le=20,
    )
    client_per_month: float = uncertainty(
        "Learning rate of client knowledge per month of full-time practice",
        "1/month",
        "H2",
        ge=0,
        le=20,
    )
    forgetting_per_month: float = uncertainty("Forgetting rate", "1/month", "C, H2", ge=0, le=5)
    denial_feedback_months: float = lever(
        "Practice that a returned denial is worth to the agent who caused it",
        "months",
        "assumption",
        ge=0,
        le=1,
        default=0.0,
    )


class Retraining(Model):
    """What a vendor does after a policy change."""

    effectiveness_share: float = share(
        "Part of the obsolete knowledge that retraining restores", "H2", "lever"
    )
    delay_days: int = lever(
        "Days from the change until agents are retrained", "days", "H2", ge=0, le=730
    )


class Quality(Model):
    """Checks, holds and catches before a claim goes out."""

    qa_sample_share: float = share("Claims sampled before submission", "H2", "lever")
    qa_detection_share: float = share("Errors found in a sampled claim", "H2", "lever")
    qa_enrichment: float = lever(
        "How much likelier than a random claim a claim with an error is to be sampled",
        "ratio",
        "H2",
        ge=1,
        le=20,
    )
    hold_and_query_share: float = share(
        "Weakly documented claims that are held and queried instead of pushed forward",
        "H2",
        "lever",
    )
    realtime_review_share: float = share(
        "Weakly documented charts reviewed in the hospital's own record system before they are "
        "coded",
        "assumption",
        "lever",
        default=0.0,
    )
    catch_share: dict[Literal["REG", "DATA", "AUTH"], Annotated[float, Field(ge=0, le=1)]] = lever(
        "Source defects noticed before submission, at full client knowledge", "share", "H2"
    )
    entry_defect_share: float = share(
        "Own data-entry defects per claim at zero client knowledge", "H2", "lever"
    )
    duplicate_share: float = share("Claims billed twice instead of corrected", "H2", "lever")
    under_coding_share: float = share("Coding errors that under-code", "H2", "uncertainty")


class DenialWork(Model):
    """Which denials are worked, and how well."""

    worked_share: float = share(
        "Denials and requests taken up; what is left is mostly small", "H2", "lever"
    )
    threshold_usd: float = lever(
        "Denials with less at stake are written off unworked",
        "USD",
        "assumption",
        ge=0,
        le=1000000.0,
    )
    win_multiplier: float = lever(
        "Multiplier on the odds shares of winning", "ratio", "H2", ge=0, le=3
    )
    evidence_trail: bool = lever(
        "Whether each code can be traced to the note (decides contests with payers' machines)",
        "-",
        "D3",
        default=False,
    )
    levels: int = lever("Levels of appeal pursued", "levels", "assumption", ge=0, le=6)


class Feedback(Model):
    """Meetings with the hospital about the denials actually seen."""

    every_days: int = lever("Days between meetings", "days", "D2", ge=1)
    closes_share: float = share(
        "Part of the remaining avoidable defects that one meeting removes", "D2", "uncertainty"
    )
    floor_share: float = share(
        "Part of the source defects that no meeting can remove", "D2", "uncertainty"
    )
    lag_days: int = uncertainty(
        "Days from a meeting until the change is felt",
        "days",
        "assumption",
        ge=0,
        le=365,
        default=0,
    )
    relapse_half_life_days: float = uncertainty(
        "Days in which half of what meetings have mended comes back, unless they go on",
        "days",
        "assumption",
        gt=0,
        le=36500,
        default=365.0,
    )
    meeting_usd: float = uncertainty(
        "Time of the hospital's physicians and analysts that one meeting takes, at scale 1",
        "USD",
        "assumption",
        ge=0,
        le=1000000.0,
        default=0.0,
    )


class Price(Model):
    """What the hospital pays."""

    usd_per_hour: Annotated[float, Field(ge=0, le=1000)] | Literal["by_certification"] = lever(
        "Billed per paid hour: one rate, or `by_certification`, the rate of each agent's own",
        "USD/hour",
        "H2",
    )
    usd_per_claim: float = lever(
        "Billed per submitted claim", "USD/claim", "assumption", ge=0, le=1000, default=0.0
    )
    share_of_collections: float = share(
        "Billed as a part of the money collected", "assumption", "lever", default=0.0
    )
    transition_usd: float = lever(
        "One-off cost of the transition, at scale 1", "USD", "H2", ge=0, le=1000000000.0
    )
    management_usd_per_year: float = uncertainty(
        "Hospital staff who manage the vendor, at scale 1",
        "USD/year",
        "assumption",
        ge=0,
        le=100000000.0,
        default=0.0,
    )
    bills_training: bool = lever(
        "Whether the hospital pays for training: classroom hours, recruiting, programmes",
        "-",
        "assumption",
        default=False,
    )


class Programme(Model):
    """A certification programme for agents already employed."""

    name: str = constant("Name", "-", "assumption", min_length=1, max_length=60)
    from_certification: str = lever("Who can enrol", "-", "assumption", min_length=1)
    to_certification: str = lever("What a pass brings", "-", "assumption", min_length=1)
    after_days: int = lever("Tenure at which agents may enrol", "days", "assumption", ge=0, le=3650)
    enrol_share: float = share("Eligible agents who enrol", "assumption", "lever")
    months: float = lever("Length", "months", "assumption", gt=0, le=60)
    study_hours_per_week: float = lever(
        "Paid hours of study", "hours/week", "assumption", ge=0, le=40
    )
    pass_share: float = share("Enrolled agents who pass", "B3", "uncertainty")
    cost_usd: float = lever("Fee per enrolment", "USD", "assumption", ge=0, le=1000000.0)
    hazard_multiplier: float = uncertainty(
        "Hazard of quitting once certified, over before", "ratio", "assumption", ge=0, le=10
    )


class BySetting(Model):
    """A share for each setting."""

    inpatient: float = share("Inpatient charts", "D3", "uncertainty")
    outpatient: float = share("Outpatient charts", "D3", "uncertainty")


class CodingAi(Model):
    """A machine that codes charts, alone or before a human's eyes."""

    mode: Literal["black_box", "human_in_the_loop"] = lever(
        "`black_box`: nobody looks at what it codes; `human_in_the_loop`: its suggestions are "
        "reviewed, except for easy charts that it codes alone",
        "-",
        "D3",
    )
    alone_share: BySetting
    alone_accuracy: BySetting
    suggestion_accuracy: BySetting
    unsupported_share: float = share(
        "Its errors that are codes without support in the chart (paid too high, and audited)",
        "D3",
        "uncertainty",
    )
    alone_time_share: float = share(
        "Touch time left on a chart it codes alone", "assumption", "uncertainty"
    )
    time_saved_share: float = share(
        "Touch time saved on a chart that it has pre-read", "D3", "uncertainty"
    )
    reviewer_catch_share: float = share(
        "Wrong suggestions noticed by a reviewer who never errs", "D3", "uncertainty"
    )
    bias_above_share: float = share(
        "Part of right suggestions above which reviewers stop looking", "D3", "uncertainty"
    )
    biased_catch_share: float = share("Wrong suggestions noticed then", "D3", "uncertainty")
    skill_formation: float = uncertainty(
        "Learning rate of coders who work with it, over that of coders who do not",
        "ratio",
        "D3",
        ge=0,
        le=5,
    )


class Drafts(Model):
    """A machine that prepares a front-end task for an agent who reviews it."""

    accuracy: float = share("Its drafts that are right", "H4", "uncertainty")
    reviewer_catch_share: float = share(
        "Wrong drafts noticed by a reviewer who never errs", "D3", "uncertainty"
    )
    time_saved_share: float = share("Touch time saved", "D3", "uncertainty")


class Compliance(Model):
    """What a hospital must check before a vendor starts, and what may go wrong after."""

    assessment_median_days: float = uncertainty(
        "Median length of the risk assessment", "days", "D4", ge=0, le=1000
    )
    assessment_sigma: float = uncertainty(
        "Sigma of the log of that length", "log", "assumption", ge=0, le=3
    )
    remediation_share: float = share(
        "Assessments that end in a round of remediation", "D4", "uncertainty"
    )
    remediation_days: int = uncertainty("Length of such a round", "days", "D4", ge=0, le=1000)
    review_hours_per_week: float = uncertainty(
        "Legal and procurement hours of the hospital while it lasts",
        "hours/week",
        "D4",
        ge=0,
        le=1000,
    )
    review_usd_per_hour: float = uncertainty(
        "Cost of such an hour", "USD/hour", "assumption", ge=0, le=2000
    )
    breach_per_year: float = share("Yearly chance of a breach", "D4", "uncertainty")
    breach_usd: float = uncertainty(
        "Cost of a breach, penalties included, at scale 1", "USD", "D4", ge=0, le=1e9
    )


class Vendor(Model):
    """A profile: everything that one employer of agents does in its own way."""

    name: str = constant("Name of the profile", "-", "assumption", min_length=1, max_length=60)
    certification_mix: dict[str, Annotated[float, Field(ge=0, le=1)]] = lever(
        "Certifications of the agents hired", "share", "H2"
    )
    entry_knowledge: Knowledge
    go_live_knowledge: Knowledge | None = constant(
        "Knowledge of the team on the first day; left out, the team is taken from its "
        "stationary mix of tenures",
        "share",
        "H2",
        default=None,
    )
    learning: Learning
    programmes: tuple[Programme, ...] = lever(
        "Certification programmes; agents enrol in the first for which they qualify",
        "-",
        "assumption",
        default=(),
    )
    retraining: Retraining
    turnover: Turnover
    hiring: Hiring
    conformance: float = share(
        "How far work follows written playbooks: the part of client knowledge that stays when "
        "somebody leaves, and that newcomers are handed",
        "C, H2",
        "lever",
    )
    target_occupancy: float = lever(
        "Busy time over productive time that `headcount: auto` plans for",
        "share",
        "H2",
        gt=0.05,
        le=1,
    )
    handle_time_multiplier: float = lever(
        "Touch time relative to the standard", "ratio", "H2", ge=0.01, le=5
    )
    quality: Quality
    denials: DenialWork
    scope: Literal["end_to_end", "coding_and_denials"] = lever(
        "`coding_and_denials`: catching source defects and holding weak notes is mostly left to "
        "the hospital (`hospital.narrow_scope`)",
        "-",
        "F3, F4",
        default="end_to_end",
    )
    ai: CodingAi | None = lever("Machine coding", "-", "D3", default=None)
    drafts: dict[FrontQueue, Drafts] = lever(
        "Machines that prepare front-end tasks", "-", "H4", default={}
    )
    compliance: Compliance | None = lever("Compliance", "-", "D4", default=None)
    feedback: Feedback | None = constant("Feedback loop", "-", "D2", default=None)
    leads: Leads | None = lever(
        "Team leads who leave and are followed by agents; left out, teams are always led",
        "-",
        "B5, assumption",
        default=None,
    )
    costs: Costs | None = lever(
        "What the employer pays besides wages, recruiting and programmes; left out, nothing",
        "-",
        "B5, assumption",
        default=None,
    )
    price: Price
