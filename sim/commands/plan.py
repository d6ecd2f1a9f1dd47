"""`plan`: the best whole numbers under a budget and chance constraints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.answers import conclude, looks, study_of
from sim.commands.common import folder_for, overrides, simulate, stem
from sim.options import UsageError, path_name, report_options, share, study_options, whole
from sim.streams import say

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.replicate import StudyResult

BUDGET, SEARCH = 100, 400


def options(parser: argparse.ArgumentParser) -> None:
    """A scenario, what may be changed, and what every study has."""
    parser.add_argument("scenario", type=path_name, metavar="SCENARIO", help="scenario file")
    parser.add_argument(
        "--over",
        type=path_name,
        required=True,
        metavar="FILE",
        help="YAML file: objective, vary, constraints, budget, indifference",
    )
    parser.add_argument(
        "--search",
        type=whole(1, 1_000_000),
        default=SEARCH,
        metavar="N",
        help=f"most replications that the search may take (default {SEARCH})",
    )
    parser.add_argument(
        "--confidence",
        type=share,
        default=0.95,
        metavar="P",
        help="chance that the best of those compared is chosen, and that all limits hold "
        "(default 95%%)",
    )
    study_options(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Search, compare and choose; --replications is the most that any finalist gets."""
    if options.precision is not None or options.extend is not None:
        raise UsageError("denialloop plan: it decides itself how many replications it needs")

    from sim.study.plan_file import read_plan
    from sim.study.plan_points import Points

    points = Points(options.scenario, overrides(options), read_plan(options.over))
    points.check()
    brand = looks(options)
    folder = folder_for(options.out or Path("results", f"{stem(options.scenario)}_plan"))

    from sim.study.executor import Crew
    from sim.study.lattice import Effort
    from sim.study.plan import plan

    with Crew(options.workers) as crew:

        def more(some: Sequence[Scenario], replications: int) -> StudyResult:
            each = argparse.Namespace(**{**vars(options), "replications": replications})
            return simulate(each, some, folder, crew)

        planned = plan(
            points.asked.said,
            points.asked.sizes,
            points.starts(more),
            points.make,
            more,
            effort=Effort(budget=options.search),
            confidence=options.confidence,
            budget=max(2, options.replications or BUDGET),
            batch=max(2, options.workers),
            tell=_teller(options),
        )

    from sim.report.plan import answer
    from sim.study.plan_tables import plan_tables

    result, study = planned.chosen.result, study_of(planned.chosen.result)
    made = answer(planned, points.axes, study)
    files = plan_tables(planned, points.axes)
    return conclude(options, brand, folder, result, made, files=files, study=study)


def _teller(options: argparse.Namespace) -> Callable[[str], None]:
    """Says on standard error how far the search is, unless nothing is to be said."""
    if options.quiet:
        return lambda _: None
    return partial(say, stream=sys.stderr)
