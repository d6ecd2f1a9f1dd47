"""What a search for a break-even says: one sentence, the printed table, the files, the chart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.record.kpis import kpi as kpi_of
from sim.report.charts import Chart, View, standard_error
from sim.report.overload import unknown
from sim.report.terminal import printed, table
from sim.report.words import inside, interval, label, number, plain, sentence
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario
from sim.study.breakeven import BreakEven
from sim.study.compare import CAVEAT
from sim.study.replicate import StudyResult
from sim.study.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Field:
    """A varied field in words."""

    path: str

    @property
    def what(self) -> str:
        """The last two steps of the varied path in words."""
        words = " ".join(self.path.split(".")[-2:]).replace("_", " ")
        return sentence(words.removesuffix(" usd per hour").removesuffix(" annual rate"))

    @property
    def unit(self) -> str:
        """Unit of the varied field."""
        return next((o.get("unit", "") for o in Fields(Scenario).at(self.path.split("."))), "")

    def value(self, value: float, *, per: bool = True) -> str:
        """A value of the varied field, with what it is per if wanted."""
        unit = {"USD/hour": "USD", "1/year": "share"}.get(self.unit, self.unit)
        tail = {"USD/hour": " an hour", "1/year": " a year"}.get(self.unit, "") if per else ""
        return f"{value:,.4g}" if unit not in ("USD", "share") else (
            f"$ {value:,.2f}{tail}" if unit == "USD" else f"{100 * value:.3g} %{tail}"
        )  # fmt: skip

    @property
    def axis(self) -> str:
        """What an axis along it is called."""
        return f"{self.what}, {self.unit}" if self.unit not in ("", "-") else self.what

    @property
    def tick_unit(self) -> str:
        """The unit of its ticks."""
        return {"USD/hour": "", "1/year": "share"}.get(self.unit, self.unit)


@dataclass(frozen=True)
class Found:
    """A finished search, with the names of its scenarios."""

    result: StudyResult
    at: BreakEven
    path: str
    kpi: str
    baseline: str
    scenario: str
    scale: float

    @property
    def field(self) -> Field:
        """The varied field."""
        return Field(self.path)

    @property
    def finding(self) -> str:
        """Where the two come out the same, or that they do not."""
        who, base = plain(self.scenario), plain(self.baseline)
        kpi, at = inside(label(self.kpi)), self.at
        ends = [(v, i) for v, i in at.tried.items() if i.n]
        if math.isnan(at.root) and len(ends) < len(at.tried):
            return sentence(f"no verdict on where {who} and {base} break even in {kpi}")
        if math.isnan(at.root):
            (low, first), (high, last) = ends[0], ends[-1]
            said = [number(i.mean, kpi_of(self.kpi).unit, standard_error(i)) for i in (first, last)]
            return sentence(
                f"{who} and {base} do not change places in {kpi}: the difference is {said[0]} at "
                f"{self.field.value(low)} and {said[1]} at {self.field.value(high)}"
            )
        low_end, high_end = (
            self.field.value(x, per=False)
            if math.isfinite(x)
            else f"{beyond} {self.field.value(end, per=False)}"
            for x, beyond, end in ((at.low, "below", ends[0][0]), (at.high, "above", ends[-1][0]))
        )
        return sentence(
            f"{who} and {base} break even in {kpi} at a {inside(self.field.what)} of "
            f"{self.field.value(at.root)} (95 % interval {low_end} to {high_end})"
        )

    def tables(self) -> Tables:
        """The root, and the difference at each value tried."""
        unit, at = kpi_of(self.kpi).unit, self.at
        who = (self.path, self.kpi, unit, self.baseline, self.scenario)
        head = ("path", "kpi", "unit", "baseline", "scenario")
        return {
            "breakeven.csv": ((*head, "root", "ci_low", "ci_high"),
                              [(*who, at.root, at.low, at.high)]),
            "differences.csv": ((*head, "value", "n", "difference", "ci_low", "ci_high"),
                                [(*who, v, i.n, i.mean, i.low, i.high)
                                 for v, i in at.tried.items()]),
        }  # fmt: skip


def text(found: Found, colour: bool) -> str:
    """The differences as a table."""
    unit = kpi_of(found.kpi).unit
    rows = [
        (
            found.field.value(v),
            *(
                interval(i.mean, i.low, i.high, unit, difference=True)
                if i.n
                else (unknown(found.kpi), "")
            ),
        )
        for v, i in found.at.tried.items()
    ]
    heads = ("difference", "95 % interval")
    note = (
        f"{label(found.kpi)}: {plain(found.scenario)} minus {plain(found.baseline)}, by "
        f"{inside(found.field.what)}. {CAVEAT}"
    )
    return printed([table(heads, rows)], note, colour=colour)


def chart(found: Found) -> Chart:
    """The difference against the value, with its band and the root."""
    values, at = list(found.at.tried), list(found.at.tried.values())
    data = {"value": values, "difference": [i.mean for i in at],
            "ci_low": [i.low for i in at], "ci_high": [i.high for i in at]}  # fmt: skip
    return Chart(
        name="breakeven",
        title=found.finding,
        alt=f"Difference in {inside(label(found.kpi))} by {inside(found.field.what)}. "
        f"{found.finding}.",
        data=data,
        draw=lambda: _draw(found),
    )


def _draw(found: Found) -> Figure:
    from sim.report import style

    view, at = View(found.result, found.scale), found.at
    values, gaps = list(at.tried), list(at.tried.values())
    note = f"{plain(found.scenario)} minus {plain(found.baseline)} under the same random numbers"
    if view.replicated:
        note += "; band: 95 % interval of the mean; bar on the zero line: where it holds zero"
    heads = [(f"Difference in {inside(label(found.kpi))}", style.INK)]
    figure, [axes] = style.panels(found.finding, view.source(note), heads, 3.2, left=0.9, gap=0.0)
    colour = style.PALETTE[1]
    axes.plot(values, [i.mean for i in gaps], "o-", color=colour, lw=2, ms=5)
    if view.replicated:
        edges = [i.low for i in gaps], [i.high for i in gaps]
        axes.fill_between(values, *edges, color=colour, alpha=0.25, lw=0)
    axes.axhline(0, color=style.INK, lw=1)
    if not math.isnan(at.root):
        ends = [min(max(x, values[0]), values[-1]) for x in (at.low, at.high)]
        axes.plot(ends, (0, 0), color=style.INK, lw=4, solid_capstyle="butt", zorder=3)
        axes.plot(at.root, 0, "o", ms=9, mec="white", mfc=style.INK, zorder=4)
        axes.annotate(found.field.value(at.root), (at.root, 0), (6, 8), textcoords="offset points")
    axes.margins(x=0.03, y=0.12)
    style.units(axes.yaxis, kpi_of(found.kpi).unit)
    style.units(axes.xaxis, found.field.tick_unit)
    axes.set_xlabel(found.field.axis)
    return figure
