"""Contracts settled: credits, gains, volumes and exits of each window, and who pays them.

What is settled is booked on the last day of its window, in the hospital's fees and in the vendor's
account alike, so that every figure of money downstream has it. A window in which the vendor charged
nothing is not settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

import numpy as np

from sim.record.rates import KNOWN_SHARE, Rate, answered, every
from sim.record.record import FEES, Agreement, Owed, Record, Table
from sim.record.views import Floats, View, ratio

QUARTER_DAYS = 91
"""Days over which the fees are averaged that are owed for a notice."""


@dataclass(frozen=True, slots=True)
class Due:
    """A KPI in a window: its value (nan where it cannot be told), and the credit, before the cap.

    `credit_share` is of the window's fees.
    """

    owed: Owed
    value: float
    credit_share: float

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        sign = 1.0 if self.owed.higher_is_better else -1.0
        return sign * self.value >= sign * self.owed.target


@dataclass(frozen=True, slots=True)
class Settled:
    """A window of a contract, in USD at the scale of the run; claims are a month's at scale 1."""

    agreement: Agreement
    begins: str
    last_day: int
    claims: float
    billed: float
    dues: tuple[Due, ...]
    credits: float
    discount: float
    shortfall: float
    gain: float
    exit: float

    @property
    def fees(self) -> float:
        """What the hospital pays in the end."""
        return self.billed + self.change

    @property
    def change(self) -> float:
        """What is paid on top of what was billed."""
        return self.shortfall + self.gain + self.exit - self.credits - self.discount


def settle(record: Record) -> tuple[Record, list[Settled]]:
    """The record with all that is settled in its fees, and the windows; as it is without contracts.

    Every window is settled by what was billed, other contracts of the vendor notwithstanding.
    """
    agreements = record.facts.agreements
    if not agreements:
        return record, []
    view = View(record)
    rates, known = every(view), answered(view)
    found = [
        window
        for agreement in agreements
        for window in _windows(record, view, agreement, rates, known)
    ]
    fees = record.days["fees_usd"].copy()
    accounts = {vendor: dict(lines) for vendor, lines in record.accounts.items()}
    for window in found:
        lines = accounts[window.agreement.vendor]
        lines[FEES] = _with(lines[FEES], window)
        fees = _with(fees, window)
    days = {**record.days, "fees_usd": fees}
    return replace(record, days=days, accounts=accounts), found


def _with(by_day: Floats, window: Settled) -> Floats:
    out = by_day.copy()
    out[window.last_day] += window.change
    return out


def _windows(
    record: Record,
    view: View,
    agreement: Agreement,
    rates: dict[str, Rate],
    known: tuple[Floats, Floats],
) -> Iterator[Settled]:
    """The windows in which the vendor charged anything; an early end falls into its own day."""
    facts, scale = record.facts, record.facts.scale
    fees = record.accounts[agreement.vendor][FEES] if agreement.vendor in record.accounts else None
    if fees is None:
        return
    for begins, first, end in agreement.windows:
        span = slice(first, end)
        billed = float(fees[span].sum())
        if billed <= 0.0:
            continue
        claims = float(record.days["submitted"][span].sum()) / scale / agreement.months
        dues = tuple(_due(owed, rates[owed.kpi], known, span) for owed in agreement.owed)
        share = min(agreement.at_risk_share, sum(due.credit_share for due in dues))
        missing = max(0.0, agreement.minimum_claims - claims) * agreement.months * scale
        yield Settled(
            agreement,
            begins,
            end - 1,
            claims,
            billed,
            dues,
            credits=share * billed,
            discount=discount(claims, agreement.tiers) * billed,
            shortfall=missing * agreement.shortfall_usd_per_claim,
            gain=_gain(agreement, view, billed, span),
            exit=0.0,
        )
    if agreement.ended is not None:
        day, nothing = min(agreement.ended, facts.horizon_days) - 1, 0.0
        before = fees[max(0, day + 1 - QUARTER_DAYS) : day + 1]
        notice = float(before.mean()) * agreement.notice_days if len(before) else nothing
        begins = facts.month_starts[facts.month_of_day[day]]
        yield Settled(
            agreement,
            begins,
            day,
            nothing,
            nothing,
            (),
            nothing,
            nothing,
            nothing,
            nothing,
            agreement.exit_usd * scale + notice,
        )


def _due(owed: Owed, rate: Rate, known: tuple[Floats, Floats], span: slice) -> Due:
    """A KPI over a window, and the credit of the worst threshold that it passes."""
    value = ratio(float(rate.top[span].sum()), float(rate.bottom[span].sum()))
    came, seen = (float(by_day[span].sum()) for by_day in known)
    if rate.answers and seen < KNOWN_SHARE * came:
        value = float("nan")
    sign = 1.0 if owed.higher_is_better else -1.0
    passed = [credit for threshold, credit in owed.ladder if sign * value < sign * threshold]
    return Due(owed, value, max(passed, default=0.0))


def discount(claims: float, tiers: tuple[tuple[int, float], ...]) -> float:
    """Discount on all fees, where each tier's holds for the claims between it and the next."""
    if claims <= 0.0:
        return 0.0
    ends = [*tiers, (inf, 0.0)]
    return (
        sum(
            part * max(0.0, min(claims, above) - below)
            for (below, part), (above, _) in pairwise(ends)
        )
        / claims
    )


def _gain(agreement: Agreement, view: View, billed: float, span: slice) -> float:
    """The vendor's part of what was paid, for services of a window, beyond the baseline."""
    if agreement.gain is None:
        return 0.0
    baseline, part, most = agreement.gain
    claims = view.everything.between(span.start, span.stop).claims
    expected = float(view.served_cents[span].sum()) / 100.0
    beyond = float(np.sum(claims["paid_cents"])) / 100.0 - baseline * expected
    return min(most * billed, max(0.0, part * beyond))


def totals(windows: Sequence[Settled], first_day: int, end_day: int) -> dict[str, float]:
    """The KPIs of contracts, of windows settled within some days; money at the scale of the run."""
    counted = [w for w in windows if first_day <= w.last_day < end_day]
    measured = [w for w in counted if w.dues]
    dues = [due for w in measured for due in w.dues if due.value == due.value]
    return {
        "contract.credits_usd": sum(w.credits for w in counted),
        "contract.gain_usd": sum(w.gain for w in counted),
        "contract.settled_usd": sum(w.change for w in counted),
        "contract.credited_share": ratio(sum(w.credits > 0.0 for w in measured), len(measured)),
        "contract.target_met_share": ratio(sum(due.met for due in dues), len(dues)),
    }


def tables(windows: Sequence[Settled]) -> dict[str, Table]:
    """`contract`: a row per window and KPI; `settlements`: a row per window."""
    kpis = [
        (
            w.agreement.name,
            w.agreement.vendor,
            w.begins,
            due.owed.kpi,
            due.value,
            due.owed.target,
            int(due.met) if due.value == due.value else "",
            _capped(w, due),
        )
        for w in windows
        for due in w.dues
    ]
    spans = [
        (
            w.agreement.name,
            w.agreement.vendor,
            w.begins,
            w.claims,
            w.billed,
            w.credits,
            w.discount,
            w.shortfall,
            w.gain,
            w.exit,
            w.fees,
        )
        for w in windows
    ]
    head = ("contract", "vendor", "window_start")
    return {
        "contract": _table((*head, "kpi", "value", "target", "met", "credit_usd"), kpis),
        "settlements": _table(
            (
                *head,
                "claims_per_month",
                "billed_usd",
                "credits_usd",
                "discount_usd",
                "shortfall_usd",
                "gain_usd",
                "exit_usd",
                "fees_usd",
            ),
            spans,
        ),
    }


def _capped(window: Settled, due: Due) -> float:
    """A KPI's part of a window's credits, once they are capped."""
    whole = sum(each.credit_share for each in window.dues)
    return window.credits * due.credit_share / whole if whole else 0.0


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    return {name: [row[i] for row in rows] for i, name in enumerate(columns)}
