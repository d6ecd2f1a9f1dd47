"""Who leads a team: leads who leave, agents promoted in their stead, and the part without one."""

from __future__ import annotations

from math import ceil

from sim.model import rules
from sim.model.arithmetic import log1p
from sim.model.engine import Process
from sim.model.roster import Roster
from sim.record.record import PROMOTION
from sim.scenario.leads import Leads

TRY_AGAIN_DAYS = 7.0
"""Days until a place for which nobody was there is looked at again."""


class TeamLeads:
    """The leads of one team, whose posts follow its plan. Times are days since the start.

    Each leads `span_of_control` agents, the last of them those who are left. Who leads a part of a
    span here leads the rest of it elsewhere, and so is followed by somebody of this team with that
    chance. Leads are no agents: they work no claims and are not employed in the team.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._env = roster.env
        self._rules = roster.vendor.leads or Leads()
        self._vacant: list[bool] = []
        """Whether each post has no lead now."""
        self._stopped = False

    def stop(self) -> None:
        """Nobody is promoted any more."""
        self._stopped = True

    def open(self, settled: bool) -> None:
        """Begin: a team that has been there for ever may just lack a lead."""
        self._add_posts(settled)

    def review(self) -> None:
        """The weekly look at the plan: a team that has grown gets more leads, from elsewhere."""
        self._add_posts(False)

    def _add_posts(self, settled: bool) -> None:
        rate, waits = self._rules.leave_per_year, float(self._rules.time_to_promote_days)
        if rate <= 0.0:
            return
        for post in range(len(self._vacant), ceil(self._spans - 1e-9)):
            u_vacant, u_rest = self._roster.luck.row(f"lead.{post}.opening", 0, 2)
            vacant = settled and u_vacant < waits / (waits + rules.DAYS_PER_YEAR / rate)
            self._vacant.append(vacant)
            self._env.process(self._fill(post, waits * u_rest if vacant else None))

    @property
    def _spans(self) -> float:
        """How many leads the plan asks for, a part of one included."""
        return self._roster.plan / self._rules.span_of_control

    def _part(self, post: int) -> float:
        """Part of a span that the lead of a post leads here; none where the team has shrunk."""
        return min(1.0, max(0.0, self._spans - post))

    @property
    def unled_share(self) -> float:
        """Part of the team that has no lead now."""
        without = sum(self._part(post) for post, vacant in enumerate(self._vacant) if vacant)
        return without / self._spans if without else 0.0

    @property
    def accuracy_lost(self) -> float:
        """Accuracy that the team loses now for want of leads."""
        return self._rules.unled_accuracy * self.unled_share

    @property
    def hazard_factor(self) -> float:
        """What the want of leads makes of the hazard of quitting now."""
        return 1.0 + self._rules.unled_hazard * self.unled_share

    def _fill(self, post: int, vacant_for: float | None) -> Process:
        """The leads of a post, one after another; it may be vacant at first, for some days."""
        env, luck, turn = self._env, self._roster.luck, 0
        while not self._stopped:
            u_stay, u_here = luck.row(f"lead.{post}", turn, 2)
            if vacant_for is None:
                stays = -rules.DAYS_PER_YEAR * log1p(-u_stay) / self._rules.leave_per_year
                yield env.timeout(stays)
                self._vacant[post], vacant_for = True, float(self._rules.time_to_promote_days)
            yield env.timeout(vacant_for)
            while u_here < self._part(post) and not self._promote():
                yield env.timeout(TRY_AGAIN_DAYS)
            self._vacant[post], vacant_for = False, None
            turn += 1

    def _promote(self) -> bool:
        """Make the longest-serving at their desk a lead; gives whether somebody was found."""
        ready = [] if self._stopped else self._roster.at_desks
        if ready:
            ready[0].employer.part_with(ready[0], PROMOTION)
        return bool(ready) or self._stopped
