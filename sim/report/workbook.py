"""The report as a workbook: a sheet per table, native charts that stay editable, no formulas."""

import json
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sim.report.facts import Facts
from sim.report.plots import HIDDEN, Plot
from sim.report.published import PUBLISHED
from sim.report.words import heading, label, plain
from sim.study.compare import summarise

SMALL_USD = 1000  # below it, cents are shown
MOST_ROWS = 200_000  # of a sheet: more take too long to write; they are in the CSV files
WIDEST, NUMBER, LINE = 48, 12, 15  # characters of a column, of one of numbers; points of a line
FORMATS = {
    "share": "0.0 %", "1/year": "0.0 %", "days": "#,##0.0", "p": "0.0000",
    "USD": "#,##0", "small": "#,##0.00", "USD/year": "#,##0",
}  # fmt: skip
CHARTS = {
    "bar": {"type": "bar"},
    "stacked": {"type": "bar", "subtype": "stacked"},
    "columns": {"type": "column", "subtype": "stacked"},
    "line": {"type": "line"},
}
HEAD = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}
# Text stays text: no name of a user becomes a formula or a link.
OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip


def workbook(facts: Facts) -> bytes:
    """The whole workbook."""
    buffer = BytesIO()
    book = _Book(xlsxwriter.Workbook(buffer, OPTIONS), facts)
    book.front()
    book.numbers()
    for plot in facts.plots.values():
        book.plot(plot)
    book.texts()
    book.file.close()
    return buffer.getvalue()


class _Book:
    """A workbook that is being written."""

    def __init__(self, file: Workbook, facts: Facts) -> None:
        self.file, self.facts = file, facts
        self.formats: dict[str, Format] = {}
        self.head = file.add_format(HEAD)
        self.head.set_bottom_color(facts.brand.accent)
        self.top = file.add_format({"valign": "top"})
        self.wrapped = file.add_format({"text_wrap": True, "valign": "top"})
        title = plain(facts.title, 200)
        # A fixed date: the same study gives the same file.
        file.set_properties({
            "title": title, "company": facts.brand.name, "comments": facts.answer,
            "created": datetime(2026, 1, 1),
        })  # fmt: skip

    def front(self) -> None:
        """The answer, and the headline table as it is printed everywhere."""
        sheet = self.file.add_worksheet("Answer")
        sheet.hide_gridlines(2)
        big = self.file.add_format({
            "bold": True, "font_size": 18, "font_color": self.facts.brand.accent,
        })  # fmt: skip
        answer = self.file.add_format({"font_size": 13, "text_wrap": True, "valign": "top"})
        right = self.file.add_format({"align": "right"})
        right_head = self.file.add_format({**HEAD, "align": "right"})
        right_head.set_bottom_color(self.facts.brand.accent)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 5, 22)
        logo = self.facts.brand.image
        if logo:
            sheet.set_row(0, 40)
            sheet.insert_image(0, 4, "logo", {"image_data": BytesIO(logo[0]), **_fit(logo[0])})
        sheet.write_string(0, 0, self.facts.brand.name)
        sheet.write_string(1, 0, plain(self.facts.title, 200), big)
        sheet.merge_range(2, 0, 2, 5, self.facts.answer, answer)
        sheet.set_row(2, 58)
        sheet.merge_range(3, 0, 3, 5, self.facts.basis, self.wrapped)
        sheet.set_row(3, 46)
        row = 5
        overview = [self.facts.overview] if self.facts.overview else []
        bands = [self.facts.published] if self.facts.published else []
        for heads, rows in [*overview, *self.facts.blocks.values(), *bands]:
            of = "Measures beside published ones" if "source" in heads else "Headline measures"
            for column, text in enumerate((of, *heads)):
                sheet.write_string(row, column, text, right_head if column else self.head)
            for texts in rows:
                row += 1
                for column, text in enumerate(texts):
                    sheet.write_string(row, column, text, right if column else None)
            row += 2
        sheet.freeze_panes(2, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def numbers(self) -> None:
        """The tables of the study with all their digits."""
        facts, result = self.facts, self.facts.view.result
        names = facts.names
        comparison = [
            (label(c.kpi.name), c.kpi.name, c.kpi.unit, names[c.scenario], c.difference.mean,
             c.difference.low, c.difference.high, c.relative, c.p_adjusted, c.verdict)
            for c in facts.view.comparison
        ]  # fmt: skip
        if comparison:
            self.table("Comparison", ("Measure", "KPI", "Unit", "Scenario", "Difference", "CI low",
                       "CI high", "Relative", "p adjusted", "Verdict"), comparison,
                       units={4: 2, 5: 2, 6: 2, 7: "share", 8: "p"})  # fmt: skip
        summary = (
            (names[s.scenario], label(s.kpi.name), s.kpi.name, s.kpi.unit, i.n, i.mean, i.sd, i.low,
             i.high, *((p.low, p.high, p.source) if p else ("", "", "")))
            for s in summarise(result)
            for i, p in ((s.interval, PUBLISHED.get(s.kpi.name)),)
        )  # fmt: skip
        self.table("Summary", ("Scenario", "Measure", "KPI", "Unit", "n", "Mean", "SD", "CI low",
                   "CI high", "Published from", "Published to", "Source"), summary,
                   units=dict.fromkeys(range(5, 11), 3))  # fmt: skip
        count = sum(len(o.kpis) for by in result.outcomes.values() for o in by.values())
        if count <= MOST_ROWS:
            rows = (
                (names[scenario], r, kpi, value)
                for scenario, by in result.outcomes.items()
                for r, outcome in by.items()
                for kpi, value in outcome.kpis.items()
            )
            self.table("Replications", ("Scenario", "Replication", "KPI", "Value"), rows)

    def texts(self) -> None:
        """Assumptions, checks, definitions, tables of other commands and the manifest."""
        facts = self.facts
        values = [
            (a.path, a.meaning, *a.values, a.unit, a.kind, a.confidence, a.source, a.reasoning,
             "yes" if a.differs else "")
            for a in facts.assumptions
        ]  # fmt: skip
        if values:
            heads = ("Value", "Meaning", *facts.names.values(), "Unit", "Kind", "Confidence",
                     "Source", "Reasoning", "Differs")  # fmt: skip
            self.table("Assumptions", heads, values)
        for title, rows in facts.others.items():
            self.table(title.partition(":")[0], list(map(heading, rows[0])), rows[1:])
        self.table("Checks", ("What must be true", "Found", "Verdict"),
                   [(c.what, c.found, c.verdict) for c in facts.checks])  # fmt: skip
        self.table(
            "Definitions",
            ("Measure", "KPI", "Unit", "Better", "Form", "Definition"),
            [(label(k.name), k.name, k.unit, k.better, k.form, k.definition) for k in facts.kpis],
        )
        said = [(key, json.dumps(value, ensure_ascii=False)) for key, value in
                facts.manifest.items()]  # fmt: skip
        self.table("Manifest", ("Manifest", ""), said)

    def table(
        self,
        name: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[Any]],
        units: dict[int, int | str] | None = None,
    ) -> Worksheet:
        """A sheet with a table; ``units`` gives a column's unit, or the column that holds it."""
        sheet = self.file.add_worksheet(self.free(name))
        widths = [len(head) for head in heads]
        for column, head in enumerate(heads):
            sheet.write_string(0, column, plain(head, 200) if head else "", self.head)
        sheet.set_row(0, LINE * (1 + max(len(head) for head in heads) // NUMBER))
        last = 0
        for last, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                unit = (units or {}).get(column, "")
                shown = str(row[unit]) if isinstance(unit, int) else unit
                self.cell(sheet, last, column, value, shown)
                if not isinstance(value, float):
                    widths[column] = max(widths[column], len(str(value)))
            lines = -(-max(len(str(value)) for value in row) // (WIDEST - 6))
            if lines > 1:  # not every program fits a row to its text
                sheet.set_row(last, LINE * lines)
        for column, width in enumerate(widths):
            number = (units or {}).get(column) is not None
            wide = NUMBER + 1 if number else min(max(width + 2, 9), WIDEST)
            sheet.set_column(column, column, wide)
        sheet.freeze_panes(1, 1)
        if last:
            sheet.autofilter(0, 0, last, len(heads) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def cell(self, sheet: Worksheet, row: int, column: int, value: Any, unit: str) -> None:
        """A number in the format of its unit, or text; nothing where a number is not defined."""
        if isinstance(value, float | int):
            unit = "small" if unit == "USD" and abs(value) < SMALL_USD else unit
            if math.isfinite(value):
                sheet.write_number(row, column, value + 0.0, self.number(unit))
        else:
            text = plain(str(value), 30_000) if value else ""
            sheet.write_string(
                row, column, text, self.wrapped if len(text) > WIDEST - 6 else self.top
            )

    def number(self, unit: str) -> Format:
        """The format of numbers of a unit."""
        if unit not in self.formats:
            shown = FORMATS.get(unit, "General" if unit in ("", "-") else "#,##0.00")
            self.formats[unit] = self.file.add_format({"num_format": shown, "valign": "top"})
        return self.formats[unit]

    def free(self, name: str) -> str:
        """A name for a sheet that is allowed and not taken yet."""
        base = "".join(" " if c in "[]:*?/\\'" else c for c in name)[:28].strip() or "Sheet"
        taken = {sheet.get_name().lower() for sheet in self.file.worksheets()}
        names = [base, *(f"{base} {i}" for i in range(2, 100))]
        return next(name for name in names if name.lower() not in taken)

    def plot(self, plot: Plot) -> None:
        """A sheet with the numbers of a plot and the chart that shows them."""
        heads = ["", *plot.series]
        columns: list[Sequence[Any]] = [plot.categories, *plot.series.values()]
        for name, half in plot.errors.items():
            heads.append(f"± {name}")
            columns.append(half)
        rows = list(zip(*columns, strict=True))
        units: dict[int, int | str] = dict.fromkeys(range(1, len(heads)), plot.unit)
        sheet = self.table(label(plot.name), heads, rows, units)
        name, last = sheet.get_name(), len(rows)
        chart = self.file.add_chart(dict(CHARTS[plot.kind]))
        for column, series in enumerate(plot.series, 1):
            colour = plot.colours[series]
            look: dict[str, Any] = {
                "name": [name, 0, column],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, column, last, column],
                "gap": 60,
                "points": [{"fill": {"color": point}} for point in plot.points] or None,
            }
            if plot.kind == "line":
                look["line"] = {"color": colour, "width": 2.25}
            else:
                look["fill"] = {"none": True} if colour == HIDDEN else {"color": colour}
            if labels := plot.labels(series):
                custom = [{"value": labels[i]} if i in labels else {"delete": True}
                          for i in range(last)]  # fmt: skip
                look["data_labels"] = {"value": True, "custom": custom}
            if series in plot.errors:
                letter = xl_col_to_name(heads.index(f"± {series}"))
                cells = f"='{name}'!${letter}$2:${letter}${last + 1}"
                look["y_error_bars"] = {
                    "type": "custom",
                    "plus_values": cells,
                    "minus_values": cells,
                }
            chart.add_series(look)
        self.dress(chart, plot)
        sheet.insert_chart(1, len(heads) + 1, chart, {"description": f"{plot.title}."})

    def dress(self, chart: Any, plot: Plot) -> None:
        """Title, axes, legend and size of a chart."""
        chart.set_title({"name": plot.title, "name_font": {"size": 13}, "overlay": False})
        values: dict[str, Any] = {
            "name": plot.axis,
            "name_font": {"bold": False, "size": 9},
            "num_format": plot.axis_format,
            "major_gridlines": {"visible": True, "line": {"color": "#E6E6E6"}},
        }
        across = {"label_position": "low", "name": plot.across, "name_font": values["name_font"]}
        low, high = plot.limits
        values |= {"min": low} if low is not None else {}
        values |= {"max": high} if high is not None else {}
        if plot.kind in ("bar", "stacked"):  # the first category on top, the values below
            chart.set_y_axis({**across, "reverse": True})
            chart.set_x_axis({**values, "label_position": "high"})
        else:
            chart.set_y_axis(values)
            chart.set_x_axis(across)
        shown = [s for s in plot.series if plot.colours[s] != HIDDEN]
        if len(shown) == 1:
            chart.set_legend({"none": True})
        else:
            hidden = [i for i, s in enumerate(plot.series) if plot.colours[s] == HIDDEN]
            chart.set_legend({"position": "bottom", "delete_series": hidden})
        chart.set_size({"width": 860, "height": 460})


def _fit(picture: bytes) -> dict[str, float]:
    """Scale that makes a logo about 48 pixels high."""
    from PIL import Image

    with Image.open(BytesIO(picture)) as image:
        scale = min(48 / image.height, 220 / image.width)
    return {"x_scale": scale, "y_scale": scale}
