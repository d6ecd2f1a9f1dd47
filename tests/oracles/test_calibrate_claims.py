"""What payers do, fitted from claim files in which it was planted.

Four pairs of 20,000 claims. The bands are four standard errors or more of what is compared, which
chance exceeds once in 10,000; the seeds are fixed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.calibrate.claims import recovery_lags, silent_of
from sim.calibrate.courses import Paired, pair
from sim.calibrate.denials import Observed, observed
from sim.calibrate.fit.numbers import Floats
from sim.calibrate.fit.remits import Lags, came_by, fit_triangle, won
from sim.calibrate.read.claim_files import ClaimFiles, read_text_into
from sim.calibrate.read.identity import Numbers
from sim.calibrate.read.x12 import Problems
from sim.scenario.load import load, shipped_configs
from tests.extracts import AS_OF, PLANTED, PLANTED_MIX, PLANTED_RECOVERY, claim_files

CLASSES = {"MA": "medicare", "CI": "commercial", "MC": "medicaid"}
CATEGORIES = {"27": "REG", "16": "DATA", "197": "AUTH", "50": "DOC"}


@cache
def planted() -> tuple[list[Paired], list[Observed]]:
    base = load(shipped_configs() / "article" / "generalist.yaml").scenario
    pairs = []
    for seed in range(4):
        found, numbers = ClaimFiles(), Numbers()
        for text in claim_files(20_000, seed):
            read_text_into(text, found, numbers, Problems())
        pairs.append(pair(found, base, {}, AS_OF))
    return pairs, [observed(paired, base) for paired in pairs]


def test_denial_rates_and_mix() -> None:
    _, seen = planted()
    for payer in PLANTED:
        rates = [s.rate[s.payers.index(CLASSES[payer.filing])] for s in seen]
        assert np.mean(rates) == pytest.approx(payer.denied, abs=0.01)
    mix = np.mean([s.mix for s in seen], axis=0)
    for code, part in PLANTED_MIX.items():
        place = seen[0].categories.index(CATEGORIES[code])
        assert mix[place] == pytest.approx(part, abs=0.015)


def test_silence() -> None:
    pairs, _ = planted()
    for payer in PLANTED:
        found = [
            silent_of([c for c in p.courses.values() if c.payer == CLASSES[payer.filing]], p.end)
            for p in pairs
        ]
        part = sum(s for s, _ in found) / sum(n for _, n in found)
        assert part == pytest.approx(payer.silent, abs=0.005)


def test_recovery_allows_for_what_is_open() -> None:
    pairs, _ = planted()
    for paired in pairs:
        lags, mature = recovery_lags(list(paired.courses.values()), paired.end)
        assert mature > 500
        assert won(lags) == pytest.approx(PLANTED_RECOVERY, abs=0.04)
        assert lags.seen.mean() < PLANTED_RECOVERY + 0.01, "closed or not, as a share of all"


def triangular(n: int, seed: int, *ends: float) -> Floats:
    return np.random.default_rng(seed).triangular(*ends, n)


def test_a_triangle_of_lags_is_found_with_answers_still_to_come() -> None:
    days = np.round(triangular(4000, 1, 14, 21, 45))
    waited = np.random.default_rng(2).uniform(0, 300, 4000)
    lags = Lags(np.minimum(days, np.floor(waited)), days <= waited)
    found = fit_triangle(lags)
    assert found.ends == pytest.approx((14, 21, 45), abs=1.5)
    assert found.distance < 0.05
    assert came_by(lags, 29) == pytest.approx((days <= 29).mean(), abs=0.03)


def test_payment_runs_are_told() -> None:
    days = np.round(triangular(4000, 3, 14, 21, 45))
    weekly = np.ceil(days / 14) * 14
    assert fit_triangle(Lags(weekly, np.ones(4000, bool))).distance > 0.10
