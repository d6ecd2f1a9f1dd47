"""What the README shows of the demo is what the demo printed, and what its tables say.

`results/reference/demo_kpis.csv` holds the figures of `make demo` from which the table is printed.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from sim.record.record import Outcome
from sim.report.terminal import comparison_text
from sim.study.compare import compare
from sim.study.replicate import StudyResult

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo() -> StudyResult:
    """The demo's study, as far as its table needs it."""
    outcomes: dict[str, dict[int, Outcome]] = defaultdict(dict)
    with (ROOT / "results" / "reference" / "demo_kpis.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            of_one = outcomes[row["scenario"]].setdefault(int(row["replication"]), Outcome({}, {}))
            of_one.kpis[row["kpi"]] = float(row["value"] or "nan")
    count = len(outcomes["generalist"])
    return StudyResult(tuple(outcomes), dict(outcomes), 1, (), "as asked", count, 0, {}, "")


def test_the_table_is_what_the_demo_printed(demo: StudyResult) -> None:
    assert demo.names == ("generalist", "specialized")
    assert demo.replications == 20
    shown = re.search(r"<!-- demo table.*?```text\n(.*?)```", README, re.S)
    assert shown
    said = [line.rstrip() for line in comparison_text(demo, compare(demo)).splitlines() if line]
    on_page = [line.rstrip() for line in shown[1].splitlines() if line]
    assert len(said) > 17
    assert on_page[: len(said)] == said


def test_what_the_text_says_of_the_demo_follows_from_it(demo: StudyResult) -> None:
    def mean(name: str, kpi: str) -> float:
        values = [o.kpis[kpi] for o in demo.outcomes[name].values()]
        return sum(values) / len(values)

    both = ("generalist", "specialized")
    fees, realised, expected = (
        [mean(name, kpi) for name in both]
        for kpi in ("money.fees_usd", "money.net_revenue_realisation", "money.expected_usd")
    )
    assert "fees differ by less than one percent of net revenue" in README
    assert abs(fees[1] - fees[0]) < 0.01 * expected[0]
    assert "unworked claims differ by six" in " ".join(README.split())
    assert 0.06 <= realised[1] - realised[0] < 0.075
    rate = mean("generalist", "denials.initial_rate")
    assert f"denials come out at {100 * rate:.1f} % and not at the 14 %" in README
