"""What happens to a visit before its chart is complete: booked, authorised, held, dictated."""

from __future__ import annotations

from math import ceil

from sim.model.arithmetic import log
from sim.model.codes import (
    DAY_BITS,
    NO_DUE,
    Cause,
    Defect,
    Errand,
    Queue,
    Skill,
    Stage,
    Visit,
    VisitLuck,
    VisitTask,
)
from sim.model.kernel.coding import admit
from sim.model.kernel.money import lose
from sim.model.kernel.ports import Objects, on, visit_luck, visit_touch
from sim.model.kernel.queueing import enqueue, lane, miss, next_workday, withdraw
from sim.model.kernel.rows import Agent, Claim
from sim.model.rules import accuracy, known, reviewed, task_accuracy, touch_factor

# --- before the service ---------------------------------------------------------------------------


def expect(s: Objects, claim: Claim) -> None:
    """Put down when a visit will be asked for.

    Requests that would lie before the start of the run were settled without a fault.
    """
    if claim.visit & Visit.BOOKED:  # somebody who walks in, or an emergency
        return
    asked = claim.day - claim.lead_days
    while asked >= 0 and not s.days[asked].is_workday:  # nobody calls on a day off
        asked -= 1
    if asked < 0:
        claim.visit |= Visit.BOOKED | Visit.AUTHORISED
    else:
        ask_for(s, claim, asked)


def ask_for(s: Objects, claim: Claim, day: int) -> None:
    """Put down that a visit is asked for; after the run nobody asks for a service after it."""
    if min(day, claim.key >> DAY_BITS) < s.house.horizon_days:
        on(s, day, Errand.ASK, claim, 0)


def plan_service(s: Objects, claim: Claim) -> None:
    """Put down the day of the service; those planned for after the run do not come to pass."""
    if claim.key >> DAY_BITS < s.house.horizon_days:
        on(s, claim.day, Errand.SERVE, claim, 0)


def asked_for(s: Objects, claim: Claim, now: float, _value: int) -> None:
    """A patient or a referring doctor asks for a visit, unless it has been booked meanwhile."""
    if claim.visit & Visit.BOOKED:
        return
    if claim.ticket < 0:  # else it was given back by somebody who left, and waits already
        let_wait(s, Queue.SCHEDULING, claim, VisitTask.BOOKING, now)
    luck = visit_luck(s, claim, VisitLuck.PATIENCE)
    patience = -s.house.patience_mean_days * log(1.0 - luck)
    again = claim.visit & Visit.CALLED_AGAIN
    on(s, int(now) + max(1, ceil(patience)), Errand.GIVE_UP, claim, again)


def let_wait(s: Objects, q: int, claim: Claim, task: int, now: float) -> None:
    """Let a task wait that is done once, at the touch time that a draft leaves of it.

    It is due on the day of the service, and once that is over by the queue's own target.
    """
    queue = s.queues[q]
    luck = visit_touch(s, claim, task)
    minutes = queue.minutes * touch_factor(luck, queue.sigma, queue.exponential)
    terms = s.terms[lane(s, q, claim).crew]
    if terms.drafted[q] and task != VisitTask.PEER:
        minutes *= 1.0 - terms.draft_saved_share[q]
    claim.minutes = minutes
    due = NO_DUE if claim.visit & Visit.TOOK_PLACE else max(claim.day, int(now))
    enqueue(s, q, claim, now, due, 1.0)


def give_up(s: Objects, claim: Claim, now: float, again: int) -> None:
    """Patience ends; a request in somebody's hands is being booked."""
    waits = not claim.visit & Visit.BOOKED and claim.stage != Stage.CLOSED
    if waits and claim.ticket >= 0 and again == claim.visit & Visit.CALLED_AGAIN:
        lose_visit(s, claim, now, Cause.LOST_VISIT)


def lose_visit(s: Objects, claim: Claim, now: float, cause: int) -> None:
    """A visit will not take place, unless the patient calls again: its payment is lost."""
    miss(s, claim, now)
    house = s.house
    if (
        cause == Cause.LOST_VISIT
        and not claim.visit & Visit.CALLED_AGAIN
        and visit_luck(s, claim, VisitLuck.CALLS_AGAIN) < house.call_again_share
    ):
        claim.visit |= Visit.CALLED_AGAIN
        asked = next_workday(s, int(now) + house.call_again_days)
        claim.day = asked + claim.lead_days
        ask_for(s, claim, asked)
        plan_service(s, claim)
    else:
        lose(s, claim, claim.key >> DAY_BITS, cause)  # as of the day first planned: none was due


def book(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Book a visit, with the right coverage or not; ask for authorisation if it needs one.

    Who called again while this was in hand may have been booked by somebody quicker.
    """
    if claim.stage == Stage.CLOSED or claim.visit & Visit.BOOKED:
        return
    withdraw(s, claim, now)  # who called again while this was in hand need not wait any more
    claim.visit |= Visit.BOOKED
    if errs(s, agent, Queue.SCHEDULING, Skill.SCHEDULING, claim, VisitLuck.BOOKING):
        claim.defects |= Defect.REG
    if claim.visit & Visit.NEEDS_AUTH:
        let_wait(s, Queue.PRIOR_AUTH, claim, VisitTask.REQUEST, now)


def errs(s: Objects, agent: Agent, task: int, skill: int, claim: Claim, luck: int) -> bool:
    """Whether an agent errs at a task, and no check finds it; the check's luck is the next one."""
    terms = s.terms[agent.crew]
    right = accuracy(
        agent.floor,
        agent.floor + agent.span,
        agent.knowledge[skill],
        s.crews[agent.crew].penalty,
        1.0,
    )
    right = task_accuracy(right, s.house.complexity[task])
    if terms.drafted[task]:
        right = reviewed(terms.draft_accuracy[task], terms.draft_catch_share[task], right)
    if visit_luck(s, claim, luck) < right:
        return False
    agent.errors += 1
    sample = 1.0 if agent.nesting else min(1.0, terms.sample * terms.enrichment)
    return visit_luck(s, claim, luck + 1) >= sample * terms.detection


def authorise(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Ask the payer for authorisation, or argue with it after a refusal."""
    if claim.visit & Visit.TOOK_PLACE:
        return
    if claim.visit & Visit.REFUSED:
        knowledge = known(agent.knowledge[Skill.PRIOR_AUTH], s.house.knowledge_floor)
        if visit_luck(s, claim, VisitLuck.PEER) < s.house.peer_won * knowledge:
            claim.visit |= Visit.AUTHORISED
        else:
            lose_visit(s, claim, now, Cause.REFUSED_VISIT)
        return
    if errs(s, agent, Queue.PRIOR_AUTH, Skill.PRIOR_AUTH, claim, VisitLuck.REQUEST):
        claim.visit |= Visit.FLAWED
    else:
        claim.visit &= ~Visit.FLAWED
    first, last = s.house.auth_first_day, s.house.auth_last_day
    lag = round(first + (last - first) * visit_luck(s, claim, VisitLuck.DECISION))
    on(s, int(now) + max(1, lag), Errand.AUTH_DECIDED, claim, 0)


def authorisation_decided(s: Objects, claim: Claim, now: float, _value: int) -> None:
    """The payer answers a request for authorisation."""
    if claim.visit & Visit.TOOK_PLACE:
        return
    if visit_luck(s, claim, VisitLuck.REFUSED) < s.house.auth_refused:
        claim.visit |= Visit.REFUSED
        let_wait(s, Queue.PRIOR_AUTH, claim, VisitTask.PEER, now)
    else:
        claim.visit |= Visit.AUTHORISED


# --- the service and after ------------------------------------------------------------------------


def serve(s: Objects, claim: Claim, now: float, _value: int) -> None:
    """The morning of the service: what is not ready now is too late."""
    day, house = int(now), s.house
    if claim.stage == Stage.CLOSED or day != claim.day:  # the visit was put off meanwhile
        return
    if not claim.visit & Visit.BOOKED:
        lose_visit(s, claim, now, Cause.LOST_VISIT)
        return
    if claim.visit & Visit.NEEDS_AUTH and not claim.visit & Visit.AUTHORISED:
        luck = visit_luck(s, claim, VisitLuck.POSTPONED)
        if not claim.visit & Visit.POSTPONED and luck < house.postponed_share:
            claim.visit |= Visit.POSTPONED
            claim.day = day + house.postponed_days
            on(s, claim.day, Errand.SERVE, claim, 0)
            return
        miss(s, claim, now)
        claim.defects |= Defect.AUTH
    elif claim.visit & Visit.FLAWED:
        claim.defects |= Defect.AUTH
    claim.visit |= Visit.TOOK_PLACE
    if claim.visit & Visit.DICTATED:
        let_wait(s, Queue.TRANSCRIPTION, claim, VisitTask.NOTE, now)
    else:
        complete(s, claim, now)


def transcribe(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Type what was dictated; errors leave gaps in the documentation."""
    if errs(s, agent, Queue.TRANSCRIPTION, Skill.TRANSCRIPTION, claim, VisitLuck.NOTE):
        claim.defects |= Defect.DOC
    complete(s, claim, now)


def complete(s: Objects, claim: Claim, now: float) -> None:
    """The notes are there; the chart is complete some days after the service."""
    ready = claim.day + s.house.chart_ready_days
    if ready > int(now):
        on(s, ready, Errand.HAND_OVER, claim, 0)
    else:
        hand_over(s, claim, now, 0)


def hand_over(s: Objects, claim: Claim, now: float, _value: int) -> None:
    """The chart goes to the coders; work on claims is counted from here on."""
    claim.minutes = claim.coding_minutes
    claim.touches = 0
    admit(s, claim, now)
