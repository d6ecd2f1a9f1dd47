"""Money by day: cash from payers, vendor fees and hospital costs. Whole cents for claims' money."""

from __future__ import annotations


class Ledger:
    """Daily totals of a run; day 0 is the start."""

    __slots__ = ("cash_cents", "fees_usd", "hospital_usd", "submitted", "transitions")

    def __init__(self, horizon_days: int) -> None:
        self.cash_cents = [0] * horizon_days
        self.fees_usd = [0.0] * horizon_days
        self.hospital_usd = [0.0] * horizon_days
        self.submitted = [0] * horizon_days
        self.transitions: dict[tuple[str, int], float] = {}
        """By vendor and day, at scale 1: a vendor of many teams is charged once."""

    def cash(self, day: int, cents: int) -> None:
        """Book money received (or, below 0, taken back) on a day."""
        self.cash_cents[day] += cents
