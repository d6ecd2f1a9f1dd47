"""Today's stock: open work, claims that wait for others, and people who are on their way."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import CategoryName, Heads, Model, QueueName, constant
from sim.scenario.timeline import MoreHeads

Awaited = Literal["reply", "records", "correction", "appeal", "physician", "bill_hold"]
OLDEST_DAYS = 3650
MOST_OF_A_LINE = 1_000_000


class Counted(Model):
    """Claims of one payer that are counted together."""

    payer: str = constant("Payer class", "-", "assumption", min_length=1)
    setting: Literal["inpatient", "outpatient"] | None = constant(
        "Setting; left out, that of the queue, else as the hospital's claims are mixed",
        "-",
        "assumption",
        default=None,
    )
    level: int | None = constant(
        "Level of appeal at which they are, the first being 1 (in denials_clinical, or awaiting an "
        "appeal); left out, as such appeals are mixed on average",
        "-",
        "assumption",
        ge=1,
        le=6,
        default=None,
    )
    count: int = constant("Claims at scale 1", "claims", "assumption", ge=0, le=MOST_OF_A_LINE)
    amount_usd: float = constant(
        "What is still open on all of them together: expected payment not yet received",
        "USD",
        "assumption",
        ge=0,
        le=1e12,
    )


class OpenWork(Counted):
    """Claims that wait in a queue for somebody to work them."""

    queue: QueueName = constant("Queue in which they wait", "-", "assumption")
    category: CategoryName | None = constant(
        "For what they were rejected, asked about or denied (edits, records, denials); left out, "
        "as such work is mixed on average",
        "-",
        "assumption",
        default=None,
    )
    age_from_days: int = constant(
        "Least age: days since they came to the queue", "days", "assumption", ge=0, le=OLDEST_DAYS
    )
    age_to_days: int = constant("Greatest age", "days", "assumption", ge=0, le=OLDEST_DAYS)


class AtPayers(Counted):
    """Claims that wait for somebody outside the teams: as a rule for the payer's reply."""

    awaiting: Awaited = constant(
        "What they wait for: the payer's `reply` to a claim, its decision on `records`, on a "
        "`correction` or an `appeal`; the `physician`'s answer to a query; or the end of "
        "`bill_hold`",
        "-",
        "assumption",
        default="reply",
    )
    from_date: date = constant(
        "First date on which they were sent (for bill_hold: of their service)", "date", "assumption"
    )
    to_date: date = constant("Last such date", "date", "assumption")


class Requisition(Model):
    """Positions for which people are being sought, on top of the team's headcount."""

    team: str = constant("Team", "-", "assumption", min_length=1)
    people: MoreHeads = constant("Positions at scale 1", "people", "assumption", default=1)
    certification: str | None = constant(
        "Certification that they will hold; left out, drawn from the team's mix",
        "-",
        "assumption",
        min_length=1,
        default=None,
    )
    expected_start: date | None = constant(
        "Date on which they are expected in the classroom", "date", "assumption", default=None
    )
    days_open: int | None = constant(
        "Or: days for which the positions have been open; the rest of the vendor's "
        "time_to_fill_days is to come",
        "days",
        "assumption",
        ge=0,
        le=OLDEST_DAYS,
        default=None,
    )


class ClassUnderWay(Model):
    """A class that is being taught, on top of the team's headcount."""

    team: str = constant("Team", "-", "assumption", min_length=1)
    people: MoreHeads | dict[str, Heads] = constant(
        "People in it at scale 1, or how many with each certification", "people", "assumption"
    )
    started: date = constant("First day of the class", "date", "assumption")


OpenWorkLines = Annotated[tuple[OpenWork, ...], Field(max_length=100_000)]
AtPayersLines = Annotated[tuple[AtPayers, ...], Field(max_length=100_000)]


class Today(Model):
    """What is there on the day on which the run starts; the people are those of `teams`."""

    as_of: date = constant("Date of the stock, which is the start of the run", "date", "assumption")
    open_work: OpenWorkLines | str = constant(
        "Open work by queue, payer and age: lines, or a CSV of them with the same columns, "
        "relative to this file",
        "-",
        "assumption",
        default=(),
        path=True,
        unordered=True,
    )
    at_payers: AtPayersLines | str = constant(
        "Claims that wait for payers by date of submission: lines, or a CSV of them",
        "-",
        "assumption",
        default=(),
        path=True,
        unordered=True,
    )
    requisitions: tuple[Requisition, ...] = constant(
        "Positions being filled", "-", "assumption", default=(), max_length=1000, unordered=True
    )
    classes: tuple[ClassUnderWay, ...] = constant(
        "Classes under way", "-", "assumption", default=(), max_length=1000, unordered=True
    )
