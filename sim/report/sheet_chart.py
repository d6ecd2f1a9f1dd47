"""Charts that a spreadsheet draws itself, beside their numbers."""

from __future__ import annotations

import math
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from sim.report.answer import (
    BARS,
    BRIDGE,
    DOTS,
    HEAT,
    LINES,
    SCATTER,
    STACKED,
    Chart,
    Panel,
    Series,
)
from sim.report.native import HIDDEN, colour_of, floating, limits
from sim.report.sheets import NUMBER, Book
from sim.report.words import label, plain

KINDS = {BARS: "bar", DOTS: "bar", STACKED: "bar", BRIDGE: "bar", LINES: "line", SCATTER: "scatter"}


def write_chart(book: Book, chart: Chart) -> None:
    """A sheet with the numbers of a chart, and native charts beside them."""
    sheet = book.file.add_worksheet(book.free(f"{label(chart.name)} chart"))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 12, NUMBER)
    sheet.write_string(0, 0, chart.title, book.file.add_format({"bold": True}))
    sheet.write_string(1, 0, chart.note, book.top)
    row = 3
    for panel in chart.panels:
        last = _panel(book, sheet, row, chart, panel)
        row = max(last + 3, row + 24 if chart.shape != HEAT else 0)
    book.print(sheet)


def _panel(book: Book, sheet: Worksheet, row: int, chart: Chart, panel: Panel) -> int:
    """The numbers of one picture and its chart; gives its last row."""
    sheet.write_string(row, 0, panel.title or panel.axis, book.head)
    if chart.shape == HEAT:
        return _heat(book, sheet, row, panel)
    made = floating(panel) if chart.shape == BRIDGE else panel
    columns: list[tuple[str, tuple[float, ...]]] = []
    for series in made.series:
        columns.append((series.name, series.values))
        if series.low and chart.shape in (BARS, DOTS):
            half = tuple((h - lo) / 2 for lo, h in zip(series.low, series.high, strict=True))
            columns.append((f"± {series.name}", half))
    for column, (name, values) in enumerate(columns, 1):
        sheet.write_string(row, column, plain(name, 80), book.head)
        for i, value in enumerate(values, row + 1):
            book.value(sheet, i, column, value, made.unit)
    for i, place in enumerate(made.places, row + 1):
        if isinstance(place, str):
            sheet.write_string(i, 0, plain(place, 80), book.top)
        else:
            sheet.write_number(i, 0, round(place, 9), book.top)
    last = row + len(made.places)
    _draw(book, sheet, row, last, chart, made, [name for name, _ in columns])
    return last


def _heat(book: Book, sheet: Worksheet, row: int, panel: Panel) -> int:
    for column, place in enumerate(panel.places, 1):
        sheet.write_string(row, column, plain(str(place), 60), book.head)
    for i, series in enumerate(panel.series, row + 1):
        sheet.write_string(i, 0, plain(series.name, 80), book.top)
        for column, value in enumerate(series.values, 1):
            book.value(sheet, i, column, value, panel.unit)
    last = row + len(panel.series)
    known = [v for s in panel.series for v in s.values if math.isfinite(v)]
    scale: dict[str, Any] = {
        "type": "2_color_scale",
        "min_color": "#FFFFFF",
        "max_color": "#7FB2D9",
    }
    if any(v < 0 for v in known):
        scale = {
            "type": "3_color_scale",
            "min_color": "#B39BC0",
            "mid_color": "#FFFFFF",
            "max_color": "#8CC09A",
            "mid_type": "num",
            "mid_value": 0,
        }
    sheet.conditional_format(row + 1, 1, last, len(panel.places), scale)
    return last


def _draw(
    book: Book, sheet: Worksheet, row: int, last: int, chart: Chart, panel: Panel, heads: list[str]
) -> None:
    name = sheet.get_name()
    kind = {"type": KINDS[chart.shape]}
    if chart.shape in (STACKED, BRIDGE):
        kind["subtype"] = "stacked"
    made = book.file.add_chart(kind)
    places = [name, row + 1, 0, last, 0]
    if chart.shape == SCATTER:
        made.add_series(
            {
                "name": panel.series[1].name,
                "categories": [name, row + 1, 1, last, 1],
                "values": [
                    name,
                    row + 1,
                    heads.index(panel.series[1].name) + 1,
                    last,
                    heads.index(panel.series[1].name) + 1,
                ],
            }
        )
    else:
        for series in panel.series:
            made.add_series(_series(book, name, row, last, chart, series, heads, places))
    _dress(book, made, chart, panel)
    sheet.insert_chart(row, len(heads) + 2, made, {"description": f"{chart.title}."})


def _series(
    book: Book,
    name: str,
    row: int,
    last: int,
    chart: Chart,
    series: Series,
    heads: list[str],
    places: list[Any],
) -> dict[str, Any]:
    column = heads.index(series.name) + 1
    colour = colour_of(book.kept.looks, series)
    look: dict[str, Any] = {
        "name": [name, row, column],
        "categories": places,
        "values": [name, row + 1, column, last, column],
        "gap": 60,
    }
    if chart.shape == LINES:
        look["line"] = {"color": colour, "width": 2.25}
    else:
        look["fill"] = {"none": True} if colour == HIDDEN else {"color": colour}
    if f"± {series.name}" in heads:
        letter = xl_col_to_name(heads.index(f"± {series.name}") + 1)
        cells = f"='{name}'!${letter}${row + 2}:${letter}${last + 1}"
        look["y_error_bars"] = {"type": "custom", "plus_values": cells, "minus_values": cells}
    return look


def _dress(book: Book, made: Any, chart: Chart, panel: Panel) -> None:
    """Title, axes, legend and size of a native chart."""
    title = panel.title or chart.title
    made.set_title({"name": plain(title, 200), "name_font": {"size": 12}, "overlay": False})
    low, high, code = limits(panel, chart.shape)
    small = {"bold": False, "size": 9}
    values: dict[str, Any] = (
        {
            "name": panel.axis,
            "name_font": small,
            "num_format": code,
            "major_gridlines": {"visible": True, "line": {"color": "#E6E6E6"}},
        }
        | ({"min": low} if low is not None else {})
        | ({"max": high} if high is not None else {})
    )
    across = {"label_position": "low", "name": panel.across, "name_font": small}
    if KINDS[chart.shape] == "bar":  # the first category on top, the values below
        made.set_y_axis({**across, "reverse": True})
        made.set_x_axis({**values, "label_position": "high"})
    else:
        made.set_y_axis(values)
        made.set_x_axis(across)
    hidden = [i for i, s in enumerate(panel.series) if colour_of(book.kept.looks, s) == HIDDEN]
    if len(panel.series) - len(hidden) <= 1 or hidden or chart.shape == SCATTER:
        made.set_legend({"none": True})
    else:
        made.set_legend({"position": "bottom"})
    made.set_size({"width": 760, "height": 420})
