"""Scenarios that begin with today's stock, for tests."""

from __future__ import annotations

from typing import Any

from sim.scenario.load import load
from sim.scenario.schema import Scenario
from tests.scenarios import TEAMS

START = "2025-03-03"
"""A Monday."""
SIZE = {"horizon_days": 60, "kpi_from_days": 0, "kpi_until_days": 0, "drain_days": 0}
OPEN_WORK: list[dict[str, Any]] = [
    {
        "queue": queue,
        "payer": payer,
        "age_from_days": least,
        "age_to_days": most,
        "count": count,
        "amount_usd": usd,
    }
    for queue, payer, least, most, count, usd in (
        ("coding_outpatient", "commercial", 0, 6, 120, 60_000.55),
        ("coding_inpatient", "medicare", 1, 3, 30, 400_000),
        ("cdi_query", "medicaid", 0, 2, 12, 40_000),
        ("edits", "commercial", 0, 10, 40, 25_000),
        ("records", "other", 5, 20, 25, 30_000),
        ("denials_technical", "commercial", 0, 60, 90, 70_000.01),
        ("denials_clinical", "medicare_advantage", 10, 40, 35, 150_000),
        ("follow_up", "managed_medicaid", 0, 70, 80, 50_000),
        ("underpayments", "commercial", 3, 90, 15, 900),
    )
]
AT_PAYERS: list[dict[str, Any]] = [
    {
        "payer": payer,
        "awaiting": awaiting,
        "from_date": first,
        "to_date": last,
        "count": count,
        "amount_usd": 450.0 * count,
    }
    for payer, awaiting, first, last, count in (
        ("commercial", "reply", "2025-01-20", "2025-03-03", 300),
        ("medicare", "reply", "2024-11-01", "2025-01-10", 20),
        ("commercial", "records", "2025-01-01", "2025-03-01", 12),
        ("medicare", "correction", "2025-01-01", "2025-03-01", 12),
        ("commercial", "appeal", "2025-01-01", "2025-03-01", 12),
        ("other", "physician", "2025-02-27", "2025-03-02", 9),
        ("medicare", "bill_hold", "2025-02-27", "2025-03-02", 40),
    )
]


def today(
    *overrides: str,
    name: str = "generalist",
    scale: float = 1.0,
    volume: float = 0.02,
    **state: Any,
) -> Scenario:
    """A shipped scenario with the stock above, or the given parts of it, on a small hospital.

    At scale 1 it is its `volume` that is small.
    """
    written = {"as_of": START, "open_work": OPEN_WORK, "at_payers": AT_PAYERS, **state}
    base = {"extends": f"{name}.yaml", "start": START, **SIZE, "state": written}
    small = [
        f"hospital.scale={scale}",
        f"hospital.inpatient.claims_per_year={18_000 * volume}",
        f"hospital.outpatient.claims_per_year={332_000 * volume}",
        *(f"teams.{team}.overtime=null" for team in TEAMS),
    ]
    return load(base, [*small, *overrides]).scenario
