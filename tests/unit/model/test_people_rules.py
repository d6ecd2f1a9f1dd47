"""Learning, forgetting, tenure and pressure as plain functions: limits, composition, inverses."""

from __future__ import annotations

from math import exp, gamma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special

from sim.model import rules

LAWS = sorted(rules.LEARNING)
B, FLOOR = 0.32, 0.25
knowledge = st.floats(0.0, 0.99)
rates = st.floats(0.01, 2.0)
months = st.floats(0.0, 60.0)
shapes = st.floats(0.2, 5.0)


def learn(law: str, level: float, practice: float, rate: float) -> float:
    return rules.LEARNING[law][0](level, practice, rate, B, FLOOR)


def forget(law: str, level: float, gap: float, rate: float, total: float = 24.0) -> float:
    return rules.LEARNING[law][1](level, gap, rate, B, total)


# --- learning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", LAWS)
@given(knowledge, months, months, rates)
def test_practice_adds_up(law: str, level: float, x: float, y: float, rate: float) -> None:
    in_two = learn(law, learn(law, level, x, rate), y, rate)
    assert in_two == pytest.approx(learn(law, level, x + y, rate), abs=1e-9)


@pytest.mark.parametrize("law", LAWS)
@given(knowledge, months, st.floats(0.01, 12.0), rates)
def test_more_practice_never_hurts(law: str, level: float, x: float, y: float, rate: float) -> None:
    less, more = learn(law, level, x, rate), learn(law, level, x + y, rate)
    assert level - 1e-12 <= less <= more <= 1.0


@pytest.mark.parametrize("law", LAWS)
@given(rates)
def test_a_beginner_learns_at_the_rate(law: str, rate: float) -> None:
    step = 1e-6
    assert learn(law, 0.0, step, rate) / step == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize(
    ("law", "limit"), [("exponential", 1.0), ("wright", 1.0), ("de_jong", 1 - FLOOR), ("lfcm", 1.0)]
)
def test_endless_practice_reaches_the_limit(law: str, limit: float) -> None:
    # A power curve needs 10^(6/0.32) units for the last millionth.
    assert learn(law, 0.3, 1e20, 0.5) == pytest.approx(limit, abs=1e-5)


@given(st.floats(1 - FLOOR, 1.0), months, rates)
def test_what_is_known_beyond_the_floor_stays(level: float, practice: float, rate: float) -> None:
    assert learn("de_jong", level, practice, rate) == level


def test_wright_is_the_power_curve_of_units() -> None:
    rate, unit = 0.4, 0.4 / B  # units per month of practice
    for n in (2, 5, 100):
        known = learn("wright", 0.0, (n - 1) / unit, rate)
        assert known == pytest.approx(1 - n**-B)
    # The exponent of the default is an 80 % curve: twice the units, 0.8 of the gap.
    assert pytest.approx(0.80, abs=0.002) == 2**-B


# --- forgetting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("law", LAWS)
@given(knowledge, rates)
def test_no_gap_forgets_nothing(law: str, level: float, rate: float) -> None:
    assert forget(law, level, 0.0, rate) == pytest.approx(level, abs=1e-12)


@pytest.mark.parametrize("law", LAWS)
@given(knowledge, months, st.floats(0.01, 12.0), rates)
def test_longer_gaps_forget_more(law: str, level: float, x: float, y: float, rate: float) -> None:
    shorter, longer = forget(law, level, x, rate), forget(law, level, x + y, rate)
    assert 0.0 <= longer <= shorter + 1e-12 <= level + 2e-12


@pytest.mark.parametrize("law", LAWS)
@given(st.floats(0.0, 0.999999), rates)
def test_a_very_long_gap_leaves_almost_nothing(law: str, level: float, rate: float) -> None:
    assert forget(law, level, 1e5, rate) < 0.01


@pytest.mark.parametrize("law", ["exponential", "wright", "de_jong"])
@given(knowledge, months, months, rates)
def test_exponential_gaps_add_up(law: str, level: float, x: float, y: float, rate: float) -> None:
    in_two = forget(law, forget(law, level, x, rate), y, rate)
    assert in_two == pytest.approx(forget(law, level, x + y, rate), abs=1e-12)
    assert forget(law, level, x, 0.0) == level


@given(st.floats(0.0, 0.999), rates, st.floats(1.0, 120.0))
def test_lfcm_forgets_all_in_the_break_of_total_forgetting(
    level: float, rate: float, total: float
) -> None:
    assert forget("lfcm", level, total, rate, total) == pytest.approx(0.0, abs=1e-6)


def test_lfcm_keeps_more_of_what_was_practised_longer() -> None:
    kept = [forget("lfcm", level, 6.0, 0.2) / level for level in (0.2, 0.5, 0.8, 0.95)]
    assert kept == sorted(kept)


# --- settled --------------------------------------------------------------------------------------


@given(knowledge, rates, st.floats(0.0, 1.0), months)
def test_settled_knowledge_solves_its_equation(
    entry: float, rate: float, loss: float, months: float
) -> None:
    def slope(level: float) -> float:
        return rate * (1 - level) - loss * level

    level = rules.settled_knowledge(entry, rate, loss, months)
    later = rules.settled_knowledge(entry, rate, loss, months + 1e-6)
    assert rules.settled_knowledge(entry, rate, loss, 0.0) == pytest.approx(entry)
    assert (later - level) / 1e-6 == pytest.approx(slope(level), abs=1e-3)
    assert slope(rules.settled_knowledge(entry, rate, loss, 1e9)) == pytest.approx(0, abs=1e-9)


def test_settled_knowledge_without_learning_or_loss_stays() -> None:
    assert rules.settled_knowledge(0.4, 0.0, 0.0, 12.0) == 0.4


# --- speed, pressure, accuracy --------------------------------------------------------------------


@given(knowledge, knowledge, st.floats(0, 5))
def test_novices_are_slower_and_masters_keep_the_standard(a: float, b: float, slow: float) -> None:
    assert rules.slowdown(1.0, slow) == 1.0
    assert rules.slowdown(0.0, slow) == pytest.approx(1 + slow)
    low, high = sorted((a, b))
    assert rules.slowdown(low, slow) >= rules.slowdown(high, slow)


def test_accuracy_runs_from_floor_to_ceiling_less_pressure() -> None:
    assert rules.accuracy(0.6, 0.9, 0.0, 0.0, 1.0) == pytest.approx(0.6)
    assert rules.accuracy(0.6, 0.9, 1.0, 0.0, 1.0) == pytest.approx(0.9)
    assert rules.accuracy(0.6, 0.9, 1.0, 0.1, 1.0) == pytest.approx(0.8)
    assert rules.accuracy(0.6, 0.9, 1.0, 0.0, 1.35) == pytest.approx(0.9**1.35)
    assert rules.accuracy(0.1, 0.1, 0.5, 0.5, 1.0) == 0.0
    assert rules.accuracy(0.1, 0.1, 0.5, 0.5, 1.35) == 0.0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 20))
def test_the_hazard_written_holds_at_the_target(occupancy: float, target: float, s: float) -> None:
    assert rules.hazard_multiplier(target, target, 0.85, s) == 1.0
    multiplier = rules.hazard_multiplier(occupancy, target, 0.85, s)
    if occupancy >= target:
        assert multiplier >= 1.0
    else:
        assert multiplier <= 1.0
    assert rules.hazard_multiplier(occupancy, target, 0.85, 0.0) == 1.0


# --- tenure ---------------------------------------------------------------------------------------


@given(st.floats(0.05, 10.0), shapes)
def test_mean_tenure_is_one_over_the_rate(rate: float, shape: float) -> None:
    scale = rules.tenure_scale_days(rate, shape)
    assert scale * gamma(1 + 1 / shape) == pytest.approx(365.25 / rate)


@pytest.mark.parametrize("shape", [0.6, 0.8, 1.0, 1.5])
def test_tenures_by_hazard_threshold_are_weibull_with_that_mean(shape: float) -> None:
    scale = rules.tenure_scale_days(0.39, shape)
    thresholds = -np.log1p(-(np.arange(200_000) + 0.5) / 200_000)
    tenures = [rules.tenure_at_hazard(float(h), scale, shape) for h in thresholds[::20]]
    assert np.mean(tenures) == pytest.approx(365.25 / 0.39, rel=0.01)
    survival = exp(-rules.cumulative_hazard(100.0, scale, shape))
    assert np.mean(np.array(tenures) > 100.0) == pytest.approx(survival, abs=1e-3)


@given(st.floats(0.0, 50.0), st.floats(1.0, 1e4), shapes)
def test_hazard_and_tenure_are_inverses(hazard: float, scale: float, shape: float) -> None:
    tenure = rules.tenure_at_hazard(hazard, scale, shape)
    assert rules.cumulative_hazard(tenure, scale, shape) == pytest.approx(hazard, abs=1e-9)
    assert rules.cumulative_hazard(-1.0, scale, shape) == 0.0


@pytest.mark.parametrize("shape", [0.2, 0.3, 0.6, 0.8, 1.0, 1.5, 3.0, 5.0])
def test_stationary_ages_have_density_survival_over_mean(shape: float) -> None:
    # The integral of exp(−(t/η)^k) up to x over its whole is P(1/k, (x/η)^k).
    scale = rules.tenure_scale_days(0.39, shape)
    for u in (0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999):
        age = rules.stationary_age_days(u, scale, shape)
        assert special.gammainc(1 / shape, (age / scale) ** shape) == pytest.approx(u, rel=1e-11)


@pytest.mark.parametrize("shape", [0.4, 0.6, 0.8, 1.0, 1.5])
def test_mean_stationary_age_is_that_of_renewal_theory(shape: float) -> None:
    scale = rules.tenure_scale_days(0.39, shape)
    mean, second = scale * gamma(1 + 1 / shape), scale**2 * gamma(1 + 2 / shape)
    found, _ = integrate.quad(
        lambda u: rules.stationary_age_days(u, scale, shape), 0, 1, limit=200, epsrel=1e-4
    )
    assert found == pytest.approx(second / (2 * mean), rel=1e-3)


# --- heads ----------------------------------------------------------------------------------------


@given(st.floats(0.0, 500.0), st.floats(0.001, 20.0))
def test_hours_of_whole_people_are_what_is_needed(full_time: float, scale: float) -> None:
    heads, hours = rules.whole_agents(full_time, scale)
    assert heads * hours == pytest.approx(full_time * scale)
    assert 0.0 <= hours <= 1.0 + 1e-9
