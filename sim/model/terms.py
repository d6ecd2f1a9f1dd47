"""A vendor's profile as the plain numbers that the hot paths read."""

from __future__ import annotations

from sim.scenario.schema import Scenario
from sim.scenario.vendor import Drafts, Price, Vendor


class Terms:
    """What one vendor's agents go by at their desks."""

    __slots__ = (
        "ai", "catch_auth", "catch_data", "catch_reg", "detection", "drafts", "duplicate",
        "enrichment", "entry_base", "entry_factor", "evidence_trail", "hold",
        "house_auth", "house_data", "house_reg", "lesson_months", "levels", "pace", "pace_nesting",
        "realtime",
        "sample", "share_of_collections", "threshold_cents", "under", "usd_per_claim", "vendor",
        "win_multiplier", "worked",
    )  # fmt: skip

    def __init__(self, scenario: Scenario, vendor: Vendor) -> None:
        quality, denials, narrow = vendor.quality, vendor.denials, scenario.hospital.narrow_scope
        self.vendor = vendor
        # Where the scope is narrow, the hospital's own staff do most of the catching and holding.
        reach = 1.0 if vendor.scope == "end_to_end" else narrow.vendor_influence_share
        self.catch_reg = reach * quality.catch_share.get("REG", 0.0)
        self.catch_data = reach * quality.catch_share.get("DATA", 0.0)
        self.catch_auth = reach * quality.catch_share.get("AUTH", 0.0)
        self.house_reg = (1.0 - reach) * narrow.catch_share.get("REG", 0.0)
        self.house_data = (1.0 - reach) * narrow.catch_share.get("DATA", 0.0)
        self.house_auth = (1.0 - reach) * narrow.catch_share.get("AUTH", 0.0)
        self.hold = (
            reach * quality.hold_and_query_share + (1.0 - reach) * narrow.hold_and_query_share
        )
        self.realtime = reach * quality.realtime_review_share
        self.entry_base = quality.entry_defect_share
        self.entry_factor = 1.0 - (
            quality.catch_share.get("DATA", 0.0) * scenario.people.entry_scrub_share
        )
        self.duplicate = quality.duplicate_share
        self.under = quality.under_coding_share
        self.sample = quality.qa_sample_share
        self.detection = quality.qa_detection_share
        self.enrichment = quality.qa_enrichment
        self.ai = vendor.ai
        self.drafts: dict[str, Drafts] = {str(k): v for k, v in vendor.drafts.items()}
        self.evidence_trail = denials.evidence_trail
        self.worked = denials.worked_share
        self.threshold_cents = round(denials.threshold_usd * 100)
        self.win_multiplier = denials.win_multiplier
        self.lesson_months = vendor.learning.denial_feedback_months
        self.levels = denials.levels
        self.usd_per_claim = 0.0
        self.share_of_collections = 0.0
        self.charge(vendor.price)
        # Touch time per standard minute; checks take time too, and newcomers are checked in full.
        check = scenario.people.check_time_share
        self.pace = vendor.handle_time_multiplier * (1.0 + check * self.sample)
        self.pace_nesting = vendor.handle_time_multiplier * (1.0 + check)

    def charge(self, price: Price) -> None:
        """Go over to a price."""
        self.usd_per_claim = price.usd_per_claim
        self.share_of_collections = price.share_of_collections
