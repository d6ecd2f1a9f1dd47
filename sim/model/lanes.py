"""Which queue of a kind of work is whose: that of all claims, or of those that some teams take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.model import rules
from sim.model.arithmetic import log
from sim.model.codes import QUEUES, SETTINGS
from sim.model.expectations import NORMALS
from sim.model.kernel.rows import WorkQueue
from sim.scenario.schema import Scenario, Takes, Team, takes_of

MOST_CENTS = 1 << 62
COMMON = ("skill", "minutes", "sigma", "exponential", "due_days", "order", "returned_first")
"""What all queues of a kind of work have in common."""
Key = tuple[str, Takes | None]
"""A kind of work, and what its team takes of it."""


def lane_numbers(scenario: Scenario) -> dict[Key, int]:
    """The number of the queue of each kind of work and of what is taken of it.

    The first queues are of all kinds of work, in their order, for teams that take whatever comes.
    """
    numbers: dict[Key, int] = {(name, None): q for q, name in enumerate(QUEUES)}
    for name in QUEUES:
        for team in scenario.teams:
            if name in team.queues:
                numbers.setdefault((name, team.takes), len(numbers))
    return numbers


def add_lanes(scenario: Scenario, rows: list[WorkQueue]) -> None:
    """Add the queues of those teams that take only some of the work to those of all kinds."""
    last = list(range(len(rows)))
    for (name, takes), n in lane_numbers(scenario).items():
        if takes is None:
            continue
        kind = rows[QUEUES.index(name)]
        row = WorkQueue(n, kind.kind, drawn=kind.drawn)
        for field in COMMON:
            setattr(row, field, getattr(kind, field))
        row.takes = [
            sum(takes_of(takes, p.name, setting) << i for i, p in enumerate(scenario.payers))
            for setting in SETTINGS
        ]
        row.cents_from = round(takes.balance_from_usd * 100.0)
        below = takes.balance_below_usd
        row.cents_to = MOST_CENTS if below is None else round(below * 100.0)
        rows[last[kind.kind]].next_lane = n
        last[kind.kind] = n
        rows.append(row)


def queues_by_team(scenario: Scenario, rows: Sequence[WorkQueue]) -> dict[str, list[WorkQueue]]:
    """The queues of each team."""
    numbers = lane_numbers(scenario)
    return {t.name: [rows[numbers[name, t.takes]] for name in t.queues] for t in scenario.teams}


def lanes_of(rows: Sequence[WorkQueue], name: str) -> list[WorkQueue]:
    """The queues of a kind of work: one, unless some teams take only some of it."""
    kind = QUEUES.index(name)
    return [queue for queue in rows if queue.kind == kind]


def waits_of(lanes: Sequence[WorkQueue]) -> list[int]:
    """Items finished so far in some queues, by bin of their wait."""
    return [sum(bins) for bins in zip(*(list(queue.waits) for queue in lanes), strict=True)]


def teams_of(scenario: Scenario, team: Team, queue: str) -> int:
    """How many teams share a team's queue of a kind of work."""
    return sum(queue in t.queues and t.takes == team.takes for t in scenario.teams)


def part_of(scenario: Scenario, team: Team, queue: str) -> float:
    """Part of the claims of a kind of work that come to a team's queue.

    Of those that the hospital bills: what comes back of them is mixed much as they are.
    """
    if team.takes is not None:
        return _part_taken(scenario, team.takes, queue)
    others = {t.takes for t in scenario.teams if queue in t.queues and t.takes is not None}
    ordered = sorted(others, key=repr)
    return max(0.0, 1.0 - sum(_part_taken(scenario, takes, queue) for takes in ordered))


def _part_taken(scenario: Scenario, takes: Takes, queue: str) -> float:
    taken = total = 0.0
    for setting in SETTINGS:
        profile = getattr(scenario.hospital, setting)
        if queue.startswith("coding_") and queue != f"coding_{setting}":
            continue
        sigma = rules.lognormal_sigma(profile.payment_cv)
        for payer in scenario.payers:
            weight = profile.claims_per_year * payer.claims_share
            total += weight
            if not takes_of(takes, payer.name, setting):
                continue
            middle = log(max(profile.payment_mean_usd * payer.payment_multiplier, 1e-9))
            amounts = middle - sigma * sigma / 2.0 + sigma * NORMALS
            below = takes.balance_below_usd
            inside = np.ones(len(NORMALS), bool)
            if takes.balance_from_usd > 0.0:
                inside &= amounts >= log(takes.balance_from_usd)
            if below is not None:
                inside &= amounts < log(below)
            taken += weight * float(inside.mean())
    return taken / total if total else 0.0
