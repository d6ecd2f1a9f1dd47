"""The one table of results: each figure of a study with its part, period, unit and interval.

Money is per year and, like people, at full size, as the KPIs are; of a month it is the month's.
What is told anywhere of a study can be looked up here; `results.csv` is this table.
"""

from __future__ import annotations

import csv
import math
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sim.record.kpi import Kpi
from sim.record.kpis import KPIS
from sim.record.record import Outcome
from sim.study.compare import Comparison, summarise
from sim.study.estimate import estimate
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval

OF_MONTHS = {
    "claims.count": "claims",
    "money.inpatient_realisation": "share",
    "people.plan": "people",
    "people.producing": "people",
    "work.backlog": "items",
    "work.backlog_over_30_days": "items",
}
"""Units of what is told by month only."""
TOTALS = ("USD", "people", "claims", "items")
"""Units of monthly figures that are in proportion to the hospital."""


WAITING = ("queue", "week", "backlog", "age_over_30")
"""Columns of the table of queues that say what waits."""
GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
"""How text begins that got an apostrophe in a table, so that no spreadsheet computes it."""


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
    def kpi(self) -> str:
        """The name that the KPI has elsewhere: quantity and part."""
        return f"{self.quantity}.{self.part}" if self.part else self.quantity

    def over(self, amount: float) -> Figure:
        """The same relative to an exact amount."""
        value, low, high = (x / amount for x in (self.value, self.low, self.high))
        return self._replace(value=value, low=low, high=high)

    def less(self, amount: float) -> Figure:
        """The same with an exact amount taken off."""
        value, low, high = (x - amount for x in (self.value, self.low, self.high))
        return self._replace(value=value, low=low, high=high)

    @property
    def mean(self) -> float:
        """The value, by the name that it has in an `Interval`."""
        return self.value

    @property
    def se(self) -> float:
        """A quarter of the interval, which is about the standard error of the mean."""
        return (self.high - self.low) / 4

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
    means, gaps = defaultdict(list), defaultdict(list)
    for row in summarise(result):
        means[row.scenario].append(row)
    for pair in comparisons:
        gaps[pair.scenario].append(pair)
    for name in result.names:
        period = period_of(result, name)
        for row in means[name]:
            yield _figure(row.kpi, name, "", period, row.interval)
        for pair in gaps[name]:
            yield _figure(pair.kpi, name, pair.baseline, period, pair.difference)
        yield from _by_payer(result, name, period)
        yield from _months(result, name)


def _figure(kpi: Kpi, scenario: str, against: str, period: str, at: Interval) -> Figure:
    quantity, part = split(kpi.name)
    ends = (at.mean, at.low, at.high)
    return Figure(quantity, scenario, against, part, period, kpi.unit, *ends, at.n)


def _scale(result: StudyResult, name: str) -> float:
    said = result.scenarios.get(name, {})
    return float(said.get("hospital", {}).get("scale", 1.0))


def _by_payer(result: StudyResult, name: str, period: str) -> Iterator[Figure]:
    """Dollars denied at first by payer and category, in the months of which every day counts."""
    first, _, last = period.partition("/")
    found: dict[tuple[str, str], dict[int, float]] = {}
    months: set[str] = set()
    for r, outcome in result.outcomes[name].items():
        rows = outcome.tables.get("denials", {})
        columns = (rows.get(column, []) for column in ("month_start", "payer", "category", "usd"))
        for month, payer, category, usd in zip(*columns, strict=True):
            if first <= str(month) and _month_end(str(month)) <= last:
                months.add(str(month))
                by = found.setdefault((str(payer), str(category)), {})
                by[r] = by.get(r, 0.0) + float(usd)
    per_year = 12.0 / (max(len(months), 1) * _scale(result, name))
    for (payer, category), by in sorted(found.items()):
        values = [per_year * by.get(r, 0.0) for r in result.outcomes[name]]
        at = estimate("money.denied_usd", values, drawn=result.drawn)
        yield Figure(
            "denials.denied_usd",
            name,
            "",
            f"{payer} / {category}",
            period,
            "USD/year",
            at.mean,
            at.low,
            at.high,
            at.n,
        )


def _month_end(start: str) -> str:
    """The last day of a month that begins so."""
    begins = date.fromisoformat(start)
    return (begins + timedelta(monthrange(begins.year, begins.month)[1] - 1)).isoformat()


def _months(result: StudyResult, name: str) -> Iterator[Figure]:
    """What is known by month: KPIs by month of service, people, money, and work that waits."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for outcome in result.outcomes[name].values():
        for key, value in _monthly(outcome, str(result.scenarios[name]["start"])).items():
            found.setdefault(key, []).append(value)
    scale = _scale(result, name)
    for (kpi, part, month), values in found.items():
        if any(map(math.isfinite, values)):
            waits = kpi.startswith("work.backlog")
            at = estimate("work.backlog_days." if waits else kpi, values, drawn=result.drawn)
            unit = KPIS[kpi].unit.removesuffix("/year") if kpi in KPIS else OF_MONTHS[kpi]
            factor = 1.0 / scale if unit in TOTALS else 1.0
            mean, low, high = at.mean * factor, at.low * factor, at.high * factor
            quantity, own = split(kpi)
            yield Figure(quantity, name, "", part or own, month, unit, mean, low, high, at.n)


def _monthly(outcome: Outcome, start: str) -> dict[tuple[str, str, str], float]:
    """One replication by KPI, part and month."""
    found: dict[tuple[str, str, str], float] = {}
    for kpi, month, value in _columns(outcome, "monthly", "kpi", "month_start", "value"):
        found[str(kpi), "", str(month)[:7]] = float(value)
    begins = date.fromisoformat(start)
    total: dict[tuple[str, str, int], float] = {}
    for queue, week, waiting, old in _columns(outcome, "queues", *WAITING):
        found["work.backlog", str(queue), _month(begins, week)] = float(waiting)
        for kpi, value in (("work.backlog", waiting), ("work.backlog_over_30_days", old)):
            total[kpi, "", week] = total.get((kpi, "", week), 0.0) + float(value)
    for (kpi, part, week), value in total.items():
        found[kpi, part, _month(begins, week)] = value  # its last week stands for a month's end
    sums: dict[tuple[str, str, str], list[float]] = {}
    for team, week, plan, net in _columns(outcome, "people", "team", "week", "plan", "net"):
        month = _month(begins, week)
        sums.setdefault(("people.plan", str(team), month), []).append(float(plan))
        producing = float(plan) + float(net)
        sums.setdefault(("people.producing", str(team), month), []).append(producing)
    found.update({key: math.fsum(values) / len(values) for key, values in sums.items()})
    return found


def _month(start: date, week: int) -> str:
    """The month in which a week of the run begins."""
    return (start + timedelta(7 * int(week))).isoformat()[:7]


def _columns(outcome: Outcome, table: str, *names: str) -> Iterator[tuple[Any, ...]]:
    """Some columns of a table of a replication, row by row; nothing where it lacks one."""
    rows = outcome.tables.get(table, {})
    if all(name in rows for name in names):
        yield from zip(*(rows[name] for name in names), strict=True)


def none(kpi: str, scenario: str, against: str = "") -> Figure:
    """The row of what is not known."""
    quantity, part = split(kpi)
    nan = math.nan
    return Figure(quantity, scenario, against, part, "", "", nan, nan, nan, 0)


class Results:
    """The rows of a study, found by KPI, scenario and month."""

    def __init__(self, names: Sequence[str], rows: Sequence[Figure]) -> None:
        self.names, self.rows = tuple(names), tuple(rows)
        self._of: dict[tuple[str, str, str], Figure] = {}
        self._months: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        self._parts: dict[tuple[str, str, str], dict[str, Figure]] = defaultdict(dict)
        for row in self.rows:
            if row.spans:
                self._of[row.kpi, row.scenario, row.against] = row
                self._parts[row.quantity, row.scenario, row.against][row.part] = row
            else:
                self._months[row.kpi, row.scenario].append(row)

    def of(self, kpi: str, scenario: str, against: str = "") -> Figure:
        """A KPI of a scenario, or its difference `against` the baseline; n is 0 without values."""
        return self._of.get((kpi, scenario, against)) or none(kpi, scenario, against)

    def parts(self, quantity: str, scenario: str, against: str = "") -> dict[str, Figure]:
        """The members of a family, by part."""
        return self._parts.get((quantity, scenario, against), {})

    def members(self, quantity: str, scenario: str) -> list[str]:
        """The parts of a monthly quantity."""
        rows = (row for (_, of), by in self._months.items() if of == scenario for row in by[:1])
        return [row.part for row in rows if row.quantity == quantity]

    def months(self, kpi: str, scenario: str) -> list[Figure]:
        """A KPI of a scenario by month."""
        return self._months.get((kpi, scenario), [])


def read_rows(text: str) -> list[Figure]:
    """The rows of `results.csv`."""
    return [
        Figure(
            quantity=_unguarded(row["quantity"]),
            scenario=_unguarded(row["scenario"]),
            against=_unguarded(row["against"]),
            part=_unguarded(row["part"]),
            period=row["period"],
            unit=row["unit"],
            value=float(row["value"] or "nan"),
            low=float(row["low"] or "nan"),
            high=float(row["high"] or "nan"),
            n=int(row["n"]),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def _unguarded(text: str) -> str:
    return text[1:] if text[:2] in GUARDED else text
