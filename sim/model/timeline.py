"""The dated events of a scenario, turned into what happens to the world on each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from sim.model.codes import SKILLS
from sim.model.setup import change_payers, slow_down, switch_on_machines
from sim.model.workforce import Team
from sim.model.world import World
from sim.scenario import timeline as events


class Timeline:
    """Acts by day: recurring rule changes, then the scenario's events, in their canonical order."""

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
                self._at(stint.closes, partial(self._close, team))
            if stint.employs or stint.opens:
                self._at(stint.employs, team.open_doors)
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
        if happen := getattr(event, "happen", None):  # of a kind that another package registers
            return partial(happen, world)
        if isinstance(event, events.PolicyEvent):
            return self._policy(event.skills, event.obsolete_share)
        if isinstance(event, events.PayerAi):
            return partial(switch_on_machines, world.state, world.scenario, event)
        if isinstance(event, events.FeedbackStart):
            return lambda: world.feedback.begin(event.vendor)
        if isinstance(event, events.PayerOutage | events.FilingLimit):
            return partial(change_payers, world.state, world.scenario, event)
        if isinstance(event, events.PayerSlow):
            slow = partial(slow_down, world.state, world.scenario)
            if event.until is not None:
                self._at(world.calendar.day_of(event.until), partial(slow, event.until))
            return partial(slow, event.on)
        if isinstance(
            event,
            events.VendorSwitch
            | events.Volume
            | events.MarketWage
            | events.LeaveSeason
            | events.HireFreeze
            | events.Rule,
        ):
            return None  # read by those whom they concern; stints carry switches out
        if isinstance(event, events.PriceChange):
            return partial(self._change_price, event)
        if isinstance(event, events.ProgrammeStart):
            return partial(self._start_programme, event)
        if isinstance(event, events.Wage):
            return partial(self._change_pay, event)
        if isinstance(event, events.Rotate):
            return partial(self._rotate, event)
        if isinstance(
            event, events.ClassStart | events.Transfer | events.Certify | events.LeaveOfAbsence
        ):
            return partial(world.moves.carry_out, event)
        return partial(self._change_people, event)

    def _close(self, team: Team) -> None:
        """A vendor hands a team's queues over, also those who help out there from other teams."""
        team.close()
        for other in self._world.teams:
            other.roster.withdraw_from(team.name)

    def _teams_of(self, vendor: str) -> list[Team]:
        return [t for t in self._world.teams if t.vendor.name == vendor]

    def _change_price(self, event: events.PriceChange) -> None:
        """A vendor's new price holds for all teams, also those that it takes over later."""
        teams = self._teams_of(event.vendor)
        for team in teams:
            team.charge(event.price.over(team.price))
        if any(team.is_open for team in teams) and event.price.transition_usd:
            day = self._world.calendar.day_of(event.on)
            self._world.ledger.transitions.append((day, event.price.transition_usd))

    def _start_programme(self, event: events.ProgrammeStart) -> None:
        for team in self._teams_of(event.vendor):
            team.personnel.start_programme(event.programme)

    def _change_pay(self, event: events.Wage) -> None:
        """A vendor's wages hold for all its teams, a team's for who answers for its queues now."""
        for team in self._world.teams:
            if team.vendor.name == event.vendor or (team.name == event.team and team.is_open):
                team.roster.change_pay(event)

    def _rotate(self, event: events.Rotate) -> None:
        for team in self._teams_of(event.vendor):
            team.personnel.departures.rotate(event)

    def _change_people(
        self, event: events.Staffing | events.AttritionShock | events.Layoff
    ) -> None:
        """A team's own events hit those who answer for its queues on the day."""
        for team in self._world.teams:
            if team.name == event.team and team.is_open:
                if isinstance(event, events.Staffing):
                    people = event.headcount * self._world.scenario.hospital.scale
                    team.personnel.replan(people / team.roster.hours_share)
                else:
                    team.personnel.shock(event.kind, event.share)
