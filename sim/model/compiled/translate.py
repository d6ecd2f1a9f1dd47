"""Writes the kernel's text as C: plain functions of numbers, rows and lists, and nothing else.

What a function may use is what both languages mean alike: fields, indexing, arithmetic,
comparison, `if`, `while`, `for … in range`, calls of other such functions and of the ports.
Whatever else stands in it is refused with its place, and the engine is then SimPy's.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Sequence
from types import FunctionType
from typing import Any, get_type_hints

from sim.model.compiled.c_types import (
    INT,
    REAL,
    TRUTH,
    NotTranslatableError,
    Place,
    c_type,
    wider,
    written,
)
from sim.model.compiled.expressions import Expressions


class Unit:
    """All functions that some entries call, each translated once."""

    def __init__(self, entries: Sequence[FunctionType]) -> None:
        self.names: dict[FunctionType, str] = {}
        self.heads: list[str] = []
        self.bodies: list[str] = []
        self.tables: dict[str, str] = {}
        for entry in entries:
            self.function(entry)

    def function(self, function: FunctionType) -> str:
        """C's name of a function, which is translated if it has not been."""
        if function not in self.names:
            name = function.__name__
            if name in self.names.values():
                raise NotTranslatableError(f"two functions are called {name!r}")
            self.names[function] = f"k_{name}"
            translation = Translation(self, function)
            self.heads.append(translation.head() + ";")
            self.bodies.append(translation.body())
        return self.names[function]

    def text(self) -> str:
        """Declarations, tables and functions."""
        return "\n".join([*self.heads, "", *self.tables.values(), "", *self.bodies])


class Translation(Expressions):
    """One function on its way to C."""

    def __init__(self, unit: Unit, function: FunctionType) -> None:
        super().__init__(function.__globals__, unit.function, unit.tables)
        self.unit = unit
        self.function = function
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        [definition] = tree.body
        assert isinstance(definition, ast.FunctionDef)
        self.definition = definition
        hints = get_type_hints(function, include_extras=True)
        with self._place(definition):
            self.result = c_type(hints.pop("return"))
            self.parameters = {a.arg: c_type(hints[a.arg]) for a in definition.args.args}
        self.locals |= self.parameters
        self._lines: list[str] = []
        self._depth = 1
        self._spares = 0

    def _place(self, node: ast.AST) -> Place:
        return Place(self.function, node)

    def head(self) -> str:
        """The function's name, result and parameters."""
        parameters = ", ".join(f"{written(t)} {n}" for n, t in self.parameters.items())
        return f"static {written(self.result)} {self.unit.names[self.function]}({parameters})"

    def body(self) -> str:
        """The whole function; a second time where a local's type has widened meanwhile."""
        while True:
            known = dict(self.locals)
            self._lines, self._spares = [], 0
            self._block(self.definition.body)
            if known == self.locals:
                break
        declared = [
            f"    {written(t)} {name};"
            for name, t in self.locals.items()
            if name not in self.parameters
        ]
        return "\n".join([self.head() + " {", *declared, *self._lines, "}", ""])

    # --- statements ---------------------------------------------------------------------------

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            with self._place(statement):
                self._statement(statement)

    def _indented(self, statements: Sequence[ast.stmt]) -> None:
        self._depth += 1
        self._block(statements)
        self._depth -= 1

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                pass
            case ast.Expr(value=ast.Call() as call):
                self._line(self.value(call)[0] + ";")
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                self._assign_together(targets, values)
            case ast.Assign(targets=[ast.Tuple(elts=[mantissa, exponent])], value=ast.Call() as c):
                self._assign_frexp(mantissa, exponent, c)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, *self.value(value))
            case ast.AugAssign(target=target, op=op, value=value):
                read = ast.copy_location(ast.BinOp(_as_read(target), op, value), node)
                self._assign(target, *self.value(read))
            case ast.If(test=test, body=body, orelse=orelse):
                self._line(f"if ({self.truth(test)}) {{")
                self._indented(body)
                if orelse:
                    self._line("} else {")
                    self._indented(orelse)
                self._line("}")
            case ast.While(test=test, body=body, orelse=[]):
                self._line(f"while ({self.truth(test)}) {{")
                self._indented(body)
                self._line("}")
            case ast.For(target=ast.Name(id=name), iter=ast.Call() as call, body=body, orelse=[]):
                self._loop(name, call, body)
            case ast.Return(value=None):
                self._line("return;")
            case ast.Return(value=value) if value is not None:
                self._line(f"return {self.as_type(value, self.result)};")
            case ast.Break():
                self._line("break;")
            case ast.Continue():
                self._line("continue;")
            case _:
                raise NotTranslatableError(f"{type(node).__name__} statement")

    def _loop(self, name: str, call: ast.Call, body: list[ast.stmt]) -> None:
        """`for i in range(…)`: its bounds are worked out once."""
        if not (isinstance(call.func, ast.Name) and call.func.id == "range" and len(call.args) < 3):
            raise NotTranslatableError("a loop over anything but range(…)")
        bounds = [self.as_type(a, INT) for a in call.args]
        first, last = bounds if len(bounds) == 2 else ("0", bounds[0])
        if name == "_":
            name = self._spare()
        self.locals[name] = INT
        end = self._spare()
        self.locals[end] = INT
        self._line(f"{end} = {last};")
        self._line(f"for ({name} = {first}; {name} < {end}; {name}++) {{")
        self._indented(body)
        self._line("}")

    def _spare(self) -> str:
        self._spares += 1
        return f"spare_{self._spares}"

    def _assign(self, target: ast.expr, text: str, kind: str) -> None:
        if isinstance(target, ast.Name):
            self.locals[target.id] = wider(self.locals.get(target.id, kind), kind)
            self._line(f"{target.id} = {text};")
            return
        place, wanted = self.value(_as_read(target))
        if kind == TRUTH or (wanted == INT and kind == REAL):
            raise NotTranslatableError(f"a {kind} assigned to {ast.unparse(target)}")
        self._line(f"{place.removeprefix('(int64_t)')} = {text};")

    def _assign_together(self, targets: list[ast.expr], values: list[ast.expr]) -> None:
        """`a, b = x, y`: all values are worked out before the first is given."""
        held = []
        for value in values:
            text, kind = self.value(value)
            spare = self._spare()
            self.locals[spare] = kind
            self._line(f"{spare} = {text};")
            held.append((spare, kind))
        for target, (spare, kind) in zip(targets, held, strict=True):
            self._assign(target, spare, kind)

    def _assign_frexp(self, mantissa: ast.expr, exponent: ast.expr, call: ast.Call) -> None:
        if not (isinstance(call.func, ast.Name) and call.func.id == "frexp"):
            raise NotTranslatableError("two results at once")
        spare = self._spare()
        self.locals[spare] = INT
        self._assign(mantissa, f"frexp_({self.as_type(call.args[0], REAL)}, &{spare})", REAL)
        self._assign(exponent, spare, INT)


def _as_read(target: ast.expr) -> Any:
    return ast.parse(ast.unparse(target), mode="eval").body
