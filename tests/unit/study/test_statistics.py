"""Each statistic against SciPy's, or against numbers worked out by hand; and its edges."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.study.statistics import (
    INSIDE,
    OPEN,
    OUTSIDE,
    Interval,
    Precision,
    holm,
    kim_nelson,
    mean_interval,
    mser5,
    paired_difference,
    prediction_interval,
    quantile_interval,
    replications_needed,
    running_half_width,
    wilson_interval,
)

RNG = np.random.default_rng(1)
A = RNG.normal(10, 2, 12)
B = A + RNG.normal(0.5, 0.3, 12)
NONE = np.zeros(1)


def test_mean_interval_is_the_t_interval() -> None:
    interval = mean_interval(A, 0.9)
    low, high = stats.t.interval(0.9, 11, A.mean(), stats.sem(A))
    assert (interval.low, interval.high) == pytest.approx((low, high))
    assert (interval.n, interval.mean, interval.sd) == (12, A.mean(), A.std(ddof=1))


def test_undefined_values_are_left_out_and_counted() -> None:
    interval = mean_interval([1.0, math.nan, 3.0])
    assert (interval.n, interval.mean) == (2, 2.0)


@pytest.mark.parametrize(("values", "n"), [([], 0), ([math.nan], 0), ([4.0], 1)])
def test_too_few_values_have_no_interval(values: list[float], n: int) -> None:
    interval = mean_interval(values)
    assert interval.n == n
    assert interval.mean == 4.0 if n else math.isnan(interval.mean)
    assert math.isnan(interval.low)
    assert math.isnan(interval.sd)


def test_equal_values_have_an_interval_of_width_exactly_zero() -> None:
    interval = mean_interval([0.1] * 7)  # whose mean by summation is not 0.1
    assert (interval.mean, interval.sd, interval.low, interval.high) == (0.1, 0, 0.1, 0.1)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((2.0, 3.0), INSIDE),
        ((1.0, 4.0), INSIDE),
        ((2.5, 2.5), INSIDE),
        ((4.1, 9.0), OUTSIDE),
        ((-9.0, 0.9), OUTSIDE),
        ((0.9, 2.0), OPEN),
        ((3.0, 4.1), OPEN),
        ((0.0, 5.0), OPEN),
        ((4.0, 5.0), OPEN),
        ((math.nan, math.nan), OPEN),
        ((3.0, math.nan), OPEN),
        ((math.inf, math.inf), OUTSIDE),
    ],
)
def test_an_interval_is_in_a_range_only_with_both_ends(
    ends: tuple[float, float], expected: str
) -> None:
    assert Interval(9, sum(ends) / 2, 1.0, *ends).against(1.0, 4.0) == expected


def test_a_range_without_an_end_is_a_direction() -> None:
    assert Interval(9, 2.0, 1.0, 1.0, 3.0).against(-math.inf, 3.0) == INSIDE
    assert Interval(9, 2.0, 1.0, 1.0, 3.0).against(2.0, math.inf) == OPEN
    assert Interval(9, 2.0, 1.0, 1.0, 3.0).against(4.0, math.inf) == OUTSIDE


def test_paired_difference_is_the_paired_t_test() -> None:
    pair = paired_difference(A, B)
    reference = stats.ttest_rel(B, A)
    interval = reference.confidence_interval()
    assert pair.p == pytest.approx(reference.pvalue)
    assert pair.interval.low == pytest.approx(interval.low)
    assert pair.interval.high == pytest.approx(interval.high)
    assert pair.relative == pytest.approx((B - A).mean() / A.mean())
    assert pair.correlation == pytest.approx(stats.pearsonr(A, B).statistic)
    independent = A.var(ddof=1) + B.var(ddof=1)
    assert pair.variance_reduction == pytest.approx(independent / (B - A).var(ddof=1))


def test_no_difference_at_all_is_certain() -> None:
    pair = paired_difference(A, A)
    assert (pair.interval.mean, pair.interval.low, pair.interval.high) == (0, 0, 0)
    assert pair.p == 1
    assert pair.variance_reduction == math.inf


def test_a_constant_difference_is_certain_too() -> None:
    pair = paired_difference([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    assert (pair.interval.low, pair.interval.high, pair.p) == (1, 1, 0)


def test_where_nothing_varies_there_is_no_variance_reduction() -> None:
    pair = paired_difference([1.0, 1.0], [1.0, 1.0])
    assert math.isnan(pair.variance_reduction)
    assert math.isnan(pair.correlation)


def test_only_pairs_defined_on_both_sides_count() -> None:
    pair = paired_difference([1.0, math.nan, 2.0, 4.0], [2.0, 5.0, math.nan, 6.0])
    assert (pair.interval.n, pair.interval.mean, pair.relative) == (2, 1.5, 0.6)


def test_one_pair_is_no_test() -> None:
    pair = paired_difference([1.0], [2.0])
    assert (pair.interval.n, pair.interval.mean) == (1, 1)
    assert math.isnan(pair.p)


def test_the_relative_difference_has_the_sign_of_the_difference() -> None:
    assert paired_difference([-2.0, -2.0], [-1.0, -1.0]).relative == 0.5
    assert math.isnan(paired_difference([0.0, 0.0], [1.0, 1.0]).relative)


def test_holm_by_hand() -> None:
    adjusted = holm([0.01, math.nan, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx([0.03, math.nan, 0.06, 0.06, 0.02], nan_ok=True)
    assert holm([0.6, 0.7]).tolist() == [1, 1]
    assert holm([]).tolist() == []


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (10, 10), (199, 200)])
def test_wilson_interval_is_scipys(successes: int, n: int) -> None:
    reference = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson_interval(successes, n) == pytest.approx((reference.low, reference.high))


def test_no_trials_say_nothing_about_a_probability() -> None:
    assert all(map(math.isnan, wilson_interval(0, 0)))


@pytest.mark.parametrize("quantile", [0.2, 0.5, 0.9])
def test_quantile_interval_is_scipys(quantile: float) -> None:
    x = np.random.default_rng(2).exponential(size=60)
    # SciPy's two-sided interval: each end of its one-sided intervals at half the error.
    less = stats.quantile_test(x, p=quantile, alternative="less").confidence_interval(0.975)
    greater = stats.quantile_test(x, p=quantile, alternative="greater").confidence_interval(0.975)
    assert quantile_interval(x, quantile) == (greater.low, less.high)


@pytest.mark.parametrize(("n", "share"), [(2, 0.9), (5, 0.9), (10, 0.95), (18, 0.9)])
def test_few_values_predict_with_their_mean_and_spread(n: int, share: float) -> None:
    """The wanted chance is exact for normal values: integrated over mean and spread by scipy."""
    x = np.random.default_rng(n).normal(3, 2, n)
    low, high = prediction_interval(x, share)
    half = stats.t.ppf((1 + share) / 2, n - 1) * x.std(ddof=1) * math.sqrt(1 + 1 / n)
    assert (low, high) == (pytest.approx(x.mean() - half), pytest.approx(x.mean() + half))


@pytest.mark.parametrize("n", [19, 39, 199])
def test_many_values_predict_whatever_their_distribution(n: int) -> None:
    """Between the k-th value from either end a new one falls with the chance (n + 1 - 2k)/(n + 1).

    With n + 1 = 20k that is nine in ten; the values of a wild distribution are as good as any.
    """
    x = np.exp(np.random.default_rng(n).normal(0, 3, n))
    k = (n + 1) // 20
    assert prediction_interval(x) == pytest.approx((np.sort(x)[k - 1], np.sort(x)[-k]))


def test_one_value_predicts_nothing() -> None:
    assert all(math.isnan(end) for end in prediction_interval([1.0, math.nan]))


def test_quantile_interval_has_no_end_where_there_are_too_few_values() -> None:
    low, high = quantile_interval(np.arange(20.0), 0.9)
    assert low >= 0
    assert math.isnan(high)


@pytest.mark.parametrize("half_width", [0.3, 1.0, 5.0])
def test_replications_needed_are_the_fewest(half_width: float) -> None:
    n = replications_needed(half_width, sd=2.0)

    def half(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1)) * 2 / math.sqrt(n)

    assert half(n) <= half_width
    assert n == 2 or half(n - 1) > half_width


def test_replications_needed_end_somewhere() -> None:
    assert replications_needed(1e-200, sd=1.0) == 10**9
    assert replications_needed(0.5, sd=0.0) == 2


def test_running_half_width_is_the_interval_of_each_beginning() -> None:
    values = np.random.default_rng(3).normal(1e9, 1, (20, 2))
    values[[0, 4, 5], 1] = math.nan
    half, mean = running_half_width(values)
    for column in range(2):
        for n in range(1, 21):
            interval = mean_interval(values[:n, column])
            assert mean[n - 1, column] == pytest.approx(interval.mean, nan_ok=True)
            if interval.n > 1:
                expected = (interval.high - interval.low) / 2
                assert half[n - 1, column] == pytest.approx(expected, rel=1e-5)
            else:
                assert half[n - 1, column] == math.inf


def column(values: object) -> np.ndarray:
    return np.asarray(values, dtype=float).reshape(-1, 1)


def test_precision_holds_for_a_negative_mean_as_for_a_positive_one() -> None:
    values = np.random.default_rng(4).normal(20, 5, (300, 1))
    rule = Precision(0.05, floor=5)
    stop = rule.stop_at(values, NONE)
    assert stop is not None
    assert stop > 50
    assert rule.stop_at(-values, NONE) == stop


def test_near_zero_only_an_absolute_target_can_be_met() -> None:
    values = np.random.default_rng(5).normal(0, 1, (200, 1))
    assert Precision(0.05).stop_at(values, NONE) is None
    stop = Precision(0.05).stop_at(values, np.array([0.5]))
    assert stop is not None
    half, _ = running_half_width(values)
    assert (half[stop - 6 : stop] <= 0.5).all()  # where it was met and through the look-ahead
    assert half[stop - 7] > 0.5


def test_the_slowest_column_decides() -> None:
    rng = np.random.default_rng(6)
    easy, hard = rng.normal(10, 0.1, (200, 1)), rng.normal(10, 2, (200, 1))
    rule = Precision(0.05)
    both = rule.stop_at(np.hstack([easy, hard]), np.zeros(2))
    assert rule.stop_at(easy, NONE) == 15  # floor and look-ahead
    assert both == rule.stop_at(hard, NONE)


def test_a_lucky_moment_does_not_stop_a_study() -> None:
    values = column([1, 1.01, 1, 1.01, 1, 5, 1, 3, 0, 2])
    assert Precision(0.05, floor=3, look_ahead=5).stop_at(values, NONE) is None
    assert Precision(0.05, floor=3, look_ahead=1).stop_at(values, NONE) == 4


def test_what_comes_after_the_stop_does_not_move_it() -> None:
    values = np.random.default_rng(7).normal(10, 2, (200, 3))
    rule = Precision(0.05)
    stop = rule.stop_at(values, np.zeros(3))
    assert stop is not None
    assert rule.stop_at(values[:stop], np.zeros(3)) == stop
    assert rule.stop_at(values[: stop - 1], np.zeros(3)) is None


def test_constant_and_undefined_kpis_hold_nothing_up() -> None:
    values = np.full((20, 2), math.nan)
    values[:, 0] = 0.0
    assert Precision(0.05).stop_at(values, np.zeros(2)) == 15


def test_a_kpi_that_becomes_defined_late_must_become_precise() -> None:
    values = np.full((40, 1), math.nan)
    values[12:, 0] = np.random.default_rng(8).normal(10, 0.1, 28)
    stop = Precision(0.05).stop_at(values, NONE)
    assert stop is not None
    assert stop > 15


def test_the_look_ahead_grows_with_the_replications() -> None:
    values = np.full((300, 1), 1.0)
    assert Precision(0.05, floor=200, look_ahead=5).stop_at(values, NONE) == 210


def test_the_plan_follows_the_spread_up_to_the_cap() -> None:
    rule = Precision(0.05, floor=10, cap=100)
    assert rule.plan(np.empty((0, 0)), np.empty(0)) == 15
    wild = np.random.default_rng(9).normal(1, 1, (15, 1))
    assert rule.plan(wild, NONE) == 30
    tame = column(np.random.default_rng(9).normal(1, 0.01, 15))
    assert rule.plan(tame, NONE) == 20
    assert rule.plan(np.tile(wild, (6, 1)), NONE) == 100


def test_mser5_finds_the_end_of_the_warm_up() -> None:
    rng = np.random.default_rng(10)
    start_up = np.where(np.arange(500) < 100, 5.0, 0.0)
    settling = mser5(start_up + rng.normal(0, 1, (30, 500)))
    assert settling.start == 100
    assert settling.long_enough


def test_mser5_says_when_a_run_is_too_short() -> None:
    rising = np.arange(200.0) ** 2
    assert not mser5(rising).long_enough
    assert not mser5(np.ones(40)).long_enough


def test_mser5_drops_nothing_of_a_constant_series() -> None:
    assert mser5(np.full((2, 100), 0.1)).start == 0


def test_kim_nelson_keeps_equal_systems_without_spending_the_budget() -> None:
    selection = kim_nelson(lambda r, systems: [1.0 for _ in systems], 3, 0.5)
    assert selection.survivors == (0, 1, 2)
    assert selection.replications == 10


def test_kim_nelson_reports_a_subset_when_the_budget_ends() -> None:
    noise = np.random.default_rng(11).normal(0, 10, (50, 2))
    selection = kim_nelson(lambda r, systems: noise[r, list(systems)], 2, 0.1, budget=50)
    assert selection.survivors == (0, 1)
    assert selection.replications == 50


def test_kim_nelson_drops_what_is_clearly_worse_for_good() -> None:
    asked: list[tuple[int, ...]] = []

    def draw(replication: int, systems: object) -> np.ndarray:
        asked.append(tuple(systems))
        values = np.random.default_rng([12, replication]).normal((0.0, -50.0, 0.6), 1)
        return values[list(asked[-1])]

    selection = kim_nelson(draw, 3, 0.5)
    assert selection.survivors == (2,)
    assert all(1 not in systems for systems in asked[10:])
    assert len(asked) == selection.replications
