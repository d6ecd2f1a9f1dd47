"""The answer of `run` and `compare`, and the parts on scenarios that other answers have too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from sim.record.kpis import kpi as kpi_of
from sim.report import pictures
from sim.report.answer import Answer, Cell, Chart, Part, Table, figure, words
from sim.report.bridge import bridge
from sim.report.capacity import required
from sim.report.contract import contracts
from sim.report.headline import LIKELY, RATE, RULE, TURNOVER, VALUE, Study, labelled
from sim.report.notes import (
    ignorance_notes,
    overload_notes,
    size_note,
    target_notes,
    warnings,
    with_overload,
)
from sim.report.published import beside
from sim.report.words import Form, apart, inside, label, month_name, number, plain, sentence
from sim.study.checks import checks
from sim.study.compare import UNDEFINED, caveat_of
from sim.study.payback import paybacks
from sim.study.replicate import StudyResult
from sim.study.statistics import wilson_interval

READING = "Money is per year and of the whole hospital."
PLANNED = (
    "Turnover is what came, and planned for is what the vendors' profiles make of it at their "
    "target occupancies: pressure, long hours, certificates, young teams, events and luck lie "
    "between them."
)
PAIRED = (
    "Differences are paired, replication by replication, under common random numbers. A verdict is "
    "given where the difference is clear after Holm's adjustment for all headline measures "
    "together; “need about N more” is in replications."
)
MOST_PRINTED = 4
"""Scenarios of which the terminal shows every table; of more, that of the leading alternative."""
RISKY = (VALUE, RATE, "money.days_in_ar", TURNOVER)
ANEW = "the world is not as modelled, so run the study again with what was seen"
NOTHING = words("")


def answer(study: Study) -> Answer:
    """The answer of a study of one scenario, or of several against the first."""
    base, *others = study.shown.values()
    kind, question, title = "run", f"What comes of {base}?", sentence(base)
    if others:
        few = len(others) <= 2
        what = " and ".join(others) if few else f"{len(others)} alternatives"
        kind, question = "compare", f"What changes with {what} instead of {base}?"
        title = sentence(f"{what} against {base}" if few else f"{base} against {what}")
    decision = study.decision()
    facts: dict[str, Any] = {"decision": decision, "winner": study.winner}
    if study.targets:
        found = [{**asdict(chance), "share": chance.share} for chance in study.chances]
        facts["targets"] = [{**each.pop("target"), **each} for each in found]
    finding = study.finding()
    rule = f"{RULE} {decision}".strip() if others else ""
    made = assembled(kind, study.result, title, question, finding, rule, parts(study), facts=facts)
    notes = (*ignorance_notes(study.result), *target_notes(study.chances), *_ahead(study))
    return replace(made, notes=(*notes, *made.notes))


def assembled(
    kind: str,
    result: StudyResult,
    title: str,
    question: str,
    finding: str,
    rule: str,
    parts: Sequence[Part],
    *,
    about: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Answer:
    """An answer with what every answer has: warnings, size, notes, checks, a source line.

    `about` names the scenarios whose values are shown, if these are not all.
    """
    names = list(about or result.names)
    scale = float(result.scenarios.get(names[0], {}).get("hospital", {}).get("scale", 1.0))
    count = result.replications
    runs = f"{count} replications" if count > 1 else "one replication, so no interval of the mean"
    who = ", ".join(plain(name, 24) for name in names[:4])
    who = who if len(names) <= 4 else f"{len(names)} scenarios, baseline {plain(names[0], 24)}"
    every = [outcome for by in result.outcomes.values() for outcome in by.values()]
    planned = any("people.turnover_expected" in outcome.kpis for outcome in every)
    how = f"seed {result.seed}", f"hospital at scale {scale:g}"
    done = result.stopped_because  # may say how many there are: that is told once
    done = runs if count == 1 else done if runs in done else f"{done}; {runs}"
    return Answer(
        kind=kind,
        title=title,
        question=question,
        finding=with_overload(result, finding),
        rule=rule,
        parts=tuple(part for part in parts if part.tables or part.charts or part.text),
        scenarios=apart(names),
        size=sentence(f"{'; '.join((done, *how))}."),
        source=f"Source: denialloop, {' · '.join((who, runs, *how))}. {caveat_of(result)}",
        warnings=warnings(result),
        notes=(*size_note(result), READING, *([PLANNED] if planned else []), caveat_of(result)),
        checks=tuple((check.what, check.found, check.verdict) for check in checks(result)),
        facts=facts or {},
    )


def aside(study: Study) -> list[Part]:
    """What a study shows beside the answer of another question: the terminal prints none of it."""
    found = []
    for part in parts(study):
        role = "drivers" if part.role == "own" else part.role
        tables = tuple(replace(table, printed=False) for table in part.tables)
        found.append(replace(part, role=role, tables=tables))
    return found


def parts(study: Study) -> list[Part]:
    """Everything that a study of scenarios shows, by what it is for."""
    course, several = pictures.course(study), len(study.names) > 1
    bands = beside(study)
    return [
        *([options(study)] if several else []),
        Part("headline", "Headline measures", headline(study)),
        contracts(study),
        _charts("own", [pictures.net_value(study) if several else course]),
        _charts("bridge", [bridge(study)]),
        _charts("drivers", [pictures.relative(study)]),
        capacity(study),
        denied(study),
        risks(study),
        _charts("money", [pictures.leakage(study), pictures.costs(study), pictures.payback(study)]),
        _charts("course", [course if several else None, pictures.backlog(study)]),
        _charts("people", [pictures.staying(study)]),
        _charts("detail", [pictures.outcomes(study)]),
        Part("published", bands.title, (bands,)) if bands else Part("published", ""),
    ]


def _charts(role: str, found: Iterable[Chart | None]) -> Part:
    charts = tuple(chart for chart in found if chart is not None)
    return Part(role, charts[0].title if charts else "", charts=charts)


def options(study: Study) -> Part:
    """The decision: each scenario with its value, its cost, and whether it meets the limits."""
    rows = []
    for name in study.names:
        verdict = study.verdict(VALUE, name) or "baseline"
        apart_, ends = study.apart(VALUE, name), study.apart_ends(VALUE, name)
        if name == study.base or not study.judged(name):
            apart_, ends = (NOTHING if name == study.base else words("no verdict")), NOTHING
        values = (study.level("money.tco", name), study.level(RATE, name))
        last = words(_limits(study, name)), words("chosen" if name == study.winner else verdict)
        first = words(study.shown[name]), study.level(VALUE, name), apart_, ends
        rows.append((*first, *values, *last))
    heads = (
        *("Scenario", "Net value", "Difference", "95 % interval", "Cost (TCO)", "Initial denials"),
        *("Limits", "Verdict"),
    )
    kept = [i for i in range(len(heads)) if any(row[i].text not in ("", "n/a") for row in rows)]
    shown = tuple(tuple(row[i] for i in kept) for row in rows)
    title = study.decision()
    table = Table(
        "options",
        title,
        tuple(heads[i] for i in kept),
        shown,
        RULE,
        bars=2 if 2 in kept else -1,
        printed=len(study.names) > 2,
    )
    return Part("options", title, (table,), slide=len(study.names) > 2)


def _limits(study: Study, name: str) -> str:
    """Which constraints are met: keeping up first, then the targets."""
    if name in study.behind:
        return "overloaded"
    own = [c for c in study.chances if c.scenario == name]
    missed = [inside(label(c.target.kpi)) for c in own if not c.share >= LIKELY]
    return f"misses {', '.join(missed)}" if missed else "met" if own else "keeps up"


def headline(study: Study) -> tuple[Table, ...]:
    """The headline measures: of the only scenario, or of each alternative against the baseline."""
    if len(study.names) > 1:
        return tuple(_against(study, name, i) for i, name in enumerate(study.names[1:], 1))
    name, rows = study.base, []
    for kpi, said in study.listed():
        ends = NOTHING if said.startswith("·") else study.level_ends(kpi, name)
        rows.append((words(said), study.level(kpi, name), ends))
    heads = ("Headline measures", study.shown[name], "95 % interval")
    return (Table("headline", "Headline measures", heads, tuple(rows)),)


def _against(study: Study, name: str, place: int) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for kpi, said in study.listed():
        levels = (words(said), study.level(kpi, study.base), study.level(kpi, name))
        verdict = words("" if said.startswith("·") else study.verdict(kpi, name) or UNDEFINED)
        gap = NOTHING, NOTHING
        if not said.startswith("·") and study.gap(kpi, name).n:
            gap = study.apart(kpi, name), study.apart_ends(kpi, name)
        rows.append((*levels, *gap, verdict))
    base, own, count = study.shown[study.base], study.shown[name], len(study.names)
    heads = ("Headline measures", base, own, "Difference", "95 % interval", "Verdict")
    title = f"{sentence(own)} against {base}"
    key = "headline" if count == 2 else f"headline_{place}"
    printed = count <= MOST_PRINTED or name == study.lead
    return Table(key, title, heads, tuple(rows), PAIRED, of=name, printed=printed)


def capacity(study: Study) -> Part:
    """People at work and planned, by team: means, and the month that is shortest."""
    rows: list[tuple[Cell, ...]] = []
    form, share = Form(1.0, "", "", "", 1), Form(0.01, "", " %", " %", 1)
    for name in study.names:
        for team in pictures.teams(study, name):
            planned = {r.period: r.value for r in study.rows.months(f"people.plan.{team}", name)}
            found = study.rows.months(f"people.producing.{team}", name)
            net = {r.period: r.value - planned[r.period] for r in found if r.period in planned}
            if not net:
                continue
            worst = min(net, key=lambda month: net[month])
            plan = math.fsum(planned.values()) / len(planned)
            gap = math.fsum(net.values()) / len(net)
            people = figure(form, plan, "people"), figure(form, plan + gap, "people")
            apart_ = figure(form, form.apart_of(plan, plan + gap), "people", gap=True)
            missing = figure(share, gap / plan if plan else math.nan, "share", gap=True)
            least = figure(form, net[worst], "people", gap=True), words(month_name(worst))
            who = words(study.shown[name]), words(sentence(team.replace("_", " ")))
            rows.append((*who, *people, apart_, missing, *least))
    chart = pictures.net_fte(study)
    if not rows or chart is None:
        return Part("capacity", "", tuple(required(study)))
    heads = ("Scenario", "Team", "Planned", "At work", "Net", "Gap", "Shortest", "In")
    note = "Full-time equivalents at full size, means over the months of the run."
    table = Table("capacity", chart.title, heads, tuple(rows), note, bars=4, printed=False)
    return Part("capacity", chart.title, (*required(study), table), (chart,))


def denied(study: Study) -> Part:
    """Denials by cause in every scenario, and by payer and cause in dollars."""
    rows, others = [], study.names[1:]
    causes = dict.fromkeys(c for n in study.names for c in study.rows.parts("denials.category", n))
    for cause in causes:
        kpi = f"denials.category.{cause}"
        if any(study.rows.of(kpi, name).value for name in study.names):
            gaps = [study.apart(kpi, name) for name in others]
            rows.append((words(plain(cause)), *(study.level(kpi, n) for n in study.names), *gaps))
    last = ["Difference"] if len(others) == 1 else [f"Less, {study.shown[n]}" for n in others]
    heads = ("Reason", *study.shown.values(), *last)
    chart, title = pictures.denials(study), "Denied at the first adjudication, by reason"
    note = "Shares of adjudicated claims."
    table = Table("denials", title, heads, tuple(rows), note, bars=1, printed=False)
    title = chart.title if chart else title
    return Part("denials", title, (table,) if rows else (), (chart,) if chart else ())


def risks(study: Study) -> Part:
    """What may come otherwise: chances, ranges of one future, and what to watch for."""
    name, rows = study.winner or study.lead, []
    gaps = [gap for gap in study.gaps(VALUE, name) if gap == gap] if study.judged(name) else []
    if name != study.base and len(gaps) > 1:
        below = sum(gap <= 0 for gap in gaps)
        least, most = (number(end, "share", 0.01) for end in wilson_interval(below, len(gaps)))
        rows.append(
            (
                f"{sentence(study.shown[name])} brings less than {study.shown[study.base]}",
                f"in {below} of {len(gaps)} futures (chance {least} to {most})",
                "net value behind the plan of the baseline for two quarters",
            )
        )
    for kpi in RISKY:
        low, high = pictures.future(study.values(kpi, name))
        if low == low and not (name in study.behind and kpi.startswith("money.")):
            form, up = study.form(kpi), kpi_of(kpi).better == "higher"
            limit = f"below {form.text(low)}" if up else f"above {form.text(high)}"
            span = f"{form.text(low)} to {form.text(high)} in nine futures of ten"
            rows.append((f"{labelled(kpi_of(kpi))} comes otherwise", span, f"{limit}: {ANEW}"))
    behind = overload_notes(study.result)[:-1][:3]
    rows += [("Work is left undone", note, "backlog older than 30 days") for note in behind]
    title = f"What may come otherwise with {study.shown[name]}, and what to watch for"
    cells, note = tuple(tuple(map(words, row)) for row in rows), "Ranges are of a single future."
    heads = ("Risk", "How likely, how large", "Trigger")
    table = Table("risks", title, heads, cells, note, printed=False)
    return Part("risks", title, (table,) if rows else ())


def _ahead(study: Study) -> list[str]:
    """When each alternative has paid back, or the one that leads among many."""
    lines = []
    for name, bases in groupby(paybacks(study.result), lambda p: p.scenario):
        cash, accrual = bases
        if name != study.lead and len(study.names) > MOST_PRINTED:
            continue
        who, base = sentence(study.shown[name]), study.shown[study.base]
        if math.isfinite(cash.median) or math.isfinite(accrual.median):
            days = ", ".join(pictures.stays_ahead(p, with_ends=True) for p in (cash, accrual))
            lines.append(f"{who} stays ahead of {base}: {days}, counted from {cash.since}.")
        else:
            lines.append(f"{who} does not pay back within the run, counted from {cash.since}.")
    return lines
