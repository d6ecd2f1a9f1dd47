"""Domain arithmetic: pure functions of plain numbers, the uniform draw an argument, no objects.

Everything that decides *what happens* stands here, so that it can be read, plotted and tested
alone and called by another engine. Knowledge runs from 0 to 1; rates are per month; "practice" is
time spent working in a skill, in months of full-time work. Rows are those of docs/parameters.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import ceil, floor, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.model.arithmetic import (
    exp,
    exps,
    gamma,
    gamma_quantile,
    log,
    log1p,
    log1ps,
    normal_quantile,
    normal_quantiles,
    power,
)
from sim.model.codes import WAIT_BINS
from sim.scenario.plugins import LAWS, sound

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

# --- learning and forgetting ----------------------------------------------------------------------


def learn_exponential(
    knowledge: float, practice: float, rate: float, _exponent: float = 0.0, _floor: float = 0.0
) -> float:
    """Knowledge after more practice: `K + (1−K)(1−e^(−rate·practice))` (plateau law)."""
    return 1.0 - (1.0 - knowledge) * exp(-rate * practice)


def learn_wright(
    knowledge: float, practice: float, rate: float, exponent: float, _floor: float = 0.0
) -> float:
    """Wright 1936: `K = 1 − n^(−b)`, n counted so that a beginner's slope equals `rate`."""
    units = power(1.0 - min(knowledge, 1.0 - 1e-9), -1.0 / exponent)
    return 1.0 - power(units + practice * rate / exponent, -exponent)


def learn_de_jong(
    knowledge: float, practice: float, rate: float, exponent: float, floor: float
) -> float:
    """De Jong 1957: as Wright, but the part `floor` of the gap can never be learnt away."""
    reach = 1.0 - floor
    if knowledge >= reach:
        return knowledge
    return reach * learn_wright(knowledge / reach, practice, rate / reach, exponent)


def forget_exponential(
    knowledge: float, gap: float, rate: float, _exponent: float = 0.0, _total: float = 0.0
) -> float:
    """Knowledge after a gap of that many months: `K·e^(−rate·gap)`."""
    return knowledge * exp(-rate * gap)


def forget_lfcm(knowledge: float, gap: float, rate: float, exponent: float, total: float) -> float:
    """Learn-forget curve model, Jaber & Bonney 1996.

    After n units and a break in which practice would have brought the count to y, the units
    remembered are `n^(1+f/b)·y^(−f/b)`, and f is such that a break of `total` months leaves one.
    Here practice time counts units evenly (see `learn_wright`: `rate/b` a month), so f/b is
    `ln n / ln(y_total/n)`. A `rate` of 0 forgets nothing.
    """
    if gap <= 0.0 or rate <= 0.0 or knowledge <= 0.0:
        return knowledge
    log_units = -log(1.0 - min(knowledge, 1.0 - 1e-9)) / exponent
    # Practice of a month, relative to all that is remembered.
    a_month = rate / exponent * exp(-log_units)
    kept = 1.0 - log1p(gap * a_month) / log1p(total * a_month)
    return 1.0 - exp(-exponent * log_units * max(0.0, kept))


Law = Callable[[float, float, float, float, float], float]
LEARNING: dict[str, tuple[Law, Law]] = {
    "exponential": (learn_exponential, forget_exponential),
    "wright": (learn_wright, forget_exponential),
    "de_jong": (learn_de_jong, forget_exponential),
    "lfcm": (learn_wright, forget_lfcm),
}
LEARNING |= sound(LAWS)  # `exponential` comes first, what other packages register last
LEARN = tuple(learn for learn, _ in LEARNING.values())
FORGET = tuple(forget for _, forget in LEARNING.values())


def settled_knowledge(entry: float, rate: float, loss: float, months: float) -> float:
    """Knowledge after `months` of steady practice against a steady loss (both per month)."""
    total = rate + loss
    limit = rate / total if total > 0 else entry
    return limit + (entry - limit) * exp(-total * months)


# --- work -----------------------------------------------------------------------------------------


def pressure(occupancy: float, threshold: float) -> float:
    """Occupancy above the threshold, never negative."""
    return max(0.0, occupancy - threshold)


def accuracy(
    floor: float, ceiling: float, knowledge: float, penalty: float, exponent: float
) -> float:
    """Chance of coding a claim right (row H2): `(floor + (ceiling−floor)·K − penalty)^exponent`.

    `penalty` is the pressure's cost in accuracy, `exponent` the setting's.
    """
    level = floor + (ceiling - floor) * knowledge - penalty
    if level <= 0.0:
        return 0.0
    return level if exponent == 1.0 else power(level, exponent)


def task_accuracy(coding: float, complexity: float) -> float:
    """Chance of a right front-end task, for who codes right with `coding`: errors shrink (H4)."""
    return 1.0 - complexity * (1.0 - coding)


def reviewed(draft: float, catch: float, reviewer: float) -> float:
    """Chance that a reviewed draft is right (docs/parameters.md D3).

    The draft is right with chance `draft`, or its error is noticed by a reviewer as able as one
    who does the work alone (`reviewer`), who looks as hard as `catch` says.
    """
    return draft + (1.0 - draft) * catch * reviewer


def slowdown(knowledge: float, novice: float) -> float:
    """Touch time relative to a master: `1 + novice·(1−K)` (row B1)."""
    return 1.0 + novice * (1.0 - knowledge)


def lognormal_sigma(cv: float) -> float:
    """Sigma of the log of a lognormal with this coefficient of variation."""
    return sqrt(log(1.0 + cv * cv))


def lognormal(uniform: float, sigma: float) -> float:
    """A lognormal number of mean 1, by inversion."""
    return exp(sigma * normal_quantile(uniform) - sigma * sigma / 2.0)


def touch_factor(uniform: float, sigma: float, exponential: int) -> float:
    """Touch time relative to its mean: exponential, or lognormal with that sigma."""
    return -log1p(-uniform) if exponential else lognormal(uniform, sigma)


def touch_factors(
    uniforms: NDArray[np.float64], sigma: float, exponential: int
) -> NDArray[np.float64]:
    """`touch_factor` of each number."""
    if exponential:
        return -log1ps(-uniforms)
    return exps(sigma * normal_quantiles(uniforms) - sigma * sigma / 2.0)


def entry_defect(base: float, client_knowledge: float, floor: float, missed: float) -> float:
    """Chance of an own data-entry defect: `(base·(1−K) + floor)·missed`.

    `missed` is the part that neither the agent's own look nor the scrubber finds.
    """
    return (base * (1.0 - client_knowledge) + floor) * missed


def known(knowledge: float, floor: float) -> float:
    """Part of full odds that an agent has: `floor + (1−floor)·K`."""
    return floor + (1.0 - floor) * knowledge


def worked_share(most: float, halfway: float, steepness: float, amount: float) -> float:
    """Part of what comes back with an amount at stake that is worked: `most / (1 + (h/a)^k)`."""
    if halfway <= 0.0:
        return most
    if amount <= 0.0:
        return 0.0
    return most / (1.0 + power(halfway / amount, steepness))


def level_chance(base: float, factor: float, level: int) -> float:
    """Chance at a level of appeal, from 0: each is `factor` times that of the one before."""
    for _ in range(level):
        base *= factor
    return base


def win_chance(
    base: float,
    multiplier: float,
    knowledge: float,
    floor: float,
    level: int,
    factor: float,
    cap: float,
) -> float:
    """Chance of winning a denial at a level: `base·multiplier·(floor+(1−floor)K)·factor^level`."""
    return min(cap, level_chance(base * multiplier * known(knowledge, floor), factor, level))


@cache
def first_level_chance(overall: float, levels: int, factor: float) -> float:
    """Win chance at the first level that gives `overall` over all levels, each `factor` worse."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        lost = 1.0
        for level in range(max(levels, 1)):
            lost *= 1.0 - level_chance(middle, factor, level)
        low, high = (middle, high) if 1.0 - lost < overall else (low, middle)
    return (low + high) / 2.0


def wait_bin(days: float) -> int:
    """Bin of a wait: quarters of a day up to 32 days, then days; the last one holds all longer."""
    if days < 32.0:
        return int(4.0 * max(0.0, days))
    return min(96 + int(days), WAIT_BINS - 1)


def wait_bin_starts() -> list[float]:
    """The wait at which each bin begins, in days."""
    return [i / 4.0 if i < 128 else i - 96.0 for i in range(WAIT_BINS)]


# --- payers ---------------------------------------------------------------------------------------


def fates(
    uniforms: NDArray[np.float64],
    reject: NDArray[np.float64],
    deny: NDArray[np.float64],
    rfi: NDArray[np.float64],
    stringency: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """What each defect would lead to if the payer saw it: bit masks (reject, deny, rfi) per claim.

    `uniforms` is claims × categories, the shares are per category, `stringency` per claim. The
    denial zone lies at the top of the unit interval, so a stricter payer denies the same claims
    and more.
    """
    deny_share = np.minimum(deny[None, :] * stringency[:, None], 1.0 - (reject + rfi)[None, :])
    rejected = uniforms < reject
    asked = (uniforms < reject + rfi) & ~rejected
    return masks(rejected), masks(uniforms >= 1.0 - deny_share), masks(asked)


def masks(bits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A whole number per row whose bits are the columns, the first one lowest."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    out = packed[:, 0].astype(np.int64)
    for byte in range(1, packed.shape[1]):
        out |= packed[:, byte].astype(np.int64) << 8 * byte
    return out


def triangular(
    uniforms: NDArray[np.float64], low: float, mode: float, high: float
) -> NDArray[np.float64]:
    """Triangular variates by inversion."""
    if high <= low:
        return np.full(uniforms.shape, low)
    split = (mode - low) / (high - low)
    left = low + np.sqrt(uniforms * (high - low) * (mode - low))
    right = high - np.sqrt((1.0 - uniforms) * (high - low) * (high - mode))
    return np.where(uniforms < split, left, right)


@cache
def tilt_exponent(
    dollar_weight: float,
    shares: tuple[float, ...],
    means: tuple[float, ...],
    cvs: tuple[float, ...],
) -> float:
    """Exponent e such that incidence ∝ payment^e gives claims with the defect that mean payment.

    The payment is a mixture of lognormals (`shares`, `means`, `cvs`); the weight is the mean
    payment of claims with the defect over the mean of all: E[v^(1+e)] / (E[v^e]·E[v]).
    """
    low, high = -4.0, 2.0
    mean = payment_moment(1.0, shares, means, cvs)
    for _ in range(60):
        middle = (low + high) / 2.0
        weight = payment_moment(1.0 + middle, shares, means, cvs) / (
            payment_moment(middle, shares, means, cvs) * mean
        )
        low, high = (middle, high) if weight < dollar_weight else (low, middle)
    return (low + high) / 2.0


def payment_moment(
    order: float, shares: Sequence[float], means: Sequence[float], cvs: Sequence[float]
) -> float:
    """E[v^order] of a mixture of lognormals."""
    return float(
        sum(
            share * power(mean, order) * power(1.0 + cv * cv, order * (order - 1.0) / 2.0)
            for share, mean, cv in zip(shares, means, cvs, strict=True)
            if share > 0
        )
    )


LEAST_PRODUCTIVE = 0.05
"""Part of the time that even the most distracted agent has for work."""


# --- people ---------------------------------------------------------------------------------------


def tenure_scale_days(annual_rate: float, shape: float) -> float:
    """Weibull scale (days) with a mean tenure of 1/`annual_rate` years."""
    return DAYS_PER_YEAR / (annual_rate * gamma(1.0 + 1.0 / shape))


def cumulative_hazard(tenure_days: float, scale_days: float, shape: float) -> float:
    """Weibull cumulative hazard `(t/η)^k`."""
    return power(max(tenure_days, 0.0) / scale_days, shape)


def tenure_at_hazard(hazard: float, scale_days: float, shape: float) -> float:
    """Tenure (days) at which the cumulative hazard reaches a value."""
    return scale_days * power(hazard, 1.0 / shape)


def stationary_age_days(uniform: float, scale_days: float, shape: float) -> float:
    """Age (days) in the stationary mix, density `(1−F)/E[T]`: `η·(P⁻¹(1/k, u))^(1/k)`.

    The integral of the survival `e^(−(t/η)^k)` is an incomplete gamma function of order 1/k.
    """
    return scale_days * power(gamma_quantile(1.0 / shape, uniform), 1.0 / shape)


def corner_share(pressure_ratio: float, exponent: float) -> float:
    """Part of the standard touch time taken under backlog pressure p: `p^(−a)`.

    After Oliva & Sterman 2001. Nobody takes more than the standard where nothing presses.
    """
    return power(pressure_ratio, -exponent) if pressure_ratio > 1.0 and exponent > 0.0 else 1.0


def hazard_multiplier(occupancy: float, reference: float, threshold: float, slope: float) -> float:
    """Hazard relative to the reference occupancy's: `(1+s·(ρ−θ)⁺) / (1+s·(ρ*−θ)⁺)`."""
    return (1.0 + slope * pressure(occupancy, threshold)) / (
        1.0 + slope * pressure(reference, threshold)
    )


def whole(people: float, uniform: float) -> int:
    """A whole number with the mean `people`: the one below or above, as the uniform says."""
    nearest = round(people)
    return nearest if abs(people - nearest) < 1e-9 else floor(people + uniform)


def largest_remainder(heads: int, weights: Sequence[float]) -> list[int]:
    """Whole people in proportion to weights: rounded down, the rest to the largest remainders.

    Ties go to the first. Nobody where nothing has weight.
    """
    total = sum(weights)
    if total <= 0:
        return [0] * len(weights)
    exact = [heads * weight / total for weight in weights]
    whole = [int(part + 1e-9) for part in exact]
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: heads - sum(whole)]:
        whole[i] += 1
    return whole


LEAST_HEADS = 5


def whole_agents(full_time: float, scale: float) -> tuple[int, float]:
    """Agents, and the part of a shift each works, that make up full-time equivalents exactly.

    `full_time` is what a hospital of full size would need; a scaled-down one gets that times
    `scale`, in the hours of at least `LEAST_HEADS` people (or as many as full size has), so that
    one leaver is no larger an event than in life.
    """
    if full_time <= 0.0:
        return 0, 1.0
    needed = full_time * scale
    heads = max(1, ceil(needed - 1e-9), min(ceil(full_time - 1e-9), LEAST_HEADS))
    return heads, needed / heads
