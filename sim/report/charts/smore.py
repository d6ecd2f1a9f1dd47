"""Error and risk apart: the mean with its interval, and where single replications fall.

After the SMORE plot (Nelson 2008): readers take the interval of a mean for the range of what may
happen; here both are drawn. What may happen is a prediction interval for one future, which is wider
than the replications where these are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, standard_error
from sim.report.words import label, number, plain, sentence
from sim.study.overload import overloaded_names
from sim.study.statistics import prediction_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KPIS = ("money.net_value_usd", "denials.initial_rate")
FUTURE = 0.9  # chance that a single future lies between the ticks
MOST_DOTS = 100  # of a scenario: more hide each other, and make a heavy picture
LEAST = 5  # replications: with fewer the prediction is too wide to be of use
ROW, NAMES, GAP = 0.8, 1.9, 0.5  # inches


def chart(view: View) -> Chart:
    """Rows of dots by KPI; raises NothingToDraw with too few replications."""
    columns = ("scenario", "kpi", "mean", "se", "ci_low", "ci_high", "future_low", "future_high")
    data: Table = {c: [] for c in columns}
    for name in view.names:
        for kpi in KPIS:
            values = [v for v in view.values(name, kpi) if v == v]
            if len(values) < LEAST:
                raise NothingToDraw(f"fewer than {LEAST} replications have a value of {kpi}")
            at = view.estimate(name, kpi)
            row = [name, kpi, at.mean, standard_error(at), at.low, at.high,
                   *prediction_interval(values, FUTURE)]  # fmt: skip
            for column, value in zip(data.values(), row, strict=True):
                column.append(value)
    title = _finding(view, data)
    return Chart(
        name="mean_and_risk",
        title=title,
        alt=f"Every replication as a dot, with the mean and where one future lies. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _finding(view: View, data: Table) -> str:
    """Mean of the net value in the scenario where it is largest, and where one future lies.

    That is one that keeps up with its work, if any does.
    """
    rows, behind = only(data, kpi=KPIS[0]), overloaded_names(view.result)
    keeping_up = [i for i, name in enumerate(view.names) if name not in behind]
    if not keeping_up:
        return f"Net value has {view.unjudged(KPIS[0])}"
    best = max(keeping_up, key=lambda i: rows["mean"][i])
    shown = number(rows["mean"][best], "USD/year", rows["se"][best])
    ends = (number(rows[f"future_{end}"][best], "USD", rows["se"][best]) for end in ("low", "high"))
    return sentence(
        f"{plain(view.names[best])}: {shown} of net value on average; a single future lies between "
        f"{' and '.join(ends)} nine times in ten"
    )


def _draw(view: View, title: str, data: Table) -> Figure:
    height = ROW * len(view.names)
    note = (
        f"Dots: replications, at most {MOST_DOTS}. Diamond: mean with its 95 % interval. Ticks: "
        "between them a single future lies nine times in ten"
    )
    canvas = style.canvas(title, view.source(note), height + 0.9)
    wide = (style.WIDTH - 2 * style.MARGIN - NAMES - GAP) / len(KPIS)
    for i, name in enumerate(view.names):
        y = 0.5 + height - ROW * (i + 0.5)
        shown = style.wrap(plain(name, 44), NAMES - 0.15, 9)
        ink = view.looks[name].ink
        canvas.text(NAMES - 0.1, y, shown, size=9, ha="right", va="center", color=ink)
    for column, kpi in enumerate(KPIS):
        axes = canvas.axes(NAMES + (wide + GAP) * column, 0.5, wide, height)
        said = f"{label(kpi)}, per year" if kpi_of(kpi).unit == "USD/year" else label(kpi)
        axes.set_title(said, size=10, weight="bold", loc="left")
        axes.set(ylim=(len(view.names), 0), yticks=[])
        axes.margins(x=0.06)
        for i, name in enumerate(view.names):
            rows = only(data, scenario=name, kpi=kpi)
            at = {c: values[0] for c, values in rows.items()}
            values = [v for v in view.values(name, kpi) if v == v][:MOST_DOTS]
            _row(axes, i + 0.5, values, at, view.looks[name])
        style.units(axes.xaxis, kpi_of(kpi).unit)
        axes.grid(visible=False, axis="y")
    return canvas.figure


def _row(axes: Axes, y: float, values: list[float], at: dict[str, float], look: style.Look) -> None:
    """One scenario: dots a little apart in the order of the replications, then the estimates."""
    spread = [y - 0.26 + 0.05 * (i % 5) for i in range(len(values))]
    axes.plot(values, spread, "o", ms=3.5, color=look.colour, alpha=0.45, mew=0)
    axes.plot((at["ci_low"], at["ci_high"]), (y + 0.12, y + 0.12), color=look.colour, lw=5)
    axes.plot(at["mean"], y + 0.12, "D", ms=6, color=look.ink, mec="white", mew=0.8)
    for end in (at["future_low"], at["future_high"]):
        axes.plot((end, end), (y - 0.3, y + 0.02), color=look.ink, lw=1.5)
