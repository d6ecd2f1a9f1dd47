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
    several contain it, and the budget ended first or they are equal.
    """

    kpi: str
    indifference: float
    confidence: float
    survivors: tuple[str, ...]
    replications: int
    result: StudyResult

    @property
    def equal(self) -> bool:
        """Whether all who are left have the same value in every replication."""
        values = [
            [outcome.kpis[self.kpi] for _, outcome in sorted(self.result.outcomes[name].items())]
            for name in self.survivors
        ]
        return all(own == values[0] for own in values[1:])

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

    Raises StudyError if a replication failed or has no value of the KPI.
    """
    first = min(FIRST, budget)
    sign = -1.0 if kpi_of(kpi).better == "lower" else 1.0
    outcomes: dict[str, dict[int, Outcome]] = {s.name: {} for s in scenarios}
    drawn: dict[str, list[int]] = {s.name: [] for s in scenarios}
    result = run(scenarios, first)
    done = first

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
    selection = kim_nelson(
        draw, len(scenarios), indifference, alpha=1.0 - confidence, first=first, budget=budget
    )
    names = tuple(scenarios[i].name for i in selection.survivors)
    because = f"{selection.replications} replications of those left at the end"
    # Not what was simulated ahead of need: that depends on how many are simulated at a time.
    seen = {name: {r: outcomes[name][r] for r in rows} for name, rows in drawn.items()}
    merged = replace(
        result, outcomes=seen, replications=selection.replications, stopped_because=because
    )
    return Chosen(kpi, indifference, confidence, names, selection.replications, merged)


def tables(chosen: Chosen) -> Tables:
    """`selection.csv`, a row per scenario."""
    rows = [
        (rank, name, "yes" if name in chosen.survivors else "no", at.n, at.mean, at.low, at.high)
        for rank, (name, at) in enumerate(chosen.standing(), 1)
    ]
    columns = ("rank", "scenario", "left", "replications", "mean", "ci_low", "ci_high")
    return {"selection.csv": (columns, rows)}
