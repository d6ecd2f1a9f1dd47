"""The turnover trap's loop in one team: pressure cuts corners, standards erode, load exhausts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sim.model import rules
from sim.model.arithmetic import exp
from sim.model.careers import Career
from sim.model.expectations import relative_hazard
from sim.model.kernel.rows import Crew, Terms, WorkQueue
from sim.model.leads import TeamLeads
from sim.model.terms import Care
from sim.model.workplaces import Workplace
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor

WEEK_DAYS = 7.0


class TeamStrain:
    """How pressed and how exhausted a team is, and what that does to its work.

    After Oliva & Sterman 2001. Seen once a week. `touch_share` is the part of the written touch
    time that is taken, `standard` the part that people hold to be right; both begin at 1. Every
    agent carries their own exhaustion, and newcomers come rested.
    """

    def __init__(
        self,
        scenario: Scenario,
        vendor: Vendor,
        crew: Crew,
        terms: Terms,
        workplace: Workplace,
        hours_share: float,
        leads: TeamLeads,
    ) -> None:
        self._people = scenario.people
        self._vendor = vendor
        self._rules = scenario.people.strain
        self._crew = crew
        self._care = Care(scenario, vendor, terms)
        self._pace = terms.pace
        self._workplace = workplace
        self._hours_share = hours_share
        self._leads = leads
        self.standard = 1.0
        self.touch_share = 1.0
        self._occupancy = vendor.target_occupancy

    def open(self, agents: Sequence[Career], ages_days: Sequence[float], occupancy: float) -> None:
        """Give the first team the exhaustion that its usual load has brought by its tenure."""
        for agent, age in zip(agents, ages_days, strict=True):
            agent.exhaustion = self._followed(0.0, self._load(agent, occupancy), age)
        self._tell(agents, occupancy)

    def week(
        self,
        agents: Sequence[Career],
        full_time: float,
        queues: Sequence[WorkQueue],
        occupancy: float,
    ) -> None:
        """Look at the week that ends: what waits, how busy and how long everybody was.

        `full_time` is how many the agents are in full-time equivalents.
        """
        rule = self._rules
        cut = rules.corner_share(self.pressure(queues, full_time), rule.corner_exponent)
        self.touch_share = max(rule.least_touch_share, self.standard * cut)
        if self.touch_share < self.standard:
            self.standard = _drawn(self.standard, self.touch_share, rule.erosion_days)
        elif cut == 1.0:
            self.standard = _drawn(self.standard, 1.0, rule.recovery_days)
        for agent in agents:
            load = self._load(agent, occupancy)
            agent.exhaustion = self._followed(agent.exhaustion, load, WEEK_DAYS)
        self._tell(agents, occupancy)

    def pressure(self, queues: Sequence[WorkQueue], people: float) -> float:
        """Pace that would do what waits within its queue's days, over the pace of those here."""
        wanted = self._pace * sum(q.level * q.minutes / max(1, q.due_days) for q in queues)
        a_year = self._workplace.productive_minutes_per_year * self._hours_share * people
        pace = a_year / rules.DAYS_PER_YEAR
        return wanted / pace if pace > 0.0 else float(wanted > 0.0)

    def hazard_factor(self, agent: Career) -> float:
        """What the occupancy of late and exhaustion make of somebody's hazard of quitting."""
        return relative_hazard(self._people, self._vendor, self._occupancy, agent.exhaustion)

    def _load(self, agent: Career, occupancy: float) -> float:
        """Working hours beyond those of reference, relative to them, and occupancy beyond.

        Who is on leave comes to rest.
        """
        rule, crew, calendar = self._rules, self._crew, agent.calendar
        if agent.on_leave:
            return 0.0
        longer = (agent.row.overtime_weekdays & calendar.workday_bits).bit_count()
        # A scaled-down hospital's people work a part of a shift, and tire as full-time people do.
        hours = calendar.hours_per_week * agent.hours_share
        hours *= self._hours_share / agent.full_time_share  # who has moved here as where they came
        hours = (hours + longer * 24.0 * crew.overtime_days) / self._hours_share
        busier = occupancy - rule.reference_occupancy
        return hours / rule.reference_hours_per_week - 1.0 + rule.occupancy_weight * busier

    def _followed(self, exhaustion: float, load: float, days: float) -> float:
        """Exhaustion after so many days under a load, which it follows up faster than down."""
        rule = self._rules
        return _drawn(
            exhaustion, load, rule.build_days if load > exhaustion else rule.rest_days, days
        )

    def _tell(self, agents: Sequence[Career], occupancy: float) -> None:
        """Let the work of the next week know."""
        people, rule = self._people, self._rules
        self._occupancy = occupancy
        tired = sum(max(0.0, a.exhaustion) for a in agents) / max(1, len(agents))
        pressed = rules.pressure(occupancy, people.pressure_threshold)
        self._crew.penalty = (
            people.pressure_accuracy * pressed
            + rule.corner_errors * (1.0 - self.touch_share)
            + rule.exhaustion_accuracy * tired
            + self._leads.accuracy_lost
        )
        slower = 1.0 + rule.exhaustion_slowdown * tired
        kept = 1.0 - rule.corner_checks * (1.0 - self.touch_share)
        self._care.take(self.touch_share * slower, kept)


def _drawn(
    level: float, target: float, time_constant_days: float, days: float = WEEK_DAYS
) -> float:
    """A level after some days of being drawn to a target; a time constant of 0 leaves it."""
    if time_constant_days == 0.0:
        return level
    return target + (level - target) * _left(days, time_constant_days)


@lru_cache(maxsize=64)
def _left(days: float, time_constant_days: float) -> float:
    """What is left of a distance after so many days; a team's people all ask for the same."""
    return exp(-days / time_constant_days)
