"""Queues against theory: Erlang C and A, pooling, priorities, Pollaczek-Khinchine, Little's law."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm

from sim.model.codes import CAUSES
from sim.model.simulation import Simulation, run
from sim.record.record import Record
from sim.scenario.schema import Scenario
from tests.book import Book
from tests.scenarios import (
    EVENLY,
    TEAMS,
    by_reference,
    faultless,
    frozen,
    in_hand,
    queues_of,
    scenario,
    watched_queues,
    world_of,
)

PART = "Queues"
# Every comparison allows an error that chance exceeds with probability 1e-5; there are 14.
FALSE_ALARM = 1e-5
ERLANG, LITTLE, PALM, FLOW = "Erlang 1917", "Little 1961", "Palm 1957 (Erlang A)", "conservation"
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
        *frozen("generalist"),
        *faultless("generalist"),
        *settings,
        *queues,
        EVENLY,
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
    ]


def batch_means(values: np.ndarray, size: int) -> list[float]:
    """Means of whole batches, the first left out: the queue starts empty."""
    whole = values[: len(values) // size * size].reshape(-1, size)
    return [float(mean) for mean in whole.mean(axis=1)[1:]]


def spread(seen: list[float]) -> float:
    """Distance from the truth that chance exceeds with probability `FALSE_ALARM`."""
    return float(stats.t.ppf(1 - FALSE_ALARM / 2, len(seen) - 1) * stats.sem(seen))


def weekly(record: Record, queue: str, column: str) -> np.ndarray:
    """A column of the queue table for one queue."""
    rows = record.queues
    return np.array([v for q, v in zip(rows["queue"], rows[column], strict=True) if q == queue])


@pytest.mark.parametrize(
    ("layout", "groups", "servers"),
    [
        (SPLIT, (("coding_inpatient",), ("coding_outpatient",)), SERVERS),
        (POOLED, (("coding_inpatient", "coding_outpatient"),), 2 * SERVERS),
    ],
    ids=["two queues of their own", "one pool"],
)
def test_waiting_is_that_of_m_m_c(
    book: Book, layout: list[str], groups: tuple[tuple[str, ...], ...], servers: int
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
            record = by_reference(model, replication)
        for group in groups:
            level = np.sum([weekly(record, q, "mean_level") for q in group], axis=0)
            levels += batch_means(level, BATCH_DAYS // 7)
            stays = np.array(
                [stay for _, stay in sorted(s for q in group for s in watches[q].stays)]
            )
            size = round(rate * BATCH_DAYS)
            waits += batch_means(stays, size)
            delays += batch_means(stays > 1e-9, size)
    name = f"M/M/{servers} at {OCCUPANCY:.0%} occupancy"
    book.mean_agrees(f"{name}: mean wait, days", waits, wait, FALSE_ALARM, ERLANG)
    book.mean_agrees(f"{name}: mean number waiting", levels, wait * rate, FALSE_ALARM, LITTLE)
    book.mean_agrees(f"{name}: share that waits", delays, chance, FALSE_ALARM, ERLANG)


def test_the_pool_waits_less_than_half_as_long() -> None:
    """What theory says of pooling, so that the two cases above are known to differ."""
    assert mean_wait_days(4, 3.2) < 0.5 * mean_wait_days(2, 1.6)
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert erlang_c(2, 1.6) == pytest.approx(0.7111111)


def test_whoever_is_there_takes_a_claim_at_once(book: Book) -> None:
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
        by_reference(scenario("generalist", *markovian(few), scale=1, days=200))
    stays = [stay for _, stay in watches["coding_outpatient"].stays]
    assert len(stays) > 800
    book.equals("Ample people: longest wait, days", max(stays), 0.0, "limit")


def one_server(*overrides: str, days: int) -> Scenario:
    """One coder for all charts, and nobody else: a single-server queue."""
    layout = [
        "teams.coding_inpatient.queues=[coding_inpatient, coding_outpatient]",
        "teams.coding_inpatient.headcount=1",
        "teams.coding_outpatient.queues=[underpayments]",
        *overrides,
    ]
    return scenario("generalist", *markovian(layout), scale=1, days=days)


def stays_of(model: Scenario, **sizes: int) -> list[list[float]]:
    """Means of the waits in some queues, in batches of a size for each, over replications."""
    found: list[list[float]] = [[] for _ in sizes]
    for replication in range(REPLICATIONS):
        with watched_queues() as watches:
            by_reference(model, replication)
        for means, (queue, size) in zip(found, sizes.items(), strict=True):
            means += batch_means(np.array([stay for _, stay in watches[queue].stays]), size)
    return found


@pytest.mark.parametrize("cv", [0.0, 1.5])
def test_a_single_server_waits_as_pollaczek_and_khinchine_say(book: Book, cv: float) -> None:
    """M/G/1: W = λE[S²] / 2(1−ρ), with equal and with widely varying times."""
    load, minutes = 0.6, 30.0
    rate = load * 1440.0 / minutes
    model = one_server(
        "hospital.inpatient.claims_per_year=0",
        f"hospital.outpatient.claims_per_year={rate * 365.25}",
        f"queues.coding_outpatient.minutes={minutes}",
        f"queues.coding_outpatient.minutes_cv={cv}",
        "queues.coding_outpatient.distribution=lognormal",
        days=1100,
    )
    wait = rate * (minutes / 1440.0) ** 2 * (1.0 + cv**2) / 2.0 / (1.0 - load)
    [seen] = stays_of(model, coding_outpatient=1500)
    name = f"M/G/1 at {load:.0%} occupancy, touch times with cv {cv:g}: mean wait, days"
    book.mean_agrees(name, seen, wait, FALSE_ALARM, "Pollaczek 1930, Khinchine 1932")


def test_whoever_goes_first_waits_as_cobham_says(book: Book) -> None:
    """Short charts first, nobody interrupted: W₁ = W₀/(1−ρ₁), W₂ = W₁/(1−ρ₁−ρ₂)."""
    minutes, loads = (20.0, 60.0), (0.3, 0.4)
    rates = [load * 1440.0 / m for load, m in zip(loads, minutes, strict=True)]
    names = ("inpatient", "outpatient")
    model = one_server(
        *(f"hospital.{s}.claims_per_year={r * 365.25}" for s, r in zip(names, rates, strict=True)),
        *(f"queues.coding_{s}.minutes={m}" for s, m in zip(names, minutes, strict=True)),
        "teams.coding_inpatient.discipline=ease",
        days=1100,
    )
    left = sum(r * (m / 1440.0) ** 2 for r, m in zip(rates, minutes, strict=True))
    first = left / (1.0 - loads[0])
    waits = stays_of(model, coding_inpatient=1500, coding_outpatient=700)
    for place, truth, seen in zip(("first", "second"), (first, first / 0.3), waits, strict=True):
        name = f"M/M/1 at 70% occupancy, non-preemptive priority: mean wait of the {place}, days"
        book.mean_agrees(name, seen, truth, FALSE_ALARM, "Cobham 1954")


def erlang_a(servers: int, rate: float, service: float, patience: float) -> tuple[float, float]:
    """M/M/c+M as a birth-death chain: share that gives up, mean number waiting (Palm 1957)."""
    weight, weights = 1.0, [1.0]
    for n in range(1, 1000):
        leave = min(n, servers) / service + max(0, n - servers) / patience
        weight *= rate / leave
        weights.append(weight)
    chance = np.array(weights) / sum(weights)
    waiting = float(chance @ np.maximum(0, np.arange(1000) - servers))
    return waiting / patience / rate, waiting


def erlang_a_by_steps(
    servers: int, rate: float, service: float, patience: float, step: float
) -> tuple[float, float]:
    """Erlang A whose calls come, and whose patience ends, at the beginning of a step only.

    Within a step only service goes on: a chain from morning to morning. Those in service stay;
    each of those who wait gives up with the chance of an exponential patience; Poisson calls come.
    """
    size = 160
    n = np.arange(size)
    death = np.minimum(n, servers) / service
    work = np.diag(-death) + np.diag(death[1:], -1)
    both = expm(np.block([[work, np.eye(size)], [np.zeros((size, 2 * size))]]) * step)
    over, spent = both[:size, :size], both[:size, size:] / step
    waits = np.maximum(0, n - servers)
    leave = 1.0 - exp(-step / patience)
    stay = stats.binom.pmf(n[None, :] - np.minimum(n, servers)[:, None], waits[:, None], 1 - leave)
    call = stats.poisson.pmf(n[None, :] - n[:, None], rate * step)
    move = over @ stay @ call
    move /= move.sum(axis=1, keepdims=True)
    chance = np.linalg.matrix_power(move, 1 << 16)[0]  # long after the beginning
    return float(chance @ over @ waits) * leave / (rate * step), float(chance @ spent @ waits)


def test_short_steps_are_erlang_a() -> None:
    palm = erlang_a(10, 5.28, 2.0833, 25.0)
    assert erlang_a_by_steps(10, 5.28, 2.0833, 25.0, 0.01) == pytest.approx(palm, rel=0.01)


def test_callers_give_up_as_erlang_a_says(book: Book) -> None:
    """M/M/c+M: requests for visits, more than the team can book, who wait some weeks at most.

    Calls come in the morning and patience ends on a morning, in theory too.
    """
    servers, service, patience, load = 10, 600.0 * 5 / 1440.0, 25.0, 1.1
    rate = load * servers / service
    front = "hospital.front_end"
    model = scenario(
        "five_functions_generalist",
        *frozen("generalist"),
        *faultless("generalist"),
        *(
            f"{front}.{s}.{share}={value}"
            for s in ("inpatient", "outpatient")
            for share, value in (
                ("scheduled_share", 1),
                ("prior_auth_share", 0),
                ("dictated_share", 0),
            )
        ),
        f"{front}.lead_days=[90, 90, 90]",
        f"{front}.patience_mean_days={patience}",
        "hospital.inpatient.claims_per_year=0",
        f"hospital.outpatient.claims_per_year={rate * 365.25}",
        "hospital.outpatient.weekday_profile=[1, 1, 1, 1, 1, 1, 1]",
        EVENLY,
        "hospital.arrivals.day_cv=0",
        "calendar={country: none, workdays: [0, 1, 2, 3, 4, 5, 6], shift_start_hour: 0, "
        "shift_hours: 24, shrinkage_share: 0, absence_share: 0}",
        "people.novice_slowdown=0",
        "people.speed_sigma=0",
        "people.check_time_share=0",
        "queues.scheduling={minutes: 600, distribution: exponential}",
        "vendors.generalist.certification_mix={none: 1, CPC: 0, CCS: 0, RHIT: 0}",
        "vendors.generalist.handle_time_multiplier=5",
        *(f"teams.{team}.headcount=0" for team in (*TEAMS, "prior_auth", "transcription")),
        f"teams.scheduling.headcount={servers}",
        "teams.scheduling.overtime=null",
        scale=1,
        days=1500,
        first=100,
        last=1,
    )
    share, waiting = erlang_a_by_steps(servers, rate, service, patience, 1.0)
    lost: list[float] = []
    levels: list[float] = []
    for replication in range(3):
        record = run(model, replication)
        levels += batch_means(weekly(record, "scheduling", "mean_level"), 20)
        given_up = record.claims["loss_cause"] == CAUSES.index("lost_visit")
        day = record.claims["day"]
        lost += [
            float(given_up[(day >= start) & (day < start + 140)].mean())
            for start in range(240, 1360, 140)
        ]
    name = f"M/M/{servers}+M at {load:.0%} load, calls each morning"
    book.agrees(f"{name}: share that gives up", float(np.mean(lost)), share, spread(lost), PALM)
    book.agrees(
        f"{name}: mean number waiting", float(np.mean(levels)), waiting, spread(levels), PALM
    )


BUSY = [
    "vendors.generalist.turnover.annual_rate=3",
    "queues.denials_clinical.minutes=300",
    "denials.follow_up_after_days=20",
    "teams.billing.discipline=deadline",
    "teams.clinical.discipline=value",
    "calendar.absence_share=0.2",
]


def test_littles_law_holds_for_every_queue(book: Book) -> None:
    """The integral of the number waiting is the sum of all waits, to rounding.

    Of those worked, those still in hand, those taken away and those who wait at the end; whoever
    quits or withdraws in between. The weekly table tells the same: mean level × days is the
    integral, mean wait × items finished is the waiting of those worked.
    """
    model = scenario("generalist", *BUSY, scale=0.05, days=300)
    with watched_queues() as watches:
        world = world_of(model)
        record = Simulation(world).run()
    horizon, hands = float(model.horizon_days), in_hand(world)
    total = [0.0, 0.0]
    for name, watch in watches.items():
        waits = sum(stay for _, stay in watch.stays)
        waits += sum(horizon - since for since in watch.here.values())
        area = weekly(record, name, "mean_level") @ weekly(record, name, "days")
        assert area == pytest.approx(waits, rel=1e-9), name
        total = [total[0] + area, total[1] + waits]
        assert area == pytest.approx(watch.area_at(horizon), rel=1e-9), name
        assert weekly(record, name, "backlog")[-1] == len(watch.here)
        worked = watch.worked(hands[name])
        finished = weekly(record, name, "finished")
        assert finished.sum() == len(worked)
        assert weekly(record, name, "wait_days") @ finished == pytest.approx(sum(worked), rel=1e-9)
    book.equals("All queues: item-days waited, as integral and as sum of waits", *total, LITTLE)
    assert sum(w.returned for w in watches.values()) > 5, "nobody quit with work in hand"
    assert watches["follow_up"].withdrawn, "no answer came while a claim waited"


def test_nobody_is_lost_between_arrival_and_end(book: Book) -> None:
    """Arrived = finished + in hand + taken away + waiting, in every queue."""
    model = scenario("generalist", *BUSY, scale=0.05, days=250)
    with watched_queues() as watches:
        world = world_of(model, 1)
        Simulation(world).run()
    hands = in_hand(world)
    for name, queue in queues_of(world).items():
        watch = watches[name]
        assert queue.arrived == watch.arrived
        assert queue.level == len(watch.here)
        there = sum(queue.waits) + len(hands[name]) + len(watch.withdrawn) + len(watch.here)
        # A follow-up whose answer came while its agent walked out is over without being finished.
        assert queue.arrived == there or (name == "follow_up" and queue.arrived > there)
    items = sum(agent.row.items for team in world.teams for agent in team.agents)
    finished = sum(sum(queue.waits) for queue in world.state.queues)
    book.equals("Items that agents finished, and that queues did", items, finished, FLOW)
    what = "Arrived = finished + in hand + taken away + waiting"
    book.holds(what, "in every queue", len(watches), FLOW)
