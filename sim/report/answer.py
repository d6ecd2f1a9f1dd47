"""What an answer is: a question, a finding, the rule behind it, and parts of tables and charts.

A command makes one `Answer`; terminal, page, deck, workbook, `--json` and `denialloop report` lay
it out. It is plain data, so it is kept in the folder of its study as `answer.json`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol

from sim.record.record import Table as Columns
from sim.report.words import Form, interval, number
from sim.study.statistics import Interval

BARS, STACKED, BRIDGE, LINES, DOTS, HEAT, SCATTER = (
    "bars",
    "stacked",
    "bridge",
    "lines",
    "dots",
    "heat",
    "scatter",
)
"""The shapes of charts.

Bars lie on their sides, with an interval each; stacked ones are parts of a whole. A bridge is a row
of changes, each beginning where the last one ends; its last place is their sum. Lines have
bands. Dots have intervals, one row for each place. A heat map has a row for each series. A scatter
has a point for each place: the first series is its x, the second its y.
"""
ROLES = {
    "options": "The decision",
    "headline": "Headline measures",
    "own": "The answer in a picture",
    "bridge": "What the difference is made of",
    "drivers": "What drives it",
    "capacity": "Capacity",
    "denials": "Denials by cause and payer",
    "risks": "Risks",
    "money": "Money over time",
    "course": "The course of things",
    "people": "People",
    "published": "Beside what has been published",
    "detail": "In detail",
}
"""What a part is for, in the order of every layout, and how the page heads it.

Anything from `money` on is folded on the page, and on no slide unless it is asked for by its part.
"""
NUMBERS = (
    *("panel", "series", "place", "value", "ci_low", "ci_high", "future_low", "future_high"),
    "unit",
)
"""Columns of the numbers of a chart."""
FOLDED = ("money", "course", "people", "published", "detail")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell of a table: its text, and the numbers that a workbook writes.

    `values` is empty for words, one number, or the two ends of an interval, in `unit`; `digits` are
    the decimals of the text, in units of `divisor`.
    """

    text: str
    values: tuple[float, ...] = ()
    unit: str = ""
    divisor: float = 1.0
    digits: int = 0

    @property
    def value(self) -> float:
        """The number; nan where there are words or an interval."""
        return self.values[0] if len(self.values) == 1 else math.nan


def words(text: str) -> Cell:
    """A cell of words."""
    return Cell(text)


def figure(form: Form, value: float, unit: str, *, gap: bool = False) -> Cell:
    """A number in the form of its row; a `gap` is a difference."""
    return Cell(form.text(value, gap=gap), (value,), unit, form.divisor, form.digits)


def ends(form: Form, low: float, high: float, unit: str, *, gap: bool = False) -> Cell:
    """The interval of a number in the form of its row; an empty cell where there is none."""
    text = form.ends(low, high, gap=gap)
    return Cell(text, (low, high), unit, form.divisor, form.digits) if text else Cell("")


def estimated(at: Interval, unit: str, *, difference: bool = False) -> tuple[Cell, Cell]:
    """A mean or difference that stands alone, and its interval, rounded to its own error."""
    shown, between = interval(at.mean, at.low, at.high, unit, difference=difference)
    mean = Cell(shown, (at.mean,), unit)
    return mean, Cell(between, (at.low, at.high), unit) if between else Cell("")


def measured(at: Interval, unit: str) -> Cell:
    """A mean rounded to its standard error."""
    se = at.sd / math.sqrt(at.n) if at.n else math.nan
    return Cell(number(at.mean, unit, se), (at.mean,), unit)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: heads of its columns, the first of which names the rows, and rows of cells.

    `bars` is the column whose numbers have bars in them, `of` the scenario that it is about where
    several tables of a part differ in it. The terminal prints it unless `printed` is false.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    bars: int = -1
    of: str = ""
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of a panel, one for each of its places; nan where there is none.

    `low` and `high` bound a 95 % interval, `least` and `most` lie where one future does nine times
    in ten. `of` is the scenario whose colour it has, or a tint: loss, gain, worse, total, grey.
    `texts` are the numbers as they are written, where they are.
    """

    name: str
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    least: tuple[float, ...] = ()
    most: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()
    of: str = ""
    depth: float = 1.0
    step: bool = False


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("charts.toml").read_text("utf-8"))


class Estimated(Protocol):
    """A mean with its interval: an `Interval`, or a row of the table of results."""

    @property
    def mean(self) -> float:
        """The mean."""

    @property
    def low(self) -> float:
        """Lower end of its 95 % interval."""

    @property
    def high(self) -> float:
        """Upper end."""


def series_of(
    name: str,
    found: Sequence[Estimated],
    *,
    texts: Sequence[str] = (),
    of: str = "",
    bands: bool = True,
) -> Series:
    """A series of means, with their intervals unless `bands` is false."""
    values = tuple(at.mean for at in found)
    low, high = (tuple(at.low for at in found), tuple(at.high for at in found))
    return Series(
        name, values, low if bands else (), high if bands else (), texts=tuple(texts), of=of
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture of a chart: places with a series or several of numbers in one unit.

    `axis` says what the numbers are, `across` what the places are. Places that are numbers lie
    where they are on an axis in `place_unit`. `marks` are places of note with their names.
    """

    title: str
    places: tuple[str | float, ...]
    series: tuple[Series, ...]
    unit: str
    axis: str = ""
    across: str = ""
    place_unit: str = ""
    marks: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A small description of a chart: matplotlib, workbook and deck draw it from this.

    `title` says what it shows, `alt` what is to be seen, `note` how to read it.
    """

    name: str
    shape: str
    title: str
    alt: str
    panels: tuple[Panel, ...]
    note: str = ""

    @property
    def numbers(self) -> Columns:
        """Every plotted number, a row for each."""
        columns: Columns = {name: [] for name in NUMBERS}
        for panel in self.panels:
            for series in panel.series:
                for row in _numbers(panel, series):
                    for column, cell in zip(columns.values(), row, strict=True):
                        column.append(cell)
        return columns


def chart(
    name: str,
    title: str,
    panels: Iterable[Panel],
    *,
    key: str = "",
    shape: str = "",
    base: str = "",
) -> Chart:
    """A chart with the shape and words that `charts.toml` has under its name, or under `key`."""
    text = _texts()[key or name]
    alt, note = (text[part].replace("{base}", base) for part in ("alt", "note"))
    return Chart(name, shape or text["shape"], title, alt, tuple(panels), note)


def _numbers(panel: Panel, series: Series) -> Iterator[tuple[object, ...]]:
    for i, (place, value) in enumerate(zip(panel.places, series.values, strict=True)):
        bounds = (series.low, series.high, series.least, series.most)
        known = (bound[i] if bound else math.nan for bound in bounds)
        yield panel.title, series.name, place, value, *known, panel.unit


@dataclass(frozen=True, slots=True)
class Part:
    """Tables and charts that belong together, under a title that says what they show."""

    role: str
    title: str
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    text: tuple[str, ...] = ()
    slide: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found.

    `scenarios` are those that parts speak of, the baseline first, each with its name as it is
    shown. `rule` says how the finding is decided, `notes` what to know when reading it, `warnings`
    what stands before everything else. `facts` are for other programs; `size` says how much was
    simulated, and of what.
    """

    kind: str
    title: str
    question: str
    finding: str
    rule: str
    parts: tuple[Part, ...]
    scenarios: Mapping[str, str]
    size: str
    source: str
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checks: tuple[tuple[str, str, str], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    __pydantic_config__: ClassVar[dict[str, str]] = {"ser_json_inf_nan": "strings"}

    @property
    def ordered(self) -> list[Part]:
        """The parts in the order of every layout; where scenarios are an aside, its own first."""
        first = "options" if self.kind in ("run", "compare") else "own"
        return sorted(self.parts, key=lambda p: (p.role != first, list(ROLES).index(p.role)))

    @property
    def charts(self) -> list[Chart]:
        """All charts in their order."""
        return [chart for part in self.ordered for chart in part.charts]

    @property
    def tables(self) -> list[Table]:
        """All tables in their order."""
        return [table for part in self.ordered for table in part.tables]

    @property
    def basis(self) -> str:
        """What the finding rests on."""
        return " ".join((*self.warnings, self.size, *self.notes))

    def only(self, *roles: str) -> Iterator[Part]:
        """The parts of some roles."""
        return (part for part in self.ordered if part.role in roles)

    def drawn(self, charts: bool) -> Answer:
        """The answer with or without its charts."""
        bare = tuple(replace(part, charts=()) for part in self.parts)
        return self if charts else replace(self, parts=bare)


def dump(answer: Answer) -> str:
    """The answer as it is kept: JSON in which a number that is not finite is a word."""
    text: str = _adapter().dump_json(answer, indent=1).decode()
    return f"{text}\n"


def parse(text: str) -> Answer:
    """The answer that was kept so; ValueError if it is none."""
    found: Answer = _adapter().validate_json(text)
    return found


def _adapter() -> Any:
    from pydantic import TypeAdapter  # half of a second, which only keeping and reading needs

    return TypeAdapter(Answer)
