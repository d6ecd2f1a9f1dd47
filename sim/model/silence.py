"""Claims that stay unanswered until somebody asks: what a team that keeps up has to follow up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import count

import numpy as np

from sim.model.codes import SETTINGS
from sim.model.expectations import NORMALS, OCCUPANCY_SPREAD
from sim.scenario.hospital import Payer
from sim.scenario.schema import Scenario

WEEK = 7
Asked = tuple[int, float]
"""Days from submission until a follow-up may begin, and the part of the claims."""
DAY_VARIANCE = 0.045
"""Variance of a day's work over what a team can do in it, an assumption (0.02–0.08): about 0.03
because a third more comes on Mondays, 0.01 of the luck of days, and 0.005 since one in sixteen of
ten people is away. Held against the follow-ups that answers overtake in the shipped scenarios; only
plans use it, not what happens."""
BUSY = np.arange(1, 101) / 100.0
"""Occupancies at which waits are worked out."""
ROUNDS = 8
"""Rounds in which the size of a team and what it follows up settle."""


def follow_ups(
    scenario: Scenario, rejected: float, target: float, worked: Collection[int] | None = None
) -> float:
    """Expected follow-ups of a claim by a team that is at its target occupancy on average.

    `rejected` is the chance that the claim is; the team works on some weekdays, or on the
    hospital's. Claims that are answered while their follow-up waits
    are not counted: nobody works them. What a team that is short of people or slow loses to answers
    does not come back when it has time to spare, so this is a mean over the spread of occupancies.
    Such a team is as busy as what it has not lost by the wait makes it. The team is sized for what
    it follows up, so the answer stands on both sides. Other work of the team counts as if answers
    overtook it too.
    """
    days = WEEK / len(worked or scenario.calendar.workdays)
    asked, after = tuple(_asked(scenario, worked)), scenario.denials.follow_up_after_days
    silent = np.array(_silent(scenario.payers, asked, after, rejected, days))
    hands = 1.0 / np.maximum(0.05, target + OCCUPANCY_SPREAD * NORMALS)
    share = float(silent[0])
    for _ in range(ROUNDS if share > 0.0 else 0):
        left = np.interp(share * hands, (silent / BUSY)[::-1], silent[::-1])
        share = float(np.mean(np.minimum(share * hands, left)))
    return share


@lru_cache(maxsize=64)
def _silent(
    payers: tuple[Payer, ...], asked: tuple[Asked, ...], after: int, rejected: float, days: float
) -> list[float]:
    """`unanswered` at each occupancy of `BUSY`, a workday being so many days.

    The replications of a study ask for the same.
    """
    return [
        _unanswered(payers, asked, after, rejected, queue_wait(busy) * days)
        for busy in BUSY.tolist()
    ]


def unanswered(
    scenario: Scenario, rejected: float, wait: float, worked: Collection[int] | None = None
) -> float:
    """Part of the claims that fall silent and are so still when their follow-up has waited.

    `rejected` is the chance that a claim was rejected, and mended, before.
    """
    after, asked = scenario.denials.follow_up_after_days, tuple(_asked(scenario, worked))
    return _unanswered(scenario.payers, asked, after, rejected, wait)


def _unanswered(
    payers: tuple[Payer, ...], asked: tuple[Asked, ...], after: int, rejected: float, wait: float
) -> float:
    total = 0.0
    for payer in payers:
        late = sum(part * later(payer.reply_days, days + 0.5 + wait) for days, part in asked)
        first = payer.no_reply_share + (1.0 - payer.no_reply_share) * late
        again = 1.0 if payer.corrected_claim_reply_days > after else payer.no_reply_share
        total += payer.claims_share * ((1.0 - rejected) * first + rejected * again)
    return total


def queue_wait(occupancy: float) -> float:
    """Workdays that work waits in a busy team: Kingman's heavy-traffic mean, `σ² / 2(1−ρ)`."""
    return DAY_VARIANCE / 2.0 / max(0.01, 1.0 - occupancy)


def _asked(scenario: Scenario, worked: Collection[int] | None) -> Iterator[Asked]:
    """Days from submission until a follow-up may begin, with the part of the claims.

    A claim goes out the night after its hold ends; one that falls silent on a day off waits for the
    next workday, so that more comes on Mondays than on other days; from then on it waits for a day
    that the team works.
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
        due = next(d for d in count(silent) if d % WEEK in workdays)
        asked = next(d for d in count(due) if d % WEEK in (worked or workdays))
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
