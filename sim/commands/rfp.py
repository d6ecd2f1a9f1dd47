"""`rfp`: bids ranked by price per transaction, by realisation, by net value, by defensibility."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from sim.commands.common import folder_for, load_all, print_study, simulate, study_name
from sim.commands.report import write_answer
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

    from sim.report.brand import load_brand

    brand = load_brand(options.brand)
    result = simulate(options, bids, folder)
    ranking = rank(result)

    from sim.report.rfp import chart, finding, text

    told = result.names
    pictures = [chart(result, ranking, bids[0].hospital.scale)]
    answer = f"{finding(ranking)}."
    draw = write_answer(options, brand, result, folder, tables(ranking), pictures, told, answer)
    said = partial(text, ranking)
    ranks = {c: [p.bid for p in places] for c, places in ranking.places.items()}
    return print_study(options, result, folder, [], answer, said, draw, ranks=ranks)
