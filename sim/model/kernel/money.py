"""What a claim brings and loses, booked on the day it happens."""

from __future__ import annotations

from sim.model.codes import NO_DUE, Decision, Defect, Errand, Flag, Noted, Queue, Stage
from sim.model.kernel.log import happened
from sim.model.kernel.ports import Objects, decision_luck, on
from sim.model.kernel.queueing import enqueue, lane
from sim.model.kernel.rows import Agent, Claim


def payable(s: Objects, claim: Claim) -> int:
    """What the claim as submitted is worth: expected less what coding or notes left out."""
    if claim.flags & Flag.CDI_GAP:
        gap = round(claim.expected * s.places[claim.setting].gap_share)
        claim.cdi_cents = min(gap, claim.expected - claim.under_cents)
    return claim.expected - claim.under_cents - claim.cdi_cents + claim.over_cents


def charge(s: Objects, crew: int, claim: Claim, day: int, usd: float) -> None:
    """Book what a crew's vendor charges for a claim."""
    s.days[day].claim_fees_usd += usd
    s.crews[crew].claim_fees_usd += usd
    if claim.flags & Flag.IN_WINDOW:
        s.crews[crew].window_fees_usd += usd


def bill(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """A vendor paid by the claim charges each once, when it first finishes work on it."""
    terms = s.terms[agent.crew]
    if not claim.billed & terms.bill_bit:
        claim.billed |= terms.bill_bit
        charge(s, agent.crew, claim, int(now), terms.usd_per_claim)


def receive(s: Objects, claim: Claim, day: int, cents: int) -> None:
    """Book cash, and the part of it that goes to the vendor who worked for it last.

    That is the coder's for what is paid at the first go, and whoever worked the claim after a
    rejection, a request, a denial, silence or a short payment for what comes then.
    """
    share = s.terms[claim.crew].share_of_collections
    s.days[day].cash_cents += cents
    if share:
        charge(s, claim.crew, claim, day, cents / 100.0 * share)


def pay(s: Objects, claim: Claim, now: float) -> None:
    """The payer pays what it owes, short of it if that is what it does."""
    day = int(now)
    amount = payable(s, claim) - claim.paid_cents
    claim.stage = Stage.PAID
    claim.closed_day = day
    if s.house.logs:
        happened(s, Noted.PAID, claim, -1, now)
    if claim.flags & Flag.SHORT_PAY:
        claim.short_cents = round(amount * s.payers[claim.payer].short_pay_share)
        amount -= claim.short_cents
        least = s.terms[lane(s, Queue.UNDERPAYMENTS, claim).crew].threshold_cents
        noticed = decision_luck(s, claim, Decision.SHORT_PAY_NOTICED) < s.house.short_pay_noticed
        if noticed and claim.short_cents >= least:
            enqueue(s, Queue.UNDERPAYMENTS, claim, now, NO_DUE, 1.0)
    claim.paid_cents += amount
    receive(s, claim, day, amount)
    if claim.over_cents == 0 and not claim.defects & Defect.DOC:
        return
    share = taken_back_share(s, claim)
    if share > 0.0:
        claim.takeback_cents = round(claim.paid_cents * share)
        first, last = s.house.audit_first_day, s.house.audit_last_day
        lag = round(first + (last - first) * decision_luck(s, claim, Decision.AUDIT_LAG))
        on(s, day + lag, Errand.TAKE_BACK, claim, 0)


def taken_back_share(s: Objects, claim: Claim) -> float:
    """Part of the payment that an audit will take back.

    It finds codes that the chart does not bear out, and notes too weak for what was paid that the
    payer had not noticed. Where each code can be traced to the note, a part is won back.
    """
    place, share = s.places[claim.setting], 0.0
    audited = claim.flags & Flag.AUDITED and claim.flags & Flag.FOUND
    if claim.over_cents and (audited or claim.flags & Flag.UNSUPPORTED):
        share = place.takeback_share
    if audited and claim.defects & Defect.DOC and place.note_takeback_share > share:
        share = place.note_takeback_share
    if s.terms[claim.crew].evidence_trail:
        share *= 1.0 - s.house.audit_defended
    return share


def take_back(s: Objects, claim: Claim, now: float, _value: int) -> None:
    """An audit takes back a part of what was paid."""
    if s.house.logs:
        happened(s, Noted.TAKEN_BACK, claim, -1, now)
    receive(s, claim, int(now), -claim.takeback_cents)


def lose(s: Objects, claim: Claim, day: int, cause: int) -> None:
    """Write off what a claim has not brought."""
    claim.stage = Stage.CLOSED
    claim.closed_day = day
    claim.loss_cause = cause
    if s.house.logs:
        happened(s, Noted.WRITTEN_OFF, claim, cause, float(day))
    if claim.paid_cents:  # a part was paid: the rest of what it was worth is lost
        claim.loss_cents = payable(s, claim) - claim.paid_cents
    else:
        claim.under_cents = 0
        claim.cdi_cents = 0
        claim.over_cents = 0
        claim.flags &= ~Flag.CDI_GAP
        claim.loss_cents = claim.expected
