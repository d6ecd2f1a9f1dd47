"""What a scorecard says: one sentence, the printed table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill

from sim.report.terminal import printed, table
from sim.report.words import interval
from sim.study.compare import CAVEAT
from sim.study.scorecard import GIVEN, NOT_TESTABLE, TESTED, Claim, Row, counts

WORDS = 30  # characters of a claim on one line


def finding(rows: Sequence[Row]) -> str:
    """How many claims hold in the model."""
    found = counts(rows)
    tested = sum(row.claim.kind == TESTED for row in rows)
    told = ", ".join(
        f"{n} {verdict}" for verdict, n in found.items() if verdict not in (GIVEN, NOT_TESTABLE)
    )
    rest = f"{found.get(GIVEN, 0)} are inputs, {found.get(NOT_TESTABLE, 0)} not testable"
    return f"Of {len(rows)} claims {tested} were tested: {told}; {rest}"


def target(claim: Claim) -> str:
    """The range of a claim in words."""
    low, high = (_said(x, claim.unit) for x in (claim.low, claim.high))
    if low and high:
        unit = " %" if high.endswith(" %") else " days" if high.endswith(" days") else ""
        return f"{low.removesuffix(unit)} to {high}"
    return f"≥ {low}" if low else f"≤ {high}"


def _said(value: float, unit: str) -> str:
    """A limit, written as briefly as it can be; empty if there is none."""
    if not math.isfinite(value):
        return ""
    if unit in ("share", "points"):
        return f"{100 * value:g} {'%' if unit == 'share' else 'points'}".replace("-", "−")
    return (
        f"$ {value:g}"
        if unit.startswith("USD")
        else f"{value:g} {unit.removesuffix('ratio')}".strip()
    )


def cells(row: Row) -> tuple[str, str, str, str]:
    """Target, value, its interval and verdict of a claim."""
    if row.at is None:
        return "", "", "", row.verdict
    at, claim = row.at, row.claim
    if not at.n:
        return target(claim), "", "", row.verdict
    if claim.median:
        known = math.isfinite(at.low) and math.isfinite(at.high)
        ends = f"{at.low:g} to {at.high:g}" if known else ""
        shown = f"{at.mean:g} days" if math.isfinite(at.mean) else "never"
    else:
        points = claim.unit == "points"
        unit = "share" if points else claim.unit.removesuffix("ratio")
        shown, ends = interval(at.mean, at.low, at.high, unit, difference=points)
    return target(claim), shown, ends, row.verdict


def text(rows: Sequence[Row], colour: bool) -> str:
    """A row per claim; what is given or cannot be tested with its reason below."""
    tested = [(fill(row.claim.words, WORDS), *cells(row))
              for row in rows if row.claim.kind == TESTED]  # fmt: skip
    rest = [f"{row.verdict}: {row.claim.words} - {row.claim.because}"
            for row in rows if row.claim.kind != TESTED]  # fmt: skip
    notes = "\n".join([*rest, "Readings: scorecard.csv. " + CAVEAT])
    heads = ("the article", "the model", "95 % interval", "verdict")
    return printed([table(heads, tested)], notes, colour=colour)
