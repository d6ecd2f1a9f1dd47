"""What a team pays by certification, as events change it, and what the market pays for the same."""

from __future__ import annotations

from sim.model.stints import Stint
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
        self,
        scenario: Scenario,
        stint: Stint,
        mix: dict[str, float],
        wages_of_site: dict[str, float],
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
        team = stint.team
        self._coming = [
            e
            for e in scenario.timeline
            if isinstance(e, Wage)
            and e.on == scenario.start
            and (e.vendor == team.vendor or (e.team == team.name and stint.opens == 0))
        ]
        """Changes of the first day that are not made yet."""

    def wage(self, certification: str) -> float:
        """What somebody with this certification is paid now."""
        return self._wages[certification]

    def change(self, event: Wage) -> None:
        """Go over to another wage."""
        if event in self._coming:
            self._coming.remove(event)
        for name, wage in self._wages.items():
            self._wages[name] = _changed(wage, name, event)

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

    def standing_of_old(self, certification: str, now: float) -> float:
        """The same of people who open a team: what is paid from the first day has always been."""
        wage = self._wages[certification]
        for event in self._coming if now == 0.0 else ():
            wage = _changed(wage, certification, event)
        return _ratio(wage, self.market_wage(certification, now))

    def offer(self, now: float) -> float:
        """What the team pays those whom it hires over what the market pays them, on average."""
        market = sum(part * self.market_wage(name, now) for name, part in self._mix.items())
        offered = sum(part * self._wages[name] for name, part in self._mix.items())
        return _ratio(offered, market)


def _changed(wage: float, certification: str, event: Wage) -> float:
    """A wage of some certification after an event."""
    if event.certification not in (None, certification):
        return wage
    return wage * (event.factor or 1.0) if event.usd_per_hour is None else event.usd_per_hour


def _ratio(paid: float, market: float) -> float:
    """A wage over the market's, 1 where that is nothing, within what anybody can compare."""
    return min(MOST_STANDING, max(1.0 / MOST_STANDING, paid / market)) if market > 0.0 else 1.0
