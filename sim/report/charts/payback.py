"""What a scenario has brought in over the baseline so far, on cash and on accrual."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, stacked
from sim.report.payback import NEVER, said
from sim.report.words import plain, sentence
from sim.study.payback import BASES, Payback, paybacks
from sim.study.statistics import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def chart(view: View) -> Chart:
    """Cumulative differences with bands; raises NothingToDraw if no money by week differs."""
    found = paybacks(view.result)
    if not found:
        raise NothingToDraw("no money by week differs from that of a baseline, both keeping up")
    parts = {
        basis: stacked({p.scenario: _curve(p) for p in found if p.basis == basis}, "scenario")
        for basis in BASES
    }
    data = stacked(parts, "basis")
    title = _finding(found)
    return Chart(
        name="payback",
        title=title,
        alt=f"Cumulative difference from the baseline by week, net of all costs. {title}.",
        data=data,
        draw=lambda: _draw(view, found, title, data),
    )


def _curve(payback: Payback) -> Table:
    """Mean and 95 % interval at the start and at the end of each week."""
    ends = [mean_interval(column) for column in payback.curves.T]
    return {
        "day": [7 * week for week in range(len(ends) + 1)],
        "mean": [0.0, *(at.mean for at in ends)],
        "ci_low": [0.0, *(at.low for at in ends)],
        "ci_high": [0.0, *(at.high for at in ends)],
    }


def _finding(found: list[Payback]) -> str:
    """The scenario that is ahead soonest on cash, and by when."""
    name = min((p for p in found if p.basis == "cash"), key=lambda p: p.median).scenario
    cash, accrual = (p for p in found if p.scenario == name)
    who, base = plain(name), plain(cash.baseline)
    if not math.isfinite(cash.median) and not math.isfinite(accrual.median):
        return sentence(f"{who} does not pay back within the run, against {base}")
    return sentence(f"{who} stays ahead of {base}: {said(cash)}, {said(accrual)}")


def _draw(view: View, found: list[Payback], title: str, data: Table) -> Figure:
    looks = {n: look for n, look in view.looks.items() if n in data["scenario"]}
    starts = " or ".join(sorted({p.since for p in found}))
    note = f"Received or earned, less fees, hospital labour and one-off costs; day 0 is {starts}"
    if view.replicated:
        note += "; band: 95 % interval of the mean; dot: median day from which it stays above 0"
    heads = [(f"On {basis}", style.INK) for basis in BASES]
    key = looks if len(looks) > 1 else None
    figure, panels = style.panels(title, view.source(note), heads, 3.0, left=0.75, gap=0.9, key=key)
    for axes, basis in zip(panels, BASES, strict=True):
        for name, look in looks.items():
            rows = only(data, scenario=name, basis=basis)
            axes.plot(rows["day"], rows["mean"], color=look.colour, ls=look.line, lw=2)
            if view.bands:
                axes.fill_between(
                    rows["day"], rows["ci_low"], rows["ci_high"], color=look.colour, alpha=0.3, lw=0
                )
        axes.axhline(0, color=style.INK, lw=1)
        axes.margins(x=0.02, y=0.1)
        style.units(axes.yaxis, "USD")
        style.units(axes.xaxis, "days")
        axes.set_xlabel("Days")
        for p in found:
            if p.basis == basis:
                _mark(axes, p, looks[p.scenario], named=len(looks) == 1)
    return figure


def _mark(axes: Axes, payback: Payback, look: style.Look, *, named: bool) -> None:
    """The median day as a dot on the zero line, with its number where there is room."""
    if math.isfinite(payback.median):
        axes.plot(payback.median, 0, "o", ms=7, mec="white", mfc=look.ink, zorder=4)
        if named:
            axes.annotate(f"day {payback.median:.0f}", (payback.median, 0), (4, -12),
                          textcoords="offset points", size=9, color=look.ink)  # fmt: skip
    elif named:
        axes.set_title(NEVER, size=9, loc="right", color=look.ink)
