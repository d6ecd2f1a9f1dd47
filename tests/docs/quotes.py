"""What the sentences of the pages must say: fragments worked out from what they quote.

Sources are the kept tables of results/reference/, the verification book, the shipped scenarios, and
sums on paper. `test_sentences.py` looks every fragment up in its page.
"""

from __future__ import annotations

import ast
import io
import itertools
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from docs.figures import mean_field_learning, said
from docs.studies import ROOT, TEAMS, VENDORS, read
from sim.model.calendar import WorkCalendar
from sim.model.claims import SKILLS
from sim.model.expectations import full_time_needed, yearly_minutes
from sim.model.rules import DAYS_PER_MONTH, LEARNING
from sim.model.simulation import World, run
from sim.scenario.load import load
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor
from sim.study.statistics import Interval, mean_interval
from tests import mean_field
from tests.book import figure, pages_rows
from tests.oracles.test_mean_field import CLIENT, DOMAIN
from tests.people import LOOK_EVERY_DAYS

Floats = NDArray[np.float64]
Quotes = Iterator[str]
PAGES: dict[str, Callable[[], Quotes]] = {}
"""By page: what yields the fragments that it must hold."""


def page(name: str) -> Callable[[Callable[[], Quotes]], Callable[[], Quotes]]:
    """Registers a function as the one that quotes for a page."""

    def register(quotes: Callable[[], Quotes]) -> Callable[[], Quotes]:
        PAGES[name] = quotes
        return quotes

    return register


@cache
def shipped(name: str) -> Scenario:
    return load(ROOT / "configs" / f"{name}.yaml").scenario


def prose(name: str) -> str:
    """A page of docs/ with its line breaks taken out."""
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


def vendor(name: str) -> Vendor:
    return shipped(name).vendors[0]


@cache
def values(name: str) -> dict[tuple[str, str], Floats]:
    """By scenario and KPI, the values of all replications of a kept table."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in read(name):
        found[row["scenario"], row["kpi"]].append(float(row["value"] or "nan"))
    return {key: np.array(of_one) for key, of_one in found.items()}


@cache
def months(name: str, kpi: str) -> Floats:
    """Values of a kept table by replication and month of service; nan where nothing is counted."""
    rows = [row for row in read(name) if row["kpi"] == kpi]
    shape = tuple(1 + max(int(row[c]) for row in rows) for c in ("replication", "month"))
    found = np.full(shape, np.nan)
    for row in rows:
        found[int(row["replication"]), int(row["month"])] = float(row["value"])
    return found


def book(what: str) -> list[float]:
    """What the program gave in a row of the verification book on people."""
    return [figure(x) for x in pages_rows()["People", what].found.split("; ")]


def percent(at: Interval, over: float = 1.0, *, sign: bool = False) -> str:
    """A mean and its interval in per cent, as calibration.md writes them."""
    mean, low, high = (said(100 * x / over, 1, sign=sign) for x in (at.mean, at.low, at.high))
    return f"{mean} ({low}{' to ' if '−' in low else '–'}{high})"


def relative(before: Floats, after: Floats, *, sign: bool = False) -> str:
    """A paired difference over the mean of what it is a difference from, with its interval."""
    return percent(mean_interval(after - before), float(before.mean()), sign=sign)


def root(study: str, form: str = "{:.1f} USD an hour", ends: str = "{:.1f} to {:.1f}") -> str:
    """A break-even with its interval, as found."""
    [row] = read(study)
    at, low, high = (float(row[c]) for c in ("root", "ci_low", "ci_high"))
    return f"{form.format(at)} ({ends.format(low, high)})"


# --- the model and theory -------------------------------------------------------------------------


def settled_under(law: str) -> float:
    """Mean knowledge of a thousand outpatient coders of the generalist who open under a law."""
    options = (f"people.learning_law={law}", "teams.coding_outpatient.headcount=1000")
    world = World(load(ROOT / "configs" / "generalist.yaml", options).scenario, 0)
    [team] = (team for team in world.teams if team.name == "coding_outpatient")
    team.open_doors()
    return fmean(agent.knowledge[SKILLS.index("coding_outpatient")] for agent in team.agents)


@page("people.md")
def people() -> Quotes:
    pairs = [book(f"Knowledge of {team}: specialists, then one cross-trained pool")
             for team in TEAMS]  # fmt: skip
    special, general = zip(*pairs, strict=True)
    right = book("Coding accuracy: specialists, then one cross-trained pool")
    yield (
        f"know {min(general):.2f}–{max(general):.2f} of each skill instead of "
        f"{min(special):.2f}–{max(special):.2f}, and code {100 * right[1]:.1f} % of claims right "
        f"instead of {100 * right[0]:.1f} %"
    )
    known = book("Knowledge at 10, 30 and 80 % turnover")
    accurate = [100 * x for x in book("Coding accuracy at 10, 30 and 80 % turnover")]
    yield "turnover 10, 30 and 80 %: knowledge {:.2f}, {:.2f}, {:.2f}".format(*known)
    yield "accuracy {:.1f}, {:.1f} and {:.1f} %".format(*accurate)
    assert round(2 * (accurate[0] - accurate[1])) == 4
    yield "Twenty points of turnover cost two points of accuracy"
    assert round(2 * (accurate[1] - accurate[2])) == 7
    yield "fifty more another three and a half"
    model = shipped("generalist")
    plateau, *power = (settled_under(law) for law in LEARNING)
    yield (
        f"settles near {plateau:.2f} under `exponential`, and between {min(power):.2f} and "
        f"{max(power):.2f} under the three power laws"
    )
    gaps = []
    for part, forgetting, entry, rate in (
        ("domain", 0.0, 0.1, 12.0), ("client", 0.0, 0.05, 6.0), ("domain", 4.8, 0.1, 12.0),
    ):  # fmt: skip
        what = (f"Mean {part} knowledge: 195% turnover, shape 1.0, "
                f"forgetting {forgetting / 12:.1f}")  # fmt: skip
        formula = (rate + 1.95 * entry) / (rate + forgetting + 1.95)
        gaps.append(abs(figure(pages_rows()["People", what].theory) - formula))
    yield f"moves the closed form by {fmean(gaps):.3f}"
    yield f"looks into the office {1 / LOOK_EVERY_DAYS:.0f} times a day"
    shapes = sorted(vendor(name).turnover.shape for name in VENDORS)
    yield f"It holds the {shapes[0]:g} to {shapes[-1]:g} of the shipped vendors"
    yield f"`novice_slowdown` of {model.people.novice_slowdown:g}"


@page("mean_field.md")
def mean_field_page() -> Quotes:
    model = shipped("generalist")
    yield f"domain knowledge {DOMAIN} and client knowledge {CLIENT}"
    yield f"REG, AUTH and DOC × {mean_field.FEEDBACK_LIMIT}"
    assert [c.name for c in model.categories if c.feedback] == ["REG", "AUTH", "DOC"]
    chance = 2.0 * float(stats.norm.sf(mean_field.WIDTH))
    yield f"five standard errors, which chance exceeds in one of {1e-6 / chance:.1f} million"
    check, unlate, lenient, once, first, settled = mean_field.steps(model)
    yield (
        f"gave {100 * check.denial:.0f} % denials and {100 * check.first_pass:.0f} % first-pass "
        f"payment as a sum of odds give {100 * settled.denial:.1f} % and "
        f"{100 * settled.first_pass:.0f} %"
    )
    parts = [
        100 * (one.denial - other.denial)
        for one, other in ((once, first), (lenient, once), (check, unlate), (unlate, lenient))
    ]
    yield (
        "{:.1f} points go by precedence (rejection before denial before request, see "
        "decisions.md), {:.1f} by double counting, {:.1f} by late filing and {:.1f} by stringency"
    ).format(*parts)
    domain, client = mean_field.published_knowledge(model)
    penalty = mean_field.pressed(model, model.vendors[0].target_occupancy)
    field = mean_field.as_written(model, domain, client, penalty)
    inpatient, outpatient = model.hospital.inpatient, model.hospital.outpatient
    part = inpatient.claims_per_year / (inpatient.claims_per_year + outpatient.claims_per_year)
    lost = part * (
        field.accuracy("inpatient", inpatient) - field.accuracy("outpatient", outpatient)
    )
    yield f"(accuracy to the power {inpatient.accuracy_exponent:g})"
    yield f"They are {100 * part:.0f} % of claims: {said(100 * lost, 1)} points of accuracy"
    doc = next(c for c in model.categories if c.name == "DOC")
    won = sum(p.claims_share * mean_field.win_odds(model, p, domain)["DOC"] for p in model.payers)
    able = model.denials.knowledge_floor + (1.0 - model.denials.knowledge_floor) * domain
    once_only = doc.recovery_share * model.vendors[0].denials.win_multiplier * able
    yield (
        f"a DOC denial is won in {100 * won:.0f} % of cases where one try at reduced odds would "
        f"give {100 * once_only:.0f} %"
    )
    answers = field.answers()
    yield f"bring nothing ({100 * answers.final_denial:.0f} % of the generalist's dollars)"
    counted = mean_field.uncounted_losses(model, check.accuracy)
    both = answers.under_coding + answers.cdi_gap
    yield f"come to {100 * both:.1f} % where the published check has {100 * counted:.1f} %"
    stake = next(c.stake_share for c in model.categories if c.name == "DUP")
    yield f"A duplicate denial withholds {100 * stake:.0f} % of the payment"
    rows = list(mean_field_learning())
    off = max(abs(float(rows[0][i]) - float(rows[0][i + 1])) for i in (1, 3, 5))
    yield f"Accuracy differs by up to {off:.1f} points"
    still = [
        100 * fmean(values("demo")[name, "money.open_usd"])
        / fmean(values("demo")[name, "money.expected_usd"])
        for name in ("specialized", "generalist")
    ]  # fmt: skip
    yield "{:.1f} to {:.1f} % of the expected money".format(*still)
    left = mean_field.defects_left_on(vendor("specialized"), np.array([180.0]))[0]
    yield f"Six months after the start about {left:.1f} of the avoidable defects are left"
    yield f"of a limit of {mean_field.FEEDBACK_LIMIT}"


# --- studies --------------------------------------------------------------------------------------


def points(name: str, kpi: str) -> list[dict[str, str]]:
    """The points of a kept sweep for one KPI, in order."""
    return [row for row in read(name) if row["kpi"] == kpi]


def rise(name: str, kpi: str, first: int, last: int) -> float:
    """Points by which a share rises between two points of a sweep."""
    rows = points(name, kpi)
    return 100 * (float(rows[last]["mean"]) - float(rows[first]["mean"]))


ACCURACY, DENIALS, LEAKAGE = "quality.coding_accuracy", "denials.initial_rate", "money.leakage"


@page("turnover_trap.md")
def turnover_trap() -> Quotes:
    planned, same = "turnover_sweep", "turnover_same_people"
    whole = [abs(rise(planned, kpi, 0, 4)) for kpi in (ACCURACY, DENIALS, LEAKAGE)]
    yield (
        "Eight times the turnover costs {:.1f} points of coding accuracy, {:.1f} points of denials "
        "and {:.1f} points of leakage"
    ).format(*whole)
    plan = {
        t.name: planned_people(shipped("generalist"), t.name) for t in shipped("generalist").teams
    }
    assert plan == TEAMS
    yield "({}, {}, {}, {} and {} people at full size".format(*plan.values())
    share = 1 - rise(planned, ACCURACY, 0, 4) / rise(same, ACCURACY, 0, 4)
    assert 0.2 < share < 0.3
    yield "A quarter of the loss of accuracy comes from the planning"
    waits = [float(row["mean"]) for row in points(same, "work.wait_days.coding_outpatient")]
    assert 4 <= waits[-1] / waits[0] < 5
    yield "grows fourfold in spite of overtime"
    rate = "vendors.generalist.turnover.annual_rate"
    few, many = (published("generalist", f"{rate}={at}") for at in (0.15, 0.8))
    apart = (100 * abs(getattr(many, part) - getattr(few, part))
             for part in ("accuracy", "denial", "leakage"))  # fmt: skip
    yield "costs {:.1f} points of accuracy, {:.1f} of denials and {:.1f}".format(*apart)
    steps = [[abs(rise(name, kpi, 1, 4)) for kpi in (ACCURACY, DENIALS, LEAKAGE)]
             for name in (planned, same)]  # fmt: skip
    yield (
        "from 20 to 80 %, {:.1f}, {:.1f} and {:.1f}, with people planned for it, and {:.1f}, "
        "{:.1f} and {:.1f} without"
    ).format(*steps[0], *steps[1])
    yield "{:.0f} points of accuracy and {:.0f} of denials".format(
        *(100 * abs(demo_gap(kpi)) for kpi in (ACCURACY, DENIALS))
    )
    rates = [vendor(name).turnover.annual_rate for name in ("generalist", "specialized")]
    assert round(100 * (rates[0] - rates[1])) == 9
    nine = {row["kpi"]: float(row["difference"]) for row in read("levers_comparison")
            if row["scenario"] == "less_turnover"}  # fmt: skip
    assert max(abs(nine[ACCURACY]), abs(nine[DENIALS])) < 0.01
    yield "Nine points of turnover, the difference between them, explain less than one point"
    found = []
    for kpi in (ACCURACY, "money.net_revenue_realisation", "money.net_value_usd"):
        of_rates = [
            float(np.corrcoef(table, values("turnover_kpis")[rate, kpi])[0, 1])
            for (rate, name), table in values("turnover_kpis").items()
            if name == "people.turnover"
        ]
        found.append(said(fmean(of_rates), 2))
        assert len(of_rates) == 5
    yield (
        "its correlation is {} with coding accuracy, {} with realised net revenue and {} with net "
        "value"
    ).format(*found)


def demo_gap(kpi: str) -> float:
    """Specialised less generalist in the demo."""
    demo = values("demo")
    return float(demo["specialized", kpi].mean() - demo["generalist", kpi].mean())


def planned_people(model: Scenario, name: str) -> int:
    """People whom `headcount: auto` plans at full size."""
    [team] = (t for t in model.teams if t.name == name)
    calendar = WorkCalendar(model.calendar, model.start, model.horizon_days)
    return round(full_time_needed(model, team, calendar, yearly_minutes(model)))


@page("scenarios/ai.md")
def machines() -> Quotes:
    box, loop = vendor("ai_black_box").ai, vendor("ai_human_in_the_loop").ai
    assert box is not None
    assert loop is not None
    yield f"it codes {100 * box.alone_share.outpatient:.0f} % of charts alone"
    yield f"{100 * box.unsupported_share:.0f} % of its errors are codes without support"
    assert loop.alone_share.outpatient == 0.2
    yield "it codes a fifth of outpatient charts alone"
    found = {name: 100 * fmean(v) for (name, kpi), v in values("ai").items() if kpi == LEAKAGE}
    box_cost, loop_cost = (
        found[f"{name}_payer_ai"] - found[name] for name in ("ai_black_box", "ai_human_in_the_loop")
    )
    yield (
        f"cost the black box {box_cost:.1f} points of leakage and the specialist with a human in "
        f"the loop {loop_cost:.2f}"
    )


@page("scenarios/five_functions.md")
def five_functions() -> Quotes:
    model = shipped("five_functions_generalist")
    days = model.horizon_days - model.kpi_from_days - model.kpi_until_days
    yield f"net value of {days} days of service"
    rows = {row["function"]: row for row in read("matrix")}
    fees, revenue = (float(rows["ar"][c]) for c in ("fees_usd", "revenue_usd"))
    told = [said(x, -3) for x in (revenue, -fees)]
    yield "brings in more ({}) is less than what it charges more ({})".format(*told)
    busy = [100 * vendor(name).target_occupancy for name in ("specialized", "generalist")]
    yield "plans for {:.0f} % occupancy, the generalist for {:.0f} %".format(*busy)
    kpis = values("functions_kpis")
    lost = [100 * kpis[f"five_functions_{name}", "visits.lost_visit"].mean()
            for name in ("specialized", "generalist")]  # fmt: skip
    yield "({:.1f} % of visits lost against {:.1f} %)".format(*lost)
    found = {row["assignment"]: row for row in read("matrix_assignments")}
    best, *_ = found
    assert best == "specialized: scheduling, prior_auth, claims_denials"
    yield "Best of all is scheduling, authorisation and claims with the specialist"
    everything = found["all specialized"]
    assert float(everything["behind_ci_low"]) < 0 < float(everything["behind_ci_high"])
    yield "all five with it is not clearly worse"
    leading = list(found.values())[: len(found) // 2]
    assert {row["claims_denials"] for row in leading} == {"specialized"}
    yield f"The {len(leading)} assignments that give them to the specialist lead all others"
    article = found["specialized: prior_auth, claims_denials, ar"]
    behind = [-float(article[c]) for c in ("behind_best_usd", "behind_ci_high", "behind_ci_low")]
    usd = "{:,.0f} USD ({:,.0f} to {:,.0f})".format(*(round(x, -3) for x in behind))
    yield f"number {article['rank']} of {len(found)}, {usd} behind"
    first, last = "five_functions_generalist", "hybrid"
    levels = [100 * kpis[name, DENIALS].mean() for name in (last, first)]
    gap = mean_interval(kpis[last, DENIALS] - kpis[first, DENIALS])
    yield "denials {:.1f} against {:.1f} % ({} to {} points)".format(
        *levels, *(said(100 * x, 1) for x in (gap.low, gap.high))
    )
    worth = mean_interval(kpis[last, "money.net_value_usd"] - kpis[first, "money.net_value_usd"])
    yield "net value {} M USD ({} to {})".format(
        said(worth.mean / 1e6, 1, sign=True), *(said(x / 1e6, 1) for x in (worth.low, worth.high))
    )
    [cash] = (row for row in read("functions_payback")
              if (row["scenario"], row["basis"]) == (last, "cash"))  # fmt: skip
    yield f"from day {cash['median_day']} on cash"


@page("calibration.md")
def calibration() -> Quotes:
    demo, average = values("demo"), values("market_average")
    for kpi in ("claims.first_pass_payment_rate", ACCURACY):
        yield from (
            percent(mean_interval(demo[name, kpi])) for name in ("generalist", "specialized")
        )
    for kpi in (DENIALS, LEAKAGE):
        pair = [average[f"market_average_{name}", kpi] for name in ("generalist", "specialized")]
        yield relative(*pair)
    house, net = values("in_house_generalist"), "money.net_revenue_realisation"
    yield f"{relative(house['in_house', net], house['generalist', net])} settled"
    case = [demo[name, "money.average_revenue_per_case"] for name in ("generalist", "specialized")]
    yield f"{relative(*case, sign=True)} settled".replace("(+", "(").replace("–+", "–")
    own = {row["kpi"]: row for row in read("in_house")}
    for kpi in ("denials.initial_with_rfi_usd_rate", "denials.final_rate"):
        ends = (float(own[kpi][c]) for c in ("mean", "ci_low", "ci_high"))
        yield f"{percent(Interval(20, next(ends), 0.0, *ends))}, in-house"
    # The hospital that outsources in month 6, and for good in month 24.
    moved, stays = "medcentral_medcentral_monthly", "medcentral_medcentral_stays_monthly"

    def over(table: str, kpi: str, first: int, last: int) -> Floats:
        found: Floats = months(table, kpi)[:, first : last + 1].mean(axis=1)
        return found

    early, late = over(moved, DENIALS, 6, 8), over(moved, DENIALS, 21, 23)
    yield f"{percent(mean_interval(early))} in months 0–2"
    yield f"{percent(mean_interval(late))} in months 15–17"
    after = over(moved, DENIALS, 29, 31)
    yield f"{percent(mean_interval(after))} in months 5–7 after it"
    yield f"{relative(over(moved, net, 0, 5), over(moved, net, 6, 23))} over the 18 months"
    worth = "money.inpatient_realisation"
    then = over(moved, worth, 29, 31)
    told = [relative(before, then) for before in (over(moved, worth, 18, 23),
                                                  over(stays, worth, 29, 31))]  # fmt: skip
    before, beside = told
    yield (
        f"in months 5–7 after the switch +{before} on the half year before it, +{beside} on a "
        "hospital that stays"
    )
    [paid] = (row for row in read("medcentral_payback") if row["basis"] == "cash")
    yield (
        f"day {paid['median_day']} (median, {paid['ci_low']}–{paid['ci_high']}; "
        f"{paid['pairs_paid_back']} of {paid['pairs']} within the year)"
    )
    generalist = 100 * demo["generalist", DENIALS].mean()
    yield f"denials settle at {generalist:.1f} %, not 14 %"
    yield f"gives {generalist + 100 * demo['generalist', 'claims.rfi_rate'].mean():.1f} % of claims"
    above = 100 * mean_interval(demo["generalist", "claims.first_pass_payment_rate"]).low - 75
    yield f"**missed by {above:.1f} points**"
    yield f"first-pass rate is {above:.1f} points above its band"
    yield (f"team that began at {100 * early.mean():.0f} % denies {100 * late.mean():.1f} %")
    yield f"lie between {100 * after.min():.1f} and {100 * after.max():.1f} % in months 5–7"
    alone = months("medcentral_regular_hours_medcentral_monthly", DENIALS)
    [wrong] = np.flatnonzero((alone[:, 24:] > 0.3).any(axis=1))
    seen = 100 * alone[wrong, 24:][~np.isnan(alone[wrong, 24:])]
    yield f"denied {seen.min():.0f} to {seen.max():.0f} % of the claims of each month"
    [paid] = (row for row in read("medcentral_regular_hours_payback") if row["basis"] == "cash")
    yield f"payback came in {paid['pairs_paid_back']} of {paid['pairs']}"
    [limit] = {p.filing_limit_days for p in shipped("medcentral").payers if p.name == "commercial"}
    yield f"filing limits ({limit} days with commercial payers)"


@page("breakeven.md")
def breakeven() -> Quotes:
    price = vendor("market_average_specialized").price.usd_per_hour
    yield f"at {root('breakeven_price')}, against a shipped price of {price:g}"
    yield f"with seed 7 at {root('breakeven_price_7', '{:.1f}', '{:.1f} to {:.1f}')}"
    yearly = "{:.0%} a year"
    yield ratio(root("breakeven_turnover", yearly, "{:.0%} to {:.0%}"))
    shares = [100 * vendor(f"market_average_{name}").turnover.annual_rate
              for name in ("specialized", "generalist")]  # fmt: skip
    yield "shipped value is {:.0f} % and the generalist's {:.0f} %".format(*shares)
    for study, words in (("breakeven_wide", "the shipped seed"), ("breakeven_wide_7", "seed 7")):
        yield f"{ratio(root(study, '{:.0%}', '{:.0%} to above 300 %'))} with {words}"
    average = {kpi: [values("market_average")[f"market_average_{name}", kpi].mean()
                     for name in ("generalist", "specialized")]
               for kpi in ("money.fees_usd", "money.expected_usd")}  # fmt: skip
    fees, (expected, _) = average.values()
    at = round(float(read("breakeven_price")[0]["root"]))
    more = fees[1] * at / float(price) - fees[0]
    yield f"where the specialist bills {at} dollars an hour"
    yield (
        f"At {at} USD the specialist's fees exceed the generalist's by "
        f"{100 * more / expected:.1f} % of the hospital's net revenue"
    )
    limit = (fees[0] + 0.01 * expected) / fees[1] * float(price)
    yield f"is reached at about {limit:.0f} USD, inside the band"
    assert 1.25 < float(read("breakeven_price")[0]["root"]) / float(price) < 1.42
    yield "is worth a third more than what it costs"
    cells = [(float(row["vendors.specialized.price.usd_per_hour"]), row["ahead"])
             for row in read("breakeven_map")]  # fmt: skip
    sure = {ahead: sorted({usd for usd, who in cells if who == ahead}) for _, ahead in cells}
    assert max(sure["market_average_specialized"]) == 50
    assert min(sure["market_average_generalist"]) == 90
    yield "is clearly ahead at 30 and, but for one row, at 50 USD an hour"
    yield "the generalist at 90 and 110"
    zeros = crossings()
    yield f"from {min(zeros):.0f} to {max(zeros):.0f} USD"
    turnover, again = (
        ratio(root(study, yearly, "{:.0%} to above 600 %"))
        for study in ("breakeven_full_turnover", "breakeven_full_turnover_7")
    )
    yield f"| turnover of the specialist, all else equal | {turnover} | {again} |"
    dear, too = (
        root(study, "{:.0f} USD an hour", "{:.0f} to {:.0f}")
        for study in ("breakeven_full_price", "breakeven_full_price_7")
    )
    yield f"| rate of the specialist, all else equal | {dear} | {too} |"
    [row] = read("breakeven_full_price")
    full = vendor("specialized").price.usd_per_hour
    yield f"may be {float(row['root']) / float(full):.1f} times the shipped one"


def ratio(text: str) -> str:
    """Per cent as the pages write them, with a space."""
    return text.replace("%", " %").replace("  %", " %").replace(" % to", " to", 1)


def crossings() -> list[float]:
    """Prices at which the mean difference of the map is zero, by row, straight between points."""
    rows: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in read("breakeven_map"):
        at = float(row["vendors.specialized.price.usd_per_hour"]), float(row["difference"])
        rows[row["vendors.specialized.entry_knowledge.domain"]].append(at)
    return [float(np.interp(0.0, [-gap for _, gap in sorted(row)], [usd for usd, _ in sorted(row)]))
            for row in rows.values()]  # fmt: skip


SPECIALISED_LEVERS = (
    "hold_and_query", "front_end_catch", "feedback_loop", "more_checks", "denial_work",
    "certifications", "quick_learning", "keeping_up", "able_newcomers", "less_turnover",
    "calm_occupancy",
)  # fmt: skip
"""Levers that between them make most of the specialist out of the generalist."""


def ways_to_say(row: dict[str, str]) -> Iterator[str]:
    """A difference ± half its interval: as it is, in points, in thousands; to 0, 1 or 2 digits."""
    mean, low, high = (float(row[c]) for c in ("difference", "ci_low", "ci_high"))
    for factor, digits in itertools.product((1.0, 100.0, 1e-3), (0, 1, 2)):
        half = factor * (high - low) / 2
        yield f"{said(factor * mean, digits, sign=True)} ± {half:.{digits}f}"


LEVER_WORDS = {
    "denial_work": "working of denials",
    "feedback_loop": "feedback",
    "front_end_catch": "catch",
    "certifications": "certifications",
    "hold_and_query": "hold and query",
    "more_checks": "checks",
    "quick_learning": "learning",
    "keeping_up": "keeping up",
    "able_newcomers": "newcomers",
    "less_turnover": "turnover",
    "calm_occupancy": "occupancy",
}


def published(name: str, *options: str) -> mean_field.Step:
    """The published check of a shipped scenario with some values changed."""
    model = load(ROOT / "configs" / f"{name}.yaml", options).scenario
    left = 1.0 if model.vendors[0].feedback is None else mean_field.FEEDBACK_LIMIT
    return mean_field.steps(mean_field.with_source_defects(model, left))[0]


def listed(moved: dict[str, float], *, sign: bool = False) -> str:
    """Levers with what they move, in points, the largest first."""
    order = sorted((n for n, x in moved.items() if abs(x) > 1e-9), key=lambda n: -abs(moved[n]))
    return ", ".join(f"{LEVER_WORDS[n]} ({said(100 * moved[n], 1, sign=sign)})" for n in order)


@page("levers.md")
def levers() -> Quotes:
    found = {(row["scenario"], row["kpi"]): float(row["difference"])
             for row in read("levers_comparison")}  # fmt: skip
    known = {told for table in ("levers_comparison", "assessed", "assessed_stays")
             for row in read(table) for told in ways_to_say(row)}  # fmt: skip
    said_there = re.findall(r"[+−]?[\d.,]+ ± [\d.]+", prose("levers.md"))
    assert len(said_there) > 100
    yield from (words for words in said_there if words in known)
    net = next(float(row["mean"]) for row in read("levers_summary")
               if row["kpi"] == "money.net_value_usd")  # fmt: skip
    yield f"where {said(net / 1e5, -1)} are one per cent"
    hospital, generalist = shipped("generalist").hospital, vendor("generalist")
    answered = hospital.query_answered_share * hospital.query_resolved_share
    review = levered("realtime_review").vendors[0].quality.realtime_review_share
    better = hospital.realtime_resolved_share
    yield (
        f"to {100 * review:.0f} % of weak charts, with better answers ({100 * better:.0f} instead "
        f"of {100 * answered:.0f} % resolved)"
    )
    catch, own = hospital.narrow_scope.catch_share, vendor("in_house").quality.catch_share["REG"]
    yield (
        f"({own:.2f} × {catch['REG'] / own:.2f} of registration defects against "
        f"{generalist.quality.catch_share['REG']:.2f} × its knowledge)"
    )
    held = hospital.narrow_scope.hold_and_query_share
    assert round(1 / held) == 3
    assert round(1 / generalist.quality.hold_and_query_share) == 20
    yield "holds a third of weak notes against a twentieth"
    ai = levered("reviewed_machine").vendors[0].ai
    assert ai is not None
    draft, catches = ai.suggestion_accuracy.outpatient, ai.reviewer_catch_share
    coder = values("demo")["generalist", ACCURACY].mean()
    yield f"{100 * draft:.0f} % of suggestions are right"
    yield f"a reviewer notices {100 * catches:.0f} %"
    yield (
        f"{draft:g} + {1 - draft:.2g} × {catches:g} × {coder:.2f} = "
        f"{100 * (draft + (1 - draft) * catches * coder):.0f} %"
    )
    yield f"two assumptions, of {draft:g} and of {catches:.2f}"
    dear, piece = (
        levered("dear_hours").vendors[0].price,
        levered("price_per_claim").vendors[0].price,
    )
    share = levered("share_of_collections").vendors[0].price.share_of_collections
    yield f"higher at {dear.usd_per_hour:g} USD an hour"
    yield (
        f"{piece.usd_per_claim:g} USD a claim or {100 * share:g} % of collections come to about "
        f"what {generalist.price.usd_per_hour:g} USD an hour do"
    )
    fast, slow = vendor("specialized").compliance, generalist.compliance
    assert fast is not None
    assert slow is not None
    yield (
        f"(median {fast.assessment_median_days:g} days for the specialist; "
        f"{slow.assessment_median_days:g} for the generalist, and {slow.remediation_days:g} more"
    )
    assert slow.remediation_share == 0.25
    yield "in one of four"
    yield "Here " + listed({name: found[name, DENIALS] for name in LEVER_WORDS})
    check = {name: published(f"levers/{name}") for name in LEVER_WORDS}
    base = published("generalist")
    for quantity, least in (("denial", 0.0), ("accuracy", 0.0), ("leakage", 0.004)):
        moved = {n: getattr(c, quantity) - getattr(base, quantity) for n, c in check.items()}
        large = {n: x for n, x in moved.items() if abs(x) > least}
        yield f"here {listed(large, sign=quantity == 'accuracy')}"
    calm = check["calm_occupancy"]
    yield (
        f"{said(100 * (calm.accuracy - base.accuracy), 1, sign=True)} points of accuracy and "
        f"{said(100 * (calm.denial - base.denial), 1)} of denials there"
    )
    tenths = [10 * found[n, DENIALS] / (c.denial - base.denial) for n, c in check.items()
              if abs(found[n, DENIALS]) > 0.004]  # fmt: skip
    assert sum(6.5 <= x < 8.5 for x in tenths) > len(tenths) / 2
    yield "Most effects are seven or eight tenths of the published ones"
    lost, gained = (
        100 * abs(sum(found[name, kpi] for name in SPECIALISED_LEVERS))
        for kpi in (DENIALS, "money.net_revenue_realisation")
    )
    yield f"would take {lost:.1f} points from the denials"
    yield f"and give {gained:.1f} points of net revenue"
    apart = [100 * abs(demo_gap(kpi)) for kpi in (DENIALS, "money.net_revenue_realisation")]
    yield "both vendors differ by {:.1f} points and {:.1f}".format(*apart)
    teams = {row["scenario"]: row for row in read("levers_coders")
             if row["team"] == "coding_outpatient"}  # fmt: skip
    as_is, calmed = teams["generalist"], teams["calm_occupancy"]
    yield "are busy for {:.0f} % of their time, and still for {:.0f} % when planned".format(
        *(100 * float(row["occupancy"]) for row in (as_is, calmed))
    )
    less = float(as_is["penalty"]) - float(calmed["penalty"])
    yield f"pressure takes {100 * less:.1f} points less from their accuracy"


def levered(name: str) -> Scenario:
    """One of configs/levers/."""
    return shipped(f"levers/{name}")


@page("studies.md")
def studies() -> Quotes:
    assignments = len(read("matrix_assignments"))
    yield f"Runs all {assignments} assignments"
    yield f"over the {assignments // 2} assignments of the others"
    yield f"({10 * assignments} runs)"
    whole = float(read("ablation_shapley")[0]["whole"])
    yield f"With 5 replications the specialist's {whole / 1e6:.1f} M USD of net value"
    rows = {row["family"]: row for row in read("ablation_shapley")}
    words = {"denials": "denial work", "terms": "terms, mostly the price,"}
    for family, row in rows.items():
        mean, low, high = (said(float(row[c]) / 1e6, 2) for c in ("value", "ci_low", "ci_high"))
        yield f"{words.get(family, family)} {mean} M ({low} to {high})"
    alone = {row["group"]: float(row["alone"]) / 1e6 for row in read("ablation")}
    for group, name, digits in (
        ("denial work", "denial work", 2), ("certification", "certification", 1),
        ("feedback loop", "feedback", 2), ("quality checks", "checks", 2),
        ("hold and query", "hold-and-query", 2),
    ):  # fmt: skip
        yield f"{name} ({alone[group]:.{digits}f} M)"


def verdicts() -> tuple[int, int, Counter[str]]:
    """Claims of the scorecard, those that are tested, and how many have each verdict."""
    count = Counter(row["verdict"] for row in read("scorecard"))
    claims = count.total()
    return claims, claims - count["given"] - count["not testable"], count


@page("scorecard.md")
def scorecard() -> Quotes:
    at = {row["claim"]: 100 * float(row["value"] or "nan") for row in read("scorecard")}
    early = 100 * months("medcentral_medcentral_monthly", DENIALS)[:, 6:9].mean()
    yield f"the team that began at {early:.0f} % denies {at['denied_14']:.1f} % by then"
    yield f"Under-coding is {at['due_to_coding']:.0f} % of what is gained"
    yield f"closes {at['rarely']:.0f} % of the gap in accuracy"
    assert 30 < at["necessity"] < 36
    yield "medical necessity rose by a third, not by half"
    ar = next(row for row in read("matrix") if row["function"] == "ar")
    assert float(ar["revenue_usd"]) < -0.5 * float(ar["fees_usd"])
    yield "more than half of the premium buys nothing there"
    claims, tested, count = verdicts()
    yield (
        f"{tested} of {claims} claims are tested. **{count['in range']} are in range, "
        f"{count['near']} near, {count['out']} out**; {count['given']} are inputs and prove "
        f"nothing, {count['not testable']} have no mechanism"
    )


@page("sensitivity.md")
def sensitivity() -> Quotes:
    fields, replications, trajectories = 20, 10, 10
    yield (
        f"{fields} fields with `oat` and {replications} replications are "
        f"{(2 * fields + 1) * replications} runs of each scenario, with `morris` "
        f"{(fields + 1) * trajectories * replications:,}"
    )


# --- scenarios ------------------------------------------------------------------------------------


@page("scenarios/generalist.md")
def generalist() -> Quotes:
    one = vendor("generalist")
    yield f"{100 * one.turnover.annual_rate:g} % turnover a year"
    yield f"{100 * one.target_occupancy:g} % target occupancy"


@page("scenarios/specialized.md")
def specialized() -> Quotes:
    one = vendor("specialized")
    assert one.feedback is not None
    yield f"{100 * one.quality.qa_sample_share:g} % of charts checked"
    yield f"{100 * one.quality.hold_and_query_share:g} % of weak notes held and queried"
    yield f"feedback meetings every {one.feedback.every_days} days"
    yield f"{100 * one.turnover.annual_rate:g} % turnover"
    yield f"{100 * one.target_occupancy:g} % target occupancy"
    yield f"KPIs count from day {shipped('specialized').kpi_from_days}"
    prices = [float(vendor(name).price.usd_per_hour) for name in ("specialized", "generalist")]
    assert 1.8 < prices[0] / prices[1] < 2.2
    yield "at about twice the rate"


@page("scenarios/in_house.md")
def in_house() -> Quotes:
    one = vendor("in_house")
    yield f"{100 * one.turnover.annual_rate:g} % turnover"
    yield f"loaded at ${one.price.usd_per_hour:g} an hour"


@page("scenarios/medcentral.md")
def medcentral() -> Quotes:
    model = shipped("medcentral")
    whole = [(e.on.year - model.start.year) * 12 + e.on.month - model.start.month
             for e in model.timeline if e.kind == "vendor_switch"]  # fmt: skip
    first, second = whole
    last = round(model.horizon_days / DAYS_PER_MONTH) - 1
    yield (
        f"months 0 to {first - 1} in-house, {first} to {second - 1} generalist, {second} to {last} "
        "specialised"
    )
    yield f"switches to a specialised vendor {second - first} months later"


@page("scenarios/transformation.md")
def transformation() -> Quotes:
    yield f"({100 * vendor('transformation').turnover.annual_rate:g} % turnover)"


@page("scenarios/README.md")
def scenarios() -> Quotes:
    yield f"{len(list((ROOT / 'configs' / 'levers').glob('*.yaml')))} files"


@page("../README.md")
def readme() -> Quotes:
    _, tested, count = verdicts()
    yield f"{count['in range']} of {tested} in range, {count['near']} near, {count['out']} out"
    yield f"in {len(pages_rows())} comparisons"
    demo = values("demo")
    fees, expected = demo_gap("money.fees_usd"), demo["generalist", "money.expected_usd"].mean()
    assert 0 < fees < 0.01 * expected
    yield "fees differ by less than one percent of net revenue"
    assert 0.06 <= demo_gap("money.net_revenue_realisation") < 0.075
    yield "unworked claims differ by six"
    denied = 100 * demo["generalist", DENIALS].mean()
    yield f"denials come out at {denied:.1f} % and not at the 14 %"
    lost = -rise("turnover_sweep", ACCURACY, 0, 4)
    yield f"eight times the turnover, all else equal, costs {lost:.1f} points"


@page("parameters.md")
def parameters() -> Quotes:
    for name, words in (("in_house", "in-house"), ("generalist", "generalist"),
                        ("specialized", "specialised, with meetings")):  # fmt: skip
        check = published(name)
        cells = (check.accuracy, check.first_pass, check.denial, check.rejection, check.rfi,
                 check.final_denial, check.leakage)  # fmt: skip
        yield f"| {words} | {' | '.join(f'{100 * x:.1f}' for x in cells)} |"


# --- how it is made -------------------------------------------------------------------------------


@page("decisions.md")
def decisions() -> Quotes:
    falls = []
    for name in VENDORS:
        left = 1.0 if vendor(name).feedback is None else mean_field.FEEDBACK_LIMIT
        summed, once = (mean_field.steps(mean_field.with_source_defects(shipped(name), left))[i]
                        for i in (2, 4))  # fmt: skip
        falls.append(100 * (1 - once.denial / summed.denial))
    yield f"denial rate {min(falls):.0f} to {max(falls):.0f} % (relative, by vendor) below a sum"
    hospital = shipped("generalist").hospital
    yield f"is paid {100 * hospital.outpatient.over_coding_payment_share:.0f} % too high"
    yield f"{100 * hospital.outpatient.audit_takeback_share:.0f} % of its payment goes back"
    yield "Audits come {:.0f} to {:.0f} months later".format(
        *(days / DAYS_PER_MONTH for days in hospital.audit_lag_days)
    )
    held = []
    for name in ("generalist", "specialized"):
        share = 100 * vendor(name).quality.hold_and_query_share
        held += [share * values("demo")[name, ACCURACY].mean(), share]
    yield (
        "would hold {:.0f} instead of {:.0f} % of weak notes, the specialist {:.0f} instead of "
        "{:.0f} %"
    ).format(*held)
    [row] = (line for line in prose("performance.md").split("| `generalist` | 1.0 |")[1:])
    _, items, _, _, memory, *_ = (cell.strip() for cell in row.split("|"))
    yield f"is about {said(float(items.replace(',', '')), -4)} work items"
    yield f"{memory} MB for a hospital-year"
    code, lines = package_lines("")
    yield f"about {said(500 * round(code / 500), 0)} lines of code"
    yield f"({said(500 * round(lines / 500), 0)} with docstrings"
    yield f"The simulation is {said(package_lines('model')[0], -3)} lines"
    yield f"the scenario language {said(package_lines('scenario')[0], -3)}."


LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
          tokenize.ENDMARKER}  # fmt: skip


def package_lines(part: str) -> tuple[int, int]:
    """Lines of code, and of all, of the package or of a folder of it."""
    code, every = 0, 0
    for path in (ROOT / "sim" / part).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        every += text.count("\n")
        held: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type not in LAYOUT:
                held |= set(range(token.start[0], token.end[0] + 1))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # docstrings
                held -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        code += len(held)
    return code, every


@page("performance.md")
def performance() -> Quotes:
    for name in ("generalist", "five_functions_generalist"):
        options = (
            "hospital.scale=0.1",
            "horizon_days=365",
            "kpi_from_days=90",
            "kpi_until_days=60",
        )
        record = run(load(ROOT / "configs" / f"{name}.yaml", options).scenario, 0)
        items = sum(record.agents["items"])
        yield f"| `{name}` | 0.1 | {len(record.claims['day']):,} | {items:,} |"
