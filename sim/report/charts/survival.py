"""How long people stay: Kaplan-Meier estimate of the tenure of agents, by scenario."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sim.record.record import PROMOTION, Outcome, Table
from sim.report import style
from sim.report.charts import MAX_BANDS, Chart, NothingToDraw, View, only, stacked
from sim.report.charts.trajectory import frame
from sim.report.words import contrast, number
from sim.study.statistics import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST = 10  # people at risk, below which the estimate is not worth a line
DAYS_PER_MONTH = 365.25 / 12


def chart(view: View) -> Chart:
    """Share still employed by months of tenure; raises NothingToDraw if too few were hired."""
    parts = {name: survival(*tenures(view.outcomes(name))) for name in view.names}
    parts = {name: part for name, part in parts.items() if len(part["months"]) > 1}
    if not parts:
        raise NothingToDraw(f"nobody left while {FEWEST} people of the same tenure were followed")
    data, title = stacked(parts, "scenario"), _finding(parts)
    return Chart(
        name="tenure_survival",
        title=title,
        alt=f"Share of people still employed by months since hire. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def tenures(outcomes: list[Outcome]) -> tuple[Floats, Floats, Floats]:
    """Tenure in days when a person was first seen and when last seen, and 1 if the person left.

    Who was there before the run is followed only from its start (left truncation); who is there at
    its end, or leads a team by then, counts as still employed (right censoring). Replications are
    pooled.
    """
    entry, leave, left = [], [], []
    for outcome in outcomes:
        starts = outcome.tables.get("monthly", {}).get("month_start", [])
        start = date.fromisoformat(min(starts)).toordinal() if starts else 0
        people = outcome.tables.get("agents", {})
        columns = [people.get(c, []) for c in ("hired", "left", "tenure_days")]
        reasons = people.get("reason", columns[1])
        for hired, gone, tenure, reason in zip(*columns, reasons, strict=True):
            entry.append(max(start - date.fromisoformat(hired).toordinal(), 0))
            leave.append(max(tenure, entry[-1] + 0.5))  # gone on the first day: half a day
            left.append(bool(gone) and reason != PROMOTION)
    return np.array(entry, float), np.array(leave, float), np.array(left, float)


def survival(entry: Floats, leave: Floats, left: Floats) -> Table:
    """Kaplan-Meier estimate with its 95 % log-log band, as far as enough people are followed.

    Parameters
    ----------
    entry, leave, left
        As `tenures` gives them, one value per person.

    Returns
    -------
    Columns months, share, ci_low, ci_high and at_risk, one row per day on which somebody left; the
    first row is the day of hire.
    """
    times = np.unique(leave[left > 0])
    risk = np.searchsorted(np.sort(entry), times) - np.searchsorted(np.sort(leave), times)
    gone = np.array([np.sum(left[leave == t]) for t in times])
    few = np.flatnonzero(risk < FEWEST)
    kept = slice(0, few[0] if len(few) else len(times))
    times, risk, gone = times[kept], risk[kept], gone[kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.cumprod(1 - gone / risk)
        spread = np.sqrt(np.cumsum(gone / (risk * (risk - gone)))) / np.log(share)
        low, high = (share ** np.exp(sign * 1.96 * spread) for sign in (-1, 1))
    return {
        "months": [0.0, *map(float, times / DAYS_PER_MONTH)],
        "share": [1.0, *map(float, share)],
        "ci_low": [1.0, *map(float, np.nan_to_num(low))],
        "ci_high": [1.0, *map(float, np.nan_to_num(high))],
        "at_risk": [int(np.sum(entry == 0)), *map(int, risk)],
    }


def _finding(parts: dict[str, Table]) -> str:
    """Shares still there after a year, or as long as every scenario can tell."""
    followed = min(part["months"][-1] for part in parts.values())
    months = min(12, int(followed)) or followed
    still = {
        name: part["share"][int(np.searchsorted(part["months"], months, side="right")) - 1]
        for name, part in parts.items()
    }
    said = {name: number(share, "share") for name, share in still.items()}
    return contrast(still, said, f"of those hired are still there after {months:.2g} months")


def _draw(view: View, title: str, data: Table) -> Figure:
    bands = len(view.names) <= MAX_BANDS
    note = "Kaplan–Meier estimate over all replications" + (", with 95 % band" if bands else "")
    figure, axes = frame(view, title, note, "Share of people still employed")
    ends = []
    for name, look in view.looks.items():
        rows = only(data, scenario=name)
        x = rows["months"]
        if not x:
            continue
        if bands:
            low, high = rows["ci_low"], rows["ci_high"]
            axes.fill_between(x, low, high, step="post", color=look.colour, alpha=0.25, lw=0)
        axes.step(x, rows["share"], where="post", color=look.colour, ls=look.line, lw=2)
        ends.append((x[-1], rows["share"][-1], name, look))
    style.units(axes.yaxis, "share")
    axes.set(ylim=(0, 1), xlabel="Months since hire")
    style.name_line_ends(axes, ends)
    return figure
