"""What matters: bars of a tornado, Morris's mu* against sigma, or Sobol's shares of variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart
from sim.report.overload import unknown
from sim.report.sensitivity import COLUMNS, NOTES, Told, axis_unit
from sim.report.words import number
from sim.study.sensitivity import Effect
from sim.study.statistics import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BARS, MOST_NAMES = 20, 12
LOW, HIGH = style.PALETTE[0], style.PALETTE[1]


def chart(told: Told) -> Chart:
    """The chart of the first KPI."""
    method, found = told.design.method, told.of(told.first)
    name = {"oat": "tornado", "morris": "morris", "sobol": "sobol"}[method]
    data: Table = {"path": [e.factor.path for e in found]}
    for _, quantity in COLUMNS[method]:
        at = [e.quantities[quantity] for e in found]
        data[quantity] = [i.mean for i in at]
        data[f"{quantity}_ci_low"], data[f"{quantity}_ci_high"] = (
            [i.low for i in at], [i.high for i in at],
        )  # fmt: skip
    draw = {"oat": _tornado, "morris": _morris, "sobol": _sobol}[method]
    return Chart(
        name=name,
        title=told.finding,
        alt=f"{told.subject(told.first)}: {NOTES[method]}. {told.finding}.",
        data=data,
        draw=lambda: draw(told, _drawn(told)),
    )


def _drawn(told: Told) -> list[Effect]:
    """The largest effects; those of fields without any only if there is nothing else."""
    found = told.of(told.first)
    return [e for e in found[:MOST_BARS] if e.rank] or found[:MOST_BARS]


def _source(told: Told, more: str = "") -> str:
    hidden = len(told.design.factors) - len(_drawn(told))
    of = f"{hidden} of {len(told.design.factors)} fields, which do less or nothing"
    rest = f"; not shown: {of}" if hidden else ""
    who = told.subject(told.first)
    return told.view.source(f"{who}. {NOTES[told.design.method]}{more}{rest}")


def _rows(
    told: Told, found: Sequence[Effect], note: str, key: dict[str, style.Look]
) -> tuple[Figure, Axes]:
    """A row per factor: its name and range on the left, room for its bar on the right."""
    high = 0.42 * len(found)
    canvas = style.canvas(told.finding, _source(told, note), high + 0.6, key)
    left = 3.2
    axes = canvas.axes(left, 0.5, style.WIDTH - 2 * style.MARGIN - left - 0.2, high)
    axes.set(ylim=(len(found), 0), yticks=[])
    axes.grid(visible=False, axis="y")
    place = axes.get_yaxis_transform()
    x = -0.1 / style.inches_wide(axes)
    for i, e in enumerate(found):
        name = style.wrap(told.labels[e.factor.path], left - 0.15, 9).split("\n")
        shown = name[0] + ("…" if len(name) > 1 else "")
        for said, y, size, colour in (
            (shown, i + 0.3, 9, style.INK), (told.span(e), i + 0.72, 7.5, style.GREY),
        ):  # fmt: skip
            axes.text(x, y, said, transform=place, ha="right", va="center", size=size, color=colour)
    return canvas.figure, axes


def _whisker(axes: Axes, low: float, high: float, y: float, colour: str) -> None:
    if high > low:
        axes.plot((low, high), (y, y), color=colour, lw=1.4, zorder=3)


def _tornado(told: Told, found: Sequence[Effect]) -> Figure:
    whiskers = "; thin line: 95 % interval of the change" if told.view.replicated else ""
    key = {"low end of the range": style.Look(LOW, "-"), "high end": style.Look(HIGH, "-")}
    figure, axes = _rows(told, found, whiskers, key)
    for i, effect in enumerate(found):
        for quantity, colour, y in (("at_low", LOW, i + 0.34), ("at_high", HIGH, i + 0.66)):
            at = effect.quantities[quantity]
            axes.barh(y, at.mean, 0.3, color=colour)
            _whisker(axes, at.low, at.high, y, style.INK)
    axes.axvline(0, color=style.INK, lw=1)
    base = mean_interval(told.by_kpi[told.first][0])
    axes.margins(x=0.05)
    style.units(axes.xaxis, axis_unit(told))
    level = number(base.mean, axis_unit(told)) if base.n else unknown(told.first)
    axes.set_xlabel(f"Change from {level} as written")
    return figure


def _sobol(told: Told, found: Sequence[Effect]) -> Figure:
    key = {"alone": style.Look(LOW, "-"), "with interactions": style.Look(HIGH, "-")}
    figure, axes = _rows(told, found, "", key)
    for i, effect in enumerate(found):
        for quantity, colour, y in (("first", LOW, i + 0.34), ("total", HIGH, i + 0.66)):
            at = effect.quantities[quantity]
            axes.barh(y, at.mean, 0.3, color=colour)
            _whisker(axes, at.low, at.high, y, style.INK)
    axes.axvline(0, color=style.INK, lw=1)
    style.units(axes.xaxis, "share")
    axes.set_xlabel("Share of the variance")
    return figure


def _morris(told: Told, found: Sequence[Effect]) -> Figure:
    canvas = style.canvas(told.finding, _source(told, "; horizontal: the interval"), 5.1)
    axes = canvas.axes(0.9, 0.55, style.WIDTH - 2 * style.MARGIN - 3.6, 4.4)
    named = [e for e in found[:MOST_NAMES] if e.rank > 0]
    ends = []
    for e in found:
        star, sigma = e.quantities["mu_star"], e.quantities["sigma"].mean
        colour = LOW if e in named else style.GREY
        _whisker(axes, max(star.low, 0.0), star.high, sigma, colour)
        axes.plot(star.mean, sigma, "o", color=colour, ms=6, zorder=4)
        if e in named:
            ends.append((star.mean, sigma, told.labels[e.factor.path], style.Look(LOW, "-")))
    axes.margins(0.06)
    axes.set(xlim=(min(0, axes.get_xlim()[0]), None), ylim=(min(0, axes.get_ylim()[0]), None))
    for axis in (axes.xaxis, axes.yaxis):
        style.units(axis, axis_unit(told))
    unit = axis_unit(told)
    per = "" if unit in ("share", "USD", "USD/year", "-") else f", {unit}"
    axes.set_xlabel(f"μ*, mean size of the change over the whole range{per}")
    axes.set_ylabel(f"σ, how much it depends on the rest{per}")
    if ends:
        style.name_line_ends(axes, ends, limit=44)
    return canvas.figure
