"""Agents learn by working, and forget over the time that they do not."""

from __future__ import annotations

from sim.model.kernel.ports import Objects
from sim.model.kernel.rows import Agent, Crew
from sim.model.rules import DAYS_PER_MONTH, FORGET, LEARN

BREAK_DAYS = 7.0
"""Gap that the learn-forget curve takes for a break; shorter ones are the rhythm of work."""
EXPONENTIAL = 0
"""The first law, under which steady work and steady losses have a closed form."""


def learned(crew: Crew, knowledge: float, practice: float, rate: float) -> float:
    """Knowledge after practice (months)."""
    return LEARN[crew.law](knowledge, practice, rate, crew.exponent, crew.incompressible)


def forgotten(crew: Crew, knowledge: float, gap_days: float) -> float:
    """Knowledge after a gap without practice."""
    if crew.forgets_in_breaks and gap_days <= BREAK_DAYS:
        return knowledge
    return FORGET[crew.law](
        knowledge,
        gap_days / DAYS_PER_MONTH,
        crew.forgetting_per_month,
        crew.exponent,
        crew.total_months,
    )


def settle(s: Objects, agent: Agent, skill: int, now: float) -> None:
    """Bring knowledge up to date for the first use of a skill on a day: it holds for that day.

    What was practised when the skill was last used has been learnt, and since then forgotten.
    """
    crew, today = s.crews[agent.crew], float(int(now))
    learn(crew, agent, skill)
    agent.knowledge[skill] = forgotten(crew, agent.knowledge[skill], today - agent.seen[skill])
    agent.seen[skill] = today
    if agent.client_seen < today:
        learn_client(crew, agent)
        agent.client = forgotten(crew, agent.client, today - agent.client_seen)
        agent.client_seen = today


def practise(agent: Agent, skill: int, months: float) -> None:
    """Note practice in a skill and with this hospital, in months of full-time work."""
    agent.practice[skill] += months
    agent.client_practice += months


def learn(crew: Crew, agent: Agent, skill: int) -> None:
    """Turn practice in a skill into knowledge."""
    agent.knowledge[skill] = learned(
        crew, agent.knowledge[skill], agent.practice[skill], crew.domain_rate
    )
    agent.practice[skill] = 0.0


def learn_client(crew: Crew, agent: Agent) -> None:
    """Turn practice with this hospital into knowledge of it."""
    agent.client = learned(crew, agent.client, agent.client_practice, crew.client_rate)
    agent.client_practice = 0.0


def knowledge_at(crew: Crew, agent: Agent, now: float) -> tuple[list[float], float]:
    """Knowledge by skill, and of the client, now: learnt since it was settled, and forgotten."""
    domain = [
        forgotten(crew, learned(crew, level, practice, crew.domain_rate), now - seen)
        for level, practice, seen in zip(agent.knowledge, agent.practice, agent.seen, strict=True)
    ]
    client = learned(crew, agent.client, agent.client_practice, crew.client_rate)
    return domain, forgotten(crew, client, now - agent.client_seen)


def lesson(s: Objects, agent: Agent, skill: int, now: float) -> None:
    """Learn from a denial that came back for a claim this agent coded."""
    months = s.terms[agent.crew].lesson_months
    if months and not agent.gone:
        if now - agent.seen[skill] >= 1.0:
            settle(s, agent, skill, now)
        practise(agent, skill, months)
