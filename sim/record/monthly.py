"""The course of a run: rates by month of service, people by month, teams and money by week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.record.rates import KNOWN_SHARE, answered, by_service
from sim.record.record import Table
from sim.record.views import ANSWERS, ASKED, DENIED, FIRST_PAID, REJECTED, Floats, View, sums


def _divide(top: NDArray[Any], bottom: NDArray[Any]) -> Floats:
    """Top over bottom; nan where there is nothing below."""
    out: Floats = np.divide(top, bottom, out=np.full(bottom.shape, np.nan), where=bottom > 0)
    return out


def monthly(view: View) -> Table:
    """Rows (month, month_start, kpi, value); months without data are left out."""
    facts = view.record.facts
    month_of = np.array(facts.month_of_day)
    series = {**_by_service_month(view, month_of), **_by_calendar_month(view, month_of)}
    rows = [
        (month, start, name, value)
        for name, values in series.items()
        for month, (start, value) in enumerate(
            zip(facts.month_starts, values.tolist(), strict=True)
        )
        if value == value  # nan: nothing to divide by in that month
    ]
    names = ("month", "month_start", "kpi", "value")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


BY_SERVICE = (
    "claims.first_pass_payment_rate",
    "claims.rejection_rate",
    "claims.rfi_rate",
    "denials.initial_rate",
    "quality.coding_accuracy",
    "money.net_revenue_realisation",
    "money.inpatient_realisation",
)
"""Rates that are told by month of service."""


def _by_service_month(view: View, month_of: NDArray[np.int64]) -> dict[str, Floats]:
    first_days = np.searchsorted(month_of, np.arange(len(view.record.facts.month_starts)))
    came, known = (np.add.reduceat(by_day, first_days) for by_day in answered(view))
    ripe = known >= KNOWN_SHARE * came
    rates, found = by_service(view), {}
    for name in BY_SERVICE:
        top, bottom = (
            np.add.reduceat(x, first_days) for x in (rates[name].top, rates[name].bottom)
        )
        unknown = rates[name].answers & ~(ripe & (known > 0))
        found[name] = np.where(unknown, np.nan, _divide(top, bottom))
    return {**found, "claims.count": came.astype(float)}


def _by_calendar_month(view: View, month_of: NDArray[np.int64]) -> dict[str, Floats]:
    facts, days, weeks = view.record.facts, view.record.days, view.weeks
    months = len(facts.month_starts)
    day = np.array(view.record.weeks["day"], np.int64)
    month = month_of[day]
    begins_week = np.zeros(facts.horizon_days)
    begins_week[day] = 1.0
    weeks_in_month = sums(month_of, begins_week, months)
    names = (
        "employed",
        "producing",
        "plan",
        "knowledge",
        "client",
        "busy_minutes",
        "productive_minutes",
    )
    total = {name: sums(month, weeks[name], months) for name in names}
    return {
        "people.headcount": _divide(total["employed"], weeks_in_month),
        "people.producing": _divide(total["producing"], weeks_in_month),
        "people.plan": _divide(total["plan"], weeks_in_month),
        "people.mean_knowledge": _divide(total["knowledge"], total["producing"]),
        "people.client_knowledge": _divide(total["client"], total["producing"]),
        "people.occupancy": _divide(total["busy_minutes"], total["productive_minutes"]),
        "money.cash_usd": sums(month_of, days["cash_usd"], months),
        "money.fees_usd": sums(month_of, days["fees_usd"] + days["claim_fees_usd"], months),
    }


def people_weeks(view: View) -> Table:
    """Headcount, vacancies and occupancy of each team by week, in full-time equivalents."""
    rows, weeks = view.record.weeks, view.weeks
    plan, employed, producing = weeks["plan"], weeks["employed"], weeks["producing"]
    return {
        "week": [day // 7 for day in rows["day"]],
        "team": rows["team"],
        "plan": plan.tolist(),
        "employed": employed.tolist(),
        "vacant": weeks["vacant"].tolist(),
        "producing": producing.tolist(),
        "net": (producing - plan).tolist(),
        "hires_under_way": rows["pipeline"],
        "knowledge_domain": _divide(weeks["knowledge"], producing).tolist(),
        "knowledge_client": _divide(weeks["client"], producing).tolist(),
        "occupancy": _divide(weeks["busy_minutes"], weeks["productive_minutes"]).tolist(),
        "exhaustion": _divide(weeks["exhaustion"], producing).tolist(),
        "touch_share": _divide(weeks["touch_share"], producing).tolist(),
        "volume": rows["volume"],
        "workload_hours": rows["workload_hours"],
        "required": rows["required"],
        "written_turnover": rows["annual_rate"],
    }


def answer_weeks(view: View) -> Table:
    """First answers to the claims of each week of service; claims without one are not counted."""
    first_days = np.arange(0, view.record.facts.horizon_days, 7)
    first = np.add.reduceat(view.answers, first_days).sum(axis=(2, 3))
    codes = (FIRST_PAID, REJECTED, ASKED, DENIED)
    return {
        "week": list(range(len(first_days))),
        **{ANSWERS[code]: first[:, code].tolist() for code in codes},
    }


def money_weeks(view: View) -> Table:
    """Money by week, in USD: received, earned by day of service, and spent."""
    facts, days, claims = view.record.facts, view.record.days, view.record.claims
    horizon, start = facts.horizon_days, date.fromisoformat(facts.start)
    by_day = {
        "cash_usd": days["cash_usd"],
        "accrued_usd": sums(claims["day"], claims["paid_cents"], horizon) / 100.0,
        "fees_usd": days["fees_usd"] + days["claim_fees_usd"],
        "hospital_usd": days["hospital_usd"] + days["query_usd"],
        "one_off_usd": days["one_off_usd"],
    }
    week_of = np.arange(horizon) // 7
    weeks = range(int(week_of[-1]) + 1)
    return {
        "week": list(weeks),
        "week_start": [(start + timedelta(7 * week)).isoformat() for week in weeks],
        **{name: sums(week_of, usd, len(weeks)).tolist() for name, usd in by_day.items()},
    }
