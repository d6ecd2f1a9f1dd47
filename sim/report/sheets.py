"""A workbook that is being written: formats, tables of an answer, tables of plain values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sim.report.answer import Cell, Table
from sim.report.kept import Kept
from sim.report.native import number_format
from sim.report.words import label, plain

WIDEST, NUMBER, LINE = 48, 12, 15  # characters of a column, of one of numbers; points of a line
PLAIN = {
    "share": "0.0%",
    "1/year": "0.0%",
    "USD": "$#,##0",
    "USD/year": "$#,##0",
    "days": "#,##0.0",
    "people": "#,##0.0",
}
"""Formats of numbers that no table has rounded."""
HEAD = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}
DATA = "Results"


def lines(text: str, width: int) -> int:
    """Lines that a text takes in a column of so many characters."""
    return -(-len(text) // width) or 1


class Book:
    """A workbook that is being written."""

    def __init__(self, file: Workbook, kept: Kept) -> None:
        self.file, self.kept, self.answer = file, kept, kept.answer
        self.formats: dict[tuple[str, str], Format] = {}
        self.head = file.add_format(HEAD)
        self.head.set_bottom_color(kept.brand.accent)
        left = {"valign": "top", "align": "left", "indent": 1}  # apart from a number before it
        self.top = file.add_format(left)
        self.wrapped = file.add_format({**left, "text_wrap": True})
        # A fixed date: the same study gives the same file.
        file.set_properties(
            {
                "title": plain(self.answer.title, 200),
                "company": kept.brand.name,
                "comments": self.answer.finding,
                "created": datetime(2026, 1, 1),
            }
        )

    def answer_table(self, table: Table) -> None:
        """A sheet for a table of the answer."""
        sheet = self.file.add_worksheet(self.free(label(table.name)))
        last, width = self.cells(sheet, 0, table)
        sheet.freeze_panes(1, 1)
        if last:
            sheet.autofilter(0, 0, last, width - 1)
        if table.note:
            self.note(sheet, last + 2, table.note, width)
        self.print(sheet)

    def note(self, sheet: Worksheet, row: int, text: str, width: int) -> None:
        """A sentence below a table of so many columns, wrapped: it makes no page of print wider."""
        sheet.merge_range(row, 0, row, max(width - 1, 1), text, self.wrapped)
        sheet.set_row(row, LINE * lines(text, (NUMBER + 3) * max(width, 2)))

    def cells(self, sheet: Worksheet, row: int, table: Table) -> tuple[int, int]:
        """Heads and rows; an interval takes two columns. Gives the last row and the width."""
        double = [
            any(len(cells[i].values) == 2 for cells in table.rows) for i in range(len(table.heads))
        ]
        column = 0
        for i, head in enumerate(table.heads):
            said = ("95 % from", "95 % to") if double[i] else (head,)
            for text in said:
                sheet.write_string(row, column, plain(text, 200) if text else "", self.head)
                at = column
                for k, cells in enumerate(table.rows, row + 1):
                    cell = cells[i]
                    if double[i]:
                        value = cell.values[said.index(text)] if cell.values else math.nan
                        cell = Cell(
                            cell.text,
                            (value,) if cell.values else (),
                            cell.unit,
                            cell.divisor,
                            cell.digits,
                        )
                        cell = cell if cell.values else Cell("")
                    self.cell(sheet, k, at, cell)
                wide = max([len(cells[i].text) for cells in table.rows] + [len(text)], default=9)
                numeric = any(cells[i].values for cells in table.rows)
                sheet.set_column(at, at, NUMBER + 3 if numeric else min(max(wide + 2, 9), WIDEST))
                column += 1
        sheet.set_row(row, LINE * (1 + max(map(len, table.heads)) // NUMBER))
        for k, cells in enumerate(table.rows, row + 1):
            sheet.set_row(k, LINE * max(lines(cell.text, WIDEST - 6) for cell in cells))
        return row + len(table.rows), column

    def cell(self, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        """A number in the format in which it is printed, or words."""
        if len(cell.values) == 1 and math.isfinite(cell.value):
            sheet.write_number(row, column, cell.value + 0.0, self.number(cell))
        elif cell.text:
            wide = len(cell.text) > WIDEST - 6
            sheet.write_string(row, column, cell.text, self.wrapped if wide else self.top)

    def number(self, cell: Cell) -> Format:
        """The format of a number as it is printed."""
        return self.format(number_format(cell), "")

    def format(self, shown: str, fill: str) -> Format:
        """A format by its code and its colour."""
        if (shown, fill) not in self.formats:
            look = {"num_format": shown, "valign": "top"} | ({"bg_color": fill} if fill else {})
            self.formats[shown, fill] = self.file.add_format(look)
        return self.formats[shown, fill]

    def table(
        self,
        name: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[Any]],
        units: dict[int, int] | None = None,
    ) -> Worksheet:
        """A sheet with plain values; `units` gives the column that holds a column's unit."""
        sheet = self.file.add_worksheet(self.free(name))
        widths = [len(head) for head in heads]
        for column, head in enumerate(heads):
            sheet.write_string(0, column, plain(head, 200) if head else "", self.head)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self.value(
                    sheet,
                    last,
                    column,
                    value,
                    str(row[units[column]]) if units and column in units else "",
                )
                if not isinstance(value, float):
                    widths[column] = max(widths[column], len(str(value)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(max(width + 2, NUMBER), WIDEST))
        sheet.freeze_panes(1, 1)
        if last:
            sheet.autofilter(0, 0, last, len(heads) - 1)
        self.print(sheet)
        return sheet

    def value(self, sheet: Worksheet, row: int, column: int, value: Any, unit: str) -> None:
        """A plain number in the format of its unit, or a text."""
        if isinstance(value, float | int):
            if math.isfinite(value):
                general = "General" if isinstance(value, int) else "#,##0.00"
                sheet.write_number(
                    row, column, value + 0.0, self.format(PLAIN.get(unit, general), "")
                )
            return
        text = plain(str(value), 30_000) if value else ""
        sheet.write_string(row, column, text, self.wrapped if len(text) > WIDEST - 6 else self.top)

    def print(self, sheet: Worksheet) -> None:
        """How a sheet is printed: across, as wide as a page, heads on each, pages numbered."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&8denialloop&R&8&P / &N")

    def free(self, name: str) -> str:
        """A name for a sheet that is allowed and not taken yet."""
        base = "".join(" " if c in "[]:*?/\\'" else c for c in name)[:28].strip() or "Sheet"
        taken = {sheet.get_name().lower() for sheet in self.file.worksheets()} | {DATA.lower()}
        taken -= {DATA.lower()} if name == DATA else set()
        names = [base, *(f"{base} {i}" for i in range(2, 100))]
        return next(name for name in names if name.lower() not in taken)
