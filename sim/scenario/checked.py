"""A checked scenario as Python sees it: loaded from anything, read and changed by dotted paths."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from sim.scenario import schema
from sim.scenario.layers import shipped_configs, shipped_file
from sim.scenario.load import Loaded
from sim.scenario.load import load as load_checked
from sim.scenario.load import show as shown
from sim.scenario.problems import Problem, ScenarioError, did_you_mean


@dataclass(frozen=True)
class Scenario:
    """A checked scenario. `set` gives a changed copy; nothing changes it in place.

    `written` is the file, or the mapping, that it was made of, `laid_on` what `set` laid upon it,
    as `path=value`.
    """

    written: Path | Mapping[str, Any]
    laid_on: tuple[str, ...] = ()
    renamed: str = ""

    @cached_property
    def loaded(self) -> Loaded[schema.Scenario]:
        """The values, and where each was written."""
        return load_checked(self.written, self.laid_on)

    @cached_property
    def model(self) -> schema.Scenario:
        """The values, as the simulation reads them."""
        found = self.loaded.scenario
        return found.model_copy(update={"name": self.renamed}) if self.renamed else found

    @property
    def name(self) -> str:
        """What tables and charts call it."""
        return self.model.name

    def get(self, path: str) -> Any:
        """The value at a dotted path, list items by name: `vendors.generalist.price`."""
        node = self.loaded.tree
        for step in path.split("."):
            child = node.child(step)
            if child is None:
                choices = [str(key) for key, _ in node.children()]
                hint = f"; {near}" if (near := did_you_mean(step, choices)) else ""
                raise KeyError(f'{path}: there is no "{step}"{hint}')
            node = child
        return node.plain()

    def set(self, path: str, value: Any, *, name: str = "") -> Scenario:
        """A checked copy with another value at a dotted path, under another `name` if one is given.

        Raises `sim.ScenarioError` if there is no such path, or the value is not allowed there.
        """
        option = f"{path}={json.dumps(value, default=str)}"
        changed = replace(self, laid_on=(*self.laid_on, option), renamed=name or self.renamed)
        _ = changed.model
        return changed

    def called(self, name: str) -> Scenario:
        """The same under another name."""
        return replace(self, renamed=name)

    def show(self) -> str:
        """Every value as YAML, with where it comes from behind it."""
        return shown(self.loaded)

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.model.description}>"


Source: TypeAlias = Scenario | str | os.PathLike[str] | Mapping[str, Any]
"""What a scenario can be made of."""


def load(source: Source) -> Scenario:
    """A scenario from the name of a shipped one, a YAML file, or a mapping.

    A mapping may say `extends`, as a file does. Raises `sim.ScenarioError` with every mistake.
    """
    if isinstance(source, Scenario):
        return source
    written = source if isinstance(source, Mapping) else _file(os.fspath(source))
    found = Scenario(written)
    _ = found.model
    return found


def _file(name: str) -> Path:
    """The file of that name, else the shipped scenario."""
    if name.endswith((".yaml", ".yml")) or Path(name).is_file():
        return Path(name)
    file = shipped_file(f"{name}.yaml")
    if not file.is_file():
        every = sorted({path.stem for path in shipped_configs().rglob("*.yaml")})
        hint = did_you_mean(name, every) or f"shipped are {', '.join(every)}"
        what = "is neither a file nor the name of a shipped scenario"
        raise ScenarioError([Problem(name, 0, 0, "", what, hint)])
    return file
