"""`matrix`: which of two vendors for which of the five functions."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from sim.commands.common import folder_for, load_one, print_study, simulate
from sim.options import study_options


def options(parser: argparse.ArgumentParser) -> None:
    """The scenario with all five functions, the two vendors, and what every study has."""
    parser.add_argument(
        "scenario",
        type=Path,
        nargs="?",
        metavar="SCENARIO",
        help="scenario with all five functions and both vendors' profiles "
        "(default: the shipped five_functions_generalist)",
    )
    parser.add_argument(
        "--vendors",
        nargs=2,
        default=("generalist", "specialized"),
        metavar=("GENERALIST", "SPECIALISED"),
        help="the two vendors, in the order of the article's columns "
        "(default: generalist specialized)",
    )
    study_options(parser)


def run(options: argparse.Namespace) -> int:
    """Run all 32 assignments and tell what each function's choice is worth."""
    from sim.scenario.layers import shipped_configs
    from sim.study import matrix

    path = options.scenario or shipped_configs() / "five_functions_generalist.yaml"
    vendors = (options.vendors[0], options.vendors[1])
    base = load_one(options, path).scenario
    scenarios = matrix.scenarios(base, vendors)
    folder = folder_for(options.out or Path("results", f"{path.stem}_matrix"))
    result = simulate(options, scenarios, folder)
    found = matrix.analyse(result, vendors)

    from sim.report.build import write_chart
    from sim.report.matrix import charts, finding, text
    from sim.study.store import Ledger
    from sim.study.tables import kpi_tables, write_tables

    with Ledger(folder, result.code_hash):  # nobody else writes here meanwhile
        tables = kpi_tables(result) | matrix.tables(found)
        write_tables(result, folder, options.command_line, tables)
    for chart in charts(result, found, base.hospital.scale):
        write_chart(chart, folder / "charts")
    best = matrix.name_of(found.best, vendors)
    said = partial(text, found)
    return print_study(options, result, folder, [], f"{finding(found)}.", said, best=best)
