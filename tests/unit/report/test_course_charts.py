"""Charts of a course in time: control limits, ages of open work, careers."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.record.record import AGE_BANDS, Outcome
from sim.report.build import charts
from sim.report.charts import Chart, NothingToDraw, View, backlog_age, control, gantt, only
from sim.study.replicate import StudyResult
from tests.unit.report.test_charts import TWO, rendered

Study = Callable[..., StudyResult]


@pytest.fixture(scope="module")
def result(study: Study) -> StudyResult:
    return study(TWO, 3, 24)


@pytest.fixture(scope="module")
def drawn(result: StudyResult) -> dict[str, Chart]:
    return {chart.name: chart for chart in charts(result, scale=1).charts}


def test_they_are_part_of_every_study(drawn: dict[str, Chart]) -> None:
    assert {"denials_control", "backlog_age", "careers"} <= set(drawn)


def test_the_control_chart_marks_the_weeks_that_stand_out(drawn: dict[str, Chart]) -> None:
    chart = drawn["denials_control"]
    rows = only(chart.data, scenario="generalist")
    out = [week for week, signal in zip(rows["week"], rows["signal"], strict=True) if signal]
    assert out == [40, 41, 42, 43, 44]
    assert "weekly denials lie 5 weeks above the limits of the start" in chart.title
    base = [i for i, w in enumerate(rows["week"]) if 4 <= w < 30]
    centre = sum(rows["denied"][i] for i in base) / sum(rows["answered"][i] for i in base)
    assert (rows["low"][0] + rows["high"][0]) / 2 == pytest.approx(centre)


def test_one_week_is_one_week() -> None:
    found = control._finding({"scenario": ["a"] * 4, "signal": [1, 0, -1, -1]})
    assert "lie 1 week above and 2 weeks below the limits" in found


def test_limits_widen_with_the_spread_between_weeks() -> None:
    def limits(spread: float) -> float:
        denied = [100 + spread * (-1) ** w for w in range(60)]
        table = {"week": list(range(60)), "denied": denied, "paid": [1000 - d for d in denied],
                 "rejected": [0] * 60, "asked": [0] * 60}  # fmt: skip
        rows = control._rows(table, 30)
        assert not any(row[-1] for row in rows)
        return float(rows[10][5] - rows[10][4])

    # Binomial sigma of 100 in 1000 is 0.0095: three each way, unless weeks differ by more.
    assert limits(0.0) == pytest.approx(6 * 0.009487, rel=1e-3)
    assert limits(10.0) == pytest.approx(6 * 0.02 / 1.128, rel=1e-3)


def test_the_baseline_ends_where_something_happens() -> None:
    said = {"start": "2025-01-01", "timeline": [{"on": "2025-05-01"}]}
    assert control._baseline_end(said) == 120 // 7
    assert control._baseline_end({"start": "2025-01-01", "timeline": []}) == 30
    early = {"start": "2025-01-01", "timeline": [{"on": "2025-01-08"}]}
    assert control._baseline_end(early) == 12


def test_ages_sum_to_what_waits(drawn: dict[str, Chart], result: StudyResult) -> None:
    rows = only(drawn["backlog_age"].data, scenario="generalist", week=20)
    tables = [o.tables["queues"] for o in result.outcomes["generalist"].values()]
    waiting = [
        sum(b for w, b in zip(t["week"], t["backlog"], strict=True) if w == 20) for t in tables
    ]
    assert sum(rows[band][0] for band in AGE_BANDS) == pytest.approx(np.mean(waiting))
    assert "of the open work has waited for more than two weeks" in drawn["backlog_age"].title


def test_careers_are_those_of_the_largest_team(drawn: dict[str, Chart]) -> None:
    data = drawn["careers"].data
    assert 0 < len(data["agent"]) <= gantt.MOST_AGENTS
    assert data["first_day"] == sorted(data["first_day"])
    steps = ("first_day", "ready_day", "alone_day", "last_day")
    for row in zip(*(data[step] for step in steps), strict=True):
        assert list(row) == sorted(row)
    assert rendered(drawn["careers"]).axes


def test_what_was_not_recorded_is_not_drawn() -> None:
    bare = Outcome({"money.leakage": 0.1}, {"monthly": {"x": [1]}})
    result = StudyResult(("s",), {"s": {0: bare}}, 1, (), "", 1, 0, {}, "", {"s": {}})
    for module in (control, backlog_age, gantt):
        with pytest.raises(NothingToDraw):
            module.chart(View(result, 1.0))
