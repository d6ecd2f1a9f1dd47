"""The search for a break-even: known roots found, their bounds right, none invented."""

import math

import pytest

from sim.study.breakeven import MOST_STEPS, BreakEven, crossing, search
from sim.study.statistics import Interval


def around(mean: float, half: float = 0.0) -> Interval:
    return Interval(10, mean, half / 2, mean - half, mean + half)


@pytest.mark.parametrize("root", [0.11, 0.5, 0.87])
def test_a_straight_line_is_met_at_once(root: float) -> None:
    asked: list[float] = []

    def difference(value: float) -> Interval:
        asked.append(value)
        return around(3.0 * (root - value), 0.3)

    found = search(difference, 0.0, 1.0)
    assert found.root == pytest.approx(root, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((root - 0.1, root + 0.1), abs=1e-6)
    assert len(asked) == 3


@pytest.mark.parametrize("rising", [1.0, -1.0])
def test_a_curve_is_met_within_its_noise(rising: float) -> None:
    found = search(lambda v: around(rising * (math.exp(4 * v) - math.exp(2)), 0.5), 0.0, 1.0)
    assert len(found.tried) <= MOST_STEPS + 2
    assert found.root == pytest.approx(0.5, abs=0.02)
    assert found.low < 0.5 < found.high
    assert list(found.tried) == sorted(found.tried)


def test_no_change_of_sign_is_no_root_and_costs_nothing() -> None:
    found = search(lambda v: around(1.0 + v), 0.0, 1.0)
    assert math.isnan(found.root)
    assert list(found.tried) == [0.0, 1.0]


def test_bounds_beyond_the_span_are_infinite() -> None:
    found = BreakEven.of({0.0: around(1.0, 2.0), 1.0: around(-1.0, 0.5)})
    assert found.root == 0.5
    assert found.low == -math.inf
    assert found.high == pytest.approx(1.0 - 0.5 / 3.5 * 1.0, abs=0.2)
    assert found.root < found.high < 1.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_without_a_root_the_bounds_are_where_zero_is_held(sign: float) -> None:
    """Means of 1 and 5, half widths of 3: the nearer edge goes from −2 to 2, and meets 0 at ½."""
    grows = BreakEven.of({0.0: around(sign, 3.0), 1.0: around(5.0 * sign, 3.0)})
    assert math.isnan(grows.root)
    assert (grows.low, grows.high) == (-math.inf, 0.5)
    shrinks = BreakEven.of({0.0: around(5.0 * sign, 3.0), 1.0: around(sign, 3.0)})
    assert math.isnan(shrinks.root)
    assert (shrinks.low, shrinks.high) == (0.5, math.inf)


def test_a_crossing_lies_on_the_straight_line() -> None:
    assert crossing([0, 2, 4], [3, 1, -1]) == 3.0
    assert crossing([0, 1], [0.0, 1.0]) == 0.0
    assert math.isnan(crossing([0, 1], [1.0, 2.0]))
