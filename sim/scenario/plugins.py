"""What other packages register: learning laws, disciplines and kinds of events.

A package names them under `[project.entry-points."denialloop.…"]`, a group for each kind; names are
read here, and what they stand for is loaded where it is used. Shipped names stay what they are, and
of two packages that register one name the first by its own counts.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, get_args

LAWS, DISCIPLINES, EVENTS = "learning_laws", "disciplines", "events"
KINDS = {LAWS: "learning law", DISCIPLINES: "discipline", EVENTS: "event"}
"""What is registered, by the last part of its group."""
SHIPPED: dict[str, tuple[str, ...]] = {
    LAWS: ("exponential", "wright", "de_jong", "lfcm"),
    DISCIPLINES: ("fifo", "deadline", "value", "ease"),
}


WANTED = {
    LAWS: "a pair of functions, of learning and of forgetting",
    DISCIPLINES: "a function",
    EVENTS: "a class of events (`sim.scenario.fields.OwnEvent`) whose `kind` has that name",
}


def _is_law(what: Any, _name: str) -> bool:
    return isinstance(what, tuple) and len(what) == 2 and all(map(callable, what))


def _is_event(what: Any, name: str) -> bool:
    kind = getattr(what, "model_fields", {}).get("kind")
    return hasattr(what, "happen") and kind is not None and get_args(kind.annotation) == (name,)


FITS: dict[str, Callable[[Any, str], bool]] = {
    LAWS: _is_law,
    DISCIPLINES: lambda what, _: callable(what),
    EVENTS: _is_event,
}


@dataclass(frozen=True)
class Plugin:
    """One registered name."""

    kind: str
    name: str
    point: EntryPoint

    @cached_property
    def loaded(self) -> Any:
        """What the name stands for; an exception where it cannot be loaded."""
        try:
            found = self.point.load()
            if not FITS[self.kind](found, self.name):
                raise TypeError(f"{self.point.value} is not {WANTED[self.kind]}")
        except Exception as error:  # whatever a stranger's module can do wrong
            return error
        return found

    @property
    def what(self) -> str:
        """What it is and whose."""
        return f"{KINDS[self.kind]} {self.name!r} of {self.package}"

    @property
    def package(self) -> str:
        """The package that registers it, and its version."""
        dist = self.point.dist
        return f"{dist.name} {dist.version}" if dist else self.point.module

    @property
    def told(self) -> str:
        """The package, and the SHA-256 of the module: what results depend on."""
        module = sys.modules.get(self.point.module)
        file = getattr(module, "__file__", None)
        source = Path(file).read_bytes() if file else b""
        return f"{self.package} {hashlib.sha256(source).hexdigest()}"


@cache
def registered(kind: str) -> Mapping[str, Plugin]:
    """What is registered of a kind, by name; what cannot be loaded is there too."""
    found: dict[str, Plugin] = {}
    points = entry_points(group=f"denialloop.{kind}")
    for point in sorted(points, key=lambda p: (p.dist.name if p.dist else "", p.name)):
        if point.name not in SHIPPED.get(kind, ()):
            found.setdefault(point.name, Plugin(kind, point.name, point))
    return found


def sound(kind: str) -> dict[str, Any]:
    """What registered names of a kind stand for, in their order; those that can be loaded."""
    every = {name: plugin.loaded for name, plugin in registered(kind).items()}
    return {name: what for name, what in every.items() if not isinstance(what, Exception)}


def names(kind: str) -> tuple[str, ...]:
    """Every name that a scenario may write."""
    return (*SHIPPED.get(kind, ()), *registered(kind))


def used(scenario: Any) -> Iterator[tuple[tuple[str | int, ...], Plugin]]:
    """The plug-ins that a scenario uses, each with the path of its first use.

    What is no whole scenario uses none.
    """
    laws, disciplines, events = (registered(kind) for kind in KINDS)
    found: dict[Plugin, tuple[str | int, ...]] = {}
    law = getattr(getattr(scenario, "people", None), "learning_law", "")
    if law in laws:
        found[laws[law]] = ("people", "learning_law")
    for i, team in enumerate(getattr(scenario, "teams", ())):
        if team.discipline in disciplines:
            found.setdefault(disciplines[team.discipline], ("teams", i, "discipline"))
    for i, event in enumerate(getattr(scenario, "timeline", ())):
        if event.kind in events:
            found.setdefault(events[event.kind], ("timeline", i, "kind"))
    yield from ((path, plugin) for plugin, path in found.items())


def uncompiled(scenario: Any) -> str:
    """What of a scenario no compiled engine holds, in words; empty where there is nothing."""
    return ", ".join(plugin.what for _, plugin in used(scenario) if plugin.kind != EVENTS)
