"""The people whom the expected work needs: `headcount: auto`."""

from __future__ import annotations

from sim.model import rules
from sim.model.arithmetic import exp
from sim.model.codes import SKILLS
from sim.model.expectations import expected_separations_per_year, settled_team
from sim.model.workplaces import Workplace
from sim.scenario.schema import Scenario, Team
from sim.scenario.vendor import Vendor


def practice_shares(
    scenario: Scenario, queues: tuple[str, ...], minutes: dict[str, float]
) -> dict[int, float]:
    """Part of a team's busy time in each skill."""
    skills = {str(q.name): SKILLS.index(q.skill) for q in scenario.queues}
    total = sum(minutes[q] for q in queues)
    shares: dict[int, float] = {}
    for q in queues:
        part = minutes[q] / total if total else 1.0 / len(queues)
        shares[skills[q]] = shares.get(skills[q], 0.0) + part
    return shares


def full_time_needed(
    scenario: Scenario, team: Team, workplace: Workplace, minutes: dict[str, float]
) -> float:
    """Full-time equivalents of a team at scale 1: its headcount, or what `auto` works out to.

    `auto` is the team's expected minutes over a person's productive minutes at the target
    occupancy, plus those who are in class or not yet replaced at the turnover written. Checks,
    mentors' time and education are in it. A queue that several teams serve is divided evenly.
    """
    if isinstance(team.headcount, dict):
        return float(sum(team.headcount.values()))
    if team.headcount != "auto":
        return float(team.headcount)
    serving = {q: sum(q in t.queues for t in scenario.teams) for q in team.queues}
    vendor = next(v for v in scenario.vendors if v.name == team.vendor)
    shares = practice_shares(scenario, team.queues, minutes)
    domain, _ = settled_team(scenario, vendor, shares)
    knowledge = sum(domain[s] * share for s, share in shares.items())
    work = sum(minutes[q] / serving[q] for q in team.queues) * vendor.handle_time_multiplier
    work *= rules.slowdown(knowledge, scenario.people.novice_slowdown)
    hiring, rate = vendor.hiring, expected_separations_per_year(scenario, vendor)
    nesting = min(1.0, rate * hiring.nesting_days / rules.DAYS_PER_YEAR)
    sample = vendor.quality.qa_sample_share
    checked = nesting + (1.0 - nesting) * sample
    work *= 1.0 + scenario.people.check_time_share * checked
    # Whoever is quick does more of the items: the mean over these is the harmonic one over people.
    work *= exp(-scenario.people.speed_sigma * scenario.people.speed_sigma)
    capacity = workplace.productive_minutes_per_year
    capacity *= 1.0 - scenario.calendar.absence_share
    away = _education_share(scenario, team, vendor, workplace) + nesting * hiring.mentor_share
    away += vendor.conformance * scenario.people.playbook_time_share
    capacity *= max(rules.LEAST_PRODUCTIVE, 1.0 - away)
    vacant = hiring.time_to_fill_days + hiring.classroom_days + hiring.class_every_days / 2.0
    gone = rate * vacant / rules.DAYS_PER_YEAR
    return work / capacity / vendor.target_occupancy * (1.0 + gone)


def _education_share(scenario: Scenario, team: Team, vendor: Vendor, workplace: Workplace) -> float:
    """Part of the working time that a team's certifications take to keep."""
    mix = team.certification_mix or vendor.certification_mix
    hours = {c.name: c.education_hours_per_year for c in scenario.certifications}
    worked = sum(part * hours[name] for name, part in mix.items())
    return worked / workplace.paid_hours_per_year
