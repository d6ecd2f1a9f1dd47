"""Who teaches the classes of a team: trainers who are busy, or gone and not yet replaced."""

from __future__ import annotations

from math import inf

from sim.model import rules
from sim.model.arithmetic import log1p
from sim.model.roster import Roster
from sim.scenario.turnover import Trainers


class TeamTrainers:
    """The trainers of one team; each takes one class at a time. Times are days since the start.

    All are there in the beginning. Who leaves ends a class before that, and is replaced by another.
    """

    def __init__(self, roster: Roster) -> None:
        hiring = roster.vendor.hiring
        self._luck = roster.luck
        self._rules = hiring.trainers
        self._class_days = float(hiring.classroom_days)
        self._places = hiring.class_size if hiring.class_every_days else inf
        people = self._rules.people if self._rules else 0
        self._free_from = [0.0] * people
        """When each trainer may take a class."""
        self._leaves: list[float] = []
        """When each trainer leaves."""
        self._turns = [0] * people
        self._today = -1, 0.0
        """Day of the last class that has begun, and places that were free in it."""
        if self._rules:
            self._leaves = [self._stay(i, self._rules) for i in range(people)]

    def admit(self, now: float) -> float:
        """Let somebody into a class that begins today, or else say when to ask again."""
        if self._rules is None:
            return now
        day, places = self._today
        if day < int(now) or places < 1:
            self._catch_up(now, self._rules)
            first = min(range(len(self._free_from)), key=self._free_from.__getitem__)
            if self._free_from[first] > now:
                return self._free_from[first]
            self._free_from[first] = now + self._class_days
            day, places = int(now), self._places
        self._today = day, places - 1
        return now

    def _catch_up(self, now: float, trainers: Trainers) -> None:
        """Let those go whose time has come, and others come in their stead."""
        for i, leaves in enumerate(self._leaves):
            while leaves <= now:
                self._free_from[i] = max(leaves, self._free_from[i]) + trainers.time_to_fill_days
                leaves = self._free_from[i] + self._stay(i, trainers)
            self._leaves[i] = leaves

    def _stay(self, i: int, trainers: Trainers) -> float:
        """Days that somebody stays who is a trainer from now on, with the luck of their turn."""
        if trainers.leave_per_year <= 0.0:
            return inf
        [u] = self._luck.row(f"trainer.{i}", self._turns[i], 1)
        self._turns[i] += 1
        return -rules.DAYS_PER_YEAR * log1p(-u) / trainers.leave_per_year
