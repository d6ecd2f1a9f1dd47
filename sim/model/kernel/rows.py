"""The things that the kernel works on, each with its fields: the one declaration of both engines.

SimPy's engine fills lists with these classes; the compiled one makes C structures with the same
fields of them (`sim.model.compiled.layout`), which Python reads and writes under the same names.
Times are days since the start of the run, money of claims is in whole cents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from sim.model.codes import CATEGORIES, MAX_QUEUES, NOBODY, SKILLS, WAIT_BINS, First, Stage
from sim.model.kernel.shapes import (
    ByCategory,
    ByLevel,
    ByQueue,
    BySetting,
    BySkill,
    ByTask,
    ByWait,
    PayersBySetting,
    Short,
    Worked,
)


def zeros(length: int) -> Any:
    """A field that starts as a list of zeros."""
    return field(default_factory=lambda: [0.0] * length)


def nobody() -> Any:
    """A field that starts as a list of `NOBODY`, by queue."""
    return field(default_factory=lambda: [NOBODY] * MAX_QUEUES)


@dataclass(slots=True, eq=False)
class Claim:
    """One encounter on its way to payment.

    `key` is its number in every scenario: planned day, setting, row. `visit` holds the bits of
    `Visit`; `coder` is the agent who coded it (`NOBODY` until then), `crew` the crew that worked
    for its payment last. `tries` counts the visits to each work queue, in `TRIES_BITS` bits;
    `billed` has the bits of vendors who have charged for it. `first_touch_minutes` is how long its
    chart waited for the first work on it, −1 until then.
    """

    index: Short
    key: int
    day: Short
    setting: Short
    payer: Short
    expected: int
    reject_mask: Short
    deny_mask: Short
    asked_mask: Short
    flags: Short
    reply_days: Short
    minutes: float
    coding_minutes: float
    lead_days: Short
    visit: Short
    ticket: int = -1
    lapsed_ticket: int = -1
    defects: Short = 0
    coder: Short = NOBODY
    crew: Short = NOBODY
    tries: int = 0
    billed: int = 0
    wrong: Short = -1
    visits: Short = 0
    touches: Short = 0
    first_touch_minutes: Short = -1
    appeal_level: Short = 0
    stage: Short = Stage.WAITING
    submitted_day: Short = -1
    first_day: Short = -1
    first_outcome: Short = First.NONE_YET
    closed_day: Short = -1
    denied_for: Short = -1
    loss_cause: Short = -1
    paid_cents: int = 0
    under_cents: int = 0
    cdi_cents: int = 0
    over_cents: int = 0
    short_cents: int = 0
    takeback_cents: int = 0
    loss_cents: int = 0


@dataclass(slots=True, eq=False)
class WorkQueue:
    """Claims that wait for one kind of work, and the statistics of their number.

    Touch times have the mean `minutes`, and are lognormal with `sigma` or `exponential`; they are
    `drawn` with the claim or at each visit. `waited_days` is the sum of the times at which items
    left less that of those at which they came: with `level` times now, the time integral of the
    number waiting; `waits` counts the finished items by their wait, whose sum is `wait_days`;
    `missed` counts those that nobody came to in time. `crew` is that of the vendor who answers for
    it. Idle agents stand in a line from `idle_first` to `idle_last`. From the first queue of a
    `kind` on, `next_lane` leads to those of teams that take only some of it: by the bits of
    `takes`, with `cents_from` or more and less than `cents_to` open.
    """

    index: int
    kind: int = 0
    next_lane: int = NOBODY
    takes: PayersBySetting = field(default_factory=lambda: [0, 0])
    cents_from: int = 0
    cents_to: int = 0
    skill: int = 0
    drawn: int = 0
    minutes: float = 0.0
    sigma: float = 0.0
    exponential: int = 0
    order: int = 0
    due_days: int = 0
    returned_first: int = 0  # whether what has been worked here before goes ahead
    crew: int = NOBODY
    level: int = 0
    waited_days: float = 0.0
    arrived: int = 0
    wait_days: float = 0.0
    missed: int = 0
    waits: ByWait = field(default_factory=lambda: [0] * WAIT_BINS)
    idle_first: int = NOBODY
    idle_last: int = NOBODY


@dataclass(slots=True, eq=False)
class Agent:
    """A person at a desk: what they can, know and have in hand.

    `floor` and `span` are accuracy without knowledge and what full knowledge adds. `knowledge` of a
    skill (and `client` of this hospital) was true at `seen` (`client_seen`); `practice` (and
    `client_practice`) are the months worked in it since. `absent` says for each day whether they
    begin no shift, which would start at `shift_start`, a part of the day, and last `shift_days`;
    they work the part `hours_share` of it, and those of days whose bit is in `overtime_weekdays`
    (the first is that of day 0) may be longer. `hand_queue` is the queue of the item in hand, else
    `NOBODY`: they work `hand_spell` minutes on it from `hand_from` until `hand_until`, and
    `hand_rest` after the next break. `before` and `after` are the neighbours in the line of idle
    agents, by queue.
    """

    index: int
    crew: int
    absent: Sequence[bool]
    shift_start: float = 0.0
    shift_days: float = 0.0
    overtime_weekdays: int = 0
    queues: ByQueue = nobody()
    n_queues: int = 0
    nesting: int = 0
    gone: int = 0
    hours_share: float = 1.0
    floor: float = 0.0
    span: float = 0.0
    speed: float = 1.0
    clock_per_minute: float = 0.0
    month_minutes: float = 1.0
    knowledge: BySkill = zeros(len(SKILLS))
    seen: BySkill = zeros(len(SKILLS))
    practice: BySkill = zeros(len(SKILLS))
    client: float = 0.0
    client_practice: float = 0.0
    client_seen: float = 0.0
    shift_end: float = -1.0
    items: int = 0
    errors: int = 0
    busy_minutes: float = 0.0
    hand_queue: int = NOBODY
    hand_claim: int = NOBODY
    hand_ticket: int = -1
    hand_key: float = 0.0
    hand_since: float = 0.0
    hand_taken: float = 0.0
    hand_minutes: float = 0.0
    hand_from: float = 0.0
    hand_until: float = 0.0
    hand_spell: float = 0.0
    hand_rest: float = 0.0
    idle: int = 0
    waits: int = 0
    called: int = 0
    before: ByQueue = nobody()
    after: ByQueue = nobody()


@dataclass(slots=True, eq=False)
class Crew:
    """What the agents of one team have in common: how they learn, and the team's present state.

    Rates are per month of practice, `exponent`, `incompressible` and `total_months` are those of
    the power laws. `penalty` is what pressure costs in accuracy, `overtime_days` by how much shifts
    that begin from day `overtime_from` on are longer, those before by `overtime_before`. `window_*`
    is what claims of the KPI window have taken, whenever that was: minutes of work, fees by claim,
    and physicians' time on queries. `claim_fees_usd` are the fees by claim of all claims.
    """

    law: int
    domain_rate: float
    client_rate: float
    forgetting_per_month: float
    exponent: float
    incompressible: float
    total_months: float
    forgets_in_breaks: int
    penalty: float = 0.0
    overtime_days: float = 0.0
    overtime_before: float = 0.0
    overtime_from: int = 0
    window_minutes: float = 0.0
    window_fees_usd: float = 0.0
    window_query_usd: float = 0.0
    claim_fees_usd: float = 0.0


@dataclass(slots=True, eq=False)
class Terms:
    """What one vendor's agents go by at their desks: shares, unless a name says otherwise.

    `catch_*` counts with the agent's knowledge of the client, `house_*` is what the hospital's own
    staff catch. `*_worked` say which part of requests and denials is taken up, by their amount: the
    most that is, the cents of which half of that is, and the steepness. `bill_bit` is the vendor's
    bit in `Claim.billed`. `draft_*` are of machines that draft tasks of the front end.
    """

    catch_reg: float
    catch_data: float
    catch_auth: float
    house_reg: float
    house_data: float
    house_auth: float
    hold: float
    realtime: float
    entry_base: float
    entry_factor: float
    duplicate: float
    under: float
    sample: float
    detection: float
    enrichment: float
    records_worked: Worked
    denials_worked: Worked
    threshold_cents: int
    win_multiplier: float
    levels: int
    evidence_trail: int
    lesson_months: float
    pace: float
    pace_nesting: float
    usd_per_claim: float
    share_of_collections: float
    bill_bit: int = 0
    machine: int = 0
    black_box: int = 0
    alone_share: BySetting = zeros(2)
    alone_accuracy: BySetting = zeros(2)
    suggestion_accuracy: BySetting = zeros(2)
    alone_time_share: float = 0.0
    time_saved_share: float = 0.0
    bias_above_share: float = 0.0
    biased_catch_share: float = 0.0
    reviewer_catch_share: float = 0.0
    unsupported_share: float = 0.0
    drafted: ByTask = zeros(3)
    draft_saved_share: ByTask = zeros(3)
    draft_accuracy: ByTask = zeros(3)
    draft_catch_share: ByTask = zeros(3)


@dataclass(slots=True, eq=False)
class Payer:
    """A payer class: its clocks, its windows, and the chance of winning the first level.

    `machine` says whether its machine reads claims by now, what part of defects it finds and what
    part of clean claims it denies; chances of that are `machine_chance`, or `machine_chance_trail`.
    It answers nothing until `silent_until`; its days to an answer are `slowness` times the usual.
    """

    filing_limit_days: int
    corrected_reply_days: int
    corrected_window_days: int
    records_window_days: int
    records_first_day: float
    records_last_day: float
    short_pay_share: float
    levels: int
    file_within_days: ByLevel
    decision_days: ByLevel
    first_chance: ByCategory
    silent_until: int = 0
    slowness: float = 1.0
    machine: int = 0
    machine_found_share: float = 0.0
    machine_false_share: float = 0.0
    machine_chance: ByCategory = zeros(len(CATEGORIES))
    machine_chance_trail: ByCategory = zeros(len(CATEGORIES))


@dataclass(slots=True, eq=False)
class Kind:
    """A category of defect: how its denial is fought, and how much of the payment is at stake."""

    clinical: int
    stake_share: float
    denials_seen: int = 0  # since the last feedback meeting


@dataclass(slots=True, eq=False)
class Place:
    """A setting: what an error or a gap in the notes does to the payment, as shares of it."""

    accuracy_exponent: float
    under_share: float
    over_share: float
    gap_share: float
    takeback_share: float
    note_takeback_share: float


@dataclass(slots=True, eq=False)
class Day:
    """A day of the run: whether it is worked, the first workday from it on, and what it brought.

    Fees and costs by claim stand apart from those by time, which are there in any case.
    """

    is_workday: int
    following: int
    cash_cents: int = 0
    fees_usd: float = 0.0
    claim_fees_usd: float = 0.0
    hospital_usd: float = 0.0
    query_usd: float = 0.0


@dataclass(slots=True, eq=False)
class House:
    """What holds for all: nobody comes from `horizon_days` on, nothing happens from `end_days`."""

    horizon_days: int
    end_days: int
    bill_hold_days: int
    chart_ready_days: int
    follow_up_after_days: int
    novice_slowdown: float
    entry_floor: float
    skill_notices: float
    over_share: float
    unsupported_found: float
    query_usd: float
    query_median_days: float
    query_sigma: float
    query_answered: float
    query_resolved: float
    realtime_resolved: float
    correction_share: float
    knowledge_floor: float
    level_factor: float
    win_cap: float
    records_recovery: float
    short_pay_recovery: float
    short_pay_noticed: float
    audit_defended: float
    audit_first_day: float
    audit_last_day: float
    patience_mean_days: float = inf
    call_again_share: float = 0.0
    call_again_days: int = 0
    auth_first_day: float = 0.0
    auth_last_day: float = 0.0
    auth_refused: float = 0.0
    peer_won: float = 0.0
    postponed_share: float = 0.0
    postponed_days: int = 0
    complexity: ByTask = zeros(3)
    shifts_differ: int = 0  # whether some are at the desk while others are not
    logs: int = 0  # whether what happens is noted


@dataclass(slots=True, eq=False)
class State:
    """All rows of one replication, each kind in the order of its numbers: what the kernel sees."""

    house: House
    days: list[Day]
    queues: list[WorkQueue]
    payers: list[Payer]
    kinds: list[Kind]
    places: list[Place]
    crews: list[Crew]
    terms: list[Terms]
    claims: list[Claim] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
