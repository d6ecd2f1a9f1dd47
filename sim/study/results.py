"""The one table of results: each figure of a study with its part, period, unit and interval.

Money is per year and, like people, at full size, as the KPIs are; of a month it is the month's.
What is told anywhere of a study can be looked up here; `results.csv` is this table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sim.record.kpi import Kpi
from sim.record.kpis import KPIS
from sim.study.compare import Comparison, summarise
from sim.study.estimate import estimate
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval

OF_MONTHS = {
    "claims.count": "claims",
    "money.inpatient_realisation": "share",
    "people.plan": "people",
    "people.producing": "people",
}
"""Units of what is told by month only."""
TOTALS = ("USD", "people", "claims")
"""Units of monthly figures that are in proportion to the hospital."""


class Figure(NamedTuple):
    """A row of the table.

    `quantity` is a KPI without its `part` (a queue, a payer's category, a loss), `scenario` who it
    is of, and `against` the baseline where it is a paired difference from it. `period` is the
    first and the last day that count, or a month. `low` and `high` bound a 95 % interval of the
    mean over `n` replications, and are nan where none is to be trusted.
    """

    quantity: str
    scenario: str
    against: str
    part: str
    period: str
    unit: str
    value: float
    low: float
    high: float
    n: int

    @property
    def spans(self) -> bool:
        """Whether it is of the whole period that counts, and not of a month."""
        return "/" in self.period


def period_of(result: StudyResult, name: str) -> str:
    """The first and the last day of a scenario that count."""
    said = result.scenarios[name]
    start = date.fromisoformat(said["start"])
    end = int(said["horizon_days"]) - int(said["kpi_until_days"]) - 1
    return f"{start + timedelta(int(said['kpi_from_days']))}/{start + timedelta(end)}"


def split(name: str) -> tuple[str, str]:
    """A KPI's name as quantity and part: `work.wait_days.follow_up` is of `follow_up`."""
    family, _, rest = name.partition(".")
    quantity, _, part = rest.partition(".")
    return f"{family}.{quantity}", part


def figures(result: StudyResult, comparisons: Sequence[Comparison] = ()) -> Iterator[Figure]:
    """The rows: of each scenario its KPIs, its differences from the baseline, and its months."""
    for name in result.names:
        period = period_of(result, name)
        for row in summarise(result):
            if row.scenario == name:
                yield _figure(row.kpi, name, "", period, row.interval)
        for pair in comparisons:
            if pair.scenario == name:
                yield _figure(pair.kpi, name, pair.baseline, period, pair.difference)
        yield from _months(result, name)


def _figure(kpi: Kpi, scenario: str, against: str, period: str, at: Interval) -> Figure:
    quantity, part = split(kpi.name)
    return Figure(quantity, scenario, against, part, period, kpi.unit, at.mean, at.low, at.high,
                  at.n)  # fmt: skip


def _months(result: StudyResult, name: str) -> Iterator[Figure]:
    """The monthly KPIs, by month of service."""
    found: dict[tuple[str, str], list[float]] = {}
    scale = float(result.scenarios[name]["hospital"]["scale"])
    for outcome in result.outcomes[name].values():
        rows = outcome.tables.get("monthly", {})
        columns = [rows.get(column, []) for column in ("kpi", "month_start", "value")]
        for kpi, month, value in zip(*columns, strict=True):
            found.setdefault((str(kpi), str(month)[:7]), []).append(float(value))
    for (kpi, month), values in found.items():
        if any(map(math.isfinite, values)):
            at = estimate(kpi, values, drawn=result.drawn)
            quantity, part = split(kpi)
            unit = KPIS[kpi].unit.removesuffix("/year") if kpi in KPIS else OF_MONTHS[kpi]
            factor = 1.0 / scale if unit in TOTALS else 1.0
            mean, low, high = at.mean * factor, at.low * factor, at.high * factor
            yield Figure(quantity, name, "", part, month, unit, mean, low, high, at.n)
