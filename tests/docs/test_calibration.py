"""Figures of docs/calibration.md follow from the reference tables of the runs that it names."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from sim.study.statistics import Interval, mean_interval, paired_difference

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
Values = dict[str, dict[str, np.ndarray]]


def reference(name: str) -> Values:
    """By scenario and KPI, the values of all replications."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    path = ROOT / "results" / "reference" / f"{name}_kpis.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["scenario"]][row["kpi"]].append(float(row["value"]))
    return {s: {k: np.array(v) for k, v in kpis.items()} for s, kpis in found.items()}


def shown(mean: float, low: float, high: float) -> str:
    """Percent as the page writes them."""
    words = (f"{100 * x:.1f}".replace("-", "−") for x in (mean, low, high))
    mean_, low_, high_ = words
    between = " to " if "−" in low_ else "–"
    return f"{mean_} ({low_}{between}{high_})"


def level(table: str, scenario: str, kpi: str) -> str:
    at = mean_interval(reference(table)[scenario][kpi])
    return shown(at.mean, at.low, at.high)


def relative(table: str, base: str, scenario: str, kpi: str) -> str:
    """A paired difference over the mean of the baseline, with its interval."""
    values = reference(table)
    gap: Interval = paired_difference(values[base][kpi], values[scenario][kpi]).interval
    mean = float(values[base][kpi].mean())
    return shown(gap.mean / mean, gap.low / mean, gap.high / mean)


@pytest.mark.parametrize(
    ("scenario", "kpi"),
    [
        ("generalist", "claims.first_pass_payment_rate"),
        ("specialized", "claims.first_pass_payment_rate"),
        ("generalist", "quality.coding_accuracy"),
        ("specialized", "quality.coding_accuracy"),
    ],
)
def test_levels_of_the_two_vendors(scenario: str, kpi: str) -> None:
    assert level("demo", scenario, kpi) in PAGE


@pytest.mark.parametrize("kpi", ["denials.initial_rate", "money.leakage"])
def test_the_average_vendors(kpi: str) -> None:
    pair = "market_average_generalist", "market_average_specialized"
    said = relative("market_average", *pair, kpi)
    assert said in PAGE.replace("+", ""), said


def test_net_revenue_of_the_generalist_against_in_house() -> None:
    said = relative("in_house_generalist", "in_house", "generalist",
                    "money.net_revenue_realisation")  # fmt: skip
    assert said in PAGE, said


def test_revenue_of_a_case() -> None:
    said = relative("demo", "generalist", "specialized", "money.average_revenue_per_case")
    mean, interval = said.split(" ", 1)
    assert f"+{mean} {interval}" in PAGE, said
