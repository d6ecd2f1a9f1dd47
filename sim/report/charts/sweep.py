"""What varying does: KPIs against one path, a map of two, or the first KPI against each of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, only
from sim.report.sweep import Swept, Varied, unit_of
from sim.report.words import inside, label, number, plain
from sim.study.overload import OVERLOADED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 10  # of a map with numbers in its cells


def chart(swept: Swept) -> Chart:
    """The chart of a sweep."""
    one, maps = len(swept.varied) == 1, _is_grid(swept.varied)
    kpis = swept.kpis if one else swept.kpis[:1]
    data: Table = {
        c: []
        for c in ("point", *(v.path for v in swept.varied), "keeps_up", "kpi", "mean", "ci_low",
                  "ci_high", "difference", "difference_ci_low", "difference_ci_high")
    }  # fmt: skip
    for kpi in kpis:
        for point, name in enumerate(swept.view.names):
            at = swept.view.estimate(name, kpi)
            gap = swept.difference(kpi, 0, point).interval
            values = (v.values[point] for v in swept.varied)
            up = "yes" if point in swept.keeping_up else "no"
            row = (
                point + 1,
                *values,
                up,
                kpi,
                at.mean,
                at.low,
                at.high,
                gap.mean,
                gap.low,
                gap.high,
            )
            for column, value in zip(data.values(), row, strict=True):
                column.append(value)
    title = swept.finding()
    what = " and ".join(inside(v.label) for v in swept.varied)
    return Chart(
        name="sweep",
        title=title,
        alt=f"{', '.join(map(label, kpis))} against {what}. {title}.",
        data=data,
        draw=lambda: (_map if maps else _panels)(swept, title, data),
    )


def _is_grid(varied: Sequence[Varied]) -> bool:
    """Whether two paths are combined in full."""
    if len(varied) != 2:
        return False
    pairs = set(zip(varied[0].values, varied[1].values, strict=True))
    return len(pairs) == len(varied[0].values) == len(varied[0].steps) * len(varied[1].steps)


def _source(swept: Swept, note: str) -> str:
    varied = " and ".join(v.path for v in swept.varied[:3])
    varied += f" and {len(swept.varied) - 3} more" if len(swept.varied) > 3 else ""
    return swept.view.source(f"{note}. Varied in {plain(swept.name)}: {varied}")


def _panels(swept: Swept, title: str, data: Table) -> Figure:
    """A picture per KPI against the one path, or per path of the first KPI."""
    points, one = len(swept.view.names), len(swept.varied) == 1
    pairs = [(kpi, along) for kpi in dict.fromkeys(data["kpi"]) for along in swept.varied]
    heads = [(_head(kpi) if one else _axis_label(along), style.INK) for kpi, along in pairs]
    note = "Hollow: point 1" if one else f"{_head(pairs[0][0])}, against each path. Hollow: point 1"
    if swept.view.replicated:
        note += (
            "; thin bar: 95 % interval of the mean; thick bar: of the difference from point 1 under"
            " the same random numbers"
        )
    if "no" in data["keeps_up"]:
        note += f"; cross: {OVERLOADED}"
    figure, panels = style.panels(title, _source(swept, note), heads, 1.75, left=0.65, gap=0.8)
    for axes, (kpi, along) in zip(panels, pairs, strict=True):
        rows = only(data, kpi=kpi)
        _points(axes, along.places, rows)
        if one and along.numeric:
            order = sorted(range(points), key=along.places.__getitem__)
            line = [rows["mean"][i] for i in order]
            axes.plot([along.places[i] for i in order], line, color=style.PALETTE[0], lw=1.5)
        axes.margins(x=0.08, y=0.12)
        style.units(axes.yaxis, _tick_unit(unit_of(kpi)))
        if along.numeric:
            style.units(axes.xaxis, _tick_unit(along.unit))
        else:
            axes.set_xticks(range(len(along.steps)), [plain(str(s), 12) for s in along.steps])
        axes.set_xlabel(_axis_label(along) if one else "")
    return figure


def _points(axes: Axes, x: Sequence[float], rows: Table) -> None:
    """The means with their intervals, and those of the differences around them."""
    colour, first = style.PALETTE[0], rows["mean"][0]
    for i, (at, mean) in enumerate(zip(x, rows["mean"], strict=True)):
        axes.plot((at, at), (rows["ci_low"][i], rows["ci_high"][i]), color=colour, lw=1, alpha=0.6)
        if i:
            low, high = rows["difference_ci_low"][i], rows["difference_ci_high"][i]
            axes.plot((at, at), (first + low, first + high), color=colour, lw=4, alpha=0.45)
        sign = "o" if rows["keeps_up"][i] == "yes" else "X"
        axes.plot(at, mean, sign, ms=6, mec=colour, mfc="white" if i == 0 else colour, zorder=3)


def _tick_unit(unit: str) -> str:
    return {"1/year": "share", "share": "share", "USD": "USD"}.get(unit, "")


def _axis_label(along: Varied) -> str:
    return along.label + (", a year" if along.unit == "1/year" else "")


def _head(kpi: str) -> str:
    unit, said = unit_of(kpi), label(kpi)
    if kpi_of(kpi).unit == "USD/year" and not said.endswith("per year"):
        return f"{said}, per year"
    silent = unit in ("share", "1/year", "-", "USD") or unit in said.lower()
    return said if silent else f"{said}, {unit}"


def _map(swept: Swept, title: str, data: Table) -> Figure:
    """The first KPI over two paths, coloured from its lowest to its highest mean."""
    across, up = swept.varied
    kpi, wide, high = data["kpi"][0], len(across.steps), len(up.steps)
    low, top = min(data["mean"]), max(data["mean"])
    ends = [number(value, unit_of(kpi)) for value in (low, top)]
    note = f"{label(kpi)}, from {ends[0]} (white) to {ends[1]} (blue); framed: point 1"
    if swept.view.replicated:
        note += "; ±: half the 95 % interval"
    if "no" in data["keeps_up"]:
        note += f"; ×: {OVERLOADED}"
    canvas = style.canvas(title, _source(swept, note), 0.5 * high + 0.75)
    axes = canvas.axes(1.5, 0.6, style.WIDTH - 2 * style.MARGIN - 1.6, 0.5 * high)
    axes.set(xlim=(0, wide), ylim=(0, high), xlabel=_axis_label(across))
    axes.grid(visible=False)
    for i, (x, y, mean) in enumerate(zip(across.values, up.values, data["mean"], strict=True)):
        at = across.steps.index(x), up.steps.index(y)
        depth = (mean - low) / (top - low) if top > low else 0.0
        fill = style.tint(style.PALETTE[0], depth)
        ink, wide_line, above = (style.INK, 2.5, 3) if i == 0 else ("white", 1.0, 2)
        axes.bar(at[0] + 0.5, 1, 1, at[1], fc=fill, ec=ink, lw=wide_line, zorder=above)
        if wide <= MOST_COLUMNS:
            half = (data["ci_high"][i] - data["ci_low"][i]) / 2
            sign = "" if data["keeps_up"][i] == "yes" else " ×"
            _cell_text(axes, at, mean, half, unit_of(kpi), depth, sign)
    for axis, along in ((axes.xaxis, across), (axes.yaxis, up)):
        every = -(-len(along.steps) // 12)
        steps = along.steps[::every]
        axis.set_ticks(
            [k * every + 0.5 for k in range(len(steps))],
            [along.say(s).removesuffix(" a year") for s in steps],
        )
    canvas.text(0, 0.5 * high + 0.64, _axis_label(up), size=9, color=style.GREY)
    return canvas.figure


def _cell_text(
    axes: Axes, at: tuple[int, int], mean: float, half: float, unit: str, depth: float, sign: str
) -> None:
    text = number(mean, unit, half / 2) + sign
    if half > 0:
        text += "\n±" + number(half, unit, half / 2).strip("$ %")
    ink = "white" if depth > 0.55 else style.INK
    axes.text(at[0] + 0.5, at[1] + 0.5, text, ha="center", va="center", size=8, color=ink, zorder=4)
