"""Learning, turnover, touch times and arrivals fitted from logs whose truth is known.

Seeds are fixed: a test passes always or never. Bands are those that the page of the method states.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibrate.fit import arrivals, touch
from sim.calibrate.fit.learning import Learning, fit_learning
from sim.calibrate.fit.numbers import Floats, Ints
from sim.calibrate.fit.residual import Stays, fit_stays
from sim.calibrate.work import items_of, staff_of
from tests.extracts import scale_days, work_log

SLOWDOWN, RATE, LOGS = 0.8, 0.8, 60


def learned(seed: int, selection: float = 0.0) -> Learning:
    log = work_log(seed, a_day=2, slowdown=SLOWDOWN, rate=RATE, selection=selection)
    return fit_learning(items_of(log, staff_of(log)))


@pytest.mark.slow
def test_sixty_logs_give_learning_back() -> None:
    found = [learned(seed) for seed in range(LOGS)]
    assert np.median([f.slowdown.value for f in found]) == pytest.approx(SLOWDOWN, rel=0.05)
    assert np.median([f.rate.value for f in found]) == pytest.approx(RATE, rel=0.10)
    assert np.mean([f.slowdown.low < SLOWDOWN < f.slowdown.high for f in found]) >= 0.85
    assert np.mean([f.rate.low < RATE < f.rate.high for f in found]) >= 0.85


@pytest.mark.slow
def test_slow_people_who_leave_are_not_taken_for_learning() -> None:
    found = [learned(seed, selection=1.5) for seed in range(24)]
    assert np.median([f.slowdown.value for f in found]) == pytest.approx(SLOWDOWN, rel=0.05)


def test_people_differ_by_what_was_put_in() -> None:
    found = []
    for seed in range(20):
        log = work_log(seed)
        result = fit_learning(items_of(log, staff_of(log)))
        found.append(touch.between_people(result.effect, result.error))
    assert np.mean(found) == pytest.approx(0.3, rel=0.05)


def stays(seed: int, rate: float, shape: float, seats: int, days: float = 365.0) -> Stays:
    """Stays as a log shows them: tenures of those there at its beginning are unknown."""
    rng = np.random.default_rng(seed)
    scale = scale_days(rate, shape)
    found = []
    for _ in range(seats):
        day = -9000.0 - rng.uniform(0, 900)
        while day < days:
            end = day + scale * rng.weibull(shape)
            if end > 0:
                seen = min(end, days) - max(day, 0.0)
                found.append((max(seen, 0.5), end < days, day > 0))
            day = end
    length, left, new = zip(*found, strict=True)
    return Stays(np.array(length), np.array(left), np.array(new))


def test_turnover_without_hire_dates() -> None:
    """Intervals that cover 95 % are found below 90 % of 100 samples once in 40 times."""
    found = [fit_stays(stays(seed, 0.4, 0.8, 120)) for seed in range(100)]
    assert np.median([f.rate.value for f in found]) == pytest.approx(0.4, rel=0.05)
    assert np.mean([f.rate.low < 0.4 < f.rate.high for f in found]) >= 0.90
    assert np.mean([f.shape.low < 0.8 < f.shape.high for f in found]) >= 0.90


def test_minutes_are_the_mean_and_not_what_a_lognormal_makes_of_it() -> None:
    rng = np.random.default_rng(1)
    heavy = np.exp(rng.standard_t(3, 20_000) * 0.8)
    seen = touch.fit_touch(heavy)
    kept = heavy[(heavy > 0.05) & (heavy <= 240)]
    assert seen.mean == pytest.approx(kept.mean(), rel=1e-9)
    assert seen.lognormal_off
    assert not touch.fit_touch(rng.lognormal(1, 0.8, 20_000)).lognormal_off


def year(
    seed: int, mean: float = 900.0, cv: float = 0.10, lag: float = 0.0, days: int = 365
) -> tuple[arrivals.Days, Ints]:
    """Counts with weekdays and months, gamma days, and a memory of the day before."""
    rng = np.random.default_rng(seed)
    number = np.arange(738_000 - 738_000 % 7, 738_000 - 738_000 % 7 + days)
    weekday, month = number % 7, np.arange(days) // 30
    expected = mean * np.array([1.2, 1.15, 1.1, 1.1, 1.0, 0.8, 0.65])[weekday]
    expected = expected * (1 + 0.05 * np.sin(month))
    noise = rng.normal(size=days)
    for i in range(1, days):
        noise[i] = lag * noise[i - 1] + np.sqrt(1 - lag**2) * noise[i]
    count = rng.poisson(expected * np.exp(cv * noise - cv**2 / 2)).astype(float)
    return arrivals.Days(count, weekday, month), number


def cv_of(days: arrivals.Days) -> float:
    return arrivals.excess_cv(days, arrivals.fit_profile(days))


def test_day_cv() -> None:
    found = [cv_of(year(seed)[0]) for seed in range(60)]
    assert np.median(found) == pytest.approx(0.10, abs=0.005)


def lagged(seed: int, lag: float) -> bool:
    days, number = year(seed, lag=lag)
    return arrivals.lag_correlation(days, arrivals.fit_profile(days), number)[1]


def test_days_that_hang_together_are_told_and_others_rarely() -> None:
    assert all(lagged(seed, 0.5) for seed in range(40))
    assert np.mean([lagged(seed, 0.0) for seed in range(200)]) <= 0.05


def test_weekdays_that_are_alike_are_refused_and_others_are_not() -> None:
    days, _ = year(1)
    assert not arrivals.shifted(days)
    rng = np.random.default_rng(2)
    flat = arrivals.Days(rng.poisson(90, 365).astype(float), days.weekday, days.month)
    assert arrivals.shifted(flat)


def spread(values: Floats, person: Ints) -> float:
    sums = touch.sums_by_person(values, person)
    return sums.cv(np.arange(len(sums.n)))


def test_minutes_are_the_mean_over_people() -> None:
    """Who is quick does more: over sittings the mean is lower than over people."""
    rng = np.random.default_rng(4)
    pace = rng.lognormal(-0.125, 0.5, 2000)
    person = np.repeat(np.arange(2000), np.maximum((100 / pace).astype(int), 20))
    sums = touch.sums_by_person(6.0 * pace[person], person)
    assert sums.mean(sums.people()) == pytest.approx(6.0 * pace.mean(), rel=1e-9)
    assert (6.0 * pace[person]).mean() < 0.85 * 6.0


def test_variation_of_items_is_within_people() -> None:
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(40), 500)
    pace = rng.lognormal(0, 0.5, 40)
    values = pace[person] * rng.lognormal(0, 0.6, len(person))
    assert spread(values, person) == pytest.approx(np.sqrt(np.exp(0.36) - 1), rel=0.05)
