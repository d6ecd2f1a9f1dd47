"""Coding a chart: defects caught and made, weak notes held and queried, machines at work."""

from __future__ import annotations

from sim.model.arithmetic import exp, normal_quantile
from sim.model.codes import (
    NO_DUE,
    Defect,
    Errand,
    Flag,
    Luck,
    MachineLuck,
    Noted,
    QueryLuck,
    Queue,
    Stage,
)
from sim.model.kernel.log import happened
from sim.model.kernel.ports import Objects, coding_luck, machine_luck, on, query_luck
from sim.model.kernel.queueing import enqueue, lane, ready
from sim.model.kernel.rows import Agent, Claim, Terms
from sim.model.rules import accuracy, entry_defect, reviewed

FRONT_END = Defect.REG | Defect.DATA | Defect.AUTH


def coding_queue(claim: Claim) -> int:
    """Where a chart is coded."""
    return Queue.CODING_INPATIENT + claim.setting


def admit(s: Objects, claim: Claim, now: float) -> None:
    """A chart is complete: reviewed at once if somebody looks over the shoulder, else coded."""
    if s.house.logs:
        happened(s, Noted.CHART_COMPLETE, claim, -1, now)
    q = coding_queue(claim)
    terms = s.terms[lane(s, q, claim).crew]
    if terms.machine:
        pre_read(s, claim, terms)
    if terms.realtime:
        weak = claim.defects & Defect.DOC or claim.flags & Flag.CDI_GAP
        if weak and coding_luck(s, claim, Luck.HOLD) < terms.realtime:
            claim.stage = Stage.QUERIED
            q = Queue.CDI_QUERY
    enqueue(s, q, claim, now, NO_DUE, 1.0)


def pre_read(s: Objects, claim: Claim, terms: Terms) -> None:
    """The vendor's machine takes a chart, or reads it before a coder does."""
    if machine_luck(s, claim, MachineLuck.ALONE) < terms.alone_share[claim.setting]:
        claim.flags |= Flag.ALONE
        claim.minutes *= terms.alone_time_share
    else:
        claim.minutes *= 1.0 - terms.time_saved_share


def code(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Code a chart: catch source defects, add own ones, hold or push a weak note."""
    touched(agent, claim)
    terms = s.terms[agent.crew]
    looked_at = not claim.flags & Flag.ALONE
    if looked_at and claim.defects & FRONT_END:
        catch(s, claim, terms, agent.client)
    defects = claim.defects
    if coding_luck(s, claim, Luck.ENTRY) < entry_defect(
        terms.entry_base, agent.client, s.house.entry_floor, terms.entry_factor
    ):
        defects |= Defect.DATA
    if coding_luck(s, claim, Luck.DUPLICATE) < terms.duplicate:
        defects |= Defect.DUP
    able = accuracy(
        agent.floor,
        agent.floor + agent.span,
        agent.knowledge[claim.setting],
        s.crews[agent.crew].penalty,
        s.places[claim.setting].accuracy_exponent,
    )
    right = with_machine(claim, terms, able) if terms.machine else able
    claim.wrong = 0
    if coding_luck(s, claim, Luck.ERROR) >= right:
        agent.errors += 1
        sample = 1.0 if agent.nesting else terms.sample * terms.enrichment
        checked = looked_at and coding_luck(s, claim, Luck.SAMPLE) < sample
        if not (checked and coding_luck(s, claim, Luck.DETECT) < terms.detection):
            defects |= Defect.CODE
            miscode(s, claim, terms)
    claim.defects = defects
    claim.coder = agent.index
    claim.crew = agent.crew
    weak = looked_at and (defects & Defect.DOC or claim.flags & Flag.CDI_GAP)
    if weak and held(s, terms, coding_luck(s, claim, Luck.HOLD), able):
        claim.stage = Stage.QUERIED
        enqueue(s, Queue.CDI_QUERY, claim, now, NO_DUE, 1.0)
    else:
        send_on(s, claim, now)


def touched(agent: Agent, claim: Claim) -> None:
    """Note how long a chart has waited for the first work on it, if this is the first."""
    if claim.first_touch_minutes < 0:
        claim.first_touch_minutes = round(1440.0 * (agent.hand_taken - agent.hand_since))


def send_on(s: Objects, claim: Claim, now: float) -> None:
    """A coded claim goes to the scrubber's desk, or is ready to go out."""
    if claim.flags & (Flag.SCRUBBER_EDIT | Flag.CAUGHT):
        enqueue(s, Queue.EDITS, claim, now, NO_DUE, 1.0)
    else:
        ready(s, claim, int(now))


def catch(s: Objects, claim: Claim, terms: Terms, client: float) -> None:
    """Catch defects of the front end, the more the better the client is known."""
    defects, caught = claim.defects, 0
    if defects & Defect.REG:
        share = terms.catch_reg * client + terms.house_reg
        if coding_luck(s, claim, Luck.REG) < share:
            caught |= Defect.REG
    if defects & Defect.DATA:
        share = terms.catch_data * client + terms.house_data
        if coding_luck(s, claim, Luck.DATA) < share:
            caught |= Defect.DATA
    if defects & Defect.AUTH:
        share = terms.catch_auth * client + terms.house_auth
        if coding_luck(s, claim, Luck.AUTH) < share:
            caught |= Defect.AUTH
    if caught:
        claim.defects &= ~caught
        claim.flags |= Flag.CAUGHT


def held(s: Objects, terms: Terms, luck: float, able: float) -> bool:
    """Whether a coder who is right with chance `able` holds a weak note that got this far."""
    noticed = terms.hold * (1.0 - s.house.skill_notices * (1.0 - able))
    return terms.realtime <= luck < terms.realtime + (1.0 - terms.realtime) * noticed


def with_machine(claim: Claim, terms: Terms, coder: float) -> float:
    """Chance that a chart is right when a machine codes or suggests (docs/parameters.md D3).

    Alone, the machine's own. Suggesting to a reviewer: the suggestion is right, or its error is
    noticed by a reviewer as able as the coder, who looks less hard the righter it mostly is.
    Without a human in the loop, charts that the machine leaves are coded as without it.
    """
    if claim.flags & Flag.ALONE:
        return terms.alone_accuracy[claim.setting]
    if terms.black_box:
        return coder
    suggestion = terms.suggestion_accuracy[claim.setting]
    biased = suggestion > terms.bias_above_share
    catch_share = terms.biased_catch_share if biased else terms.reviewer_catch_share
    return reviewed(suggestion, catch_share, coder)


def miscode(s: Objects, claim: Claim, terms: Terms) -> None:
    """Decide what an undetected coding error does to the payment."""
    claim.wrong = 1
    place = s.places[claim.setting]
    if terms.machine and machine_luck(s, claim, MachineLuck.UNSUPPORTED) < terms.unsupported_share:
        claim.over_cents = round(claim.expected * place.over_share)
        if machine_luck(s, claim, MachineLuck.FOUND) < s.house.unsupported_found:
            claim.flags |= Flag.UNSUPPORTED
    elif coding_luck(s, claim, Luck.DIRECTION) < terms.under:
        if claim.flags & Flag.CC_AT_RISK:
            claim.under_cents = round(claim.expected * place.under_share)
    elif coding_luck(s, claim, Luck.RAISES) < s.house.over_share:
        claim.over_cents = round(claim.expected * place.over_share)


def query(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Ask the physician; the answer, or the end of patience, comes days later.

    A chart that is not coded yet is being reviewed in real time: it is answered the same day.
    """
    day, house = int(now), s.house
    s.days[day].query_usd += house.query_usd
    if claim.flags & Flag.IN_WINDOW:
        s.crews[agent.crew].window_query_usd += house.query_usd
    if claim.coder < 0:
        touched(agent, claim)
        mended = 1 if query_luck(s, claim, QueryLuck.RESOLVED) < house.realtime_resolved else 0
        on(s, day + 1, Errand.ANSWER, claim, mended)
        return
    lag = house.query_median_days * exp(
        house.query_sigma * normal_quantile(query_luck(s, claim, QueryLuck.LATE))
    )
    mended = (
        1
        if query_luck(s, claim, QueryLuck.ANSWERED) < house.query_answered
        and query_luck(s, claim, QueryLuck.RESOLVED) < house.query_resolved
        else 0
    )
    on(s, day + max(1, round(lag)), Errand.ANSWER, claim, mended)


def answer(s: Objects, claim: Claim, now: float, mended: int) -> None:
    """The physician has mended the notes or not; the chart goes on."""
    if s.house.logs:
        happened(s, Noted.QUERY_ANSWERED, claim, mended, now)
    if mended:
        claim.defects &= ~Defect.DOC
        claim.flags &= ~Flag.CDI_GAP
        claim.cdi_cents = 0
    claim.stage = Stage.WAITING
    if claim.coder >= 0:
        send_on(s, claim, now)
    else:
        enqueue(s, coding_queue(claim), claim, now, NO_DUE, 1.0)
