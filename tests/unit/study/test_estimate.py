"""Estimates: the t interval for most KPIs, and none where it would not hold what it says.

Statistical tests draw 400 studies; with fixed seeds they always end as they do now.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.record.kpis import kpi
from sim.record.kpis import kpi as kpi_of
from sim.study.compare import NO_DIFFERENCE, UNCLEAR, verdict
from sim.study.estimate import difference, estimate, trusted, wider
from sim.study.statistics import Floats, Precision, mean_interval, paired_difference

WAIT, RATE, TAKEN = "work.wait_days.edits", "denials.initial_rate", "audit.takeback"
STUDIES = 400


def spells(rng: np.random.Generator, n: int) -> Floats:
    """Waits that are 5 days but for one bad spell in fifty replications, which has 40."""
    return rng.normal(5, 0.1, n) + 35 * (rng.random(n) < 0.02)


TRUTH = 5 + 35 * 0.02


def test_most_kpis_have_the_t_interval() -> None:
    x, y = np.random.default_rng(1).normal(0.1, 0.01, (2, 5))
    assert estimate(RATE, x) == mean_interval(x)
    assert difference(RATE, x, y) == paired_difference(x, y)


@pytest.mark.parametrize(
    "kpi", ["money.days_in_ar", "money.dnfb_days", "money.ar_aged_share.31_60"]
)
def test_skewed_figures_have_the_interval_that_covers(kpi: str) -> None:
    x, y = np.random.default_rng(6).normal(40, 2, (2, 8))
    assert estimate(kpi, x) == mean_interval(x, 0.99)
    assert difference(kpi, x, y) == paired_difference(x, y)


def test_accuracy_has_an_interval_that_misses_two_thirds_as_often() -> None:
    x, y = np.random.default_rng(6).normal(0.9, 0.01, (2, 8))
    at = estimate("quality.coding_accuracy", x)
    half = float(stats.t.ppf(1 - 0.05 / 3, 7)) * at.sd / math.sqrt(8)
    assert (at.low, at.high) == (pytest.approx(at.mean - half), pytest.approx(at.mean + half))
    assert difference("quality.coding_accuracy", x, y) == paired_difference(x, y)


@pytest.mark.parametrize(
    "kpi",
    [
        "work.wait_days.edits",
        "work.wait_p50_days.edits",
        "work.wait_p90_days.edits",
        "work.backlog_days.edits",
        "work.undone_share.edits",
        "work.days_to_submission",
        "work.in_time_share.edits",
        "work.days_to_first_touch",
    ],
)
def test_whatever_hangs_on_how_long_work_waits_is_long_tailed(kpi: str) -> None:
    x = spells(np.random.default_rng(7), 20)
    assert math.isnan(estimate(kpi, x).low)
    assert math.isnan(difference(kpi, x, x + x).interval.low)
    assert verdict(kpi_of(kpi), difference(kpi, x, x + x).interval, math.nan) == "need about 8 more"
    even = np.tile([1.0, 2.0], 20)
    assert estimate(kpi, even) == mean_interval(even)


def test_precision_asks_for_the_interval_that_is_printed() -> None:
    """Student's at 95 % for most; at 99 % for days in A/R; none before 28 for waits."""
    x = np.random.default_rng(8).normal(40, 2, 40)
    assert (wider(RATE, x) == 1.0).all()
    student = [float(stats.t.ppf(0.995, n - 1) / stats.t.ppf(0.975, n - 1)) for n in range(2, 41)]
    assert wider("money.days_in_ar", x)[1:] == pytest.approx(student)
    for n in (5, 17, 40):
        printed, usual = estimate("money.days_in_ar", x[:n]), mean_interval(x[:n])
        factor = (printed.high - printed.low) / (usual.high - usual.low)
        assert wider("money.days_in_ar", x)[n - 1] == pytest.approx(factor)
    even = np.tile([1.0, 2.0], 20)
    assert wider(WAIT, even).tolist() == [math.inf] * 27 + [1.0] * 13
    assert wider(TAKEN, [0.1, 0.0, 0.2]).tolist() == [1.0, math.inf, math.inf]
    rule, limit = Precision(0.5, floor=5), np.zeros(1)
    column = even.reshape(-1, 1)
    assert rule.stop_at(column, limit) == 5 + 5  # floor and look-ahead
    assert rule.stop_at(column, limit, wider(WAIT, even).reshape(-1, 1)) == 28 + 5


@pytest.mark.parametrize("n", [5, 10, 20])
def test_what_one_bad_spell_decides_has_no_interval_of_few_replications(n: int) -> None:
    """The t interval misses most means, since most studies hold no bad spell."""
    rng = np.random.default_rng(2)
    studies = [spells(rng, n) for _ in range(STUDIES)]
    assert all(math.isnan(estimate(WAIT, x).low) for x in studies)
    missed = [not i.low <= TRUTH <= i.high for i in map(mean_interval, studies)]
    assert np.mean(missed) > 0.5


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("n", [5, 30, 100])
def test_an_interval_of_a_long_tail_that_is_given_covers(sigma: float, n: int) -> None:
    """Given and missed at most at 5 %, so 40 of 400 have probability 1e-5."""
    rng = np.random.default_rng(3)
    truth = math.exp(sigma**2 / 2)
    found = [estimate(WAIT, x) for x in np.exp(rng.normal(0, sigma, (STUDIES, n)))]
    assert sum(i.high < truth or i.low > truth for i in found) < 40
    if n == 100 and sigma == 0.2:  # enough for so short a tail
        assert sum(math.isnan(i.low) for i in found) < STUDIES / 2


def test_a_difference_of_waits_has_neither_interval_nor_p_of_few_replications() -> None:
    rng = np.random.default_rng(4)
    a, b = spells(rng, 10), spells(rng, 10)
    pair = difference(WAIT, a, b)
    assert pair.interval.mean == pytest.approx(np.mean(b - a))
    assert all(math.isnan(x) for x in (pair.interval.low, pair.interval.high, pair.p))
    assert verdict(kpi(WAIT), pair.interval, pair.p) == "need about 18 more"
    same = difference(WAIT, a, a)
    assert (same.interval.low, same.interval.high, same.p) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("name", ["work.in_time_share.records", WAIT, TAKEN])
def test_what_has_not_been_seen_to_vary_is_not_known_to_be_equal(name: str) -> None:
    """Five replications without a bad spell or a case tell nothing of one in a hundred with it."""
    for level in (0.0, 1.0):
        pair = difference(name, [level] * 5, [level] * 5)
        assert pair.interval.mean == pair.interval.sd == 0.0
        assert all(math.isnan(x) for x in (pair.interval.low, pair.interval.high, pair.p))
        assert verdict(kpi(name), pair.interval, pair.p) == NO_DIFFERENCE


def test_what_is_the_same_while_it_varies_is_out_of_reach() -> None:
    values = [0.9, 1.0, 0.95, 1.0, 1.0]
    pair = difference("work.in_time_share.records", values, values)
    assert (pair.interval.low, pair.interval.high, pair.p) == (0.0, 0.0, 1.0)
    # Other figures need no such caution: what never varies is a constant of the model.
    pair = difference("money.one_off_usd", [5.0] * 5, [7.0] * 5)
    assert (pair.interval.low, pair.interval.high) == (2.0, 2.0)


def test_what_some_replications_do_not_see_has_no_interval() -> None:
    some, every = [0.001, 0.0, 0.002, 0.001], [0.001, 0.003, 0.002, 0.001]
    assert not trusted(TAKEN, some)
    assert estimate(TAKEN, every) == mean_interval(every)
    pair = difference(TAKEN, every, some)
    assert math.isnan(pair.interval.low)
    assert verdict(kpi(TAKEN), pair.interval, pair.p) == UNCLEAR


@pytest.mark.parametrize("kappa", [0.0, 0.3, 1.0])
def test_so_many_are_needed_as_the_skewness_asks_for(kappa: float) -> None:
    x = np.exp(np.random.default_rng(5).normal(0, kappa, 200)) if kappa else np.ones(200)
    skewness = float(stats.skew(x, bias=False)) if kappa else 0.0
    for n in range(28, 200, 10):
        own = float(stats.skew(x[:n], bias=False)) if kappa else 0.0
        assert trusted(WAIT, x[:n]) == (n >= 28 + 25 * own**2)
    assert trusted(WAIT, x) == (28 + 25 * skewness**2 <= 200)
