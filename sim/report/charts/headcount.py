"""People against plan: a small picture per scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, over_time, stacked
from sim.report.charts.trajectory import draw_line
from sim.report.words import contrast, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def chart(view: View) -> Chart:
    """Headcount and plan by month; raises NothingToDraw if no plan was recorded."""
    parts = {}
    for name in view.names:
        people, plan = (
            over_time(view.outcomes(name), "monthly", "month", "value", {"kpi": f"people.{what}"})
            for what in ("headcount", "plan")
        )
        planned = dict(zip(plan["month"], plan["mean"], strict=True))
        people["plan"] = [planned.get(month, 0.0) for month in people["month"]]
        parts[name] = people
    data = stacked(parts, "scenario")
    if not all(sum(part["plan"]) for part in parts.values()):
        raise NothingToDraw("no monthly headcount with a plan in every scenario")
    gap = {name: sum(part["mean"]) / sum(part["plan"]) - 1 for name, part in parts.items()}
    said = {
        name: f"{number(abs(share), 'share')} {'below' if share < 0 else 'above'}"
        for name, share in gap.items()
    }
    title = contrast(gap, said, "planned headcount on average")
    return Chart(
        name="headcount",
        title=title,
        alt=f"People at work and planned by month, one picture per scenario. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _draw(view: View, title: str, data: Table) -> Figure:
    note = "Dashed: plan"
    if view.replicated:
        note += ". Dark band: 95 % interval of the mean; light band: " + view.range_note
    looks = view.looks
    heads = [(name, look.ink) for name, look in looks.items()]
    figure, panels = style.panels(title, view.source(note), heads, 1.9, left=0.5, gap=0.6)
    panels[0].set_ylabel("People")
    for axes, (name, look) in zip(panels, looks.items(), strict=True):
        rows = only(data, scenario=name)
        draw_line(axes, rows, "month", look, bands=view.replicated)
        axes.step(rows["month"], rows["plan"], where="post", color=style.INK, ls="--", lw=1)
        axes.set_ylim(0, 1.12 * max(*data["plan"], *data["high"]))
        axes.margins(x=0)
        style.units(axes.yaxis, "people")
        style.units(axes.xaxis, "months")
        axes.set_xlabel("Months since the start")
    return figure
