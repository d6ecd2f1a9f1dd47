"""What the kernel has noted of a run, as the log of its record."""

from __future__ import annotations

import numpy as np

from sim.model.codes import MAX_QUEUES, NOBODY, NOTED, QUEUES
from sim.model.world import World
from sim.record.record import Log


def log_of(world: World) -> Log | None:
    """The log of a world that has come to its end; None where none was kept."""
    if not world.state.house.logs:
        return None
    words, times = world.engine.notes()
    what, claim, about, agent = words.T.copy()
    claims = world.engine.claim_columns(("key", "coder", "ticket"))
    tickets, kinds = claims["ticket"], np.full(MAX_QUEUES, NOBODY)
    kinds[: len(world.state.queues)] = [queue.kind for queue in world.state.queues]
    staff = {
        a.row.index: f"{team.vendor.name}/{a.label}" for team in world.teams for a in team.agents
    }
    return Log(
        what,
        claims["key"][claim],
        about,
        agent,
        times,
        NOTED,
        QUEUES,
        tuple(staff.get(number, "") for number in range(len(world.state.agents))),
        claims["coder"],
        np.where(tickets >= 0, kinds[tickets % MAX_QUEUES], NOBODY),
    )
