"""The planner's workbook: a sheet for each thing to fill in, with comments, choices and an example.

What is filled in is read back by `calibrate`; sheets and rows that are left empty say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from sim.calibrate.stock import PLACES
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
ROWS = 5_000
"""Rows to which choices and formats reach."""
LINES = {
    "Hospital": (
        "hospital.name",
        "hospital.inpatient.claims_per_year",
        "hospital.outpatient.claims_per_year",
        "hospital.inpatient.payment_mean_usd",
        "hospital.outpatient.payment_mean_usd",
        "hospital.inpatient.payment_cv",
        "hospital.outpatient.payment_cv",
        "hospital.chart_ready_days",
        "hospital.bill_hold_days",
        "hospital.query_answered_share",
        "hospital.query_resolved_share",
        "hospital.query_response_median_days",
        "hospital.scrubber_edit_share",
        "calendar.country",
        "calendar.shift_hours",
        "calendar.shrinkage_share",
        "calendar.absence_share",
    ),
    "Contract": (
        "target_occupancy",
        "handle_time_multiplier",
        "conformance",
        "hiring.time_to_fill_days",
        "hiring.class_every_days",
        "hiring.class_size",
        "hiring.classroom_days",
        "hiring.nesting_days",
        "denials.levels",
        "denials.threshold_usd",
        "quality.qa_sample_share",
        "price.usd_per_hour",
        "price.usd_per_claim",
        "price.share_of_collections",
        "price.transition_usd",
        "price.management_usd_per_year",
    ),
    "Money": ("people.recruiting_usd", "hospital.cost_of_capital_per_year"),
}
"""Fields to write down, by sheet; those of Contract are the vendor's."""
SHEETS = ("Hospital", "Volumes", "People", "Classes", "Stock", "Denials", "Contract", "Money")
"""In the order in which they are filled in."""
WAGES = ("wage_usd_per_hour", "billed_usd_per_hour")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, what belongs there, an example, and the values allowed if few."""

    head: str
    comment: str
    example: Any
    choices: tuple[str, ...] = ()
    kind: str = ""
    """`date`, or a number of 0 or more (`number`)."""


def tables(base: Scenario) -> dict[str, tuple[Column, ...]]:
    """The sheets that hold a row per thing."""
    payers = tuple(p.name for p in base.payers)
    held = tuple(c.name for c in base.certifications)
    teams = tuple(t.name for t in base.teams)
    codes = tuple(dict.fromkeys(code for c in base.categories for code in c.carc))
    date_note = "A date, such as 2025-03-31."
    return {
        "Volumes": (
            Column("Date", f"{date_note} A day, or the first of a month for monthly counts.",
                   "EXAMPLE 2025-03-31"),
            Column("Setting", "inpatient or outpatient.", "outpatient",
                   ("inpatient", "outpatient")),
            Column("Payer", "Class of the payer; leave empty if you do not know.", payers[0],
                   payers),
            Column("Count", "Claims of that day or month.", 41, kind="number"),
        ),
        "People": (
            Column("Person ID", "Any number that tells people apart; it is hashed when read and "
                   "never written. No names, please.", "EXAMPLE 17"),
            Column("Hired", f"{date_note} First day of employment: turnover needs it.",
                   "2024-02-05", kind="date"),
            Column("Left", "Last day; empty of those who are still there. List everybody, those "
                   "who left too.", "2025-01-17", kind="date"),
            Column("Certification", "What they hold.", held[0], held),
            Column("Team", "Team of the scenario.", teams[0], teams),
            Column("FTE", "Part of a full-time job.", 1, kind="number"),
            Column("Site", "Where they work.", "main"),
        ),
        "Classes": (
            Column("Date", f"{date_note} First day of a training class that is on top of the plan.",
                   "EXAMPLE 2025-09-01"),
            Column("Team", "Team that they are hired for.", teams[0], teams),
            Column("People", "How many start.", 12, kind="number"),
        ),
        "Stock": _stock(payers, base),
        "Denials": (
            Column("Claim", "Any number that tells claims apart; it is hashed when read.",
                   "EXAMPLE 4711"),
            Column("Payer", "Class of the payer.", payers[0], payers),
            Column("CARC", "Claim adjustment reason code of the denial.", codes[0], codes),
            Column("Denied on", f"{date_note} Day of the remittance.", "2024-11-04", kind="date"),
            Column("Amount", "USD at stake.", 812.5, kind="number"),
            Column("Worked on", "Day of the first work on it; empty if nobody has touched it.",
                   "2024-11-20", kind="date"),
            Column("Closed on", "Day on which it was won or given up; empty while it is open.",
                   "2025-01-09", kind="date"),
            Column("Recovered", "USD that came back; 0 or empty if nothing did.", 812.5,
                   kind="number"),
        ),
    }  # fmt: skip


def _stock(payers: tuple[str, ...], base: Scenario) -> tuple[Column, ...]:
    """The columns of what is there today."""
    categories = tuple(str(c.name) for c in base.categories)
    where = (
        "Where claims wait today: a queue of your people, or `awaiting …` for claims that wait for "
        "somebody else."
    )
    since = "Least age in days: since they came to the queue or, of what is awaited, were sent."
    setting = "inpatient or outpatient; empty if it is mixed, or the queue's."
    return (
        Column("Queue", where, "EXAMPLE coding_outpatient", PLACES),
        Column("Payer", "Class of the payer.", payers[0], payers),
        Column("Age from", since, 0, kind="number"),
        Column("Age to", "Greatest age in days.", 3, kind="number"),
        Column("Count", "Claims of that queue, payer and age.", 120, kind="number"),
        Column("Amount", "USD that may still be paid on all of them.", 52_000, kind="number"),
        Column("Setting", setting, "outpatient", ("inpatient", "outpatient")),
        Column(
            "Category",
            "Of edits, records and denials, for what; empty if it is mixed.",
            categories[0],
            categories,
        ),
    )


def template(base: Scenario, vendor: str, values: dict[str, Any]) -> bytes:
    """The workbook for a base scenario; `values` are its own, by dotted path."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    formats = {
        "head": book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}),
        "example": book.add_format({"italic": True, "font_color": "#666666"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "fill": book.add_format({"bg_color": "#FFF7DF"}),
    }
    by_row = tables(base)
    for name in SHEETS:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        if name in by_row:
            _table(sheet, by_row[name], formats)
        else:
            _fields(sheet, _paths(name, base, vendor), values, formats)
    book.close()
    return buffer.getvalue()


def _paths(name: str, base: Scenario, vendor: str) -> list[str]:
    """The fields of a sheet, dotted."""
    if name == "Contract":
        return [f"vendors.{vendor}.{path}" for path in LINES[name]]
    found = list(LINES[name])
    if name == "Money":
        found += [f"certifications.{c.name}.{w}" for c in base.certifications for w in WAGES]
    return found


def _table(sheet: Worksheet, columns: Sequence[Column], formats: dict[str, Any]) -> None:
    for place, column in enumerate(columns):
        sheet.write(0, place, column.head, formats["head"])
        sheet.write_comment(0, place, column.comment, {"x_scale": 2})
        sheet.write(1, place, column.example, formats["example"])
        sheet.set_column(place, place, 16, formats["date"] if column.kind == "date" else None)
        below = 2, place, ROWS, place
        if column.choices:
            sheet.data_validation(*below, {"validate": "list", "source": _short(column.choices)})
        elif column.kind == "number":
            sheet.data_validation(
                *below,
                {
                    "validate": "decimal",
                    "criteria": ">=",
                    "value": 0,
                    "error_message": "A number of 0 or more, without unit.",
                },
            )


def _short(choices: Sequence[str]) -> list[str]:
    """As many choices as a drop-down holds, which is 255 characters."""
    kept: list[str] = []
    for choice in choices:
        if len(",".join([*kept, choice])) > 255:
            break
        kept.append(choice)
    return kept


def _fields(
    sheet: Worksheet, paths: Sequence[str], values: dict[str, Any], formats: dict[str, Any]
) -> None:
    fields = Fields(Scenario)
    heads = (
        ("Field", "Name of the field in the scenario; do not change it."),
        ("Value", "Yours; leave it empty to keep the base's."),
        ("Unit", "Write plain numbers: no unit, no percent sign; 0.12 is 12 %."),
        ("Base value", "What holds while Value is empty."),
        ("Meaning", "What the field is."),
    )
    for place, (head, comment) in enumerate(heads):
        sheet.write(0, place, head, formats["head"])
        sheet.write_comment(0, place, comment, {"x_scale": 2})
    for row, path in enumerate(paths, 1):
        [said, *_] = fields.at(path.split(".")) or [{}]
        sheet.write(row, 0, path)
        sheet.write_blank(row, 1, None, formats["fill"])
        sheet.write(row, 2, str(said.get("unit", "")))
        sheet.write(row, 3, _plain(values.get(path)), formats["example"])
        sheet.write(row, 4, str(said.get("description", "")))
        _limits(sheet, row, said)
    for place, width in enumerate((48, 14, 14, 14, 90)):
        sheet.set_column(place, place, width)


def _limits(sheet: Worksheet, row: int, said: dict[str, Any]) -> None:
    """Refuse a number outside the field's bounds as it is typed."""
    low, high = said.get("minimum"), said.get("maximum")
    if low is not None and high is not None:
        told = f"A number from {low:g} to {high:g}."
        sheet.data_validation(
            row,
            1,
            row,
            1,
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": low,
                "maximum": high,
                "error_message": told,
            },
        )


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str) or value is None else str(value)
