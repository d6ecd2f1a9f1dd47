"""The hiring plan: dated classes that close the gap between required and available people.

A fluid recursion by week: who is there shrinks by expected leavers, classes add to it when they
come out, and each class is as large as what is then missing on average until the next one comes
out. What is required is smoothed over a quarter, since work can wait for the end of a holiday. The
plan says when to open requisitions for each class, and which gap is there before any class can
help. It knows no luck: what a plan is worth, a study with the classes in its timeline tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, exp, floor
from typing import Any, NamedTuple

import numpy as np

from sim.study.capacity import A_QUARTER, capacity
from sim.study.replicate import StudyResult

WEEKS_PER_YEAR = 365.25 / 7.0
PLANNED_EVERY_WEEKS = 4
"""Weeks between classes where the vendor starts one whenever somebody is hired, an assumption: a
plan is made by the month."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """How a vendor brings people to their desks, in days; `most` limits a class, None does not.

    While somebody nests, they and their mentor together do `1 − mentor_share` more than the mentor.
    """

    time_to_fill: int
    classroom: int
    nesting: int
    class_every: int
    most: int | None
    mentor_share: float
    dropout_share: float
    leave_per_year: float

    def stay(self, weeks: float) -> float:
        """Part of the people who are still there after some weeks."""
        return exp(-self.leave_per_year * weeks / WEEKS_PER_YEAR)


class Class(NamedTuple):
    """People who start in a week, and what their team is like when they come to their desks.

    `missing` is what was missing on average until the next class comes out, `left` what still is.
    """

    requisition_week: int
    start_week: int
    people: int
    desk_week: int
    full_week: int
    missing: float
    left: float


def classes(
    required: Sequence[float], available: float, in_class: float, pipeline: Pipeline
) -> list[Class]:
    """The classes for a team of which so many are required at desks in each week, smoothed.

    `available` are at their desks in the first week, `in_class` come to them as the classroom ends.
    A gap of less than half a person stays.
    """
    weeks = len(required)
    every = max(1, round(pipeline.class_every / 7)) if pipeline.class_every else PLANNED_EVERY_WEEKS
    fill, lesson, nest = (
        ceil(d / 7) for d in (pipeline.time_to_fill, pipeline.classroom, pipeline.nesting)
    )
    there = np.array(
        [
            available * pipeline.stay(w) + (in_class * pipeline.stay(w) if w >= lesson else 0.0)
            for w in range(weeks)
        ]
    )
    need, found = np.array(required, float), []
    for start in range(ceil(fill / every) * every, weeks - lesson, every):
        desk = start + lesson
        span = slice(desk, min(weeks, desk + every))
        each = np.array([_done_by_one(pipeline, w - start, lesson, nest) for w in range(weeks)])
        missing = float((need - there)[span].mean())
        one = float(each[span].mean())
        people = max(0, floor(missing / one + 0.5)) if one > 0.0 else 0
        people = people if pipeline.most is None else min(people, pipeline.most)
        if people:
            there += people * each
            left = float((need - there)[span].mean())
            found.append(Class(start - fill, start, people, desk, desk + nest, missing, left))
    return found


def _done_by_one(pipeline: Pipeline, weeks: int, lesson: int, nest: int) -> float:
    """What one who started so many weeks ago does at the desks, the mentor's time taken off."""
    if weeks < lesson:
        return 0.0
    nesting = weeks < lesson + nest
    there = (1.0 - pipeline.dropout_share) * pipeline.stay(weeks)
    return there * (1.0 - pipeline.mentor_share if nesting else 1.0)


COLUMNS = (
    "scenario",
    "team",
    "requisition_date",
    "class_start",
    "people",
    "at_desks_date",
    "full_date",
    "missing_fte",
    "left_fte",
)
"""Of `hiring_plan.csv`."""


def table(result: StudyResult) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Columns and rows of `hiring_plan.csv`: the classes of every team, from today's people on."""
    return COLUMNS, [
        (name, team, *_dated(result, name, planned))
        for name in result.names
        for team, found in plans(result, name).items()
        for planned in found
    ]


def _dated(result: StudyResult, name: str, of: Class) -> tuple[object, ...]:
    start = date.fromisoformat(result.scenarios[name]["start"])

    def on(week: int) -> str:
        return (start + timedelta(7 * week)).isoformat()

    return (
        on(of.requisition_week),
        on(of.start_week),
        of.people,
        on(of.desk_week),
        on(of.full_week),
        of.missing,
        of.left,
    )


def plans(result: StudyResult, name: str) -> dict[str, list[Class]]:
    """The classes of each team of a scenario, if nobody else were hired.

    Required are the means of the capacity table. The vendor, and how often its people leave, are
    those of the team's first week.
    """
    rows: dict[str, list[dict[str, float]]] = {}
    for week in capacity(result, name):
        rows.setdefault(week.team, []).append(week.means)
    said = result.scenarios.get(name, {})
    found = {}
    for team in (t for t in said.get("teams", ()) if t["name"] in rows):
        vendor = next(v for v in said["vendors"] if v["name"] == team["vendor"])
        weeks = rows[team["name"]]
        found[str(team["name"])] = classes(
            smoothed([week["required"] for week in weeks]),
            weeks[0]["available"],
            weeks[0]["in_class"],
            _pipeline(vendor, _turnover(result, name, team["name"])),
        )
    return found


def smoothed(values: Sequence[float]) -> list[float]:
    """The mean of the quarter around each week; at either end, of what there is of it."""
    half = A_QUARTER // 2
    around = (values[max(0, i - half) : i + half + 1] for i in range(len(values)))
    return [sum(each) / len(each) for each in around]


def _turnover(result: StudyResult, name: str, team: str) -> float:
    """Separations per person and year that a team's first vendor writes, at target occupancy."""
    people = next(iter(result.outcomes[name].values())).tables["people"]
    return float(people["written_turnover"][people["team"].index(team)])


def _pipeline(vendor: dict[str, Any], leave_per_year: float) -> Pipeline:
    hiring = vendor["hiring"]
    every = int(hiring["class_every_days"])
    return Pipeline(
        int(hiring["time_to_fill_days"]),
        int(hiring["classroom_days"]),
        int(hiring["nesting_days"]),
        every,
        int(hiring["class_size"]) if every else None,
        float(hiring["mentor_share"]),
        float(hiring["dropout_share"]),
        leave_per_year,
    )
