"""What the record tells of one-off costs: each on its day, at the size of the hospital."""

import numpy as np
import pytest

from sim.model.simulation import World
from sim.model.timeline import assessment_days
from tests.scenarios import scenario


def test_transitions_and_assessments_are_dated_and_scaled() -> None:
    switch = "{kind: vendor_switch, on: 2025-02-01, to: specialized, assessed: true}"
    tiny = scenario("medcentral", f"timeline=[{switch}]", "kpi_from_days=30", scale=0.02)
    world = World(tiny, 0)
    waited = assessment_days(tiny, "specialized", world.draws)
    begun = 31 + waited
    assert begun < tiny.horizon_days
    booked = world.run().days["one_off_usd"]
    assert np.flatnonzero(booked).tolist() == [31, begun]  # in-house staff cost no transition
    assert booked[31] == pytest.approx(0.02 * waited / 7 * 10 * 120)
    assert booked[begun] == pytest.approx(0.02 * 1_000_000)
