"""Turns a scenario into the rows that the kernel starts from."""

from __future__ import annotations

from datetime import date
from math import prod

from sim.model import rules
from sim.model.calendar import WorkCalendar
from sim.model.codes import CATEGORIES, MAX_LEVELS, QUEUES, SKILLS, Order, Queue, names
from sim.model.flows import coded_charts
from sim.model.kernel.rows import Day, House, Kind, Payer, Place, State, Terms, WorkQueue
from sim.model.kernel.work import WORK
from sim.model.lanes import add_lanes
from sim.model.stakes import Stakes, TakenUp
from sim.model.stints import Stint
from sim.model.terms import crew_of, terms_of
from sim.scenario.hospital import Category
from sim.scenario.hospital import Payer as PayerProfile
from sim.scenario.plugins import DISCIPLINES, sound
from sim.scenario.schema import Scenario
from sim.scenario.timeline import FilingLimit, PayerAi, PayerOutage, PayerSlow, hit
from sim.scenario.vendor import Vendor


def initial_state(scenario: Scenario, calendar: WorkCalendar, stints: list[Stint]) -> State:
    """The rows of a scenario before the first day; a crew, with its terms, for each stint."""
    vendors = {v.name: v for v in scenario.vendors}
    employers: list[Vendor] = [vendors[stint.team.vendor] for stint in stints]
    charts, stakes = coded_charts(scenario), Stakes(scenario)
    amounts = {
        name: [TakenUp(scenario, vendors[name], d, charts, stakes).terms for d in (False, True)]
        for name in {v.name for v in employers}
    }
    return State(
        house=_house(scenario),
        days=[
            Day(int(worked), following)
            for worked, following in zip(calendar.is_workday, calendar.following, strict=True)
        ],
        queues=_queues(scenario),
        payers=[_payer(scenario, p) for p in scenario.payers],
        kinds=[Kind(int(_clinical(c)), c.stake_share) for c in _categories(scenario)],
        places=[
            Place(
                s.accuracy_exponent,
                s.under_coding_payment_share,
                s.over_coding_payment_share,
                s.cdi_gap_payment_share,
                s.audit_takeback_share,
                s.audit_note_takeback_share,
            )
            for s in (scenario.hospital.inpatient, scenario.hospital.outpatient)
        ],
        crews=[crew_of(scenario, v) for v in employers],
        terms=[_terms(scenario, v, *amounts[v.name]) for v in employers],
    )


def _terms(scenario: Scenario, vendor: Vendor, records: list[float], denials: list[float]) -> Terms:
    """A vendor's terms, with the amounts from which on it takes up what comes back."""
    terms = terms_of(scenario, vendor)
    terms.records_worked, terms.denials_worked = list(records), list(denials)
    return terms


def _categories(scenario: Scenario) -> list[Category]:
    by_name = {str(c.name): c for c in scenario.categories}
    return [by_name[name] for name in CATEGORIES]


def _clinical(category: Category) -> bool:
    return category.path == "clinical"


def _queues(scenario: Scenario) -> list[WorkQueue]:
    """All kinds of work, those that the scenario leaves out too: nobody brings them any.

    Behind them stand the queues of teams that take only some of a kind.
    """
    rows = [WorkQueue(i, i, drawn=int(work.drawn)) for i, work in enumerate(WORK)]
    disciplines = (*names(Order), *sound(DISCIPLINES))
    ahead = {q: t.returned_first for t in reversed(scenario.teams) for q in t.queues}
    orders = {q: t.discipline for t in reversed(scenario.teams) for q in t.queues}
    for queue in scenario.queues:
        row = rows[QUEUES.index(queue.name)]
        row.skill = SKILLS.index(queue.skill)
        row.minutes = queue.minutes
        row.sigma = rules.lognormal_sigma(queue.minutes_cv)
        row.exponential = int(queue.distribution == "exponential")
        row.due_days = queue.due_days
        row.returned_first = int(ahead.get(queue.name, False))
        row.order = disciplines.index(orders.get(queue.name, "fifo"))
    add_lanes(scenario, rows)
    return rows


def _payer(scenario: Scenario, payer: PayerProfile) -> Payer:
    spare = [0] * (MAX_LEVELS - len(payer.appeal_levels))
    first, last = payer.records_decision_days
    return Payer(
        filing_limit_days=payer.filing_limit_days,
        corrected_reply_days=payer.corrected_claim_reply_days,
        corrected_window_days=payer.corrected_claim_window_days,
        records_window_days=payer.records_window_days,
        records_first_day=float(first),
        records_last_day=float(last),
        short_pay_share=payer.short_pay_payment_share,
        levels=len(payer.appeal_levels),
        file_within_days=[level.file_within_days for level in payer.appeal_levels] + spare,
        decision_days=[level.decision_days for level in payer.appeal_levels] + spare,
        first_chance=[
            _first_chance(scenario, payer, c, c.recovery_share) for c in _categories(scenario)
        ],
    )


def _first_chance(
    scenario: Scenario, payer: PayerProfile, category: Category, overall: float
) -> float:
    """Win chance at the first level that gives `overall` over all levels of the payer."""
    levels = len(payer.appeal_levels) if _clinical(category) else 1
    return rules.first_level_chance(overall, levels, scenario.denials.level_factor)


def switch_on_machines(state: State, scenario: Scenario, event: PayerAi) -> None:
    """Let payers' machines look at what is adjudicated from now on."""
    for row, payer in zip(state.payers, scenario.payers, strict=True):
        if hit(event, payer.name):
            row.machine = 1
            row.machine_found_share = event.found_share
            row.machine_false_share = event.false_share
            for i, category in enumerate(_categories(scenario)):
                row.machine_chance[i] = _first_chance(
                    scenario, payer, category, event.contest_share
                )
                row.machine_chance_trail[i] = _first_chance(
                    scenario, payer, category, event.contest_with_trail_share
                )


def change_payers(state: State, scenario: Scenario, event: PayerOutage | FilingLimit) -> None:
    """Let an outage, or a new filing limit, begin."""
    day = (event.on - scenario.start).days
    for row, payer in zip(state.payers, scenario.payers, strict=True):
        if not hit(event, payer.name):
            continue
        if isinstance(event, FilingLimit):
            row.filing_limit_days = event.days
        else:
            row.silent_until = max(row.silent_until, min(day + event.days, scenario.end_days))


def slow_down(state: State, scenario: Scenario, on: date) -> None:
    """Let payers answer as slowly as all events make them that are under way on a date."""
    slow = [
        event
        for event in scenario.timeline
        if isinstance(event, PayerSlow)
        and event.on <= on
        and (event.until is None or on < event.until)
    ]
    for row, payer in zip(state.payers, scenario.payers, strict=True):
        row.slowness = prod(event.factor for event in slow if hit(event, payer.name))


def _house(scenario: Scenario) -> House:
    hospital, denials, people = scenario.hospital, scenario.denials, scenario.people
    first, last = hospital.audit_lag_days
    house = House(
        horizon_days=scenario.horizon_days,
        end_days=scenario.end_days,
        bill_hold_days=hospital.bill_hold_days,
        chart_ready_days=hospital.chart_ready_days,
        follow_up_after_days=denials.follow_up_after_days,
        novice_slowdown=people.novice_slowdown,
        entry_floor=people.entry_defect_floor,
        skill_notices=people.notice_by_skill_share,
        over_share=people.over_coding_share,
        unsupported_found=people.unsupported_found_share,
        query_usd=hospital.query_physician_usd,
        query_median_days=hospital.query_response_median_days,
        query_sigma=hospital.query_response_sigma,
        query_answered=hospital.query_answered_share,
        query_resolved=hospital.query_resolved_share,
        realtime_resolved=hospital.realtime_resolved_share,
        correction_share=denials.correction_share,
        knowledge_floor=denials.knowledge_floor,
        level_factor=denials.level_factor,
        win_cap=denials.win_cap,
        records_recovery=denials.records_recovery_share,
        short_pay_recovery=denials.short_pay_recovery_share,
        short_pay_noticed=denials.short_pay_noticed_share,
        audit_defended=hospital.audit_defended_share,
        audit_first_day=float(first),
        audit_last_day=float(last),
    )
    front = hospital.front_end
    if front is not None:
        house.patience_mean_days = front.patience_mean_days
        house.call_again_share = front.call_again_share
        house.call_again_days = front.call_again_days
        house.auth_first_day, house.auth_last_day = map(float, front.auth_decision_days)
        house.auth_refused = front.auth_refused_share
        house.peer_won = front.peer_to_peer_won_share
        house.postponed_share = front.postponed_share
        house.postponed_days = front.postponed_days
        house.complexity[Queue.SCHEDULING] = front.scheduling_complexity
        house.complexity[Queue.PRIOR_AUTH] = front.prior_auth_complexity
        house.complexity[Queue.TRANSCRIPTION] = front.transcription_complexity
    return house
