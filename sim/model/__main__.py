"""Prints the modules of the model as a stack: each below those that import it.

`python -m sim.model` begins at the bottom, and says after the colon what a module imports. It ends
with 1 and names the circle if modules import each other, for types only or not.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

MODEL = Path(__file__).resolve().parent
TOP = MODEL.parent

Graph = dict[str, list[str]]


def module(path: Path) -> str:
    """Name of the module in a file; a package's is that of its folder."""
    parts = path.relative_to(TOP.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_within(folder: Path) -> Graph:
    """Which modules of a folder each of them imports, anywhere in its text."""
    paths = {module(path): path for path in sorted(folder.rglob("*.py"))}
    known = set(paths)
    return {name: sorted(set(_imports(path, known)) - {name}) for name, path in paths.items()}


def _imports(path: Path, known: set[str]) -> Iterator[str]:
    """Names from the package itself (its version) are not followed."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [(alias.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [(f"{node.module}.{alias.name}", str(node.module)) for alias in node.names]
        else:
            continue
        for inner, outer in found:
            name = inner if inner in known else outer
            if name in known and name != TOP.name:
                yield name


def stack(graph: Graph) -> list[str]:
    """Modules from the bottom up; a `CycleError` holds the circle if there is one."""
    return list(TopologicalSorter(graph).static_order())


def circle(graph: Graph) -> list[str]:
    """Modules that import each other in a circle, the first again at the end; empty if none do."""
    try:
        stack(graph)
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def main() -> int:
    """Print the stack, or the circle."""
    graph = imports_within(MODEL)
    if found := circle(graph):
        print("a circle of imports: " + " -> ".join(found), file=sys.stderr)
        return 1
    own = f"{module(MODEL / '__init__.py')}."
    for name in stack(graph):
        below = ", ".join(other.removeprefix(own) for other in graph[name])
        print(name.removeprefix(own) + (f": {below}" if below else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
