"""`sweep`: one scenario at many values of some of its fields."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from sim.commands.common import check_comparable, folder_for, overrides, print_study, simulate, stem
from sim.options import UsageError


def run(options: argparse.Namespace) -> int:
    """Run one scenario at every point of a design; nothing is written before all are valid."""
    from sim.study import sweep

    if bool(options.vary) == bool(options.design):
        raise UsageError("denialloop sweep: say what to vary, with --vary or with --design")
    if options.design and options.sample:
        raise UsageError("denialloop sweep: --sample goes with --vary; in YAML, sample is a key")
    if options.design:
        design = sweep.from_file(options.design)
    else:
        design = sweep.from_options(options.vary, options.sample)
    scenarios = sweep.scenarios(options.scenario, overrides(options), design)
    check_comparable(scenarios, [scenario.name for scenario in scenarios])
    name, scale = stem(options.scenario), scenarios[0].hospital.scale
    folder = folder_for(options.out or Path("results", f"{name}_sweep"))
    result = simulate(options, scenarios, folder)

    from sim.report.build import write_chart
    from sim.report.charts.sweep import chart
    from sim.report.sweep import sweep_text, swept
    from sim.study.compare import compare

    comparisons = compare(result)
    sweep.write_sweep(result, design, folder, command=options.command_line, comparisons=comparisons)
    made = swept(result, design, comparisons, name=name, scale=scale, kpis=options.kpi)
    found, points = f"{made.finding(ends=True)}.", design.plain()
    tables = partial(sweep_text, made)
    draw = partial(write_chart, chart(made), folder / "charts")
    return print_study(options, result, folder, comparisons, found, tables, draw, points=points)
