"""The vendor's own account: every line worked out by hand, and fees that are those billed."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.record.record import COSTS, Record
from tests.people import VENDOR, bare
from tests.scenarios import scenario
from tests.whole import everything

HIRING, TURNOVER = f"{VENDOR}.hiring", f"{VENDOR}.turnover"
DEAR = (
    f"{VENDOR}.costs={{burden_share: 0.25, span_of_control: 10, supervisor_usd_per_hour: 30, "
    "agents_per_qa: 20, qa_usd_per_hour: 40, facilities_usd_per_agent_year: 3652.5}"
)
STILL = f"{TURNOVER}.annual_rate=0"


def lines(record: Record, vendor: str = "generalist") -> dict[str, float]:
    """Totals of a vendor's account over the run."""
    return {item: float(usd.sum()) for item, usd in record.accounts[vendor].items()}


@pytest.mark.parametrize("scale", [0.13, 1.0])
def test_fees_wages_burden_and_overhead_by_hand(scale: float) -> None:
    """Ten people round the clock for 60 days: 14,400 hours, billed at 22 USD and paid at 19.

    A supervisor of ten costs 3 USD an hour, checks 2 USD, a seat 10 USD a day.
    """
    record = run(bare(10, STILL, DEAR, f"hospital.scale={scale}", days=60), 0)
    hours = 14_400 * scale
    wanted = {
        "fees_usd": 22.0 * hours,
        "wages_usd": 19.0 * hours,
        "burden_usd": 0.25 * 19.0 * hours,
        "recruiting_usd": 0.0,
        "training_usd": 0.0,
        "programmes_usd": 0.0,
        "overhead_usd": 5.0 * hours + 10 * 60 * 10.0 * scale,
    }
    assert lines(record) == pytest.approx(wanted)
    margin = (22.0 - 19.0 * 1.25 - 5.0) * 14_400 - 6_000
    kpis = outcome(record).kpis
    assert kpis["vendor.margin_usd"] == pytest.approx(margin / 60 * 365.25)
    assert kpis["vendor.margin_share"] == pytest.approx(margin / (22.0 * 14_400))


def test_without_costs_only_wages_stand_against_fees() -> None:
    record = run(bare(10, STILL, days=60), 0)
    found = lines(record)
    assert {item for item in COSTS if found[item]} == {"wages_usd"}
    none = run(bare(10, STILL, f"{VENDOR}.costs={{}}", days=60), 0)
    assert lines(none) == found


def test_recruiting_and_each_day_of_a_class_are_the_vendors() -> None:
    """Classes start on the day of a hire, and last ten days, weekends in them without teaching."""
    scene = bare(
        20,
        f"{TURNOVER}.annual_rate=3",
        "people.recruiting_usd=1000",
        f"{HIRING}.classroom_days=10",
        f"{VENDOR}.costs={{trainer_usd_per_class_day: 500}}",
        "calendar.workdays=[0, 1, 2, 3, 4]",
        days=300,
    )
    record = run(scene, 0)
    hired = [day for day in record.agents["hired_day"] if day > 0]
    starts = {int(day) for day in hired}
    assert len(starts) > 10
    days = [d for start in starts for d in range(start, min(start + 10, 300))]
    taught = sum((scene.start.weekday() + d) % 7 < 5 for d in days)
    found = lines(record)
    assert found["recruiting_usd"] == pytest.approx(1000.0 * len(hired))
    assert found["training_usd"] == pytest.approx(500.0 * taught)


def test_classes_on_set_days_are_no_larger_than_written() -> None:
    """Five places become free on day 10: classes of two on days 14, 21 and 28, three days each."""
    scene = bare(
        5,
        STILL,
        f"{HIRING}.class_every_days=7",
        f"{HIRING}.class_size=2",
        f"{HIRING}.classroom_days=3",
        f"{VENDOR}.costs={{trainer_usd_per_class_day: 500}}",
        "timeline=!replace [{kind: staffing, on: 2025-01-11, team: coding_inpatient, "
        "headcount: 10}]",
        days=60,
    )
    record = run(scene, 0)
    assert scene.start.isoformat() == "2025-01-01"
    booked = record.accounts["generalist"]["training_usd"]
    assert {int(day): booked[day] for day in np.flatnonzero(booked)} == dict.fromkeys(
        [14, 15, 16, 21, 22, 23, 28, 29, 30], 500.0
    )


def test_accounts_hold_what_the_hospital_pays_to_the_cent() -> None:
    """By the hour, the claim and the collections, for training, over switches and new prices."""
    record = run(everything(), 0)
    assert len(record.accounts) == 2
    paid = record.days["fees_usd"] + record.days["claim_fees_usd"]
    charged = sum(lines["fees_usd"] for lines in record.accounts.values())
    np.testing.assert_allclose(charged, paid, atol=0.005)
    assert record.days["claim_fees_usd"].sum() > 1000.0
    costs = {item: sum(lines[item].sum() for lines in record.accounts.values()) for item in COSTS}
    totals = record.totals
    assert costs["wages_usd"] == pytest.approx(totals["wages_usd"])
    assert costs["recruiting_usd"] == pytest.approx(totals["recruiting_usd"])
    assert costs["programmes_usd"] == pytest.approx(totals["programme_usd"])
    assert min(costs["wages_usd"], costs["recruiting_usd"], costs["programmes_usd"]) > 0.0
    table = outcome(record).tables["vendor"]
    assert sum(table["fees_usd"]) == pytest.approx(paid.sum(), abs=0.005)
    for i, margin in enumerate(table["margin_usd"]):
        assert margin == pytest.approx(table["fees_usd"][i] - sum(table[c][i] for c in COSTS))


def test_a_contract_that_ends_leaves_no_cost_after_it() -> None:
    switch = "timeline=!replace [{kind: vendor_switch, on: 2025-03-01, to: specialized}]"
    costs = "costs={burden_share: 0.3, facilities_usd_per_agent_year: 5000}"
    scene = scenario(
        "medcentral",
        switch,
        f"vendors.in_house.{costs}",
        f"vendors.specialized.{costs}",
        "kpi_from_days=30",
        days=120,
    )
    record = run(scene, 0)
    day = 59
    for item in ("wages_usd", "overhead_usd"):
        before, after = record.accounts["in_house"][item], record.accounts["specialized"][item]
        assert before[:day].sum() > 0.0
        assert after[day:].sum() > 0.0
        assert not before[day:].any()
        assert not after[:day].any()
