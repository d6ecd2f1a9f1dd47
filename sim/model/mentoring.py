"""Newcomers at the desk, and the colleagues who look after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simpy import Environment

from sim.model.careers import Career
from sim.model.engine import Process
from sim.scenario.turnover import Hiring

LEAST_GUIDED = 1e-9
"""Least worth of practice, so that a month of it has an end."""


class Mentoring:
    """Who nests in a team, with which mentor.

    `employed` is the team's own list. `known` gives what somebody knows of the team's skills,
    `month_minutes` the productive minutes of their full-time month; `set_pace` is told of everybody
    whose pupils have changed.
    """

    def __init__(
        self,
        env: Environment,
        hiring: Hiring,
        employed: Sequence[Career],
        known: Callable[[Career], float],
        month_minutes: Callable[[Career], float],
        set_pace: Callable[[Career], None],
    ) -> None:
        self._env = env
        self._hiring = hiring
        self._employed = employed
        self._known = known
        self._month_minutes = month_minutes
        self._set_pace = set_pace

    def begin(self, agent: Career) -> None:
        """Somebody stands at their desk: a newcomer is supervised until nesting is over."""
        until = agent.hired + self._hiring.classroom_days + self._hiring.nesting_days
        if agent.newcomer and until > self._env.now:
            agent.row.nesting = 1
            self._assign(agent)
            self._env.process(self._nest(agent, until))

    def _nest(self, agent: Career, until: float) -> Process:
        yield self._env.timeout(until - self._env.now)
        self.end(agent)

    def end(self, agent: Career) -> None:
        """Somebody who nests does so no longer."""
        if agent.row.nesting:
            agent.row.nesting = 0
            agent.row.month_minutes = self._month_minutes(agent)
            mentor, agent.mentor = agent.mentor, None
            if mentor is not None:
                self._teach(mentor, -1)

    def give_away(self, mentor: Career) -> None:
        """Others take the pupils of a mentor who is needed elsewhere, or away."""
        for pupil in self._employed:
            if pupil.mentor is mentor:
                self._teach(mentor, -1)
                pupil.mentor = None
                self._assign(pupil)

    def lose(self, mentor: Career) -> None:
        """A mentor has left: others take their pupils, or nobody does."""
        for pupil in self._employed:
            if pupil.mentor is mentor:
                pupil.mentor = None
                if self._hiring.mentor_replaced:
                    self._assign(pupil)
                else:
                    self._guide(pupil)

    def _assign(self, pupil: Career) -> None:
        """The colleague with fewest pupils, and of those the one who knows most, takes a pupil."""
        here = self._employed
        seniors = [a for a in here if a.producing and not a.row.nesting and a is not pupil]
        if seniors:
            mentor = min(seniors, key=lambda a: (a.pupils, -a.client, a.number))
            self._teach(mentor, 1)
            pupil.mentor = mentor
        self._guide(pupil)

    def _guide(self, pupil: Career) -> None:
        """Practice is worth less to a pupil whose mentor knows little, or who has none."""
        known = self._known(pupil.mentor) if pupil.mentor else 0.0
        worth = 1.0 - self._hiring.mentor_knowledge_effect * (1.0 - known)
        pupil.row.month_minutes = self._month_minutes(pupil) / max(worth, LEAST_GUIDED)

    def _teach(self, mentor: Career, more: int) -> None:
        """Give a mentor more pupils, or fewer."""
        mentor.employer.count(mentor)
        mentor.pupils += more
        self._set_pace(mentor)
