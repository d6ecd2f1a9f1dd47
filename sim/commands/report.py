"""`report`: page, workbook and deck from what a finished study left; `run` and `compare` use it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.common import FINE, folder_for, print_json
from sim.options import UsageError, json_option, report_options
from sim.scenario.problems import did_you_mean

if TYPE_CHECKING:
    from sim.report.brand import Brand
    from sim.report.charts import Chart
    from sim.report.facts import Facts
    from sim.study.compare import Comparison
    from sim.study.replicate import StudyResult
    from sim.study.tables import Tables

RESULTS = Path("results")
PAGE, WORKBOOK, DECK, PRINTED = "report.html", "workbook.xlsx", "deck.pptx", "report.pdf"


def options(parser: argparse.ArgumentParser) -> None:
    """A study, and what to make of it."""
    parser.add_argument(
        "study", metavar="STUDY", help="folder of a finished study, or its name in results/"
    )
    report_options(parser)
    parser.add_argument("--pdf", action="store_true", help="also print the page, with a browser")
    json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Rebuild the reports of a study; nothing is simulated."""
    from sim.report.brand import load_brand
    from sim.report.pdf import browser, print_page
    from sim.study.compare import compare
    from sim.study.stored import read_study

    folder, brand = folder_for(_folder(options.study)), load_brand(options.brand)
    if options.pdf and "html" not in options.formats:
        raise UsageError("--pdf prints the page: leave html among the --formats")
    if options.pdf:
        browser()
    result = read_study(folder)
    facts, paths = write_reports(result, compare(result), folder, brand, options.formats)
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
        if folder.is_dir():
            return folder
    known = [path.name for path in RESULTS.iterdir()] if RESULTS.is_dir() else []
    near = did_you_mean(name, sorted(known)) or "name the folder that `run` or `compare` wrote"
    raise UsageError(f"there is no study {name!r}, here or in {RESULTS}; {near}")


def write_reports(
    result: StudyResult,
    comparisons: Sequence[Comparison],
    folder: Path,
    brand: Brand,
    formats: Sequence[str],
) -> tuple[Facts, list[Path]]:
    """Write the reports of a study whose tables are in the folder; gives what they say, and where.

    Raises StudyError if the folder holds no finished study or cannot be written.
    """
    from sim.report.facts import Facts
    from sim.study.store import write_file

    facts = Facts.of(result, comparisons, folder, brand)
    paths = []
    for kind, name in (("html", PAGE), ("xlsx", WORKBOOK), ("pptx", DECK)):
        if kind in formats:
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
) -> None:
    """Write the tables and charts of a study that answers a question, and its reports.

    The reports are about the scenarios of `told`, the baseline first; what was `found`, and tables
    and charts of the question itself, stand beside them.
    """
    from sim.report.build import write_chart
    from sim.study.compare import compare
    from sim.study.store import Ledger
    from sim.study.tables import kpi_tables, only, write_scenarios, write_tables

    told = list(dict.fromkeys(told))
    part = only(result, *told)
    with Ledger(folder, result.code_hash):  # nobody else writes here meanwhile
        write_scenarios(part, folder)
        every = kpi_tables(result) | tables
        write_tables(result, folder, options.command_line, every, told, found)
    for chart in charts:
        write_chart(chart, folder / "charts")
    write_reports(part, compare(part), folder, brand, options.formats)


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
