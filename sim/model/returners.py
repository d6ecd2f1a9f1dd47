"""People who have quit a team and come back to it, with what they have not forgotten."""

from __future__ import annotations

from sim.model.careers import Career
from sim.model.roster import Roster


class Returners:
    """Those who have quit one team and may be hired again: a share of its newcomers."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._share = roster.vendor.hiring.rehire_share
        self._gone: list[Career] = []

    def note(self, agent: Career) -> None:
        """Somebody has quit."""
        self._gone.append(agent)

    def welcome(self, agent: Career) -> None:
        """A newcomer is one of those who have quit, any of them alike, or somebody new."""
        if self._share and self._gone:
            u_back, u_which = self._roster.luck.of(agent, "rehire", 2)
            if u_back < self._share:
                former = self._gone.pop(int(u_which * len(self._gone)))
                self._roster.bring_back(agent, former)
