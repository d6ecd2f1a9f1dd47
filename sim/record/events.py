"""One replication as tables of typed columns: its claims, its events and its agents."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.record.record import Log, Record
from sim.record.views import ANSWERS, Ints

Column = NDArray[Any]
Columns = dict[str, Column]
"""Columns of one length: whole numbers, numbers, truths, text, dates or moments.

What is not known is nan, an empty text, or no date (`NaT`).
"""
DONE, BROKEN_OFF, HANDED_BACK, FIRST_HAPPENING = range(4)
"""Kinds of a log: three of spells of work, and the first of what else happens."""
ENDS = ("complete", "suspend", "ate_abort")
"""The transition of the standard lifecycle with which each kind of spell ends."""
SECONDS_PER_DAY = 86_400.0
WON = ("lost", "won")
MENDED = ("unresolved", "resolved")
USD = {
    "expected_usd": "expected",
    "paid_usd": "paid_cents",
    "open_usd": "open_cents",
    "written_off_usd": "loss_cents",
    "under_coded_usd": "under_cents",
    "cdi_gap_usd": "cdi_cents",
    "over_coded_usd": "over_cents",
    "short_paid_usd": "short_cents",
    "taken_back_usd": "takeback_cents",
}
"""Columns of money and the columns of a record, in cents, that they are made of."""


TRUTHS = ("edited", "mended", "adjudicated", "appealed")
"""Columns of claims that are true or false."""


def named(names: tuple[str, ...], codes: Ints) -> Column:
    """Names by their places, each held once; empty where the place is −1."""
    return np.array([*names, ""], object)[codes]


def dates(start: date, days: Ints) -> Column:
    """Dates of days of the run; none where the day is −1 (days of before the run are known)."""
    found = np.datetime64(start.isoformat(), "D") + days.astype("timedelta64[D]")
    return np.where(days == -1, np.datetime64("NaT"), found)


def moments(start: date, days: NDArray[np.float64]) -> Column:
    """Moments of the run, to the second."""
    seconds = np.rint(days * SECONDS_PER_DAY).astype("timedelta64[s]")
    return np.datetime64(start.isoformat(), "s") + seconds


def claims_table(record: Record) -> Columns:
    """A row for each claim, those of before the run first, as they stand when all has ended."""
    facts, log = record.facts, _log(record)
    parts = [record.stock, record.claims] if record.stock else [record.claims]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in record.claims}
    count, start = len(columns["key"]), date.fromisoformat(facts.start)
    stock = count - len(record.claims["key"])
    service = np.datetime64(facts.start, "D") + columns["day"].astype("timedelta64[D]")
    # What is found lost at the end may lie in a queue still; nobody waits for it any more.
    over = columns["stage"] == facts.stages.index("closed")
    touch = np.where(columns["first_touch_minutes"] < 0, np.nan, columns["first_touch_minutes"])
    return {
        "claim_id": columns["key"],
        "service_date": service,
        "from_stock": np.arange(count) < stock,
        "setting": named(facts.settings, columns["setting"]),
        "payer": named(facts.payers, columns["payer"]),
        "stage": named(facts.stages, columns["stage"]),
        "waits_in": named(log.queues, np.where(over, -1, log.waits_in[:count])),
        "first_answer": named(("", *ANSWERS[1:]), columns["first_outcome"]),
        "denied_for": named(facts.categories, columns["denied_for"]),
        "loss_cause": named(facts.causes, columns["loss_cause"]),
        **{name: columns[cents] / 100.0 for name, cents in USD.items()},
        "submitted_on": dates(start, columns["first_day"]),
        "closed_on": dates(start, columns["closed_day"]),
        "first_touch_hours": touch / 60.0,
        "touches": columns["touches"],
        "coded_by": named(log.staff, log.coder[:count]),
        "coding": named(("right", "wrong"), columns["wrong"]),
        **{name: columns[name].astype(bool) for name in TRUTHS},
    }


def events_table(record: Record) -> Columns:
    """A row for each finished item of work, and for whatever else happened to a claim."""
    log = _log(record)
    rows = np.flatnonzero((log.what == DONE) | (log.what >= FIRST_HAPPENING))
    rows = rows[np.lexsort((rows, log.times[rows, 3], log.times[rows, 1]))]
    start = date.fromisoformat(record.facts.start)
    since, taken, _, ended = (moments(start, log.times[rows, i]) for i in range(4))
    return {
        "case_id": log.claim[rows],
        "activity": _activities(log)[rows],
        "resource": named(log.staff, log.agent[rows]),
        "enable_time": since,
        "start_time": taken,
        "end_time": ended,
        "worked_minutes": _worked_minutes(log)[rows],
        "outcome": _outcomes(record, log)[rows],
    }


def lifecycle_table(record: Record) -> Columns:
    """A row for each transition of an item of work, and for whatever else happened to a claim."""
    log = _log(record)
    spell = log.what < FIRST_HAPPENING
    first = spell & (log.times[:, 2] == log.times[:, 1])
    # Who left between two shifts had nothing in hand but what was broken off already.
    again = spell & ~first & ((log.what != HANDED_BACK) | (log.times[:, 2] < log.times[:, 3]))
    parts = [
        (np.flatnonzero(first), 0, "schedule"),
        (np.flatnonzero(first), 1, "start"),
        (np.flatnonzero(again), 2, "resume"),
        *((np.flatnonzero(log.what == kind), 3, ENDS[kind]) for kind in range(FIRST_HAPPENING)),
        (np.flatnonzero(~spell), 3, "complete"),
    ]
    row = np.concatenate([rows for rows, _, _ in parts])
    time = np.concatenate([log.times[rows, at] for rows, at, _ in parts])
    transition = np.concatenate([np.full(len(rows), name, object) for rows, _, name in parts])
    order = np.lexsort((np.arange(len(row)), row, time))
    row = row[order]
    return {
        "case_id": log.claim[row],
        "activity": _activities(log)[row],
        # Nobody has an item yet that begins to wait.
        "resource": named(log.staff, np.where(transition[order] == "schedule", -1, log.agent[row])),
        "timestamp": moments(date.fromisoformat(record.facts.start), time[order]),
        "transition": transition[order],
    }


def agents_table(record: Record) -> Columns:
    """A row for everybody who was employed, called as in the table of events."""
    agents = record.agents
    names = [f"{v}/{a}" for v, a in zip(agents["vendor"], agents["agent"], strict=True)]
    left = [day or "NaT" for day in agents["left"]]
    return {
        "resource": np.array(names, "U"),
        **{name: np.array(agents[name], "U") for name in ("team", "vendor", "certification")},
        "entry_certification": np.array(agents["entry_certification"], "U"),
        "hired": np.array(agents["hired"], "datetime64[D]"),
        "left": np.array(left, "datetime64[D]"),
        "reason": np.array(agents["reason"], "U"),
        **{name: np.array(agents[name], np.float64) for name in AGENT_NUMBERS},
        **{name: np.array(agents[name], np.int64) for name in ("items", "errors")},
        "newcomer": np.array(agents["nested"], np.int64).astype(bool),
    }


AGENT_NUMBERS = (
    "tenure_days",
    "hours_share",
    "knowledge_domain",
    "knowledge_client",
    "busy_hours",
    "productive_hours",
)
"""Columns of the table of agents that are told as they are."""


def _log(record: Record) -> Log:
    assert record.log is not None, "the run kept no log"
    return record.log


def _activities(log: Log) -> Column:
    """What each event is called: the queue of a spell of work, else its kind."""
    spell = log.what < FIRST_HAPPENING
    return np.where(
        spell, named(log.queues, np.where(spell, log.about, -1)), named(log.kinds, log.what)
    )


def _outcomes(record: Record, log: Log) -> Column:
    """How each event came out, in words; empty where there is nothing to tell."""
    words = {
        "query_answered": MENDED,
        "denied": record.facts.categories,
        "appeal_decided": WON,
        "written_off": record.facts.causes,
    }
    found = np.full(len(log.what), "", object)
    for kind, told in words.items():
        rows = log.what == log.kinds.index(kind)
        found[rows] = named(told, log.about[rows])
    return found


def _worked_minutes(log: Log) -> NDArray[np.float64]:
    """Minutes at the desk of each finished item, nights and days off left out; else nan."""
    lengths = (log.times[:, 3] - log.times[:, 2]) * 1440.0
    broken: dict[tuple[object, ...], float] = {}
    for i in np.flatnonzero(log.what == BROKEN_OFF).tolist():
        item = _item(log, i)
        broken[item] = broken.get(item, 0.0) + float(lengths[i])
    minutes = np.where(log.what == DONE, lengths, np.nan)
    for i in np.flatnonzero((log.what == DONE) & (log.times[:, 2] > log.times[:, 1])).tolist():
        minutes[i] += broken[_item(log, i)]
    return minutes


def _item(log: Log, i: int) -> tuple[object, ...]:
    return int(log.claim[i]), int(log.about[i]), int(log.agent[i]), float(log.times[i, 1])
