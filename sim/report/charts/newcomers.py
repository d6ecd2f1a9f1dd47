"""Newcomers, measured against modelled: how fast they get faster, and how long they stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, only
from sim.report.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURED, MODELLED = "measured", "modelled"
TIME, STAY = "handle time", "survival"
LOOKS = dict(zip((MEASURED, MODELLED), style.looks((MEASURED, MODELLED)).values(), strict=True))
COLUMNS = ("panel", "series", "weeks", "value", "ci_low", "ci_high")


def chart(data: Table, source: str) -> Chart:
    """Two panels of curves over weeks since the start.

    ``data`` has the columns `COLUMNS`: panel `TIME` (relative to colleagues of longer standing) or
    `STAY` (share still there), series `MEASURED` (with its band) or `MODELLED` (limits nan).
    """
    start = {
        series: number(only(data, panel=TIME, series=series)["value"][0], "")
        for series in (MEASURED, MODELLED)
    }
    title = (
        f"In the first week newcomers take {start[MEASURED]} times as long as their colleagues, in "
        f"the model {start[MODELLED]} times; the gap closes within months"
    )
    return Chart(
        name="newcomers",
        title=title,
        alt=f"Handle time and survival of newcomers by week, measured and modelled. {title}.",
        data=data,
        draw=lambda: _draw(title, source, data),
    )


def _draw(title: str, source: str, data: Table) -> Figure:
    heads = [
        ("Handle time relative to colleagues", style.INK),
        ("Share of newcomers still there", style.INK),
    ]
    figure, both = style.panels(title, source, heads, 2.9, left=0.5, gap=0.7, key=LOOKS)
    for axes, panel in zip(both, (TIME, STAY), strict=True):
        for series, look in LOOKS.items():
            rows = only(data, panel=panel, series=series)
            step = panel == STAY and series == MEASURED
            drawn = "steps-post" if step else "default"
            axes.plot(rows["weeks"], rows["value"], color=look.colour, lw=2, drawstyle=drawn)
            if series == MEASURED:
                axes.fill_between(
                    rows["weeks"], rows["ci_low"], rows["ci_high"], color=look.colour, alpha=0.2,
                    lw=0, step="post" if step else None,
                )  # fmt: skip
        axes.set(xlim=(0, None), ylim=(0, None), xlabel="Weeks since the first day")
        axes.margins(x=0)
    style.units(both[1].yaxis, "share")
    return figure
