"""The answers of `breakeven`: where two scenarios come out the same, along a field or over two."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from sim.record.kpis import kpi as kpi_of
from sim.report.answer import (
    Answer,
    Cell,
    Panel,
    Part,
    Series,
    Table,
    chart,
    estimated,
    series_of,
    words,
)
from sim.report.fields import Field, unit_of
from sim.report.notes import unknown
from sim.report.study import assembled
from sim.report.words import inside, label, plain, sentence
from sim.study.breakeven import BreakEven, Map
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval
from sim.study.tables import Tables

MOST_COLUMNS = 6  # of a printed map
DIGITS = 3  # of a value at which two break even
MARKS = {1: " ▲", -1: " ▼", 0: ""}
RULE = (
    "The root of the mean difference, by straight lines between the values tried under the same "
    "random numbers; its interval is where the 95 % interval of the difference holds zero."
)
MAP_RULE = (
    "A scenario is ahead where the interval of the difference leaves out zero; the intervals hold "
    "together, at 95 % for all points."
)


@dataclass(frozen=True)
class Pair:
    """A finished study of how two scenarios differ in a KPI."""

    result: StudyResult
    kpi: str
    baseline: str
    scenario: str

    @property
    def who(self) -> str:
        """The second scenario, as it is shown."""
        return plain(self.scenario)

    @property
    def base(self) -> str:
        """The first one."""
        return plain(self.baseline)

    @property
    def what(self) -> str:
        """The KPI inside a sentence."""
        return inside(label(self.kpi))

    @property
    def less(self) -> str:
        """What the numbers are."""
        return f"{label(self.kpi)}: {self.who} minus {self.base}"

    @property
    def finding(self) -> str:
        """The answer in one sentence."""
        raise NotImplementedError

    def answered(self, question: str, rule: str, own: Part, facts: dict[str, Any]) -> Answer:
        """The answer with its part."""
        title, about = f"where {self.who} and {self.base} break even", self.result.names[:2]
        return assembled(
            "breakeven",
            self.result,
            sentence(title),
            question,
            f"{self.finding}.",
            rule,
            [own],
            about=about,
            facts=facts,
        )

    def said(self, at: Interval) -> tuple[Cell, Cell]:
        """A difference and its interval."""
        if at.n:
            return estimated(at, unit_of(self.kpi), difference=True)
        return words(unknown(self.kpi)), words("")


@dataclass(frozen=True)
class Found(Pair):
    """A finished search along one field."""

    at: BreakEven
    path: str

    @property
    def field(self) -> Field:
        """The varied field."""
        return Field(self.path)

    @property
    def finding(self) -> str:
        """Where the two come out the same, or that they do not."""
        who, base, kpi, at = self.who, self.base, self.what, self.at
        ends = [(v, i) for v, i in at.tried.items() if i.n]
        if math.isnan(at.root) and len(ends) < len(at.tried):
            return sentence(f"no verdict on where {who} and {base} break even in {kpi}")
        if math.isnan(at.root):
            (low, first), (high, last) = ends[0], ends[-1]
            said = [self.said(at)[0].text for at in (first, last)]
            return sentence(
                f"{who} and {base} do not change places in {kpi}: the difference is {said[0]} at "
                f"{self.field.say(low)} and {said[1]} at {self.field.say(high)}"
            )
        low_end, high_end = (
            self.field.say(x, per=False, digits=DIGITS)
            if math.isfinite(x)
            else f"{beyond} {self.field.say(end, per=False)}"
            for x, beyond, end in ((at.low, "below", ends[0][0]), (at.high, "above", ends[-1][0]))
        )
        return sentence(
            f"{who} and {base} break even in {kpi} at a {self.field.what} of "
            f"{self.field.say(at.root, digits=DIGITS)} (95 % interval {low_end} to {high_end})"
        )

    def tables(self) -> Tables:
        """The root, and the difference at each value tried."""
        unit, at = kpi_of(self.kpi).unit, self.at
        who = (self.path, self.kpi, unit, self.baseline, self.scenario)
        head = ("path", "kpi", "unit", "baseline", "scenario")
        tried = [(*who, v, i.n, i.mean, i.low, i.high) for v, i in at.tried.items()]
        root = (*who, at.root, at.low, at.high)
        return {
            "breakeven.csv": ((*head, "root", "ci_low", "ci_high"), [root]),
            "differences.csv": ((*head, "value", "n", "difference", "ci_low", "ci_high"), tried),
        }

    def answer(self) -> Answer:
        """The answer of a search."""
        rows = tuple((words(self.field.say(v)), *self.said(i)) for v, i in self.at.tried.items())
        heads, note = (self.field.label, "Difference", "95 % interval"), f"{self.less}."
        table = Table("differences", "", heads, rows, note, bars=1)
        picture = chart("breakeven", self.finding, [self._panel()])
        question = f"At which {self.field.what} do {self.who} and {self.base} come out the same?"
        tried = [{"value": v, **asdict(i)} for v, i in self.at.tried.items()]
        root = None if math.isnan(self.at.root) else self.at.root
        facts = {"path": self.path, "root": root, "low": self.at.low, "high": self.at.high}
        own = Part("own", self.finding, (table,), (picture,))
        return self.answered(question, RULE, own, {**facts, "tried": tried})

    def _panel(self) -> Panel:
        """The difference against the value, with its band and the root."""
        root, points = self.at.root, dict(self.at.tried)
        marks: tuple[tuple[int, str], ...] = ()
        if not math.isnan(root):
            points.setdefault(root, Interval(0, 0.0, math.nan, math.nan, math.nan))
            place = sorted(points).index(root)
            marks = ((place, f"even at {self.field.say(root, digits=DIGITS)}"),)
        places = tuple(sorted(points))
        found = series_of(f"{self.who} minus {self.base}", [points[v] for v in places])
        low, high = (_filled(places, edge) for edge in (found.low, found.high))
        series = replace(found, low=low, high=high, of=self.result.names[1])
        return Panel(
            f"Difference in {self.what}",
            places,
            (series,),
            unit_of(self.kpi),
            across=self.field.axis,
            place_unit=self.field.tick_unit,
            marks=marks,
        )


def _filled(places: tuple[float, ...], edge: tuple[float, ...]) -> tuple[float, ...]:
    """The edge of a band with the one place that has none between two that have."""
    known = [(x, y) for x, y in zip(places, edge, strict=True) if y == y]
    return tuple(y if y == y else _between(known, x) for x, y in zip(places, edge, strict=True))


def _between(known: list[tuple[float, float]], x: float) -> float:
    left = [point for point in known if point[0] < x][-1:]
    right = [point for point in known if point[0] > x][:1]
    if not left or not right:
        return math.nan
    [(x0, y0)], [(x1, y1)] = left, right
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


@dataclass(frozen=True)
class Mapped(Pair):
    """A finished map over two fields."""

    map: Map
    paths: tuple[str, str]

    @property
    def fields(self) -> tuple[Field, Field]:
        """The fields across and up."""
        across, up = self.paths
        return Field(across), Field(up)

    @property
    def finding(self) -> str:
        """Who is ahead at how many points, and where the two break even at both ends."""
        who, base, kpi = self.who, self.base, self.what
        won, lost, even = (self.map.count(winner) for winner in (1, -1, 0))
        points = won + lost + even
        if not points:
            return sentence(f"no verdict on {who} and {base} in {kpi} at any point")
        if points in (won, lost):
            one, other = (who, base) if won else (base, who)
            return sentence(f"{one} is clearly ahead of {other} in {kpi} at all {points} points")
        if even == points:
            return sentence(
                f"{who} and {base} do not clearly differ in {kpi} at any of {points} points"
            )
        said = (
            f"{who} is clearly ahead of {base} in {kpi} at {won} of {points} points, behind at "
            f"{lost}; no clear difference at {even}"
        )
        across, up = self.fields
        ends = [(self.map.up[row], self.map.root(row).root) for row in (0, -1)]
        roots = [(y, root) for y, root in ends if not math.isnan(root)]
        if roots:
            at = (
                f"{across.say(root, digits=DIGITS)} where {up.what} is {up.say(y)}"
                for y, root in roots
            )
            said += f". They break even at a {across.what} of {', '.join(at)}"
        return sentence(said)

    def tables(self) -> Tables:
        """`map.csv`: the difference at each point, and who is clearly ahead."""
        names = {1: self.scenario, -1: self.baseline, 0: ""}
        rows = []
        for r, (y, row) in enumerate(zip(self.map.up, self.map.differences, strict=True)):
            for c, (x, at) in enumerate(zip(self.map.across, row, strict=True)):
                known = self.map.known(r, c)
                ahead = names[self.map.winner(r, c)] if known else unknown(self.kpi)
                rows.append((x, y, at.n, at.mean, at.low, at.high, ahead))
        return {"map.csv": ((*self.paths, "n", "difference", "ci_low", "ci_high", "ahead"), rows)}

    def answer(self) -> Answer:
        """The answer of a map."""
        head, rows = self.tables()["map.csv"]
        points = [dict(zip(head, row, strict=True)) for row in rows]
        question = f"Where is {self.who} ahead of {self.base} in {self.what}?"
        picture = chart("map", self.finding, [self._panel()], base=self.base)
        own = Part("own", self.finding, (self._table(),), (picture,))
        return self.answered(question, MAP_RULE, own, {"map": points})

    def _cell(self, row: int, column: int) -> Cell:
        at = self.map.differences[row][column]
        shown, _ = self.said(at)
        mark = MARKS[self.map.winner(row, column)] if at.n else ""
        return replace(shown, text=shown.text + mark)

    def _table(self) -> Table:
        """The differences as a grid, the largest value of the second field on top."""
        across, up = self.fields
        rows = []
        for r in reversed(range(len(self.map.up))):
            cells = (self._cell(r, c) for c in range(len(self.map.across)))
            rows.append((words(up.say(self.map.up[r])), *cells))
        note = f"{self.less}; down: {up.what}, across: {across.what}. ▲ {self.who} clearly ahead, "
        note += f"▼ {self.base}."
        heads = (up.label, *(across.say(x, per=False) for x in self.map.across))
        printed = len(self.map.across) <= MOST_COLUMNS
        return Table("map", "", heads, tuple(rows), note, printed=printed)

    def _panel(self) -> Panel:
        """Who is ahead where: the darker, the further."""
        across, up = self.fields
        series = []
        for r in reversed(range(len(self.map.up))):
            cells = [self._cell(r, c) for c in range(len(self.map.across))]
            ahead = tuple(self.map.sign * cell.value for cell in cells)
            texts = tuple(cell.text for cell in cells)
            series.append(Series(up.say(self.map.up[r]), ahead, texts=texts))
        title = f"{sentence(self.what)}, {self.who} minus {self.base}; down: {up.what}"
        places, unit = tuple(map(across.say, self.map.across)), unit_of(self.kpi)
        return Panel(title, places, tuple(series), unit, across=across.axis)
