"""Settling: whether what a scenario counts comes after its start has faded.

A scenario with dated events tells a story with a beginning and an end: a terminating study, in
which nothing needs to settle. One without is meant to tell of a steady state, which in an office
has seasons: volumes by month, holidays, rule changes. So a quarter before services count, or of
their first weeks, is compared with the same quarter a year later, replication by replication. Where
the two clearly differ by more than a margin the start has not faded, and MSER-5 on the mean over
replications says from which week on the series is settled, or that it still moves. Where they
clearly do not, it has; where chance decides, or the run is too short to hold a year and a quarter,
nothing is claimed. Weeks, since the eighteen months of a usual run are too few points for batches.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.record.record import Outcome, Table
from sim.study.replicate import StudyResult
from sim.study.statistics import OPEN, OUTSIDE, Floats, mean_interval, mser5

TERMINATING, SETTLED = "terminating", "settled"
MOVING, TOO_EARLY = "still moving", "counted too early"
QUARTER, YEAR = 13, 52  # weeks
COLUMNS = ("scenario", "series", "settled_day", "counted_from_day", "verdict")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One weekly series of a scenario; `day` is where it settles, None if that is not known.

    `early` and `later` are the means of the quarter that was looked at and of that a year later;
    nan where there is none.
    """

    scenario: str
    series: str
    day: int | None
    counted_from: int
    verdict: str
    early: float = math.nan
    later: float = math.nan


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


OPEN_WORK = "open work"
SERIES = {"knowledge": ("people", knowledge, 0.03), OPEN_WORK: ("queues", open_work, 0.25)}
"""Table, function and margin of each series: a smaller change over a year, relative to the level,
is of no matter (assumption)."""


def verdicts(result: StudyResult) -> list[Verdict]:
    """Every series of every scenario; scenarios without weekly tables have none."""
    found = []
    for name, by in result.outcomes.items():
        said: Mapping[str, object] = result.scenarios.get(name, {})
        start = said.get("kpi_from_days", 0)
        first = start if isinstance(start, int) else 0
        for series, (table, weekly, margin) in SERIES.items():
            weeks = _weeks([weekly(o.tables[table]) for o in _with(by.values(), table)])
            if not weeks.size:
                continue
            if said.get("timeline"):
                found.append(Verdict(name, series, None, first, TERMINATING))
            else:
                found.append(_settled(Verdict(name, series, None, first, OPEN), weeks, margin))
    return found


def _settled(unknown: Verdict, weeks: Floats, margin: float) -> Verdict:
    """The verdict on a series, shape (replications, weeks); `unknown` where nothing is claimed."""
    start = min(unknown.counted_from // 7, weeks.shape[1] - YEAR - QUARTER)
    if start < 0:
        return unknown
    early, later = (weeks[:, week : week + QUARTER].mean(axis=1) for week in (start, start + YEAR))
    level = float(later.mean())
    told = replace(unknown, early=float(early.mean()), later=level)
    stands = mean_interval(later - early).against(-margin * level, margin * level)
    if stands == OPEN:
        return told
    if stands != OUTSIDE:
        return replace(told, verdict=SETTLED)
    at = mser5(weeks)
    if not at.long_enough:
        return replace(told, verdict=MOVING)
    day = 7 * at.start
    return replace(told, day=day, verdict=SETTLED if day <= told.counted_from else TOO_EARLY)


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
