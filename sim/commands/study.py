"""`run` and `compare`: replications of scenarios, their tables, charts and differences."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.common import folder_for, load_all, print_study, simulate, study_name
from sim.commands.report import write_reports
from sim.options import UsageError, report_options, study_options, target_option

if TYPE_CHECKING:
    from sim.study.compare import Comparison
    from sim.study.replicate import StudyResult
    from sim.study.targets import Target


def run_options(parser: argparse.ArgumentParser) -> None:
    """A scenario, and what every study has."""
    parser.add_argument("scenario", type=Path, metavar="SCENARIO", help="scenario file")
    study_options(parser)
    target_option(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Simulate one scenario."""
    return _study(options, [options.scenario])


def compare_options(parser: argparse.ArgumentParser) -> None:
    """Scenarios, and what every study has."""
    parser.add_argument(
        "scenarios",
        nargs="+",
        type=Path,
        metavar="SCENARIO",
        help="scenario files, at least two; the first is the baseline",
    )
    study_options(parser)
    target_option(parser)
    report_options(parser)


def compare(options: argparse.Namespace) -> int:
    """Compare scenarios with the first."""
    if len(options.scenarios) < 2:
        raise UsageError("denialloop compare: name at least two scenarios, the baseline first")
    return _study(options, options.scenarios)


def _study(options: argparse.Namespace, paths: Sequence[Path]) -> int:
    """Load, replicate, write and print; nothing is written before all scenarios are valid."""
    scenarios = load_all(options, paths)
    folder = folder_for(options.out or Path("results", study_name(paths)))

    from sim.report.brand import load_brand

    brand = load_brand(options.brand)
    result = simulate(options, scenarios, folder)

    from sim.report.terminal import headline
    from sim.study.compare import compare as compared
    from sim.study.tables import write_study
    from sim.study.targets import chances

    comparisons = compared(result)
    write_study(
        result, folder, command=options.command_line, comparisons=comparisons,
        targets=options.target,
    )  # fmt: skip
    _draw_all(result, folder, comparisons, scenarios[0].hospital.scale, brand.colours)
    write_reports(result, comparisons, folder, brand, options.formats)
    found = headline(result, comparisons)
    tables = _tables(result, comparisons, options.target)
    targets = [{**asdict(c), "share": c.share} for c in chances(result, options.target)]
    return print_study(
        options, result, folder, comparisons, found, tables, targets=targets
    )  # fmt: skip


def _draw_all(
    result: StudyResult,
    folder: Path,
    comparisons: Sequence[Comparison],
    scale: float,
    palette: Sequence[str],
) -> None:
    """The charts of the study, and of each scenario beside its tables."""
    from sim.report.build import write_charts
    from sim.study.tables import only, scenario_folders

    top = folder / "charts"
    write_charts(result, top, scale=scale, comparison=comparisons, palette=palette)
    if len(result.names) > 1:
        for name, below in scenario_folders(result.names).items():
            part, into = only(result, name), folder / below / "charts"
            write_charts(part, into, scale=scale, among=result.names, palette=palette)


def _tables(
    result: StudyResult, comparisons: Sequence[Comparison], targets: Sequence[Target]
) -> Callable[[bool], str]:
    """The tables to print, with or without colour."""
    from sim.report import terminal
    from sim.report.payback import payback_text
    from sim.report.settling import settling_text
    from sim.report.targets import targets_text

    told = settling_text(result) + targets_text(result, targets)
    if len(result.names) > 1:
        below = payback_text(result) + told
        return lambda colour: terminal.comparison_text(result, comparisons, colour=colour) + below
    return lambda colour: terminal.run_text(result, colour=colour) + told
