"""Noticing a weak note: a share of the desk, or one that follows the coder's accuracy."""

from __future__ import annotations

import pytest

from sim.model.codes import Queue
from sim.model.simpy_engine import SimPyEngine
from sim.model.simulation import Simulation
from sim.model.world import World
from tests.scenarios import CERTIFICATIONS, scenario

G = "vendors.generalist"
PLAIN = [
    f"{G}.quality.hold_and_query_share=0.6",
    "categories.DOC.incidence=0.5",
    "hospital.inpatient.cdi_gap_share=0",
    "people.pressure_accuracy=0",
    "policy_calendar=[]",
    "people.speed_sigma=0",
]


def queries(*overrides: str) -> int:
    """Documentation queries of a short run."""
    world = World(
        scenario("generalist", *PLAIN, *overrides, scale=0.02, days=90, last=30), 0, SimPyEngine
    )
    Simulation(world).run()
    return world.state.queues[Queue.CDI_QUERY].arrived


def accurate(share: float) -> list[str]:
    return [
        f"certifications.{c}.accuracy_{end}={share}"
        for c in CERTIFICATIONS
        for end in ("floor", "ceiling")
    ]


def test_by_default_it_does_not_matter_who_codes() -> None:
    assert queries(*accurate(0.5)) == queries(*accurate(1.0))


@pytest.mark.parametrize("skill", [0.5, 1.0])
def test_less_accurate_coders_notice_less_in_proportion(skill: float) -> None:
    tied = f"people.notice_by_skill_share={skill}"
    best, half = queries(tied, *accurate(1.0)), queries(tied, *accurate(0.5))
    assert best == queries(*accurate(1.0))
    # Uniforms decide: about 3,000 weak notes, so the ratio is within 5 % (4 standard errors).
    assert half / best == pytest.approx(1.0 - 0.5 * skill, rel=0.08)
