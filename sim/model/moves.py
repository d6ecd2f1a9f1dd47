"""Dated moves of people, exact in number: classes, transfers, certificates, leaves of absence.

Where fewer people are there than a move asks for, it is carried out for those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.model.calendar import WorkCalendar
from sim.model.careers import Career
from sim.model.openers import shared_out
from sim.model.workforce import Team
from sim.scenario.persons import Person
from sim.scenario.schema import Scenario
from sim.scenario.timeline import Certify, ClassStart, LeaveOfAbsence, Transfer

Verb = ClassStart | Transfer | Certify | LeaveOfAbsence


class Move(NamedTuple):
    """What one person did on a day, and how many were asked for and did; nobody's `agent` is ""."""

    day: int
    change: str
    team: str
    agent: str
    before: str
    after: str
    asked: int
    done: int


class Moves:
    """Carries out the moves of a run among those who answer for the work, and keeps a list."""

    def __init__(self, scenario: Scenario, calendar: WorkCalendar, teams: Sequence[Team]) -> None:
        self._scenario = scenario
        self._calendar = calendar
        self._teams = teams
        self._ability = {c.name: c.ability for c in scenario.certifications}
        self.made: list[Move] = []

    def carry_out(self, verb: Verb) -> None:
        """Carry out a move on its day."""
        if isinstance(verb, ClassStart):
            self._start_class(verb)
        elif isinstance(verb, Transfer):
            self._transfer(verb)
        elif isinstance(verb, Certify):
            self._certify(verb)
        else:
            self._leave_of_absence(verb)

    def _team(self, name: str) -> Team | None:
        return next((t for t in self._teams if t.name == name and t.is_open), None)

    def _heads(self, purpose: str, team: Team, people: int) -> int:
        """Agents of a team who stand for so many people at scale 1; at that scale, so many."""
        scale = self._scenario.hospital.scale
        if scale == 1.0:
            return people
        return team.roster.whole(purpose, people * scale / team.roster.hours_share)

    def _note(
        self, event: Verb, team: str, asked: int, rows: Sequence[tuple[str, str, str]]
    ) -> None:
        day = self._calendar.day_of(event.on)
        for agent, before, after in rows or [("", "", "")]:
            self.made.append(Move(day, event.kind, team, agent, before, after, asked, len(rows)))

    def _start_class(self, event: ClassStart) -> None:
        """Let people start in the classroom, on top of the plan."""
        team = self._team(event.team)
        if team is None:
            return self._note(event, event.team, event.heads, [])
        heads = self._heads("class", team, event.heads)
        people: Sequence[Person | None] = [None] * heads
        if isinstance(event.people, dict):
            people = shared_out(self._scenario, heads, event.people)
        team.roster.plan += heads
        started = [team.personnel.recruit(person) for person in people]
        rows = [(agent.label, "", agent.certification) for agent in started]
        return self._note(event, team.name, heads, rows)

    def _transfer(self, event: Transfer) -> None:
        """Let the longest-serving of a team go on in another, with what they know."""
        left, joined = self._team(event.from_team), self._team(event.to_team)
        if left is None or joined is None or not _under_one_roof(left, joined):
            return self._note(event, event.from_team, event.people, [])
        heads = self._heads("transfer", left, event.people)
        able = [a for a in left.roster.at_desks if joined.roster.opens_work_to(a)]
        movers = able[:heads]
        for agent in movers:
            _hand_over(agent, left, joined)
        left.roster.plan = max(0, left.roster.plan - len(movers))
        joined.roster.plan += len(movers)
        rows = [(agent.label, left.name, joined.name) for agent in movers]
        return self._note(event, left.name, heads, rows)

    def _certify(self, event: Certify) -> None:
        """Give the longest-serving with a lower certification another."""
        team = self._team(event.team)
        if team is None:
            return self._note(event, event.team, event.people, [])
        heads, able = self._heads("certify", team, event.people), self._ability
        lower = [a for a in team.employed if able[a.certification] < able[event.to]]
        chosen = sorted(lower, key=lambda a: a.longest_first)[:heads]
        rows = [(agent.label, agent.certification, event.to) for agent in chosen]
        for agent in chosen:
            team.roster.certify(agent, event.to)
        return self._note(event, team.name, heads, rows)

    def _leave_of_absence(self, event: LeaveOfAbsence) -> None:
        """Let the longest-serving be away for some time."""
        team = self._team(event.team)
        if team is None:
            return self._note(event, event.team, event.people, [])
        heads = self._heads("leave", team, event.people)
        chosen = team.roster.at_desks[:heads]
        day = self._calendar.day_of(event.on)
        span = [self._calendar.date_of(d).isoformat() for d in (day, day + event.days)]
        for agent in chosen:
            team.roster.send_away(agent, event.days)
        rows = [(agent.label, span[0], span[1]) for agent in chosen]
        return self._note(event, team.name, heads, rows)


def _under_one_roof(one: Team, other: Team) -> bool:
    """Whether two teams have the same vendor and work at the same site."""
    at_one_place = one.roster.workplace is other.roster.workplace
    return at_one_place and one.vendor.name == other.vendor.name


def _hand_over(agent: Career, left: Team, joined: Team) -> None:
    """Let somebody go on in another team of the vendor, as they are."""
    old, new = left.roster, joined.roster
    old.count(agent)
    old.employed.remove(agent)
    old.mentoring.give_away(agent)
    old.note_shift(agent, -1)
    new.note_shift(agent, 1)
    old.agents.remove(agent)
    minutes = old.worked_minutes(agent)
    old.carried_minutes += minutes
    new.carried_minutes -= minutes
    new.agents.append(agent)
    new.employed.append(agent)
    agent.employer = joined.personnel
    new.open_queues(agent)
    agent.row.crew = new.crew
    new.set_rate(agent)
