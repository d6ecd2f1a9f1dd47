"""The charts, one module each. Here: what a chart is, and how charts read a study."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.record.kpis import kpi as kpi_of
from sim.report.style import Look, looks
from sim.report.words import contrast, number, plain
from sim.study.compare import BETTER, CAVEAT, HIGHER, LOWER, UNDEFINED, WORSE, Comparison, compare
from sim.study.estimate import estimate
from sim.study.overload import OVERLOADED, is_money, overloaded_names
from sim.study.replicate import values_of
from sim.study.statistics import Floats, Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.record.record import Outcome, Table
    from sim.study.replicate import StudyResult

CLEAR = (BETTER, WORSE, HIGHER, LOWER)
ENOUGH = 19  # replications: the least and the largest bound one future nine times in ten
MAX_BANDS = 4  # with more scenarios the bands hide each other and the lines


@dataclass(frozen=True, slots=True)
class Chart:
    """A finding, the numbers behind it and how to draw them.

    ``data`` holds every plotted number; ``draw`` plots these and gives a new figure at each call.
    """

    name: str  # of the files, without suffix
    title: str
    alt: str  # what is shown, for those who cannot see it
    data: "Table"
    draw: "Callable[[], Figure]"


class NothingToDraw(Exception):  # noqa: N818 - a chart left out is not an error
    """Why a chart is left out, in words for the user."""


@dataclass(frozen=True, slots=True)
class View:
    """A study as the charts look at it."""

    result: "StudyResult"
    scale: float
    comparison: Sequence[Comparison] = ()
    among: tuple[str, ...] = ()  # all scenarios of the study this is a part of
    palette: tuple[str, ...] = ()  # colours of the scenarios, if not the usual ones

    @property
    def names(self) -> tuple[str, ...]:
        """Scenarios in their order; the first is the baseline."""
        return self.result.names

    def outcomes(self, name: str) -> "list[Outcome]":
        """What the replications of a scenario left behind, in their order."""
        return list(self.result.outcomes[name].values())

    def values(self, name: str, kpi: str) -> list[float]:
        """A KPI of a scenario by replication."""
        return [outcome.kpis.get(kpi, float("nan")) for outcome in self.outcomes(name)]

    def estimate(self, name: str, kpi: str) -> Interval:
        """Mean of a KPI over the replications of a scenario, and its interval (`estimate`)."""
        return estimate(kpi, values_of(self.result, name, kpi), drawn=self.result.drawn)

    def finding(self, kpi: str, what: str) -> str:
        """One sentence on a KPI in all scenarios; ``what`` follows the number."""
        at = {name: i for name in self.names if (i := self.estimate(name, kpi)).n}
        if not at:
            raise NothingToDraw(f"no replication has a value of {kpi}")
        said = {n: number(i.mean, kpi_of(kpi).unit, standard_error(i)) for n, i in at.items()}
        finding = contrast({name: i.mean for name, i in at.items()}, said, what)
        doubt = self.doubt(list(at)[1], kpi) if len(at) == 2 else self.unjudged(kpi)
        return f"{finding} ({doubt})" if doubt else finding

    def unjudged(self, kpi: str) -> str:
        """That no verdict on a KPI is given, where it is money that somebody falls behind."""
        falls_behind = is_money(kpi) and overloaded_names(self.result)
        return f"no verdict: {OVERLOADED}" if falls_behind else ""

    def doubt(self, name: str, kpi: str) -> str:
        """Why no difference from the baseline can be claimed; empty where one can, or none was."""
        rows = [c for c in self.comparison if (c.scenario, c.kpi.name) == (name, kpi)]
        [row, *_] = rows or [c for c in compare(self.result, kpis=[kpi]) if c.scenario == name]
        if row.verdict in (*CLEAR, UNDEFINED):
            return ""
        if row.verdict == OVERLOADED:
            return f"no verdict: {OVERLOADED}"
        return row.verdict if row.verdict.startswith("no") else "not clear yet"

    @property
    def looks(self) -> dict[str, Look]:
        """The look of each scenario, the same in every chart of the study."""
        every = looks(self.among or self.names, self.palette)
        return {name: every[name] for name in self.names}

    def source(self, note: str = "") -> str:
        """The line under a chart: what is drawn, which scenarios, replications, seed and scale."""
        counts = sorted({len(self.result.outcomes[name]) for name in self.names})
        who = ", ".join(plain(name, 24) for name in self.names[:4])
        if len(self.names) > 4:
            who = f"{len(self.names)} scenarios, baseline {plain(self.names[0], 24)}"
        if counts[-1] == 1:
            runs = "one replication, so no interval of the mean"
        else:
            runs = f"{'–'.join(map(str, counts[:: max(len(counts) - 1, 1)]))} replications"
        seed, scale = f"seed {self.result.seed}", f"hospital at scale {self.scale:g}"
        parts = (note, f"Source: denialloop, {who} · {runs} · {seed} · {scale}", CAVEAT.rstrip("."))
        return ". ".join(part for part in parts if part) + "."

    @property
    def replicated(self) -> bool:
        """Whether there is more than one replication, and hence an interval."""
        return any(len(outcomes) > 1 for outcomes in self.result.outcomes.values())

    @property
    def bands(self) -> bool:
        """Whether there is a band to draw, and room for it."""
        return self.replicated and len(self.names) <= MAX_BANDS

    @property
    def band_note(self) -> str:
        """What the bands mean, for the source line."""
        if self.bands:
            return f"Dark band: 95 % interval of the mean; light band: {self.range_note}"
        return "Bands of so many scenarios would hide each other" if self.replicated else ""

    @property
    def range_note(self) -> str:
        """What the columns `low` and `high` of `over_time` hold, in words."""
        counts = [len(self.result.outcomes[name]) for name in self.names]
        if min(counts) >= ENOUGH:
            return "where a single future lies nine times in ten"
        return "all replications, too few to tell where nine futures in ten lie"


def standard_error(interval: Interval) -> float:
    """Standard error of the mean; nan where one value tells nothing of it."""
    return interval.sd / float(np.sqrt(interval.n)) if interval.n else float("nan")


def over_time(
    outcomes: "Sequence[Outcome]",
    table: str,
    when: str,
    value: str,
    where: Mapping[str, str],
    kpi: str = "",
) -> "Table":
    """A column by period: mean, its 95 % interval, and between which ends a single future lies.

    These are the ends of `prediction_interval` that need no distribution: of fewer replications
    than `ENOUGH` the least and the largest. The interval is that of ``kpi``, whose kind the values
    are: nan where it is not to be trusted.

    ``where`` selects the rows of the table. A period without any defined value is left out.
    """
    found: dict[int, list[float]] = {}
    wanted = list(where.values())
    for outcome in outcomes:
        rows = outcome.tables.get(table, {})
        columns = [rows.get(column, []) for column in (when, value, *where)]
        for period, v, *keys in zip(*columns, strict=True):
            if keys == wanted and math.isfinite(v):
                found.setdefault(period, []).append(v)
    edges: dict[int, Floats] = {}
    for count in {len(values) for values in found.values()}:  # as a rule all have as many: at once
        alike = [period for period, values in found.items() if len(values) == count]
        rows_of = [found[period] for period in alike]
        both = np.quantile(rows_of, (0.05, 0.95), axis=1, method="weibull")
        edges |= zip(alike, both.T, strict=True)
    band: Table = {column: [] for column in (when, "mean", "ci_low", "ci_high", "low", "high")}
    for period in sorted(found):
        interval = estimate(kpi, found[period])
        row = (period, interval.mean, interval.low, interval.high, *map(float, edges[period]))
        for column, v in zip(band, row, strict=True):
            band[column].append(v)
    return band


def stacked(parts: "Mapping[str, Table]", first: str) -> "Table":
    """Tables with the same columns under each other, their key in a new first column."""
    columns = next(iter(parts.values()))
    below: Table = {first: [key for key, part in parts.items() for _ in next(iter(part.values()))]}
    return below | {c: [v for part in parts.values() for v in part[c]] for c in columns}


def only(table: "Table", **where: object) -> "Table":
    """The rows of a table in which each named column has the given value."""
    keep = [
        i
        for i in range(len(next(iter(table.values()))))
        if all(table[column][i] == value for column, value in where.items())
    ]
    return {column: [values[i] for i in keep] for column, values in table.items()}
