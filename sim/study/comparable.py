"""Which scenarios can be held against each other, and what sets apart those that can."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.scenario.schema import Scenario
from sim.study import StudyError

PERIOD = ("start", "horizon_days", "kpi_from_days", "kpi_until_days")
GAINS = ("corner_exponent", "exhaustion_hazard", "exhaustion_accuracy", "exhaustion_slowdown")
"""Fields of `people.strain` that are 0 where the loop of pressure is off."""


def check_comparable(scenarios: Sequence[Scenario], names: Sequence[object]) -> None:
    """Refuse scenarios whose totals do not lie on one scale: other volumes, or other counted days.

    `names` says what each is called. A surge of one of them is an event (`volume`), and is
    compared.

    Raises
    ------
    StudyError
        With exit code 2, naming the field and both values.
    """
    totals: dict[str, Callable[[Scenario], float]] = {
        "hospital.scale": lambda s: s.hospital.scale,
        "hospital.inpatient.claims_per_year": lambda s: s.hospital.inpatient.claims_per_year,
        "hospital.outpatient.claims_per_year": lambda s: s.hospital.outpatient.claims_per_year,
        "horizon_days": lambda s: s.horizon_days,
        "kpi_from_days": lambda s: s.kpi_from_days,
        "kpi_until_days": lambda s: s.kpi_until_days,
    }
    for field, value in totals.items():
        own = value(scenarios[0])
        for scenario, name in zip(scenarios, names, strict=True):
            if value(scenario) != own:
                hint = "--scale X" if field == "hospital.scale" else f"--set {field}=X"
                raise StudyError(
                    f"{names[0]} and {name} cannot be compared: {field} is {own:g} in one and "
                    f"{value(scenario):g} in the other, and so are their totals; {hint} sets one "
                    "for all",
                    exit_code=2,
                )


def strained(said: Mapping[str, Any]) -> bool:
    """Whether a scenario, as plain data, has the loop of pressure on."""
    strain = said.get("people", {}).get("strain", {})
    return any(strain.get(gain) for gain in GAINS)


def different(scenarios: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """Warnings about scenarios, as plain data, that a reader might take to be alike."""
    said = []
    worlds = [[scenario.get(key) for key in PERIOD] for scenario in scenarios]
    if any(world != worlds[0] for world in worlds):
        said.append(
            "Careful: the scenarios count different periods, so their totals in USD do not "
            "compare; rates do."
        )
    on = [name for name, scenario in zip(names, scenarios, strict=True) if strained(scenario)]
    off = [name for name in names if name not in on]
    if on and off:
        said.append(
            f"Careful: the loop of pressure (people.strain) is on in {_few(on)} and off in "
            f"{_few(off)}; a part of their difference is that. Set people.strain alike for all."
        )
    return said


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
