"""The clean-looking throughput report beside what it hides: pace, then what the pace costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, standard_error
from sim.report.words import number, plain, sentence
from sim.study.statistics import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PACE, DAYS, LOST = "work.touches_per_paid_hour", "work.days_to_submission", "money.leakage"
# What is measured, how it is headed, and its unit if the head does not say it.
SHOWN = (
    (PACE, "Items an\nhour paid"),
    (DAYS, "Days to\nsubmission"),
    ("denials.initial_rate", "Initially\ndenied"),
    ("money.leakage.under_coding", "Lost by\nunder-coding"),
    ("audit.takeback", "Audit\ntakebacks"),
    (LOST, "Lost in all"),
)
VISIBLE = 2  # of them stand in a throughput report
ROW, NAMES, GAP, APART = 0.5, 1.75, 0.3, 0.35  # inches


def chart(view: View) -> Chart:
    """Bars with intervals; raises NothingToDraw if a scenario has no pace or no losses."""
    data: Table = {c: [] for c in ("scenario", "kpi", "mean", "se", "ci_low", "ci_high")}
    for name in view.names:
        for kpi, _ in SHOWN:
            at = view.estimate(name, kpi)
            if not at.n:
                raise NothingToDraw(f"{plain(name)} has no value of {kpi}")
            row = (name, kpi, at.mean, standard_error(at), at.low, at.high)
            for column, value in zip(data.values(), row, strict=True):
                column.append(value)
    title = _finding(view, data)
    return Chart(
        name="throughput",
        title=title,
        alt=f"Pace of work, and denials and losses behind it, a bar per scenario. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _finding(view: View, data: Table) -> str:
    """How the quickest scenario compares in what is lost with the one that loses least."""
    means = (only(data, kpi=kpi)["mean"] for kpi in (PACE, LOST))
    pace, lost = (dict(zip(view.names, values, strict=True)) for values in means)
    quick, least = max(pace, key=lambda n: pace[n]), min(lost, key=lambda n: lost[n])

    def said(name: str, kpi: str) -> str:
        rows = only(data, kpi=kpi, scenario=name)
        unit = kpi_of(kpi).unit if kpi == LOST else ""
        return number(rows["mean"][0], unit, rows["se"][0])

    title = sentence(f"{plain(quick)}: {said(quick, PACE)} items an hour")
    if len(view.names) == 1:
        return f"{title}, and {said(quick, LOST)} of what is expected is lost"
    other = least if quick != least else min(pace, key=lambda n: pace[n])
    if not all(_differ(view, quick, other, kpi) for kpi in (PACE, LOST)):
        return f"No clear difference in both pace and loss between {plain(quick)} and the rest"
    title += f" ({said(other, PACE)} for {plain(other)})"
    if quick == least:
        return f"{title}, and less is lost all the same: {said(quick, LOST)} ({said(other, LOST)})"
    return (
        f"{title} looks good, and hides that {said(quick, LOST)} of what is expected is lost "
        f"({said(other, LOST)})"
    )


def _differ(view: View, one: str, other: str, kpi: str) -> bool:
    """Whether two scenarios clearly differ; a single replication is taken at its word."""
    left, right = (view.result.outcomes[name] for name in (one, other))
    both = [(left[r].kpis, right[r].kpis) for r in left if r in right]
    gaps = [a.get(kpi, math.nan) - b.get(kpi, math.nan) for a, b in both]
    at = mean_interval(gaps)
    return at.mean != 0 and (at.n == 1 or not at.low <= 0 <= at.high)


def _draw(view: View, title: str, data: Table) -> Figure:
    height = ROW * len(view.names)
    note = "Whiskers: 95 % interval; each column has its own scale" if view.replicated else ""
    canvas = style.canvas(title, view.source(note), height + 1.05)
    count = len(SHOWN)
    wide = (style.WIDTH - 2 * style.MARGIN - NAMES - GAP * (count - 1) - APART) / count
    for i, name in enumerate(view.names):
        y = 0.1 + height - ROW * (i + 0.5)
        shown = style.wrap(plain(name, 20), NAMES - 0.15, 9)
        ink = view.looks[name].ink
        canvas.text(NAMES - 0.1, y, shown, size=9, ha="right", va="center", color=ink)
    for column, (kpi, head) in enumerate(SHOWN):
        hidden = column >= VISIBLE
        left = NAMES + (wide + GAP) * column + APART * hidden
        if column in (0, VISIBLE):
            text = "What it hides" if hidden else "What a throughput report shows"
            canvas.text(left, height + 0.75, text, size=10, weight="bold")
        canvas.text(left, height + 0.2, head, size=9, color=style.GREY, linespacing=1.1)
        axes = canvas.axes(left, 0.1, wide, height)
        _bars(view, axes, only(data, kpi=kpi), kpi)
    return canvas.figure


def _bars(view: View, axes: Axes, rows: Table, kpi: str) -> None:
    finite = [x for x in (*rows["mean"], *rows["ci_high"]) if math.isfinite(x)]
    reach = max(*finite, 0.0) or 1.0
    axes.set(xlim=(0, 1.75 * reach), ylim=(len(view.names), 0), xticks=[], yticks=[])
    axes.spines["bottom"].set_visible(False)
    unit = kpi_of(kpi).unit if kpi_of(kpi).unit == "share" else ""
    for i, (name, look) in enumerate(view.looks.items()):
        mean, se, low, high = (only(rows, scenario=name)[c][0] for c in tuple(rows)[2:])
        axes.barh(i + 0.5, max(mean, 0.0), 0.58, color=look.colour)
        end = mean
        if high > low:
            axes.errorbar(mean, i + 0.5, xerr=(high - low) / 2, color=style.INK, lw=1, capsize=2.5)
            end = high
        text = number(mean, unit, se)
        axes.text(max(end, 0.0) + 0.08 * reach, i + 0.5, text, size=9, va="center")
