"""Money of the whole hospital by day: vendor fees, hospital costs, and charges for transitions."""

from __future__ import annotations

from sim.model.kernel.rows import Day


class Ledger:
    """Books on the days of a run; cash from payers is booked there by the kernel."""

    def __init__(self, days: list[Day], horizon_days: int) -> None:
        self._days = days
        self._horizon = horizon_days
        self.transitions: list[tuple[int, float]] = []
        """Charges for transitions, by day, at scale 1."""

    def fee(self, day: int, usd: float) -> None:
        """Book what a vendor charges; what lies past the horizon is not booked."""
        if day < self._horizon:
            self._days[day].fees_usd += usd

    def hospital_cost(self, day: int, usd: float) -> None:
        """Book a cost of the hospital's own."""
        self._days[day].hospital_usd += usd
