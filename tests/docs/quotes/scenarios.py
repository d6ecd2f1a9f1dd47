"""Pages of docs/scenarios/."""

from __future__ import annotations

from statistics import fmean

from docs.figures import said
from docs.studies import ROOT, read
from sim.model.rules import DAYS_PER_MONTH
from sim.scenario.timeline import Rotate
from sim.study.statistics import mean_interval
from tests.docs.quotes.sources import (
    DENIALS,
    LEAKAGE,
    Quotes,
    months,
    page,
    shipped,
    values,
    vendor,
)


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
    rows = {row["function"]: row for row in read("matrix")}
    says = {function: row["model_says"] for function, row in rows.items()}
    assert says["scheduling"] == says["prior_auth"] == says["transcription"] == "specialized"
    yield "**Scheduling** goes to the specialist, against the article"
    yield "**Prior authorisation** goes the article's way"
    assert float(rows["transcription"]["net_value_usd"]) < 0.25 * -float(
        rows["transcription"]["fees_usd"]
    )
    yield "**Transcription** goes to the specialist by little"
    claims = {row["claim"]: row for row in read("scorecard")}
    assert claims["matrix_transcription"]["verdict"] == "in range"
    yield "moved alone, with a second vendor to manage, it does not pay"
    assert says["claims_denials"] == "specialized" != says["ar"]
    fees, revenue = (float(rows["ar"][c]) for c in ("fees_usd", "revenue_usd"))
    told = [said(x, -3) for x in (revenue, -fees)]
    yield "brings in more ({}) is less than what it charges more ({})".format(*told)
    busy = [100 * vendor(name).target_occupancy for name in ("specialized", "generalist")]
    yield "plans for {:.0f} % occupancy, the generalist for {:.0f} %".format(*busy)
    kpis = values("functions_kpis")
    lost = [
        100 * kpis[f"five_functions_{name}", "visits.lost_visit"].mean()
        for name in ("specialized", "generalist")
    ]
    yield "({:.1f} % of visits lost against {:.1f} %)".format(*lost)
    found = {row["assignment"]: row for row in read("matrix_assignments")}
    best, second, *_ = found
    assert best == "all specialized"
    yield "Best of all is everything with the specialist"
    assert second == "specialized: scheduling, prior_auth, claims_denials"
    part = found[second]
    behind = [-float(part[c]) for c in ("behind_best_usd", "behind_ci_high", "behind_ci_low")]
    usd = "{:,.0f} USD ({:,.0f} to {:,.0f})".format(*(round(x, -3) for x in behind))
    yield f"scheduling, authorisation and claims alone with it come second, {usd} behind"
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
    [cash] = (
        row
        for row in read("functions_payback")
        if (row["scenario"], row["basis"]) == (last, "cash")
    )
    yield f"from day {cash['median_day']} on cash"


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
    yield f"{one.hiring.time_to_fill_days:g} days to fill a vacancy"
    yield f"loaded at ${one.price.usd_per_hour:g} an hour"


@page("scenarios/medcentral.md")
def rotation() -> Quotes:
    names = ("medcentral_stays", "a_team_stays", "a_team_rotates")
    denied = [100 * months(f"rotation_{name}_monthly", DENIALS).mean(axis=0) for name in names]
    net = "money.net_revenue_realisation"
    paid = [months(f"rotation_{name}_monthly", net).mean(axis=0) for name in names]
    for name in ("a_team_stays", "medcentral_stays"):
        [known] = [v.go_live_knowledge for v in shipped(name).vendors if v.name == "generalist"]
        assert known is not None
        yield f"{known.domain:.2f} and {known.client:.2f}"
    [event] = [e for e in shipped("a_team_rotates").timeline if isinstance(e, Rotate)]
    assert (event.share_per_year, event.after_tenure_days) == (0.8, 90)
    yield "four in five of those with 90 days of tenure"
    yield f"{denied[0][3]:.1f} % before"
    for after, words in ((1, "first"), (6, "6th"), (12, "12th"), (18, "18th"), (30, "30th")):
        cells = " | ".join(f"{by[5 + after]:.1f} %" for by in denied)
        yield f"| {words} | {cells} |"
    worse = denied[2][5 + 30] - denied[1][5 + 30]
    yield f"stays worse by {worse:.1f} points of denials"
    yield "14 % denials and 4 % less net revenue"
    late, before = slice(21, 24), slice(0, 5)
    told = [
        (by[late].mean(), 100 * (of[late].mean() / of[before].mean() - 1))
        for by, of in zip(denied, paid, strict=True)
    ]
    yield f"Over months 16 to 18 rotation gives {told[2][0]:.1f} % and −{-told[2][1]:.1f} %"
    yield f"{told[0][0]:.1f} % and −{-told[0][1]:.1f} % (against the first five months)"


@page("scenarios/medcentral.md")
def medcentral() -> Quotes:
    model = shipped("medcentral")
    whole = [
        (e.on.year - model.start.year) * 12 + e.on.month - model.start.month
        for e in model.timeline
        if e.kind == "vendor_switch"
    ]
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


@page("scenarios/typical.md")
def typical() -> Quotes:
    demo, names = values("demo"), ("typical_generalist", "typical_specialist")
    prices = [vendor(name).price.usd_per_hour for name in names]
    yield "{} USD an hour for generic work offshore, {} for certified people".format(
        *(f"{price:g}" for price in prices)
    )
    margins = [
        demo[name, kpi].mean()
        for name in names
        for kpi in ("vendor.margin_usd", "vendor.margin_share")
    ]
    assert min(margins) > 0
    yield "{:.2f} M USD a year ({:.0f} % of fees) and {:.2f} M ({:.0f} %)".format(
        *(x * factor for x, factor in zip(margins, (1e-6, 100, 1e-6, 100), strict=True))
    )
    paid = [100 * demo[name, "money.net_revenue_realisation"].mean() for name in names]
    assert paid[1] - paid[0] < 3  # the published spread
    apart = paid[1] - paid[0]
    yield "{:.1f} and {:.1f} % of net revenue, {:.1f} points apart".format(*paid, apart)
    yield "high and low performers is 3 % of net revenue"
    taken = [100 * demo[name, "audit.takeback"].mean() for name in names]
    yield "Audits take back {:.2f} and {:.2f} % of it".format(*taken)
    came = [100 * demo[name, "people.turnover"].mean() for name in names]
    wrote = [100 * vendor(name).turnover.annual_rate for name in names]
    yield "{:.0f} and {:.0f} % leave in a year, where {:.0f} and {:.0f} % are written".format(
        *came, *wrote
    )
    assert {vendor(name).turnover.reference_occupancy for name in names} == {0.85}
    yield "for an occupancy of 85 %"
    [price] = read("breakeven_typical_price")
    yield "from {:.0f} USD an hour ({:.0f} to {:.0f}) on".format(
        *(float(price[c]) for c in ("root", "ci_low", "ci_high"))
    )
    [leavers] = read("breakeven_typical_turnover")
    assert leavers["root"] == ""
    yield "no turnover of the specialist up to 600 % a year"
    rows = [row for row in read("ablation_typical_shapley") if row["kpi"] == "money.net_value_usd"]
    yield f"of {float(rows[0]['whole']) / 1e6:.1f} M USD a year"
    yield "by Shapley " + ", ".join(
        f"{row['family']} {said(float(row['value']) / 1e6, 1)} M"
        for row in sorted(rows, key=lambda row: -float(row["value"]))
    )
    wanted = "money.net_value_usd", "turnover and hiring"
    [alone] = [
        row for row in read("ablation_typical_ablation") if (row["kpi"], row["group"]) == wanted
    ]
    at = [float(alone[c]) / 1e6 for c in ("alone", "alone_ci_low", "alone_ci_high")]
    yield "{} M USD a year ({} to {})".format(*(said(x, 1, sign=True) for x in at))
