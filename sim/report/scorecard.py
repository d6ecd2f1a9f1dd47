"""The answer of `scorecard`: how each claim of the article fares in the model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.report.answer import Answer, Cell, Panel, Part, Series, Table, chart, words
from sim.report.headline import Study
from sim.report.study import aside, assembled
from sim.report.words import interval
from sim.study.replicate import StudyResult
from sim.study.scorecard import GIVEN, NOT_TESTABLE, TESTED, Claim, Row, counts

RULE = (
    "A claim is in range where the 95 % interval of its value lies inside the range that the "
    "article gives, open where the interval reaches beyond it, near or out by how far its mean "
    "lies outside. Readings stand in scorecard.csv."
)


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
        return f"{100 * value:g} {'%' if unit == 'share' else 'pts'}".replace("-", "−")
    if unit.startswith("USD"):
        return f"${value:g}"
    return f"{value:g} {unit.removesuffix('ratio')}".strip()


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


def answer(rows: Sequence[Row], result: StudyResult, study: Study) -> Answer:
    """The answer of a scorecard."""
    found, tally = finding(rows), counts(rows)
    tested = tuple(_row(row) for row in rows if row.claim.kind == TESTED)
    rest = [row for row in rows if row.claim.kind != TESTED]
    text = tuple(f"{row.verdict}: {row.claim.words} – {row.claim.because}" for row in rest)
    heads = ("Claim", "The article", "The model", "95 % interval", "Verdict")
    texts = tuple(map(str, tally.values()))
    series = Series("Claims", tuple(map(float, tally.values())), texts=texts)
    picture = chart("verdicts", found, [Panel("", tuple(tally), (series,), "", "Claims")])
    own = Part("own", found, (Table("scorecard", "", heads, tested),), (picture,), text)
    title, question = "The article's claims", "Which claims of the article hold in the model?"
    facts = {"verdicts": {row.claim.key: row.verdict for row in rows}}
    every = [own, *aside(study)]
    return assembled(
        "scorecard",
        result,
        title,
        question,
        f"{found}.",
        RULE,
        every,
        about=study.names,
        facts=facts,
    )


def _row(row: Row) -> tuple[Cell, ...]:
    aim, shown, ends, verdict = cells(row)
    at, unit = row.at, row.claim.unit.replace("points", "share").removesuffix("ratio")
    value: tuple[float, ...] = ()
    between: tuple[float, ...] = ()
    if at is not None and at.n:
        value = (at.mean,) if math.isfinite(at.mean) else ()
        between = (at.low, at.high) if ends else ()
    model = Cell(shown, value, unit), Cell(ends, between, unit)
    return (words(row.claim.words), words(aim), *model, words(verdict))
