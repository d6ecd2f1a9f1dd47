"""The answer of `ablate`: what each group of attributes brings, alone, last and in order."""

from __future__ import annotations

from sim.record.kpis import kpi as kpi_of
from sim.report.answer import Answer, Cell, Panel, Part, Table, chart, estimated, series_of, words
from sim.report.fields import unit_of
from sim.report.headline import Study
from sim.report.study import aside, assembled
from sim.report.words import inside, interval, label, plain, sentence
from sim.study.ablate import Ablation, Pair
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval

WAYS = {"alone": "Alone", "last": "Last of all", "cumulative": "In this order"}
RULE = (
    "Alone: what the first vendor gains when given this group of the second. Last: what is lost "
    "when only this group is missing. Where the ways differ, attributes work together; Shapley's "
    "value is the mean over all orders."
)


def finding(ablation: Ablation, pair: Pair, kpi: str) -> str:
    """The group that brings most alone, and the whole difference."""
    sign = -1.0 if kpi_of(kpi).better == "lower" else 1.0
    known = [e for e in ablation.effects[kpi] if e.alone.n]
    if not known:
        return f"No verdict on {inside(label(kpi))}"
    top = max(known, key=lambda e: sign * e.alone.mean)
    whole, own = (
        "{} ({})".format(*_said(at, unit_of(kpi))).removesuffix(" ()")
        for at in (ablation.whole[kpi], top.alone)
    )
    return sentence(
        f"given alone to {plain(pair.base.name)}, {top.group} changes {inside(label(kpi))} most: "
        f"{own}, of {whole} for all of {plain(pair.other.name)}"
    )


def _said(at: Interval, unit: str) -> tuple[str, str]:
    if not at.n:
        return "no verdict", ""
    return interval(at.mean, at.low, at.high, unit, difference=True)


def answer(result: StudyResult, ablation: Ablation, pair: Pair, study: Study) -> Answer:
    """The answer of an ablation, with the comparison of the two scenarios themselves."""
    own = []
    for kpi in ablation.effects:
        title = finding(ablation, pair, kpi)
        picture = chart(
            f"ablation_{kpi.replace('.', '_')}", title, _panels(ablation, kpi), key="ablation"
        )
        own.append(Part("own", title, _tables(ablation, kpi), (picture,)))
    a, b = plain(pair.base.name), plain(pair.other.name)
    title, question = f"what separates {b} from {a}", f"What makes {b} differ from {a}?"
    found, all_parts = f"{own[0].title}.", [*own, *aside(study)]
    return assembled(
        "ablate", result, sentence(title), question, found, RULE, all_parts, about=study.names
    )


def _tables(ablation: Ablation, kpi: str) -> tuple[Table, ...]:
    unit, name = unit_of(kpi), kpi.replace(".", "_")

    def cells(at: Interval) -> tuple[Cell, Cell]:
        none = words("no verdict"), words("")
        return estimated(at, unit, difference=True) if at.n else none

    rows: list[tuple[Cell, ...]] = [
        (words(e.group), *cells(e.alone), cells(e.last)[0], cells(e.cumulative)[0])
        for e in ablation.effects[kpi]
    ]
    whole = cells(ablation.whole[kpi])
    rows.append((words("all of them"), *whole, whole[0], whole[0]))
    heads = ("Group", f"{label(kpi)}: alone", "95 % interval", "Last", "In this order")
    made = [Table(f"ablation_{name}", "", heads, tuple(rows), bars=1)]
    if kpi in ablation.shapley:
        shares = tuple((words(f), *cells(at)) for f, at in ablation.shapley[kpi].items())
        columns = ("Family", "Shapley value", "95 % interval")
        total = (words("sum"), *whole)
        made.append(Table(f"shapley_{name}", "", columns, (*shares, total), bars=1))
    return tuple(made)


def _panels(ablation: Ablation, kpi: str) -> list[Panel]:
    """Bars of each group alone, last and in order, and of the families."""
    effects, unit = ablation.effects[kpi], unit_of(kpi)
    found = {head: {e.group: getattr(e, way) for e in effects} for way, head in WAYS.items()}
    if kpi in ablation.shapley:
        found["Shapley value of each family"] = ablation.shapley[kpi]
    panels = []
    for title, by in found.items():
        texts = [_said(at, unit)[0] for at in by.values()]
        series = series_of(title, list(by.values()), texts=texts)
        panels.append(Panel(title, tuple(by), (series,), unit))
    return panels
