"""Claims are drawn as the scenario says: how many, how much, from whom, with which defects."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.model import engines, rules
from sim.model.arrivals import Arrivals, counted, counts_of
from sim.model.calendar import WorkCalendar
from sim.model.codes import CATEGORIES, SETTING_ROWS, Flag, Queue
from sim.model.draws import Draws
from sim.model.kernel.ports import Objects, rework_luck
from sim.model.kernel.rework import start_visit, visit_column
from sim.model.kernel.rows import Claim
from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from tests.digests import digests
from tests.scenarios import EVENLY, for_payers, objects, scenario, world_of

UNTOUCHED = np.ones(len(CATEGORIES))


def arrivals(model: Scenario) -> Arrivals:
    calendar = WorkCalendar(model.calendar, model.start, model.horizon_days)
    return Arrivals(model, calendar, Draws(model.seed, 0), counts_of(model))


def drawn_in(model: Scenario, days: int, left: NDArray[np.float64] = UNTOUCHED) -> Objects:
    """The rows of a hospital into which the claims of some days of service have come."""
    world = world_of(model)
    for day in range(days):
        for drawn in world.source.day_claims(day):
            world.engine.mark(world.engine.add(drawn), drawn.defects(left))
    return objects(world)


def claims_of(model: Scenario, days: int) -> list[Claim]:
    return drawn_in(model, days).claims


@pytest.fixture(scope="module")
def full_size() -> tuple[Scenario, list[Claim]]:
    """Sixty days of the hospital of full size: 57,000 claims."""
    model = scenario("generalist", scale=1)
    return model, claims_of(model, 60)


def test_a_year_expects_what_the_scenario_says() -> None:
    model = scenario("generalist", scale=0.5, days=365)
    counted = arrivals(model)
    for setting, profile in enumerate((model.hospital.inpatient, model.hospital.outpatient)):
        year = sum(counted.expected_count(day, setting) for day in range(365))
        assert year == pytest.approx(0.5 * profile.claims_per_year * 365 / 365.25)


def test_days_follow_weekday_and_month() -> None:
    model = scenario("generalist", scale=1, days=365)
    counted = arrivals(model)
    week = model.hospital.outpatient.weekday_profile
    monday = next(d for d in range(7) if (model.start + timedelta(d)).weekday() == 0)
    counts = [counted.expected_count(monday + d, 1) for d in range(7)]
    assert np.array(counts) / counts[0] == pytest.approx(np.array(week) / week[0])


@pytest.mark.parametrize("setting", [0, 1])
def test_months_have_the_volumes_written_whatever_their_days(setting: int) -> None:
    """Volumes that a hospital counted by month come out as counted, weekends or not."""
    volumes = [31000, 28000, 30000, 25000, 32000, 31000, 29000, 33000, 30500, 31500, 28500, 36500]
    model = scenario("generalist", f"hospital.arrivals.month_profile={volumes}", scale=1, days=365)
    counted = arrivals(model)
    months = [0.0] * 12
    for day in range(365):
        on = model.start + timedelta(day)
        months[on.month - 1] += counted.expected_count(day, setting)
    assert np.array(months) / months[0] == pytest.approx(np.array(volumes) / volumes[0])


@pytest.mark.parametrize(("cv", "ratio"), [(0.0, 1.0), (0.3, 10.0)])
def test_daily_counts_vary_as_gamma_poisson(cv: float, ratio: float) -> None:
    """Variance of a day's count is μ + (cv·μ)²; at μ = 100 and cv = 0.3, ten times Poisson's."""
    flat = [
        "hospital.outpatient.weekday_profile=[1, 1, 1, 1, 1, 1, 1]",
        "hospital.outpatient.claims_per_year=36525",
        "hospital.inpatient.claims_per_year=0",
        EVENLY,
        f"hospital.arrivals.day_cv={cv}",
    ]
    model = scenario("generalist", *flat, scale=1, days=1500)
    counted = arrivals(model)
    counts = np.array([len(counted.payers(day, 1)) for day in range(1500)])
    # Standard errors: mean (ratio·100/1500)^½, variance about (2/1500)^½ relative; 5 of them.
    assert counts.mean() == pytest.approx(100.0, abs=5 * (ratio * 100 / 1500) ** 0.5)
    assert counts.var() == pytest.approx(ratio * 100.0, rel=5 * (2.5 / 1500) ** 0.5)


def test_both_settings_share_the_days_luck() -> None:
    """A busy day is busy for all: the gamma factor is the day's, not the setting's."""
    flat = [
        f"hospital.{s}.{key}"
        for s in ("inpatient", "outpatient")
        for key in ("claims_per_year=365250", "weekday_profile=[1, 1, 1, 1, 1, 1, 1]")
    ]
    model = scenario("generalist", *flat, "hospital.arrivals.day_cv=0.3", scale=1, days=300)
    counted = arrivals(model)
    counts = np.array([[len(counted.payers(day, s)) for s in (0, 1)] for day in range(300)])
    # Theory: cv²/(cv² + 1/μ) = 0.99.
    assert np.corrcoef(counts.T)[0, 1] > 0.95


def test_keys_are_unique_and_say_day_and_setting(full_size: tuple[Scenario, list[Claim]]) -> None:
    _, claims = full_size
    assert len({claim.key for claim in claims}) == len(claims)
    for claim in claims[:2000]:
        assert claim.key // (2 * SETTING_ROWS) == claim.day
        assert claim.key // SETTING_ROWS % 2 == claim.setting


def test_payers_and_payments_are_as_written(full_size: tuple[Scenario, list[Claim]]) -> None:
    model, claims = full_size
    payers = np.array([claim.payer for claim in claims])
    for index, payer in enumerate(model.payers):
        error = (payer.claims_share * (1 - payer.claims_share) / len(claims)) ** 0.5
        assert abs((payers == index).mean() - payer.claims_share) < 5 * error, payer.name
        low, _, high = payer.reply_days
        days = np.array([c.reply_days for c in claims if c.payer == index])
        assert low <= days.min()
        assert days.max() <= high
        assert days.mean() == pytest.approx(sum(payer.reply_days) / 3, abs=0.3)
    for setting, profile in enumerate((model.hospital.inpatient, model.hospital.outpatient)):
        usd = np.array([c.expected for c in claims if c.setting == setting]) / 100.0
        assert np.log(usd).std() == pytest.approx(rules.lognormal_sigma(profile.payment_cv), 0.05)
        error = profile.payment_mean_usd * profile.payment_cv / len(usd) ** 0.5
        assert abs(usd.mean() - profile.payment_mean_usd) < 5 * error


def test_defects_come_as_often_and_as_large_as_written(
    full_size: tuple[Scenario, list[Claim]],
) -> None:
    model, claims = full_size
    defects = np.array([claim.defects for claim in claims])
    usd = np.array([claim.expected for claim in claims]) / 100.0
    for bit, name in enumerate(CATEGORIES):
        category = next(c for c in model.categories if c.name == name)
        mine = (defects >> bit & 1).astype(bool)
        error = (category.incidence * (1 - category.incidence) / len(claims)) ** 0.5
        assert abs(mine.mean() - category.incidence) <= 6 * error, name
        if mine.any():
            weight = usd[mine].mean() / usd.mean()
            noise = usd[mine].std() / mine.sum() ** 0.5 / usd.mean()
            assert abs(weight - category.dollar_weight) < 5 * noise + 0.02, name


def test_traits_come_as_often_as_written(full_size: tuple[Scenario, list[Claim]]) -> None:
    model, claims = full_size
    hospital = model.hospital
    for setting, profile in enumerate((hospital.inpatient, hospital.outpatient)):
        mine = [c for c in claims if c.setting == setting]
        reply = sum(p.claims_share * p.no_reply_share for p in model.payers)
        short = sum(p.claims_share * p.short_pay_share for p in model.payers)
        for bit, share in (
            (Flag.CC_AT_RISK, profile.cc_share * profile.under_coding_missed_share),
            (Flag.CDI_GAP, profile.cdi_gap_share),
            (Flag.SCRUBBER_EDIT, hospital.scrubber_edit_share),
            (Flag.NO_REPLY, reply),
            (Flag.SHORT_PAY, short),
        ):
            seen = np.mean([bool(c.flags & bit) for c in mine])
            assert abs(seen - share) <= 5 * (share * (1 - share) / len(mine)) ** 0.5


def test_feedback_takes_defects_away_and_adds_none() -> None:
    model = scenario("generalist", scale=0.2)
    bit, less = CATEGORIES.index("REG"), UNTOUCHED.copy()
    less[bit] = 0.45
    before = drawn_in(model, 20).claims
    after = drawn_in(model, 20, less).claims
    lost = 0
    for one, other in zip(before, after, strict=True):
        assert one.key == other.key
        assert one.defects | other.defects == one.defects
        assert one.defects & ~(1 << bit) == other.defects & ~(1 << bit)
        lost += one.defects != other.defects
    had = sum(c.defects >> bit & 1 for c in before)
    assert lost / had == pytest.approx(0.55, abs=5 * (0.55 * 0.45 / had) ** 0.5)


def test_a_smaller_hospitals_claims_are_the_first_of_a_bigger_ones() -> None:
    small, big = (
        claims_of(scenario("generalist", f"hospital.scale={scale}"), 10) for scale in (0.1, 0.3)
    )
    by_key = {claim.key: claim for claim in big}
    shared = [claim for claim in small if claim.key in by_key]
    assert len(shared) > 0.9 * len(small)
    for claim in shared:
        twin = by_key[claim.key]
        assert (claim.payer, claim.expected, claim.defects, claim.deny_mask, claim.minutes) == (
            twin.payer,
            twin.expected,
            twin.defects,
            twin.deny_mask,
            twin.minutes,
        )


def test_replayed_days_hold_exactly_the_counts_of_the_file(tmp_path: Path) -> None:
    model = scenario("generalist", scale=1, days=91, first=0)
    rows = ["date,setting,payer,count"]
    for day in range(91):
        on = model.start + timedelta(day)
        rows += [f"{on},outpatient,commercial,{day % 5}", f"{on},inpatient,medicare,{day % 2}"]
        if day % 3 == 0:
            rows.append(f"{on},outpatient,medicaid,2")
    file = tmp_path / "counts.csv"
    file.write_text("\n".join(rows) + "\n")
    replay = scenario("generalist", f"hospital.arrivals.file={file}", scale=1, days=91, first=0)
    by_day: dict[int, list[Claim]] = {}
    for claim in claims_of(replay, 91):
        by_day.setdefault(claim.day, []).append(claim)
    names = [p.name for p in replay.payers]
    for day in range(91):
        claims = by_day.get(day, [])
        counted = {(c.setting, names[c.payer]): 0 for c in claims}
        for claim in claims:
            counted[claim.setting, names[claim.payer]] += 1
        expected = {
            (1, "commercial"): day % 5,
            (0, "medicare"): day % 2,
            (1, "medicaid"): 2 if day % 3 == 0 else 0,
        }
        assert counted == {key: n for key, n in expected.items() if n}


def test_luck_of_later_visits_lies_in_a_row_of_its_own() -> None:
    s = drawn_in(scenario("generalist"), 3)
    claim, edits = s.claims[0], s.queues[Queue.EDITS]
    factors, lucks = [], []
    for visit in range(1, 7):
        factors.append(start_visit(s, claim, edits) / edits.minutes)
        lucks.append(rework_luck(s, claim, visit_column(claim, Queue.EDITS)))
        assert claim.visits == visit
    assert len(set(factors[:4])) == 4
    assert all(0.0 <= luck < 1.0 for luck in lucks)
    assert lucks[4] == lucks[5] == lucks[3], "beyond the last visit its numbers are used again"


def test_luck_of_an_appeal_does_not_depend_on_other_work() -> None:
    """The n-th visit to a queue has its own column, however often the claim was elsewhere."""
    s = drawn_in(scenario("generalist"), 3)
    queues = [q for q in range(len(s.queues)) if not s.queues[q].drawn]
    alone = []
    for q in queues:
        claim = s.claims[q]
        start_visit(s, claim, s.queues[q])
        alone.append(visit_column(claim, q))
    assert len(set(alone)) == len(queues), "each queue has columns of its own"
    for q, column in zip(queues, alone, strict=True):
        claim = s.claims[20 + q]
        for other in queues:
            if other != q:
                start_visit(s, claim, s.queues[other])
        start_visit(s, claim, s.queues[q])
        assert visit_column(claim, q) == column


@pytest.mark.parametrize("name", ["generalist", "five_functions_generalist"])
def test_drawn_attributes_are_those_of_the_claims(name: str) -> None:
    """What is drawn as columns comes out row by row, under the same names."""
    world = world_of(scenario(name))
    drawn = [d for day in range(3) for d in world.source.day_claims(day)]
    rows = [world.state.claims[i] for d in drawn for i in world.engine.add(d)]
    assert [row.index for row in rows] == list(range(sum(d.count for d in drawn)))
    for column in drawn[0].columns():
        given = [value for d in drawn for value in d.columns()[column].tolist()]
        assert [getattr(row, column) for row in rows] == given, column


@pytest.fixture
def file_of_counts(tmp_path: Path) -> str:
    """120 days with 40 outpatient and 10 inpatient claims each, of two payers."""
    rows, start = ["date,setting,payer,count"], scenario().start
    for day in range(120):
        on = start + timedelta(day)
        rows += [
            f"{on},outpatient,commercial,30",
            f"{on},outpatient,medicare,10",
            f"{on},inpatient,medicare,10",
        ]
    file = tmp_path / "counts.csv"
    file.write_text("\n".join(rows) + "\n")
    return f"hospital.arrivals.file={file}"


@pytest.mark.parametrize("scale", [0.1, 0.3, 1.0, 1.5, 2.0])
def test_a_replayed_hospital_of_another_size_has_its_part_of_the_claims(
    file_of_counts: str, scale: float
) -> None:
    """Each claim is there as often as the scale says on average: within five standard errors."""
    replay = arrivals(scenario("generalist", file_of_counts, scale=scale, days=120, first=0))
    found = sum(len(replay.payers(day, setting)) for day in range(120) for setting in (0, 1))
    part = scale - int(scale)
    error = (120 * 50 * part * (1 - part)) ** 0.5
    assert abs(found - 120 * 50 * scale) <= 5 * error


def test_events_of_volume_act_on_replayed_counts(file_of_counts: str) -> None:
    double = "timeline=[{kind: volume, on: 2025-02-01, factor: 2, until: 2025-02-11}]"
    replay = arrivals(scenario("generalist", file_of_counts, double, scale=1, days=120, first=0))
    counts = [len(replay.payers(day, 1)) for day in range(120)]
    assert counts == [40] * 31 + [80] * 10 + [40] * 79


def test_plans_are_made_for_the_replayed_claims(file_of_counts: str) -> None:
    """In the run 50 claims come a day, whatever `claims_per_year` says, and 4 in 10 of medicare."""
    replay = scenario("generalist", file_of_counts, scale=0.1, days=100, first=0)
    planned = counted(replay, counts_of(replay))
    assert planned.hospital.outpatient.claims_per_year == pytest.approx(40 * 365.25)
    assert planned.hospital.inpatient.claims_per_year == pytest.approx(10 * 365.25)
    shares = {p.name: p.claims_share for p in planned.payers if p.claims_share}
    assert shares == {"commercial": pytest.approx(0.6), "medicare": pytest.approx(0.4)}
    volumes = [
        f"hospital.outpatient.claims_per_year={40 * 365.25}",
        f"hospital.inpatient.claims_per_year={10 * 365.25}",
    ]
    drawn = scenario(
        "generalist",
        *volumes,
        *for_payers("claims_share", 0),
        "payers.commercial.claims_share=0.6",
        "payers.medicare.claims_share=0.4",
        scale=0.1,
        days=100,
        first=0,
    )
    plans = [
        [(t.roster.plan, t.roster.hours_share) for t in world_of(s).teams] for s in (replay, drawn)
    ]
    assert [p for p, _ in plans[0]] == [p for p, _ in plans[1]]
    assert [h for _, h in plans[0]] == pytest.approx([h for _, h in plans[1]])


# --- what payers pay ------------------------------------------------------------------------------

FACTORS = {"commercial": 2.5, "medicaid": 0.4}
NO_THRESHOLD = ["vendors.generalist.denials.threshold_usd=0"]
PRICED = [f"payers.{payer}.payment_multiplier={factor}" for payer, factor in FACTORS.items()]


def test_a_payer_pays_its_multiple_of_what_the_setting_pays() -> None:
    """Claim by claim, to the cent, and nothing else about the claims is another."""
    plain = scenario("generalist", scale=0.05)
    names = [p.name for p in plain.payers]
    usual, found = (claims_of(s, 40) for s in (plain, scenario("generalist", *PRICED, scale=0.05)))
    assert len(usual) > 1500
    for one, other in zip(usual, found, strict=True):
        factor = FACTORS.get(names[one.payer], 1.0)
        # Cents are rounded once, after the factor.
        assert abs(other.expected - factor * one.expected) <= 0.5 * factor + 0.5
        assert other.expected == one.expected or factor != 1.0
        for field in ("key", "payer", "defects", "minutes", "flags", "reply_days"):
            assert getattr(other, field) == getattr(one, field)


def test_money_follows_what_a_payer_pays() -> None:
    """All payers at twice the price: twice the money, and the same claims and answers."""
    one, other = (
        run(scenario("generalist", *NO_THRESHOLD, *more), 0)
        for more in ([], for_payers("payment_multiplier", 2))
    )
    kpis, twice = outcome(one).kpis, outcome(other).kpis
    for name in ("money.expected_usd", "money.paid_usd", "money.cash_usd"):
        assert twice[name] == pytest.approx(2 * kpis[name], rel=1e-4)
    for name in ("denials.initial_rate", "money.fees_usd", "work.touches_per_claim"):
        assert twice[name] == kpis[name]
    for name in ("money.leakage", "denials.initial_usd_rate", "denials.final_rate"):
        assert twice[name] == pytest.approx(kpis[name], rel=1e-3)


@pytest.mark.skipif(
    engines.choose().name != engines.COMPILED, reason="no compiled engine here to compare with"
)
def test_both_engines_give_the_same_record_of_payers_who_pay_unlike() -> None:
    scene = scenario("generalist", *PRICED)
    compiled = digests(run(scene, 0, engines.COMPILED))
    assert compiled == digests(run(scene, 0, engines.SIMPY))
    assert compiled["claims"] != digests(run(scenario("generalist"), 0))["claims"]


def test_a_price_of_one_is_no_price() -> None:
    plain = digests(run(scenario("generalist"), 0))
    assert digests(run(scenario("generalist", *for_payers("payment_multiplier", 1)), 0)) == plain


@pytest.mark.parametrize("value", ["0", "-1", "11", "dear"])
def test_a_price_out_of_range_is_refused(value: str) -> None:
    with pytest.raises(ScenarioError, match="payment_multiplier"):
        scenario("generalist", f"payers.medicare.payment_multiplier={value}")
