"""`report`: page, workbook and deck from what a finished study left; `run` and `compare` use it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.common import FINE, folder_for, print_json
from sim.options import UsageError, json_option, report_options
from sim.scenario.problems import did_you_mean

if TYPE_CHECKING:
    from sim.report.brand import Brand
    from sim.report.build import Drawn
    from sim.report.charts import Chart
    from sim.report.facts import Facts
    from sim.study.compare import Comparison
    from sim.study.replicate import StudyResult
    from sim.study.tables import Tables

RESULTS = Path("results")


def options(parser: argparse.ArgumentParser) -> None:
    """A study, and what to make of it."""
    parser.add_argument(
        "study", metavar="STUDY", help="folder of a finished study, or its name in results/"
    )
    report_options(parser)
    parser.add_argument("--pdf", action="store_true", help="also print the page, with a browser")
    json_option(parser)
    parser.set_defaults(quiet=False)


def run(options: argparse.Namespace) -> int:
    """Rebuild the reports of a study; nothing is simulated."""
    from sim.report.brand import load_brand
    from sim.report.pdf import browser, print_page
    from sim.study.compare import compare
    from sim.study.stored import read_study
    from sim.study.tables import PAGE, PRINTED

    folder, brand = folder_for(_folder(options.study)), load_brand(options.brand)
    if options.pdf and "html" not in options.formats:
        raise UsageError("--pdf prints the page: leave html among the --formats")
    if options.pdf:
        browser()
    result = read_study(folder)
    facts, paths = write_reports(options, brand, result, compare(result), folder)
    if options.pdf:
        print_page(folder / PAGE, folder / PRINTED)
        paths.append(folder / PRINTED)
    if options.json:
        print_json({"found": facts.answer, "files": [str(path) for path in paths]})
    else:
        print(facts.answer)
        print("\n".join(f"Wrote {path}" for path in paths))
    return FINE


def _folder(name: str) -> Path:
    """The folder of a study that is named by its path, or by its name among the results."""
    for folder in (Path(name), RESULTS / name):
        if name and folder.is_dir():
            return folder
    known = [path.name for path in RESULTS.iterdir()] if RESULTS.is_dir() else []
    near = did_you_mean(name, sorted(known)) or "name the folder that `run` or `compare` wrote"
    raise UsageError(f"there is no study {name!r}, here or in {RESULTS}; {near}")


def write_reports(
    options: argparse.Namespace,
    brand: Brand,
    result: StudyResult,
    comparisons: Sequence[Comparison],
    folder: Path,
    drawn: Drawn | None = None,
) -> tuple[Facts, list[Path]]:
    """Write the reports of a study whose tables are in the folder; gives what they say, and where.

    The page shows the pictures that were ``drawn`` before; without, they are drawn for it. Raises
    StudyError if the folder holds no finished study or cannot be written.
    """
    from sim.report.build import draw_charts
    from sim.report.facts import Facts
    from sim.report.progress import shown_progress
    from sim.study.store import write_file
    from sim.study.tables import DECK, PAGE, WORKBOOK

    facts = Facts.of(result, comparisons, folder, brand, drawn)
    if drawn is None and "html" in options.formats:
        with shown_progress(options.quiet, "charts") as on_progress:
            facts = replace(facts, made=draw_charts(facts.drawn, on_progress=on_progress))
    paths = []
    for kind, name in (("html", PAGE), ("xlsx", WORKBOOK), ("pptx", DECK)):
        if kind in options.formats:
            write_file(folder / name, _made(facts, kind))
            paths.append(folder / name)
    return facts, paths


def write_answer(
    options: argparse.Namespace,
    brand: Brand,
    result: StudyResult,
    folder: Path,
    tables: Tables,
    charts: Sequence[Chart],
    told: Sequence[str],
    found: str,
) -> Callable[[], None]:
    """Write the tables of a study that answers a question; gives what draws its charts and reports.

    The reports are about the scenarios of `told`, the baseline first; what was `found`, and tables
    and charts of the question itself, stand beside them.
    """
    from sim.report.build import Drawn, clear, draw_charts, write_numbers
    from sim.report.others import PICTURES
    from sim.report.overload import told as spoken
    from sim.report.progress import shown_progress
    from sim.study.compare import compare
    from sim.study.store import Ledger
    from sim.study.tables import kpi_tables, only, write_scenarios, write_tables

    told, found = list(dict.fromkeys(told)), spoken(result, found)
    part = only(result, *told)
    below = folder / "charts"
    clear(below, [name for table in tables for name in PICTURES.get(Path(table).stem, ())])
    with Ledger(folder, result.code_hash):  # nobody else writes here meanwhile
        write_scenarios(part, folder)
        every = kpi_tables(result) | tables
        write_tables(result, folder, options.command_line, every, told, found)
    for chart in charts:
        write_numbers(chart, below)

    def draw() -> None:
        if options.formats:
            with shown_progress(options.quiet, "charts") as on_progress:
                draw_charts(Drawn(tuple(charts)), below, on_progress)
            write_reports(options, brand, part, compare(part), folder)

    return draw


def _made(facts: Facts, kind: str) -> str | bytes:
    """One report; each needs libraries that the others do not."""
    if kind == "html":
        from sim.report.html import page

        return page(facts)
    if kind == "xlsx":
        from sim.report.workbook import workbook

        return workbook(facts)
    from sim.report.deck import deck

    return deck(facts)
