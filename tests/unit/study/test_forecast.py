"""Forecasts by hand: percentiles of futures, dated weeks, and when queues are cleared."""

from __future__ import annotations

import math
from datetime import date

import pytest

from sim.record.record import Outcome
from sim.study.forecast import (
    BACKLOG,
    CASH,
    IN_TIME,
    NET_FTE,
    OLDEST,
    Forecast,
    cleared,
    forecasts,
    horizon,
    tables,
)
from sim.study.replicate import StudyResult
from sim.study.statistics import wilson_interval
from tests.scenarios import scenario

SAID = {
    "start": "2025-03-03",
    "horizon_days": 21,
    "hospital": {"scale": 0.5},
    "queues": [{"name": "edits", "due_days": 3}, {"name": "records", "due_days": 10}],
}
FUTURES = 9
"""So that p10 is the first of them and p90 the last: (9 + 1) / 10 = 1."""


def future(luck: int) -> Outcome:
    """Edits 10 · luck, then 5 · luck, then none; records always 4; nothing finished at first."""
    edits, records = [10 * luck, 5 * luck, 0], [4, 4, 4]
    queues = {
        "week": [0, 0, 1, 1, 2, 2],
        "queue": ["edits", "records"] * 3,
        "backlog": [x for pair in zip(edits, records, strict=True) for x in pair],
        "oldest_days": [9, 2, luck, 2, 0, 2],
        "in_time": [0, 0, 3, 1, 3, 1],
        "finished": [0, 0, 4, 1, 4, 1],
    }
    people = {"week": [0, 1, 2], "team": ["a"] * 3, "net": [-1.0, 0.0, 0.5 * luck]}
    money = {"week": [0, 1, 2], "cash_usd": [100.0 * luck, 0.0, -5.0]}
    return Outcome({}, {"queues": queues, "people": people, "money": money})  # type: ignore[dict-item]


def study(futures: int = FUTURES) -> StudyResult:
    found = {r: future(r + 1) for r in range(futures)}
    return StudyResult(("x",), {"x": found}, 1, (), "", futures, 0, {}, "", {"x": SAID})


def row(quantity: str, part: str, week: int, result: StudyResult | None = None) -> Forecast:
    rows = forecasts(result or study())
    return [r for r in rows if (r.quantity, r.part) == (quantity, part)][week]


def test_percentiles_are_those_of_one_future_at_full_size() -> None:
    """Twice 10 to 90 edits: the least and the largest of nine bound one more in eight of ten."""
    found = row(BACKLOG, "edits", 0)
    assert (found.p10, found.p50, found.p90) == (20.0, 100.0, 180.0)
    assert found.value == 100.0
    assert found.n == FUTURES
    assert math.isnan(found.low), "too few for an interval of the mean of what waits"
    assert row(CASH, "", 0).low > 0


def test_weeks_have_their_dates() -> None:
    found = row(BACKLOG, "edits", 2)
    assert found.period == "2025-03-17/2025-03-23"
    assert (found.starts, found.ends) == (date(2025, 3, 17), date(2025, 3, 23))


def test_the_whole_is_of_each_future() -> None:
    assert row(BACKLOG, "", 1).p50 == 2 * (25 + 4)
    assert row(OLDEST, "", 1).p90 == 9
    assert row(IN_TIME, "", 1).p50 == 4 / 5
    assert math.isnan(row(IN_TIME, "", 0).p50), "nothing was finished"
    assert row(NET_FTE, "a", 0).p50 == -2.0
    assert row(CASH, "", 2).p10 == -10.0


def test_few_futures_have_a_wider_band_that_ends_where_it_must() -> None:
    found = row(BACKLOG, "edits", 0, study(3))
    assert found.p10 == 0.0, "no fewer than none wait"
    assert found.p90 > 60.0, "beyond all three"
    assert row(IN_TIME, "edits", 1, study(2)).p90 <= 1.0
    alone = row(BACKLOG, "edits", 0, study(1))
    assert alone.p10 == alone.p50 == alone.p90 == 20.0


def test_a_queue_is_cleared_when_nothing_is_older_than_its_target() -> None:
    """Edits are for futures 1 to 3 in week 1, for the others in week 2; records at once."""
    edits, records = cleared(study(), date(2025, 3, 16))
    assert records.on == (date(2025, 3, 9),) * 3
    assert edits.on == (date(2025, 3, 16), date(2025, 3, 23), date(2025, 3, 23))
    assert (edits.met, edits.n) == (3, 9)
    assert (edits.low, edits.high) == wilson_interval(3, 9)
    [edits, _] = cleared(study(), date(2025, 3, 15))
    assert edits.met == 0, "the week is not over"
    assert cleared(study())[0].met == 9


def test_or_when_few_enough_wait() -> None:
    """At full size: 8 records always, so 7 or fewer never; 10 edits in week 1 of the first only."""
    edits, records = cleared(study(), None, 7)
    assert records.on == (None, None, None)
    assert (records.met, records.low) == (0, pytest.approx(0.0))
    assert edits.on == (date(2025, 3, 23),) * 3
    assert cleared(study(), None, 10)[0].on[0] == date(2025, 3, 16)


def test_files_have_a_row_for_each() -> None:
    written = tables(forecasts(study()), cleared(study()), date(2025, 3, 23))
    columns, rows = written["forecast.csv"]
    assert columns[:6] == ("quantity", "scenario", "against", "part", "period", "unit")
    assert len(list(rows)) == 3 * (3 * 3 + 2)
    assert len(list(written["cleared.csv"][1])) == 2


def test_all_weeks_count_and_nothing_comes_after() -> None:
    found = horizon(scenario(days=500), 8)
    assert (found.horizon_days, found.kpi_from_days, found.kpi_until_days) == (56, 0, 0)
    assert found.drain_days == 0


@pytest.mark.parametrize("quantity", [BACKLOG, OLDEST, IN_TIME, NET_FTE, CASH])
def test_every_quantity_has_a_unit(quantity: str) -> None:
    assert {r.unit for r in forecasts(study()) if r.quantity == quantity} != {""}
