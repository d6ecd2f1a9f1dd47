"""What differs from the baseline, and how surely: paired differences of the headline KPIs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, standard_error
from sim.report.words import interval, label, number, plain, sentence
from sim.study.compare import BETTER, HIGHER, LOWER, WORSE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FURTHEST = 1.5  # differences of more than 150 % are drawn at the edge
# Marker, colour and filling: shape and words tell the verdicts apart without colour, too.
MARKS = {
    BETTER: ("^", style.BETTER, style.BETTER),
    WORSE: ("v", style.WORSE, style.WORSE),
    HIGHER: ("D", style.INK, style.INK),
    LOWER: ("D", style.INK, style.INK),
}
PAPER = {"fc": "white", "ec": "none", "pad": 0.5}  # hides the zero line behind a text
UNSURE = ("o", style.GREY, "white")


def chart(view: View) -> Chart:
    """Relative differences by KPI; raises NothingToDraw if nothing was compared."""
    data: Table = {c: [] for c in ("scenario", "kpi", "relative", "ci_low", "ci_high", "verdict")}
    for row in view.comparison:
        if not row.kpi.headline or not math.isfinite(row.relative):
            continue
        pair = row.difference
        relative = row.relative
        one = abs(pair.mean / relative) if relative else math.inf
        values = (relative, pair.low / one, pair.high / one)
        for column, value in zip(
            data.values(), (row.scenario, row.kpi.name, *values, row.verdict), strict=True
        ):
            column.append(value)
    if len(view.names) == 1:
        raise NothingToDraw("only one scenario")
    if not any(map(math.isfinite, data["ci_low"])):
        raise NothingToDraw("no paired difference with an interval")
    title = _finding(view, data)
    return Chart(
        name="paired_differences",
        title=title,
        alt=f"Difference from the baseline in each headline KPI, with 95 % interval. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _finding(view: View, data: Table) -> str:
    """How many of the headline KPIs are better and worse than the baseline's."""
    others = list(dict.fromkeys(data["scenario"]))
    verdicts = only(data, scenario=(lead := furthest(data)))["verdict"]
    better, worse = verdicts.count(BETTER), verdicts.count(WORSE)
    best = "" if len(others) == 1 else f"Of {len(others)} alternatives the furthest ahead: "
    base = plain(view.names[0])
    if not {BETTER, WORSE} & set(data["verdict"]):
        return f"No clear difference from {base} in any of {len(verdicts)} measures"
    return sentence(
        f"{best}{plain(lead)} is better than {base} on {better} of {len(verdicts)} measures, "
        f"worse on {worse or 'none'}"
    )


def furthest(data: Table) -> str:
    """The scenario that is better on most measures more than it is worse; the first of equals."""

    def score(name: str) -> tuple[int, int]:
        verdicts = only(data, scenario=name)["verdict"]
        return verdicts.count(BETTER) - verdicts.count(WORSE), verdicts.count(BETTER)

    names: list[str] = data["scenario"]
    return max(dict.fromkeys(names), key=score)


def _draw(view: View, title: str, data: Table) -> Figure:
    kpis = list(dict.fromkeys(data["kpi"]))
    looks = {n: look for n, look in view.looks.items() if n in data["scenario"]}
    heads = [(name, look.ink) for name, look in looks.items()]
    note = "Paired differences, 95 % intervals: ▲ better  ▼ worse  ◆ differs  ○ no clear difference"
    figure, panels = style.panels(
        title, view.source(note), heads, 0.36 * len(kpis), left=2.5, gap=0.55
    )
    ends = (abs(x) for c in ("relative", "ci_low", "ci_high") for x in data[c] if math.isfinite(x))
    reach = 1.25 * min(max(*ends, 0.01), FURTHEST)
    for i, (axes, name) in enumerate(zip(panels, looks, strict=True)):
        axes.set(xlim=(-reach, reach), ylim=(len(kpis), 0))
        axes.set_yticks([k + 0.5 for k in range(len(kpis))], [""] * len(kpis))
        style.units(axes.xaxis, "share")
        axes.set_xlabel(f"Difference from {plain(view.names[0], 18)}")
        axes.axvline(0, color=style.INK, lw=1, zorder=0.9)
        axes.grid(visible=False, axis="y")
        _marks(axes, kpis, only(data, scenario=name), with_interval=len(looks) == 1)
        for k, kpi in enumerate(kpis if i % 3 == 0 else ()):
            x, place = -0.1 / style.inches_wide(axes), axes.get_yaxis_transform()
            for text, y, size, colour in (
                (label(kpi), k + 0.28, 9, style.INK),
                (_baseline(view, kpi), k + 0.72, 7.5, style.GREY),
            ):
                axes.text(x, y, text, transform=place, ha="right", va="center", size=size,
                          color=colour)  # fmt: skip
    return figure


def _marks(axes: Axes, kpis: list[str], rows: Table, *, with_interval: bool) -> None:
    """The mark, interval and printed difference of each KPI of one scenario."""
    edge = axes.get_xlim()[1] * 0.97
    inches = style.inches_wide(axes) / (2 * axes.get_xlim()[1])
    for kpi, relative, low, high, said in zip(*list(rows.values())[1:], strict=True):
        y = kpis.index(kpi) + 0.5
        marker, colour, filling = MARKS.get(said, UNSURE)
        if high > low:
            axes.plot((max(low, -edge), min(high, edge)), (y, y), color=colour, lw=1.6)
        x = min(max(relative, -edge), edge)
        axes.plot(x, y, marker, ms=6, mec=colour, mfc=filling)
        text, ends = interval(relative, low, high, "share", difference=True)
        text = text.replace(" points", " %") + (f"  ({ends})" if ends and with_interval else "")
        text = f"← {text}" if relative < -edge else f"{text} →" if relative > edge else text
        # Beside the interval: away from zero where there is room, else on the side of zero.
        sign, outer, inner = (
            (1, max(x, high), min(x, low)) if x > 0 else (-1, min(x, low), max(x, high))
        )
        away = sign * outer + (style.width_of(text, 8) + 0.15) / inches < edge
        place = outer + sign * 0.1 / inches if away else inner - sign * 0.1 / inches
        side = "left" if (sign > 0) == away else "right"
        axes.text(place, y, text, ha=side, va="center", size=8, color=colour, bbox=PAPER)


def _baseline(view: View, kpi: str) -> str:
    """The baseline's mean of a KPI, and which way is better."""
    metadata, at = kpi_of(kpi), view.estimate(view.names[0], kpi)
    shown = number(at.mean, metadata.unit, standard_error(at))
    return shown if metadata.better == "neither" else f"{shown}; {metadata.better} is better"
