"""Claims that stay unanswered until somebody asks: what a team that keeps up has to follow up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from sim.model.codes import SETTINGS
from sim.scenario.schema import Scenario

WEEK = 7
DAY_VARIANCE = 0.045
"""Variance of a day's work over what a team can do in it, an assumption (0.02–0.08): about 0.03
because a third more comes on Mondays, 0.01 of the luck of days, and 0.005 since one in sixteen of
ten people is away. Held against the follow-ups that answers overtake in the shipped scenarios; only
plans use it, not what happens."""


def follow_ups(scenario: Scenario, rejected: float, occupancy: float) -> float:
    """Expected follow-ups of a claim by a team of that occupancy; `rejected` is a chance.

    Claims that are answered while their follow-up waits are not counted: nobody works them.
    """
    asked, after = list(_asked(scenario)), scenario.denials.follow_up_after_days
    wait = 0.5 + queue_wait(occupancy) * WEEK / len(scenario.calendar.workdays)
    total = 0.0
    for payer in scenario.payers:
        late = sum(part * later(payer.reply_days, days + wait) for days, part in asked)
        first = payer.no_reply_share + (1.0 - payer.no_reply_share) * late
        again = 1.0 if payer.corrected_claim_reply_days > after else payer.no_reply_share
        total += payer.claims_share * ((1.0 - rejected) * first + rejected * again)
    return total


def queue_wait(occupancy: float) -> float:
    """Workdays that work waits in a busy team: Kingman's heavy-traffic mean, `σ² / 2(1−ρ)`."""
    return DAY_VARIANCE / 2.0 / max(0.01, 1.0 - occupancy)


def _asked(scenario: Scenario) -> Iterator[tuple[int, float]]:
    """Days from submission until a follow-up may begin, with the part of the claims.

    A claim goes out the night after its hold ends; one that falls silent on a day off waits for the
    next workday, so that more comes on Mondays than on other days.
    """
    hospital, workdays = scenario.hospital, scenario.calendar.workdays
    brought = [0.0] * WEEK
    for name in SETTINGS:
        profile = getattr(hospital, name)
        week = profile.weekday_profile
        for day, weight in enumerate(week):
            brought[day] += profile.claims_per_year * weight / sum(week)
    total = sum(brought)
    for day, claims in enumerate(brought):
        sent = day + hospital.bill_hold_days + 1
        silent = sent + scenario.denials.follow_up_after_days
        asked = next(d for d in count(silent) if d % WEEK in workdays)
        yield asked - sent, claims / total if total else 1.0 / WEEK


def later(reply: tuple[float, float, float], days: float) -> float:
    """Part of a payer's triangular reply times (least, likeliest, most) above so many days."""
    low, mode, high = reply
    if days >= high:
        return 0.0
    if days <= low:
        return 1.0
    if days >= mode:
        return (high - days) ** 2 / ((high - low) * (high - mode))
    return 1.0 - (days - low) ** 2 / ((high - low) * (mode - low))
