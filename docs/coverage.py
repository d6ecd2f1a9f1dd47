"""Measures what intervals hold: `python -m docs.coverage` writes results/reference/coverage.csv.

Two scenarios are replicated 2,500 times at a small size; of each five replications in turn is
made a study, and its intervals, of levels and of paired differences, are held against the mean of
all. `python -m docs.coverage generalist 1 200` prints the same for one scenario, scale and number.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import numpy as np

from sim.record.kpis import kpi
from sim.scenario.load import load, shipped_file
from sim.scenario.schema import Scenario
from sim.study.estimate import difference, estimate
from sim.study.replicate import replicate
from sim.study.statistics import Floats, Interval

TABLE = Path(__file__).resolve().parent.parent / "results" / "reference" / "coverage.csv"
HEAD = ("of", "kpi", "studies", "held", "silent")
PAIR, SCALE, REPLICATIONS, SIZE = ("generalist", "specialized"), 0.1, 2500, 5
MEASURED = ("work.", "money.dnfb", "money.ar_", "audit.", "people.vacancy")
"""KPIs that are measured besides the headlines, by how their names begin."""
Columns = dict[str, Floats]


def kpis(name: str, scale: float, replication: int) -> dict[str, float]:
    """Those KPIs of one replication of a shipped scenario that are measured."""
    found = replicate(_scenario(name, scale), replication).kpis
    return {k: v for k, v in found.items() if kpi(k).headline or k.startswith(MEASURED)}


@cache
def _scenario(name: str, scale: float) -> Scenario:
    return load(shipped_file(f"{name}.yaml"), [f"hospital.scale={scale}"]).scenario


def replications(name: str, scale: float, count: int) -> Columns:
    """The KPIs that every replication has, each by replication."""
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(partial(kpis, name, scale), range(count), chunksize=20))
    columns = {k: np.array([each.get(k, math.nan) for each in found]) for k in found[0]}
    return {k: values for k, values in columns.items() if not np.isnan(values).any()}


def coverage(name: str, columns: Sequence[Floats], size: int = SIZE) -> tuple[int, float, float]:
    """Studies; the shares whose interval holds the mean of all, or is left out; and of the latter.

    Of two columns, the paired difference.
    """
    truth = columns[-1].mean() - (columns[0].mean() if len(columns) > 1 else 0.0)
    studies, held, silent = len(columns[0]) // size, 0, 0
    for study in range(studies):
        at = _interval(name, [values[study * size : (study + 1) * size] for values in columns])
        silent += math.isnan(at.low)
        held += math.isnan(at.low) or at.low <= truth <= at.high
    return studies, held / studies, silent / studies


def _interval(name: str, drawn: list[Floats]) -> Interval:
    return difference(name, *drawn).interval if len(drawn) > 1 else estimate(name, drawn[0])


def rows(names: Sequence[str], scale: float, count: int) -> list[tuple[str, str, int, str, str]]:
    """A row for each KPI of each scenario, and of the difference of two."""
    found = [replications(name, scale, count) for name in names]
    groups = {name: [columns] for name, columns in zip(names, found, strict=True)}
    if len(names) > 1:
        groups["difference"] = found
    out = []
    for of, columns in groups.items():
        for name in columns[0]:
            if all(name in each for each in columns):
                studies, held, silent = coverage(name, [each[name] for each in columns])
                out.append((of, name, studies, f"{held:.3f}", f"{silent:.3f}"))
    return out


def main(words: Sequence[str]) -> None:
    """Write the table, or print one as asked."""
    if words:
        name, scale, count = words
        for row in rows([name], float(scale), int(count)):
            print(*row)
        return
    found = rows(PAIR, SCALE, REPLICATIONS)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *found])


if __name__ == "__main__":
    main(sys.argv[1:])
