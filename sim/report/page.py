"""An answer as one HTML page that fetches nothing."""

from __future__ import annotations

import base64
import math
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from sim.report.answer import FOLDED, ROLES, Cell, Chart, Part, Table
from sim.report.assumptions import OWN
from sim.report.draw import NARROW, WIDE, inline
from sim.report.kept import Kept
from sim.report.style import GREY, INK, Look
from sim.report.words import bound, label, plain
from sim.scenario.evidence import LETTERS

MOST_ROWS = 60
"""Of a chart's numbers; a longer table is in the CSV beside the picture."""
ONE = 5
"""Rows of a folded table of words of which one is wide: below it, columns are wide, too."""
_STYLED = re.compile(r"font: ([\d.]+px)[^;\"]*")


@dataclass(frozen=True)
class Shown:
    """A part as the template needs it."""

    part: Part
    anchor: str
    head: str
    tables: list[tuple[Table, list[list[dict[str, Any]]]]]
    charts: list[dict[str, Any]]


def page(kept: Kept) -> str:
    """The whole page; the same answer and brand give the same text."""
    templates = Environment(
        loader=PackageLoader("sim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["bound"] = lambda text: bound(str(text))
    shown = [_part(kept, part, i) for i, part in enumerate(kept.answer.ordered)]
    first = next(iter(kept.scenarios.values()), {})
    logo = kept.brand.image
    return templates.get_template("page.html").render(
        kept=kept,
        answer=kept.answer,
        brand=kept.brand,
        looks=list(kept.looks.values()),
        front=[each for each in shown if each.part.role not in FOLDED],
        folded=[each for each in shown if each.part.role in FOLDED],
        places={name: str(i) for i, name in enumerate(kept.answer.scenarios)},
        logo=logo and f"data:image/{logo[1]};base64,{base64.b64encode(logo[0]).decode()}",
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


def _part(kept: Kept, part: Part, place: int) -> Shown:
    same = [other for other in kept.answer.ordered if other.role == part.role]
    anchor = part.role if same[0] is part else f"{part.role}-{place}"
    charts = [_chart(kept, chart) for chart in part.charts]
    tables = [(table, _cells(table)) for table in part.tables]
    return Shown(part, anchor, ROLES[part.role], tables, charts)


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
    """A chart as the template needs it: for a wide and for a narrow window, and its numbers."""
    numbers = chart.numbers
    rows = list(zip(*numbers.values(), strict=True))
    kept_columns = [
        i for i, column in enumerate(numbers.values()) if any(v == v and v != "" for v in column)
    ]
    heads = [label(name) for name in numbers]
    return {
        "chart": chart,
        "wide": _inline(inline(chart, kept.looks, 0.74 * WIDE), f"w-{chart.name}", chart, kept),
        "narrow": _inline(inline(chart, kept.looks, NARROW), f"n-{chart.name}", chart, kept),
        "heads": [heads[i] for i in kept_columns],
        "rows": [[_number(row[i]) for i in kept_columns] for row in rows[:MOST_ROWS]],
        "cut": len(rows) if len(rows) > MOST_ROWS else 0,
    }


def _number(value: object) -> str:
    if not isinstance(value, int | float):
        return plain(str(value), 80) if value else ""
    return f"{value:,.4g}".replace("-", "−") if math.isfinite(value) else ""


def _inline(text: str, name: str, chart: Chart, kept: Kept) -> Markup:
    """An SVG picture as a small part of a page: its own ids, the page's font and colours."""
    text = re.sub(
        "<metadata>.*?</metadata>|<!--.*?-->|\n *", " ", text[text.index("<svg") :], flags=re.DOTALL
    )
    text = re.sub(r"<title>[^<]*</title>", "", text, count=1).replace("xlink:href", "href")
    text = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", text)
    text = _STYLED.sub(r"font-size: \1", text).replace("font-size: 10px;", "font-size: 10px;")
    text = re.sub(r"(font-size: [\d.]+px)([^\"]*bold)?", r"\1", text)
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", text)
    text = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    for colour, variable in _colours(kept.looks).items():
        text = re.sub(re.escape(colour), f"var({variable})", text, flags=re.IGNORECASE)
    box = re.search(r'viewBox="[^"]*"', text)
    opened = f'<svg role="img" aria-label="{Markup.escape(chart.alt)}" {box[0] if box else ""}>'
    text = re.sub("<svg[^>]*>", lambda _: opened, text, count=1)
    return Markup(re.sub("> +<", "><", text).replace("<defs></defs>", ""))


def _colours(looks: Mapping[str, Look]) -> dict[str, str]:
    """Colours of a picture that the page decides, by what they are in the file."""
    inks = {look.ink: f"--k{i}" for i, look in enumerate(looks.values())}
    return {**inks, INK: "--ink", GREY: "--soft", "#e6e6e6": "--rule"}
