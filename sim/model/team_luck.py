"""The luck of a team and its people: uniforms from keyed tables, by purpose."""

from __future__ import annotations

from sim.model import rules
from sim.model.careers import Career
from sim.model.draws import Draws


class TeamLuck:
    """What decides who is hired, who passes, who goes; `key` names the team and its vendor."""

    def __init__(self, draws: Draws, key: str) -> None:
        self._draws = draws
        self._key = key

    def of_hire(self, number: int) -> tuple[float, float, float]:
        """Uniforms that decide somebody's certification, when they quit, and their speed."""
        u_certification, u_threshold, u_speed = self._draws.one_row(f"hire.{self._key}", number, 3)
        return u_certification, u_threshold, u_speed

    def absent(self, number: int, days: int, share: float) -> list[bool]:
        """The days on which somebody is absent."""
        away = self._draws.uniforms(f"absence.{self._key}", number, days, 1)[:, 0]
        return [bool(x) for x in away < share]

    def age(self, agent: Career) -> float:
        """The uniform that decides how long somebody of the opening team has been there."""
        return self._draws.one_row(f"hire.{self._key}.age", agent.number, 1)[0]

    def of(self, agent: Career, purpose: str, count: int) -> list[float]:
        """Uniforms of a person for a purpose, wherever they work by now."""
        return self._draws.one_row(f"{purpose}.{agent.key}", agent.number, count)

    def row(self, purpose: str, row: int, count: int) -> list[float]:
        """Uniforms of this team for a purpose, a row for each vacancy or day."""
        return self._draws.one_row(f"{purpose}.{self._key}", row, count)

    @property
    def hiring_ahead(self) -> float:
        """The uniform by which a plan's part of a head is hired ahead or not."""
        return self.row("hire_ahead", 0, 1)[0]

    def whole(self, purpose: str, people: float, day: int) -> int:
        """A whole number of people, drawn for the day, whose mean is `people`."""
        [u] = self.row(purpose, day, 1)
        return rules.whole(people, u)
