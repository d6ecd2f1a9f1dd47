"""`scorecard`: every quantitative claim of the article against the model."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.commands.answers import conclude, looks, study_of
from sim.commands.common import folder_for, overrides, simulate
from sim.options import UsageError, path_name, report_options, study_options


def options(parser: argparse.ArgumentParser) -> None:
    """Where the scenarios are, and what every study has."""
    parser.add_argument(
        "configs",
        type=path_name,
        nargs="?",
        metavar="DIR",
        help="folder with the shipped scenarios, as `denialloop init` writes it (default: those "
        "that come with the program)",
    )
    study_options(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Run what the claims need, and tell how each fares."""
    from sim.scenario.layers import shipped_configs, shipped_file
    from sim.scenario.load import load
    from sim.study import scorecard

    configs = options.configs or shipped_configs()
    if not configs.is_dir():
        raise UsageError(f"{configs}: there is no such folder; `denialloop init DIR` writes one")
    scenarios = []
    for name in scorecard.needed():
        file, laid_on = scorecard.SCENARIOS[name]
        loaded = load(
            shipped_file(f"{file}.yaml", configs), [*laid_on, *overrides(options)]
        ).scenario
        scenarios.append(loaded.model_copy(update={"name": name}))
    folder = folder_for(options.out or Path("results", "scorecard"))
    brand = looks(options)
    result = simulate(options, scenarios, folder)

    from sim.report.scorecard import answer

    rows = scorecard.score(result)
    study = study_of(result, ["generalist", "specialized", "in_house"])
    made = answer(rows, result, study)
    return conclude(options, brand, folder, result, made, files=scorecard.tables(rows), study=study)
