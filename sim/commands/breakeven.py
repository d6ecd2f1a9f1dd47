"""`breakeven`: the value of a field at which two scenarios come out the same."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.common import folder_for, overrides, print_study, simulate
from sim.options import UsageError, kpi_name, study_options

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.statistics import Interval


def options(parser: argparse.ArgumentParser) -> None:
    """Two scenarios, what to vary between which ends, and what every study has."""
    parser.add_argument("baseline", type=Path, metavar="A", help="scenario file, the baseline")
    parser.add_argument("scenario", type=Path, metavar="B", help="scenario file")
    parser.add_argument(
        "--vary",
        required=True,
        metavar="PATH=LOW:HIGH",
        help="a field of one of them or of both, and the ends between which to search",
    )
    parser.add_argument(
        "--kpi",
        type=kpi_name,
        default="money.net_value_usd",
        metavar="NAME",
        help="KPI whose difference is to vanish (default money.net_value_usd)",
    )
    study_options(parser)


def run(options: argparse.Namespace) -> int:
    """Search for the value; nothing is written before both ends are valid scenarios."""
    from sim.study.breakeven import paired, search
    from sim.study.sweep import span

    path, low, high = span(options.vary)
    scenes: dict[float, list[Scenario]] = {v: _both(options, path, v) for v in (low, high)}
    names = f"{options.baseline.stem}_vs_{options.scenario.stem}_breakeven"
    folder = folder_for(options.out or Path("results", names))

    def difference(value: float) -> Interval:
        a, b = scenes.setdefault(value, _both(options, path, value))
        return paired(simulate(options, [a, b], folder), a.name, b.name, options.kpi)

    found = search(difference, low, high)
    every = {s.name: s for value in found.tried for s in scenes[value]}
    # All of it has just been simulated, so nothing of this counts as found from before.
    result = replace(simulate(options, list(every.values()), folder), reused=0)

    from sim.report.breakeven import Found, chart, text
    from sim.report.build import write_chart
    from sim.study.store import Ledger
    from sim.study.tables import write_tables

    a, b = _names(options)
    scale = scenes[low][0].hospital.scale
    said = Found(result, found, path, options.kpi, a, b, scale)
    with Ledger(folder, result.code_hash):  # nobody else writes here meanwhile
        write_tables(result, folder, options.command_line, said.tables())
    write_chart(chart(said), folder / "charts")
    root = None if math.isnan(found.root) else found.root
    more: Mapping[str, object] = {
        "path": path, "root": root, "low": found.low, "high": found.high,
        "tried": [{"value": v, **asdict(i)} for v, i in found.tried.items()],
    }  # fmt: skip
    return print_study(options, result, folder, [], f"{said.finding}.", partial(text, said), **more)


def _names(options: argparse.Namespace) -> tuple[str, str]:
    """What the two scenarios are called: after their files, which differ."""
    a, b = options.baseline.stem, options.scenario.stem
    if a == b:
        raise UsageError("denialloop breakeven: name two files with different names")
    return a, b


def _both(options: argparse.Namespace, path: str, value: float) -> list[Scenario]:
    """Both scenarios with the value laid upon whichever has the field."""
    from sim.scenario.load import load
    from sim.study.sweep import owned

    made: list[Scenario] = []
    setting, found = f"{path}={value!r}", False
    for file, name in zip((options.baseline, options.scenario), _names(options), strict=True):
        own = owned(file, overrides(options), [setting])
        scenario = load(file, [*overrides(options), *own]).scenario
        name = f"{name} at {value:g}" if own else name
        found = found or bool(own)
        made.append(scenario.model_copy(update={"name": name}))
    if not found:
        load(options.baseline, [*overrides(options), setting])  # raises: nobody has the field
    return made
