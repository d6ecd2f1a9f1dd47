"""The report as slides, in the order in which a steering committee reads; native charts."""

import math
import re
import shlex
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches, Pt

from sim.report.facts import Facts
from sim.report.others import OTHERS
from sim.report.plots import HIDDEN, Plot, best
from sim.report.published import beside
from sim.report.words import bound, brief, heading, inside, label, plain
from sim.scenario.evidence import LETTERS
from sim.study.compare import BETTER, CAVEAT, WORSE

WIDE, HIGH, EDGE = 13.333, 7.5, 0.6  # inches: 16:9
INK, GREY = "1D1D1F", "5F6368"
MOST_ROWS = 16  # of a table on a slide
MOST_SHOWN = 4  # scenarios beside what has been published
KINDS = {
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.BAR_STACKED,
    "columns": XL_CHART_TYPE.COLUMN_STACKED,
    "line": XL_CHART_TYPE.LINE,
}
LEAST = 10  # slides, where the study has numbers for so many; there are at most 15
EXTRA = ("claims_first_pass_payment_rate", "quality_coding_accuracy", "people_mean_knowledge")
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def deck(facts: Facts) -> bytes:
    """The whole deck; the same study and brand give the same bytes."""
    made = _Deck(facts)
    made.question()
    made.answer()
    made.published()
    made.plot("claim_outcomes")
    made.leakage()
    made.plot("paired_differences")
    for name in ("risk", "cost", "cash"):
        made.plot(name)
    made.doubts()
    made.plot("denials_initial_rate")
    made.plot("turnover_cost")
    more = 2 + (len(facts.names) > 1)  # slides that follow
    for name in EXTRA:
        if len(made.file.slides) + more < LEAST:
            made.plot(name)
    if len(made.file.slides) + more < LEAST:
        made.checks()
    made.recommendation()
    made.assumptions()
    made.next_steps()
    buffer = BytesIO()
    made.file.save(buffer)
    return _settled(buffer.getvalue())


class _Deck:
    """Slides that are being written."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.accent = facts.brand.accent.lstrip("#")
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDE), Inches(HIGH)
        about = self.file.core_properties
        about.title, about.author = plain(facts.title, 200), facts.brand.name or "denialloop"
        about.last_modified_by, about.comments = about.author, CAVEAT

    def slide(self, title: str, notes: str) -> Any:
        """A slide with its title, a rule below it, a foot and notes."""
        slide = self.file.slides.add_slide(self.file.slide_layouts[5])
        head = slide.shapes.title
        head.left, head.top, head.width, head.height = map(
            Inches, (EDGE, 0.35, WIDE - 2 * EDGE, 1.05)
        )
        frame = head.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        size = next(s for most, s in ((75, 28), (120, 24), (190, 20), (9999, 16))
                    if len(title) <= most)  # fmt: skip
        _write(frame.paragraphs[0], bound(title), size, INK, bold=True)
        rule = slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, Inches(EDGE), Inches(1.45), Inches(WIDE - 2 * EDGE), Inches(0.04)
        )
        rule.fill.solid()
        rule.fill.fore_color.rgb = _rgb(self.accent)
        rule.line.fill.background()
        _say_nothing(rule)
        self.foot(slide)
        slide.notes_slide.notes_text_frame.text = f"{notes}\n\n{self.facts.basis}"
        return slide

    def foot(self, slide: Any) -> None:
        """Brand, source and number of the slide."""
        facts, result = self.facts, self.facts.view.result
        who = f"{facts.brand.name} · " if facts.brand.name else ""
        text = f"{who}Source: denialloop, {result.replications} replications, seed {result.seed}, "
        text += f"hospital at scale {facts.view.scale:g}. {CAVEAT}"
        logo = facts.brand.image
        room = WIDE - 2 * EDGE - (2.2 if logo else 0.8)
        self.text(slide, text, (EDGE, 6.93, room, 0.5), 9, GREY)
        number = self.text(
            slide, str(len(self.file.slides)), (WIDE - EDGE - 0.8, 6.98, 0.8, 0.32), 10, GREY
        )
        number.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        if logo:
            picture = slide.shapes.add_picture(BytesIO(logo[0]), 0, 0, height=Inches(0.4))
            if picture.width > Inches(1.4):
                picture.height = Emu(picture.height * Inches(1.4) // picture.width)
                picture.width = Inches(1.4)
            picture.left = Inches(WIDE - EDGE - 0.3) - picture.width
            picture.top = Inches(7.13) - picture.height // 2
            picture._element.nvPicPr.cNvPr.set("descr", facts.brand.name or "Logo")

    def text(
        self, slide: Any, text: str, box: tuple[float, float, float, float], size: float,
        colour: str = INK,
    ) -> Any:  # fmt: skip
        """A box of text; each line is a paragraph."""
        shape = slide.shapes.add_textbox(*map(Inches, box))
        frame = shape.text_frame
        frame.word_wrap = True
        for place, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            _write(paragraph, bound(line), size, colour)
            paragraph.space_after = Pt(size * 0.6)
        return shape

    def bullets(self, title: str, lines: Sequence[str], notes: str) -> None:
        """A slide of sentences."""
        slide = self.slide(title, notes)
        size = 20 if sum(map(len, lines)) < 700 else 16
        self.text(slide, "\n".join(f"•  {line}" for line in lines), (EDGE, 1.8, 12.1, 5), size)

    def table(
        self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], notes: str,
        widths: Sequence[float] = (), *, numeric: bool = False,
    ) -> None:  # fmt: skip
        """A slide with a table; rows that do not fit are counted."""
        slide = self.slide(title, notes)
        shown = [list(row) for row in rows[: MOST_ROWS - 1 if len(rows) > MOST_ROWS else MOST_ROWS]]
        if len(rows) > len(shown):
            rest = f"… and {len(rows) - len(shown)} more"
            shown.append([rest, *[""] * (len(heads) - 1)])
        room = WIDE - 2 * EDGE
        shares = list(widths) or [2.2, *[1.0] * (len(heads) - 1)]
        high = min(5.2 / (len(shown) + 1), 0.42)
        frame = slide.shapes.add_table(
            len(shown) + 1, len(heads), Inches(EDGE), Inches(1.65), Inches(room),
            Inches(high * (len(shown) + 1)),
        )  # fmt: skip
        table = frame.table
        for column, share in enumerate(shares):
            table.columns[column].width = Inches(room * share / sum(shares))
        size = 12 if high > 0.31 else 11
        for i, row in enumerate([heads, *shown]):
            table.rows[i].height = Inches(high)
            for j, text in enumerate(row):
                self.cell(table.cell(i, j), text, size, head=i == 0, right=numeric and j > 0)

    def cell(self, cell: Any, text: str, size: float, *, head: bool, right: bool) -> None:
        """One cell: white, its head in the accent colour."""
        cell.margin_top = cell.margin_bottom = Inches(0.02)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.fill.solid()
        cell.fill.fore_color.rgb = _rgb(self.accent if head else "FFFFFF")
        marks = {BETTER: ("1B7837", "▲ "), WORSE: ("762A83", "▼ ")}
        colour, mark = marks.get(text, (INK, ""))
        paragraph = cell.text_frame.paragraphs[0]
        over = _over(self.accent)
        text = text.replace("_", "_\u200b") if head else text  # a name may break there
        _write(paragraph, mark + text, size, over if head else colour, bold=head or bool(mark))
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT

    # --- the slides ------------------------------------------------------------------------------

    def question(self) -> None:
        """What is asked."""
        facts = self.facts
        said = facts.view.result.scenarios
        slide = self.slide(
            f"The question: {inside(facts.title)}?" if len(facts.names) == 1 else
            f"The question: what changes with {inside(facts.title)}?",
            "What was compared, and how.",
        )  # fmt: skip
        lines = []
        for place, (name, shown) in enumerate(list(facts.names.items())[:6]):
            role = " (baseline)" if place == 0 and len(facts.names) > 1 else ""
            about = said.get(name, {}).get("description")
            lines.append(f"•  {shown}{role}" + (f": {plain(about, 110)}" if about else ""))
        if len(facts.names) > 6:
            lines.append(f"… and {len(facts.names) - 6} more scenarios")
        self.text(slide, "\n".join(lines), (EDGE, 1.9, 12.1, 4.2), 20 if len(lines) < 4 else 15)
        self.text(slide, facts.runs, (EDGE, 6.2, 12.1, 0.6), 13, GREY)

    def answer(self) -> None:
        """The finding, and the headline measures behind it."""
        facts = self.facts
        name = best(facts.view)
        heads, rows = facts.blocks.get(name) or next(iter(facts.blocks.values()))
        notes = "Differences are paired by replication under common random numbers; verdicts are "
        notes += "adjusted by Holm's method for all headline measures together."
        self.table(
            facts.answer, ("Headline measures", *heads), rows, notes,
            [2, *[1.0] * (len(heads) - 2), 1.3, 1.5], numeric=True,
        )  # fmt: skip

    def published(self) -> None:
        """Measures beside what has been published; of many scenarios baseline and best."""
        facts, names = self.facts, self.facts.view.names
        shown = names if len(names) <= MOST_SHOWN else (names[0], best(facts.view))
        if (found := beside(facts.view, shown)) is None:
            return
        heads, rows = found
        self.table(
            "Beside what has been published", ("Measure", *heads), rows,
            "Sources and links stand in docs/validation.md.",
            [2, *[0.9] * len(shown), 1.3, 2.6],
        )  # fmt: skip

    def plot(self, name: str) -> None:
        """A slide with one figure, if the study has it."""
        plot = self.facts.plots.get(name)
        if plot is not None:
            slide = self.slide(plot.title, f"{plot.method}\n\n{plot.numbers}")
            self.draw(slide, plot, (EDGE, 1.6, WIDE - 2 * EDGE, 5.3))

    def leakage(self) -> None:
        """What is not paid, of the baseline and of the best alternative side by side."""
        found = [p for n, p in self.facts.plots.items() if n.startswith("leakage")]
        if not found:
            return
        title = self.facts.charts["money_waterfall"].title
        notes = "\n\n".join(f"{plot.title}.\n{plot.numbers}" for plot in found)
        slide = self.slide(title, f"{found[0].method}\n\n{notes}")
        wide = (WIDE - 2 * EDGE) / len(found)
        reach = max(sum(v) for p in found for v in zip(*p.series.values(), strict=True))
        for place, plot in enumerate(found):
            left = EDGE + wide * place
            self.text(slide, plot.title, (left, 1.6, wide, 0.4), 13)
            self.draw(slide, plot, (left, 2.1, wide - 0.1, 4.8), reach=1.05 * reach)

    def doubts(self) -> None:
        """What would change our mind."""
        facts, lines = self.facts, []
        for title in (OTHERS["breakeven"], OTHERS["sensitivity"]):
            rows = facts.others.get(title, [])
            lines += [f"{title}: {', '.join(row[:4])}" for row in rows[1:4]]
        open_ones = [c for c in facts.view.comparison if c.kpi.headline and "need" in c.verdict]
        for row in open_ones[:4]:
            lines.append(
                f"{label(row.kpi.name)} of {facts.names[row.scenario]} is not settled: it would "
                f"{row.verdict} replications."
            )
        weak = [a for a in facts.differing if a.contrasts and "A" in a.confidence]
        weak = [a for a in weak if a.kind == "uncertainty"]
        for each in weak[:4]:
            values = " against ".join(dict.fromkeys(each.values))
            lines.append(f"{each.short} ({values}) is assumed, not measured.")
        lines.append(facts.confidence)
        failed = [c.what for c in facts.checks if c.verdict == "FAILS"]
        lines += [f"A check fails: {what}." for what in failed]
        few = len(open_ones) + len(weak)
        title = f"What would change our mind: {few} open points" if few else (
            "What would change our mind: mostly the assumed values"
        )  # fmt: skip
        words = "\n".join(f"{letter}: {meaning}." for letter, meaning in LETTERS.items())
        self.bullets(title, lines, f"Confidence of the values:\n{words}")

    def recommendation(self) -> None:
        """By function where the study of functions is there, else by family of measures."""
        facts = self.facts
        matrix = facts.others.get(OTHERS["matrix"])
        if matrix:
            heads = [heading(head) for head in matrix[0][:5]]
            rows = [[brief(cell) for cell in row[:5]] for row in matrix[1:]]
            self.table("Recommendation by function", heads, rows, "From the study of functions.")
            return
        rows = [list(row) for row in facts.recommendation()]
        if not rows:
            return
        leads = [row[1] for row in rows if row[1] in facts.names.values()]
        most = max(dict.fromkeys(leads), key=leads.count, default="")
        title = f"{most} leads in {leads.count(most)} of {len(rows)} fields" if most else (
            "No scenario leads in any field"
        )  # fmt: skip
        self.table(
            f"Recommendation: {title}", ("Field", "Leader", "Why"), rows,
            "A scenario leads in a field if it is clearly better than the baseline on more of its "
            "measures than it is clearly worse on. Functions were not studied one by one.",
            (1.2, 1.6, 4),
        )  # fmt: skip

    def assumptions(self) -> None:
        """The values in which the scenarios differ, levers first."""
        facts = self.facts
        found = (
            sorted(facts.differing, key=lambda a: (not a.contrasts, a.kind != "lever"))
            or facts.assumptions
        )
        if not found:
            return
        many = len(facts.names) > 5
        names = list(facts.names.values())[: 5 if many else None]
        heads = ("Value", *names, "Unit", "Confidence")
        rows = [
            (plain(a.short, 52), *(plain(v, 28) for v in a.values[: len(names)]), a.unit,
             a.confidence)
            for a in found
        ]  # fmt: skip
        title = (
            f"Assumptions: the scenarios differ in {len(facts.differing)} values"
            if facts.differing else f"Assumptions: {len(found)} values"
        )  # fmt: skip
        widths = [2.6, *[1.1] * len(names), 0.8, 0.9]
        self.table(title, heads, rows, facts.confidence, widths)

    def checks(self) -> None:
        """Verification on this very study."""
        found = self.facts.checks
        held = sum(c.verdict == "holds" for c in found)
        rows = [(c.what, c.found, c.verdict) for c in found]
        self.table(
            f"{held} of {len(found)} checks on this very study hold",
            ("What must be true", "Found", "Verdict"), rows, "", (4, 4, 0.8),
        )  # fmt: skip

    def next_steps(self) -> None:
        """What to do now."""
        facts = self.facts
        more = [int(found[0]) for c in facts.view.comparison if c.kpi.headline
                if (found := re.findall(r"need about (\d+) more", c.verdict))]  # fmt: skip
        lines = []
        if more:
            few = [n for n in more if n <= 200]
            count = max(few, default=min(more))
            lines.append(f"Run about {count} more replications to settle {len(few) or 1} open "
                         f"measures (--extend {count}).")  # fmt: skip
        weak = [a.short for a in facts.differing if a.confidence == "A"][:3]
        if weak:
            listed = ", ".join(map(inside, weak))
            lines.append(f"Replace assumed values by your own, first those that differ: {listed}.")
        lines += [
            "Put your own volumes, payers and prices into the scenario files, and run again.",
            "Vary the values that you trust least (denialloop sweep), and see whether the answer "
            "holds.",
            f"This study: {shlex.join(facts.manifest['command'])}",
        ]
        self.bullets("Next steps: settle what is open, then test it on your own data", lines,
                     "What would make the answer firmer, in the order of effort.")  # fmt: skip

    # --- charts ----------------------------------------------------------------------------------

    def draw(
        self, slide: Any, plot: Plot, box: tuple[float, float, float, float],
        reach: float | None = None,
    ) -> None:  # fmt: skip
        """A native chart of a plot; ``reach`` is the end of the axis of values."""
        data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
        data.categories = list(plot.categories)
        for name, values in plot.series.items():
            data.add_series(name or " ", [v if math.isfinite(v) else None for v in values])
        frame = slide.shapes.add_chart(KINDS[plot.kind], *map(Inches, box), data)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{plot.title}. {plot.axis}.")
        chart = frame.chart
        chart.has_title, chart.font.size = False, Pt(12)
        shown = [name for name in plot.series if plot.colours[name] != HIDDEN]
        floats = len(shown) < len(plot.series)
        chart.has_legend = len(shown) > 1 and not floats
        if chart.has_legend:
            chart.legend.position = XL_LEGEND_POSITION.BOTTOM
            chart.legend.include_in_layout = False
        for series, name in zip(chart.plots[0].series, plot.series, strict=True):
            _colour(series, plot.colours[name], plot.kind)
            for place, colour in enumerate(plot.points):
                _colour(series.points[place], colour, plot.kind)
            if name in plot.errors:
                _whiskers(series, plot.errors[name])
            for place, text in plot.labels(name).items():
                said = series.points[place].data_label.text_frame
                narrow = plot.kind == "columns"  # the axis has the unit
                text = text.removesuffix(" %") if narrow else text
                _write(said.paragraphs[0], text, 9 if narrow else 10, _over(plot.colours[name]))
        if plot.kind != "line":
            chart.plots[0].gap_width = 45
            chart.plots[0].overlap = 100 if plot.kind in ("stacked", "columns") else 0
        _axes(chart, plot, reach)


def _axes(chart: Any, plot: Plot, reach: float | None) -> None:
    values, across = chart.value_axis, chart.category_axis
    low, high = plot.limits
    high = high if reach is None else reach
    if low is not None:
        values.minimum_scale = low
    if high is not None:
        values.maximum_scale = high
    values.major_gridlines.format.line.color.rgb = _rgb("E6E6E6")
    values.format.line.fill.background()
    labels = values.tick_labels
    labels.number_format, labels.number_format_is_linked = plot.axis_format, False
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.has_major_gridlines = False
    if plot.kind in ("bar", "stacked"):  # the first category on top, the values below
        across.reverse_order = True
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    for axis, text in ((values, plot.axis), (across, plot.across)):
        axis.tick_labels.font.size = Pt(11)
        axis.has_title = bool(text)
        if text:
            _write(axis.axis_title.text_frame.paragraphs[0], text, 11, GREY)


def _colour(series: Any, colour: str, kind: str) -> None:
    if kind == "line":
        series.smooth = False
        series.format.line.width = Pt(2.5)
        series.format.line.color.rgb = _rgb(colour)
        series.marker.style = XL_MARKER_STYLE.NONE
    elif colour == HIDDEN:
        series.format.fill.background()
    else:
        if hasattr(series, "invert_if_negative"):  # a single point has it from its series
            series.invert_if_negative = False
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _rgb(colour)


def _whiskers(series: Any, half: Sequence[float]) -> None:
    """Error bars, which the library has no call for; they must stand before the categories."""
    points = "".join(f'<c:pt idx="{i}"><c:v>{x!r}</c:v></c:pt>' for i, x in enumerate(half)
                     if math.isfinite(x))  # fmt: skip
    ends = "".join(
        f"<c:{end}><c:numLit><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(half)}"/>{points}</c:numLit></c:{end}>' for end in ("plus", "minus")
    )  # fmt: skip
    bars = parse_xml(
        f'<c:errBars xmlns:c="{C}"><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{ends}</c:errBars>'
    )
    series._element.find(f"{{{C}}}cat").addprevious(bars)


def _write(paragraph: Any, text: str, size: float, colour: str, *, bold: bool = False) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = _rgb(colour)
    paragraph.alignment = PP_ALIGN.LEFT


def _rgb(colour: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(colour.lstrip("#")))  # type: ignore[no-untyped-call]


def _over(colour: str) -> str:
    """Black or white, whichever can be read on a colour."""
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else "FFFFFF"


def _say_nothing(shape: Any) -> None:
    """An ornament, which a screen reader may pass over."""
    shape._element.nvSpPr.cNvPr.set("descr", "")


def _settled(package: bytes) -> bytes:
    """An Office file, and the workbooks inside it, without the time at which it was written."""
    buffer = BytesIO()
    with ZipFile(BytesIO(package)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for entry in old.namelist():
            data = old.read(entry)
            if entry.endswith(".xlsx"):
                data = _settled(data)
            elif entry == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", data)
            new.writestr(ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), data, ZIP_DEFLATED)
    return buffer.getvalue()
