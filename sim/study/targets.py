"""Targets: how likely a scenario is to meet a limit that a planner has set for a KPI.

The chance is that of a single future as the model draws it, estimated by the share of replications
that meet the limit, with Wilson's interval. It is not the confidence in a mean.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.study.overload import is_money, judged, overloaded_names
from sim.study.replicate import StudyResult
from sim.study.statistics import wilson_interval

_TARGET = re.compile(r"\s*([\w.]+)\s*(<=|>=)\s*([-+\d.eE]+)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Target:
    """A KPI that shall be at most (`<=`) or at least (`>=`) a limit, in the KPI's unit."""

    kpi: str
    sense: str
    limit: float

    def met(self, value: float) -> bool:
        """Whether a value meets the target."""
        return value <= self.limit if self.sense == "<=" else value >= self.limit


@dataclass(frozen=True, slots=True)
class Chance:
    """In how many of `n` replications a scenario meets a target, and the 95 % interval of that.

    Where the target is about money and the scenario `overloaded`, no replication counts.
    """

    scenario: str
    target: Target
    n: int
    met: int
    low: float
    high: float
    overloaded: bool = False

    @property
    def share(self) -> float:
        """Share of replications that meet the target; nan without any."""
        return self.met / self.n if self.n else math.nan


def parse(text: str) -> Target:
    """The target in `denials.initial_rate<=5%` or `money.days_in_ar>=40`; ValueError if none."""
    found = _TARGET.fullmatch(text)
    if found is None:
        raise ValueError(text)
    kpi, sense, limit, percent = found.groups()
    value = float(limit)
    # By decimals, since 10.1 / 100 is not the number that 0.101 is.
    return Target(kpi, sense, float(Decimal(limit) / 100) if percent else value)


def chances(result: StudyResult, targets: Sequence[Target]) -> Iterator[Chance]:
    """By target, then by scenario; replications in which the KPI is not defined do not count."""
    known, behind = judged(result), overloaded_names(result)
    for target in targets:
        for scenario, outcomes in known.outcomes.items():
            values = [o.kpis.get(target.kpi, math.nan) for o in outcomes.values()]
            defined = [v for v in values if not math.isnan(v)]
            met = int(sum(map(target.met, defined)))
            ends = wilson_interval(met, len(defined))
            barred = is_money(target.kpi) and scenario in behind
            yield Chance(scenario, target, len(defined), met, *ends, barred)
