"""What is noted for a log of events, where one is kept (`House.logs`): it changes nothing."""

from __future__ import annotations

from sim.model.codes import NOBODY
from sim.model.kernel.ports import Objects, note
from sim.model.kernel.rows import Agent, Claim


def worked(s: Objects, what: int, agent: Agent, now: float) -> None:
    """A spell of work on what is in an agent's hands is over by now.

    One that ended with the shift ended then; nothing was worked since it was broken off.
    """
    ended = min(now, agent.hand_until)
    begun = agent.hand_from if agent.hand_spell > 0.0 else ended
    claim = s.claims[agent.hand_claim]
    q, since, taken = s.queues[agent.hand_queue].kind, agent.hand_since, agent.hand_taken
    note(s, what, claim, q, agent.index, since, taken, begun, ended)


def happened(s: Objects, what: int, claim: Claim, about: int, now: float) -> None:
    """Something has happened to a claim."""
    note(s, what, claim, about, NOBODY, now, now, now, now)
