"""Charts about people: net FTE, knowledge by cohort, cost of turnover."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.record.record import Outcome
from sim.report.build import charts
from sim.report.charts import Chart, NothingToDraw, View, cohorts, net_fte, only, turnover_cost
from sim.study.replicate import StudyResult
from tests.unit.report.test_charts import TWO, rendered

Study = Callable[..., StudyResult]


@pytest.fixture(scope="module")
def result(study: Study) -> StudyResult:
    return study(TWO, 4, 12)


@pytest.fixture(scope="module")
def drawn(result: StudyResult) -> dict[str, Chart]:
    return {chart.name: chart for chart in charts(result, scale=1).charts}


def test_they_are_part_of_every_study(drawn: dict[str, Chart]) -> None:
    assert {"net_fte", "knowledge_by_cohort", "turnover_cost"} <= set(drawn)


def test_net_fte_is_the_mean_by_team_and_week(drawn: dict[str, Chart], result: StudyResult) -> None:
    tables = [o.tables["people"] for o in result.outcomes["generalist"].values()]
    week_20 = [
        net
        for t in tables
        for week, team, net in zip(t["week"], t["team"], t["net"], strict=True)
        if (week, team) == (20, "billing")
    ]
    rows = only(drawn["net_fte"].data, team="billing", scenario="generalist", week=20)
    assert rows["mean"] == [pytest.approx(np.mean(week_20))]
    assert drawn["net_fte"].title.startswith("Specialised: 1.6 % fewer people at work than planned")


def test_one_scenario_names_the_team_that_misses_most(study: Study) -> None:
    chart = net_fte.chart(View(study(TWO[:1], 2, 6), 1))
    assert chart.title.endswith("most in coding outpatient")
    assert len(rendered(chart).axes) == 3


def test_cohorts_rise_and_are_told_apart(drawn: dict[str, Chart]) -> None:
    chart = drawn["knowledge_by_cohort"]
    first = only(chart.data, scenario="generalist", cohort="2025 Q1")["mean"]
    assert first == sorted(first)
    assert chart.title.startswith("Specialised: 99")
    assert "hired in 2025 Q1, against 90.4 %" in chart.title
    axes = rendered(chart).axes[0]
    assert axes.lines[0].get_linestyle() == "--"  # the opening team
    assert len({line.get_color() for line in axes.lines}) == len(axes.lines)


def test_bars_show_the_cost_of_turnover(drawn: dict[str, Chart], result: StudyResult) -> None:
    chart = drawn["turnover_cost"]
    costs = [
        np.mean([o.kpis["people.turnover_cost_usd_per_year"] for o in result.outcomes[n].values()])
        for n in TWO
    ]
    bars = rendered(chart).axes[0].patches
    assert [bar.get_width() for bar in bars] == pytest.approx(costs)
    assert "a year spent on replacing leavers" in chart.title


def test_without_people_there_is_nothing_to_draw() -> None:
    empty = StudyResult(
        ("a",),
        {"a": {0: Outcome({}, {"people": {}, "cohorts": {}})}},
        1,
        (),
        "",
        1,
        0,
        {"a": ""},
        "",
    )
    for make in (net_fte.chart, cohorts.chart, turnover_cost.chart):
        with pytest.raises(NothingToDraw):
            make(View(empty, 1))
