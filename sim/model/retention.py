"""What keeps people or drives them away beyond tenure and pressure: one factor for each agent."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from sim.model.arithmetic import exp, log, power
from sim.model.careers import Career
from sim.model.roster import Roster
from sim.scenario.schema import Scenario
from sim.scenario.timeline import LeaveSeason

MOST = 20.0
"""Largest factor: beyond it people would leave faster than anybody could hire."""
LEAST_OF_OLD = 1e-6
"""Factor below which people may as well have been there for ever."""


class Retention:
    """How much likelier each agent of a team is to quit than their tenure says.

    Pay against the market, the certification that others look for, knowledge and speed, the season,
    and colleagues who have quit multiply. It is worked out when the hazard is: at the weekly
    review, and when somebody is hired. Times are days since the start.
    """

    def __init__(self, scenario: Scenario, roster: Roster) -> None:
        self._roster = roster
        self._turnover = roster.vendor.turnover
        self._poaching = {c.name: c.poaching_factor for c in scenario.certifications}
        self._start = scenario.start
        self._seasons = [
            event
            for event in scenario.timeline
            if isinstance(event, LeaveSeason)
            and (event.vendor == roster.vendor.name or event.team == roster.name)
        ]
        self._known = 0.0
        """What the team knew on average at the last review, where that matters."""
        self._alarm = 0.0
        """By how much colleagues' quits raised the hazard at the last review."""
        self._reviewed = 0.0
        self._quit_share = 0.0
        """Part of the team that has quit since then."""

    def review(self) -> None:
        """The weekly look: what the team knows, and how much those who have quit weigh."""
        roster, now = self._roster, float(self._roster.env.now)
        if roster.employed and self._turnover.knowledge_hazard:
            known = sum(roster.knowledge_of(agent) for agent in roster.employed)
            self._known = known / len(roster.employed)
        if self._alarm:
            self._alarm *= exp(-self._calming * (now - self._reviewed))
        self._alarm += self._turnover.contagion_hazard * self._quit_share
        self._reviewed, self._quit_share = now, 0.0

    def note_quit(self) -> None:
        """Somebody of those employed quits: the others take it in until the next review."""
        self._quit_share += 1.0 / len(self._roster.employed)

    def of_old(self, agent: Career) -> float:
        """The part of the factor that has always been: pay when the team opens, poaching, speed."""
        turnover, now = self._turnover, float(self._roster.env.now)
        standing = self._roster.pay.standing_of_old(agent.certification, now)
        factor = power(standing, -turnover.pay_elasticity) * self._poaching[agent.certification]
        return max(LEAST_OF_OLD, min(MOST, factor * self._of_speed(agent)))

    def _of_speed(self, agent: Career) -> float:
        if not self._turnover.speed_hazard:
            return 1.0
        return power(agent.row.speed, -self._turnover.speed_hazard)  # it multiplies touch times

    def factor(self, agent: Career, until: float) -> float:
        """Hazard of quitting from now to a time, over what tenure and pressure say."""
        turnover, now = self._turnover, float(self._roster.env.now)
        standing = self._roster.pay.standing(agent.certification, now)
        factor = power(standing, -turnover.pay_elasticity) * self._poaching[agent.certification]
        if turnover.knowledge_hazard:
            above = self._roster.knowledge_of(agent) - self._known
            factor *= exp(turnover.knowledge_hazard * above)
        factor *= self._of_speed(agent)
        factor *= 1.0 + self._contagion(now, until)
        return min(MOST, factor * self._season(now, until))

    @property
    def _calming(self) -> float:
        """Rate at which the alarm over colleagues who have quit dies down, a day."""
        return log(2.0) / self._turnover.contagion_half_life_days

    def _contagion(self, now: float, until: float) -> float:
        """Mean rise of the hazard over a span of time after the last review."""
        if self._alarm == 0.0:
            return 0.0
        rate, span = self._calming, max(until - now, 1e-9)
        alarm = self._alarm * exp(-rate * (now - self._reviewed))
        return alarm * (1.0 - exp(-rate * span)) / (rate * span)

    def _season(self, now: float, until: float) -> float:
        """Mean factor of the seasons over the days of a span of time."""
        if not self._seasons:
            return 1.0
        days = range(int(now), max(int(now) + 1, ceil(until)))
        return sum(self._of_day(day) for day in days) / len(days)

    def _of_day(self, day: int) -> float:
        on = self._start + timedelta(day)
        factor = 1.0
        for event in self._seasons:
            if event.on <= on and on.month in event.months and not _over(event, on):
                factor *= event.factor
        return factor


def _over(event: LeaveSeason, on: date) -> bool:
    return event.until is not None and on >= event.until
