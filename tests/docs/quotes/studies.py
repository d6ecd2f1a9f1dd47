"""Pages that say what studies found."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from statistics import fmean

import numpy as np

from docs.figures import said, trap_table
from docs.studies import HOURS, LOOP, PEOPLE, TEAMS, TRAPS, read
from sim.model.calendar import WorkCalendar
from sim.model.flows import yearly_minutes
from sim.model.staffing import full_time_needed
from sim.model.workplaces import workplaces
from sim.record.kpis import kpi as kpi_of
from sim.scenario.schema import Scenario
from sim.study.estimate import SKEWED
from sim.study.statistics import Interval, mean_interval
from tests.docs.quotes.sources import (
    ACCURACY,
    DENIALS,
    LEAKAGE,
    Floats,
    Quotes,
    months,
    page,
    percent,
    points,
    published,
    relative,
    rise,
    root,
    shipped,
    values,
    vendor,
    verdicts,
)


@page("turnover_trap.md")
def turnover_trap() -> Quotes:
    lost = {
        name: [abs(rise(trap_table(name), kpi, 0, 4)) for kpi in (ACCURACY, DENIALS, LEAKAGE)]
        for name in TRAPS
    }
    planned, fixed = "trap_{}_planned_overtime", "trap_{}_fixed_overtime"
    words = "{:.1f} points of coding accuracy, {:.1f} of denials and {:.1f} of leakage"
    yield "costs " + words.format(*lost[planned.format("off")])
    yield "with it " + words.format(*lost[planned.format("on")])
    accuracy = [lost[fixed.format(loop)][0] for loop in ("on", "off")]
    assert accuracy[0] > 1.8 * accuracy[1]
    worth = [-fall(fixed.format(loop), "money.net_value_usd") / 1e6 for loop in ("on", "off")]
    yield (
        "{:.1f} points of accuracy instead of {:.1f}, and {:.1f} M USD a year instead of {:.1f}"
    ).format(*accuracy, *worth)
    for loop, people in product(LOOP, PEOPLE):  # what overtime does to quality
        with_it, without = (lost[f"trap_{loop}_{people}_{hours}"] for hours in HOURS)
        assert abs(with_it[0] - without[0]) < 0.3
    yield "moves none of these by 0.3 points of accuracy"
    came = [100 * level(name.format("on"), "people.turnover", 4) for name in (planned, fixed)]
    yield f"Of 80 % written, {came[0]:.0f} % came"
    yield f"Of 80 % written, {came[1]:.0f} % came: who is worn out leaves"
    wait = "work.wait_days.coding_outpatient"
    waits = [
        level(fixed.format(loop), wait, point) for loop, point in (("on", 0), ("on", 4), ("off", 4))
    ]
    yield (
        "rises from {:.1f} to {:.1f} days only; without the loop the same people let it rise to "
        "{:.1f}"
    ).format(*waits)
    plan = {
        t.name: planned_people(shipped("typical_generalist"), t.name)
        for t in shipped("typical_generalist").teams
    }
    assert plan == TEAMS
    yield "({}, {}, {}, {} and {} people at full size".format(*plan.values())
    revenue = float(values("demo")["typical_generalist", "money.expected_usd"].mean())
    people = sum(plan.values())
    yield f"each of {people} people moves {revenue / people / 1e6:.0f} M USD"
    rate = "vendors.generalist.turnover.annual_rate"
    few, many = (published("generalist", f"{rate}={at}") for at in (0.15, 0.8))
    apart = (
        100 * abs(getattr(many, part) - getattr(few, part))
        for part in ("accuracy", "denial", "leakage")
    )
    yield "costs {:.1f} points of accuracy, {:.1f} of denials and {:.1f}".format(*apart)
    steps = [
        [
            abs(rise(trap_table(name.format("off")), kpi, 1, 4))
            for kpi in (ACCURACY, DENIALS, LEAKAGE)
        ]
        for name in (planned, fixed)
    ]
    yield (
        "from 20 to 80 % without the loop, {:.1f}, {:.1f} and {:.1f} with people planned for it, "
        "and {:.1f}, {:.1f} and {:.1f} without"
    ).format(*steps[0], *steps[1])
    found, spread = [], []
    table = "trap_on_planned_overtime_kpis"
    for kpi in (ACCURACY, "money.net_revenue_realisation", "money.net_value_usd"):
        of_rates = [
            float(np.corrcoef(of, values(table)[rate, kpi])[0, 1])
            for (rate, name), of in values(table).items()
            if name == "people.turnover"
        ]
        found.append(said(fmean(of_rates), 2))
        spread.append(float(np.std(of_rates, ddof=1)))
        assert len(of_rates) == 5
    yield (
        "its correlation is {} with coding accuracy, {} with realised net revenue and {} with net "
        "value"
    ).format(*found)
    yield f"one alone varies by {min(spread):.1f} to {max(spread):.1f}"


def level(name: str, kpi: str, point: int) -> float:
    """A mean of a sweep of the trap at one of its points."""
    return float(points(trap_table(name), kpi)[point]["mean"])


def fall(name: str, kpi: str) -> float:
    """By how much a figure rises from the least to the most turnover of a sweep of the trap."""
    return level(name, kpi, 4) - level(name, kpi, 0)


def planned_people(model: Scenario, name: str) -> int:
    """People whom `headcount: auto` plans at full size."""
    [team] = (t for t in model.teams if t.name == name)
    calendar = WorkCalendar(model.calendar, model.start, model.horizon_days)
    place = workplaces(model, calendar)[team.site]
    return round(full_time_needed(model, team, place, yearly_minutes(model)))


@page("calibration.md")
def calibration() -> Quotes:
    article, average = values("article"), values("market_average")
    for kpi in ("claims.first_pass_payment_rate", ACCURACY):
        yield from (
            percent(mean_interval(article[name, kpi])) for name in ("generalist", "specialized")
        )
    for kpi in (DENIALS, LEAKAGE):
        pair = [average[f"market_average_{name}", kpi] for name in ("generalist", "specialized")]
        yield relative(*pair)
    house, net = values("in_house_generalist"), "money.net_revenue_realisation"
    yield f"{relative(house['in_house', net], house['generalist', net])} settled"
    case = [
        article[name, "money.average_revenue_per_case"] for name in ("generalist", "specialized")
    ]
    yield f"+{relative(*case)} settled"
    own = {row["kpi"]: row for row in read("in_house")}
    for kpi in ("denials.initial_with_rfi_usd_rate", "denials.final_rate"):
        ends = (float(own[kpi][c]) for c in ("mean", "ci_low", "ci_high"))
        yield f"{percent(Interval(20, next(ends), 0.0, *ends))}, in-house"
    generalist = 100 * article["generalist", DENIALS].mean()
    yield f"denials settle at {generalist:.1f} %, not 14 %"
    asked = 100 * article["generalist", "claims.rfi_rate"].mean()
    yield f"gives {generalist + asked:.1f} % of claims"
    above = 100 * mean_interval(article["generalist", "claims.first_pass_payment_rate"]).low - 75
    yield f"**missed by {above:.1f} points**"
    yield f"first-pass rate is {above:.1f} points above its band"


@page("calibration.md")
def two_switches() -> Quotes:
    # The hospital that outsources in month 6, and for good in month 24.
    net = "money.net_revenue_realisation"
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
    told = [
        relative(before, then)
        for before in (over(moved, worth, 18, 23), over(stays, worth, 29, 31))
    ]
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
    yield (f"team that began at {100 * early.mean():.0f} % denies {100 * late.mean():.1f} %")
    yield f"lie between {100 * after.min():.1f} and {100 * after.max():.1f} % in months 5–7"
    alone = months("medcentral_regular_hours_medcentral_monthly", DENIALS)
    yield f"no month denies more than {100 * np.nanmax(alone[:, 24:]):.1f} %"
    [behind] = read("medcentral_regular_hours_overload")
    assert (behind["queue"], behind["team"]) == ("records", "billing")
    yield f"leaves {100 * float(behind['undone_share']):.0f} % of the requests for records undone"
    [limit] = {p.filing_limit_days for p in shipped("medcentral").payers if p.name == "commercial"}
    yield f"filing limits ({limit} days with commercial payers)"


@page("howto/reading_intervals.md")
def coverage() -> Quotes:
    rows = read("coverage")
    assert {row["studies"] for row in rows} == {"500"}
    yield "At a tenth of the size, 500 studies"
    held = {
        (row["of"], row["kpi"]): float(row["held"]) for row in rows if kpi_of(row["kpi"]).headline
    }
    good = [share for share in held.values() if 0.92 <= share <= 0.98]
    yield f"mean of {len(good)} of {len(held)} headline figures in 92 to 98 % of studies"
    other = ("generalist", "money.days_in_ar")
    assert {key for key, share in held.items() if not 0.92 <= share <= 0.98} == {other}
    yield f"held in {100 * held[other]:.1f} % by its interval of 99 %"
    yield f"an interval of {100 - 5 / SKEWED['quality.coding_accuracy']:.1f} %"
    assert {row["silent"] for row in rows if row["kpi"].startswith("work.backlog")} == {"1.000"}
    yield "No backlog has an interval there"
    gaps = [share for (of, _), share in held.items() if of == "difference"]
    fewest = f"{100 * min(gaps):.0f} %"
    yield f"of the differences in headline figures none is held in fewer than {fewest}"


@page("breakeven.md")
def breakeven() -> Quotes:
    price = vendor("market_average_specialized").price.usd_per_hour
    yield f"at {root('breakeven_price')}, against a shipped price of {price:g}"
    yield f"with seed 7 at {root('breakeven_price_7', '{:.1f}', '{:.1f} to {:.1f}')}"
    yearly = "{:.0%} a year"
    yield ratio(root("breakeven_turnover", yearly, "{:.0%} to {:.0%}"))
    shares = [
        100 * vendor(f"market_average_{name}").turnover.annual_rate
        for name in ("specialized", "generalist")
    ]
    yield "shipped value is {:.0f} % and the generalist's {:.0f} %".format(*shares)
    few, many = (float(read("breakeven_turnover")[0][c]) for c in ("ci_low", "ci_high"))
    assert shares[0] < 100 * few < shares[1] < 100 * many
    yield "With as many leavers as the generalist it has no clear lead any more"
    [row] = read("breakeven_wide")
    assert (row["ci_low"], row["ci_high"]) == ("-inf", "inf")
    yield (
        f"too few to place it: they give {100 * float(row['root']):.0f} % "
        f"(below {shares[0]:.0f} to above 300 %) with the shipped seed"
    )
    [row] = read("breakeven_wide_7")
    assert (row["root"], row["ci_low"]) == ("", "-inf")
    assert many < float(row["ci_high"])
    yield (
        "and none with seed 7, where the generalist is ahead at both ends, and clearly so from "
        f"{100 * float(row['ci_high']):.0f} % on (by a straight line between them)"
    )
    average = {
        kpi: [
            values("market_average")[f"market_average_{name}", kpi].mean()
            for name in ("generalist", "specialized")
        ]
        for kpi in ("money.fees_usd", "money.expected_usd")
    }
    fees, (expected, _) = average.values()
    at = round(float(read("breakeven_price")[0]["root"]))
    more = fees[1] * at / float(price) - fees[0]
    yield f"where the specialist bills {at} dollars an hour"
    yield (
        f"At {at} USD the specialist's fees exceed the generalist's by "
        f"{100 * more / expected:.1f} % of the hospital's net revenue"
    )
    assert 0.45 < 100 * more / expected < 0.55
    yield "the simulation gives about half of that"
    [own], [other] = read("breakeven_price"), read("breakeven_price_7")
    above, little = (100 * (float(row["root"]) / float(price) - 1) for row in (own, other))
    assert 0 < little < above < 10
    yield "is worth little more than what it costs"
    assert float(price) < float(own["ci_low"])
    yield f"the rate may be {above:.0f} % above the shipped one, which is a small but clear lead"
    assert float(other["ci_low"]) < float(price) < float(other["ci_high"])
    yield f"with seed 7 it may be {little:.0f} % above, and the interval holds the shipped rate"
    cells = [
        (
            float(row["vendors.specialized.price.usd_per_hour"]),
            row["ahead"],
            float(row["difference"]),
        )
        for row in read("breakeven_map")
    ]
    known = {
        float(row["vendors.specialized.entry_knowledge.domain"])
        for row in read("breakeven_map")
        if row["ahead"] == "market_average_specialized"
    }
    leads = {usd: {who for at, who, _ in cells if at == usd} for usd, _, _ in cells}
    one, other_one = {"market_average_generalist"}, {"market_average_specialized"}
    assert leads == {30: {""} | other_one, 50: {""}, 70: one, 90: one, 110: one}
    yield "The generalist is clearly ahead at 70, 90 and 110 USD an hour, whatever hires know"
    assert known == {0.5, 0.7}
    yield "the specialist only at 30 USD, where hires know half of all or more"
    assert all(gap > 0 for usd, _, gap in cells if usd == 30)
    assert all(gap < 0 for usd, _, gap in cells if usd == 50)
    yield "At 30 USD its mean is the better one in every row, at 50 USD the worse one"
    zeros = crossings()
    yield f"from {min(zeros):.0f} to {max(zeros):.0f} USD"
    limit, edges = (fees[0] + 0.01 * expected) / fees[1] * float(price), crossings("ci_high")
    assert max(edges) < limit < max(edges) + 3
    yield (
        f"is reached at about {limit:.0f} USD, just beyond where the generalist's area begins "
        f"({min(edges):.0f} to {max(edges):.0f} USD by row)"
    )
    for study in ("breakeven_full_turnover", "breakeven_full_turnover_7"):
        [row] = read(study)
        assert row["root"] == ""
    unclear = 100 * float(read("breakeven_full_turnover")[0]["ci_low"])
    yield (
        "| turnover of the specialist, all else equal | none up to 600 % a year; not clear from "
        f"{unclear:.0f} % on | none up to 600 % a year |"
    )
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


def crossings(column: str = "difference") -> list[float]:
    """Prices at which the mean difference of the map, or an end of it, is zero, by row."""
    rows: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in read("breakeven_map"):
        at = float(row["vendors.specialized.price.usd_per_hour"]), float(row[column])
        rows[row["vendors.specialized.entry_knowledge.domain"]].append(at)
    return [
        float(np.interp(0.0, [-gap for _, gap in sorted(row)], [usd for usd, _ in sorted(row)]))
        for row in rows.values()
    ]


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
    named = {
        "certification": "certification",
        "quality checks": "checks",
        "feedback loop": "feedback",
        "hold and query": "hold-and-query",
        "learning speed": "learning",
        "front-end catch": "catch",
        "denial work": "denial work",
    }
    for way in ("alone", "last"):
        worth = {row["group"]: float(row[way]) / 1e6 for row in read("ablation")}
        ordered = sorted(worth, key=lambda group: -worth[group])[: len(named)]
        first, *others, least = (f"{named[group]} ({worth[group]:.2f} M)" for group in ordered)
        yield f"iven {way}, {first} leads before {', '.join(others)} and {least}"


@page("scorecard.md")
def scorecard() -> Quotes:
    at = {row["claim"]: 100 * float(row["value"] or "nan") for row in read("scorecard")}
    early = 100 * months("medcentral_medcentral_monthly", DENIALS)[:, 6:9].mean()
    yield f"the team that began at {early:.0f} % denies {at['denied_14']:.1f} % by then"
    yield f"Under-coding is {at['due_to_coding']:.0f} % of what is gained"
    found = {row["claim"]: row for row in read("scorecard")}
    most = 100 * float(found["rarely"]["ci_high"])
    closed = f"{at['rarely']:.0f} % of the gap in accuracy"
    yield f"closes {closed}, at most {most:.0f} % by its interval"
    for claim in ("rarely", "matrix_transcription", "matrix_prior_auth"):
        assert found[claim]["verdict"] == "in range"
    yield "transcription is clearly better with the generalist"
    yield "prior authorisation clearly with the specialist"
    assert found["matrix_scheduling"]["verdict"] == "open"
    yield "Scheduling is open: what it moves is less than chance"
    assert 28 < at["necessity"] < 32
    yield "medical necessity rose by three tenths, not by half"
    ar = next(row for row in read("matrix") if row["function"] == "ar")
    assert float(ar["revenue_usd"]) < -0.5 * float(ar["fees_usd"])
    yield "more than half of the premium buys nothing there"
    one, other = vendor("generalist"), vendor("specialized")
    for form, pair in (
        (
            "input: {:.0f} against {:.0f} % a year",
            [100 * v.turnover.annual_rate for v in (one, other)],
        ),
        ("input: {:.0f} against {:.0f} USD an hour", [v.price.usd_per_hour for v in (other, one)]),
        (
            "input: medians of {:.0f} against {:.0f} days",
            [v.compliance.assessment_median_days for v in (other, one) if v.compliance],
        ),
        (
            "input: {:g} against {:g} % chance of a breach",
            [100 * v.compliance.breach_per_year for v in (other, one) if v.compliance],
        ),
    ):
        yield form.format(*pair)
    doc = next(c for c in shipped("generalist").categories if c.name == "DOC")
    yield f"{100 * doc.deny_share:.0f} % are denied and {100 * doc.rfi_share:.0f} % asked about"
    claims, tested, count = verdicts()
    yield (
        f"{tested} of {claims} claims are tested. **{count['in range']} are in range, "
        f"{count['open']} open, {count['near']} near, {count['out']} out**; {count['given']} are "
        f"inputs and prove nothing, {count['not testable']} have no mechanism"
    )


@page("sensitivity.md")
def sensitivity() -> Quotes:
    fields, replications, trajectories = 20, 10, 10
    yield (
        f"{fields} fields with `oat` and {replications} replications are "
        f"{(2 * fields + 1) * replications} runs of each scenario, with `morris` "
        f"{(fields + 1) * trajectories * replications:,}"
    )
