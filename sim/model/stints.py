"""Which vendor employs a team, from when to when: what vendor switches make of the teams."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.model.arithmetic import exp, normal_quantile
from sim.model.calendar import WorkCalendar
from sim.model.draws import Draws
from sim.scenario.schema import Scenario, Team
from sim.scenario.timeline import VendorSwitch


@dataclass(frozen=True, slots=True)
class Stint:
    """A team under one vendor: who employs it, from when its people are there, work, and leave.

    `teams_of_vendor` counts the teams that its vendor ever employs: a contract is for all of them.
    """

    team: Team
    key: str
    employs: int
    opens: int
    closes: int | None
    teams_of_vendor: int = 1


def stints(scenario: Scenario, calendar: WorkCalendar, draws: Draws) -> list[Stint]:
    """The stints of all teams, in the order of the teams and then of time.

    A switch that is to be assessed waits for the end of the assessment, which each vendor passes
    once.
    """
    assessed = {
        vendor: calendar.day_of(e.on) + assessment_days(scenario, vendor, draws)
        for vendor, e in first_assessed(scenario).items()
    }
    switches = sorted(
        (max(calendar.day_of(e.on), assessed[e.to] if e.assessed else 0), i, e)
        for i, e in enumerate(scenario.timeline)
        if isinstance(e, VendorSwitch)
    )
    out: list[Stint] = []
    for team in scenario.teams:
        mine = [(d, e) for d, _, e in switches if e.teams == "all" or team.name in e.teams]
        site = team.site
        turns = [(0, 0, team.vendor, site), *((d, e.parallel_days, e.to, e.site) for d, e in mine)]
        for i, (opens, parallel, vendor, moves_to) in enumerate(turns):
            closes = turns[i + 1][0] if i + 1 < len(turns) else None
            site = moves_to or site
            held = team.model_copy(update={"vendor": vendor, "site": site})
            key = team.name if i == 0 else f"{team.name}.{i}"
            out.append(Stint(held, key, max(0, opens - parallel), opens, closes))
    teams: dict[str, set[str]] = {}
    for stint in out:
        teams.setdefault(stint.team.vendor, set()).add(stint.team.name)
    return [replace(stint, teams_of_vendor=len(teams[stint.team.vendor])) for stint in out]


def first_assessed(scenario: Scenario) -> dict[str, VendorSwitch]:
    """The switch for which each vendor that is assessed is assessed: the first."""
    found: dict[str, VendorSwitch] = {}
    for event in sorted(
        (e for e in scenario.timeline if isinstance(e, VendorSwitch) and e.assessed),
        key=lambda e: e.on,
    ):
        found.setdefault(event.to, event)
    return found


def assessment_days(scenario: Scenario, vendor: str, draws: Draws) -> int:
    """Days from the contract until the vendor may start: risk assessment and remediation."""
    profile = next(v.compliance for v in scenario.vendors if v.name == vendor)
    if profile is None:
        return 0
    u, late = draws.one_row(f"compliance.{place_of(scenario, vendor)}", 0, 2)
    length = profile.assessment_median_days * exp(profile.assessment_sigma * normal_quantile(late))
    return round(length) + (profile.remediation_days if u < profile.remediation_share else 0)


def place_of(scenario: Scenario, vendor: str) -> str:
    """Which employer of which team a vendor first is: names its luck, whatever its own name is."""
    switches = [e for e in scenario.timeline if isinstance(e, VendorSwitch)]
    places = []
    for team in scenario.teams:
        mine = [e for e in switches if e.teams == "all" or team.name in e.teams]
        employers = [team.vendor, *(e.to for e in sorted(mine, key=lambda e: e.on))]
        places += [(i, team.name) for i, name in enumerate(employers) if name == vendor]
    turn, name = min(places)
    return f"{name}.{turn}"
