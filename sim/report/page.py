"""An answer as one HTML page that fetches nothing."""

from __future__ import annotations

import base64
import math
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from sim.report.answer import (
    FOLDED,
    HEAT,
    ROLES,
    Cell,
    Chart,
    Panel,
    Part,
    Table,
    ends,
    figure,
    words,
)
from sim.report.assumptions import OWN
from sim.report.draw import NARROW, WIDE, inline, key_of
from sim.report.kept import Kept
from sim.report.shapes import heat_of
from sim.report.style import GREY, INK, RULE, applied, over
from sim.report.words import bound, label, month_name, plain, row_form
from sim.scenario.evidence import LETTERS
from sim.study.results import none

FEW = 4
"""Scenarios whose intervals by month stand on the page."""
MOST_ROWS = 60
"""Of a chart's numbers; a longer table is in the CSV beside the picture."""


FOREMOST, MOST_ONE = ("options", "headline", "own", "bridge", "risks"), 24
"""Parts that have room on one page of paper, and rows of a table that has."""
DECIDED = {INK: "--ink", GREY: "--soft", RULE: "--rule"}
"""Colours of a picture that the page decides."""


@dataclass(frozen=True)
class Shown:
    """A part as the template needs it."""

    part: Part
    anchor: str
    head: str
    tables: list[tuple[Table, list[list[dict[str, Any]]]]]
    charts: list[dict[str, Any]]


def page(kept: Kept, *, one_page: bool = False) -> str:
    """The whole page, or what fits one of paper; the same answer and brand give the same text."""
    templates = Environment(
        loader=PackageLoader("sim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["bound"] = lambda text: bound(str(text))
    # In a sentence no line ends behind a minus; a cell is copied into other programs.
    templates.filters["flow"] = lambda text: bound(str(text)).replace("−$", "−\u2060$")
    with applied():
        parts = _foremost(kept) if one_page else kept.answer.ordered
        shown = [_part(kept, parts, i) for i in range(len(parts))]
    first = next(iter(kept.scenarios.values()), {})
    logo = kept.brand.image
    return templates.get_template("page.html").render(
        kept=kept,
        one_page=one_page,
        answer=kept.answer,
        titles=[part.title for part in parts],
        brand=kept.brand,
        looks=list(kept.looks.values()),
        front=[each for each in shown if each.part.role not in FOLDED],
        folded=[each for each in shown if each.part.role in FOLDED],
        places={name: str(i) for i, name in enumerate(kept.answer.scenarios)},
        logo=logo and f"data:image/{logo[1]};base64,{base64.b64encode(logo[0]).decode()}",
        months=[] if one_page else [(table, _cells(table)) for table in _months(kept)],
        descriptions={
            n: plain(s["description"], 2000)
            for n, s in kept.scenarios.items()
            if s.get("description")
        },
        said={"queues": [], "teams": [], **first},
        letters=LETTERS,
        own=OWN,
        definitions=[
            (label(k.name), k.name, k.unit, k.better, k.form, k.definition) for k in kept.kpis
        ],
        manifest=kept.manifest_text,
        command=shlex.join(kept.manifest["command"]),
        caveat=kept.manifest["caveat"],
    )


def _foremost(kept: Kept) -> list[Part]:
    """What fits one page of paper: of each part that matters most its first table and chart."""
    found = [
        replace(part, tables=part.tables[:1], charts=part.charts[:1])
        for part in kept.answer.only(*FOREMOST)
        if part.role != "headline" or len(part.tables) == 1
    ]
    return [part for part in found if len(part.tables[0].rows if part.tables else ()) <= MOST_ONE]


def _part(kept: Kept, parts: Sequence[Part], place: int) -> Shown:
    part = parts[place]
    again = any(other.role == part.role for other in parts[:place])
    anchor = f"{part.role}-{place}" if again else part.role
    charts = [_chart(kept, chart) for chart in part.charts]
    # Of two tables with the same rows the page has room for the one with more columns.
    full = [t for t in part.tables if not any(_within(t, other) for other in part.tables)]
    tables = [(table, _cells(table)) for table in full]
    return Shown(part, anchor, ROLES[part.role], tables, charts)


def _within(one: Table, other: Table) -> bool:
    return len(one.rows) == len(other.rows) and set(one.heads) < set(other.heads)


def _months(kept: Kept) -> list[Table]:
    """What each month had, a table for each: measures, and the scenarios beside each other.

    Intervals have room beside a few; the workbook has all.
    """
    shown, made = kept.answer.scenarios, []
    columns = 2 if len(shown) <= FEW else 1
    for month, by in kept.months.items():
        rows = []
        for kpi, found in by.items():
            known = [found[name] for name in shown if name in found]
            values, apart = [at.value for at in known], [math.nan] * (len(known) - 1)
            form = row_form(known[0].unit, values, apart, max(at.se for at in known))
            cells = [
                (figure(form, at.value, at.unit), ends(form, at.low, at.high, at.unit))
                for at in (found.get(name) or none(kpi, name) for name in shown)
            ]
            rows.append((words(label(kpi)), *(c for pair in cells for c in pair[:columns])))
        heads = [head for said in shown.values() for head in (said, "95 % interval")[:columns]]
        name = month_name(month)
        made.append(Table(f"month-{month}", name, ("Measure", *heads), tuple(rows)))
    return made


def _cells(table: Table) -> list[list[dict[str, Any]]]:
    """Rows of cells as the template needs them: text, what to sort by, the bar inside."""
    column = [row[table.bars].value for row in table.rows] if table.bars >= 0 else []
    known = [v for v in column if math.isfinite(v)]
    low, high = min([0.0, *known]), max([0.0, *known])
    span = high - low
    made = []
    for row in table.rows:
        cells = []
        for i, cell in enumerate(row):
            cells.append(
                {
                    "text": cell.text,
                    "sort": _sorted_by(cell),
                    "number": bool(cell.values),
                    "ends": len(cell.values) == 2,
                    "bar": _bar(cell.value, low, span) if i == table.bars else "",
                }
            )
        made.append(cells)
    return made


def _sorted_by(cell: Cell) -> str:
    return f"{cell.values[0]:.12g}" if cell.values and math.isfinite(cell.values[0]) else ""


def _bar(value: float, low: float, span: float) -> str:
    """From where to where the bar inside a cell goes, in per cent of its width."""
    if not (math.isfinite(value) and span > 0 and value):
        return ""
    zero, end = (-low / span * 100, (value - low) / span * 100)
    return f"--a:{min(zero, end):.1f}%;--b:{max(zero, end):.1f}%"


def _chart(kept: Kept, chart: Chart) -> dict[str, Any]:
    """A chart as the template needs it: its key, its pictures or coloured cells, its numbers."""
    numbers = chart.numbers
    rows = list(zip(*numbers.values(), strict=True))
    kept_columns = [
        i for i, column in enumerate(numbers.values()) if any(v == v and v != "" for v in column)
    ]
    heads = [label(name) for name in numbers]
    return {
        "chart": chart,
        "key": key_of(chart, kept.looks),
        "pictures": _pictures(kept, chart),
        "cells": [(p, _coloured(p)) for p in chart.panels] if chart.shape == HEAT else [],
        "heads": [heads[i] for i in kept_columns],
        "rows": [[_number(row[i]) for i in kept_columns] for row in rows[:MOST_ROWS]],
        "cut": len(rows) if len(rows) > MOST_ROWS else 0,
    }


def _coloured(panel: Panel) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Name of each row of a heat map, and the text, colour and ink of its cells."""
    named = zip(panel.series, heat_of(panel), strict=True)
    return [
        (series.name, [(said, fill, over(fill) if fill else "") for said, fill in cells])
        for series, cells in named
    ]


def _pictures(kept: Kept, chart: Chart) -> dict[str, list[Markup]]:
    """The pictures of a chart by the class of what they stand in.

    Several stand beside each other where there is room; one alone has a form for a wide and one for
    a narrow window. A heat map is a table with coloured cells.
    """
    if chart.shape == HEAT:
        return {}
    if len(chart.panels) > 1:
        each = [replace(chart, panels=(panel,)) for panel in chart.panels]
        return {"abreast": [_inline(kept, one, NARROW, f"p{i}") for i, one in enumerate(each)]}
    return {
        "wide-only": [_inline(kept, chart, 0.74 * WIDE, "w")],
        "narrow-only": [_inline(kept, chart, NARROW, "n")],
    }


def _number(value: object) -> str:
    if not isinstance(value, int | float):
        return plain(str(value), 80) if value else ""
    return f"{value:,.4g}".replace("-", "−") if math.isfinite(value) else ""


def _inline(kept: Kept, chart: Chart, width: float, name: str) -> Markup:
    """A chart as a small part of a page: its own ids, the page's font and colours."""
    text = inline(chart, kept.looks, width)
    text = re.sub(
        "<metadata>.*?</metadata>|<!--.*?-->|\n *", " ", text[text.index("<svg") :], flags=re.DOTALL
    )
    text = re.sub(r"<title>[^<]*</title>", "", text, count=1).replace("xlink:href", "href")
    text = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", text)
    text = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font-size: \1", text)
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", text)
    text = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-{chart.name}-", text)
    for colour, variable in DECIDED.items():
        text = text.replace(colour, f"var({variable})")
    box = re.search(r'viewBox="[^"]*"', text)
    seen = Markup.escape(f"{chart.panels[0].title}: {chart.alt}" if name[0] == "p" else chart.alt)
    opened = f'<svg role="img" aria-label="{seen}" {box[0] if box else ""}>'
    text = re.sub("<svg[^>]*>", lambda _: opened, text, count=1)
    return Markup(re.sub("> +<", "><", text).replace("<defs></defs>", ""))
