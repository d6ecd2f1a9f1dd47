"""`select`: the best of several scenarios, with a guarantee."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.answers import conclude, looks, study_of
from sim.commands.common import check_resume, folder_for, load_all, simulate, study_name
from sim.options import (
    UsageError,
    kpi_name,
    number,
    path_name,
    report_options,
    share,
    study_options,
)

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.replicate import StudyResult

BUDGET = 100


def options(parser: argparse.ArgumentParser) -> None:
    """The scenarios, the KPI, what is worth finding, and what every study has."""
    parser.add_argument(
        "scenarios",
        type=path_name,
        nargs="+",
        metavar="SCENARIO",
        help="scenario files, at least two",
    )
    parser.add_argument(
        "--kpi",
        type=kpi_name,
        default="money.net_value_usd",
        metavar="NAME",
        help="KPI that is to be best (default money.net_value_usd)",
    )
    parser.add_argument(
        "--indifference",
        required=True,
        type=number(float, "a number above 0", lambda value: value > 0),
        metavar="X",
        help="smallest lead worth finding, in the unit of the KPI",
    )
    parser.add_argument(
        "--confidence",
        type=share,
        default=0.95,
        metavar="P",
        help="chance that the best is chosen, if it leads by so much (default 95%%)",
    )
    study_options(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Choose; --replications is the most that any scenario gets."""
    if len(options.scenarios) < 2:
        raise UsageError("denialloop select: name at least two scenario files")
    if kpi_better(options.kpi) == "neither":
        raise UsageError(f"denialloop select: no value of {options.kpi} is better than another")
    if options.precision is not None or options.extend is not None:
        raise UsageError("denialloop select: it decides itself how many replications it needs")
    scenarios = load_all(options, options.scenarios)
    folder = folder_for(options.out or Path("results", f"{study_name(options.scenarios)}_select"))
    check_resume(options, scenarios, folder)
    brand = looks(options)

    from sim.study.executor import Crew
    from sim.study.select import select, tables

    def more(some: Sequence[Scenario], replications: int) -> StudyResult:
        return simulate(
            argparse.Namespace(**{**vars(options), "replications": replications}),
            some,
            folder,
            crew,
        )

    with Crew(options.workers) as crew:
        chosen = select(
            scenarios,
            more,
            kpi=options.kpi,
            indifference=options.indifference,
            confidence=options.confidence,
            budget=max(2, options.replications or BUDGET),
            batch=max(2, options.workers),
        )

    from sim.report.select import answer

    study = study_of(chosen.result)
    made = answer(chosen, study)
    return conclude(options, brand, folder, chosen.result, made, files=tables(chosen), study=study)


def kpi_better(name: str) -> str:
    """Which direction of a KPI is better."""
    from sim.record.kpis import kpi

    return kpi(name).better
