"""The answer of `forecast`: one sentence, its tables, and a fan for each queue and the cash."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sim.report.answer import Answer, Cell, Panel, Part, Series, Table, chart, words
from sim.report.study import assembled
from sim.report.words import inside, label, number, plain, sentence
from sim.study.forecast import BACKLOG, CASH, IN_TIME, NET_FTE, OLDEST, Cleared, Forecast
from sim.study.replicate import StudyResult

READING = (
    "p10, p50, p90: one future in ten lies below p10, one in ten above p90. These are prediction "
    "intervals, not intervals of the mean: more replications do not narrow them. Items, people "
    "and money are at full size, cash is that of the week."
)
PERCENTILES = ("p10", "p50", "p90")


@dataclass(frozen=True)
class Told:
    """A forecast, and when its queues are cleared; `by` is the date asked for."""

    result: StudyResult
    rows: Sequence[Forecast]
    when: Sequence[Cleared]
    by: date
    below: int | None

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
            return sentence(
                f"{said}; {inside(label(late.part))}{more} will not have been cleared "
                "by then, more likely than not"
            )
        return sentence(
            f"{said}; every queue will have been cleared by {_date(late.on[1])}, more likely than "
            "not"
        )


def answer(told: Told) -> Answer:
    """The answer of a forecast."""
    waiting = Part(
        "own", told.finding, _tables(told), (chart("forecast", told.finding, _fan(told)),)
    )
    title, question = f"{plain(told.name)}: the weeks to come", "What is to come, week by week?"
    rule = (
        f"Clear: {told.what}, for the first time: the dates by which that is so with a chance of "
        f"one half and of nine in ten, and the chance of it by {_date(told.by)}, with its 95 % "
        "interval."
    )
    facts = {
        "forecast": [row._asdict() for row in told.rows],
        "cleared": [_facts(told, each) for each in told.when],
    }
    return assembled(
        "forecast", told.result, title, question, f"{told.finding}.", rule, [waiting], facts=facts
    )


def _facts(told: Told, when: Cleared) -> dict[str, object]:
    dates = [on and on.isoformat() for on in when.on]
    ends = {"share": when.met / when.n, "ci_low": when.low, "ci_high": when.high}
    return {"part": when.part, "dates": dates, "by": told.by.isoformat(), **ends}


def _tables(told: Told) -> tuple[Table, ...]:
    """What waits in the last week, and since when; service; people and cash."""
    weeks = told.of(BACKLOG)
    half, last = weeks[len(weeks) // 2 - 1], weeks[-1]
    when = {each.part: each for each in told.when}
    names = [(part, label(part) if part else "All queues") for part in told.parts(BACKLOG)]
    ends = tuple(f"{_day(last.ends)} {p}" for p in PERCENTILES)
    both = tuple(f"{what} {p}" for what in ("oldest", "in time") for p in PERCENTILES)
    waiting = [
        (words(n), *_three(told, BACKLOG, p, last), *map(words, _clear(when.get(p))))
        for p, n in names
    ]
    service = [
        (words(n), *_three(told, OLDEST, p, last), *_three(told, IN_TIME, p, last))
        for p, n in names
    ]
    staff = [(NET_FTE, team, f"{label(team)}, net FTE") for team in told.parts(NET_FTE)]
    other = [
        (words(name), _three(told, what, part, half)[1], *_three(told, what, part, last))
        for what, part, name in (*staff, (CASH, "", "Cash"))
    ]
    cleared = ("clear 1 in 2", "by 9 in 10", f"% by {_day(told.by)}")
    note = (
        f"{READING} The first table tells of items waiting; oldest, in days, and in time are those "
        f"of the week to {_date(last.ends)}."
    )
    middle = (f"{_day(half.ends)} p50", *ends)
    return (
        Table("waiting", "", ("Queue", *ends, *cleared), tuple(waiting)),
        Table("service", "", ("Queue", *both), tuple(service)),
        Table("people_and_cash", "", ("", *middle), tuple(other), note),
    )


def _three(told: Told, quantity: str, part: str, week: Forecast) -> tuple[Cell, ...]:
    """The percentiles of a week, in digits that their spread leaves a meaning."""
    [row] = [r for r in told.of(quantity, part) if r.period == week.period]
    values = (row.p10, row.p50, row.p90)
    return tuple(
        Cell(_shown(row, value), () if math.isnan(value) else (value,), row.unit)
        for value in values
    )


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


def _fan(told: Told) -> list[Panel]:
    """What waits in each queue, and the cash: middle, and the band of eight futures in ten."""
    panels = []
    for quantity, part in [*((BACKLOG, part) for part in told.parts(BACKLOG)), (CASH, "")]:
        rows = told.of(quantity, part)
        low, middle, high = (tuple(getattr(row, p) for row in rows) for p in ("p10", "p50", "p90"))
        name = label(part) if part else "All queues" if quantity == BACKLOG else "Cash"
        series = Series(name, middle, low, high, of=told.name)
        days = tuple(_day(row.ends) for row in rows)
        panels.append(Panel(name, days, (series,), rows[0].unit))
    return panels
