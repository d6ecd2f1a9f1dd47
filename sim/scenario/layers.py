"""One scenario out of many layers: files that extend each other, then `--set` options.

Later layers win. Mappings are merged, lists of items with a `name` are merged by name, every other
value is replaced, and `!replace` replaces a mapping or list whole. Every node keeps the mark of the
layer that wrote it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.scenario.problems import NO_SUCH_FIELD, Mark, Problem, ScenarioError, did_you_mean
from sim.scenario.reference import Fields
from sim.scenario.yaml_source import Key, Node, node_of, parse, read

MAX_LEVELS = 20
MAPPING = "mapping"
"""What stands for the name of a file where there is none."""


def shipped_configs() -> Path:
    """Folder of the scenarios that come with the program: inside the package, or in a clone."""
    package = Path(__file__).parents[1]
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent / "configs"


def shipped_file(name: str, configs: Path | None = None) -> Path:
    """A file by its path below the shipped folder (or `configs`, a copy of it).

    The article's scenarios are also found by name alone.
    """
    configs = configs or shipped_configs()
    file, article = configs / name, configs / "article" / name
    return article if os.path.exists(article) and not os.path.exists(file) else file


def assemble(path: Path | Mapping[str, Any]) -> Node:
    """The scenario in `path`, or a mapping, over every file it extends; each counts once."""
    files: dict[str, Node] = {}
    if isinstance(path, Mapping):
        node = node_of(path, Mark(MAPPING))
        for parent in _parents(node):
            _collect(_find(str(parent.value), Path()), parent.mark, (), files)
        files[MAPPING] = node
    else:
        _collect(path, None, (), files)
    first, *others = files.values()
    for node in others:
        first = merge(first, node)
    assert isinstance(first.value, dict)
    return replace(
        first, value={key: node for key, node in first.value.items() if key != "extends"}
    )


def _collect(
    path: Path, asked_by: Mark | None, trail: tuple[Path, ...], files: dict[str, Node]
) -> None:
    """Add `path` to `files` (by real path), after everything that it extends."""
    node = read(path, asked_by)
    real = os.path.realpath(path)
    seen = [os.path.realpath(file) for file in trail]
    if asked_by and real in seen:
        cycle = " -> ".join(map(str, (*trail[seen.index(real) :], path)))
        raise ScenarioError([Problem.at(asked_by, f"the files extend each other: {cycle}")])
    if asked_by and len(trail) >= MAX_LEVELS:
        raise ScenarioError([Problem.at(asked_by, f'"extends" is more than {MAX_LEVELS} deep')])
    if real in files:
        return
    for parent in _parents(node):
        _collect(_find(str(parent.value), path.parent), parent.mark, (*trail, path), files)
    files[real] = node


def _parents(node: Node) -> Sequence[Node]:
    """The entries of `extends`, in order."""
    extends = node.child("extends")
    if extends is None:
        return []
    entries = extends.value if isinstance(extends.value, list) else [extends]
    for entry in entries:
        if not isinstance(entry.value, str) or not entry.value:
            problem = Problem.at(
                entry.mark, '"extends" must be a file name or a list of file names'
            )
            raise ScenarioError([problem])
    return entries


def _find(name: str, folder: Path) -> Path:
    """The file beside the one that names it, else the shipped one, else the former, missing."""
    beside = folder / name
    shipped = shipped_file(name)
    return shipped if os.path.exists(shipped) and not os.path.exists(beside) else beside


def merge(base: Node | None, over: Node) -> Node:
    """`over` laid upon `base`."""
    if base is None or over.replace:
        return over
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        laid = {key: merge(base.value.get(key), node) for key, node in over.value.items()}
        return replace(over, value={**base.value, **laid})
    if isinstance(base.value, list) and isinstance(over.value, list):
        old, new = _by_name(base.value), _by_name(over.value)
        if new and len(old) == len(base.value) and len(new) == len(over.value):
            both = old | {name: merge(old.get(name), item) for name, item in new.items()}
            return replace(over, value=list(both.values()))
    return over


def _by_name(items: Sequence[Node]) -> dict[str, Node]:
    """The items that have a name, by it."""
    return {item.name: item for item in items if item.name is not None}


def override(root: Node, option: str, fields: Fields) -> Node:
    """`root` with one `path=value` laid upon it.

    A step of the path is a key, or the name or index of a list item; the value is YAML. The path
    must be in the scenario or known to the schema. Raises `ScenarioError` otherwise.
    """
    path, equals, text = option.partition("=")
    at = Mark(f"--set {option}")
    steps = path.strip().split(".")
    if not equals or not all(steps):
        raise ScenarioError([Problem.at(at, "must be path=value", "such as hospital.scale=0.1")])
    value = parse(text, at.file, in_file=False)
    return _put(root, steps, 0, replace(value, key=at), fields)


def _put(node: Node, steps: list[str], depth: int, value: Node, fields: Fields) -> Node:
    """`node`, which lies at the first `depth` steps, with `value` laid upon the end of the path."""
    if depth == len(steps):
        return merge(node, value)
    step, here = steps[depth], steps[:depth]
    child = node.child(step)
    known = isinstance(node.value, dict | None) and fields.at(steps[: depth + 1])
    if child is None and not known:
        at = value.key or value.mark
        choices = list(dict.fromkeys([*(str(k) for k, _ in node.children()), *fields.keys(here)]))
        where = f' in "{".".join(here)}"' if here else ""
        allowed = f"allowed: {', '.join(choices)}" if choices else ""
        message = f'{NO_SUCH_FIELD} "{step}"{where}'
        raise ScenarioError([Problem.at(at, message, allowed, did_you_mean(step, choices))])
    child = _put(child or Node(None, value.mark), steps, depth + 1, value, fields)
    if isinstance(node.value, list):
        index = node.index(step)
        return replace(node, value=[child if i == index else n for i, n in enumerate(node.value)])
    return replace(
        node, value={**(node.value if isinstance(node.value, dict) else {}), step: child}
    )


def absolute_paths(node: Node, fields: Fields, path: tuple[Key, ...] = ()) -> Node:
    """`node` with every field that is a path made absolute, relative to the file that wrote it."""
    if isinstance(node.value, dict):
        inner = {
            key: absolute_paths(child, fields, (*path, key)) for key, child in node.value.items()
        }
        return replace(node, value=inner)
    if isinstance(node.value, list):
        children = enumerate(node.value)
        return replace(node, value=[absolute_paths(n, fields, (*path, i)) for i, n in children])
    if not isinstance(node.value, str) or not any(o.get("path") is True for o in fields.at(path)):
        return node
    folder = Path(node.mark.file).parent if node.mark.line else Path()
    return replace(node, value=os.path.abspath(folder / node.value))
