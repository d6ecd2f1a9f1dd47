"""Before the day on which two scenarios first differ, they are the same, table for table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sim.model.simulation import run
from sim.record.record import Record, Table
from tests.people import VENDOR
from tests.scenarios import scenario

START = date(2025, 1, 1)
DAY = 100  # a Friday, in the middle of a week of the weekly tables
ON = START + timedelta(DAY)
DAYS = 200

PROGRAMME = (
    f"{VENDOR}.programmes=[{{name: upskilling, from_certification: none, to_certification: CPC,"
    " after_days: 0, enrol_share: 1, months: 1, study_hours_per_week: 8, pass_share: 1,"
    " cost_usd: 500, hazard_multiplier: 0.5}]"
)
# The programme is written in every world; but for the last change it never starts in time.
NOT_YET = (
    f"{{kind: programme_start, on: {START + timedelta(DAYS - 1)}, vendor: generalist,"
    " programme: upskilling}"
)
CHANGES = {
    "a rule change": f"{{kind: policy_change, on: {ON}, skills: all, obsolete_share: 0.6}}",
    "an attrition shock": f"{{kind: attrition_shock, on: {ON}, team: billing, share: 0.5}}",
    "a lay-off": f"{{kind: layoff, on: {ON}, team: coding_outpatient, share: 0.5}}",
    "a larger plan": f"{{kind: staffing, on: {ON}, team: clinical, headcount: 300}}",
    "a certification programme": (
        f"{{kind: programme_start, on: {ON}, vendor: generalist, programme: upskilling}}"
    ),
}


def simulated(*overrides: str) -> Record:
    busy = ["hospital.scale=0.05", f"{VENDOR}.turnover.annual_rate=3", PROGRAMME]
    return run(scenario("generalist", *busy, *overrides, days=DAYS), 0)


@pytest.fixture(scope="module")
def unchanged() -> Record:
    return simulated(f"timeline=[{NOT_YET}]")


def rows_before(table: Table, day_of: Any) -> list[dict[str, Any]]:
    """Rows that were complete before the day."""
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    return [row for row in rows if day_of(row) <= DAY]


def past(record: Record) -> dict[str, Any]:
    """Everything in a record that was settled before the day."""
    claims = record.claims
    settled = (claims["closed_day"] >= 0) & (claims["closed_day"] < DAY)
    agents = rows_before(record.agents, lambda row: row["hired_day"])
    gone = [row for row in agents if row["left"] and date.fromisoformat(row["left"]) < ON]
    return {
        "closed claims": [claims[name][settled].tolist() for name in sorted(claims)],
        "first answers": [
            claims["first_outcome"][answered].tolist()
            for answered in [(claims["first_day"] >= 0) & (claims["first_day"] < DAY - 60)]
        ],
        "claims served": [
            claims[name][claims["day"] < DAY].tolist() for name in ("key", "payer", "expected")
        ],
        **{f"daily {name}": column[:DAY].tolist() for name, column in record.days.items()},
        "weeks": rows_before(record.weeks, lambda row: row["day"] + 7),
        "queues": rows_before(record.queues, lambda row: 7 * row["week"] + row["days"]),
        "cohorts": rows_before(record.cohorts, lambda row: row["day"]),
        "gone": gone,
        "hired": [
            (row["agent"], row["hired_day"], row["entry_certification"])
            for row in agents
            if row["hired_day"] < DAY
        ],
    }


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_moves_before_the_change(unchanged: Record, change: str) -> None:
    changed = simulated(f"timeline=[{CHANGES[change]}, {NOT_YET}]")
    before, also_before = past(unchanged), past(changed)
    for name, rows in before.items():
        assert len(rows) > 0
        assert rows == also_before[name], name
    assert len(before["gone"]) > 5
    assert len(before["closed claims"][0]) > 500
    assert unchanged.weeks != changed.weeks  # and from that day on they differ
