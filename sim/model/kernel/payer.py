"""The payers' side: the nightly file in; replies, requests, denials and decisions out."""

from __future__ import annotations

from sim.model.codes import (
    FIRST_OF,
    MAX_VISITS,
    NO_DUE,
    Cause,
    Decision,
    Defect,
    Errand,
    First,
    Flag,
    Noted,
    PayerLuck,
    Queue,
    Stage,
)
from sim.model.kernel.knowledge import lesson
from sim.model.kernel.log import happened
from sim.model.kernel.money import lose, pay, payable, receive
from sim.model.kernel.ports import Objects, decision_luck, on, payer_luck
from sim.model.kernel.queueing import enqueue, lane, miss, next_workday, withdraw
from sim.model.kernel.rows import Claim
from sim.model.rules import level_chance, worked_share

# --- submission -----------------------------------------------------------------------------------


def submit(s: Objects, claim: Claim, day: int) -> None:
    """A claim comes in with the nightly file: set the day of its reply."""
    payer = s.payers[claim.payer]
    if claim.submitted_day < 0:
        claim.first_day = day
        lag = claim.reply_days
    else:
        lag = payer.corrected_reply_days
    if payer.slowness != 1.0:
        lag = max(1, round(lag * payer.slowness))
    if day - claim.day > payer.filing_limit_days:
        claim.defects |= Defect.TIMELY
    claim.submitted_day = day
    claim.stage = Stage.SUBMITTED
    if s.house.logs:
        happened(s, Noted.SUBMITTED, claim, -1, float(day))
    if claim.defects & claim.reject_mask:
        on(s, s.days[day + 1].following, Errand.REJECTED, claim, 0)
        return
    silence = s.house.follow_up_after_days
    if claim.flags & Flag.NO_REPLY:
        lag = s.house.end_days
    elif day + lag < s.house.end_days:
        on(s, s.days[day + lag].following, Errand.REPLY, claim, 1 if lag > silence else 0)
    if lag > silence:
        on(s, s.days[day + silence].following, Errand.SILENT, claim, day)


def silent(s: Objects, claim: Claim, now: float, submitted: int) -> None:
    """Nothing has been heard for too long: somebody should ask."""
    if claim.stage == Stage.SUBMITTED and claim.submitted_day == submitted:
        enqueue(s, Queue.FOLLOW_UP, claim, now, NO_DUE, 1.0)


def put_off(s: Objects, errand: int, claim: Claim, value: int) -> None:
    """A payer's answer falls into an outage: it comes on the first workday after it."""
    on(s, next_workday(s, s.payers[claim.payer].silent_until), errand, claim, value)


def rejected(s: Objects, claim: Claim, now: float, _value: int) -> None:
    """The payer's front end sends a claim back before it is looked at."""
    if now < s.payers[claim.payer].silent_until:
        put_off(s, Errand.REJECTED, claim, 0)
        return
    if claim.first_outcome == First.NONE_YET:
        claim.first_outcome = First.REJECTED
    claim.stage = Stage.REJECTED
    if s.house.logs:
        happened(s, Noted.REJECTED, claim, -1, now)
    enqueue(s, Queue.EDITS, claim, now, NO_DUE, 1.0)


# --- replies --------------------------------------------------------------------------------------


def reply(s: Objects, claim: Claim, now: float, expected_late: int) -> None:
    """The payer answers; a follow-up that still waits is no longer needed.

    One that has waited for longer than its queue's target has been missed. An answer that was not
    `expected_late` and falls into an outage is missed after as many days as any other.
    """
    if now < s.payers[claim.payer].silent_until:
        put_off(s, Errand.REPLY, claim, 1)
        if not expected_late:
            asked_on = max(int(now) + 1, claim.submitted_day + s.house.follow_up_after_days)
            on(s, next_workday(s, asked_on), Errand.SILENT, claim, claim.submitted_day)
        return
    if claim.ticket >= 0:
        asked = s.days[claim.submitted_day + s.house.follow_up_after_days].following
        if now - asked > s.queues[Queue.FOLLOW_UP].due_days:
            miss(s, claim, now)
        else:
            withdraw(s, claim, now)
    adjudicate(s, claim, now)


def adjudicate(s: Objects, claim: Claim, now: float) -> None:
    """Deny, ask for records, or pay."""
    claim.flags |= Flag.ADJUDICATED
    if s.payers[claim.payer].machine and not claim.flags & Flag.LOOKED_AT:
        machine_looks(s, claim)
    if claim.defects & (claim.deny_mask | Defect.TIMELY):
        outcome = First.DENIED
    elif claim.defects & claim.asked_mask:
        outcome = First.ASKED
    else:
        outcome = First.PAID
    if claim.first_outcome == First.NONE_YET:
        claim.first_outcome = outcome
    if outcome == First.PAID:
        pay(s, claim, now)
    elif outcome == First.DENIED:
        deny(s, claim, now)
    else:
        ask(s, claim, now)


def machine_looks(s: Objects, claim: Claim) -> None:
    """A payer's machine denies what it finds in a claim, and some clean claims too.

    It looks once, at the first adjudication after it was switched on.
    """
    payer, found = s.payers[claim.payer], 0
    claim.flags |= Flag.LOOKED_AT
    if payer_luck(s, claim, PayerLuck.CODE) < payer.machine_found_share:
        found |= Defect.CODE
    if payer_luck(s, claim, PayerLuck.DOC) < payer.machine_found_share:
        found |= Defect.DOC
    denied = claim.defects & claim.deny_mask  # also without it
    found &= claim.defects & ~denied
    if payer_luck(s, claim, PayerLuck.CLEAN) < payer.machine_false_share:
        found |= Defect.PAYER & ~denied
    if found:
        claim.flags |= Flag.BY_MACHINE
        claim.defects |= found
        claim.deny_mask |= found


def ask(s: Objects, claim: Claim, now: float) -> None:
    """The payer wants the records."""
    claim.stage = Stage.ASKED
    day = int(now)
    if s.house.logs:
        happened(s, Noted.RECORDS_ASKED_FOR, claim, -1, now)
    luck = decision_luck(s, claim, Decision.RECORDS_WORKED)
    worked = s.terms[lane(s, Queue.RECORDS, claim).crew].records_worked
    if luck >= worked_share(worked[0], worked[1], worked[2], payable(s, claim)):
        lose(s, claim, day, Cause.NOT_WORKED)
        return
    window = s.payers[claim.payer].records_window_days
    await_answer(s, Queue.RECORDS, claim, now, window, 1.0)


def records_sent(s: Objects, claim: Claim, day: int, won: int) -> None:
    """Records are on their way; the payer decides later."""
    payer = s.payers[claim.payer]
    first, last = payer.records_first_day, payer.records_last_day
    lag = round(
        payer.slowness * (first + (last - first) * decision_luck(s, claim, Decision.RECORDS_LAG))
    )
    on(s, next_workday(s, day + lag), Errand.RECORDS_DECIDED, claim, won)


def records_decided(s: Objects, claim: Claim, now: float, won: int) -> None:
    """The payer has read the records."""
    if now < s.payers[claim.payer].silent_until:
        put_off(s, Errand.RECORDS_DECIDED, claim, won)
        return
    if won:
        claim.defects &= ~claim.asked_mask
        pay(s, claim, now)
    else:
        lose(s, claim, int(now), Cause.RECORDS_REQUEST)


# --- denials --------------------------------------------------------------------------------------


def denied_for(claim: Claim) -> int:
    """Category of the denial that a claim carries now."""
    return FIRST_OF[claim.defects & (claim.deny_mask | Defect.TIMELY)]


def denial_queue(s: Objects, category: int) -> int:
    """Where denials of a category are worked."""
    return Queue.DENIALS_CLINICAL if s.kinds[category].clinical else Queue.DENIALS_TECHNICAL


def first_chance(s: Objects, claim: Claim, category: int) -> float:
    """Win chance at the first level with full knowledge."""
    payer = s.payers[claim.payer]
    if not payer.machine or not claim.flags & Flag.BY_MACHINE:
        return payer.first_chance[category]
    if s.terms[lane(s, denial_queue(s, category), claim).crew].evidence_trail:
        return payer.machine_chance_trail[category]
    return payer.machine_chance[category]


def deny(s: Objects, claim: Claim, now: float) -> None:
    """Pay what is not at stake, and take the denial up or let it be."""
    day = int(now)
    category = denied_for(claim)
    kind = s.kinds[category]
    kind.denials_seen += 1
    if claim.denied_for < 0:
        claim.denied_for = category
    claim.stage = Stage.DENIED
    claim.appeal_level = 0
    if s.house.logs:
        happened(s, Noted.DENIED, claim, category, now)
    if 1 << category == Defect.CODE and claim.coder >= 0:  # else nobody knows who coded it
        lesson(s, s.agents[claim.coder], claim.setting, now)
    at_stake = payable(s, claim) - claim.paid_cents
    if kind.stake_share < 1.0 and claim.paid_cents == 0:
        paid = round(at_stake * (1.0 - kind.stake_share))
        claim.paid_cents += paid
        at_stake -= paid
        receive(s, claim, day, paid)
    terms = s.terms[lane(s, denial_queue(s, category), claim).crew]
    worked, luck = terms.denials_worked, decision_luck(s, claim, Decision.DENIAL_WORKED + category)
    if (
        luck >= worked_share(worked[0], worked[1], worked[2], at_stake)
        or at_stake < terms.threshold_cents
        or (kind.clinical and not terms.levels)
    ):
        lose(s, claim, day, end_of(category, Cause.NOT_WORKED))
    else:
        take_up(s, claim, now, category)


def end_of(category: int, cause: int) -> int:
    """Cause of a loss: what is denied as too late is lost to the filing limit."""
    return Cause.TIMELY_FILING if 1 << category == Defect.TIMELY else cause


def take_up(s: Objects, claim: Claim, now: float, category: int) -> None:
    """Queue a denial for work at the claim's present level, with the deadline of that level."""
    payer, day = s.payers[claim.payer], int(now)
    if claim.visits >= MAX_VISITS:
        lose(s, claim, day, Cause.GIVEN_UP)
        return
    if not s.kinds[category].clinical:
        window = payer.corrected_window_days
    elif claim.appeal_level < payer.levels:
        window = payer.file_within_days[claim.appeal_level]
    else:
        lose(s, claim, day, Cause.FINAL_DENIAL)
        return
    chance = level_chance(
        first_chance(s, claim, category), s.house.level_factor, claim.appeal_level
    )
    await_answer(s, denial_queue(s, category), claim, now, window, chance)


def await_answer(s: Objects, q: int, claim: Claim, now: float, window: int, chance: float) -> None:
    """Let a claim wait for work that a payer takes for `window` days.

    It is due when the queue's own target says, at the latest when the right to answer ends.
    """
    day = int(now)
    enqueue(s, q, claim, now, day + min(window, s.queues[q].due_days), chance)
    on(s, day + window, Errand.LAPSE, claim, claim.ticket)


def lapse(s: Objects, claim: Claim, now: float, ticket: int) -> None:
    """The right to answer ends; a claim that still waits is lost."""
    if claim.ticket == ticket:
        miss(s, claim, now)
        lose(s, claim, int(now), Cause.TIMELY_FILING)
    else:  # perhaps in somebody's hands, who may yet hand it back
        claim.lapsed_ticket = ticket


def appealed(s: Objects, claim: Claim, day: int, won: int, category: int) -> None:
    """A correction or appeal has gone out; the payer decides later."""
    payer = s.payers[claim.payer]
    if s.kinds[category].clinical:
        lag = payer.decision_days[claim.appeal_level]
    else:
        lag = payer.corrected_reply_days
    if payer.slowness != 1.0:
        lag = max(1, round(lag * payer.slowness))
    on(s, next_workday(s, day + lag), Errand.DECIDED, claim, 2 * category + won)


def decided(s: Objects, claim: Claim, now: float, value: int) -> None:
    """The payer has decided an appeal or a corrected claim; `value` packs category and outcome."""
    if now < s.payers[claim.payer].silent_until:
        put_off(s, Errand.DECIDED, claim, value)
        return
    category = value >> 1
    if s.house.logs:
        happened(s, Noted.APPEAL_DECIDED, claim, value & 1, now)
    if value & 1:
        claim.defects &= ~(1 << category)
        adjudicate(s, claim, now)
        return
    claim.appeal_level += 1
    own = s.terms[lane(s, denial_queue(s, category), claim).crew].levels
    levels = min(own, s.payers[claim.payer].levels)
    if s.kinds[category].clinical and claim.appeal_level < levels:
        take_up(s, claim, now, category)
    else:
        lose(s, claim, int(now), end_of(category, Cause.FINAL_DENIAL))
