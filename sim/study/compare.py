"""What a study says: a summary of each scenario, and its comparison with the baseline in words.

Replication r of every scenario draws the same random numbers, so differences are taken pair by pair
and most of the luck cancels. Many KPIs and scenarios are looked at together; Holm's adjustment
keeps the chance of calling anything different that is not below 5 % among the headline KPIs of all
scenarios, which are the question, and again among the other KPIs, which help to explain it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.record.kpi import Kpi
from sim.record.kpis import kpi
from sim.study.estimate import LEAST_OF_LONG_TAILED, LONG_TAILED, difference, estimate
from sim.study.overload import OVERLOADED, is_money, overloaded_names
from sim.study.replicate import StudyResult, kpi_names, values_of
from sim.study.statistics import Interval, PairedDifference, holm, replications_needed

CAVEAT = "Intervals speak of the model as written, not of the world."
DRAWN_CAVEAT = "Intervals hold what is not known of the fields drawn, and of no others."

BETTER = "better"
WORSE = "worse"
HIGHER = "higher"
LOWER = "lower"
NO_DIFFERENCE = "no difference"
TOO_SMALL = "no difference that matters"
UNCLEAR = "no clear difference"
NEEDS_MORE = "need about {} more"
UNDEFINED = "not defined often enough"

MOST_WORTH_ASKING_FOR = 1000
"""Where settling a difference needs more replications than this, the verdict is `UNCLEAR`."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One KPI of one scenario: mean over the replications in which it is defined, 95 % interval.

    The ends are nan where it is not to be trusted (`sim.study.estimate`).
    """

    scenario: str
    kpi: Kpi
    interval: Interval


@dataclass(frozen=True, slots=True)
class Comparison:
    """One KPI of one scenario against the baseline.

    `difference` is scenario minus baseline with its 95 % interval, over the pairs of replications
    in which both are defined, `p_adjusted` Holm's; the rest is as in `PairedDifference`.
    """

    kpi: Kpi
    baseline: str
    scenario: str
    difference: Interval
    relative: float
    p_adjusted: float
    verdict: str
    correlation: float
    variance_reduction: float


def caveat_of(result: StudyResult) -> str:
    """What the intervals of a study speak of."""
    return DRAWN_CAVEAT if result.drawn else CAVEAT


def summarise(result: StudyResult) -> list[Summary]:
    """By scenario, then by KPI in the order of the outcomes."""
    return [
        Summary(
            scenario,
            kpi(name),
            estimate(name, values_of(result, scenario, name), drawn=result.drawn),
        )
        for scenario, by in result.outcomes.items()
        for name in kpi_names(by.values())
    ]


def compare(
    result: StudyResult, *, kpis: Sequence[str] | None = None, alpha: float = 0.05
) -> list[Comparison]:
    """Every scenario but the first against the first: by scenario, then by KPI (all, or `kpis`).

    `alpha` is the chance of any false claim (see the module), and of an interval missing the truth.
    """
    baseline, *others = result.names
    behind = overloaded_names(result)
    rows: list[tuple[str, Kpi, PairedDifference]] = []
    for scenario in others:
        a, b = result.outcomes[baseline], result.outcomes[scenario]
        for name in kpis or kpi_names([*a.values(), *b.values()]):
            left, right = (values_of(result, of, name) for of in (baseline, scenario))
            gap = difference(name, left, right, 1 - alpha, drawn=result.drawn)
            rows.append((scenario, kpi(name), gap))
    family = {
        headline: [pair.p for _, kpi, pair in rows if kpi.headline is headline]
        for headline in (True, False)
    }
    adjusted = {headline: iter(holm(ps)) for headline, ps in family.items()}
    return [
        Comparison(
            kpi=kpi,
            baseline=baseline,
            scenario=scenario,
            difference=pair.interval,
            relative=pair.relative,
            p_adjusted=(p := float(next(adjusted[kpi.headline]))),
            verdict=OVERLOADED
            if is_money(kpi.name) and behind & {baseline, scenario}
            else _verdict(result, kpi, pair.interval, p, len(family[kpi.headline]), alpha),
            correlation=pair.correlation,
            variance_reduction=pair.variance_reduction,
        )
        for scenario, kpi, pair in rows
    ]


def _verdict(
    result: StudyResult, kpi: Kpi, gap: Interval, p_adjusted: float, tests: int, alpha: float
) -> str:
    """The verdict; more replications say nothing more of what is not known."""
    found = verdict(kpi, gap, p_adjusted, tests, alpha)
    needs_more = found.startswith(NEEDS_MORE.partition("{")[0])
    return UNCLEAR if result.drawn and needs_more else found


def verdict(kpi: Kpi, gap: Interval, p_adjusted: float, tests: int = 1, alpha: float = 0.05) -> str:
    """A difference in words: one of the constants above.

    A difference is claimed when `p_adjusted` is below `alpha`, unless the whole interval is smaller
    than the smallest difference that matters. Where none is claimed, the verdict tells how many
    more replications would settle it among so many `tests`, if that is within reason; where the
    interval is not to be trusted, how many it needs at least.
    """
    size, smallest = abs(gap.mean), kpi.smallest_difference
    if gap.n < 2:
        return UNDEFINED
    if gap.sd == size == 0:
        return NO_DIFFERENCE
    if math.isnan(gap.low):  # no interval is to be trusted, for so few replications or at all
        more = LEAST_OF_LONG_TAILED - gap.n if kpi.name.startswith(LONG_TAILED) else 0
        return NEEDS_MORE.format(more) if more > 0 else UNCLEAR
    if max(abs(gap.low), abs(gap.high)) < smallest:
        return TOO_SMALL
    if p_adjusted < alpha:
        if kpi.better == "neither":
            return HIGHER if gap.mean > 0 else LOWER
        return BETTER if (gap.mean > 0) == (kpi.better == "higher") else WORSE
    enough = []
    if size > 0:  # so many show that there is a difference,
        enough.append(replications_needed(size, gap.sd, 1 - alpha / tests))
    if size < smallest:  # and so many that it does not matter
        enough.append(replications_needed(smallest - size, gap.sd, 1 - alpha))
    more = max(1, min(enough, default=10**9) - gap.n)
    return NEEDS_MORE.format(more) if more <= MOST_WORTH_ASKING_FOR else UNCLEAR
