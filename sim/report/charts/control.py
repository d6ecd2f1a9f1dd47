"""Control chart: weekly denials of one hospital, and the weeks that chance does not explain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only
from sim.report.words import plain, sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASELINE_WEEKS, SETTLE_WEEKS = 26, 4
MOST_PANELS = 6


def chart(view: View) -> Chart:
    """Denied of answered claims by week of service, with Laney's limits; first replication.

    The limits come from a baseline: weeks 5 to 30, or up to the first dated event. Laney's p′ chart
    widens the binomial limits by the spread seen from week to week, which with thousands of claims
    is more than chance of single claims.
    """
    columns = ("scenario", "week", "denied", "answered", "share", "low", "high", "signal")
    data: Table = {c: [] for c in columns}
    ends: dict[str, int] = {}
    for name in view.names[:MOST_PANELS]:
        outcomes = view.outcomes(name)
        table = outcomes[0].tables.get("answers") if outcomes else None
        if not table:
            continue
        end = _baseline_end(view.result.scenarios.get(name, {}))
        rows = _rows(table, end)
        if rows:
            ends[name] = end
            for row in rows:
                for column, cell in zip(data.values(), (name, *row), strict=True):
                    column.append(cell)
    if not ends:
        raise NothingToDraw("no weekly answers to draw limits from")
    title = _finding(data)
    return Chart(
        name="denials_control",
        title=title,
        alt=f"Share of claims denied by week of service, with control limits. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data, ends),
    )


def _baseline_end(said: Mapping[str, Any]) -> int:
    """The first week that is no longer baseline."""
    whole = SETTLE_WEEKS + BASELINE_WEEKS
    days = [
        (date.fromisoformat(str(event["on"])) - date.fromisoformat(str(said["start"]))).days
        for event in said.get("timeline") or ()
    ]
    return min([whole, *(max(SETTLE_WEEKS + 8, day // 7) for day in days)])


def _rows(table: Table, end: int) -> list[tuple[Any, ...]]:
    """Week, denied, answered, share, limits and whether the share lies outside them."""
    denied = np.array(table["denied"], float)
    every = [np.array(table[c], float) for c in ("paid", "rejected", "asked", "denied")]
    answered = np.sum(every, axis=0)
    usual = np.median(answered[:end]) if end <= len(answered) else 0.0
    known = answered >= 0.5 * usual  # the last weeks have hardly any answers yet
    week = np.arange(len(answered))
    base = (week >= SETTLE_WEEKS) & (week < end) & known & (answered > 0)
    if base.sum() < 8:
        return []
    centre = denied[base].sum() / answered[base].sum()
    if not 0 < centre < 1:
        return []
    sigma = np.sqrt(centre * (1 - centre) / np.maximum(answered, 1.0))
    share = denied / np.maximum(answered, 1.0)
    z = ((share - centre) / sigma)[base]
    spread = max(1.0, float(np.abs(np.diff(z)).mean()) / 1.128)
    low, high = np.maximum(0.0, centre - 3 * spread * sigma), centre + 3 * spread * sigma
    weeks = np.flatnonzero(known & (answered > 0))
    return [
        (int(w), int(denied[w]), int(answered[w]), float(share[w]), float(low[w]), float(high[w]),
         int(share[w] > high[w]) - int(share[w] < low[w]))
        for w in weeks
    ]  # fmt: skip


def _finding(data: Table) -> str:
    """Which scenario leaves its limits, for how long and which way."""
    out: dict[str, tuple[int, int]] = {}
    for name in dict.fromkeys(data["scenario"]):
        signal = only(data, scenario=name)["signal"]
        out[name] = (signal.count(1), signal.count(-1))
    most = max(out, key=lambda name: sum(out[name]))
    above, below = out[most]
    who = "Every scenario" if len(out) > 1 and len(set(out.values())) == 1 else plain(most)
    if not above + below:
        return sentence(f"{who}: weekly denials stay within the limits of the start")
    way = [
        f"{n} week{'s' if n > 1 else ''} {where}"
        for n, where in ((above, "above"), (below, "below"))
        if n
    ]
    return sentence(f"{who}: weekly denials lie {' and '.join(way)} the limits of the start")


def _draw(view: View, title: str, data: Table, ends: dict[str, int]) -> Figure:
    looks = {n: look for n, look in view.looks.items() if n in ends}
    note = ("First replication; limits of Laney's p′ chart (three sigmas) from the shaded weeks; "
            "▲▼ outside")  # fmt: skip
    heads = [(name, look.ink) for name, look in looks.items()]
    figure, panels = style.panels(title, view.source(note), heads, 2.2, left=0.5, gap=0.5)
    top = max([*data["share"], *data["high"]])
    for axes, (name, look) in zip(panels, looks.items(), strict=True):
        rows = only(data, scenario=name)
        axes.axvspan(SETTLE_WEEKS, ends[name] - 1, color="#F0F0F0", lw=0)
        axes.plot(rows["week"], rows["share"], color=look.colour, lw=1.4)
        for edge in ("low", "high"):
            axes.plot(rows["week"], rows[edge], color=style.GREY, lw=0.9, ls="--")
        for mark, way in (("^", 1), ("v", -1)):
            hit = [i for i, s in enumerate(rows["signal"]) if s == way]
            x, y = [rows["week"][i] for i in hit], [rows["share"][i] for i in hit]
            axes.plot(x, y, mark, ms=4.5, color=look.colour, mec=style.INK, mew=0.5)
        axes.set_ylim(0, 1.08 * top)
        axes.margins(x=0)
        style.units(axes.yaxis, "share")
        style.units(axes.xaxis, "items")
        axes.set_xlabel("Week of service")
    panels[0].set_ylabel("Claims denied at first")
    return figure
