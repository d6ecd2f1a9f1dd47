"""`breakeven`: the value of a field at which two scenarios come out the same."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.answers import conclude, looks
from sim.commands.common import check_resume, folder_for, overrides, simulate, stem
from sim.options import UsageError, kpi_name, path_name, report_options, study_options

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.statistics import Interval


MOST_ALONG = 25  # points of a map along one field


def options(parser: argparse.ArgumentParser) -> None:
    """Two scenarios, what to vary between which ends, and what every study has."""
    parser.add_argument("baseline", type=path_name, metavar="A", help="scenario file, the baseline")
    parser.add_argument("scenario", type=path_name, metavar="B", help="scenario file")
    parser.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="PATH=LOW:HIGH",
        help="a field of one of them or of both, and the ends between which to search; given "
        "twice: a map of two fields",
    )
    parser.add_argument(
        "--grid",
        type=_grid,
        metavar="NxM",
        help="points of a map along its first and second field (default 5x5)",
    )
    parser.add_argument(
        "--kpi",
        type=kpi_name,
        default="money.net_value_usd",
        metavar="NAME",
        help="KPI whose difference is to vanish (default money.net_value_usd)",
    )
    study_options(parser)
    report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Search or map; nothing is written before both ends, or all points, are valid scenarios."""
    if len(options.vary) > 2:
        raise UsageError("denialloop breakeven: vary one field, or two for a map")
    if len(options.vary) == 2:
        return _map(options)
    if options.grid:
        raise UsageError("denialloop breakeven: --grid goes with two fields, --vary given twice")
    return _search(options)


def _search(options: argparse.Namespace) -> int:
    """The value of one field."""
    from sim.study.breakeven import paired, search
    from sim.study.executor import Crew
    from sim.study.sweep import span

    path, low, high = span(options.vary[0])
    scenes: dict[float, list[Scenario]] = {v: _both(options, {path: v}) for v in (low, high)}
    names = f"{stem(options.baseline)}_vs_{stem(options.scenario)}_breakeven"
    folder = folder_for(options.out or Path("results", names))
    check_resume(options, [*scenes[low], *scenes[high]], folder)
    brand = looks(options)

    def difference(value: float) -> Interval:
        a, b = scenes.setdefault(value, _both(options, {path: value}))
        return paired(simulate(options, [a, b], folder, crew), a.name, b.name, options.kpi)

    with Crew(options.workers) as crew:
        found = search(difference, low, high)
    every = {s.name: s for value in found.tried for s in scenes[value]}
    # All of it has just been simulated, so nothing of this counts as found from before.
    result = replace(simulate(options, list(every.values()), folder), reused=0)

    from sim.report.breakeven import Found

    said = Found(result, options.kpi, *_names(options), found, path)
    return conclude(options, brand, folder, result, said.answer(), files=said.tables())


def _names(options: argparse.Namespace) -> tuple[str, str]:
    """What the two scenarios are called: after their files, which differ."""
    a, b = stem(options.baseline), stem(options.scenario)
    if a == b:
        raise UsageError("denialloop breakeven: name two files with different names")
    return a, b


def _both(options: argparse.Namespace, values: Mapping[str, float]) -> list[Scenario]:
    """Both scenarios with each value laid upon whichever has the field."""
    from sim.scenario.load import load
    from sim.study.comparable import check_comparable
    from sim.study.sweep import owned

    made: list[Scenario] = []
    settings = {f"{path}={value!r}": f"{value:g}" for path, value in values.items()}
    nobodys = dict(settings)
    for file, name in zip((options.baseline, options.scenario), _names(options), strict=True):
        own = owned(file, overrides(options), list(settings))
        scenario = load(file, [*overrides(options), *own]).scenario
        if own:
            name = f"{name} at {', '.join(settings[s] for s in own)}"
        nobodys = {s: at for s, at in nobodys.items() if s not in own}
        made.append(scenario.model_copy(update={"name": name}))
    check_comparable(made, (options.baseline, options.scenario))
    if nobodys:
        load(options.baseline, [*overrides(options), *nobodys])  # raises, and says what is near
    return made


def _grid(text: str) -> tuple[int, int]:
    """Points along the first and the second field."""
    numbers = re.fullmatch(r"(\d{1,2})x(\d{1,2})", text.strip().lower())
    wide, high = map(int, numbers.groups()) if numbers else (0, 0)
    if not (2 <= wide <= MOST_ALONG and 2 <= high <= MOST_ALONG):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a grid from 2x2 to {MOST_ALONG}x{MOST_ALONG}, such as 5x5"
        )
    return wide, high


def _map(options: argparse.Namespace) -> int:
    """The differences over a grid of two fields."""
    from sim.record.kpis import kpi
    from sim.study.breakeven import Map, paired

    (p, across), (q, up) = _axes(options)
    a, b = _names(options)
    cells = [[_both(options, {p: x, q: y}) for x in across] for y in up]
    folder = folder_for(options.out or Path("results", f"{a}_vs_{b}_map"))
    every = {s.name: s for row in cells for pair in row for s in pair}
    brand = looks(options)
    result = simulate(options, list(every.values()), folder)
    gaps = tuple(
        tuple(
            paired(result, one.name, other.name, options.kpi, len(across) * len(up))
            for one, other in row
        )
        for row in cells
    )
    found = Map(across, up, gaps, -1 if kpi(options.kpi).better == "lower" else 1)

    from sim.report.breakeven import Mapped

    said = Mapped(result, options.kpi, a, b, found, (p, q))
    return conclude(options, brand, folder, result, said.answer(), files=said.tables())


def _axes(options: argparse.Namespace) -> list[tuple[str, tuple[float, ...]]]:
    """Both fields with their values; whole numbers where the field takes no others."""
    from sim.scenario.reference import Fields
    from sim.scenario.schema import Scenario
    from sim.study.sensitivity import Factor
    from sim.study.sweep import span

    fields, made = Fields(Scenario), []
    for option, points in zip(options.vary, options.grid or (5, 5), strict=True):
        factor = Factor.of(*span(option), fields)
        values = dict.fromkeys(factor.at(i / (points - 1)) for i in range(points))
        made.append((factor.path, tuple(values)))
    if made[0][0] == made[1][0]:
        raise UsageError("denialloop breakeven: a map needs two different fields")
    return made
