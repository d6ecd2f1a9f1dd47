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
        """Hold the meetings of a day by vendors who are there; feel those held a lag ago."""
        for i, closes, floor in self._felt.pop(day, ()):
            self._close(i, closes, floor)
        for name in self._running:
            loop = self._loops[name]
            if name not in present or day == 0 or day % loop.every_days:
                continue
            for i, avoidable in enumerate(self._avoidable):
                if avoidable and self._kinds[i].denials_seen:
                    if loop.lag_days:
                        later = self._felt.setdefault(day + loop.lag_days, [])
                        later.append((i, loop.closes_share, loop.floor_share))
                    else:
                        self._close(i, loop.closes_share, loop.floor_share)
            for kind in self._kinds:
                kind.denials_seen = 0

    def _close(self, category: int, closes: float, floor: float) -> None:
        """Close a share of the gap between what is left and what no meeting removes."""
        self.left[category] -= closes * max(0.0, self.left[category] - floor)
