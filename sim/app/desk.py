"""What somebody has on the page: the scenario, what was turned, and what was put aside.

It is kept in a folder, so that a page that is reloaded, or a server that was stopped, finds it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.app import levers
from sim.scenario.checked import Scenario, load
from sim.scenario.layers import shipped_configs
from sim.scenario.problems import ScenarioError

NAME = re.compile(r"[0-9a-f]{12}")
MOST_STEPS_BACK = 50
LIVE, STUDY, FORECAST, CALIBRATED = "live", "study", "forecast", "calibrated"
"""Folders of commands."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Values by path, and dated changes, that make the what-if of a scenario."""

    base: str
    values: Mapping[str, float] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything was turned."""
        return bool(self.values or self.events)


@dataclass(slots=True)
class Desk:
    """One person's page: what is turned now, what was before, and what-ifs put aside by name."""

    folder: Path
    now: Turned
    before: list[Turned] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    def turn(self, now: Turned) -> None:
        """Go over to something else; `undo` comes back from it."""
        if now != self.now:
            self.before = [*self.before[-MOST_STEPS_BACK + 1 :], self.now]
            self.now = now
            self.keep()

    def undo(self) -> None:
        """Go back by one step."""
        if self.before:
            self.now = self.before.pop()
            self.keep()

    def keep(self) -> None:
        """Write down what is on the desk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        said = {"now": asdict(self.now), "before": [asdict(t) for t in self.before]}
        new = self.folder / "desk.new"
        new.write_text(json.dumps(said | {"aside": self.aside}), encoding="utf-8")
        new.replace(self.folder / "desk.json")

    @property
    def base(self) -> Scenario:
        """The scenario that is turned."""
        return load(self.now.base)

    def written(self, name: str = levers.WHAT_IF) -> Path:
        """The what-if as a file that every command opens, checked.

        Raises `ScenarioError` if it is none, and leaves the file of before as it was.
        """
        base, file = load(self.now.base), Path(self.now.base)
        shipped = shipped_configs()
        # A shipped scenario is found by its name on every machine.
        extends = file.relative_to(shipped) if file.is_relative_to(shipped) else file.resolve()
        said = levers.what_if(str(extends), base, self.now.values, self.now.events, name)
        _ = load(said).model
        target = self.folder / f"{name}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
        target.write_text(f"# What was turned in {base.name}\n{text}", encoding="utf-8")
        return target

    def put_aside(self) -> str:
        """Keep the what-if for the comparison; gives its name."""
        name = f"what_if_{len(self.aside) + 1}"
        self.written(name)
        self.aside.append(name)
        self.keep()
        return name

    def size(self) -> tuple[float, tuple[int, ...]]:
        """The scale of quick answers, and how many replications each has, the quickest first.

        Persons by name are there at full size only.
        """
        try:
            _ = self.base.set("hospital.scale", 0.05).model
        except ScenarioError:
            return 1.0, (2, 6, 16)
        return 0.05, (4, 12, 40)


def desk(root: Path, name: str, base: str) -> Desk:
    """The desk of a name under a folder, as it was left; a new one begins with a scenario."""
    folder = root / (name if NAME.fullmatch(name) else secrets.token_hex(6))
    kept = folder / "desk.json"
    if not kept.exists():
        return Desk(folder, Turned(base))
    said = json.loads(kept.read_text(encoding="utf-8"))
    now, *before = (
        Turned(each["base"], each["values"], tuple(each["events"]))
        for each in (said["now"], *said["before"])
    )
    return Desk(folder, now, before, said["aside"])
