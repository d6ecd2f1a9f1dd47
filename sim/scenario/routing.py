"""Whether teams that take only some of their queues' work leave none of it, and none to two."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from math import inf
from typing import get_args

from sim.scenario.fields import QueueName
from sim.scenario.finding import Problem, nearest
from sim.scenario.schema import Scenario, Takes, takes_of

SETTINGS = ("inpatient", "outpatient")
MOST_PARTS = 20
"""Parts of all queues together that teams may take apart from others."""


def routing_checks(s: Scenario) -> Iterator[Problem]:
    """Everything about who takes what that does not fit together."""
    problems = list(_each(s))
    yield from problems
    if problems:
        return
    parts = {(q, t.takes) for t in s.teams if t.takes is not None for q in t.queues}
    if len(parts) > MOST_PARTS:
        yield (
            ("teams",),
            f"`takes` divides queues into {len(parts)} parts; at most {MOST_PARTS} can be: let "
            "fewer teams take only some of their queues' work",
        )
    for queue in get_args(QueueName):
        yield from _divided(s, queue)


def _each(s: Scenario) -> Iterator[Problem]:
    """What is wrong with what one team takes."""
    known = [p.name for p in s.payers]
    for i, team in enumerate(s.teams):
        if team.takes is None:
            continue
        for j, payer in enumerate(team.takes.payers):
            if payer not in known:
                yield ("teams", i, "takes", "payers", j), nearest(payer, known)
            elif payer in team.takes.payers[:j]:
                yield ("teams", i, "takes", "payers", j), f"{payer!r} stands in the list twice"
        below = team.takes.balance_below_usd
        if below is not None and below <= team.takes.balance_from_usd:
            yield (
                ("teams", i, "takes", "balance_below_usd"),
                f"is {below:g}, not above balance_from_usd ({team.takes.balance_from_usd:g}): "
                "nothing lies between",
            )


def _divided(s: Scenario, queue: str) -> Iterator[Problem]:
    """What two teams would take of a queue, or nobody; the first such part of it."""
    mine = [(i, t) for i, t in enumerate(s.teams) if queue in t.queues]
    apart = [(i, t.takes) for i, t in mine if t.takes is not None]
    for payer, setting, (low, high) in _parts(s, queue, [takes for _, takes in apart]):
        takers = [(i, takes) for i, takes in apart if _takes(takes, payer, setting, low)]
        band = f"{low:,g} USD and more" if high == inf else f"{low:,g} to {high:,g} USD"
        what = f"{setting} claims of payer {payer!r} with a balance of {band} in queue {queue!r}"
        for i, takes in takers[1:]:
            if takes != takers[0][1]:
                first = s.teams[takers[0][0]].name
                yield (
                    ("teams", i, "takes"),
                    f"{what} are taken by team {first!r}, too; teams take the same or other work",
                )
                return
        if apart and not takers and len(apart) == len(mine):
            yield (
                ("teams", apart[-1][0], "takes"),
                f"nobody takes {what}; widen what a team takes, or add one without `takes`",
            )
            return


def _parts(
    s: Scenario, queue: str, apart: list[Takes]
) -> Iterator[tuple[str, str, tuple[float, float]]]:
    """Payers, settings and balance bands that some team tells apart in a queue."""
    limits = {0.0, inf}
    for takes in apart:
        limits.add(takes.balance_from_usd)
        limits.add(inf if takes.balance_below_usd is None else takes.balance_below_usd)
    coded = queue.removeprefix("coding_")
    settings = [coded] if coded in SETTINGS else SETTINGS
    yield from product([p.name for p in s.payers], settings, pairwise(sorted(limits)))


def _takes(takes: Takes, payer: str, setting: str, usd: float) -> bool:
    below = inf if takes.balance_below_usd is None else takes.balance_below_usd
    return takes_of(takes, payer, setting) and takes.balance_from_usd <= usd < below
