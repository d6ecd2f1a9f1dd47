"""What a claim brings on average, without queues: defects, denials, and visits to each queue.

Means of the same rules that the simulation plays out claim by claim.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np

from sim.model import rules
from sim.model.arithmetic import Floats, exp, exps, log, power
from sim.model.claims import source_incidence
from sim.model.codes import CATEGORIES, MAX_VISITS, SETTINGS, SEVERITY, SKILLS
from sim.model.expectations import GRID, NORMALS, mean_accuracy, mean_pressure, settled_team
from sim.model.feedback import expected_left
from sim.model.silence import follow_ups
from sim.model.terms import terms_of
from sim.model.visits import front_errors, front_visits
from sim.model.workplaces import weekdays_worked
from sim.scenario.hospital import Category, Payer
from sim.scenario.schema import Scenario, Team
from sim.scenario.vendor import Vendor

DENIALS = ("denials_technical", "denials_clinical")
Charts = tuple[dict[str, float], float, float]
"""Of coded charts: expected defects left by category, defects caught, queries sent."""
"""What an error at the front end leaves in the claim."""


def visits_per_claim(
    scenario: Scenario, setting: str, charts: dict[str, Charts], taken: dict[str, list[float]]
) -> dict[str, float]:
    """Expected visits to each queue of a claim of one setting, or of the visit it would come from.

    `charts` are coded charts by setting, `taken` what is taken up, by queue (`taken_up`).
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
    taken: dict[str, list[float]],
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
        for payer in scenario.payers:
            price = payer.payment_multiplier
            part = (
                _part_taken_up(scenario, vendor, taken[queue], setting, c, price) if vendor else 0.0
            )
            denied = kept[payer.name] * left[c.name] * _denied_share(c, payer.stringency)
            items, won = _levels_worked(scenario, c, vendor, payer) if vendor else (0.0, 0.0)
            visits[queue] += payer.claims_share * denied * part * items
            kept[payer.name] -= denied * (1.0 - part * won)
    return visits, sum(p.claims_share * kept[p.name] for p in scenario.payers)


def _records(
    scenario: Scenario,
    setting: str,
    left: dict[str, float],
    serving: dict[str, Team],
    taken: dict[str, list[float]],
) -> tuple[float, float]:
    """Records sent for a claim that no denial has ended, and the part of such claims then lost.

    A payer asks once, whatever it asks for.
    """
    if "records" not in serving:
        return 0.0, 0.0
    vendors = {v.name: v for v in scenario.vendors}
    vendor, none, total, sent = vendors[serving["records"].vendor], 1.0, 0.0, 0.0
    for c in scenario.categories:
        share = min(1.0, left[c.name] * c.rfi_share)
        part = sum(
            weight * _part_taken_up(scenario, vendor, taken["records"], setting, c, price, False)
            for weight, _, price in _prices(scenario)
        )
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


def _denied_share(category: Category, stringency: float) -> float:
    """Part of the defects of a category that are denied."""
    return min(category.deny_share * stringency, 1.0 - category.reject_share - category.rfi_share)


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


def _levels_worked(
    scenario: Scenario, category: Category, vendor: Vendor, payer: Payer
) -> tuple[float, float]:
    """Expected levels at which a denial that is taken up is worked, and the part that is won."""
    denials, clinical = scenario.denials, category.path == "clinical"
    skill = SKILLS.index("clinical" if clinical else "billing")
    domain, _ = settled_team(scenario, vendor, {skill: 1.0})
    levels = len(payer.appeal_levels) if clinical else 1
    first = rules.first_level_chance(category.recovery_share, levels, denials.level_factor)
    items, still = 0.0, 1.0
    for level in range(min(levels, vendor.denials.levels) if clinical else 1):
        items += still
        still *= 1.0 - rules.win_chance(
            first,
            vendor.denials.win_multiplier,
            domain[skill],
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
    taken = {
        q: taken_up(scenario, vendors[team.vendor], q in DENIALS, charts)
        for q, team in serving_teams(scenario).items()
        if q in ("records", *DENIALS)
    }
    for setting in SETTINGS:
        claims = getattr(scenario.hospital, setting).claims_per_year
        if claims:
            for queue, visits in visits_per_claim(scenario, setting, charts, taken).items():
                total[queue] += claims * visits * minutes[queue]
    return total


# --- amounts --------------------------------------------------------------------------------------


def _mixture(scenario: Scenario) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Shares, mean payments and their coefficients of variation, by setting."""
    settings = [getattr(scenario.hospital, name) for name in SETTINGS]
    total = sum(s.claims_per_year for s in settings)
    return (
        tuple(s.claims_per_year / total if total else 0.5 for s in settings),
        tuple(s.payment_mean_usd for s in settings),
        tuple(s.payment_cv for s in settings),
    )


def tilted(scenario: Scenario, setting: str, category: Category) -> float:
    """How often a source defect is met in a setting, relative to all claims: dearer, more often."""
    mix = _mixture(scenario)
    tilt = rules.tilt_exponent(category.dollar_weight, *mix)
    i = SETTINGS.index(setting)
    alone = ((1.0,), mix[1][i : i + 1], mix[2][i : i + 1])
    return rules.payment_moment(tilt, *alone) / rules.payment_moment(tilt, *mix)


def _prices(scenario: Scenario) -> list[tuple[float, float, float]]:
    """Part of the claims, mean stringency and payment multiplier of payers who pay alike."""
    payers = scenario.payers
    if all(p.payment_multiplier == payers[0].payment_multiplier for p in payers):
        stringency = sum(p.claims_share * p.stringency for p in payers)
        return [(1.0, stringency, payers[0].payment_multiplier)]
    return [(p.claims_share, p.stringency, p.payment_multiplier) for p in payers]


def log_cents_at_stake(
    scenario: Scenario, setting: str, category: Category, denials: bool, price: float
) -> Floats:
    """Log of the cents at stake in denials or requests of a category and setting, on a grid.

    They are of payers whose payment multiplier is `price`.
    """
    profile = getattr(scenario.hospital, setting)
    sigma = rules.lognormal_sigma(profile.payment_cv)
    tilt = rules.tilt_exponent(category.dollar_weight, *_mixture(scenario))
    middle = log(profile.payment_mean_usd * 100.0) + (tilt - 0.5) * sigma * sigma
    stake = max(category.stake_share, 1e-9) if denials else 1.0
    return middle + log(stake) + log(price) + sigma * NORMALS


def taken_up(
    scenario: Scenario, vendor: Vendor, denials: bool, charts: dict[str, Charts]
) -> list[float]:
    """What a vendor takes up of denials or requests by amount, so that `worked_share` comes out.

    Gives the part of the largest amounts, the cents of which half of that is taken up, and the
    steepness (`rules.worked_share`). The small amounts are left first; what a threshold keeps away
    is part of what is left.
    """
    wanted, steepness = vendor.denials.worked_share, scenario.denials.worked_steepness
    most = max(wanted, scenario.denials.worked_most_share)
    counts, amounts = [], []
    for setting, (weight, stringency, price) in product(SETTINGS, _prices(scenario)):
        claims = getattr(scenario.hospital, setting).claims_per_year * weight
        left, _, _ = charts[setting]
        for c in scenario.categories:
            fate = _denied_share(c, stringency) if denials else c.rfi_share
            counts.append(np.full(GRID, claims * left[c.name] * fate))
            amounts.append(log_cents_at_stake(scenario, setting, c, denials, price))
    weights, log_cents = np.concatenate(counts), np.concatenate(amounts)
    total = float(weights.sum())
    if wanted >= most or steepness == 0.0 or total == 0.0:
        return [wanted, 0.0, steepness]
    if denials:
        weights = weights * _worth_it(vendor, log_cents)
    halfway = _halfway(most, steepness, wanted * total, weights.tobytes(), log_cents.tobytes())
    return [most, exp(halfway), steepness]


@lru_cache(maxsize=64)
def _halfway(
    most: float, steepness: float, wanted: float, weights: bytes, log_cents: bytes
) -> float:
    """Log of the cents of which half of the most is taken up, so that as many as wanted are.

    `weights` and `log_cents` are arrays as bytes: the replications of a study ask for the same.
    """
    count, amount = np.frombuffer(weights), np.frombuffer(log_cents)
    low, high = 0.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2.0
        part = _worked_part(most, middle, steepness, amount)
        enough = float((count * part).sum()) > wanted
        low, high = (middle, high) if enough else (low, middle)
    return low


def _worked_part(most: float, halfway: float, steepness: float, log_cents: Floats) -> Floats:
    """`rules.worked_share` for many amounts, all in logs."""
    return most / (1.0 + exps(steepness * (halfway - log_cents)))


def _worth_it(vendor: Vendor, log_cents: Floats) -> Floats:
    """1 where there is as much at stake as a vendor's threshold, else 0."""
    least = log(max(vendor.denials.threshold_usd * 100.0, 1.0))
    return (log_cents >= least).astype(float)


def _part_taken_up(
    scenario: Scenario,
    vendor: Vendor,
    taken: list[float],
    setting: str,
    category: Category,
    price: float,
    denials: bool = True,
) -> float:
    """Part of the denials or requests of a category and setting that a vendor takes up.

    They are of payers whose payment multiplier is `price`.
    """
    most, halfway_cents, steepness = taken
    log_cents = log_cents_at_stake(scenario, setting, category, denials, price)
    part = np.full(GRID, most)
    if halfway_cents > 0.0:
        part = _worked_part(most, log(halfway_cents), steepness, log_cents)
    if denials:
        part = part * _worth_it(vendor, log_cents)
    return float(part.mean())
