"""The shape of the code: short functions and modules, the public explained, nothing twice."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim

ROOT = Path(sim.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MOST_FUNCTION_LINES, MOST_MODULE_LINES, MOST_MODEL_LINES = 60, 500, 400
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def public(tree: ast.Module) -> Iterator[Function | ast.ClassDef]:
    """What others may use: classes and functions of the module, methods of its classes."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    n for n in node.body if isinstance(n, Function) and not n.name.startswith("_")
                )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_module_is_short_and_explained(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    of_model = path.relative_to(ROOT).parts[0] == "model"
    assert text.count("\n") < (MOST_MODEL_LINES if of_model else MOST_MODULE_LINES + 1)
    for node in functions(tree):
        assert (node.end_lineno or 0) - node.lineno < MOST_FUNCTION_LINES, node.name
    for node in public(tree):
        assert ast.get_docstring(node), f"{node.name} has no docstring"
        if not isinstance(node, ast.ClassDef):
            assert node.returns is not None, f"{node.name} does not say what it returns"


def test_no_two_functions_do_the_same() -> None:
    """Bodies that are equal, names of locals and all, beyond a line or so."""
    seen: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        for node in functions(ast.parse(path.read_text(encoding="utf-8"))):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            dumped = ast.dump(ast.Module(body, []))
            if len(dumped) > 250:
                seen[dumped].append(f"{path.name}: {node.name}")
    assert not [places for places in seen.values() if len(places) > 1]
