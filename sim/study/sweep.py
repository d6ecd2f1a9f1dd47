"""Sweeps: the points of one scenario that are run side by side, and the table they give.

A design is a list of points, each with a value for every varied path. It comes from options or
files as lists, ranges with a step, a Latin hypercube, or points written out. Every point is a
scenario of its own under the same random numbers; the first is the one the others are compared
with.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, NoReturn

from sim.scenario.load import load
from sim.scenario.problems import NO_SUCH_FIELD, SHOWN, Mark, Problem, ScenarioError
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario
from sim.scenario.yaml_source import Node, parse, read
from sim.study.compare import Comparison, summarise
from sim.study.overload import OVERLOADED, overloaded_queues
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval
from sim.study.tables import Tables

MOST_POINTS = 10_000
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_STEPS = re.compile(rf"\s*{_NUMBER}\s*\.\.\s*{_NUMBER}\s*(?:step\s*{_NUMBER}\s*)?")
_SPAN = re.compile(rf"\s*{_NUMBER}\s*:\s*{_NUMBER}\s*")
_WHOLE = re.compile(r"[-+]?\d+")


@dataclass(frozen=True, slots=True)
class Design:
    """The points to run: for each a value for every path, with the place where it was written."""

    paths: tuple[str, ...]
    points: tuple[tuple[Node, ...], ...]

    @property
    def values(self) -> list[tuple[Any, ...]]:
        """The values of each point, as plain data."""
        return [tuple(node.plain() for node in point) for point in self.points]

    def plain(self) -> list[dict[str, Any]]:
        """The points as mappings of paths to values."""
        return [dict(zip(self.paths, row, strict=True)) for row in self.values]


@dataclass(frozen=True, slots=True)
class _Axis:
    """A varied path: the values to combine, or the ends of a span to draw a sample from."""

    path: str
    mark: Mark
    values: tuple[Node, ...] = ()
    span: tuple[float, float] | None = None


def from_options(vary: Sequence[str], sample: int | None = None) -> Design:
    """The design of options such as `path=1,2,3`, `path=1..9 step 2` or, to sample, `path=1:9`.

    Raises `ScenarioError` with the text of the option that cannot be used.
    """
    axes = []
    for option in vary:
        path, equals, text = option.partition("=")
        mark = Mark(f"--vary {option}")
        if not equals or not path.strip():
            _refuse(mark, "must be path=values", "such as people.speed_sigma=0.1,0.2")
        axes.append(_axis(path.strip(), text, mark))
    return _combined(axes, sample, Mark("--sample"))


def from_file(path: Path) -> Design:
    """The design in a CSV file, a column per path and a row per point, or in a YAML file.

    YAML holds `vary`, a mapping of paths to lists or ranges, and perhaps `sample`. Raises
    `ScenarioError` with the line that cannot be used.
    """
    if path.suffix.lower() == ".csv":
        return _from_csv(path)
    root = read(path)
    sections = {str(key): node for key, node in root.children()}
    if "vary" not in sections or not set(sections) <= {"vary", "sample"}:
        _refuse(root.mark, "a design has the key vary, and perhaps sample")
    axes = [_node_axis(str(key), node) for key, node in sections["vary"].children()]
    if "sample" not in sections:
        return _combined(axes, None, root.mark)
    size, mark = sections["sample"].value, sections["sample"].mark
    if not isinstance(size, int) or isinstance(size, bool):
        _refuse(mark, "must be a whole number", path="sample")
    return _combined(axes, size, mark)


def scenarios(path: Path, overrides: Sequence[str], design: Design) -> list[Scenario]:
    """The scenario in the file `path` at every point, named `point 1`, `point 2` and so on.

    Raises `ScenarioError` with what is wrong at any point, as far as about twenty points tell.
    """
    made: list[Scenario] = []
    problems: dict[tuple[object, ...], Problem] = {}
    failed = 0
    for number, point in enumerate(design.points, 1):
        settings = {
            f"{key}={json.dumps(node.plain(), ensure_ascii=False)}": node.mark
            for key, node in zip(design.paths, point, strict=True)
        }
        try:
            scenario = load(path, [*overrides, *settings]).scenario
        except ScenarioError as error:
            for found in error.problems:
                where = found.file, found.line, found.col, found.path, found.message
                problems.setdefault(where, _at_point(found, settings, number))
            failed += 1
            if failed == SHOWN:
                break
        else:
            made.append(scenario.model_copy(update={"name": f"point {number}"}))
    if problems:
        raise ScenarioError(problems.values())
    return made


def owned(path: Path, overrides: Sequence[str], settings: Sequence[str]) -> list[str]:
    """Those of the settings whose field is known to the scenario in the file `path`.

    One with a value that is not allowed is among them; loading it tells what is wrong.
    """

    def known(setting: str) -> bool:
        try:
            load(path, [*overrides, setting])
        except ScenarioError as error:
            return not all(p.message.startswith(NO_SUCH_FIELD) for p in error.problems)
        return True

    return [setting for setting in settings if known(setting)]


def tables(result: StudyResult, design: Design, comparisons: Sequence[Comparison]) -> Tables:
    """`sweep.csv`: a row per point and KPI; `overloaded` names the queues not kept up with.

    `comparisons` are those of `compare`.
    """
    numbers = ("kpi", "unit", "n", "mean", "sd", "ci_low", "ci_high")
    differences = ("difference", "difference_ci_low", "difference_ci_high")
    columns = ("point", *design.paths, "overloaded", *numbers, *differences)
    return {"sweep.csv": (columns, _rows(result, design, comparisons))}


def _rows(
    result: StudyResult, design: Design, comparisons: Sequence[Comparison]
) -> Iterator[tuple[object, ...]]:
    nothing = Interval(0, math.nan, math.nan, math.nan, math.nan)
    against_first = {
        (c.scenario, c.kpi.name): c.difference for c in comparisons if c.verdict != OVERLOADED
    }
    queues = overloaded_queues(result)
    points = {
        name: (number, *map(shown, values), queues[name])
        for number, (name, values) in enumerate(zip(result.names, design.values, strict=True), 1)
    }
    for row in summarise(result):
        kpi, at = row.kpi, row.interval
        gap = against_first.get((row.scenario, kpi.name), nothing)
        numbers = (at.n, at.mean, at.sd, at.low, at.high, gap.mean, gap.low, gap.high)
        yield (*points[row.scenario], kpi.name, kpi.unit, *numbers)


def shown(value: Any) -> Any:
    """A value in one cell: numbers and text as they are, everything else as JSON."""
    plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    return value if plain else json.dumps(value, ensure_ascii=False)


# --- reading a design -----------------------------------------------------------------------------


def _refuse(mark: Mark, message: str, *hints: str, path: str = "") -> NoReturn:
    raise ScenarioError([Problem.at(mark, message, *hints, path=path)])


def _at_point(problem: Problem, settings: dict[str, Mark], number: int) -> Problem:
    """A problem at the place where its value was written, or else with the point that has it."""
    mark = settings.get(problem.file.removeprefix("--set "))
    if mark is None:
        hint = "; ".join(filter(None, (problem.hint, f"at point {number}: {', '.join(settings)}")))
        return replace(problem, hint=hint)
    return replace(problem, file=mark.file, line=mark.line, col=mark.col, source=mark.source)


def span(option: str, name: str = "--vary") -> tuple[str, float, float]:
    """Path and ends of an option such as `path=0.1:0.8`; raises `ScenarioError` as above."""
    path, _, text = option.partition("=")
    mark = Mark(f"{name} {option}")
    ends = _SPAN.fullmatch(text)
    if not path.strip() or ends is None:
        _refuse(mark, "must be path=low:high", "such as people.speed_sigma=0.1:0.2")
    axis = _axis(path.strip(), text, mark)
    assert axis.span is not None  # it is written as a span
    return axis.path, *axis.span


def _axis(path: str, text: str, mark: Mark) -> _Axis:
    """A list, a range with a step, or a span."""
    if span := _SPAN.fullmatch(text):
        low, high = map(float, span.groups())
        if low >= high:
            _refuse(mark, "a range goes from the smaller to the larger number", path=path)
        return _Axis(path, mark, span=(low, high))
    if steps := _STEPS.fullmatch(text):
        return _Axis(path, mark, tuple(_stepped(path, mark, *steps.groups())))
    return _node_axis(path, replace(parse(f"[{text}]", mark.file, in_file=False), mark=mark))


def values_of(path: str, node: Node) -> tuple[Node, ...]:
    """The values that a list, or a range with a step, stands for; `ScenarioError` if none."""
    axis = _node_axis(path, node)
    if axis.span:
        _refuse(node.mark, "a range needs a step", "such as 1..9 step 2", path=path)
    return axis.values


def _node_axis(path: str, node: Node) -> _Axis:
    """The axis that a list of values or the text of a range stands for."""
    if isinstance(node.value, str):
        axis = _axis(path, node.value, node.mark)
        return replace(axis, values=tuple(replace(v, mark=node.mark) for v in axis.values))
    if not isinstance(node.value, list) or not node.value:
        _refuse(node.mark, "must be values or a range", "such as 1,2 or 1..9 step 2", path=path)
    return _Axis(path, node.mark, tuple(node.value))


def _stepped(path: str, mark: Mark, low: str, high: str, step: str | None) -> Iterator[Node]:
    """Whole numbers if they are written so, else decimal fractions without rounding errors."""
    if step is None:
        _refuse(mark, "a range needs a step", "such as 0.1..0.8 step 0.1", path=path)
    start, end, by = Decimal(low), Decimal(high), Decimal(step)
    if by <= 0 or end < start:
        _refuse(mark, "a range goes up in steps above 0", path=path)
    count = int((end - start) / by) + 1
    if count > MOST_POINTS:
        _refuse(mark, f"{count:,} steps; a sweep has 2 to {MOST_POINTS:,} points", path=path)
    whole = bool(_WHOLE.fullmatch(low) and _WHOLE.fullmatch(step))
    for i in range(count):
        value = start + i * by
        yield Node(int(value) if whole else float(value), mark)


def _combined(axes: Sequence[_Axis], sample: int | None, at: Mark) -> Design:
    """The full grid of the axes, or a Latin hypercube of that many points over them."""
    if not axes:
        _refuse(at, "nothing is varied")
    paths = tuple(axis.path for axis in axes)
    for i, axis in enumerate(axes):
        if axis.path in paths[:i]:
            _refuse(axis.mark, "the path is varied twice", path=axis.path)
        if axis.span and sample is None:
            hint = "sample it with --sample N, or give a step: 0.1..0.8 step 0.1"
            _refuse(axis.mark, "a range without a step is for sampling", hint, path=axis.path)
    if sample is not None:
        if not 2 <= sample <= MOST_POINTS:
            _refuse(at, f"a sample has 2 to {MOST_POINTS:,} points")
        if not any(axis.span for axis in axes):
            _refuse(at, "nothing to sample", "give a range such as path=0.1:0.8")
        return Design(paths, tuple(_hypercube(axes, sample)))
    count = math.prod(len(axis.values) for axis in axes)
    if not 2 <= count <= MOST_POINTS:
        _refuse(axes[-1].mark, f"{count:,} points; a sweep has 2 to {MOST_POINTS:,}")
    return Design(paths, tuple(product(*(axis.values for axis in axes))))


def _hypercube(axes: Sequence[_Axis], size: int) -> Iterator[tuple[Node, ...]]:
    """The same points for the same axes and size, whatever the seed of the study."""
    from scipy.stats import qmc  # takes most of a second to import

    fields = Fields(Scenario)
    whole = [{o.get("type") for o in fields.at(a.path.split("."))} for a in axes]
    sampler = qmc.LatinHypercube(len(axes), optimization="random-cd", seed=0)
    for row in sampler.random(size).tolist():
        yield tuple(
            _sampled(axis, u, whole="integer" in kinds and "number" not in kinds)
            for axis, u, kinds in zip(axes, row, whole, strict=True)
        )


def _sampled(axis: _Axis, u: float, *, whole: bool) -> Node:
    """The value of an axis at the share `u` of its way; a list has equal chances."""
    if axis.span is None:
        return axis.values[int(u * len(axis.values))]
    low, high = axis.span
    if whole:
        return Node(min(math.floor(low + u * (high - low + 1)), math.floor(high)), axis.mark)
    return Node(min(max(float(f"{low + u * (high - low):.4g}"), low), high), axis.mark)


def _from_csv(path: Path) -> Design:
    try:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        _refuse(Mark(str(path)), f"cannot be read: {reason}")
    head, *below = rows or [[]]
    paths = tuple(cell.strip() for cell in head)
    if not all(paths) or not paths or len(set(paths)) < len(paths):
        _refuse(Mark(str(path), 1, 1), "the first line must name a different path in each column")
    points = []
    for line, row in enumerate(below, 2):
        if not any(cell.strip() for cell in row):
            continue
        at = Mark(str(path), line, 1)
        if len(row) != len(paths) or not all(cell.strip() for cell in row):
            _refuse(at, f"{len(paths)} values are needed, one for each path")
        points.append(
            tuple(replace(parse(c, f"{path}:{line}", in_file=False), mark=at) for c in row)
        )
    if not 2 <= len(points) <= MOST_POINTS:
        _refuse(Mark(str(path)), f"{len(points):,} points; a sweep has 2 to {MOST_POINTS:,}")
    return Design(paths, tuple(points))
