"""The books of a team's employer: what it charges, and what its people and the rest cost it."""

from __future__ import annotations

from math import ceil

from sim.model import rules
from sim.model.kernel.rows import Crew
from sim.model.ledger import Ledger
from sim.record.record import ACCOUNT, FEES
from sim.scenario.costs import Costs


class Account:
    """Fees and costs by day, in USD at the scale of the run, up to the horizon.

    What the vendor charges by the hour, or for training, is booked here and in the hospital's
    ledger; what it charges by the claim is booked by the kernel, and fetched every morning.
    """

    def __init__(self, costs: Costs | None, crew: Crew, ledger: Ledger, horizon_days: int) -> None:
        costs = costs or Costs()
        self._burden_share = costs.burden_share
        self._overhead_usd_per_hour = costs.overhead_usd_per_hour
        self._trainer_usd = costs.trainer_usd_per_class_day
        self._seat_usd = costs.facilities_usd_per_agent_year / rules.DAYS_PER_YEAR
        self._crew = crew
        self._ledger = ledger
        self._horizon = horizon_days
        self._fetched_usd = 0.0
        self.days = {item: [0.0] * horizon_days for item in ACCOUNT}

    def charge(self, day: int, usd: float) -> None:
        """Bill the hospital."""
        self._ledger.fee(day, usd)
        self.book(FEES, day, usd)

    def book(self, item: str, day: int, usd: float) -> None:
        """Book a fee or a cost; what lies past the horizon is not booked."""
        if day < self._horizon:
            self.days[item][day] += usd

    def pay(self, day: int, hours: float, wages_usd: float) -> None:
        """Book paid hours: the wages, and what comes with them."""
        self.book("wages_usd", day, wages_usd)
        if self._burden_share:
            self.book("burden_usd", day, wages_usd * self._burden_share)
        if self._overhead_usd_per_hour:
            self.book("overhead_usd", day, hours * self._overhead_usd_per_hour)

    @property
    def has_seats(self) -> bool:
        """Whether a seat costs anything."""
        return self._seat_usd > 0.0

    def seat(self, day: int, people_days: float) -> None:
        """Book what a seat costs, for full-time people times days."""
        self.book("overhead_usd", day, people_days * self._seat_usd)

    def teach(self, day: int, hours_share: float) -> None:
        """Book a working day of a class whose people work a part of a shift."""
        self.book("training_usd", day, self._trainer_usd * hours_share)

    def fetch(self, now: float) -> None:
        """Book what was charged by the claim since the last morning, on the day before this one."""
        usd = self._crew.claim_fees_usd
        self.book(FEES, max(0, ceil(now) - 1), usd - self._fetched_usd)
        self._fetched_usd = usd
