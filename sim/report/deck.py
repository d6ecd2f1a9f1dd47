"""An answer as slides on a template, in the order in which a steering committee reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import astuple, dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from sim.report.answer import FOLDED, HEAT, ROLES, Cell, Chart, Panel, Part, Table, words
from sim.report.draw import key_of
from sim.report.kept import Kept
from sim.report.shapes import heat_of
from sim.report.slide_chart import draw, rgb
from sim.report.style import BETTER, INK, WORSE, Look, over
from sim.report.words import bound, inside, plain, sentence
from sim.scenario.evidence import LETTERS
from sim.study import StudyError

TEMPLATE = Path(__file__).with_name("templates") / "deck.potx"
GREY = "5F6368"
MOST_ROWS, MOST_COLUMNS = 20, 10  # of a table on a slide
MOST_PANELS = 6  # of a chart on a slide
ON_SLIDES = tuple(role for role in ROLES if role not in FOLDED)
EXTRA = ("leakage", "cost", "course")
"""Charts of folded parts that have a slide of their own."""


def deck(kept: Kept) -> bytes:
    """The whole deck; the same answer, brand and template give the same bytes."""
    made = _Deck(kept)
    made.summary()
    for part in kept.answer.ordered:
        if part.role in ON_SLIDES:
            made.part(part)
    for chart in kept.answer.charts:
        if chart.name in EXTRA and chart not in _shown(kept):
            made.picture(chart)
    made.decision()
    made.assumptions()
    made.method()
    buffer = BytesIO()
    made.file.save(buffer)
    return _settled(buffer.getvalue())


def _shown(kept: Kept) -> list[Chart]:
    """The charts of the parts that have slides."""
    return [c for part in kept.answer.only(*ON_SLIDES) for c in part.charts]


@dataclass(frozen=True)
class Box:
    """A place on a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int

    def cells(self, count: int, *, down: bool = False) -> list[Box]:
        """So many boxes of one size, at most three abreast, or all one below the other."""
        across = 1 if count == 1 or down else 2 if count in (2, 4) else 3
        wide, high = self.width // across, self.height // -(-count // across)
        return [
            Box(self.left + wide * (i % across), self.top + high * (i // across), wide, high)
            for i in range(count)
        ]


class _Deck:
    """Slides that are being written."""

    def __init__(self, kept: Kept) -> None:
        self.kept, self.answer = kept, kept.answer
        self.file = _opened(kept.template or TEMPLATE)
        about = self.file.core_properties
        about.title, about.author = plain(self.answer.title, 200), kept.brand.name or "denialloop"
        about.last_modified_by, about.comments = about.author, str(kept.manifest["caveat"])
        if kept.template is None:
            self._recolour(kept.brand.accent.lstrip("#"))

    def _recolour(self, accent: str) -> None:
        """The brand's colour in place of the first accent of our own template."""
        for rel in self.file.slide_masters[0].part.rels.values():
            if rel.reltype.endswith("/theme"):
                part = rel.target_part
                part._blob = re.sub(
                    rb'(<a:accent1><a:srgbClr val=")[0-9A-F]{6}',
                    rb"\g<1>" + accent.upper().encode(),
                    part.blob,
                )

    @cached_property
    def layout(self) -> Any:
        """The layout of a slide with a title and nothing else, or the first that has a title."""
        layouts = [each for each in self.file.slide_layouts if _title(each) is not None]
        if not layouts:
            raise StudyError(f"{self.kept.template}: no layout of the template has a title", 2)
        return min(layouts, key=lambda each: (each.name != "Title Only", len(each.placeholders)))

    @cached_property
    def room(self) -> Box:
        """What is left of a slide between its title and its foot."""
        title = _title(self.layout)
        assert title is not None
        feet = [
            p.top
            for p in self.layout.placeholders
            if p.placeholder_format.type in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
            and p.top
        ]
        top = title.top + title.height + Inches(0.2)
        bottom = min([self.file.slide_height - Inches(0.5), *feet]) - Inches(0.05)
        return Box(title.left, top, title.width, bottom - top)

    def slide(self, title: str, notes: str) -> Any:
        """A slide with its title, foot, number and notes; other placeholders go."""
        slide = self.file.slides.add_slide(self.layout)
        head = slide.shapes.title
        for shape in list(slide.placeholders):
            if shape._element is not head._element:
                shape._element.getparent().remove(shape._element)
        size = next(
            s for most, s in ((75, 26), (120, 22), (190, 18), (9999, 14)) if len(title) <= most
        )
        frame = head.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        _write(frame.paragraphs[0], bound(title), size, None, bold=True)
        self._foot(slide)
        slide.notes_slide.notes_text_frame.text = f"{notes}\n\n{self.answer.basis}".strip()
        return slide

    def _foot(self, slide: Any) -> None:
        """Source and number, in the placeholders that the template has for them."""
        who = f"{self.kept.brand.name} · " if self.kept.brand.name else ""
        for shape in self.layout.placeholders:
            kind = shape.placeholder_format.type
            if kind not in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
                continue
            element = deepcopy(shape._element)
            slide.shapes._spTree.append(element)
            frame = slide.placeholders[shape.placeholder_format.idx].text_frame
            paragraph = frame.paragraphs[0]
            text = (
                f"{who}{self.answer.source}"
                if kind == PP_PLACEHOLDER.FOOTER
                else str(len(self.file.slides))
            )
            for run in list(paragraph._p):
                if not run.tag.endswith("pPr"):
                    paragraph._p.remove(run)
            _write(paragraph, text, 8 if kind == PP_PLACEHOLDER.FOOTER else 10, GREY)
            if kind == PP_PLACEHOLDER.SLIDE_NUMBER:
                paragraph.alignment = PP_ALIGN.RIGHT
        logo = self.kept.brand.image
        if logo:
            picture = slide.shapes.add_picture(BytesIO(logo[0]), 0, 0, height=Inches(0.4))
            if picture.width > Inches(1.4):
                picture.height = Emu(picture.height * Inches(1.4) // picture.width)
                picture.width = Inches(1.4)
            picture.left = self.room.left + self.room.width - picture.width
            picture.top = Inches(0.08)
            picture._element.nvPicPr.cNvPr.set("descr", self.kept.brand.name or "Logo")

    # --- the slides -------------------------------------------------------------------------------

    def summary(self) -> None:
        """The answer on one slide: finding, decision, what matters most, how sure."""
        answer = self.answer
        title = str(answer.facts.get("decision") or answer.finding).removesuffix(".")
        lines = [answer.finding] if title != answer.finding.removesuffix(".") else []
        lines += [
            part.title + "."
            for part in answer.only("own", "bridge", "drivers", "capacity")
            if part.title.removesuffix(".") != title
        ][:4]
        lines += list(answer.warnings[:2])
        if not lines:
            lines = list(answer.notes[:2])
        slide = self.slide(title, f"{answer.question}\n{answer.rule}")
        low = Box(self.room.left, self.room.top, self.room.width, int(self.room.height * 0.9))
        self.bullets(slide, lines, low)
        size = answer.size + (" " + answer.notes[0] if answer.notes else "")
        foot = Box(low.left, low.top + low.height, low.width, self.room.height - low.height)
        self.text(slide, [size], foot, 11, GREY)

    def part(self, part: Part) -> None:
        """A slide for each chart of a part, or for its tables where it has none."""
        if not part.slide:
            return
        for chart in part.charts:
            self.picture(chart)
        if not part.charts:
            tables = [t for t in part.tables if t.printed] or part.tables[:1]
            for table in tables[:2]:
                self.table(table, part.title)
        for table in part.tables if part.role == "own" and part.charts else ():
            if len(table.rows) <= MOST_ROWS and len(table.heads) <= MOST_COLUMNS:
                self.table(table, part.title)

    def picture(self, chart: Chart) -> None:
        """Slides with the pictures of a chart, natively drawn."""
        for i in range(0, len(chart.panels), MOST_PANELS):
            panels = chart.panels[i : i + MOST_PANELS]
            more = f" ({i // MOST_PANELS + 1})" if len(chart.panels) > MOST_PANELS else ""
            slide = self.slide(chart.title + more, f"{chart.alt}\n{chart.note}")
            key = key_of(chart, self.kept.looks) if len(panels) > 1 else {}
            room = self._key(slide, panels, key)
            down = chart.shape == HEAT
            for panel, box in zip(panels, room.cells(len(panels), down=down), strict=True):
                if chart.shape == HEAT:
                    self._heat(slide, panel, box)
                else:
                    looks = self.kept.looks
                    draw(slide, chart, panel, looks, astuple(box), keyed=bool(key))

    def _key(self, slide: Any, panels: Sequence[Panel], key: Mapping[str, Look]) -> Box:
        """The key of all pictures of a slide, and what is marked; gives what room is left."""
        marks = dict.fromkeys(
            f"{panel.places[place]}: {text}" for panel in panels for place, text in panel.marks
        )
        if not (key or marks):
            return self.room
        lines = 1 + sum(len(name) + 5 for name in key) // 150
        high = Inches(0.28) * lines
        shape = slide.shapes.add_textbox(self.room.left, self.room.top, self.room.width, high)
        shape.text_frame.word_wrap = True
        paragraph = shape.text_frame.paragraphs[0]
        for name, look in key.items():
            _write(paragraph, {"-": "━ ", "--": "╍ ", ":": "┅ "}[look.line], 12, look.colour)
            _write(paragraph, f"{name}     ", 11, INK)
        _write(paragraph, "; ".join(marks), 11, GREY)
        room = self.room
        return Box(room.left, room.top + high, room.width, room.height - high)

    def table(self, table: Table, title: str) -> None:
        """A slide with a table; rows that do not fit are counted."""
        slide = self.slide(table.title or title, table.note)
        heads = table.heads[:MOST_COLUMNS]
        rows = [row[:MOST_COLUMNS] for row in table.rows]
        if len(rows) > MOST_ROWS:
            rest = f"… and {len(rows) - MOST_ROWS + 1} more; the page and the workbook have all"
            blank = tuple(words("") for _ in heads[1:])
            rows = [*rows[: MOST_ROWS - 1], (words(rest), *blank)]
        self._grid(slide, heads, rows, self.room)

    def _grid(
        self, slide: Any, heads: Sequence[str], rows: Sequence[Sequence[Cell]], box: Box
    ) -> None:
        high = min(box.height // (len(rows) + 1), Inches(0.42))
        frame = slide.shapes.add_table(
            len(rows) + 1, len(heads), box.left, box.top, box.width, high * (len(rows) + 1)
        )
        table = frame.table
        wide = [
            max([*map(len, head.split()), *(len(row[i].text) for row in rows)])
            for i, head in enumerate(heads)
        ]
        shares = [min(max(count + 2, 7), 42) for count in wide]
        for column, share in enumerate(shares):
            table.columns[column].width = int(box.width * share / sum(shares))
        size = 12 if high >= Inches(0.32) and sum(shares) < 150 else 10
        for i, row in enumerate([[words(head) for head in heads], *rows]):
            table.rows[i].height = high
            for j, cell in enumerate(row):
                numeric = j > 0 and any(r[j].values for r in rows)
                self._cell(table.cell(i, j), cell.text, size, head=i == 0, right=numeric)

    def _cell(
        self, cell: Any, text: str, size: float, *, head: bool, right: bool, fill: str = "#FFFFFF"
    ) -> None:
        """One cell: white, or its head in the accent colour."""
        cell.margin_top = cell.margin_bottom = Inches(0.02)
        cell.margin_left = cell.margin_right = Inches(0.06)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.fill.solid()
        if head:
            cell.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1
        else:
            cell.fill.fore_color.rgb = rgb(fill)
        marks = {"better": (BETTER, "▲ "), "worse": (WORSE, "▼ "), "chosen": (BETTER, "")}
        colour, mark = marks.get(text, (INK, ""))
        on_head = over(self.kept.brand.accent) if self.kept.template is None else "FFFFFF"
        text = text.replace("_", "_\u200b") if head else text  # a name may break there
        paragraph = cell.text_frame.paragraphs[0]
        ink = on_head if head else colour
        _write(paragraph, mark + text, size, ink, bold=head or text in marks)
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT

    def _heat(self, slide: Any, panel: Panel, box: Box) -> None:
        """A heat map as a table with coloured cells."""
        top = box.top
        if panel.title:
            self.text(slide, [panel.title], Box(box.left, top, box.width, Inches(0.35)), 12, INK)
            top += Inches(0.38)
        rows, columns = len(panel.series), len(panel.places)
        high = min((box.height - (top - box.top)) // (rows + 1), Inches(0.45))
        room = box.width - Inches(0.1)
        frame = slide.shapes.add_table(
            rows + 1, columns + 1, box.left, top, room, high * (rows + 1)
        )
        table = frame.table
        first = int(room * min(0.3, 2.2 / (columns + 2.2)))
        for column in range(columns + 1):
            table.columns[column].width = first if column == 0 else (room - first) // columns
        size = 11 if columns <= 5 and rows <= 10 else 8
        for column, head in enumerate(("", *panel.places)):
            self._cell(
                table.cell(0, column),
                plain(str(head), 40) if head else "",
                size,
                head=True,
                right=column > 0,
            )
        for i, (series, cells) in enumerate(zip(panel.series, heat_of(panel), strict=True), 1):
            table.rows[i].height = high
            self._cell(table.cell(i, 0), plain(series.name, 60), size, head=False, right=False)
            for column, (text, fill) in enumerate(cells, 1):
                cell = table.cell(i, column)
                self._cell(cell, text, size, head=False, right=True, fill=fill or "#FFFFFF")
        table.rows[0].height = high

    def decision(self) -> None:
        """What is asked of whoever decides."""
        answer = self.answer
        asked = str(answer.facts.get("decision", ""))
        lines = [f"To decide: {inside(asked)}"] if asked else [f"To note: {answer.finding}"]
        risks = [row for part in answer.only("risks") for t in part.tables for row in t.rows]
        if risks:
            watch = "; ".join(list(dict.fromkeys(inside(row[0].text) for row in risks))[:3])
            lines.append(f"To agree what is watched, and from when it is acted upon: {watch}.")
        weak = [a.short for a in self.kept.differing if "A" in a.confidence][:3]
        if weak:
            lines.append(
                "To replace assumed values by our own, first those in which the scenarios "
                f"differ: {', '.join(map(inside, weak))}."
            )
        more = [
            int(n)
            for t in answer.tables
            for row in t.rows
            for cell in row
            for n in re.findall(r"^need about (\d+) more$", cell.text)
        ]
        if more:
            count = max([n for n in more if n <= 200] or [min(more)])
            lines.append(
                f"To run about {count} more replications (--extend {count}), which settles "
                f"{sum(n <= count for n in more)} open measures."
            )
        slide = self.slide("Decision asked", answer.rule)
        self.bullets(slide, lines, self.room)

    def assumptions(self) -> None:
        """The values that matter: in which the scenarios differ, levers first."""
        kept = self.kept
        found = sorted(kept.differing, key=lambda a: (not a.contrasts, a.kind != "lever"))
        found = found or kept.assumptions
        if not found:
            return
        names = list(self.answer.scenarios.values())[: MOST_COLUMNS - 3]
        heads = ("Value", *names, "Unit", "Confidence")
        rows = tuple(
            tuple(
                map(
                    words,
                    (
                        plain(a.short, 52),
                        *(plain(v, 24) for v in a.values[: len(names)]),
                        a.unit,
                        a.confidence,
                    ),
                )
            )
            for a in found
        )
        count = len(kept.differing)
        title = f"Assumptions that matter: {count or len(found)} values" + (
            " in which the scenarios differ" if count else ""
        )
        if len(names) < len(self.answer.scenarios):
            title += f"; here of {len(names)} scenarios, the workbook has all"
        letters = " ".join(f"{letter}: {meaning}." for letter, meaning in LETTERS.items())
        self.table(Table("assumptions", title, heads, rows, f"{kept.confidence} {letters}"), title)

    def method(self) -> None:
        """How it was found, whether it holds together, and how to get it again."""
        held = sum(verdict == "holds" for *_, verdict in self.kept.checks)
        lines = [
            "Every claim, agent and queue is simulated day by day; denials, cash and cost emerge "
            "from documented values.",
            "All scenarios meet the same claims, payers and luck, so that differences are paired.",
            self.answer.size,
            f"{held} of {len(self.kept.checks)} checks on this very study hold.",
            self.kept.confidence,
            *self.answer.notes[-1:],
            f"Again: {shlex.join(self.kept.manifest['command'])}",
        ]
        slide = self.slide("Method", self.answer.rule)
        self.bullets(slide, [line for line in lines if line], self.room)

    # --- words ------------------------------------------------------------------------------------

    def bullets(self, slide: Any, lines: Sequence[str], box: Box) -> None:
        """Sentences below each other, as large as fits."""
        count = sum(map(len, lines))
        size = 20 if count < 600 else 16 if count < 1100 else 12
        self.text(slide, [f"•  {sentence(line)}" for line in lines], box, size, INK)

    def text(self, slide: Any, lines: Sequence[str], box: Box, size: float, colour: str) -> None:
        """A box of text; each line is a paragraph."""
        shape = slide.shapes.add_textbox(box.left, box.top, box.width, box.height)
        frame = shape.text_frame
        frame.word_wrap = True
        for place, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            _write(paragraph, bound(line), size, colour)
            paragraph.space_after = Pt(size * 0.6)


def _opened(path: Path) -> Any:
    """A presentation without slides, made of a template or of another presentation."""
    try:
        data = path.read_bytes()
        buffer = BytesIO()
        with ZipFile(BytesIO(data)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
            for entry in old.namelist():
                content = old.read(entry)
                if entry == "[Content_Types].xml":
                    content = content.replace(
                        b"presentationml.template.main+xml", b"presentationml.presentation.main+xml"
                    )
                new.writestr(entry, content)
        file = Presentation(buffer)
    except (OSError, BadZipFile, KeyError, ValueError) as error:
        raise StudyError(f"{path}: is no PowerPoint template: {error}", 2) from error
    for slide in list(file.slides._sldIdLst):
        file.part.drop_rel(slide.rId)
        file.slides._sldIdLst.remove(slide)
    return file


def _title(layout: Any) -> Any:
    """The placeholder of a layout's title, if it has one."""
    kinds = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
    return next((p for p in layout.placeholders if p.placeholder_format.type in kinds), None)


def _write(
    paragraph: Any, text: str, size: float, colour: str | None, *, bold: bool = False
) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), bold
    if colour:
        run.font.color.rgb = rgb(colour)
    paragraph.alignment = PP_ALIGN.LEFT


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
