"""Where quotes come from, and the register of pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from docs.figures import said
from docs.studies import ROOT, read
from sim.scenario.load import load, shipped_file
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor
from sim.study.statistics import Interval, mean_interval
from tests import mean_field
from tests.book import figure, pages_rows

Floats = NDArray[np.float64]

Quotes = Iterator[str]
PAGES: dict[str, list[Callable[[], Quotes]]] = defaultdict(list)
"""By page: what yields the fragments that it must hold."""

ACCURACY, DENIALS, LEAKAGE = "quality.coding_accuracy", "denials.initial_rate", "money.leakage"


def page(name: str) -> Callable[[Callable[[], Quotes]], Callable[[], Quotes]]:
    """Registers a function as one that quotes for a page."""

    def register(quotes: Callable[[], Quotes]) -> Callable[[], Quotes]:
        PAGES[name].append(quotes)
        return quotes

    return register


@cache
def shipped(name: str) -> Scenario:
    return load(shipped_file(f"{name}.yaml")).scenario


def prose(name: str) -> str:
    """A page of docs/ with its line breaks taken out."""
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


def vendor(name: str) -> Vendor:
    return shipped(name).vendors[0]


@cache
def values(name: str) -> dict[tuple[str, str], Floats]:
    """By scenario and KPI, the values of all replications of a kept table."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in read(name):
        found[row["scenario"], row["kpi"]].append(float(row["value"] or "nan"))
    return {key: np.array(of_one) for key, of_one in found.items()}


@cache
def months(name: str, kpi: str) -> Floats:
    """Values of a kept table by replication and month of service; nan where nothing is counted."""
    rows = [row for row in read(name) if row["kpi"] == kpi]
    shape = tuple(1 + max(int(row[c]) for row in rows) for c in ("replication", "month"))
    found = np.full(shape, np.nan)
    for row in rows:
        found[int(row["replication"]), int(row["month"])] = float(row["value"])
    return found


def book(what: str) -> list[float]:
    """What the program gave in a row of the verification book on people."""
    return [figure(x) for x in pages_rows()["People", what].found.split("; ")]


def percent(at: Interval, over: float = 1.0) -> str:
    """A mean and its interval in per cent, as calibration.md writes them."""
    mean, low, high = (said(100 * x / over, 1) for x in (at.mean, at.low, at.high))
    return f"{mean} ({low}{' to ' if '−' in low else '–'}{high})"


def relative(before: Floats, after: Floats) -> str:
    """A paired difference over the mean of what it is a difference from, with its interval."""
    return percent(mean_interval(after - before), float(before.mean()))


def root(study: str, form: str = "{:.1f} USD an hour", ends: str = "{:.1f} to {:.1f}") -> str:
    """A break-even with its interval, as found."""
    [row] = read(study)
    at, low, high = (float(row[c]) for c in ("root", "ci_low", "ci_high"))
    return f"{form.format(at)} ({ends.format(low, high)})"


def points(name: str, kpi: str) -> list[dict[str, str]]:
    """The points of a kept sweep for one KPI, in order."""
    return [row for row in read(name) if row["kpi"] == kpi]


def rise(name: str, kpi: str, first: int, last: int) -> float:
    """Points by which a share rises between two points of a sweep."""
    rows = points(name, kpi)
    return 100 * (float(rows[last]["mean"]) - float(rows[first]["mean"]))


def article_gap(kpi: str) -> float:
    """Specialised less generalist of the article."""
    article = values("article")
    return float(article["specialized", kpi].mean() - article["generalist", kpi].mean())


def published(name: str, *options: str) -> mean_field.Step:
    """The published check of a shipped scenario with some values changed."""
    model = load(shipped_file(f"{name}.yaml"), options).scenario
    return mean_field.steps(mean_field.after_all_meetings(model))[0]


def verdicts() -> tuple[int, int, Counter[str]]:
    """Claims of the scorecard, those that are tested, and how many have each verdict."""
    count = Counter(row["verdict"] for row in read("scorecard"))
    claims = count.total()
    return claims, claims - count["given"] - count["not testable"], count
