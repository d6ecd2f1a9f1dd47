"""`sensitivity`: which fields move a KPI, or the difference between two scenarios."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.answers import conclude, looks
from sim.commands.common import FINE, complain, folder_for, overrides, simulate, stem
from sim.options import (
    UsageError,
    kpi_name,
    number,
    path_name,
    report_options,
    study_options,
    whole,
)

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.sensitivity import Design, Factor

SIZES = {"oat": 1, "morris": 10, "sobol": 64}


def options(parser: argparse.ArgumentParser) -> None:
    """One or two scenarios, the factors, the method, and what every study has."""
    parser.add_argument(
        "files",
        nargs="+",
        type=path_name,
        metavar="FILE",
        help="scenario file; with a second one, its difference from the first",
    )
    _factor_options(parser)
    parser.add_argument(
        "--method",
        choices=tuple(SIZES),
        default="oat",
        help="oat: one at a time, the cheapest (default); morris: many at a time, recommended "
        "where fields may depend on each other; sobol: shares of the variance, the dearest",
    )
    parser.add_argument(
        "--trajectories",
        type=whole(2, 4096),
        metavar="N",
        help="trajectories of morris (default 10), base sample of sobol (a power of two, "
        "default 64)",
    )
    parser.add_argument(
        "--kpi",
        action="append",
        type=kpi_name,
        default=[],
        metavar="NAME",
        help="KPI (default money.net_value_usd); repeatable, the first is drawn",
    )
    study_options(parser)
    report_options(parser)


def _factor_options(parser: argparse.ArgumentParser) -> None:
    """What is varied: fields by name, or those of a kind."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--factor",
        action="append",
        default=[],
        metavar="PATH=LOW:HIGH",
        help="a field and the ends between which it varies; repeatable",
    )
    what.add_argument(
        "--kind",
        choices=("lever", "uncertainty"),
        help="vary the numbers of this kind, as the schema says",
    )
    parser.add_argument(
        "--spread",
        type=number(float, "a number above 0, below 1", lambda value: 0 < value < 1),
        metavar="X",
        help="vary each value by this share of it (default: over the range that the parameter "
        "page gives it)",
    )
    parser.add_argument(
        "--within",
        action="append",
        default=[],
        metavar="PATH",
        help="only fields of --kind there, such as payers; repeatable",
    )
    parser.add_argument(
        "--most",
        type=whole(1, 500),
        default=20,
        metavar="N",
        help="most factors of --kind, the widest ranges first (default 20; 500 are all)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the design and tell what matters; nothing is written before all points are valid."""
    from sim.study import sensitivity
    from sim.study.comparable import check_comparable

    kpis = list(dict.fromkeys(options.kpi)) or ["money.net_value_usd"]
    if options.method == "oat" and options.trajectories:
        raise UsageError("denialloop sensitivity: --trajectories goes with morris or sobol")
    name = "_vs_".join(_names(options))
    folder = folder_for(options.out or Path("results", f"{name}_sensitivity"))
    factors, left_out = _factors(options)
    each = [_scenario(options, file, ()) for file in options.files]
    check_comparable(each, options.files)
    base = each[0]
    size = options.trajectories or SIZES[options.method]
    design = sensitivity.design(options.method, factors, size, base.seed)
    points, scenarios = _points(options, design)
    if not options.quiet:
        for why in left_out:
            complain(f"not varied: {why}", FINE)
        complain(f"{len(factors)} factors, {len(design.points)} points", FINE)
    brand = looks(options)
    result = simulate(options, scenarios, folder)
    by_kpi = {kpi: sensitivity.responses(result, points, kpi) for kpi in kpis}
    found = [e for k, v in by_kpi.items() for e in sensitivity.effects(design, v, k, base.seed)]

    from sim.report.sensitivity import Told, answer

    told = Told(replace(result, reused=0), design, found, by_kpi, _names(options))
    made = answer(told)
    facts = {**made.facts, "left_out": left_out, "effects": [asdict(e) for e in found]}
    files = sensitivity.tables(design, found, by_kpi)
    return conclude(options, brand, folder, told.result, replace(made, facts=facts), files=files)


def _names(options: argparse.Namespace) -> list[str]:
    """What the scenarios are called: after their files, which differ."""
    names = list(map(stem, options.files))
    if len(names) > 2 or len(set(names)) < len(names):
        raise UsageError("denialloop sensitivity: name one file, or two with different names")
    return names


def _factors(options: argparse.Namespace) -> tuple[list[Factor], list[str]]:
    """The factors, and what was left out and why."""
    from sim.study import sensitivity

    if options.factor:
        return sensitivity.named(options.factor), []
    return sensitivity.of_kind(
        options.files,
        overrides(options),
        options.kind,
        options.most,
        spread=options.spread,
        within=options.within,
    )


def _scenario(options: argparse.Namespace, file: Path, settings: tuple[str, ...]) -> Scenario:
    from sim.scenario.load import load

    return load(file, [*overrides(options), *settings]).scenario


def _points(options: argparse.Namespace, design: Design) -> tuple[list[list[str]], list[Scenario]]:
    """For each point the names of its scenarios, and every different scenario once."""
    from sim.study.sweep import owned

    settings = design.settings()
    every = list(dict.fromkeys(s for point in settings for s in point))
    made: dict[tuple[Path, tuple[str, ...]], Scenario] = {}
    points: list[list[str]] = [[] for _ in design.points]
    left = {setting.partition("=")[0] for setting in every}
    for file in options.files:
        own = {s.partition("=")[0] for s in owned(file, overrides(options), _one_each(every))}
        left -= own
        for n, (names, point) in enumerate(zip(points, settings, strict=True), 1):
            key = file, tuple(s for s in point if s.partition("=")[0] in own)
            if key not in made:
                called = {"name": f"{stem(file)}, point {n}"}
                made[key] = _scenario(options, *key).model_copy(update=called)
            names.append(made[key].name)
    if left:  # nobody has the field: loading it raises, and says what is near
        _scenario(options, options.files[0], tuple(s for s in every if s.partition("=")[0] in left))
    return points, list(made.values())


def _one_each(settings: list[str]) -> list[str]:
    """One setting for each path."""
    return list({setting.partition("=")[0]: setting for setting in settings}.values())
