"""Selection of the best: Kim and Nelson's procedure on scenarios, a few replications at a time.

A scenario that is clearly behind is dropped early and costs no more; replications are shared with
every other study in the folder, and common random numbers make the differences small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Outcome
from sim.scenario.schema import Scenario
from sim.study import StudyError
from sim.study.estimate import estimate
from sim.study.overload import OVERLOADED, is_money, overloaded_names
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval, kim_nelson
from sim.study.tables import Tables

FIRST = 10
"""Replications of every scenario before any is dropped."""

Run = Callable[[Sequence[Scenario], int], StudyResult]
"""Brings some scenarios to so many replications."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is left, by name, and what is known of each scenario at the end.

    One survivor is the best with the confidence asked for, if it leads by the indifference zone;
    several contain it, and the budget ended first or they are equal. Where the KPI is money, those
    `overloaded` are not chosen from: none may be left.
    """

    kpi: str
    indifference: float
    confidence: float
    survivors: tuple[str, ...]
    replications: int
    result: StudyResult
    overloaded: frozenset[str] = frozenset()

    @property
    def equal(self) -> bool:
        """Whether all who are left have the same value in every replication."""
        values = [
            [outcome.kpis[self.kpi] for _, outcome in sorted(self.result.outcomes[name].items())]
            for name in self.survivors
        ]
        return all(own == values[0] for own in values[1:])

    def standing_of(self, name: str) -> str:
        """Whether a scenario is left: yes, no, or without a verdict."""
        return OVERLOADED if name in self.overloaded else "yes" if name in self.survivors else "no"

    def standing(self) -> list[tuple[str, Interval]]:
        """Every scenario with its mean over the replications it had, the best first."""
        sign = -1.0 if kpi_of(self.kpi).better == "lower" else 1.0
        rows = [
            (name, estimate(self.kpi, [o.kpis[self.kpi] for o in by.values()]))
            for name, by in self.result.outcomes.items()
        ]
        return sorted(rows, key=lambda row: (row[0] not in self.survivors, -sign * row[1].mean))


def select(
    scenarios: Sequence[Scenario],
    run: Run,
    *,
    kpi: str,
    indifference: float,
    confidence: float,
    budget: int,
    batch: int,
) -> Chosen:
    """The scenario with the best KPI: `batch` replications more of those left at a time.

    Of money, only of those that keep up with their work in the first replications, and still do at
    the end. Raises StudyError if a replication failed or has no value of the KPI.
    """
    first = min(FIRST, budget)
    sign = -1.0 if kpi_of(kpi).better == "lower" else 1.0
    outcomes: dict[str, dict[int, Outcome]] = {s.name: {} for s in scenarios}
    drawn: dict[str, list[int]] = {s.name: [] for s in scenarios}
    result = run(scenarios, first)
    done = first
    behind = _behind(result, kpi)
    scenarios = [s for s in scenarios if s.name not in behind]

    def keep(found: StudyResult) -> None:
        for name, by in found.outcomes.items():
            outcomes[name].update(by)

    def draw(replication: int, systems: Sequence[int]) -> list[float]:
        nonlocal done
        if replication >= done:
            done = min(budget, replication + batch)
            keep(run([scenarios[i] for i in systems], done))
        for i in systems:
            drawn[scenarios[i].name].append(replication)
        return [sign * value(scenarios[i].name, replication) for i in systems]

    def value(name: str, replication: int) -> float:
        found = outcomes[name].get(replication)
        known = math.nan if found is None else found.kpis.get(kpi, math.nan)
        if math.isnan(known):
            said = f"replication {replication} of {name!r} has no value of {kpi}; nothing is chosen"
            raise StudyError(said)
        return known

    keep(result)
    if len(scenarios) > 1:
        selection = kim_nelson(
            draw, len(scenarios), indifference, alpha=1.0 - confidence, first=first, budget=budget
        )
        names = [scenarios[i].name for i in selection.survivors]
        done = selection.replications
    else:  # there is nothing to choose from
        names = [s.name for s in scenarios]
    because = f"{done} replications of those left at the end"
    seen = _seen(outcomes, drawn)
    merged = replace(result, outcomes=seen, replications=done, stopped_because=because)
    behind |= _behind(merged, kpi)
    left = tuple(name for name in names if name not in behind)
    return Chosen(kpi, indifference, confidence, left, done, merged, behind)


def _seen(
    outcomes: dict[str, dict[int, Outcome]], drawn: dict[str, list[int]]
) -> dict[str, dict[int, Outcome]]:
    """What was looked at: all of what nothing was drawn from, since it was not chosen from.

    Not what was simulated ahead of need: that depends on how many are simulated at a time.
    """
    return {
        name: {r: outcomes[name][r] for r in rows or list(outcomes[name])}
        for name, rows in drawn.items()
    }


def _behind(result: StudyResult, kpi: str) -> frozenset[str]:
    """Scenarios of which nothing can be said by this KPI, since they do not keep up."""
    return overloaded_names(result) if is_money(kpi) else frozenset()


def tables(chosen: Chosen) -> Tables:
    """`selection.csv`, a row per scenario."""
    rows = [
        (rank, name, chosen.standing_of(name), at.n, at.mean, at.low, at.high)
        for rank, (name, at) in enumerate(chosen.standing(), 1)
    ]
    columns = ("rank", "scenario", "left", "replications", "mean", "ci_low", "ci_high")
    return {"selection.csv": (columns, rows)}
