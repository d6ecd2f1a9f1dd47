"""A vendor's own account: what it charges, what that costs it, and the margin between."""

from __future__ import annotations

import numpy as np

from sim.record.record import ACCOUNT, COSTS, FEES, Record, Table
from sim.record.views import Floats, ratio, sums


def margins(record: Record) -> dict[str, float]:
    """Fees less all costs of the days of the KPI window, and over the fees.

    All vendors of a scenario count together.
    """
    facts = record.facts
    days = slice(facts.kpi_from_days, facts.horizon_days - facts.kpi_until_days)
    fees, costs = (
        sum(float(lines[item][days].sum()) for lines in record.accounts.values() for item in items)
        for items in ((FEES,), COSTS)
    )
    return {"vendor.margin_usd": fees - costs, "vendor.margin_share": ratio(fees - costs, fees)}


def vendor_months(record: Record) -> Table:
    """Each vendor's account by calendar month, in USD at the scale of the run.

    Months in which a vendor neither charged nor paid anything are left out.
    """
    facts = record.facts
    month_of, months = np.array(facts.month_of_day), len(facts.month_starts)
    table: Table = {name: [] for name in ("month", "month_start", "vendor", *ACCOUNT, "margin_usd")}
    for vendor, lines in record.accounts.items():
        by_month: list[Floats] = [sums(month_of, lines[item], months) for item in ACCOUNT]
        for month, start in enumerate(facts.month_starts):
            fees, *costs = (float(usd[month]) for usd in by_month)
            if fees or any(costs):
                row = (month, start, vendor, fees, *costs, fees - sum(costs))
                for column, value in zip(table.values(), row, strict=True):
                    column.append(value)
    return table
