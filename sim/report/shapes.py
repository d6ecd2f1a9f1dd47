"""The shapes of charts, drawn by matplotlib: one function for each."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from sim.report import style
from sim.report.answer import BARS, BRIDGE, DOTS, HEAT, LINES, SCATTER, STACKED, Panel, Series
from sim.report.style import GREY, INK, Look
from sim.report.words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

FEW_POINTS = 12
"""Of a line: so few are marked."""
Tips = dict[str, tuple[str, str]]


@dataclass
class Pen:
    """What a picture is drawn with: the looks of scenarios, and the words behind each mark."""

    looks: Mapping[str, Look]
    tips: Tips = field(default_factory=dict)

    def look(self, series: Series, place: int = 0) -> Look:
        """Colour and line of a series."""
        first = next(iter(self.looks.values()), Look(style.PALETTE[0], "-"))
        own = self.looks.get(series.of) or Look(style.TINTS.get(series.of, first.colour), "-")
        return Look(style.tint(own.colour, series.depth), own.line)

    def tip(self, artist: Any, text: str, of: str = "") -> None:
        """Let a mark of a scenario be shown or hidden, and say something when pointed at."""
        name = f"tip{len(self.tips)}"
        artist.set_gid(name)
        place = list(self.looks).index(of) if of in self.looks and len(self.looks) > 1 else -1
        self.tips[name] = (text, f"s{place}" if place >= 0 else "")


def _bounds(series: Series, i: int) -> tuple[float, float]:
    return (series.low[i], series.high[i]) if series.low else (math.nan, math.nan)


def _said(panel: Panel, series: Series, i: int) -> str:
    """What a mark is, in words."""
    value = (
        series.texts[i]
        if series.texts
        else number(series.values[i], panel.unit, like=_largest(series))
    )
    low, high = _bounds(series, i)
    place = panel.places[i]
    words = [str(place) if isinstance(place, str) else f"{place:g}", series.name]
    where = ", ".join(dict.fromkeys(filter(None, words)))
    if low == low and high == high and low < high:
        like = max(abs(low), abs(high))
        value += (
            " (95 % interval "
            + " to ".join(number(end, panel.unit, like=like) for end in (low, high))
            + ")"
        )
    return f"{where}: {value}"


def _largest(series: Series) -> float:
    return max((abs(v) for v in series.values if math.isfinite(v)), default=0.0)


def _bar(
    axes: Axes, y: float, tall: float, start: float, wide: float, colour: str, **edge: Any
) -> Rectangle:
    """A bar on its side, as `barh` draws one, at a fifth of the cost."""
    from matplotlib.patches import Rectangle

    bar = Rectangle((start, y - tall / 2), wide, tall, fc=colour, **edge)
    bar.sticky_edges.x.append(start)
    axes.add_patch(bar)
    return bar


def _bars(axes: Axes, panel: Panel, pen: Pen, at: list[float]) -> None:
    """Bars beside each other, an interval on each, and its number behind it."""
    count, bands = len(panel.series), 0.17
    for k, series in enumerate(panel.series):
        look = pen.look(series)
        for i, y in enumerate(at):
            value = series.values[i]
            if not math.isfinite(value):
                continue
            here = y + bands * (k - (count - 1) / 2)
            bar = _bar(axes, here, bands * 0.9, 0.0, value, look.colour)
            pen.tip(bar, _said(panel, series, i), series.of)
            low, high = _bounds(series, i)
            if high > low:
                axes.plot((low, high), (here, here), color=INK, lw=1)
            if series.texts and count == 1:
                end = max(value, high if high > low else value, 0.0)
                axes.annotate(
                    series.texts[i],
                    (end, here),
                    (4, 0),
                    textcoords="offset points",
                    va="center",
                    size=8,
                    color=GREY,
                )
    _zero(axes, panel)


def _zero(axes: Axes, panel: Panel, room: float = 0.14) -> None:
    """An axis of values that holds zero, with room for numbers behind bars."""
    axes.axvline(0, color=INK, lw=0.8)
    axes.autoscale_view(scaley=False)
    low, high = axes.get_xlim()
    span = high - low
    texts = any(series.texts for series in panel.series)
    axes.set_xlim(low, high + (room * span if texts else 0.0))
    style.units(axes.xaxis, panel.unit)


def _dots(axes: Axes, panel: Panel, pen: Pen, at: list[float]) -> None:
    """A dot for each number, its interval as a thick line, where one future lies as a thin one."""
    count, bands = len(panel.series), 0.17
    for k, series in enumerate(panel.series):
        look = pen.look(series)
        for i, y in enumerate(at):
            value = series.values[i]
            if not math.isfinite(value):
                continue
            here = y + bands * (k - (count - 1) / 2)
            low, high = _bounds(series, i)
            if high > low:
                axes.plot(
                    (low, high),
                    (here, here),
                    color=look.colour,
                    lw=3,
                    alpha=0.6,
                    solid_capstyle="butt",
                )
            if series.least and series.most[i] > series.least[i]:
                axes.plot((series.least[i], series.most[i]), (here, here), color=look.colour, lw=1)
            [dot] = axes.plot(value, here, "o", ms=6, color=look.colour, mec="white", mew=0.8)
            pen.tip(dot, _said(panel, series, i), series.of)
            if series.texts and count == 1:
                ends = (value, high, series.most[i] if series.most else value)
                end = max(x for x in ends if x == x)
                axes.annotate(
                    series.texts[i],
                    (end, here),
                    (6, 0),
                    textcoords="offset points",
                    va="center",
                    size=8,
                    color=GREY,
                )
    low, high = axes.get_xlim()
    if low <= 0 <= high:
        axes.axvline(0, color=INK, lw=0.8, zorder=0)
    texts = panel.series[0].texts if count == 1 else ()
    widest = max((style.width_of(text, 8) + 0.15 for text in texts), default=0.0)
    axes.set_xlim(low, low + (high - low) / (1 - widest / style.inches_wide(axes)))
    style.units(axes.xaxis, panel.unit)


def _stacked(axes: Axes, panel: Panel, pen: Pen, at: list[float]) -> None:
    """Parts of each place one behind another; those that fall below zero to the other side."""
    up, down = [0.0] * len(at), [0.0] * len(at)
    for series in panel.series:
        look = pen.look(series)
        for i, y in enumerate(at):
            value = series.values[i]
            if not math.isfinite(value) or value == 0:
                continue
            begins = up if value > 0 else down
            bar = _bar(axes, y, 0.2, begins[i], value, look.colour, ec="white", lw=0.5)
            pen.tip(bar, _said(panel, series, i))
            begins[i] += value
    reach = max([*up, *(-x for x in down), 1e-300])
    _label_parts(axes, panel, pen, at, reach)
    axes.axvline(0, color=INK, lw=0.8)
    whole = panel.unit == "share" and abs(reach - 1) < 1e-6
    axes.set_xlim(min([*down, 0.0]) * 1.05, 1.0 if whole else 1.05 * reach)
    style.units(axes.xaxis, panel.unit)


def _label_parts(axes: Axes, panel: Panel, pen: Pen, at: list[float], reach: float) -> None:
    """Numbers upon the parts that have room for them."""
    begins = [0.0] * len(at)
    inches = style.inches_wide(axes) / (1.05 * reach)
    for series in panel.series:
        ink = style.over(pen.look(series).colour)
        for i, y in enumerate(at):
            value = series.values[i]
            if not value > 0:
                continue
            text = series.texts[i] if series.texts else ""
            if text and style.width_of(text, 8) + 0.08 < value * inches:
                axes.text(
                    begins[i] + value / 2, y, text, ha="center", va="center", size=8, color=ink
                )
            begins[i] += value


def _bridge(axes: Axes, panel: Panel, pen: Pen, at: list[float]) -> None:
    """From nothing, change by change, to their sum; each with its number."""
    [series] = panel.series
    level = 0.0
    for i, (y, value) in enumerate(zip(at, series.values, strict=True)):
        last = i == len(at) - 1
        start, end = (0.0, value) if last else (level, level + value)
        look = pen.look(series) if last else Look(style.BETTER if value > 0 else style.WORSE, "-")
        bar = _bar(axes, y, 0.2, start, end - start, look.colour)
        pen.tip(bar, _said(panel, series, i))
        if not last:
            axes.plot((end, end), (y, at[i + 1]), color=GREY, lw=0.8)
        axes.annotate(
            series.texts[i],
            (max(start, end), y),
            (4, 0),
            va="center",
            size=8,
            textcoords="offset points",
            color=INK,
        )
        level = end
    _zero(axes, panel, 0.2)


def _lines(axes: Axes, panel: Panel, pen: Pen) -> None:
    """Lines with the band of their mean, and a lighter one where a single future lies."""
    numeric = all(not isinstance(place, str) for place in panel.places)
    x = [float(p) for p in panel.places] if numeric else list(map(float, range(len(panel.places))))
    for series in panel.series:
        look = pen.look(series)
        step: Literal["post"] | None = "post" if series.step else None
        known = [i for i, value in enumerate(series.values) if math.isfinite(value)]
        if not known:
            continue
        at = [x[i] for i in known]
        drawn = [series.values[i] for i in known]
        [line] = axes.plot(at, drawn, color=look.colour, ls=look.line, lw=2, ms=3.5)
        line.set_drawstyle("steps-post" if step else "default")
        line.set_marker("o" if len(known) <= FEW_POINTS else "")
        first, last = (_said(panel, series, i) for i in (known[0], known[-1]))
        pen.tip(line, f"{first}; {last}" if first != last else first, series.of)
        for ends, alpha in (((series.least, series.most), 0.12), ((series.low, series.high), 0.3)):
            if any(math.isfinite(value) for value in ends[0]):
                low, high = ([edge[i] for i in known] for edge in ends)
                colour = look.colour
                band = axes.fill_between(at, low, high, color=colour, alpha=alpha, lw=0, step=step)
                pen.tip(band, "", series.of)
    least, most = axes.get_ylim()
    if least < 0 < most:
        axes.axhline(0, color=INK, lw=0.8)
    elif 0 <= least < 0.4 * most or panel.unit == "people":
        axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    style.units(axes.yaxis, panel.unit)
    if numeric:
        style.units(axes.xaxis, panel.place_unit)
    else:
        _dates(axes, panel)
    top = axes.get_ylim()[1]
    for place, text in panel.marks:
        axes.axvline(x[place], color=GREY, lw=1, ls=":")
        axes.annotate(
            plain(text, 36),
            (x[place], top),
            (2, -2),
            textcoords="offset points",
            size=7.5,
            color=GREY,
            va="top",
            rotation=90,
        )


def _dates(axes: Axes, panel: Panel) -> None:
    """Some of the places named below the axis."""
    room = style.inches_wide(axes)
    widest = max(style.width_of(plain(str(p), 24), 9) for p in panel.places) + 0.15
    every = max(1, -(-len(panel.places) // max(1, int(room / widest))))
    if all(re.fullmatch(r"[A-Z][a-z]{2} \d{4}", str(place)) for place in panel.places):
        every = next(step for step in (1, 3, 6, 12, 24, 48, 1000) if step >= every)
    at = range(0, len(panel.places), every)
    axes.set_xticks(list(at), [style.drawable(plain(str(panel.places[i]), 24)) for i in at])


def heat_of(panel: Panel) -> list[list[tuple[str, str]]]:
    """What each cell of a heat map says, and its colour: a row for each series.

    To either side of zero in two colours, else the darker the more; empty where there is none.
    """
    known = [v for s in panel.series for v in s.values if math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    most = max(abs(low), abs(high)) or 1.0
    signed = low < 0 or any(text[:1] == "+" for s in panel.series for text in s.texts)

    def fill(value: float) -> str:
        depth = abs(value) / most if signed else (value - low) / (high - low or 1.0)
        if not (math.isfinite(value) and depth > 0):
            return ""
        base = (style.BETTER if value > 0 else style.WORSE) if signed else style.PALETTE[0]
        return style.tint(base, math.sqrt(depth) * 0.75)

    return [
        [
            (s.texts[i] if s.texts else number(value, panel.unit, like=most), fill(value))
            for i, value in enumerate(s.values)
        ]
        for s in panel.series
    ]


def _heat(axes: Axes, panel: Panel, pen: Pen, at: list[float]) -> None:
    """A cell for each number."""
    count = len(panel.places)
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(at)), axes.get_ylim()[0]]
    tall = [2 * min(y - edges[i], edges[i + 1] - y) for i, y in enumerate(at)]
    cell = style.inches_wide(axes) / max(count, 1)
    for i, cells in enumerate(heat_of(panel)):
        for k, (text, colour) in enumerate(cells):
            fill = colour or "#FFFFFF"
            box = _bar(axes, at[i], tall[i], k, 1, fill, ec="white", lw=1)
            pen.tip(box, _said(panel, panel.series[i], k))
            axes.text(
                k + 0.5,
                at[i],
                style.wrap(text, cell - 0.05, 8),
                ha="center",
                va="center",
                size=8,
                color=style.over(fill),
            )
    axes.set_xlim(0, max(count, 1))
    axes.set_xticks([k + 0.5 for k in range(count)], heads(panel, cell), size=8)
    axes.set_xlabel(panel.across)
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)


def heads(panel: Panel, cell: float) -> list[str]:
    """What stands below the columns of a heat map, in lines that fit."""
    said = (p if isinstance(p, str) else f"{p:g}" for p in panel.places)
    return [style.wrap(plain(head, 30), cell - 0.04, 8) for head in said]


def _scatter(axes: Axes, panel: Panel, pen: Pen) -> None:
    """A point for each place, with its name, and a cross of intervals."""
    x, y = panel.series
    for i, place in enumerate(panel.places):
        look = pen.looks.get(str(place)) or pen.look(y)
        if y.low and y.high[i] > y.low[i]:
            axes.plot((x.values[i],) * 2, (y.low[i], y.high[i]), color=look.colour, lw=1.2)
        if x.low and x.high[i] > x.low[i]:
            axes.plot((x.low[i], x.high[i]), (y.values[i],) * 2, color=look.colour, lw=1.2)
        [dot] = axes.plot(x.values[i], y.values[i], "o", ms=7, color=look.colour, mec="white")
        pen.tip(dot, f"{_said(panel, x, i)}; {_said(panel, y, i)}")
        name = y.texts[i] if y.texts else plain(str(place), 24)
        axes.annotate(
            name, (x.values[i], y.values[i]), (5, 5), textcoords="offset points", size=8, color=INK
        )
    axes.margins(x=0.2, y=0.15)
    style.units(axes.yaxis, panel.unit)
    style.units(axes.xaxis, panel.place_unit)


Sideways = Callable[["Axes", Panel, Pen, list[float]], None]
SIDEWAYS: dict[str, Sideways] = {
    BARS: _bars,
    STACKED: _stacked,
    BRIDGE: _bridge,
    DOTS: _dots,
    HEAT: _heat,
}
UPRIGHT: dict[str, Callable[[Axes, Panel, Pen], None]] = {LINES: _lines, SCATTER: _scatter}
