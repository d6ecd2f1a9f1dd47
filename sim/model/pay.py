"""What a team pays by certification, as events change it, and what the market pays for the same."""

from __future__ import annotations

from sim.scenario.schema import Scenario
from sim.scenario.timeline import MarketWage, Wage

MOST_STANDING = 100.0
"""Farthest that pay stands above the market's or, inverted, below it."""


class Pay:
    """Wages of one team, USD per hour. Times are days since the start.

    The market pays what the site's table writes, or else the certifications, as its own events move
    it; `mix` is that of the people whom the team hires.
    """

    def __init__(
        self, scenario: Scenario, mix: dict[str, float], wages_of_site: dict[str, float]
    ) -> None:
        written = {c.name: c.wage_usd_per_hour for c in scenario.certifications}
        self._written = {**written, **wages_of_site}
        self._wages = dict(self._written)
        self._mix = mix
        self._market = [
            ((e.on - scenario.start).days, e)
            for e in scenario.timeline
            if isinstance(e, MarketWage)
        ]

    def wage(self, certification: str) -> float:
        """What somebody with this certification is paid now."""
        return self._wages[certification]

    def change(self, event: Wage) -> None:
        """Go over to another wage."""
        for name, wage in self._wages.items():
            if event.certification in (None, name):
                new = event.usd_per_hour
                self._wages[name] = new if new is not None else wage * (event.factor or 1.0)

    def market_wage(self, certification: str, now: float) -> float:
        """What others pay for this certification now."""
        wage = self._written[certification]
        for day, event in self._market:
            if now >= day and event.certification in (None, certification):
                built = min(1.0, (int(now) - day + 1) / max(1, event.ramp_days))
                wage *= 1.0 + (event.factor - 1.0) * built
        return wage

    def standing(self, certification: str, now: float) -> float:
        """The wage over the market's; 1 where the market pays nothing."""
        return _ratio(self._wages[certification], self.market_wage(certification, now))

    def offer(self, now: float) -> float:
        """What the team pays those whom it hires over what the market pays them, on average."""
        market = sum(part * self.market_wage(name, now) for name, part in self._mix.items())
        offered = sum(part * self._wages[name] for name, part in self._mix.items())
        return _ratio(offered, market)


def _ratio(paid: float, market: float) -> float:
    """A wage over the market's, 1 where that is nothing, within what anybody can compare."""
    return min(MOST_STANDING, max(1.0 / MOST_STANDING, paid / market)) if market > 0.0 else 1.0
