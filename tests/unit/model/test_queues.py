"""A queue keeps its order, skips who was taken away, and counts every minute of waiting."""

from __future__ import annotations

from dataclasses import MISSING, fields
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model import codes
from sim.model.codes import MAX_QUEUES, QUEUES, TRIES_BITS, Order, Queue, Stage, Visit, VisitTask
from sim.model.draws import Draws
from sim.model.kernel import front
from sim.model.kernel.front import let_wait
from sim.model.kernel.payer import await_answer, rejected
from sim.model.kernel.ports import head
from sim.model.kernel.queueing import drop, enqueue, take
from sim.model.kernel.rows import Agent, Claim, House, Payer, State, Terms, WorkQueue
from sim.model.kernel.work import hand_back
from sim.model.simpy_engine import SimPyEngine
from sim.model.simulation import run
from tests.digests import digests
from tests.scenarios import scenario

GIVEN = [f.name for f in fields(Claim) if f.default is MISSING]


def claim(index: int) -> Claim:
    """A claim that nothing is known of but its number."""
    return Claim(**{name: index if name in ("index", "key") else 0 for name in GIVEN})


class Office:
    """Rows of a number of claims, all queues, and an agent for each claim."""

    def __init__(self, count: int) -> None:
        queues = [WorkQueue(i, i, order=Order.DEADLINE) for i in range(len(QUEUES))]
        bare = State(cast("House", SimpleNamespace(logs=0)), [], queues, [], [], [], [], [])
        self.engine = SimPyEngine(bare, Draws(0, 0))
        self.s = self.engine.state
        self.claims = self.s.claims
        self.claims += (claim(i) for i in range(count))
        self.agents = [self.engine.employ(0, []) for _ in range(count)]
        self.q = queues[Queue.RECORDS]

    def put(self, which: int, due: int, now: float, queue: int = Queue.RECORDS) -> None:
        enqueue(self.s, queue, self.claims[which], now, due, 1.0)

    def take(self, now: float, agent: int = 0) -> Agent:
        """An agent, with the best item in hand."""
        taker = self.agents[agent]
        take(self.s, self.q, taker, now)
        return taker

    def drop(self, which: int, now: float) -> None:
        drop(self.q, self.claims[which], now)

    def give_back(self, agent: Agent, now: float) -> None:
        hand_back(self.s, agent, now)

    def waiting(self, which: int, queue: int = Queue.RECORDS) -> bool:
        ticket = self.claims[which].ticket
        return ticket >= 0 and ticket % MAX_QUEUES == queue

    def head(self, queue: int = Queue.RECORDS) -> float:
        return head(self.s, self.s.queues[queue])

    def area(self, now: float) -> float:
        """Time integral of the number waiting."""
        return self.q.waited_days + self.q.level * now

    def served(self, now: float) -> list[int]:
        """Numbers of the claims in the order in which they are taken."""
        return [self.take(now).hand_claim for _ in range(self.q.level)]

    def ages(self, now: float) -> list[float]:
        return list(self.engine.ages(self.q, now))


def test_the_smallest_key_first_and_equals_in_order_of_arrival() -> None:
    office = Office(5)
    for which, key in enumerate((3, 1, 2, 1, -7)):
        office.put(which, key, 0.0)
    assert office.head() == -7.0
    assert office.served(1.0) == [4, 1, 3, 2, 0]
    assert office.head() == inf
    assert (office.q.level, office.q.arrived) == (0, 5)


def test_a_claim_taken_away_is_skipped_and_not_counted() -> None:
    office = Office(3)
    for which in range(3):
        office.put(which, which, 0.0)
    office.drop(0, 0.5)
    assert not office.waiting(0)
    assert office.head() == 1.0
    assert office.served(1.0) == [1, 2]


def test_a_claim_that_comes_again_waits_under_its_new_entry_only() -> None:
    office = Office(2)
    office.put(0, 5, 0.0)
    office.put(1, 6, 0.0)
    office.drop(0, 1.0)
    office.put(0, 7, 1.0)
    assert office.q.level == 2
    assert office.served(2.0) == [1, 0]


def test_returned_work_goes_ahead_where_a_team_says_so() -> None:
    """Due days 0 to 3; the last two have been here before, the second was worked elsewhere."""
    for ahead, order in ((0, [0, 1, 2, 3]), (1, [2, 3, 0, 1])):
        office = Office(4)
        office.q.returned_first = ahead
        office.claims[1].tries = 1 << TRIES_BITS * Queue.EDITS
        for which in (2, 3):
            office.claims[which].tries = 1 << TRIES_BITS * Queue.RECORDS
        for which in range(4):
            office.put(which, which, 0.0)
        assert office.served(1.0) == order


def test_tickets_of_different_queues_never_match() -> None:
    office = Office(1)
    office.put(0, 0, 0.0)
    office.take(0.0)
    office.put(0, 0, 0.0, Queue.EDITS)
    assert office.waiting(0, Queue.EDITS)
    assert not office.waiting(0)
    office.put(0, 0, 0.0)
    assert office.waiting(0)
    assert office.head(Queue.EDITS) == inf, "the entry in the other queue has lost its claim"


def test_area_is_the_time_integral_of_the_number_waiting() -> None:
    office = Office(3)
    office.put(0, 0, 1.0)  # 0 until 1
    office.put(1, 1, 3.0)  # 1 until 3
    office.put(2, 2, 3.5)  # 2 until 3.5
    office.drop(1, 4.0)  # 3 until 4
    office.take(6.0)  # 2 until 6
    office.take(10.0)  # 1 until 10
    assert office.area(10.0) == pytest.approx(1 * 2 + 2 * 0.5 + 3 * 0.5 + 2 * 2 + 1 * 4)
    assert office.ages(10.0) == []


def test_the_oldest_is_the_longest_here_whatever_its_place() -> None:
    office = Office(3)
    office.put(0, 9, 2.0)
    office.put(1, 1, 4.0)
    assert max(office.ages(5.0)) == 3.0
    office.drop(0, 5.0)
    assert max(office.ages(6.0)) == 2.0


def test_what_is_given_back_stands_where_it_stood() -> None:
    office = Office(3)
    for which in range(3):
        office.put(which, which, 0.0)
    agent = office.take(1.0)
    assert agent.hand_claim == 0
    assert (office.q.level, office.claims[0].ticket) == (2, -1)
    office.give_back(agent, 4.0)
    assert agent.hand_queue == -1
    assert office.q.level == 3
    assert office.waiting(0)
    assert office.q.arrived == 3
    assert office.served(5.0) == [0, 1, 2]


def test_time_in_hand_is_no_waiting() -> None:
    """Waited 1 day, in hand 3 days, given back, waited 2 more: 3 days of waiting, not 6."""
    office = Office(1)
    office.put(0, 0, 0.0)
    office.give_back(office.take(1.0), 4.0)
    agent = office.take(6.0)
    assert agent.hand_taken - agent.hand_since == pytest.approx(3.0)
    assert office.area(6.0) == pytest.approx(3.0)


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
    office = Office(6)
    q = office.q
    model: dict[int, tuple[float, int]] = {}  # claim → (order key, arrival number)
    hand: dict[int, tuple[Agent, tuple[float, int]]] = {}
    now = area = 0.0
    for number, (step, later, which, key) in enumerate(steps):
        area += len(model) * later
        now += later
        if step == "put" and which not in model and which not in hand:
            office.put(which, key, now)
            model[which] = (float(key), number)
        elif step == "drop" and which in model:
            office.drop(which, now)
            del model[which]
        elif step == "take" and model:
            best = min(model, key=lambda k: model[k])
            agent = office.take(now, best)
            assert agent.hand_claim == best
            hand[best] = agent, model.pop(best)
        elif step == "give_back" and which in hand:
            agent, place = hand.pop(which)
            office.give_back(agent, now)
            model[which] = place
        assert q.level == len(model)
        assert {i for i in range(6) if office.waiting(i)} == set(model)
        assert office.head() == min((place[0] for place in model.values()), default=inf)
    assert office.area(now) == pytest.approx(area)


def test_a_follow_up_that_is_over_leaves_the_next_visit_its_number() -> None:
    """The payer answered while somebody asked, and another has the denial in hand already."""
    office = Office(2)
    asked, worker = office.agents
    claim = office.claims[0]
    office.put(0, 0, 0.0, Queue.FOLLOW_UP)
    take(office.s, office.s.queues[Queue.FOLLOW_UP], asked, 0.0)
    claim.visits = 1
    claim.stage = Stage.DENIED
    office.put(0, 0, 0.5, Queue.DENIALS_TECHNICAL)
    take(office.s, office.s.queues[Queue.DENIALS_TECHNICAL], worker, 0.6)
    claim.visits = 2
    office.give_back(asked, 0.7)
    assert claim.visits == 2
    # One that is still wanted goes back, and its next visit has the number of this.
    claim.stage = Stage.SUBMITTED
    office.put(1, 0, 0.8, Queue.FOLLOW_UP)
    other = office.claims[1]
    other.stage = Stage.SUBMITTED
    take(office.s, office.s.queues[Queue.FOLLOW_UP], asked, 0.9)
    other.visits = 1
    other.tries = 1 << TRIES_BITS * Queue.FOLLOW_UP
    office.give_back(asked, 1.0)
    assert (other.visits, other.tries) == (0, 0)
    assert office.waiting(1, Queue.FOLLOW_UP)


def test_a_ticket_tells_every_queue_from_every_other() -> None:
    office = Office(len(QUEUES))
    for which in range(len(QUEUES)):
        office.put(which, 0, 0.0, queue=which)
    assert [c.ticket % MAX_QUEUES for c in office.claims] == list(range(len(QUEUES)))


def test_more_queues_than_a_ticket_can_tell_apart_are_no_model() -> None:
    source = Path(codes.__file__).read_text(encoding="utf-8")
    fewer = source.replace(f"MAX_QUEUES = {MAX_QUEUES}", f"MAX_QUEUES = {len(QUEUES) - 1}")
    assert fewer != source
    with pytest.raises(ImportError, match="kinds of work; MAX_QUEUES has room for"):
        exec(compile(fewer, "codes.py", "exec"), {"__name__": "fewer"})
    exec(compile(source, "codes.py", "exec"), {"__name__": "as it is"})


@pytest.mark.parametrize(
    ("window", "due_days", "due"), [(45, 14, 24), (5, 14, 15), (45, 0, 10), (14, 14, 24)]
)
def test_an_answer_is_due_by_its_own_target_within_the_payers_window(
    window: int, due_days: int, due: int
) -> None:
    office = Office(1)
    office.s.house = cast("House", SimpleNamespace(end_days=0))  # nothing lapses
    office.q.due_days = due_days
    await_answer(office.s, Queue.RECORDS, office.claims[0], 10.6, window, 1.0)
    assert office.head() == due


@pytest.mark.parametrize("due_days", [0, 2, 9])
def test_a_rejection_is_due_by_the_target_of_its_queue(due_days: int) -> None:
    office = Office(1)
    office.s.queues[Queue.EDITS].due_days = due_days
    office.s.payers.append(cast("Payer", SimpleNamespace(silent_until=0)))
    rejected(office.s, office.claims[0], 10.6, 0)
    assert head(office.s, office.s.queues[Queue.EDITS]) == 10 + due_days


@pytest.mark.parametrize(("visit", "due"), [(0, 15), (Visit.TOOK_PLACE, 14)])
def test_work_of_a_visit_is_due_on_its_day_and_after_it_by_the_target(
    visit: int, due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(1)
    monkeypatch.setattr(front, "visit_touch", lambda *_: 0.5)
    office.s.terms.append(cast("Terms", SimpleNamespace(drafted=[0.0] * len(QUEUES))))
    queue, visiting = office.s.queues[Queue.TRANSCRIPTION], office.claims[0]
    queue.crew, queue.due_days, visiting.day, visiting.visit = 0, 4, 15, visit
    let_wait(office.s, Queue.TRANSCRIPTION, visiting, VisitTask.NOTE, 10.6)
    assert head(office.s, queue) == due


@pytest.mark.parametrize("queue", ["records", "denials_technical", "denials_clinical"])
def test_the_target_of_a_queue_orders_work_by_deadline_and_no_other(queue: str) -> None:
    """The right to answer lapses when the payer says so, whatever the target is."""
    team = "clinical" if queue == "denials_clinical" else "billing"
    rivals = {"records": "edits", "denials_technical": "edits", "denials_clinical": "cdi_query"}

    def tables(discipline: str, due_days: int) -> object:
        scene = scenario(
            "generalist",
            f"teams.{team}.discipline={discipline}",
            f"teams.{team}.headcount=8",
            f"queues.{queue}.due_days={due_days}",
            f"queues.{rivals[queue]}.due_days=5",
            days=120,
            last=30,
        )
        record = run(scene, 0)
        del record.queues["in_time"]  # which counts by the target, whatever the order
        return digests(record)

    assert tables("deadline", 0) != tables("deadline", 20)
    assert tables("fifo", 0) == tables("fifo", 20)
