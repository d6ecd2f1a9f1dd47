"""`matrix`: which of two vendors for which of the five functions."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.commands.answers import conclude, looks, study_of
from sim.commands.common import folder_for, load_one, simulate, stem
from sim.options import path_name, report_options, study_options


def options(parser: argparse.ArgumentParser) -> None:
    """The scenario with all five functions, the two vendors, and what every study has."""
    parser.add_argument(
        "scenario",
        type=path_name,
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
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Run all 32 assignments and tell what each function's choice is worth."""
    from sim.scenario.layers import shipped_configs
    from sim.study import matrix

    path = options.scenario or shipped_configs() / "five_functions_generalist.yaml"
    vendors = (options.vendors[0], options.vendors[1])
    base = load_one(options, path).scenario
    scenarios = matrix.scenarios(base, vendors)
    folder = folder_for(options.out or Path("results", f"{stem(path)}_matrix"))
    brand = looks(options)
    result = simulate(options, scenarios, folder)

    from sim.report.matrix import answer

    found = matrix.analyse(result, vendors)
    advised = tuple(matrix.ADVICE[name] for name in matrix.NAMES)
    shown = (matrix.ASSIGNMENTS[0], matrix.ASSIGNMENTS[-1], advised, found.best or advised)
    study = study_of(result, [matrix.name_of(assignment, vendors) for assignment in shown])
    made = answer(result, found, study)
    return conclude(options, brand, folder, result, made, files=matrix.tables(found), study=study)
