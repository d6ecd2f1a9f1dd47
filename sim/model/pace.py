"""What breaks, education and pupils leave of people's time at the desk: the pace of their work."""

from __future__ import annotations

from simpy import Environment

from sim.model import rules
from sim.model.careers import Career
from sim.model.engine import Process
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor


class Pace:
    """Clock time that a productive minute takes the people of a team."""

    def __init__(self, env: Environment, scenario: Scenario, vendor: Vendor) -> None:
        self._env = env
        self._playbook_share = vendor.conformance * scenario.people.playbook_time_share
        self._mentor_share = vendor.hiring.mentor_share

    def study(self, agent: Career, hours_per_week: float) -> None:
        """Paid study beside work, hours a week of a full-time job."""
        calendar = agent.calendar
        weekly = calendar.shift_length * 24.0 * calendar.workdays_per_year / 52.0
        agent.study_share = hours_per_week / weekly
        self.set(agent)

    def set(self, agent: Career) -> None:
        """Work at the pace that what somebody has to do besides leaves, from now on.

        What is in hand goes on as it was begun until it is done or the shift ends.
        """
        row = agent.row
        productive = self._productive_share(agent)
        row.clock_per_minute = 1.0 / (1440.0 * productive)
        until = row.hand_until if row.hand_queue >= 0 else 0.0
        if until > int(self._env.now) + 1:  # what comes after midnight belongs to another day
            self._env.process(self._change(agent, until))
        else:
            agent.employer.count(agent, until)
            agent.productive_share = productive

    def _change(self, agent: Career, at: float) -> Process:
        """Count by another pace from a moment on."""
        yield self._env.timeout(at - self._env.now)
        if agent.left is None:
            agent.employer.count(agent)
            agent.productive_share = self._productive_share(agent)

    def _productive_share(self, agent: Career) -> float:
        """Part of an agent's time at the desk that breaks, education and pupils leave."""
        away = agent.education_share + agent.study_share + self._playbook_share
        away += self._mentor_share * agent.pupils
        return agent.calendar.productive_share * max(rules.LEAST_PRODUCTIVE, 1.0 - away)
