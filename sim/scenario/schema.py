"""A scenario: a hospital, its payers, the work, the vendors, and the teams that do it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import Discipline, Model, QueueName, param
from sim.scenario.hospital import Category, Denials, Hospital, Payer
from sim.scenario.people import Calendar, Certification, People, PolicyChange, Queue
from sim.scenario.timeline import Event
from sim.scenario.vendor import Vendor


class Overtime(Model):
    """Longer shifts while the backlog is high."""

    backlog_days: float = param(
        "Backlog, in days of the team's own work, above which overtime starts",
        "days",
        "assumption",
        "lever",
        gt=0,
        le=365,
    )
    hours_per_day: float = param(
        "Extra hours per shift", "hours", "assumption", "lever", gt=0, le=8
    )
    pay_multiplier: float = param(
        "Rate of an overtime hour over a normal one", "ratio", "assumption", "lever", ge=1, le=4
    )


class Team(Model):
    """Agents of one vendor who share the work of some queues."""

    name: str = param(
        "Name of the team", "-", "assumption", "constant", min_length=1, max_length=60
    )
    vendor: str = param("Vendor profile", "-", "assumption", "lever", min_length=1)
    queues: tuple[QueueName, ...] = param("Queues served", "-", "assumption", "lever", min_length=1)
    headcount: Annotated[int, Field(ge=0, le=100_000)] | Literal["auto"] = param(
        "Planned agents at scale 1, or `auto`: expected work over productive time at the target "
        "occupancy",
        "people",
        "assumption",
        "lever",
    )
    discipline: Discipline = param(
        "Which item is taken first: `fifo` the oldest, `deadline` the one due first, `value` "
        "the one with most expected money per minute, `ease` the one with fewest minutes per win",
        "-",
        "model",
        "lever",
        default="fifo",
    )
    certification_mix: dict[str, Annotated[float, Field(ge=0, le=1)]] | None = param(
        "Certifications of this team, if not the vendor's",
        "share",
        "assumption",
        "lever",
        default=None,
    )
    overtime: Overtime | None = param("Overtime", "-", "assumption", "lever", default=None)


class Scenario(Model):
    """One world and one way of staffing it."""

    name: str = param(
        "Name used in tables and charts",
        "-",
        "assumption",
        "constant",
        min_length=1,
        max_length=120,
    )
    description: str = param(
        "What the scenario stands for", "-", "assumption", "constant", max_length=2000, default=""
    )
    seed: int = param(
        "Seed of every random table of the study", "-", "assumption", "constant", ge=0, lt=2**63
    )
    start: date = param("First day of the run", "date", "assumption", "constant")
    horizon_days: int = param("Length of the run", "days", "assumption", "constant", ge=1, le=7400)
    kpi_from_days: int = param(
        "First day of service that the KPIs count (the days before let queues and people settle)",
        "days",
        "assumption",
        "constant",
        ge=0,
        le=7400,
    )
    kpi_until_days: int = param(
        "Days before the end at which the KPIs stop counting services, so that payers have replied",
        "days",
        "assumption",
        "constant",
        ge=0,
        le=7400,
    )
    hospital: Hospital
    payers: tuple[Payer, ...] = param(
        "Payer classes", "-", "assumption", "constant", min_length=1, max_length=50
    )
    categories: tuple[Category, ...] = param(
        "Defect categories", "-", "assumption", "constant", min_length=1
    )
    denials: Denials
    queues: tuple[Queue, ...] = param("Kinds of work", "-", "assumption", "constant", min_length=1)
    certifications: tuple[Certification, ...] = param(
        "Certification levels", "-", "assumption", "constant", min_length=1
    )
    people: People
    policy_calendar: tuple[PolicyChange, ...] = param(
        "Rule changes", "-", "assumption", "constant", default=()
    )
    calendar: Calendar
    vendors: tuple[Vendor, ...] = param(
        "Vendor profiles", "-", "assumption", "constant", min_length=1, max_length=50
    )
    teams: tuple[Team, ...] = param(
        "Teams", "-", "assumption", "constant", min_length=1, max_length=200
    )
    timeline: tuple[Event, ...] = param(
        "Dated events", "-", "assumption", "constant", default=(), max_length=200
    )
