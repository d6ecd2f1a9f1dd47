"""What docs/levers.md must say."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from docs.figures import said
from docs.studies import read
from sim.scenario.schema import Scenario
from tests import mean_field
from tests.docs.quotes.sources import (
    ACCURACY,
    DENIALS,
    LEAKAGE,
    Quotes,
    article_gap,
    page,
    prose,
    published,
    shipped,
    values,
    vendor,
)

FIRST_PASS = "claims.first_pass_payment_rate"

SPECIALISED_LEVERS = (
    "hold_and_query",
    "front_end_catch",
    "feedback_loop",
    "more_checks",
    "denial_work",
    "certifications",
    "quick_learning",
    "keeping_up",
    "able_newcomers",
    "less_turnover",
    "calm_occupancy",
)
"""Levers that between them make most of the specialist out of the generalist."""


def ways_to_say(row: dict[str, str]) -> Iterator[str]:
    """A difference ± half its interval: as it is, in points, in thousands; to 0, 1 or 2 digits."""
    mean, low, high = (float(row[c] or "nan") for c in ("difference", "ci_low", "ci_high"))
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
    told = (n for n, x in moved.items() if abs(100 * x) >= 0.05)
    order = sorted(told, key=lambda n: -abs(moved[n]))
    return ", ".join(f"{LEVER_WORDS[n]} ({said(100 * moved[n], 1, sign=sign)})" for n in order)


@page("levers.md")
def levers() -> Quotes:
    known = {
        told
        for table in ("levers_comparison", "assessed", "assessed_stays")
        for row in read(table)
        for told in ways_to_say(row)
    }
    said_there = re.findall(r"[+−]?[\d.,]+ ± [\d.]+", prose("levers.md"))
    assert len(said_there) > 100
    yield from (words for words in said_there if words in known)
    net = next(
        float(row["mean"]) for row in read("levers_summary") if row["kpi"] == "money.net_value_usd"
    )
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
    coder = values("article")["generalist", ACCURACY].mean()
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
    return {
        (row["scenario"], row["kpi"]): float(row["difference"]) for row in read("levers_comparison")
    }


def clear(lever: str, kpi: str) -> bool:
    """Whether a difference clearly has a sign: its interval does not hold 0."""
    [row] = (
        row for row in read("levers_comparison") if row["scenario"] == lever and row["kpi"] == kpi
    )
    return float(row["ci_low"]) * float(row["ci_high"]) > 0


@page("levers.md")
def why_they_move() -> Quotes:
    found = differences()
    net, paid, fees = "money.net_value_usd", "money.paid_usd", "money.fees_usd"
    loop = vendor("specialized").feedback
    assert loop is not None
    assert loop.relapse_half_life_days == 365
    yield "What they mend comes back with a half-life of a year"
    for lever in ("denials_worked", "better_odds", "denial_work"):
        assert found[lever, ACCURACY] == found[lever, FIRST_PASS] == 0.0
        assert abs(found[lever, DENIALS]) < 1e-5
    yield "first-pass payment and accuracy are exactly 0"
    yield "initial denials move by fewer than one claim in 100,000"
    share = levered("denials_worked").vendors[0].denials.worked_share
    usual = vendor("generalist").denials.worked_share
    yield f"To work {100 * share:.0f} instead of {100 * usual:.0f} % of items brings little"
    assert 0 < found["denials_worked", "money.days_in_ar"] < 0.1
    assert found["better_odds", net] > 5 * found["denials_worked", net]
    yield "Better odds bring many times as much net value"
    for kpi in (net, "denials.final_rate", "money.net_revenue_realisation"):
        both = found["denials_worked", kpi] + found["better_odds", kpi]
        assert abs(found["denial_work", kpi] / both - 1) < 0.06
    yield "both together give about the sum of the two"
    given_up = found["high_threshold", "money.leakage.not_worked"]
    assert 0 < found["high_threshold", "denials.final_rate"] < given_up
    yield "Final denials rise by less"
    assert found["high_threshold", "people.headcount"] < -5
    assert abs(found["high_threshold", "people.occupancy"]) < 0.01
    yield "about as busy as before"
    assert 0.08 < found["high_threshold", fees] / found["high_threshold", paid] < 0.12
    yield "about a tenth of the payments it forgoes"
    for kpi in (net, FIRST_PASS, DENIALS, "denials.final_rate"):
        assert not clear("order_by_value", kpi)
    yield "**Order of work** does nothing here that can be told from luck"
    assert found["order_by_value", FIRST_PASS] != 0.0 != found["order_by_value", DENIALS]
    yield "The first two columns are not exactly 0"
    assert clear("narrow_scope", net)
    assert found["narrow_scope", net] > 0
    yield "**Narrow scope** *helps* this vendor"
    assert not clear("ai_black_box", ACCURACY)
    yield "(accuracy not clearly different)"
    saved, changed = -found["ai_black_box", fees], found["ai_black_box", net]
    assert changed < 0 < saved
    assert 0.35 < saved / (saved - changed) < 0.4
    yield "The savings are less than two fifths of the harm"
    most, second, *_ = sorted((x, n) for (n, kpi), x in found.items() if kpi == ACCURACY)[::-1]
    assert (most[1], second[1]) == ("reviewed_machine", "certifications")
    yield "the largest single lever on accuracy, larger than certified people"
    assert not clear("calm_occupancy", net)
    yield "**Planned occupancy** hardly matters for money"


@page("levers.md")
def against_the_check() -> Quotes:
    found = differences()
    here = {
        kpi: {name: found[name, kpi] for name in LEVER_WORDS}
        for kpi in (DENIALS, ACCURACY, LEAKAGE)
    }
    check = {name: published(f"levers/{name}") for name in LEVER_WORDS}
    base = published("generalist")
    ranks = {}
    for quantity, kpi, there, least in (
        ("denial", DENIALS, "There", 0.0),
        ("accuracy", ACCURACY, "There", 0.0),
        ("leakage", LEAKAGE, "there", 0.004),
    ):
        moved = {n: getattr(c, quantity) - getattr(base, quantity) for n, c in check.items()}
        large = {n: x for n, x in moved.items() if abs(x) > least}
        sign = quantity == "accuracy"
        yield f"{there} {listed(large, sign=sign)}."
        yield f"Here {listed({n: here[kpi][n] for n in large}, sign=sign)}."
        ranks[quantity] = [
            sorted((n for n in large if abs(x[n]) >= 0.0005), key=lambda n: -abs(x[n]))
            for x in (moved, here[kpi])
        ]
    for quantity, but in (
        ("denial", {"feedback_loop", "quick_learning", "calm_occupancy"}),
        ("accuracy", {"quick_learning", "calm_occupancy"}),
    ):
        there_too, here_too = ([n for n in names if n not in but] for names in ranks[quantity])
        assert there_too == here_too
    yield "nearly the same order, but for feedback, learning and occupancy"
    sizes = {
        n: here[ACCURACY][n] / (c.accuracy - base.accuracy)
        for n, c in check.items()
        if abs(here[ACCURACY][n]) >= 0.0005
    }
    assert all(0.75 < x < 1.3 for n, x in sizes.items() if n != "calm_occupancy")
    yield "nearly the same order and sizes, but for occupancy"
    lead_there, lead_here = (names[:4] for names in ranks["leakage"])
    assert set(lead_there) == set(lead_here)
    assert lead_there[0] == lead_here[-1] == "denial_work"
    yield "The same four lead, but working of denials is the last of them and no longer the first"
    calm = check["calm_occupancy"]
    yield (
        f"{said(100 * (calm.accuracy - base.accuracy), 1, sign=True)} points of accuracy and "
        f"{said(100 * (calm.denial - base.denial), 1)} of denials there, about two thirds and half "
        "of that here"
    )
    assert 0.6 < here[ACCURACY]["calm_occupancy"] / (calm.accuracy - base.accuracy) < 0.7
    assert 0.45 < here[DENIALS]["calm_occupancy"] / (calm.denial - base.denial) < 0.55
    parts = {
        n: found[n, DENIALS] / (c.denial - base.denial)
        for n, c in check.items()
        if abs(found[n, DENIALS]) > 0.004
    }
    assert sum(0.85 <= x < 0.95 for x in parts.values()) > len(parts) / 2
    yield "Most effects are about nine tenths of the published ones"
    _, unlate, _, once, *_ = mean_field.steps(shipped("generalist"))
    assert 0.85 <= once.denial / unlate.denial < 0.95
    yield "since payers are a little milder and a claim with two defects is denied once"
    assert 0.6 < parts["feedback_loop"] < 2 / 3
    yield "Feedback has less than two thirds"


@page("levers.md")
def together() -> Quotes:
    found = differences()
    lost, gained = (
        100 * abs(sum(found[name, kpi] for name in SPECIALISED_LEVERS))
        for kpi in (DENIALS, "money.net_revenue_realisation")
    )
    yield f"would take {lost:.1f} points from the denials"
    yield f"and give {gained:.1f} points of net revenue"
    apart = [100 * abs(article_gap(kpi)) for kpi in (DENIALS, "money.net_revenue_realisation")]
    yield "both vendors differ by {:.1f} points and {:.1f}".format(*apart)
    teams = {
        row["scenario"]: row for row in read("levers_coders") if row["team"] == "coding_outpatient"
    }
    as_is, calmed = teams["generalist"], teams["calm_occupancy"]
    yield "are busy for {:.0f} % of their time, and for {:.0f} % when planned".format(
        *(100 * float(row["occupancy"]) for row in (as_is, calmed))
    )
    less = float(as_is["penalty"]) - float(calmed["penalty"])
    yield f"pressure takes {100 * less:.1f} points less from their accuracy"
    back = 1 - found["calm_occupancy", ACCURACY] / less
    assert 0.14 < back < 0.2
    assert found["calm_occupancy", "people.mean_knowledge"] < 0
    yield "which takes back a sixth of that"


def levered(name: str) -> Scenario:
    """One of configs/levers/."""
    return shipped(f"levers/{name}")
