"""What a plan is to decide: the file of `plan --over`, with its axes, limits and objective."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import prod
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.record.kpis import KPIS, kpi
from sim.scenario.fields import FUNCTIONS, Model
from sim.scenario.load import Loaded, load_as
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.yaml_source import Node
from sim.study.sweep import values_of

MOST_AXES = 40


class Limit(Model):
    """A KPI that shall be at least, or at most, so much: on average, or with a probability."""

    kpi: str = Field(min_length=1)
    at_least: float | None = None
    at_most: float | None = None
    probability: float | None = Field(default=None, gt=0, lt=1)

    @property
    def bound(self) -> float:
        """The limit."""
        return float(self.at_most if self.at_least is None else self.at_least)  # type: ignore[arg-type]

    @property
    def sign(self) -> float:
        """1 where more is better, else −1."""
        return -1.0 if self.at_least is None else 1.0

    def met(self, value: float) -> bool:
        """Whether a value keeps it."""
        return self.sign * value >= self.sign * self.bound

    def __str__(self) -> str:
        sense = "<=" if self.at_least is None else ">="
        sure = "" if self.probability is None else f" with probability {self.probability:g}"
        return f"{self.kpi} {sense} {self.bound:g}{sure}"


class PlanFile(Model):
    """The file of `plan --over`."""

    objective: str | tuple[str, str]
    vary: dict[str, Any] = Field(min_length=1, max_length=MOST_AXES)
    constraints: tuple[Limit, ...] = ()
    budget: tuple[Limit, ...] = ()
    indifference: float = Field(gt=0)

    @property
    def objectives(self) -> tuple[str, ...]:
        """What is to be best, and what else a frontier is drawn against."""
        return (self.objective,) if isinstance(self.objective, str) else self.objective

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Constraints, and the budget, which is one too."""
        return (*self.constraints, *self.budget)


@dataclass(frozen=True)
class Asked:
    """A plan file read: what it says, and the values of each axis as they were written."""

    said: PlanFile
    axes: dict[str, tuple[Node, ...]]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Values on each axis."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def points(self) -> int:
        """Points of the lattice."""
        return prod(self.sizes)


def read_plan(path: Path | Mapping[str, Any]) -> Asked:
    """The plan file, or what it would hold; `ScenarioError` with every mistake, at its line."""
    loaded: Loaded[PlanFile] = load_as(PlanFile, _checks, path)
    vary = loaded.tree.child("vary")
    assert vary is not None  # the schema wants it
    problems: list[Problem] = []
    axes: dict[str, tuple[Node, ...]] = {}
    for key, node in vary.children():
        try:
            axes[str(key)] = values_of(str(key), node)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return Asked(loaded.scenario, axes)


def _checks(said: PlanFile) -> list[tuple[tuple[str | int, ...], str]]:
    return list(_found(said))


def _found(said: PlanFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name in said.objectives:
        if why := _unknown(name):
            yield ("objective",), why
        elif kpi(name).better == "neither":
            yield ("objective",), f"no value of {name} is better than another"
    for section in ("constraints", "budget"):
        for i, limit in enumerate(getattr(said, section)):
            if why := _unknown(limit.kpi):
                yield (section, i, "kpi"), why
            if (limit.at_least is None) == (limit.at_most is None):
                yield (section, i), "write either at_least or at_most"


def _unknown(name: str) -> str:
    """That a KPI is not known, with the nearest that is; empty if it is."""
    queues = [queue for of in FUNCTIONS.values() for queue in of]
    known = [*KPIS, *(f"work.in_time_share.{queue}" for queue in queues)]
    try:
        kpi(name)
        strange = (
            name.startswith("work.") and name not in KPIS and name.split(".")[-1] not in queues
        )
    except KeyError:
        strange = True
    if strange:
        near = get_close_matches(name, known, 1)
        return f"no KPI is called {name!r}" + (f'; did you mean "{near[0]}"?' if near else "")
    return ""
