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
        """Hold the meetings of a day by vendors who are there; feel those held a lag ago.

        Meetings of one day look at the same denials; those that can mend least come first.
        """
        for i, kept in enumerate(self._kept_a_day):
            self.left[i] = 1.0 - (1.0 - self.left[i]) * kept
        loops = [self._loops[name] for name in self._running if name in present]
        held = [loop for loop in loops if day > 0 and day % loop.every_days == 0]
        for loop in held:
            if self._ledger is not None:
                self._ledger.hospital_cost(day, loop.meeting_usd * self._scale)
            effects = [
                (i, loop)
                for i, avoidable in enumerate(self._avoidable)
                if avoidable and self._kinds[i].denials_seen
            ]
            self._felt.setdefault(day + loop.lag_days, []).extend(effects)
        self._close(self._felt.pop(day, []))
        if held:
            for kind in self._kinds:
                kind.denials_seen = 0

    def _close(self, effects: list[tuple[int, Feedback]]) -> None:
        """Close a share of the gap between what is left and what no meeting removes."""
        for category, loop in sorted(effects, key=_least_first):
            gap = max(0.0, self.left[category] - loop.floor_share)
            self.left[category] -= loop.closes_share * gap
            self._kept_a_day[category] = power(0.5, 1.0 / loop.relapse_half_life_days)


def _least_first(effect: tuple[int, Feedback]) -> tuple[float, ...]:
    """Order of the effects of a day: by category, and what can mend least first."""
    category, loop = effect
    return category, -loop.floor_share, loop.closes_share, loop.relapse_half_life_days


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
