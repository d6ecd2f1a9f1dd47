"""`rfp`: bids ranked by price per transaction, by realisation, by net value, by defensibility."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from sim.commands.common import folder_for, load_all, print_study, simulate, study_name
from sim.options import UsageError, study_options


def options(parser: argparse.ArgumentParser) -> None:
    """The bids, and what every study has."""
    parser.add_argument(
        "bids", type=Path, nargs="+", metavar="BID", help="scenario files, one for each bid"
    )
    study_options(parser)


def run(options: argparse.Namespace) -> int:
    """Run the bids and tell where the rankings disagree."""
    from sim.study.rfp import MOST_BIDS, rank, tables

    if not 2 <= len(options.bids) <= MOST_BIDS:
        raise UsageError(f"denialloop rfp: name 2 to {MOST_BIDS} bids, one scenario file each")
    bids = load_all(options, options.bids)
    folder = folder_for(options.out or Path("results", f"{study_name(options.bids)}_rfp"))
    result = simulate(options, bids, folder)
    ranking = rank(result)

    from sim.report.build import write_chart
    from sim.report.rfp import chart, finding, text
    from sim.study.store import Ledger
    from sim.study.tables import kpi_tables, write_tables

    with Ledger(folder, result.code_hash):  # nobody else writes here meanwhile
        write_tables(result, folder, options.command_line, kpi_tables(result) | tables(ranking))
    write_chart(chart(result, ranking, bids[0].hospital.scale), folder / "charts")
    said = partial(text, ranking)
    ranks = {c: [p.bid for p in places] for c, places in ranking.places.items()}
    return print_study(options, result, folder, [], f"{finding(ranking)}.", said, ranks=ranks)
