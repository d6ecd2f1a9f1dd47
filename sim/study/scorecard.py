"""Scorecard: every claim of the article that can be counted, how it is read, what the model says.

A claim is tested on scenarios that run under the same random numbers. Its value is computed by
replication, so that the interval of the mean is that of a paired quantity. A range, or a direction,
is met where the whole interval lies in it, and missed where none of it does; all else is open, so
that noise meets nothing. What the model takes as input is marked `given`, what it has no mechanism
for `not testable`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.record.record import Outcome
from sim.study.estimate import trusted
from sim.study.matrix import ADVICE, NAMES
from sim.study.overload import OVERLOADED, judged, overloaded_names
from sim.study.payback import paybacks
from sim.study.replicate import StudyResult
from sim.study.statistics import (
    INSIDE,
    OPEN,
    OUTSIDE,
    Floats,
    Interval,
    mean_interval,
    quantile_interval,
)
from sim.study.tables import Tables

TESTED, GIVEN, NOT_TESTABLE = "tested", "given", "not testable"
IN_RANGE, NEAR, OUT = "in range", "near", "out"
VERDICTS = (IN_RANGE, OPEN, NEAR, OUT, OVERLOADED, GIVEN, NOT_TESTABLE)
INF = math.inf
TAKEN = "audit.takeback"

G, S, H = "generalist", "specialized", "in_house"
CASE, STAYS = "medcentral", "medcentral_stays"
MG, MS = "market_average_generalist", "market_average_specialized"
BB, BBP = "ai_black_box", "ai_black_box_payer_ai"
HL, HLP = "ai_human_in_the_loop", "ai_human_in_the_loop_payer_ai"
STEADY, SHOCK_G, SHOCK_S = "generalist, steadier", "policy_shock", "specialized, policy shock"
FIVE = "five_functions_generalist"
SHOCK = "timeline=[{kind: policy_change, on: 2025-10-01, skills: all, obsolete_share: 0.5}]"
DENIAL_TEAMS = ("coding_inpatient", "coding_outpatient", "billing", "clinical")
TEAMS = {name: (name,) for name in NAMES} | {"claims_denials": DENIAL_TEAMS}

SCENARIOS: dict[str, tuple[str, tuple[str, ...]]] = {
    **{
        name: (name, ())
        for name in (
            G,
            S,
            H,
            CASE,
            STAYS,
            MG,
            MS,
            BB,
            BBP,
            HL,
            HLP,
            "transformation",
            SHOCK_G,
            FIVE,
        )
    },
    STEADY: (G, ("vendors.generalist.turnover.annual_rate=0.30",)),
    SHOCK_S: (S, (SHOCK,)),
    **{
        f"{FIVE}, {name}": (FIVE, tuple(f"teams.{t}.vendor=specialized" for t in TEAMS[name]))
        for name in NAMES
    },
}
"""File and overrides of each scenario that a claim needs."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finished study, as the values of claims look at it: `judged`."""

    result: StudyResult

    def pairs(self, *names: str) -> list[tuple[Outcome, ...]]:
        """The outcomes of these scenarios, for the replications that all of them have."""
        each = [self.result.outcomes[name] for name in names]
        return [tuple(by[r] for by in each) for r in each[0] if all(r in by for by in each)]

    def kpi(self, name: str, *scenarios: str) -> list[Floats]:
        """A KPI by replication, one array for each scenario."""
        rows = [[o.kpis.get(name, math.nan) for o in pair] for pair in self.pairs(*scenarios)]
        return list(np.array(rows, float).T.reshape(len(scenarios), -1))

    def months(self, series: str, scenario: str, first: int, last: int) -> Floats:
        """Mean of a monthly series over the months from `first` to `last`, by replication."""
        out = []
        for (outcome,) in self.pairs(scenario):
            table = outcome.tables["monthly"]
            rows = zip(table["month"], table["kpi"], table["value"], strict=True)
            inside = [v for m, k, v in rows if k == series and first <= m <= last]
            out.append(float(np.mean(inside)) if inside else math.nan)
        return np.array(out)


Value = Callable[[Found], Floats]


def level(kpi: str, scenario: str) -> Value:
    """A KPI of a scenario."""
    return lambda found: found.kpi(kpi, scenario)[0]


def gap(kpi: str, base: str, scenario: str) -> Value:
    """A KPI of a scenario less that of another."""

    def value(found: Found) -> Floats:
        a, b = found.kpi(kpi, base, scenario)
        return b - a

    return value


def _mean(values: Floats) -> float:
    """The mean of the values there are; NaN if there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def change(kpi: str, base: str, scenario: str) -> Value:
    """The gap over the mean of the other scenario."""

    def value(found: Found) -> Floats:
        a, b = found.kpi(kpi, base, scenario)
        return (b - a) / _mean(a)

    return value


def in_months(series: str, scenario: str, first: int, last: int) -> Value:
    """A monthly series over some months."""
    return lambda found: found.months(series, scenario, first, last)


def over_months(
    series: str, scenario: str, before: tuple[int, int], after: tuple[int, int]
) -> Value:
    """Relative change of a monthly series from some months to others of the same run."""

    def value(found: Found) -> Floats:
        a, b = (found.months(series, scenario, *window) for window in (before, after))
        return (b - a) / _mean(a)

    return value


def double_gap(kpi: str, base: tuple[str, str], scenario: tuple[str, str]) -> Value:
    """What a change does to a scenario, less what it does to another: (plain, changed) each."""

    def value(found: Found) -> Floats:
        a, b, c, d = found.kpi(kpi, *base, *scenario)
        return (d - c) - (b - a)

    return value


def _coding_part(found: Found) -> Floats:
    """Part of the gain in realised revenue that less under-coding brings."""
    a, b = found.kpi("money.loss_usd.under_coding", G, S)
    c, d = found.kpi("money.leakage", G, S)
    worth, _ = found.kpi("money.expected_usd", G, S)
    return (a - b) / float(np.mean((c - d) * worth))


def _return(found: Found) -> Floats:
    """Realised revenue gained for each dollar of fees more."""
    c, d = found.kpi("money.leakage", G, S)
    worth, _ = found.kpi("money.expected_usd", G, S)
    a, b = found.kpi("money.fees_usd", G, S)
    return (c - d) * worth / float(np.mean(b - a))


def _closed(found: Found) -> Floats:
    """Part of the gap in coding accuracy that a transformation closes."""
    a, b, c = found.kpi("quality.coding_accuracy", G, S, "transformation")
    return (c - a) / float(np.mean(b - a))


def _cheapest(found: Found) -> Floats:
    """Realisation of the bid with the lower price per transaction, less that of the other."""
    price = found.kpi("money.cost_per_transaction", G, S)
    brought = found.kpi("money.net_revenue_realisation", G, S)
    cheap = int(np.argmin([p.mean() for p in price]))
    return brought[cheap] - brought[1 - cheap]


def _shocked(found: Found) -> Floats:
    """How much less accuracy a rule change costs the specialist, in the three months after it."""
    plain, hit = (
        [found.months("quality.coding_accuracy", name, 9, 11) for name in names]
        for names in ((G, S), (SHOCK_G, SHOCK_S))
    )
    return (hit[1] - plain[1]) - (hit[0] - plain[0])


def _payback(found: Found) -> Floats:
    """Day from which the switch has paid for itself on cash, by replication; never is infinite."""
    result = found.result
    if overloaded_names(result) & {STAYS, CASE}:
        return np.full(len(found.pairs(STAYS, CASE)), math.nan)
    only = {name: result.outcomes[name] for name in (STAYS, CASE)}
    part = StudyResult(
        (STAYS, CASE), only, result.seed, (), "", result.replications, 0, {}, result.code_hash
    )
    found_days = [p.days for p in paybacks(part) if p.basis == "cash"]
    never = [math.inf] * len(found.pairs(STAYS, CASE))  # where no dollar differs
    return np.array(found_days[0] if found_days else never)


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement: in words, as it is read, and how it is tested.

    The value is in range between `low` and `high`, in the unit of the claim ("points" are
    differences between two shares); `tolerance` says how far outside its mean still counts as near,
    where a band's own half width does not. `median` claims are about the middle replication.
    `because` says why something is given or not testable. `rests_on` names the KPI whose interval
    may not be to be trusted (`sim.study.estimate`): without one the claim is open.
    """

    key: str
    words: str
    reading: str
    unit: str = "share"
    low: float = -INF
    high: float = INF
    value: Value | None = None
    needs: tuple[str, ...] = ()
    tolerance: float | None = None
    median: bool = False
    kind: str = TESTED
    because: str = ""
    rests_on: str = ""

    @property
    def near(self) -> float:
        """How far outside its range a value may lie and still be near."""
        if self.tolerance is not None:
            return self.tolerance
        return (self.high - self.low) / 2 if math.isfinite(self.high - self.low) else 0.0


def _given(key: str, words: str, because: str) -> Claim:
    return Claim(key, words, "-", kind=GIVEN, because=because)


def _untestable(key: str, words: str, because: str) -> Claim:
    return Claim(key, words, "-", kind=NOT_TESTABLE, because=because)


FPPR, ACCURACY = "claims.first_pass_payment_rate", "quality.coding_accuracy"
DENIED, LEAKAGE = "denials.initial_rate", "money.leakage"
REALISED, CASE_VALUE = "money.net_revenue_realisation", "money.inpatient_realisation"
BEFORE, OUTSOURCED, SWITCHED = (2, 5), (21, 23), (29, 31)
"""Months of `medcentral`: in-house, the eighteenth month with the generalist, and six months after
the switch to the specialist."""

CLAIMS: tuple[Claim, ...] = (
    Claim("first_pass_generalist", "First-pass payment rate of a generalist: 65-75 %",
          "claims, settled", low=0.65, high=0.75, value=level(FPPR, G), needs=(G,)),
    Claim("first_pass_specialised", "First-pass payment rate of a specialist: 88-95 %",
          "claims, settled", low=0.88, high=0.95, value=level(FPPR, S), needs=(S,)),
    Claim("accuracy_generalist", "Coding accuracy of a generalist: 80-85 %",
          "claims, settled, after internal checks", low=0.80, high=0.85,
          value=level(ACCURACY, G), needs=(G,)),
    Claim("accuracy_specialised", "Coding accuracy of a specialist: 96-99 %",
          "claims, settled, after internal checks", low=0.96, high=0.99,
          value=level(ACCURACY, S), needs=(S,)),
    Claim("denials_average", "Specialists lower denials by an average of 12 %",
          "relative; average vendors, narrow scope; 12 +/- 3", low=-0.15, high=-0.09,
          value=change(DENIED, MG, MS), needs=(MG, MS)),
    Claim("leakage_average", "Revenue leakage is lower by 15-20 %",
          "relative; average vendors, narrow scope", low=-0.20, high=-0.15,
          value=change(LEAKAGE, MG, MS), needs=(MG, MS)),
    Claim("leakage_high", "Leakage of a generalist is high",
          "at least a quarter more than in-house", low=0.25, tolerance=0.125,
          value=change(LEAKAGE, H, G), needs=(H, G)),
    Claim("leakage_negligible", "Leakage of a specialist is negligible",
          "at most 2 % of expected payment (assumption)", low=0.0, high=0.02, tolerance=0.01,
          value=level(LEAKAGE, S), needs=(S,)),
    _given("turnover_higher", "Staff turnover of generalists is 30 % higher",
           "input: 39 against 30 % a year (vendors.*.turnover.annual_rate)"),
    Claim("turnover_decay", "Higher turnover means decay of institutional knowledge",
          "client knowledge, generalist at 39 against 30 % turnover", unit="points", high=0.0,
          value=gap("people.client_knowledge", STEADY, G), needs=(STEADY, G)),
    Claim("turnover_accuracy", "... which costs quality",
          "coding accuracy, generalist at 39 against 30 % turnover", unit="points", high=0.0,
          value=gap(ACCURACY, STEADY, G), needs=(STEADY, G)),
    _given("rate_higher", "Hourly rates of specialists are higher",
           "input: 42 against 22 USD an hour (vendors.*.price.usd_per_hour)"),
    Claim("tco_lower", "Specialists deliver a lower total cost of ownership",
          "fees, hospital labour, one-off, breaches and write-offs", "USD/year", high=0.0,
          value=gap("money.tco", G, S), needs=(G, S)),
    Claim("less_rework", "... by eliminating rework",
          "work items other than coding, over all items", unit="points", high=0.0,
          value=gap("work.rework_share", G, S), needs=(G, S)),
    Claim("fewer_write_offs", "... and write-offs",
          "finally denied, relative; at least half less", high=-0.5, tolerance=0.1,
          value=change("denials.final_rate", G, S), needs=(G, S)),
    Claim("return", "Net revenue rises faster than the cost per hour",
          "realised revenue gained per dollar of fees more; above 1", "ratio", low=1.0,
          value=_return, needs=(G, S)),
    Claim("adaptable", "Specialists respond faster to changes of policy",
          "accuracy lost in the three months after a rule change, less than the generalist",
          unit="points", low=0.0, value=_shocked, needs=(G, S, SHOCK_G, SHOCK_S)),
    _given("assessment", "Risk assessments are shorter by months",
           "input: medians of 42 against 140 days (vendors.*.compliance)"),
    _given("breaches", "Liability is reduced",
           "input: 0.8 against 2 % chance of a breach a year (vendors.*.compliance)"),
    _given("certified", "Staff are certified coders and nurses",
           "input: vendors.*.certification_mix"),
    Claim("more_throughput", "A generalist's throughput report looks clean",
          "work items per paid hour, relative to the specialist", low=0.0,
          value=change("work.touches_per_paid_hour", S, G), needs=(G, S)),
    Claim("hidden_takebacks", "... and hides takebacks",
          "taken back by audits, generalist less specialist", unit="points", low=0.0,
          rests_on=TAKEN, value=gap(TAKEN, S, G), needs=(G, S)),
    Claim("hidden_under_coding", "... and secondary diagnoses that nobody captured",
          "lost to under-coding, generalist less in-house", unit="points", low=0.0,
          value=gap("money.leakage.under_coding", H, G), needs=(H, G)),
    Claim("necessity", "Denials for medical necessity skyrocketed",
          "denials for documentation, relative to in-house; at least half more", low=0.5,
          tolerance=0.25, value=change("denials.category.DOC", H, G), needs=(H, G)),
    _untestable("guaranteed", "A weak note pushed forward is sure to be denied",
                "a parameter: 22 % are denied and 33 % asked about (categories.DOC)"),
    Claim("revenue_fell", "Net patient revenue dropped by 4 % within 18 months",
          "realised over expected, months 15-17 after the switch against in-house; 4 +/- 1",
          low=-0.05, high=-0.03, value=over_months(REALISED, CASE, BEFORE, OUTSOURCED),
          needs=(CASE,)),
    Claim("denied_14", "The denial rate was 14 %",
          "claims, months 15-17 after the switch to the generalist; 14 +/- 1", low=0.13,
          high=0.15, value=in_months(DENIED, CASE, *OUTSOURCED), needs=(CASE,)),
    Claim("denied_5", "... and 5 % within six months of the specialist",
          "claims, months 5-7 after the switch; 5 +/- 1", low=0.04, high=0.06,
          value=in_months(DENIED, CASE, *SWITCHED), needs=(CASE,)),
    Claim("case_value", "Average revenue per case increased by 9 %",
          "inpatient, realised, months 5-7 after the switch against the three before it; 9 +/- 1.5",
          low=0.075, high=0.105, value=over_months(CASE_VALUE, CASE, OUTSOURCED, SWITCHED),
          needs=(CASE,)),
    Claim("case_value_settled", "... also when both have settled",
          "inpatient, realised, specialist against generalist; 9 +/- 1.5", low=0.075, high=0.105,
          value=change("money.average_revenue_per_case", G, S), needs=(G, S)),
    Claim("due_to_coding", "... due to improved coding accuracy",
          "part of the revenue gained that is less under-coding; at least half", low=0.5,
          tolerance=0.15, value=_coding_part, needs=(G, S)),
    Claim("payback", "The higher cost was recouped within the first quarter",
          "day on which cumulated cash stays above the generalist's; median", "days", low=0.0,
          high=90.0, value=_payback, needs=(CASE, STAYS), median=True),
    Claim("black_box_codes", "Black-box automation invents codes",
          "taken back by audits, with the machine less without", unit="points", low=0.0,
          rests_on=TAKEN, value=gap(TAKEN, G, BB), needs=(G, BB)),
    Claim("black_box_denials", "... and raises denials",
          "initial denials, with the machine less without", unit="points", low=0.0,
          value=gap(DENIED, G, BB), needs=(G, BB)),
    Claim("in_the_loop", "A human in the loop keeps automation sound",
          "coding accuracy, specialist with suggestions less without; no worse than half a point",
          unit="points", low=-0.005, tolerance=0.005, value=gap(ACCURACY, S, HL), needs=(S, HL)),
    Claim("ai_against_ai", "An evidence trail defends against payers' machines",
          "leakage that payers' machines add, in the loop less black box", unit="points", high=0.0,
          value=double_gap(LEAKAGE, (BB, BBP), (HL, HLP)), needs=(BB, BBP, HL, HLP)),
    Claim("rarely", "A generalist rarely becomes a specialist",
          "part of the gap in accuracy closed in the third year; at most half", high=0.5,
          tolerance=0.15, value=_closed, needs=(G, S, "transformation")),
    Claim("price_misleads", "Price per transaction selects the wrong bid",
          "realised revenue of the cheaper bid per transaction, less the other's",
          unit="points", high=0.0, value=_cheapest, needs=(G, S)),
    *(
        Claim(f"matrix_{name}", f"{words}: {'specialised' if ADVICE[name] else 'generalist'}",
              "net value of moving it alone to the specialist", "USD/year",
              low=0.0 if ADVICE[name] else -INF,
            high=INF if ADVICE[name] else 0.0,
              value=gap("money.net_value_usd", FIVE, f"{FIVE}, {name}"),
              needs=(FIVE, f"{FIVE}, {name}"))
        for name, words in (
            ("transcription", "Transcription"), ("claims_denials", "Complex claims and denials"),
            ("scheduling", "Patient scheduling"), ("prior_auth", "Prior authorisation"),
            ("ar", "Accounts receivable"),
        )
    ),
    _untestable("native", "Infrastructure built for health care from the ground up",
                "no mechanism; its consequences are the inputs above"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A claim with what the model says."""

    claim: Claim
    at: Interval | None
    verdict: str


def judge(claim: Claim, at: Interval) -> str:
    """The verdict on a value: its interval against the range (see the module)."""
    stands = at.against(claim.low, claim.high)
    if stands != OUTSIDE:
        return IN_RANGE if stands == INSIDE else OPEN
    away = max(claim.low - at.mean, at.mean - claim.high)
    return NEAR if away <= claim.near else OUT


def needed() -> list[str]:
    """The scenarios that the claims need, in the order of the list."""
    wanted = {name for claim in CLAIMS for name in claim.needs}
    return [name for name in SCENARIOS if name in wanted]


def score(result: StudyResult) -> list[Row]:
    """Every claim against a finished study of the scenarios of `needed()`."""
    found, behind = Found(judged(result)), overloaded_names(result)
    rows = []
    for claim in CLAIMS:
        if claim.value is None:
            rows.append(Row(claim, None, claim.kind))
            continue
        values = claim.value(found)
        at = _median(values) if claim.median else mean_interval(values)
        if claim.rests_on:
            sides = found.kpi(claim.rests_on, *claim.needs)
            if not all(trusted(claim.rests_on, x) for x in (values, *sides)):
                at = replace(at, low=math.nan, high=math.nan)
        silent = OVERLOADED if behind & {*claim.needs} else NOT_TESTABLE
        rows.append(Row(claim, at, judge(claim, at) if at.n else silent))
    return rows


def _median(values: Floats) -> Interval:
    """The middle value with its 95 % interval; values may be infinite, or none be known."""
    if np.isnan(values).all():
        return mean_interval(values)
    low, high = quantile_interval(values, 0.5)
    middle = float(np.sort(values)[len(values) // 2])
    return Interval(len(values), middle, math.nan, low, high)


def tables(rows: Sequence[Row]) -> Tables:
    """`scorecard.csv`, a row per claim."""
    columns = (
        "claim",
        "words",
        "reading",
        "unit",
        "low",
        "high",
        "n",
        "value",
        "ci_low",
        "ci_high",
        "verdict",
        "because",
    )
    nothing = Interval(0, math.nan, math.nan, math.nan, math.nan)

    def bound(value: float) -> float:
        return value if math.isfinite(value) else math.nan

    return {
        "scorecard.csv": (
            columns,
            [
                (
                    c.key,
                    c.words,
                    c.reading,
                    c.unit,
                    bound(c.low),
                    bound(c.high),
                    at.n,
                    at.mean,
                    at.low,
                    at.high,
                    row.verdict,
                    c.because,
                )
                for row in rows
                for c, at in ((row.claim, row.at or nothing),)
            ],
        )
    }


def counts(rows: Sequence[Row]) -> Mapping[str, int]:
    """How many claims have each verdict, in the order from in range to not testable."""
    every = [row.verdict for row in rows]
    return {v: every.count(v) for v in VERDICTS if v in every}
