"""Studies with realistic numbers that no model has run."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from sim.record.record import AGE_BANDS, Outcome, Table
from sim.scenario.load import load, shipped_file
from sim.study.replicate import StudyResult
from sim.study.store import content_of

SAID = content_of(load(shipped_file("generalist.yaml")).scenario)
QUEUES = {
    "coding_inpatient": 300,
    "coding_outpatient": 900,
    "cdi_query": 60,
    "edits": 250,
    "records": 120,
    "denials_technical": 800,
    "denials_clinical": 2400,
    "follow_up": 1500,
    "underpayments": 90,
}
LOSSES = {
    "final_denial": 0.042,
    "timely_filing": 0.006,
    "under_coding": 0.021,
    "cdi_gap": 0.013,
    "short_pay": 0.008,
    "takeback": 0.004,
    "over_coding": -0.005,
}


def fake_outcome(level: float, replication: int, months: int = 24) -> Outcome:
    """One replication; level 0 is a generalist, 1 a specialised vendor."""
    luck = np.random.default_rng((7, replication))
    noise = lambda size: float(luck.normal(0, size))  # noqa: E731
    mix = lambda low, high: low + (high - low) * level  # noqa: E731
    shared = luck.normal(0, 1)
    luck = np.random.default_rng((8, replication, round(level * 1000)))
    expected = 550e6 * (1 + 0.01 * shared)
    denied = mix(0.14, 0.043) + 0.004 * shared + noise(0.002)
    rfi, rejected = mix(0.045, 0.012) + noise(0.001), mix(0.08, 0.016) + noise(0.002)
    losses = {cause: s * expected * mix(1, 0.35) * (1 + noise(0.05)) for cause, s in LOSSES.items()}
    still_open = 0.011 * expected * mix(1, 0.5)
    paid = expected - still_open - sum(losses.values())
    kpis = {
        "claims.first_pass_payment_rate": 1 - denied - rfi - rejected,
        "claims.rejection_rate": rejected,
        "claims.rfi_rate": rfi,
        "denials.initial_rate": denied,
        "denials.first_answer_rate": denied,
        "denials.final_rate": mix(0.061, 0.019) + noise(0.002),
        "quality.coding_accuracy": mix(0.826, 0.93) + noise(0.003),
        "money.expected_usd": expected,
        "money.paid_usd": paid,
        "money.open_usd": still_open,
        "money.net_revenue_realisation": paid / expected,
        "money.net_value_usd": paid - mix(31e6, 27.5e6) * (1 + noise(0.01)),
        "money.tco": mix(31e6, 27.5e6) * (1 + noise(0.01)),
        "money.cost_per_transaction": mix(2.1, 3.4) + noise(0.05),
        "money.days_in_ar": mix(52, 44) + noise(0.5),
        "money.leakage": 1 - paid / expected,
        "money.leakage.under_coding": losses["under_coding"] / expected,
        "audit.takeback": losses["takeback"] / expected,
        "work.touches_per_paid_hour": mix(5.1, 4.2) + noise(0.05),
        "work.days_to_submission": mix(4.6, 5.3) + noise(0.1),
        "people.turnover": mix(0.39, 0.30) + noise(0.02),
        "people.mean_knowledge": mix(0.55, 0.71) + noise(0.01),
        "people.occupancy": 0.85 + noise(0.004),
        "people.turnover_cost_usd_per_year": mix(180e3, 150e3) * (1 + noise(0.1)),
        "people.turnover_cost_usd_per_leaver": mix(4200, 7900) * (1 + noise(0.05)),
        **{f"money.loss_usd.{cause}": loss for cause, loss in losses.items()},
    }
    tables = {
        "monthly": _monthly(kpis, mix(0.88, 0.96), luck, months),
        "money": _money(kpis, mix(2.7e6, 5.4e6), mix(0.3e6, 1e6), months),
        "answers": _answers(denied, rejected, rfi, months * 4),
        "queues": _queues(mix(1, 0.25), luck, months * 4),
        "agents": _agents(mix(0.9, 0.45), luck, months),
        "people": _people(mix(0.08, 0.04), luck, months * 4),
        "cohorts": _cohorts(mix(0.2, 0.35), mix(0.1, 0.5), months),
        "flow": _flow({"denied": denied, "asked": rfi, "rejected": rejected}),
    }
    return Outcome(kpis, tables)


def _monthly(kpis: dict[str, float], staffed: float, luck: np.random.Generator, n: int) -> Table:
    table: Table = {"month": [], "month_start": [], "kpi": [], "value": []}
    names = (
        "denials.initial_rate",
        "claims.first_pass_payment_rate",
        "quality.coding_accuracy",
        "people.mean_knowledge",
    )
    for month in range(n):
        start = date(2025 + month // 12, month % 12 + 1, 1).isoformat()
        drift = 0.25 * np.exp(-month / 4)
        values = {name: kpis[name] * (1 + luck.normal(0, 0.04)) for name in names}
        values["denials.initial_rate"] *= 1 + drift
        values["people.mean_knowledge"] *= 1 - drift
        values["people.headcount"] = round(180 * (staffed - 0.1 * drift) + luck.normal(0, 3))
        values["people.plan"] = 180.0
        for name, value in values.items():
            for column, v in zip(table.values(), (month, start, name, value), strict=True):
                column.append(v)
    return table


def _money(kpis: dict[str, float], fees: float, one_off: float, months: int) -> Table:
    """Cash follows what is earned by ten weeks, with the baseline's rate until then."""
    weeks = months * 4
    weekly = kpis["money.paid_usd"] / 52
    before = 0.88 * kpis["money.expected_usd"] / 52
    return {
        "week": list(range(weeks)),
        "week_start": [(date(2025, 1, 1) + timedelta(7 * w)).isoformat() for w in range(weeks)],
        "cash_usd": [weekly if week > 10 else before for week in range(weeks)],
        "accrued_usd": [weekly] * weeks,
        "fees_usd": [fees / 52] * weeks,
        "hospital_usd": [0.0] * weeks,
        "one_off_usd": [one_off, *[0.0] * (weeks - 1)],
    }


def _queues(size: float, luck: np.random.Generator, weeks: int) -> Table:
    table: Table = {"week": [], "queue": [], "backlog": [], **{band: [] for band in AGE_BANDS}}
    for queue, items in QUEUES.items():
        level = items * size * np.maximum(0.2, 1 + np.cumsum(luck.normal(0.004, 0.05, weeks)))
        for week in range(weeks):
            table["week"].append(week)
            table["queue"].append(queue)
            waiting = round(float(level[week]))
            table["backlog"].append(waiting)
            for band, part in zip(AGE_BANDS, (0.5, 0.25, 0.15, 0.07), strict=False):
                table[band].append(round(part * waiting))
            table["age_over_30"].append(waiting - sum(table[b][-1] for b in list(AGE_BANDS)[:4]))
    return table


def _answers(denied: float, rejected: float, asked: float, weeks: int) -> Table:
    """First answers to a thousand claims a week; denials rise by half for a while."""
    surge = [1.5 if 40 <= week < 45 else 1.0 + 0.02 * (-1) ** week for week in range(weeks)]
    shares = [(denied * s, rejected, asked) for s in surge]
    return {
        "week": list(range(weeks)),
        "paid": [round(1000 * (1 - sum(row))) for row in shares],
        "rejected": [round(1000 * row[1]) for row in shares],
        "asked": [round(1000 * row[2]) for row in shares],
        "denied": [round(1000 * row[0]) for row in shares],
    }


def _agents(yearly_hazard: float, luck: np.random.Generator, months: int) -> Table:
    columns = (
        "agent",
        "hired",
        "left",
        "tenure_days",
        "team",
        "vendor",
        "hired_day",
        "ready_day",
        "nested",
        "reason",
    )
    table: Table = {column: [] for column in columns}
    start, end = date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=round(months * 30.4))
    for agent in range(240):
        offset = -400 * luck.random() if agent < 120 else luck.random() * (end - start).days
        hired = start + timedelta(days=round(offset))
        stays = 365 / yearly_hazard * luck.weibull(0.75)
        gone = hired + timedelta(days=round(stays))
        if gone < start:
            continue
        left = gone.isoformat() if gone <= end else ""
        tenure = (min(gone, end) - hired).days
        first = (hired - start).days
        row = (
            agent,
            hired.isoformat(),
            left,
            tenure,
            "billing" if agent % 3 else "ar",
            "generalist",
            first,
            max(0, first + 21),
            1,
            "quit" if left else "",
        )
        for column, v in zip(table.values(), row, strict=True):
            column.append(v)
    return table


def _people(missing: float, luck: np.random.Generator, weeks: int) -> Table:
    table: Table = {"week": [], "team": [], "plan": [], "net": []}
    for team, plan in (("coding_outpatient", 60.0), ("billing", 40.0), ("ar", 25.0)):
        for week in range(weeks):
            net = plan * (0.02 - missing * min(week / 8, 1)) + float(luck.normal(0, 0.5))
            for column, v in zip(table.values(), (week, team, plan, net), strict=True):
                column.append(v)
    return table


def _cohorts(learning: float, entry: float, months: int) -> Table:
    table: Table = {"day": [], "cohort": [], "knowledge_domain": []}
    for day in range(28, months * 30, 28):
        quarters = range(min(1 + day // 91, months // 3 + 1))
        names = {f"{2025 + q // 4} Q{q % 4 + 1}": (day - 91 * q) / 30 for q in quarters}
        for cohort, age in {"opening team": 60.0, **names}.items():
            level = 1 - (1 - entry) * np.exp(-learning * age)
            for column, v in zip(table.values(), (day, cohort, float(level)), strict=True):
                column.append(v)
    return table


def _flow(shares: dict[str, float]) -> Table:
    table: Table = {
        "first": ["paid"],
        "end": ["paid"],
        "items": [30_000],
        "claims": [round(20_000 * (1 - sum(shares.values())))],
    }
    ends = {"paid": 0.7, "final_denial": 0.12, "not_worked": 0.1, "open": 0.08}
    for first, share in shares.items():
        for end, part in ends.items():
            count = round(20_000 * share * part)
            for column, v in zip(
                ("first", "end", "items", "claims"), (first, end, 3 * count, count), strict=True
            ):
                table[column].append(v)
    return table


def fake_study(names: tuple[str, ...], replications: int = 20, months: int = 24) -> StudyResult:
    """A study of any number of scenarios, from generalist to specialised in even steps."""
    levels = np.linspace(0, 1, max(len(names), 2))
    outcomes = {
        name: {r: fake_outcome(level, r, months) for r in range(replications)}
        for name, level in zip(names, levels, strict=False)
    }
    said = {name: {**SAID, "description": name} for name in names}
    hashes = dict.fromkeys(names, "")
    return StudyResult(names, outcomes, 42, (), "as asked", replications, 0, hashes, "", said)


@pytest.fixture(scope="session")
def study() -> Callable[..., StudyResult]:
    return fake_study
