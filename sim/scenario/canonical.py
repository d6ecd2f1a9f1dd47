"""One order for everything in a scenario whose order says nothing.

The model runs, and a study remembers, a scenario in this order: files that say the same in another
order, or spread over other files, are one scenario with one hash and one number.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)


def canonical(model: M) -> M:
    """The same section with mappings, and lists marked `unordered` in the schema, in order.

    Items with a date go by it, then all by their name and at last by what they say; other lists
    keep the order in which they were written, which is part of what they say.
    """
    ordered = {
        name: _ordered(getattr(model, name), _is_unordered(field))
        for name, field in type(model).model_fields.items()
    }
    return model.model_copy(update=ordered)


def _is_unordered(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("unordered"))


def _ordered(value: Any, unordered: bool) -> Any:
    if isinstance(value, BaseModel):
        return canonical(value)
    if isinstance(value, dict):
        return {key: _ordered(value[key], False) for key in sorted(value)}
    if isinstance(value, tuple):
        items = [_ordered(item, False) for item in value]
        return tuple(sorted(items, key=place)) if unordered else tuple(items)
    return value


def place(item: Any) -> tuple[Any, ...]:
    """What an item of a list is sorted by where their order says nothing."""
    if not isinstance(item, BaseModel):
        return (item,)
    return str(getattr(item, "on", "")), str(getattr(item, "name", "")), item.model_dump_json()
