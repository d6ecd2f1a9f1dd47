"""The KPIs: one definition each, computed from the tables of a record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.record import contract
from sim.record.account import margins, vendor_months
from sim.record.denials import denials
from sim.record.flow import flow
from sim.record.kpi import Kpi
from sim.record.monthly import answer_weeks, money_weeks, monthly, people_weeks
from sim.record.people import people
from sim.record.record import AGE_BANDS, Outcome, Record
from sim.record.views import (
    ASKED,
    DENIED,
    DUPLICATE,
    FIRST_PAID,
    LOST_VISITS,
    NONE,
    REJECTED,
    RIGHT,
    WRONG,
    View,
    ratio,
)

NAN = float("nan")
MINUTES_A_DAY = 1440.0


def _k(
    name: str,
    unit: str,
    better: str,
    form: str,
    definition: str,
    matters: float = 0.0,
    headline: bool = False,
    scale_free: bool = True,
) -> tuple[str, Kpi]:
    return name, Kpi(name, unit, better, form, definition, matters, headline, scale_free)


WHOLE_RUN = (
    "people.wages_usd",
    "people.turnover_cost_usd_per_year",
    "people.programme_usd_per_year",
    "money.breach_drawn_usd",
)
"""Money that is added up over the whole run instead of the KPI window."""
NO_TIME_LEFT = 0.97
"""Part of its productive time from which on a team is busy as good as always."""
AR_BANDS_DAYS = (30, 60, 90, 120)
AR_BANDS = ("0_30", "31_60", "61_90", "91_120", "over_120")
"""Ages of receivables, in days since service."""
RATIO, TOTAL, MEAN = "ratio of totals", "total", "mean"
WINDOW = "claims with a (planned) day of service in the KPI window"

KPIS: dict[str, Kpi] = dict([
    _k("claims.first_pass_payment_rate", "share", "higher", RATIO,
       f"Paid on the first submission without rejection, request or denial, over {WINDOW} that "
       "have had a first answer", 0.005, True),
    _k("denials.initial_rate", "share", "lower", RATIO,
       f"Denied at their first adjudication, duplicates not counted, over the adjudicated claims "
       f"among {WINDOW} (HFMA); the sum of denials.category.* without DUP", 0.0025, True),
    _k("denials.initial_with_duplicates_rate", "share", "lower", RATIO,
       "As denials.initial_rate, duplicates counted", 0.0025),
    _k("denials.first_answer_rate", "share", "lower", RATIO,
       f"First answer of the payer's side is a denial, over {WINDOW} that have had a first answer",
       0.0025),
    _k("claims.rejection_rate", "share", "lower", RATIO,
       f"First answer is a front-end rejection, over {WINDOW} that have had a first answer",
       0.0025, True),
    _k("claims.rfi_rate", "share", "lower", RATIO,
       f"First answer is a request for information, over {WINDOW} that have had a first answer",
       0.0025, True),
    _k("claims.clean_claim_rate", "share", "higher", RATIO,
       f"Touched by nobody between release and the payer's acceptance (no scrubber edit, no "
       f"rejection), over {WINDOW} that have had a first answer (HFMA)", 0.005),
    _k("claims.untouched_rate", "share", "higher", RATIO,
       "As claims.clean_claim_rate, without those whose defects were caught and mended before "
       "release", 0.005),
    _k("denials.initial_usd_rate", "share", "lower", RATIO,
       "As denials.initial_rate, weighted by expected payment", 0.0025),
    _k("denials.initial_with_rfi_usd_rate", "share", "lower", RATIO,
       "Denied at the first adjudication or asked for records, weighted by expected payment "
       "(Kodiak's basis)", 0.0025),
    _k("denials.write_off_rate", "share", "lower", RATIO,
       f"Written off after denial, request, lapse or rejection, over what was paid for {WINDOW}",
       0.001),
    _k("denials.final_rate", "share", "lower", RATIO,
       f"Expected payment written off after denial, request, lapse or rejection, over the expected "
       f"payment of {WINDOW} whose visit took place", 0.001, True),
    _k("denials.overturned_rate", "share", "higher", RATIO,
       f"Initially denied claims that were paid in the end, over those that are closed; {WINDOW} "
       "(HFMA: initial denials overturned)", 0.01),
    _k("appeals.won_rate", "share", "higher", RATIO,
       f"Denials corrected or appealed at least once that were paid in the end, over those that "
       f"are closed; {WINDOW}", 0.01),
    _k("quality.coding_accuracy", "share", "higher", RATIO,
       f"Claims without a coding error after internal checks, over the coded claims among {WINDOW}",
       0.005, True),
    _k("money.net_revenue_realisation", "share", "higher", RATIO,
       f"Paid net of takebacks, over the expected payment of {WINDOW}", 0.001, True),
    _k("money.leakage", "share", "lower", RATIO, "1 − money.net_revenue_realisation", 0.001),
    _k("money.average_revenue_per_case", "USD", "higher", RATIO,
       "Paid for inpatient claims over inpatient discharges", 10.0, True),
    _k("money.net_value_usd", "USD/year", "higher", TOTAL,
       "Paid for services of the KPI window, less vendor fees, work left behind, hospital labour, "
       "one-off costs, expected breach cost and cost of capital on receivables, plus the care that "
       "lost visits save", 0.0, True),
    _k("money.tco", "USD/year", "lower", TOTAL,
       "Vendor fees, work left behind, hospital labour, one-off costs, expected breach cost and "
       "write-offs of the KPI window (what is open even after the drain is one), less the care "
       "that lost visits save", 0.0, True),
    _k("money.tco_with_revenue", "USD/year", "lower", TOTAL,
       "money.tco plus under-coding, documentation gaps, short payments and takebacks"),
    _k("money.fees_usd", "USD/year", "lower", TOTAL,
       "Vendor fees: by time, those of the days of the KPI window; by claim or collections, those "
       "for its claims, whenever they are due", 0.0, True, scale_free=False),
    _k("money.left_work_usd", "USD/year", "lower", TOTAL,
       "Work that claims of the KPI window took, whenever that was, beyond what the teams worked "
       "in the window, at what a busy minute costs at the target occupancy; below 0 where they "
       "took less, by at most what was billed for the window's hours", scale_free=False),
    _k("money.hospital_usd", "USD/year", "lower", TOTAL,
       "Hospital labour on queries of the claims, and on vendor management in the days, of the KPI "
       "window"),
    _k("money.care_saved_usd", "USD/year", "neither", TOTAL,
       f"What the care of visits that were lost would have cost; {WINDOW}"),
    _k("money.one_off_usd", "USD/year", "lower", TOTAL,
       "Transitions and risk assessments of the whole run, spread over the KPI window"),
    _k("money.breach_expected_usd", "USD/year", "lower", TOTAL,
       "Expected cost of breaches at the vendors in place, for the KPI window"),
    _k("money.breach_drawn_usd", "USD/year", "neither", TOTAL,
       "Cost of the breaches that this replication drew (not part of any other figure)"),
    _k("money.cost_per_transaction", "USD", "lower", RATIO,
       f"Vendor fees and work left behind over the claims submitted of {WINDOW}",
       0.05, scale_free=False),
    _k("money.cost_to_collect", "share", "lower", RATIO,
       f"Vendor fees, work left behind and hospital labour over what was paid for {WINDOW}; "
       "registration and software not counted", 0.0005, scale_free=False),
    _k("money.days_in_ar", "days", "lower", RATIO,
       "Mean expected value of claims served and not yet closed, over the mean expected value of a "
       "day, in the KPI window", 0.5, True, scale_free=False),
    _k("money.dnfb_days", "days", "lower", RATIO,
       "Mean expected value of claims served and not yet submitted, over the mean expected value "
       "of a day, in the KPI window (discharged, not final billed)", 0.25, scale_free=False),
    _k("money.ar_over_90_share", "share", "lower", RATIO,
       "Part of the expected value of submitted and open claims whose service is more than 90 days "
       "ago, mean over the days of the KPI window", 0.005, scale_free=False),
    _k("money.cash_usd", "USD/year", "higher", TOTAL, "Cash received in the KPI window"),
    _k("money.expected_usd", "USD/year", "neither", TOTAL,
       f"Contractual payment of {WINDOW}, were they perfectly documented, coded and timely"),
    _k("money.paid_usd", "USD/year", "higher", TOTAL,
       f"Paid for {WINDOW} by the end of the run, net of takebacks accrued"),
    _k("money.open_usd", "USD/year", "lower", TOTAL,
       f"Expected payment of {WINDOW} that is unfinished even after the drain; counted as nothing"),
    _k("audit.takeback", "share", "lower", RATIO,
       f"Taken back by audits, accrued with the payment, over the expected payment of {WINDOW}",
       0.0005),
    _k("work.touches_per_claim", "items", "lower", RATIO,
       f"Work items from the chart on, over {WINDOW} whose visit took place", 0.02),
    _k("work.rework_share", "share", "lower", RATIO,
       f"Work items other than coding over all work items, for {WINDOW}", 0.005),
    _k("work.days_to_submission", "days", "lower", MEAN,
       f"Mean days from service to first submission of {WINDOW}", 0.25, scale_free=False),
    _k("work.days_to_first_touch", "days", "lower", MEAN,
       f"Mean days from the arrival of the complete chart at the coders (or at a review in real "
       f"time) to the start of the first work on it that is finished, of {WINDOW}", 0.1,
       scale_free=False),
    _k("work.touches_per_paid_hour", "items/hour", "higher", RATIO,
       "Work items finished over hours billed, whole run from kpi_from_days", scale_free=False),
    _k("people.headcount", "people", "neither", MEAN,
       "Full-time equivalents employed at full size, weekly mean from kpi_from_days on"),
    _k("people.turnover", "1/year", "lower", RATIO,
       "Separations over mean headcount and years, from kpi_from_days on, those in training "
       "included, the ends of contracts and promotions to team lead not", 0.02, True),
    _k("people.turnover_expected", "1/year", "lower", RATIO,
       "Separation rate that the vendors' profiles write, at their target occupancies, over teams "
       "and weeks by planned headcount, from kpi_from_days on; what people.turnover has besides is "
       "pressure, certificates, young teams, events and luck", 0.02),
    _k("people.vacancy_share", "share", "lower", RATIO,
       "Planned positions without an employee, over planned positions, from kpi_from_days on; "
       "people beyond the plan of one team fill no position of another", 0.01),
    _k("people.occupancy", "share", "neither", RATIO,
       "Busy time over productive time (paid time less absence, breaks, education and mentoring)",
       0.01, True, scale_free=False),
    _k("people.scheduled_of_paid", "share", "higher", RATIO,
       "Scheduled time (paid, not in class) over paid time, from kpi_from_days on", 0.01),
    _k("people.productive_of_scheduled", "share", "higher", RATIO,
       "Productive time (scheduled less absence, breaks, education and mentoring) over scheduled "
       "time, from kpi_from_days on", 0.01),
    _k("people.busy_of_paid", "share", "higher", RATIO,
       "Busy time over paid time, from kpi_from_days on", 0.01, scale_free=False),
    _k("people.wages_usd", "USD/year", "lower", TOTAL,
       "Wages that the employers paid in the whole run, training included", scale_free=False),
    _k("people.turnover_cost_usd_per_year", "USD/year", "lower", TOTAL,
       "Recruiting, classroom wages and mentors' time, whole run, per year; part-time people count "
       "by their hours"),
    _k("people.turnover_cost_usd_per_leaver", "USD", "lower", RATIO,
       "The same over the separations of the whole run", 100.0),
    _k("people.programme_usd_per_year", "USD/year", "lower", TOTAL,
       "Fees of certification programmes, whoever bears them, whole run, per year"),
    _k("people.mean_knowledge", "share", "higher", MEAN,
       "Domain knowledge of producing agents in the skills of their team", 0.01, True),
    _k("people.client_knowledge", "share", "higher", MEAN,
       "Client knowledge of producing agents", 0.01),
    _k("people.certified_share", "share", "higher", RATIO,
       "Producing agents who hold a certification", 0.01),
    _k("people.exhaustion", "ratio", "lower", MEAN,
       "Mean exhaustion of those producing, by people and weeks from kpi_from_days on; 1 is what "
       "twice the working hours of reference bring in the end (`people.strain`)", 0.01,
       scale_free=False),
    _k("people.touch_share", "share", "higher", MEAN,
       "Part of the written touch times that is taken, by people producing and weeks from "
       "kpi_from_days on; below 1 where corners are cut (`people.strain`)", 0.01,
       scale_free=False),
    _k("people.mean_tenure", "days", "higher", MEAN,
       "Mean days since hire of those employed at the end of the run", 10.0),
    _k("vendor.margin_usd", "USD/year", "higher", TOTAL,
       "Fees less wages, burden, recruiting, training, programmes and overhead of all vendors on "
       "the days of the KPI window, per year at scale 1", scale_free=False),
    _k("vendor.margin_share", "share", "higher", RATIO,
       "Fees less the same costs, over fees, on the days of the KPI window", 0.01,
       scale_free=False),
    _k("contract.credits_usd", "USD/year", "neither", TOTAL,
       "Service credits of the windows that end in the KPI window (scenarios with a contract)",
       scale_free=False),
    _k("contract.gain_usd", "USD/year", "neither", TOTAL,
       "Vendors' part of gains of the same windows", scale_free=False),
    _k("contract.settled_usd", "USD/year", "neither", TOTAL,
       "What contracts add to the fees billed: minimum volumes, gains and exit fees less credits "
       "and discounts; it is in money.fees_usd and vendor.margin_usd", scale_free=False),
    _k("contract.credited_share", "share", "lower", RATIO,
       "Windows with a credit, over the windows measured", 0.01, scale_free=False),
    _k("contract.target_met_share", "share", "higher", RATIO,
       "Targets met, over windows and KPIs that could be measured", 0.01, scale_free=False),
])  # fmt: skip

FAMILIES: dict[str, Kpi] = dict([
    _k("money.loss_usd.", "USD/year", "lower", TOTAL,
       f"Loss of this cause among {WINDOW}; expected = paid + open + all losses (over_coding is a "
       "gain, and so negative)"),
    _k("money.leakage.", "share", "lower", RATIO,
       f"Loss of this cause over the expected payment of {WINDOW}; `open` is what is unfinished "
       "even after the drain", 0.0005),
    _k("denials.category.", "share", "lower", RATIO,
       f"Denied at the first adjudication for this category, over the adjudicated claims among "
       f"{WINDOW}"),
    _k("money.ar_aged_share.", "share", "neither", RATIO,
       "Part of the expected value of submitted and open claims by days since service, mean over "
       "the days of the KPI window", scale_free=False),
    _k("visits.", "share", "lower", RATIO,
       f"Visits lost because nobody booked them in time, or because the payer refused "
       f"authorisation for good, over {WINDOW}", 0.0025, scale_free=False),
    _k("work.backlog_days.", "days", "lower", RATIO,
       "Mean number waiting over items finished per day, from kpi_from_days on", scale_free=False),
    _k("work.wait_days.", "days", "lower", RATIO,
       "Mean waiting time of the items finished, from kpi_from_days on", scale_free=False),
    _k("work.wait_p50_days.", "days", "lower", RATIO,
       "Median wait of the items finished, from kpi_from_days on", scale_free=False),
    _k("work.wait_p90_days.", "days", "lower", RATIO,
       "Wait that nine in ten of the items finished stayed below, from kpi_from_days on",
       scale_free=False),
    _k("work.in_time_share.", "share", "higher", RATIO,
       "Items finished that waited less than the queue's due_days, over the items finished, "
       "from kpi_from_days on", 0.01, scale_free=False),
    _k("work.undone_share.", "share", "lower", RATIO,
       "Items that nobody came to: left over at the end of the run, net of those that waited on "
       "kpi_from_days, or gone meanwhile because a deadline, patience or the use of it had run out "
       "while the team was busy for 97 % of its productive time or more; over the items that came "
       "in between. Above a few percent the queue is overloaded",
       0.01, scale_free=False),
])  # fmt: skip
"""KPIs whose last part is a cause, a category or a queue."""


def kpi(name: str) -> Kpi:
    """Meaning of a KPI, members of a family included. Raises `KeyError` for an unknown name."""
    if name in KPIS:
        return KPIS[name]
    family = name[: name.rfind(".") + 1]
    return replace(FAMILIES[family], name=name)


def outcome(record: Record) -> Outcome:
    """KPIs and tables of a record."""
    record, windows = contract.settle(record)
    view = View(record)
    figures = {**_answers(view), **_money(view), **_work(view), **people(view), **margins(record)}
    if record.facts.agreements:
        figures |= contract.totals(windows, view.window.first_day, view.window.last_day)
    years = _years(record)
    for name, value in figures.items():
        if kpi(name).unit == "USD/year" and kpi(name).form == TOTAL:
            figures[name] = value / record.facts.scale / years.get(name, years["window"])
    figures["people.headcount"] /= record.facts.scale
    ordered = {name: figures[name] for name in KPIS if name in figures}
    ordered.update({name: value for name, value in figures.items() if name not in KPIS})
    tables = {
        "monthly": monthly(view),
        "answers": answer_weeks(view),
        "money": money_weeks(view),
        "agents": record.agents,
        "people": people_weeks(view),
        "cohorts": record.cohorts,
        "flow": flow(view),
        "denials": denials(view),
        "vendor": vendor_months(record),
        "queues": {
            name: record.queues[name]
            for name in ("week", "week_start", "queue", "opening", "arrived", "finished",
                         "in_time", "missed", "backlog", "oldest_days", "wait_days", *AGE_BANDS)
        },
    }  # fmt: skip
    agreed = contract.tables(windows) if record.facts.agreements else {}
    return Outcome(ordered, tables | record.moves | agreed)


def _years(record: Record) -> dict[str, float]:
    """Years over which totals of money were added up: of the KPI window, and where it is others."""
    facts = record.facts
    window = facts.horizon_days - facts.kpi_until_days - facts.kpi_from_days
    days = {"window": window, **dict.fromkeys(WHOLE_RUN, facts.horizon_days)}
    return {name: count / 365.25 for name, count in days.items()}


def _answers(view: View) -> dict[str, float]:
    """What payers said first, and what became of it."""
    facts, ends, claims = view.record.facts, view.ends, view.window.claims
    first = ends.claims.sum(axis=(1, 2))
    answered = first.sum() - first[NONE]
    accepted = (claims["first_outcome"] > NONE) & (claims["first_outcome"] != REJECTED)
    clean = accepted & (claims["edited"] == 0)
    came, coding = view.came_by_cause, view.coding
    seen, category = claims["adjudicated"] > 0, claims["denied_for"]
    denied = seen & (category >= 0)
    real = denied & (category != facts.categories.index(DUPLICATE))
    asked, dollars = claims["first_outcome"] == ASKED, claims["expected"]
    over = denied & view.window_done
    appealed = over & (claims["appealed"] > 0)
    paid = claims["loss_cause"] < 0
    out = {
        "claims.first_pass_payment_rate": ratio(first[FIRST_PAID], answered),
        "claims.rejection_rate": ratio(first[REJECTED], answered),
        "claims.rfi_rate": ratio(first[ASKED], answered),
        "denials.initial_rate": ratio(real.sum(), seen.sum()),
        "denials.initial_with_duplicates_rate": ratio(denied.sum(), seen.sum()),
        "denials.first_answer_rate": ratio(first[DENIED], answered),
        "claims.clean_claim_rate": ratio(clean.sum(), answered),
        "claims.untouched_rate": ratio((clean & (claims["mended"] == 0)).sum(), answered),
        "denials.initial_usd_rate": ratio(dollars[real].sum(), dollars[seen].sum()),
        "denials.initial_with_rfi_usd_rate": ratio(
            dollars[(real | asked) & seen].sum(), dollars[seen].sum()
        ),
        "denials.write_off_rate": ratio(
            ends.loss_cents[..., came].sum(), claims["paid_cents"].sum()
        ),
        "denials.final_rate": ratio(
            ends.loss_cents[..., came].sum(), ends.expected[..., came].sum()
        ),
        "denials.overturned_rate": ratio((over & paid).sum(), over.sum()),
        "appeals.won_rate": ratio((appealed & paid).sum(), appealed.sum()),
        "quality.coding_accuracy": ratio(coding[RIGHT], coding[RIGHT] + coding[WRONG]),
    }
    lost = ends.claims.sum(axis=(0, 1))[1:]
    for cause, count in zip(facts.causes, lost, strict=True):
        if cause in LOST_VISITS:
            out[f"visits.{cause}"] = ratio(count, first.sum())
    counts = np.bincount(category[denied], minlength=len(facts.categories))
    for name, count in zip(facts.categories, counts, strict=True):
        out[f"denials.category.{name}"] = ratio(count, seen.sum())
    return out


def _money(view: View) -> dict[str, float]:
    """Where every expected dollar of the window went, and what it cost to get it."""
    record, window, ends = view.record, view.window, view.ends
    claims, facts = window.claims, record.facts
    expected = float(ends.expected.sum()) / 100.0
    paid = float(claims["paid_cents"].sum()) / 100.0
    left = float(claims["open_cents"].sum()) / 100.0
    losses = _losses_usd(view)
    days = slice(window.first_day, window.last_day)
    totals = record.totals
    fees = float(record.days["fees_usd"][days].sum()) + totals["window_fees_usd"]
    left_work = totals["left_work_usd"]
    span_share = (window.last_day - window.first_day) / facts.horizon_days
    hospital = float(record.days["hospital_usd"][days].sum()) + totals["window_query_usd"]
    care = float(claims["expected"][~window.came].sum()) / 100.0 * facts.care_cost_share
    one_off = float(record.days["one_off_usd"].sum())
    breach = record.totals["breach_expected_usd"] * span_share
    cash = float(record.days["cash_usd"][days].sum())
    receivable = view.receivable_usd[days]
    capital = float(receivable.sum()) / 365.25 * facts.cost_of_capital_per_year
    cost = fees + left_work + hospital + one_off + breach - care
    written_off = float(ends.loss_cents.sum()) / 100.0
    other = sum(losses[c] for c in ("under_coding", "cdi_gap", "short_pay", "takeback"))
    cases = claims["paid_cents"][(claims["setting"] == 0) & window.came]
    submitted = float((claims["first_day"] >= 0).sum())
    daily = expected / max(1, window.last_day - window.first_day)
    older = [view.billed_usd(age)[days].sum() for age in (-1, *AR_BANDS_DAYS)] + [0.0]
    out = {
        "money.expected_usd": expected,
        "money.paid_usd": paid,
        "money.open_usd": left,
        "money.net_revenue_realisation": ratio(paid, expected),
        "money.leakage": 1.0 - ratio(paid, expected),
        "money.average_revenue_per_case": ratio(float(cases.sum()) / 100.0, len(cases)),
        "money.net_value_usd": paid - cost - capital,
        "money.tco": cost + written_off + left,
        "money.tco_with_revenue": cost + written_off + left + other,
        "money.fees_usd": fees,
        "money.left_work_usd": left_work,
        "money.hospital_usd": hospital,
        "money.care_saved_usd": care,
        "money.breach_expected_usd": breach,
        "money.breach_drawn_usd": record.totals["breach_drawn_usd"],
        "money.one_off_usd": one_off,
        "money.cost_per_transaction": ratio(fees + left_work, submitted),
        "money.cost_to_collect": ratio(fees + left_work + hospital, paid),
        "money.days_in_ar": ratio(receivable.mean(), daily),
        "money.dnfb_days": ratio(view.unbilled_usd[days].mean(), daily),
        "money.ar_over_90_share": ratio(older[3], older[0]),
        "money.cash_usd": cash,
        "audit.takeback": ratio(losses["takeback"], expected),
        "money.leakage.open": ratio(left, expected),
    }
    for name, least, more in zip(AR_BANDS, older[:-1], older[1:], strict=True):
        out[f"money.ar_aged_share.{name}"] = ratio(least - more, older[0])
    for cause, usd in losses.items():
        out[f"money.loss_usd.{cause}"] = usd
        out[f"money.leakage.{cause}"] = ratio(usd, expected)
    return out


def _losses_usd(view: View) -> dict[str, float]:
    """USD that the claims of the window lost by cause; a gain is negative."""
    claims = view.window.claims
    written_off = view.ends.loss_cents.sum(axis=(0, 1))[1:] / 100.0
    out = dict(zip(view.record.facts.causes, written_off.tolist(), strict=True))
    for cause, column, sign in (
        ("under_coding", "under_cents", 1),
        ("cdi_gap", "cdi_cents", 1),
        ("over_coding", "over_cents", -1),
        ("short_pay", "short_cents", 1),
        ("takeback", "takeback_cents", 1),
    ):
        out[cause] = sign * float(claims[column].sum()) / 100.0
    return out


def _work(view: View) -> dict[str, float]:
    """How much work the claims were, and how long it waited."""
    claims, ends, queues = view.window.claims, view.ends, view.record.queues
    came = view.came_by_cause
    touches, count = float(ends.touches[..., came].sum()), int(ends.claims[..., came].sum())
    coded = float(view.coding[[RIGHT, WRONG]].sum())
    lag = (claims["first_day"] - claims["day"])[claims["first_day"] >= 0]
    waited = claims["first_touch_minutes"][claims["first_touch_minutes"] >= 0]
    late = np.array(queues["week"]) * 7 >= view.record.facts.kpi_from_days
    days, level, wait, finished = (
        np.array(queues[name], float)[late]
        for name in ("days", "mean_level", "wait_days", "finished")
    )
    names = np.array(queues["queue"], dtype=object)[late]
    opening, backlog = (np.array(queues[name], float)[late] for name in ("opening", "backlog"))
    counts = ("arrived", "in_time", "missed", "busy_minutes", "productive_minutes")
    totals = np.array(
        [level * days, wait * finished, finished]
        + [np.array(queues[name], float)[late] for name in counts]
    )
    out = {
        "work.touches_per_claim": ratio(touches, count),
        "work.rework_share": ratio(touches - coded, touches),
        "work.days_to_submission": float(lag.mean()) if len(lag) else NAN,
        "work.days_to_first_touch": ratio(waited.sum() / MINUTES_A_DAY, len(waited)),
        "work.touches_per_paid_hour": ratio(finished.sum(), view.team_totals["billed_hours"]),
    }
    for queue in view.record.facts.queues:
        # Each row lies in one piece of memory, and is added up as if it stood alone.
        waiting, waits, done, came_in, timely, missed, busy, productive = (
            totals.compress(names == queue, axis=1).sum(axis=1).tolist()
        )
        mine = names == queue
        left_over = backlog[mine][-1] - opening[mine][0] if mine.any() else 0.0
        out[f"work.in_time_share.{queue}"] = ratio(timely, done)
        for name, level_of in (("p50", 0.5), ("p90", 0.9)):
            out[f"work.wait_{name}_days.{queue}"] = view.wait_days(queue, level_of)
        if busy < NO_TIME_LEFT * productive:  # else nobody was free to come in time
            missed = 0.0
        undone = ratio(left_over + missed, came_in)
        out[f"work.undone_share.{queue}"] = min(1.0, max(0.0, undone))
        out[f"work.backlog_days.{queue}"] = ratio(waiting, done)
        out[f"work.wait_days.{queue}"] = ratio(waits, done)
    return out
