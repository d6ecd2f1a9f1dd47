"""What a map of two fields says: one sentence, the printed grid, the table, the chart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.breakeven import Field
from sim.report.charts import Chart, View
from sim.report.overload import unknown
from sim.report.sweep import unit_of
from sim.report.terminal import printed, table
from sim.report.words import inside, interval, label, plain, sentence
from sim.study.breakeven import Map
from sim.study.compare import CAVEAT
from sim.study.replicate import StudyResult
from sim.study.tables import Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 6  # of the printed grid
STRENGTH, UNCLEAR = 0.55, "#E3E3E3"  # colours of the areas
MARKS = {1: " ▲", -1: " ▼", 0: "  "}


@dataclass(frozen=True)
class Mapped:
    """A finished map, with the names of its scenarios."""

    result: StudyResult
    map: Map
    paths: tuple[str, str]
    kpi: str
    baseline: str
    scenario: str
    scale: float

    @property
    def fields(self) -> tuple[Field, Field]:
        """The fields across and up."""
        across, up = self.paths
        return Field(across), Field(up)

    @property
    def finding(self) -> str:
        """Who is ahead at how many points, and where the two break even at both ends."""
        who, base = plain(self.scenario), plain(self.baseline)
        won, lost, even = (self.map.count(winner) for winner in (1, -1, 0))
        points = won + lost + even
        kpi = inside(label(self.kpi))
        if not points:
            return sentence(f"no verdict on {who} and {base} in {kpi} at any point")
        if points in (won, lost):
            one, other = (who, base) if won else (base, who)
            return sentence(f"{one} is clearly ahead of {other} in {kpi} at all {points} points")
        if even == points:
            return sentence(
                f"{who} and {base} do not clearly differ in {kpi} at any of {points} points"
            )
        said = (
            f"{who} is clearly ahead of {base} in {kpi} at {won} of {points} points, behind at "
            f"{lost}; no clear difference at {even}"
        )
        across, up = self.fields
        ends = [(self.map.up[row], self.map.root(row).root) for row in (0, -1)]
        roots = [(y, root) for y, root in ends if not math.isnan(root)]
        if roots:
            at = (f"{across.value(root)} where {inside(up.what)} is {up.value(y)}"
                  for y, root in roots)  # fmt: skip
            said += f". They break even at a {inside(across.what)} of {', '.join(at)}"
        return sentence(said)

    def tables(self) -> Tables:
        """`map.csv`: the difference at each point, and who is clearly ahead."""
        names = {1: self.scenario, -1: self.baseline, 0: ""}
        rows = [
            (
                x,
                y,
                at.n,
                at.mean,
                at.low,
                at.high,
                names[self.map.winner(r, c)] if self.map.known(r, c) else unknown(self.kpi),
            )
            for r, (y, row) in enumerate(zip(self.map.up, self.map.differences, strict=True))
            for c, (x, at) in enumerate(zip(self.map.across, row, strict=True))
        ]
        return {"map.csv": ((*self.paths, "n", "difference", "ci_low", "ci_high", "ahead"), rows)}


def text(mapped: Mapped, colour: bool) -> str:
    """The differences as a grid, the largest value of the second field on top; empty if wide."""
    found, (across, up) = mapped.map, mapped.fields
    if len(found.across) > MOST_COLUMNS:
        return ""
    rows = []
    for r in reversed(range(len(found.up))):
        row = [up.value(found.up[r])]
        for c, at in enumerate(found.differences[r]):
            shown, _ = interval(at.mean, at.low, at.high, unit_of(mapped.kpi), difference=True)
            known = shown + MARKS[found.winner(r, c)]
            row.append(known if at.n else unknown(mapped.kpi))
        rows.append(row)
    heads = [across.value(x, per=False) for x in found.across]
    note = (
        f"{label(mapped.kpi)}: {plain(mapped.scenario)} minus {plain(mapped.baseline)}; down: "
        f"{inside(up.what)}, across: {inside(across.what)}. ▲ {plain(mapped.scenario)} clearly "
        f"ahead, ▼ {plain(mapped.baseline)}. {CAVEAT}"
    )
    return printed([table(heads, rows)], note, colour=colour)


def chart(mapped: Mapped) -> Chart:
    """Who is ahead where, and the line on which they break even."""
    columns, rows = mapped.tables()["map.csv"]
    across, up = mapped.fields
    return Chart(
        name="map",
        title=mapped.finding,
        alt=f"Who is ahead in {inside(label(mapped.kpi))} by {inside(across.what)} and "
        f"{inside(up.what)}. {mapped.finding}.",
        data=dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)),
        draw=lambda: _draw(mapped),
    )


def _draw(mapped: Mapped) -> Figure:
    from sim.report import style

    view, (across, up) = View(mapped.result, mapped.scale), mapped.fields
    note = (
        f"{label(mapped.kpi)}, {plain(mapped.scenario)} minus {plain(mapped.baseline)} under the "
        "same random numbers. Dots: points simulated, straight lines between them"
    )
    if any(not at.n for row in mapped.map.differences for at in row):
        note += f"; crosses: {unknown(mapped.kpi)}"
    if view.replicated:
        note += "; no clear difference: the interval holds zero (95 % for all points together)"
    names = mapped.baseline, mapped.scenario
    colours = [style.tint(look.colour, STRENGTH) for look in style.looks(names).values()]
    key = {f"{plain(n, 24)} ahead": style.Look(c, "-") for n, c in zip(names, colours, strict=True)}
    key |= {
        "no clear difference": style.Look(UNCLEAR, "-"),
        "break even": style.Look(style.INK, "-"),
    }
    canvas = style.canvas(mapped.finding, view.source(note), 5.6, key)
    axes = canvas.axes(0.9, 0.6, style.WIDTH - 2 * style.MARGIN - 1.2, 4.9)
    axes.set_facecolor(UNCLEAR)
    _areas(axes, mapped, colours)
    for axis, field in ((axes.xaxis, across), (axes.yaxis, up)):
        style.units(axis, field.tick_unit)
        axis.set_label_text(field.axis)
    return canvas.figure


def _areas(axes: Axes, mapped: Mapped, colours: list[str]) -> None:
    """Filled where one is clearly ahead, the zero line, and the points."""
    import numpy as np

    from sim.report import style

    found = mapped.map
    x, y = found.across, found.up
    mean, low, high = (
        [[getattr(at, part) for at in row] for row in found.differences]
        for part in ("mean", "low", "high")
    )
    behind, ahead = colours[:: found.sign]
    for heights, levels, colour in ((high, (-math.inf, 0), behind), (low, (0, math.inf), ahead)):
        if any(levels[0] < h < levels[1] for row in heights for h in row):
            axes.contourf(x, y, heights, levels, colors=[colour])
    if np.nanmin(mean) < 0 < np.nanmax(mean):
        axes.contour(x, y, mean, (0,), colors=style.INK, linewidths=2)
    for r, row in enumerate(y):
        for c, column in enumerate(x):
            sign = "o" if found.known(r, c) else "x"
            axes.plot(column, row, sign, ms=3, color=style.GREY, clip_on=False)
    axes.grid(visible=False)
