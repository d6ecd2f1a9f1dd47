"""Any monthly KPI over time: a line per scenario with the band of its mean and of replications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.record.kpis import kpi
from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, over_time, stacked
from sim.report.words import label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A KPI worth following by month; ``what`` follows its value in the title."""

    kpi: str
    what: str
    from_zero: bool = False


TRAJECTORIES = (
    Trajectory("denials.initial_rate", "of claims initially denied", from_zero=True),
    Trajectory("claims.first_pass_payment_rate", "of claims paid at first submission"),
    Trajectory("quality.coding_accuracy", "of cases coded right"),
    Trajectory("people.mean_knowledge", "of full knowledge on average"),
)


def chart(view: View, spec: Trajectory) -> Chart:
    """The chart of one KPI; raises NothingToDraw if no month has a value of it."""
    where = {"kpi": spec.kpi}
    parts = {n: over_time(view.outcomes(n), "monthly", "month", "value", where) for n in view.names}
    data = stacked(parts, "scenario")
    if not data["mean"]:
        raise NothingToDraw(f"no monthly values of {spec.kpi}")
    title = view.finding(spec.kpi, spec.what)
    return Chart(
        name=spec.kpi.replace(".", "_"),
        title=title,
        alt=f"{label(spec.kpi)} by month, one line per scenario. {title}.",
        data=data,
        draw=lambda: _draw(view, spec, title, data),
    )


def frame(view: View, title: str, note: str, what: str) -> tuple[Figure, Axes]:
    """An empty chart of lines over months, with room for their names to the right."""
    canvas = style.canvas(title, view.source(note), 4.1)
    wide = style.WIDTH - 2 * style.MARGIN - 0.6 - style.room_for(view.names)
    axes = canvas.axes(0.6, 0.5, wide, 3.3)
    canvas.text(0, 3.92, what, size=9, color=style.GREY)
    style.units(axes.xaxis, "months")
    axes.margins(x=0)
    return canvas.figure, axes


def draw_line(axes: Axes, rows: Table, when: str, look: style.Look, *, bands: bool) -> None:
    """One scenario's line and, if wanted, its bands; ``rows`` as `over_time` gives them."""
    x = rows[when]
    if bands:
        for low, high, alpha in (("low", "high", 0.15), ("ci_low", "ci_high", 0.4)):
            axes.fill_between(x, rows[low], rows[high], color=look.colour, alpha=alpha, lw=0)
    marker = "o" if len(x) == 1 else None
    axes.plot(x, rows["mean"], color=look.colour, ls=look.line, lw=2, marker=marker)


def _draw(view: View, spec: Trajectory, title: str, data: Table) -> Figure:
    figure, axes = frame(view, title, view.band_note, label(spec.kpi))
    ends = []
    for name, look in view.looks.items():
        rows = only(data, scenario=name)
        if rows["mean"]:
            draw_line(axes, rows, "month", look, bands=view.bands)
            ends.append((rows["month"][-1], rows["mean"][-1], name, look))
    style.units(axes.yaxis, kpi(spec.kpi).unit)
    if spec.from_zero:
        axes.set_ylim(bottom=0)
    axes.set_xlabel("Months since the start")
    style.name_line_ends(axes, ends)
    return figure
