"""Work that comes back: edits, records, denials, silent claims and short payments."""

from __future__ import annotations

from sim.model.codes import (
    MAX_VISITS,
    REWORK_COLUMNS,
    REWORK_FIRST,
    TRIES_BITS,
    Cause,
    Flag,
    Queue,
    Skill,
    Stage,
)
from sim.model.kernel.money import lose, receive
from sim.model.kernel.payer import appealed, denial_queue, denied_for, first_chance, records_sent
from sim.model.kernel.ports import Objects, rework_luck, rework_touch
from sim.model.kernel.queueing import ready
from sim.model.kernel.rows import Agent, Claim, WorkQueue
from sim.model.rules import known, touch_factor, win_chance


def visit_column(claim: Claim, q: int) -> int:
    """Column of luck of the present visit to a queue: by purpose, and the how manieth it is.

    So the luck of an appeal does not depend on how often the claim was edited before.
    """
    tries = claim.tries >> TRIES_BITS * q & (1 << TRIES_BITS) - 1
    columns = REWORK_COLUMNS[q]
    return REWORK_FIRST[q] + (tries if tries < columns else columns) - 1


def start_visit(s: Objects, claim: Claim, queue: WorkQueue) -> float:
    """Begin the next visit to a work queue; gives its touch time in minutes."""
    claim.visits += 1
    claim.tries += 1 << TRIES_BITS * queue.kind
    luck = rework_touch(s, claim, visit_column(claim, queue.kind))
    return queue.minutes * touch_factor(luck, queue.sigma, queue.exponential)


def wins(s: Objects, agent: Agent, claim: Claim, q: int, chance: float) -> bool:
    """Whether the present visit comes out well; whoever works it is paid for what it brings."""
    claim.crew = agent.crew
    return rework_luck(s, claim, visit_column(claim, q)) < chance


def edit(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Mend what the scrubber, the coder or the payer's front end sent back."""
    if claim.stage == Stage.REJECTED:
        knowledge = known(agent.knowledge[Skill.BILLING], s.house.knowledge_floor)
        if wins(s, agent, claim, Queue.EDITS, s.house.correction_share * knowledge):
            claim.defects &= ~claim.reject_mask
        if claim.visits >= MAX_VISITS:
            lose(s, claim, int(now), Cause.GIVEN_UP)
            return
    if claim.flags & Flag.SCRUBBER_EDIT:
        claim.flags = claim.flags & ~Flag.SCRUBBER_EDIT | Flag.EDITED
    if claim.flags & Flag.CAUGHT:
        claim.flags = claim.flags & ~Flag.CAUGHT | Flag.MENDED
    ready(s, claim, int(now))


def send_records(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Answer a request for information; the payer decides weeks later."""
    won = 1 if wins(s, agent, claim, Queue.RECORDS, s.house.records_recovery) else 0
    records_sent(s, claim, int(now), won)


def work_denial(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Correct or appeal a denied claim at its present level."""
    category = denied_for(claim)
    skill = Skill.CLINICAL if s.kinds[category].clinical else Skill.BILLING
    chance = win_chance(
        first_chance(s, claim, category),
        s.terms[agent.crew].win_multiplier,
        agent.knowledge[skill],
        s.house.knowledge_floor,
        claim.appeal_level,
        s.house.level_factor,
        s.house.win_cap,
    )
    claim.flags |= Flag.APPEALED
    won = 1 if wins(s, agent, claim, denial_queue(s, category), chance) else 0
    appealed(s, claim, int(now), won, category)


def follow_up(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Ask about a silent claim; one that the payer never got is sent again."""
    if claim.stage == Stage.SUBMITTED and claim.flags & Flag.NO_REPLY:
        claim.crew = agent.crew
        claim.flags &= ~Flag.NO_REPLY
        ready(s, claim, int(now))


def chase_underpayment(s: Objects, agent: Agent, claim: Claim, now: float) -> None:
    """Claim back a short payment."""
    knowledge = known(agent.client, s.house.knowledge_floor)
    if wins(s, agent, claim, Queue.UNDERPAYMENTS, s.house.short_pay_recovery * knowledge):
        claim.paid_cents += claim.short_cents
        receive(s, claim, int(now), claim.short_cents)
        claim.short_cents = 0
