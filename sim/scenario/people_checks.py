"""Checks of people as written: who opens a team, and dated moves that could never be."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from sim.scenario.finding import Problem, Steps, nearest
from sim.scenario.persons import PersonsError, persons_of
from sim.scenario.schema import Scenario, Team
from sim.scenario.timeline import (
    Certify,
    ClassStart,
    Event,
    HireFreeze,
    Layoff,
    LeaveOfAbsence,
    Transfer,
    VendorSwitch,
    plan_after,
)

MOST_HEADS = 100_000


def written_heads(s: Scenario, team: Team) -> int | None:
    """People who open a team as written; None where they are worked out, or the file is bad."""
    if team.roster is not None:
        try:
            return len(persons_of(s, team))
        except PersonsError:
            return None
    if isinstance(team.headcount, dict):
        return sum(team.headcount.values())
    return None if team.headcount == "auto" else team.headcount


def opening_certifications(s: Scenario, team: Team) -> dict[str, tuple[str, ...]]:
    """By team: certifications that people of a team who may work its queues hold as written."""
    if isinstance(team.headcount, dict):
        return {team.name: tuple(name for name, n in team.headcount.items() if n)}
    try:
        persons = persons_of(s, team)
    except PersonsError:
        return {}
    held: dict[str, tuple[str, ...]] = {}
    for person in persons:
        for name in (team.name, *person.also):
            held[name] = (*held.get(name, ()), person.certification)
    return held


def people_checks(s: Scenario) -> Iterator[Problem]:
    """Everything about written people that does not fit together."""
    known = [c.name for c in s.certifications]
    for i, team in enumerate(s.teams):
        if isinstance(team.headcount, dict):
            yield from _mapping(team.headcount, known, ("teams", i, "headcount"))
        if team.roster is not None:
            yield from _roster(s, i, team)
    for i, event in enumerate(s.timeline):
        if isinstance(event, ClassStart) and isinstance(event.people, dict):
            yield from _mapping(event.people, known, ("timeline", i, "people"), least=1)
    yield from _moves(s)


def _mapping(
    heads: dict[str, int], known: list[str], path: Steps, least: int = 0
) -> Iterator[Problem]:
    for name in heads:
        if name not in known:
            yield (*path, name), nearest(name, known)
    total = sum(heads.values())
    if not least <= total <= MOST_HEADS:
        yield path, f"must sum to {least} to {MOST_HEADS:,} people (they sum to {total:,})"


def _roster(s: Scenario, i: int, team: Team) -> Iterator[Problem]:
    path = ("teams", i, "roster")
    if team.headcount != "auto":
        yield (
            ("teams", i, "headcount"),
            "must be auto where a roster names the persons, who are the headcount then",
        )
    if s.hospital.scale != 1:
        yield (
            path,
            f"persons can only be at hospital.scale 1 (it is {s.hospital.scale:g}); headcount may "
            "say how many hold which certification at any scale",
        )
    try:
        persons = persons_of(s, team)
    except PersonsError as error:
        yield path, str(error)
        return
    disciplines = {t.name: t.discipline for t in s.teams}
    for name in dict.fromkeys(name for person in persons for name in person.also):
        if disciplines[name] != team.discipline:
            yield (
                ("teams", i, "discipline"),
                f"persons of the roster work for team {name!r}, too, which takes what is "
                f"{disciplines[name]!r} first; both teams must use one discipline",
            )


# --- dated moves ----------------------------------------------------------------------------------


def _moves(s: Scenario) -> Iterator[Problem]:
    """Moves that cannot be, whatever happens; others are carried out as far as the run allows.

    Events go by date, those of one day before the switches of that day.
    """
    plans = {t.name: _opening_plan(s, t) for t in s.teams}
    employers = {t.name: t.vendor for t in s.teams}
    by_date = sorted(
        enumerate(s.timeline), key=lambda item: (item[1].on, isinstance(item[1], VendorSwitch))
    )
    for i, event in by_date:
        path = ("timeline", i)
        if isinstance(event, VendorSwitch):
            for name in employers if event.teams == "all" else event.teams:
                employers[name] = event.to
        elif isinstance(event, Transfer):
            yield from _transfer(event, employers, path)
        elif isinstance(event, Certify):
            yield from _certify(s, event, path)
        elif isinstance(event, HireFreeze) and event.until <= event.on:
            yield (*path, "until"), f"must come after {event.on}"
        elif isinstance(event, ClassStart):
            yield from _class(s, event, path)
        yield from _enough(s, event, plans, employers, path)
        for name, plan in plans.items():
            if not isinstance(event, Layoff):  # of whom fewer may be there than planned
                plans[name] = plan_after(event, name, plan)


def _opening_plan(s: Scenario, team: Team) -> float:
    heads = written_heads(s, team)
    return inf if heads is None else float(heads)


def _enough(
    s: Scenario, event: Event, plans: dict[str, float], employers: dict[str, str], path: Steps
) -> Iterator[Problem]:
    """Whether a team may have as many people as a move is about."""
    if not isinstance(event, Transfer | Certify | LeaveOfAbsence):
        return
    team = event.from_team if isinstance(event, Transfer) else event.team
    ahead = {v.name: v.hiring.policy == "hire_ahead" for v in s.vendors}
    if event.people > plans.get(team, inf) and not ahead.get(employers[team], True):
        yield (
            (*path, "people"),
            f"is more than team {team!r} can have on {event.on}; allowed: up to "
            f"{plans[team]:g}, the plan of that day",
        )


def _transfer(event: Transfer, employers: dict[str, str], path: Steps) -> Iterator[Problem]:
    names = {"from_team": event.from_team, "to_team": event.to_team}
    for field, name in names.items():
        if name not in employers:
            yield (*path, field), nearest(name, list(employers))
    if not set(names.values()) <= employers.keys():
        return
    if event.from_team == event.to_team:
        yield (*path, "to_team"), "must be another team"
    left, joined = employers[event.from_team], employers[event.to_team]
    if left != joined:
        yield (
            (*path, "to_team"),
            f"team {event.to_team!r} is {joined}'s on {event.on}, and team {event.from_team!r} "
            f"{left}'s; people move within one vendor only",
        )


def _certify(s: Scenario, event: Certify, path: Steps) -> Iterator[Problem]:
    able = {c.name: c.ability for c in s.certifications}
    if event.to not in able:
        yield (*path, "to"), nearest(event.to, list(able))
    elif able[event.to] == min(able.values()):
        yield (*path, "to"), f"nobody holds a lower certification than {event.to!r}"


def _class(s: Scenario, event: ClassStart, path: Steps) -> Iterator[Problem]:
    for freeze in s.timeline:
        if (
            isinstance(freeze, HireFreeze)
            and freeze.on <= event.on < freeze.until
            and (freeze.teams == "all" or event.team in freeze.teams)
        ):
            yield (
                (*path, "on"),
                f"team {event.team!r} hires nobody from {freeze.on} until {freeze.until} "
                "(hire_freeze)",
            )
