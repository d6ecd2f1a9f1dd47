"""Synthetic floors: a simulated truth, and forecasts that start from its state in mid-run.

`python -m tests.floors --floors 100` tells which part of the weeks lay in the 10–90 % band.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.scenario.load import load
from sim.scenario.schema import Scenario
from sim.study.forecast import UNITS, Forecast, forecasts, horizon
from sim.study.replicate import StudyResult
from sim.study.store import content_of
from sim.study.today import write_state
from tests.scenarios import TEAMS

START = date(2025, 3, 3)
"""A Monday."""
VOLUME = 0.14
"""Of the published hospital's claims."""
HEADS = {"coding_inpatient": 1, "coding_outpatient": 3, "billing": 2, "clinical": 2, "ar": 1}
"""Hardly enough people, so that there is a backlog, which comes and goes with them."""
FLOOR = [
    "hospital.scale=1",
    f"hospital.inpatient.claims_per_year={18_000 * VOLUME}",
    f"hospital.outpatient.claims_per_year={332_000 * VOLUME}",
    *(f"teams.{team}.overtime=null" for team in TEAMS),
]
BEFORE, AHEAD = 24, 8
"""Weeks that the truth has run when the forecast begins, and weeks ahead."""
REPLICATIONS = 39
"""So many that p10 and p90 are the fourth and the thirty-sixth of them."""
SEEDS = 10_000


def truth(seed: int) -> Scenario:
    """A floor, from its start."""
    days = 7 * (BEFORE + AHEAD)
    return load(
        {
            "extends": "generalist.yaml",
            "name": "floor",
            "start": START.isoformat(),
            "seed": seed,
            "horizon_days": days,
            "kpi_from_days": 0,
            "kpi_until_days": 0,
            "drain_days": 0,
        },
        [*FLOOR, *(f"teams.{team}.headcount={n}" for team, n in HEADS.items())],
    ).scenario


def ahead(seed: int, folder: Path) -> Scenario:
    """What a planner knows of a floor in mid-run: the files of its state, and its parameters."""
    known = truth(seed)
    on = START + timedelta(7 * BEFORE)
    written = write_state(known, 0, on, folder)
    said = {
        "extends": ["generalist.yaml", str(written)],
        "name": "forecast",
        "seed": SEEDS + seed,
        "horizon_days": 7 * AHEAD,
        "kpi_from_days": 0,
        "kpi_until_days": 0,
        "drain_days": 0,
    }
    return horizon(load(said, FLOOR).scenario, AHEAD)


def told(scenario: Scenario, replications: int) -> list[Forecast]:
    """The forecast of a scenario, in memory."""
    found = {r: outcome(run(scenario, r)) for r in range(replications)}
    said = {scenario.name: content_of(scenario)}
    return forecasts(
        StudyResult(
            (scenario.name,),
            {scenario.name: found},
            scenario.seed,
            (),
            "",
            replications,
            0,
            {},
            "",
            said,
        )
    )


Row = tuple[str, str, int, float, float, float, float]
"""Quantity, part, week ahead, what came, p10, p50, p90."""


def held(seed: int, replications: int = REPLICATIONS) -> list[Row]:
    """A floor's forecast beside what came."""
    with tempfile.TemporaryDirectory() as folder:
        forecast = told(ahead(seed, Path(folder)), replications)
    came = {(row.quantity, row.part, row.starts): row.value for row in told(truth(seed), 1)}
    first = min(row.starts for row in forecast)
    return [
        (
            row.quantity,
            row.part,
            (row.starts - first).days // 7,
            came[row.quantity, row.part, row.starts],
            row.p10,
            row.p50,
            row.p90,
        )
        for row in forecast
        if (row.quantity, row.part, row.starts) in came
    ]


def covered(rows: Sequence[Row]) -> float:
    """Part of the weeks in the band.

    What lies upon an end of it counts half: of whole numbers many futures do, and a band that took
    them all would hold more than eight in ten, one that took none fewer.
    """
    held = [
        1.0 if p10 < value < p90 else 0.5 if value in (p10, p90) else 0.0
        for *_, value, p10, _, p90 in rows
    ]
    return float(np.mean(held))


def spread(rows: Sequence[Row]) -> list[Row]:
    """Rows whose band is one: neither all futures nor most of them are alike."""
    return [row for row in rows if row[4] < row[5] < row[6]]


def main(words: Sequence[str]) -> int:
    """Print coverage by quantity, over all floors."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--floors", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(words)
    with ProcessPoolExecutor(options.workers) as pool:
        by_floor = list(pool.map(held, range(options.floors)))
    for quantity in UNITS:
        for line in _lines(quantity, by_floor):
            print(line)
    means = [covered(spread(rows)) for rows in by_floor]
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    print(f"all: {np.mean(means):.3f} of the weeks in p10–p90, standard error {error:.3f}")
    return 0


def _lines(quantity: str, by_floor: Sequence[Sequence[Row]]) -> Iterator[str]:
    mine = [[row for row in spread(rows) if row[0] == quantity] for rows in by_floor]
    parts = list(dict.fromkeys(row[1] for rows in mine for row in rows))
    for part in [None, *parts] if len(parts) > 1 else parts:
        some = [[r for r in rows if part is None or r[1] == part] for rows in mine]
        every = [row for rows in some for row in rows]
        below = np.mean([row[3] < row[4] for row in every])
        above = np.mean([row[3] > row[6] for row in every])
        each = [covered(rows) for rows in some if rows]
        error = np.std(each, ddof=1) / np.sqrt(len(each)) if len(each) > 1 else float("nan")
        bias = np.mean([row[5] - row[3] for row in every])
        yield (
            f"{quantity:22} {part if part is not None else 'all parts':18} n={len(every):5} "
            f"in band {covered(every):.3f} ± {error:.3f}, below {below:.3f}, above {above:.3f}, "
            f"bias {bias:9.2f}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
