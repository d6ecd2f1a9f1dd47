"""What is at stake in denials and requests for records, and what vendors take up of it."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np

from sim.model import rules
from sim.model.arithmetic import Floats, exp, exps, log
from sim.model.codes import SETTINGS
from sim.model.expectations import GRID, NORMALS
from sim.scenario.hospital import Category
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor

Charts = tuple[dict[str, float], float, float]
"""Of coded charts: expected defects left by category, defects caught, queries sent."""


def denied_share(category: Category, stringency: float) -> float:
    """Part of the defects of a category that are denied."""
    return min(category.deny_share * stringency, 1.0 - category.reject_share - category.rfi_share)


def _mixture(scenario: Scenario) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Shares, mean payments and their coefficients of variation, by setting."""
    settings = [getattr(scenario.hospital, name) for name in SETTINGS]
    total = sum(s.claims_per_year for s in settings)
    return (
        tuple(s.claims_per_year / total if total else 0.5 for s in settings),
        tuple(s.payment_mean_usd for s in settings),
        tuple(s.payment_cv for s in settings),
    )


def tilted(scenario: Scenario, setting: str, category: Category) -> float:
    """How often a source defect is met in a setting, relative to all claims: dearer, more often."""
    mix = _mixture(scenario)
    tilt = rules.tilt_exponent(category.dollar_weight, *mix)
    i = SETTINGS.index(setting)
    alone = ((1.0,), mix[1][i : i + 1], mix[2][i : i + 1])
    return rules.payment_moment(tilt, *alone) / rules.payment_moment(tilt, *mix)


def prices(scenario: Scenario) -> list[tuple[float, float, float]]:
    """Part of the claims, mean stringency and payment multiplier of payers who pay alike."""
    payers = scenario.payers
    if all(p.payment_multiplier == payers[0].payment_multiplier for p in payers):
        stringency = sum(p.claims_share * p.stringency for p in payers)
        return [(1.0, stringency, payers[0].payment_multiplier)]
    return [(p.claims_share, p.stringency, p.payment_multiplier) for p in payers]


class Stakes:
    """What is at stake in denials and requests of a scenario, by setting and category."""

    def __init__(self, scenario: Scenario) -> None:
        mixture = _mixture(scenario)
        self._spread: dict[str, Floats] = {}
        self._middle: dict[tuple[str, str], float] = {}
        for setting in SETTINGS:
            profile = getattr(scenario.hospital, setting)
            sigma = rules.lognormal_sigma(profile.payment_cv)
            self._spread[setting] = sigma * NORMALS
            for c in scenario.categories:
                tilt = rules.tilt_exponent(c.dollar_weight, *mixture)
                middle = log(profile.payment_mean_usd * 100.0) + (tilt - 0.5) * sigma * sigma
                self._middle[setting, c.name] = middle

    def log_cents(self, setting: str, category: Category, denials: bool, price: float) -> Floats:
        """Log of the cents at stake, on a grid, of payers whose payment multiplier is `price`."""
        stake = max(category.stake_share, 1e-9) if denials else 1.0
        middle = self._middle[setting, category.name]
        return middle + log(stake) + log(price) + self._spread[setting]


class TakenUp:
    """What a vendor takes up of denials or requests by amount, so that `worked_share` comes out.

    `terms` are the part of the largest amounts, the cents of which half of that is taken up, and
    the steepness (`rules.worked_share`). The small amounts are left first; what a threshold keeps
    away is part of what is left.
    """

    def __init__(
        self,
        scenario: Scenario,
        vendor: Vendor,
        denials: bool,
        charts: dict[str, Charts],
        stakes: Stakes,
    ) -> None:
        self._vendor, self._denials, self._stakes = vendor, denials, stakes
        self._prices = {p.payment_multiplier for p in scenario.payers}
        wanted, steepness = vendor.denials.worked_share, scenario.denials.worked_steepness
        most = max(wanted, scenario.denials.worked_most_share)
        counts, amounts = [], []
        for setting, (weight, stringency, price) in product(SETTINGS, prices(scenario)):
            claims = getattr(scenario.hospital, setting).claims_per_year * weight
            left, _, _ = charts[setting]
            for c in scenario.categories:
                fate = denied_share(c, stringency) if denials else c.rfi_share
                counts.append(np.full(GRID, claims * left[c.name] * fate))
                amounts.append(stakes.log_cents(setting, c, denials, price))
        weights, log_cents = np.concatenate(counts), np.concatenate(amounts)
        total = float(weights.sum())
        self.terms = [wanted, 0.0, steepness]
        if wanted < most and steepness != 0.0 and total != 0.0:
            if denials:
                weights = weights * _worth_it(vendor, log_cents)
            many = wanted * total
            halfway = _halfway(most, steepness, many, weights.tobytes(), log_cents.tobytes())
            self.terms = [most, exp(halfway), steepness]

    def parts(self, setting: str, category: Category) -> dict[float, float]:
        """Part of a category and setting that is taken up, by the payers' payment multiplier."""
        most, halfway_cents, steepness = self.terms
        found = {}
        for price in self._prices:
            log_cents = self._stakes.log_cents(setting, category, self._denials, price)
            part = np.full(GRID, most)
            if halfway_cents > 0.0:
                part = _worked_part(most, log(halfway_cents), steepness, log_cents)
            if self._denials:
                part = part * _worth_it(self._vendor, log_cents)
            found[price] = float(part.mean())
        return found


@lru_cache(maxsize=64)
def _halfway(
    most: float, steepness: float, wanted: float, weights: bytes, log_cents: bytes
) -> float:
    """Log of the cents of which half of the most is taken up, so that as many as wanted are.

    `weights` and `log_cents` are arrays as bytes: the replications of a study ask for the same.
    """
    count, amount = np.frombuffer(weights), np.frombuffer(log_cents)
    low, high = 0.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2.0
        part = _worked_part(most, middle, steepness, amount)
        enough = float((count * part).sum()) > wanted
        low, high = (middle, high) if enough else (low, middle)
    return low


def _worked_part(most: float, halfway: float, steepness: float, log_cents: Floats) -> Floats:
    """`rules.worked_share` for many amounts, all in logs."""
    return most / (1.0 + exps(steepness * (halfway - log_cents)))


def _worth_it(vendor: Vendor, log_cents: Floats) -> Floats:
    """1 where there is as much at stake as a vendor's threshold, else 0."""
    least = log(max(vendor.denials.threshold_usd * 100.0, 1.0))
    return (log_cents >= least).astype(float)
