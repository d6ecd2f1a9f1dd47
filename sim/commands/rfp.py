"""`rfp`: bids ranked by price per transaction, by realisation, by net value, by defensibility."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.commands.answers import conclude, looks, study_of
from sim.commands.common import folder_for, load_all, simulate, study_name
from sim.options import UsageError, path_name, report_options, study_options


def options(parser: argparse.ArgumentParser) -> None:
    """The bids, and what every study has."""
    parser.add_argument(
        "bids", type=path_name, nargs="+", metavar="BID", help="scenario files, one for each bid"
    )
    study_options(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Run the bids and tell where the rankings disagree."""
    from sim.study.rfp import MOST_BIDS, rank, tables

    if not 2 <= len(options.bids) <= MOST_BIDS:
        raise UsageError(f"denialloop rfp: name 2 to {MOST_BIDS} bids, one scenario file each")
    bids = load_all(options, options.bids)
    folder = folder_for(options.out or Path("results", f"{study_name(options.bids)}_rfp"))
    brand = looks(options)
    result = simulate(options, bids, folder)

    from sim.report.rfp import answer

    ranking, study = rank(result), study_of(result)
    made = answer(ranking, study)
    return conclude(options, brand, folder, result, made, files=tables(ranking), study=study)
