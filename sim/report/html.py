"""The report as one HTML page that fetches nothing."""

import base64
import json
import re
import shlex
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from sim.report.assumptions import OWN
from sim.report.charts import Chart
from sim.report.facts import Facts
from sim.report.others import in_words, pictures
from sim.report.words import bound, brief, heading, label, plain
from sim.scenario.evidence import LETTERS
from sim.study.compare import CAVEAT

MOST_ROWS = 120
"""Of a chart's numbers; a longer table is in the CSV beside the picture."""
_GLYPH = re.compile(r'<path id="(DejaVu[\w-]+)"[^>]*/>')


def page(facts: Facts) -> str:
    """The whole report; the same study and brand give the same text."""
    templates = Environment(
        loader=PackageLoader("sim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["bound"] = lambda text: bound(str(text))
    glyphs: dict[str, str] = {}
    charts = [_shown(chart, facts.picture(chart), glyphs) for chart in facts.charts.values()]
    others = [
        (title, in_words(rows), [_inline(svg, stem, alt, glyphs)
                                 for stem, alt, svg in pictures(facts.folder, title)])
        for title, rows in facts.others.items()
    ]  # fmt: skip
    said = facts.view.result.scenarios
    logo = facts.brand.image
    return templates.get_template("report.html").render(
        facts=facts,
        looks=facts.view.looks,
        charts=charts,
        others=others,
        glyphs=_short_ids(
            f'<svg class="sr" aria-hidden="true"><defs>{"".join(glyphs.values())}</defs></svg>'
        ),
        logo=logo and f"data:image/{logo[1]};base64,{base64.b64encode(logo[0]).decode()}",
        sections=_sections(facts),
        descriptions={
            n: plain(s["description"], 2000) for n, s in said.items() if s["description"]
        },
        said={"queues": [], "teams": [], **said.get(facts.view.names[0], {})},
        letters=LETTERS,
        own=OWN,
        check_rows=[(c.what, c.found, c.verdict) for c in facts.checks],
        definition_rows=[
            (label(k.name), k.name, k.unit, k.better, k.form, k.definition) for k in facts.kpis
        ],
        manifest=json.dumps(facts.manifest, indent=2, ensure_ascii=False),
        command=shlex.join(facts.manifest["command"]),
        caveat=CAVEAT,
    )


def _sections(facts: Facts) -> list[tuple[str, str]]:
    others = [(f"other-{i}", title) for i, title in enumerate(facts.others, 1)]
    return [
        ("answer", "Answer"), ("scenarios", "Scenarios"), ("charts", "Charts"),
        ("assumptions", "Assumptions"), *others, ("checks", "Checks"),
        ("definitions", "Definitions"), ("stress", "STRESS-DES"), ("manifest", "Manifest"),
    ]  # fmt: skip


def _shown(chart: Chart, picture: str, glyphs: dict[str, str]) -> dict[str, Any]:
    """A chart as the template needs it; its letters go to ``glyphs``, which all charts share."""
    rows = list(zip(*chart.data.values(), strict=True))
    return {
        "name": chart.name,
        "title": chart.title,
        "svg": _inline(picture, chart.name, chart.alt, glyphs),
        "heads": [heading(column) for column in chart.data],
        "rows": [[brief(value) for value in row] for row in rows[:MOST_ROWS]],
        "cut": len(rows) if len(rows) > MOST_ROWS else 0,
    }


def _inline(text: str, name: str, alt: str, glyphs: dict[str, str]) -> Markup:
    """An SVG picture as a small part of a page: ids of its own, numbers to 1/100 point."""
    text = re.sub("<metadata>.*?</metadata>|<!--.*?-->|\n *", " ", text[text.index("<svg") :],
                  flags=re.DOTALL)  # fmt: skip
    glyphs |= {found[1]: found[0] for found in _GLYPH.finditer(text)}
    text = _GLYPH.sub("", text).replace("xlink:href", "href")
    text = re.sub(r'( d=| x=| y=|translate)(["(][^")]*[")])', _rounded, text)
    text = re.sub(
        r'(<use href="#DejaVu[\w-]+") transform="translate\((\S+) 0\)"', r'\1 x="\2"', text
    )
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", text)
    text = re.sub(r'( id="|url\(#|href="#)(?!DejaVu)', rf"\g<1>{name}-", text)
    box = re.search(r'viewBox="[^"]*"', text)
    opened = f'<svg role="img" aria-label="{Markup.escape(alt)}" {box[0] if box else ""}>'
    text = re.sub("<svg[^>]*>", lambda _: opened, text, count=1)
    return _short_ids(re.sub("> +<", "><", text).replace("<defs></defs>", ""))


def _short_ids(svg: str) -> Markup:
    """Letters are most of a picture: their names are short, which halves it."""
    return Markup(svg.replace("DejaVuSans-Bold-", "B").replace("DejaVuSans-", "G"))


def _rounded(found: re.Match[str]) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", found[0])
