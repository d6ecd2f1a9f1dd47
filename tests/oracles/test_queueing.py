"""Queues against theory: M/M/c waiting (Erlang C), pooling, and Little's law."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy import stats

from sim.model.simulation import World, run
from sim.record.record import Record
from tests.scenarios import faultless, frozen, in_hand, scenario, watched_queues

# Every comparison allows an error that chance exceeds with probability 1e-5; there are 6.
FALSE_ALARM = 1e-5
MINUTES = 60.0
OCCUPANCY = 0.75
SERVERS = 2
RATE = OCCUPANCY * SERVERS * 1440.0 / MINUTES  # arrivals of one queue a day
DAYS = 336
BATCH_DAYS = 14  # 12 relaxation times of M/M/2 at that occupancy, so batches are independent
REPLICATIONS = 4
POOLED = [
    "teams.coding_inpatient.queues=[coding_inpatient, coding_outpatient]",
    f"teams.coding_inpatient.headcount={2 * SERVERS}",
    "teams.coding_outpatient.queues=[underpayments]",
]
SPLIT = [
    f"teams.coding_inpatient.headcount={SERVERS}",
    f"teams.coding_outpatient.headcount={SERVERS}",
]


def erlang_c(servers: int, load: float) -> float:
    """Chance of waiting in M/M/c at that many erlangs (Erlang 1917)."""
    full = load**servers / factorial(servers) * servers / (servers - load)
    return full / (sum(load**k / factorial(k) for k in range(servers)) + full)


def mean_wait_days(servers: int, load: float) -> float:
    """Mean time in queue of M/M/c: C(c, a) / (cμ − λ)."""
    return erlang_c(servers, load) / ((servers - load) * 1440.0 / MINUTES)


def markovian(layout: list[str]) -> list[str]:
    """Poisson arrivals round the clock, exponential times, all agents alike, always there."""
    vendor = "vendors.generalist"
    settings = [
        f"hospital.{s}.{key}={value}"
        for s in ("inpatient", "outpatient")
        for key, value in (
            ("claims_per_year", RATE * 365.25),
            ("weekday_profile", "[1, 1, 1, 1, 1, 1, 1]"),
        )
    ]
    queues = [
        f"queues.coding_{s}.{key}={value}"
        for s in ("inpatient", "outpatient")
        for key, value in (("minutes", MINUTES), ("distribution", "exponential"))
    ]
    return [
        *frozen("generalist"), *faultless("generalist"), *settings, *queues,
        "hospital.arrivals.month_profile=[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
        "hospital.arrivals.day_cv=0",
        "hospital.arrivals.within_day=continuous",
        "hospital.scrubber_edit_share=0",
        "calendar={country: none, workdays: [0, 1, 2, 3, 4, 5, 6], shift_start_hour: 0, "
        "shift_hours: 24, shrinkage_share: 0, absence_share: 0}",
        "people.novice_slowdown=0",
        "people.speed_sigma=0",
        f"{vendor}.certification_mix={{none: 1, CPC: 0, CCS: 0, RHIT: 0}}",
        f"{vendor}.quality.qa_sample_share=0",
        f"{vendor}.handle_time_multiplier=1",
        *layout,
    ]  # fmt: skip


def batch_means(values: np.ndarray, size: int) -> list[float]:
    """Means of whole batches, the first left out: the queue starts empty."""
    whole = values[: len(values) // size * size].reshape(-1, size)
    return [float(mean) for mean in whole.mean(axis=1)[1:]]


def weekly(record: Record, queue: str, column: str) -> np.ndarray:
    """A column of the queue table for one queue."""
    rows = record.queues
    return np.array([v for q, v in zip(rows["queue"], rows[column], strict=True) if q == queue])


def assert_mean(seen: list[float], truth: float) -> None:
    """The mean of independent batches is the truth, up to a false alarm of `FALSE_ALARM`."""
    mean, bound = np.mean(seen), stats.t.ppf(1 - FALSE_ALARM / 2, len(seen) - 1) * stats.sem(seen)
    assert bound < 0.25 * truth, "too few batches to say anything"
    assert abs(mean - truth) < bound, f"{mean:.5g} against {truth:.5g} ± {bound:.2g}"


@pytest.mark.parametrize(
    ("layout", "groups", "servers"),
    [
        (SPLIT, (("coding_inpatient",), ("coding_outpatient",)), SERVERS),
        (POOLED, (("coding_inpatient", "coding_outpatient"),), 2 * SERVERS),
    ],
    ids=["two queues of their own", "one pool"],
)
def test_waiting_is_that_of_m_m_c(
    layout: list[str], groups: tuple[tuple[str, ...], ...], servers: int
) -> None:
    """Two pairs of agents, each with a queue, against the four together (first come first served).

    Batches of two weeks (or of as many claims as two weeks bring) of four replications stand for
    independent observations.
    """
    model = scenario("generalist", *markovian(layout), scale=1, days=DAYS)
    load, rate = OCCUPANCY * servers, RATE * servers / SERVERS
    wait, chance = mean_wait_days(servers, load), erlang_c(servers, load)
    waits: list[float] = []
    levels: list[float] = []
    delays: list[float] = []
    for replication in range(REPLICATIONS):
        with watched_queues() as watches:
            record = run(model, replication)
        for group in groups:
            level = np.sum([weekly(record, q, "mean_level") for q in group], axis=0)
            levels += batch_means(level, BATCH_DAYS // 7)
            stays = np.array(
                [stay for _, stay in sorted(s for q in group for s in watches[q].stays)]
            )
            size = round(rate * BATCH_DAYS)
            waits += batch_means(stays, size)
            delays += batch_means(stays > 1e-9, size)
    assert_mean(waits, wait)
    assert_mean(levels, wait * rate)
    assert_mean(delays, chance)


def test_the_pool_waits_less_than_half_as_long() -> None:
    """What theory says of pooling, so that the two cases above are known to differ."""
    assert mean_wait_days(4, 3.2) < 0.5 * mean_wait_days(2, 1.6)
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert erlang_c(2, 1.6) == pytest.approx(0.7111111)


def test_whoever_is_there_takes_a_claim_at_once() -> None:
    """Twenty agents, half of them absent on any day, five claims a day: nobody ever waits.

    That all twenty are absent on one of the 200 days happens with probability 0.0002.
    """
    few = [
        "teams.coding_outpatient.headcount=20",
        "hospital.outpatient.claims_per_year=2000",
        "hospital.inpatient.claims_per_year=0",
        "calendar.absence_share=0.5",
    ]
    with watched_queues() as watches:
        run(scenario("generalist", *markovian(few), scale=1, days=200), 0)
    stays = [stay for _, stay in watches["coding_outpatient"].stays]
    assert len(stays) > 800
    assert max(stays) == 0.0


BUSY = [
    "vendors.generalist.turnover.annual_rate=3",
    "queues.denials_clinical.minutes=300",
    "denials.follow_up_after_days=20",
    "teams.billing.discipline=deadline",
    "teams.clinical.discipline=value",
    "calendar.absence_share=0.2",
]


def test_littles_law_holds_for_every_queue() -> None:
    """The integral of the number waiting is the sum of all waits, to rounding.

    Of those worked, those still in hand, those taken away and those who wait at the end; whoever
    quits or withdraws in between. The weekly table tells the same: mean level × days is the
    integral, mean wait × items finished is the waiting of those worked.
    """
    model = scenario("generalist", *BUSY, scale=0.05, days=300)
    with watched_queues() as watches:
        world = World(model, 0)
        record = world.run()
    horizon, hands = float(model.horizon_days), in_hand(world)
    for name, watch in watches.items():
        waits = sum(stay for _, stay in watch.stays)
        waits += sum(horizon - since for since in watch.here.values())
        area = weekly(record, name, "mean_level") @ weekly(record, name, "days")
        assert area == pytest.approx(waits, rel=1e-9), name
        assert area == pytest.approx(watch.area_at(horizon), rel=1e-9), name
        assert weekly(record, name, "backlog")[-1] == len(watch.here)
        worked = watch.worked(hands[name])
        finished = weekly(record, name, "finished")
        assert finished.sum() == len(worked)
        assert weekly(record, name, "wait_days") @ finished == pytest.approx(sum(worked), rel=1e-9)
    assert sum(w.returned for w in watches.values()) > 5, "nobody quit with work in hand"
    assert watches["follow_up"].withdrawn, "no answer came while a claim waited"


def test_nobody_is_lost_between_arrival_and_end() -> None:
    """Arrived = finished + in hand + taken away + waiting, in every queue."""
    model = scenario("generalist", *BUSY, scale=0.05, days=250)
    with watched_queues() as watches:
        world = World(model, 1)
        world.run()
    hands = in_hand(world)
    for name, queue in world.office.queues.items():
        watch = watches[name]
        assert queue.arrived == watch.arrived
        assert queue.level == len(watch.here)
        there = queue.finished + len(hands[name]) + len(watch.withdrawn) + len(watch.here)
        # A follow-up whose answer came while its agent walked out is over without being finished.
        assert queue.arrived == there or (name == "follow_up" and queue.arrived > there)
    items = sum(agent.items for team in world.teams for agent in team.agents)
    assert items == sum(queue.finished for queue in world.office.queues.values())
