"""What workbook and deck share when they draw a chart natively: colours, formats, floating bars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from sim.report import style
from sim.report.answer import Cell, Panel, Series
from sim.report.style import Look

HIDDEN = ""  # colour of the invisible part of a floating bar


def colour_of(looks: Mapping[str, Look], series: Series) -> str:
    """The colour of a series, as in every other picture; `HIDDEN` for what only carries others."""
    if series.of == "hidden":
        return HIDDEN
    first = next(iter(looks.values()), Look(style.PALETTE[0], "-"))
    own = style.TINTS.get(series.of, first.colour)
    return style.tint(looks[series.of].colour if series.of in looks else own, series.depth)


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


def limits(panel: Panel, *, stacked: bool) -> tuple[float | None, float | None, str]:
    """Ends of the axis of values where they are given, and how its numbers are written."""
    values = [v for series in panel.series for v in series.values if math.isfinite(v)]
    for series in panel.series:
        values += [v for v in (*series.low, *series.high) if math.isfinite(v)]
    low = 0.0 if min(values, default=0.0) >= 0 else None
    whole = stacked and panel.unit == "share" and _whole(panel)
    return low, 1.0 if whole else None, axis_format(panel.unit, max(map(abs, values), default=0.0))


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
