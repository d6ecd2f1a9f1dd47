"""The course of a run: rates by month of service, people by month, teams and money by week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.record.record import Record, Table
from sim.record.views import Floats, cohort_of, took_place, week_column


def _divide(top: Floats, bottom: Floats) -> Floats:
    out: Floats = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)
    return out


def _sums(groups: NDArray[np.int64], values: NDArray[Any], size: int) -> Floats:
    """Sum of the values of each group."""
    out: Floats = np.bincount(groups, values, size).astype(float)
    return out


def monthly(record: Record) -> Table:
    """Rows (month, month_start, kpi, value); months without data are left out."""
    facts = record.facts
    months = len(facts.month_starts)
    month_of = np.array(facts.month_of_day)
    series: dict[str, Floats] = {
        **_by_service_month(record, month_of, months),
        **_by_calendar_month(record, month_of, months),
    }
    table: Table = {"month": [], "month_start": [], "kpi": [], "value": []}
    for name, values in series.items():
        for month, value in enumerate(values.tolist()):
            if value == value:  # nan: nothing to divide by in that month
                table["month"].append(month)
                table["month_start"].append(facts.month_starts[month])
                table["kpi"].append(name)
                table["value"].append(value)
    return table


def _by_service_month(
    record: Record, month_of: NDArray[np.int64], months: int
) -> dict[str, Floats]:
    everything = cohort_of(record, 0, record.facts.horizon_days)
    claims = everything.claims
    month = month_of[claims["day"]]

    def count(mask: NDArray[np.bool_]) -> Floats:
        return np.bincount(month[mask], minlength=months).astype(float)

    def total(values: Floats) -> Floats:
        return _sums(month, values, months)

    first = claims["first_outcome"]
    known = count(first > 0)
    # A month counts once nearly all its claims are answered, or its rates would be those of the
    # quickest payers.
    came = took_place(record.facts, claims)
    known[known < 0.9 * count(came)] = 0.0
    expected = total(claims["expected"].astype(float))
    realised = claims["paid_cents"] + everything.open_value
    inpatient = claims["setting"] == 0
    coded = count(claims["wrong"] >= 0)
    return {
        "claims.first_pass_payment_rate": _divide(count(first == 1), known),
        "claims.rejection_rate": _divide(count(first == 2), known),
        "claims.rfi_rate": _divide(count(first == 3), known),
        "denials.initial_rate": _divide(count(first == 4), known),
        "quality.coding_accuracy": _divide(count(claims["wrong"] == 0), coded),
        "money.net_revenue_realisation": np.where(
            known > 0, _divide(total(realised), expected), np.nan
        ),
        # Revenue per inpatient case, with the mix of cases held constant.
        "money.inpatient_realisation": np.where(
            known > 0,
            _divide(total(realised * inpatient), total(claims["expected"] * inpatient)),
            np.nan,
        ),
        "claims.count": count(came),
    }


def _by_calendar_month(
    record: Record, month_of: NDArray[np.int64], months: int
) -> dict[str, Floats]:
    weeks = record.weeks
    day = np.array(weeks["day"], np.int64)
    month = month_of[day]
    weeks_in_month = np.zeros(months)
    for m in month_of[np.unique(day)]:
        weeks_in_month[m] += 1.0

    def total(name: str) -> Floats:
        return _sums(month, week_column(weeks, name), months)

    producing = total("producing")
    return {
        "people.headcount": _divide(total("employed"), weeks_in_month),
        "people.producing": _divide(producing, weeks_in_month),
        "people.plan": _divide(total("plan"), weeks_in_month),
        "people.mean_knowledge": _divide(total("knowledge"), producing),
        "people.client_knowledge": _divide(total("client"), producing),
        "people.occupancy": _divide(total("busy_minutes"), total("productive_minutes")),
        "money.cash_usd": _sums(month_of, record.days["cash_usd"], months),
        "money.fees_usd": _sums(month_of, record.days["fees_usd"], months),
    }


def people_weeks(record: Record) -> Table:
    """Headcount, vacancies and occupancy of each team by week, in full-time equivalents."""
    weeks = record.weeks
    plan, employed = week_column(weeks, "plan"), week_column(weeks, "employed")
    producing = week_column(weeks, "producing")
    busy, productive = week_column(weeks, "busy_minutes"), week_column(weeks, "productive_minutes")
    return {
        "week": [day // 7 for day in weeks["day"]],
        "team": weeks["team"],
        "plan": plan.tolist(),
        "employed": employed.tolist(),
        "vacant": (plan - employed).tolist(),
        "producing": producing.tolist(),
        "net": (producing - plan).tolist(),
        "hires_under_way": weeks["pipeline"],
        "knowledge_domain": _divide(week_column(weeks, "knowledge"), producing).tolist(),
        "knowledge_client": _divide(week_column(weeks, "client"), producing).tolist(),
        "occupancy": _divide(busy, productive).tolist(),
    }


def answer_weeks(record: Record) -> Table:
    """First answers to the claims of each week of service; claims without one are not counted."""
    facts, claims = record.facts, record.claims
    week = claims["day"] // 7
    size = (facts.horizon_days - 1) // 7 + 1
    names = ("paid", "rejected", "asked", "denied")
    counts = {
        name: np.bincount(week[claims["first_outcome"] == code], minlength=size).tolist()
        for code, name in enumerate(names, 1)
    }
    return {"week": list(range(size)), **counts}


def money_weeks(record: Record) -> Table:
    """Money by week, in USD: received, earned by day of service (open claims valued), and spent."""
    facts, days = record.facts, record.days
    horizon, start = facts.horizon_days, date.fromisoformat(facts.start)
    everything = cohort_of(record, 0, horizon)
    realised = everything.claims["paid_cents"] + everything.open_value
    by_day = {
        "cash_usd": days["cash_usd"],
        "accrued_usd": _sums(everything.claims["day"], realised, horizon) / 100.0,
        "fees_usd": days["fees_usd"],
        "hospital_usd": days["hospital_usd"],
        "one_off_usd": days["one_off_usd"],
    }
    week_of = np.arange(horizon) // 7
    weeks = range(int(week_of[-1]) + 1)
    return {
        "week": list(weeks),
        "week_start": [(start + timedelta(7 * week)).isoformat() for week in weeks],
        **{name: _sums(week_of, usd, len(weeks)).tolist() for name, usd in by_day.items()},
    }
