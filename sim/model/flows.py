"""What a claim brings on average, without queues: defects, denials, and visits to each queue.

Means of the same rules that the simulation plays out claim by claim.
"""

from __future__ import annotations

import numpy as np

from sim.model import rules
from sim.model.arithmetic import exps, power
from sim.model.claims import source_incidence
from sim.model.codes import CATEGORIES, MAX_VISITS, SETTINGS, SEVERITY, SKILLS
from sim.model.expectations import NORMALS, mean_accuracy, mean_pressure, settled_team
from sim.model.feedback import expected_left
from sim.model.silence import follow_ups
from sim.model.stakes import Charts, Stakes, TakenUp, denied_share, prices, tilted
from sim.model.terms import terms_of
from sim.model.visits import front_errors, front_visits
from sim.model.workplaces import weekdays_worked
from sim.scenario.hospital import Category, Payer
from sim.scenario.schema import Scenario, Team
from sim.scenario.vendor import Vendor

DENIALS = ("denials_technical", "denials_clinical")


def visits_per_claim(
    scenario: Scenario, setting: str, charts: dict[str, Charts], taken: dict[str, TakenUp]
) -> dict[str, float]:
    """Expected visits to each queue of a claim of one setting, or of the visit it would come from.

    `charts` are coded charts by setting, `taken` what is taken up, by queue.
    """
    serving = serving_teams(scenario)
    vendors = {v.name: v for v in scenario.vendors}
    coder = vendors[serving[f"coding_{setting}"].vendor]
    left, caught, queried = charts[setting]
    visits, reached = _denials(scenario, setting, left, serving, taken)
    untouched = 1.0
    for c in scenario.categories:
        untouched *= 1.0 - min(1.0, left[c.name]) * c.reject_share
    rejected = 1.0 - untouched
    asked, lost = _records(scenario, setting, left, serving, taken)
    followed = 0.0
    if "follow_up" in serving:
        team = serving["follow_up"]
        target = vendors[team.vendor].target_occupancy
        followed = follow_ups(scenario, rejected, target, weekdays_worked(scenario, team.site))
    through, tasks = front_visits(scenario, setting, serving)
    behind = {
        f"coding_{setting}": coding_time(coder, setting),
        "cdi_query": queried,
        "edits": 1.0
        - (1.0 - scenario.hospital.scrubber_edit_share) * (1.0 - min(1.0, caught))
        + rejected * _corrections(scenario, serving),
        "records": reached * asked,
        **visits,
        "follow_up": followed,
        "underpayments": reached * (1.0 - lost) * _short_payments(scenario, setting, serving),
    }
    return {**tasks, **{queue: through * visits for queue, visits in behind.items()}}


def serving_teams(scenario: Scenario) -> dict[str, Team]:
    """The team that answers for each queue: the first that serves it."""
    return {str(q): t for t in reversed(scenario.teams) for q in t.queues}


def _denials(
    scenario: Scenario,
    setting: str,
    left: dict[str, float],
    serving: dict[str, Team],
    taken: dict[str, TakenUp],
) -> tuple[dict[str, float], float]:
    """Expected visits of a claim to each queue of denials, and the part not lost to them.

    A claim with several defects is denied for one at a time, as long as the others are won. Payers
    who deny more may offer other levels than those who deny less.
    """
    categories = {str(c.name): c for c in scenario.categories}
    vendors = {v.name: v for v in scenario.vendors}
    visits, kept = dict.fromkeys(DENIALS, 0.0), {p.name: 1.0 for p in scenario.payers}
    for c in (categories[CATEGORIES[i]] for i in SEVERITY):
        queue = f"denials_{c.path}"
        vendor = vendors[serving[queue].vendor] if queue in serving else None
        parts = taken[queue].parts(setting, c) if vendor else {}
        level = _denial_level(scenario, c, vendor) if vendor else 0.0
        for payer in scenario.payers:
            part = parts[payer.payment_multiplier] if vendor else 0.0
            denied = kept[payer.name] * left[c.name] * denied_share(c, payer.stringency)
            items, won = _levels_worked(scenario, c, vendor, payer, level) if vendor else (0.0, 0.0)
            visits[queue] += payer.claims_share * denied * part * items
            kept[payer.name] -= denied * (1.0 - part * won)
    return visits, sum(p.claims_share * kept[p.name] for p in scenario.payers)


def _records(
    scenario: Scenario,
    setting: str,
    left: dict[str, float],
    serving: dict[str, Team],
    taken: dict[str, TakenUp],
) -> tuple[float, float]:
    """Records sent for a claim that no denial has ended, and the part of such claims then lost.

    A payer asks once, whatever it asks for.
    """
    if "records" not in serving:
        return 0.0, 0.0
    none, total, sent = 1.0, 0.0, 0.0
    for c in scenario.categories:
        share = min(1.0, left[c.name] * c.rfi_share)
        parts = taken["records"].parts(setting, c)
        part = sum(weight * parts[price] for weight, _, price in prices(scenario))
        none *= 1.0 - share
        total += share
        sent += share * part
    if total == 0.0:
        return 0.0, 0.0
    sent *= (1.0 - none) / total
    return sent, 1.0 - none - sent * scenario.denials.records_recovery_share


def _corrections(scenario: Scenario, serving: dict[str, Team]) -> float:
    """Expected visits to the edits until a rejected claim is accepted, or given up."""
    if "edits" not in serving:
        return 0.0
    vendor = next(v for v in scenario.vendors if v.name == serving["edits"].vendor)
    skill, denials = SKILLS.index("billing"), scenario.denials
    domain, _ = settled_team(scenario, vendor, {skill: 1.0})
    mended = denials.correction_share * rules.known(domain[skill], denials.knowledge_floor)
    return (1.0 - power(1.0 - mended, MAX_VISITS)) / mended if mended > 0.0 else float(MAX_VISITS)


def _short_payments(scenario: Scenario, setting: str, serving: dict[str, Team]) -> float:
    """Short payments, per paid claim of a setting, that are noticed and large enough to chase."""
    profile = getattr(scenario.hospital, setting)
    vendors = {v.name: v for v in scenario.vendors}
    if "underpayments" not in serving:
        return 0.0
    least = vendors[serving["underpayments"].vendor].denials.threshold_usd
    sigma = rules.lognormal_sigma(profile.payment_cv)
    amounts = profile.payment_mean_usd * exps(sigma * NORMALS - sigma * sigma / 2.0)
    return scenario.denials.short_pay_noticed_share * sum(
        p.claims_share
        * p.short_pay_share
        * float(np.mean(amounts * p.payment_multiplier * p.short_pay_payment_share >= least))
        for p in scenario.payers
    )


def coded_charts(scenario: Scenario) -> dict[str, Charts]:
    """Coded charts of each setting, on average."""
    serving = serving_teams(scenario)
    # Only vendors who work denials have anything to tell the hospital.
    mended = expected_left(scenario, {t.vendor for q, t in serving.items() if q in DENIALS})
    return {setting: _coded(scenario, setting, serving, mended) for setting in SETTINGS}


def _coded(
    scenario: Scenario, setting: str, serving: dict[str, Team], mended: dict[str, float]
) -> Charts:
    """A coded chart: expected defects left by category, defects caught, queries sent."""
    coding_team = serving[f"coding_{setting}"]
    vendors = {v.name: v for v in scenario.vendors}
    coder, people, hospital = vendors[coding_team.vendor], scenario.people, scenario.hospital
    quality, terms, profile = coder.quality, terms_of(scenario, coder), getattr(hospital, setting)
    skill = SETTINGS.index(setting)
    domain, client = settled_team(scenario, coder, {skill: 1.0})
    over = mean_pressure(coder.target_occupancy, people.pressure_threshold)
    mix = coding_team.certification_mix or coder.certification_mix
    right = mean_accuracy(scenario, mix, domain[skill], people.pressure_accuracy * over)
    wrong = 1.0 - power(right, profile.accuracy_exponent)
    wrong *= 1.0 - min(1.0, quality.qa_sample_share * quality.qa_enrichment) * (
        quality.qa_detection_share
    )
    source = {
        str(c.name): source_incidence(scenario, c) * mended[c.name] * tilted(scenario, setting, c)
        for c in scenario.categories
    }
    for category, share in front_errors(scenario, setting, serving).items():
        source[category] = 1.0 - (1.0 - source[category]) * (1.0 - share)
    caught = {
        "REG": source["REG"] * (terms.catch_reg * client + terms.house_reg),
        "DATA": source["DATA"] * (terms.catch_data * client + terms.house_data),
        "AUTH": source["AUTH"] * (terms.catch_auth * client + terms.house_auth),
    }
    left = {c: source[c] - caught.get(c, 0.0) for c in CATEGORIES}
    left["DATA"] += rules.entry_defect(
        terms.entry_base, client, people.entry_defect_floor, terms.entry_factor
    )
    left["CODE"] += wrong
    left["DUP"] += quality.duplicate_share
    weak = 1.0 - (1.0 - source["DOC"]) * (1.0 - profile.cdi_gap_share)
    held = terms.hold * (1.0 - people.notice_by_skill_share * (1.0 - right))
    queried = weak * (terms.realtime + (1.0 - terms.realtime) * held)
    left["DOC"] *= 1.0 - (
        terms.realtime * hospital.realtime_resolved_share
        + (1.0 - terms.realtime)
        * held
        * hospital.query_answered_share
        * hospital.query_resolved_share
    )
    return left, sum(caught.values()), queried


def coding_time(vendor: Vendor, setting: str) -> float:
    """Touch time of coding with the vendor's machine over that without."""
    if vendor.ai is None:
        return 1.0
    alone = float(getattr(vendor.ai.alone_share, setting))
    return alone * vendor.ai.alone_time_share + (1.0 - alone) * (1.0 - vendor.ai.time_saved_share)


def _denial_level(scenario: Scenario, category: Category, vendor: Vendor) -> float:
    """What a settled team knows of the denials of a category."""
    skill = SKILLS.index("clinical" if category.path == "clinical" else "billing")
    return settled_team(scenario, vendor, {skill: 1.0})[0][skill]


def _levels_worked(
    scenario: Scenario, category: Category, vendor: Vendor, payer: Payer, known: float
) -> tuple[float, float]:
    """Expected levels at which a denial that is taken up is worked, and the part that is won."""
    denials, clinical = scenario.denials, category.path == "clinical"
    levels = len(payer.appeal_levels) if clinical else 1
    first = rules.first_level_chance(category.recovery_share, levels, denials.level_factor)
    items, still = 0.0, 1.0
    for level in range(min(levels, vendor.denials.levels) if clinical else 1):
        items += still
        still *= 1.0 - rules.win_chance(
            first,
            vendor.denials.win_multiplier,
            known,
            denials.knowledge_floor,
            level,
            denials.level_factor,
            denials.win_cap,
        )
    return items, 1.0 - still


def yearly_minutes(scenario: Scenario) -> dict[str, float]:
    """Standard minutes of work per year that each queue brings, at scale 1."""
    minutes = {str(q.name): q.minutes for q in scenario.queues}
    total = dict.fromkeys(minutes, 0.0)
    charts, vendors = coded_charts(scenario), {v.name: v for v in scenario.vendors}
    stakes = Stakes(scenario)
    taken = {
        q: TakenUp(scenario, vendors[team.vendor], q in DENIALS, charts, stakes)
        for q, team in serving_teams(scenario).items()
        if q in ("records", *DENIALS)
    }
    for setting in SETTINGS:
        claims = getattr(scenario.hospital, setting).claims_per_year
        if claims:
            for queue, visits in visits_per_claim(scenario, setting, charts, taken).items():
                total[queue] += claims * visits * minutes[queue]
    return total
