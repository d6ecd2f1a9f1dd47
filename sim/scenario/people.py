"""What holds for all who work: queues, certifications, learning, rule changes, working time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import (
    LearningLaw,
    Model,
    QueueName,
    SkillName,
    constant,
    lever,
    share,
    uncertainty,
)
from sim.scenario.strain import Strain


class Queue(Model):
    """A kind of work."""

    name: QueueName = constant("Queue", "-", "model")
    skill: SkillName = constant("Skill that the work uses and teaches", "-", "model")
    minutes: float = uncertainty(
        "Mean touch time of a fully knowledgeable agent at multiplier 1",
        "minutes",
        "B2, H2",
        ge=0.01,
        le=600,
    )
    minutes_cv: float = uncertainty(
        "Coefficient of variation of the touch time", "ratio", "I", ge=0, le=5
    )
    distribution: Literal["lognormal", "exponential"] = constant(
        "Shape of the touch time (`exponential` ignores the coefficient of variation)",
        "-",
        "C, I",
        default="lognormal",
    )
    due_days: int = constant(
        "Days in which the work should be done (drives the `deadline` discipline); what a payer "
        "has asked for or denied is due at the end of the payer's window, if that comes first, and "
        "what must be done before a service on its day whatever is written here",
        "days",
        "A4",
        ge=0,
        le=365,
    )


class Certification(Model):
    """A level of certification."""

    name: str = constant("Short name", "-", "assumption", min_length=1, max_length=20)
    accuracy_floor: float = share("Coding accuracy at zero knowledge", "H2", "uncertainty")
    accuracy_ceiling: float = share("Coding accuracy at full knowledge", "H2", "uncertainty")
    wage_usd_per_hour: float = uncertainty("Wage", "USD/hour", "B4", ge=0, le=500)
    billed_usd_per_hour: float = uncertainty(
        "Rate billed where the price is by certification", "USD/hour", "B4, H2", ge=0, le=1000
    )
    poaching_factor: float = uncertainty(
        "Hazard of quitting of those who hold it, over that of others: how far other employers "
        "look for it",
        "ratio",
        "assumption",
        ge=0,
        le=10,
        default=1.0,
    )
    opens: tuple[QueueName, ...] | Literal["all"] = lever(
        "Queues that this certification may work", "-", "A2", unordered=True
    )
    education_hours_per_year: float = constant(
        "Continuing education that keeps the certificate, paid and not productive",
        "hours/year",
        "B3",
        ge=0,
        le=500,
    )

    @property
    def ability(self) -> tuple[float, float]:
        """What a lower certification has less of."""
        return self.accuracy_ceiling, self.accuracy_floor

    @property
    def rank(self) -> tuple[float, float, str]:
        """Sorts certifications from the least able to the best."""
        return *self.ability, self.name


class PolicyChange(Model):
    """A rule change that recurs every year and makes part of a skill obsolete."""

    name: str = constant("Name", "-", "assumption", min_length=1, max_length=60)
    skills: tuple[SkillName, ...] | Literal["all", "client"] = constant(
        "Skills hit, or the client part of knowledge", "-", "C", unordered=True
    )
    obsolete_share: float = uncertainty(
        "Part of the knowledge that no longer holds", "share", "C", ge=0, le=0.99
    )
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = constant(
        "Months of the year in which it recurs", "month", "C", min_length=1, unordered=True
    )


class People(Model):
    """What holds for every agent, whoever employs them."""

    learning_law: LearningLaw = uncertainty(
        "Learning law, by name", "-", "C", default="exponential"
    )
    novice_slowdown: float = uncertainty(
        "Extra touch time at zero knowledge, over the standard", "ratio", "B1, C", ge=0, le=5
    )
    speed_sigma: float = uncertainty(
        "Standard deviation of the log of agents' own speed", "log", "I", ge=0, le=1
    )
    pressure_threshold: float = share(
        "Occupancy above which pressure costs accuracy and people", "B5", "uncertainty"
    )
    pressure_accuracy: float = uncertainty(
        "Accuracy lost per unit of occupancy above the threshold", "share/share", "H2", ge=0, le=5
    )
    pressure_hazard: float = uncertainty(
        "Relative rise of the quitting hazard per unit of occupancy above the threshold",
        "1/share",
        "B5, C",
        ge=0,
        le=20,
    )
    over_coding_share: float = share(
        "Coding errors that are not under-coding and raise the payment",
        "H3 check script",
        "uncertainty",
    )
    entry_defect_floor: float = share(
        "Data-entry defects per claim that no knowledge removes", "H3 check script", "constant"
    )
    entry_scrub_share: float = share(
        "Part of the vendor's DATA catch that also works on its own entry defects",
        "H3 check script",
        "constant",
    )
    unsupported_found_share: float = share(
        "Codes without support in the chart that an audit finds", "A5, assumption", "uncertainty"
    )
    check_time_share: float = uncertainty(
        "Touch time of a quality check over that of the work checked", "ratio", "B2", ge=0, le=5
    )
    power_exponent: float = uncertainty(
        "Exponent b of the power laws (`wright`, `de_jong`, `lfcm`); 0.32 is an 80 % curve",
        "exponent",
        "C",
        gt=0,
        lt=1,
        default=0.32,
    )
    incompressible_share: float = share(
        "Part of the gap that nobody can learn away (`de_jong`)", "C", "uncertainty", default=0.0
    )
    total_forgetting_months: float = uncertainty(
        "Break after which all is forgotten (`lfcm`)", "months", "C", gt=0, le=600, default=24.0
    )
    notice_by_skill_share: float = share(
        "How far noticing a weak note follows the coder's accuracy (certification, knowledge, "
        "pressure): 0, vendors' hold shares are those seen at their desks; 1, those of a coder who "
        "never errs",
        "assumption",
        "uncertainty",
        default=0.0,
    )
    playbook_time_share: float = share(
        "Working time that playbooks take to keep and to read where everybody follows them "
        "(`conformance` 1)",
        "assumption",
        "uncertainty",
        default=0.0,
    )
    shadowing_share: float = share(
        "What people learn who shadow another team before a switch (`parallel_days`), over what "
        "work would teach them in that time",
        "assumption",
        "uncertainty",
        default=0.3,
    )
    recruiting_usd: float = uncertainty(
        "Cost of recruiting one agent", "USD/hire", "B1", ge=0, le=1000000.0
    )
    strain: Strain = Field(
        default=Strain(), description="What pressure and long hours do to people"
    )


class Calendar(Model):
    """Working days and hours."""

    country: str = constant(
        "Country code of the public holidays; `none` for no holidays",
        "ISO 3166",
        "assumption",
        min_length=2,
        max_length=4,
    )
    workdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = constant(
        "Weekdays worked, Monday = 0",
        "weekday",
        "assumption",
        min_length=1,
        max_length=7,
        unordered=True,
    )
    shift_start_hour: float = constant("Start of the shift", "hour", "assumption", ge=0, lt=24)
    shift_hours: float = constant(
        "Paid length of the shift, which may go on past midnight",
        "hours",
        "assumption",
        ge=0.25,
        le=24,
    )
    shrinkage_share: float = uncertainty(
        "Paid time lost inside working days (breaks, meetings, systems)",
        "share",
        "B5",
        ge=0,
        le=0.99,
    )
    absence_share: float = uncertainty(
        "Scheduled days on which an agent is absent", "share", "B5", ge=0, le=0.99
    )
