"""`sweep`: one scenario at many values of some of its fields."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from sim.commands.answers import conclude, looks
from sim.commands.common import folder_for, overrides, simulate, stem
from sim.options import UsageError


def run(options: argparse.Namespace) -> int:
    """Run one scenario at every point of a design; nothing is written before all are valid."""
    from sim.study import sweep
    from sim.study.comparable import check_comparable

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
    name = stem(options.scenario)
    folder = folder_for(options.out or Path("results", f"{name}_sweep"))
    brand = looks(options)
    result = simulate(options, scenarios, folder)

    from sim.report.sweep import answer, swept
    from sim.study.compare import compare

    comparisons = compare(result)
    made = answer(swept(result, design, comparisons, name=name, kpis=options.kpi))
    made = replace(made, facts={**made.facts, "points": design.plain()})
    files = sweep.tables(result, design, comparisons)
    return conclude(options, brand, folder, result, made, files=files, comparisons=comparisons)
