"""Joint draws of what is not known exactly, and what they make of an interval.

A row of an ensemble holds values of some fields, drawn together; every pair of replications has
one, the same in all scenarios. What differs between the two replications of a pair is luck; what
differs between pairs beyond that is ignorance, which no number of replications makes smaller.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.schema import Scenario
from sim.study import StudyError
from sim.study.statistics import Floats, Interval, mean_interval

if TYPE_CHECKING:
    from sim.scenario.load import Loaded

PER_DRAW = 2
"""Replications that share a row: the fewest that tell luck from ignorance."""
Load: TypeAlias = "Callable[[Sequence[str]], Loaded[Scenario]]"
"""Loads a scenario with `path=value` laid upon it."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The rows of a file, as `calibrate` writes it: values by dotted path, as `--set` has them."""

    file: Path
    paths: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sha256: str

    def row_of(self, replication: int) -> int:
        """The row that a replication has; when all have been used, the first follows."""
        return replication // PER_DRAW % len(self.rows)

    def worlds(self, scenarios: Mapping[str, Load], replications: int) -> Worlds:
        """The worlds that so many replications of scenarios have, by the scenarios' names.

        A field that a scenario lacks (of a vendor whom it does not know) is drawn in the others.
        StudyError if the replications make no pairs, or nobody has a field; ScenarioError with what
        is wrong with the first row that a scenario refuses.
        """
        if replications % PER_DRAW or replications < 2 * PER_DRAW:
            raise StudyError(
                f"an ensemble gives each row to {PER_DRAW} replications: ask for an even number of "
                f"them, at least {2 * PER_DRAW} (got {replications})",
                exit_code=2,
            )
        fields = {
            name: [p for p in self.paths if tree.leads_to(p)]
            for name, tree in ((name, load(()).tree) for name, load in scenarios.items())
        }
        for path in self.paths:
            if not any(path in known for known in fields.values()):
                raise StudyError(f"{self.file}:1: no scenario has a field {path}", exit_code=2)
        rows = self.rows[: math.ceil(replications / PER_DRAW)]
        drawn = {
            name: [self._world(i, name, load, fields[name]) for i in range(len(rows))]
            for name, load in scenarios.items()
        }
        return Worlds(self, drawn)

    def _world(self, row: int, name: str, load: Load, fields: Sequence[str]) -> Scenario:
        values = dict(zip(self.paths, self.rows[row], strict=True))
        try:
            world = load([f"{path}={values[path]}" for path in fields]).scenario
        except ScenarioError as error:
            raise ScenarioError(
                Problem(str(self.file), row + 2, 1, p.path, p.message, p.hint)
                for p in error.problems
            ) from None
        return world.model_copy(update={"name": name})


@dataclass(frozen=True, slots=True)
class Worlds:
    """What each replication of each scenario simulates under an ensemble."""

    ensemble: Ensemble
    by_name: Mapping[str, Sequence[Scenario]]

    def world(self, name: str, replication: int) -> Scenario:
        """The scenario of that name as a replication has it."""
        return self.by_name[name][self.ensemble.row_of(replication)]

    def each(self, change: Callable[[Scenario], Scenario]) -> Worlds:
        """The same draws of scenarios that are changed."""
        return replace(self, by_name={n: [*map(change, ws)] for n, ws in self.by_name.items()})


def read_ensemble(file: Path) -> Ensemble:
    """The ensemble of a CSV file whose header names fields; ScenarioError if it is not one."""

    def refuse(line: int, message: str, hint: str = "") -> ScenarioError:
        return ScenarioError([Problem(str(file), line, 1, "", message, hint)])

    try:
        data = file.read_bytes()
        lines = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    except OSError as error:
        raise refuse(0, f"cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse(0, "is no CSV file in UTF-8") from error
    wanted = "the first line names fields by dotted path, each further one holds a joint draw"
    if len(lines) < 2 or not all(lines[0]):
        raise refuse(1, "holds no draws", wanted)
    head, rows = lines[0], [(i, row) for i, row in enumerate(lines[1:], 2) if row]
    for name in head:
        if head.count(name) > 1:
            raise refuse(1, f"names {name} twice")
    for line, row in rows:
        if len(row) != len(head):
            raise refuse(line, f"has {len(row)} values, the header names {len(head)} fields")
        if not all(value.strip() for value in row):
            raise refuse(line, f"has no value of {head[[v.strip() for v in row].index('')]}")
    digest = hashlib.sha256(data).hexdigest()
    return Ensemble(file, tuple(head), tuple(tuple(row) for _, row in rows), digest)


@dataclass(frozen=True, slots=True)
class Parts:
    """A mean over an ensemble; half of its interval by luck alone, by ignorance alone, by both."""

    worlds: int
    mean: float
    luck: float
    ignorance: float
    both: float


def parts(values: ArrayLike, confidence: float = 0.95) -> Parts:
    """The two parts of an interval: a one-way analysis of variance of pairs of replications.

    Values are by replication, those that share a row side by side. Half the interval is Student's t
    of m pairs times the root of S²/n + V(1 + 1/m): S² is the variance between the n replications of
    one world, V the variance between worlds, which luck alone does not explain. Nan below 2 pairs.
    """
    pairs = _pairs(values)
    m, means = len(pairs), pairs.mean(axis=1)
    if m < 2:
        return Parts(m, float(means.mean()) if m else math.nan, *[math.nan] * 3)
    between = mean_interval(means, confidence)
    within = float(pairs.var(axis=1, ddof=1).mean())
    t = (between.high - between.mean) / (between.sd / math.sqrt(m)) if between.sd else 0.0
    worlds = max(0.0, between.sd**2 - within / PER_DRAW)
    luck, ignorance = (t * math.sqrt(v) for v in (within / pairs.size, worlds * (1.0 + 1.0 / m)))
    return Parts(m, between.mean, luck, ignorance, math.hypot(luck, ignorance))


def with_ignorance(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Interval of what a world drawn from the ensemble has on average, luck of the study included.

    `n` is the number of pairs, `sd` what makes Student's t of so many values this interval.
    """
    at = parts(values, confidence)
    plain = mean_interval(_pairs(values).mean(axis=1), confidence)
    wider = at.both / (plain.high - plain.mean) if plain.sd else 1.0
    return replace(plain, sd=plain.sd * wider, low=at.mean - at.both, high=at.mean + at.both)


def _pairs(values: ArrayLike) -> Floats:
    """Values by replication as pairs that share a row; those that lack one of the two are left."""
    x = np.asarray(values, dtype=float)
    pairs = x[: len(x) - len(x) % PER_DRAW].reshape(-1, PER_DRAW)
    kept: Floats = pairs[~np.isnan(pairs).any(axis=1)]
    return kept
