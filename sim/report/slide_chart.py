"""Charts that PowerPoint draws itself, and that stay editable there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from sim.report.answer import BARS, BRIDGE, DOTS, LINES, SCATTER, STACKED, Chart, Panel, Series
from sim.report.native import HIDDEN, colour_of, floating, limits, numbered
from sim.report.style import Look, over
from sim.report.words import plain

KINDS = {
    BARS: XL_CHART_TYPE.BAR_CLUSTERED,
    DOTS: XL_CHART_TYPE.BAR_CLUSTERED,
    STACKED: XL_CHART_TYPE.BAR_STACKED,
    BRIDGE: XL_CHART_TYPE.BAR_STACKED,
    LINES: XL_CHART_TYPE.LINE,
    SCATTER: XL_CHART_TYPE.XY_SCATTER,
}
MOST_TICKS = 8  # of dates below a line
BAR, AROUND = Inches(0.42), Inches(1.3)
"""Thickness of a bar at most, and the room of title, axis and key beside them."""
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def draw(
    slide: Any,
    chart: Chart,
    panel: Panel,
    looks: Mapping[str, Look],
    box: tuple[int, int, int, int],
    *,
    keyed: bool,
) -> None:
    """A native chart of one picture in a box of EMU; `keyed` where its key stands elsewhere."""
    left, top, width, height = box
    made = floating(panel) if chart.shape == BRIDGE else panel
    bars = len(panel.series) if chart.shape in (BARS, DOTS) else 1
    if chart.shape not in (LINES, SCATTER):  # a few bars are no walls
        height = min(height, AROUND + len(panel.places) * int((bars + 1) * BAR))
    names = numbered(panel, chart.shape)
    data = _points(made) if chart.shape == SCATTER else _categories(made, names)
    frame = slide.shapes.add_chart(KINDS[chart.shape], left, top, width, height, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{chart.alt} {panel.title}".strip())
    native = frame.chart
    native.font.size = Pt(11)
    native.has_title = bool(panel.title)
    if panel.title:
        _write(native.chart_title.text_frame.paragraphs[0], panel.title, 12, bold=True)
    shown = [s for s in made.series if colour_of(looks, s) != HIDDEN]
    native.has_legend = not keyed and len(shown) > 1 and chart.shape not in (BRIDGE, SCATTER)
    if native.has_legend:
        native.legend.position = XL_LEGEND_POSITION.BOTTOM
        native.legend.include_in_layout = False
    if chart.shape == SCATTER:
        _name_points(native, made)
    else:
        for series, own in zip(native.plots[0].series, made.series, strict=True):
            _look(series, colour_of(looks, own), chart.shape)
            if own.low and chart.shape in (BARS, DOTS):
                _whiskers(series, own)
    if chart.shape == STACKED:
        _labels(native, made, looks)
    if chart.shape not in (LINES, SCATTER):
        row = (height - AROUND) / max(len(panel.places), 1)
        native.plots[0].gap_width = max(45, min(int(100 * (row / BAR - bars)), 500))
        native.plots[0].overlap = 100 if chart.shape in (STACKED, BRIDGE) else 0
    _axes(native, chart, made)


def _categories(panel: Panel, names: Sequence[str]) -> Any:
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = names
    for series in panel.series:
        data.add_series(
            plain(series.name, 60) if series.name.strip() else " ",
            [v if math.isfinite(v) else None for v in series.values],
        )
    return data


def _points(panel: Panel) -> Any:
    data: Any = XyChartData()  # type: ignore[no-untyped-call]
    x, y = panel.series
    points = data.add_series(plain(y.name, 60))
    for across, up in zip(x.values, y.values, strict=True):
        if math.isfinite(across) and math.isfinite(up):
            points.add_data_point(across, up)
    return data


def _name_points(native: Any, panel: Panel) -> None:
    x, y = panel.series
    known = [
        i
        for i, (a, b) in enumerate(zip(x.values, y.values, strict=True))
        if math.isfinite(a) and math.isfinite(b)
    ]
    names = [y.texts[i] if y.texts else plain(str(panel.places[i]), 30) for i in known]
    [points] = native.plots[0].series
    points.marker.style = XL_MARKER_STYLE.CIRCLE
    points.marker.size = 9
    points.format.line.fill.background()
    for i, name in enumerate(names):
        _write(points.points[i].data_label.text_frame.paragraphs[0], name, 10)


def _labels(native: Any, panel: Panel, looks: Mapping[str, Look]) -> None:
    """Numbers upon the parts that have room for them, as they are printed everywhere."""
    columns = zip(*(s.values for s in panel.series), strict=True)
    reach = max((math.fsum(v for v in column if v > 0) for column in columns), default=0.0)
    for drawn, series in zip(native.plots[0].series, panel.series, strict=True):
        ink = rgb(over(colour_of(looks, series)))
        for i, (value, text) in enumerate(zip(series.values, series.texts, strict=False)):
            if value > 0.06 * reach:
                paragraph = drawn.points[i].data_label.text_frame.paragraphs[0]
                _write(paragraph, text, 10)
                paragraph.runs[0].font.color.rgb = ink


def _axes(native: Any, chart: Chart, panel: Panel) -> None:
    values, across = native.value_axis, native.category_axis
    low, high, code = limits(panel, chart.shape)
    if low is not None:
        values.minimum_scale = low
    if high is not None:
        values.maximum_scale = high
    values.major_gridlines.format.line.color.rgb = rgb("E6E6E6")
    values.format.line.fill.background()
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = code, False
    across.has_major_gridlines = False
    if chart.shape not in (LINES, SCATTER):  # the first category on top, the values below
        across.reverse_order = True
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    if chart.shape != SCATTER:
        across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if chart.shape == LINES and len(panel.places) > MOST_TICKS:
        every = -(-len(panel.places) // MOST_TICKS)
        for tag in ("tickLblSkip", "tickMarkSkip"):
            element = parse_xml(f'<c:{tag} xmlns:c="{C}" val="{every}"/>')
            across._element.find(f"{{{C}}}noMultiLvlLbl").addprevious(element)
    for axis, text in ((values, panel.axis), (across, panel.across)):
        axis.tick_labels.font.size = Pt(10)
        axis.has_title = bool(text)
        if text:
            _write(axis.axis_title.text_frame.paragraphs[0], text, 10)


def _look(series: Any, colour: str, shape: str) -> None:
    if shape == LINES:
        series.smooth = False
        series.format.line.width = Pt(2.25)
        series.format.line.color.rgb = rgb(colour)
        series.marker.style = XL_MARKER_STYLE.NONE
    elif colour == HIDDEN:
        series.format.fill.background()
    else:
        series.invert_if_negative = False
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(colour)


def _whiskers(series: Any, own: Series) -> None:
    """Error bars, which the library has no call for; they must stand before the categories."""
    half: Sequence[float] = [(h - lo) / 2 for lo, h in zip(own.low, own.high, strict=True)]
    points = "".join(
        f'<c:pt idx="{i}"><c:v>{x!r}</c:v></c:pt>' for i, x in enumerate(half) if math.isfinite(x)
    )
    ends = "".join(
        f"<c:{end}><c:numLit><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(half)}"/>{points}</c:numLit></c:{end}>'
        for end in ("plus", "minus")
    )
    bars = parse_xml(
        f'<c:errBars xmlns:c="{C}"><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{ends}</c:errBars>'
    )
    series._element.find(f"{{{C}}}cat").addprevious(bars)


def _write(paragraph: Any, text: str, size: float, *, bold: bool = False) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), bold


def rgb(colour: str) -> RGBColor:
    """A colour as the library wants it."""
    return RGBColor(*bytes.fromhex(colour.lstrip("#")))  # type: ignore[no-untyped-call]
