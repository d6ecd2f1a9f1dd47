"""Bids ranked four ways: by price per transaction, and by what procurement should ask for instead.

All bids run under the same random numbers, so two of them are compared pair by pair. Which pairs
are worth a word is seen from the same numbers, so all pairs by all criteria are one family: a bid
is `clearly` ahead of another where Holm's adjusted p is below 5 %, which keeps the chance of any
false word about equal bids below 5 %. A reversal is a pair with clear leads both ways. A bid that
does not keep up with its work is ranked by nothing that is money: there it stands behind others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from sim.record.kpis import kpi as kpi_of
from sim.study.estimate import difference, estimate
from sim.study.overload import judged
from sim.study.replicate import StudyResult
from sim.study.statistics import Floats, Interval, PairedDifference, holm, wilson_interval
from sim.study.tables import Tables

CRITERIA = {
    "price": "money.cost_per_transaction",
    "realisation": "money.net_revenue_realisation",
    "net_value": "money.net_value_usd",
    "defensibility": "audit.takeback",
}
"""What bids are ranked by; price is what most requests for proposals ask for."""
MARGIN = "vendor.margin_usd"
"""What is left to the bidder; no criterion, but a bid that loses money may not last."""
MOST_BIDS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A bid in one ranking: its mean, how often it is first, and whether it clearly beats the next.

    `clear` is None for the last. Where `at` has no values the bid has no place, because it does not
    keep up with its work; it stands behind those that do.
    """

    bid: str
    rank: int
    at: Interval
    first: float
    first_low: float
    first_high: float
    clear: bool | None


@dataclass(frozen=True, slots=True)
class Reversal:
    """A bid that is clearly cheaper than another, and clearly worse by a second criterion."""

    criterion: str
    cheaper: str
    better: str
    price: Interval
    gap: Interval


@dataclass(frozen=True, slots=True)
class Ranking:
    """The places of all bids by criterion, where price misleads, and who keeps a trail.

    `trail` says whether every vendor of the bid can trace each code to the note; `margins` what its
    own account leaves the bidder a year at scale 1.
    """

    places: dict[str, list[Place]]
    reversals: list[Reversal]
    trail: dict[str, bool]
    margins: dict[str, Interval]

    @property
    def winners_curse(self) -> bool:
        """Whether the bid that is first by price clearly loses money at it."""
        winner = self.places["price"][0]
        return winner.at.n > 1 and self.margins[winner.bid].high < 0.0


def values(result: StudyResult, kpi: str) -> Floats:
    """A KPI by bid and replication, for the replications that all bids have."""
    every = list(result.outcomes.values())
    common = [r for r in every[0] if all(r in by for by in every)]
    return np.array([[by[r].kpis.get(kpi, math.nan) for r in common] for by in every])


def keeps_trail(said: dict[str, Any]) -> bool:
    """Whether all vendors at work in a scenario, as plain data, keep an evidence trail."""
    working = {team["vendor"] for team in said["teams"]}
    return all(v["denials"]["evidence_trail"] for v in said["vendors"] if v["name"] in working)


def rank(result: StudyResult) -> Ranking:
    """The four rankings of a finished study, and the reversals against price."""
    result = judged(result)
    names = result.names
    trail = {name: keeps_trail(dict(said)) for name, said in result.scenarios.items()}
    gaps, clear = _leads(result)
    places = {}
    for criterion, kpi in CRITERIA.items():
        by_bid = values(result, kpi)
        sign = _sign(criterion)
        # Of bids with the same takebacks the one that can defend itself comes first.
        tie = [criterion == "defensibility" and not trail.get(name, False) for name in names]
        known = ~np.isnan(by_bid).any(axis=1)
        worth = np.where(known, (sign * by_bid).mean(axis=1), -np.inf)
        order = sorted(range(len(names)), key=lambda i: (-worth[i], tie[i], i))
        best = (sign * by_bid)[known].max(axis=0, initial=-np.inf)
        leads = (sign * by_bid) == best
        places[criterion] = [
            Place(
                names[i],
                at + 1,
                estimate(kpi, by_bid[i]),
                float(leads[i].mean()),
                *wilson_interval(int(leads[i].sum()), leads.shape[1]),
                (criterion, i, order[at + 1]) in clear if at + 1 < known.sum() else None,
            )
            for at, i in enumerate(order)
        ]
    reversals = [
        Reversal(
            criterion,
            names[cheap],
            names[dear],
            gaps["price", cheap, dear].interval,
            gaps[criterion, cheap, dear].interval,
        )
        for criterion in list(CRITERIA)[1:]
        for cheap, dear in permutations(range(len(names)), 2)
        if ("price", cheap, dear) in clear and (criterion, dear, cheap) in clear
    ]
    margins = {
        name: estimate(MARGIN, at) for name, at in zip(names, values(result, MARGIN), strict=True)
    }
    return Ranking(places, reversals, trail, margins)


Lead = tuple[str, int, int]
"""A criterion, and two bids of which the first is ahead by it."""


def _sign(criterion: str) -> float:
    return 1.0 if kpi_of(CRITERIA[criterion]).better == "higher" else -1.0


def _leads(result: StudyResult) -> tuple[dict[Lead, PairedDifference], set[Lead]]:
    """The second bid less the first of every pair by every criterion, and the clear leads."""
    gaps = {
        (criterion, i, j): difference(kpi, by_bid[i], by_bid[j])
        for criterion, kpi in CRITERIA.items()
        for by_bid in (values(result, kpi),)
        for i, j in permutations(range(len(result.names)), 2)
    }
    once = [lead for lead in gaps if lead[1] < lead[2]]
    clear = set()
    for (criterion, i, j), p in zip(once, holm([gaps[lead].p for lead in once]), strict=True):
        if p < 0.05:
            ahead = _sign(criterion) * gaps[criterion, i, j].interval.mean < 0
            clear.add((criterion, i, j) if ahead else (criterion, j, i))
    return gaps, clear


def tables(ranking: Ranking) -> Tables:
    """`rfp.csv`, a row per criterion and bid, `reversals.csv`, and `margins.csv`, a row per bid."""
    rows: list[Sequence[object]] = [
        (
            criterion,
            CRITERIA[criterion],
            p.bid,
            p.rank if p.at.n else "",
            p.at.n,
            p.at.mean,
            p.at.low,
            p.at.high,
            p.first,
            p.first_low,
            p.first_high,
            {True: "yes", False: "no", None: ""}[p.clear],
            "yes" if ranking.trail.get(p.bid, False) else "no",
            "no" if p.at.n else "yes",
        )
        for criterion, places in ranking.places.items()
        for p in places
    ]
    reversals = [
        (
            r.criterion,
            r.cheaper,
            r.better,
            r.price.mean,
            r.price.low,
            r.price.high,
            r.gap.mean,
            r.gap.low,
            r.gap.high,
        )
        for r in ranking.reversals
    ]
    return {
        "rfp.csv": (
            ("criterion", "kpi", "bid", "rank", "n", "mean", "ci_low", "ci_high", "first_share",
             "first_ci_low", "first_ci_high", "clearly_before_next", "evidence_trail",
             "overloaded"), rows),
        "reversals.csv": (
            ("criterion", "cheaper", "better", "price_difference", "price_ci_low", "price_ci_high",
             "difference", "ci_low", "ci_high"), reversals),
        "margins.csv": (
            ("bid", "kpi", "n", "mean", "ci_low", "ci_high"),
            [(bid, MARGIN, at.n, at.mean, at.low, at.high) for bid, at in ranking.margins.items()]),
    }  # fmt: skip
