"""When nobody is hired: searches rest in a hiring freeze, and go on after it."""

from __future__ import annotations

from sim.scenario.schema import Scenario
from sim.scenario.timeline import HireFreeze


class Freezes:
    """The hiring freezes of a team. Times are days since the start."""

    def __init__(self, scenario: Scenario, team: str) -> None:
        self._spans = sorted(
            (float((e.on - scenario.start).days), float((e.until - scenario.start).days))
            for e in scenario.timeline
            if isinstance(e, HireFreeze) and (e.teams == "all" or team in e.teams)
        )

    def on(self, at: float) -> bool:
        """Whether no place is filled at a time."""
        return any(first <= at < end for first, end in self._spans)

    def rest_days(self, begun: float, days: float) -> float:
        """Days that a search of so many days, begun at a time, rests before it is over."""
        at, left, rest = begun, days, 0.0
        for first, end in self._spans:
            if end <= at:
                continue
            searched = max(0.0, first - at)
            if searched > left:
                break
            left -= searched
            rest += end - max(at, first)
            at = end
        return rest
