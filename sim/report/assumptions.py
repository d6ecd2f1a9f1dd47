"""What a study assumes: every value of its scenarios, with meaning, source and confidence."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.report.fields import scenario_fields
from sim.report.words import label, number, plain, sentence
from sim.scenario.evidence import LETTERS, NOT_SET, evidence

OWN = "own value"
"""Confidence of a value that is not the documented one: the user's files say it."""
OF_THE_FILE = ("name", "description", "seed")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One path of the scenarios, and what each of them says there (`NOT_SET` where nothing).

    Where all teams of each scenario begin with the same vendor, `*` in the path stands for its
    name, so that the vendors' values lie side by side.
    """

    path: str
    meaning: str
    unit: str
    kind: str
    source: str
    values: tuple[str, ...]
    confidence: str
    reasoning: str

    @property
    def section(self) -> str:
        """The first step of the path in words."""
        return label(self.path.partition(".")[0])

    @property
    def differs(self) -> bool:
        """Whether the scenarios say different things."""
        return len(set(self.values)) > 1

    @property
    def contrasts(self) -> bool:
        """Whether two scenarios each say something, and different things."""
        return len(set(self.values) - {NOT_SET}) > 1

    @property
    def short(self) -> str:
        """The last steps of the path in words."""
        steps = [step for step in self.path.split(".")[1:] if step != "*"] or [self.path]
        if steps[0].isdigit():  # an entry of a list has no name
            steps = [f"{self.section} {int(steps[0]) + 1}", *steps[1:]]
        return sentence(", ".join(step.replace("_", " ") for step in steps))


def assumptions(scenarios: Mapping[str, Mapping[str, Any]]) -> list[Assumption]:
    """All values of the scenarios (plain data by name) that say something, in their order."""
    first = {name: _only_vendor(said) for name, said in scenarios.items()}
    found: dict[str, dict[str, tuple[str, Any]]] = {}
    for name, said in scenarios.items():
        for steps, value in _leaves({k: v for k, v in said.items() if k not in OF_THE_FILE}):
            if all(first.values()) and steps[:2] == ("vendors", first[name]):
                shown = ".".join(("vendors", "*", *steps[2:]))
            else:
                shown = ".".join(steps)
            found.setdefault(shown, {})[name] = (".".join(steps), value)
    order = {key: place for place, key in enumerate(next(iter(scenarios.values()), {}))}
    paths = sorted(found, key=lambda path: order.get(path.partition(".")[0], len(order)))
    made = [_assumption(path, found[path], tuple(scenarios)) for path in paths]
    return [each for each in made if each.differs or each.values[0] != NOT_SET]


def _only_vendor(said: Mapping[str, Any]) -> str:
    """The vendor of all teams at the start; empty if there are several."""
    vendors = {team["vendor"]: None for team in said["teams"]}
    return str(next(iter(vendors))) if len(vendors) == 1 else ""


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Values with their steps; list items by name or else by index, plain lists whole."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, item in enumerate(value):
            inside = {key: child for key, child in item.items() if key != "name"}
            yield from _leaves(inside, (*path, str(item.get("name", index))))
    else:
        yield path, value


def _assumption(path: str, said: Mapping[str, tuple[str, Any]], names: Sequence[str]) -> Assumption:
    first, _ = next(iter(said.values()))
    notes = _notes(first.split("."))
    known = [(evidence().get(full), value) for full, value in said.values()]
    letters = dict.fromkeys(
        documented.confidence if documented and documented.value == value else OWN
        for documented, value in known
    )
    why = dict.fromkeys(e.reasoning for e, value in known if e and e.value == value)
    return Assumption(
        path=plain(path, 120),
        meaning=plain(notes.get("description", ""), 400).replace("`", ""),
        unit=notes.get("unit", "-"),
        kind=notes.get("kind", ""),
        source=notes.get("source", ""),
        values=tuple(_text(said[name][1]) if name in said else NOT_SET for name in names),
        confidence="; ".join(letters),
        reasoning=" ".join(why),
    )


def _notes(steps: Sequence[str]) -> Mapping[str, Any]:
    """What the schema says of a field, or else of the mapping or list that it is an entry of."""
    found = scenario_fields().at([int(step) if step.isdigit() else step for step in steps])
    told = next((option for option in found if "description" in option), None)
    return told or (_notes(steps[:-1]) if steps else {})


def _text(value: Any) -> str:
    """A value as a scenario file would say it."""
    if value in (None, "", [], {}):
        return NOT_SET
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 200)


def confidence_summary(found: Sequence[Assumption]) -> str:
    """One sentence on how much of a study rests on what is not known."""
    count = Counter(_weakest(each.confidence) for each in found)
    total = sum(count.values())
    if not total:
        return "The scenarios of this study were not kept."
    share = number((count["A"] + count[OWN]) / total, "share")
    words = "; ".join(f"{letter}: {count[letter]}" for letter in LETTERS if count[letter])
    return (
        f"{share} of the {total} values are assumptions or the user's own "
        f"({words}; own: {count[OWN]})."
    )


def _weakest(confidence: str) -> str:
    """The letter of the least known part of a value."""
    if OWN in confidence or confidence == NOT_SET:
        return OWN
    words = confidence.replace("/", " ").replace(";", " ").split()
    return next((letter for letter in reversed(LETTERS) if letter in words), "A")
