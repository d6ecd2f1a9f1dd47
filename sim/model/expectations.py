"""What a settled team knows on average: means of the rules that agents learn and forget by."""

from __future__ import annotations

import numpy as np

from sim.model import rules
from sim.model.arithmetic import normal_quantiles, power
from sim.model.codes import SKILLS
from sim.scenario.people import People
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor

GRID = 101
NORMALS = normal_quantiles((np.arange(GRID) + 0.5) / GRID)
"""Points of equal weight that stand for a standard normal."""
OCCUPANCY_SPREAD = 0.07
"""Standard deviation of a team's occupancy around its target, over weeks and years, an assumption
(0.04–0.10): some are away or missing, and people are quick or slow. Measured on the teams of the
shipped scenarios at full size; only plans use it, not what happens."""


def policy_loss(scenario: Scenario, vendor: Vendor) -> tuple[list[float], float]:
    """Knowledge lost to recurring rule changes a month after retraining: per skill, and client."""
    domain, client = [0.0] * len(SKILLS), 0.0
    left = 1.0 - vendor.retraining.effectiveness_share
    for change in scenario.policy_calendar:
        loss = change.obsolete_share * len(change.months) / 12.0 * left
        if change.skills == "client":
            client += loss
        else:
            for skill in SKILLS if change.skills == "all" else change.skills:
                domain[SKILLS.index(skill)] += loss
    return domain, client


def settled_level(entry: float, rate: float, loss: float, turnover_per_month: float) -> float:
    """Mean knowledge of a team in steady state: `(μ + θK₀)/(μ + λ + θ)` (docs/mean_field.md)."""
    total = rate + loss + turnover_per_month
    return (rate + turnover_per_month * entry) / total if total > 0 else entry


def relative_hazard(people: People, vendor: Vendor, occupancy: float, exhaustion: float) -> float:
    """Hazard of quitting over that at the occupancy, and the hours, of reference.

    There the written rate of separations holds.
    """
    strain, reference = people.strain, vendor.turnover.reference_occupancy
    usual = strain.occupancy_weight * (reference - strain.reference_occupancy)
    tired = max(0.0, 1.0 + strain.exhaustion_hazard * exhaustion)
    pressed = rules.hazard_multiplier(
        occupancy, reference, people.pressure_threshold, people.pressure_hazard
    )
    return pressed * tired / (1.0 + strain.exhaustion_hazard * usual)


def expected_separations_per_year(scenario: Scenario, vendor: Vendor) -> float:
    """Separations per mean headcount and year at the target occupancy and the hours of reference.

    A hazard that is f times another's shortens Weibull tenures of shape k by f^(1/k).
    """
    strain, turnover = scenario.people.strain, vendor.turnover
    tired = strain.occupancy_weight * (vendor.target_occupancy - strain.reference_occupancy)
    factor = relative_hazard(scenario.people, vendor, vendor.target_occupancy, tired)
    return turnover.annual_rate * power(factor, 1.0 / turnover.shape)


def settled_team(
    scenario: Scenario, vendor: Vendor, shares: dict[int, float]
) -> tuple[dict[int, float], float]:
    """Settled domain knowledge per skill, and client knowledge, of a vendor's team.

    `shares` is the part of busy time spent in each skill; practice also shrinks with occupancy,
    since nobody learns while idle.
    """
    learning, entry = vendor.learning, vendor.entry_knowledge
    leave = expected_separations_per_year(scenario, vendor) / 12.0
    domain_loss, client_loss = policy_loss(scenario, vendor)
    forget = learning.forgetting_per_month
    domain = {
        skill: settled_level(
            entry.domain,
            learning.domain_per_month * vendor.target_occupancy * share,
            forget + domain_loss[skill],
            leave,
        )
        for skill, share in shares.items()
    }
    client_rate = learning.client_per_month * vendor.target_occupancy
    loss = forget + client_loss
    level = settled_level(entry.client, client_rate, loss, leave)
    # Playbooks hand newcomers a part of what the team knows; two rounds settle the circle.
    for _ in range(8):
        start = entry.client + vendor.conformance * max(0.0, level - entry.client)
        level = settled_level(start, client_rate, loss, leave)
    return domain, level


def mean_accuracy(
    scenario: Scenario, mix: dict[str, float], knowledge: float, penalty: float
) -> float:
    """Mean accuracy of a certification mix at a knowledge level."""
    levels = {c.name: c for c in scenario.certifications}
    return sum(
        part
        * rules.accuracy(
            levels[name].accuracy_floor, levels[name].accuracy_ceiling, knowledge, penalty, 1.0
        )
        for name, part in mix.items()
    )


def mean_pressure(target: float, threshold: float) -> float:
    """Mean occupancy above the threshold in a team that is at its target on average only.

    What the quiet weeks lack does not make up for what the busy ones have too much.
    """
    return float(np.mean(np.maximum(0.0, target + OCCUPANCY_SPREAD * NORMALS - threshold)))
