"""What somebody knows who has worked in a team for some time: the knowledge of an opening team."""

from __future__ import annotations

from math import ceil

from sim.model import rules
from sim.model.arithmetic import exp
from sim.model.expectations import policy_loss
from sim.model.kernel.knowledge import EXPONENTIAL, forgotten, learned
from sim.model.kernel.rows import Crew
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor

MOST_MONTHS = 600
"""Months of work after which a career is taken for settled."""


class Settled:
    """Knowledge after months of steady work in a team, under its law and steady losses.

    `shares` is the part of busy time that the team spends in each skill.
    """

    def __init__(
        self, scenario: Scenario, vendor: Vendor, crew: Crew, shares: dict[int, float]
    ) -> None:
        self._vendor = vendor
        self._crew = crew
        self._shares = shares
        self._domain_loss, self._client_loss = policy_loss(scenario, vendor)

    def domain(
        self, months: float, fte: float = 1.0, shares: dict[int, float] | None = None
    ) -> dict[int, float]:
        """Domain knowledge by skill of somebody who came as a newcomer does.

        `fte` is the part of full time that they have worked, `shares` where, if not as the team.
        """
        entry, busy = self._vendor.entry_knowledge.domain, self._vendor.target_occupancy
        rate, loss = self._crew.domain_rate, self._domain_loss
        return {
            skill: self._level(entry, rate, busy * share * fte, loss[skill], months)
            for skill, share in (shares or self._shares).items()
        }

    def client(self, entry: float, months: float, fte: float = 1.0) -> float:
        """Client knowledge of somebody who began with `entry`."""
        rate, busy = self._crew.client_rate, self._vendor.target_occupancy
        return self._level(entry, rate, busy * fte, self._client_loss, months)

    def _level(self, entry: float, rate: float, busy: float, loss: float, months: float) -> float:
        crew = self._crew
        if crew.law == EXPONENTIAL:
            lost = self._vendor.learning.forgetting_per_month + loss
            return rules.settled_knowledge(entry, rate * busy, lost, months)
        level = entry
        for month in range(ceil(min(months, MOST_MONTHS))):
            part = min(1.0, months - month)
            level = learned(crew, level, busy * part, rate) * exp(-loss * part)
            if not crew.forgets_in_breaks:
                level = forgotten(crew, level, rules.DAYS_PER_MONTH * part)
        return level
