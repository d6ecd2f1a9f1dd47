"""Charts about people: net FTE, knowledge by cohort, cost of turnover."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

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


def of_cohorts(*scenarios: dict[str, dict[int, float]]) -> StudyResult:
    """A study of one replication whose cohorts know this on these days."""
    outcomes = {}
    for i, cohorts_of in enumerate(scenarios):
        rows = [(day, c, level) for c, line in cohorts_of.items() for day, level in line.items()]
        days, names, levels = (list(column) for column in zip(*rows, strict=True))
        table = {"day": days, "cohort": names, "knowledge_domain": levels}
        outcomes[f"s{i}"] = {0: Outcome({}, {"cohorts": table})}
    return StudyResult(tuple(outcomes), outcomes, 1, (), "", 1, 0, {}, "")


STAYED = {"opening team": {28: 0.8, 56: 0.81, 84: 0.82}, "2025 Q1": {28: 0.3, 56: 0.4, 84: 0.5},
          "2025 Q2": {84: 0.2}}  # fmt: skip
LEFT = {"opening team": {28: 0.9}, "2025 Q1": {28: 0.35, 56: 0.6}, "2025 Q2": {56: 0.1, 84: 0.25}}


def test_those_who_left_know_nothing_at_the_end() -> None:
    """The first quarter left one scenario before the end: the second is spoken of."""
    title = cohorts.chart(View(of_cohorts(STAYED, LEFT), 1)).title
    assert title == (
        "S1: 25.0 % of full knowledge at the end in those hired in 2025 Q2, against 20.0 % for s0"
    )
    alone = cohorts.chart(View(of_cohorts(LEFT), 1)).title
    assert alone == "S0: 25.0 % of full knowledge at the end in those hired in 2025 Q2"
    both = cohorts.chart(View(of_cohorts(STAYED), 1)).title
    assert both.endswith("50.0 % of full knowledge at the end in those hired in 2025 Q1; "
                         "82.0 % in the opening team")  # fmt: skip


def test_where_nobody_who_was_hired_stays_the_last_common_day_is_said() -> None:
    gone = {"opening team": {28: 0.9, 112: 0.9}, "2025 Q1": {28: 0.35, 56: 0.6}}
    title = cohorts.chart(View(of_cohorts(STAYED, gone), 1)).title
    assert title == (
        "S1: 60.0 % of full knowledge 2 months after the start in those hired in 2025 Q1, against "
        "40.0 % for s0"
    )


def test_names_of_twenty_years_of_cohorts_stay_apart_and_in_the_chart() -> None:
    """Eighty quarters, half of which have left; all know much the same at the end."""
    months = range(28, 7300, 84)
    lines = {"opening team": {day: 0.97 for day in months if day < 3000}}
    for quarter in range(80):
        there = [day for day in months if day > 91 * quarter][: None if quarter % 2 else 20]
        name = f"{2025 + quarter // 4} Q{quarter % 4 + 1}"
        lines[name] = {day: 1 - 0.7 * 0.9 ** ((day - 91 * quarter) / 30) for day in there}
    figure = rendered(cohorts.chart(View(of_cohorts(lines, lines), 1)))
    for axes in figure.axes:
        assert len(axes.lines) == 81
        ends = {line.get_xdata()[-1] for line in axes.lines}
        boxes = [Text.get_window_extent(text) for text in axes.texts]  # without their leaders
        frame = axes.get_window_extent()
        assert 10 <= len(boxes) <= 14
        for text, box in zip(axes.texts, boxes, strict=True):
            assert text.xy[0] == max(ends)  # of those who are still there, and of no others
            assert frame.y0 - 2 <= box.y0
            assert box.y1 <= frame.y1 + 2
            assert box.x1 <= figure.bbox.x1
        ordered = sorted(boxes, key=lambda box: box.y0)
        assert all(a.y1 <= b.y0 + 1 for a, b in pairwise(ordered))
        assert {line.get_color() for line in axes.lines}.isdisjoint(
            {text.arrow_patch.get_edgecolor() for text in axes.texts}
        )
        assert {text.arrow_patch.get_linestyle() for text in axes.texts} == {":"}


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
