"""What a plan expects of the front end: visits that come through it, items of work, and errors."""

from __future__ import annotations

from functools import cache
from itertools import count

import numpy as np

from sim.model import rules
from sim.model.arithmetic import Floats, exps, normal_quantiles
from sim.model.codes import QUEUES, SETTINGS, SKILLS
from sim.model.expectations import OCCUPANCY_SPREAD, mean_accuracy, mean_pressure, settled_team
from sim.model.terms import terms_of
from sim.model.workplaces import weekdays_worked
from sim.scenario.front_end import FrontEnd, FrontSetting
from sim.scenario.schema import Scenario, Team
from sim.scenario.vendor import Vendor

FRONT_DEFECTS = {"scheduling": "REG", "prior_auth": "AUTH", "transcription": "DOC"}
WEEK = 7
WEEKS, COUNTED = 8, 4
"""Weeks that are played through, and the last ones of them, which are counted."""
NIGHTS = 28
"""Whoever still waits after so many nights has no patience left."""
FEW_NORMALS = normal_quantiles((np.arange(21) + 0.5) / 21)
"""Points of equal weight that stand for a standard normal."""


def _came_through(
    scenario: Scenario, front: FrontEnd, setting: str, serving: dict[str, Team]
) -> tuple[float, float, float]:
    """Visits per one asked for that are booked ahead, of these taking place, and taking place."""
    vendors = {v.name: v for v in scenario.vendors}
    profile: FrontSetting = getattr(front, setting)
    desk = serving["scheduling"]
    worked = weekdays_worked(scenario, desk.site)
    booked = profile.scheduled_share * booked_share(scenario, vendors[desk.vendor], worked)
    refused = refused_share(scenario, vendors[serving["prior_auth"].vendor])
    held = booked * (1.0 - profile.prior_auth_share * refused)
    return booked, held, 1.0 - profile.scheduled_share + held


def front_visits(
    scenario: Scenario, setting: str, serving: dict[str, Team]
) -> tuple[float, dict[str, float]]:
    """The part of the visits that takes place, and the items of each front-end queue per visit.

    Items are at the time that drafts leave of them.
    """
    front = scenario.hospital.front_end
    if front is None:
        return 1.0, {}
    vendors = {v.name: v for v in scenario.vendors}
    booked, _, through = _came_through(scenario, front, setting, serving)
    profile: FrontSetting = getattr(front, setting)
    visits = {
        "scheduling": booked,
        "prior_auth": booked * profile.prior_auth_share,
        "transcription": through * profile.dictated_share,
    }
    for queue in visits:
        visits[queue] *= drafts_left(vendors[serving[queue].vendor], queue)
    # Nothing is drafted for whoever argues with the payer.
    visits["prior_auth"] += booked * profile.prior_auth_share * front.auth_refused_share
    return through, visits


def drafts_left(vendor: Vendor, queue: str) -> float:
    """Part of the touch time that a vendor's drafts leave of an item."""
    drafts = {str(name): drafts for name, drafts in vendor.drafts.items()}.get(queue)
    return 1.0 if drafts is None else 1.0 - drafts.time_saved_share


def front_errors(scenario: Scenario, setting: str, serving: dict[str, Team]) -> dict[str, float]:
    """Expected defects per claim that errors at the front end bring to coding, by category."""
    front = scenario.hospital.front_end
    if front is None:
        return {}
    vendors = {v.name: v for v in scenario.vendors}
    profile: FrontSetting = getattr(front, setting)
    _, held, through = _came_through(scenario, front, setting, serving)
    ahead, people = held / through if through > 0.0 else 0.0, scenario.people
    refused = refused_share(scenario, vendors[serving["prior_auth"].vendor])
    asked = profile.prior_auth_share
    kept = 1.0 - asked * refused
    shares = {
        "scheduling": ahead,
        "prior_auth": ahead * asked * (1.0 - refused) / kept if kept > 0.0 else 0.0,
        "transcription": profile.dictated_share,
    }
    out = {}
    for queue, share in shares.items():
        team = serving[queue]
        vendor, skill = vendors[team.vendor], SKILLS.index(queue)
        domain, _ = settled_team(scenario, vendor, {skill: 1.0})
        mix = team.certification_mix or vendor.certification_mix
        over = mean_pressure(vendor.target_occupancy, people.pressure_threshold)
        coding = mean_accuracy(scenario, mix, domain[skill], people.pressure_accuracy * over)
        right = rules.task_accuracy(coding, float(getattr(front, f"{queue}_complexity")))
        terms, task = terms_of(scenario, vendor), QUEUES.index(queue)
        if terms.drafted[task]:
            right = rules.reviewed(terms.draft_accuracy[task], terms.draft_catch_share[task], right)
        found = min(1.0, terms.sample * terms.enrichment) * terms.detection
        out[FRONT_DEFECTS[queue]] = share * (1.0 - right) * (1.0 - found)
    return out


def booked_share(
    scenario: Scenario, vendor: Vendor, worked: tuple[int, ...] | None = None
) -> float:
    """Part of the visits asked for that a vendor's team at its target occupancy books in the end.

    The others are asked for when too much waits: a week has as many requests on each workday as
    visits and lead times bring there, those of days off on the workday before. The team works on
    some weekdays, or on the hospital's.
    """
    front = scenario.hospital.front_end
    if front is None:
        return 1.0
    workdays = tuple(sorted(scenario.calendar.workdays))
    return _booked(
        _asked(scenario, front),
        workdays,
        worked or workdays,
        front.patience_mean_days,
        front.call_again_share,
        front.call_again_days,
        vendor.target_occupancy,
    )


def refused_share(scenario: Scenario, vendor: Vendor) -> float:
    """Part of the requests for authorisation that are refused, and not won back."""
    front = scenario.hospital.front_end
    if front is None:
        return 0.0
    skill = SKILLS.index("prior_auth")
    domain, _ = settled_team(scenario, vendor, {skill: 1.0})
    knows = rules.known(domain[skill], scenario.denials.knowledge_floor)
    return front.auth_refused_share * (1.0 - front.peer_to_peer_won_share * knows)


def _asked(scenario: Scenario, front: FrontEnd) -> tuple[float, ...]:
    """Part of a week's requests that come on each weekday; nobody calls on a day off."""
    low, mode, high = front.lead_days
    steps = rules.triangular((np.arange(400) + 0.5) / 400, float(low), float(mode), float(high))
    leads, often = np.unique(np.rint(steps).astype(np.int64) % WEEK, return_counts=True)
    asked = [0.0] * WEEK
    for name in SETTINGS:
        profile = getattr(scenario.hospital, name)
        shares: FrontSetting = getattr(front, name)
        week = profile.weekday_profile
        booked = profile.claims_per_year * shares.scheduled_share / sum(week)
        for day, weight in enumerate(week):
            for lead, times in zip(leads.tolist(), often.tolist(), strict=True):
                workdays = scenario.calendar.workdays
                on = next(d for d in count(day - lead, -1) if d % WEEK in workdays)
                asked[on % WEEK] += booked * weight * times
    total = sum(asked)
    return tuple(a / total if total else 1.0 / WEEK for a in asked)


@cache
def _booked(
    asked: tuple[float, ...],
    workdays: tuple[int, ...],
    worked: tuple[int, ...],
    patience: float,
    again_share: float,
    again_days: int,
    target: float,
) -> float:
    """Part of the requests that are booked, by a fluid that is served in order of arrival.

    The team is sized for what it books, so the answer stands on both sides; its occupancy has the
    spread of a team's around the target.
    """
    leaves = _leaves(patience)
    occupancies = np.maximum(0.05, target + OCCUPANCY_SPREAD * FEW_NORMALS)
    share = 1.0
    for _ in range(4):
        a_day = share / len(worked) / occupancies
        share = _played(asked, workdays, worked, leaves, again_share, again_days, a_day)
    return share


def _leaves(patience: float) -> Floats:
    """Part of the patients who leave in each night, if nobody books them."""
    lasts = exps(-np.arange(NIGHTS + 1) / patience)
    leaves: Floats = lasts[:-1] - lasts[1:]
    leaves[-1] += lasts[-1]
    return leaves


def _played(
    asked: tuple[float, ...],
    workdays: tuple[int, ...],
    worked: tuple[int, ...],
    leaves: Floats,
    again_share: float,
    again_days: int,
    a_day: Floats,
) -> float:
    """Part of the requests that are booked, by teams that can book so many on a workday.

    `leaves` is the part of the patients whose patience lasts so many nights. Whoever calls again
    has no more of it than before.
    """
    shape = (len(a_day), NIGHTS)
    again: dict[int, Floats] = {}
    waiting: list[tuple[int, bool, Floats]] = []
    booked = 0.0
    for day in range(WEEKS * WEEK):
        for since, first, people in waiting:
            night = day - since - 1
            if first:
                on = next(d for d in count(day + again_days) if d % WEEK in workdays)
                back = again.setdefault(on, np.zeros(shape))
                back[:, night] += again_share * people[:, night]
            people[:, night] = 0.0
        today = asked[day % WEEK]
        if today > 0.0:
            waiting.append((day, True, np.tile(today * leaves, (len(a_day), 1))))
        if day in again:
            waiting.append((day, False, again.pop(day)))
        if day % WEEK in worked:
            room = a_day.copy()
            for _, _, people in waiting:
                there = people.sum(axis=1)
                done = np.minimum(there, room)
                people *= (1.0 - done / np.maximum(there, 1e-300))[:, None]
                room -= done
            if day >= (WEEKS - COUNTED) * WEEK:
                booked += float(np.mean(a_day - room))
        waiting = [w for w in waiting if day - w[0] < NIGHTS and bool(w[2].max() > 1e-12)]
    return min(1.0, booked / COUNTED)
