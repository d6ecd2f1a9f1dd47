"""The people whom work needs: of a year for `headcount: auto`, and of a week in hindsight."""

from __future__ import annotations

from dataclasses import dataclass

from sim.model import rules
from sim.model.arithmetic import exp
from sim.model.codes import SKILLS
from sim.model.expectations import expected_separations_per_year, settled_team
from sim.model.lanes import part_of, teams_of
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

    `auto` is the people whom the year's work needs at their desks (`desks_of`), plus those who are
    in class or not yet replaced at the turnover written.
    """
    if isinstance(team.headcount, dict):
        return float(sum(team.headcount.values()))
    if team.headcount != "auto":
        return float(team.headcount)
    vendor = next(v for v in scenario.vendors if v.name == team.vendor)
    hiring, rate = vendor.hiring, expected_separations_per_year(scenario, vendor)
    vacant = hiring.time_to_fill_days + hiring.classroom_days + hiring.class_every_days / 2.0
    gone = rate * vacant / rules.DAYS_PER_YEAR
    desks = desks_of(scenario, team, workplace, minutes)
    standard = sum(desks.shared_out(minutes).values())
    return desks.needed(standard, workplace.productive_minutes_per_year) * (1.0 + gone)


@dataclass(frozen=True, slots=True)
class Desks:
    """What turns standard minutes of a team's work into full-time people at their desks.

    `part` of each kind of its work comes to the team's queue, `serving` counts the teams that share
    it, among whom work is divided evenly.
    """

    part: dict[str, float]
    serving: dict[str, int]
    factors: tuple[float, ...]
    """Of a standard minute: handling, knowledge, checks, and people's own speed."""
    present: tuple[float, ...]
    """Of the productive minutes of a workplace: who is not absent, and not away from the work."""
    target_occupancy: float

    def shared_out(self, minutes: dict[str, float]) -> dict[str, float]:
        """The team's part of minutes of work of each kind, by its queues."""
        return {q: minutes[q] * part / self.serving[q] for q, part in self.part.items()}

    def minutes(self, standard: float) -> float:
        """Minutes that standard minutes of work take."""
        for factor in self.factors:
            standard *= factor
        return standard

    def needed(self, standard: float, productive_minutes: float) -> float:
        """People for so much work, where a full-time agent has so many productive minutes.

        That is the workload over productive time, at the target occupancy.
        """
        for share in self.present:
            productive_minutes *= share
        return self.minutes(standard) / productive_minutes / self.target_occupancy


def desks_of(
    scenario: Scenario, team: Team, workplace: Workplace, minutes: dict[str, float]
) -> Desks:
    """How many people a team's work needs, once it is settled and has the year's mix of work.

    `minutes` are the year's standard minutes by queue. Checks, mentors' time and education are in
    it.
    """
    vendor = next(v for v in scenario.vendors if v.name == team.vendor)
    shares = practice_shares(scenario, team.queues, minutes)
    domain, _ = settled_team(scenario, vendor, shares)
    knowledge = sum(domain[s] * share for s, share in shares.items())
    hiring, rate = vendor.hiring, expected_separations_per_year(scenario, vendor)
    nesting = min(1.0, rate * hiring.nesting_days / rules.DAYS_PER_YEAR)
    sample = vendor.quality.qa_sample_share
    checked = nesting + (1.0 - nesting) * sample
    away = _education_share(scenario, team, vendor, workplace) + nesting * hiring.mentor_share
    away += vendor.conformance * scenario.people.playbook_time_share
    return Desks(
        part={str(q): part_of(scenario, team, q) for q in team.queues},
        serving={str(q): teams_of(scenario, team, q) for q in team.queues},
        factors=(
            vendor.handle_time_multiplier,
            rules.slowdown(knowledge, scenario.people.novice_slowdown),
            1.0 + scenario.people.check_time_share * checked,
            # Whoever is quick does more of the items: the mean over these is the harmonic one.
            exp(-scenario.people.speed_sigma * scenario.people.speed_sigma),
        ),
        present=(1.0 - scenario.calendar.absence_share, max(rules.LEAST_PRODUCTIVE, 1.0 - away)),
        target_occupancy=vendor.target_occupancy,
    )


def _education_share(scenario: Scenario, team: Team, vendor: Vendor, workplace: Workplace) -> float:
    """Part of the working time that a team's certifications take to keep."""
    mix = team.certification_mix or vendor.certification_mix
    hours = {c.name: c.education_hours_per_year for c in scenario.certifications}
    worked = sum(part * hours[name] for name, part in mix.items())
    return worked / workplace.paid_hours_per_year
