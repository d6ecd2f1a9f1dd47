"""Where a search for a plan starts: the fluid staffing, Erlang's formula, and the hiring plan.

Headcounts are what the year's work needs at the target occupancy; where a share in time is asked
for, at least the fewest people with whom Erlang C keeps it. Sizes of classes are those of the
hiring plan that come nearest. Everything else starts as it is written, or in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from math import ceil, exp, floor
from typing import Any

from sim.scenario.schema import Scenario
from sim.study.hiring import Class

MOST_SERVERS = 100_000


def erlang_c(servers: int, load: float) -> float:
    """Chance that an item has to wait, with Poisson arrivals and exponential work (Erlang 1917).

    `load` is the number of servers who are busy on average; 1 where there are not more of them.
    """
    if load >= servers:
        return 1.0
    blocked = 1.0  # Erlang B by its recursion
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def fewest_in_time(load: float, item_minutes: float, within_minutes: float, share: float) -> int:
    """Fewest servers with whom so many items wait at most so long (M/M/c, first come first)."""
    servers = floor(load) + 1
    while servers < MOST_SERVERS:
        late = erlang_c(servers, load)
        if item_minutes > 0.0:
            late *= exp(-(servers - load) * within_minutes / item_minutes)
        if 1.0 - late >= share:
            break
        servers += 1
    return servers


def fluid_heads(scenario: Scenario, in_time: Mapping[str, float]) -> dict[str, int]:
    """Headcounts of teams at scale 1; `in_time` holds the share in time asked for, by queue."""
    from sim.model.demand import staffing

    due = {str(q.name): q.due_days for q in scenario.queues}
    found = {}
    for team, people in zip(scenario.teams, staffing(scenario), strict=True):
        heads = ceil(people.needed - 1e-9)
        for queue in team.queues:
            if (share := in_time.get(str(queue))) is not None:
                within = due[str(queue)] * people.minutes_per_day
                heads = max(heads, fewest_in_time(people.load, people.item_minutes, within, share))
        found[team.name] = heads
    return found


def fluid_classes(
    events: Mapping[str, tuple[str, date]], start: date, plans: Mapping[str, Sequence[Class]]
) -> dict[str, int]:
    """Sizes of class events, from each team's hiring plan; `events` gives teams and dates by path.

    Every class of the plan goes to the event of its team whose date is nearest.
    """
    sizes = dict.fromkeys(events, 0)
    for team, planned in plans.items():
        mine = {path: on for path, (of, on) in events.items() if of == team}
        for each in planned if mine else ():
            begins = start + timedelta(7 * each.start_week)
            sizes[min(mine, key=partial(_apart, mine, begins))] += each.people
    return sizes


def _apart(dates: Mapping[str, date], begins: date, path: str) -> tuple[int, str]:
    return abs((dates[path] - begins).days), path


def nearest(values: Sequence[Any], wanted: object) -> int:
    """The place of the value that is wanted, of numbers the nearest; else the middle."""
    if wanted in values:
        return list(values).index(wanted)
    number = isinstance(wanted, int | float) and not isinstance(wanted, bool)
    if number and all(isinstance(v, int | float) for v in values):
        return min(range(len(values)), key=lambda i: abs(values[i] - wanted))
    return len(values) // 2
