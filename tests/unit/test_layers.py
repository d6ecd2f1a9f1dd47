"""Imports go down: commands, report, study, model, and at the bottom scenario and record."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import sim

ROOT = Path(sim.__file__).parent
FLOORS = {"scenario": 0, "record": 0, "model": 1, "study": 2, "report": 3, "commands": 4}
"""By folder; the command line itself (`cli`, `options`, `__main__`) stands on top, and `options`,
which knows no command, beside the commands."""
TOP = {"cli": 5, "__main__": 6, "options": 4, "streams": -1, "__init__": -1}
FILES = sorted(ROOT.rglob("*.py"))


def module(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {module(path) for path in FILES}


def floor(name: str) -> int:
    first = name.split(".")[1] if "." in name else "__init__"
    return FLOORS[first] if first in FLOORS else TOP[first]


def imports(path: Path, *, typing: bool) -> Iterator[str]:
    """Modules of the package that a file imports, inside functions too; maybe not for types only.

    Names of `sim` itself (its version) are not followed.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing:
            skipped |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name in MODULES and a.name != "sim")
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES | {"sim"}:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in MODULES:
                    yield inner
                elif node.module != "sim":
                    yield str(node.module)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_nothing_is_imported_from_a_floor_above(path: Path) -> None:
    own = floor(module(path))
    above = [name for name in imports(path, typing=True) if floor(name) > own]
    assert not above, f"{module(path)} imports upward: {above}"


def test_scenario_and_record_know_nothing_of_each_other() -> None:
    for path in FILES:
        folder = path.relative_to(ROOT).parts[0]
        if folder in ("scenario", "record"):
            other = "record" if folder == "scenario" else "scenario"
            assert not [n for n in imports(path, typing=True) if n.split(".")[1] == other]


def test_no_two_files_import_each_other_in_a_circle() -> None:
    graph = {module(p): set(imports(p, typing=False)) - {module(p)} for p in FILES}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")
    assert set(order) == set(graph)
