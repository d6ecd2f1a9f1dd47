"""Overload: queues into which more comes than their team can do, and what staffing would hold.

A study with an overloaded queue has no steady state: its totals depend on when one looks. It gives
no verdict on money, whatever is asked of it: what judges looks at the study as `judged` gives it,
in which the money of scenarios that do not keep up is not known. Their other figures are, and so is
what `overload.csv` says of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.record.record import Outcome, Table
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval, mean_interval

OVERLOADED = "overloaded"
"""Instead of a verdict on money, where a scenario does not keep up with its work."""
MONEY = ("money.", "vendor.")
UNDONE = "work.undone_share."
LEAST_SHARE = 0.05
"""Part of what comes in that may be left undone, net of what waited before: 18 days' in a year."""
COLUMNS = (
    "scenario",
    "queue",
    "n",
    "undone_share",
    "ci_low",
    "ci_high",
    "team",
    "planned_people",
    "needed_people",
)


@dataclass(frozen=True, slots=True)
class Overload:
    """A queue of a scenario that is not kept up with.

    `undone` is the part of what came in that nobody worked (`work.undone_share.*`).
    `needed` are the people at scale 1 whom the team would need by the plan of `headcount: auto`;
    `planned` those it has; nan where they are the persons of a file.
    """

    scenario: str
    queue: str
    undone: Interval
    team: str
    planned: float
    needed: float


def overloaded(result: StudyResult) -> list[Overload]:
    """Every queue of every scenario that falls behind, clearly and by more than a little."""
    return [
        found
        for name in result.outcomes
        if (behind := _behind(result, name))
        for found in _with_staffing(name, result.scenarios.get(name, {}), behind)
    ]


def overloaded_names(result: StudyResult) -> frozenset[str]:
    """Scenarios with a queue that falls behind."""
    return frozenset(name for name in result.outcomes if _behind(result, name))


def overloaded_queues(result: StudyResult) -> dict[str, str]:
    """By scenario the queues that fall behind, as a cell of a table shows them; else empty."""
    return {name: " ".join(_behind(result, name)) for name in result.outcomes}


def is_money(kpi: str) -> bool:
    """Whether a KPI, or a monthly series, is about money."""
    return kpi.startswith(MONEY)


def judged(result: StudyResult) -> StudyResult:
    """The study as verdicts see it: money of scenarios that fall behind is nan."""
    behind = overloaded_names(result)
    outcomes = {
        name: {r: _without_money(o) for r, o in by.items()} if name in behind else by
        for name, by in result.outcomes.items()
    }
    return replace(result, outcomes=outcomes)


def _without_money(outcome: Outcome) -> Outcome:
    kpis = {name: math.nan if is_money(name) else v for name, v in outcome.kpis.items()}
    tables = dict(outcome.tables)
    if "monthly" in tables:
        series: Table = dict(tables["monthly"])
        pairs = zip(series["kpi"], series["value"], strict=True)
        series["value"] = [math.nan if is_money(name) else value for name, value in pairs]
        tables["monthly"] = series
    return Outcome(kpis, tables)


def rows(result: StudyResult) -> list[tuple[object, ...]]:
    """Rows of `overload.csv` (`COLUMNS`), one for each queue that falls behind."""
    return [
        (
            o.scenario,
            o.queue,
            o.undone.n,
            o.undone.mean,
            o.undone.low,
            o.undone.high,
            o.team,
            o.planned,
            o.needed,
        )
        for o in overloaded(result)
    ]


def _behind(result: StudyResult, name: str) -> dict[str, Interval]:
    """The queues of a scenario that fall behind, with what they leave over."""
    by = result.outcomes[name].values()
    kpis = {kpi: None for outcome in by for kpi in outcome.kpis if kpi.startswith(UNDONE)}
    found = {}
    for kpi in kpis:
        undone = mean_interval([o.kpis.get(kpi, math.nan) for o in by])
        low = undone.low if undone.n > 1 else undone.mean
        if undone.n and low > LEAST_SHARE:
            found[kpi.removeprefix(UNDONE)] = undone
    return found


def _with_staffing(
    name: str, said: Mapping[str, object], behind: Mapping[str, Interval]
) -> list[Overload]:
    """Queues that fall behind, with the people their teams have and would need."""
    teams = _teams(said) if said else {}
    return [
        Overload(name, queue, undone, *teams.get(queue, ("", math.nan, math.nan)))
        for queue, undone in behind.items()
    ]


def _teams(said: Mapping[str, object]) -> dict[str, tuple[str, float, float]]:
    """By queue: its team, the people planned, and those whom the work needs, at scale 1."""
    # Only where something is overloaded: the model is not loaded for a table.
    from sim.model.demand import staffing
    from sim.scenario.schema import Scenario

    scenario = Scenario.model_validate(said)
    found: dict[str, tuple[str, float, float]] = {}
    for team, people in zip(scenario.teams, staffing(scenario), strict=True):
        # Of a roster a study keeps no file, only that it was this one.
        planned = people.planned if team.roster is None else math.nan
        for queue in team.queues:
            found.setdefault(str(queue), (team.name, planned, people.needed))
    return found
