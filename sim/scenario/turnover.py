"""Who leaves a vendor, and how leavers are replaced."""

from __future__ import annotations

from typing import Literal

from sim.scenario.fields import Model, constant, lever, share, uncertainty


class Turnover(Model):
    """Who leaves, and when."""

    annual_rate: float = uncertainty(
        "Separations per mean headcount and year at the occupancy of reference",
        "1/year",
        "B1, H2",
        ge=0,
        le=10,
    )
    shape: float = uncertainty(
        "Weibull shape of tenure; below 1 the early months are the riskiest", "-", "C", ge=0.2, le=5
    )
    reference_occupancy: float = uncertainty(
        "Occupancy at which that rate holds: where people are busier, more of them leave",
        "share",
        "B5",
        gt=0,
        le=1,
        default=0.85,
    )
    pay_elasticity: float = uncertainty(
        "How quitting follows pay: hazard × (own wage over the market's)^(−elasticity); the market "
        "pays what `certifications` write, as `market_wage` events move it",
        "ratio",
        "C",
        ge=0,
        le=10,
        default=0.0,
    )
    knowledge_hazard: float = uncertainty(
        "Rise of the logarithm of the hazard per unit of domain knowledge above the team's mean; "
        "negative where those who know least leave first",
        "1/share",
        "assumption",
        ge=-5,
        le=5,
        default=0.0,
    )
    speed_hazard: float = uncertainty(
        "How quitting follows speed: hazard × (own speed over the usual)^elasticity",
        "ratio",
        "assumption",
        ge=-5,
        le=5,
        default=0.0,
    )
    contagion_hazard: float = uncertainty(
        "Relative rise of the hazard of those who stay, per part of the team that has just quit",
        "1/share",
        "C, assumption",
        ge=0,
        le=100,
        default=0.0,
    )
    contagion_half_life_days: float = uncertainty(
        "Days in which half of that rise has gone",
        "days",
        "assumption",
        ge=1,
        le=3650,
        default=30.0,
    )
    notice_days: int = constant(
        "Days that somebody stays after they have decided to quit; the vacancy opens at once",
        "days",
        "assumption",
        ge=0,
        le=365,
        default=0,
    )


class Trainers(Model):
    """Who teaches newcomers in the classroom, in each team of a vendor."""

    people: int = lever(
        "Trainers of a team; each teaches one class at a time, and a class waits for one who is "
        "free",
        "people",
        "assumption",
        ge=1,
        le=100,
        default=1,
    )
    leave_per_year: float = uncertainty(
        "Rate at which trainers leave, whatever their tenure",
        "1/year",
        "assumption",
        ge=0,
        le=10,
        default=0.0,
    )
    time_to_fill_days: int = lever(
        "Days until another takes the place of a trainer who has left",
        "days",
        "B1, assumption",
        ge=0,
        le=730,
        default=0,
    )


class Hiring(Model):
    """How leavers are replaced and newcomers brought to work."""

    policy: Literal["replace_on_exit", "hire_ahead", "hire_up_to", "freeze"] = lever(
        "`replace_on_exit`: a vacancy is opened for each leaver; `hire_ahead`: expected leavers"
        " of the next pipeline length are hired in advance; `hire_up_to`: headcount and "
        "pipeline are reviewed weekly and filled up to plan; `freeze`: nobody is hired",
        "-",
        "C",
    )
    time_to_fill_days: int = lever(
        "Days from vacancy to first day of employment", "days", "B1, H2", ge=0, le=730
    )
    class_every_days: int = lever(
        "Days between starts of training classes; 0 starts one whenever somebody is hired",
        "days",
        "assumption",
        ge=0,
        le=365,
    )
    class_size: int = lever(
        "Largest class; where a class starts on any day (`class_every_days: 0`), as many start as "
        "are needed",
        "people",
        "assumption",
        ge=1,
        le=1000,
    )
    classroom_days: int = lever("Days in the classroom before work", "days", "H2", ge=0, le=365)
    nesting_days: int = lever(
        "Days of supervised work, with full quality checks", "days", "B3", ge=0, le=365
    )
    mentor_share: float = share(
        "Working time that a mentor gives to one nesting agent", "assumption", "lever"
    )
    mentor_knowledge_effect: float = share(
        "How far what newcomers learn while nesting hangs on their mentor: learning × (1 − this × "
        "(1 − the mentor's domain knowledge)), as from one who knows nothing where there is none",
        "assumption",
        "uncertainty",
        default=0.0,
    )
    mentor_replaced: bool = lever(
        "Whether a newcomer whose mentor leaves gets another", "-", "assumption", default=True
    )
    trainers: Trainers | None = lever(
        "Who teaches the classes; left out, there is always somebody",
        "-",
        "assumption",
        default=None,
    )
    time_to_fill_cv: float = uncertainty(
        "Coefficient of variation of `time_to_fill_days`, which is then the mean of a lognormal",
        "ratio",
        "B1, assumption",
        ge=0,
        le=5,
        default=0.0,
    )
    pay_elasticity_of_fill: float = uncertainty(
        "How the time to fill follows pay: × (wage offered over the market's)^(−elasticity)",
        "ratio",
        "assumption",
        ge=0,
        le=10,
        default=0.0,
    )
    pay_elasticity_of_quality: float = uncertainty(
        "How what newcomers can follows pay: domain entry knowledge × (own wage over the "
        "market's)^elasticity, at most 1",
        "ratio",
        "assumption",
        ge=0,
        le=10,
        default=0.0,
    )
    dropout_share: float = share(
        "Newcomers who leave while they are in the classroom, besides those whom tenure makes quit",
        "assumption",
        "uncertainty",
        default=0.0,
    )
    rehire_share: float = share(
        "Newcomers who have quit this team before and come back with what they have not forgotten, "
        "as long as there are any",
        "assumption",
        "uncertainty",
        default=0.0,
    )
    probation_days: int = lever(
        "Tenure at which the accuracy of a newcomer is judged; 0, never",
        "days",
        "B1, assumption",
        ge=0,
        le=730,
        default=0,
    )
    dismiss_below_accuracy: float = share(
        "Items done without an own error, of all so far, below which they are dismissed then",
        "B1, assumption",
        "lever",
        default=0.0,
    )
