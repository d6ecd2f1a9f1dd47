"""Feedback meetings: what was denied since the last one is mended at its source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.codes import CATEGORIES
from sim.model.kernel.rows import Kind
from sim.scenario.schema import Scenario
from sim.scenario.timeline import FeedbackStart


class FeedbackLoop:
    """The part of each category's source defects that meetings have left, and the meetings."""

    def __init__(self, scenario: Scenario, kinds: list[Kind]) -> None:
        self.left: NDArray[np.float64] = np.ones(len(CATEGORIES))
        self._kinds = kinds
        later = {e.vendor for e in scenario.timeline if isinstance(e, FeedbackStart)}
        self._loops = {v.name: v.feedback for v in scenario.vendors if v.feedback is not None}
        self._running = [name for name in self._loops if name not in later]
        by_name = {str(c.name): c for c in scenario.categories}
        self._avoidable = [by_name[name].feedback for name in CATEGORIES]
        self._felt: dict[int, list[tuple[int, float, float]]] = {}

    def begin(self, vendor: str) -> None:
        """Let a vendor's meetings begin."""
        self._running.append(vendor)

    def run(self, day: int, present: set[str]) -> None:
        """Hold the meetings of a day by vendors who are there; feel those held a lag ago.

        Meetings of one day look at the same denials; those that can mend least come first.
        """
        loops = [self._loops[name] for name in self._running if name in present]
        held = [loop for loop in loops if day > 0 and day % loop.every_days == 0]
        for loop in held:
            effects = [
                (i, loop.closes_share, loop.floor_share)
                for i, avoidable in enumerate(self._avoidable)
                if avoidable and self._kinds[i].denials_seen
            ]
            self._felt.setdefault(day + loop.lag_days, []).extend(effects)
        self._close(self._felt.pop(day, []))
        if held:
            for kind in self._kinds:
                kind.denials_seen = 0

    def _close(self, effects: list[tuple[int, float, float]]) -> None:
        """Close a share of the gap between what is left and what no meeting removes."""
        for category, closes, floor in sorted(effects, key=lambda e: (e[0], -e[2], e[1])):
            self.left[category] -= closes * max(0.0, self.left[category] - floor)
