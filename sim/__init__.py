"""Workforce and turnover simulator for outsourced hospital claims work.

As a library: `import sim; a, b = sim.load("typical_generalist"), sim.load("typical_specialist");
sim.compare(a, b)` (`docs/api.md`). What is listed in `__all__` is public; all else is private.
"""

from typing import TYPE_CHECKING, Any

from sim.version import __version__ as __version__

if TYPE_CHECKING:
    from sim.library import Plan, Study, compare, forecast, plan, read, run, sweep
    from sim.scenario.checked import Scenario, load
    from sim.scenario.problems import ScenarioError
    from sim.study import StudyError

__all__ = [
    "Plan",
    "Scenario",
    "ScenarioError",
    "Study",
    "StudyError",
    "compare",
    "forecast",
    "load",
    "plan",
    "read",
    "run",
    "sweep",
]
_HOMES = {
    "Scenario": "sim.scenario.checked",
    "ScenarioError": "sim.scenario.problems",
    "StudyError": "sim.study",
    "load": "sim.scenario.checked",
}


def __getattr__(name: str) -> Any:
    """What is public, loaded when it is asked for: the command line does not wait for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "sim.library")), name)
