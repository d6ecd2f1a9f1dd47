"""Shares worked out on paper from a scenario's parameters, without time or queues, against runs.

This is the published check (row H3 of docs/parameters.md) written again for the model as it is:
payments and payers are integrated over, first answers exclude each other, appeals go through
levels. With ample people and frozen knowledge nothing is left but chance. docs/mean_field.md says
how the figures differ from those of the script, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from sim.model.claims import CATEGORIES
from sim.model.simulation import World, run
from sim.record.kpis import outcome
from sim.record.record import Record
from sim.scenario.hospital import Payer, Setting
from sim.scenario.schema import Scenario
from tests.book import Book
from tests.scenarios import for_payers, frozen, scenario, staffed

PART = "Mean field"
# Standard errors allowed. Beyond 5 lies one run in 1.7 million for each of 24 comparisons.
WIDTH = 5.0
POINTS = 4000
DOMAIN, CLIENT = 0.62, 0.71
FEEDBACK_LIMIT = 0.45

Floats = np.ndarray
Odds = dict[str, Floats]


@dataclass(frozen=True)
class Answers:
    """Expected first answers and losses; the first five per claim, the others per dollar."""

    accuracy: float
    rejection: float
    denial: float
    rfi: float
    first_pass: float
    final_denial: float
    under_coding: float
    cdi_gap: float


def sigma(cv: float) -> float:
    """Sigma of the log of a lognormal."""
    return log(1.0 + cv * cv) ** 0.5


def payments(setting: Setting, by_dollar: bool) -> Floats:
    """Payments at the middle of equally likely slices; `by_dollar`, of slices of equal money."""
    s = sigma(setting.payment_cv)
    z = norm.ppf((np.arange(POINTS) + 0.5) / POINTS) + (s if by_dollar else 0.0)
    return setting.payment_mean_usd * np.exp(s * z - s * s / 2.0)


def incidence(model: Scenario, v: Floats) -> Odds:
    """Odds of each source defect at a payment: ∝ v^e, e from the category's dollar weight."""
    settings = (model.hospital.inpatient, model.hospital.outpatient)
    total = sum(s.claims_per_year for s in settings)

    def moment(k: float) -> float:
        return sum(
            s.claims_per_year / total * s.payment_mean_usd**k
            * exp(k * (k - 1.0) / 2.0 * sigma(s.payment_cv) ** 2)
            for s in settings
        )  # fmt: skip

    odds = {}
    for c in model.categories:

        def excess(e: float, weight: float = c.dollar_weight) -> float:
            return moment(1.0 + e) - weight * moment(e) * moment(1.0)

        e = brentq(excess, -3.0, 1.5)
        odds[str(c.name)] = np.minimum(1.0, c.incidence * v**e / moment(e))
    return odds


def win_odds(model: Scenario, payer: Payer, knowledge: float) -> dict[str, float]:
    """Chance that a worked denial of each category is won at one of its levels."""
    rules, work = model.denials, model.vendors[0].denials
    able = work.win_multiplier * (rules.knowledge_floor + (1.0 - rules.knowledge_floor) * knowledge)
    odds = {}
    for c in model.categories:
        open_to, pursued = 1, 1
        if c.path == "clinical":
            open_to = len(payer.appeal_levels)
            pursued = min(work.levels, open_to)
        steps = rules.level_factor ** np.arange(open_to)

        def short(first: float, steps: Floats = steps, target: float = c.recovery_share) -> float:
            return float(1.0 - np.prod(1.0 - first * steps) - target)

        first = brentq(short, 0.0, 1.0)
        level = np.minimum(rules.win_cap, first * able * steps[:pursued])
        odds[str(c.name)] = float(1.0 - np.prod(1.0 - level))
    return odds


def product(terms: list[Floats]) -> Floats:
    return np.prod(terms, axis=0)


class MeanField:
    """The answers to the claims of one scenario whose agents all know the same."""

    def __init__(
        self, model: Scenario, domain: float, client: float, mixes: dict[str, dict[str, float]]
    ) -> None:
        self.model = model
        self.vendor = model.vendors[0]
        self.domain = domain
        self.client = client
        self.mixes = mixes
        self.categories = {str(c.name): c for c in model.categories}
        hospital = model.hospital
        self.mended = (
            self.vendor.quality.hold_and_query_share
            * hospital.query_answered_share
            * hospital.query_resolved_share
        )

    def accuracy(self, name: str, setting: Setting) -> float:
        """Claims coded right, after internal checks."""
        quality = self.vendor.quality
        right = sum(
            part
            * (c.accuracy_floor + (c.accuracy_ceiling - c.accuracy_floor) * self.domain)
            ** setting.accuracy_exponent
            for c in self.model.certifications
            if (part := self.mixes[name].get(c.name, 0.0))
        )
        seen = min(1.0, quality.qa_sample_share * quality.qa_enrichment)
        return right + (1.0 - right) * seen * quality.qa_detection_share

    def residual(self, v: Floats, accuracy: float) -> Odds:
        """Odds of each defect in the first submission."""
        quality, people = self.vendor.quality, self.model.people
        odds = incidence(self.model, v)
        for c, part in quality.catch_share.items():
            odds[c] = odds[c] * (1.0 - part * self.client)
        entry = quality.entry_defect_share * (1.0 - self.client) + people.entry_defect_floor
        entry *= 1.0 - quality.catch_share["DATA"] * people.entry_scrub_share
        odds["DATA"] = 1.0 - (1.0 - odds["DATA"]) * (1.0 - entry)
        odds["DOC"] = odds["DOC"] * (1.0 - self.mended)
        odds["CODE"] = np.full_like(v, 1.0 - accuracy)
        odds["DUP"] = np.full_like(v, quality.duplicate_share)
        return odds

    def shares(self, payer: Payer) -> dict[str, tuple[float, float, float]]:
        """What a residual defect leads to: rejected, denied, asked about."""
        return {
            name: (
                c.reject_share,
                min(c.deny_share * payer.stringency, 1.0 - c.reject_share - c.rfi_share),
                c.rfi_share,
            )
            for name, c in self.categories.items()
        }

    def first_answers(self, odds: Odds, payer: Payer) -> tuple[float, float, float]:
        """Rejected, else denied, else asked about: means over the payments."""
        zones = self.shares(payer)
        passed = product([1.0 - odds[c] * zones[c][0] for c in odds])
        judged = product([1.0 - odds[c] * (zones[c][0] + zones[c][1]) for c in odds])
        clean = product([1.0 - odds[c] * sum(zones[c]) for c in odds])
        return (
            float(1.0 - passed.mean()),
            float((passed - judged).mean()),
            float((judged - clean).mean()),
        )

    def lost(self, odds: Odds, payer: Payer, v: Floats) -> tuple[Floats, Floats]:
        """Odds of losing a claim whole, and of losing only what a duplicate denial withheld.

        Rejections are mended sooner or later. Denials are worked in turn, the duplicate last, and
        each must be won; then a request, if there is one, must be answered well.
        """
        zones, wins = self.shares(payer), win_odds(self.model, payer, self.domain)
        answered, work = self.model.denials.records_recovery_share, self.vendor.denials
        others = [c for c in odds if c != "DUP"]
        deny = {c: odds[c] * zones[c][1] for c in odds}
        ask = {c: odds[c] * zones[c][2] for c in odds}
        won = product([1.0 - deny[c] * (1.0 - wins[c]) for c in others])
        quiet = product([1.0 - deny[c] * (1.0 - wins[c]) - ask[c] for c in others])
        undenied = product([1.0 - deny[c] for c in others])
        clean = product([1.0 - deny[c] - ask[c] for c in others])
        twice = deny["DUP"]
        worth = self.categories["DUP"].stake_share * v >= work.threshold_usd
        second = np.where(worth, wins["DUP"], 0.0)
        after = won - (won - quiet) * (1.0 - answered)
        worked_whole = (1.0 - twice) * (1.0 - after) + twice * (1.0 - won)
        worked_part = twice * (won * (1.0 - second) + second * (won - quiet) * (1.0 - answered))
        left_whole = (1.0 - twice) * (1.0 - clean) + twice * (1.0 - undenied)
        left_part = twice * undenied
        share = np.where(v >= work.threshold_usd, work.worked_share, 0.0)
        return (
            share * worked_whole + (1.0 - share) * left_whole,
            share * worked_part + (1.0 - share) * left_part,
        )

    def answers(self) -> Answers:
        """Everything, over settings and payers."""
        hospital, quality = self.model.hospital, self.vendor.quality
        settings = {"inpatient": hospital.inpatient, "outpatient": hospital.outpatient}
        claims = sum(s.claims_per_year for s in settings.values())
        money = sum(s.claims_per_year * s.payment_mean_usd for s in settings.values())
        sums = dict.fromkeys(Answers.__annotations__, 0.0)
        for name, setting in settings.items():
            right = self.accuracy(name, setting)
            per_claim = setting.claims_per_year / claims
            per_dollar = setting.claims_per_year * setting.payment_mean_usd / money
            sums["accuracy"] += per_claim * right
            odds = self.residual(payments(setting, by_dollar=False), right)
            v = payments(setting, by_dollar=True)
            weighted = self.residual(v, right)
            miscoded = {**weighted, "CODE": np.ones_like(v)}
            unmended = {**weighted, "DOC": weighted["DOC"] / (1.0 - self.mended)}
            under = (1.0 - right) * quality.under_coding_share * setting.cc_share
            under *= setting.under_coding_missed_share * setting.under_coding_payment_share
            gap = setting.cdi_gap_share * (1.0 - self.mended) * setting.cdi_gap_payment_share
            stake = self.categories["DUP"].stake_share
            for payer in self.model.payers:
                part = per_claim * payer.claims_share
                rejected, denied, asked = self.first_answers(odds, payer)
                sums["rejection"] += part * rejected
                sums["denial"] += part * denied
                sums["rfi"] += part * asked
                part = per_dollar * payer.claims_share
                whole, half = self.lost(weighted, payer, v)
                sums["final_denial"] += part * float((whole + stake * half).mean())
                kept = 1.0 - float(self.lost(miscoded, payer, v)[0].mean())
                sums["under_coding"] += part * under * kept
                kept = 1.0 - float(self.lost(unmended, payer, v)[0].mean())
                sums["cdi_gap"] += part * gap * kept
        sums["first_pass"] = 1.0 - sums["rejection"] - sums["denial"] - sums["rfi"]
        return Answers(**sums)


KPI = {
    "accuracy": "quality.coding_accuracy",
    "rejection": "claims.rejection_rate",
    "denial": "denials.initial_rate",
    "rfi": "claims.rfi_rate",
    "first_pass": "claims.first_pass_payment_rate",
    "final_denial": "denials.final_rate",
    "under_coding": "money.leakage.under_coding",
    "cdi_gap": "money.leakage.cdi_gap",
}
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
    model = ample(name, *overrides)
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
    world = World(scenario("specialized", scale=0.1, days=300), 0)
    world.run()
    meetings = (300 - 1) // 14
    left = dict(zip(CATEGORIES, world.feedback.left.tolist(), strict=True))
    for category in world.scenario.categories:
        if category.feedback:
            gap = (left[category.name] - FEEDBACK_LIMIT) / (1.0 - FEEDBACK_LIMIT)
            # The first replies come after two weeks, so the first meeting or two see nothing.
            assert 0.9**meetings <= gap * (1 + 1e-9)
            assert gap <= 0.9 ** (meetings - 2) * (1 + 1e-9)
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
    calendar = World(model, 0).calendar
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
