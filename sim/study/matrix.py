"""Decision matrix: each function to either of two vendors, and what the choice is worth.

All 2⁵ assignments run under the same random numbers. The main effect of a function is the mean,
over the sixteen assignments of the others, of what moving it from the first vendor to the second
changes; it is taken replication by replication, so its interval is that of a paired difference.
Assignments that do not keep up with their work have no verdict: what they would be paired with is
left out, too, and they have no place among the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from sim.scenario.fields import FUNCTIONS
from sim.scenario.problems import did_you_mean
from sim.scenario.schema import Scenario
from sim.scenario.timeline import VendorSwitch
from sim.study import StudyError
from sim.study.overload import OVERLOADED, overloaded_names
from sim.study.replicate import StudyResult
from sim.study.statistics import (
    Floats,
    Interval,
    holm,
    may_be_best,
    mean_interval,
    paired_difference,
)
from sim.study.tables import Tables

NAMES = tuple(FUNCTIONS)
ADVICE = {
    "scheduling": False,
    "prior_auth": True,
    "transcription": False,
    "claims_denials": True,
    "ar": True,
}
"""The article's column: whether it gives a function to the specialised (second) vendor."""
NET = "money.net_value_usd"
PARTS = {
    NET: 1.0,
    "money.fees_usd": -1.0,
    "money.hospital_usd": -1.0,
    "money.one_off_usd": -1.0,
    "money.breach_expected_usd": -1.0,
}
"""Net value, and the costs that are told beside it (as what they do to net value)."""

Assignment = tuple[bool, ...]
"""For each function, in the order of NAMES, whether the second vendor has it."""
ASSIGNMENTS: tuple[Assignment, ...] = tuple(product((False, True), repeat=len(NAMES)))
ALL_KEEP_UP = (True,) * len(ASSIGNMENTS)


def name_of(assignment: Assignment, vendors: tuple[str, str]) -> str:
    """What an assignment is called: the functions that the second vendor has."""
    given = [name for name, second in zip(NAMES, assignment, strict=True) if second]
    if not given or len(given) == len(NAMES):
        return f"all {vendors[bool(given)]}"
    return f"{vendors[1]}: {', '.join(given)}"


def function_of(queues: Sequence[str]) -> str | None:
    """The function that all of these queues belong to; None if there is no such one."""
    found = {name for name, own in FUNCTIONS.items() if set(queues) & set(own)}
    return found.pop() if len(found) == 1 else None


def scenarios(base: Scenario, vendors: tuple[str, str]) -> list[Scenario]:
    """A scenario for each assignment, in the order of ASSIGNMENTS.

    Raises StudyError (exit code 2) if the scenario leaves out a function, has a team that works for
    two, switches vendors, or does not know a vendor.
    """
    known = [v.name for v in base.vendors]
    for vendor in vendors:
        if vendor not in known:
            near = did_you_mean(vendor, known)
            said = f"{base.name} has no vendor {vendor!r}; allowed: {', '.join(known)}; {near}"
            raise StudyError(said.rstrip("; "), 2)
    if vendors[0] == vendors[1]:
        raise StudyError(f"name two different vendors of {', '.join(known)}", 2)
    if any(isinstance(event, VendorSwitch) for event in base.timeline):
        raise StudyError(f"{base.name} switches vendors; a matrix keeps each in place", 2)
    of_team = {team.name: function_of(team.queues) for team in base.teams}
    for team, function in of_team.items():
        if function is None:
            said = f"team {team!r} of {base.name} works for more than one function; split it"
            raise StudyError(said, 2)
    missing = [name for name in NAMES if name not in of_team.values()]
    if missing:
        said = f"{base.name} has no team for {', '.join(missing)}; start from one that has all five"
        raise StudyError(said, 2)
    made = []
    for assignment in ASSIGNMENTS:
        second = dict(zip(NAMES, assignment, strict=True))
        teams = tuple(
            team.model_copy(update={"vendor": vendors[second[of_team[team.name] or ""]]})
            for team in base.teams
        )
        who = (f"{name.replace('_', ' ')} with {vendors[given]}" for name, given in second.items())
        update = {
            "name": name_of(assignment, vendors),
            "teams": teams,
            "description": f"{', '.join(who)}.",
        }
        made.append(base.model_copy(update=update))
    return made


@dataclass(frozen=True, slots=True)
class Row:
    """One function: the main effect on each part of the money, USD a year.

    `p_adjusted` is Holm's over the functions, for net value; `second` whether the second vendor is
    clearly the better (True), clearly the worse (False), or neither (None). `pairs` are the
    assignments of the others over which it is the mean: 16, less those where either end of the move
    is overloaded.
    """

    function: str
    effects: dict[str, Interval]
    p_adjusted: float
    second: bool | None
    pairs: int

    @property
    def net(self) -> Interval:
        """The effect on net value."""
        return self.effects[NET]

    @property
    def revenue(self) -> float:
        """The mean effect on what is left of net value when its told costs are taken out."""
        costs = sum(i.mean for name, i in self.effects.items() if name != NET)
        return self.net.mean - costs

    @property
    def agrees(self) -> bool | None:
        """Whether this is what the article says; None where nothing is clear."""
        return None if self.second is None else self.second == ADVICE[self.function]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rows, the assignments by mean net value, and how surely the best leads.

    `standing` holds the assignments from the best to the worst: mean net value, the paired
    difference from the best, and in which share of the replications it was the best. `contenders`
    holds the best with a probability of 95 % (`may_be_best`). Those `overloaded` are in neither.
    """

    vendors: tuple[str, str]
    rows: tuple[Row, ...]
    standing: tuple[tuple[Assignment, Interval, Interval, float], ...]
    contenders: tuple[Assignment, ...]
    overloaded: tuple[Assignment, ...] = ()

    @property
    def best(self) -> Assignment | None:
        """The assignment with the highest mean net value; None if all are overloaded."""
        return self.standing[0][0] if self.standing else None


def values(result: StudyResult, vendors: tuple[str, str], kpi: str) -> Floats:
    """A KPI by assignment and replication, for the replications that all assignments have."""
    outcomes = [result.outcomes[name_of(a, vendors)] for a in ASSIGNMENTS]
    common = [r for r in outcomes[0] if all(r in by for by in outcomes)]
    return np.array([[by[r].kpis[kpi] for r in common] for by in outcomes])


def moves(keeps_up: Sequence[bool], f: int) -> list[tuple[int, int]]:
    """The assignments without and with function `f` at the second vendor, if both keep up."""
    without = [i for i, assignment in enumerate(ASSIGNMENTS) if not assignment[f]]
    pairs = [(i, i + 2 ** (len(NAMES) - 1 - f)) for i in without]
    return [(i, j) for i, j in pairs if keeps_up[i] and keeps_up[j]]


def main_effects(by_assignment: Floats, keeps_up: Sequence[bool] = ALL_KEEP_UP) -> Floats:
    """Main effect of each function (rows) in each replication (columns); nan without a pair."""
    effects = np.full((len(NAMES), by_assignment.shape[1]), np.nan)
    for f in range(len(NAMES)):
        if pairs := moves(keeps_up, f):
            before, after = map(list, zip(*pairs, strict=True))
            effects[f] = by_assignment[after].mean(axis=0) - by_assignment[before].mean(axis=0)
    return effects


def analyse(result: StudyResult, vendors: tuple[str, str]) -> Matrix:
    """What the finished study of all assignments says."""
    behind = overloaded_names(result)
    keeps_up = [name_of(assignment, vendors) not in behind for assignment in ASSIGNMENTS]
    effects = {
        kpi: sign * main_effects(values(result, vendors, kpi), keeps_up)
        for kpi, sign in PARTS.items()
    }
    net = effects[NET]
    tests = [paired_difference(np.zeros_like(row), row) for row in net]
    adjusted = holm([t.p for t in tests])
    rows = [
        Row(
            function,
            {kpi: mean_interval(of_all[f]) for kpi, of_all in effects.items()},
            float(adjusted[f]),
            bool(tests[f].interval.mean > 0) if adjusted[f] < 0.05 else None,
            len(moves(keeps_up, f)),
        )
        for f, function in enumerate(NAMES)
    ]
    left = tuple(a for a, up in zip(ASSIGNMENTS, keeps_up, strict=True) if not up)
    if len(left) == len(ASSIGNMENTS):
        return Matrix(vendors, tuple(rows), (), (), left)
    ranked = [a for a, up in zip(ASSIGNMENTS, keeps_up, strict=True) if up]
    worth = values(result, vendors, NET)[keeps_up]
    order = np.argsort(-worth.mean(axis=1), kind="stable").tolist()
    first = worth.argmax(axis=0)
    standing = tuple(
        (
            ranked[i],
            mean_interval(worth[i]),
            paired_difference(worth[order[0]], worth[i]).interval,
            float((first == i).mean()),
        )
        for i in order
    )
    contenders = tuple(a for a, may in zip(ranked, may_be_best(worth), strict=True) if may)
    return Matrix(vendors, tuple(rows), standing, contenders, left)


def tables(matrix: Matrix) -> Tables:
    """`matrix.csv`, a row per function, and `assignments.csv`, a row per assignment."""
    parts = [name.removeprefix("money.").removesuffix("_usd") for name in PARTS if name != NET]
    columns = ("function", "model_says", "article_says", "agrees", "net_value_usd",
               "net_value_ci_low", "net_value_ci_high", "p_adjusted", "revenue_usd",
               *(f"{part}_{end}" for part in parts for end in ("usd", "ci_low", "ci_high")),
               "first_vendor", "second_vendor", "pairs")  # fmt: skip

    def word(second: bool | None, pairs: int = 1) -> str:
        unclear = "no clear difference" if pairs else OVERLOADED
        return unclear if second is None else matrix.vendors[second]

    rows: list[Sequence[object]] = [
        (
            row.function,
            word(row.second, row.pairs),
            word(ADVICE[row.function]),
            {True: "yes", False: "no", None: "open"}[row.agrees],
            row.net.mean,
            row.net.low,
            row.net.high,
            row.p_adjusted,
            row.revenue,
            *(x for kpi, i in row.effects.items() if kpi != NET for x in (i.mean, i.low, i.high)),
            *matrix.vendors,
            row.pairs,
        )
        for row in matrix.rows
    ]
    standing: list[Sequence[object]] = [
        (
            rank,
            name_of(assignment, matrix.vendors),
            *(matrix.vendors[second] for second in assignment),
            worth.n, worth.mean, worth.low, worth.high, gap.mean, gap.low, gap.high, share,
        )
        for rank, (assignment, worth, gap, share) in enumerate(matrix.standing, 1)
    ]  # fmt: skip
    standing += [
        (
            OVERLOADED,
            name_of(a, matrix.vendors),
            *(matrix.vendors[second] for second in a),
            *[""] * 8,
        )
        for a in matrix.overloaded
    ]
    return {
        "matrix.csv": (columns, rows),
        "assignments.csv": (
            ("rank", "assignment", *NAMES, "n", "net_value_usd", "ci_low", "ci_high",
             "behind_best_usd", "behind_ci_low", "behind_ci_high", "best_share"),
            standing,
        ),
    }  # fmt: skip
