"""What must hold in every run, whatever the parameters: money, counts, times and places."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.model.codes import CAUSES, STAGES
from sim.model.simulation import Simulation
from sim.model.world import World
from sim.record.kpis import outcome
from sim.record.record import Record
from sim.record.views import took_place
from sim.scenario.schema import Scenario
from tests.book import Book
from tests.scenarios import (
    TEAMS,
    Watch,
    a_year,
    for_payers,
    in_hand,
    queues_of,
    scenario,
    watched_queues,
    world_of,
)

PART, FLOW = "Money", "conservation"
PAID, CLOSED = STAGES.index("paid"), STAGES.index("closed")
VENDOR = "vendors.generalist"


def shares(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[float]:
    """Numbers as a person would write them; the ends among them."""
    return st.floats(low, high).map(lambda x: round(x, 4))


# A few values each of what bends the course of a claim; all of them valid.
PARAMETERS: dict[str, st.SearchStrategy[Any]] = {
    "hospital.arrivals.day_cv": shares(0, 1),
    "hospital.arrivals.within_day": st.sampled_from(["batch", "continuous"]),
    "hospital.chart_ready_days": st.integers(0, 5),
    "hospital.bill_hold_days": st.integers(0, 8),
    "hospital.scrubber_edit_share": shares(),
    "hospital.query_answered_share": shares(),
    "hospital.query_resolved_share": shares(),
    "hospital.inpatient.cdi_gap_share": shares(),
    "hospital.inpatient.cdi_gap_payment_share": shares(),
    "hospital.inpatient.under_coding_payment_share": shares(),
    "hospital.outpatient.over_coding_payment_share": shares(),
    "hospital.outpatient.audit_selected_share": shares(),
    "hospital.outpatient.audit_takeback_share": shares(),
    "categories.DUP.stake_share": shares(),
    "categories.DOC.stake_share": shares(),
    "categories.REG.incidence": shares(0, 0.6),
    "categories.DOC.incidence": shares(0, 0.6),
    "categories.DUP.incidence": shares(0, 0.6),
    "categories.DOC.recovery_share": shares(),
    "denials.correction_share": shares(),
    "denials.records_recovery_share": shares(),
    "denials.short_pay_noticed_share": shares(),
    "denials.short_pay_recovery_share": shares(),
    "denials.follow_up_after_days": st.integers(1, 40),
    "people.learning_law": st.sampled_from(["exponential", "wright", "de_jong", "lfcm"]),
    "people.novice_slowdown": shares(0, 3),
    "people.speed_sigma": shares(0, 1),
    "people.strain.corner_exponent": shares(0, 2),
    "people.strain.exhaustion_hazard": shares(0, 20),
    "people.strain.exhaustion_slowdown": shares(0, 4),
    "calendar.absence_share": shares(0, 0.9),
    "queues.follow_up.minutes": shares(1, 600),
    "queues.denials_clinical.minutes_cv": shares(0, 3),
    f"{VENDOR}.turnover.annual_rate": shares(0.05, 8),
    f"{VENDOR}.hiring.policy": st.sampled_from(
        ["replace_on_exit", "hire_ahead", "hire_up_to", "freeze"]
    ),
    f"{VENDOR}.hiring.classroom_days": st.integers(0, 20),
    f"{VENDOR}.hiring.time_to_fill_days": st.integers(0, 40),
    f"{VENDOR}.quality.hold_and_query_share": shares(),
    f"{VENDOR}.quality.duplicate_share": shares(),
    f"{VENDOR}.quality.qa_sample_share": shares(),
    f"{VENDOR}.denials.worked_share": shares(),
    f"{VENDOR}.denials.threshold_usd": shares(0, 2000),
    f"{VENDOR}.denials.levels": st.integers(0, 4),
    f"{VENDOR}.denials.win_multiplier": shares(0, 2),
    **{
        f"teams.{team}.discipline": st.sampled_from(["fifo", "deadline", "value"]) for team in TEAMS
    },
    **{f"teams.{team}.headcount": st.integers(0, 400) for team in TEAMS},
}
FRONT = "hospital.front_end"
FRONT_PARAMETERS: dict[str, st.SearchStrategy[Any]] = {
    f"{FRONT}.inpatient.scheduled_share": shares(),
    f"{FRONT}.outpatient.scheduled_share": shares(),
    f"{FRONT}.outpatient.prior_auth_share": shares(),
    f"{FRONT}.outpatient.dictated_share": shares(),
    f"{FRONT}.lead_days": st.sampled_from(["[1, 1, 1]", "[1, 5, 40]", "[20, 25, 30]"]),
    f"{FRONT}.patience_mean_days": shares(0.01, 40),
    f"{FRONT}.auth_decision_days": st.sampled_from(["[0, 0]", "[1, 30]"]),
    f"{FRONT}.auth_refused_share": shares(),
    f"{FRONT}.peer_to_peer_won_share": shares(),
    f"{FRONT}.postponed_share": shares(),
    f"{FRONT}.postponed_days": st.integers(1, 40),
    f"{FRONT}.prior_auth_complexity": shares(),
    **{
        f"teams.{team}.headcount": st.integers(0, 3000)
        for team in ("scheduling", "prior_auth", "transcription")
    },
}
PAYER_PARAMETERS: dict[str, st.SearchStrategy[Any]] = {
    "stringency": shares(0, 5),
    "no_reply_share": shares(0, 0.5),
    "short_pay_share": shares(),
    "short_pay_payment_share": shares(),
    "filing_limit_days": st.integers(1, 60),
    "corrected_claim_window_days": st.integers(1, 40),
    "corrected_claim_reply_days": st.integers(1, 40),
    "records_window_days": st.integers(1, 40),
    "records_decision_days": st.sampled_from(["[1, 2]", "[5, 30]"]),
    "reply_days": st.sampled_from(["[1, 1, 1]", "[2, 9, 30]", "[14, 21, 45]"]),
    "appeal_levels": st.lists(
        st.builds(
            "{{file_within_days: {}, decision_days: {}}}".format,
            st.integers(1, 30),
            st.integers(1, 30),
        ),
        max_size=3,
    ).map(lambda levels: f"[{', '.join(levels)}]"),
}


# From the first of January to a few days before the end of the run.
DAYS = st.dates(date(2025, 1, 2), date(2025, 4, 25))
EVENTS: dict[str, st.SearchStrategy[str]] = {
    "volume": st.builds("factor: {}, ramp_days: {}".format, shares(0, 3), st.integers(0, 60)),
    "staffing": st.builds(
        "team: {}, headcount: {}".format, st.sampled_from(TEAMS), st.integers(0, 400)
    ),
    "attrition_shock": st.builds("team: {}, share: {}".format, st.sampled_from(TEAMS), shares()),
    "layoff": st.builds("team: {}, share: {}".format, st.sampled_from(TEAMS), shares()),
    "policy_change": st.builds("skills: all, obsolete_share: {}".format, shares(0, 0.99)),
    "payer_ai": st.builds(
        "found_share: {}, false_share: {}, contest_share: {}, contest_with_trail_share: {}".format,
        shares(),
        shares(0, 0.5),
        shares(),
        shares(),
    ),
}


@st.composite
def events(draw: st.DrawFn) -> str:
    """Up to three dated events of different kinds."""
    kinds = draw(st.lists(st.sampled_from(sorted(EVENTS)), max_size=3, unique=True))
    dated = [f"{{kind: {kind}, on: {draw(DAYS)}, {draw(EVENTS[kind])}}}" for kind in kinds]
    return f"timeline=[{', '.join(dated)}]"


@st.composite
def overrides(draw: st.DrawFn, vendor: str, front_end: bool) -> list[str]:
    """Up to twelve parameters, four of every payer and three events, turned to any valid value.

    With a front end, up to eight of its parameters too.
    """
    chosen = draw(st.lists(st.sampled_from(sorted(PARAMETERS)), max_size=12, unique=True))
    if front_end:
        chosen = [name for name in chosen if name != "hospital.arrivals.within_day"]
        chosen += draw(st.lists(st.sampled_from(sorted(FRONT_PARAMETERS)), max_size=8, unique=True))
    payers = draw(st.lists(st.sampled_from(sorted(PAYER_PARAMETERS)), max_size=4, unique=True))
    drawn = ((path, draw((PARAMETERS | FRONT_PARAMETERS)[path])) for path in chosen)
    return [
        f"seed={draw(st.integers(0, 2**62))}",
        *(f"{path.replace(VENDOR, f'vendors.{vendor}')}={value}" for path, value in drawn),
        *(option for key in payers for option in for_payers(key, draw(PAYER_PARAMETERS[key]))),
        draw(events()),
    ]


def assert_money(record: Record) -> None:
    """Every cent is booked, and of a run without a drain the cash is what was paid."""
    assert_booked(record)
    # Takebacks leave the cash ledger on their day, which may lie past the end.
    cash = round(100 * float(record.days["cash_usd"].sum()))
    paid, back = (int(record.claims[name].sum()) for name in ("paid_cents", "takeback_cents"))
    if record.stock:  # what was paid on claims of before the run is cash of the run, too
        paid += int((record.stock["paid_cents"] - record.stock["paid_before_cents"]).sum())
        back += int(record.stock["takeback_cents"].sum())
    assert paid <= cash <= paid + back


def assert_booked(record: Record) -> None:
    """Per claim and in total: expected = paid + open + every named loss, in whole cents."""
    c = record.claims
    booked = (
        c["paid_cents"]
        + c["open_cents"]
        + c["loss_cents"]
        + c["under_cents"]
        + c["cdi_cents"]
        - c["over_cents"]
        + c["short_cents"]
        + c["takeback_cents"]
    )
    np.testing.assert_array_equal(booked, c["expected"])
    kpis, cents = outcome(record).kpis, 100 / a_year(record.facts)
    losses = sum(kpis[f"money.loss_usd.{cause}"] for cause in record.facts.causes)
    total = kpis["money.paid_usd"] + kpis["money.open_usd"] + losses
    assert round(cents * total) == round(cents * kpis["money.expected_usd"])
    assert (c["expected"] > 0).all()
    for name in (
        "under_cents",
        "cdi_cents",
        "over_cents",
        "short_cents",
        "takeback_cents",
        "loss_cents",
        "open_cents",
    ):
        assert (c[name] >= 0).all(), name


def assert_places(record: Record) -> None:
    """Each claim is in one stage, and its milestones tell the same story."""
    c, horizon = record.claims, record.facts.end_days
    stage, done = c["stage"], np.isin(c["stage"], (PAID, CLOSED))
    assert ((stage >= 0) & (stage < len(STAGES))).all()
    assert len(np.unique(c["key"])) == len(c["key"])
    np.testing.assert_array_equal(c["closed_day"] >= 0, done)
    np.testing.assert_array_equal(c["loss_cause"] >= 0, stage == CLOSED)
    assert (c["open_cents"][done] == 0).all()
    assert (c["loss_cents"][stage != CLOSED] == 0).all()
    assert (c["loss_cause"] < len(CAUSES)).all()
    sent = c["first_day"] >= 0
    assert (c["first_day"] >= c["day"])[sent].all()
    assert (c["closed_day"] > c["first_day"])[done].all()
    assert (c["closed_day"] <= horizon).all()
    assert sent[c["first_outcome"] > 0].all()
    came = took_place(record.facts, c)
    # What nobody has answered is lost to the filing limit in the end.
    unanswered = done & came & (c["first_outcome"] == 0)
    assert (c["loss_cause"][unanswered] == CAUSES.index("timely_filing")).all()
    limits = np.array(record.facts.filing_limit_days)[c["payer"]]
    assert (c["closed_day"] - c["day"] > limits)[unanswered].all()
    assert not sent[~came].any()
    assert (c["wrong"] >= 0)[sent].all()
    assert (c["touches"] >= 1)[sent].all()
    assert (c["denied_for"] >= 0)[c["first_outcome"] == 4].all()


def assert_counts(world: World, record: Record, watches: dict[str, Watch]) -> None:
    """Arrived = finished + in hand + taken away + waiting, and nobody waits less than nothing."""
    hands = in_hand(world)
    for name, queue in queues_of(world).items():
        watch = watches[name]
        assert queue.level == len(watch.here)
        there = sum(queue.waits) + len(hands[name]) + len(watch.withdrawn) + len(watch.here)
        # What came too late while its agent walked out is over without being finished.
        over = name in ("follow_up", "scheduling", "prior_auth")
        assert watch.arrived == there or (over and watch.arrived > there)
        assert min((stay for _, stay in watch.stays), default=0.0) >= 0.0
    places = [key for watch in watches.values() for key in watch.here]
    assert len(places) == len(set(places)), "a claim waits in two queues"
    items = sum(agent.row.items for team in world.teams for agent in team.agents)
    assert sum(record.queues["finished"]) == items
    touches = int(record.claims["touches"].sum())
    # What is done before there is a chart counts for the queues, and not for the claim.
    assert touches == items if world.scenario.hospital.front_end is None else touches <= items
    for column in ("wait_days", "mean_level", "oldest_days", "backlog", "arrived"):
        assert min(record.queues[column]) >= -1e-9, column


def assert_rates(record: Record) -> None:
    """First answers exclude each other and leave nothing over; shares lie between 0 and 1."""
    kpis = outcome(record).kpis
    answers = [
        kpis[name]
        for name in (
            "claims.first_pass_payment_rate",
            "claims.rejection_rate",
            "claims.rfi_rate",
            "denials.first_answer_rate",
        )
    ]
    if (record.claims["first_outcome"] > 0).any():
        known = np.array(answers)
        assert np.isnan(known).all() or abs(known.sum() - 1.0) < 1e-12
    for name in (
        *(f"people.{n}" for n in ("mean_knowledge", "client_knowledge", "certified_share")),
        "quality.coding_accuracy",
        "denials.final_rate",
        "denials.overturned_rate",
        "claims.clean_claim_rate",
    ):
        assert np.isnan(kpis[name]) or -1e-12 <= kpis[name] <= 1.0 + 1e-12, name


def run_watched(model: Scenario) -> tuple[World, Record, dict[str, Watch]]:
    with watched_queues() as watches:
        world = world_of(model)
        record = Simulation(world).run()
    return world, record, watches


# No shrinking: it would run the model for minutes to make a failing list a little shorter.
@pytest.mark.parametrize(
    ("name", "vendor", "front_end"),
    [
        ("generalist", "generalist", False),
        ("specialized", "specialized", False),
        ("in_house", "in_house", False),
        ("five_functions_generalist", "generalist", True),
        ("hybrid", "specialized", True),
    ],
)
@settings(
    max_examples=20,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_nothing_is_made_or_lost(
    name: str, vendor: str, front_end: bool, data: st.DataObject
) -> None:
    """A hundred hospitals that nobody would draw up."""
    options = data.draw(overrides(vendor, front_end))
    model = scenario(name, *options, scale=0.01, days=120, first=0, last=30)
    world, record, watches = run_watched(model)
    assert_money(record)
    assert_places(record)
    assert_counts(world, record, watches)
    assert_rates(record)


@pytest.mark.parametrize("name", ["generalist", "specialized", "in_house", "hybrid"])
def test_the_shipped_scenarios_book_every_cent(book: Book, name: str) -> None:
    world, record, watches = run_watched(scenario(name, scale=0.02, days=250))
    assert_money(record)
    assert_places(record)
    assert_counts(world, record, watches)
    assert_rates(record)
    claims, kpis = record.claims, outcome(record).kpis
    losses = sum(kpis[f"money.loss_usd.{cause}"] for cause in record.facts.causes)
    year = a_year(record.facts)
    booked = (kpis["money.paid_usd"] + kpis["money.open_usd"] + losses) / year
    what = f"{name}: paid + open + every named loss, USD"
    book.equals(what, booked, kpis["money.expected_usd"] / year, FLOW, rel=1e-12)
    book.holds(f"{name}: each claim to the cent", "expected = booked", len(claims["key"]), FLOW)


def test_a_short_payment_is_never_more_than_was_due(book: Book) -> None:
    everyone = [*for_payers("short_pay_share", 1), *for_payers("short_pay_payment_share", 1)]
    model = scenario("generalist", *everyone, "denials.short_pay_noticed_share=0", days=120)
    _, record, _ = run_watched(model)
    paid = record.claims["stage"] == PAID
    assert paid.sum() > 100
    brought = int(record.claims["paid_cents"][paid & (record.claims["denied_for"] < 0)].sum())
    book.equals("All paid claims short by all: cents paid", brought, 0, "limit")


def test_what_is_open_is_never_less_than_nothing() -> None:
    """Duplicates of over-coded claims: 95 % of more than was expected is paid while they wait."""
    model = scenario(
        "generalist",
        f"{VENDOR}.quality.duplicate_share=1",
        f"{VENDOR}.quality.under_coding_share=0",
        "people.over_coding_share=1",
        days=150,
    )
    _, record, _ = run_watched(model)
    assert_money(record)
    claims = record.claims
    waiting = ~np.isin(claims["stage"], (PAID, CLOSED)) & (claims["paid_cents"] > 0)
    assert (claims["paid_cents"] > claims["expected"])[waiting].any()
