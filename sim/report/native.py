"""What workbook and deck share when they draw a chart natively: colours, formats, floating bars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from sim.report.answer import BARS, BRIDGE, DOTS, SCATTER, STACKED, Cell, Panel, Series
from sim.report.shapes import Pen
from sim.report.style import Look
from sim.report.words import plain

HIDDEN = ""  # colour of the invisible part of a floating bar


def colour_of(looks: Mapping[str, Look], series: Series) -> str:
    """The colour of a series, as in every other picture; `HIDDEN` for what only carries others."""
    return HIDDEN if series.of == "hidden" else Pen(looks).look(series).colour


def floating(panel: Panel) -> Panel:
    """A bridge as stacked bars: what carries each bar, gains, losses, and the sum."""
    [series] = panel.series
    carried: list[float] = []
    level = 0.0
    for value in series.values[:-1]:
        ends = (level, level + value)
        # A bar that crosses zero is drawn from zero on; so small ones do not matter.
        carried.append(min(ends) if min(ends) >= 0 else max(ends) if max(ends) <= 0 else 0.0)
        level += value
    nothing = (0.0,)
    gains = tuple(max(v, 0.0) for v in series.values[:-1])
    losses = tuple(max(-v, 0.0) for v in series.values[:-1])
    total = (0.0,) * len(carried) + series.values[-1:]
    parts = (
        Series(" ", (*carried, 0.0), of="hidden"),
        Series("Gain", gains + nothing, of="gain"),
        Series("Loss", losses + nothing, of="worse"),
        Series(str(panel.places[-1]), total, of=series.of),
    )
    return replace(panel, series=parts)


def limits(panel: Panel, shape: str) -> tuple[float | None, float | None, str]:
    """Ends of the axis of values where they are given, and how its numbers are written.

    An axis of bars holds zero and every interval.
    """
    ends = [v for s in panel.series for v in (*s.values, *s.low, *s.high) if math.isfinite(v)]
    code = axis_format(panel.unit, max(map(abs, ends), default=0.0))
    if shape not in (BARS, DOTS, STACKED, BRIDGE):
        return 0.0 if shape == SCATTER and min(ends, default=0.0) >= 0 else None, None, code
    if shape in (STACKED, BRIDGE):
        if panel.unit == "share" and _whole(panel):
            return 0.0, 1.0, code
        columns = list(zip(*(s.values for s in panel.series), strict=True))
        ends = [math.fsum(v for v in c if v * sign > 0) for c in columns for sign in (1, -1)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    rough = (high - low or 1.0) / 6
    least = 10.0 ** math.floor(math.log10(rough))
    step = next(least * times for times in (1, 2, 2.5, 5, 10) if least * times >= rough * 0.999)
    return math.floor(low / step) * step, math.ceil(high / step) * step, code


def numbered(panel: Panel, shape: str) -> list[str]:
    """Names of the places; with its number where there is one for each, since bars hide labels."""
    names = [plain(p, 60) if isinstance(p, str) else f"{p:g}" for p in panel.places]
    alone = len(panel.series) == 1 and shape in (BARS, DOTS, BRIDGE)
    texts = panel.series[0].texts if alone else ()
    return [f"{n}   {t}" for n, t in zip(names, texts, strict=True)] if texts else names


def _whole(panel: Panel) -> bool:
    sums = [math.fsum(column) for column in zip(*(s.values for s in panel.series), strict=True)]
    return bool(sums) and all(abs(total - 1) < 1e-6 for total in sums)


def axis_format(unit: str, most: float) -> str:
    """The code of the numbers of an axis."""
    if unit in ("share", "1/year"):
        return "0%" if most >= 0.05 else "0.0%"
    if unit in ("USD", "USD/year"):
        return '$#,##0.0,,"M"' if most >= 1e6 else '$#,##0,"K"' if most >= 1e5 else "$#,##0"
    return "#,##0" if most >= 10 else "#,##0.0"


def number_format(cell: Cell) -> str:
    """The code that writes a number as its text does."""
    dot = "." + "0" * cell.digits if cell.digits > 0 else ""
    if cell.unit in ("share", "1/year"):
        return f"0{dot}%" if cell.divisor == 0.01 else "0.0%"
    if cell.unit in ("USD", "USD/year"):
        scaled = {1e3: ',"K"', 1e6: ',,"M"', 1e9: ',,,"B"'}
        if cell.divisor in scaled:
            return f"$#,##0{dot}{scaled[cell.divisor]}"
        return f"$#,##0{dot}" if dot or abs(cell.value) >= 1000 else "$#,##0.00"
    return f"#,##0{dot}" if dot or not cell.value % 1 else "#,##0.00"
