"""What a forecast says: one sentence, the printed tables, and a fan for each queue and team."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING

from sim.report import style
from sim.report.charts import Chart, View
from sim.report.terminal import printed, table
from sim.report.words import inside, label, number, plain, sentence
from sim.study.compare import CAVEAT
from sim.study.forecast import BACKLOG, CASH, IN_TIME, NET_FTE, OLDEST, UNITS, Cleared, Forecast
from sim.study.replicate import StudyResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READING = (
    "p10, p50, p90: one future in ten lies below p10, one in ten above p90. These are prediction "
    "intervals, not intervals of the mean: more replications do not narrow them. Items, people "
    "and money are at full size, cash is that of the week."
)
WIDTH = 80
PERCENTILES = ("p10", "p50", "p90")


@dataclass(frozen=True)
class Told:
    """A forecast, and when its queues are cleared; `by` is the date asked for."""

    result: StudyResult
    rows: Sequence[Forecast]
    when: Sequence[Cleared]
    by: date
    below: int | None
    scale: float

    @property
    def name(self) -> str:
        """The scenario."""
        return self.result.names[0]

    def of(self, quantity: str, part: str = "") -> list[Forecast]:
        """The weeks of a quantity and part."""
        return [row for row in self.rows if (row.quantity, row.part) == (quantity, part)]

    def parts(self, quantity: str) -> list[str]:
        """Parts of which a quantity is forecast, the whole first where there is one."""
        return list(dict.fromkeys(row.part for row in self.rows if row.quantity == quantity))

    @property
    def what(self) -> str:
        """What cleared means."""
        if self.below is not None:
            return f"{self.below:,} items or fewer wait"
        return "nothing waits for longer than its queue's target (due_days)"

    @property
    def finding(self) -> str:
        """What waits in the end, and which queue is cleared last."""
        last = self.of(BACKLOG)[-1]
        low, middle, high = (_shown(last, v) for v in (last.p10, last.p50, last.p90))
        said = (
            f"{plain(self.name)}: {middle} items wait on {_date(last.ends)} "
            f"({low}–{high} in eight futures of ten)"
        )
        late = max(self.when, key=lambda c: (c.on[1] is None, c.on[1] or date.min))
        if late.on[1] is None:
            behind = sum(each.on[1] is None for each in self.when)
            more = f" and {behind - 1} more" if behind > 1 else ""
            return sentence(f"{said}; {inside(label(late.part))}{more} will not have been cleared "
                            "by then, more likely than not")  # fmt: skip
        return sentence(
            f"{said}; every queue will have been cleared by {_date(late.on[1])}, more likely than "
            "not"
        )


def text(told: Told, colour: bool) -> str:
    """The tables for a terminal of 80 columns: what waits in the last week, and since when."""
    weeks = told.of(BACKLOG)
    half, last = weeks[len(weeks) // 2 - 1], weeks[-1]
    when = {each.part: each for each in told.when}
    names = [(part, label(part) if part else "All queues") for part in told.parts(BACKLOG)]
    ends = tuple(f"{_day(last.ends)}\n{p}" for p in PERCENTILES)
    both = tuple(f"{what}\n{p}" for what in ("oldest", "in time") for p in PERCENTILES)
    waiting = [(n, *_three(told, BACKLOG, p, last), *_clear(when.get(p))) for p, n in names]
    service = [
        (n, *_three(told, OLDEST, p, last), *_three(told, IN_TIME, p, last)) for p, n in names
    ]
    other = [
        (name, _three(told, quantity, part, half)[1], *_three(told, quantity, part, last))
        for quantity, part, name in (
            *((NET_FTE, team, f"{label(team)}, net FTE") for team in told.parts(NET_FTE)),
            (CASH, "", "Cash"),
        )
    ]
    cleared = ("clear\n1 in 2", "by\n9 in 10", f"% by\n{_day(told.by)}")
    tables = [
        table((*ends, *cleared), waiting),
        table(both, service),
        table((f"{_day(half.ends)}\np50", *ends), other),
    ]
    notes = (
        f"{READING} The first table tells of items waiting; oldest, in days, and in time are those "
        f"of the week to {_date(last.ends)}. Clear: {told.what}, for the first time: the dates "
        "by which that is so with a chance of one half and of nine in ten, and the chance of it "
        f"by {_date(told.by)}, with its 95 % interval."
    )
    return printed(tables, _wrapped(notes) + CAVEAT, colour=colour)


def _wrapped(said: str) -> str:
    return "".join(f"{line}\n" for line in wrap(said, WIDTH))


def _three(told: Told, quantity: str, part: str, week: Forecast) -> tuple[str, ...]:
    """The percentiles of a week, in digits that their spread leaves a meaning."""
    [row] = [r for r in told.of(quantity, part) if r.period == week.period]
    return tuple(_shown(row, value) for value in (row.p10, row.p50, row.p90))


def _shown(row: Forecast, value: float) -> str:
    if math.isnan(value):
        return "–"
    unit = "" if row.unit in ("items", "days", "people") else row.unit
    least = {"items": 1.0, "days": 0.1, "share": 0.01, "people": 0.1, "USD": 1.0}[row.unit]
    return number(value, unit, max(least, row.p90 - row.p10, abs(row.p50) / 10) / 20 + least / 2)


def _clear(when: Cleared | None) -> tuple[str, str, str]:
    """When a queue is cleared, and the chance of it by the date asked for; the whole never is."""
    if when is None:
        return "", "", ""
    middle, late = (_day(on) if on else "later" for on in when.on[1:])
    chance = f"{100 * when.met / when.n:.0f} ({100 * when.low:.0f}–{100 * when.high:.0f})"
    return middle, late, chance


def _day(on: date) -> str:
    return f"{on.day} {on:%b}"


def _date(on: date) -> str:
    return f"{on.day} {on:%b %y}"


# --- the fan --------------------------------------------------------------------------------------


def chart(told: Told) -> Chart:
    """What waits in each queue, and the cash: middle, and the band of eight futures in ten."""
    panels = [(BACKLOG, part) for part in told.parts(BACKLOG)] + [(CASH, "")]
    rows = [row for quantity, part in panels for row in told.of(quantity, part)]
    data = {
        name: [getattr(row, name) for row in rows]
        for name in ("quantity", "part", "period", "p10", "p50", "p90")
    }
    return Chart(
        name="forecast",
        title=told.finding,
        alt=f"Items waiting by queue and week, and cash by week, with bands. {told.finding}.",
        data=data,
        draw=lambda: _draw(told, panels),
    )


def _draw(told: Told, panels: Sequence[tuple[str, str]]) -> Figure:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

    view = View(told.result, told.scale)
    colour = view.looks[told.name].colour
    heads = [
        (label(part) if part else "All queues" if quantity == BACKLOG else "Cash", style.INK)
        for quantity, part in panels
    ]
    note = "Items waiting at the end of each week, and cash of the week. Line: middle of the "
    note += "futures; band: eight futures in ten (p10–p90). Each picture has "
    figure, axes = style.panels(
        told.finding, view.source(f"{note}its own scale"), heads, 1.35, left=0.55, gap=0.65
    )
    for place, (quantity, part) in zip(axes, panels, strict=True):
        rows = told.of(quantity, part)
        days = [float(date2num(row.ends)) for row in rows]  # type: ignore[no-untyped-call]
        low, middle, high = ([getattr(row, p) for row in rows] for p in ("p10", "p50", "p90"))
        place.fill_between(days, low, high, color=colour, alpha=0.25, lw=0)
        place.plot(days, middle, color=colour, lw=2, marker="o" if len(days) == 1 else None)
        place.margins(x=0)
        place.set_ylim(bottom=0)
        style.units(place.yaxis, "USD" if UNITS[quantity] == "USD" else "items")
        locator = AutoDateLocator(maxticks=5)  # type: ignore[no-untyped-call]
        place.xaxis.set_major_locator(locator)
        place.xaxis.set_major_formatter(
            ConciseDateFormatter(  # type: ignore[no-untyped-call]
                locator, offset_formats=["", *["%Y"] * 5]
            )
        )
    return figure
