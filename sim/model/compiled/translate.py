"""Writes the kernel's text as C: plain functions of numbers, rows and lists, and nothing else.

What a function may use is what both languages mean alike: fields, indexing, arithmetic, comparison,
`if`, `while`, `for … in range`, calls of other such functions and of the ports. Whatever else stands
in it is refused with its place, and the engine is then SimPy's.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from sim.model.codes import Codes
from sim.model.compiled.layout import BY_NUMBER, ROWS, c_fields, tables
from sim.model.kernel import ports
from sim.model.kernel.rows import State

INT, REAL, TRUTH, VOID = "int64_t", "double", "truth", "void"
POINTERS = {row: f"{row.__name__} *" for row in ROWS}
STATE = "State *"
OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "/", ast.Mod: "%",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
WHOLE_ONLY = (ast.FloorDiv, ast.Mod, ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
"""Operators of whole numbers; `//` and `%` are meant for numbers that are not negative."""
MATH = {"sqrt": REAL, "floor": INT, "ceil": INT, "ldexp": REAL}


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
            translation = Function(self, function)
            self.heads.append(translation.head() + ";")
            self.bodies.append(translation.body())
        return self.names[function]

    def text(self) -> str:
        """Declarations, tables and functions."""
        return "\n".join([*self.heads, "", *self.tables.values(), "", *self.bodies])


class Function:
    """One function on its way to C."""

    def __init__(self, unit: Unit, function: FunctionType) -> None:
        self.unit = unit
        self.function = function
        self.globals = function.__globals__
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        [definition] = tree.body
        assert isinstance(definition, ast.FunctionDef)
        self.definition = definition
        hints = get_type_hints(function, include_extras=True)
        with self.place(definition):
            self.result = c_type(hints.pop("return"))
            self.parameters = {a.arg: c_type(hints[a.arg]) for a in definition.args.args}
        self.locals: dict[str, str] = dict(self.parameters)
        self.lines: list[str] = []
        self.depth = 1
        self.spares = 0

    def place(self, node: ast.AST) -> _Place:
        return _Place(self.function, node)

    def head(self) -> str:
        """The function's name, result and parameters."""
        parameters = ", ".join(f"{written(t)} {n}" for n, t in self.parameters.items())
        return f"static {written(self.result)} {self.unit.names[self.function]}({parameters})"

    def body(self) -> str:
        """The whole function; a second time where a local's type has widened meanwhile."""
        while True:
            known = dict(self.locals)
            self.lines, self.spares = [], 0
            self.block(self.definition.body)
            if known == self.locals:
                break
        declared = [
            f"    {written(t)} {name};"
            for name, t in self.locals.items()
            if name not in self.parameters
        ]
        return "\n".join([self.head() + " {", *declared, *self.lines, "}", ""])

    # --- statements ---------------------------------------------------------------------------

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            with self.place(statement):
                self.statement(statement)

    def indented(self, statements: Sequence[ast.stmt]) -> None:
        self.depth += 1
        self.block(statements)
        self.depth -= 1

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                pass
            case ast.Expr(value=ast.Call() as call):
                self.line(self.value(call)[0] + ";")
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                self.assign_together(targets, values)
            case ast.Assign(targets=[ast.Tuple(elts=[mantissa, exponent])], value=ast.Call() as c):
                self.assign_frexp(mantissa, exponent, c)
            case ast.Assign(targets=[target], value=value):
                self.assign(target, *self.value(value))
            case ast.AugAssign(target=target, op=op, value=value):
                read = ast.copy_location(ast.BinOp(_as_read(target), op, value), node)
                self.assign(target, *self.value(read))
            case ast.If(test=test, body=body, orelse=orelse):
                self.line(f"if ({self.truth(test)}) {{")
                self.indented(body)
                if orelse:
                    self.line("} else {")
                    self.indented(orelse)
                self.line("}")
            case ast.While(test=test, body=body, orelse=[]):
                self.line(f"while ({self.truth(test)}) {{")
                self.indented(body)
                self.line("}")
            case ast.For(target=ast.Name(id=name), iter=ast.Call() as call, body=body, orelse=[]):
                self.loop(name, call, body)
            case ast.Return(value=None):
                self.line("return;")
            case ast.Return(value=value) if value is not None:
                self.line(f"return {self.as_type(value, self.result)};")
            case ast.Break():
                self.line("break;")
            case ast.Continue():
                self.line("continue;")
            case _:
                raise NotTranslatableError(f"{type(node).__name__} statement")

    def loop(self, name: str, call: ast.Call, body: list[ast.stmt]) -> None:
        """`for i in range(…)`: bounds are worked out once, the loop's own variable is not changed."""
        if not (isinstance(call.func, ast.Name) and call.func.id == "range" and len(call.args) < 3):
            raise NotTranslatableError("a loop over anything but range(…)")
        bounds = [self.as_type(a, INT) for a in call.args]
        first, last = bounds if len(bounds) == 2 else ("0", bounds[0])
        if name == "_":
            name = self.spare()
        self.locals[name] = INT
        end = self.spare()
        self.locals[end] = INT
        self.line(f"{end} = {last};")
        self.line(f"for ({name} = {first}; {name} < {end}; {name}++) {{")
        self.indented(body)
        self.line("}")

    def spare(self) -> str:
        self.spares += 1
        return f"spare_{self.spares}"

    def assign(self, target: ast.expr, text: str, kind: str) -> None:
        if isinstance(target, ast.Name):
            self.locals[target.id] = _wider(self.locals.get(target.id, kind), kind)
            self.line(f"{target.id} = {text};")
            return
        place, wanted = self.value(_as_read(target))
        if kind == TRUTH or (wanted == INT and kind == REAL):
            raise NotTranslatableError(f"a {kind} assigned to {ast.unparse(target)}")
        self.line(f"{place.removeprefix('(int64_t)')} = {text};")

    def assign_together(self, targets: list[ast.expr], values: list[ast.expr]) -> None:
        """`a, b = x, y`: all values are worked out before the first is given."""
        held = []
        for value in values:
            text, kind = self.value(value)
            spare = self.spare()
            self.locals[spare] = kind
            self.line(f"{spare} = {text};")
            held.append((spare, kind))
        for target, (spare, kind) in zip(targets, held, strict=True):
            self.assign(target, spare, kind)

    def assign_frexp(self, mantissa: ast.expr, exponent: ast.expr, call: ast.Call) -> None:
        if not (isinstance(call.func, ast.Name) and call.func.id == "frexp"):
            raise NotTranslatableError("two results at once")
        spare = self.spare()
        self.locals[spare] = INT
        self.assign(mantissa, f"frexp_({self.as_type(call.args[0], REAL)}, &{spare})", REAL)
        self.assign(exponent, spare, INT)

    # --- expressions --------------------------------------------------------------------------

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
                return _number(x)
            case ast.Name(id=name):
                return self.name(name)
            case ast.Attribute(value=owner, attr=attribute):
                return self.attribute(owner, attribute)
            case ast.Subscript(value=owner, slice=index):
                return self.item(owner, index)
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.truth(node), TRUTH
            case ast.UnaryOp(op=op, operand=operand):
                text, kind = self.value(operand)
                sign = {ast.USub: "-", ast.Invert: "~"}.get(type(op))
                if sign is None or (sign == "~" and kind != INT) or kind not in (INT, REAL):
                    raise NotTranslatableError(ast.unparse(node))
                return f"({sign}{text})", kind
            case ast.BinOp(left=left, op=op, right=right):
                return self.operation(left, op, right)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self.comparison([left, *others], ops), TRUTH
            case ast.IfExp(test=test, body=body, orelse=orelse):
                (yes, kind), (no, other) = self.value(body), self.value(orelse)
                return f"({self.truth(test)} ? {yes} : {no})", _wider(kind, other)
            case ast.Call():
                return self.call(node)
            case _:
                raise NotTranslatableError(f"{type(node).__name__}: {ast.unparse(node)}")

    def operation(self, left: ast.expr, op: ast.operator, right: ast.expr) -> tuple[str, str]:
        (a, kind), (b, other) = self.value(left), self.value(right)
        if type(op) not in OPERATORS or not {kind, other} <= {INT, REAL}:
            raise NotTranslatableError(f"{ast.unparse(left)} {type(op).__name__} …")
        if isinstance(op, WHOLE_ONLY) and REAL in (kind, other):
            raise NotTranslatableError(f"{type(op).__name__} of numbers that are not whole")
        if isinstance(op, ast.Div):
            return f"((double){a} / (double){b})", REAL
        return f"({a} {OPERATORS[type(op)]} {b})", _wider(kind, other)

    def comparison(self, nodes: list[ast.expr], ops: list[ast.cmpop]) -> str:
        parts = [self.value(n) for n in nodes]
        if any(kind not in (INT, REAL) or type(op) not in OPERATORS
               for (_, kind), op in zip(parts[1:], ops, strict=True)):  # fmt: skip
            raise NotTranslatableError("a comparison of anything but numbers")
        if any(isinstance(n, ast.Call) for n in nodes[1:-1]):
            raise NotTranslatableError("a call in the middle of a chain of comparisons")
        pairs = [
            f"{a} {OPERATORS[type(op)]} {b}"
            for (a, _), op, (b, _) in zip(parts[:-1], ops, parts[1:], strict=True)
        ]
        return "(" + " && ".join(pairs) + ")"

    def name(self, name: str) -> tuple[str, str]:
        if name in self.locals:
            return name, self.locals[name]
        if isinstance(self.globals.get(name), int | float):
            return _number(self.globals[name])
        raise NotTranslatableError(f"the name {name!r}")

    def attribute(self, owner: ast.expr, attribute: str) -> tuple[str, str]:
        if isinstance(owner, ast.Name) and owner.id not in self.locals:
            value = getattr(self.globals.get(owner.id), attribute, None)
            if isinstance(self.globals.get(owner.id), type) and isinstance(value, int):
                assert issubclass(self.globals[owner.id], Codes)
                return _number(value)
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

    def item(self, owner: ast.expr, index: ast.expr) -> tuple[str, str]:
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
                return self.constant_item(name, where)
        text, kind = self.value(owner)
        scalars = {"double *": REAL, "const double *": REAL, "int64_t *": INT, "uint8_t *": INT}
        if kind not in scalars:
            raise NotTranslatableError(f"an item of a {kind}")
        return f"{text}[{where}]", scalars[kind]

    def constant_item(self, name: str, where: str) -> tuple[str, str]:
        """An item of a tuple of numbers that stands in the module."""
        values = self.globals.get(name)
        if not isinstance(values, tuple) or not all(isinstance(v, int | float) for v in values):
            raise NotTranslatableError(f"an item of {name!r}")
        kind = INT if all(isinstance(v, int) for v in values) else REAL
        listed = ", ".join(_number(v)[0] for v in values)
        self.unit.tables[name] = f"static const {kind} {name}[] = {{{listed}}};"
        return f"{name}[{where}]", kind

    # --- calls --------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> tuple[str, str]:
        if node.keywords:
            raise NotTranslatableError("arguments by name")
        match node.func:
            case ast.Name(id=name) if name not in self.locals:
                called = self.globals.get(name, getattr(_builtins(self.globals), name, None))
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if isinstance(
                self.globals.get(name), ModuleType
            ):
                called = getattr(self.globals[name], attr)
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                return self.dispatch(name, index, node.args)
            case _:
                called = None
        if isinstance(called, FunctionType):
            return self.call_function(called, node.args)
        return self.call_builtin(getattr(called, "__name__", "?"), node)

    def call_function(self, called: FunctionType, arguments: list[ast.expr]) -> tuple[str, str]:
        hints = get_type_hints(called, include_extras=True)
        result = c_type(hints.pop("return"))
        wanted = [c_type(hint) for hint in hints.values()]
        texts = [self.as_type(a, w) for a, w in zip(arguments, wanted, strict=False)]
        missing = len(wanted) - len(texts)
        texts += [_number(x)[0] for x in (called.__defaults__ or ())[-missing:] if missing]
        is_port = called.__module__ == ports.__name__
        name = f"port_{called.__name__}" if is_port else self.unit.function(called)
        return f"{name}({', '.join(texts)})", result

    def call_builtin(self, name: str, node: ast.Call) -> tuple[str, str]:
        if name == "len":
            return self.length(node.args[0])
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

    def length(self, node: ast.expr) -> tuple[str, str]:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if (
                self.locals.get(name) == STATE
            ):
                return f"{name}->n_{attr}", INT
            case ast.Name(id=name) if isinstance(self.globals.get(name), tuple):
                return _number(len(self.globals[name]))
        raise NotTranslatableError(f"the length of {ast.unparse(node)}")

    def dispatch(self, name: str, index: ast.expr, args: list[ast.expr]) -> tuple[str, str]:
        """A call of one of a tuple of functions that stands in the module, chosen by its number."""
        functions = self.globals.get(name)
        if not isinstance(functions, tuple) or not all(
            isinstance(f, FunctionType) for f in functions
        ):
            raise NotTranslatableError(f"a call of an item of {name!r}")
        hints = get_type_hints(functions[0], include_extras=True)
        result = c_type(hints.pop("return"))
        wanted = [c_type(hint) for hint in hints.values()]
        listed = ", ".join(self.unit.function(f) for f in functions)
        kinds = ", ".join(written(k) for k in wanted)
        self.unit.tables[name] = (
            f"static {written(result)} (*const {name}[])({kinds}) = {{{listed}}};"
        )
        texts = [self.as_type(a, w) for a, w in zip(args, wanted, strict=True)]
        return f"{name}[{self.as_type(index, INT)}]({', '.join(texts)})", result


class _Place:
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


def _builtins(names: dict[str, Any]) -> Any:
    import builtins

    return builtins


def _as_read(target: ast.expr) -> Any:
    return ast.parse(ast.unparse(target), mode="eval").body


def _wider(kind: str, other: str) -> str:
    """The type of what may be of either type."""
    if kind == other:
        return kind
    if {kind, other} == {INT, REAL}:
        return REAL
    raise NotTranslatableError(f"either a {kind} or a {other}")


def _number(x: float) -> tuple[str, str]:
    if isinstance(x, int):
        return (f"INT64_C({x})" if x >= 0 else f"(-INT64_C({-x}))"), INT
    if x in (float("inf"), float("-inf")):
        return ("INFINITY" if x > 0 else "(-INFINITY)"), REAL
    return f"({x.hex()})", REAL
