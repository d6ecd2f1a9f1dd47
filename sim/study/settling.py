"""Settling: whether what a scenario counts comes after its start has faded.

A scenario with dated events tells a story with a beginning and an end: a terminating study, in
which nothing needs to settle. One without is meant to tell of a steady state, and MSER-5 on the
mean over replications says from which week on its weekly series is one, or that the run is too
short. Weeks, since the eighteen months of a usual run are too few points for batches of five.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.record.record import Outcome, Table
from sim.study.replicate import StudyResult
from sim.study.statistics import Floats, mser5

TERMINATING, SETTLED = "terminating", "settled"
TOO_SHORT, TOO_EARLY = "run too short", "counted too early"
COLUMNS = ("scenario", "series", "settled_day", "counted_from_day", "verdict")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One weekly series of a scenario; `day` is where it settles, None if that is not known."""

    scenario: str
    series: str
    day: int | None
    counted_from: int
    verdict: str


def knowledge(table: Table) -> dict[int, float]:
    """Mean domain knowledge of all who produce, by week."""
    weight: dict[int, float] = {}
    total: dict[int, float] = {}
    columns = (table["week"], table["producing"], table["knowledge_domain"])
    for week, heads, level in zip(*columns, strict=True):
        if heads > 0 and level == level:
            weight[week] = weight.get(week, 0.0) + heads
            total[week] = total.get(week, 0.0) + heads * level
    return {week: total[week] / weight[week] for week in total}


def open_work(table: Table) -> dict[int, float]:
    """Items that wait in all queues, by week."""
    total: dict[int, float] = {}
    for week, backlog in zip(table["week"], table["backlog"], strict=True):
        total[week] = total.get(week, 0.0) + backlog
    return total


SERIES = {"knowledge": ("people", knowledge), "open work": ("queues", open_work)}


def verdicts(result: StudyResult) -> list[Verdict]:
    """Every series of every scenario; scenarios without weekly tables have none."""
    found = []
    for name, by in result.outcomes.items():
        said: Mapping[str, object] = result.scenarios.get(name, {})
        start = said.get("kpi_from_days", 0)
        first = start if isinstance(start, int) else 0
        for series, (table, weekly) in SERIES.items():
            weeks = _weeks([weekly(o.tables[table]) for o in _with(by.values(), table)])
            if not weeks.size:
                continue
            if said.get("timeline"):
                found.append(Verdict(name, series, None, first, TERMINATING))
                continue
            at = mser5(weeks)
            day = 7 * at.start
            if not at.long_enough:
                found.append(Verdict(name, series, None, first, TOO_SHORT))
            else:
                said_of_it = SETTLED if day <= first else TOO_EARLY
                found.append(Verdict(name, series, day, first, said_of_it))
    return found


def _with(outcomes: Iterable[Outcome], table: str) -> list[Outcome]:
    needed = {"people": "knowledge_domain", "queues": "backlog"}[table]
    return [o for o in outcomes if {"week", needed} <= o.tables.get(table, {}).keys()]


def _weeks(rows: Sequence[Mapping[int, float]]) -> Floats:
    """Replications by weeks, for the weeks that all replications have."""
    common = sorted(set.intersection(*(set(row) for row in rows))) if rows else []
    return np.array([[row[week] for week in common] for row in rows])


def table(result: StudyResult) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Columns and rows of `settling.csv`."""
    rows: list[Sequence[object]] = [
        (v.scenario, v.series, "" if v.day is None else v.day, v.counted_from, v.verdict)
        for v in verdicts(result)
    ]
    return COLUMNS, rows
