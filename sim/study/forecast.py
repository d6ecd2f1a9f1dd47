"""Forecasts: week by week, between which ends one future lies, and when a backlog is cleared.

Bands are prediction intervals: one more replication, as which reality is taken, falls below the
tenth and above the ninetieth percentile with a chance of one in ten each. They are no intervals of
the mean, which shrink with more replications.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from sim.record.record import Outcome
from sim.scenario.schema import Scenario
from sim.study.ensemble import PER_DRAW
from sim.study.estimate import estimate
from sim.study.replicate import StudyResult
from sim.study.results import Figure
from sim.study.statistics import prediction_interval, wilson_interval
from sim.study.tables import Tables

WEEK_DAYS = 7
BAND = 0.8
"""Part of the futures between the tenth and the ninetieth percentile."""
BACKLOG, OLDEST, IN_TIME, NET_FTE, CASH = (
    "work.backlog",
    "work.oldest_days",
    "work.in_time_share",
    "people.net_fte",
    "money.cash_usd",
)
KINDS = {BACKLOG: "work.backlog_days.", OLDEST: "work.wait_days.", IN_TIME: "work.in_time_share."}
"""KPIs whose intervals of the mean are to be trusted as much, or as little."""
UNITS = {BACKLOG: "items", OLDEST: "days", IN_TIME: "share", NET_FTE: "people", CASH: "USD"}
"""What is forecast, and its unit; of money, what comes in within the week."""
FILE, CLEARED = "forecast.csv", "cleared.csv"


class Forecast(NamedTuple):
    """A row of the forecast: a `Figure` of one week, and the percentiles of one future."""

    quantity: str
    scenario: str
    against: str
    part: str
    period: str
    unit: str
    value: float
    low: float
    high: float
    n: int
    p10: float
    p50: float
    p90: float

    @property
    def starts(self) -> date:
        """First day of the week."""
        return date.fromisoformat(self.period.partition("/")[0])

    @property
    def ends(self) -> date:
        """Last day of the week."""
        return date.fromisoformat(self.period.partition("/")[2])


@dataclass(frozen=True, slots=True)
class Cleared:
    """When a queue has caught up: for the first time, at the end of a week.

    `on` are the dates by which that is so with a chance of one in ten, of a half and of nine in
    ten, None beyond the horizon; `met` of `n` replications had by the date that was asked for.
    """

    part: str
    on: tuple[date | None, date | None, date | None]
    n: int
    met: int
    low: float
    high: float


def horizon(scenario: Scenario, weeks: int) -> Scenario:
    """The scenario for so many weeks, all of which count, with nothing after them."""
    days = {"horizon_days": WEEK_DAYS * weeks, "kpi_from_days": 0, "kpi_until_days": 0}
    return scenario.model_copy(update={**days, "drain_days": 0})


def forecasts(result: StudyResult) -> list[Forecast]:
    """The rows of the one scenario of a study: by quantity, part and week, at full size."""
    [name] = result.names
    said = result.scenarios[name]
    start, scale = date.fromisoformat(said["start"]), float(said["hospital"]["scale"])
    weeks = int(said["horizon_days"]) // WEEK_DAYS
    found: dict[tuple[str, str], list[list[float]]] = {}
    for outcome in result.outcomes[name].values():
        for key, values in _series(outcome, scale).items():
            found.setdefault(key, []).append(values[:weeks])
    rows = []
    for (quantity, part), by_replication in found.items():
        for week, futures in enumerate(zip(*by_replication, strict=True)):
            rows.append(_row(quantity, name, part, _period(start, week), futures, result.drawn))
    return rows


def _period(start: date, week: int) -> str:
    first = start + timedelta(WEEK_DAYS * week)
    return f"{first}/{first + timedelta(WEEK_DAYS - 1)}"


def _row(
    quantity: str, name: str, part: str, period: str, values: Sequence[float], drawn: bool
) -> Forecast:
    known = [v for v in values if math.isfinite(v)]
    # Under an ensemble futures differ in their worlds, too: the band holds both as it is.
    at = estimate(KINDS.get(quantity, quantity), values if drawn else known, drawn=drawn)
    low, high = prediction_interval(known, BAND)
    middle = float(np.median(known)) if known else math.nan
    if math.isnan(low):
        low = high = middle
    if quantity not in (NET_FTE, CASH):  # what cannot be below nothing, nor a share above all
        low, high = max(0.0, low), min(high, 1.0) if quantity == IN_TIME else high
    figure = Figure(
        quantity, name, "", part, period, UNITS[quantity], at.mean, at.low, at.high, at.n
    )
    return Forecast(*figure, min(low, middle), middle, max(high, middle))


def _series(outcome: Outcome, scale: float) -> dict[tuple[str, str], list[float]]:
    """What one replication says of each week, by quantity and part; "" is the whole."""
    queues, people = outcome.tables["queues"], outcome.tables["people"]
    parts: dict[str, list[int]] = {}
    for i, queue in enumerate(queues["queue"]):
        parts.setdefault(queue, []).append(i)
    columns = {
        c: np.array(queues[c], float) for c in ("backlog", "oldest_days", "in_time", "finished")
    }
    by_queue = {c: np.array([v[rows] for rows in parts.values()]) for c, v in columns.items()}
    whole = {
        "backlog": by_queue["backlog"].sum(axis=0),
        "oldest_days": by_queue["oldest_days"].max(0),
        "in_time": by_queue["in_time"].sum(axis=0),
        "finished": by_queue["finished"].sum(axis=0),
    }
    out: dict[tuple[str, str], list[float]] = {}
    for i, part in enumerate(["", *parts]):
        mine = whole if not part else {c: v[i - 1] for c, v in by_queue.items()}
        done = np.where(mine["finished"] > 0, mine["finished"], math.nan)
        out[BACKLOG, part] = (mine["backlog"] / scale).tolist()
        out[OLDEST, part] = mine["oldest_days"].tolist()
        out[IN_TIME, part] = (mine["in_time"] / done).tolist()
    net: dict[str, dict[int, float]] = {}
    for week, team, value in zip(*(people[c] for c in ("week", "team", "net")), strict=True):
        of_team = net.setdefault(team, {})
        of_team[week] = of_team.get(week, 0.0) + value / scale
    count = len(whole["backlog"])
    for team, by_week in net.items():
        out[NET_FTE, team] = [by_week.get(week, math.nan) for week in range(count)]
    out[CASH, ""] = [usd / scale for usd in outcome.tables["money"]["cash_usd"]]
    return out


# --- cleared by when ------------------------------------------------------------------------------


def cleared(result: StudyResult, by: date | None = None, below: int | None = None) -> list[Cleared]:
    """For each queue, when it has caught up: nothing waits for longer than its `due_days`.

    Or, with `below`, when so many items at full size or fewer wait. `by` is the date asked for;
    left out, the last day.
    """
    [name] = result.names
    said = result.scenarios[name]
    start = date.fromisoformat(said["start"])
    due = {q["name"]: float(q["due_days"]) for q in said["queues"]}
    limits = {p: float(below) if below is not None else d for p, d in due.items()}
    first: dict[str, list[float]] = {}
    for outcome in result.outcomes[name].values():
        series = _series(outcome, float(said["hospital"]["scale"]))
        for (quantity, part), values in series.items():
            if part and quantity == (OLDEST if below is None else BACKLOG):
                weeks = (w for w, v in enumerate(values) if v <= limits[part])
                first.setdefault(part, []).append(next(weeks, math.inf))
    last = (int(said["horizon_days"]) // WEEK_DAYS) - 1
    until = last if by is None else min(last, ((by - start).days + 1) // WEEK_DAYS - 1)
    alike = PER_DRAW if result.drawn else 1
    return [_cleared(part, weeks, start, until, alike) for part, weeks in first.items()]


def _cleared(part: str, weeks: Sequence[float], start: date, until: int, alike: int) -> Cleared:
    """When a part is cleared; `alike` futures share a world, and count for the chance as one."""
    ordered, n = sorted(weeks), len(weeks)
    dates = []
    for chance in (0.1, 0.5, 0.9):
        week = ordered[min(n, math.ceil(chance * n - 1e-9)) - 1]
        dates.append(None if math.isinf(week) else _end_of(start, int(week)))
    met = sum(week <= until for week in weeks)
    early, middle, late = dates
    return Cleared(part, (early, middle, late), n, met, *wilson_interval(met / alike, n / alike))


def _end_of(start: date, week: int) -> date:
    return start + timedelta(WEEK_DAYS * (week + 1) - 1)


def tables(rows: Sequence[Forecast], when: Sequence[Cleared], by: date) -> Tables:
    """The forecast, and the dates by which queues are cleared, as files."""
    dates = (
        (
            c.part,
            *(d.isoformat() if d else "" for d in c.on),
            by.isoformat(),
            c.n,
            c.met,
            c.met / c.n,
            c.low,
            c.high,
        )
        for c in when
    )
    columns = ("part", "p10", "p50", "p90", "by", "n", "met", "share", "ci_low", "ci_high")
    return {FILE: (Forecast._fields, rows), CLEARED: (columns, dates)}
