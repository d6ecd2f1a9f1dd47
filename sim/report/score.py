"""What a score says: whether the band held what it promised, and whether the naive did better."""

from __future__ import annotations

import math

from sim.report.answer import Cell, Table, words
from sim.report.terminal import printed, wrapped
from sim.report.words import label, number
from sim.study.score import NAIVE_WEEKS, Found, Score


def text(found: Found) -> str:
    """The scores as a table, and how to read them."""
    heads = ("", "weeks", "in p10–p90", "95 % interval", "bias", "loss", "naive loss")
    rows = tuple(map(_row, found.scores))
    notes = (
        "In p10–p90: part of the weeks whose value lay in the band, which promises 80 %; its "
        "interval takes weeks as independent, which they are not quite. Bias: middle less "
        "observed. Loss: mean pinball loss of p10, p50 and p90, less is better; naive says that "
        f"the weeks to come are like the last {NAIVE_WEEKS} before the forecast. "
    )
    if found.unused:
        notes += f"{found.unused} lines lie after the forecast, or where none was made."
    return printed(Table("score", "", heads, rows)) + wrapped(notes)


def _row(score: Score) -> tuple[Cell, ...]:
    unit = "" if score.unit in ("items", "days", "people") else score.unit
    name = label(score.quantity) + (f", {label(score.part).lower()}" if score.part else "")
    ends = f"{100 * score.ci_low:.0f}–{100 * score.ci_high:.0f} %"
    said = (f"{score.n}", f"{100 * score.coverage:.0f} %", ends, number(score.bias, unit))
    naive = "–" if math.isnan(score.naive_pinball) else number(score.naive_pinball, unit)
    cells = (*said, number(score.pinball, unit), naive)
    return (words(name), *(Cell(text, (0.0,)) for text in cells))
