"""How a field of a scenario is declared: meaning, unit, source, kind and bounds in one place.

`kind` tells what a field is in a study: a *lever* is chosen by the planner, an *uncertainty* by the
world, a *constant* by neither. Sources name rows of `docs/parameters.md`; "assumption" means that
no source was found.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from sim.scenario.plugins import DISCIPLINES, LAWS, names

QueueName = Literal[
    "scheduling",
    "prior_auth",
    "transcription",
    "coding_inpatient",
    "coding_outpatient",
    "cdi_query",
    "edits",
    "records",
    "denials_technical",
    "denials_clinical",
    "follow_up",
    "underpayments",
]
CategoryName = Literal["REG", "DATA", "AUTH", "DOC", "CODE", "DUP", "TIMELY", "NONCOV", "PAYER"]
FrontQueue = Literal["scheduling", "prior_auth", "transcription"]
SkillName = Literal[
    "coding_inpatient",
    "coding_outpatient",
    "billing",
    "clinical",
    "ar",
    "scheduling",
    "prior_auth",
    "transcription",
]
if TYPE_CHECKING:
    Discipline: TypeAlias = str
    LearningLaw: TypeAlias = str
else:  # those that are shipped, and those that other packages register
    Discipline, LearningLaw = Literal[names(DISCIPLINES)], Literal[names(LAWS)]
Heads = Annotated[int, Field(ge=0, le=100_000)]
"""Whole people."""

FUNCTIONS: dict[str, tuple[QueueName, ...]] = {
    "scheduling": ("scheduling",),
    "prior_auth": ("prior_auth",),
    "transcription": ("transcription",),
    "claims_denials": (
        "coding_inpatient",
        "coding_outpatient",
        "cdi_query",
        "edits",
        "records",
        "denials_technical",
        "denials_clinical",
    ),
    "ar": ("follow_up", "underpayments"),
}
"""The functions that a hospital gives away one by one, and the queues of each."""

Kind = Literal["lever", "uncertainty", "constant"]


def param(
    description: str,
    unit: str,
    source: str,
    kind: Kind,
    *,
    path: bool = False,
    unordered: bool = False,
    **bounds: Any,
) -> Any:
    """A field with its meaning, unit, source and kind; `bounds` are pydantic's (`ge`, `le`, …).

    `path` marks the name of a file, `unordered` a list whose order says nothing.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "kind": kind}
    if path:
        extra["path"] = True
    if unordered:
        extra["unordered"] = True
    for keyword, bound in (("formatMinimum", "ge"), ("formatMaximum", "le")):
        if isinstance(bounds.get(bound), date):  # which pydantic leaves out of the JSON Schema
            extra[keyword] = bounds[bound].isoformat()
    return Field(description=description, json_schema_extra=extra, **bounds)


def lever(description: str, unit: str, source: str, **more: Any) -> Any:
    """A `param` that the planner chooses."""
    return param(description, unit, source, "lever", **more)


def uncertainty(description: str, unit: str, source: str, **more: Any) -> Any:
    """A `param` that the world chooses."""
    return param(description, unit, source, "uncertainty", **more)


def constant(description: str, unit: str, source: str, **more: Any) -> Any:
    """A `param` that is neither chosen nor uncertain."""
    return param(description, unit, source, "constant", **more)


def share(description: str, source: str, kind: Kind, **more: Any) -> Any:
    """A `param` between 0 and 1."""
    return param(description, "share", source, kind, ge=0, le=1, **more)


class Model(BaseModel):
    """Base of every section: unknown keys refused, values frozen."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True
    )


class Dated(Model):
    """Base of everything that happens on a date."""

    on: date = uncertainty("Date on which it happens", "date", "assumption")


class OwnEvent(Dated):
    """Base of kinds of events that other packages register: a class with `kind` and its fields."""

    def happen(self, world: Any) -> None:
        """What it does to the world (`sim.model.world.World`) on its day, before anything else."""
        raise NotImplementedError
