"""`run` and `compare`: replications of scenarios, their tables, charts and differences."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.common import drawn_worlds, folder_of, load_all, print_study, simulate
from sim.commands.report import write_reports
from sim.options import (
    UsageError,
    ensemble_option,
    path_name,
    report_options,
    study_options,
    target_option,
)  # fmt: skip

if TYPE_CHECKING:
    from sim.report.brand import Brand
    from sim.study.compare import Comparison
    from sim.study.replicate import StudyResult
    from sim.study.targets import Target


def run_options(parser: argparse.ArgumentParser) -> None:
    """A scenario, and what every study has."""
    parser.add_argument("scenario", type=path_name, metavar="SCENARIO", help="scenario file")
    study_options(parser)
    target_option(parser)
    ensemble_option(parser)
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
    report_options(parser)


def compare(options: argparse.Namespace) -> int:
    """Compare scenarios with the first."""
    if len(options.scenarios) < 2:
        raise UsageError("denialloop compare: name at least two scenarios, the baseline first")
    return _study(options, options.scenarios)


def _study(options: argparse.Namespace, paths: Sequence[Path]) -> int:
    """Load, replicate, write and print; nothing is written before all scenarios are valid."""
    scenarios = load_all(options, paths)
    folder, worlds = folder_of(options, paths), drawn_worlds(options, paths, scenarios)

    from sim.report.brand import load_brand

    brand = load_brand(options.brand)
    result = simulate(options, scenarios, folder, worlds=worlds)

    from sim.report.build import clear
    from sim.report.terminal import headline
    from sim.study.compare import compare as compared
    from sim.study.tables import scenario_folders, write_study
    from sim.study.targets import chances

    comparisons = compared(result)
    for below in (".", *scenario_folders(result.names).values()):
        clear(folder / below / "charts")
    write_study(
        result, folder, command=options.command_line, comparisons=comparisons,
        targets=options.target,
    )  # fmt: skip
    draw = partial(_draw, options, brand, result, comparisons, folder, scenarios[0].hospital.scale)
    found = headline(result, comparisons)
    tables = _tables(result, comparisons, options.target)
    targets = [{**asdict(c), "share": c.share} for c in chances(result, options.target)]
    return print_study(
        options, result, folder, comparisons, found, tables, draw, targets=targets
    )  # fmt: skip


def _draw(
    options: argparse.Namespace,
    brand: Brand,
    result: StudyResult,
    comparisons: Sequence[Comparison],
    folder: Path,
    scale: float,
) -> None:
    """The numbers of all charts, those of each scenario beside its tables; pictures and reports.

    One picture shows all scenarios, so a scenario that is compared has none of its own.
    """
    from sim.report.build import charts, draw_charts, write_numbers
    from sim.report.progress import shown_progress
    from sim.study.tables import only, scenario_folders

    top, charts_of = folder / "charts", partial(charts, scale=scale, palette=brand.colours)
    drawn = charts_of(result, comparison=comparisons)
    for chart in drawn.charts:
        write_numbers(chart, top)
    if len(result.names) > 1:
        for name, below in scenario_folders(result.names).items():
            for chart in charts_of(only(result, name), among=result.names).charts:
                write_numbers(chart, folder / below / "charts")
    if not options.formats:
        return
    with shown_progress(options.quiet, "charts") as on_progress:
        drawn = draw_charts(drawn, top, on_progress)
    write_reports(options, brand, result, comparisons, folder, drawn)


def _tables(
    result: StudyResult, comparisons: Sequence[Comparison], targets: Sequence[Target]
) -> Callable[[bool], str]:
    """The tables to print, with or without colour."""
    from sim.report import terminal
    from sim.report.capacity import capacity_text
    from sim.report.contract import contract_text
    from sim.report.ignorance import ignorance_text
    from sim.report.payback import payback_text
    from sim.report.settling import settling_text
    from sim.report.targets import targets_text

    told = ignorance_text(result) + settling_text(result) + targets_text(result, targets)

    def shown(colour: bool) -> str:
        agreed = contract_text(result, colour=colour)
        if len(result.names) > 1:
            head = terminal.comparison_text(result, comparisons, colour=colour)
            return head + agreed + payback_text(result) + told
        people = capacity_text(result, result.names[0], colour=colour)
        return terminal.run_text(result, colour=colour) + people + agreed + told

    return shown
