"""Which engine drives a run: the compiled one where it can be had, else SimPy's. Results are equal.

The engine's name goes to workers as it was chosen, so that all processes of a study use one, and
the code is compiled before they start.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sim.model import AUTO, COMPILED, SIMPY
from sim.model.simpy_engine import SimPyEngine
from sim.model.world import MakeEngine
from sim.scenario.plugins import uncompiled
from sim.scenario.schema import Scenario
from sim.streams import say


class UnavailableError(Exception):
    """The engine that was asked for cannot be had; says why."""


class Choice(NamedTuple):
    """The engine that is used; `why_not` says why it is not the compiled one, if that was open."""

    name: str
    why_not: str = ""


def on_standard_error(line: str) -> None:
    """Tell the user what takes its time."""
    say(line, sys.stderr)


def choose(
    asked: str = AUTO,
    tell: Callable[[str], None] = on_standard_error,
    scenarios: Sequence[Scenario] = (),
) -> Choice:
    """The engine for what was asked; `tell` is told if it has to be compiled first.

    What other packages register (`sim.scenario.plugins`) runs on SimPy's alone. Raises
    UnavailableError if the compiled engine was asked for and cannot be had.
    """
    if asked == SIMPY:
        return Choice(SIMPY)
    own = next(filter(None, map(uncompiled, scenarios)), "")
    if own:
        if asked == COMPILED:
            raise UnavailableError(f"{own} cannot be compiled")
        return Choice(SIMPY, f"{own} cannot be compiled")
    from sim.model.compiled import build, engine

    try:
        engine.library(tell)
    except build.UnavailableError as error:
        if asked == COMPILED:
            raise UnavailableError(str(error)) from error
        return Choice(SIMPY, str(error))
    return Choice(COMPILED)


def maker(asked: str, *scenarios: Scenario) -> MakeEngine:
    """What makes the engine for what was asked."""
    if choose(asked, scenarios=scenarios).name == SIMPY:
        return SimPyEngine
    from sim.model.compiled.engine import CompiledEngine

    return CompiledEngine
