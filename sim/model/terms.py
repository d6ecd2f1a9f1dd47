"""A vendor's profile as the plain numbers that its agents go by."""

from __future__ import annotations

from sim.model.codes import QUEUES
from sim.model.kernel.rows import Crew, Terms
from sim.model.rules import LEARNING
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Price, Vendor


def terms_of(scenario: Scenario, vendor: Vendor) -> Terms:
    """What one vendor's agents go by at their desks."""
    quality, denials, narrow = vendor.quality, vendor.denials, scenario.hospital.narrow_scope
    reach = _reach(scenario, vendor)
    check = scenario.people.check_time_share
    terms = Terms(
        catch_reg=reach * quality.catch_share.get("REG", 0.0),
        catch_data=reach * quality.catch_share.get("DATA", 0.0),
        catch_auth=reach * quality.catch_share.get("AUTH", 0.0),
        house_reg=(1.0 - reach) * narrow.catch_share.get("REG", 0.0),
        house_data=(1.0 - reach) * narrow.catch_share.get("DATA", 0.0),
        house_auth=(1.0 - reach) * narrow.catch_share.get("AUTH", 0.0),
        hold=reach * quality.hold_and_query_share + (1.0 - reach) * narrow.hold_and_query_share,
        realtime=reach * quality.realtime_review_share,
        entry_base=quality.entry_defect_share,
        entry_factor=1.0 - quality.catch_share.get("DATA", 0.0) * scenario.people.entry_scrub_share,
        duplicate=quality.duplicate_share,
        under=quality.under_coding_share,
        sample=quality.qa_sample_share,
        detection=quality.qa_detection_share,
        enrichment=quality.qa_enrichment,
        records_worked=[denials.worked_share, 0.0, 0.0],
        denials_worked=[denials.worked_share, 0.0, 0.0],
        threshold_cents=round(denials.threshold_usd * 100),
        win_multiplier=denials.win_multiplier,
        levels=denials.levels,
        evidence_trail=int(denials.evidence_trail),
        lesson_months=vendor.learning.denial_feedback_months,
        # Touch time per standard minute; checks take time too, and newcomers are checked in full.
        pace=vendor.handle_time_multiplier * (1.0 + check * quality.qa_sample_share),
        pace_nesting=vendor.handle_time_multiplier * (1.0 + check),
        usd_per_claim=vendor.price.usd_per_claim,
        share_of_collections=vendor.price.share_of_collections,
        bill_bit=1 << sorted(v.name for v in scenario.vendors).index(vendor.name),
    )
    _add_machines(terms, vendor)
    return terms


class Care:
    """How much time and how many checks a team gives to its work, over what its vendor asks for."""

    def __init__(self, scenario: Scenario, vendor: Vendor, terms: Terms) -> None:
        self._terms = terms
        self._pace, self._pace_nesting = terms.pace, terms.pace_nesting
        self._sample, self._hold, self._realtime = terms.sample, terms.hold, terms.realtime
        self._own_hold = _reach(scenario, vendor) * vendor.quality.hold_and_query_share

    def take(self, time_factor: float, checks_kept_share: float) -> None:
        """Let touch times be so many times as long, and this part of checks and holds be kept."""
        terms, dropped = self._terms, 1.0 - checks_kept_share
        terms.pace = self._pace * time_factor
        terms.pace_nesting = self._pace_nesting * time_factor
        terms.sample = self._sample * checks_kept_share
        terms.realtime = self._realtime * checks_kept_share
        terms.hold = self._hold - self._own_hold * dropped


def _reach(scenario: Scenario, vendor: Vendor) -> float:
    """How far a vendor does the catching and holding itself.

    Where the scope is narrow, the hospital's own staff do most of it.
    """
    narrow = scenario.hospital.narrow_scope
    return 1.0 if vendor.scope == "end_to_end" else narrow.vendor_influence_share


def _add_machines(terms: Terms, vendor: Vendor) -> None:
    """Machines that code, suggest and draft, where the vendor has any."""
    ai = vendor.ai
    if ai is not None:
        terms.machine = 1
        terms.black_box = int(ai.mode == "black_box")
        terms.alone_share = [ai.alone_share.inpatient, ai.alone_share.outpatient]
        terms.alone_accuracy = [ai.alone_accuracy.inpatient, ai.alone_accuracy.outpatient]
        suggested = ai.suggestion_accuracy
        terms.suggestion_accuracy = [suggested.inpatient, suggested.outpatient]
        terms.alone_time_share = ai.alone_time_share
        terms.time_saved_share = ai.time_saved_share
        terms.bias_above_share = ai.bias_above_share
        terms.biased_catch_share = ai.biased_catch_share
        terms.reviewer_catch_share = ai.reviewer_catch_share
        terms.unsupported_share = ai.unsupported_share
    for name, drafts in vendor.drafts.items():
        task = QUEUES.index(name)
        terms.drafted[task] = 1.0
        terms.draft_saved_share[task] = drafts.time_saved_share
        terms.draft_accuracy[task] = drafts.accuracy
        terms.draft_catch_share[task] = drafts.reviewer_catch_share


def charge(terms: Terms, price: Price) -> None:
    """Go over to a price."""
    terms.usd_per_claim = price.usd_per_claim
    terms.share_of_collections = price.share_of_collections


def crew_of(scenario: Scenario, vendor: Vendor) -> Crew:
    """How one vendor's agents learn and forget."""
    people, learning = scenario.people, vendor.learning
    formation = vendor.ai.skill_formation if vendor.ai else 1.0
    domain, forgetting = learning.domain_per_month * formation, learning.forgetting_per_month
    lfcm = people.learning_law == "lfcm"
    return Crew(
        law=list(LEARNING).index(people.learning_law),
        domain_rate=domain,
        client_rate=learning.client_per_month,
        # Under the learn-forget curve the learning rate itself drives forgetting.
        forgetting_per_month=domain if lfcm and forgetting > 0 else forgetting,
        exponent=people.power_exponent,
        incompressible=people.incompressible_share,
        total_months=people.total_forgetting_months,
        forgets_in_breaks=int(lfcm),
    )
