"""Where the money goes: from what is expected, loss by loss, to what is paid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only
from sim.report.words import contrast, inside, label, number
from sim.study.statistics import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXPECTED, OPEN, PAID = "money.expected_usd", "money.open_usd", "money.paid_usd"
LOSS = "money.loss_usd."


def chart(view: View) -> Chart:
    """Expected, each loss, open and paid; raises NothingToDraw if no payment was expected."""
    means: dict[str, dict[str, float]] = {}
    for name in view.names:
        found = dict.fromkeys(kpi for o in view.outcomes(name) for kpi in o.kpis if LOSS in kpi)
        kpis = (EXPECTED, OPEN, PAID, *found)
        means[name] = {kpi: view.estimate(name, kpi).mean for kpi in kpis}
    if not all(part[EXPECTED] > 0 for part in means.values()):
        raise NothingToDraw("no payment is expected")
    worst = {k: max(m.get(k, 0.0) for m in means.values()) for m in means.values() for k in m}
    losses = sorted((k for k in worst if LOSS in k and worst[k]), key=lambda k: (-worst[k], k))
    data: Table = {
        c: [] for c in ("scenario", "step", "usd", "share", "ci_low", "ci_high", "start", "end")
    }
    for name in view.names:
        _steps(view, name, means[name], losses, data)
    title = _finding(view, data)
    return Chart(
        name="money_waterfall",
        title=title,
        alt=f"Expected payment, each loss, what is still open and what is paid. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _steps(view: View, name: str, means: dict[str, float], losses: list[str], data: Table) -> None:
    """The rows of one scenario; start and end of each bar are shares of what is expected."""
    expected, level = means[EXPECTED], 1.0
    for kpi in (EXPECTED, *losses, OPEN, PAID):
        usd = means.get(kpi, 0.0)
        share = usd / expected
        if kpi == EXPECTED:
            step, start, end = "Expected", 0.0, 1.0
        elif kpi == PAID:
            step, start, end = "Paid", 0.0, share
        else:
            step = "Still open" if kpi == OPEN else label(kpi)
            start, end = level, level - share
            level = end
        parts = zip(view.values(name, kpi), view.values(name, EXPECTED), strict=True)
        at = mean_interval([part / whole if whole else math.nan for part, whole in parts])
        row = (name, step, usd, share, at.low, at.high, start, end)
        for column, value in zip(data.values(), row, strict=True):
            column.append(value)


def _finding(view: View, data: Table) -> str:
    """The shares paid; for one scenario where most is lost, for two what lies between them."""
    rows = only(data, step="Paid")
    paid = dict(zip(rows["scenario"], rows["share"], strict=True))
    said = {name: number(share, "share") for name, share in paid.items()}
    title = contrast(paid, said, "of what is expected is paid")
    if len(paid) == 1:
        lost = dict(zip(data["step"][1:-1], data["share"][1:-1], strict=True))
        worst = max(lost, key=lambda step: lost[step])
        title = f"{title}; most of the rest is {inside(worst)} ({number(lost[worst], 'share')})"
    if len(paid) == 2:
        more = rows["usd"][1] - rows["usd"][0]
        gap = f"{number(abs(more), 'USD/year')} {'more' if more > 0 else 'less'}"
        doubt = view.doubt(view.names[1], PAID)
        return f"{title} ({doubt})" if doubt else f"{title}: {gap}"
    doubt = view.unjudged(PAID)
    return f"{title} ({doubt})" if doubt else title


def _draw(view: View, title: str, data: Table) -> Figure:
    steps = list(dict.fromkeys(data["step"]))
    start = max(math.floor((min(*data["end"], 0.999) - 0.02) * 20) / 20, 0.0)
    high = max(1.0, *data["end"])
    looks = view.looks
    heads = [(name, look.ink) for name, look in looks.items()]
    note = "Means, money a year; hatched: a gain" + (
        "; whisker: 95 % interval of the share paid" if view.replicated else ""
    )
    figure, panels = style.panels(
        title, view.source(note), heads, 0.27 * len(steps), left=1.85, gap=0.45
    )
    for i, (axes, (name, look)) in enumerate(zip(panels, looks.items(), strict=True)):
        axes.set(xlim=(start, high), ylim=(len(steps), 0), xlabel="Share of expected payment")
        if start > 0:
            axes.set_xlabel(f"Share of expected, from {start:.0%}".replace("%", " %"))
        axes.set_yticks(
            [k + 0.5 for k in range(len(steps))], steps if i % 3 == 0 else [""] * len(steps)
        )
        axes.tick_params(axis="y", labelcolor=style.INK)
        axes.grid(visible=False, axis="y")
        style.units(axes.xaxis, "share")
        _bars(axes, only(data, scenario=name), look)
    return figure


def _bars(axes: Axes, rows: Table, look: style.Look) -> None:
    """The bars of one scenario with their dollars: from expected, change by change, to paid."""
    expected = rows["usd"][0]
    for k, step in enumerate(rows["step"]):
        row = {column: values[k] for column, values in rows.items()}
        texts = (
            number(abs(row["usd"]), "USD", like=expected),
            number(row["share"], "share", 0.001),
        )
        if step in ("Expected", "Paid"):
            half = (row["ci_high"] - row["ci_low"]) / 2
            _total(axes, k, row["end"], half if step == "Paid" and half > 0 else 0.0, texts, look)
            continue
        gain = row["usd"] < 0
        left, right = sorted((row["start"], row["end"]))
        fill, edge = ("white", style.GREY) if gain or step == "Still open" else ("#888888", "none")
        hatch = "////" if gain else ""
        axes.barh(k + 0.5, right - left, 0.74, left, fc=fill, ec=edge, hatch=hatch)
        signed = ("+" if gain else "−") + texts[0]
        _write(axes, k, (left, right), signed, texts[1].lstrip("−"))


def _total(
    axes: Axes, place: int, end: float, half: float, texts: tuple[str, str], look: style.Look
) -> None:
    """The bar of what is expected or paid, with half the width of its interval."""
    start, right = axes.get_xlim()
    axes.barh(place + 0.5, end - start, 0.74, start, fc=look.colour)
    if start > 0:  # the cut through the bar says that it does not begin at zero
        cut = start + 0.1 * (right - start) / style.inches_wide(axes)
        axes.plot(cut, place + 0.5, marker=(2, 0, -20), ms=22, c="white")
    _write(axes, place, (start, end), *texts, inside=look.over)
    if half:  # along the lower edge, out of the way of the text
        axes.errorbar(end, place + 0.82, xerr=half, color=style.INK, lw=1, capsize=2.5)


def _write(axes: Axes, place: int, bar: tuple[float, float], *texts: str, inside: str = "") -> None:
    """Write inside a bar, if a colour is given, or beside it, and less where there is less room."""
    left, right = axes.get_xlim()
    inches = style.inches_wide(axes) / (right - left)
    low, high = bar
    weight = "bold" if inside else "normal"
    for text in ("  ".join(texts), texts[0]):
        needed = (style.width_of(text, 8, weight) + (0.25 if inside else 0.1)) / inches
        if inside and high - low > needed:
            x, side, colour = low + 0.2 / inches, "left", inside
        elif right - high > needed:
            x, side, colour = high + 0.08 / inches, "left", style.INK
        elif low - left > needed:
            x, side, colour = low - 0.08 / inches, "right", style.INK
        else:
            continue
        break
    else:
        text, x, side, colour = texts[0], low + 0.2 / inches, "left", inside or style.INK
    axes.text(x, place + 0.5, text, size=8, weight=weight, color=colour, ha=side, va="center")
