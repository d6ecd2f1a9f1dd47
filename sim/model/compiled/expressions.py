"""Expressions of the kernel's text as C, each with its type."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, get_type_hints

from sim.model.codes import Codes
from sim.model.compiled.c_types import (
    INT,
    POINTERS,
    REAL,
    STATE,
    TRUTH,
    NotTranslatableError,
    c_type,
    number,
    wider,
    written,
)
from sim.model.compiled.layout import BY_NUMBER, c_fields, tables
from sim.model.kernel import ports

OPERATORS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "/",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
WHOLE_ONLY = (ast.FloorDiv, ast.Mod, ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
"""Operators of whole numbers; `//` and `%` are meant for numbers that are not negative."""
MATH = {"sqrt": REAL, "floor": INT, "ceil": INT, "ldexp": REAL}


class Expressions:
    """Expressions of one function.

    `names` are what the function's module knows, `locals` the types of its own variables.
    `function_name` gives C's name of another function; `constants` collects the tables that C
    needs.
    """

    def __init__(
        self,
        names: dict[str, Any],
        function_name: Callable[[FunctionType], str],
        constants: dict[str, str],
    ) -> None:
        self.names = names
        self.locals: dict[str, str] = {}
        self._function_name = function_name
        self._constants = constants

    def as_type(self, node: ast.expr, wanted: str) -> str:
        """An expression where a certain type is wanted."""
        text, kind = self.value(node)
        if kind == wanted or (wanted == REAL and kind == INT):
            return text
        raise NotTranslatableError(f"{ast.unparse(node)} is a {kind} where a {wanted} is wanted")

    def truth(self, node: ast.expr) -> str:
        """An expression where only its truth counts."""
        match node:
            case ast.BoolOp(op=op, values=values):
                joint = " && " if isinstance(op, ast.And) else " || "
                return "(" + joint.join(self.truth(v) for v in values) + ")"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"(!{self.truth(operand)})"
            case _:
                text, kind = self.value(node)
                if kind not in (INT, REAL, TRUTH):
                    raise NotTranslatableError(f"the truth of a {kind}")
                return text

    def value(self, node: ast.expr) -> tuple[str, str]:
        """An expression as C, and its type."""
        match node:
            case ast.Constant(value=bool(x)):
                return str(int(x)), TRUTH
            case ast.Constant(value=int() | float() as x):
                return number(x)
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=owner, attr=attribute):
                return self._attribute(owner, attribute)
            case ast.Subscript(value=owner, slice=index):
                return self._item(owner, index)
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.truth(node), TRUTH
            case ast.UnaryOp(op=op, operand=operand):
                text, kind = self.value(operand)
                sign = {ast.USub: "-", ast.Invert: "~"}.get(type(op))
                if sign is None or (sign == "~" and kind != INT) or kind not in (INT, REAL):
                    raise NotTranslatableError(ast.unparse(node))
                return f"({sign}{text})", kind
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(left, op, right)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._comparison([left, *others], ops), TRUTH
            case ast.IfExp(test=test, body=body, orelse=orelse):
                (yes, kind), (no, other) = self.value(body), self.value(orelse)
                return f"({self.truth(test)} ? {yes} : {no})", wider(kind, other)
            case ast.Call():
                return self._call(node)
            case _:
                raise NotTranslatableError(f"{type(node).__name__}: {ast.unparse(node)}")

    def _operation(self, left: ast.expr, op: ast.operator, right: ast.expr) -> tuple[str, str]:
        (a, kind), (b, other) = self.value(left), self.value(right)
        if type(op) not in OPERATORS or not {kind, other} <= {INT, REAL}:
            raise NotTranslatableError(f"{ast.unparse(left)} {type(op).__name__} …")
        if isinstance(op, WHOLE_ONLY) and REAL in (kind, other):
            raise NotTranslatableError(f"{type(op).__name__} of numbers that are not whole")
        if isinstance(op, ast.Div):
            return f"((double){a} / (double){b})", REAL
        return f"({a} {OPERATORS[type(op)]} {b})", wider(kind, other)

    def _comparison(self, nodes: list[ast.expr], ops: list[ast.cmpop]) -> str:
        parts = [self.value(n) for n in nodes]
        if any(
            kind not in (INT, REAL) or type(op) not in OPERATORS
            for (_, kind), op in zip(parts[1:], ops, strict=True)
        ):
            raise NotTranslatableError("a comparison of anything but numbers")
        if any(isinstance(n, ast.Call) for n in nodes[1:-1]):
            raise NotTranslatableError("a call in the middle of a chain of comparisons")
        pairs = [
            f"{a} {OPERATORS[type(op)]} {b}"
            for (a, _), op, (b, _) in zip(parts[:-1], ops, parts[1:], strict=True)
        ]
        return "(" + " && ".join(pairs) + ")"

    def _name(self, name: str) -> tuple[str, str]:
        if name in self.locals:
            return name, self.locals[name]
        if isinstance(self.names.get(name), int | float):
            return number(self.names[name])
        raise NotTranslatableError(f"the name {name!r}")

    def _attribute(self, owner: ast.expr, attribute: str) -> tuple[str, str]:
        if isinstance(owner, ast.Name) and owner.id not in self.locals:
            value = getattr(self.names.get(owner.id), attribute, None)
            if isinstance(self.names.get(owner.id), Codes) and isinstance(value, int):
                return number(value)
            raise NotTranslatableError(f"{owner.id}.{attribute}")
        text, kind = self.value(owner)
        if kind == STATE and attribute == "house":
            return f"{text}->house", "House *"
        for row, pointer in POINTERS.items():
            if kind == pointer:
                for field in c_fields(row):
                    if field.name == attribute:
                        reached = f"{text}->{attribute}"
                        if field.length or field.pointer:
                            return reached, f"{field.scalar} *"
                        if field.scalar == "int32_t":
                            return f"(int64_t){reached}", INT
                        return reached, field.scalar
        raise NotTranslatableError(f"{kind} has no field {attribute!r}")

    def _item(self, owner: ast.expr, index: ast.expr) -> tuple[str, str]:
        where = self.as_type(index, INT)
        match owner:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if (
                self.locals.get(name) == STATE and attr in tables()
            ):
                row = tables()[attr]
                if row in BY_NUMBER:
                    return f"{name}->{attr}[{where}]", POINTERS[row]
                return f"(&{name}->{attr}[{where}])", POINTERS[row]
            case ast.Name(id=name) if name not in self.locals:
                return self._constant_item(name, where)
        text, kind = self.value(owner)
        scalars = {"double *": REAL, "const double *": REAL, "int64_t *": INT, "uint8_t *": INT}
        if kind not in scalars:
            raise NotTranslatableError(f"an item of a {kind}")
        return f"{text}[{where}]", scalars[kind]

    def _constant_item(self, name: str, where: str) -> tuple[str, str]:
        """An item of a tuple of numbers that stands in the module."""
        values = self.names.get(name)
        if not isinstance(values, tuple) or not all(isinstance(v, int | float) for v in values):
            raise NotTranslatableError(f"an item of {name!r}")
        kind = INT if all(isinstance(v, int) for v in values) else REAL
        listed = ", ".join(number(v)[0] for v in values)
        self._constants[name] = f"static const {kind} {name}[] = {{{listed}}};"
        return f"{name}[{where}]", kind

    # --- calls --------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> tuple[str, str]:
        if node.keywords:
            raise NotTranslatableError("arguments by name")
        match node.func:
            case ast.Name(id=name) if name not in self.locals:
                called = self.names.get(name, getattr(builtins, name, None))
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if isinstance(
                self.names.get(name), ModuleType
            ):
                called = getattr(self.names[name], attr)
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                return self._dispatch(name, index, node.args)
            case _:
                called = None
        if isinstance(called, FunctionType):
            return self._call_function(called, node.args)
        return self._call_builtin(getattr(called, "__name__", "?"), node)

    def _call_function(self, called: FunctionType, arguments: list[ast.expr]) -> tuple[str, str]:
        hints = get_type_hints(called, include_extras=True)
        result = c_type(hints.pop("return"))
        wanted = [c_type(hint) for hint in hints.values()]
        texts = [self.as_type(a, w) for a, w in zip(arguments, wanted, strict=False)]
        missing = len(wanted) - len(texts)
        texts += [number(x)[0] for x in (called.__defaults__ or ())[-missing:] if missing]
        is_port = called.__module__ == ports.__name__
        name = f"port_{called.__name__}" if is_port else self._function_name(called)
        return f"{name}({', '.join(texts)})", result

    def _call_builtin(self, name: str, node: ast.Call) -> tuple[str, str]:
        if name == "len":
            return self._length(node.args[0])
        values = [self.value(a) for a in node.args]
        kinds = {kind for _, kind in values}
        texts = [text for text, _ in values]
        if not kinds <= {INT, REAL}:
            raise NotTranslatableError(ast.unparse(node))
        match name:
            case "int":
                return f"((int64_t){texts[0]})", INT
            case "float":
                return f"((double){texts[0]})", REAL
            case "round" if len(texts) == 1:
                return f"round_half_even({texts[0]})", INT
            case "min" | "max" if len(texts) == 2 and len(kinds) == 1:
                end = "real" if kinds == {REAL} else "whole"
                return f"{name}_{end}({', '.join(texts)})", kinds.pop()
            case _ if name in MATH:
                return f"{name}_({', '.join(texts)})", MATH[name]
        raise NotTranslatableError(f"a call of {ast.unparse(node.func)}")

    def _length(self, node: ast.expr) -> tuple[str, str]:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if (
                self.locals.get(name) == STATE
            ):
                return f"{name}->n_{attr}", INT
            case ast.Name(id=name) if isinstance(self.names.get(name), tuple):
                return number(len(self.names[name]))
        raise NotTranslatableError(f"the length of {ast.unparse(node)}")

    def _dispatch(self, name: str, index: ast.expr, args: list[ast.expr]) -> tuple[str, str]:
        """A call of one of a tuple of functions that stands in the module, chosen by its number."""
        # What other packages have registered is not compiled.
        package = str(self.names["__name__"]).partition(".")[0]
        listed = self.names.get(name)
        functions = [
            f
            for f in (listed if isinstance(listed, tuple) else ())
            if str(getattr(f, "__module__", package)).partition(".")[0] == package
        ]
        if not functions or not all(isinstance(f, FunctionType) for f in functions):
            raise NotTranslatableError(f"a call of an item of {name!r}")
        hints = get_type_hints(functions[0], include_extras=True)
        result = c_type(hints.pop("return"))
        wanted = [c_type(hint) for hint in hints.values()]
        chosen = ", ".join(self._function_name(f) for f in functions)
        kinds = ", ".join(written(k) for k in wanted)
        self._constants[name] = (
            f"static {written(result)} (*const {name}[])({kinds}) = {{{chosen}}};"
        )
        texts = [self.as_type(a, w) for a, w in zip(args, wanted, strict=True)]
        return f"{name}[{self.as_type(index, INT)}]({', '.join(texts)})", result
