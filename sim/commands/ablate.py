"""`ablate`: what each attribute of one vendor is worth when the other vendor is given it."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.commands.answers import conclude, looks, study_of
from sim.commands.common import folder_for, load_all, simulate, stem
from sim.options import kpi_name, path_name, report_options, study_options


def options(parser: argparse.ArgumentParser) -> None:
    """Two scenarios, the KPIs, and what every study has."""
    parser.add_argument(
        "baseline", type=path_name, metavar="A", help="scenario file of the first vendor"
    )
    parser.add_argument("scenario", type=path_name, metavar="B", help="scenario file of the second")
    parser.add_argument(
        "--kpi",
        action="append",
        type=kpi_name,
        default=[],
        metavar="NAME",
        help="KPI to take apart (default money.net_value_usd); repeatable",
    )
    parser.add_argument(
        "--shapley",
        action="store_true",
        help="also share the difference out over the families of attributes, whatever their order",
    )
    study_options(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Run every coalition that is needed, and tell what each group brings."""
    from sim.study import ablate

    kpis = list(dict.fromkeys(options.kpi)) or ["money.net_value_usd"]
    base, other = load_all(options, [options.baseline, options.scenario])
    pair = ablate.pair(base, other)
    needed = ablate.coalitions(pair, shapley=options.shapley)
    scenarios = [ablate.scenario(pair, given) for given in needed]
    names = f"{stem(options.baseline)}_to_{stem(options.scenario)}_ablation"
    folder = folder_for(options.out or Path("results", names))
    brand = looks(options)
    result = simulate(options, scenarios, folder)

    from sim.report.ablate import answer

    found = ablate.analyse(result, pair, kpis, shapley=options.shapley)
    study = study_of(result, [scenarios[0].name, scenarios[1].name])
    made = answer(result, found, pair, study)
    return conclude(options, brand, folder, result, made, files=ablate.tables(found), study=study)
