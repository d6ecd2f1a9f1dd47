"""The rows of the kernel as C structures: one declaration, read by C, by Python and by NumPy."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from sim.model.kernel import rows
from sim.model.kernel.shapes import Sized

ROWS: tuple[type, ...] = (
    rows.House,
    rows.Day,
    rows.WorkQueue,
    rows.Payer,
    rows.Kind,
    rows.Place,
    rows.Crew,
    rows.Terms,
    rows.Claim,
    rows.Agent,
)
BY_NUMBER: tuple[type, ...] = (rows.Agent,)
"""Rows that stand each for itself and are found by a table of pointers: their number grows while
Python holds some of them."""
SCALARS: dict[str, Any] = {
    "int64_t": ctypes.c_int64,
    "int32_t": ctypes.c_int32,
    "double": ctypes.c_double,
}


class CField:
    """A field in C: its scalar type, its length if it is a list, or whether it is a pointer."""

    def __init__(self, name: str, scalar: str, length: int = 0, pointer: bool = False) -> None:
        self.name = name
        self.scalar = scalar
        self.length = length
        self.pointer = pointer


@cache
def c_fields(row: type) -> tuple[CField, ...]:
    """The fields of a row, in their order."""
    hints = get_type_hints(row, include_extras=True)
    return tuple(_field(f.name, hints[f.name]) for f in fields(row))


def _field(name: str, hint: Any) -> CField:
    if get_origin(hint) is Annotated:
        base, mark = get_args(hint)
        if isinstance(mark, Sized):
            return CField(name, _scalar(get_args(base)[0]), mark.length)
        return CField(name, mark)
    if hint == Sequence[bool]:
        return CField(name, "uint8_t", pointer=True)
    return CField(name, _scalar(hint))


def _scalar(kind: type) -> str:
    return {int: "int64_t", float: "double"}[kind]


def c_declarations() -> str:
    """The structures of all rows, and the state that holds them, as C."""
    out = []
    for row in ROWS:
        lines = [f"    {_declared(f)};" for f in c_fields(row)]
        out.append("typedef struct {\n" + "\n".join(lines) + f"\n}} {row.__name__};\n")
    lines = ["    House *house;"]
    for name, row in tables().items():
        stars = "**" if row in BY_NUMBER else "*"
        lines += [f"    {row.__name__} {stars}{name};", f"    int64_t n_{name};"]
    lines.append("    Store *store;")
    out.append("typedef struct {\n" + "\n".join(lines) + "\n} State;\n")
    return "\n".join(out)


def _declared(field: CField) -> str:
    if field.pointer:
        return f"const {field.scalar} *{field.name}"
    return f"{field.scalar} {field.name}" + (f"[{field.length}]" if field.length else "")


@cache
def tables() -> dict[str, type]:
    """The lists of rows that make up the state, by name."""
    hints = get_type_hints(rows.State)
    return {
        f.name: get_args(hints[f.name])[0]
        for f in fields(rows.State)
        if get_origin(hints[f.name]) is list
    }


# --- seen from Python -----------------------------------------------------------------------------


@cache
def structure(row: Any) -> type[ctypes.Structure]:
    """A structure with the fields of a row, under the same names."""
    parts: list[tuple[str, Any]] = []
    for field in c_fields(row):
        kind = ctypes.c_void_p if field.pointer else SCALARS[field.scalar]
        parts.append((field.name, kind * field.length if field.length else kind))
    return type(row.__name__, (ctypes.Structure,), {"_fields_": parts})


def fill(target: Any, row: Any) -> None:
    """Copy a row into a structure; what is a pointer there is left alone."""
    kind: Any = type(row)
    for field in c_fields(kind):
        value = getattr(row, field.name)
        if field.length:
            getattr(target, field.name)[:] = value
        elif not field.pointer:
            setattr(target, field.name, value)


def table(values: Sequence[Any], row: type) -> Any:
    """Rows as an array of structures, one behind the other."""
    array = (structure(row) * len(values))()
    for target, value in zip(array, values, strict=True):
        fill(target, value)
    return array


class StateStructure(ctypes.Structure):
    """The state as C sees it: pointers to the tables, and their lengths."""

    _fields_ = (
        ("house", ctypes.c_void_p),
        *(
            part
            for name in tables()
            for part in ((name, ctypes.c_void_p), (f"n_{name}", ctypes.c_int64))
        ),
        ("store", ctypes.c_void_p),
    )
