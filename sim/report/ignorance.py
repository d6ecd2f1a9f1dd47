"""What a study under an ensemble says of luck and ignorance."""

from __future__ import annotations

import math

from sim.record.kpis import kpi as kpi_of
from sim.report.terminal import wrapped
from sim.report.words import inside, interval, label, plain, sentence
from sim.study.ensemble import parts
from sim.study.replicate import StudyResult, values_of

SHOWN = ("denials.initial_rate", "money.net_revenue_realisation", "money.net_value_usd")
"""The figures whose intervals are taken apart; `ignorance.csv` has all headline figures."""


def ignorance_text(result: StudyResult) -> str:
    """A line for each figure shown: of the one scenario, or of each difference."""
    if not result.drawn:
        return ""
    base, *others = result.names
    lines = ["Half an interval, by luck alone and by what is not known alone:"]
    for name in others or [base]:
        for kpi in SHOWN:
            values, what = values_of(result, name, kpi), label(kpi)
            if others:
                reference = values_of(result, base, kpi)
                values = [b - a for a, b in zip(reference, values, strict=True)]
                what = f"{plain(name)} less {plain(base)}, {inside(what)}"
            at = parts(values)
            if not math.isnan(at.both):  # no two pairs of replications have it otherwise
                halves = (at.luck, at.ignorance)
                luck, ignorance = (
                    interval(half, half, half, kpi_of(kpi).unit, difference=True)[0].lstrip("+")
                    for half in halves
                )
                lines.append(f"{sentence(what)}: {luck} and {ignorance}.")
    return "".join(map(wrapped, lines))
