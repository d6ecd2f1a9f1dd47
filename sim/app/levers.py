"""What a planner turns, as fields and dated events of a scenario, and the what-if made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.report.words import plain
from sim.scenario.checked import Scenario
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario as Model

NAMED = ("vendors", "teams", "certifications", "payers", "categories", "queues")
"""Lists whose items are merged by name."""
WHAT_IF = "what_if"
"""Name of the changed scenario."""
PEOPLE, TURNOVER, WORK = "People", "Turnover and hiring", "Work that comes"
VENDOR_FIELDS = (
    ("turnover.annual_rate", "Leavers a year, of everybody", 2.0),
    ("hiring.time_to_fill_days", "Days to fill a place", 180.0),
    ("hiring.classroom_days", "Days in the classroom", 90.0),
    ("target_occupancy", "Target occupancy", 1.0),
)
"""Fields of a vendor, what they are called, and the end of their slider."""
WORK_FIELDS = (
    ("hospital.inpatient.claims_per_year", "Inpatient claims a year"),
    ("hospital.outpatient.claims_per_year", "Outpatient claims a year"),
)


@dataclass(frozen=True, slots=True)
class Lever:
    """A number of a scenario that a slider turns, from `low` to `high`; `whole` counts things."""

    group: str
    path: str
    label: str
    value: float
    low: float
    high: float
    whole: bool

    @property
    def step(self) -> float:
        """How far one step of the slider goes."""
        return 0.01 if not self.whole else 1.0 if self.high < 1000.0 else 100.0


@dataclass(frozen=True, slots=True)
class Change:
    """A dated change of the people or the work, and what it asks for beside the date.

    `number` says what the number means. `team` and `other` are asked for where they have words.
    """

    kind: str
    label: str
    number: str
    team: str = ""
    other: str = ""


CHANGES = (
    Change("class", "A class starts", "people who start", "team"),
    Change("certify", "People are certified", "people", "team", "certification"),
    Change("transfer", "People move to another team", "people", "team", "to team"),
    Change("wage", "Wages change", "percent more", other="vendor"),
    Change("staffing", "A team has another plan", "people of the plan", "team"),
    Change("volume", "More or less work comes", "percent more"),
)


def levers(scenario: Scenario, planned: Mapping[str, float]) -> list[Lever]:
    """What can be turned in a scenario; `planned` are the heads of teams that are planned for."""
    fields = Fields(Model)
    found = []
    for team in scenario.model.teams:
        path, heads = f"teams.{team.name}.headcount", team.headcount
        if isinstance(heads, dict):
            for name, number in heads.items():
                label = f"{plain(team.name)}: {plain(name)}"
                found.append(_lever(fields, PEOPLE, f"{path}.{name}", label, number))
        else:
            whole = float(round(planned[team.name])) if heads == "auto" else float(heads)
            found.append(_lever(fields, PEOPLE, path, plain(team.name), whole))
    employers = dict.fromkeys(str(team.vendor) for team in scenario.model.teams)
    for name in employers:
        for field, label, most in VENDOR_FIELDS:
            path = f"vendors.{name}.{field}"
            said = label if len(employers) == 1 else f"{plain(name)}: {label}"
            value = float(scenario.get(path))
            found.append(_lever(fields, TURNOVER, path, said, value, most))
    for path, label in WORK_FIELDS:
        found.append(_lever(fields, WORK, path, label, float(scenario.get(path))))
    return found


def _lever(
    fields: Fields, group: str, path: str, label: str, value: float, most: float = 0.0
) -> Lever:
    """A lever, within what the schema allows there."""
    options = [o for o in fields.at(_steps(path)) if o.get("type") in ("integer", "number")]
    whole = group != TURNOVER or any(o["type"] == "integer" for o in options)
    # An end that is not allowed itself is left by a step of the slider.
    least = [float(o["minimum"]) for o in options if "minimum" in o]
    least += [float(o["exclusiveMinimum"]) + 0.01 for o in options if "exclusiveMinimum" in o]
    most_allowed = [float(o["maximum"]) for o in options if "maximum" in o]
    high = min([max(most or 3.0 * value, 10.0 if whole else value), *most_allowed])
    return Lever(group, path, label, value, max([0.0, *least]), high, whole)


def _steps(path: str) -> list[str | int]:
    """The steps of a dotted path as the schema has them: an item of a named list is the first."""
    steps: list[str | int] = []
    for step in path.split("."):
        steps.append(0 if steps and steps[-1] in NAMED and len(steps) == 1 else step)
    return steps


def dated(
    change: Change, on: date, number: float, team: str = "", other: str = ""
) -> dict[str, Any]:
    """A dated change as an event of a scenario's timeline."""
    event: dict[str, Any] = {"kind": change.kind, "on": on.isoformat()}
    if change.kind == "transfer":
        return event | {"people": int(number), "from_team": team, "to_team": other}
    if change.kind == "certify":
        return event | {"people": int(number), "team": team, "to": other}
    if change.kind == "class":
        return event | {"people": int(number), "team": team}
    if change.kind == "staffing":
        return event | {"headcount": number, "team": team}
    named = {"vendor": other} if other else {}
    return event | named | {"factor": round(1.0 + number / 100.0, 6)}


def told(event: Mapping[str, Any]) -> str:
    """A dated change in words."""
    label = next((c.label for c in CHANGES if c.kind == event["kind"]), str(event["kind"]))
    rest = (
        f"{key.replace('_', ' ')} {plain(str(value))}"
        for key, value in event.items()
        if key not in ("kind", "on")
    )
    return f"{event['on']}: {label[0].lower()}{label[1:]}, {', '.join(rest)}"


def what_if(
    base: str,
    scenario: Scenario,
    values: Mapping[str, float],
    events: Sequence[Mapping[str, Any]],
    name: str = WHAT_IF,
) -> dict[str, Any]:
    """The changed scenario as a file says it: it extends the `base`, and holds what was turned."""
    written: dict[str, Any] = {"extends": base, "name": name}
    for path, value in values.items():
        _lay(written, path.split("."), int(value) if float(value).is_integer() else value)
    if events:
        before = scenario.model.model_dump(mode="json", exclude_none=True)["timeline"]
        written["timeline"] = [*before, *map(dict, events)]
    return written


def _lay(written: dict[str, Any], steps: list[str], value: float) -> None:
    """Put a value under a path, items of lists by their name."""
    here, rest = written, list(steps)
    if rest[0] in NAMED:
        items = here.setdefault(rest[0], [])
        found = next((item for item in items if item["name"] == rest[1]), None)
        if found is None:
            items.append(found := {"name": rest[1]})
        here, rest = found, rest[2:]
    for step in rest[:-1]:
        here = here.setdefault(step, {})
    here[rest[-1]] = value
