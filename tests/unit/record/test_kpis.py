"""Every KPI of a record small enough to be worked out on paper."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from sim.record.kpis import FAMILIES, KPIS, kpi, outcome
from sim.record.record import ACCOUNT, AGE_BANDS, Facts, Outcome, Record
from sim.record.views import View

STAGES = (
    "waiting",
    "held",
    "queried",
    "ready",
    "submitted",
    "rejected",
    "asked",
    "denied",
    "paid",
    "closed",
)
PAID, CLOSED, DENIED, WAITING, ASKED = 8, 9, 7, 0, 6
CAUSES = (
    "final_denial",
    "not_worked",
    "timely_filing",
    "records_request",
    "given_up",
    "under_coding",
    "cdi_gap",
    "over_coding",
    "short_pay",
    "takeback",
)
NONE, FIRST_PAID, REJECTED, FIRST_ASKED, FIRST_DENIED = range(5)
DEFAULTS = {
    "setting": 1,
    "payer": 0,
    "paid_cents": 0,
    "under_cents": 0,
    "cdi_cents": 0,
    "over_cents": 0,
    "short_cents": 0,
    "takeback_cents": 0,
    "loss_cents": 0,
    "loss_cause": -1,
    "closed_day": -1,
    "wrong": 0,
    "touches": 1,
    "denied_for": -1,
    "edited": 0,
    "open_cents": 0,
    "mended": 0,
    "adjudicated": 1,
    "appealed": 0,
    "first_touch_minutes": 2 * 1440,
}

# Eight claims inside the window (days 10 to 80), one before and one after it. USD in comments.
CLAIMS = [
    # 200 expected, 20 lost by under-coding, paid at once
    {
        "day": 10,
        "expected": 20000,
        "stage": PAID,
        "first_outcome": FIRST_PAID,
        "first_day": 15,
        "closed_day": 30,
        "paid_cents": 18000,
        "under_cents": 2000,
        "wrong": 1,
        "first_touch_minutes": 0,
    },
    # 1000, paid 10 % too high, of which 300 was taken back; an inpatient
    {
        "day": 20,
        "expected": 100000,
        "setting": 0,
        "stage": PAID,
        "first_outcome": FIRST_PAID,
        "first_day": 26,
        "closed_day": 40,
        "paid_cents": 80000,
        "over_cents": 10000,
        "takeback_cents": 30000,
        "wrong": 1,
        "touches": 2,
    },
    # 500, rejected, mended, paid 50 short
    {
        "day": 30,
        "expected": 50000,
        "stage": PAID,
        "first_outcome": REJECTED,
        "first_day": 34,
        "closed_day": 60,
        "paid_cents": 45000,
        "short_cents": 5000,
        "touches": 3,
        "edited": 1,
    },
    # 400, asked for records, lost
    {
        "day": 40,
        "expected": 40000,
        "stage": CLOSED,
        "first_outcome": FIRST_ASKED,
        "first_day": 45,
        "closed_day": 90,
        "loss_cents": 40000,
        "loss_cause": 3,
        "touches": 2,
    },
    # 600, denied for category 1, won back
    {
        "day": 50,
        "expected": 60000,
        "stage": PAID,
        "first_outcome": FIRST_DENIED,
        "first_day": 54,
        "closed_day": 95,
        "paid_cents": 60000,
        "denied_for": 1,
        "touches": 2,
        "appealed": 1,
    },
    # 300, denied for category 0, lost for good
    {
        "day": 50,
        "expected": 30000,
        "stage": CLOSED,
        "first_outcome": FIRST_DENIED,
        "first_day": 57,
        "closed_day": 99,
        "loss_cents": 30000,
        "loss_cause": 0,
        "denied_for": 0,
        "touches": 2,
    },
    # 700, denied and still open; an inpatient
    {
        "day": 60,
        "expected": 70000,
        "setting": 0,
        "stage": DENIED,
        "first_outcome": FIRST_DENIED,
        "first_day": 66,
        "open_cents": 70000,
        "denied_for": 1,
        "appealed": 1,
    },
    # 100, not coded yet
    {
        "day": 79,
        "expected": 10000,
        "stage": WAITING,
        "first_outcome": NONE,
        "first_day": -1,
        "wrong": -1,
        "touches": 0,
        "open_cents": 10000,
        "adjudicated": 0,
        "first_touch_minutes": -1,
    },
    # outside the window
    {
        "day": 9,
        "expected": 77700,
        "stage": PAID,
        "first_outcome": FIRST_PAID,
        "first_day": 12,
        "closed_day": 20,
        "paid_cents": 77700,
        "first_touch_minutes": 99999,
    },
    {
        "day": 80,
        "expected": 88800,
        "stage": ASKED,
        "first_outcome": FIRST_ASKED,
        "first_day": 85,
        "open_cents": 88800,
    },
]


def record(claims: list[dict[str, int]] = CLAIMS) -> Record:
    by_day = sorted(claims, key=lambda claim: claim["day"])
    rows = [{**DEFAULTS, "key": i, **claim} for i, claim in enumerate(by_day)]
    columns = {
        name: np.array([r[name] for r in rows], np.int64)
        for name in ("key", "day", "expected", "stage", "first_outcome", "first_day", *DEFAULTS)
    }
    facts = Facts(
        start="2025-01-01",
        scale=0.5,
        horizon_days=100,
        kpi_from_days=10,
        kpi_until_days=20,
        end_days=800,
        care_cost_share=0.5,
        payers=("only",),
        filing_limit_days=(365,),
        wait_bin_starts=(0.0, 1.0, 2.0, 4.0),
        cost_of_capital_per_year=0.1,
        settings=("inpatient", "outpatient"),
        stages=STAGES,
        causes=CAUSES,
        categories=("REG", "DATA", "DUP"),
        queues=("coding", "denials"),
        month_of_day=tuple(min(d // 31, 3) for d in range(100)),
        month_starts=("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"),
    )
    days = {
        "cash_usd": np.full(100, 30.0),
        "fees_usd": np.full(100, 2.0),
        "claim_fees_usd": np.full(100, 0.25),
        "hospital_usd": np.full(100, 3.0),
        "query_usd": np.full(100, 0.5),
        "one_off_usd": np.where(np.arange(100) == 8, 40.0, 0.0),
        "submitted": np.full(100, 0.5),
    }
    weeks = {
        "day": [0, 7, 14],
        "team": ["a"] * 3,
        "plan": [4.0] * 3,
        "employed": [4.0, 3.0, 4.0],
        "producing": [4.0, 3.0, 3.0],
        "pipeline": [0, 1, 0],
        "knowledge": [2.0, 1.5, 2.1],
        "client": [1.0, 0.9, 1.5],
        "certified_share": [1.0, 1.0, 2.0],
        "busy_minutes": [600.0, 500.0, 720.0],
        "productive_minutes": [800.0, 700.0, 900.0],
        "paid_hours": [32.0, 30.0, 40.0],
        "scheduled_hours": [30.0, 28.0, 36.0],
        "billed_hours": [30.0, 28.0, 35.0],
        "annual_rate": [0.4] * 3,
        "exhaustion": [9.0, 9.0, 0.6],
        "touch_share": [9.0, 9.0, 2.7],
        "volume": [9.0, 9.0, 14.0],
        "workload_hours": [9.0, 9.0, 7.0],
        "required": [9.0, 9.0, 2.0],
    }
    queues = {
        "week": [0, 0, 2, 2],
        "week_start": ["x"] * 4,
        "queue": ["coding", "denials", "coding", "denials"],
        "opening": [0, 0, 0, 0],
        "arrived": [9, 9, 14, 3],
        "finished": [9, 9, 10, 4],
        "backlog": [0, 0, 4, 0],
        "oldest_days": [0.0] * 4,
        "wait_days": [9.0, 9.0, 1.5, 3.0],
        "mean_level": [9.0, 9.0, 2.0, 1.5],
        "days": [7, 7, 7, 7],
        "taken": [9, 9, 10, 4],
        "in_time": [0, 0, 6, 1],
        "missed": [5, 5, 2, 1],
        "busy_minutes": [0.0, 0.0, 96.0, 97.0],
        "productive_minutes": [0.0, 0.0, 100.0, 100.0],
        **{band: [0] * 4 for band in AGE_BANDS},
    }
    agents = {
        "agent": ["a-0", "a-1", "a-2"],
        "team": ["a"] * 3,
        "vendor": ["v"] * 3,
        "certification": ["none", "CPC", "none"],
        "hired": ["2024-01-01"] * 3,
        "left": ["", "2025-02-20", ""],
        "reason": ["", "quit", ""],
        "tenure_days": [300.0, 250.0, 50.0],
        "knowledge_domain": [0.5] * 3,
        "knowledge_client": [0.5] * 3,
        "items": [5, 5, 3],
        "errors": [1, 0, 1],
        "busy_hours": [10.0] * 3,
        "productive_hours": [12.0] * 3,
        "entry_certification": ["none"] * 3,
        "start_age_days": [200.0, 200.0, 0.0],
        "hours_share": [1.0, 1.0, 1.0],
        "hired_day": [-200.0, -200.0, 50.0],
    }
    totals = {
        "breach_expected_usd": 0.0,
        "breach_drawn_usd": 0.0,
        "recruiting_usd": 100.0,
        "programme_usd": 300.0,
        "training_usd": 60.0,
        "wages_usd": 5000.0,
        "window_fees_usd": 20.0,
        "window_query_usd": 30.0,
        "left_work_usd": 5.0,
    }
    cohorts = {
        name: []
        for name in ("day", "date", "cohort", "people", "knowledge_domain", "knowledge_client")
    }
    waits = {"coding": np.array([2, 4, 4, 0]), "denials": np.array([0, 0, 3, 1])}
    lines = dict.fromkeys(ACCOUNT, np.full(100, 0.125)) | {"fees_usd": np.full(100, 2.25)}
    accounts = {"v": lines, "w": {item: usd * (np.arange(100) > 40) for item, usd in lines.items()}}
    return Record(facts, columns, days, weeks, queues, cohorts, waits, agents, totals, accounts)


@pytest.fixture(scope="module")
def result() -> Outcome:
    return outcome(record())


AR_USD_DAYS = 15 * 200 + 14 * 1000 + 26 * 500 + 35 * 400 + 26 * 600 + 23 * 300 + 14 * 700 + 8 * 777
A_YEAR, A_YEAR_OF_THE_RUN = 365.25 / 70 / 0.5, 365.25 / 100 / 0.5
"""What a dollar of the 70 days of the window, or of the 100 of the run, is a year at scale 1."""
EXPECTED = {
    # seven of the eight claims of the window have had an answer
    "claims.first_pass_payment_rate": 2 / 7,
    "claims.rejection_rate": 1 / 7,
    "claims.rfi_rate": 1 / 7,
    "denials.initial_rate": 3 / 7,
    "denials.initial_with_duplicates_rate": 3 / 7,
    "denials.first_answer_rate": 3 / 7,
    "claims.clean_claim_rate": 6 / 7,
    "claims.untouched_rate": 6 / 7,
    "denials.initial_usd_rate": 1600 / 3700,
    "denials.initial_with_rfi_usd_rate": 2000 / 3700,
    "denials.write_off_rate": 700 / 2030,
    "appeals.won_rate": 1.0,
    "denials.final_rate": 700 / 3800,
    "denials.overturned_rate": 1 / 2,
    "denials.category.REG": 1 / 7,
    "denials.category.DATA": 2 / 7,
    "quality.coding_accuracy": 5 / 7,
    # Served on day d and sent on day f: in A/R but not billed at the end of f − d days. The one of
    # day 9 is so on days 10 and 11, the one not coded on day 79.
    "money.dnfb_days": (
        5 * 200 + 6 * 1000 + 4 * 500 + 5 * 400 + 4 * 600 + 7 * 300 + 6 * 700 + 1 * 100 + 2 * 777
    )
    / 3800,
    # Sent on day f and closed on day e: billed and open at the end of e − f days, to day 79 at
    # most.
    # Only the 400 are older than 30 days, on days 71 to 79.
    "money.ar_aged_share.31_60": 9 * 400 / AR_USD_DAYS,
    "money.ar_aged_share.0_30": 1 - 9 * 400 / AR_USD_DAYS,
    "money.ar_over_90_share": 0.0,
    # money: 3800 expected; what is still open brings nothing
    "money.expected_usd": A_YEAR * (3800.0),
    "money.paid_usd": A_YEAR * (180 + 800 + 450 + 600.0),
    "money.open_usd": A_YEAR * (800.0),
    "money.loss_usd.under_coding": A_YEAR * (20.0),
    "money.loss_usd.over_coding": A_YEAR * (-100.0),
    "money.loss_usd.takeback": A_YEAR * (300.0),
    "money.loss_usd.short_pay": A_YEAR * (50.0),
    "money.loss_usd.records_request": A_YEAR * (400.0),
    "money.loss_usd.final_denial": A_YEAR * (300.0),
    "money.loss_usd.not_worked": A_YEAR * (0.0),
    "money.leakage.final_denial": 300 / 3800,
    "audit.takeback": 300 / 3800,
    "money.fees_usd": A_YEAR * (70 * 2.0 + 20),
    "money.left_work_usd": A_YEAR * (5.0),
    "money.cash_usd": A_YEAR * (70 * 30.0),
    "money.hospital_usd": A_YEAR * (70 * 3.0 + 30),
    "money.care_saved_usd": A_YEAR * (0.0),
    "money.cost_per_transaction": (160 + 5) / 7,
    "money.cost_to_collect": (160 + 5 + 240) / 2030,
    "money.tco": A_YEAR * (160 + 5 + 240 + 40 + 700 + 800.0),
    "money.tco_with_revenue": A_YEAR * (160 + 5 + 240 + 40 + 700 + 800 + 20 + 50 + 300.0),
    "money.net_revenue_realisation": 2030 / 3800,
    "money.leakage": 1770 / 3800,
    "money.leakage.open": 800 / 3800,
    "money.average_revenue_per_case": 800 / 2,
    # work
    "work.touches_per_claim": 13 / 8,
    "work.rework_share": 6 / 13,
    "work.days_to_submission": (5 + 6 + 4 + 5 + 4 + 7 + 6) / 7,
    "work.days_to_first_touch": (0 + 6 * 2) / 7,
    "work.backlog_days.coding": 2.0 * 7 / 10,
    "work.backlog_days.denials": 1.5 * 7 / 4,
    "work.wait_days.coding": 1.5,
    "work.wait_days.denials": 3.0,
    # Coding: two items in [0, 1), four in [1, 2), four in [2, 4); the fifth lies at 1.75.
    "work.wait_p50_days.coding": 1.75,
    "work.wait_p90_days.coding": 3.5,
    "work.wait_p50_days.denials": 2 + 2 * 2 / 3,
    "work.wait_p90_days.denials": 4.0,
    "work.in_time_share.coding": 0.6,
    "work.in_time_share.denials": 0.25,
    # Two coding items were missed by a team that had time to spare, one denial by one without.
    "work.undone_share.coding": 4 / 14,
    "work.undone_share.denials": 1 / 3,
    "work.touches_per_paid_hour": 14 / 35,
    # people: only the last week starts on day 10 or later
    "people.headcount": 4.0 / 0.5,
    "people.turnover": 1 / (4.0 * 90 / 365.25),
    "people.turnover_expected": 0.4,
    "people.vacancy_share": 0.0,
    "people.occupancy": 720 / 900,
    "people.scheduled_of_paid": 36 / 40,
    "people.productive_of_scheduled": 15 / 36,
    "people.busy_of_paid": 12 / 40,
    "people.mean_knowledge": 0.7,
    "people.client_knowledge": 0.5,
    "people.certified_share": 2 / 3,
    "people.exhaustion": 0.6 / 3,
    "people.touch_share": 2.7 / 3,
    "people.mean_tenure": 175.0,
    "people.wages_usd": A_YEAR_OF_THE_RUN * 5000,
    "people.turnover_cost_usd_per_year": A_YEAR_OF_THE_RUN * 160,
    "people.turnover_cost_usd_per_leaver": 160.0,
    "people.programme_usd_per_year": A_YEAR_OF_THE_RUN * 300,
    # vendors: one for all 70 days of the window, one for the last 39 of them, at scale 0.5
    "vendor.margin_usd": A_YEAR * 109 * 1.5,
    "vendor.margin_share": 1.5 / 2.25,
}


def test_people_beyond_the_plan_fill_no_other_position() -> None:
    seen = record()
    weeks = seen.weeks | {"employed": [6.0, 3.0, 2.0], "day": [70, 70, 77], "team": ["a", "b", "a"]}
    weeks["annual_rate"], weeks["plan"] = [0.4, 0.2, 0.4], [4.0, 4.0, 4.0]
    kpis = outcome(replace(seen, weeks=weeks)).kpis
    assert kpis["people.vacancy_share"] == pytest.approx((0 + 1 + 2) / 12)
    assert kpis["people.turnover_expected"] == pytest.approx((0.4 + 0.2 + 0.4) / 3)


@pytest.mark.parametrize("name", EXPECTED)
def test_kpi_is_the_figure_on_paper(name: str, result: Outcome) -> None:
    assert result.kpis[name] == pytest.approx(EXPECTED[name], rel=1e-12, abs=1e-12)


def test_receivables_are_what_is_served_and_not_closed(result: Outcome) -> None:
    daily = View(record()).receivable_usd
    assert daily[8] == 0.0
    assert daily[9] == 777.0
    assert daily[20] == pytest.approx(777 + 200 + 1000 - 777)
    assert daily[99] == pytest.approx(700 + 100 + 888)
    window = daily[10:80]
    k = result.kpis
    assert k["money.days_in_ar"] == pytest.approx(window.mean() / (3800 / 70))
    cost = k["money.fees_usd"] + k["money.hospital_usd"] + A_YEAR * (5.0 + 40.0)
    capital = A_YEAR * window.sum() / 365.25 * 0.1
    value = k["money.paid_usd"] - cost - capital
    assert k["money.net_value_usd"] == pytest.approx(value)


def test_identities_hold(result: Outcome) -> None:
    k = result.kpis
    assert sum(
        k[name]
        for name in (
            "claims.first_pass_payment_rate",
            "claims.rejection_rate",
            "claims.rfi_rate",
            "denials.first_answer_rate",
        )
    ) == pytest.approx(1.0, abs=1e-15)
    losses = sum(v for name, v in k.items() if name.startswith("money.loss_usd."))
    assert k["money.paid_usd"] + k["money.open_usd"] + losses == pytest.approx(A_YEAR * 3800)
    parts = sum(v for name, v in k.items() if name.startswith("money.leakage."))
    assert parts == pytest.approx(k["money.leakage"])


def test_denials_are_counted_at_the_first_adjudication() -> None:
    """A claim that was rejected first may be denied then; duplicates are told apart (HFMA)."""
    at = {"expected": 10000, "stage": PAID, "first_day": 25, "closed_day": 60, "paid_cents": 10000}
    claims = [
        {**at, "day": 20, "first_outcome": REJECTED, "denied_for": 0},  # mended, and then denied
        {**at, "day": 21, "first_outcome": FIRST_DENIED, "denied_for": 2},  # a duplicate
        {**at, "day": 22, "first_outcome": FIRST_PAID},
        {**at, "day": 23, "first_outcome": FIRST_DENIED, "denied_for": 1, "expected": 30000},
        {**at, "day": 24, "first_outcome": REJECTED, "adjudicated": 0},
    ]
    k = outcome(record(claims)).kpis
    assert k["denials.initial_rate"] == pytest.approx(2 / 4)
    assert k["denials.initial_with_duplicates_rate"] == pytest.approx(3 / 4)
    assert k["denials.first_answer_rate"] == pytest.approx(2 / 5)
    assert k["denials.initial_usd_rate"] == pytest.approx(400 / 600)
    categories = [k[f"denials.category.{c}"] for c in ("REG", "DATA", "DUP")]
    assert categories == pytest.approx([1 / 4, 1 / 4, 1 / 4])
    assert sum(categories[:2]) == pytest.approx(k["denials.initial_rate"])


def test_what_is_caught_before_release_makes_no_claim_unclean() -> None:
    """Clean is what nobody touches between release and acceptance; untouched, what nobody mends."""
    at = {"expected": 10000, "stage": PAID, "first_day": 25, "closed_day": 60, "paid_cents": 10000}
    claims = [
        {**at, "day": 20, "first_outcome": FIRST_PAID, "mended": 1},  # caught by the vendor
        {**at, "day": 21, "first_outcome": FIRST_PAID, "edited": 1},  # stopped by the scrubber
        {**at, "day": 22, "first_outcome": REJECTED},
        {**at, "day": 23, "first_outcome": FIRST_DENIED, "denied_for": 1},  # accepted, then denied
    ]
    k = outcome(record(claims)).kpis
    assert k["claims.clean_claim_rate"] == pytest.approx(2 / 4)
    assert k["claims.untouched_rate"] == pytest.approx(1 / 4)


def test_receivables_grow_old_day_by_day() -> None:
    """100 USD served on day 0 and sent on day 1 stay open: of 99 days, 30 are within 30 days, and
    nine beyond 90; another 300 USD are open on days 52 to 59, within 10 days of their service."""
    made = record(
        [
            {
                "day": 0,
                "expected": 10000,
                "stage": DENIED,
                "first_outcome": FIRST_DENIED,
                "first_day": 1,
                "denied_for": 0,
                "open_cents": 10000,
            },
            {
                "day": 50,
                "expected": 30000,
                "stage": PAID,
                "first_outcome": FIRST_PAID,
                "first_day": 52,
                "closed_day": 60,
                "paid_cents": 30000,
            },
        ]
    )
    facts = replace(made.facts, kpi_from_days=0, kpi_until_days=0)
    k = outcome(replace(made, facts=facts)).kpis
    total = 99 * 100 + 8 * 300
    aged = [
        k[f"money.ar_aged_share.{band}"]
        for band in ("0_30", "31_60", "61_90", "91_120", "over_120")
    ]
    assert aged == pytest.approx([x / total for x in (3000 + 2400, 3000, 3000, 900, 0)])
    assert k["money.ar_over_90_share"] == pytest.approx(900 / total)


def test_denials_are_told_by_month_payer_and_category() -> None:
    at = {
        "expected": 10000,
        "stage": PAID,
        "first_outcome": FIRST_DENIED,
        "first_day": 95,
        "closed_day": 99,
    }
    claims = [
        {**at, "day": 3, "denied_for": 1},
        {**at, "day": 4, "denied_for": 1, "expected": 25000},
        {**at, "day": 5, "denied_for": 0},
        {**at, "day": 6, "payer": 1, "denied_for": 1},
        {**at, "day": 7, "payer": 1, "first_outcome": FIRST_PAID},
        {**at, "day": 8, "adjudicated": 0, "first_outcome": REJECTED},
        {**at, "day": 40, "first_outcome": FIRST_PAID},  # a month without a denial
        {**at, "day": 70, "denied_for": 2},
    ]
    made = record(claims)
    facts = replace(made.facts, payers=("first", "second"))
    table = outcome(replace(made, facts=facts)).tables["denials"]
    assert list(zip(*table.values(), strict=True)) == [
        ("2025-01-01", "first", "REG", 1, 3, 1 / 3, 100.0),
        ("2025-01-01", "first", "DATA", 2, 3, 2 / 3, 350.0),
        ("2025-01-01", "second", "DATA", 1, 2, 1 / 2, 100.0),
        ("2025-03-01", "first", "DUP", 1, 1, 1.0, 100.0),
    ]


def test_nothing_to_divide_by_is_undefined_not_zero() -> None:
    k = outcome(record(claims=[])).kpis
    for name in (
        "denials.initial_rate",
        "denials.final_rate",
        "quality.coding_accuracy",
        "money.leakage",
        "work.touches_per_claim",
        "money.days_in_ar",
        "denials.overturned_rate",
        "work.days_to_submission",
    ):
        assert isnan(k[name]), name
    assert k["money.expected_usd"] == 0.0


def test_every_kpi_is_described_and_every_description_is_computed(result: Outcome) -> None:
    always = [name for name in KPIS if not name.startswith("contract.")]
    assert always == list(result.kpis)[: len(always)]
    for name in result.kpis:
        meaning = kpi(name)
        assert meaning.name == name
        assert meaning.better in ("higher", "lower", "neither")
        assert meaning.unit
        assert meaning.definition
        assert meaning.form in ("ratio of totals", "total", "mean")
        assert meaning.smallest_difference >= 0.0
    families = {name[: name.rfind(".") + 1] for name in result.kpis if name not in KPIS}
    assert families == set(FAMILIES) - {"visits."}  # which only a front end has
    for unknown in ("denials", "money.loss", "no.such", "people.turnover.x", ""):
        with pytest.raises(KeyError):
            kpi(unknown)


def test_shares_that_are_called_so_lie_between_0_and_1(result: Outcome) -> None:
    for name, value in result.kpis.items():
        if kpi(name).unit == "share" and not name.startswith("money.leakage"):
            assert 0.0 <= value <= 1.0, name


def test_the_window_can_be_chosen() -> None:
    view = View(record())
    assert len(view.everything.claims["day"]) == 10
    assert len(view.window.claims["day"]) == 8
    later = replace(record().facts, kpi_from_days=31)
    assert len(View(replace(record(), facts=later)).window.claims["day"]) == 5
    assert view.everything.between(50, 60).claims["day"].tolist() == [50, 50]


def test_monthly_rates_are_by_month_of_service(result: Outcome) -> None:
    table = result.tables["monthly"]
    rows = {
        (month, name): value
        for month, name, value in zip(table["month"], table["kpi"], table["value"], strict=True)
    }
    # Days 0–30: claims 1 to 3 and the one of day 9, all answered; days 31–61: the next four.
    assert rows[0, "claims.count"] == 4
    assert rows[0, "claims.first_pass_payment_rate"] == pytest.approx(3 / 4)
    assert rows[0, "claims.rejection_rate"] == pytest.approx(1 / 4)
    assert rows[1, "denials.initial_rate"] == pytest.approx(3 / 4)
    assert rows[1, "quality.coding_accuracy"] == 1.0
    assert rows[0, "people.headcount"] == pytest.approx(11 / 3)
    assert rows[0, "people.occupancy"] == pytest.approx(1820 / 2400)
    # Only one of the two claims of the third month is answered: its rates would be premature.
    assert (2, "denials.initial_rate") not in rows
    assert rows[2, "claims.count"] == 2
    assert rows[3, "money.cash_usd"] == pytest.approx(7 * 30.0)
    assert set(zip(table["month"], table["month_start"], strict=True)) <= {
        (0, "2025-01-01"),
        (1, "2025-02-01"),
        (2, "2025-03-01"),
        (3, "2025-04-01"),
    }


def test_every_claim_of_the_window_flows_somewhere(result: Outcome) -> None:
    rows = list(zip(*result.tables["flow"].values(), strict=True))
    assert rows == [
        ("none", "open", 1, 0),
        ("paid", "paid", 2, 3),
        ("rejected", "paid", 1, 3),
        ("asked", "records_request", 1, 2),
        ("denied", "paid", 1, 2),
        ("denied", "final_denial", 1, 2),
        ("denied", "open", 1, 1),
    ]


def test_money_by_week_adds_up(result: Outcome) -> None:
    money = result.tables["money"]
    assert money["week"] == list(range(15))
    assert money["week_start"][:2] == ["2025-01-01", "2025-01-08"]
    assert money["cash_usd"] == [210.0] * 14 + [60.0]
    assert money["fees_usd"][3] == 7 * 2.25
    assert money["hospital_usd"][3] == pytest.approx(7 * 3.5)
    assert money["one_off_usd"] == [0.0, 40.0] + [0.0] * 13
    assert money["accrued_usd"][1] == pytest.approx(777 + 180)  # services of days 9 and 10
    assert money["accrued_usd"][8] == 0.0  # still open
    assert sum(money["accrued_usd"]) == pytest.approx(2030 + 777)


def test_a_vendors_account_adds_up_by_month(result: Outcome) -> None:
    """Fees of 2.25 a day less six costs of 0.125; the second vendor comes on day 41."""
    table = result.tables["vendor"]
    rows = list(zip(table["vendor"], table["month"], table["margin_usd"], strict=True))
    assert rows == [
        ("v", 0, 31 * 1.5),
        ("v", 1, 31 * 1.5),
        ("v", 2, 31 * 1.5),
        ("v", 3, 7 * 1.5),
        ("w", 1, 21 * 1.5),
        ("w", 2, 31 * 1.5),
        ("w", 3, 7 * 1.5),
    ]
    for i, margin in enumerate(table["margin_usd"]):
        fees, *costs = (table[item][i] for item in ACCOUNT)
        assert margin == pytest.approx(fees - sum(costs), abs=0.005)


def test_tables_have_columns_of_one_length(result: Outcome) -> None:
    for name, table in result.tables.items():
        assert len({len(column) for column in table.values()}) == 1, name
    assert list(result.tables["queues"]) == [
        "week",
        "week_start",
        "queue",
        "opening",
        "arrived",
        "finished",
        "in_time",
        "missed",
        "backlog",
        "oldest_days",
        "wait_days",
        *AGE_BANDS,
    ]


def test_answers_are_counted_by_week_of_service(result: Outcome) -> None:
    table, claims = result.tables["answers"], record().claims
    for code, name in enumerate(("paid", "rejected", "asked", "denied"), 1):
        for week, count in zip(table["week"], table[name], strict=True):
            mine = (claims["day"] // 7 == week) & (claims["first_outcome"] == code)
            assert count == mine.sum(), (name, week)
    assert (
        sum(sum(table[n]) for n in ("paid", "rejected", "asked", "denied"))
        == (claims["first_outcome"] > 0).sum()
    )


def test_lost_visits_are_losses_and_no_denials(result: Outcome) -> None:
    made = record()
    causes = (*made.facts.causes, "lost_visit", "refused_visit")
    facts = replace(made.facts, causes=causes)
    lost = {
        "expected": 50000,
        "stage": CLOSED,
        "closed_day": 30,
        "day": 30,
        "loss_cents": 50000,
        "adjudicated": 0,
    }
    extra = [
        {**lost, "loss_cause": len(causes) - 2, "first_outcome": 0, "first_day": -1},
        {**lost, "loss_cause": len(causes) - 1, "first_outcome": 0, "first_day": -1},
    ]
    found = outcome(replace(record([*CLAIMS, *extra]), facts=facts)).kpis
    assert found["visits.lost_visit"] == pytest.approx(1 / 10)  # eight claims came, two did not
    assert found["visits.refused_visit"] == pytest.approx(1 / 10)
    lost_usd = A_YEAR * 500.0
    for cause in ("lost_visit", "refused_visit"):
        assert found[f"money.loss_usd.{cause}"] == pytest.approx(lost_usd)
    assert found["money.care_saved_usd"] == pytest.approx(0.5 * 2 * lost_usd)
    expected = result.kpis["money.expected_usd"] + 2 * lost_usd
    assert found["money.expected_usd"] == pytest.approx(expected)
    for same in (
        "denials.final_rate",
        "denials.initial_rate",
        "work.touches_per_claim",
        "money.average_revenue_per_case",
    ):
        assert found[same] == pytest.approx(result.kpis[same]), same


def test_columns_may_be_read_only_and_spread_in_memory(result: Outcome) -> None:
    made = record()
    rows = np.array(list(made.claims.values())).T.copy()
    rows.flags.writeable = False
    spread = replace(made, claims=dict(zip(made.claims, rows.T, strict=True)))
    assert not any(column.flags.c_contiguous for column in spread.claims.values())
    assert repr(outcome(spread)) == repr(result)


def test_claims_out_of_order_are_refused() -> None:
    made = record()
    claims = {name: column[::-1] for name, column in made.claims.items()}
    with pytest.raises(ValueError, match="in the order of their days of service"):
        outcome(replace(made, claims=claims))
