"""Nothing moves a number unseen: small runs give what results/reference says they gave.

`make reference` writes the table again; results/reference/README.md says when that is allowed. On
another processor a mathematical function may differ in its last digit, and an item change places
with another: so much is let pass.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.scenario.load import load, shipped_file
from sim.study.tables import cell

TABLE = Path(__file__).resolve().parents[2] / "results" / "reference" / "small.csv"
SCENARIOS = ("generalist", "specialized", "five_functions_in_house")
REPLICATIONS = 2


def simulated(name: str) -> list[tuple[str, str, list[float]]]:
    """KPIs of a small hospital by replication."""
    small = ("hospital.scale=0.02", "horizon_days=300", "kpi_from_days=60", "kpi_until_days=90")
    model = load(shipped_file(f"{name}.yaml"), small).scenario
    runs = [outcome(run(model, replication)).kpis for replication in range(REPLICATIONS)]
    return [(name, kpi, [float(one[kpi]) for one in runs]) for kpi in runs[0]]


def write() -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("scenario", "kpi", *(f"replication_{i}" for i in range(REPLICATIONS))))
        for name in SCENARIOS:
            for scenario, kpi, values in simulated(name):
                writer.writerow((scenario, kpi, *map(cell, values)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_small_runs_give_what_they_gave(name: str) -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] == name]
    now = simulated(name)
    assert [row[1] for row in rows] == [kpi for _, kpi, _ in now]
    assert len(rows) > 80
    for (_, kpi, *then), (_, _, values) in zip(rows, now, strict=True):
        known = [float(value or "nan") for value in then]
        np.testing.assert_allclose(values, known, rtol=0.01, atol=1e-9, err_msg=kpi)


if __name__ == "__main__" and sys.argv[1:] == ["write"]:
    write()
