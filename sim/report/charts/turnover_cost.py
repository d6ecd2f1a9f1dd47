"""What leaving costs the employer: recruiting, classroom and mentors, per year and per leaver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, standard_error
from sim.report.words import label, number, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PER_YEAR, PER_LEAVER = "people.turnover_cost_usd_per_year", "people.turnover_cost_usd_per_leaver"
ROW, NAMES, GAP = 0.5, 2.0, 0.5  # inches


def chart(view: View) -> Chart:
    """Bars with intervals; raises NothingToDraw if nobody left or was replaced."""
    data: Table = {c: [] for c in ("scenario", "kpi", "usd", "se", "ci_low", "ci_high")}
    for name in view.names:
        for kpi in (PER_YEAR, PER_LEAVER):
            at = view.estimate(name, kpi)
            if at.n:
                row = (name, kpi, at.mean, standard_error(at), at.low, at.high)
                for column, value in zip(data.values(), row, strict=True):
                    column.append(value)
    if not any(data["usd"]):
        raise NothingToDraw("nobody left and was replaced")
    title = view.finding(PER_YEAR, "spent on replacing leavers")
    return Chart(
        name="turnover_cost",
        title=title,
        alt=f"Cost of turnover per year and per leaver, a bar per scenario. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _draw(view: View, title: str, data: Table) -> Figure:
    height = ROW * len(view.names)
    note = "Recruiting, classroom wages and mentors' time of the whole run"
    note += "; whiskers: 95 % interval" if view.replicated else ""
    canvas = style.canvas(title, view.source(note), height + 1.0)
    wide = (style.WIDTH - 2 * style.MARGIN - NAMES - GAP) / 2
    for i, name in enumerate(view.names):
        shown = style.wrap(plain(name, 44), NAMES - 0.15, 9)
        y = 0.55 + height - ROW * (i + 0.5)
        ink = view.looks[name].ink
        canvas.text(NAMES - 0.1, y, shown, size=9, ha="right", va="center", color=ink)
    for column, kpi in enumerate((PER_YEAR, PER_LEAVER)):
        axes = canvas.axes(NAMES + (wide + GAP) * column, 0.55, wide, height)
        rows = only(data, kpi=kpi)
        reach = max([*rows["usd"], *(x for x in rows["ci_high"] if x == x)], default=0.0) or 1.0
        axes.set(xlim=(0, 1.3 * reach), ylim=(len(view.names), 0), yticks=[])
        axes.set_title(label(kpi), size=10, weight="bold", loc="left")
        style.units(axes.xaxis, "USD")
        for name, usd, se, low, high in zip(*(rows[c] for c in ("scenario", *tuple(data)[2:])),
                                            strict=True):  # fmt: skip
            place = view.names.index(name) + 0.5
            axes.barh(place, usd, 0.62, color=view.looks[name].colour)
            end = usd
            if high > low:
                axes.errorbar(usd, place, xerr=(high - low) / 2, color=style.INK, lw=1, capsize=2.5)
                end = high
            shown = " " + number(usd, "USD", se)
            axes.text(end + 0.01 * reach, place, shown, size=9, va="center")
    return canvas.figure
