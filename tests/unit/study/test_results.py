"""The one table of results: rows by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from sim.record.record import Outcome
from sim.study.compare import compare
from sim.study.replicate import StudyResult
from sim.study.results import Figure, figures, split

SAID = {
    "start": "2025-01-01",
    "horizon_days": 731,
    "kpi_from_days": 181,
    "kpi_until_days": 184,
    "hospital": {"scale": 0.5},
}
WINDOW = "2025-07-01/2026-07-01"


def result(**values: Mapping[str, list[float]]) -> StudyResult:
    """A study of scenarios by KPI and replication."""
    outcomes = {
        name: {r: Outcome({kpi: of[r] for kpi, of in by.items()}, {}) for r in range(3)}
        for name, by in values.items()
    }
    said = dict.fromkeys(values, SAID)
    return StudyResult(tuple(outcomes), outcomes, 1, (), "", 3, 0, {}, "", said)


def row(found: list[Figure], quantity: str, **where: str) -> Figure:
    [one] = [
        f
        for f in found
        if f.quantity == quantity and all(getattr(f, k) == v for k, v in where.items())
    ]
    return one


def test_levels_are_the_kpis_with_their_interval() -> None:
    found = list(figures(result(a={"money.net_value_usd": [9e6, 10e6, 11e6]})))
    net = row(found, "money.net_value_usd")
    assert (net.unit, net.period, net.n, net.value) == ("USD/year", WINDOW, 3, 10e6)
    # Student's t of 3 values at 95 % is 4.303, their standard error 1 M over the root of 3.
    assert net.high - net.value == pytest.approx(4.302653 * 1e6 / math.sqrt(3))


def test_differences_name_their_baseline_and_parts_stand_apart() -> None:
    kpi, usd = "work.wait_days.follow_up", "money.fees_usd"
    study = result(
        a={kpi: [1.0, 2.0, 3.0], usd: [1e6, 2e6, 3e6]},
        b={kpi: [2.0, 3.0, 4.0], usd: [2e6, 3e6, 4e6]},
    )
    found = list(figures(study, compare(study)))
    assert split(kpi) == ("work.wait_days", "follow_up")
    waits = row(found, "work.wait_days", scenario="b", against="a", part="follow_up")
    assert waits.value == 1.0
    fees = row(found, "money.fees_usd", scenario="b", against="a")
    levels = [row(found, "money.fees_usd", scenario=s, against="").value for s in "ab"]
    assert fees.value == pytest.approx(levels[1] - levels[0]) == 1e6
    assert math.isnan(row(found, "work.wait_days", scenario="a", against="").low)  # never trusted


def test_months_are_means_over_replications() -> None:
    study = result(a={"denials.initial_rate": [0.1, 0.2, 0.3]})
    for r, outcome in study.outcomes["a"].items():
        outcome.tables["monthly"] = {
            "month": [0, 0, 1],
            "month_start": ["2025-01-01", "2025-01-01", "2025-02-01"],
            "kpi": ["denials.initial_rate", "money.cash_usd", "denials.initial_rate"],
            "value": [0.1 + 0.1 * r, 1e6, math.nan],
        }
    found = list(figures(study))
    january = row(found, "denials.initial_rate", period="2025-01")
    assert (january.value, january.n) == (pytest.approx(0.2), 3)
    assert row(found, "money.cash_usd", period="2025-01").value == 2e6
    assert not [f for f in found if f.period == "2025-02"]
