"""Who leaves a team without having decided to quit: from class, on probation, to other accounts."""

from __future__ import annotations

from sim.model import rules
from sim.model.arithmetic import log1p
from sim.model.careers import Career
from sim.model.engine import Process
from sim.model.roster import Roster
from sim.scenario.timeline import Rotate

DROPPED_OUT, DISMISSED, ROTATED = "dropped out", "dismissed", "rotated"
"""Reasons of leaving that the record of agents tells, besides quitting and lay-offs."""


class Departures:
    """Drop-outs of classes, dismissals at the end of probation, and rotation, of one team.

    Whoever employs somebody then lets them go, if they are still here, and has them replaced: from
    the bench or by a search. Times are days since the start.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._env = roster.env
        self._hiring = roster.vendor.hiring
        self._rotation: Rotate | None = None
        self._rotations = 0

    def begin(self, agent: Career) -> None:
        """A newcomer goes to class, which they may leave for good, and on probation."""
        if self._hiring.dropout_share:
            u_leave, u_day = self._roster.luck.of(agent, "dropout", 2)
            day = agent.hired + u_day * self._hiring.classroom_days
            if u_leave < self._hiring.dropout_share and day >= self._env.now:
                self._env.process(self._let_go(agent, day, DROPPED_OUT))
        self.follow(agent)

    def follow(self, agent: Career) -> None:
        """Somebody who is here, or comes now: what may end their time from now on."""
        end = agent.hired + self._hiring.probation_days
        if self._hiring.probation_days and end > self._env.now:
            self._env.process(self._judge(agent, end))
        self._plan_rotation(agent)

    def rotate(self, event: Rotate) -> None:
        """The vendor begins to move tenured people elsewhere, or goes about it in another way."""
        self._rotation = event
        self._rotations += 1
        for agent in self._roster.employed:
            self._plan_rotation(agent)

    def _plan_rotation(self, agent: Career) -> None:
        """Tenured people are moved at a constant rate: of those there are, a share a year."""
        event = self._rotation
        if event is None or event.share_per_year <= 0.0:
            return
        waits = 0.0
        if event.share_per_year < 1.0:
            [u] = self._roster.luck.of(agent, f"rotation.{self._rotations}", 1)
            waits = rules.DAYS_PER_YEAR * log1p(-u) / log1p(-event.share_per_year)
        eligible = max(self._env.now, agent.hired + event.after_tenure_days)
        self._env.process(self._let_go(agent, eligible + waits, ROTATED, event))

    def _let_go(
        self, agent: Career, day: float, reason: str, rotation: Rotate | None = None
    ) -> Process:
        yield self._env.timeout(day - self._env.now)
        if rotation is None:
            agent.employer.part_with(agent, reason, False)
        elif rotation is self._rotation:
            agent.employer.part_with(agent, reason, rotation.from_bench)

    def _judge(self, agent: Career, day: float) -> Process:
        yield self._env.timeout(day - self._env.now)
        row = agent.row
        right = row.items - row.errors
        if row.items and right < self._hiring.dismiss_below_accuracy * row.items:
            agent.employer.part_with(agent, DISMISSED, False)
