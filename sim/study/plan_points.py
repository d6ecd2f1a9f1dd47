"""The points of a plan's lattice as scenarios: made, checked, and where a search starts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.scenario.load import Loaded, load
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.schema import Scenario
from sim.scenario.yaml_source import Node
from sim.study.hiring import plans
from sim.study.lattice import Effort, Point
from sim.study.plan_file import Asked
from sim.study.select import Run
from sim.study.start import fluid_classes, fluid_heads, nearest

IN_TIME = "work.in_time_share."


@dataclass(frozen=True)
class Points:
    """A scenario, as it was written with what is laid upon it, and the plan file's axes.

    Files are read once: what is edited while a search goes on changes nothing of it.
    """

    written: Path | Mapping[str, Any]
    laid_on: Sequence[str]
    asked: Asked

    @cached_property
    def base(self) -> Loaded[Scenario]:
        """The scenario as it is written."""
        return load(self.written, self.laid_on)

    @cached_property
    def _said(self) -> dict[str, Any]:
        return self.base.resolved

    @cached_property
    def axes(self) -> dict[str, list[Any]]:
        """The values of each axis as plain data, by path."""
        return {path: [n.plain() for n in nodes] for path, nodes in self.asked.axes.items()}

    def make(self, name: str, point: Point) -> Scenario:
        """The scenario at a point; its description is what it sets."""
        settings = [
            _setting(path, nodes[i])
            for (path, nodes), i in zip(self.asked.axes.items(), point, strict=True)
        ]
        found = load(self._said, settings).scenario
        return found.model_copy(update={"name": name, "description": ", ".join(settings)})

    def check(self) -> None:
        """Refuse an axis with a value that the scenario cannot have, at the line that writes it."""
        problems: list[Problem] = []
        for path, nodes in self.asked.axes.items():
            for node in nodes:
                try:
                    load(self._said, [_setting(path, node)])
                except ScenarioError as error:
                    problems += [_at(node, problem) for problem in error.problems]
                    break
        if problems:
            raise ScenarioError(problems)

    def starts(self, run: Run) -> list[Point]:
        """Where the search starts: at the fluid staffing and hiring plan, and as it is written."""
        written: dict[str, Any] = {path: self._written(path) for path in self.axes}
        in_time = {
            limit.kpi.removeprefix(IN_TIME): limit.bound
            for limit in self.asked.said.limits
            if limit.kpi.startswith(IN_TIME) and limit.at_least is not None
        }
        scenario = self.base.scenario
        heads = {f"teams.{team}.headcount": n for team, n in fluid_heads(scenario, in_time).items()}
        fluid = written | {path: n for path, n in heads.items() if path in written}
        if events := self._classes():
            found = run([scenario], Effort().first)
            fluid |= fluid_classes(events, scenario.start, plans(found, scenario.name))
        return [
            tuple(nearest(values, at[path]) for path, values in self.axes.items())
            for at in (fluid, written)
        ]

    def _written(self, path: str) -> Any:
        """What the scenario has at a path; None where that holds nothing."""
        node = self.base.tree
        for step in path.split("."):
            child = node.child(step)
            if child is None:
                return None
            node = child
        return node.plain()

    def _classes(self) -> dict[str, tuple[str, date]]:
        """Team and date of the class events whose sizes are varied, by path."""
        found = {}
        for path in self.axes:
            event = self._written(path.removesuffix(".people")) if path.endswith(".people") else {}
            if isinstance(event, dict) and event.get("kind") == "class":
                found[path] = str(event["team"]), date.fromisoformat(str(event["on"]))
        return found


def _setting(path: str, node: Node) -> str:
    return f"{path}={json.dumps(node.plain(), ensure_ascii=False)}"


def _at(node: Node, problem: Problem) -> Problem:
    """A problem at the value of the plan file that brings it."""
    if not problem.file.startswith("--set"):
        return problem
    mark = node.mark
    return replace(problem, file=mark.file, line=mark.line, col=mark.col, source=mark.source)
