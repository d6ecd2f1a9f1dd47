"""Ablation: what each attribute of one vendor is worth when the other vendor is given it.

The attributes of a profile fall into groups, and groups into families. A coalition is a set of
groups in which the first vendor has become the second; every coalition is a scenario of its own
under the same random numbers, so an effect is taken replication by replication. Alone tells what a
group brings to the first vendor, last what it brings when all others are there, cumulative what it
adds in the order of the table; they differ where attributes work together. Shapley's value over the
families is the mean over all orders in which they can come, so that no order decides the credit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from sim.scenario.schema import Scenario, Team
from sim.scenario.site import Site
from sim.scenario.timeline import VendorSwitch
from sim.scenario.vendor import Vendor
from sim.study import StudyError
from sim.study.estimate import difference, estimate
from sim.study.overload import judged
from sim.study.replicate import StudyResult
from sim.study.statistics import Floats, Interval
from sim.study.tables import Tables

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "certification": ("people", ("certification_mix", "programmes")),
    "entry level": ("people", ("entry_knowledge", "go_live_knowledge")),
    "turnover and hiring": ("people", ("turnover", "hiring", "leads")),
    "learning speed": ("people", ("learning", "conformance")),
    "retraining": ("people", ("retraining",)),
    "quality checks": (
        "checks",
        (
            "quality.qa_sample_share",
            "quality.qa_detection_share",
            "quality.qa_enrichment",
            "quality.under_coding_share",
        ),
    ),
    "hold and query": ("checks", ("quality.hold_and_query_share", "quality.realtime_review_share")),
    "front-end catch": (
        "checks",
        ("quality.catch_share", "quality.entry_defect_share", "quality.duplicate_share"),
    ),
    "denial work": ("denials", ("denials",)),
    "feedback loop": ("feedback", ("feedback",)),
    "pace": ("terms", ("target_occupancy", "handle_time_multiplier")),
    "machines": ("terms", ("ai", "drafts")),
    "scope": ("terms", ("scope",)),
    "compliance": ("terms", ("compliance",)),
    "price": ("terms", ("price", "costs")),
    "organisation": ("terms", ()),
}
"""Family and vendor fields of each group; `organisation` is what teams do in their own way."""
TEAM_FIELDS = (
    "discipline",
    "overtime",
    "certification_mix",
    "exact_mix",
    "headcount",
    "roster",
    "site",
)

Coalition = frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scenarios that differ in their vendor and teams only, and the groups that differ."""

    base: Scenario
    other: Scenario
    groups: tuple[str, ...]

    @property
    def families(self) -> dict[str, Coalition]:
        """The groups that differ by family, in the order of the table."""
        found: dict[str, set[str]] = {}
        for group in self.groups:
            found.setdefault(GROUPS[group][0], set()).add(group)
        return {family: frozenset(groups) for family, groups in found.items()}


def pair(base: Scenario, other: Scenario) -> Pair:
    """Two scenarios, ready to be turned into each other.

    Raises StudyError (exit code 2) if one has teams of several vendors or switches them, if the
    hospitals, payers or people differ, or if nothing differs.
    """
    first, second = _vendor(base), _vendor(other)
    for name in type(base).model_fields:
        same = getattr(base, name) == getattr(other, name)
        if name not in ("name", "description", "vendors", "teams", "sites") and not same:
            said = (
                f"{base.name} and {other.name} differ in {name}; only vendor and teams may differ"
            )
            raise StudyError(said, 2)
    for site in {s.name for s in base.sites} & {s.name for s in other.sites}:
        if _sites(base)[site] != _sites(other)[site]:
            raise StudyError(f"{base.name} and {other.name} write the site {site} differently", 2)
    if [(t.name, t.queues) for t in base.teams] != [(t.name, t.queues) for t in other.teams]:
        raise StudyError(f"the teams of {base.name} and {other.name} serve other queues", 2)
    differing = []
    for group, (_, fields) in GROUPS.items():
        apart = any(_get(first, field) != _get(second, field) for field in fields)
        if group == "organisation":
            apart = any(
                getattr(a, field) != getattr(b, field)
                for a, b in zip(base.teams, other.teams, strict=True)
                for field in TEAM_FIELDS
            )
        if apart:
            differing.append(group)
    if not differing:
        raise StudyError(f"{base.name} and {other.name} do not differ in any attribute", 2)
    return Pair(base, other, tuple(differing))


def _sites(scenario: Scenario) -> dict[str, Site]:
    return {site.name: site for site in scenario.sites}


def _vendor(scenario: Scenario) -> Vendor:
    """The one vendor of a scenario."""
    names = {team.vendor for team in scenario.teams}
    if len(names) > 1 or any(isinstance(e, VendorSwitch) for e in scenario.timeline):
        raise StudyError(
            f"{scenario.name} has more than one vendor; ablate compares two profiles", 2
        )
    return next(v for v in scenario.vendors if v.name in names)


def _get(vendor: Vendor, field: str) -> Any:
    value: Any = vendor
    for step in field.split("."):
        value = getattr(value, step)
    return value


def scenario(pair: Pair, given: Coalition) -> Scenario:
    """The first scenario, its vendor given these groups of the second's attributes."""
    first, second = _vendor(pair.base), _vendor(pair.other)
    changes: dict[str, Any] = {}
    quality: dict[str, Any] = {}
    for group in given:
        for field in GROUPS[group][1]:
            into = quality if field.startswith("quality.") else changes
            into[field.removeprefix("quality.")] = _get(second, field)
    if quality:
        changes["quality"] = first.quality.model_copy(update=quality)
    vendor = first.model_copy(update=changes)
    vendors = tuple(vendor if v.name == first.name else v for v in pair.base.vendors)
    teams, sites = pair.base.teams, pair.base.sites
    if "organisation" in given:
        sites = tuple((_sites(pair.base) | _sites(pair.other)).values())
        teams = tuple(_like(a, b) for a, b in zip(teams, pair.other.teams, strict=True))
    changes = {"name": name_of(pair, given), "vendors": vendors, "teams": teams, "sites": sites}
    return pair.base.model_copy(update=changes)


def _like(team: Team, other: Team) -> Team:
    return team.model_copy(update={field: getattr(other, field) for field in TEAM_FIELDS})


def name_of(pair: Pair, given: Coalition) -> str:
    """What a coalition is called; of more than half of the groups, what it lacks."""
    if not given:
        return pair.base.name
    if len(given) == len(pair.groups):
        return f"{pair.base.name} with all of {pair.other.name}"
    lacks = [g for g in pair.groups if g not in given]
    if len(lacks) < len(given):
        return f"{pair.base.name} with all but {', '.join(lacks)}"
    return f"{pair.base.name} with {', '.join(g for g in pair.groups if g in given)}"


def coalitions(pair: Pair, *, shapley: bool) -> list[Coalition]:
    """The coalitions that the tables need, each once; the first is the empty one."""
    every = frozenset(pair.groups)
    wanted = [
        frozenset(),
        every,
        *(frozenset({group}) for group in pair.groups),
        *(every - {group} for group in pair.groups),
        *(frozenset(pair.groups[:n]) for n in range(1, len(pair.groups))),
    ]
    if shapley:
        families = pair.families
        wanted += [
            frozenset[str]().union(*(families[f] for f in chosen))
            for size in range(len(families) + 1)
            for chosen in combinations(families, size)
        ]
    return list(dict.fromkeys(wanted))


Worth = Callable[[Coalition], Floats]
"""Value of a coalition by replication."""


def shapley_values(families: dict[str, Coalition], worth: Worth) -> dict[str, Floats]:
    """Shapley's value of each family by replication.

    They sum to the worth of all less that of none.
    φᵢ = Σ over coalitions S without i of |S|! (n−|S|−1)! / n! × (v(S ∪ i) − v(S)).
    """
    n = len(families)
    out: dict[str, Floats] = {}
    for family, own in families.items():
        others = [f for f in families if f != family]
        total: Floats = np.zeros_like(worth(frozenset()))
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for chosen in combinations(others, size):
                there = frozenset[str]().union(*(families[f] for f in chosen))
                total = total + weight * (worth(there | own) - worth(there))
        out[family] = total
    return out


@dataclass(frozen=True, slots=True)
class Effect:
    """A group's effects on a KPI, each with its 95 % interval."""

    group: str
    family: str
    alone: Interval
    last: Interval
    cumulative: Interval


@dataclass(frozen=True, slots=True)
class Ablation:
    """By KPI: the effect of each group, Shapley's value of each family, the whole difference."""

    effects: dict[str, list[Effect]]
    shapley: dict[str, dict[str, Interval]]
    whole: dict[str, Interval]


def analyse(result: StudyResult, pair: Pair, kpis: Sequence[str], *, shapley: bool) -> Ablation:
    """What the finished study of all coalitions says.

    An effect on money that rests on a coalition that does not keep up with its work is not known.
    """
    result, every = judged(result), frozenset(pair.groups)
    common = [
        r
        for r in result.outcomes[pair.base.name]
        if all(r in by for by in result.outcomes.values())
    ]
    effects: dict[str, list[Effect]] = {}
    values: dict[str, dict[str, Interval]] = {}
    whole: dict[str, Interval] = {}
    for kpi in kpis:

        def worth(given: Coalition, kpi: str = kpi) -> Floats:
            by = result.outcomes[name_of(pair, given)]
            return np.array([by[r].kpis.get(kpi, math.nan) for r in common])

        none, full = worth(frozenset()), worth(every)
        effects[kpi] = [
            Effect(
                group,
                GROUPS[group][0],
                difference(kpi, none, worth(frozenset({group}))).interval,
                difference(kpi, worth(every - {group}), full).interval,
                difference(
                    kpi, worth(frozenset(pair.groups[:i])), worth(frozenset(pair.groups[: i + 1]))
                ).interval,
            )
            for i, group in enumerate(pair.groups)
        ]
        whole[kpi] = difference(kpi, none, full).interval
        if shapley:
            found = shapley_values(pair.families, worth)
            values[kpi] = {family: estimate(kpi, v) for family, v in found.items()}
    return Ablation(effects, values, whole)


def tables(ablation: Ablation) -> Tables:
    """`ablation.csv`, a row per KPI and group, and `shapley.csv`, a row per KPI and family."""
    ends = ("", "_ci_low", "_ci_high")
    ways = ("alone", "last", "cumulative")
    rows: list[Sequence[object]] = [
        (
            kpi,
            e.group,
            e.family,
            e.alone.n,
            *(x for i in (e.alone, e.last, e.cumulative) for x in (i.mean, i.low, i.high)),
        )
        for kpi, effects in ablation.effects.items()
        for e in effects
    ]
    out: Tables = {
        "ablation.csv": (
            ("kpi", "group", "family", "n", *(f"{way}{end}" for way in ways for end in ends)),
            rows,
        )
    }
    if ablation.shapley:
        out["shapley.csv"] = (
            ("kpi", "family", "n", "value", "ci_low", "ci_high", "whole"),
            [
                (kpi, family, i.n, i.mean, i.low, i.high, ablation.whole[kpi].mean)
                for kpi, by in ablation.shapley.items()
                for family, i in by.items()
            ],
        )
    return out
