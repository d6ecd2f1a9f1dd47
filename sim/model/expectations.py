"""What to expect on average, without queues: settled knowledge, flows, and the people they need.

Serves `headcount: auto` and the knowledge of a team that has been there all along. Means of the
same rules that the simulation plays out claim by claim.
"""

from __future__ import annotations

from sim.model import rules
from sim.model.arithmetic import power
from sim.model.calendar import WorkCalendar
from sim.model.claims import source_incidence
from sim.model.codes import CATEGORIES, SETTINGS, SKILLS
from sim.model.terms import terms_of
from sim.scenario.front_end import FrontEnd, FrontSetting
from sim.scenario.hospital import Category
from sim.scenario.schema import Scenario, Team
from sim.scenario.vendor import Vendor

FRONT_DEFECTS = {"scheduling": "REG", "prior_auth": "AUTH", "transcription": "DOC"}
"""What an error at the front end leaves in the claim."""


def policy_loss(scenario: Scenario, vendor: Vendor) -> tuple[list[float], float]:
    """Knowledge lost to recurring rule changes a month after retraining: per skill, and client."""
    domain, client = [0.0] * len(SKILLS), 0.0
    left = 1.0 - vendor.retraining.effectiveness_share
    for change in scenario.policy_calendar:
        loss = change.obsolete_share * len(change.months) / 12.0 * left
        if change.skills == "client":
            client += loss
        else:
            for skill in SKILLS if change.skills == "all" else change.skills:
                domain[SKILLS.index(skill)] += loss
    return domain, client


def settled_level(entry: float, rate: float, loss: float, turnover_per_month: float) -> float:
    """Mean knowledge of a team in steady state: `(μ + θK₀)/(μ + λ + θ)` (docs/mean_field.md)."""
    total = rate + loss + turnover_per_month
    return (rate + turnover_per_month * entry) / total if total > 0 else entry


def settled_team(
    scenario: Scenario, vendor: Vendor, shares: dict[int, float]
) -> tuple[dict[int, float], float]:
    """Settled domain knowledge per skill, and client knowledge, of a vendor's team.

    `shares` is the part of busy time spent in each skill; practice also shrinks with occupancy,
    since nobody learns while idle.
    """
    learning, entry = vendor.learning, vendor.entry_knowledge
    leave = vendor.turnover.annual_rate / 12.0
    domain_loss, client_loss = policy_loss(scenario, vendor)
    forget = learning.forgetting_per_month
    domain = {
        skill: settled_level(
            entry.domain, learning.domain_per_month * vendor.target_occupancy * share,
            forget + domain_loss[skill], leave,
        )
        for skill, share in shares.items()
    }  # fmt: skip
    client_rate = learning.client_per_month * vendor.target_occupancy
    loss = forget + client_loss
    level = settled_level(entry.client, client_rate, loss, leave)
    # Playbooks hand newcomers a part of what the team knows; two rounds settle the circle.
    for _ in range(8):
        start = entry.client + vendor.conformance * max(0.0, level - entry.client)
        level = settled_level(start, client_rate, loss, leave)
    return domain, level


def mean_accuracy(
    scenario: Scenario, mix: dict[str, float], knowledge: float, penalty: float
) -> float:
    """Mean accuracy of a certification mix at a knowledge level."""
    levels = {c.name: c for c in scenario.certifications}
    return sum(
        part
        * rules.accuracy(
            levels[name].accuracy_floor, levels[name].accuracy_ceiling, knowledge, penalty, 1.0
        )
        for name, part in mix.items()
    )


def visits_per_claim(scenario: Scenario, setting: str) -> dict[str, float]:
    """Expected visits of a claim of one setting to each queue."""
    serving = {str(q): t for t in reversed(scenario.teams) for q in t.queues}
    vendors = {v.name: v for v in scenario.vendors}
    coder = vendors[serving[f"coding_{setting}"].vendor]
    left, caught, queried = _coded(scenario, setting, serving)
    stringency = sum(p.claims_share * p.stringency for p in scenario.payers)
    sums = {"reject": 0.0, "rfi": 0.0, "technical": 0.0, "clinical": 0.0}
    for c in scenario.categories:
        sums["reject"] += left[c.name] * c.reject_share
        sums["rfi"] += left[c.name] * c.rfi_share
        denied = min(c.deny_share * stringency, 1.0 - c.reject_share - c.rfi_share)
        sums[c.path] += left[c.name] * denied * _levels_worked(scenario, c, coder)
    worked = {q: vendors[serving[q].vendor].denials.worked_share if q in serving else 0.0
              for q in ("records", "denials_technical", "denials_clinical")}  # fmt: skip
    denials = scenario.denials
    silence = denials.follow_up_after_days + 1
    slow = sum(
        p.claims_share * _silent_share(p.reply_days, silence, p.no_reply_share)
        for p in scenario.payers
    )
    short = sum(p.claims_share * p.short_pay_share for p in scenario.payers)
    return {
        **_front_visits(scenario, setting, serving),
        f"coding_{setting}": _coding_time(coder, setting),
        "cdi_query": queried,
        "edits": min(1.0, scenario.hospital.scrubber_edit_share + caught)
        + sums["reject"] / max(denials.correction_share, 0.1),
        "records": sums["rfi"] * worked["records"],
        "denials_technical": sums["technical"] * worked["denials_technical"],
        "denials_clinical": sums["clinical"] * worked["denials_clinical"],
        "follow_up": slow,
        "underpayments": short * denials.short_pay_noticed_share,
    }


def _coded(
    scenario: Scenario, setting: str, serving: dict[str, Team]
) -> tuple[dict[str, float], float, float]:
    """A coded claim: expected defects left by category, defects caught, queries sent."""
    coding_team = serving[f"coding_{setting}"]
    vendors = {v.name: v for v in scenario.vendors}
    coder, people, hospital = vendors[coding_team.vendor], scenario.people, scenario.hospital
    quality, terms, profile = coder.quality, terms_of(scenario, coder), getattr(hospital, setting)
    skill = SETTINGS.index(setting)
    domain, client = settled_team(scenario, coder, {skill: 1.0})
    over = rules.pressure(coder.target_occupancy, people.pressure_threshold)
    mix = coding_team.certification_mix or coder.certification_mix
    right = mean_accuracy(scenario, mix, domain[skill], people.pressure_accuracy * over)
    wrong = 1.0 - power(right, profile.accuracy_exponent)
    wrong *= 1.0 - min(1.0, quality.qa_sample_share * quality.qa_enrichment) * (
        quality.qa_detection_share
    )
    here = [vendors[name] for name in sorted({t.vendor for t in scenario.teams})]
    feedback = min((v.feedback.floor_share for v in here if v.feedback), default=1.0)
    source = {
        str(c.name): source_incidence(scenario, c) * (feedback if c.feedback else 1.0)
        for c in scenario.categories
    }
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
    for category, share in _front_errors(scenario, setting, serving).items():
        left[category] += share
    return left, sum(caught.values()), queried


def _front_shares(front: FrontEnd, setting: str) -> dict[str, float]:
    """Front-end tasks per visit of a setting, refusals not counted."""
    profile: FrontSetting = getattr(front, setting)
    return {
        "scheduling": profile.scheduled_share,
        "prior_auth": profile.scheduled_share * profile.prior_auth_share,
        "transcription": profile.dictated_share,
    }


def _front_visits(scenario: Scenario, setting: str, serving: dict[str, Team]) -> dict[str, float]:
    """Expected items of each front-end queue per visit, at the time that drafts leave."""
    front = scenario.hospital.front_end
    if front is None:
        return {}
    vendors = {v.name: v for v in scenario.vendors}
    visits = _front_shares(front, setting)
    visits["prior_auth"] *= 1.0 + front.auth_refused_share
    for queue, team in serving.items():
        drafts = {str(k): d for k, d in vendors[team.vendor].drafts.items()}.get(queue)
        if queue in visits and drafts is not None:
            visits[queue] *= 1.0 - drafts.time_saved_share
    return visits


def _front_errors(scenario: Scenario, setting: str, serving: dict[str, Team]) -> dict[str, float]:
    """Expected defects per visit that errors at the front end leave, by category."""
    front = scenario.hospital.front_end
    if front is None:
        return {}
    vendors = {v.name: v for v in scenario.vendors}
    out = {}
    for queue, share in _front_shares(front, setting).items():
        team = serving[queue]
        vendor, skill = vendors[team.vendor], SKILLS.index(queue)
        domain, _ = settled_team(scenario, vendor, {skill: 1.0})
        mix = team.certification_mix or vendor.certification_mix
        coding = mean_accuracy(scenario, mix, domain[skill], 0.0)
        complexity = float(getattr(front, f"{queue}_complexity"))
        out[FRONT_DEFECTS[queue]] = share * (1.0 - rules.task_accuracy(coding, complexity))
    return out


def _coding_time(vendor: Vendor, setting: str) -> float:
    """Touch time of coding with the vendor's machine over that without."""
    if vendor.ai is None:
        return 1.0
    alone = float(getattr(vendor.ai.alone_share, setting))
    return alone * vendor.ai.alone_time_share + (1.0 - alone) * (1.0 - vendor.ai.time_saved_share)


def _levels_worked(scenario: Scenario, category: Category, vendor: Vendor) -> float:
    """Expected levels at which one denial is worked."""
    if category.path == "technical":
        return 1.0
    factor, total = scenario.denials.level_factor, 0.0
    for payer in scenario.payers:
        levels = len(payer.appeal_levels)
        first = rules.first_level_chance(category.recovery_share, levels, factor)
        first *= vendor.denials.win_multiplier
        still = 1.0
        for level in range(min(levels, vendor.denials.levels)):
            total += payer.claims_share * still
            still *= max(0.0, 1.0 - rules.level_chance(first, factor, level))
    return total


def _silent_share(reply: tuple[float, float, float], after: int, no_reply: float) -> float:
    """First submissions without a reply after that many days."""
    low, mode, high = reply
    if after >= high:
        late = 0.0
    elif after <= low:
        late = 1.0
    elif after >= mode:
        late = (high - after) ** 2 / ((high - low) * (high - mode))
    else:
        late = 1.0 - (after - low) ** 2 / ((high - low) * (mode - low))
    return no_reply + (1.0 - no_reply) * late


def yearly_minutes(scenario: Scenario) -> dict[str, float]:
    """Standard minutes of work per year that each queue brings, at scale 1."""
    minutes = {str(q.name): q.minutes for q in scenario.queues}
    total = dict.fromkeys(minutes, 0.0)
    for setting in SETTINGS:
        claims = getattr(scenario.hospital, setting).claims_per_year
        if claims:
            for queue, visits in visits_per_claim(scenario, setting).items():
                total[queue] += claims * visits * minutes[queue]
    return total


def practice_shares(
    scenario: Scenario, queues: tuple[str, ...], minutes: dict[str, float]
) -> dict[int, float]:
    """Part of a team's busy time in each skill."""
    skills = {str(q.name): SKILLS.index(q.skill) for q in scenario.queues}
    total = sum(minutes[q] for q in queues)
    shares: dict[int, float] = {}
    for q in queues:
        part = minutes[q] / total if total else 1.0 / len(queues)
        shares[skills[q]] = shares.get(skills[q], 0.0) + part
    return shares


def full_time_needed(
    scenario: Scenario, team: Team, calendar: WorkCalendar, minutes: dict[str, float]
) -> float:
    """Full-time equivalents of a team at scale 1: its headcount, or what `auto` works out to.

    `auto` is the team's expected minutes over a person's productive minutes at the target
    occupancy, plus those who are in class or not yet replaced at the turnover written. A queue
    that several teams serve is divided evenly.
    """
    if team.headcount != "auto":
        return float(team.headcount)
    serving = {q: sum(q in t.queues for t in scenario.teams) for q in team.queues}
    vendor = next(v for v in scenario.vendors if v.name == team.vendor)
    shares = practice_shares(scenario, team.queues, minutes)
    domain, _ = settled_team(scenario, vendor, shares)
    knowledge = sum(domain[s] * share for s, share in shares.items())
    work = sum(minutes[q] / serving[q] for q in team.queues) * vendor.handle_time_multiplier
    work *= rules.slowdown(knowledge, scenario.people.novice_slowdown)
    work *= 1.0 + scenario.people.check_time_share * vendor.quality.qa_sample_share
    capacity = calendar.productive_minutes(1.0) * calendar.workdays_per_year
    capacity *= 1.0 - scenario.calendar.absence_share
    hiring = vendor.hiring
    away = hiring.time_to_fill_days + hiring.classroom_days + hiring.class_every_days / 2.0
    gone = vendor.turnover.annual_rate * away / rules.DAYS_PER_YEAR
    return work / capacity / vendor.target_occupancy * (1.0 + gone)
