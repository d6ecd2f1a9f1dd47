"""Plans: the lattice search by itself, limits with exact ends, files that are refused, tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from sim.scenario.load import ScenarioError
from sim.study.hiring import Class
from sim.study.lattice import Effort, Point, Score, search
from sim.study.plan import shortfall
from sim.study.plan_file import Limit, read_plan
from sim.study.start import fluid_classes, nearest
from sim.study.statistics import binomial_limits


class Toy(BaseModel):
    """What stands for a scenario: its name, and the place of its plan."""

    name: str
    point: Point = ()
    seed: int = 1
    description: str = "a plan"


def bowl(asked: list[tuple[Point, int]], at: Sequence[int]):  # type: ignore[no-untyped-def]
    """A measure without noise, whose best point is `at`; it notes what it is asked."""

    def measure(points: Sequence[Point], n: int) -> list[Score]:
        asked.extend((p, n) for p in points)
        return [(0.0, sum((x - y) ** 2 for x, y in zip(p, at, strict=True))) for p in points]

    return measure


def test_the_bottom_is_found_without_looking_everywhere() -> None:
    """Ten axes of twenty values are 10^13 points; steps that grow reach the bottom in few."""
    asked: list[tuple[Point, int]] = []
    bottom = (3, 17, 9, 0, 19, 5, 5, 12, 8, 1)
    seen = search([20] * 10, bowl(asked, bottom), [(10,) * 10], Effort(2, 4, 2000))
    assert seen.best(1) == [bottom]
    assert not seen.whole
    assert len(seen.scores) < 400
    assert seen.ended == "no neighbour is better at 4 replications"
    assert seen.spent <= 2000


def test_no_point_is_paid_for_twice() -> None:
    asked: list[tuple[Point, int]] = []
    seen = search([9, 9], bowl(asked, (8, 8)), [(0, 0)], Effort(4, 16, 100))
    assert len(asked) == len(set(asked))
    assert seen.spent == sum(seen.replications.values()) <= 100


def test_a_small_lattice_is_looked_at_whole() -> None:
    asked: list[tuple[Point, int]] = []
    seen = search([3, 3], bowl(asked, (2, 0)), [(0, 0)], Effort(4, 4, 100))
    assert seen.whole
    assert len(seen.scores) == 9


def test_a_budget_ends_the_search() -> None:
    asked: list[tuple[Point, int]] = []
    seen = search([99, 99], bowl(asked, (90, 90)), [(0, 0)], Effort(4, 32, 60))
    assert seen.ended == "the budget of the search ended"
    assert seen.spent <= 60


def test_what_is_not_feasible_comes_after_all_that_is() -> None:
    def measure(points: Sequence[Point], n: int) -> list[Score]:
        return [(float(max(0, 5 - x)), float(x)) for (x,) in points]

    seen = search([12], measure, [(0,)], Effort(2, 4, 200))
    assert seen.best(1) == [(5,)]


# --- limits ---------------------------------------------------------------------------------------


def test_shortfalls_by_hand() -> None:
    often = Limit(kpi="work.in_time_share.ar", at_least=0.8, probability=0.9)
    assert shortfall(often, [0.9] * 9 + [0.7]) == 0.0
    # Two of four: 0.4 missing; off by 0.1 and 0.2 of 0.8 in two of four.
    assert shortfall(often, [0.9, 0.8, 0.7, 0.6]) == pytest.approx(0.4 + 0.3 / 4 / 0.8)
    mean = Limit(kpi="money.fees_usd", at_most=100.0)
    assert shortfall(mean, [90.0, 130.0]) == pytest.approx(0.1)
    assert shortfall(mean, [90.0, 110.0]) == 0.0
    assert str(often) == "work.in_time_share.ar >= 0.8 with probability 0.9"


def test_exact_limits_of_a_chance() -> None:
    """Of 29 tries that all succeed the lower limit at 95 % is 0.05^(1/29), above 0.9."""
    low, high = binomial_limits(29, 29, 0.95)
    assert (low, high) == (pytest.approx(0.05 ** (1 / 29)), 1.0)
    assert binomial_limits(0, 10, 0.95) == (0.0, pytest.approx(1 - 0.05**0.1))
    low, high = binomial_limits(8, 10, 0.975)  # Clopper & Pearson's 95 % interval of 8 in 10
    assert (low, high) == (pytest.approx(0.4439, abs=1e-4), pytest.approx(0.9748, abs=1e-4))


# --- where it starts ------------------------------------------------------------------------------


def test_classes_of_the_hiring_plan_go_to_the_nearest_event() -> None:
    start = date(2025, 1, 1)
    plan = [
        Class(0, week, people, week + 2, week + 4, 1.0, 0.0)
        for week, people in ((4, 3), (9, 2), (30, 5))
    ]
    events = {
        "timeline.0.people": ("ar", date(2025, 2, 1)),
        "timeline.1.people": ("ar", date(2025, 7, 1)),
        "timeline.2.people": ("coding", date(2025, 2, 1)),
    }
    sizes = fluid_classes(events, start, {"ar": plan, "coding": [], "billing": plan})
    assert list(sizes.values()) == [5, 5, 0]


def test_a_start_is_a_value_of_the_axis() -> None:
    assert nearest([2, 4, 6], 5.2) == 2
    assert nearest([2, 4, 6], 4) == 1
    assert nearest(["2025-03-01", "2025-04-01"], "2025-04-01") == 1
    assert nearest(["fifo", "value", "ease"], None) == 1


# --- files ----------------------------------------------------------------------------------------

GOOD = """\
objective: money.net_value_usd
indifference: 1000
vary:
  teams.ar.headcount: 4..8 step 2
  timeline.0.people: [1, 2]
constraints:
  - {kpi: work.in_time_share.follow_up, at_least: 0.95, probability: 0.9}
budget:
  - {kpi: money.fees_usd, at_most: 1.0e+6}
"""


def written(folder: Path, old: str = "", new: str = "") -> Path:
    path = folder / "over.yaml"
    path.write_text(GOOD.replace(old, new) if old else GOOD, encoding="utf-8")
    return path


def test_a_plan_file_is_read(tmp_path: Path) -> None:
    asked = read_plan(written(tmp_path))
    assert asked.sizes == (3, 2)
    assert asked.points == 6
    assert [n.plain() for n in asked.axes["teams.ar.headcount"]] == [4, 6, 8]
    assert [str(limit) for limit in asked.said.limits] == [
        "work.in_time_share.follow_up >= 0.95 with probability 0.9",
        "money.fees_usd <= 1e+06",
    ]


REFUSED = {
    "an unknown KPI": ("follow_up, at_least", "folow_up, at_least", "constraints.0.kpi"),
    "an unknown objective": ("money.net_value_usd", "money.net_valu", "did you mean"),
    "no better value": ("money.net_value_usd", "people.headcount", "better than another"),
    "a limit without a side": ("at_most: 1.0e+6", "probability: 0.5", "either at_least or at_most"),
    "a range without a step": ("4..8 step 2", "4..8", "needs a step"),
    "a span": ("4..8 step 2", "4:8", "needs a step"),
    "nothing varied": ("4..8 step 2", "[]", "must be values or a range"),
    "an unknown key": ("indifference", "indiference", "indifference"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_planned_is_refused_at_its_line(case: str, tmp_path: Path) -> None:
    old, new, words = REFUSED[case]
    path = written(tmp_path, old, new)
    with pytest.raises(ScenarioError) as caught:
        read_plan(path)
    assert words in str(caught.value)
    assert f"{path}:" in str(caught.value)
