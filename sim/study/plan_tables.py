"""What a plan writes: every point looked at, the finalists' constraints, and the frontier."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.record.kpis import kpi as kpi_of
from sim.study.plan import Planned
from sim.study.sweep import shown
from sim.study.tables import Tables

Axes = Mapping[str, Sequence[Any]]
"""The values of each axis, by path."""
CHOSEN, COMPARED, FINALIST, SEEN = "chosen", "compared", "finalist", "searched"


def standing(planned: Planned, name: str) -> str:
    """How far a plan came."""
    if name in planned.chosen.survivors:
        return CHOSEN if len(planned.chosen.survivors) == 1 else "left"
    if name not in planned.finalists:
        return SEEN
    out = {k.plan for k in planned.kept if not k.looks_kept}
    return FINALIST if name in out else COMPARED


def values(planned: Planned, axes: Axes, name: str) -> dict[str, Any]:
    """What a plan sets, by path."""
    point = planned.points[name]
    return {path: of[i] for (path, of), i in zip(axes.items(), point, strict=True)}


def behind(planned: Planned, name: str) -> float:
    """How far a finalist lies behind the leader, over the fresh replications that both have."""
    chosen = planned.chosen
    best, own = (chosen.result.outcomes[n] for n in (chosen.standing()[0][0], name))
    sign = -1.0 if kpi_of(chosen.kpi).better == "lower" else 1.0
    leads = [best[r].kpis[chosen.kpi] - own[r].kpis[chosen.kpi] for r in best if r in own]
    return sign * sum(leads) / len(leads) if leads else math.nan


def plan_tables(planned: Planned, axes: Axes) -> Tables:
    """`plan.csv`, `plan_constraints.csv` and, of two objectives, `frontier.csv`."""
    objectives = planned.asked.objectives
    order = sorted(planned.points, key=lambda n: planned.searched.scores[planned.points[n]])
    front = {name: "yes" if name in planned.frontier else "no" for name in order}
    rows = []
    for name in order:
        point = planned.points[name]
        short, _ = planned.searched.scores[point]
        rows.append(
            (
                name,
                *map(shown, values(planned, axes, name).values()),
                standing(planned, name),
                planned.searched.replications[point],
                short,
                *planned.means[name],
            )
        )
    head = ("plan", *axes, "standing", "replications", "shortfall", *objectives)
    tables: Tables = {
        "plan.csv": (head, rows),
        "plan_constraints.csv": (
            ("plan", "limit", "n", "value", "low", "high", "verdict"),
            [(k.plan, str(k.limit), k.n, k.value, k.low, k.high, k.verdict) for k in planned.kept],
        ),
    }
    if len(objectives) > 1:
        tables["frontier.csv"] = (
            ("plan", *axes, *objectives),
            [
                (row[0], *row[1 : 1 + len(axes)], *planned.means[str(row[0])])
                for row in rows
                if front[str(row[0])] == "yes"
            ],
        )
    return tables
