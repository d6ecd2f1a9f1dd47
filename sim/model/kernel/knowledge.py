"""Agents learn by working, and forget over the time that they do not."""

from __future__ import annotations

from sim.model.arithmetic import exp
from sim.model.kernel.ports import Objects
from sim.model.kernel.rows import Agent, Crew
from sim.model.rules import DAYS_PER_MONTH, FORGET, LEARN

BREAK_DAYS = 7.0
"""Gap that the learn-forget curve takes for a break; shorter ones are the rhythm of work."""
EXPONENTIAL = 0
"""The first law, whose arithmetic stands out in `practise`: it is done for every item."""


def learned(crew: Crew, knowledge: float, practice: float, rate: float) -> float:
    """Knowledge after practice (months)."""
    return LEARN[crew.law](knowledge, practice, rate, crew.exponent, crew.incompressible)


def forgotten(crew: Crew, knowledge: float, gap_days: float) -> float:
    """Knowledge after a gap without practice."""
    if crew.forgets_in_breaks and gap_days <= BREAK_DAYS:
        return knowledge
    return FORGET[crew.law](
        knowledge, gap_days / DAYS_PER_MONTH, crew.forgetting_per_month, crew.exponent,
        crew.total_months,
    )  # fmt: skip


def practise(s: Objects, agent: Agent, skill: int, minutes: float, now: float) -> None:
    """Forget over the time since the skill was last used, then learn from work just done.

    The first law, which forgets at the same pace all the time, counts whole days: what a day takes
    is gone with the first use of the skill on the next.
    """
    crew = s.crews[agent.crew]
    practice = minutes / agent.month_minutes
    domain, client = agent.knowledge[skill], agent.client
    if crew.law == EXPONENTIAL:
        today = float(int(now))
        if agent.seen[skill] < today:
            domain *= exp(crew.forgetting_per_day * (agent.seen[skill] - today))
            agent.seen[skill] = today
        if agent.client_seen < today:
            client *= exp(crew.forgetting_per_day * (agent.client_seen - today))
            agent.client_seen = today
        agent.knowledge[skill] = 1.0 - (1.0 - domain) * exp(-crew.domain_rate * practice)
        agent.client = 1.0 - (1.0 - client) * exp(-crew.client_rate * practice)
    else:
        left = forgotten(crew, domain, now - agent.seen[skill])
        agent.knowledge[skill] = learned(crew, left, practice, crew.domain_rate)
        left = forgotten(crew, client, now - agent.client_seen)
        agent.client = learned(crew, left, practice, crew.client_rate)
        agent.seen[skill] = now
        agent.client_seen = now


def knowledge_at(crew: Crew, agent: Agent, now: float) -> tuple[list[float], float]:
    """Knowledge by skill, and of the client, now: what was not used since has been forgotten."""
    domain = [
        forgotten(crew, level, now - seen)
        for level, seen in zip(agent.knowledge, agent.seen, strict=True)
    ]
    return domain, forgotten(crew, agent.client, now - agent.client_seen)


def lesson(s: Objects, agent: Agent, skill: int, now: float) -> None:
    """Learn from a denial that came back for a claim this agent coded."""
    months = s.terms[agent.crew].lesson_months
    if months and not agent.gone:
        practise(s, agent, skill, months * agent.month_minutes, now)
