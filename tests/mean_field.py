"""Shares worked out on paper from a scenario's parameters, without time or queues.

The published check (row H3 of docs/parameters.md) adds up odds; `MeanField` is the same for the
model as it is: payments and payers are integrated over, first answers exclude each other, appeals
go through levels. `tests/oracles/test_mean_field.py` holds runs against it, docs/mean_field.md says
how the figures differ, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from sim.model.expectations import mean_accuracy, policy_loss, settled_level, settled_team
from sim.model.rules import pressure
from sim.scenario.hospital import Payer, Setting
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor

WIDTH = 5.0
"""Standard errors allowed between theory and run: beyond lies one comparison in 1.7 million."""
POINTS = 4000
"""Slices of the payments that are summed over."""
FEEDBACK_LIMIT = 0.45
"""Avoidable source defects that feedback meetings leave in the end."""

Floats = NDArray[np.float64]
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
    return sqrt(log(1.0 + cv * cv))


def payments(setting: Setting, by_dollar: bool) -> Floats:
    """Payments at the middle of equally likely slices; `by_dollar`, of slices of equal money."""
    s = sigma(setting.payment_cv)
    z = norm.ppf((np.arange(POINTS) + 0.5) / POINTS) + (s if by_dollar else 0.0)
    paid: Floats = setting.payment_mean_usd * np.exp(s * z - s * s / 2.0)
    return paid


def incidence(model: Scenario, v: Floats) -> Odds:
    """Odds of each source defect at a payment: ∝ v^e, e from the category's dollar weight."""
    settings = (model.hospital.inpatient, model.hospital.outpatient)
    total = sum(s.claims_per_year for s in settings)

    def moment(k: float) -> float:
        return sum(
            s.claims_per_year
            / total
            * s.payment_mean_usd**k
            * exp(k * (k - 1.0) / 2.0 * sigma(s.payment_cv) ** 2)
            for s in settings
        )

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


def pressed(model: Scenario, occupancy: float) -> float:
    """What pressure at this occupancy takes from everybody's accuracy."""
    people = model.people
    return people.pressure_accuracy * pressure(occupancy, people.pressure_threshold)


def product(terms: list[Floats]) -> Floats:
    out: Floats = np.prod(terms, axis=0)
    return out


class MeanField:
    """The answers to the claims of one scenario whose agents all know the same."""

    def __init__(
        self,
        model: Scenario,
        domain: float,
        client: float,
        mixes: dict[str, dict[str, float]],
        penalty: float = 0.0,
    ) -> None:
        self.model = model
        self.vendor = model.vendors[0]
        self.domain = domain
        self.client = client
        self.mixes = mixes
        self.penalty = penalty
        quality, people = self.vendor.quality, model.people
        typed = quality.entry_defect_share * (1.0 - client) + people.entry_defect_floor
        self.entry = typed * (1.0 - quality.catch_share["DATA"] * people.entry_scrub_share)
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
        levels = {c.name: c for c in self.model.certifications}
        right: float = sum(
            part
            * (
                levels[mark].accuracy_floor
                + (levels[mark].accuracy_ceiling - levels[mark].accuracy_floor) * self.domain
                - self.penalty
            )
            ** setting.accuracy_exponent
            for mark, part in self.mixes[name].items()
        )
        seen = min(1.0, quality.qa_sample_share * quality.qa_enrichment)
        return right + (1.0 - right) * seen * quality.qa_detection_share

    def residual(self, v: Floats, accuracy: float) -> Odds:
        """Odds of each defect in the first submission."""
        quality = self.vendor.quality
        odds = incidence(self.model, v)
        for c, part in quality.catch_share.items():
            odds[c] = odds[c] * (1.0 - part * self.client)
        odds["DATA"] = 1.0 - (1.0 - odds["DATA"]) * (1.0 - self.entry)
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

    def any_of(self, odds: Odds, payer: Payer) -> tuple[float, float, float]:
        """Rejected, denied, asked about at least once, whatever else: means over the payments."""
        zones = self.shares(payer)
        rejected, denied, asked = (
            1.0 - float(product([1.0 - odds[c] * zones[c][way] for c in odds]).mean())
            for way in range(3)
        )
        return rejected, denied, asked

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

    def losses(self, setting: Setting, right: float) -> tuple[float, float]:
        """Shares lost to under-coding and to documentation gaps of claims that are paid."""
        under = (1.0 - right) * self.vendor.quality.under_coding_share * setting.cc_share
        under *= setting.under_coding_missed_share * setting.under_coding_payment_share
        gap = setting.cdi_gap_share * (1.0 - self.mended) * setting.cdi_gap_payment_share
        return under, gap

    def answers(self) -> Answers:
        """Everything, over settings and payers."""
        hospital = self.model.hospital
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
            under, gap = self.losses(setting, right)
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
    "denial": "denials.first_answer_rate",
    "rfi": "claims.rfi_rate",
    "first_pass": "claims.first_pass_payment_rate",
    "final_denial": "denials.final_rate",
    "under_coding": "money.leakage.under_coding",
    "cdi_gap": "money.leakage.cdi_gap",
}


# --- the published check, and the way from it to this model ---------------------------------------

LATE_SHARE = {"generalist": 0.006, "in_house": 0.005, "specialized": 0.001}
LATE_WEIGHT = 0.7
"""Claims filed late, and their payment over the mean, which the published check takes as given."""
CODERS = {"inpatient": "coding_inpatient", "outpatient": "coding_outpatient"}
"""Teams that code the claims of a setting."""


@dataclass(frozen=True)
class Step:
    """Shares of claims (the last of dollars) at one step from the published check to this model."""

    words: str
    rejection: float
    denial: float
    rfi: float
    first_pass: float = nan
    final_denial: float = nan
    accuracy: float = nan
    leakage: float = nan


def published_knowledge(model: Scenario) -> tuple[float, float]:
    """Settled domain and client knowledge, if everybody practised all month."""
    vendor = model.vendors[0]
    learning, entry = vendor.learning, vendor.entry_knowledge
    leave = vendor.turnover.annual_rate / 12.0
    domain_loss, client_loss = policy_loss(model, vendor)
    forget = learning.forgetting_per_month
    return (
        settled_level(entry.domain, learning.domain_per_month, forget + domain_loss[0], leave),
        settled_level(entry.client, learning.client_per_month, forget + client_loss, leave),
    )


def coders_knowledge(model: Scenario) -> tuple[float, float]:
    """Settled domain and client knowledge of coders in this model."""
    domain, client = settled_team(model, model.vendors[0], {0: 1.0})
    return domain[0], client


def with_source_defects(model: Scenario, left: float) -> Scenario:
    """The scenario when feedback has left this part of the avoidable source defects."""
    return model.model_copy(
        update={
            "categories": tuple(
                c.model_copy(update={"incidence": c.incidence * left}) if c.feedback else c
                for c in model.categories
            )
        }
    )


def after_all_meetings(model: Scenario) -> Scenario:
    """The scenario when the vendor's meetings, if it has any, have done what they can."""
    feedback = model.vendors[0].feedback
    return with_source_defects(model, 1.0 if feedback is None else feedback.floor_share)


def defects_left_on(vendor: Vendor, days: Floats) -> Floats:
    """Part of the avoidable source defects that a vendor's meetings have left by some days.

    Each meeting but the first, which sees no denial yet, closes its part of what can be closed.
    """
    feedback = vendor.feedback
    if feedback is None:
        return np.ones_like(days, dtype=float)
    open_still = (1.0 - feedback.closes_share) ** (days // feedback.every_days - 1)
    left: Floats = feedback.floor_share + (1.0 - feedback.floor_share) * open_still
    return left


def defects_left(model: Scenario) -> float:
    """The mean of this over the days whose services count."""
    days = np.arange(model.kpi_from_days, model.horizon_days - model.kpi_until_days)
    return float(defects_left_on(model.vendors[0], days).mean())


def uncounted_losses(model: Scenario, accuracy: float) -> float:
    """Under-coding and documentation gaps of all dollars, as the published check counts them."""
    field = as_written(model, 0.0, 0.0, 0.0)
    settings = (model.hospital.inpatient, model.hospital.outpatient)
    money = sum(s.claims_per_year * s.payment_mean_usd for s in settings)
    return sum(
        s.claims_per_year
        * s.payment_mean_usd
        / money
        * sum(field.losses(s, accuracy**s.accuracy_exponent))
        for s in settings
    )


def as_written(model: Scenario, domain: float, client: float, penalty: float) -> MeanField:
    """The mean field of a vendor with its certifications as written."""
    mix = {str(name): part for name, part in model.vendors[0].certification_mix.items()}
    return MeanField(model, domain, client, dict.fromkeys(CODERS, mix), penalty)


def steps(model: Scenario) -> list[Step]:
    """From the published check to the mean field of this model, one change at a time."""
    vendor, rules = model.vendors[0], model.denials
    work, quality = vendor.denials, vendor.quality
    penalty = pressed(model, vendor.target_occupancy)
    domain, client = published_knowledge(model)
    field = as_written(model, domain, client, penalty)
    mix = field.mixes["outpatient"]
    right = mean_accuracy(model, mix, domain, penalty)
    seen = min(1.0, quality.qa_sample_share * quality.qa_enrichment)
    right += (1.0 - right) * seen * quality.qa_detection_share
    # At payment-independent incidence: the check has one mean claim.
    flat = model.model_copy(
        update={
            "categories": tuple(
                c.model_copy(update={"dollar_weight": 1.0}) for c in model.categories
            )
        }
    )
    one = as_written(flat, domain, client, penalty).residual(np.ones(1), right)
    odds = {name: float(chance[0]) for name, chance in one.items()}
    odds["DATA"] = 1.0 - (1.0 - odds["DATA"]) / (1.0 - field.entry) + field.entry
    able = work.win_multiplier * (rules.knowledge_floor + (1 - rules.knowledge_floor) * domain)

    def summed(words: str, late: float, stringency: float) -> Step:
        rejected = denied = asked = lost = 0.0
        for c in model.categories:
            if c.name == "TIMELY":
                chance, deny, weight = late, late * c.deny_share, LATE_WEIGHT
            else:
                chance = odds[str(c.name)]
                deny, weight = chance * c.deny_share * stringency, c.dollar_weight * c.stake_share
            rejected += chance * c.reject_share
            denied += deny
            asked += chance * c.rfi_share
            won = work.worked_share * min(rules.win_cap, c.recovery_share * able)
            lost += deny * weight * (1.0 - won)
        lost += asked * (1.0 - work.worked_share * rules.records_recovery_share)
        first_pass = 1.0 - rejected - denied - asked
        kept = 1.0 - uncounted_losses(model, right)
        return Step(
            words, rejected, denied, asked, first_pass, lost, right, 1.0 - kept * (1.0 - lost)
        )

    def once(words: str) -> Step:
        shares = np.zeros(3)
        hospital = model.hospital
        settings = {"inpatient": hospital.inpatient, "outpatient": hospital.outpatient}
        claims = sum(s.claims_per_year for s in settings.values())
        for name, setting in settings.items():
            met = field.residual(payments(setting, by_dollar=False), field.accuracy(name, setting))
            for payer in model.payers:
                part = setting.claims_per_year / claims * payer.claims_share
                shares += part * np.array(field.any_of(met, payer))
        return Step(words, *shares.tolist())

    strict = sum(p.claims_share * p.stringency for p in model.payers)
    settled = as_written(model, *coders_knowledge(model), penalty)
    return [
        summed("published check", LATE_SHARE[vendor.name], 1.0),
        summed("late filing emerges, instead of a rate", 0.0, 1.0),
        summed(f"payers' mean stringency is {strict:.3f}, not 1", 0.0, strict),
        once("a claim with two denied defects is denied once"),
        *(
            Step(words, a.rejection, a.denial, a.rfi, a.first_pass, a.final_denial)
            for words, a in (
                ("first answers exclude each other", field.answers()),
                ("knowledge as the model lets it settle", settled.answers()),
            )
        ),
    ]
