"""Feedback meetings: what was denied since the last one is mended at its source, and relapses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.arithmetic import power
from sim.model.codes import CATEGORIES
from sim.model.kernel.rows import Kind
from sim.model.ledger import Ledger
from sim.scenario.schema import Scenario
from sim.scenario.timeline import FeedbackStart
from sim.scenario.vendor import Feedback


class FeedbackLoop:
    """The part of each category's source defects that meetings have left, and the meetings.

    What has been mended comes back with the half-life of the vendor who mended it last.
    """

    def __init__(self, scenario: Scenario, kinds: list[Kind], ledger: Ledger | None = None) -> None:
        self.left: NDArray[np.float64] = np.ones(len(CATEGORIES))
        self._kinds = kinds
        self._ledger = ledger
        self._scale = scenario.hospital.scale
        self._kept_a_day = [1.0] * len(CATEGORIES)
        later = {e.vendor for e in scenario.timeline if isinstance(e, FeedbackStart)}
        self._loops = {v.name: v.feedback for v in scenario.vendors if v.feedback is not None}
        self._running = [name for name in self._loops if name not in later]
        by_name = {str(c.name): c for c in scenario.categories}
        self._avoidable = [by_name[name].feedback for name in CATEGORIES]
        self._felt: dict[int, list[tuple[int, Feedback]]] = {}

    def begin(self, vendor: str) -> None:
        """Let a vendor's meetings begin."""
        self._running.append(vendor)

    def run(self, day: int, present: set[str]) -> None:
        """Hold the meetings of a day by vendors who are there; feel those held a lag ago."""
        for i, kept in enumerate(self._kept_a_day):
            self.left[i] = 1.0 - (1.0 - self.left[i]) * kept
        for i, loop in self._felt.pop(day, ()):
            self._close(i, loop)
        for name in self._running:
            loop = self._loops[name]
            if name not in present or day == 0 or day % loop.every_days:
                continue
            if self._ledger is not None:
                self._ledger.hospital_cost(day, loop.meeting_usd * self._scale)
            for i, avoidable in enumerate(self._avoidable):
                if avoidable and self._kinds[i].denials_seen:
                    if loop.lag_days:
                        self._felt.setdefault(day + loop.lag_days, []).append((i, loop))
                    else:
                        self._close(i, loop)
            for kind in self._kinds:
                kind.denials_seen = 0

    def _close(self, category: int, loop: Feedback) -> None:
        """Close a share of the gap between what is left and what no meeting removes."""
        gap = max(0.0, self.left[category] - loop.floor_share)
        self.left[category] -= loop.closes_share * gap
        self._kept_a_day[category] = power(0.5, 1.0 / loop.relapse_half_life_days)


def expected_left(scenario: Scenario, present: set[str]) -> dict[str, float]:
    """Part of each category's source defects that meetings leave, on average over the KPI window.

    As `FeedbackLoop` has it when denials of every kind are seen before each meeting, and the
    vendors who are `present` work denials all the time.
    """
    kinds = [Kind(0, 1.0) for _ in CATEGORIES]
    loop = FeedbackLoop(scenario, kinds)
    total, days = np.zeros(len(CATEGORIES)), 0
    for day in range(scenario.horizon_days - scenario.kpi_until_days):
        for kind in kinds:
            kind.denials_seen = 1
        loop.run(day, present)
        if day >= scenario.kpi_from_days:
            total += loop.left
            days += 1
    return dict(zip(CATEGORIES, (total / max(1, days)).tolist(), strict=True))
