"""A scenario: a hospital, its payers, the work, the vendors, and the teams that do it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.contract import Contract
from sim.scenario.fields import Discipline, Heads, Model, QueueName, constant, lever
from sim.scenario.hospital import Category, Denials, Hospital, Payer
from sim.scenario.people import Calendar, Certification, People, PolicyChange, Queue
from sim.scenario.site import Site
from sim.scenario.state import Today
from sim.scenario.timeline import Event
from sim.scenario.vendor import Vendor


class Overtime(Model):
    """Longer shifts while the backlog is high."""

    backlog_days: float = lever(
        "Backlog, in days of the team's own work, above which overtime starts",
        "days",
        "assumption",
        gt=0,
        le=365,
    )
    hours_per_day: float = lever(
        "Extra hours per shift, which lasts for a day at most", "hours", "assumption", gt=0, le=8
    )
    pay_multiplier: float = lever(
        "Rate of an overtime hour over a normal one", "ratio", "assumption", ge=1, le=4
    )
    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = lever(
        "Weekdays whose shifts are longer, Monday = 0",
        "weekday",
        "assumption",
        min_length=1,
        max_length=7,
        unordered=True,
        default=(0, 1, 2, 3, 4, 5, 6),
    )


class Takes(Model):
    """The part of its queues' work that a team takes; what is left out narrows nothing down."""

    payers: tuple[str, ...] = lever(
        "Payer classes whose claims it takes; none named: all",
        "-",
        "assumption",
        default=(),
        unordered=True,
    )
    setting: Literal["inpatient", "outpatient"] | None = lever(
        "Setting whose claims it takes; left out, both", "-", "assumption", default=None
    )
    balance_from_usd: float = lever(
        "Least that is still to be paid on a claim when it comes to the queue (in `underpayments`: "
        "by which it was paid short)",
        "USD",
        "assumption",
        ge=0,
        le=1e9,
        default=0.0,
    )
    balance_below_usd: float | None = lever(
        "Balance from which on it takes none", "USD", "assumption", gt=0, le=1e9, default=None
    )


def takes_of(takes: Takes, payer: str, setting: str) -> bool:
    """Whether a team takes claims of a payer and setting, of some balance."""
    return (not takes.payers or payer in takes.payers) and takes.setting in (None, setting)


class Team(Model):
    """Agents of one vendor who share the work of some queues."""

    name: str = constant("Name of the team", "-", "assumption", min_length=1, max_length=60)
    vendor: str = lever("Vendor profile", "-", "assumption", min_length=1)
    queues: tuple[QueueName, ...] = lever(
        "Queues served; of items equally urgent, those of the first queue named go first",
        "-",
        "assumption",
        min_length=1,
    )
    takes: Takes | None = lever(
        "Which part of the work of its queues it takes; left out, all that no other team takes",
        "-",
        "assumption",
        default=None,
    )
    headcount: Heads | Literal["auto"] | dict[str, Heads] = lever(
        "Planned agents at scale 1; or how many open the team with each certification, which sum "
        "up to the plan; or `auto`: expected work over productive time at the target occupancy, or "
        "the persons of a `roster`",
        "people",
        "assumption",
    )
    roster: str | None = constant(
        "CSV of the persons who open the team (certification, hired; optional fte, also, speed, "
        "knowledge_<skill>, knowledge_client), relative to this file; `headcount` is `auto` then",
        "-",
        "assumption",
        default=None,
        path=True,
    )
    discipline: Discipline = lever(
        "Which item is taken first: `fifo` the oldest, `deadline` the one due first, `value` "
        "the one with most expected money per minute, `ease` the one with fewest minutes per win",
        "-",
        "model",
        default="fifo",
    )
    returned_first: bool = lever(
        "Whether claims that have been worked in a queue before go ahead of the others there, in "
        "the order of the discipline; coding and the front end work each claim once",
        "-",
        "assumption",
        default=False,
    )
    certification_mix: dict[str, Annotated[float, Field(ge=0, le=1)]] | None = lever(
        "Certifications of this team, if not the vendor's", "share", "assumption", default=None
    )
    exact_mix: bool = lever(
        "Whether the people who open a team of a plain `headcount` have the certifications of the "
        "mix by largest remainder, instead of each drawing one from it",
        "-",
        "assumption",
        default=False,
    )
    overtime: Overtime | None = lever("Overtime", "-", "assumption", default=None)
    site: str | None = lever(
        "Site at which its people work; left out, they keep the hospital's calendar",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )


class Scenario(Model):
    """One world and one way of staffing it."""

    name: str = constant(
        "Name used in tables and charts", "-", "assumption", min_length=1, max_length=120
    )
    description: str = constant(
        "What the scenario stands for", "-", "assumption", max_length=2000, default=""
    )
    seed: int = constant(
        "Seed of every random table of the study", "-", "assumption", ge=0, lt=2**63
    )
    start: date = constant(
        "First day of the run", "date", "assumption", ge=date(1900, 1, 1), le=date(2200, 1, 1)
    )
    horizon_days: int = constant("Length of the run", "days", "assumption", ge=1, le=7400)
    kpi_from_days: int = constant(
        "First day of service that the KPIs count (the days before let queues and people settle)",
        "days",
        "assumption",
        ge=0,
        le=7400,
    )
    kpi_until_days: int = constant(
        "Days before the end at which the KPIs stop counting services, so that payers have replied",
        "days",
        "assumption",
        ge=0,
        le=7400,
    )
    drain_days: int = constant(
        "Days after the end of the run in which those who are there finish what is open, with "
        "nothing new coming in; what is open after that brings nothing",
        "days",
        "assumption",
        ge=0,
        le=3650,
        default=730,
    )
    hospital: Hospital
    payers: tuple[Payer, ...] = constant(
        "Payer classes", "-", "assumption", min_length=1, max_length=50, unordered=True
    )
    categories: tuple[Category, ...] = constant(
        "Defect categories", "-", "assumption", min_length=1, unordered=True
    )
    denials: Denials
    queues: tuple[Queue, ...] = constant(
        "Kinds of work", "-", "assumption", min_length=1, unordered=True
    )
    certifications: tuple[Certification, ...] = constant(
        "Certification levels", "-", "assumption", min_length=1, unordered=True
    )
    people: People
    policy_calendar: tuple[PolicyChange, ...] = constant(
        "Rule changes", "-", "assumption", default=(), unordered=True
    )
    calendar: Calendar
    sites: tuple[Site, ...] = constant(
        "Sites with a calendar of their own",
        "-",
        "assumption",
        max_length=100,
        unordered=True,
        default=(),
    )
    vendors: tuple[Vendor, ...] = constant(
        "Vendor profiles", "-", "assumption", min_length=1, max_length=50, unordered=True
    )
    teams: tuple[Team, ...] = constant(
        "Teams, in the order in which the tables list them and ties go to them",
        "-",
        "assumption",
        min_length=1,
        max_length=200,
    )
    timeline: tuple[Event, ...] = constant(
        "Dated events; those of one day happen in the order of their kinds",
        "-",
        "assumption",
        default=(),
        max_length=200,
        unordered=True,
    )
    state: Today | None = constant(
        "Today's stock, with which the run begins; left out, no claim is there before the start",
        "-",
        "assumption",
        default=None,
    )

    contract: tuple[Contract, ...] = constant(
        "Agreements with vendors; several with one vendor are settled each by itself",
        "-",
        "assumption",
        default=(),
        max_length=50,
        unordered=True,
    )

    @property
    def end_days(self) -> int:
        """Day on which nothing happens any more: the end of the run and of the drain after it."""
        return self.horizon_days + self.drain_days
