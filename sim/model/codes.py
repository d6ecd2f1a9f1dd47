"""Names for the whole numbers that the model works with: queues, stages, defects, causes, errands.

They are plain integers under a heading, not `enum` members: the kernel compares them millions of
times, and a member of an `IntEnum` costs ten times as much to look up. Under a heading stands an
object, not a class: Python finds what an object holds in half the time.
"""

from __future__ import annotations

from typing import TypeVar, cast, get_args

from sim.scenario.fields import CategoryName, QueueName, SkillName
from sim.scenario.plugins import DISCIPLINES, SHIPPED


class Codes:
    """A list of named whole numbers, in the order of their definition."""


Written = TypeVar("Written")


def heading(written: type[Written]) -> type[Written]:
    """The codes that a class lists, as attributes of an object that is read like the class."""
    codes = Codes()
    for name, number in vars(written).items():
        if not name.startswith("_"):
            setattr(codes, name, number)
    return cast(type[Written], codes)


def names(codes: object) -> tuple[str, ...]:
    """The names under a heading as scenarios and tables write them: in small letters."""
    return tuple(name.lower() for name in vars(codes))


def _agree(codes: object, written: object, first: int = 0) -> None:
    """Check, once, that a list of codes is the list of names that scenarios may write."""
    assert names(codes)[first:] == tuple(str(n).lower() for n in get_args(written)), codes


@heading
class Setting:
    """Where the service took place."""

    INPATIENT, OUTPATIENT = range(2)


@heading
class Queue:
    """Kinds of work; those of the front end come first."""

    (
        SCHEDULING,
        PRIOR_AUTH,
        TRANSCRIPTION,
        CODING_INPATIENT,
        CODING_OUTPATIENT,
        CDI_QUERY,
        EDITS,
        RECORDS,
        DENIALS_TECHNICAL,
        DENIALS_CLINICAL,
        FOLLOW_UP,
        UNDERPAYMENTS,
    ) = range(12)


@heading
class Skill:
    """Skills that work uses and teaches; the first two are those of the two settings."""

    (
        CODING_INPATIENT,
        CODING_OUTPATIENT,
        BILLING,
        CLINICAL,
        AR,
        SCHEDULING,
        PRIOR_AUTH,
        TRANSCRIPTION,
    ) = range(8)


@heading
class Category:
    """Kinds of defect; the bit of each in a claim's masks has the same name in `Defect`."""

    REG, DATA, AUTH, DOC, CODE, DUP, TIMELY, NONCOV, PAYER = range(9)


@heading
class Defect:
    """Bits of a mask of defects."""

    REG, DATA, AUTH, DOC, CODE, DUP, TIMELY, NONCOV, PAYER = (1 << i for i in range(9))


@heading
class Flag:
    """Bits of a claim's yes-or-no attributes."""

    (
        CC_AT_RISK,
        CDI_GAP,
        NO_REPLY,
        SHORT_PAY,
        SCRUBBER_EDIT,
        AUDITED,
        FOUND,
        EDITED,
        ALONE,
        UNSUPPORTED,
        BY_MACHINE,
        CAUGHT,
        MENDED,
        ADJUDICATED,
        APPEALED,
        IN_WINDOW,
        LOOKED_AT,
    ) = (1 << i for i in range(17))


@heading
class Visit:
    """Bits of what has happened to a visit before its chart is complete."""

    (
        NEEDS_AUTH,
        DICTATED,
        BOOKED,
        AUTHORISED,
        REFUSED,
        FLAWED,
        POSTPONED,
        TOOK_PLACE,
        CALLED_AGAIN,
    ) = (1 << i for i in range(9))


@heading
class Luck:
    """Uniforms that decide the coding step, by column; those that every chart needs come first."""

    (ERROR, ENTRY, DUPLICATE, HOLD, SAMPLE, DETECT, DIRECTION, RAISES, REG, DATA, AUTH) = range(11)


@heading
class MachineLuck:
    """Uniforms that decide what a coding machine does with a chart, by column."""

    ALONE, UNSUPPORTED, FOUND = range(3)


@heading
class PayerLuck:
    """Uniforms that decide what a payer's machine sees in a claim, by column."""

    CODE, DOC, CLEAN = range(3)


@heading
class Decision:
    """Uniforms that decide what is done about a claim, by column; the last of them by category."""

    (RECORDS_WORKED, RECORDS_LAG, SHORT_PAY_NOTICED, AUDIT_LAG, DENIAL_WORKED) = range(5)


@heading
class QueryLuck:
    """Uniforms that decide whether a physician answers a query, resolves it, and how late."""

    ANSWERED, RESOLVED, LATE = range(3)


@heading
class VisitLuck:
    """Uniforms that decide a visit, by column."""

    (
        SCHEDULED,
        AUTH,
        DICTATED,
        LEAD,
        PATIENCE,
        BOOKING,
        BOOKING_CHECK,
        REQUEST,
        REQUEST_CHECK,
        DECISION,
        REFUSED,
        PEER,
        POSTPONED,
        NOTE,
        NOTE_CHECK,
        CALLS_AGAIN,
    ) = range(16)


@heading
class VisitTask:
    """Tasks of a visit, by column of the uniforms that decide how long they take."""

    BOOKING, REQUEST, PEER, NOTE = range(4)


@heading
class Stage:
    """Where a claim is, in the order in which it can first get there."""

    (WAITING, HELD, QUERIED, READY, SUBMITTED, REJECTED, ASKED, DENIED, PAID, CLOSED) = range(10)


@heading
class First:
    """First answer of the payer's side."""

    NONE_YET, PAID, REJECTED, ASKED, DENIED = range(5)


@heading
class Cause:
    """Named losses.

    The first five end a claim, the next five change what a paid claim brings, and the last two, of
    the front end, end a visit before it begins.
    """

    (
        FINAL_DENIAL,
        NOT_WORKED,
        TIMELY_FILING,
        RECORDS_REQUEST,
        GIVEN_UP,
        UNDER_CODING,
        CDI_GAP,
        OVER_CODING,
        SHORT_PAY,
        TAKEBACK,
        LOST_VISIT,
        REFUSED_VISIT,
    ) = range(12)


@heading
class Order:
    """Which item of a queue is taken first."""

    FIFO, DEADLINE, VALUE, EASE = range(4)


@heading
class Noted:
    """What a log of events notes: spells of work by how they ended, then what happens to a claim.

    A spell is done with its item, or is broken off by the end of the shift, or by the agent's
    leaving, who hands the item back.
    """

    (
        DONE,
        BROKEN_OFF,
        HANDED_BACK,
        CHART_COMPLETE,
        QUERY_ANSWERED,
        SUBMITTED,
        REJECTED,
        RECORDS_ASKED_FOR,
        DENIED,
        APPEAL_DECIDED,
        PAID,
        WRITTEN_OFF,
        TAKEN_BACK,
    ) = range(13)


@heading
class Errand:
    """What happens to a claim on a day that was put down for it."""

    (
        REPLY,
        SILENT,
        REJECTED,
        ANSWER,
        RECORDS_DECIDED,
        DECIDED,
        TAKE_BACK,
        LAPSE,
        HAND_OVER,
        ASK,
        GIVE_UP,
        AUTH_DECIDED,
        SERVE,
    ) = range(13)


_agree(Queue, QueueName)
_agree(Category, CategoryName)
assert names(Order) == SHIPPED[DISCIPLINES]
assert set(names(Skill)) == set(get_args(SkillName))

CATEGORIES = tuple(name.upper() for name in names(Category))
SETTINGS, SKILLS, QUEUES, STAGES = (names(Setting), names(Skill), names(Queue), names(Stage))
CAUSES = names(Cause)
NOTED = names(Noted)
VISIT_CAUSES = 2
"""The last causes are of visits."""

SEVERITY = (
    Category.TIMELY,
    Category.NONCOV,
    Category.DOC,
    Category.AUTH,
    Category.PAYER,
    Category.CODE,
    Category.REG,
    Category.DATA,
    Category.DUP,
)
"""Order in which a claim's denials are taken up: what settles it first comes first."""
FIRST_OF = tuple(
    next((c for c in SEVERITY if mask >> c & 1), -1) for mask in range(1 << len(SEVERITY))
)
"""For every mask of categories, the one that is taken up first; -1 for none."""

SETTING_ROWS = 1 << 20
"""Rows of a day reserved for each setting, so that one's count never moves the other's claims."""
DAY_BITS = (2 * SETTING_ROWS - 1).bit_length()
"""Bits of a claim's key below those that hold its planned day."""
WAIT_BINS = 256
"""Bins in which the waits of a queue are counted (`rules.wait_bin`)."""
MAX_VISITS = 10
"""Visits to work queues after coding; a claim that needs more is given up."""
REWORK_FIRST = (0, 0, 0, 0, 0, 7, 0, 4, 8, 12, 20, 6)
"""By queue, the first of the columns of luck of its visits."""
REWORK_COLUMNS = (0, 0, 0, 0, 0, 1, 4, 2, 4, 8, 4, 1)
"""By queue, how many visits have a column of their own; the last one stands for all beyond."""
TRIES_BITS = 4
"""Bits in which a claim counts its visits to one queue."""
AHEAD_OF_ALL = 1e12
"""Taken off a key, it puts an entry before all that keep theirs."""
MAX_QUEUES = 32
"""Most kinds of work: a ticket holds the number of its queue."""
MAX_LEVELS = 6
"""Most levels of appeal that a payer has."""
NOBODY = -1
"""Number of an agent, a crew or an event where there is none."""
NO_DUE = -(1 << 40)
"""A due day that nobody has set."""
if len(QUEUES) > MAX_QUEUES:  # a ticket of one would read as that of another
    raise ImportError(f"{len(QUEUES)} kinds of work; MAX_QUEUES has room for {MAX_QUEUES}")
assert len(QUEUES) == len(REWORK_FIRST) == len(REWORK_COLUMNS)
assert len(QUEUES) * TRIES_BITS < 64
assert MAX_VISITS < 1 << TRIES_BITS
