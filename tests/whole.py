"""A scenario that models everything at once, and its numbers one by one.

Both vendors are there, with machines, drafts, programmes, feedback and assessments; all disciplines
are used; every kind of event happens. A field that changes nothing here changes nothing anywhere.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.scenario.checks import cross_checks
from sim.scenario.load import load, shipped_configs
from sim.scenario.reference import Fields
from sim.scenario.schema import Scenario

Step = str | int
Path_ = tuple[Step, ...]
Plain = dict[str, Any]

AI = """
      mode: {mode}
      alone_share: {{inpatient: 0.2, outpatient: 0.5}}
      alone_accuracy: {{inpatient: 0.8, outpatient: 0.9}}
      suggestion_accuracy: {{inpatient: 0.85, outpatient: 0.92}}
      unsupported_share: 0.3
      alone_time_share: 0.1
      time_saved_share: 0.3
      reviewer_catch_share: 0.8
      bias_above_share: 0.9
      biased_catch_share: 0.4
      skill_formation: 0.7
"""
PROGRAMME = """
      - {{name: up, from_certification: {low}, to_certification: {high}, after_days: 20,
         enrol_share: 0.7, months: 1, study_hours_per_week: 4, pass_share: 0.6, cost_usd: 1500,
         hazard_multiplier: 1.3}}
"""
EVERYTHING = f"""
extends: {shipped_configs().as_posix()}/five_functions_generalist.yaml
name: everything
start: 2025-01-06
horizon_days: 190
kpi_from_days: 30
kpi_until_days: 30
hospital:
  scale: 0.02
  audit_lag_days: [20, 60]
  audit_defended_share: 0.3
  inpatient: {{audit_selected_share: 0.95, audit_note_takeback_share: 0.2}}
  outpatient: {{cdi_gap_share: 0.1, cdi_gap_payment_share: 0.2, audit_selected_share: 0.5,
               audit_note_takeback_share: 0.2}}
certifications:
  - {{name: CPC, poaching_factor: 1.5}}
payers:
  - {{name: commercial, payment_multiplier: 1.4}}
people:
  notice_by_skill_share: 0.5
  pressure_threshold: 0.5
  strain: {{corner_exponent: 0.4, least_touch_share: 0.8, erosion_days: 100, recovery_days: 400,
           reference_occupancy: 0.7, exhaustion_hazard: 2, exhaustion_accuracy: 0.2,
           exhaustion_slowdown: 0.3}}
vendors:
  - name: generalist
    certification_mix: !replace {{none: 0.4, CPC: 0.2, CCS: 0.2, RHIT: 0.1, RN: 0.1}}
    turnover: {{annual_rate: 2, pay_elasticity: 1, knowledge_hazard: 0.5, speed_hazard: 0.5,
               contagion_hazard: 2, contagion_half_life_days: 20, notice_days: 10}}
    hiring: {{policy: hire_up_to, time_to_fill_days: 20, time_to_fill_cv: 0.5,
             pay_elasticity_of_fill: 1, pay_elasticity_of_quality: 1, dropout_share: 0.2,
             rehire_share: 0.5, mentor_knowledge_effect: 0.5, probation_days: 60,
             dismiss_below_accuracy: 0.8,
             trainers: {{people: 2, leave_per_year: 5, time_to_fill_days: 40}}}}
    leads: {{span_of_control: 4, leave_per_year: 4, time_to_promote_days: 30, unled_accuracy: 0.1,
            unled_hazard: 1}}
    learning: {{denial_feedback_months: 0.05}}
    quality: {{realtime_review_share: 0.3, hold_and_query_share: 0.4, qa_sample_share: 0.3,
              qa_enrichment: 2}}
    denials: {{threshold_usd: 100}}
    ai: {AI.format(mode="human_in_the_loop")}
    drafts:
      scheduling: {{accuracy: 0.8, reviewer_catch_share: 0.5, time_saved_share: 0.3}}
      prior_auth: {{accuracy: 0.8, reviewer_catch_share: 0.5, time_saved_share: 0.3}}
      transcription: {{accuracy: 0.8, reviewer_catch_share: 0.5, time_saved_share: 0.3}}
    programmes: {PROGRAMME.format(low="none", high="CPC")}
    feedback: {{every_days: 14, closes_share: 0.3, floor_share: 0.2, lag_days: 5}}
    costs: {{burden_share: 0.2, span_of_control: 15, supervisor_usd_per_hour: 35, agents_per_qa: 30,
            qa_usd_per_hour: 30, trainer_usd_per_class_day: 300,
            facilities_usd_per_agent_year: 4000}}
    price: {{usd_per_hour: by_certification, usd_per_claim: 0.5, share_of_collections: 0.01,
            bills_training: true}}
  - name: specialized
    scope: coding_and_denials
    certification_mix: !replace {{none: 0.1, CPC: 0.3, CCS: 0.2, RHIT: 0.2, RN: 0.2}}
    turnover: {{annual_rate: 2}}
    hiring: {{policy: hire_ahead, time_to_fill_days: 20, class_every_days: 7, class_size: 1}}
    go_live_knowledge: {{domain: 0.5, client: 0.3}}
    learning: {{denial_feedback_months: 0.05}}
    quality: {{realtime_review_share: 0.3, qa_sample_share: 0.3}}
    denials: {{threshold_usd: 100, evidence_trail: true}}
    ai: {AI.format(mode="black_box")}
    drafts:
      scheduling: {{accuracy: 0.8, reviewer_catch_share: 0.5, time_saved_share: 0.3}}
      prior_auth: {{accuracy: 0.8, reviewer_catch_share: 0.5, time_saved_share: 0.3}}
      transcription: {{accuracy: 0.8, reviewer_catch_share: 0.5, time_saved_share: 0.3}}
    programmes: {PROGRAMME.format(low="CPC", high="CCS")}
    compliance: {{assessment_median_days: 20, remediation_share: 0.95, remediation_days: 10}}
    price: {{usd_per_claim: 0.5, share_of_collections: 0.01, bills_training: true}}
sites:
  - name: far
    country: IN
    closed_days: [2025-03-05]
    utc_offset_hours: 9.5
    shifts:
      - {{start_hour: 6, hours: 9, people_share: 0.6}}
      - {{start_hour: 15, hours: 8.5, people_share: 0.4, workdays: [0, 1, 2, 3, 5]}}
    wages: {{none: 6, CPC: 9, CCS: 10, RHIT: 8, RN: 12}}
    night_premium_share: 0.1
    costs: {{burden_share: 0.1, span_of_control: 20, supervisor_usd_per_hour: 12, agents_per_qa: 25,
            qa_usd_per_hour: 10, trainer_usd_per_class_day: 80,
            facilities_usd_per_agent_year: 2000}}
teams:
  - {{name: scheduling, vendor: specialized}}
  - {{name: coding_inpatient}}
  - {{name: coding_outpatient, headcount: 15, overtime: {{days: [0, 1, 3]}}}}
  - {{name: billing, discipline: deadline, headcount: 8, site: far, returned_first: true}}
  - {{name: clinical, discipline: value, vendor: specialized,
      certification_mix: {{none: 0.2, CPC: 0.3, CCS: 0.1, RHIT: 0.1, RN: 0.3}}, exact_mix: true}}
  - {{name: ar, discipline: ease, headcount: {{none: 14, CPC: 6, CCS: 4}}}}
  - {{name: small, vendor: generalist, discipline: ease, queues: [follow_up, underpayments],
      headcount: 8, takes: {{payers: [commercial, medicare_advantage, managed_medicaid],
      setting: outpatient, balance_from_usd: 30, balance_below_usd: 500}}}}
timeline:
  - {{kind: policy_change, on: 2025-02-10, skills: all, obsolete_share: 0.2}}
  - {{kind: policy_change, on: 2025-02-12, skills: client, obsolete_share: 0.2}}
  - {{kind: payer_ai, on: 2025-02-01, found_share: 0.3, false_share: 0.05, contest_share: 0.4,
      contest_with_trail_share: 0.7}}
  - {{kind: volume, on: 2025-03-03, factor: 1.5, ramp_days: 10, until: 2025-05-01}}
  - {{kind: volume, on: 2025-03-04, factor: 0.7, payers: [other]}}
  - {{kind: payer_outage, on: 2025-03-05, days: 15, payers: [other]}}
  - {{kind: payer_slow, on: 2025-03-06, factor: 1.5, until: 2025-04-02, payers: [other]}}
  - {{kind: filing_limit, on: 2025-03-07, days: 90, payers: [other]}}
  - {{kind: rule, on: 2025-03-08, name: imaging, touched_share: 0.2, settings: [outpatient],
      category: DOC, notice_days: 30, edit_after_days: 35}}
  - {{kind: staffing, on: 2025-03-10, team: billing, headcount: 12}}
  - {{kind: price_change, on: 2025-03-17, vendor: generalist, price: {{usd_per_hour: 30,
      usd_per_claim: 1, share_of_collections: 0.02, transition_usd: 50000,
      management_usd_per_year: 90000}}}}
  - {{kind: feedback_start, on: 2025-02-03, vendor: generalist}}
  - {{kind: programme_start, on: 2025-02-03, vendor: generalist, programme: up}}
  - {{kind: attrition_shock, on: 2025-03-24, team: coding_outpatient, share: 0.3}}
  - {{kind: layoff, on: 2025-04-07, team: ar, share: 0.3}}
  - {{kind: wage, on: 2025-02-03, vendor: generalist, factor: 1.1}}
  - {{kind: wage, on: 2025-03-05, team: coding_outpatient, usd_per_hour: 33}}
  - {{kind: market_wage, on: 2025-02-20, factor: 1.2, ramp_days: 30}}
  - {{kind: leave_season, on: 2025-02-17, vendor: generalist, months: [3, 5], factor: 2,
      until: 2025-06-01}}
  - {{kind: rotate, on: 2025-02-24, vendor: generalist, share_per_year: 0.7,
      after_tenure_days: 60, from_bench: true}}
  - {{kind: class, on: 2025-02-17, team: billing, people: 6}}
  - {{kind: class, on: 2025-02-24, team: ar, people: {{none: 6, CPC: 8}}}}
  - {{kind: transfer, on: 2025-02-19, people: 3, from_team: coding_inpatient, to_team: ar}}
  - {{kind: certify, on: 2025-02-20, team: billing, people: 4, to: CCS}}
  - {{kind: leave_of_absence, on: 2025-02-21, team: ar, people: 6, days: 20}}
  - {{kind: hire_freeze, on: 2025-03-05, teams: [billing, coding_inpatient], until: 2025-03-20}}
  - {{kind: vendor_switch, on: 2025-04-14, to: specialized, teams: [coding_outpatient],
      assessed: true, parallel_days: 10, site: far}}
"""

TODAY = (
    "state={as_of: 2025-01-06, "
    "open_work: [{queue: coding_outpatient, payer: commercial, age_from_days: 0, age_to_days: 4, "
    "count: 2500, amount_usd: 900000}, {queue: denials_technical, payer: medicare, category: DATA, "
    "age_from_days: 3, age_to_days: 40, count: 900, amount_usd: 300000}, "
    "{queue: denials_clinical, payer: other, setting: inpatient, age_from_days: 0, "
    "age_to_days: 20, count: 400, amount_usd: 900000}, {queue: follow_up, payer: commercial, "
    "age_from_days: 0, age_to_days: 30, count: 1500, amount_usd: 500000}], "
    "at_payers: [{payer: commercial, from_date: 2024-11-20, to_date: 2025-01-05, count: 9000, "
    "amount_usd: 3000000}, {payer: medicare, awaiting: appeal, level: 2, from_date: 2024-11-01, "
    "to_date: 2025-01-05, count: 600, amount_usd: 900000}, {payer: medicaid, awaiting: physician, "
    "from_date: 2025-01-02, to_date: 2025-01-05, count: 300, amount_usd: 200000}], "
    "requisitions: [{team: billing, people: 6, days_open: 9}], "
    "classes: [{team: ar, people: {CPC: 5, none: 6}, started: 2025-01-02}]}",
    "contract=[{name: all, vendor: generalist, window: month, at_risk_share: 0.2, "
    "minimum_claims: 40000, shortfall_usd_per_claim: 2, "
    "terms: [{kpi: denials.initial_rate, target: 0.08, "
    "ladder: [{threshold: 0.09, credit_share: 0.02}, {threshold: 0.12, credit_share: 0.05}]}], "
    "gain_share: {baseline_share: 0.7, vendor_share: 0.1}, "
    "tiers: [{from_claims: 20000, discount_share: 0.05}], "
    "exit: {until: 2026-01-01, fee_usd: 100000, notice_days: 30}}]",
)
"""Laid upon it: it begins with today's stock, and there is a contract."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a scenario: where it stands, what it is, and the field that declares it.

    `name` is the path by names; `low` and `high` are the ends of its range, `above` and `below`
    whether they are outside it.
    """

    path: Path_
    name: str
    value: float
    whole: bool
    low: float
    high: float
    above: bool = False
    below: bool = False

    @property
    def field(self) -> str:
        """The name with `*` for the names of list items and the indices: one for each field."""
        steps = self.name.split(".")
        return ".".join(
            "*" if isinstance(at, int) else step for at, step in zip(self.path, steps, strict=True)
        )


def everything(*overrides: str) -> Scenario:
    """The scenario with everything, `overrides` laid upon it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "everything.yaml")
        file.write_text(EVERYTHING, encoding="utf-8")
        return load(file, overrides).scenario


def plain(scenario: Scenario) -> Plain:
    """A scenario as plain data, to be changed and made a scenario again."""
    data: Plain = json.loads(scenario.model_dump_json())
    return data


def hurried(whole: Scenario, changes: Mapping[Path_, object]) -> Plain:
    """A scenario with some changes, its events one a day from the twelfth on, for some weeks."""
    every = dict(changes)
    for i, event in enumerate(whole.timeline):
        every["timeline", i, "on"] = (whole.start + timedelta(days=12 + i)).isoformat()
        if getattr(event, "until", None):
            every["timeline", i, "until"] = (whole.start + timedelta(days=45)).isoformat()
    small = changed(plain(whole), list(every.items()))
    assert small is not None
    return plain(small)


def numbers(data: Plain) -> list[Number]:
    """Every number of a scenario with its range, in the order of the schema."""
    fields = Fields(Scenario)
    return [
        _number(fields, path, ".".join(names), value)
        for path, names, value in _leaves(data, (), ())
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]


def _leaves(
    value: Any, path: Path_, names: tuple[str, ...]
) -> Iterator[tuple[Path_, tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, (*path, key), (*names, key))
    elif isinstance(value, list):
        for i, child in enumerate(value):
            label = child.get("name", str(i)) if isinstance(child, dict) else str(i)
            yield from _leaves(child, (*path, i), (*names, label.replace(".", " ")))
    else:
        yield path, names, value


def _number(fields: Fields, path: Path_, name: str, value: float) -> Number:
    option = next(o for o in fields.at(path) if o.get("type") in ("integer", "number"))
    low = option.get("minimum", option.get("exclusiveMinimum", -float("inf")))
    high = option.get("maximum", option.get("exclusiveMaximum", float("inf")))
    whole = option["type"] == "integer"
    return Number(
        path,
        name,
        value,
        whole,
        low,
        high,
        "exclusiveMinimum" in option,
        "exclusiveMaximum" in option,
    )


def changed(data: Plain, changes: Sequence[tuple[Path_, object]]) -> Scenario | None:
    """The scenario with other values in some places; None if validation refuses it."""
    made = copy.deepcopy(data)
    for path, value in changes:
        place = made
        for step in path[:-1]:
            place = place[step]  # type: ignore[index]
        place[path[-1]] = value  # type: ignore[index]
    try:
        scenario = Scenario.model_validate_json(json.dumps(made), strict=True)
    except ValidationError:
        return None
    return None if cross_checks(scenario) else scenario
