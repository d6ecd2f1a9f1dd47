"""Who opens a team, where that is written: certifications shared out to the head, and persons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sim.model import rules
from sim.scenario.persons import Person, persons_of
from sim.scenario.schema import Scenario, Team
from sim.scenario.state import Requisition

Shares = dict[int, float]
"""Part of busy time by skill."""


@dataclass(frozen=True, slots=True)
class Opener:
    """One of the people who open a team; `shares` of the skills that they work in, if not its.

    Who is `in_class` stands at no desk yet.
    """

    person: Person
    shares: Shares | None = None
    in_class: bool = False


def shared_out(scenario: Scenario, heads: int, weights: Mapping[str, float]) -> list[Person]:
    """So many people with certifications in proportion to weights, the least able first."""
    names = [c.name for c in sorted(scenario.certifications, key=lambda c: c.rank)]
    counts = rules.largest_remainder(heads, [weights.get(name, 0) for name in names])
    return [Person(name) for name, n in zip(names, counts, strict=True) for _ in range(n)]


def resolved(scenario: Scenario) -> Scenario:
    """The scenario with the certifications of rosters in place of their files' names."""
    teams = []
    for team in scenario.teams:
        held: dict[str, int] = {}
        for person in persons_of(scenario, team):
            held[person.certification] = held.get(person.certification, 0) + 1
        teams.append(team.model_copy(update={"headcount": held}) if held else team)
    return scenario.model_copy(update={"teams": tuple(teams)})


def openers(
    scenario: Scenario,
    team: Team,
    heads: int,
    first: bool,
    shares_of: Callable[[tuple[str, ...]], Shares],
) -> list[Opener]:
    """Those who open a team, in the order in which they are employed; nobody, if all are drawn.

    The persons of a file are the team's `first` people: a vendor who takes over has as many of its
    own. `shares_of` gives the shares of people who work certain queues.
    """
    if team.roster is not None and not first:
        return []
    if team.roster is not None:
        queues = {t.name: t.queues for t in scenario.teams}
        return [
            Opener(p, shares_of(_together(team.queues, p.also, queues)) if p.also else None)
            for p in persons_of(scenario, team)
        ]
    if isinstance(team.headcount, dict):
        return [Opener(p) for p in shared_out(scenario, heads, team.headcount)]
    if team.exact_mix:
        vendor = next(v for v in scenario.vendors if v.name == team.vendor)
        mix = team.certification_mix or vendor.certification_mix
        return [Opener(p) for p in shared_out(scenario, heads, mix)]
    return []


def in_class(scenario: Scenario, team: str, hours_share: float) -> list[Opener]:
    """Those who are in a class of a team when the run begins, on top of who opens it."""
    lines = scenario.state.classes if scenario.state is not None else ()
    mine = [each for each in lines if each.team == team]
    counts = [sum(e.people.values()) if isinstance(e.people, dict) else e.people for e in mine]
    found = []
    for each, heads in zip(mine, at_scale(scenario, counts, hours_share), strict=True):
        mixed = each.people if isinstance(each.people, dict) else None
        people = shared_out(scenario, heads, mixed) if mixed else [Person("")] * heads
        found += [Opener(replace(p, hired=each.started), None, True) for p in people]
    return found


def sought(scenario: Scenario, team: str, hours_share: float) -> list[tuple[Requisition, int]]:
    """The requisitions of a team, and how many people each is for at the scale of the run."""
    lines = scenario.state.requisitions if scenario.state is not None else ()
    mine = [each for each in lines if each.team == team]
    counts = at_scale(scenario, [each.people for each in mine], hours_share)
    return list(zip(mine, counts, strict=True))


def at_scale(scenario: Scenario, counts: Sequence[int], hours_share: float = 1.0) -> list[int]:
    """Whole numbers of some kinds at the scale of the run, by largest remainder.

    Of people, as many as work their part of a shift each.
    """
    total = round(sum(counts) * scenario.hospital.scale / hours_share)
    return rules.largest_remainder(total, counts)


def _together(
    own: tuple[str, ...], also: tuple[str, ...], queues: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Queues of a team and of others, each once, the team's own first."""
    return tuple(dict.fromkeys([*own, *(q for name in also for q in queues[name])]))
