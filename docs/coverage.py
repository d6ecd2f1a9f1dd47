"""Measures what the intervals of a scenario hold: `python -m docs.coverage generalist 1 200`.

A scenario, at a scale, is replicated so often once; studies of a few replications are then drawn
from these, and their intervals are held against the mean of all. With a second scenario after a
comma the paired differences are measured. A thousand replications at scale 0.02 take some minutes.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from sim.record.kpis import kpi
from sim.scenario.load import load, shipped_configs
from sim.study.estimate import difference, estimate
from sim.study.replicate import replicate
from sim.study.statistics import Floats, Interval

STUDIES = 600
MEASURED = ("work.", "money.dnfb", "money.ar_", "audit.", "people.vacancy")
"""KPIs that are measured besides the headlines, by how their names begin."""
SIZES = (5, 10, 30)


def replications(name: str, scale: str, count: int) -> dict[str, Floats]:
    """The KPIs of a shipped scenario that every replication has, each by replication."""
    scenario = load(shipped_configs() / f"{name}.yaml", [f"hospital.scale={scale}"]).scenario
    found = [replicate(scenario, r).kpis for r in range(count)]
    names = [k for k in found[0] if kpi(k).headline or k.startswith(MEASURED)]
    columns = {k: np.array([kpis.get(k, math.nan) for kpis in found]) for k in names}
    return {k: values for k, values in columns.items() if not np.isnan(values).any()}


def coverage(name: str, columns: list[Floats], size: int) -> tuple[float, float]:
    """Shares of studies whose interval holds the mean of all or is left out, and of the latter."""
    rng = np.random.default_rng(0)
    truth = columns[-1].mean() - (columns[0].mean() if len(columns) > 1 else 0.0)
    held = silent = 0
    for _ in range(STUDIES):
        drawn = rng.choice(len(columns[0]), size, replace=False)
        at = _interval(name, [values[drawn] for values in columns])
        silent += math.isnan(at.low)
        held += math.isnan(at.low) or at.low <= truth <= at.high
    return held / STUDIES, silent / STUDIES


def _interval(name: str, drawn: list[Floats]) -> Interval:
    return difference(name, *drawn).interval if len(drawn) > 1 else estimate(name, drawn[0])


def main(names: str, scale: str, count: str) -> None:
    """A row for each KPI: what its interval holds by replications of a study."""
    found = [replications(name, scale, int(count)) for name in names.split(",")]
    for name in found[0]:
        if all(name in columns for columns in found):
            by_size = [coverage(name, [columns[name] for columns in found], n) for n in SIZES]
            cells = (
                f"{100 * held:5.1f} % ({100 * silent:.0f} % silent)" for held, silent in by_size
            )
            print(f"{name:38}", *cells)


if __name__ == "__main__":
    main(*sys.argv[1:4])
