"""Plans: whole numbers under a budget and chance constraints, searched, then chosen.

The search looks at points of a lattice under common random numbers and promises nothing of those it
did not look at. Its leaders are then simulated anew, under another seed: by what the search was
lucky with nothing is judged. There each constraint is told with exact limits, and of those that
keep all of them, as far as that shows, Kim and Nelson's procedure chooses the best.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.record.kpis import kpi as kpi_of
from sim.scenario.schema import Scenario
from sim.study import StudyError
from sim.study.lattice import Effort, Point, Score, Searched, search
from sim.study.overload import LEAST_SHARE, UNDONE, is_money
from sim.study.plan_file import Limit, PlanFile
from sim.study.replicate import StudyResult
from sim.study.select import FIRST, Chosen, Run, select
from sim.study.statistics import binomial_limits, mean_interval

FINALISTS = 8
"""Leaders of the search that are simulated anew."""
LEVELS = 3
"""Levels of the second objective, between the best of each, at which a frontier is looked for."""
MET, MISSED, OPEN = "met", "missed", "open"


@dataclass(frozen=True, slots=True)
class Kept:
    """A constraint of a finalist, in fresh replications.

    Of one with a probability `value` is the share of replications that keep it and the limits are
    Clopper and Pearson's; else it is the mean with Student's. They hold for all constraints of all
    finalists together with the confidence asked for (Bonferroni). `verdict` says whether the limit
    is met, missed or open by them.
    """

    plan: str
    limit: Limit
    n: int
    value: float
    low: float
    high: float
    verdict: str

    @property
    def looks_kept(self) -> bool:
        """Whether the estimate keeps it."""
        wanted = self.limit.bound if self.limit.probability is None else self.limit.probability
        sign = self.limit.sign if self.limit.probability is None else 1.0
        return sign * self.value >= sign * wanted


@dataclass(frozen=True)
class Planned:
    """What was searched, what was compared, and what was chosen; `kept` by finalist and limit.

    `points` gives the place of each plan on the axes, in the order in which they were looked at,
    `means` the objectives there, as the search saw them.
    """

    asked: PlanFile
    searched: Searched
    points: dict[str, Point]
    means: dict[str, tuple[float, ...]]
    starts: tuple[str, ...]
    finalists: tuple[str, ...]
    kept: tuple[Kept, ...]
    chosen: Chosen
    frontier: tuple[str, ...] = ()


@dataclass
class _Desk:
    """Measures points by running their scenarios; keeps what was seen."""

    make: Callable[[str, Point], Scenario]
    run: Run
    asked: PlanFile

    def __post_init__(self) -> None:
        self.names: dict[Point, str] = {}
        self.scenarios: dict[str, Scenario] = {}
        self.seen: dict[str, list[dict[str, float]]] = {}
        self.limits = self.asked.limits

    def name(self, point: Point) -> str:
        """What a plan is called."""
        return self.names.setdefault(point, f"plan {len(self.names) + 1}")

    def measure(self, points: Sequence[Point], n: int) -> list[Score]:
        """Scores of points at n replications, by the first objective under all limits."""
        names = [self.name(p) for p in points]
        for name, point in zip(names, points, strict=True):
            if name not in self.scenarios:
                self.scenarios[name] = self.make(name, point)
        result = self.run([self.scenarios[name] for name in names], n)
        for name in names:
            self.seen[name] = [outcome.kpis for outcome in result.outcomes[name].values()]
        return [self.score(point) for point in points]

    def score(self, point: Point) -> Score:
        """How far a point that was looked at is from feasible, and its loss."""
        kpis = self.seen[self.name(point)]
        loss = -_sign(self.asked.objectives[0]) * _mean(kpis, self.asked.objectives[0])
        short = sum(
            shortfall(limit, [k.get(limit.kpi, math.nan) for k in kpis]) for limit in self.limits
        )
        if is_money(self.asked.objectives[0]):
            short += _overload(kpis)
        return short, math.inf if math.isnan(loss) else loss


def shortfall(limit: Limit, values: Sequence[float]) -> float:
    """How far replications are from keeping a limit; 0 where they keep it.

    Of a chance it is what is missing of the probability; and, so that there is a slope where none
    keeps it, in either case how far they are off on average, over the limit.
    """
    off = [max(0.0, limit.sign * (limit.bound - v)) if not math.isnan(v) else 0.0 for v in values]
    unit = abs(limit.bound) or 1.0
    if limit.probability is None:
        gap = limit.sign * (limit.bound - float(np.nanmean(values)))
        return max(0.0, gap) / unit
    missing = limit.probability - sum(map(limit.met, values)) / len(values)
    return missing + sum(off) / len(off) / unit if missing > 1e-12 else 0.0


def _overload(kpis: Sequence[dict[str, float]]) -> float:
    """Work left undone beyond what a verdict on money allows, over all queues."""
    queues = {name for k in kpis for name in k if name.startswith(UNDONE)}
    return sum(max(0.0, _mean(kpis, name) - LEAST_SHARE) for name in sorted(queues))


def _mean(kpis: Sequence[dict[str, float]], name: str) -> float:
    values = [k.get(name, math.nan) for k in kpis]
    known = [v for v in values if not math.isnan(v)]
    return sum(known) / len(known) if known else math.nan


def _sign(kpi: str) -> float:
    return -1.0 if kpi_of(kpi).better == "lower" else 1.0


def plan(
    asked: PlanFile,
    sizes: Sequence[int],
    starts: Sequence[Point],
    make: Callable[[str, Point], Scenario],
    run: Run,
    *,
    effort: Effort,
    confidence: float,
    budget: int,
    batch: int,
    tell: Callable[[str], None] = lambda _: None,
) -> Planned:
    """The best plan of those compared: `make` gives the scenario of a point, under a name.

    `effort` bounds the search, `budget` the replications of each finalist, `batch` how many are
    simulated at a time.

    Raises
    ------
    StudyError
        If no finalist keeps the limits: which limit is missed, by how much, and by which plan.
    """
    desk = _Desk(make, run, asked)
    starts = list(dict.fromkeys(starts))
    seen = search(sizes, desk.measure, starts, effort, tell=tell)
    front: tuple[str, ...] = ()
    if len(asked.objectives) == 2:
        _look_along(desk, sizes, starts, effort, seen, tell)
        front = frontier(asked, {desk.name(p): desk.seen[desk.name(p)] for p in seen.scores})
    leaders = seen.best(FINALISTS)
    _refuse_infeasible(desk, seen, leaders[0])
    finalists = [desk.name(p) for p in leaders if seen.scores[p][0] <= 0.0]
    tell(f"{len(finalists)} of {len(seen.scores)} plans are simulated anew")
    fresh = [_fresh(desk.scenarios[name]) for name in finalists]
    chosen, kept = _choose(fresh, run, asked, confidence, budget, batch)
    means = {
        desk.name(p): tuple(_mean(desk.seen[desk.name(p)], o) for o in asked.objectives)
        for p in seen.scores
    }
    return Planned(
        asked,
        seen,
        {name: p for p, name in desk.names.items() if name in desk.seen},
        means,
        tuple(map(desk.name, starts)),
        tuple(finalists),
        kept,
        chosen,
        front,
    )


def _choose(
    fresh: Sequence[Scenario], run: Run, asked: PlanFile, confidence: float, budget: int, batch: int
) -> tuple[Chosen, tuple[Kept, ...]]:
    """The best finalist that keeps the limits, and every limit of each as far as it was tried.

    All have some replications, by which those go that do not look as if they kept every limit; of
    the others one is chosen, and has as many as could show that a chance is kept. If it looks
    otherwise then, the choice is made again without it.
    """
    limits, tests = asked.limits, max(1, len(asked.limits) * len(fresh))
    sure = 1.0 - (1.0 - confidence) / tests
    first, enough = run(fresh, min(FIRST, budget)), min(budget, _enough(limits, sure))
    kept = {s.name: constraints(limits, first, s.name, sure) for s in fresh}
    while True:
        eligible = [s for s in fresh if all(k.looks_kept for k in kept[s.name])]
        if not eligible:
            missed = next(k for of in kept.values() for k in of if not k.looks_kept)
            raise StudyError(
                "no plan that the search found keeps every limit under fresh random numbers; "
                f"{missed.plan} misses {missed.limit}: it is {missed.value:.4g} in {missed.n} "
                "replications",
                exit_code=2,
            )
        chosen = select(
            eligible,
            run,
            kpi=asked.objectives[0],
            indifference=asked.indifference,
            confidence=confidence,
            budget=budget,
            batch=batch,
        )
        left = [s for s in eligible if s.name in chosen.survivors]
        more = run(left, enough) if left and limits else first
        kept |= {s.name: constraints(limits, more, s.name, sure) for s in left}
        if all(k.looks_kept for s in left for k in kept[s.name]):
            return _joined(chosen, first), tuple(k for of in kept.values() for k in of)


def _joined(chosen: Chosen, first: StudyResult) -> Chosen:
    """The choice with every finalist in its result: those not compared as they were first seen."""
    outcomes = {**first.outcomes, **chosen.result.outcomes}
    return replace(
        chosen,
        result=replace(
            first,
            outcomes=outcomes,
            replications=chosen.result.replications,
            stopped_because=chosen.result.stopped_because,
        ),
    )


def _look_along(
    desk: _Desk,
    sizes: Sequence[int],
    starts: Sequence[Point],
    effort: Effort,
    seen: Searched,
    tell: Callable[[str], None],
) -> None:
    """Search at levels of the second objective too; what is found joins what was seen."""
    one, two = desk.asked.objectives
    best = desk.name(seen.best(1)[0])
    at_best = _mean(desk.seen[best], two)
    desk.asked = desk.asked.model_copy(update={"objective": (two, one)})
    other = Searched(replications=seen.replications, spent=seen.spent)
    other.scores = {p: desk.score(p) for p in seen.scores}
    search(
        sizes,
        desk.measure,
        [*starts, seen.best(1)[0]],
        replace(effort, budget=seen.spent + effort.budget),
        seen=other,
        tell=tell,
    )
    far = _mean(desk.seen[desk.name(other.best(1)[0])], two)
    desk.asked = desk.asked.model_copy(update={"objective": (one, two)})
    spent = other.spent
    for level in range(1, LEVELS + 1):
        bound = at_best + (far - at_best) * level / (LEVELS + 1)
        sense = "at_least" if _sign(two) > 0 else "at_most"
        desk.limits = (*desk.asked.limits, Limit.model_validate({"kpi": two, sense: bound}))
        again = Searched(replications=seen.replications, spent=spent)
        again.scores = {p: desk.score(p) for p in other.scores}
        search(
            sizes,
            desk.measure,
            [again.best(1)[0]],
            replace(effort, budget=spent + effort.budget // LEVELS),
            seen=again,
            tell=tell,
        )
        spent, other = again.spent, again
    desk.limits = desk.asked.limits
    seen.spent = spent
    seen.scores = {p: desk.score(p) for p in other.scores}


def frontier(asked: PlanFile, seen: dict[str, list[dict[str, float]]]) -> tuple[str, ...]:
    """Plans that keep the limits, and that no other such plan matches in both objectives.

    By their means in the search; from the best of the first objective on.
    """
    good = []
    for name, kpis in seen.items():
        values = [_sign(o) * _mean(kpis, o) for o in asked.objectives]
        short = sum(
            shortfall(limit, [k.get(limit.kpi, math.nan) for k in kpis]) for limit in asked.limits
        )
        if short <= 0.0 and not any(map(math.isnan, values)):
            good.append((values, name))
    best, found = -math.inf, []
    for values, name in sorted(good, key=lambda row: (-row[0][0], -row[0][1], row[1])):
        if values[1] > best:
            best = values[1]
            found.append(name)
    return tuple(found)


def _refuse_infeasible(desk: _Desk, seen: Searched, leader: Point) -> None:
    """Say which limit the nearest plan misses, and by how much, if none keeps them all."""
    if seen.scores[leader][0] <= 0.0:
        return
    name = desk.name(leader)
    kpis = desk.seen[name]
    missed = [
        said
        for limit in desk.asked.limits
        if (said := _missed(limit, [k.get(limit.kpi, math.nan) for k in kpis]))
    ]
    if not missed:
        missed = [
            f"{queue.removeprefix(UNDONE)} leaves {_mean(kpis, queue):.0%} of its work undone"
            for queue in kpis[0]
            if queue.startswith(UNDONE) and _mean(kpis, queue) > LEAST_SHARE
        ]
    looked = "all" if seen.whole else f"the {len(seen.scores)} that were looked at"
    raise StudyError(
        f"no plan of {looked} keeps every limit; the nearest, {desk.scenarios[name].description}, "
        f"misses: {'; '.join(missed)}",
        exit_code=2,
    )


def _missed(limit: Limit, values: Sequence[float]) -> str:
    """How far replications are from a limit, in words; empty where they keep it."""
    if shortfall(limit, values) <= 0.0:
        return ""
    if limit.probability is None:
        return f"{limit}: it is {float(np.nanmean(values)):.4g} on average"
    met = sum(map(limit.met, values))
    return f"{limit}: kept in {met} of {len(values)} replications ({met / len(values):.0%})"


def _fresh(scenario: Scenario) -> Scenario:
    """The same plan under other luck than that by which it was found."""
    digest = hashlib.sha256(f"plan {scenario.seed}".encode()).digest()
    return scenario.model_copy(update={"seed": int.from_bytes(digest[:7], "big")})


def _enough(limits: Sequence[Limit], sure: float) -> int:
    """Replications with which a chance could be shown at a confidence, if all of them kept it."""
    needed = [
        math.ceil(math.log(1.0 - sure) / math.log(limit.probability))
        for limit in limits
        if limit.probability is not None
    ]
    return max([FIRST, *needed])


def constraints(
    limits: Sequence[Limit], result: StudyResult, name: str, sure: float
) -> tuple[Kept, ...]:
    """Every limit for a scenario of a study, each end of its limits with a confidence."""
    by = result.outcomes[name].values()
    return tuple(
        _judged(name, limit, [o.kpis.get(limit.kpi, math.nan) for o in by], sure)
        for limit in limits
    )


def _judged(name: str, limit: Limit, values: Sequence[float], sure: float) -> Kept:
    """A limit by one-sided limits at a confidence on either side."""
    if limit.probability is None:
        at = mean_interval(values, 2.0 * sure - 1.0)
        value, low, high, sign, bound = at.mean, at.low, at.high, limit.sign, limit.bound
    else:
        met = sum(map(limit.met, values))
        low, high = binomial_limits(met, len(values), sure)
        value, sign, bound = met / len(values), 1.0, limit.probability
    if sign < 0.0:
        verdict = MET if high <= bound else MISSED if low > bound else OPEN
    else:
        verdict = MET if low >= bound else MISSED if high < bound else OPEN
    return Kept(name, limit, len(values), value, low, high, verdict)
