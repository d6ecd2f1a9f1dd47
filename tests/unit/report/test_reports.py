"""Page, workbook and deck: the same numbers everywhere, any name, nothing fetched, no surprises."""

import csv
import hashlib
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image
from pptx import Presentation

from sim.record.record import Outcome
from sim.report import build, checks, terminal
from sim.report.brand import Brand, load_brand
from sim.report.charts import View
from sim.report.deck import deck
from sim.report.facts import Facts
from sim.report.html import page
from sim.report.words import interval, number
from sim.report.workbook import workbook
from sim.scenario.load import load, shipped_file
from sim.scenario.problems import ScenarioError
from sim.study.compare import compare
from sim.study.replicate import StudyResult
from sim.study.store import content_of
from sim.study.tables import write_study

TWO = ("generalist", "specialised")
EVIL = "<script>alert(1)</script> =1+1 & \x1b[31m\u202e\uffff"
NASTY = ("ספק אלפא <b>&amp; $x_1$ = 5 🚀", "شركة الترميز", "=cmd|calc {{ 7*7 }} 仕事", EVIL)
TWELVE = tuple(f"Vendor {c}, {'a very long name, ' * 4} variant {c}" for c in "ABCDEFGHIJKL")
SAID = [
    content_of(load(shipped_file(f"{name}.yaml")).scenario)
    for name in ("generalist", "specialized")
]
FEW = ("claim_outcomes", "paired_differences", "money_waterfall", "denials_initial_rate")
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


def facts_of(result: StudyResult, folder: Path, brand: Brand | None = None) -> Facts:
    """The facts of a fake study whose tables are written to a folder."""
    said = {name: {**SAID[i % 2], "description": name} for i, name in enumerate(result.names)}
    result = replace(result, scenarios=said)
    comparison = compare(result)
    write_study(result, folder, command=["denialloop", "compare"], comparisons=comparison)
    return Facts.of(result, comparison, folder, brand or Brand())


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def read(text: str) -> str:
    """A text without the marks that say where its line may and may not end."""
    return text.replace("\u200b", "").replace("\u00a0", " ")


def tables(content: bytes) -> Iterator[list[list[str]]]:
    for slide in Presentation(BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_table:
                yield [[read(cell.text) for cell in row.cells] for row in shape.table.rows]


def titles(content: bytes) -> list[str]:
    return [read(slide.shapes.title.text) for slide in Presentation(BytesIO(content)).slides]


@pytest.fixture(scope="module")
def facts(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_of(study(TWO, 6, 6), tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="module")
def made(facts: Facts) -> dict[str, Any]:
    return {"html": page(facts), "xlsx": workbook(facts), "pptx": deck(facts)}


@pytest.fixture
def few_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of the charts: all of them are tested on such names elsewhere."""
    monkeypatch.setattr(build, "CHARTS", {name: build.CHARTS[name] for name in FEW})


# --- the same numbers -----------------------------------------------------------------------------


def from_tables(folder: Path) -> dict[str, list[str]]:
    """What the CSV files say, in the words of the reports, by KPI."""
    means: dict[tuple[str, str], str] = {}
    with (folder / "summary.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["mean"] and row["unit"] in ("share", "USD/year"):
                error = float(row["sd"]) / float(row["n"]) ** 0.5
                shown = number(float(row["mean"]), row["unit"].removesuffix("/year"), error)
                means[row["scenario"], row["kpi"]] = shown
    found = {}
    with (folder / "comparison.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if (row["baseline"], row["kpi"]) in means:
                ends = (float(row[c]) for c in ("difference", "ci_low", "ci_high"))
                said = interval(*ends, row["unit"].removesuffix("/year"), difference=True)
                both = [means[row[c], row["kpi"]] for c in ("baseline", "scenario")]
                found[row["kpi"]] = [*both, *said, row["verdict"]]
    return found


def test_all_five_say_the_same_to_the_last_digit(facts: Facts, made: dict[str, Any]) -> None:
    csv_says = from_tables(facts.folder)
    kpis = ("denials.initial_rate", "money.net_value_usd", "quality.coding_accuracy")
    lines = terminal.comparison_text(facts.view.result, facts.view.comparison).splitlines()
    html = {row[0]: row for row in reversed(Cells(made["html"]).rows) if row}
    front = {str(row[0]): row for row in reversed(sheets(made["xlsx"])["Answer"])}
    slide = {row[0]: row for row in next(tables(made["pptx"]))}
    labels = dict(zip(kpis, ("Initial denial rate", "Net value", "Coding accuracy"), strict=True))
    for kpi, label in labels.items():
        line = next(line for line in lines if line.strip().startswith(label))
        printed = re.split(r" {2,}", line.strip())
        assert printed[1:] == csv_says[kpi]
        assert list(map(read, html[label])) == printed
        assert list(front[label]) == printed
        assert [cell.lstrip("▲▼ ") for cell in slide[label]] == printed


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
    "A/R older than 90 days": ("27 to 36 %",
                               "Kodiak 2024, Medicare Advantage to commercial"),
    "Cost to collect": ("2 to 4 %", "trade press, registration included"),
}  # fmt: skip
"""As docs/validation.md and docs/calibration.md have them."""
NOT_HEADLINE = {"claims.clean_claim_rate": 0.91, "denials.initial_with_rfi_usd_rate": 0.12,
                "denials.overturned_rate": 0.6, "money.dnfb_days": 5.5,
                "money.ar_over_90_share": 0.25, "money.cost_to_collect": 0.031}  # fmt: skip
SHOWN = ("91.0 %", "12.0 %", "60.0 %", "5.50 days", "25.0 %", "3.1 %")


def with_kpis(result: StudyResult, kpis: dict[str, float]) -> StudyResult:
    """A study that has some more KPIs, the same in every replication."""
    outcomes = {
        name: {r: Outcome({**o.kpis, **kpis}, o.tables) for r, o in by.items()}
        for name, by in result.outcomes.items()
    }
    return replace(result, outcomes=outcomes)


def test_every_published_band_stands_beside_its_figure(
    study: Study, tmp_path: Path, few_charts: None
) -> None:
    """All eleven, whether they are headlines or not; with their source; in every kind of report."""
    facts = facts_of(with_kpis(study(TWO, 3, 3), NOT_HEADLINE), tmp_path)
    text = terminal.comparison_text(facts.view.result, facts.view.comparison)
    rows = text.partition("published   source")[2].splitlines()
    alone = terminal.run_text(with_kpis(study(TWO[:1], 3, 3), NOT_HEADLINE))
    html = [list(map(read, row)) for row in Cells(page(facts)).rows]
    book = sheets(workbook(facts))
    slide = next(t for t in tables(deck(facts)) if t[0][-1] == "source")
    expected = [[name, *said] for name, said in PUBLISHED_ROWS.items()]
    front = [list(row) for row in book["Answer"]]
    for table in (html, front, slide):
        assert [[row[0], *row[3:5]] for row in table if row[0] in PUBLISHED_ROWS
                and row[3:5] == list(PUBLISHED_ROWS[row[0]])] == expected  # fmt: skip
    shown = [row[1:3] for row in slide if row[0] in PUBLISHED_ROWS]
    assert [pair for pair in shown if pair[0] == pair[1]] == [[each, each] for each in SHOWN]
    for name, (band, source) in PUBLISHED_ROWS.items():
        line = next(line for line in rows if line.startswith(f" {name} "))
        assert re.split(r" {2,}", line.strip())[3] == band
        assert source.split()[0] in line
        assert band in alone.partition("published   source")[2]
    bands = {row[2]: row[9:12] for row in book["Summary"][1:] if row[11]}
    assert len(bands) == 11
    assert bands["money.dnfb_days"] == (3, 7, "HFMA, best to typical")


def test_the_turnover_that_was_planned_for_stands_beside_the_one_that_came(
    study: Study, tmp_path: Path, few_charts: None
) -> None:
    result = with_kpis(study(TWO, 3, 3), {"people.turnover_expected": 0.325})
    facts = facts_of(result, tmp_path)
    for text in (
        terminal.comparison_text(result, facts.view.comparison),
        terminal.run_text(with_kpis(study(TWO[:1], 3, 3), {"people.turnover_expected": 0.325})),
    ):
        lines = [line.strip() for line in text.splitlines()]
        at = next(i for i, line in enumerate(lines) if line.startswith("Turnover, per year"))
        below = next(line for line in lines[at + 1 : at + 4] if line.startswith("·"))
        assert re.split(r" {2,}", below)[:2] == ["· planned for", "32.5 %"]
        assert text.count("Turnover is what came") == 1
    written = ["· planned for", "32.5 %", "32.5 %"]
    html = [list(map(read, row)) for row in Cells(page(facts)).rows]
    for table in (html, [list(r) for r in sheets(workbook(facts))["Answer"]],
                  next(tables(deck(facts)))):  # fmt: skip
        at = next(i for i, row in enumerate(table) if row and row[0] == "Turnover, per year")
        assert table[at + 1][:3] == written
    assert "Turnover is what came" in facts.basis
    assert "· planned for" not in terminal.run_text(study(TWO[:1], 3, 3))


def test_what_pressure_does_to_people_is_told_where_the_loop_is_on(study: Study) -> None:
    seen = {"people.turnover_expected": 0.325, "people.exhaustion": 0.25, "people.touch_share": 0.9}
    plain = with_kpis(study(TWO, 3, 3), seen)
    for gain, shown in ((0.0, False), (0.4, True)):
        said: dict[str, Any] = {name: {**SAID[0], "people": {"strain": {}}} for name in TWO}
        said[TWO[1]]["people"] = {"strain": {"corner_exponent": gain, "build_days": 30.0}}
        result = replace(plain, scenarios=said)
        for text in (
            terminal.comparison_text(result, compare(result)),
            terminal.run_text(replace(with_kpis(study(TWO[1:], 3, 3), seen), scenarios=said)),
        ):
            rows = [re.split(r" {2,}", line.strip()) for line in text.splitlines()]
            found = [row[:2] for row in rows if row[0] in terminal.LOOP.values()]
            expected = [["· exhaustion", "0.25"], ["· touch times taken", "90.0 %"]]
            assert found == (expected if shown else [])


def test_all_begin_with_the_answer(facts: Facts, made: dict[str, Any]) -> None:
    answer = terminal.headline(facts.view.result, facts.view.comparison)
    assert answer in made["html"].replace("\u00a0", " ")
    assert sheets(made["xlsx"])["Answer"][2][0] == answer
    assert titles(made["pptx"])[1] == answer


# --- the page -------------------------------------------------------------------------------------


def test_the_page_fetches_nothing(made: dict[str, Any]) -> None:
    html = made["html"]
    assert "http" not in html
    assert "@import" not in html
    links = [v for _, n, v in Cells(html).attributes if n in ("src", "href", "action", "data")]
    assert links
    assert {link[:1] for link in links} == {"#"}
    assert set(re.findall(r"url\((.)", html)) == {"#"}
    assert len(html.encode()) < 3_000_000


def test_every_id_is_there_once_and_every_link_leads_somewhere(made: dict[str, Any]) -> None:
    found = Cells(made["html"]).attributes
    ids = [value for _, name, value in found if name == "id"]
    assert len(ids) == len(set(ids))
    used = {value[1:] for _, name, value in found if name == "href"}
    used |= {value for _, name, value in found if name == "aria-labelledby"}
    used |= set(re.findall(r"url\(#([^)]*)\)", made["html"]))
    assert used <= set(ids)


def test_the_page_can_be_used_without_eyes_or_mouse(facts: Facts, made: dict[str, Any]) -> None:
    html = made["html"]
    assert '<html lang="en">' in html
    assert 'class="skip" href="#answer"' in html
    pictures = re.findall(r'<svg role="img" aria-label="([^"]+)"', html)
    assert len(pictures) == len(facts.charts) == html.count("Numbers of this chart")
    scrolled = re.findall(r"<div class=\"(?:scroll|chart)\"[^>]*>", html)
    assert all('tabindex="0"' in tag and "aria-label=" in tag for tag in scrolled)


def test_the_page_holds_all_that_a_reviewer_asks_for(facts: Facts, made: dict[str, Any]) -> None:
    html = made["html"]
    rows = Cells(html).rows
    by_name = {row[1]: row for row in rows if len(row) == 6}
    assert {kpi.name for kpi in facts.kpis} <= set(by_name)
    assert re.findall(r"<dt>([\d.]+) ", html) == STRESS.split()
    [rate] = [row for row in rows if row[:1] and row[0].startswith("vendors.*.turnover.annual")][:1]
    assert rate[1:3] == ["0.39", "0.3"]
    assert "&#34;kpi_definitions_sha256&#34;" in html


def test_the_same_study_gives_the_same_bytes(facts: Facts, made: dict[str, Any]) -> None:
    script = (
        "import hashlib, pickle, sys\nfrom sim.report.html import page\n"
        "from sim.report.workbook import workbook\nfrom sim.report.deck import deck\n"
        "facts = pickle.load(open(sys.argv[1], 'rb'))\n"
        "for text in (page(facts).encode(), workbook(facts), deck(facts)):\n"
        "    print(hashlib.sha256(text).hexdigest())"
    )
    fresh = Facts(facts.view, facts.brand, facts.folder, facts.manifest)
    path = facts.folder / "facts.pickle"
    path.write_bytes(pickle.dumps(fresh))
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    files = (made["html"].encode(), made["xlsx"], made["pptx"])
    assert done.stdout.split() == [hashlib.sha256(file).hexdigest() for file in files]


# --- workbook and deck ----------------------------------------------------------------------------


def test_the_workbook_has_native_charts_and_numbers(facts: Facts, made: dict[str, Any]) -> None:
    book = load_workbook(BytesIO(made["xlsx"]))
    assert sum(len(sheet._charts) for sheet in book.worksheets) == len(facts.plots) >= 8
    sheet = book["Comparison"]
    assert sheet.freeze_panes == "B2"
    [row] = [row for row in sheet.iter_rows(min_row=2) if row[1].value == "denials.initial_rate"]
    [gap] = [c for c in facts.view.comparison if c.kpi.name == "denials.initial_rate"]
    assert row[4].value == pytest.approx(gap.difference.mean)
    assert row[4].number_format == "0.0 %"
    assert all(c.data_type != "f" for s in book.worksheets for r in s.iter_rows() for c in r)


def test_the_deck_reads_in_order_with_native_charts(facts: Facts, made: dict[str, Any]) -> None:
    said = titles(made["pptx"])
    assert 10 <= len(said) <= 14
    assert said[0].startswith("The question")
    assert [part for part in ("What would change", "Recommendation", "Assumptions", "Next steps")
            if not any(title.startswith(part) for title in said)] == []  # fmt: skip
    file = Presentation(BytesIO(made["pptx"]))
    assert (file.slide_width, file.slide_height) == (12191695, 6858000)
    xml, notes = "", ""
    for slide in file.slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert "seed 42" in notes
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top + shape.height <= file.slide_height
            if shape.has_chart:
                assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
                xml += shape.chart._chartSpace.xml
    assert "<c:errBars>" in xml
    assert xml.index("<c:errBars>") < xml.index("<c:cat>", xml.index("<c:errBars>"))


def test_a_waterfall_floats_and_ends_at_what_is_not_paid(facts: Facts) -> None:
    plot = facts.plots["leakage_baseline"]
    below, loss, gain = (plot.series[name] for name in ("below", "Loss", "Gain"))
    level = 0.0
    for low, up, down in list(zip(below, loss, gain, strict=True))[:-1]:
        assert low == pytest.approx(min(level, level + up - down))
        level += up - down
    assert plot.series["Not paid"][-1] == pytest.approx(level)
    paid = facts.view.estimate(TWO[0], "money.paid_usd").mean
    expected = facts.view.estimate(TWO[0], "money.expected_usd").mean
    assert level == pytest.approx(1 - paid / expected)


# --- any study, any name --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "replications"),
    [(TWO[:1], 3), (TWO, 1), (NASTY, 2), (TWELVE, 2)],
    ids=["one", "one replication", "nasty", "twelve"],
)
def test_any_names_are_text_and_nothing_else(
    study: Study, tmp_path: Path, few_charts: None, names: tuple[str, ...], replications: int
) -> None:
    facts = facts_of(study(names, replications, 4), tmp_path)
    html, book, slides = page(facts), sheets(workbook(facts)), deck(facts)
    assert html.count("<script>") == 1
    assert "<b>" not in html
    assert "\x1b" not in html
    assert "http" not in html
    assert len(html.encode()) < 3_000_000
    assert "nan" not in re.sub("<[^>]*>", " ", html[html.index("<main>") :]).split()
    text = html.replace("&#34;", '"').replace("&#39;", "'")
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for shown in facts.names.values():
        assert shown in text
        assert any(shown in map(str, row) for row in book["Summary"])
    assert len(set(facts.names.values())) == len(names)
    assert 8 <= len(titles(slides)) <= 14  # with so few charts
    formulas = [c for s in load_workbook(BytesIO(workbook(facts))).worksheets
                for row in s.iter_rows() for c in row if c.data_type == "f"]  # fmt: skip
    assert formulas == []


def test_a_study_with_almost_nothing_can_be_shown(study: Study, tmp_path: Path) -> None:
    made = study(TWO, 2, 3)
    bare = Outcome({"denials.initial_rate": 0.1, "people.turnover": float("nan")}, {"x": {"y": []}})
    facts = facts_of(replace(made, outcomes={name: {0: bare, 1: bare} for name in TWO}), tmp_path)
    html = page(facts)
    assert "for generalist (no difference)" in html.replace("\u00a0", " ")
    assert set(facts.plots) <= {"paired_differences"}
    assert "Answer" in sheets(workbook(facts))
    assert len(titles(deck(facts))) >= 5


def test_totals_of_different_periods_are_not_compared_in_silence(
    study: Study, tmp_path: Path
) -> None:
    facts = facts_of(study(TWO, 2, 1), tmp_path)
    assert "different periods" not in facts.basis
    facts.view.result.scenarios[TWO[1]]["horizon_days"] += 365
    assert "Careful: the scenarios count different periods" in facts.basis
    assert "different worlds" in facts.checks[2].found


def test_tables_of_other_commands_are_shown(study: Study, tmp_path: Path, few_charts: None) -> None:
    (tmp_path / "scorecard.csv").write_text(
        "claim,words,n,value,ci_low,ci_high,unit\nk,'=F1 <x>,3,0.125,0.1,0.15,share\n"
    )
    (tmp_path / "matrix.csv").write_text("function,vendor\nar,generalist\n")
    (tmp_path / "breakeven.csv").write_text("value,difference\n42,1.5\n")
    facts = facts_of(study(TWO, 2, 3), tmp_path)
    html = page(facts)
    assert "Scorecard: published claims" in html
    assert "=F1 &lt;x&gt;" in html
    sheet = sheets(workbook(facts))["Scorecard"]
    assert sheet[0][:5] == ("Claim", "Words", "Replications", "Value", "95 % from")
    assert sheet[1][1] == "=F1 <x>"
    slides = deck(facts)
    assert ["ar", "generalist"] in [row for table in tables(slides) for row in table]
    said = [s.text_frame.text for slide in Presentation(BytesIO(slides)).slides
            for s in slide.shapes if s.has_text_frame]  # fmt: skip
    assert any("Where the answer turns: 42, 1.5" in text for text in said)


# --- checks ---------------------------------------------------------------------------------------


def verdicts(facts: Facts) -> list[str]:
    return [check.verdict for check in facts.checks]


def test_checks_find_what_is_wrong(study: Study, tmp_path: Path) -> None:
    good = study(TWO, 2, 3)
    facts = facts_of(good, tmp_path)
    assert verdicts(facts)[:3] == ["holds"] * 3
    assert verdicts(facts)[-2:] == ["holds"] * 2
    first = good.outcomes[TWO[0]][0]
    first.kpis["money.paid_usd"] += 0.02
    first.kpis["denials.first_answer_rate"] += 1e-6
    first.kpis["money.expected_usd"] += 0.02
    (tmp_path / "summary.csv").write_text("changed")
    again = Facts(facts.view, facts.brand, tmp_path, facts.manifest)
    first.kpis["money.expected_usd"] += 1.0
    found = verdicts(again)
    assert found[:3] == ["FAILS"] * 3
    assert found[-1] == "FAILS"
    assert "summary.csv" in again.checks[-1].found


def queues(backlog: int) -> dict[str, list[Any]]:
    return {"week": [0, 1], "queue": ["edits"] * 2, "opening": [0, 10], "arrived": [70, 70],
            "finished": [60, 70], "backlog": [10, backlog], "oldest_days": [1, 1]}  # fmt: skip


@pytest.mark.parametrize(
    ("backlog", "wait", "said"),
    [(10, 1.0, ["holds", "holds"]), (11, 1.0, ["FAILS", "holds"]), (10, 9.0, ["holds", "FAILS"])],
)
def test_work_is_conserved_and_waits_as_little_says(
    study: Study, tmp_path: Path, backlog: int, wait: float, said: list[str]
) -> None:
    kpis = {"work.backlog_days.edits": 1.0, "work.wait_days.edits": wait}
    outcome = Outcome(kpis, {"queues": queues(backlog)})
    made = replace(study(TWO[:1], 1, 1), outcomes={TWO[0]: {0: outcome}})
    facts = facts_of(made, tmp_path)
    facts.view.result.scenarios[TWO[0]]["kpi_from_days"] = 0
    assert verdicts(facts)[3:5] == said


# --- brand ----------------------------------------------------------------------------------------


def test_a_brand_restyles_all_three(study: Study, tmp_path: Path, few_charts: None) -> None:
    Image.new("RGB", (300, 80), "#AA3377").save(tmp_path / "logo.png")
    (tmp_path / "brand.yaml").write_text(
        'name: Müller & Söhne\nlogo: logo.png\naccent: "#AA3377"\ncolours: ["#112233", "#445566"]\n'
    )
    brand = load_brand(tmp_path / "brand.yaml")
    facts = facts_of(study(TWO, 2, 3), tmp_path, brand)
    html, book, slides = page(facts), workbook(facts), deck(facts)
    assert "Müller &amp; Söhne" in html
    assert "--accent: #AA3377" in html
    assert "background:#112233" in html
    assert "#112233" in facts.picture(facts.charts["claim_outcomes"])
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
        ("nmae: x", 'brand.yaml:1:1: nmae: unknown key; allowed: name, logo'),
        ("logo: gone.png", "brand.yaml:1:7: logo: there is no file 'gone.png'"),
        ("logo: brand.yaml", "brand.yaml:1:7: logo: must be a PNG or JPEG picture"),
        ('colours: ["#000000"]', "brand.yaml:1:10: colours: has too few items"),
        ("- a", "must be a mapping"),
    ],
)  # fmt: skip
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
            for column, cell in zip(monthly, (0, "2025-01-01", "claims.count", 90.0 + len(by)),
                                    strict=True):  # fmt: skip
                monthly[column].append(cell)
    made.outcomes["specialised"][0].tables["monthly"]["value"][-1] = 50.0
    check = checks._same_claims(View(made, 1.0))
    assert check.verdict == "holds"
    made.outcomes["specialised"][0].kpis["money.expected_usd"] = 2e6
    assert checks._same_claims(View(made, 1.0)).verdict == "FAILS"
