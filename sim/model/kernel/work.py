"""The table of all work, and an agent at it: take the best item, work it, hand it on, or wait."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from sim.model.codes import NOBODY, QUEUES, TRIES_BITS, Errand, Flag, Noted, Queue, Stage, Visit
from sim.model.kernel import coding, front, money, payer, rework
from sim.model.kernel.knowledge import practise, settle
from sim.model.kernel.log import worked
from sim.model.kernel.ports import Objects, push
from sim.model.kernel.queueing import best_queue, drop, pass_on, stop_waiting, take, wait, wake
from sim.model.kernel.rows import Agent, Claim, Crew
from sim.model.rules import wait_bin

Step = Callable[[Objects, Agent, Claim, float], None]
Happening = Callable[[Objects, Claim, float, int], None]


def always(_claim: Claim) -> bool:
    """Work that nothing makes needless while somebody has it in hand."""
    return True


def unanswered(claim: Claim) -> bool:
    """A follow-up: until the payer answers."""
    return claim.stage == Stage.SUBMITTED


def unbooked(claim: Claim) -> bool:
    """A request for a visit: until another has booked it, for a patient who called again."""
    return not claim.visit & Visit.BOOKED


def before_service(claim: Claim) -> bool:
    """An authorisation: until the service takes place."""
    return not claim.visit & Visit.TOOK_PLACE


class Work(NamedTuple):
    """One kind of work.

    `step` is what a finished item does to its claim; `drawn` says whether its touch time is drawn
    with the claim (`Claim.minutes`) or at each visit; `wanted` whether an item that its agent drops
    still makes sense for a claim that is not closed.
    """

    queue: int
    step: Step
    drawn: bool = False
    wanted: Callable[[Claim], bool] = always


WORK = (
    Work(Queue.SCHEDULING, front.book, drawn=True, wanted=unbooked),
    Work(Queue.PRIOR_AUTH, front.authorise, drawn=True, wanted=before_service),
    Work(Queue.TRANSCRIPTION, front.transcribe, drawn=True),
    Work(Queue.CODING_INPATIENT, coding.code, drawn=True),
    Work(Queue.CODING_OUTPATIENT, coding.code, drawn=True),
    Work(Queue.CDI_QUERY, coding.query),
    Work(Queue.EDITS, rework.edit),
    Work(Queue.RECORDS, rework.send_records),
    Work(Queue.DENIALS_TECHNICAL, rework.work_denial),
    Work(Queue.DENIALS_CLINICAL, rework.work_denial),
    Work(Queue.FOLLOW_UP, rework.follow_up, wanted=unanswered),
    Work(Queue.UNDERPAYMENTS, rework.chase_underpayment),
)
STEPS = tuple(work.step for work in WORK)
WANTED = tuple(work.wanted for work in WORK)

HAPPENINGS: dict[int, Happening] = {
    Errand.REPLY: payer.reply,
    Errand.SILENT: payer.silent,
    Errand.REJECTED: payer.rejected,
    Errand.ANSWER: coding.answer,
    Errand.RECORDS_DECIDED: payer.records_decided,
    Errand.DECIDED: payer.decided,
    Errand.TAKE_BACK: money.take_back,
    Errand.LAPSE: payer.lapse,
    Errand.HAND_OVER: front.hand_over,
    Errand.ASK: front.asked_for,
    Errand.GIVE_UP: front.give_up,
    Errand.AUTH_DECIDED: front.authorisation_decided,
    Errand.SERVE: front.serve,
}
ERRANDS = tuple(HAPPENINGS[i] for i in range(len(HAPPENINGS)))
assert [work.queue for work in WORK] == list(range(len(QUEUES)))


def run_errand(s: Objects, errand: int, claim: Claim, now: float, value: int) -> None:
    """What was put down for today happens."""
    ERRANDS[errand](s, claim, now, value)


def resume(s: Objects, agent: Agent, now: float) -> float:
    """Let an agent go on: finish what is in hand, take the next item, or wait.

    Gives the days until they go on again; infinity, to wait for a call.
    """
    if agent.hand_queue >= 0:
        agent.busy_minutes += agent.hand_spell
        if agent.hand_rest > 0.0:  # the shift ended in the midst of it: now for the rest
            if s.house.logs and agent.hand_spell > 0.0:
                worked(s, Noted.BROKEN_OFF, agent, now)
            agent.hand_spell = 0.0
            pause = next_duty(s, agent, now) - now
            return pause if pause > 0.0 else work_on(s, agent, now, agent.hand_rest)
        finish(s, agent, now)
    elif agent.waits:
        agent.waits = 0
        agent.called = 1 if agent.n_queues > 1 else 0
    if now >= agent.shift_end:
        pause = next_duty(s, agent, now) - now
        if pause > 0.0:
            # Who comes later today comes with all others, unless these have other shifts.
            if int(now + pause) > int(now) or s.house.shifts_differ:
                pass_on(s, agent, now)
            return pause
    q = agent.queues[0] if agent.n_queues == 1 else best_queue(s, agent)
    if q < 0 or not s.queues[q].level:
        wait(s, agent)
        agent.waits = 1
        return inf
    queue = s.queues[q]
    claim = take(s, queue, agent, now)
    if agent.called:  # perhaps for a claim in another queue
        agent.called = 0
        pass_on(s, agent, now)
    if now - agent.seen[queue.skill] >= 1.0:
        settle(s, agent, queue.skill, now)
    terms = s.terms[agent.crew]
    minutes = claim.minutes if queue.drawn else rework.start_visit(s, claim, queue)
    minutes *= agent.speed * (1.0 + s.house.novice_slowdown * (1.0 - agent.knowledge[queue.skill]))
    minutes *= terms.pace_nesting if agent.nesting else terms.pace
    agent.hand_minutes = minutes
    return work_on(s, agent, now, minutes)


def finish(s: Objects, agent: Agent, now: float) -> None:
    """An item is done: let it have its effect, and count it as practice."""
    if s.house.logs:
        worked(s, Noted.DONE, agent, now)
    queue, claim = s.queues[agent.hand_queue], s.claims[agent.hand_claim]
    agent.hand_queue = NOBODY
    agent.items += 1
    waited = agent.hand_taken - agent.hand_since
    queue.wait_days += waited
    # Most waits are short: their bin is worked out here, which is quicker than to ask.
    queue.waits[int(4.0 * waited) if waited < 32.0 else wait_bin(waited)] += 1
    claim.touches += 1
    if claim.flags & Flag.IN_WINDOW:
        s.crews[agent.crew].window_minutes += agent.hand_minutes
    STEPS[queue.kind](s, agent, claim, now)
    if s.terms[agent.crew].usd_per_claim:
        money.bill(s, agent, claim, now)
    practise(agent, queue.skill, agent.hand_minutes / agent.month_minutes)


def work_on(s: Objects, agent: Agent, now: float, minutes: float) -> float:
    """Work on what is in hand until it is done, or until the shift ends and the rest waits.

    Gives the days until the agent goes on: at the end of the item, or with the next shift.
    """
    days = minutes * agent.clock_per_minute
    agent.hand_from = now
    if now + days <= agent.shift_end:
        agent.hand_until = now + days
        agent.hand_spell = minutes
        agent.hand_rest = 0.0
        return days
    agent.hand_until = agent.shift_end
    agent.hand_spell = (agent.shift_end - now) / agent.clock_per_minute
    agent.hand_rest = minutes - agent.hand_spell
    return next_duty(s, agent, agent.shift_end) - now


def spent_minutes(agent: Agent, now: float) -> float:
    """Minutes that an agent has worked by now on what is in hand, since the last break."""
    if agent.hand_queue < 0 or agent.hand_spell <= 0.0:
        return 0.0
    if now >= agent.hand_until:
        return agent.hand_spell
    # In proportion, as the pace may have changed for what comes after.
    return agent.hand_spell * (now - agent.hand_from) / (agent.hand_until - agent.hand_from)


def next_duty(s: Objects, agent: Agent, now: float) -> float:
    """When an agent next stands at the desk, now or later; past the end, never.

    A shift may go on past midnight, for a day at most. Only one that has begun says when it ends:
    until then, overtime may be decided on.
    """
    crew, end_days = s.crews[agent.crew], s.house.end_days
    for day in range(max(0, int(now) - 1), end_days):
        if not agent.absent[day]:
            start = day + agent.shift_start
            longer = overtime_days(crew, agent, day)
            end = start + min(1.0, agent.shift_days * agent.hours_share + longer)
            if now < start:
                return start
            if now < end:
                agent.shift_end = end
                return now
    return end_days + 1.0


def overtime_days(crew: Crew, agent: Agent, day: int) -> float:
    """By how much an agent's shift that begins on a day is longer."""
    if not agent.overtime_weekdays >> day % 7 & 1:
        return 0.0
    return crew.overtime_days if day >= crew.overtime_from else crew.overtime_before


def leave(s: Objects, agent: Agent, now: float) -> None:
    """An agent walks out: what they have in hand goes back."""
    stop_waiting(s, agent)
    agent.busy_minutes += spent_minutes(agent, now)
    if agent.hand_queue >= 0:
        hand_back(s, agent, now)
    else:  # they may have been called to work that waits
        pass_on(s, agent, now)


def hand_back(s: Objects, agent: Agent, now: float) -> None:
    """Take work back from an agent who leaves in the middle of it.

    It goes back to where it stood; the time in hand does not count as waiting. If the claim has
    gone on meanwhile (the payer has answered, the visit has taken place or been lost), this work is
    over.
    """
    if s.house.logs:
        worked(s, Noted.HANDED_BACK, agent, now)
    queue, claim = s.queues[agent.hand_queue], s.claims[agent.hand_claim]
    agent.hand_queue = NOBODY
    elsewhere = claim.ticket
    queue.level += 1
    queue.waited_days -= now
    claim.ticket = agent.hand_ticket
    push(
        s,
        queue,
        agent.hand_key,
        agent.hand_ticket,
        agent.hand_since + now - agent.hand_taken,
        claim,
    )
    if elsewhere >= 0 or claim.stage == Stage.CLOSED or not WANTED[queue.kind](claim):
        drop(queue, claim, now)
        claim.ticket = elsewhere
        return
    if not queue.drawn:  # what is over keeps its number: the next visit may be in work already
        claim.visits -= 1
        claim.tries -= 1 << TRIES_BITS * queue.kind
    if claim.lapsed_ticket == agent.hand_ticket:  # the deadline passed while it was in hand
        payer.lapse(s, claim, now, agent.hand_ticket)
    else:
        wake(s, queue, now)
