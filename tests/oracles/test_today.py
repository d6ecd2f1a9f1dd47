"""A run that begins with today's stock: exact counts and amounts, flows by hand, conservation."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.record.record import Record
from sim.record.views import View
from sim.scenario.stock import at_payers, open_work
from tests.scenarios import CERTIFICATIONS, faultless, frozen
from tests.today import AT_PAYERS, OPEN_WORK, START, today

QUIET = [
    "calendar={country: US, workdays: [0, 1, 2, 3, 4], shift_start_hour: 8, shift_hours: 8, "
    "shrinkage_share: 0, absence_share: 0}",
    *frozen("generalist"),
    *faultless("generalist"),
    "people.speed_sigma=0",
    "people.check_time_share=0",
    "vendors.generalist.handle_time_multiplier=1",
    "queues.coding_outpatient={minutes: 60.0001, minutes_cv: 0}",
    "hospital.scrubber_edit_share=0",
    *(f"certifications.{name}.education_hours_per_year=0" for name in CERTIFICATIONS),
    "teams.coding_outpatient.headcount=5",
]
"""Five people who take up eight charts a day each, from Monday to Friday, one at every full hour;
the last of them is in hand overnight, but for an instant. Nothing goes wrong."""
NO_ARRIVALS = ["hospital.inpatient.claims_per_year=0", "hospital.outpatient.claims_per_year=0"]


def column(record: Record, name: str, queue: str) -> list[float]:
    rows = record.queues
    return [v for q, v in zip(rows["queue"], rows[name], strict=True) if q == queue]


def charts(count: int, age: int = 2) -> dict[str, object]:
    line = {**OPEN_WORK[0], "age_from_days": age, "age_to_days": age, "count": count}
    return {"open_work": [line], "at_payers": []}


def test_a_stock_drains_as_by_hand() -> None:
    """700 charts, 40 a day on five days a week: 200 fewer every Monday, and none after four."""
    record = run(today(*QUIET, *NO_ARRIVALS, **charts(700)), 0)
    finished = column(record, "finished", "coding_outpatient")
    assert column(record, "backlog", "coding_outpatient")[:5] == [500, 300, 100, 0, 0]
    assert finished[:5] == [195, 200, 200, 105, 0], "five are in hand on Mondays"
    assert not any(column(record, "arrived", "coding_outpatient"))
    # Two days old on the first Monday.
    assert column(record, "oldest_days", "coding_outpatient")[:4] == [9, 16, 23, 0]
    workdays = [day for day in range(25) if day % 7 < 5]
    hours = [24 * day + 8 + hour for day in workdays for hour in range(8)][: 700 // 5]
    waits = np.array(column(record, "wait_days", "coding_outpatient"))
    assert np.dot(waits, finished) / 700 == pytest.approx(2 + np.mean(hours) / 24, rel=2e-3)


def test_the_mean_level_counts_from_the_start() -> None:
    """700 on Monday morning, five fewer with every hour worked."""
    record = run(today(*QUIET, *NO_ARRIVALS, **charts(700)), 0)
    hours, level = 0.0, 700
    for hour in range(7 * 24):
        if hour < 5 * 24 and 8 <= hour % 24 < 16:
            level -= 5  # taken at the start of the hour
        hours += level
    [mean, *_] = column(record, "mean_level", "coding_outpatient")
    assert mean == pytest.approx(hours / (7 * 24), rel=2e-3)


def test_backlog_is_start_plus_in_less_out() -> None:
    record = run(today(*QUIET, volume=0.03, **charts(900)), 0)
    level, arrived, finished = (
        np.array(column(record, name, "coding_outpatient"))
        for name in ("backlog", "arrived", "finished")
    )
    start = column(record, "opening", "coding_outpatient")[0]
    assert start == 900
    assert arrived[1:].min() > 100, "there is something to add up"
    in_hand = start + np.cumsum(arrived) - np.cumsum(finished) - level
    assert set(in_hand[:-1].tolist()) == {5}, "that of each of five people, on Monday mornings"


@pytest.mark.parametrize("replication", range(3))
def test_every_replication_has_the_counts_and_amounts_written(replication: int) -> None:
    scene = today()
    record = run(scene, replication)
    for line in OPEN_WORK:
        assert column(record, "opening", line["queue"])[0] == line["count"]
    stock, state = record.stock, scene.state
    assert state is not None
    lines = [line.said for part in (open_work(state), at_payers(state)) for line in part]
    written = [(w["payer"], w["count"], w["amount_usd"]) for w in [*OPEN_WORK, *AT_PAYERS]]
    assert sorted((line.payer, line.count, line.amount_usd) for line in lines) == sorted(written)
    ends = np.cumsum([0, *(line.count for line in lines)])
    left = stock["expected"] - stock["paid_before_cents"]
    for line, start, end in zip(lines, ends, ends[1:], strict=False):
        assert left[start:end].sum() == round(100 * line.amount_usd)
        assert left[start:end].min() > 0
        payers = {record.facts.payers[p] for p in stock["payer"][start:end]}
        assert payers == {line.payer}


def test_ages_are_spread_over_their_band() -> None:
    """Charts that are complete a day after the service: 0 to 6 days in the queue, all of them."""
    days = run(today(), 0).stock["day"][:120]
    assert set((-days - 1).tolist()) == set(range(7))


def test_a_smaller_hospital_has_its_part_by_largest_remainder() -> None:
    """A tenth of 447 claims is 45: 12, 3, 1.2, 4, 2.5, 9, 3.5, 8, 1.5, of which 2 are left over."""
    record = run(today(scale=0.1, volume=0.2), 0)
    opening = [column(record, "opening", queue)[0] for queue in record.facts.queues]
    exact = [line["count"] / 10 for line in OPEN_WORK]
    assert sum(opening) == 45
    assert sorted(opening) == sorted([12, 3, 1, 4, 3, 9, 4, 8, 1])
    assert all(abs(n - x) < 1 for n, x in zip(opening, _by_queue(exact), strict=True))


def _by_queue(values: list[float]) -> list[float]:
    order = [
        "coding_inpatient",
        "coding_outpatient",
        "cdi_query",
        "edits",
        "records",
        "denials_technical",
        "denials_clinical",
        "follow_up",
        "underpayments",
    ]
    found = {line["queue"]: v for line, v in zip(OPEN_WORK, values, strict=True)}
    return [found[name] for name in order]


@pytest.mark.parametrize("drain", [0, 400])
def test_every_dollar_of_the_stock_is_kept(drain: int) -> None:
    """Expected and gained is paid, lost, in a named gap, or open: claim by claim."""
    for replication in range(3):
        record = run(today(f"drain_days={drain}"), replication)
        stock = record.stock
        left = stock["expected"] + stock["over_cents"]
        for name in (
            "paid_cents",
            "loss_cents",
            "under_cents",
            "cdi_cents",
            "short_cents",
            "takeback_cents",
            "open_cents",
        ):
            left = left - stock[name]
        assert (left == 0).all()
        if drain:
            assert not stock["open_cents"].any(), "everything comes to an end"


def test_cash_of_the_stock_is_cash_of_the_run() -> None:
    """What comes in is what is paid on all claims, less what had been paid before."""
    record = run(
        today(
            "hospital.inpatient.audit_finding_share=0",
            "hospital.outpatient.audit_finding_share=0",
            "people.unsupported_found_share=0",
        ),
        0,
    )
    stock, claims = record.stock, record.claims
    paid = claims["paid_cents"].sum() + stock["paid_cents"].sum()
    came = paid - stock["paid_before_cents"].sum()
    assert round(100 * record.days["cash_usd"].sum()) == came
    assert stock["paid_cents"].sum() > 2 * stock["paid_before_cents"].sum() > 0


def test_rates_by_day_of_service_leave_the_stock_out() -> None:
    """No claim of the run is there yet on the first day; the receivables are those of the stock."""
    scene = today(*NO_ARRIVALS)
    record = run(scene, 0)
    assert not len(record.claims["day"])
    view = View(record)
    stock = record.stock
    left = (stock["expected"] - stock["paid_before_cents"]) / 100
    gone = (stock["closed_day"] == 0).nonzero()
    assert len(gone[0]) > OPEN_WORK[-1]["count"], "those paid short, and what is paid on the day"
    assert view.receivable_usd[0] == pytest.approx(left.sum() - left[gone].sum())
    assert view.unbilled_usd[0] < view.receivable_usd[0]
    kpis = outcome(record).kpis
    assert kpis["money.expected_usd"] == 0
    assert kpis["money.cash_usd"] > 0


def test_what_is_due_runs_on() -> None:
    """Appeals that are 59 of 60 days old are lost tomorrow if nobody comes: nobody is there."""
    old = {**OPEN_WORK[6], "age_from_days": 59, "age_to_days": 59}
    young = {**OPEN_WORK[6], "age_from_days": 2, "age_to_days": 2}
    scene = today("teams.clinical.headcount=0", *NO_ARRIVALS, open_work=[old, young], at_payers=[])
    stock = run(scene, 0).stock
    closed = stock["closed_day"]  # in the order of what the lines say: 2 stands before 59
    assert set(closed[:35].tolist()) == {58}
    assert set(closed[35:].tolist()) == {1}
    assert not (stock["paid_cents"] - stock["paid_before_cents"]).any()


def test_claims_at_payers_are_answered_after_they_were_sent() -> None:
    """Medicare answers after 14 to 16 days: what went out 10 days ago comes within a week."""
    line = {**AT_PAYERS[0], "payer": "medicare", "from_date": "2025-02-21", "to_date": "2025-02-21"}
    scene = today(*NO_ARRIVALS, *faultless("generalist"), open_work=[], at_payers=[line])
    closed = run(scene, 0).stock["closed_day"]
    assert set(closed.tolist()) <= {4, 7}, "Friday, and Monday for what was due at the weekend"
    assert {4, 7} <= set(closed.tolist())


def test_silence_of_more_than_a_month_is_followed_up() -> None:
    """All that a payer never got is found by somebody who asks, and paid in the end."""
    line = {**OPEN_WORK[7], "payer": "medicare", "age_from_days": 30, "age_to_days": 60}
    scene = today(
        *NO_ARRIVALS,
        *faultless("generalist"),
        "drain_days=200",
        "teams.ar.headcount=2",
        open_work=[line],
        at_payers=[],
    )
    record = run(scene, 0)
    assert sum(column(record, "finished", "follow_up")) == line["count"]
    assert not record.stock["loss_cents"].any()


def test_people_on_their_way_come_when_they_should() -> None:
    """A class of 24 February, a position of 20 of 45 days, one for 1 April: on top of the team."""
    scene = today(
        "teams.ar.headcount=4",
        "vendors.generalist.turnover.annual_rate=0",
        "vendors.generalist.hiring.time_to_fill_days=45",
        "vendors.generalist.hiring.class_every_days=0",
        "vendors.generalist.hiring.classroom_days=14",
        requisitions=[
            {"team": "ar", "people": 2, "days_open": 20},
            {"team": "ar", "expected_start": "2025-04-01", "certification": "CPC"},
        ],
        classes=[{"team": "ar", "people": {"none": 1, "CCS": 2}, "started": "2025-02-24"}],
    )
    record = run(scene, 0)
    mine = [i for i, team in enumerate(record.agents["team"]) if team == "ar"]
    hired = [record.agents["hired"][i] for i in mine]
    assert sorted(hired)[-6:] == ["2025-02-24"] * 3 + ["2025-03-28"] * 2 + ["2025-04-01"]
    held = {
        record.agents["certification"][i] for i in mine if record.agents["hired"][i] == "2025-04-01"
    }
    assert held == {"CPC"}
    taught = [i for i in mine if record.agents["hired"][i] == "2025-02-24"]
    assert sorted(record.agents["certification"][i] for i in taught) == ["CCS", "CCS", "none"]
    assert {record.agents["ready_day"][i] for i in taught} == {7.0}, "on 10 March"
    plans = {
        p
        for p, team in zip(record.weeks["plan"], record.weeks["team"], strict=True)
        if team == "ar"
    }
    assert plans == {10.0}
    assert scene.start.isoformat() == START
