"""Open work over time: a small picture per queue, a line per scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, over_time, stacked
from sim.report.charts.trajectory import draw_line
from sim.report.words import inside, label, number, plain, sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def chart(view: View) -> Chart:
    """Backlog by queue and week; raises NothingToDraw if no queue was observed."""
    outcomes = [outcome for name in view.names for outcome in view.outcomes(name)]
    queues = dict.fromkeys(q for o in outcomes for q in o.tables.get("queues", {}).get("queue", []))
    if not queues:
        raise NothingToDraw("no weekly backlog of any queue")
    parts = {}
    for queue in queues:
        key = ("queues", "week", "backlog", {"queue": queue}, f"work.backlog_days.{queue}")
        parts[queue] = stacked(
            {n: over_time(view.outcomes(n), *key) for n in view.names}, "scenario"
        )
    data = stacked(parts, "queue")
    title = _finding(view, data)
    return Chart(
        name="backlog",
        title=title,
        alt=f"Items waiting in each queue by week, one line per scenario. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _finding(view: View, data: Table) -> str:
    """How much work is left open at the end, and where most of it lies."""
    last = {name: only(data, scenario=name) for name in view.names}
    last = {name: only(rows, week=max(rows["week"], default=0)) for name, rows in last.items()}
    waiting = {name: sum(rows["mean"]) for name, rows in last.items()}
    said = {
        n: number(float(f"{items:.2g}"), "items", 1.0 if items >= 10 else 0.1)
        for n, items in waiting.items()
    }
    most, least = (pick(waiting, key=lambda name: waiting[name]) for pick in (max, min))
    if not waiting[most]:
        return "No work is waiting at the end"
    _, queue = max(zip(last[most]["mean"], last[most]["queue"], strict=True))
    where = f"waiting at the end, most in {inside(label(queue))}"
    if len(waiting) == 1:
        return sentence(f"{plain(most)} leaves {said[most]} {where}")
    if said[most] == said[least]:
        return f"Every scenario leaves {said[most]} {where}"
    return sentence(
        f"{plain(most)} leaves {said[most]} {where}; {plain(least)} leaves {said[least]}"
    )


def _draw(view: View, title: str, data: Table) -> Figure:
    queues = list(dict.fromkeys(data["queue"]))
    looks = view.looks
    note = ". ".join(filter(None, ("Each queue has its own scale", view.band_note)))
    heads = [(f"{label(queue)}, items", style.INK) for queue in queues]
    figure, panels = style.panels(
        title, view.source(note), heads, 1.35, left=0.5, gap=0.6, key=looks
    )
    for axes, queue in zip(panels, queues, strict=True):
        of_queue = only(data, queue=queue)
        for name, look in looks.items():
            draw_line(axes, only(of_queue, scenario=name), "week", look, bands=view.bands)
        axes.margins(x=0)
        axes.set_ylim(bottom=0)
        style.units(axes.yaxis, "items")
        style.units(axes.xaxis, "items")
        axes.set_xlabel("Weeks since the start")
    return figure
