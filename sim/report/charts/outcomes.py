"""What becomes of claims at first: shares denied, asked about, rejected and paid, by scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, standard_error
from sim.report.words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Denied first and paid last: both ends of a bar then start from a common line. The depth of each
# scenario's own colour tells the outcomes apart.
OUTCOMES = (
    ("denials.first_answer_rate", "Denied", 1.0),
    ("claims.rfi_rate", "Records\nrequested", 0.65),
    ("claims.rejection_rate", "Rejected", 0.4),
    ("claims.first_pass_payment_rate", "Paid at\nfirst pass", 0.13),
)
ROW, NAMES, BARS, COLUMN = 0.5, 2.0, 4.2, 0.8  # inches


def chart(view: View) -> Chart:
    """Stacked bars of first outcomes; raises NothingToDraw if no claim was answered."""
    data: Table = {c: [] for c in ("scenario", "outcome", "share", "se", "ci_low", "ci_high")}
    for name in view.names:
        found = [(said.replace("\n", " "), view.estimate(name, kpi)) for kpi, said, _ in OUTCOMES]
        for said, at in found if all(at.n for _, at in found) else ():
            row = (name, said, at.mean, standard_error(at), at.low, at.high)
            for column, value in zip(data.values(), row, strict=True):
                column.append(value)
    if not data["share"]:
        raise NothingToDraw("no claim was answered by a payer")
    title = view.finding("denials.first_answer_rate", "of claims denied at the first answer")
    return Chart(
        name="claim_outcomes",
        title=title,
        alt=f"Shares of claims denied, asked about, rejected and paid at first pass. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _draw(view: View, title: str, data: Table) -> Figure:
    height = ROW * len(view.names)
    canvas = style.canvas(
        title, view.source("Whiskers: 95 % interval" if view.replicated else ""), height + 0.85
    )
    axes = canvas.axes(NAMES, 0.5, BARS, height)
    axes.set(xlim=(0, 1), ylim=(len(view.names), 0), xlabel="Share of submitted claims")
    axes.set_yticks([])
    style.units(axes.xaxis, "share")
    for j, (_, said, depth) in enumerate(OUTCOMES):
        x, y = NAMES + BARS + 0.25 + COLUMN * j, height + 0.62
        swatch = {"boxstyle": "square,pad=0.3", "fc": style.tint("#555555", depth), "ec": "none"}
        canvas.text(x, y, "  ", size=6, va="center", bbox=swatch)
        canvas.text(x + 0.14, y, said, size=8, va="center", color=style.GREY)
    for i, (name, look) in enumerate(view.looks.items()):
        y = 0.5 + height - ROW * (i + 0.5)
        shown = style.wrap(plain(name, 44), NAMES - 0.15, 9)
        canvas.text(NAMES - 0.1, y, shown, size=9, ha="right", va="center", color=look.ink)
        rows = only(data, scenario=name)
        if rows["share"]:
            _bar(axes, i, rows, look)
        for j, (share, se) in enumerate(zip(rows["share"], rows["se"], strict=True)):
            x = NAMES + BARS + 0.25 + COLUMN * j
            weight = "bold" if j == 0 else "normal"
            canvas.text(x, y, number(share, "share", se), size=9, va="center", weight=weight)
    return canvas.figure


def _bar(axes: Axes, place: int, rows: Table, look: style.Look) -> None:
    """One stacked bar with the intervals of its two ends."""
    left = 0.0
    for share, (_, _, depth) in zip(rows["share"], OUTCOMES, strict=True):
        colour = style.tint(look.colour, depth)
        axes.barh(place + 0.5, share, 0.62, left, color=colour, ec="white", lw=0.8)
        left += share
    half = [(high - low) / 2 for low, high in zip(rows["ci_low"], rows["ci_high"], strict=True)]
    for x, spread in ((rows["share"][0], half[0]), (left - rows["share"][-1], half[-1])):
        if spread > 0:
            axes.errorbar(x, place + 0.5, xerr=spread, color=style.INK, lw=1, capsize=2.5)
