"""`run` and `compare`: replications of scenarios, their tables and differences."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.answers import conclude, looks, study_of
from sim.commands.common import drawn_worlds, folder_of, load_all, simulate
from sim.options import (
    UsageError,
    ensemble_option,
    export_option,
    path_name,
    report_options,
    study_options,
    target_option,
)
from sim.streams import say

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.ensemble import Worlds


def run_options(parser: argparse.ArgumentParser) -> None:
    """A scenario, and what every study has."""
    parser.add_argument("scenario", type=path_name, metavar="SCENARIO", help="scenario file")
    study_options(parser)
    target_option(parser)
    ensemble_option(parser)
    export_option(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Simulate one scenario."""
    return _study(options, [options.scenario])


def compare_options(parser: argparse.ArgumentParser) -> None:
    """Scenarios, and what every study has."""
    parser.add_argument(
        "scenarios",
        nargs="+",
        type=path_name,
        metavar="SCENARIO",
        help="scenario files, at least two; the first is the baseline",
    )
    study_options(parser)
    target_option(parser)
    ensemble_option(parser)
    export_option(parser)
    report_options(parser)


def compare(options: argparse.Namespace) -> int:
    """Compare scenarios with the first."""
    if len(options.scenarios) < 2:
        raise UsageError("denialloop compare: name at least two scenarios, the baseline first")
    return _study(options, options.scenarios)


def _study(options: argparse.Namespace, paths: Sequence[Path]) -> int:
    """Load, replicate and conclude; nothing is written before all scenarios are valid."""
    scenarios = load_all(options, paths)
    folder, worlds = folder_of(options, paths), drawn_worlds(options, paths, scenarios)
    brand = looks(options)
    result = simulate(options, scenarios, folder, worlds=worlds)
    if options.export:
        _export(options, scenarios, folder, worlds)

    from sim.report.study import answer

    study = replace(study_of(result), targets=options.target)
    return conclude(options, brand, folder, result, answer(study), study=study)


def _export(
    options: argparse.Namespace, scenarios: Sequence[Scenario], folder: Path, worlds: Worlds | None
) -> None:
    """Write what happened in replication 0 of each scenario."""
    from sim.study.export import FOLDER, export
    from sim.study.tables import scenario_folders

    below = scenario_folders([each.name for each in scenarios])
    for each in scenarios:
        target = folder / (below[each.name] if len(scenarios) > 1 else "") / FOLDER
        world = worlds.world(each.name, 0) if worlds else each
        export(world, target, options.export, engine=options.engine)
        if not (options.quiet or options.json):
            say(f"What happened in replication 0 of {each.name} is in {target}")
