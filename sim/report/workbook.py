"""An answer as a workbook: a front sheet that computes, a sheet for each table, native charts."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from io import BytesIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from sim.report.answer import Cell
from sim.report.kept import Kept
from sim.report.sheet_chart import write_chart
from sim.report.sheets import DATA, LINE, NUMBER, Book
from sim.report.words import label, plain
from sim.study.results import Figure

MOST_ROWS = 200_000  # of a sheet: more take too long to write; they are in the CSV files
FRONT = "Answer"
COLUMNS = (
    *("Measure", "Quantity", "Part", "Scenario", "Against", "Period", "Unit", "Value", "Low"),
    *("High", "Replications"),
)
# Text stays text: no name of a user becomes a formula or a link.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(kept: Kept) -> bytes:
    """The whole workbook; the same answer and brand give the same bytes."""
    buffer = BytesIO()
    book = Book(xlsxwriter.Workbook(buffer, OPTIONS), kept)
    _front(book)
    for part in kept.answer.ordered:
        for table in part.tables:
            book.answer_table(table)
        for chart in part.charts:
            write_chart(book, chart)
    _monthly(book)
    _results(book)
    _texts(book)
    book.file.close()
    return buffer.getvalue()


def _front(book: Book) -> None:
    """The answer, and a headline table that computes from the table of results."""
    sheet = book.file.add_worksheet(FRONT)
    sheet.hide_gridlines(2)
    accent = book.kept.brand.accent
    big = book.file.add_format({"bold": True, "font_size": 18, "font_color": accent})
    said = book.file.add_format({"font_size": 13, "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 6, 19)
    logo = book.kept.brand.image
    if logo:
        sheet.set_row(0, 40)
        sheet.insert_image(0, 4, "logo", {"image_data": BytesIO(logo[0]), **_fit(logo[0])})
    sheet.write_string(0, 0, book.kept.brand.name)
    sheet.write_string(1, 0, plain(book.answer.title, 200), big)
    decision = book.answer.facts.get("decision", "")
    for row, (text, form) in enumerate(
        ((book.answer.finding, said), (decision, said), (book.answer.basis, book.wrapped)), 2
    ):
        sheet.merge_range(row, 0, row, 5, str(text), form)
        sheet.set_row(row, LINE * (1 + len(str(text)) // 115) * 1.25 if text else 2)
    row = 6
    if book.kept.rows and len(book.answer.scenarios) > 1:
        _computed(book, sheet, row)
    else:
        tables = [t for t in book.answer.tables if t.printed][:1]
        for table in tables:
            book.cells(sheet, row, table)
    sheet.freeze_panes(2, 1)
    book.print(sheet)


def _computed(book: Book, sheet: Worksheet, row: int) -> None:
    """The headline measures of the baseline and of one scenario that the reader chooses."""
    names = list(book.answer.scenarios.values())
    tables = [t for t in book.answer.tables if t.name.startswith("headline")]
    chosen = next((t for t in tables if t.printed and len(tables) > 1), tables[0])
    pick = book.file.add_format({"bg_color": "#FFF5CC", "border": 1, "bold": True})
    sheet.write_string(row, 0, "Choose a scenario in the yellow cell", book.top)
    own = book.answer.scenarios.get(chosen.of, names[-1])
    for column, head in enumerate(
        ("Headline measures", names[0], "", "Difference", "95 % from", "95 % to", "Verdict")
    ):
        sheet.write_string(row + 1, column, head, book.head)
    sheet.write_string(row + 1, 2, own, pick)
    listed = ",".join(names[1:])
    if len(listed) < 250 and not any("," in name for name in names):
        sheet.data_validation(row + 1, 2, row + 1, 2, {"validate": "list", "source": names[1:]})
    by_scenario = {book.answer.scenarios[t.of]: t for t in tables if t.of in book.answer.scenarios}
    for i, cells in enumerate(chosen.rows, row + 2):
        sheet.write_string(i, 0, cells[0].text, book.top)
        if not cells[1].values or cells[0].text.startswith("·"):
            book.cell(sheet, i, 1, cells[1])
            book.cell(sheet, i, 2, cells[2])
            continue
        _formulas(book, sheet, i, row + 1, cells)
        if by_scenario:
            sheet.write_string(i, 6, cells[5].text if own in by_scenario else "", book.top)
    note = "Numbers are looked up in the sheet Results and rounded as they are printed "
    note += "everywhere; the verdict is that of the scenario named first."
    sheet.write_string(row + 3 + len(chosen.rows), 0, note, book.top)


def _formulas(book: Book, sheet: Worksheet, row: int, head: int, cells: Sequence[Cell]) -> None:
    """One row that computes; its values as they are now stand beside the formulas."""
    measure, last = cells[0].text.partition(",")[0], len(book.kept.rows) + 1
    base, own, gap, between = cells[1:5]
    form = book.number(base)
    apart = book.number(gap) if gap.values else form
    power = base.digits - round(math.log10(base.divisor))

    def lookup(column: str, scenario: str, against: str) -> str:
        # Not SUMIFS: it takes a name such as "=A*" for a pattern.
        a, d, e, f, x = (f"{DATA}!${letter}$2:${letter}${last}" for letter in f"ADEF{column}")
        return (
            f'SUMPRODUCT(({a}="{measure}")*({d}={scenario})*({e}={against})*'
            f'ISNUMBER(FIND("/",{f})),{x})'
        )

    first, other = f"$B${head + 1}", f"$C${head + 1}"
    for column, (name, cell) in enumerate(((first, base), (other, own)), 1):
        formula = f"=ROUND({lookup('H', name, chr(34) * 2)},{power})"
        sheet.write_formula(row, column, formula, form, _rounded(cell.value, power))
    if gap.values:
        sheet.write_formula(
            row,
            3,
            f"=C{row + 1}-B{row + 1}",
            apart,
            _rounded(own.value, power) - _rounded(base.value, power),
        )
    for place, (column, letter) in enumerate(((4, "I"), (5, "J"))):
        if between.values:
            formula = f"=ROUND({lookup(letter, other, first)},{power})"
            sheet.write_formula(row, column, formula, apart, _rounded(between.values[place], power))


def _monthly(book: Book) -> None:
    """One sheet of months: a row for each scenario and month, a column for each measure."""
    months, shown = book.kept.months, book.answer.scenarios
    units = {
        k: at.unit for by in months.values() for k, found in by.items() for at in found.values()
    }
    if not units:
        return
    ends = {"value": "", "low": ", 95 % from", "high": ", 95 % to"}
    heads = ["Scenario", "Month", *(f"{label(k)}{said}" for k in units for said in ends.values())]
    sheet = book.file.add_worksheet(book.free("Monthly"))
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, book.head)
    rows = [(n, m) for n in shown for m, by in months.items() if any(n in f for f in by.values())]
    for i, (name, month) in enumerate(rows, 1):
        sheet.write_string(i, 0, shown[name], book.top)
        sheet.write_string(i, 1, month, book.top)
        for k, (kpi, unit) in enumerate(units.items()):
            at = months[month].get(kpi, {}).get(name)
            for place, end in enumerate(ends):
                value = getattr(at, end) if at else math.nan
                book.value(sheet, i, 2 + 3 * k + place, value, unit)
    sheet.set_column(0, len(heads) - 1, NUMBER + 2)
    sheet.set_row(0, 3 * LINE)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), len(heads) - 1)
    book.print(sheet)


def _results(book: Book) -> None:
    """The one table of results, with all its digits."""
    shown = book.answer.scenarios
    rows = (
        (
            _said_of(row),
            row.quantity,
            row.part,
            shown.get(row.scenario, row.scenario),
            shown.get(row.against, row.against),
            row.period,
            row.unit,
            row.value,
            row.low,
            row.high,
            row.n,
        )
        for row in book.kept.rows[:MOST_ROWS]
    )
    if book.kept.rows:
        book.table(DATA, COLUMNS, rows, dict.fromkeys((7, 8, 9), 6))


def _texts(book: Book) -> None:
    """Assumptions, checks, definitions and the manifest."""
    kept = book.kept
    values = [
        (
            a.path,
            a.meaning,
            *a.values,
            a.unit,
            a.kind,
            a.confidence,
            a.source,
            a.reasoning,
            "yes" if a.differs else "",
        )
        for a in kept.assumptions
    ]
    if values:
        heads = (
            "Value",
            "Meaning",
            *book.answer.scenarios.values(),
            "Unit",
            "Kind",
            "Confidence",
            "Source",
            "Reasoning",
            "Differs",
        )
        book.table("Assumptions", heads, values)
    book.table("Checks", ("What must be true", "Found", "Verdict"), kept.checks)
    if kept.kpis:
        book.table(
            "Definitions",
            ("Measure", "KPI", "Unit", "Better", "Form", "Definition"),
            [(label(k.name), k.name, k.unit, k.better, k.form, k.definition) for k in kept.kpis],
        )
    said = [(k, json.dumps(v, ensure_ascii=False)) for k, v in kept.manifest.items()]
    book.table("Manifest", ("Manifest", ""), said)


def _said_of(row: Figure) -> str:
    """A row's measure as the front sheet names it."""
    return label(row.kpi)


def _rounded(value: float, power: int) -> float:
    return round(value, power) + 0.0 if math.isfinite(value) else math.nan


def _fit(picture: bytes) -> dict[str, float]:
    """Scale that makes a logo about 48 pixels high."""
    from PIL import Image

    with Image.open(BytesIO(picture)) as image:
        scale = min(48 / image.height, 220 / image.width)
    return {"x_scale": scale, "y_scale": scale}
