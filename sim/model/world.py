"""The parts of one replication, built before anything happens."""

from __future__ import annotations

from collections.abc import Callable

from sim.model import rules
from sim.model.arrivals import Arrivals, counted, counts_of
from sim.model.calendar import WorkCalendar
from sim.model.claims import ClaimSource
from sim.model.demand import Demand, demand_of
from sim.model.draws import Draws
from sim.model.engine import Engine
from sim.model.feedback import FeedbackLoop
from sim.model.flows import yearly_minutes
from sim.model.kernel.rows import State
from sim.model.ledger import Ledger
from sim.model.moves import Moves
from sim.model.openers import Shares, openers, resolved
from sim.model.setup import initial_state
from sim.model.staffing import full_time_needed, practice_shares
from sim.model.stints import Stint, stints
from sim.model.workforce import Team
from sim.model.workplaces import workplaces
from sim.scenario.canonical import canonical
from sim.scenario.persons import persons_of
from sim.scenario.schema import Scenario
from sim.scenario.timeline import plan_after

MakeEngine = Callable[[State, Draws], Engine]


class World:
    """A hospital with its payers, an engine, and the teams of all its contracts."""

    def __init__(self, scenario: Scenario, replication: int, engine: MakeEngine) -> None:
        # Nothing may hang on an order that says nothing.
        scenario = canonical(scenario)
        counts = counts_of(scenario)
        self.scenario = scenario = resolved(counted(scenario, counts))
        self.draws = Draws(scenario.seed, replication)
        self.calendar = WorkCalendar(scenario.calendar, scenario.start, scenario.end_days)
        self._workplaces = workplaces(scenario, self.calendar)
        self.stints = stints(scenario, self.calendar, self.draws)
        self.engine = engine(initial_state(scenario, self.calendar, self.stints), self.draws)
        self.state = self.engine.state
        self.state.house.shifts_differ = int(self._shifts_differ())
        self.ledger = Ledger(self.state.days, scenario.horizon_days)
        self.arrivals = Arrivals(scenario, self.calendar, self.draws, counts)
        self.source = ClaimSource(scenario, self.arrivals, self.draws, self._services_end())
        self._minutes: dict[tuple[tuple[str, str, str | None], ...], dict[str, float]] = {}
        """Yearly minutes of work by queue, by who employs the teams, and where."""
        self.demands: list[Demand] = []
        """What items mean for each of the teams, in their order."""
        self.teams = [self._team(i) for i in range(len(self.stints))]
        self.moves = Moves(scenario, self.calendar, self.teams)
        self.feedback = FeedbackLoop(scenario, self.state.kinds, self.ledger)

    def _shifts_differ(self) -> bool:
        """Whether agents begin their shifts at different times of the day, or end them so."""
        teams = self.scenario.teams
        if any(person.fte < 1.0 for t in teams for person in persons_of(self.scenario, t)):
            return True
        calendars = (c for s in self.stints for c in self._workplaces[s.team.site].calendars)
        return len({(c.shift_start, c.shift_length) for c in calendars}) > 1

    def _services_end(self) -> int:
        """Day from which on nobody asks for a service within the run."""
        horizon, front = self.scenario.horizon_days, self.scenario.hospital.front_end
        if front is None:
            return horizon
        return self.calendar.next_workday(horizon) + front.lead_days[2]

    def _team(self, crew: int) -> Team:
        """A team for one stint, sized for the work that the vendors of that time leave it."""
        stint: Stint = self.stints[crew]
        now = tuple(
            s.team
            for s in self.stints
            if s.opens <= stint.opens and (s.closes is None or s.closes > stint.opens)
        )
        era = self.scenario.model_copy(update={"teams": now})
        key = tuple((team.name, team.vendor, team.site) for team in now)
        if key not in self._minutes:
            self._minutes[key] = yearly_minutes(era)
        minutes = self._minutes[key]
        workplace = self._workplaces[stint.team.site]
        full_time = full_time_needed(era, stint.team, workplace, minutes)
        self.demands.append(demand_of(era, stint.team, workplace, minutes))
        heads = self._heads(stint, full_time)

        def shares_of(queues: tuple[str, ...]) -> Shares:
            return practice_shares(era, queues, minutes)

        return Team(
            self.scenario,
            stint,
            crew,
            self.engine,
            workplace,
            self.ledger,
            self.draws,
            heads,
            shares_of(stint.team.queues),
            openers(self.scenario, stint.team, heads[0], stint.opens == 0, shares_of),
        )

    def _heads(self, stint: Stint, full_time: float) -> tuple[int, float]:
        """Agents of a stint's plan when it opens, and the part of a shift that each works.

        A new plan outlives the vendor in whose time it was made. People of a team that begins with
        nobody work the hours that its first plan gives them.
        """
        later = 0.0
        for event in self.scenario.timeline:
            past = stint.opens > 0 and self.calendar.day_of(event.on) <= stint.opens
            if past:
                full_time = plan_after(event, stint.team.name, full_time)
            else:
                later = later or plan_after(event, stint.team.name, 0.0)
        scale = self.scenario.hospital.scale
        if full_time > 0.0:
            return rules.whole_agents(full_time, scale)
        return 0, rules.whole_agents(later, scale)[1]
