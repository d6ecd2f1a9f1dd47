"""What an ablation says: one sentence, the printed tables, a chart per KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Table
from sim.report.charts import Chart, View
from sim.report.terminal import printed, table
from sim.report.words import inside, interval, label, plain, sentence
from sim.study.ablate import Ablation, Effect, Pair
from sim.study.compare import CAVEAT
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WAYS = ("alone", "last", "cumulative")


def finding(ablation: Ablation, pair: Pair, kpi: str) -> str:
    """The group that brings most alone, and the whole difference."""
    metadata = kpi_of(kpi)
    sign = -1.0 if metadata.better == "lower" else 1.0
    known = [e for e in ablation.effects[kpi] if e.alone.n]
    if not known:
        return f"No verdict on {inside(label(kpi))}"
    top = max(known, key=lambda e: sign * e.alone.mean)
    whole, own = (
        "{} ({})".format(*_said(at, metadata.unit)).removesuffix(" ()")
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


def text(ablation: Ablation, pair: Pair, colour: bool) -> str:
    """A table per KPI: each group alone, last and cumulative; then the families' shares."""
    made = []
    for kpi, effects in ablation.effects.items():
        unit = kpi_of(kpi).unit
        rows = []
        for e in effects:
            shown, ends = _said(e.alone, unit)
            rows.append((e.group, shown, ends, _said(e.last, unit)[0],
                         _said(e.cumulative, unit)[0]))  # fmt: skip
        shown, ends = _said(ablation.whole[kpi], unit)
        rows.append(("all of them", shown, ends, shown, shown))
        made.append(table((f"{label(kpi)}: alone", "95 % interval", "last", "in this order"), rows))
        if kpi in ablation.shapley:
            shares = [(family, *_said(i, unit)) for family, i in ablation.shapley[kpi].items()]
            made.append(table(("Shapley value", "95 % interval"), [*shares, ("sum", shown, ends)]))
    note = (
        f"Alone: {plain(pair.base.name)} given this group of {plain(pair.other.name)}. Last: what "
        f"is lost when only this group is missing. {CAVEAT}"
    )
    return printed(made, note, colour=colour)


def charts(result: StudyResult, ablation: Ablation, pair: Pair, scale: float) -> list[Chart]:
    """Bars of each group alone, last and cumulative, and of the families; one chart per KPI."""
    made = []
    for kpi, effects in ablation.effects.items():
        data: Table = {c: [] for c in ("what", "way", "effect", "ci_low", "ci_high")}
        shares = ablation.shapley.get(kpi, {})
        bars = [(e.group, way, getattr(e, way)) for e in effects for way in WAYS]
        for what, way, at in [*bars, *((f, "shapley", i) for f, i in shares.items())]:
            for column, cell in zip(
                data.values(), (what, way, at.mean, at.low, at.high), strict=True
            ):
                column.append(cell)
        title = finding(ablation, pair, kpi)
        made.append(
            Chart(
                f"ablation_{kpi.replace('.', '_')}",
                title,
                f"{label(kpi)} by group of attributes. {title}.",
                data,
                lambda kpi=kpi, effects=effects, title=title: _draw(  # type: ignore[misc]
                    View(result, scale), ablation, pair, kpi, effects, title
                ),
            )
        )
    return made


def _draw(
    view: View, ablation: Ablation, pair: Pair, kpi: str, effects: list[Effect], title: str
) -> Figure:
    from sim.report import style

    shares = ablation.shapley.get(kpi, {})
    panels: list[tuple[str, list[tuple[str, Interval]]]] = [
        (head, [(e.group, getattr(e, way)) for e in effects])
        for head, way in (
            ("Alone", "alone"),
            ("Last of all", "last"),
            ("In this order", "cumulative"),
        )
    ]
    note = (f"What {plain(pair.base.name)} gains from attributes of {plain(pair.other.name)}; "
            "95 % intervals")  # fmt: skip
    rows = len(effects) + (len(shares) + 2 if shares else 0)
    left, gap = 1.7, 0.25
    wide = (style.WIDTH - 2 * style.MARGIN - left - 2 * gap) / 3
    frame = style.canvas(title, view.source(note), 0.27 * rows + 1.0)
    height, low = 0.27 * len(effects), 0.27 * (rows - len(effects)) + 0.55
    every = [i for _, bars in panels for _, i in bars if i.n]
    every += [i for i in shares.values() if i.n]
    reach = [
        min(0.0, *(min(i.mean, i.low) for i in every)),
        max(0.0, *(max(i.mean, i.high) for i in every)),
    ]
    span = reach[1] - reach[0] or 1.0
    limits = (reach[0] - 0.05 * span, reach[1] + 0.05 * span)
    places = [(left + (wide + gap) * i, low, wide, height) for i in range(3)]
    if shares:
        panels.append(("Shapley value of each family", list(shares.items())))
        places.append((left, 0.4, wide, 0.27 * len(shares)))
    for n, ((head, bars), place) in enumerate(zip(panels, places, strict=True)):
        axes = frame.axes(*place)
        for y, (_, at) in enumerate(bars):
            ink = style.BETTER if (at.mean > 0) == (kpi_of(kpi).better != "lower") else style.WORSE
            axes.barh(y, at.mean, height=0.62, color=ink, alpha=0.75)
            if at.high > at.low:
                axes.plot((at.low, at.high), (y, y), color=style.INK, lw=1.2)
        axes.axvline(0, color=style.INK, lw=1)
        axes.set(xlim=limits, ylim=(len(bars) - 0.4, -0.6))
        axes.set_yticks(range(len(bars)), [name for name, _ in bars] if n in (0, 3) else [])
        axes.grid(visible=False, axis="y")
        axes.set_title(head, size=10, weight="bold", loc="left")
        style.units(axes.xaxis, kpi_of(kpi).unit)
    return frame.figure
