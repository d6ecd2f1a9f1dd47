"""A queue keeps its order, skips who was taken away, and counts every minute of waiting."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.claims import Claim
from sim.model.queues import WorkQueue


class Waiting:
    """As much of a claim as a queue looks at."""

    def __init__(self, key: int) -> None:
        self.key = key
        self.ticket = -1


def waiting(count: int) -> list[Claim]:
    return cast("list[Claim]", [Waiting(key) for key in range(count)])


def queue(name: str = "records", index: int = 4) -> WorkQueue:
    return WorkQueue(index, name, 2, 12.0)


def served(q: WorkQueue, now: float) -> list[int]:
    """Keys of the claims in the order in which they are taken."""
    return [q.take(now)[3].key for _ in range(q.level)]


def test_the_smallest_key_first_and_equals_in_order_of_arrival() -> None:
    q, claims = queue(), waiting(5)
    for claim, key in zip(claims, (3.0, 1.0, 2.0, 1.0, -7.0), strict=True):
        q.put(claim, key, 0.0)
    assert q.head() == -7.0
    assert served(q, 1.0) == [4, 1, 3, 2, 0]
    assert q.head() == float("inf")
    assert (q.level, q.arrived) == (0, 5)


def test_a_claim_taken_away_is_skipped_and_not_counted() -> None:
    q, claims = queue(), waiting(3)
    for claim in claims:
        q.put(claim, float(claim.key), 0.0)
    q.drop(claims[0], 0.5)
    assert not q.waiting(claims[0])
    assert q.head() == 1.0
    assert served(q, 1.0) == [1, 2]


def test_a_claim_that_comes_again_waits_under_its_new_entry_only() -> None:
    q, claims = queue(), waiting(2)
    q.put(claims[0], 5.0, 0.0)
    q.put(claims[1], 6.0, 0.0)
    q.drop(claims[0], 1.0)
    q.put(claims[0], 7.0, 1.0)
    assert q.level == 2
    assert served(q, 2.0) == [1, 0]


def test_tickets_of_different_queues_never_match() -> None:
    first, second, claims = queue("edits", 3), queue("records", 4), waiting(1)
    first.put(claims[0], 0.0, 0.0)
    first.take(0.0)
    second.put(claims[0], 0.0, 0.0)
    assert second.waiting(claims[0])
    assert not first.waiting(claims[0])
    first.put(claims[0], 0.0, 0.0)
    assert first.waiting(claims[0])
    assert second.head() == float("inf"), "the entry in the other queue has lost its claim"


def test_area_is_the_time_integral_of_the_number_waiting() -> None:
    q, claims = queue(), waiting(3)
    q.put(claims[0], 0.0, 1.0)  # 0 until 1
    q.put(claims[1], 1.0, 3.0)  # 1 until 3
    q.put(claims[2], 2.0, 3.5)  # 2 until 3.5
    q.drop(claims[1], 4.0)  # 3 until 4
    q.take(6.0)  # 2 until 6
    q.take(10.0)  # 1 until 10
    assert q.area == pytest.approx(1 * 2 + 2 * 0.5 + 3 * 0.5 + 2 * 2 + 1 * 4)
    assert q.ages(10.0) == []


def test_the_oldest_is_the_longest_here_whatever_its_place() -> None:
    q, claims = queue(), waiting(3)
    q.put(claims[0], 9.0, 2.0)
    q.put(claims[1], 1.0, 4.0)
    assert max(q.ages(5.0)) == 3.0
    q.drop(claims[0], 5.0)
    assert max(q.ages(6.0)) == 2.0


def test_what_is_given_back_stands_where_it_stood() -> None:
    q, claims = queue(), waiting(3)
    for claim in claims:
        q.put(claim, float(claim.key), 0.0)
    entry = q.take(1.0)
    assert entry[3] is claims[0]
    assert (q.level, claims[0].ticket) == (2, -1)
    q.give_back(entry, 1.0, 4.0)
    assert q.level == 3
    assert q.waiting(claims[0])
    assert q.arrived == 3
    assert served(q, 5.0) == [0, 1, 2]


def test_time_in_hand_is_no_waiting() -> None:
    """Waited 1 day, in hand 3 days, given back, waited 2 more: 3 days of waiting, not 6."""
    q, claims = queue(), waiting(1)
    q.put(claims[0], 0.0, 0.0)
    q.give_back(q.take(1.0), 1.0, 4.0)
    entry = q.take(6.0)
    assert 6.0 - entry[2] == pytest.approx(3.0)
    assert q.area == pytest.approx(3.0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "take", "drop", "give_back"]),
        st.floats(0.0, 2.0),
        st.integers(0, 5),
        st.integers(0, 3),
    ),
    max_size=60,
)


@given(STEPS)
def test_any_course_of_events_leaves_a_consistent_queue(
    steps: list[tuple[str, float, int, int]],
) -> None:
    """Against a plain list: who waits, who is next, and the integral of how many."""
    q, claims = queue(), waiting(6)
    model: dict[int, tuple[float, int]] = {}  # key → (order key, arrival number)
    hand: dict[int, tuple[tuple[float, int, float, Claim], float, tuple[float, int]]] = {}
    now = area = 0.0
    for number, (step, later, which, key) in enumerate(steps):
        area += len(model) * later
        now += later
        claim = claims[which]
        if step == "put" and which not in model and which not in hand:
            q.put(claim, float(key), now)
            model[which] = (float(key), number)
        elif step == "drop" and which in model:
            q.drop(claim, now)
            del model[which]
        elif step == "take" and model:
            entry = q.take(now)
            best = min(model, key=lambda k: model[k])
            assert entry[3].key == best
            hand[best] = entry, now, model.pop(best)
        elif step == "give_back" and which in hand:
            entry, taken, place = hand.pop(which)
            q.give_back(entry, taken, now)
            model[which] = place
        assert q.level == len(model)
        assert {c.key for c in claims if q.waiting(c)} == set(model)
        assert q.head() == min((place[0] for place in model.values()), default=float("inf"))
    q.area += q.level * (now - q.changed)
    assert q.area == pytest.approx(area)
