"""C's types of the kernel's text, and what has no counterpart in C."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_args, get_origin

from sim.model.compiled.layout import ROWS
from sim.model.kernel.rows import State

INT, REAL, TRUTH, VOID = "int64_t", "double", "truth", "void"
POINTERS = {row: f"{row.__name__} *" for row in ROWS}
STATE = "State *"


class NotTranslatableError(Exception):
    """Something in the kernel's text that has no counterpart in C; says where."""


def c_type(hint: Any) -> str:
    """C's name of a parameter's or a result's type."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if isinstance(hint, TypeVar):
        hint = hint.__constraints__[0]
    if isinstance(hint, type) and issubclass(hint, State):
        return STATE
    if hint == list[float]:
        return "const double *"
    known = {int: INT, float: REAL, bool: TRUTH, type(None): VOID} | POINTERS
    if hint not in known:
        raise NotTranslatableError(f"type {hint!r}")
    return known[hint]


def written(kind: str) -> str:
    """A type as it is written down: a truth is a whole number."""
    return INT if kind == TRUTH else kind


class Place:
    """Adds where in the text something was met that cannot be translated."""

    def __init__(self, function: Callable[..., Any], node: ast.AST) -> None:
        self.function = function
        self.node = node

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, NotTranslatableError) and not getattr(error, "placed", False):
            code = self.function.__code__
            line = code.co_firstlineno + getattr(self.node, "lineno", 1) - 1
            placed = NotTranslatableError(f"{code.co_filename}:{line}: {error}")
            placed.placed = True  # type: ignore[attr-defined]
            raise placed from None


def wider(kind: str, other: str) -> str:
    """The type of what may be of either type."""
    if kind == other:
        return kind
    if {kind, other} == {INT, REAL}:
        return REAL
    raise NotTranslatableError(f"either a {kind} or a {other}")


def number(x: float) -> tuple[str, str]:
    """A number as C writes it, exact to the last bit, and its type."""
    if isinstance(x, int):
        return (f"INT64_C({x})" if x >= 0 else f"(-INT64_C({-x}))"), INT
    if x in (float("inf"), float("-inf")):
        return ("INFINITY" if x > 0 else "(-INFINITY)"), REAL
    return f"({x.hex()})", REAL
