"""From learning as a log shows it to the terms of a scenario, and back."""

from __future__ import annotations

from dataclasses import dataclass

from sim.calibrate.problems import RefusedFitError
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor


@dataclass(frozen=True)
class Practice:
    """From what a log shows to what a scenario says, the rest being the vendor's own values."""

    entry: float
    forgetting: float
    per_month: float
    """Months of practice in a calendar month."""

    @classmethod
    def of(cls, base: Scenario, vendor: Vendor) -> Practice:
        """The terms of a vendor."""
        part = vendor.target_occupancy * (1.0 - base.calendar.absence_share)
        return cls(vendor.entry_knowledge.domain, vendor.learning.forgetting_per_month, part)

    def terms(self, slowdown: float, rate: float, *, clip: bool = False) -> tuple[float, float]:
        """Novice slowdown and learning rate of practice that give what is seen.

        Knowledge K rises from entry to K* = μp/(μp + φ) at μp + φ a month; the time of a newcomer
        over that of a settled one is 1 + s(K* − K)/(1 + s(1 − K*)).
        """
        learning = rate - self.forgetting
        if learning <= 0 and clip:
            learning = 0.01 * rate
        settled = learning / (learning + self.forgetting)
        left = settled - self.entry - slowdown * (1.0 - settled)
        if left <= 0 and clip:
            left = 0.05
        if learning <= 0 or left <= 0:
            raise RefusedFitError(
                "what is seen cannot be had with the vendor's entry knowledge and forgetting"
            )
        return min(slowdown / left, 5.0), min(learning / self.per_month, 20.0)

    def settled_slowdown(self, slowdown: float, learning: float) -> float:
        """Touch time of settled people over that of those who know everything."""
        rate = learning * self.per_month
        return 1.0 + slowdown * self.forgetting / max(rate + self.forgetting, 1e-9)

    def __str__(self) -> str:
        return (
            f"convention: entry knowledge {self.entry:g}, forgetting {self.forgetting:g} a month, "
            f"{self.per_month:.2f} months of practice in a month"
        )
