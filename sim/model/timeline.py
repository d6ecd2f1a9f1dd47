"""The dated events of a scenario, turned into what happens to the world on each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from sim.model.codes import SKILLS
from sim.model.setup import switch_on_machines
from sim.model.workforce import Team
from sim.model.world import World
from sim.scenario import timeline as events


class Timeline:
    """Acts by day: recurring rule changes, then the scenario's events in the order written."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._acts: defaultdict[int, list[Callable[[], None]]] = defaultdict(list)
        scenario, calendar = world.scenario, world.calendar
        for day in range(1, scenario.horizon_days):
            if calendar.month[day] != calendar.month[day - 1]:
                for change in scenario.policy_calendar:
                    if calendar.month[day] in change.months:
                        self._at(day, self._policy(change.skills, change.obsolete_share))
        for event in scenario.timeline:
            self._at(calendar.day_of(event.on), self._act(event))
        for stint, team in zip(world.stints, world.teams, strict=True):
            if stint.closes is not None:
                self._at(stint.closes, team.close)
            if stint.employs or stint.opens:
                self._at(stint.employs, partial(team.open_doors, float(stint.opens)))
                self._at(stint.opens, team.take_over)

    def run(self, day: int) -> None:
        """Let the day's events happen."""
        for act in self._acts.pop(day, ()):
            act()

    def _at(self, day: int, act: Callable[[], None] | None) -> None:
        if act is not None:
            self._acts[day].append(act)

    def _policy(self, skills: tuple[str, ...] | str, obsolete: float) -> Callable[[], None]:
        client = skills == "client"
        if client:
            hit = []
        elif skills == "all":
            hit = list(range(len(SKILLS)))
        else:
            hit = [SKILLS.index(s) for s in skills]

        def act() -> None:
            for team in self._world.teams:
                team.policy_change(hit, client, obsolete)

        return act

    def _act(self, event: events.Event) -> Callable[[], None] | None:
        """What an event does on its day; switches are acts of their stints."""
        world = self._world
        if isinstance(event, events.PolicyEvent):
            return self._policy(event.skills, event.obsolete_share)
        if isinstance(event, events.PayerAi):
            return partial(switch_on_machines, world.state, world.scenario, event)
        if isinstance(event, events.FeedbackStart):
            return lambda: world.feedback.begin(event.vendor)
        if isinstance(event, events.VendorSwitch | events.Volume):
            return None  # the source reads volumes for itself, and stints carry switches out
        teams = [t for t in world.teams if self._concerns(event, t.name, t.vendor.name)]

        def act() -> None:
            for team in teams:
                if team.is_open:
                    _change(team, event, world.scenario.hospital.scale)

        return act

    @staticmethod
    def _concerns(event: events.Event, team: str, vendor: str) -> bool:
        if isinstance(event, events.PriceChange | events.ProgrammeStart):
            return event.vendor == vendor
        if isinstance(event, events.Staffing | events.AttritionShock | events.Layoff):
            return event.team == team
        return False


def _change(team: Team, event: events.Event, scale: float) -> None:
    if isinstance(event, events.PriceChange):
        team.charge(event.price)
    elif isinstance(event, events.ProgrammeStart):
        team.personnel.start_programme(event.programme)
    elif isinstance(event, events.Staffing):
        team.personnel.replan(round(event.headcount * scale / team.roster.hours_share))
    elif isinstance(event, events.AttritionShock | events.Layoff):
        team.personnel.shock(event.kind, event.share)
