"""The answer of `sweep`: its KPIs at every point, and how they change along what is varied."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.report.answer import (
    HEAT,
    SCATTER,
    Answer,
    Cell,
    Chart,
    Panel,
    Part,
    Series,
    Table,
    chart,
    measured,
    series_of,
    words,
)
from sim.report.fields import Field, head_of, unit_of
from sim.report.published import PUBLISHED, band
from sim.report.study import assembled
from sim.report.words import inside, interval, label, number, plain
from sim.scenario.problems import did_you_mean
from sim.study import StudyError
from sim.study.compare import BETTER, HIGHER, LOWER, WORSE, Comparison
from sim.study.estimate import difference, estimate
from sim.study.overload import OVERLOADED, judged, overloaded_names
from sim.study.replicate import StudyResult, kpi_names, values_of
from sim.study.statistics import Interval, PairedDifference
from sim.study.sweep import Design, shown

KPIS = (
    "denials.initial_rate",
    "quality.coding_accuracy",
    "money.net_revenue_realisation",
    "money.net_value_usd",
    "money.days_in_ar",
    "people.mean_knowledge",
)
IN_TITLE = 3  # KPIs
ALPHA = 0.05  # chance of any false word in the title
MOST_ROWS, MOST_COLUMNS, MOST_PATHS = 20, 5, 2  # of the printed table
MOST_POINTS = 500  # in the table of the page
MARKS = {BETTER: " ▲", WORSE: " ▼", HIGHER: " ◆", LOWER: " ◆"}
RULE = (
    "A change is claimed so that of all KPIs named none is claimed falsely at 95 % (Bonferroni); "
    "of several paths, so that no two points are called different falsely."
)


@dataclass(frozen=True)
class Varied:
    """A varied field, and where each point lies along it."""

    field: Field
    values: tuple[Any, ...]

    @property
    def numeric(self) -> bool:
        """Whether the values lie on a scale; otherwise they stand side by side, as written."""
        return all(isinstance(value, int | float) for value in self.values)

    @property
    def steps(self) -> list[Any]:
        """The different values, in ascending order or as written."""
        different = list(dict.fromkeys(self.values))
        return sorted(different) if self.numeric else different


@dataclass(frozen=True)
class Swept:
    """A finished sweep of the scenario called `name`, and the KPIs to speak of."""

    result: StudyResult
    comparisons: Sequence[Comparison]
    varied: Sequence[Varied]
    name: str
    kpis: Sequence[str]

    @cached_property
    def known(self) -> StudyResult:
        """The study without the money of points that do not keep up with their work."""
        return judged(self.result)

    @cached_property
    def keeping_up(self) -> list[int]:
        """The points that keep up with their work, counted from 0."""
        behind = overloaded_names(self.result)
        return [i for i, name in enumerate(self.result.names) if name not in behind]

    @cached_property
    def means(self) -> dict[str, list[Interval]]:
        """By KPI its mean at every point."""
        return {
            kpi: [at(self.result, kpi, name) for name in self.result.names] for kpi in self.kpis
        }

    def difference(self, kpi: str, base: int, point: int) -> PairedDifference:
        """A KPI at one point less that at another, counted from 0; not known of money as above."""
        names = self.result.names
        left, right = (self.known.outcomes[names[i]] for i in (base, point))
        both = [r for r in left if r in right]
        a, b = ([side[r].kpis.get(kpi, math.nan) for r in both] for side in (left, right))
        return difference(kpi, a, b)

    def said(self, kpi: str, base: int, point: int, *, ends: bool) -> str:
        """How a KPI changes from one point to another, in words, with its interval if wanted."""
        pair, called = self.difference(kpi, base, point), inside(label(kpi))
        gap = pair.interval
        if not gap.n:
            return f"no verdict on {called}"
        shown, between = interval(gap.mean, gap.low, gap.high, unit_of(kpi), difference=True)
        between = f" (95 % interval {between})" if ends and between else ""
        if gap.n != 1 and not pair.p * len(self.kpis[:IN_TITLE]) < ALPHA:
            return f"no clear change in {called}{between}"
        return f"{called} {'rises' if gap.mean > 0 else 'falls'} by {shown.lstrip('+−')}{between}"

    def finding(self, *, ends: bool = False) -> str:
        """The answer in one sentence: along one scale, or between the best and the worst point.

        It speaks of the points that keep up with their work, if there are several.
        """
        [along, *others] = self.varied
        points = self.keeping_up if len(self.keeping_up) > 1 else range(len(self.result.names))
        replicated = any(len(by) > 1 for by in self.result.outcomes.values())
        doubt = "" if replicated else " (one replication: it may be chance)"
        if along.numeric and not others:
            low, high = (pick(points, key=along.values.__getitem__) for pick in (min, max))
            said = [self.said(k, low, high, ends=ends) for k in self.kpis[:IN_TITLE]]
            first, last = (along.field.say(along.values[i]) for i in (low, high))
            between = f"{first.removesuffix(' a year')} to {last}"
            return f"{along.field.label} from {between}: {', '.join(said)}{doubt}"
        kpi = self.kpis[0]
        means = [self.means[kpi][i].mean for i in range(len(self.result.names))]
        known = [i for i in points if math.isfinite(means[i])]
        low, high = (pick(known, key=lambda i: means[i]) for pick in (min, max))
        pair = self.difference(kpi, low, high)
        gap = pair.interval
        if not gap.n:
            return f"No verdict on {inside(label(kpi))}"
        # Which two are the ends is seen from the same numbers: every pair is looked at.
        if gap.n != 1 and not pair.p * math.comb(len(known), 2) < ALPHA:
            return f"{label(kpi)} does not clearly differ between the points"
        told = (
            f"{number(means[i], unit_of(kpi), gap.sd / gap.n**0.5)} at {self.where(i)}"
            for i in (low, high)
        )
        return "{} is lowest with {}, highest with {}{}".format(label(kpi), *told, doubt)

    def where(self, point: int) -> str:
        """The values of a point in words."""
        return ", ".join(
            f"{inside(v.field.label)} {v.field.say(v.values[point])}" for v in self.varied
        )


def at(result: StudyResult, kpi: str, name: str) -> Interval:
    """A KPI of a scenario over its replications."""
    return estimate(kpi, values_of(result, name, kpi), drawn=result.drawn)


def swept(
    result: StudyResult,
    design: Design,
    comparisons: Sequence[Comparison],
    *,
    name: str,
    kpis: Sequence[str] = (),
) -> Swept:
    """A finished sweep, to speak of these KPIs or of the usual ones.

    Raises StudyError if one that is asked for has no value at any point.
    """
    every = kpi_names(o for by in result.outcomes.values() for o in by.values())
    known = [k for k in kpis or KPIS if any(at(result, k, point).n for point in result.names)]
    missing = [k for k in kpis or KPIS[:1] if k not in known]
    if missing and (kpis or not known):
        near = did_you_mean(missing[0], every)
        raise StudyError(f"no replication has a value of {missing[0]!r}; {near}".rstrip("; "), 2)
    columns = zip(*(map(shown, row) for row in design.values), strict=True)
    varied = [
        Varied(Field(path), values) for path, values in zip(design.paths, columns, strict=True)
    ]
    return Swept(result, comparisons, varied, name, known)


def answer(swept: Swept) -> Answer:
    """The answer of a sweep."""
    what = " and ".join(inside(v.field.label) for v in swept.varied[:3])
    table = Part("headline", "The KPIs at every point", _tables(swept))
    every = [table, Part("own", swept.finding(), charts=(picture(swept),))]
    title, question = f"{plain(swept.name)}: {what} varied", f"What changes with {what}?"
    finding, about = f"{swept.finding(ends=True)}.", swept.result.names[:1]
    return assembled("sweep", swept.result, title, question, finding, RULE, every, about=about)


def _tables(swept: Swept) -> tuple[Table, ...]:
    """The KPIs at every point, marked where they clearly differ from the first.

    The terminal has room for some columns; where there are more, the page has a wider table too.
    """
    fits = swept.varied if len(swept.varied) <= MOST_PATHS else ()
    narrow = _table(swept, "sweep", fits, swept.kpis[: MOST_COLUMNS - len(fits)])
    if (len(fits), len(narrow.heads)) == (len(swept.varied), 1 + len(fits) + len(swept.kpis)):
        return (narrow,)
    return narrow, _table(swept, "sweep_all", swept.varied, swept.kpis, printed=False)


def _table(
    swept: Swept, name: str, varied: Sequence[Varied], kpis: Sequence[str], *, printed: bool = True
) -> Table:
    verdicts = {(row.scenario, row.kpi.name): row.verdict for row in swept.comparisons}
    rows: list[tuple[Cell, ...]] = []
    for point, scenario in enumerate(swept.result.names[:MOST_POINTS]):
        behind = "" if point in swept.keeping_up else " ×"
        row = [words(f"{point + 1}{behind}")]
        row += [words(v.field.say(v.values[point])) for v in varied]
        for kpi in kpis:
            cell = measured(swept.means[kpi][point], unit_of(kpi))
            mark = MARKS.get(verdicts.get((scenario, kpi), ""), "")
            row.append(Cell(f"{cell.text}{mark}", cell.values, cell.unit))
        rows.append(tuple(row))
    if any(kpi in PUBLISHED for kpi in kpis):
        rows.append(
            (words("Published"), *(words("") for _ in varied), *(words(band(kpi)) for kpi in kpis))
        )
    left = f" ×: {OVERLOADED}." if len(swept.keeping_up) < len(swept.result.names) else ""
    heads = ("Point", *(v.field.label for v in varied), *map(head_of, kpis))
    note = f"Against point 1, clearly: ▲ better, ▼ worse, ◆ other.{left}"
    many = len(swept.result.names) > MOST_ROWS
    return Table(name, "", heads, tuple(rows), note, printed=printed and not many)


def picture(swept: Swept) -> Chart:
    """The KPIs along the one path, the first along each of several, or over two as a map."""
    title, [along, *others] = swept.finding(), swept.varied
    if not others:
        return chart("sweep", title, [_line(swept, along, kpi) for kpi in swept.kpis])
    if _is_grid(swept.varied):
        return chart("sweep", title, [_map(swept)], shape=HEAT)
    return chart("sweep", title, [_cloud(swept, v) for v in swept.varied], shape=SCATTER)


def _line(swept: Swept, along: Varied, kpi: str) -> Panel:
    """A KPI along a path; points with the same value stand beside each other as they come."""
    order, field = list(range(len(along.values))), along.field
    if along.numeric:
        order.sort(key=along.values.__getitem__)
    values = [along.values[i] for i in order]
    places = map(float, values) if along.numeric else (plain(str(v), 24) for v in values)
    found = [swept.means[kpi][i] for i in order]
    series = series_of(label(kpi), found, of=swept.result.names[0])
    unit, ticks = unit_of(kpi), field.tick_unit
    return Panel(head_of(kpi), tuple(places), (series,), unit, "", field.axis, ticks)


def _cloud(swept: Swept, along: Varied) -> Panel:
    kpi, field = swept.kpis[0], along.field
    x = (float(v) if along.numeric else float(along.steps.index(v)) for v in along.values)
    numbers = tuple(str(i + 1) for i in range(len(along.values)))
    series = Series(field.label, tuple(x)), series_of(label(kpi), swept.means[kpi], texts=numbers)
    ticks = field.tick_unit if along.numeric else ""
    return Panel(field.label, numbers, series, unit_of(kpi), head_of(kpi), field.axis, ticks)


def _is_grid(varied: Sequence[Varied]) -> bool:
    """Whether two paths are combined in full."""
    if len(varied) != 2:
        return False
    pairs = set(zip(varied[0].values, varied[1].values, strict=True))
    return len(pairs) == len(varied[0].values) == len(varied[0].steps) * len(varied[1].steps)


def _map(swept: Swept) -> Panel:
    """The first KPI over two paths."""
    (across, up), kpi = swept.varied, swept.kpis[0]
    points = {pair: i for i, pair in enumerate(zip(across.values, up.values, strict=True))}
    series = []
    for y in reversed(up.steps):
        found = {points[x, y]: swept.means[kpi][points[x, y]] for x in across.steps}
        cells = {i: measured(at, unit_of(kpi)).text for i, at in found.items()}
        texts = [text + " ×" * (i not in swept.keeping_up) for i, text in cells.items()]
        series.append(series_of(up.field.say(y), list(found.values()), texts=texts))
    title = f"{head_of(kpi)}, by {inside(up.field.label)} (down)"
    places = tuple(map(across.field.say, across.steps))
    return Panel(title, places, tuple(series), unit_of(kpi), across=across.field.axis)
