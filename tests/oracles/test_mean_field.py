"""Shares worked out on paper (`tests/mean_field.py`) against runs.

With ample people and frozen knowledge nothing is left between the two but chance.
"""

from __future__ import annotations

from math import exp

import pytest

from sim.model.codes import CATEGORIES
from sim.model.feedback import expected_left
from sim.model.simulation import Simulation, run
from sim.record.kpis import outcome
from sim.record.record import Record
from sim.scenario.schema import Scenario
from tests.book import Book
from tests.mean_field import FEEDBACK_LIMIT, KPI, WIDTH, MeanField
from tests.scenarios import for_payers, frozen, scenario, staffed, world_of

PART = "Mean field"
DOMAIN, CLIENT = 0.62, 0.71
COLUMN = {"final_denial": "loss_cents", "under_coding": "under_cents", "cdi_gap": "cdi_cents"}


def ample(name: str, *overrides: str) -> Scenario:
    """A shipped scenario with people to spare, frozen knowledge, and payers who decide quickly.

    Half the claims are inpatient: in life they are 5 % of claims and half the money, and so few
    of them that a run of seconds says little about dollars.
    """
    quick = []
    for payer in scenario(name).payers:
        levels = ["{file_within_days: 90, decision_days: 5}"] * len(payer.appeal_levels)
        quick.append(f"payers.{payer.name}.appeal_levels=[{', '.join(levels)}]")
    return scenario(
        name,
        *frozen(name, DOMAIN, CLIENT),
        *staffed(400),
        *quick,
        *for_payers("corrected_claim_reply_days", 5),
        *for_payers("records_decision_days", "[3, 6]"),
        "hospital.inpatient.claims_per_year=170000",
        "hospital.outpatient.claims_per_year=170000",
        *overrides,
        scale=0.1,
        days=320,
        first=0,
        last=120,
    )


def realised_mixes(record: Record) -> dict[str, dict[str, float]]:
    """Part of the coding done under each certification: who happened to be hired is no error."""
    agents = record.agents
    mixes: dict[str, dict[str, float]] = {}
    for setting in ("inpatient", "outpatient"):
        done: dict[str, float] = {}
        for team, certification, items in zip(
            agents["team"], agents["certification"], agents["items"], strict=True
        ):
            if team == f"coding_{setting}":
                done[certification] = done.get(certification, 0.0) + items
        total = sum(done.values())
        mixes[setting] = {name: items / total for name, items in done.items()}
    return mixes


def standard_error(record: Record, figure: str, value: float) -> float:
    """Of a share of claims (binomial), or of a ratio of dollars (from the claims themselves)."""
    facts, claims = record.facts, record.claims
    mine = claims["day"] < facts.horizon_days - facts.kpi_until_days
    if figure not in COLUMN:
        return float((value * (1.0 - value) / mine.sum()) ** 0.5)
    worth = claims["expected"][mine].astype(float)
    gone = claims[COLUMN[figure]][mine]
    return float(((gone - value * worth) ** 2).sum() ** 0.5 / worth.sum())


def at_feedback_limit(name: str) -> list[str]:
    """No meetings; instead, the source defects that meetings leave in the end."""
    return [
        f"vendors.{name}.feedback=null",
        *(
            f"categories.{c.name}.incidence={c.incidence * FEEDBACK_LIMIT}"
            for c in scenario(name).categories
            if c.feedback
        ),
    ]


@pytest.mark.parametrize(
    ("name", "overrides"),
    [("generalist", []), ("in_house", []), ("specialized", at_feedback_limit("specialized"))],
    ids=["generalist", "in_house", "specialized at the limit of its feedback"],
)
def test_the_steady_state_is_that_of_the_mean_field(
    book: Book, name: str, overrides: list[str]
) -> None:
    model = ample(name, "denials.worked_steepness=0", *overrides)
    record = run(model, 0)
    kpis = outcome(record).kpis
    assert kpis["money.open_usd"] == 0.0
    assert kpis["denials.category.TIMELY"] == 0.0
    expected = MeanField(model, DOMAIN, CLIENT, realised_mixes(record)).answers()
    for figure, kpi in KPI.items():
        truth = getattr(expected, figure)
        error = standard_error(record, figure, truth)
        assert error < 0.15 * truth, "too few claims to say anything"
        book.agrees(f"{name}: `{kpi}`", kpis[kpi], truth, WIDTH * error, "row H3, on paper")


def test_meetings_bring_source_defects_down_to_their_floor() -> None:
    """Each meeting closes a tenth of what is left above the floor, once a denial was seen."""
    never = "vendors.specialized.feedback.relapse_half_life_days=36500"
    world = world_of(scenario("specialized", never, scale=0.1, days=300))
    Simulation(world).run()
    meetings = (300 - 1) // 14
    left = dict(zip(CATEGORIES, world.feedback.left.tolist(), strict=True))
    for category in world.scenario.categories:
        if category.feedback:
            gap = (left[category.name] - FEEDBACK_LIMIT) / (1.0 - FEEDBACK_LIMIT)
            # The first replies come after two weeks, so the first meeting or two see nothing.
            assert 0.9**meetings <= gap * (1 + 1e-9)
            assert gap <= 0.9 ** (meetings - 2) + 0.01  # hardly anything comes back in 300 days
        else:
            assert left[category.name] == 1.0


def test_knowledge_settles_where_practice_balances_forgetting() -> None:
    """K(t) → K* = μρ/(μρ + λ), with ρ what people actually worked of a full month."""
    v = "vendors.generalist"
    learn, forget = 0.5, 0.4
    model = scenario(
        "generalist",
        *frozen("generalist", 0.4, 0.2),
        f"{v}.learning={{domain_per_month: {learn}, client_per_month: 0, "
        f"forgetting_per_month: {forget}}}",
        "queues.coding_outpatient.minutes_cv=0.2",
        scale=0.1,
        days=360,
    )
    record = run(model, 0)
    agents, days = record.agents, model.horizon_days
    calendar = world_of(model).calendar
    full = calendar.productive_minutes(1.0) * calendar.workdays_per_year / 12.0 / 60.0
    months = days / (365.25 / 12.0)
    mine = [i for i, team in enumerate(agents["team"]) if team == "coding_outpatient"]
    for i in mine:
        rho = agents["busy_hours"][i] / (full * agents["hours_share"][i] * months)
        settled = learn * rho / (learn * rho + forget)
        left = exp(-(learn * rho + forget) * months)
        expected = settled + (0.4 - settled) * left
        assert agents["knowledge_domain"][i] == pytest.approx(expected, abs=0.02)
    assert len(mine) > 1


def test_what_meetings_have_mended_comes_back_with_its_half_life() -> None:
    """A meeting every 14 days against a half-life of 70: the level it settles at, on paper.

    Before a meeting, g is mended; it closes a tenth of what is left above the floor, and of what is
    mended then the part r = 0.5^(14/70) is there at the next meeting: g = r (g + c (1 − f − g)).
    """
    settled = scenario(
        "specialized",
        "vendors.specialized.feedback.relapse_half_life_days=70",
        days=1500,
        first=600,
    )
    feedback = settled.vendors[0].feedback
    assert feedback is not None
    assert feedback.every_days == 14
    r, c, f = 0.5**0.2, feedback.closes_share, feedback.floor_share
    g = r * c * (1 - f) / (1 - r * (1 - c))
    after = g + c * (1 - f - g)
    mean = sum(1 - after * 0.5 ** (day / 70) for day in range(14)) / 14
    expected = expected_left(settled, {"specialized"})
    for category in settled.categories:
        right = mean if category.feedback else 1.0
        assert expected[category.name] == pytest.approx(right, abs=0.002)
    assert expected_left(settled, set()) == dict.fromkeys(CATEGORIES, 1.0)
