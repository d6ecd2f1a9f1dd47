"""What a sweep says: its varied paths in words, the finding in one sentence, the printed table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.record.kpis import kpi as kpi_of
from sim.report.charts import View, standard_error
from sim.report.published import PUBLISHED, band, published_text
from sim.report.terminal import printed, table, wrapped
from sim.report.words import inside, interval, label, number, plain, sentence
from sim.scenario.problems import did_you_mean
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario
from sim.study import StudyError
from sim.study.compare import BETTER, CAVEAT, HIGHER, LOWER, WORSE, Comparison
from sim.study.estimate import difference
from sim.study.overload import OVERLOADED, judged, overloaded_names
from sim.study.replicate import StudyResult, kpi_names
from sim.study.statistics import PairedDifference
from sim.study.sweep import Design, shown

KPIS = ("denials.initial_rate", "quality.coding_accuracy", "money.net_revenue_realisation",
        "money.net_value_usd", "money.days_in_ar", "people.mean_knowledge")  # fmt: skip
IN_TITLE = 3  # KPIs
ALPHA = 0.05  # chance of any false word in the title
MOST_ROWS, MOST_COLUMNS, MOST_PATHS = 20, 7, 2  # of the printed table
MARKS = {BETTER: " ▲", WORSE: " ▼", HIGHER: " ◆", LOWER: " ◆"}


@dataclass(frozen=True, slots=True)
class Varied:
    """A varied path: what it is called, and where each point lies along it."""

    path: str
    values: tuple[Any, ...]
    unit: str

    @classmethod
    def of(cls, design: Design) -> "list[Varied]":
        """The paths of a design with their units."""
        fields = Fields(Scenario)
        units = {p: [o.get("unit", "") for o in fields.at(p.split("."))] for p in design.paths}
        columns = zip(*(map(shown, row) for row in design.values), strict=True)
        return [
            cls(path, values, (units[path] or [""])[0])
            for path, values in zip(design.paths, columns, strict=True)
        ]

    @property
    def label(self) -> str:
        """The last two steps of the path in words."""
        return sentence(" ".join(self.path.split(".")[-2:]).replace("_", " "))

    @property
    def numeric(self) -> bool:
        """Whether the values lie on a scale; otherwise they stand side by side, as written."""
        return all(isinstance(value, int | float) for value in self.values)

    @property
    def steps(self) -> list[Any]:
        """The different values, in ascending order or as written."""
        different = list(dict.fromkeys(self.values))
        return sorted(different) if self.numeric else different

    @property
    def places(self) -> list[float]:
        """Where each point lies on an axis."""
        return [float(v) if self.numeric else float(self.steps.index(v)) for v in self.values]

    def say(self, value: Any) -> str:
        """A value with its unit."""
        if not isinstance(value, int | float):
            return plain(str(value), 24)
        if self.unit in ("share", "1/year"):
            return f"{100 * value:.6g} %" + (" a year" if self.unit == "1/year" else "")
        words = self.unit if self.unit.isalpha() and self.unit not in ("ratio", "log") else ""
        return "$ " * (words == "USD") + f"{value:,.6g} {words.replace('USD', '')}".strip()


@dataclass(frozen=True)
class Swept:
    """A finished sweep of the scenario called `name`, and the KPIs to speak of."""

    view: View
    varied: Sequence[Varied]
    name: str
    kpis: Sequence[str]

    @cached_property
    def known(self) -> StudyResult:
        """The study without the money of points that do not keep up with their work."""
        return judged(self.view.result)

    @cached_property
    def keeping_up(self) -> list[int]:
        """The points that keep up with their work, counted from 0."""
        behind = overloaded_names(self.view.result)
        return [i for i, name in enumerate(self.view.names) if name not in behind]

    def difference(self, kpi: str, base: int, point: int) -> PairedDifference:
        """A KPI at one point less that at another, counted from 0; not known of money as above."""
        names = self.view.names
        left, right = (self.known.outcomes[names[i]] for i in (base, point))
        both = [r for r in left if r in right]
        a, b = ([side[r].kpis.get(kpi, math.nan) for r in both] for side in (left, right))
        return difference(kpi, a, b)

    def said(self, kpi: str, base: int, point: int, *, ends: bool) -> str:
        """How a KPI changes from one point to another, in words, with its interval if wanted.

        A change is claimed so that of all KPIs named none is claimed falsely at 95 % (Bonferroni).
        """
        pair, called = self.difference(kpi, base, point), inside(label(kpi))
        gap = pair.interval
        if not gap.n:
            return f"no verdict on {called}"
        shown, between = interval(gap.mean, gap.low, gap.high, unit_of(kpi), difference=True)
        between = f" (95 % interval {between})" if ends and between else ""
        if gap.n != 1 and not pair.p * len(self.kpis[:IN_TITLE]) < ALPHA:
            return f"no clear change in {called}{between}"
        return f"{called} {'rises' if gap.mean > 0 else 'falls'} by {shown.lstrip('+−')}{between}"

    def finding(self, *, ends: bool = False) -> str:
        """The answer in one sentence: along one scale, or between the best and the worst point.

        It speaks of the points that keep up with their work, if there are several.
        """
        [along, *others] = self.varied
        points = self.keeping_up if len(self.keeping_up) > 1 else range(len(self.view.names))
        if along.numeric and not others:
            low, high = (pick(points, key=along.values.__getitem__) for pick in (min, max))
            said = [self.said(k, low, high, ends=ends) for k in self.kpis[:IN_TITLE]]
            first, last = (along.say(along.values[i]) for i in (low, high))
            between = f"{first.removesuffix(' a year')} to {last}"
            return f"{along.label} from {between}: {', '.join(said)}{self._doubt}"
        kpi = self.kpis[0]
        means = [self.view.estimate(name, kpi).mean for name in self.view.names]
        known = [i for i in points if math.isfinite(means[i])]
        low, high = (pick(known, key=lambda i: means[i]) for pick in (min, max))
        pair = self.difference(kpi, low, high)
        gap = pair.interval
        if not gap.n:
            return f"No verdict on {inside(label(kpi))}"
        # Which two are the ends is seen from the same numbers: every pair is looked at.
        if gap.n != 1 and not pair.p * math.comb(len(known), 2) < ALPHA:
            return f"{label(kpi)} does not clearly differ between the points"
        told = (f"{number(means[i], unit_of(kpi), gap.sd / gap.n**0.5)} at {self.where(i)}"
                for i in (low, high))  # fmt: skip
        return "{} is lowest with {}, highest with {}{}".format(label(kpi), *told, self._doubt)

    @property
    def _doubt(self) -> str:
        return "" if self.view.replicated else " (one replication: it may be chance)"

    def where(self, point: int) -> str:
        """The values of a point in words."""
        return ", ".join(f"{inside(v.label)} {v.say(v.values[point])}" for v in self.varied)


def swept(
    result: StudyResult,
    design: Design,
    comparisons: Sequence[Comparison],
    *,
    name: str,
    scale: float,
    kpis: Sequence[str] = (),
) -> Swept:
    """A finished sweep, to speak of these KPIs or of the usual ones.

    Raises StudyError if one that is asked for has no value at any point.
    """
    view = View(result, scale, comparisons)
    every = kpi_names(o for by in result.outcomes.values() for o in by.values())
    known = [k for k in kpis or KPIS if any(view.estimate(point, k).n for point in view.names)]
    missing = [k for k in kpis or KPIS[:1] if k not in known]
    if missing and (kpis or not known):
        near = did_you_mean(missing[0], every)
        raise StudyError(f"no replication has a value of {missing[0]!r}; {near}".rstrip("; "), 2)
    return Swept(view, Varied.of(design), name, known)


def unit_of(kpi: str) -> str:
    """The unit in which a KPI is written; its label says per what."""
    unit = kpi_of(kpi).unit
    return "USD" if unit == "USD/year" else unit


def sweep_text(swept: Swept, colour: bool = False) -> str:
    """The KPIs at every point, marked where they clearly differ from the first; empty if many."""
    view, varied = swept.view, swept.varied if len(swept.varied) <= MOST_PATHS else ()
    if len(view.names) > MOST_ROWS:
        return ""
    kpis = swept.kpis[: MOST_COLUMNS - len(varied)]
    verdicts = {(row.scenario, row.kpi.name): row.verdict for row in view.comparison}
    rows = []
    for point, name in enumerate(view.names):
        behind = "" if point in swept.keeping_up else " ×"
        row = [f"{point + 1}{behind}", *(v.say(v.values[point]) for v in varied)]
        for kpi in kpis:
            at, mark = view.estimate(name, kpi), MARKS.get(verdicts.get((name, kpi), ""), "  ")
            row.append(number(at.mean, unit_of(kpi), standard_error(at)) + mark)
        rows.append(row)
    if any(kpi in PUBLISHED for kpi in kpis):
        bands = (band(kpi).replace(" to ", " to\n") for kpi in kpis)
        rows.append(["Published", *("" for _ in varied), *bands])
    heads = [*(v.label for v in varied), *(f"{label(kpi)}  " for kpi in kpis)]
    left = f" ×: {OVERLOADED}." if len(swept.keeping_up) < len(view.names) else ""
    sources = wrapped(published_text(kpis))
    note = (
        f"Against point 1, clearly: ▲ better, ▼ worse, ◆ other.{left} {CAVEAT}\n{sources}".rstrip()
    )
    return printed([table(heads, rows)], note, colour=colour)
