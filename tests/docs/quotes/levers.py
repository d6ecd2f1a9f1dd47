"""What docs/levers.md must say."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from docs.figures import said
from docs.studies import read
from sim.scenario.schema import Scenario
from tests.docs.quotes.sources import (
    ACCURACY,
    DENIALS,
    Quotes,
    demo_gap,
    page,
    prose,
    published,
    shipped,
    values,
    vendor,
)

SPECIALISED_LEVERS = (
    "hold_and_query", "front_end_catch", "feedback_loop", "more_checks", "denial_work",
    "certifications", "quick_learning", "keeping_up", "able_newcomers", "less_turnover",
    "calm_occupancy",
)  # fmt: skip
"""Levers that between them make most of the specialist out of the generalist."""


def ways_to_say(row: dict[str, str]) -> Iterator[str]:
    """A difference ± half its interval: as it is, in points, in thousands; to 0, 1 or 2 digits."""
    mean, low, high = (float(row[c]) for c in ("difference", "ci_low", "ci_high"))
    for factor, digits in itertools.product((1.0, 100.0, 1e-3), (0, 1, 2)):
        half = factor * (high - low) / 2
        yield f"{said(factor * mean, digits, sign=True)} ± {half:.{digits}f}"


LEVER_WORDS = {
    "denial_work": "working of denials",
    "feedback_loop": "feedback",
    "front_end_catch": "catch",
    "certifications": "certifications",
    "hold_and_query": "hold and query",
    "more_checks": "checks",
    "quick_learning": "learning",
    "keeping_up": "keeping up",
    "able_newcomers": "newcomers",
    "less_turnover": "turnover",
    "calm_occupancy": "occupancy",
}


def listed(moved: dict[str, float], *, sign: bool = False) -> str:
    """Levers with what they move, in points, the largest first."""
    order = sorted((n for n, x in moved.items() if abs(x) > 1e-9), key=lambda n: -abs(moved[n]))
    return ", ".join(f"{LEVER_WORDS[n]} ({said(100 * moved[n], 1, sign=sign)})" for n in order)


@page("levers.md")
def levers() -> Quotes:
    known = {told for table in ("levers_comparison", "assessed", "assessed_stays")
             for row in read(table) for told in ways_to_say(row)}  # fmt: skip
    said_there = re.findall(r"[+−]?[\d.,]+ ± [\d.]+", prose("levers.md"))
    assert len(said_there) > 100
    yield from (words for words in said_there if words in known)
    net = next(float(row["mean"]) for row in read("levers_summary")
               if row["kpi"] == "money.net_value_usd")  # fmt: skip
    yield f"where {said(net / 1e5, -1)} are one per cent"


@page("levers.md")
def inputs() -> Quotes:
    hospital, generalist = shipped("generalist").hospital, vendor("generalist")
    answered = hospital.query_answered_share * hospital.query_resolved_share
    review = levered("realtime_review").vendors[0].quality.realtime_review_share
    better = hospital.realtime_resolved_share
    yield (
        f"to {100 * review:.0f} % of weak charts, with better answers ({100 * better:.0f} instead "
        f"of {100 * answered:.0f} % resolved)"
    )
    catch, own = hospital.narrow_scope.catch_share, vendor("in_house").quality.catch_share["REG"]
    yield (
        f"({own:.2f} × {catch['REG'] / own:.2f} of registration defects against "
        f"{generalist.quality.catch_share['REG']:.2f} × its knowledge)"
    )
    held = hospital.narrow_scope.hold_and_query_share
    assert round(1 / held) == 3
    assert round(1 / generalist.quality.hold_and_query_share) == 20
    yield "holds a third of weak notes against a twentieth"
    ai = levered("reviewed_machine").vendors[0].ai
    assert ai is not None
    draft, catches = ai.suggestion_accuracy.outpatient, ai.reviewer_catch_share
    coder = values("demo")["generalist", ACCURACY].mean()
    yield f"{100 * draft:.0f} % of suggestions are right"
    yield f"a reviewer notices {100 * catches:.0f} %"
    yield (
        f"{draft:g} + {1 - draft:.2g} × {catches:g} × {coder:.2f} = "
        f"{100 * (draft + (1 - draft) * catches * coder):.0f} %"
    )
    yield f"two assumptions, of {draft:g} and of {catches:.2f}"
    dear, piece = (
        levered("dear_hours").vendors[0].price,
        levered("price_per_claim").vendors[0].price,
    )
    share = levered("share_of_collections").vendors[0].price.share_of_collections
    yield f"higher at {dear.usd_per_hour:g} USD an hour"
    yield (
        f"{piece.usd_per_claim:g} USD a claim or {100 * share:g} % of collections come to about "
        f"what {generalist.price.usd_per_hour:g} USD an hour do"
    )
    fast, slow = vendor("specialized").compliance, generalist.compliance
    assert fast is not None
    assert slow is not None
    yield (
        f"(median {fast.assessment_median_days:g} days for the specialist; "
        f"{slow.assessment_median_days:g} for the generalist, and {slow.remediation_days:g} more"
    )
    assert slow.remediation_share == 0.25
    yield "in one of four"


def differences() -> dict[tuple[str, str], float]:
    """By lever and KPI, what the lever changes."""
    return {(row["scenario"], row["kpi"]): float(row["difference"])
            for row in read("levers_comparison")}  # fmt: skip


@page("levers.md")
def against_the_check() -> Quotes:
    found = differences()
    yield "Here " + listed({name: found[name, DENIALS] for name in LEVER_WORDS})
    check = {name: published(f"levers/{name}") for name in LEVER_WORDS}
    base = published("generalist")
    for quantity, least in (("denial", 0.0), ("accuracy", 0.0), ("leakage", 0.004)):
        moved = {n: getattr(c, quantity) - getattr(base, quantity) for n, c in check.items()}
        large = {n: x for n, x in moved.items() if abs(x) > least}
        yield f"here {listed(large, sign=quantity == 'accuracy')}"
    calm = check["calm_occupancy"]
    yield (
        f"{said(100 * (calm.accuracy - base.accuracy), 1, sign=True)} points of accuracy and "
        f"{said(100 * (calm.denial - base.denial), 1)} of denials there"
    )
    tenths = [10 * found[n, DENIALS] / (c.denial - base.denial) for n, c in check.items()
              if abs(found[n, DENIALS]) > 0.004]  # fmt: skip
    assert sum(6.5 <= x < 8.5 for x in tenths) > len(tenths) / 2
    yield "Most effects are seven or eight tenths of the published ones"


@page("levers.md")
def together() -> Quotes:
    found = differences()
    lost, gained = (
        100 * abs(sum(found[name, kpi] for name in SPECIALISED_LEVERS))
        for kpi in (DENIALS, "money.net_revenue_realisation")
    )
    yield f"would take {lost:.1f} points from the denials"
    yield f"and give {gained:.1f} points of net revenue"
    apart = [100 * abs(demo_gap(kpi)) for kpi in (DENIALS, "money.net_revenue_realisation")]
    yield "both vendors differ by {:.1f} points and {:.1f}".format(*apart)
    teams = {row["scenario"]: row for row in read("levers_coders")
             if row["team"] == "coding_outpatient"}  # fmt: skip
    as_is, calmed = teams["generalist"], teams["calm_occupancy"]
    yield "are busy for {:.0f} % of their time, and for {:.0f} % when planned".format(
        *(100 * float(row["occupancy"]) for row in (as_is, calmed))
    )
    less = float(as_is["penalty"]) - float(calmed["penalty"])
    yield f"pressure takes {100 * less:.1f} points less from their accuracy"


def levered(name: str) -> Scenario:
    """One of configs/levers/."""
    return shipped(f"levers/{name}")
