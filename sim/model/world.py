"""The parts of one replication, built before anything happens."""

from __future__ import annotations

from collections.abc import Callable

from sim.model.arrivals import Arrivals
from sim.model.calendar import WorkCalendar
from sim.model.claims import ClaimSource
from sim.model.draws import Draws
from sim.model.engine import Engine
from sim.model.feedback import FeedbackLoop
from sim.model.flows import yearly_minutes
from sim.model.kernel.rows import State
from sim.model.ledger import Ledger
from sim.model.setup import initial_state
from sim.model.staffing import full_time_needed, practice_shares
from sim.model.stints import Stint, stints
from sim.model.workforce import Team
from sim.scenario.schema import Scenario

MakeEngine = Callable[[State, Draws], Engine]


class World:
    """A hospital with its payers, an engine, and the teams of all its contracts."""

    def __init__(self, scenario: Scenario, replication: int, engine: MakeEngine) -> None:
        self.scenario = scenario
        self.draws = Draws(scenario.seed, replication)
        self.calendar = WorkCalendar(scenario.calendar, scenario.start, scenario.end_days)
        self.stints = stints(scenario, self.calendar, self.draws)
        self.engine = engine(initial_state(scenario, self.calendar, self.stints), self.draws)
        self.state = self.engine.state
        self.ledger = Ledger(self.state.days, scenario.horizon_days)
        arrivals = Arrivals(scenario, self.calendar, self.draws)
        self.source = ClaimSource(scenario, arrivals, self.draws)
        self._minutes: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
        """Yearly minutes of work by queue, by who employs the teams."""
        self.teams = [self._team(i) for i in range(len(self.stints))]
        self.feedback = FeedbackLoop(scenario, self.state.kinds, self.ledger)

    def _team(self, crew: int) -> Team:
        """A team for one stint, sized for the work that the vendors of that time leave it."""
        stint: Stint = self.stints[crew]
        now = tuple(
            s.team
            for s in self.stints
            if s.opens <= stint.opens and (s.closes is None or s.closes > stint.opens)
        )
        era = self.scenario.model_copy(update={"teams": now})
        key = tuple((team.name, team.vendor) for team in now)
        if key not in self._minutes:
            self._minutes[key] = yearly_minutes(era)
        minutes = self._minutes[key]
        full_time = full_time_needed(era, stint.team, self.calendar, minutes)
        shares = practice_shares(era, stint.team.queues, minutes)
        return Team(
            self.scenario, stint, crew, self.engine, self.calendar, self.ledger, self.draws,
            full_time, shares,
        )  # fmt: skip
