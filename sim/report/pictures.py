"""The charts that a study of scenarios has: what each shows, as small descriptions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sim.report.answer import HEAT, Chart, Panel, Series, chart, series_of
from sim.report.bridge import COSTS
from sim.report.headline import VALUE, Study
from sim.report.words import contrast, inside, label, month_name, number, plain, sentence
from sim.study.compare import BETTER, HIGHER, LOWER, WORSE
from sim.study.overload import OVERLOADED
from sim.study.payback import BASES, Payback, paybacks
from sim.study.results import none
from sim.study.statistics import Interval, mean_interval, prediction_interval
from sim.study.survival import survival, tenures

FUTURE, LEAST = 0.9, 5
"""Chance that one future lies between the ends that are drawn; replications that it takes."""
FEW = 4
"""Scenarios whose bands are drawn: those of more would hide each other."""
COURSE = (
    "denials.initial_rate",
    "claims.first_pass_payment_rate",
    "quality.coding_accuracy",
    "people.mean_knowledge",
    "money.net_revenue_realisation",
    "people.occupancy",
)
ANSWERS = {
    "denials.first_answer_rate": "Denied",
    "claims.rfi_rate": "Records requested",
    "claims.rejection_rate": "Rejected",
    "claims.first_pass_payment_rate": "Paid at first pass",
}
BACK = ("denied", "asked", "rejected")
ENDS = {
    "final_denial": "Denied for good",
    "not_worked": "Not worked",
    "open": "Still open",
    "paid": "Paid in the end",
}
LOST = "money.leakage"
CLEAR = (BETTER, WORSE, HIGHER, LOWER)
NEVER = "not within the run"


def future(values: Sequence[float]) -> tuple[float, float]:
    """Where one future lies nine times in ten; nan with too few replications."""
    known = [value for value in values if value == value]
    if len(known) < LEAST:
        return math.nan, math.nan
    low, high = prediction_interval(known, FUTURE)
    return float(low), float(high)


def told(study: Study, kpi: str, what: str) -> str:
    """One sentence on a KPI in all scenarios; `what` follows the number."""
    at = {n: study.rows.of(kpi, n).value for n in study.names if study.rows.of(kpi, n).n}
    said = {study.shown[name]: study.level(kpi, name).text for name in at}
    text = contrast({study.shown[name]: value for name, value in at.items()}, said, what)
    doubt = study.doubt(kpi, study.names[1]) if len(study.names) == 2 else ""
    if len(study.names) > 2 and kpi.startswith("money.") and study.behind:
        doubt = f"no verdict: {OVERLOADED}"
    return f"{text} ({doubt})" if doubt else text


def _stack(
    study: Study, parts: Mapping[str, Sequence[float]], unit: str, axis: str, title: str = ""
) -> Panel:
    """Parts of a whole, a bar for each scenario."""
    whole = max(map(math.fsum, zip(*parts.values(), strict=True)), default=0.0)
    series = []
    for i, (name, values) in enumerate(parts.items()):
        texts = tuple(number(v, unit, like=whole if unit == "USD" else 0.0) for v in values)
        depth = 1.0 - 0.85 * i / max(len(parts) - 1, 1)
        of = "gain" if "gain" in name else study.base
        series.append(Series(name, tuple(values), texts=texts, of=of, depth=depth))
    return Panel(title, tuple(study.shown.values()), tuple(series), unit, axis)


# --- the answer -----------------------------------------------------------------------------------


def net_value(study: Study) -> Chart | None:
    """What each alternative brings over the baseline, how sure that is, and how one future may be.

    Alternatives without a verdict on money are left out.
    """
    names = [n for n in study.names[1:] if study.judged(n) and study.gap(VALUE, n).n]
    if not names:
        return None
    ahead = [future(study.gaps(VALUE, name)) for name in names]
    texts = [study.apart(VALUE, name).text for name in names]
    gaps = [study.gap(VALUE, name) for name in names]
    series = series_of("Difference in net value", gaps, texts=texts, of=names[0])
    low, high = zip(*ahead, strict=True)
    base, lead = study.shown[study.base], study.lead if study.lead in names else names[0]
    axis = f"Net value a year, less that of {base}"
    places = tuple(study.shown[name] for name in names)
    panel = Panel("", places, (replace(series, least=low, most=high),), "USD", axis)
    least, most = ahead[names.index(lead)]
    form, said = study.form(VALUE), study.apart(VALUE, lead).text
    title = f"{study.shown[lead]}: {said} of net value a year against {base}"
    if least == least:
        ends = " and ".join(form.text(end, gap=True) for end in (least, most))
        title += f"; one future lies between {ends}"
    return chart("net_value", sentence(title), [panel], base=base)


def relative(study: Study) -> Chart | None:
    """Headline measures against the baseline, relative to its mean."""
    base, others = study.base, study.names[1:]
    listed = [k.name for k in study.kpis if k.headline and study.rows.of(k.name, base).value]
    kpis = [k for k in listed if any(study.gap(k, n).n for n in others)]
    if not kpis or not others:
        return None
    series = []
    for name in others:
        gaps = [study.gap(k, name).over(abs(study.rows.of(k, base).value)) for k in kpis]
        marks = [{BETTER: " ▲", WORSE: " ▼"}.get(study.verdict(k, name), "") for k in kpis]
        texts = [_per_cent(g.value) + mark for g, mark in zip(gaps, marks, strict=True)]
        series.append(series_of(study.shown[name], gaps, texts=texts, of=name))
    title, places = _relative_title(study, kpis, series), tuple(map(label, kpis))
    shown = study.shown[base]
    if len(series) <= 2:
        panel = Panel("", places, tuple(series), "share", f"Relative to {shown}")
        return chart("differences", title, [panel], base=shown)
    panel = Panel("", tuple(study.shown[n] for n in others), turned(places, series), "share")
    return chart("differences", title, [panel], shape=HEAT, base=shown)


def turned(places: Sequence[str], series: Sequence[Series]) -> tuple[Series, ...]:
    """Series by what were their places, as a heat map has them."""
    return tuple(
        Series(p, tuple(s.values[i] for s in series), texts=tuple(s.texts[i] for s in series))
        for i, p in enumerate(places)
    )


def _per_cent(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(100 * value):.3g} %" if math.isfinite(value) else "n/a"


def _relative_title(study: Study, kpis: Sequence[str], series: Sequence[Series]) -> str:
    found = [
        (abs(s.values[i]), i, name)
        for s, name in zip(series, study.names[1:], strict=True)
        for i, kpi in enumerate(kpis)
        if study.verdict(kpi, name) in CLEAR and math.isfinite(s.values[i])
    ]
    if not found:
        return f"No clear difference in any of {len(kpis)} headline measures"
    _, i, name = max(found)
    text = _per_cent(series[study.names.index(name) - 1].values[i])
    clear = len({place for _, place, _ in found})
    what, who = inside(label(kpis[i])), study.shown[name]
    return f"{clear} of {len(kpis)} headline measures clearly differ; {what} most: {text} for {who}"


# --- money ----------------------------------------------------------------------------------------


def leakage(study: Study) -> Chart | None:
    """What of the expected payment is not paid, loss by loss, in every scenario."""
    parts = {name: study.rows.parts(LOST, name) for name in study.names}
    known = dict.fromkeys(part for by in parts.values() for part in by if part)
    worst = {p: max(by[p].value for by in parts.values() if p in by) for p in known}
    order = sorted((p for p in known if worst[p] or "over" in p), key=lambda p: -worst[p])
    if not order or any(not study.rows.of(LOST, name).n for name in study.names):
        return None
    rows = {}
    for p in order:
        said = "Still open" if p == "open" else label(f"{LOST}.{p}")
        rows[said] = [by[p].value if p in by else 0.0 for by in parts.values()]
    panel = _stack(study, rows, "share", "Share of expected payment")
    return chart("leakage", told(study, LOST, "of what is expected is not paid"), [panel])


def costs(study: Study) -> Chart | None:
    """Total cost of ownership by what it is made of."""
    if any(not study.rows.of(k, n).n for n in study.names for k in ("money.tco", *COSTS)):
        return None
    rows = {label(k): [study.rows.of(k, n).value for n in study.names] for k in COSTS}
    total = [study.rows.of("money.tco", n).value for n in study.names]
    saved = [study.rows.of("money.care_saved_usd", n).value for n in study.names]
    care = [0.0 if math.isnan(value) else value for value in saved]
    parts = zip(total, care, *rows.values(), strict=True)
    rows["Write-offs and work still open"] = [t + c - math.fsum(own) for t, c, *own in parts]
    kept = {k: v for k, v in rows.items() if any(abs(x) > 0.001 * max(total) for x in v)}
    panel = _stack(study, kept, "USD", "USD a year")
    return chart("cost", told(study, "money.tco", "of total cost of ownership a year"), [panel])


def stays_ahead(payback: Payback, *, with_ends: bool = False) -> str:
    """From which day the scenario stays ahead on this basis, with the interval if wanted."""
    low, high = payback.interval
    day = f"from day {payback.median:.0f}" if math.isfinite(payback.median) else NEVER
    if not with_ends or math.isnan(low) or low == high:
        return f"{day} on {payback.basis}"
    first, last = (f"{x:.0f}" if math.isfinite(x) else "beyond the run" for x in (low, high))
    return f"{day} on {payback.basis} (95 % interval {first} to {last})"


def payback(study: Study) -> Chart | None:
    """What each alternative has brought over the baseline by week, on cash and on accrual."""
    found = paybacks(study.result)
    if not found:
        return None
    panels, start = [], Interval(0, 0.0, 0.0, 0.0, 0.0)
    for basis in BASES:
        mine = [p for p in found if p.basis == basis]
        weeks = min(p.curves.shape[1] for p in mine)
        days = tuple(7.0 * week for week in range(weeks + 1))
        series = []
        for p in mine:
            ends = [start, *(mean_interval(column) for column in p.curves.T[:weeks])]
            name, bands = study.shown[p.scenario], len(study.names) <= FEW
            series.append(series_of(name, ends, of=p.scenario, bands=bands))
        title = f"On {basis}"
        panels.append(Panel(title, days, tuple(series), "USD", "", "Days", "days"))
    soonest = min((p for p in found if p.basis == "cash"), key=lambda p: p.median).scenario
    cash, accrual = (p for p in found if p.scenario == soonest)
    who, base = study.shown[soonest], study.shown[cash.baseline]
    title = f"{who} stays ahead of {base}: {stays_ahead(cash)}, {stays_ahead(accrual)}"
    if not (math.isfinite(cash.median) or math.isfinite(accrual.median)):
        title = f"{who} does not pay back within the run, against {base}"
    return chart("payback", sentence(title), panels, base=base)


# --- over time ------------------------------------------------------------------------------------


def marks(study: Study, months: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Switches of vendors and the ends of what counts, by place among the months."""
    found: dict[str, list[str]] = {}
    for said in study.result.scenarios.values():
        for event in said.get("timeline", []):
            if event["kind"] == "vendor_switch":
                found.setdefault(str(event["on"])[:7], []).append("vendor switch")
    for row in [row for row in study.rows.rows if row.spans][:1]:
        first, _, last = row.period.partition("/")
        found.setdefault(first[:7], []).append("counts from here")
        found.setdefault(last[:7], []).append("to here")
    return tuple(
        (months.index(month), ", ".join(dict.fromkeys(texts)))
        for month, texts in sorted(found.items())
        if month in months and 0 < months.index(month) < len(months) - 1
    )


def by_month(study: Study, kpi: str, title: str, less: str = "") -> Panel | None:
    """A KPI by month, a line for each scenario; `less` is another that is taken off."""
    rows = {name: {r.period: r for r in study.rows.months(kpi, name)} for name in study.names}
    months = sorted({month for by in rows.values() for month in by})
    if len(months) < 2:
        return None
    series, bands = [], len(study.names) <= FEW
    for name, by in rows.items():
        off = {r.period: r.value for r in study.rows.months(less, name)} if less else {}
        found = [by.get(m, none(kpi, name)).less(off.get(m, 0.0)) for m in months]
        series.append(series_of(study.shown[name], found, of=name, bands=bands))
    unit = next(row.unit for by in rows.values() for row in by.values())
    places = tuple(map(month_name, months))
    return Panel(title, places, tuple(series), unit, marks=marks(study, months))


def course(study: Study) -> Chart | None:
    """Small pictures of the main rates by month of service."""
    found = [panel for kpi in COURSE if (panel := by_month(study, kpi, label(kpi)))]
    return chart("course", _course_title(study), found) if found else None


def _course_title(study: Study) -> str:
    """How the denial rate stands in the first and the last month."""
    rate = "denials.initial_rate"
    rows = {study.shown[name]: study.rows.months(rate, name) for name in study.names}
    known = {name: months for name, months in rows.items() if months}
    if not known:
        return "The main rates by month"
    form = study.form(rate)
    first, last = ({n: form.text(m[i].value) for n, m in known.items()} for i in (0, -1))
    if len(known) > 2:
        return contrast(
            {n: m[-1].value for n, m in known.items()}, last, "denied in the last month"
        )
    said = [f"from {first[name]} to {last[name]} with {name}" for name in known]
    return sentence(f"initial denials go {', '.join(said)}")


def backlog(study: Study) -> Chart | None:
    """Work that waits, and what of it is old."""
    titles = ("All work that waits", "Waiting for more than 30 days")
    kpis = ("work.backlog", "work.backlog_over_30_days")
    found = [p for k, t in zip(kpis, titles, strict=True) if (p := by_month(study, k, t))]
    rows = {study.shown[n]: study.rows.months(kpis[0], n) for n in study.names}
    ends = {name: months[-1].value for name, months in rows.items() if months}
    if not found:
        return None
    said = {n: number(float(f"{v:.2g}"), "items", 1.0) for n, v in ends.items()}
    waiting = any(ends.values())
    title = (
        contrast(ends, said, "waiting at the end") if waiting else "No work is waiting at the end"
    )
    return chart("backlog", title, found)


def teams(study: Study, name: str) -> list[str]:
    """The teams of a scenario."""
    return [team for team in study.rows.members("people.plan", name) if team]


def net_fte(study: Study) -> Chart | None:
    """People at work less people planned, by team and month."""
    every = dict.fromkeys(team for name in study.names for team in teams(study, name))
    panels = []
    for team in every:
        title, planned = sentence(team.replace("_", " ")), f"people.plan.{team}"
        panel = by_month(study, f"people.producing.{team}", title, less=planned)
        panels += [panel] if panel else []
    if not panels:
        return None
    missing = {}
    for name in study.names:
        own = teams(study, name)
        at_work, plan = (
            math.fsum(r.value for team in own for r in study.rows.months(f"{kpi}.{team}", name))
            for kpi in ("people.producing", "people.plan")
        )
        missing[study.shown[name]] = at_work / plan - 1 if plan else 0.0
    side = {n: "fewer" if v < 0 else "more" for n, v in missing.items()}
    said = {n: f"{number(abs(v), 'share')} {side[n]}" for n, v in missing.items()}
    return chart("net_fte", contrast(missing, said, "people at work than planned"), panels)


def staying(study: Study) -> Chart | None:
    """Share of people still employed by months since hire."""
    parts = {n: survival(*tenures(list(study.result.outcomes[n].values()))) for n in study.names}
    parts = {n: part for n, part in parts.items() if len(part["months"]) > 1}
    if not parts:
        return None
    months = sorted({m for part in parts.values() for m in part["months"]})
    months = months[:: max(1, len(months) // 120)]
    series, bands = [], len(study.names) <= FEW
    for name, part in parts.items():
        share = _stepped(part, "share", months)
        low = _stepped(part, "ci_low", months) if bands else ()
        high = _stepped(part, "ci_high", months) if bands else ()
        series.append(Series(study.shown[name], share, low, high, of=name, step=True))
    followed = float(min(12, min(int(part["months"][-1]) for part in parts.values())) or 1)
    still = {study.shown[n]: _stepped(p, "share", [followed])[0] for n, p in parts.items()}
    said = {n: number(share, "share") for n, share in still.items()}
    what = f"of those hired are still there after {followed:.0f} months"
    panel = Panel("", tuple(months), tuple(series), "share", "", "Months since hire", "months")
    return chart("staying", contrast(still, said, what), [panel])


def _stepped(
    part: Mapping[str, list[float]], column: str, months: Iterable[float]
) -> tuple[float, ...]:
    """A curve of steps at some months; nan beyond its end."""
    found, i, steps = [], 0, part["months"]
    for month in months:
        while i + 1 < len(steps) and steps[i + 1] <= month:
            i += 1
        found.append(part[column][i] if month <= steps[-1] else math.nan)
    return tuple(found)


# --- denials --------------------------------------------------------------------------------------


def denials(study: Study) -> Chart | None:
    """Dollars denied at first by payer and category, of the baseline and the best alternative."""
    panels = []
    for name in dict.fromkeys((study.base, study.lead)):
        pairs: dict[str, dict[str, float]] = {}
        for part, row in study.rows.parts("denials.denied_usd", name).items():
            payer, _, category = part.rpartition(" / ")
            pairs.setdefault(payer, {})[category] = row.value
        weights: dict[str, float] = {}
        for category, usd in (item for by in pairs.values() for item in by.items()):
            weights[category] = weights.get(category, 0.0) + usd
        order = sorted(weights, key=lambda c: -weights[c])
        most = max((usd for by in pairs.values() for usd in by.values()), default=0.0)
        series = []
        for payer, by in pairs.items() if most else ():
            values = tuple(by.get(category, 0.0) for category in order)
            texts = tuple(number(usd, "USD", like=most) for usd in values)
            series.append(Series(plain(payer), values, texts=texts))
        if series:
            who, across = sentence(study.shown[name]), "Reason for the denial"
            panels.append(Panel(who, tuple(order), tuple(series), "USD", across=across))
    if not panels:
        return None
    first = panels[0]
    usd, payer, i = max((v, s.name, i) for s in first.series for i, v in enumerate(s.values))
    reason = first.places[i]
    said = number(usd, "USD")
    title = f"{first.title}: most denied dollars are {payer}'s for {reason}, {said} a year"
    return chart("denials", title, panels)


def outcomes(study: Study) -> Chart | None:
    """First answers of the payers, and how claims that came back end."""
    rows = {said: [study.rows.of(k, n) for n in study.names] for k, said in ANSWERS.items()}
    if not all(row.n for by in rows.values() for row in by):
        return None
    first = {said: [row.value for row in by] for said, by in rows.items()}
    axis = "Share of submitted claims"
    panels = [_stack(study, first, "share", axis, "First answer of the payer")]
    ends = [_ends(study, name) for name in study.names]
    if all(ends):
        later = {said: [by.get(end, 0.0) for by in ends] for end, said in ENDS.items()}
        panels.append(_stack(study, later, "share", axis, "How claims that came back end"))
    title = told(study, "denials.first_answer_rate", "of claims denied at the first answer")
    return chart("outcomes", title, panels)


def _ends(study: Study, name: str) -> dict[str, float]:
    """How claims end that were not paid at first, as shares of all that were answered."""
    found: dict[str, float] = {}
    answered = 0.0
    for outcome in study.result.outcomes[name].values():
        columns = (outcome.tables.get("flow", {}).get(c, []) for c in ("first", "end", "claims"))
        for first, end, count in zip(*columns, strict=True):
            answered += count if first != "none" else 0
            if first in BACK:
                end = end if end in ENDS else "final_denial"
                found[end] = found.get(end, 0.0) + count
    return {end: count / answered for end, count in found.items()} if answered else {}
