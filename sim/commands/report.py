"""`report`: page, workbook and deck from what a finished answer left."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.commands.answers import looks
from sim.commands.common import FINE, folder_for, print_json
from sim.options import UsageError, json_option, report_options
from sim.scenario.problems import did_you_mean

RESULTS = Path("results")


def options(parser: argparse.ArgumentParser) -> None:
    """A study, and what to make of it."""
    parser.add_argument(
        "study", metavar="STUDY", help="folder of a finished study, or its name in results/"
    )
    report_options(parser)
    parser.add_argument(
        "--charts", action="store_true", help="also draw every chart as SVG and PNG into charts/"
    )
    parser.add_argument(
        "--one-page", action="store_true", help="also write the answer on one page of paper"
    )
    parser.add_argument(
        "--pdf", action="store_true", help="also print what is HTML to PDF, with a browser"
    )
    json_option(parser)
    parser.set_defaults(quiet=False)


def run(options: argparse.Namespace) -> int:
    """Rebuild the reports of a study; nothing is simulated."""
    from sim.report import files, kept
    from sim.report.pdf import browser, print_page
    from sim.report.progress import shown_progress
    from sim.study.tables import ONE_PAGE, ONE_PRINTED, PAGE, PRINTED

    folder, brand = folder_for(_folder(options.study)), looks(options)
    printed = {PAGE: PRINTED} if "html" in options.formats else {}
    printed |= {ONE_PAGE: ONE_PRINTED} if options.one_page else {}
    if options.pdf and not printed:
        raise UsageError("--pdf prints the page: leave html among the --formats")
    if options.pdf:
        browser()
    made = kept.read(folder, brand, options.template)
    with shown_progress(options.quiet, "reports") as on_progress:
        paths = files.write_reports(made, options.formats, on_progress)
    if options.charts:
        with shown_progress(options.quiet, "charts") as on_progress:
            files.write_pictures(made, on_progress)
        paths.append(folder / files.CHARTS)
    if options.one_page:
        paths.append(files.write_one_page(made))
    for name, target in printed.items() if options.pdf else ():
        print_page(folder / name, folder / target)
        paths.append(folder / target)
    if options.json:
        print_json({"found": made.answer.finding, "files": [str(path) for path in paths]})
    else:
        print(made.answer.finding)
        print("\n".join(f"Wrote {path}" for path in paths))
    return FINE


def _folder(name: str) -> Path:
    """The folder of a study that is named by its path, or by its name among the results."""
    for folder in (Path(name), RESULTS / name):
        if name and folder.is_dir():
            return folder
    known = [path.name for path in RESULTS.iterdir()] if RESULTS.is_dir() else []
    near = did_you_mean(name, sorted(known)) or "name the folder that a command wrote"
    raise UsageError(f"there is no study {name!r}, here or in {RESULTS}; {near}")
