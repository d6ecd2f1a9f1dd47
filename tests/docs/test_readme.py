"""What the README shows of the demo is what the demo printed, and what its tables say.

`results/reference/demo.csv` holds the figures of `make demo` from which the table is printed.
"""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from docs.studies import ROOT, read
from sim.record.record import Outcome
from sim.report.headline import Study
from sim.report.study import answer
from sim.report.terminal import text
from sim.scenario.load import load, shipped_file
from sim.study.compare import compare
from sim.study.replicate import StudyResult
from sim.study.store import content_of

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo() -> StudyResult:
    """The demo's study, as far as its table needs it."""
    outcomes: dict[str, dict[int, Outcome]] = defaultdict(dict)
    for row in read("demo"):
        of_one = outcomes[row["scenario"]].setdefault(int(row["replication"]), Outcome({}, {}))
        of_one.kpis[row["kpi"]] = float(row["value"] or "nan")
    count = len(outcomes["typical_generalist"])
    said = {name: content_of(load(shipped_file(f"{name}.yaml")).scenario) for name in outcomes}
    return StudyResult(tuple(outcomes), dict(outcomes), 1, (), "as asked", count, 0, {}, "", said)


def test_the_table_is_what_the_demo_printed(demo: StudyResult) -> None:
    assert demo.names == ("typical_generalist", "typical_specialist")
    assert demo.replications == 20
    shown = re.search(r"<!-- demo table.*?```text\n(.*?)```", README, re.S)
    assert shown
    said = [line.rstrip() for line in text(answer(Study(demo, compare(demo)))).splitlines() if line]
    on_page = [line.rstrip() for line in shown[1].splitlines() if line]
    assert len(said) > 17
    assert on_page[: len(said)] == said
