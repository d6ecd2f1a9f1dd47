"""Random scenarios that validation accepts: what must hold of every one of them.

The suite looks at a hundred, under both engines (determinism/test_engines);
`python -m tests.properties.test_random_scenarios` at a thousand.
"""

from __future__ import annotations

from datetime import timedelta
from math import isnan

import numpy as np
import pytest

from sim.model.simulation import run
from sim.record.kpis import kpi, outcome
from sim.record.record import Record, Table
from sim.record.views import took_place
from sim.scenario.schema import Scenario
from sim.scenario.timeline import NewPrice, PriceChange, Volume
from tests.oracles.test_conservation import assert_booked, assert_money, assert_places
from tests.random_scenarios import random_scenario

ALL, DAYS = 1000, 52
DRAINED_DAYS = 60
"""For every fifth of them what is open is finished for so long; the others end with their run."""
HORIZONS, LONGER = 20, 21
DEARER = 12
NO_PARTS = ("money.leakage", "money.net_revenue_realisation", "vendor.margin")
"""Shares of what was expected, as over-coding brings more than that, and what a loss may be."""
OVER_PAID = ("money.cost_to_collect", "denials.write_off_rate")
"""Shares of what was paid, which may be less than what is on top."""
BOTH_WAYS = (
    "people.exhaustion",
    "money.net_value_usd",
    "money.tco",
    "money.tco_with_revenue",
    "money.left_work_usd",
    "money.loss_usd.over_coding",
)
"""What may be below 0: what has been gained, saved or worked ahead."""
SLACK = 1e-9


def scene(seed: int) -> Scenario:
    """A random scenario, with a drain or without."""
    drawn = random_scenario(seed, DAYS)
    return drawn.model_copy(update={"drain_days": 0 if seed % 5 else DRAINED_DAYS})


def look_at(seed: int) -> Record:
    """Run a random scenario, and name it where something is wrong."""
    try:
        record = run(scene(seed), 0)
        (assert_money if seed % 5 else assert_booked)(record)
        assert_places(record)
        assert_possible(record)
    except Exception as error:
        raise AssertionError(f"random scenario {seed}: {error}") from error
    return record


def assert_possible(record: Record) -> None:
    """Shares are shares, nobody is busier than present, no position is emptier than empty."""
    weeks = {name: np.array(column) for name, column in record.weeks.items()}
    assert (weeks["busy_minutes"] <= weeks["productive_minutes"] + 1e-6).all()
    for name in (
        "plan",
        "employed",
        "busy_minutes",
        "productive_minutes",
        "paid_hours",
        "billed_hours",
        "scheduled_hours",
    ):
        assert (weeks[name] >= -SLACK).all(), name
    for name in ("fees_usd", "claim_fees_usd", "hospital_usd", "query_usd", "one_off_usd"):
        assert (record.days[name] >= -SLACK).all(), name
    for name, value in outcome(record).kpis.items():
        unit = kpi(name).unit
        if isnan(value):
            continue
        assert np.isfinite(value), name
        if unit == "share" and not name.startswith(NO_PARTS):
            assert value >= -SLACK, f"{name}: {value}"
            assert value <= 1 + SLACK or name in OVER_PAID, f"{name}: {value}"
        elif name not in BOTH_WAYS and not name.startswith(NO_PARTS):
            assert value >= -SLACK, f"{name}: {value}"


@pytest.mark.slow
def test_work_for_other_claims_spares_no_more_than_was_paid_for_it() -> None:
    """Hardly any claims in the window, after many before it, and a far dearer hour after it."""
    ahead = 0
    for seed in range(DEARER):
        drawn = random_scenario(seed, DAYS)
        first, last = drawn.kpi_from_days, DAYS - drawn.kpi_until_days
        fewer = Volume(kind="volume", on=drawn.start + timedelta(first), factor=0.1)
        dearer = [
            PriceChange(
                kind="price_change",
                vendor=vendor.name,
                on=drawn.start + timedelta(last + 1),
                price=NewPrice(usd_per_hour=1000.0),
            )
            for vendor in drawn.vendors
        ]
        kpis = outcome(run(drawn.model_copy(update={"timeline": (fewer, *dearer)}), 0)).kpis
        left, fees = kpis["money.left_work_usd"], kpis["money.fees_usd"]
        assert left >= -fees * (1 + SLACK), f"random scenario {seed}: {left:.0f}, {fees:.0f}"
        for name in ("money.cost_to_collect", "money.cost_per_transaction"):
            assert not kpis[name] < -SLACK, f"random scenario {seed}: {name} {kpis[name]}"
        ahead += left < 0.0
    assert ahead, "no work for other claims in any of them"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(HORIZONS))
def test_a_longer_run_changes_nothing_before(seed: int) -> None:
    short = random_scenario(seed, DAYS).model_copy(update={"drain_days": 0})
    long = short.model_copy(
        update={"horizon_days": DAYS + LONGER, "kpi_until_days": short.kpi_until_days + LONGER}
    )
    one, other = run(short, 0), run(long, 0)
    same = other.claims["day"] < DAYS
    for name in ("key", "day", "setting", "payer", "expected"):
        np.testing.assert_array_equal(one.claims[name], other.claims[name][same])
    end = DAYS - 1  # a run ends in the midst of the last evening
    # A visit that is lost in the end is closed as of the day for which it was planned first.
    came = took_place(other.facts, other.claims)[same]
    for name in ("first_day", "closed_day"):
        both = one.claims[name][came], other.claims[name][same][came]
        np.testing.assert_array_equal(*(np.where(c < end, c, -1) for c in both))
    for name, column in one.days.items():
        np.testing.assert_array_equal(column[:end], other.days[name][:end])
    for vendor, lines in one.accounts.items():
        for item, usd in lines.items():
            np.testing.assert_array_equal(usd[:end], other.accounts[vendor][item][:end])
    weeks = end // 7
    assert before(one.queues, "week", weeks) == before(other.queues, "week", weeks)
    assert before(one.weeks, "day", 7 * weeks) == before(other.weeks, "day", 7 * weeks)


def before(table: Table, column: str, end: int) -> list[tuple[object, ...]]:
    """The rows of a table in which a column stays below an end."""
    rows = zip(*table.values(), strict=True)
    return [row for row, at in zip(rows, table[column], strict=True) if at < end]


if __name__ == "__main__":
    for each in range(ALL):
        look_at(each)
    print(f"{ALL} random scenarios: nothing impossible")
