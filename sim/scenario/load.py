"""Scenario files to a validated scenario that knows where each value came from.

Layers are merged, then pydantic validates the result in strict mode (text is no number, `no` is no
boolean), then the checks over several fields run. All mistakes of a step are reported at once, each
at the file and line that wrote the value.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.scenario.canonical import canonical
from sim.scenario.checks import cross_checks
from sim.scenario.layers import absolute_paths, assemble, override, shipped_configs, shipped_file
from sim.scenario.meant import number_meant, percent_meant
from sim.scenario.problems import Mark, Problem, ScenarioError, did_you_mean
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario
from sim.scenario.yaml_source import Key, Node, Scalar

__all__ = [
    "Loaded",
    "Problem",
    "ScenarioError",
    "load",
    "load_as",
    "shipped_configs",
    "shipped_file",
    "show",
]

M = TypeVar("M", bound=BaseModel)
Finding = tuple[Sequence[Key], str] | tuple[Sequence[Key], str, Sequence[Sequence[Key]]]
"""Path and message of a mistake, and the paths of the values that make it together, if many do."""
Checks = Callable[[M], Sequence[Finding]]

_SWITCHES = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")
_MISSING = ("missing", "union_tag_not_found")
_UNLISTED = ("literal_error", "union_tag_invalid")
_PLAIN = {
    "dict_type": "should be a mapping",
    "list_type": "should be a list",
    "model_type": "should be a mapping",
    "string_type": "should be text",
    "too_long": "has too many items",
    "too_short": "has too few items",
    "tuple_type": "should be a list",
}
_fields = functools.cache(Fields)


@dataclass(frozen=True)
class Loaded(Generic[M]):
    """A scenario, and `tree`: its values, defaults included, each with the mark of its writer."""

    scenario: M
    tree: Node

    @property
    def resolved(self) -> dict[str, Any]:
        """The scenario as plain data, defaults included."""
        return dict(self.tree.plain())

    @property
    def origins(self) -> dict[str, str]:
        """By dotted path, who wrote each value: `file:line`, `--set` or `default`."""
        return {".".join(map(str, path)): _origin(node) for path, node in self.tree.leaves()}


def load(path: Path | str | Mapping[str, Any], overrides: Sequence[str] = ()) -> Loaded[Scenario]:
    """The scenario in the file `path`, with `overrides` of the form `path=value` laid upon it.

    A mapping is what a file would hold; it extends files of the current folder, or shipped ones.
    It comes in its canonical order (`sim.scenario.canonical`). Raises `ScenarioError` with every
    mistake found.
    """
    source = path if isinstance(path, Mapping) else Path(path)
    return load_as(Scenario, cross_checks, source, overrides)


def load_as(
    model: type[M], checks: Checks[M], path: Path | Mapping[str, Any], overrides: Sequence[str] = ()
) -> Loaded[M]:
    """`load` for any model; `checks` gives the path and message of each cross-field mistake."""
    fields = _fields(model)
    root = assemble(path)
    problems: list[Problem] = []
    for option in overrides:
        try:
            root = override(root, option, fields)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    root = absolute_paths(root, fields)
    try:
        scenario = model.model_validate_json(json.dumps(root.plain()), strict=True)
    except ValidationError as error:
        raise ScenarioError(_translate(root, fields, error)) from None
    found = [
        _problem(root, tuple(where), message, *(_inherited(root, where, p) for p in parts))
        for where, message, *parts in checks(scenario)
    ]
    if found:
        raise ScenarioError(found)
    return Loaded(canonical(scenario), _marked(scenario.model_dump(mode="json"), root))


def _problem(root: Node, path: tuple[Key, ...], message: str, *hints: str) -> Problem:
    node = root.nearest(path)
    return Problem.at(node.mark, message, *hints, path=root.dotted(path))


def _inherited(root: Node, path: Sequence[Key], parts: Sequence[Sequence[Key]]) -> str:
    """Those of some values that another file has written than the one that wrote what holds them.

    Whoever writes two shares of a mapping may not know of the third, which a shipped file has.
    """
    own, head = root.nearest(path).mark.file, f"{root.dotted(path)}."
    told = [
        f"{root.dotted(part).removeprefix(head)} {_shown(node.value)} ({_origin(node)})"
        for part, node in ((part, root.nearest(part)) for part in parts)
        if node.mark.file != own and not isinstance(node.value, dict | list)
    ]
    return f"inherited: {', '.join(told)}" if told else ""


def _translate(root: Node, fields: Fields, error: ValidationError) -> Iterator[Problem]:
    """Pydantic's errors as problems, those of the alternatives of one value made one.

    What is wrong inside a value is kept, what follows from it for the value is not.
    """
    grouped: dict[tuple[Key, ...], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        grouped.setdefault(_path(root, detail), []).append(detail)
    missing: dict[tuple[Key, ...], list[str]] = {}
    outer = {path[:length] for path in grouped for length in range(len(path))}
    for path, details in grouped.items():
        if path in outer:
            continue
        if details[0]["type"] in _MISSING:
            missing.setdefault(path[:-1], []).append(str(path[-1]))
        else:
            yield _describe(root, fields, path, details)
    for path, keys in missing.items():
        new = _new_item(root, path)
        if len(keys) == 1:
            hint = _allowed(fields, (*path, keys[0]))
            yield _problem(root, (*path, keys[0]), "a required key is missing", hint, new)
        else:
            hint = "" if path else 'they may come from another file: "extends: …"'
            yield _problem(root, path, f"required keys are missing: {', '.join(keys)}", hint, new)


def _new_item(root: Node, path: tuple[Key, ...]) -> str:
    """What an item of a list was probably to be called, if it is new only by a slip."""
    item = root.nearest(path)
    if not path or not isinstance(path[-1], int) or item.name is None:
        return ""
    others = [node.name for _, node in root.nearest(path[:-1]).children() if node is not item]
    names = [name for name in others if name is not None]
    near = did_you_mean(item.name, names)
    return f'"{item.name}" is new; {near}' if near else ""


def _allowed(fields: Fields, path: Sequence[Key]) -> str:
    words = fields.allowed(path)
    return f"allowed: {words}" if words else ""


def _path(root: Node, detail: ErrorDetails) -> tuple[Key, ...]:
    """Path of an error without the tags that pydantic adds for the alternatives of a union."""
    path: list[Key] = []
    node = root
    for step in detail["loc"]:
        child = node.child(step)
        if child is not None:
            path.append(step)
            node = child
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    elif detail["type"].startswith("union_tag"):  # the key that says which alternative is meant
        path.append(detail["ctx"]["discriminator"].strip("'"))
    return tuple(path)


def _describe(
    root: Node, fields: Fields, path: tuple[Key, ...], details: list[ErrorDetails]
) -> Problem:
    """The problem behind pydantic's errors at one path."""
    node, kind = root.nearest(path), details[0]["type"]
    if kind == "extra_forbidden" or details[0]["loc"][-1] == "[key]":
        keys = fields.keys(path[:-1], root.nearest(path[:-1]).plain())
        hints = f"allowed: {', '.join(keys)}", did_you_mean(str(path[-1]), keys)
        mark = node.key or node.mark
        return Problem.at(mark, "unknown key", *hints, path=root.dotted(path))
    # Where the value is of the kind that one alternative wants, the others have nothing to say.
    listed = [detail for detail in details if detail["type"] not in _UNLISTED]
    telling = [detail for detail in listed if not detail["type"].endswith("_type")] or listed
    said = dict.fromkeys(map(_words, telling))
    message = " or ".join(said) or "is not an allowed value"
    if not isinstance(node.value, dict | list):
        message += f" (got {_shown(node.value)})"
    return _problem(root, path, message, _allowed(fields, path), _advice(node.value, fields, path))


def _words(detail: ErrorDetails) -> str:
    """Pydantic's message in the words of a scenario file."""
    text = detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return _PLAIN.get(detail["type"], text)


def _shown(value: Scalar) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _advice(value: Any, fields: Fields, path: tuple[Key, ...]) -> str:
    """How the writer probably meant a text that is not allowed."""
    options = fields.at(path)
    ends = [option["maximum"] for option in options if "maximum" in option]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return percent_meant(value, max(ends, default=None))
    if not isinstance(value, str):
        return ""
    choices = [str(word) for option in options for word in option.get("enum", ())]
    choices += [str(option["const"]) for option in options if "const" in option]
    kinds = {option.get("type") for option in options}
    if "boolean" in kinds and value.lower() in _SWITCHES:
        return "write true or false"
    if kinds & {"integer", "number", "object"} and any(map(str.isdigit, value)):
        plain = "write a plain number: no quotes, unit, percent sign or separator"
        return number_meant(value, max(ends, default=None)) or plain
    return did_you_mean(value, choices)


def _marked(value: Any, written: Node | None) -> Node:
    """Plain data as a tree with the marks of what was written; the rest has the mark `default`."""
    mark = written.mark if written else Mark("default")
    if isinstance(value, dict):
        return Node({k: _marked(v, written and written.child(k)) for k, v in value.items()}, mark)
    if isinstance(value, list):
        return Node([_marked(v, written and written.child(i)) for i, v in enumerate(value)], mark)
    return Node(value, mark)


def _origin(node: Node) -> str:
    mark = node.mark
    return f"{mark.file}:{mark.line}" if mark.line else mark.file.partition(" ")[0]


def show(loaded: Loaded[M]) -> str:
    """The resolved scenario as YAML, the origin of each value as a comment behind it."""
    return "\n".join(_block(loaded.tree)) + "\n"


def _block(node: Node) -> Iterator[str]:
    """Lines of a mapping or list; a list of scalars stays on one line."""
    for key, child in node.children():
        head = "-" if isinstance(node.value, list) else f"{_text(key)}:"
        inner = [value for _, value in child.children()]
        if not inner or (isinstance(child.value, list) and not any(i.children() for i in inner)):
            origins = ", ".join(dict.fromkeys(map(_origin, inner or [child])))
            yield f"{head} {_text(child.plain())}  # {origins}"
        elif head == "-":
            first, *rest = _block(child)
            yield from (f"- {first}", *(f"  {line}" for line in rest))
        else:
            yield from (head, *(f"  {line}" for line in _block(child)))


def _text(value: Any) -> str:
    """Plain data on one line of YAML; text is quoted unless every reader takes it for a word."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]\w+", value, re.ASCII):
        return value if value.lower() not in _SWITCHES else f'"{value}"'
    return json.dumps(value, ensure_ascii=False)
