"""Claims as columns: sorted by key, and what is under way has lost nothing yet."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from sim.model.claim_columns import claim_columns
from sim.model.claims import PAID, SUBMITTED, Claim
from sim.model.simulation import World
from tests.scenarios import scenario


@pytest.fixture
def claims() -> list[Claim]:
    world = World(scenario("generalist", scale=0.1), 0)
    return world.source.day_claims(3, world.feedback.left)[:5]


def test_rows_stand_in_the_order_of_their_keys(claims: list[Claim]) -> None:
    claims[1].stage, claims[1].paid_cents = PAID, claims[1].expected
    table = claim_columns(claims[::-1])
    assert table["key"].tolist() == [claim.key for claim in claims]
    assert table["day"].tolist() == [3] * 5
    assert table["paid_cents"].tolist() == [0, claims[1].expected, 0, 0, 0]
    assert table["open_cents"][1] == 0
    assert table["open_cents"][0] == claims[0].expected


def test_the_planned_day_counts_where_a_visit_is_put_off(claims: list[Claim]) -> None:
    key = claims[0].key
    claims[0].day = 9
    assert claims[0].key == key
    assert claim_columns(claims)["day"].tolist() == [3] * 5


def test_what_is_under_way_has_lost_nothing_yet(claims: list[Claim]) -> None:
    claims[0].stage, claims[0].under_cents = SUBMITTED, 100
    table = claim_columns(claims[:1])
    assert table["under_cents"][0] == 0
    assert table["open_cents"][0] == claims[0].expected


def test_no_claims_make_an_empty_table() -> None:
    table = claim_columns([])
    assert {len(column) for column in table.values()} == {0}
    assert table["key"].dtype == np.int64


def test_a_finished_run_leaves_few_claims_behind() -> None:
    """They are let go by hand: the collector, which rests during a run, would find them late."""
    world = World(scenario("generalist", scale=0.1), 0)
    drawn = len(world.run().claims["key"])
    assert gc.isenabled()
    # Those in somebody's hands, and charts not yet complete.
    assert sum(isinstance(thing, Claim) for thing in gc.get_objects()) < 0.1 * drawn
