"""Random tables: a number depends on its purpose, replication, row and place, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.draws import Draws, spawn_key

SEED = 20260101


def test_a_row_does_not_depend_on_what_was_drawn_before() -> None:
    forward, backward = Draws(SEED, 0), Draws(SEED, 0)
    rows = {row: forward.uniforms("claim.fates", row, 5, 9) for row in range(8)}
    for row in (7, 2, 5, 0, 3, 3, 1):
        backward.normals("claim.payment", row, 11)
        np.testing.assert_array_equal(backward.uniforms("claim.fates", row, 5, 9), rows[row])


def test_first_claims_stay_when_the_day_gets_busier() -> None:
    draws = Draws(SEED, 0)
    np.testing.assert_array_equal(
        draws.uniforms("claim.fates", 4, 30, 9)[:12], draws.uniforms("claim.fates", 4, 12, 9)
    )
    np.testing.assert_array_equal(
        draws.normals("claim.payment", 4, 500)[:120], draws.normals("claim.payment", 4, 120)
    )


def test_an_abandoned_generator_leaves_no_trace() -> None:
    draws = Draws(SEED, 0)
    first = draws.uniforms("hire.coding", 3, 1, 4)
    draws.stream("hire.coding").at(3).standard_normal(1001)
    draws.stream("hire.coding").at(900).integers(0, 7, 3)
    np.testing.assert_array_equal(draws.uniforms("hire.coding", 3, 1, 4), first)


@pytest.mark.parametrize(
    ("seed", "replication", "purpose", "row"),
    [(SEED, 0, "a", 2), (SEED, 1, "a", 1), (SEED + 1, 0, "a", 1), (SEED, 0, "b", 1)],
    ids=["row", "replication", "seed", "purpose"],
)
def test_each_part_of_the_key_gives_other_numbers(
    seed: int, replication: int, purpose: str, row: int
) -> None:
    one = Draws(SEED, 0).uniforms("a", 1, 4000, 1)[:, 0]
    other = Draws(seed, replication).uniforms(purpose, row, 4000, 1)[:, 0]
    # Beyond 5 standard errors lies one pair of independent rows in 1.7 million.
    assert abs(np.corrcoef(one, other)[0, 1]) < 5.0 / 4000**0.5
    assert not (one == other).any()


def test_rows_far_apart_are_as_independent_as_neighbours() -> None:
    """Claims are rows of their own, whose numbers share their low bits with other days'.

    If rows are independent, the variance of a mean over 256 of them is 1/256 of one number's; a
    generator advanced by powers of two misses that when the rows are multiples of a big one.
    """
    for stride in (1, 2, 1 << 21, 1 << 24):
        draws = Draws(SEED, 0)
        rows = np.array([draws.one_row("claim.query", r * stride, 4000) for r in range(256)])
        spread = rows.mean(axis=0).var() * 12.0 * 256.0
        # A variance ratio of 4000 columns has standard error (2/4000)^½ = 0.022.
        assert abs(spread - 1.0) < 5 * 0.0224, stride


def test_keys_are_those_of_this_version() -> None:
    """Pinned: a change here changes every number of every study, and must be meant."""
    assert spawn_key("claim.fates", 3) == (2838639431, 3610406880, 3)
    assert spawn_key("hire.coding", 0)[:2] != spawn_key("hire.billing", 0)[:2]


def test_first_numbers_are_those_of_this_version() -> None:
    draws = Draws(SEED, 0)
    uniforms, normals = draws.uniforms("claim.fates", 0, 1, 3), draws.normals("claim.payment", 0, 2)
    assert uniforms[0].tolist() == [0.20671030109664112, 0.8801975477277981, 0.017691793428212588]
    assert normals.tolist() == [-0.6682233898054315, -0.7140068300580011]
