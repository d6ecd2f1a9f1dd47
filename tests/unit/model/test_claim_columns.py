"""Claims as columns: sorted by key, and what is under way has lost nothing yet."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from sim.model.claim_columns import claim_columns
from sim.model.codes import Stage
from sim.model.engine import Columns
from sim.model.kernel.rows import Claim
from sim.model.simpy_engine import SimPyEngine
from sim.model.simulation import Simulation, run
from sim.model.world import World
from tests.scenarios import scenario


@pytest.fixture
def world() -> World:
    """A world with five claims of the fourth day."""
    world = World(scenario("generalist", scale=0.1), 0, SimPyEngine)
    for drawn in world.source.day_claims(3):
        world.engine.add(drawn)
    keep(world, 5)
    return world


def keep(world: World, count: int) -> None:
    """Forget all claims but the first, in both places where the engine has them."""
    assert isinstance(world.engine, SimPyEngine)
    del world.state.claims[count:]
    for drawn in world.engine._kept.values():
        drawn[:] = [np.concatenate(drawn)[:count]]


@pytest.fixture
def claims(world: World) -> list[Claim]:
    return world.state.claims


def table(world: World) -> Columns:
    return claim_columns(world.engine, [365] * 6, 200, 200)[0]


def test_rows_stand_in_the_order_of_their_keys(world: World, claims: list[Claim]) -> None:
    claims[1].stage, claims[1].paid_cents = Stage.PAID, claims[1].expected
    found = table(world)
    assert found["key"].tolist() == sorted(claim.key for claim in claims)
    assert found["key"].tolist() == [claim.key for claim in claims]
    assert found["day"].tolist() == [3] * 5
    assert found["paid_cents"].tolist() == [0, claims[1].expected, 0, 0, 0]
    assert found["open_cents"][1] == 0
    assert found["open_cents"][0] == claims[0].expected


@pytest.mark.parametrize("name", ["generalist", "five_functions_generalist"])
def test_claims_of_a_run_come_in_the_order_of_their_keys(name: str) -> None:
    keys = run(scenario(name, scale=0.01, days=60, first=0, last=20), 0).claims["key"]
    assert len(keys) > 300
    assert (np.diff(keys) > 0).all()


def test_the_planned_day_counts_where_a_visit_is_put_off(world: World, claims: list[Claim]) -> None:
    key = claims[0].key
    claims[0].day = 9
    assert claims[0].key == key
    assert table(world)["day"].tolist() == [3] * 5


def test_what_is_under_way_has_lost_nothing_yet(world: World, claims: list[Claim]) -> None:
    claims[0].stage, claims[0].under_cents = Stage.SUBMITTED, 100
    found = table(world)
    assert found["under_cents"][0] == 0
    assert found["open_cents"][0] == claims[0].expected


def test_no_claims_make_an_empty_table(world: World) -> None:
    keep(world, 0)
    found = table(world)
    assert {len(column) for column in found.values()} == {0}
    assert found["key"].dtype == np.int64


def test_a_finished_run_leaves_few_claims_behind() -> None:
    """They are let go by hand: the collector, which rests during a run, would find them late."""
    world = World(scenario("generalist", scale=0.1), 0, SimPyEngine)
    drawn = len(Simulation(world).run().claims["key"])
    assert drawn > 10_000
    assert gc.isenabled()
    assert sum(isinstance(thing, Claim) for thing in gc.get_objects()) < 0.1 * drawn
