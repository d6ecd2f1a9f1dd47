"""Sensitivity: what each of many fields does to a KPI, or to the difference between two scenarios.

Fields (factors) are varied between two ends each: one at a time (the bars of a tornado), along the
trajectories of Morris (1991; mu* of Campolongo 2007), or in the sample of Saltelli for Sobol's
indices. Every point has the same replications under common random numbers: what is the same at two
points gives the same numbers, so that a factor without effect scores exactly zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from sim.record.kpis import kpi as kpi_of
from sim.scenario.evidence import evidence
from sim.scenario.load import Loaded, load
from sim.scenario.problems import ScenarioError, did_you_mean
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario
from sim.study import StudyError
from sim.study.estimate import difference, estimate
from sim.study.overload import is_money, overloaded_names
from sim.study.replicate import StudyResult
from sim.study.statistics import Floats, Interval
from sim.study.sweep import span
from sim.study.tables import Tables

MOST_POINTS = 10_000
LEVELS = 4  # of Morris: steps of two thirds of a range
RESAMPLES = 1000
UNKNOWN = Interval(0, math.nan, math.nan, math.nan, math.nan)
RANK = {"oat": "swing", "morris": "mu_star", "sobol": "total"}
"""For each method the quantity that ranks the factors."""
_SIZE = "hospital.scale"
_WHY_NOT = "the size of the model, and no property of what is modelled"


@dataclass(frozen=True, slots=True)
class Factor:
    """A varied field; `whole` if it takes whole numbers only."""

    path: str
    low: float
    high: float
    unit: str
    kind: str
    whole: bool

    @classmethod
    def of(cls, path: str, low: float, high: float, fields: Fields) -> Factor:
        """The field at `path`, as the schema describes it."""
        options = fields.at(path.split("."))
        unit, kind = (next((o[k] for o in options if o.get(k)), "") for k in ("unit", "kind"))
        types = {o.get("type") for o in options}
        whole = "integer" in types and "number" not in types
        if whole:
            low, high = round(low), round(high)
        return cls(path, low, high, unit, kind, whole)

    def at(self, u: float) -> float | int:
        """The value at the share `u` of the way; six digits read well and name the same point."""
        value = self.low + u * (self.high - self.low)
        return round(value) if self.whole else float(f"{value:.6g}")

    def share(self, u: float) -> float:
        """The share of the way at which `at(u)` lies: whole numbers are uneven steps."""
        return (self.at(u) - self.low) / (self.high - self.low) if self.whole else u


@dataclass(frozen=True, slots=True)
class Design:
    """Points to run, shape (points, factors): shares of the way of each factor, nan as written."""

    method: str
    factors: tuple[Factor, ...]
    points: Floats

    def settings(self) -> list[tuple[str, ...]]:
        """For each point the values to lay upon a scenario, as `path=value`."""
        return [
            tuple(
                f"{f.path}={f.at(u)!r}"
                for f, u in zip(self.factors, row, strict=True)
                if not math.isnan(u)
            )
            for row in self.points.tolist()
        ]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a factor does to a KPI: named quantities, each with its 95 % interval.

    `oat`: the differences `at_low` and `at_high` from the scenario as written, `swing` from low to
    high, and the responses at both ends. `morris`: `mu_star`, `mu` and `sigma` of the change over
    the whole range. `sobol`: shares of the variance, `first` alone and `total` with interactions.
    """

    factor: Factor
    kpi: str
    quantities: dict[str, Interval]

    @property
    def rank(self) -> float:
        """How much it matters; less than nothing where that is not known."""
        [at] = (self.quantities[q] for q in RANK.values() if q in self.quantities)
        return abs(at.mean) if at.n else -math.inf


# --- factors --------------------------------------------------------------------------------------


def named(options: Sequence[str]) -> list[Factor]:
    """The factors of options such as `path=0.1:0.8`; raises `ScenarioError` as `span` does."""
    fields = Fields(Scenario)
    found: dict[str, Factor] = {}
    for option in options:
        path, low, high = span(option, "--factor")
        if path in found:
            raise StudyError(f"--factor: {path} is varied twice", 2)
        if path == _SIZE:
            raise StudyError(f"--factor: {path} is {_WHY_NOT}; --scale X sets it for all", 2)
        found[path] = Factor.of(path, low, high, fields)
    return list(found.values())


def of_kind(
    files: Sequence[Path],
    overrides: Sequence[str],
    kind: str,
    most: int,
    *,
    spread: float | None = None,
    within: Sequence[str] = (),
) -> tuple[list[Factor], list[str]]:
    """Fields of a kind that the scenarios have, over their plausible range; and what was left out.

    The range is that of the parameter page (`Evidence.ends`), or ± `spread` of the value where that
    is given; the fields with the widest range for their size come first, from both files in turn. A
    field is left out, with the reason, if it has no range or either end alone is no valid scenario
    (shares that sum to one); members of lists and mixes are, and all behind the first `most`.
    Fields `within` these paths only, if there are any. Where both files have a field, the first to
    come is the middle.

    Raises StudyError (exit code 2) if the scenarios have no such field within a path.
    """
    fields = Fields(Scenario)
    left_out: dict[str, str] = {}
    loaded = [load(file, overrides) for file in files]
    candidates: dict[str, tuple[Path, Factor]] = {}
    each = (
        _numbers(file, scenario, fields, kind, left_out)
        for file, scenario in zip(files, loaded, strict=True)
    )
    for file, path, value in filter(None, chain.from_iterable(zip_longest(*each))):
        if path in candidates or path in left_out:
            continue
        if ends := _range(path, value, spread):
            ends = _within_bounds(value, ends, fields.at(path.split(".")))
            candidates[path] = file, Factor.of(path, *ends, fields)
        else:
            left_out[path] = "docs/parameters.md gives its value no range (--spread X does)"
    for near in within:
        if not any(_lies_in(path, [near]) for path in (*candidates, *left_out)):
            said = f"--within {near}: the scenarios have no number of kind {kind} there"
            raise StudyError(f"{said}; {did_you_mean(near, _above(candidates))}".rstrip("; "), 2)
    found: list[Factor] = []
    waiting = 0
    for file, factor in sorted(candidates.values(), key=lambda each: -_width(each[1])):
        if not _lies_in(factor.path, within):
            continue
        if len(found) == most:
            waiting += 1
        elif why := _unfit(factor, file, overrides):
            left_out[factor.path] = why
        else:
            found.append(factor)
    told = [f"{path}: {why}" for path, why in left_out.items() if _lies_in(path, within)]
    if waiting:
        told.append(f"{waiting} more fields with narrower ranges: {most} are varied (--most)")
    return found, told


def _lies_in(path: str, within: Sequence[str]) -> bool:
    return not within or any(f"{path}.".startswith(f"{near}.") for near in within)


def _above(paths: Iterable[str]) -> list[str]:
    """Every path that holds some of these."""
    steps = (path.split(".") for path in paths)
    return list(dict.fromkeys(".".join(s[:n]) for s in steps for n in range(1, len(s) + 1)))


def _width(factor: Factor) -> float:
    """How wide a range is for the size of its values: at most 1 where they have one sign."""
    size = max(abs(factor.low), abs(factor.high))
    return (factor.high - factor.low) / size if size else 0.0


def _range(path: str, value: float, spread: float | None) -> tuple[float, float] | None:
    """The ends between which a value could lie; None where nobody says.

    A value of the user's own has the range of the shipped one if it lies in it.
    """
    if spread is not None:
        low, high = sorted((value * (1 - spread), value * (1 + spread)))
        return low, high
    known = evidence().get(path)
    if known is None or known.ends is None:
        return None
    low, high = known.ends
    return known.ends if low <= value <= high else None


def _numbers(
    file: Path, loaded: Loaded[Scenario], fields: Fields, kind: str, left_out: dict[str, str]
) -> Iterator[tuple[Path, str, float]]:
    """Numbers of a kind with their paths; lists and mixes of it go to `left_out`."""
    for steps, node in loaded.tree.leaves():
        value, path = node.value, loaded.tree.dotted(steps)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if _is(fields, steps, kind):
            if path == _SIZE:
                left_out[path] = _WHY_NOT
            else:
                yield file, path, value
        elif _is(fields, steps, None):
            above = next(
                (
                    steps[:n]
                    for n in range(len(steps) - 1, 0, -1)
                    if not _is(fields, steps[:n], None)
                ),
                (),
            )
            if above and _is(fields, above, kind):
                left_out[loaded.tree.dotted(above)] = "a list or a mix: its members go together"


def _is(fields: Fields, steps: Sequence[Any], kind: str | None) -> bool:
    """Whether the field there is of the kind; None: has none of its own."""
    return any(option.get("kind") == kind for option in fields.at(steps))


def _within_bounds(
    value: float, ends: tuple[float, float], options: Sequence[dict[str, Any]]
) -> tuple[float, float]:
    """The ends within the bounds of the field; half way to one that is excluded."""
    low, high = ends
    for bound in options:
        low = max(low, bound.get("minimum", low))
        high = min(high, bound.get("maximum", high))
        if low <= (edge := bound.get("exclusiveMinimum", -math.inf)):
            low = (value + edge) / 2
        if high >= (edge := bound.get("exclusiveMaximum", math.inf)):
            high = (value + edge) / 2
    return low, high


def _unfit(factor: Factor, file: Path, overrides: Sequence[str]) -> str:
    """Why a factor cannot be varied alone; empty if it can."""
    if factor.at(0) == factor.at(1):
        return "no range around its value"
    for u in (0, 1):
        try:
            load(file, [*overrides, f"{factor.path}={factor.at(u)!r}"])
        except ScenarioError as error:
            return f"at {factor.at(u):g}, {error.problems[0].message}"
    return ""


# --- designs and what they tell -------------------------------------------------------------------


def design(method: str, factors: Sequence[Factor], size: int, seed: int) -> Design:
    """The points of a method; `size` is trajectories, or Sobol's base sample (a power of two).

    Raises StudyError (exit code 2) if that is too many points, or nothing is varied.
    """
    k = len(factors)
    points = {"oat": 2 * k + 1, "morris": size * (k + 1), "sobol": size * (k + 2)}[method]
    if not factors:
        raise StudyError("nothing is varied", 2)
    if points > MOST_POINTS:
        raise StudyError(f"{points:,} points; a study of this kind has up to {MOST_POINTS:,}", 2)
    if method == "oat":
        shares = np.full((points, k), np.nan)  # the first point is the scenario as written
        for i in range(k):
            shares[2 * i + 1, i], shares[2 * i + 2, i] = 0.0, 1.0
        return Design(method, tuple(factors), shares)
    if method == "sobol" and size & (size - 1):
        raise StudyError("--trajectories: a power of two, such as 64, for the sample of sobol", 2)
    from SALib.sample import morris, sobol  # with pandas, a second to import

    cube = _cube(k)
    if method == "morris":
        shares = morris.sample(cube, size, num_levels=LEVELS, seed=seed)
    else:
        shares = sobol.sample(cube, size, calc_second_order=False, seed=seed)
    return Design(method, tuple(factors), shares)


def _cube(k: int) -> dict[str, Any]:
    """SALib's problem on the unit cube: effects are per whole range of a factor."""
    names = [f"x{i}" for i in range(k)]
    return {"num_vars": k, "names": names, "bounds": [[0.0, 1.0]] * k}


def responses(result: StudyResult, points: Sequence[Sequence[str]], kpi: str) -> Floats:
    """A KPI by point and replication; the paired difference where a point has two scenarios.

    Only replications that have it at every point count; money of points that do not keep up with
    their work is nan (`judged`). Raises StudyError if none has.
    """
    behind = overloaded_names(result) if is_money(kpi) else frozenset()
    up = np.array([not behind & {*point} for point in points])
    names = list(dict.fromkeys(name for point in points for name in point))
    common = set.intersection(*(set(result.outcomes[name]) for name in names))
    column = {
        name: [result.outcomes[name][r].kpis.get(kpi, math.nan) for r in sorted(common)]
        for name in names
    }
    values = np.array(
        [np.subtract(column[p[-1]], column[p[0]]) if len(p) > 1 else column[p[0]] for p in points]
    )
    values[~up] = np.nan
    values = values[:, ~np.isnan(values[up]).any(axis=0)]
    if not values.shape[1]:
        raise StudyError(f"no replication has a value of {kpi!r} at every point", 2)
    return values


def effects(design: Design, values: Floats, kpi: str, seed: int) -> list[Effect]:
    """What each factor does, by size; `values` by point and replication.

    Morris and Sobol work on the means over replications, and their intervals come from resampling
    trajectories or points: they tell what more of these would, not more replications.
    """
    if design.method == "oat":
        found = [_one_at_a_time(kpi, values, i) for i in range(len(design.factors))]
    else:
        found = (_morris if design.method == "morris" else _sobol)(design, values, seed)
    made = [Effect(f, kpi, q) for f, q in zip(design.factors, found, strict=True)]
    return sorted(made, key=lambda effect: -effect.rank)


def _one_at_a_time(kpi: str, values: Floats, i: int) -> dict[str, Interval]:
    base, low, high = values[0], values[2 * i + 1], values[2 * i + 2]
    pairs = {"at_low": (base, low), "at_high": (base, high), "swing": (low, high)}
    found = {name: difference(kpi, a, b).interval for name, (a, b) in pairs.items()}
    return found | {"response_low": estimate(kpi, low), "response_high": estimate(kpi, high)}


def _morris(design: Design, values: Floats, seed: int) -> list[dict[str, Interval]]:
    """Elementary effects per whole range, by the step that was taken, not the planned one."""
    k = len(design.factors)
    shares = [
        [f.share(u) for f, u in zip(design.factors, row, strict=True)]
        for row in design.points.tolist()
    ]
    steps = np.diff(np.reshape(shares, (-1, k + 1, k)), axis=1)  # one factor moves in each
    rises = np.diff(values.mean(axis=1).reshape(-1, k + 1), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    slopes = rises / np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    by_factor = np.take_along_axis(slopes, moved.argsort(axis=1), axis=1)  # (trajectories, k)
    by_factor = by_factor[~np.isnan(by_factor).any(axis=1)]  # trajectories that keep up throughout
    n = len(by_factor)
    if n < 2:
        return [dict.fromkeys(_MORRIS, UNKNOWN) for _ in range(k)]
    again = by_factor[np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))]
    told = {}
    for name, statistic in _MORRIS.items():
        low, high = np.quantile(statistic(again, 1), (0.025, 0.975), axis=0)
        told[name] = zip(statistic(by_factor, 0).tolist(), low.tolist(), high.tolist(), strict=True)
    return [
        {
            name: Interval(n, mean, math.nan, low, high)
            for name, (mean, low, high) in zip(told, row, strict=True)
        }
        for row in zip(*told.values(), strict=True)
    ]


_MORRIS: dict[str, Callable[[Floats, int], Floats]] = {
    "mu_star": lambda x, axis: np.abs(x).mean(axis=axis),
    "mu": lambda x, axis: x.mean(axis=axis),
    "sigma": lambda x, axis: x.std(axis=axis, ddof=1),
}


def _sobol(design: Design, values: Floats, seed: int) -> list[dict[str, Interval]]:
    from SALib.analyze import sobol

    k, mean = len(design.factors), values.mean(axis=1)
    n = len(mean) // (k + 2)
    if np.isnan(mean).any():  # it takes the whole sample
        return [dict.fromkeys(("first", "total"), UNKNOWN) for _ in range(k)]
    if np.all(mean == mean[0]):  # there is no variance to share
        return [{name: _around(n, 0.0, 0.0) for name in ("first", "total")} for _ in range(k)]
    told = sobol.analyze(_cube(k), mean, calc_second_order=False, seed=seed)
    return [
        {
            name: _around(n, float(told[key][i]), float(told[f"{key}_conf"][i]))
            for name, key in (("first", "S1"), ("total", "ST"))
        }
        for i in range(k)
    ]


def _around(n: int, mean: float, half: float) -> Interval:
    return Interval(n, mean, math.nan, mean - half, mean + half)


def tables(design: Design, found: Sequence[Effect], by_kpi: dict[str, Floats]) -> Tables:
    """`sensitivity.csv`, a row per factor and quantity, and `points.csv`, the response at each."""
    rows = [
        (design.method, f.path, f.unit, f.kind, f.low, f.high, e.kpi,
         "share" if design.method == "sobol" else kpi_of(e.kpi).unit, name, q.mean, q.low, q.high)
        for e in found for f in (e.factor,) for name, q in e.quantities.items()
    ]  # fmt: skip
    columns = (
        "method",
        "path",
        "unit",
        "kind",
        "low",
        "high",
        "kpi",
        "value_unit",
        "quantity",
        "value",
        "ci_low",
        "ci_high",
    )
    at_points = [
        tuple("" if math.isnan(u) else f.at(u) for f, u in zip(design.factors, row, strict=True))
        for row in design.points.tolist()
    ]
    points = [
        (
            n,
            *row,
            kpi,
            at.n,
            at.mean,
            at.low,
            at.high,
            "yes" if is_money(kpi) and not at.n else "no",
        )
        for kpi, values in by_kpi.items()
        for n, (row, response) in enumerate(zip(at_points, values, strict=True), 1)
        for at in (estimate(kpi, response),)
    ]
    heads = (
        "point",
        *(f.path for f in design.factors),
        "kpi",
        "n",
        "mean",
        "ci_low",
        "ci_high",
        "overloaded",
    )
    return {"sensitivity.csv": (columns, rows), "points.csv": (heads, points)}
