"""What happens to claims, against values worked out by hand, limits, and directions.

Learning, forgetting and tenure have their own file (test_people_rules.py); here stand only the
published figures they must give.
"""

from __future__ import annotations

from math import e, exp, gamma, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model import rules

level = st.floats(0.0, 1.0)


# --- work -----------------------------------------------------------------------------------------


def test_pressure_and_accuracy_by_hand() -> None:
    assert rules.pressure(0.92, 0.85) == pytest.approx(0.07)
    assert rules.pressure(0.5, 0.85) == 0.0
    # Domain H2: an uncertified agent at K = 0.75 under 92 % occupancy.
    assert rules.accuracy(0.60, 0.885, 0.75, 0.25 * 0.07, 1.0) == pytest.approx(0.79625)
    assert rules.accuracy(0.60, 0.885, 0.75, 0.0, 1.35) == pytest.approx(0.81375**1.35)
    assert rules.accuracy(0.1, 0.2, 0.0, 0.5, 1.0) == 0.0
    assert rules.accuracy(0.1, 0.2, 0.0, 0.5, 1.35) == 0.0


@given(level, level, level, level, st.floats(0.0, 1.0), st.floats(0.5, 3.0))
def test_accuracy_rises_with_knowledge_and_falls_with_pressure(
    floor: float, span: float, knowledge: float, more: float, penalty: float, power: float
) -> None:
    low, high = sorted((knowledge, more))
    ceiling = floor + (1.0 - floor) * span
    worse = rules.accuracy(floor, ceiling, low, penalty, power)
    assert 0.0 <= worse <= rules.accuracy(floor, ceiling, high, penalty, power) + 1e-12
    assert worse <= rules.accuracy(floor, ceiling, low, 0.0, power) + 1e-12 <= 1.0 + 2e-12


def test_slowdown_by_hand() -> None:
    assert rules.slowdown(1.0, 0.5) == 1.0
    assert rules.slowdown(0.0, 0.5) == 1.5
    assert rules.slowdown(0.6, 0.5) == pytest.approx(1.2)


@pytest.mark.parametrize("cv", [0.0, 0.3, 0.8, 1.8])
def test_lognormal_factors_have_mean_1_and_the_written_spread(cv: float) -> None:
    # Equally likely uniforms stand for a sample without chance.
    middles = (np.arange(200_000) + 0.5) / 200_000
    factors = rules.touch_factors(middles, rules.lognormal_sigma(cv), 0)
    assert factors.mean() == pytest.approx(1.0, rel=0.003)
    assert factors.std() == pytest.approx(cv, rel=0.06, abs=1e-12)
    assert rules.lognormal_sigma(cv) == pytest.approx(log(1.0 + cv * cv) ** 0.5)


def test_exponential_factors_have_mean_and_spread_1() -> None:
    factors = rules.touch_factors((np.arange(100_000) + 0.5) / 100_000, 0.8, 1)
    assert factors.mean() == pytest.approx(1.0, rel=1e-4)
    assert factors.std() == pytest.approx(1.0, rel=1e-2)
    ends = rules.touch_factors(np.array([0.0, 1.0 - 1.0 / e]), 0.8, 1)
    assert ends == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("exponential", [0, 1])
def test_one_touch_time_is_that_of_the_whole_table(exponential: int) -> None:
    luck = np.random.Generator(np.random.PCG64(1)).random(1000)
    alone = [rules.touch_factor(u, 0.7, exponential) for u in luck.tolist()]
    assert rules.touch_factors(luck, 0.7, exponential).tolist() == alone


def test_entry_defects_by_hand() -> None:
    # Domain H2, generalist without client knowledge: (0.11 + 0.008)·(1 − 0.5·0.7).
    assert rules.entry_defect(0.11, 0.0, 0.008, 1 - 0.5 * 0.7) == pytest.approx(0.0767)
    assert rules.entry_defect(0.11, 1.0, 0.008, 1 - 0.5 * 0.7) == pytest.approx(0.0052)
    assert rules.entry_defect(0.11, 1.0, 0.0, 0.65) == 0.0


def test_win_chance_by_hand() -> None:
    # Domain H2: REG .85, generalist .95, K = 0.5 → × (0.6 + 0.2); the next level × 0.6.
    assert rules.win_chance(0.85, 0.95, 0.5, 0.6, 0, 0.6, 0.97) == pytest.approx(0.646)
    assert rules.win_chance(0.85, 0.95, 0.5, 0.6, 2, 0.6, 0.97) == pytest.approx(0.646 * 0.36)
    assert rules.win_chance(0.96, 1.05, 1.0, 0.6, 0, 0.6, 0.97) == 0.97
    assert rules.win_chance(0.9, 0.0, 1.0, 0.6, 0, 0.6, 0.97) == 0.0


def test_what_is_taken_up_by_hand() -> None:
    """Half of the most at the half-way amount; twice it at steepness 2: four fifths of the most."""
    assert rules.worked_share(0.9, 500.0, 2.0, 500.0) == pytest.approx(0.45)
    assert rules.worked_share(0.9, 500.0, 2.0, 1000.0) == pytest.approx(0.9 * 4 / 5)
    assert rules.worked_share(0.9, 500.0, 2.0, 250.0) == pytest.approx(0.9 / 5)
    assert rules.worked_share(0.9, 500.0, 4.0, 1000.0) == pytest.approx(0.9 * 16 / 17)
    assert rules.worked_share(0.9, 500.0, 2.0, 1e12) == pytest.approx(0.9)
    assert rules.worked_share(0.9, 500.0, 0.0, 3.0) == pytest.approx(0.45), "whatever the amount"
    assert rules.worked_share(0.9, 500.0, 2.0, 0.0) == 0.0
    assert rules.worked_share(0.9, 0.0, 2.0, 0.0) == 0.9, "no amount is too small"


cents = st.integers(0, 10**11)


@given(level, st.floats(1.0, 1e9), st.floats(0.0, 10.0), cents, cents)
def test_more_at_stake_is_never_left_more_often(
    most: float, halfway: float, steepness: float, one: int, other: int
) -> None:
    less, more = sorted((one, other))
    small = rules.worked_share(most, halfway, steepness, less)
    large = rules.worked_share(most, halfway, steepness, more)
    assert 0.0 <= small <= large * (1 + 1e-12) <= most * (1 + 2e-12)


@given(level, st.integers(1, 6), st.floats(0.05, 1.0))
def test_first_level_chance_gives_the_overall_chance(
    overall: float, levels: int, factor: float
) -> None:
    first = rules.first_level_chance(overall, levels, factor)
    lost = np.prod([1.0 - first * factor**n for n in range(levels)])
    assert 1.0 - lost == pytest.approx(overall, abs=1e-9)


def test_first_level_chance_at_its_ends() -> None:
    assert rules.first_level_chance(0.6, 1, 0.6) == pytest.approx(0.6)
    assert rules.first_level_chance(0.0, 3, 0.6) == pytest.approx(0.0, abs=1e-12)
    assert rules.first_level_chance(1.0, 3, 0.6) == pytest.approx(1.0)
    assert rules.first_level_chance(0.6, 0, 0.6) == pytest.approx(0.6), "no level counts as one"


# --- payers ---------------------------------------------------------------------------------------


def test_fates_by_hand() -> None:
    """One category: reject below 0.2, ask below 0.3, deny from 1 − 0.4·stringency."""
    u = np.array([[0.1], [0.25], [0.45], [0.55], [0.65], [0.99]])
    one = np.array
    mild = rules.fates(u, one([0.2]), one([0.4]), one([0.1]), np.ones(6))
    assert [m.tolist() for m in mild] == [
        [1, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1],
        [0, 1, 0, 0, 0, 0],
    ]
    strict = rules.fates(u, one([0.2]), one([0.4]), one([0.1]), np.full(6, 1.25))
    assert strict[1].tolist() == [0, 0, 0, 1, 1, 1]
    # Whatever the stringency, what would be rejected or asked about stays so.
    fierce = rules.fates(u, one([0.2]), one([0.4]), one([0.1]), np.full(6, 5.0))
    assert [m.tolist() for m in fierce] == [
        [1, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 1],
        [0, 1, 0, 0, 0, 0],
    ]


def test_fates_set_one_bit_per_category_at_the_written_shares() -> None:
    generator = np.random.Generator(np.random.PCG64(1))
    reject, deny, rfi = np.array([0.45, 0.0]), np.array([0.42, 0.22]), np.array([0.0, 0.33])
    masks = rules.fates(generator.random((40_000, 2)), reject, deny, rfi, np.full(40_000, 1.2))
    for mask, shares in zip(masks, (reject, deny * 1.2, rfi), strict=True):
        for category, share in enumerate(shares):
            seen = (mask >> category & 1).mean()
            assert seen == pytest.approx(share, abs=5 * 0.5 / 200)
    assert not (masks[0] & masks[1]).any()
    assert not (masks[1] & masks[2]).any()


@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.integers(0, 2**32))
def test_a_stricter_payer_denies_the_same_defects_and_more(
    one: float, other: float, seed: int
) -> None:
    mild, strict = sorted((one, other))
    u = np.random.Generator(np.random.PCG64(seed)).random((50, 3))
    shares = np.array([0.2, 0.0, 0.1]), np.array([0.3, 0.9, 0.5]), np.array([0.1, 0.0, 0.4])
    less = rules.fates(u, *shares, np.full(50, mild))
    more = rules.fates(u, *shares, np.full(50, strict))
    assert (less[1] & ~more[1] == 0).all()
    assert (less[0] == more[0]).all()
    assert (less[2] == more[2]).all()


def test_triangular_by_hand() -> None:
    u = np.array([0.0, 0.25, 1.0])
    assert rules.triangular(u, 14.0, 21.0, 42.0) == pytest.approx([14.0, 21.0, 42.0])
    assert rules.triangular(np.array([0.3, 0.9]), 15.0, 15.0, 15.0).tolist() == [15.0, 15.0]
    middles = (np.arange(100_000) + 0.5) / 100_000
    assert rules.triangular(middles, 14, 21, 45).mean() == pytest.approx(80 / 3, rel=1e-5)
    for ends in ((1.0, 1.0, 3.0), (1.0, 3.0, 3.0)):
        values = rules.triangular(middles, *ends)
        assert values.mean() == pytest.approx(sum(ends) / 3, rel=1e-5)
        assert values.min() >= 1.0
        assert values.max() <= 3.0


MIX = (0.05, 0.95), (15000.0, 850.0), (1.0, 1.8)


@pytest.mark.parametrize("weight", [0.2, 0.7, 1.0, 1.2, 1.5])
def test_tilted_incidence_gives_the_written_dollar_weight(weight: float) -> None:
    """Mean payment of claims with the defect over that of all, counted on a fine sample."""
    shares, means, cvs = MIX
    tilt = rules.tilt_exponent(weight, *MIX)
    middles = (np.arange(400_000) + 0.5) / 400_000
    top = bottom = mean = 0.0
    for share, m, cv in zip(shares, means, cvs, strict=True):
        v = m * rules.touch_factors(middles, rules.lognormal_sigma(cv), 0)
        top += share * float((v * v**tilt).mean())
        bottom += share * float((v**tilt).mean())
        mean += share * m
    assert top / bottom / mean == pytest.approx(weight, rel=0.01)
    assert rules.payment_moment(tilt, *MIX) == pytest.approx(bottom, rel=0.01)


def test_payment_moments_by_hand() -> None:
    assert rules.payment_moment(0.0, *MIX) == pytest.approx(1.0)
    assert rules.payment_moment(1.0, *MIX) == pytest.approx(0.05 * 15000 + 0.95 * 850)
    second = 0.05 * 15000**2 * 2.0 + 0.95 * 850**2 * (1 + 1.8**2)
    assert rules.payment_moment(2.0, *MIX) == pytest.approx(second)
    assert rules.tilt_exponent(1.0, *MIX) == pytest.approx(0.0, abs=1e-9)


# --- people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "shape", "months"), [(0.39, 0.75, 25.9), (0.39, 0.60, 20.5), (0.30, 0.80, 35.3)]
)
def test_tenure_scale_is_that_of_the_published_table(
    rate: float, shape: float, months: float
) -> None:
    """Domain C: annual turnover and shape give the scale in months."""
    scale = rules.tenure_scale_days(rate, shape)
    assert scale / rules.DAYS_PER_MONTH == pytest.approx(months, rel=0.01)
    assert scale * gamma(1.0 + 1.0 / shape) == pytest.approx(rules.DAYS_PER_YEAR / rate)


def test_attrition_in_the_first_90_days_is_that_of_the_published_table() -> None:
    for rate, shape, share in ((0.39, 0.75, 0.18), (0.39, 0.60, 0.27), (0.30, 0.80, 0.13)):
        scale = rules.tenure_scale_days(rate, shape)
        gone = 1.0 - exp(-rules.cumulative_hazard(90.0, scale, shape))
        assert gone == pytest.approx(share, abs=0.05)


def test_a_plateau_is_reached_as_published() -> None:
    """Domain C: 90 % of the way after 2.3 time constants; a tenth of a year's forgetting."""
    assert rules.learn_exponential(0.0, 2.3026 / 0.2, 0.2) == pytest.approx(0.9, abs=1e-4)
    assert rules.forget_exponential(0.8, 10.0, 0.02) == pytest.approx(0.8 * exp(-0.2))


def test_hazard_multiplier_by_hand() -> None:
    # Domain C: 1 + 0.013 per point of occupancy above 85 %.
    assert rules.hazard_multiplier(0.95, 0.85, 0.85, 1.3) == pytest.approx(1.13)
    assert rules.hazard_multiplier(0.92, 0.92, 0.85, 1.3) == 1.0
    assert rules.hazard_multiplier(0.80, 0.92, 0.85, 1.3) == pytest.approx(1.0 / 1.091)
