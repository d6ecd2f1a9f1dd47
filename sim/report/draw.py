"""Charts drawn by matplotlib from their descriptions: pictures in a frame, as SVG and PNG."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sim.report import style
from sim.report.answer import BARS, BRIDGE, DOTS, HEAT, SCATTER, STACKED, Chart, Panel
from sim.report.shapes import SIDEWAYS, UPRIGHT, Pen, Tips, heads
from sim.report.style import GREY, INK, Look
from sim.report.words import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN, GAP = 0.3, 0.35  # inches: around everything, and between pictures
COLUMN = 0.85  # inches that a column of a heat map has at least
WIDE, NARROW = 10.0, 4.3  # inches: of a picture for slides and print, and for a telephone
QUICK = {"compress_level": 3}  # half the time for nearly the same size


def figure(
    chart: Chart,
    looks: Mapping[str, Look],
    source: str = "",
    width: float = WIDE,
    *,
    framed: bool = True,
) -> tuple[Figure, Tips]:
    """A chart as a new figure, and by their ids what its marks say when pointed at, and class.

    A framed one has its title, key and the `source` line in it, as a file needs; the page has
    them outside. Call it where `style.applied`.
    """
    from matplotlib.figure import Figure

    pen = Pen(looks)
    room = width - 2 * MARGIN
    if chart.shape == HEAT:
        chart = replace(chart, panels=tuple(p for each in chart.panels for p in _split(each, room)))
    # A figure of its own height: first what stands above and below is measured, then drawn between.
    title = style.wrap(chart.title, room, 14, "bold") if framed else ""
    foot = style.wrap(". ".join(filter(None, (chart.note, source))), room, 8) if framed else ""
    key = _placed(key_of(chart, looks), room) if framed else []
    columns = _columns(chart, width)
    sizes = [_height(chart, panel, (room + GAP) / columns - GAP) for panel in chart.panels]
    rows = [max(sizes[i : i + columns]) for i in range(0, len(sizes), columns)]
    above = 0.12 + (0.27 * (title.count("\n") + 1) + 0.15 if title else 0.0)
    above += 0.22 * (key[-1][0] + 1) + 0.1 if key else 0.0
    below = 0.15 * (foot.count("\n") + 1) + 0.3 if foot else 0.05
    total = above + sum(rows) + below
    made = Figure(figsize=(width, total))
    if title:
        made.text(
            MARGIN / width,
            1 - 0.2 / total,
            title,
            size=14,
            weight="bold",
            va="top",
            linespacing=1.25,
        )
        made.text(MARGIN / width, 0.15 / total, foot, size=8, color=GREY, va="bottom")
    _draw_key(made, key, above, total, width)
    top = total - above
    for row, tall in enumerate(rows):
        for column, panel in enumerate(chart.panels[row * columns : (row + 1) * columns]):
            wide = (room + GAP) / columns - GAP
            left = MARGIN + column * (wide + GAP)
            _picture(made, chart, panel, pen, (left, top - tall, wide, tall))
        top -= tall
    style.spell(made)
    return made, pen.tips


def _split(panel: Panel, room: float) -> Iterator[Panel]:
    """A heat map in parts that have room for their columns."""
    most = max(int((room - min(2.1, 0.36 * room)) / COLUMN), 1)
    for i in range(0, len(panel.places), most):
        part = slice(i, i + most)
        series = tuple(
            replace(s, values=s.values[part], texts=s.texts[part] if s.texts else ())
            for s in panel.series
        )
        yield replace(panel, places=panel.places[part], series=series)


def _columns(chart: Chart, width: float) -> int:
    """How many pictures stand abreast."""
    most = 1 if chart.shape == HEAT or width < 6 else 2 if width < 9 else 3
    if chart.shape in (STACKED, BRIDGE, SCATTER):
        most = min(most, 2)
    return max(1, min(most, len(chart.panels)))


def _sideways(chart: Chart) -> bool:
    return chart.shape in (BARS, STACKED, BRIDGE, DOTS, HEAT)


def _names(chart: Chart, panel: Panel, wide: float) -> tuple[list[str], float]:
    """Names beside the rows of a picture, in lines, and the room that they take."""
    if not _sideways(chart):
        return [], 0.72
    rows = [s.name for s in panel.series] if chart.shape == HEAT else list(panel.places)
    room = min(2.1, 0.36 * wide)
    texts = [style.wrap(plain(str(text), 60), room, 9) for text in rows]
    widest = max(
        (style.width_of(line, 9) for text in texts for line in text.split("\n")), default=0
    )
    return texts, min(widest, room) + 0.15


def _height(chart: Chart, panel: Panel, wide: float) -> float:
    """Inches that a picture takes, with its head and the words below it."""
    head = 0.3 + 0.18 * style.wrap(plain(panel.title, 90), wide, 10, "bold").count("\n")
    head = head if panel.title else 0.08
    foot = _foot(chart, panel, wide)
    if not _sideways(chart):
        return head + min(2.3, 0.62 * wide) + foot
    texts, _ = _names(chart, panel, wide)
    return head + sum(_rows(chart, panel, texts)) + foot


def _foot(chart: Chart, panel: Panel, wide: float) -> float:
    """Inches below a picture: its ticks, and what they are."""
    if chart.shape != HEAT:
        return 0.52 if panel.across or panel.axis else 0.34
    cell = (wide - _names(chart, panel, wide)[1]) / max(len(panel.places), 1)
    lines = max(text.count("\n") for text in heads(panel, cell)) if panel.places else 0
    return 0.34 + 0.14 * lines + (0.2 if panel.across else 0.0)


def _rows(chart: Chart, panel: Panel, texts: list[str]) -> list[float]:
    """Inches of each row of a picture."""
    inside = len(panel.series) if chart.shape in (BARS, DOTS) else 1
    least = max(0.17 * inside + 0.12, 0.27)
    if chart.shape == HEAT:
        least = 0.42
    return [max(least, 0.155 * (text.count("\n") + 1) + 0.08) for text in texts]


def key_of(chart: Chart, looks: Mapping[str, Look]) -> dict[str, Look]:
    """Name and look of each entry of a chart's key; empty where nothing has to be told apart."""
    alone = len(chart.panels) > 1 and all(len(panel.series) == 1 for panel in chart.panels)
    named = len({series.name for panel in chart.panels for series in panel.series})
    if chart.shape in (HEAT, BRIDGE, SCATTER) or (alone and named == len(chart.panels)):
        return {}  # each panel's title says what its one line is
    found: dict[str, Look] = {}
    for panel in chart.panels:
        for series in panel.series:
            found.setdefault(plain(series.name, 40), Pen(looks).look(series))
    return found if len(found) > 1 else {}


Entry = tuple[int, float, str, Look]


def _placed(key: Mapping[str, Look], room: float) -> list[Entry]:
    """Row, inches from the left, name and look of each entry of a key."""
    entries, row, left = [], 0, 0.0
    for name, look in key.items():
        shown = style.drawable(name)
        wide = style.width_of(shown, 9) + 0.65
        if left + wide > room and left > 0:
            row, left = row + 1, 0.0
        entries.append((row, left, shown, look))
        left += wide
    return entries


def _draw_key(made: Figure, key: list[Entry], above: float, total: float, width: float) -> None:
    from matplotlib.lines import Line2D

    high = 0.22 * (key[-1][0] + 1) if key else 0.0
    for row, left, name, look in key:
        y = 1 - (above - high + 0.22 * row + 0.02) / total
        x = (MARGIN + left) / width
        ends = [x, x + 0.3 / width]
        made.add_artist(Line2D(ends, [y, y], color=look.colour, lw=3, ls=look.line))
        made.text(x + 0.37 / width, y, name, size=9, va="center")


def _picture(
    made: Figure, chart: Chart, panel: Panel, pen: Pen, box: tuple[float, float, float, float]
) -> None:
    """One picture in its box: inches from the lower left corner."""
    left, bottom, wide, tall = box
    width, total = made.get_size_inches()
    texts, beside = _names(chart, panel, wide)
    title = style.wrap(plain(panel.title, 90), wide, 10, "bold") if panel.title else ""
    head = 0.3 + 0.18 * title.count("\n") if title else 0.08
    foot = _foot(chart, panel, wide)
    high = sum(_rows(chart, panel, texts)) if _sideways(chart) else tall - head - foot
    low = bottom + tall - head - high
    if title:
        made.text(
            left / width,
            (bottom + tall - 0.02) / total,
            title,
            size=10,
            weight="bold",
            va="top",
            linespacing=1.15,
        )
    axes = made.add_axes(
        ((left + beside) / width, low / total, (wide - beside) / width, high / total)
    )
    if _sideways(chart):
        sizes = _rows(chart, panel, texts)
        at = [sum(sizes[:i]) + size / 2 for i, size in enumerate(sizes)]
        axes.set_ylim(sum(sizes), 0)
        axes.set_yticks(at, texts)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.grid(visible=False, axis="y")
        SIDEWAYS[chart.shape](axes, panel, pen, at)
        if chart.shape != HEAT and panel.axis:
            axes.set_xlabel(style.wrap(panel.axis, wide - beside + 0.6, 9), color=GREY)
        return
    UPRIGHT[chart.shape](axes, panel, pen)
    axes.set_xlabel(panel.across)
    if chart.shape == SCATTER:
        axes.set_ylabel(panel.axis)


def files(chart: Chart, looks: Mapping[str, Look], source: str) -> tuple[bytes, bytes]:
    """A chart, drawn once, as SVG and PNG; the same chart gives the same bytes."""
    with style.applied():
        made, tips = figure(chart, looks, source)
        return _svg(made, chart.title, tips).encode(), _png(made)


def inline(chart: Chart, looks: Mapping[str, Look], width: float) -> str:
    """A chart as SVG for the inside of a page that has its title, key and source itself.

    Call it where `style.applied`.
    """
    made, tips = figure(chart, looks, width=width, framed=False)
    return _svg(made, chart.title, tips)


def _svg(made: Figure, title: str, tips: Tips) -> str:
    from markupsafe import escape

    def told(found: re.Match[str]) -> str:
        said, of = tips[found[1]]
        shown = f"<title>{escape(said)}</title>" if said else ""
        return f'<g class="{of}">{shown}' if of else f"<g>{shown}"

    buffer = BytesIO()
    # Neither the date nor the library's version: the same study gives the same bytes.
    made.savefig(buffer, format="svg", metadata={"Date": None, "Title": title}, transparent=True)
    return re.sub(r'<g id="(tip\d+)">', told, buffer.getvalue().decode())


def _png(made: Figure) -> bytes:
    buffer = BytesIO()
    how: dict[str, Any] = {"metadata": {"Software": None}, "pil_kwargs": QUICK}
    made.savefig(buffer, format="png", facecolor="white", **how)
    return buffer.getvalue()
