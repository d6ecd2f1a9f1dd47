"""Claims that are over become rows; the others stay until the end; the table is the same."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import archive as module
from sim.model.archive import Archive
from sim.model.claims import CLOSED, PAID, SUBMITTED, Claim
from sim.model.simulation import Process, World
from tests.scenarios import scenario


@pytest.fixture
def claims() -> list[Claim]:
    world = World(scenario("generalist", scale=0.1), 0)
    return world.source.day_claims(3, world.feedback.left)[:5]


def test_a_claim_that_is_over_is_let_go_and_its_row_stays(claims: list[Claim]) -> None:
    archive = Archive()
    archive.open(claims)
    claims[1].stage, claims[1].paid_cents = PAID, claims[1].expected
    archive.close(claims[1])
    claims[1].paid_cents = 0  # too late: the row is written
    assert claims[1].key not in archive.alive
    assert len(archive.alive) == 4
    table = archive.columns()
    assert table["key"].tolist() == [claim.key for claim in claims]
    assert table["paid_cents"].tolist() == [0, claims[1].expected, 0, 0, 0]
    assert table["open_cents"][1] == 0
    assert table["open_cents"][0] == claims[0].expected


def test_a_claim_in_hand_is_written_down_at_the_end(claims: list[Claim]) -> None:
    archive = Archive()
    archive.open(claims)
    claims[0].stage, claims[0].hands = CLOSED, 1
    archive.close(claims[0])
    assert claims[0].key in archive.alive
    claims[0].touches = 7  # whoever has it in hand finishes
    assert archive.columns()["touches"][0] == 7


def test_what_is_under_way_has_lost_nothing_yet(claims: list[Claim]) -> None:
    archive = Archive()
    archive.open(claims[:1])
    claims[0].stage, claims[0].under_cents = SUBMITTED, 100
    table = archive.columns()
    assert table["under_cents"][0] == 0
    assert table["open_cents"][0] == claims[0].expected


@pytest.mark.parametrize("block", [1, 2, 5, 100])
def test_packing_changes_nothing(
    claims: list[Claim], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    archive = Archive()
    archive.open(claims)
    for claim in claims[::-1]:
        archive.close(claim)
    assert not archive.alive
    assert archive.columns()["key"].tolist() == sorted(claim.key for claim in claims)


def test_no_claims_make_an_empty_table() -> None:
    table = Archive().columns()
    assert {len(column) for column in table.values()} == {0}
    assert table["key"].dtype == np.int64


def test_most_claims_are_let_go_long_before_the_end() -> None:
    world = World(scenario("generalist", days=300), 0)
    most = 0

    def watch() -> Process:
        nonlocal most
        while True:
            most = max(most, len(world.archive.alive))
            yield world.env.timeout(7.0)

    world.env.process(watch())
    claims = world.run().claims
    assert len(np.unique(claims["key"])) == len(claims["key"]) > 3 * most
