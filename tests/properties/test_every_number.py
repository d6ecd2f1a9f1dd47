"""Every number that a scenario may write changes what comes out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import get_args

import pytest

from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.scenario.fields import QueueName
from sim.scenario.schema import Scenario
from tests.digests import digests
from tests.whole import Number, Path_, Plain, changed, everything, hurried, numbers, plain

Change = tuple[Path_, object]

LAWS = {
    "people.power_exponent": "wright",
    "people.incompressible_share": "de_jong",
    "people.total_forgetting_months": "lfcm",
}
"""Fields of one learning law."""
SIZES = ("hospital.scale", "claims_per_year", "headcount", "factor", "horizon_days")
"""Ends of names of fields that are not taken to their ends: a run would take for ever."""
STEP = 0.05
"""Part of all claims, or people, that goes from one share of a sum to another."""
WEEKS: dict[Path_, object] = {
    ("horizon_days",): 75,
    ("kpi_from_days",): 10,
    ("kpi_until_days",): 10,
    ("drain_days",): 200,
}
FIRST = 2
SECTIONS = (
    "hospital",
    "payers",
    "categories",
    "denials",
    "queues",
    "certifications",
    "people",
    "policy_calendar",
    "calendar",
    "sites",
    "vendors",
    "teams",
    "timeline",
    "",
)
"""Parts of a scenario; the last has what stands in none of the others."""


ALL_QUEUES = ", ".join(get_args(QueueName))
POOLED = (
    "timeline=!replace []",
    f"teams=!replace [{{name: all, vendor: generalist, queues: [{ALL_QUEUES}], headcount: 30, "
    "discipline: deadline}]",
)
"""One team for all work, which takes what is due first: there each queue's target matters."""


def result(scenario: Scenario) -> tuple[object, str]:
    """All that comes out of a replication: its tables, and its KPIs to the last digit."""
    record = run(scenario, 0)
    return digests(record), repr(sorted(outcome(record).kpis.items()))


@cache
def baseline(*settings: str, weeks: bool = False) -> tuple[Plain, tuple[object, str]]:
    """The scenario with everything and these settings, and what comes out of it.

    As it is, or hurried through in some weeks, where most numbers tell as well.
    """
    scenario = everything(*settings)
    data = hurried(scenario, WEEKS) if weeks else plain(scenario)
    before = changed(data, ())
    assert before is not None
    return data, result(before)


def fields(section: str) -> dict[str, list[Number]]:
    """The numbers of a section by their field; each kind of work counts by itself."""
    found: defaultdict[str, list[Number]] = defaultdict(list)
    for number in numbers(plain(everything())):
        head = number.field.partition(".")[0]
        if (head if head in SECTIONS else "") == section:
            found[number.name if section == "queues" else number.field].append(number)
    return found


def others(number: Number) -> Iterator[float]:
    """Other values of a number: half and more of it, its neighbours, then the ends of its range."""
    value = number.value
    near = [value * 0.5, value * 1.5, value + 1, value - 1, value + 0.1]
    ends = [] if number.field.endswith(SIZES) else [number.low, min(number.high, 1e4)]
    for other in (*near, *ends):
        rounded = round(other) if number.whole else other
        if rounded != value and number.low <= rounded <= number.high:
            yield rounded


def changes(number: Number, rivals: Sequence[Number]) -> Iterator[tuple[Change, ...]]:
    """Ways to change a number; a share of a sum is changed together with another of the sum."""
    mix = number.path[:-1]
    siblings = [
        n
        for n in rivals
        if n is not number and "certification_mix" in n.field and n.path[:-1] == mix
    ]
    if number.field in ("payers.*.claims_share", "sites.*.shifts.*.people_share"):
        siblings = [n for n in rivals if n is not number and n.field == number.field]
    for sibling in siblings:
        yield (number.path, number.value + STEP), (sibling.path, sibling.value - STEP)
    for value in others(number):
        yield ((number.path, value),)


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS, ids=lambda name: name or "the scenario itself")
def test_every_number_changes_something(section: str) -> None:
    found = fields(section)
    every = [number for each in found.values() for number in each]
    idle = [field for field, each in found.items() if not _tells(field, each, every)]
    assert len(every) > 2
    assert not idle, f"no value of these changes anything: {', '.join(idle)}"


def _tells(field: str, each: Sequence[Number], every: Sequence[Number]) -> bool:
    """Whether another value of one of the numbers of a field changes what comes out.

    The first values are tried in some weeks, and where those say nothing, all in half a year.
    """
    law = [f"people.learning_law={LAWS[field]}"] if field in LAWS else []
    settings = (*law, *(POOLED if field.endswith("due_days") else ()))
    first = (change for n in each[:FIRST] for change in islice(changes(n, every), 1))
    ways = (change for number in each for change in changes(number, every))
    return any(
        _differs(change, baseline(*settings, weeks=weeks))
        for weeks, tried in ((True, first), (False, ways))
        for change in tried
    )


def _differs(change: Sequence[Change], base: tuple[Plain, tuple[object, str]]) -> bool:
    data, before = base
    other = changed(data, change)
    return other is not None and result(other) != before
