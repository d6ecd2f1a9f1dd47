"""The model at the ends of its ranges, where the answer is known without running it."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

from sim.model.calendar import WorkCalendar
from sim.model.codes import CATEGORIES, CAUSES, First
from sim.model.flows import yearly_minutes
from sim.model.simulation import run
from sim.model.staffing import full_time_needed
from sim.model.workplaces import workplaces
from sim.record.kpis import outcome
from sim.record.record import Record
from sim.record.views import is_done
from sim.scenario.schema import Scenario
from tests.book import Book
from tests.scenarios import TEAMS, faultless, for_categories, for_payers, frozen, scenario, staffed

PART = "Limits"
TIMELY = CATEGORIES.index("TIMELY")


def dollars(record: Record, chosen: np.ndarray, column: str = "expected") -> int:
    """Cents of the chosen claims."""
    return int(record.claims[column][chosen].sum())


# --- nothing goes wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["generalist", "specialized", "in_house"])
def test_without_defects_every_claim_is_paid_at_once_and_in_full(book: Book, name: str) -> None:
    record = run(scenario(name, *faultless(name), scale=0.03, days=220), 0)
    kpis = outcome(record).kpis
    rate = kpis["claims.first_pass_payment_rate"]
    book.equals(f"{name} without defects: first-pass payment rate", rate, 1.0, "limit")
    assert kpis["quality.coding_accuracy"] == 1.0
    book.equals(f"{name} without defects: leakage", kpis["money.leakage"], 0.0, "limit")
    for cause in record.facts.causes:
        assert kpis[f"money.loss_usd.{cause}"] == 0.0
    done = is_done(record)
    assert done.sum() > 1000
    np.testing.assert_array_equal(
        record.claims["paid_cents"][done], record.claims["expected"][done]
    )
    assert (record.claims["denied_for"] < 0).all()


def test_a_payer_of_no_stringency_denies_only_what_was_filed_late() -> None:
    record = run(scenario("generalist", *for_payers("stringency", 0), scale=0.03, days=200), 0)
    first = record.claims["first_outcome"]
    assert set(record.claims["denied_for"][first == First.DENIED].tolist()) <= {TIMELY}
    assert (first == First.ASKED).sum() > 10


# --- nothing is won back --------------------------------------------------------------------------


def test_what_is_never_won_back_is_lost_as_it_was_denied() -> None:
    """Odds 0 of winning: the dollars finally lost are those first denied or asked about.

    Front-end rejections are switched off, for a mended one may be denied later; so is the part
    of a duplicate that is paid at once. Levels and decisions are quick, so that all are closed.
    """
    model = scenario(
        "generalist",
        *for_categories("recovery_share", 0),
        *for_categories("reject_share", 0),
        *for_payers("appeal_levels", "[{file_within_days: 60, decision_days: 10}]"),
        *for_payers("records_decision_days", "[5, 10]"),
        *for_payers("corrected_claim_window_days", 60),
        "vendors.generalist.quality.duplicate_share=0",  # which the field does not count
        "denials.records_recovery_share=0",
        *staffed(40),
        scale=0.03,
        days=330,
        first=0,
        last=180,
    )
    record = run(model, 0)
    kpis = outcome(record).kpis
    assert kpis["money.open_usd"] == 0.0
    assert kpis["denials.initial_rate"] > 0.05
    assert kpis["denials.final_rate"] == pytest.approx(
        kpis["denials.initial_with_rfi_usd_rate"], rel=1e-12
    )
    assert kpis["denials.overturned_rate"] == 0.0
    first = record.claims["first_outcome"]
    mine = (record.claims["day"] < 150) & np.isin(first, (First.DENIED, First.ASKED))
    assert dollars(record, mine, "loss_cents") == dollars(record, mine)
    assert dollars(record, mine, "paid_cents") == 0


def test_what_is_always_won_back_is_not_lost() -> None:
    """Every denial worked at full knowledge and won, every request answered: nothing is lost."""
    model = scenario(
        "generalist",
        *frozen("generalist"),
        *for_categories("recovery_share", 1),
        "denials.records_recovery_share=1",
        "denials.correction_share=1",
        "denials.win_cap=1",
        "vendors.generalist.denials={worked_share: 1, threshold_usd: 0, win_multiplier: 2}",
        *staffed(40),
        scale=0.03,
        days=300,
        first=0,
        last=30,
    )
    record = run(model, 0)
    assert (record.claims["first_outcome"] == First.DENIED).sum() > 100
    assert (record.claims["loss_cause"] < 0).all()
    assert outcome(record).kpis["denials.final_rate"] == 0.0


# --- far too many, far too few people -------------------------------------------------------------


def times_staffed(factor: float, *overrides: str, days: int) -> Scenario:
    """The generalist with so many times the people that `auto` works out."""
    plain = scenario("generalist", scale=1, days=days)
    calendar = WorkCalendar(plain.calendar, plain.start, plain.horizon_days)
    minutes = yearly_minutes(plain)
    place = workplaces(plain, calendar)[None]
    needed = [full_time_needed(plain, team, place, minutes) for team in plain.teams]
    heads = [
        f"teams.{team}.headcount={ceil(factor * people)}"
        for team, people in zip(TEAMS, needed, strict=True)
    ]
    return scenario("generalist", *heads, *overrides, scale=0.03, days=days)


def test_ten_times_the_people_leave_no_backlog(book: Book) -> None:
    """Everything is done on the day it comes, or on the next that is worked; nothing lapses."""
    record = run(times_staffed(10, days=200), 0)
    kpis = outcome(record).kpis
    arrived = np.array(record.queues["arrived"])
    assert arrived.sum() > 4000
    # Weeks end on a Tuesday night; the day after, one may find only that day's work undone.
    assert max(record.queues["oldest_days"]) < 2.0
    for queue in record.facts.queues:
        assert kpis[f"work.wait_days.{queue}"] < 1.0, queue
    late = kpis["money.loss_usd.timely_filing"]
    book.equals("Ten times the people: USD lost to late filing", late, 0.0, "limit")
    assert kpis["denials.category.TIMELY"] == 0.0
    assert kpis["work.days_to_submission"] < 6.0


def test_with_a_tenth_of_the_people_the_deadlines_bite(book: Book) -> None:
    """Claims come too late (CO-29), appeals lapse, and the backlog grows from week to week."""
    model = times_staffed(
        0.1,
        *for_payers("filing_limit_days", 60),
        *for_payers("corrected_claim_window_days", 40),
        *for_payers("no_reply_share", 0),
        days=330,
    )
    assert next(c for c in model.categories if c.name == "TIMELY").carc == ("29",)
    record = run(model, 0)
    kpis = outcome(record).kpis
    assert kpis["denials.category.TIMELY"] > 0.05
    assert kpis["money.loss_usd.timely_filing"] > 0.0
    claims = record.claims
    denied = claims["first_outcome"] == First.DENIED
    np.testing.assert_array_equal(
        claims["denied_for"][denied] == TIMELY, (claims["first_day"] - claims["day"])[denied] > 60
    )
    backlog = np.zeros(max(record.queues["week"]) + 1)
    np.add.at(backlog, record.queues["week"], record.queues["backlog"])
    book.ordered("A tenth of the people: backlog every eight weeks", backlog[4::8], True, "limit")


def test_without_anybody_nothing_ever_happens(book: Book) -> None:
    record = run(scenario("generalist", *staffed(0), days=150), 0)
    assert (record.claims["touches"] == 0).all()
    assert (record.claims["first_day"] < 0).all()
    late = (
        record.claims["day"] + np.array(record.facts.filing_limit_days)[record.claims["payer"]]
        < record.facts.end_days
    )
    assert 0 < late.sum() < len(late)
    left = np.where(late, record.claims["loss_cents"], record.claims["open_cents"])
    np.testing.assert_array_equal(left, record.claims["expected"])
    paid = outcome(record).kpis["money.paid_usd"]
    book.equals("Nobody at work: USD paid", paid, 0.0, "limit")


def test_a_team_that_nobody_leaves_knows_what_one_knows_that_hardly_anybody_leaves() -> None:
    """Turnover 0 is the limit of ever lower turnover, not a team of beginners."""
    knowledge, hired = {}, {}
    for rate in (0.02, 0.0):
        model = scenario(
            "generalist", f"vendors.generalist.turnover.annual_rate={rate}", scale=0.05
        )
        record = run(model, 0)
        knowledge[rate] = outcome(record).kpis["people.mean_knowledge"]
        hired[rate] = np.array(record.agents["start_age_days"])
    assert knowledge[0.0] > knowledge[0.02] - 0.02
    assert hired[0.0].min() > 365.0
    assert knowledge[0.0] < 1.0, "practice is balanced by forgetting and new rules"


def test_without_claims_there_is_nothing_to_divide_by() -> None:
    none = ["hospital.inpatient.claims_per_year=0", "hospital.outpatient.claims_per_year=0"]
    kpis = outcome(run(scenario("generalist", *none, *staffed(3), scale=1), 0)).kpis
    assert np.isnan(kpis["denials.initial_rate"])
    assert kpis["money.expected_usd"] == 0.0
    assert kpis["people.occupancy"] == 0.0


# --- stricter payers ------------------------------------------------------------------------------


def stricter(factor: float, seed: int) -> Scenario:
    """The generalist before payers who are that much stricter. Coders hear nothing of it."""
    plain = scenario("generalist")
    harder = [f"payers.{p.name}.stringency={min(5.0, p.stringency * factor)}" for p in plain.payers]
    return scenario("generalist", *harder, f"seed={seed}", scale=0.02, days=160)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_stricter_payer_denies_the_same_claims_and_more(seed: int) -> None:
    mild, strict, harsh = (run(stricter(factor, seed), 0) for factor in (1.0, 1.25, 2.5))
    rates = []
    for record in (mild, strict, harsh):
        np.testing.assert_array_equal(record.claims["key"], mild.claims["key"])
        np.testing.assert_array_equal(record.claims["expected"], mild.claims["expected"])
        rates.append(outcome(record).kpis["denials.initial_rate"])
    assert rates[0] < rates[1] < rates[2]
    for less, more in ((mild, strict), (strict, harsh)):
        answered = (less.claims["first_outcome"] > 0) & (more.claims["first_outcome"] > 0)
        denied = less.claims["first_outcome"] == First.DENIED
        assert (more.claims["first_outcome"][answered & denied] == First.DENIED).all()
        assert (answered & denied).sum() > 150


# --- limits that bite -----------------------------------------------------------------------------


def test_a_claim_sent_again_past_the_filing_limit_is_late() -> None:
    """Vanished first submissions come back after the follow-up, which is then past the limit."""
    late = scenario(
        "in_house",
        *faultless("in_house"),
        *for_payers("no_reply_share", 0.5),
        *for_payers("filing_limit_days", 28),
        "denials.follow_up_after_days=30",
        "categories.TIMELY.recovery_share=0",
        *staffed(200),
        scale=0.02,
        days=200,
    )
    record = run(late, 0)
    lost = record.claims["loss_cause"] == CAUSES.index("timely_filing")
    assert lost.sum() > 100
    # Denied as too late, or still with nobody when it is.
    assert set(record.claims["denied_for"][lost].tolist()) <= {TIMELY, -1}
    # What vanished and was sent again is late, all else is paid.
    closed = is_done(record)
    np.testing.assert_array_equal(lost[closed], record.claims["first_outcome"][closed] != 1)


def test_who_pursues_no_level_of_appeal_writes_clinical_denials_off() -> None:
    record = run(scenario("generalist", "vendors.generalist.denials.levels=0", scale=0.02), 0)
    clinical = [CATEGORIES.index(c) for c in ("AUTH", "DOC", "PAYER")]
    denied = np.isin(record.claims["denied_for"], clinical) & is_done(record)
    assert denied.sum() > 50
    assert (record.claims["loss_cause"][denied] == CAUSES.index("not_worked")).all()
    assert (
        sum(
            record.queues["arrived"][i]
            for i, q in enumerate(record.queues["queue"])
            if q == "denials_clinical"
        )
        == 0
    )


def test_charts_that_trickle_in_wait_until_they_are_ready_too() -> None:
    overrides = ("hospital.chart_ready_days=9", "hospital.arrivals.within_day=continuous")
    record = run(scenario("in_house", *overrides, scale=0.02, days=100, last=30), 0)
    first = record.claims["first_day"]
    assert (first - record.claims["day"])[first >= 0].min() >= 9


def test_a_day_that_hardly_varies_is_a_poisson_day() -> None:
    counts = [
        np.bincount(
            run(
                scenario(
                    "in_house",
                    f"hospital.arrivals.day_cv={cv}",
                    scale=0.02,
                    days=60,
                    first=0,
                    last=10,
                ),
                0,
            ).claims["day"],
            minlength=60,
        )
        for cv in (0, 1e-200)
    ]
    np.testing.assert_array_equal(*counts)


def test_only_the_vendors_in_place_are_managed() -> None:
    hospital = {
        name: outcome(run(scenario(name, "hospital.query_physician_usd=0"), 0)).kpis[
            "money.hospital_usd"
        ]
        for name in ("generalist", "in_house")
    }
    assert hospital["in_house"] == 0.0
    assert hospital["generalist"] == pytest.approx(250_000)
