"""Page, workbook and deck: the same numbers everywhere, any name, nothing fetched, no surprises."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image
from pptx import Presentation

from sim.commands.answers import as_json
from sim.record.record import Outcome
from sim.report import kept, terminal
from sim.report.answer import HEAT, ROLES, Panel, Series, dump
from sim.report.brand import Brand, load_brand
from sim.report.deck import deck
from sim.report.headline import RULE
from sim.report.headline import Study as Seen
from sim.report.kept import Kept
from sim.report.page import page
from sim.report.shapes import heat_of
from sim.report.study import answer
from sim.report.style import over
from sim.report.workbook import workbook
from sim.scenario.load import load, shipped_file
from sim.scenario.problems import ScenarioError
from sim.study import StudyError, checks
from sim.study.compare import compare
from sim.study.replicate import StudyResult
from sim.study.store import content_of
from sim.study.tables import ANSWER, write_study
from sim.study.targets import parse

TWO = ("generalist", "specialised")
EVIL = "<script>alert(1)</script> =1+1 & \x1b[31m\u202e\uffff"
NASTY = ("ספק אלפא <b>&amp; $x_1$ = 5 🚀", "شركة الترميز", "=cmd|calc {{ 7*7 }} 仕事", EVIL)
TWELVE = tuple(f"Vendor {c}, {'a very long name, ' * 4} variant {c}" for c in "ABCDEFGHIJKL")
SAID = [
    content_of(load(shipped_file(f"{name}.yaml")).scenario)
    for name in ("generalist", "specialized")
]
STRESS = """1.1 1.2 1.3 2.1 2.2 2.3 2.4 2.5.1 2.5.2 2.5.3 2.5.4 2.5.5 3.1 3.2 3.3 3.4 4.1 4.2 4.3
5.1 5.2 5.3 5.4 6.1"""
Study = Callable[..., StudyResult]


class Cells(HTMLParser):
    """The cells of the tables of a page by row, and its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data


def keep(result: StudyResult, folder: Path, brand: Brand | None = None, **more: Any) -> Kept:
    """What a command would have left of a fake study."""
    said = {name: {**SAID[i % 2], "description": name} for i, name in enumerate(result.names)}
    result = replace(result, scenarios=said)
    study = Seen(result, compare(result), **more)
    write_study(
        result,
        folder,
        command=["denialloop", "compare"],
        comparisons=study.comparisons,
        rows=study.rows.rows,
        texts={ANSWER: dump(answer(study))},
    )
    (folder / "ledger.sqlite").touch()
    return kept.read(folder, brand or Brand())


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(BytesIO(content), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def read(text: str) -> str:
    """A text without the marks that say where its line may and may not end."""
    return text.replace("\u200b", "").replace("\u2060", "").replace("\u00a0", " ")


def tables(content: bytes) -> Iterator[list[list[str]]]:
    for slide in Presentation(BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_table:
                yield [[read(cell.text) for cell in row.cells] for row in shape.table.rows]


def titles(content: bytes) -> list[str]:
    return [read(slide.shapes.title.text) for slide in Presentation(BytesIO(content)).slides]


@pytest.fixture(scope="module")
def two(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return keep(study(TWO, 6, 6), tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="module")
def made(two: Kept) -> dict[str, Any]:
    return {"html": page(two), "xlsx": workbook(two), "pptx": deck(two)}


# --- the same numbers -----------------------------------------------------------------------------


def number(text: str) -> Decimal:
    """A printed number without its unit; a verdict's mark goes, too."""
    found = re.search(r"[−+-]?\$?[\d,]+(?:\.\d+)?", text.lstrip("▲▼ "))
    assert found, text
    return Decimal(found[0].replace("−", "-").replace("$", "").replace(",", "").replace("+", ""))


@pytest.mark.parametrize(("count", "seed"), [(1, 0), (2, 1), (2, 2), (3, 3), (5, 4), (12, 5)])
def test_all_say_the_same_to_the_printed_digit(
    study: Study, tmp_path: Path, count: int, seed: int
) -> None:
    """Terminal, CSV, JSON, page, workbook and deck, read back: numbers, signs, and the winner."""
    names = tuple(f"vendor {'abcdefghijkl'[(i + seed) % 12]}" for i in range(count))
    made = study(names, 2 + seed, 3)
    found = keep(made, tmp_path)
    lead = next(t for t in found.answer.tables if t.name.startswith("headline") and t.printed)
    printed = {row[0].text: [cell.text for cell in row] for row in lead.rows}
    line_of = {line[1:27].strip(): line for line in terminal.printed(lead).splitlines()}
    html = [list(map(read, row)) for row in Cells(page(found)).rows]
    told = json.loads(json.dumps(as_json(tmp_path, made, found.answer, found.rows, [])))
    slides = [row for table in tables(deck(found)) for row in table]
    front = {str(row[0]): row for row in sheets(workbook(found))["Answer"]}
    for label, row in zip(printed, lead.rows, strict=True):
        texts = printed[label]
        assert any(texts == [cell.removeprefix("▲ ") for cell in each] for each in html), label
        assert texts in [[cell.lstrip("▲▼ ") for cell in each] for each in slides], label
        if label in line_of:
            assert all(text in line_of[label] for text in texts[1:4])
        own = told["tables"][lead.name][list(printed).index(label)]
        assert [v["text"] if isinstance(v, dict) else v for v in own.values()] == texts
        for place, cell in enumerate(row[1:4], 1):
            if len(cell.values) == 1:
                step = Decimal(10) ** -cell.digits
                value = Decimal(front[label][place]) / Decimal(repr(cell.divisor))
                assert abs(value - number(cell.text)) <= step * Decimal("0.501"), (label, cell)
                assert (value < 0) == cell.text.startswith("−") or abs(value) < step / 2
        if count > 1 and row[3].values:
            assert number(texts[2]) - number(texts[1]) == number(texts[3]), label
    with (tmp_path / "results.csv").open(encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["quantity"] == "money.net_value_usd"]
    value = {
        r["scenario"]: float(r["value"]) for r in rows if not r["against"] and "/" in r["period"]
    }
    best = max(value, key=lambda name: value[name])
    assert found.answer.facts["winner"] in ("", best)
    if count > 1:
        assert f"{found.answer.facts['decision']}" in read(page(found))
        assert told["winner"] == found.answer.facts["winner"]
        assert titles(deck(found))[0] == found.answer.facts["decision"].removesuffix(".")


def test_every_table_prints_differences_of_what_it_prints(study: Study, tmp_path: Path) -> None:
    found = keep(study(tuple("abcde"), 4, 6), tmp_path)
    pairs = 0
    for table in found.answer.tables:
        if table.name.startswith("headline"):
            columns = (1, 2, 3)
        elif table.name == "options":
            columns = (-1, 1, 2)
        elif table.name == "capacity":
            columns = (2, 3, 4)
        else:
            continue
        first = table.rows[0]
        for row in table.rows:
            base = first[1] if columns[0] < 0 else row[columns[0]]
            own, gap = row[columns[1]], row[columns[2]]
            if gap.values:
                pairs += 1
                assert number(own.text) - number(base.text) == number(gap.text), (table.name, row)
    assert pairs > 50


# --- one decision rule ----------------------------------------------------------------------------


def test_the_winner_has_the_highest_net_value_of_those_that_meet_the_targets(
    study: Study, tmp_path: Path
) -> None:
    names = tuple("abcd")
    found = keep(study(names, 6, 3), tmp_path / "free")
    assert found.answer.facts["winner"] == "d"
    assert found.answer.rule.startswith(RULE)
    dear = keep(study(names, 6, 3), tmp_path / "met", targets=[parse("denials.initial_rate>=8%")])
    assert dear.answer.facts["winner"] == "b"
    assert "meets every target" in dear.answer.facts["decision"]
    [options] = [t for t in dear.answer.tables if t.name == "options"]
    assert [row[-2].text for row in options.rows] == [
        *["met"] * 2,
        *["misses initial denial rate"] * 2,
    ]
    none = keep(study(names, 6, 3), tmp_path / "none", targets=[parse("denials.initial_rate<=1%")])
    assert none.answer.facts["winner"] == ""
    assert none.answer.facts["decision"].startswith("No scenario meets every target")


def test_a_copy_of_the_baseline_is_not_chosen(study: Study, tmp_path: Path) -> None:
    made = study(TWO, 3, 6)
    copy = replace(made, outcomes=dict.fromkeys(TWO, made.outcomes["generalist"]))
    facts = keep(copy, tmp_path).answer.facts
    assert facts["winner"] == "generalist"
    assert facts["decision"].startswith("Stay with generalist")


# --- what is told beside --------------------------------------------------------------------------


PUBLISHED_ROWS = {
    "First-pass payment rate": ("85 to 90 %", "Tebra 2026, billing companies"),
    "Clean-claim rate": ("95 to 98 %", "HFMA's target, trade press"),
    "Records requested": ("3.5 %", "Kodiak 2024"),
    "Initial denial rate": ("8.4 to 15.7 %", "Premier 2022, Medicare to Medicare Advantage"),
    "Denied or asked, by value": ("10.2 to 11.8 %", "Kodiak 2020–24"),
    "Final denial rate": ("2.1 to 2.8 %", "Kodiak 2020–24"),
    "Denials overturned": ("54.3 to 70 %", "Premier 2022–23"),
    "Days in A/R": ("43.6 to 56.9 days", "Kodiak, top ten to mean"),
    "Days not final billed (DNFB)": ("3 to 7 days", "HFMA, best to typical"),
    "A/R older than 90 days": ("27 to 36 %", "Kodiak 2024, Medicare Advantage to commercial"),
    "Cost to collect": ("2 to 4 %", "trade press, registration included"),
}
"""As docs/validation.md and docs/calibration.md have them."""
NOT_HEADLINE = {
    "claims.clean_claim_rate": 0.91,
    "denials.initial_with_rfi_usd_rate": 0.12,
    "denials.overturned_rate": 0.6,
    "money.dnfb_days": 5.5,
    "money.ar_over_90_share": 0.25,
    "money.cost_to_collect": 0.031,
}


def with_kpis(result: StudyResult, kpis: dict[str, float]) -> StudyResult:
    """A study that has some more KPIs, the same in every replication."""
    outcomes = {
        name: {r: Outcome({**o.kpis, **kpis}, o.tables) for r, o in by.items()}
        for name, by in result.outcomes.items()
    }
    return replace(result, outcomes=outcomes)


def test_every_published_band_stands_beside_its_figure(study: Study, tmp_path: Path) -> None:
    """All eleven, whether they are headlines or not; with their source."""
    found = keep(with_kpis(study(TWO, 3, 3), NOT_HEADLINE), tmp_path)
    html = [list(map(read, row)) for row in Cells(page(found)).rows]
    book = sheets(workbook(found))["Published"]
    for name, (band, source) in PUBLISHED_ROWS.items():
        assert any(row[0].startswith(name) and row[3:5] == [band, source] for row in html), name
        assert any(str(row[0]).startswith(name) and row[3] == band for row in book), name
    text = terminal.text(found.answer)
    assert "Published" in text
    assert "Kodiak" not in text, "sources have no room on a terminal"


def test_the_turnover_that_was_planned_for_stands_beside_the_one_that_came(
    study: Study, tmp_path: Path
) -> None:
    found = keep(with_kpis(study(TWO, 3, 3), {"people.turnover_expected": 0.325}), tmp_path)
    [table] = [t for t in found.answer.tables if t.name == "headline"]
    labels = [row[0].text for row in table.rows]
    below = table.rows[labels.index("Turnover, per year") + 1]
    assert [cell.text for cell in below] == ["· planned for", "32.5 %", "32.5 %", "", "", ""]
    assert "Turnover is what came" in found.answer.basis


def test_what_pressure_does_to_people_is_told_where_the_loop_is_on(study: Study) -> None:
    seen = {"people.turnover_expected": 0.325, "people.exhaustion": 0.25, "people.touch_share": 0.9}
    plain = with_kpis(study(TWO, 3, 3), seen)
    for gain, shown in ((0.0, False), (0.4, True)):
        strained = {"people": {"strain": {"corner_exponent": gain, "build_days": 30.0}}}
        said = {TWO[0]: SAID[0], TWO[1]: {**SAID[0], **strained}}
        result = replace(plain, scenarios=said)
        calm = {"people": {"strain": {}}}
        result.scenarios[TWO[0]] = {**SAID[0], **calm}  # type: ignore[index]
        rows = [label for _, label in Seen(result, compare(result)).listed()]
        assert ("· exhaustion" in rows) == shown


# --- the page -------------------------------------------------------------------------------------


def test_the_page_fetches_nothing(made: dict[str, Any]) -> None:
    html = made["html"]
    assert "http" not in html
    assert "@import" not in html
    links = [v for _, n, v in Cells(html).attributes if n in ("src", "href", "action", "data")]
    assert links
    assert {link[:1] for link in links} == {"#"}
    assert set(re.findall(r"url\((.)", html)) <= {"#"}
    assert len(html.encode()) < 2_000_000


def test_every_id_is_there_once_and_every_link_leads_somewhere(made: dict[str, Any]) -> None:
    found = Cells(made["html"]).attributes
    ids = [value for _, name, value in found if name == "id"]
    assert len(ids) == len(set(ids))
    used = {value[1:] for _, name, value in found if name == "href"}
    used |= {value for _, name, value in found if name == "aria-labelledby"}
    used |= set(re.findall(r"url\(#([^)]*)\)", made["html"]))
    assert used <= set(ids)


def test_the_page_can_be_used_without_eyes_or_mouse(two: Kept, made: dict[str, Any]) -> None:
    html = made["html"]
    assert '<html lang="en">' in html
    assert 'class="skip" href="#answer"' in html
    pictures = re.findall(r'<svg role="img" aria-label="([^"]+)"', html)
    charts, heat = two.answer.charts, [c for c in two.answer.charts if c.shape == HEAT]
    drawn = [max(2, len(chart.panels)) for chart in charts if chart not in heat]
    assert len(pictures) == sum(drawn), "one picture in two widths, or several in one"
    assert html.count('<table class="heat">') == sum(len(chart.panels) for chart in heat)
    assert html.count("Numbers of this chart") == len(charts)
    scrolled = re.findall(r"<div class=\"scroll\"[^>]*>", html)
    assert all('tabindex="0"' in tag and "aria-label=" in tag for tag in scrolled)


def test_the_page_begins_with_the_answer_and_folds_the_rest(two: Kept) -> None:
    html = read(page(two))
    assert html.index(two.answer.facts["decision"]) < html.index('<section id="headline"')
    order = [html.index(two.answer.finding)]
    order += [
        html.index(f'<section id="{role}"') for role in ROLES if f'<section id="{role}"' in html
    ]
    order += [html.index('id="detail-of-all"'), html.index('id="assumptions"')]
    assert order == sorted(order)
    assert '<details class="part" id="money">' in html
    assert "--a:0.0%;--b:100.0%" in html, "a bar inside a cell"
    assert html.count("<title>") > 40, "marks say what they are"


def test_the_page_holds_all_that_a_reviewer_asks_for(two: Kept, made: dict[str, Any]) -> None:
    html = made["html"]
    rows = Cells(html).rows
    by_name = {row[1]: row for row in rows if len(row) == 6}
    assert {kpi.name for kpi in two.kpis} <= set(by_name)
    assert re.findall(r"<dt>([\d.]+) ", html) == STRESS.split()
    [rate] = [row for row in rows if row[:1] and row[0].startswith("vendors.*.turnover.annual")][:1]
    assert rate[1:3] == ["0.39", "0.3"]
    assert "&#34;kpi_definitions_sha256&#34;" in html


def test_where_scenarios_are_an_aside_the_own_answer_comes_first(two: Kept) -> None:
    roles = [part.role for part in replace(two.answer, kind="rfp").ordered]
    assert roles[0] == "own"
    assert [part.role for part in two.answer.ordered][:3] == ["options", "headline", "own"]


def test_no_row_of_a_sheet_lies_upon_the_next(two: Kept) -> None:
    """A text in several lines has a row as high, and no sentence makes a page of print wider."""
    [risks] = [table for table in two.answer.tables if table.name == "risks"]
    cell = replace(risks.rows[0][0], text="so much to say " * 12)
    table = replace(risks, rows=((cell, *risks.rows[0][1:]),), note="to note " * 30)
    parts = [replace(p, tables=(table,)) if p.role == "risks" else p for p in two.answer.parts]
    book = workbook(replace(two, answer=replace(two.answer, parts=tuple(parts))))
    sheet = load_workbook(BytesIO(book))["Risks"]
    assert sheet.row_dimensions[2].height >= 15 * len(cell.text) / 48
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A4:C4"]


def test_the_page_has_every_month_to_choose_as_the_table_of_results_has_it(
    two: Kept, made: dict[str, Any]
) -> None:
    html, month = made["html"], list(two.months)[3]
    offered = re.findall(r'<option value="([^"]+)"', html)
    assert offered == ["whole", *(f"month-{month}" for month in two.months)]
    shown = html.partition(f'<div id="month-{month}" hidden>')[2].partition("</table>")[0]
    [row] = [row for row in Cells(shown).rows if row[0] == "Initial denial rate"]
    rows = [r for r in two.rows if r.kpi == "denials.initial_rate" and r.period == month]
    for cell, at in zip(row[1::2], rows, strict=True):
        assert float(read(cell).removesuffix(" %")) == pytest.approx(100 * at.value, abs=0.5)


def test_one_page_of_paper_holds_the_answer_and_what_it_rests_on(two: Kept) -> None:
    html = page(two, one_page=True)
    assert two.answer.finding in read(html)
    sections = re.findall(r'<section id="([^"]+)"', html)
    assert sections == ["answer", "options", "headline", "own", "bridge", "risks"]
    assert len(html) < len(page(two)) / 3


def test_a_heat_map_of_differences_has_two_colours_even_where_all_are_gains() -> None:
    gains = Series("x", (1.0, 2.0), texts=("+$1", "+$2"))
    [(_, fill), _] = heat_of(Panel("", ("a", "b"), (gains,), "USD"))[0]
    red, green, blue = bytes.fromhex(fill[1:])
    assert green > max(red, blue), "better is green, whatever else there is"


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2 defines it."""

    def light(colour: str) -> float:
        parts = [part / 255 for part in bytes.fromhex(colour.lstrip("#"))]
        red, green, blue = (
            x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_text_can_be_read_on_its_paper(two: Kept, made: dict[str, Any]) -> None:
    """WCAG AA: 4.5 for text, in the light and in the dark."""
    css = made["html"].partition("</style>")[0]
    light, dark = (
        css[i:] for i in (css.index(":root { --paper"), css.index(":root { --paper: #16"))
    )
    for scheme in (light, dark):
        found = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", scheme.partition("}")[0]))
        paper = {"#fff": "#ffffff"}.get(found["paper"], found["paper"])
        for ink in (found[n] for n in ("ink", "soft", "better", "worse", "alarm")):
            assert contrast(ink, paper) >= 4.5, (ink, paper)
        for look in two.looks.values():
            assert contrast(look.colour, paper) >= 3, "a line, which is no text"


@pytest.mark.parametrize("least", [0.0, -1.0])
def test_every_number_of_a_heat_map_can_be_read_on_its_colour(least: float) -> None:
    values = tuple(least + i * (1.0 - least) / 50 for i in range(51))
    panel = Panel("", tuple(map(str, values)), (Series("x", values),), "share")
    [cells] = heat_of(panel)
    for _, fill in cells:
        paper = fill or "#ffffff"
        assert contrast(over(paper), paper) >= 4.5


SCRIPT = """
import hashlib, pathlib, sys
from sim.report import kept
from sim.report.brand import Brand
from sim.report.deck import deck
from sim.report.page import page
from sim.report.workbook import workbook
found = kept.read(pathlib.Path(sys.argv[1]), Brand())
for made in (page(found).encode(), workbook(found), deck(found)):
    print(hashlib.sha256(made).hexdigest())
"""


def test_the_same_study_gives_the_same_bytes(two: Kept, made: dict[str, Any]) -> None:
    from hashlib import sha256

    env = {**os.environ, "PYTHONHASHSEED": "1"}
    words = [sys.executable, "-c", SCRIPT, str(two.folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=env)
    files = (made["html"].encode(), made["xlsx"], made["pptx"])
    assert done.stdout.split() == [sha256(file).hexdigest() for file in files]


# --- workbook and deck ----------------------------------------------------------------------------


def test_the_front_of_the_workbook_computes_from_the_table(two: Kept, made: dict[str, Any]) -> None:
    book = load_workbook(BytesIO(made["xlsx"]))
    front, results = book["Answer"], sheets(made["xlsx"])["Results"]
    formulas = [c for row in front.iter_rows() for c in row if c.data_type == "f"]
    assert len(formulas) > 40
    assert {
        s.title
        for s in book.worksheets
        if any(c.data_type == "f" for row in s.iter_rows() for c in row)
    } == {"Answer"}
    row = next(r for r in front.iter_rows() if r[0].value == "Initial denial rate")
    assert row[3].value == f"=C{row[0].row}-B{row[0].row}"
    assert "Results!" in row[1].value
    assert row[1].number_format.startswith("0.")
    assert results[0][:4] == ("Measure", "Quantity", "Part", "Scenario")
    [mean] = [
        r
        for r in results
        if r[1] == "denials.initial_rate" and r[3] == "specialised" and not r[4] and "/" in r[5]
    ]
    shown = sheets(made["xlsx"])["Answer"][row[0].row - 1][2]
    assert shown == pytest.approx(mean[7], abs=1e-3)
    for name in ("Results", "Monthly", "Headline"):
        assert book[name].auto_filter.ref
        assert book[name].page_setup.orientation == "landscape"


def test_the_workbook_has_native_charts(two: Kept, made: dict[str, Any]) -> None:
    book = load_workbook(BytesIO(made["xlsx"]))
    expected = sum(len(c.panels) for c in two.answer.charts if c.shape != "heat")
    assert sum(len(sheet._charts) for sheet in book.worksheets) == expected >= 8
    months = sheets(made["xlsx"])["Monthly"]
    assert {"Initial denial rate", "Backlog", "People planned"} <= set(months[0])
    assert months[1][:2] == ("generalist", "2025-01")


def test_the_deck_reads_in_order_with_native_charts(two: Kept, made: dict[str, Any]) -> None:
    said = titles(made["pptx"])
    assert 8 <= len(said) <= 16
    assert said[0] == two.answer.facts["decision"].removesuffix(".")
    assert said[-3:] == ["Decision asked", said[-2], "Method"]
    assert said[-2].startswith("Assumptions that matter")
    file = Presentation(BytesIO(made["pptx"]))
    assert (file.slide_width, file.slide_height) == (12191695, 6858000)
    xml = ""
    for place, slide in enumerate(file.slides, 1):
        assert "seed 42" in slide.notes_slide.notes_text_frame.text
        kinds = {p.placeholder_format.type for p in slide.placeholders}
        assert {str(kind).partition(" ")[0] for kind in kinds} == {
            "TITLE",
            "FOOTER",
            "SLIDE_NUMBER",
        }
        assert any(p.text_frame.text == str(place) for p in slide.placeholders)
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top + shape.height <= file.slide_height
            if shape.has_chart:
                assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
                xml += shape.chart._chartSpace.xml
    assert "<c:errBars>" in xml
    assert xml.index("<c:errBars>") < xml.index("<c:cat>", xml.index("<c:errBars>"))


def test_a_deck_is_built_on_a_template_of_ones_own(two: Kept, tmp_path: Path) -> None:
    own = Presentation()
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "An old slide"
    own.save(str(tmp_path / "own.pptx"))
    made = deck(replace(two, template=tmp_path / "own.pptx"))
    assert "An old slide" not in titles(made)
    assert len(titles(made)) > 8
    (tmp_path / "bad.potx").write_text("no")
    with pytest.raises(StudyError, match="no PowerPoint template"):
        deck(replace(two, template=tmp_path / "bad.potx"))


# --- any study, any name --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "replications"),
    [(TWO[:1], 3), (TWO, 1), (NASTY, 2), (TWELVE, 2)],
    ids=["one", "one replication", "nasty", "twelve"],
)
def test_any_names_are_text_and_nothing_else(
    study: Study, tmp_path: Path, names: tuple[str, ...], replications: int
) -> None:
    found = keep(study(names, replications, 4), tmp_path)
    html, content, slides = page(found), workbook(found), deck(found)
    book = sheets(content)
    assert html.count("<script>") == 1
    assert "<b>" not in html
    assert "\x1b" not in html
    assert "http" not in html
    assert len(html.encode()) < 2_000_000
    assert "nan" not in re.sub("<[^>]*>", " ", html[html.index("<main>") :]).split()
    text = html.replace("&#34;", '"').replace("&#39;", "'")
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for shown in found.answer.scenarios.values():
        assert shown in text
        assert any(shown in map(str, row) for row in book["Results"])
    assert len(set(found.answer.scenarios.values())) == len(names)
    assert 6 <= len(titles(slides)) <= 17
    formulas = [
        c.value
        for s in load_workbook(BytesIO(content)).worksheets
        for row in s.iter_rows()
        for c in row
        if c.data_type == "f"
    ]
    assert all(f.startswith(("=ROUND(SUMPRODUCT((Results!", "=C")) for f in formulas)


def test_a_study_with_almost_nothing_can_be_shown(study: Study, tmp_path: Path) -> None:
    made = study(TWO, 2, 3)
    bare = Outcome({"denials.initial_rate": 0.1, "people.turnover": float("nan")}, {"x": {"y": []}})
    outcomes = {name: {0: bare, 1: bare} for name in TWO}
    found = keep(replace(made, outcomes=outcomes), tmp_path)
    assert "for generalist (no difference)" in read(page(found))
    assert "Answer" in sheets(workbook(found))
    assert len(titles(deck(found))) >= 4


def test_what_was_changed_since_is_refused(two: Kept, study: Study, tmp_path: Path) -> None:
    found = keep(study(TWO, 2, 3), tmp_path)
    path = tmp_path / ANSWER
    text = path.read_text("utf-8")
    path.write_text(text.replace("generalist", "somebody"), "utf-8")
    with pytest.raises(StudyError, match="is not what the study wrote"):
        kept.read(tmp_path, Brand())
    path.unlink()
    with pytest.raises(StudyError, match=r"holds no answer \(answer.json\)"):
        kept.read(tmp_path, Brand())
    assert found.answer.kind == "compare"


# --- checks ---------------------------------------------------------------------------------------


def verdicts(result: StudyResult) -> list[str]:
    return [check.verdict for check in checks.checks(result)]


def test_checks_find_what_is_wrong(study: Study, tmp_path: Path) -> None:
    good = study(TWO, 2, 3)
    assert verdicts(good)[:3] == ["holds"] * 3
    assert verdicts(good)[-1] == "holds"
    folder = keep(good, tmp_path).folder
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert checks.files(folder, manifest).verdict == "holds"
    first = good.outcomes[TWO[0]][0]
    first.kpis["money.paid_usd"] += 0.02
    first.kpis["denials.first_answer_rate"] += 1e-6
    first.kpis["money.expected_usd"] += 0.02
    (tmp_path / "summary.csv").write_text("changed")
    first.kpis["money.expected_usd"] += 1.0
    assert verdicts(good)[:3] == ["FAILS"] * 3
    found = checks.files(folder, manifest)
    assert found.verdict == "FAILS"
    assert "summary.csv" in found.found


def queues(backlog: int) -> dict[str, list[Any]]:
    return {
        "week": [0, 1],
        "queue": ["edits"] * 2,
        "opening": [0, 10],
        "arrived": [70, 70],
        "finished": [60, 70],
        "backlog": [10, backlog],
        "oldest_days": [1, 1],
    }


@pytest.mark.parametrize(
    ("backlog", "wait", "said"),
    [(10, 1.0, ["holds", "holds"]), (11, 1.0, ["FAILS", "holds"]), (10, 9.0, ["holds", "FAILS"])],
)
def test_work_is_conserved_and_waits_as_little_says(
    study: Study, backlog: int, wait: float, said: list[str]
) -> None:
    kpis = {"work.backlog_days.edits": 1.0, "work.wait_days.edits": wait}
    outcome = Outcome(kpis, {"queues": queues(backlog)})
    made = replace(study(TWO[:1], 1, 1), outcomes={TWO[0]: {0: outcome}})
    counted = {TWO[0]: {**SAID[0], "kpi_from_days": 0}}
    assert verdicts(replace(made, scenarios=counted))[3:5] == said


# --- brand ----------------------------------------------------------------------------------------


def test_a_brand_restyles_all_three(study: Study, tmp_path: Path) -> None:
    Image.new("RGB", (300, 80), "#AA3377").save(tmp_path / "logo.png")
    (tmp_path / "brand.yaml").write_text(
        'name: Müller & Söhne\nlogo: logo.png\naccent: "#AA3377"\ncolours: ["#112233", "#445566"]\n'
    )
    brand = load_brand(tmp_path / "brand.yaml")
    found = keep(study(TWO, 2, 3), tmp_path, brand)
    html, book, slides = page(found), workbook(found), deck(found)
    assert "Müller &amp; Söhne" in html
    assert "--accent: #AA3377" in html
    assert "background:#112233" in html
    assert 'src="data:image/png;base64,' in html
    sheet = load_workbook(BytesIO(book))["Answer"]
    assert sheet["A1"].value == brand.name
    assert len(sheet._images) == 1
    file = Presentation(BytesIO(slides))
    for slide in file.slides:
        assert any(shape.shape_type == 13 for shape in slide.shapes)  # a picture
    assert "445566" in "".join(
        shape.chart._chartSpace.xml for s in file.slides for shape in s.shapes if shape.has_chart
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accent: blue", 'brand.yaml:1:9: accent: must be a colour such as "#0072B2" (got "blue")'),
        ("nmae: x", "brand.yaml:1:1: nmae: unknown key; allowed: name, logo"),
        ("logo: gone.png", "brand.yaml:1:7: logo: there is no file 'gone.png'"),
        ("logo: brand.yaml", "brand.yaml:1:7: logo: must be a PNG or JPEG picture"),
        ('colours: ["#000000"]', "brand.yaml:1:10: colours: has too few items"),
        ("- a", "must be a mapping"),
    ],
)
def test_a_bad_brand_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "brand.yaml").write_text(text)
    with pytest.raises(ScenarioError) as error:
        load_brand(tmp_path / "brand.yaml")
    assert said in str(error.value)
    assert len(error.value.problems) == 1


def test_lost_visits_are_no_other_claims(study: Study) -> None:
    made = study(TWO, 2, 24)
    for by in made.outcomes.values():
        for r, outcome in by.items():
            outcome.kpis["visits.lost_visit"] = 0.05
            outcome.kpis["money.expected_usd"] = 1e6 + r
            monthly = outcome.tables["monthly"]
            for column, cell in zip(
                monthly, (0, "2025-01-01", "claims.count", 90.0 + len(by)), strict=True
            ):
                monthly[column].append(cell)
    made.outcomes["specialised"][0].tables["monthly"]["value"][-1] = 50.0
    check = checks._same_claims(made)
    assert check.verdict == "holds"
    made.outcomes["specialised"][0].kpis["money.expected_usd"] = 2e6
    assert checks._same_claims(made).verdict == "FAILS"
