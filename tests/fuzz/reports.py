"""A fuzzer of what is shown: whatever a valid scenario gives can be printed, drawn and reported.

    python -m tests.fuzz.reports --count 300 --first 0

A random scenario, and every other time a second one with the same seed, is replicated twice; its
tables are written and printed, all charts drawn, page, workbook and deck made. None may raise an
error or a warning. `test_reports.py` does a few.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

from sim.report import draw, kept, terminal
from sim.report.answer import Answer, dump
from sim.report.brand import Brand
from sim.report.deck import deck
from sim.report.headline import Study
from sim.report.page import page
from sim.report.study import answer
from sim.report.workbook import workbook
from sim.scenario.schema import Scenario
from sim.study.compare import compare
from sim.study.replicate import run_study
from sim.study.tables import ANSWER, write_study
from tests.random_scenarios import random_scenario

DAYS, REPLICATIONS = 52, 2


def drawn_scenarios(seed: int) -> list[Scenario]:
    """One random scenario, or for odd seeds two that are compared."""
    one = random_scenario(seed, DAYS)
    if seed % 2 == 0:
        return [one]
    other = random_scenario(seed + 10**6, DAYS)
    return [one, other.model_copy(update={"name": f"{other.name}, again", "seed": one.seed})]


def show(scenarios: list[Scenario], folder: Path, part: slice = slice(None)) -> Answer:
    """Write, print and report a study of some scenarios; a part of its charts, as files."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = run_study(scenarios, folder, replications=REPLICATIONS, workers=1)
        assert not result.failures, result.failures[0].error
        study = Study(result, compare(result))
        made = answer(study)
        assert made.finding in " ".join(terminal.text(made).split())
        write_study(
            result,
            folder,
            command=["denialloop"],
            comparisons=study.comparisons,
            rows=study.rows.rows,
            texts={ANSWER: dump(made)},
        )
        found = kept.read(folder, Brand())
        for chart in made.charts[part]:
            assert all(draw.files(chart, found.looks, made.source))
        for report in (page(found), workbook(found), deck(found)):
            assert report
    return made


def main() -> int:
    """Run the fuzzer; exit code 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    failed = 0
    for seed in range(options.first, options.first + options.count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                show(drawn_scenarios(seed), Path(folder))
            except Exception:
                failed += 1
                print(f"random scenario {seed}:\n{traceback.format_exc()}", file=sys.stderr)
    print(f"{options.count} studies of random scenarios, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
