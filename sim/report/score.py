"""What a score says: whether the band held what it promised, and whether the naive did better."""

from __future__ import annotations

import math

from sim.report.terminal import printed, table
from sim.report.words import label, number
from sim.study.score import NAIVE_WEEKS, Found, Score


def text(found: Found) -> str:
    """The scores as a table, and how to read them."""
    rows = [_row(score) for score in found.scores]
    heads = ("weeks", "in p10–p90", "95 % interval", "bias", "loss", "naive loss")
    notes = [
        "In p10–p90: part of the weeks whose value lay in the band, which promises 80 %; its",
        "interval takes weeks as independent, which they are not quite. Bias: middle less",
        "observed. Loss: mean pinball loss of p10, p50 and p90, less is better; naive says that",
        f"the weeks to come are like the last {NAIVE_WEEKS} before the forecast.",
    ]
    if found.unused:
        notes.append(f"{found.unused} lines lie after the forecast, or where none was made.")
    return printed([table(heads, rows)], "\n".join(notes), colour=False)


def _row(score: Score) -> tuple[str, ...]:
    unit = "" if score.unit in ("items", "days", "people") else score.unit
    name = label(score.quantity) + (f", {label(score.part).lower()}" if score.part else "")
    return (
        name, f"{score.n}", f"{100 * score.coverage:.0f} %",
        f"{100 * score.ci_low:.0f}–{100 * score.ci_high:.0f} %",
        number(score.bias, unit), number(score.pinball, unit),
        "–" if math.isnan(score.naive_pinball) else number(score.naive_pinball, unit),
    )  # fmt: skip
