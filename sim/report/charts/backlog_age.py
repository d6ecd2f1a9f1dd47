"""How old the open work is: areas by age, one picture per scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.record.record import AGE_BANDS, Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only
from sim.report.words import number, plain, sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = {"age_0_2": "0–2 days", "age_3_7": "3–7", "age_8_14": "8–14", "age_15_30": "15–30",
          "age_over_30": "over 30 days"}  # fmt: skip
SHADES = ("#FDE3C8", "#F9B577", "#E8833A", "#B8530F", "#6E2C00")
OLD = ("age_15_30", "age_over_30")
MOST_PANELS = 6


def chart(view: View) -> Chart:
    """Items waiting in all queues by week and age, mean over replications."""
    data: Table = {c: [] for c in ("scenario", "week", *AGE_BANDS)}
    for name in view.names[:MOST_PANELS]:
        for week, items in _mean(view, name).items():
            for column, cell in zip(data.values(), (name, week, *items), strict=True):
                column.append(cell)
    if not data["week"]:
        raise NothingToDraw("no ages of open work")
    title = _finding(data)
    return Chart(
        name="backlog_age",
        title=title,
        alt=f"Items waiting by week and by days waited, one picture per scenario. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _mean(view: View, name: str) -> dict[int, list[float]]:
    """Items of each age by week, over all queues."""
    total: dict[int, list[float]] = {}
    tables = [o.tables.get("queues", {}) for o in view.outcomes(name)]
    tables = [t for t in tables if AGE_BANDS.keys() <= t.keys()]
    for table in tables:
        for week, *counts in zip(table["week"], *(table[b] for b in AGE_BANDS), strict=True):
            sums = total.setdefault(week, [0.0] * len(AGE_BANDS))
            for i, count in enumerate(counts):
                sums[i] += count / len(tables)
    return dict(sorted(total.items()))


def _finding(data: Table) -> str:
    """In which scenario most of the open work is old."""
    if not any(any(data[band]) for band in AGE_BANDS):
        return "No work is waiting at the end of any week"
    old: dict[str, float] = {}
    for name in dict.fromkeys(data["scenario"]):
        rows = only(data, scenario=name)
        every = sum(sum(rows[band]) for band in AGE_BANDS)
        old[name] = sum(sum(rows[band]) for band in OLD) / every if every else 0.0
    said = {name: number(share, "share") for name, share in old.items()}
    worst, best = max(old, key=lambda n: old[n]), min(old, key=lambda n: old[n])
    what = "of the open work has waited for more than two weeks"
    if len(old) == 1 or said[worst] == said[best]:
        who = plain(worst) if len(old) == 1 else "Every scenario"
        return sentence(f"{who}: {said[worst]} {what}")
    return sentence(f"{plain(worst)}: {said[worst]} {what}, against {said[best]} for {plain(best)}")


def _draw(view: View, title: str, data: Table) -> Figure:
    names = list(dict.fromkeys(data["scenario"]))
    note = "Items waiting in all queues at the end of each week, mean over replications"
    heads = [(name, view.looks[name].ink) for name in names]
    key = {LABELS[band]: style.Look(shade, "-") for band, shade in
           zip(AGE_BANDS, SHADES, strict=True)}  # fmt: skip
    figure, panels = style.panels(title, view.source(note), heads, 2.2, left=0.6, gap=0.6, key=key)
    highest = max(sum(row) for row in zip(*(data[band] for band in AGE_BANDS), strict=True))
    for axes, name in zip(panels, names, strict=True):
        rows = only(data, scenario=name)
        layers = np.array([rows[band] for band in AGE_BANDS], float)
        axes.stackplot(rows["week"], layers, colors=SHADES, lw=0)
        axes.set_ylim(0, 1.05 * highest or 1.0)
        axes.margins(x=0)
        style.units(axes.yaxis, "items")
        style.units(axes.xaxis, "items")
        axes.set_xlabel("Weeks since the start")
    panels[0].set_ylabel("Items waiting")
    return figure
