"""People of a world as tables of its record: who worked there, moves, and vendors' books."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.account import Account
from sim.model.kernel.knowledge import knowledge_at
from sim.model.world import World
from sim.record.record import ACCOUNT, Table, add_row

LONGEST_CAREER_DAYS = 50 * 365
"""Dates of hire are not told from further back: almost no turnover means endless careers."""


def agents(world: World) -> Table:
    """A row for everybody who ever worked here, with what they knew on leaving or at the end."""
    columns = (
        "agent",
        "team",
        "vendor",
        "certification",
        "hired",
        "left",
        "reason",
        "tenure_days",
        "knowledge_domain",
        "knowledge_client",
        "items",
        "errors",
        "busy_hours",
        "productive_hours",
        "entry_certification",
        "start_age_days",
        "hours_share",
        "hired_day",
        "ready_day",
        "nested",
    )
    table: Table = {c: [] for c in columns}
    horizon = float(world.scenario.horizon_days)
    for team in world.teams:
        skills = sorted({q.skill for q in team.queues})
        for agent in team.agents:
            end = agent.left if agent.left is not None else horizon
            left = (
                "" if agent.left is None else (world.calendar.date_of(int(agent.left)).isoformat())
            )
            domain, client = knowledge_at(world.state.crews[agent.row.crew], agent.row, end)
            row = (
                agent.label,
                team.name,
                team.vendor.name,
                agent.certification,
                world.calendar.date_of(
                    max(int(agent.hired // 1), -LONGEST_CAREER_DAYS)
                ).isoformat(),
                left,
                agent.reason,
                end - agent.hired,
                sum(domain[s] for s in skills) / len(skills),
                client,
                agent.row.items,
                agent.row.errors,
                team.roster.worked_minutes(agent) / 60.0,
                agent.productive_minutes / 60.0,
                agent.entry_certification,
                max(0.0, -agent.hired),
                agent.hours_share,
                agent.hired,
                agent.ready_at,
                int(agent.newcomer),
            )
            add_row(table, row)
    return table


def careers(world: World) -> Table:
    """A row for every dated change of a person: class, transfer, certification, leave."""
    columns = ("day", "date", "change", "team", "agent", "from", "to", "asked", "done")
    table: Table = {c: [] for c in columns}
    for day, *told in world.moves.made:
        add_row(table, (day, world.calendar.date_of(day).isoformat(), *told))
    return table


def accounts(world: World) -> dict[str, dict[str, NDArray[np.float64]]]:
    """The books of each vendor: those of its teams added up, by day."""
    books: dict[str, list[Account]] = {}
    for team in world.teams:
        books.setdefault(team.vendor.name, []).append(team.roster.account)
    return {
        vendor: {item: np.array([each.days[item] for each in own]).sum(axis=0) for item in ACCOUNT}
        for vendor, own in books.items()
    }
