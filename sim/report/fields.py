"""A field of a scenario that a study varies: what it is called, and its values in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from sim.record.kpis import kpi as kpi_of
from sim.report.words import inside, label, plain, sentence
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario

TAILS = {"USD/hour": " an hour", "1/year": " a year"}


@cache
def scenario_fields() -> Fields:
    """What the schema says of the fields of a scenario."""
    return Fields(Scenario)


@dataclass(frozen=True)
class Field:
    """A varied field, by its dotted path."""

    path: str

    @cached_property
    def unit(self) -> str:
        """Its unit, as the schema says."""
        found = scenario_fields().at(self.path.split("."))
        return next((option["unit"] for option in found if option.get("unit")), "")

    @property
    def label(self) -> str:
        """The last two steps of the path in words."""
        return sentence(" ".join(self.path.split(".")[-2:]).replace("_", " "))

    @property
    def what(self) -> str:
        """The same inside a sentence, without the unit that its values tell."""
        return inside(self.label.removesuffix(" usd per hour").removesuffix(" annual rate"))

    def say(self, value: object, *, per: bool = True, digits: int = 6) -> str:
        """A value with its unit, and what it is per if wanted."""
        if not isinstance(value, int | float):
            return plain(str(value), 24)
        tail = TAILS.get(self.unit, "") if per else ""
        if self.unit in ("share", "1/year"):
            return f"{100 * value:.{digits}g} %{tail}"
        if self.unit in ("USD", "USD/hour"):
            return f"${value:,.{digits}g}{tail}"
        words = self.unit if self.unit.isalpha() and self.unit not in ("ratio", "log") else ""
        return f"{value:,.{digits}g} {words}".strip()

    @property
    def axis(self) -> str:
        """What an axis along it is called."""
        return sentence(self.what) + TAILS.get(self.unit, "").replace(" a ", ", a ")

    @property
    def tick_unit(self) -> str:
        """The unit of its ticks."""
        return {"USD/hour": "USD", "1/year": "share"}.get(self.unit, self.unit)


def unit_of(kpi: str) -> str:
    """The unit in which a KPI is written; its label says per what."""
    unit = kpi_of(kpi).unit
    return {"USD/year": "USD", "1/year": "share"}.get(unit, unit)


def head_of(kpi: str) -> str:
    """A KPI's label with the unit that does not stand beside its numbers."""
    said, unit = label(kpi), kpi_of(kpi).unit
    if unit in ("USD/year", "1/year") and not said.endswith("per year"):
        return f"{said}, per year"
    silent = unit in ("share", "-", "USD", "ratio") or unit in said.lower()
    return said if silent else f"{said}, {unit}"
