"""Quality audits to knowledge at entry, learning, and which way coding errors go."""

from __future__ import annotations

import numpy as np

from sim.calibrate.evidence import Fit, refused
from sim.calibrate.fit import accuracy
from sim.calibrate.fit.numbers import DAYS_PER_MONTH, DRAWS, generator
from sim.calibrate.fit.shares import draw_share, share
from sim.calibrate.given import Given
from sim.calibrate.people import NONE_WORDS
from sim.calibrate.practice import Practice
from sim.calibrate.problems import RefusedFitError
from sim.calibrate.read.columns import normal
from sim.calibrate.read.grid import Grid

FEWEST_ERRORS = 200
AT_RANDOM = "only right if charts were drawn at random"
RIGHT_WORDS = ("1", "y", "yes", "right", "correct", "accurate", "agree", "agreed", "pass", "passed")


def fit_audits(given: Given) -> tuple[list[Fit], int]:
    """Knowledge at entry and learning from audited accuracy; which way errors go."""
    grid, kept = given.grid, 0
    held = {normal(c.name): c for c in given.base.certifications}
    held |= {word: held["none"] for word in NONE_WORDS if "none" in held}
    held |= {normal(w): held[normal(n)] for w, n in given.words.items() if normal(n) in held}
    rows: list[tuple[float, float, float, float, float]] = []
    signs: list[float] = []
    for i in grid.rows():
        reviewed = grid.number("reviewed", i) if grid.has("reviewed") else 1.0
        right = (
            grid.number("right", i)
            if grid.has("right")
            else float(normal(grid.text("result", i)) in RIGHT_WORDS)
        )
        if reviewed is None or right is None or right > reviewed:
            grid.drop("without what was reviewed and right")
            continue
        kept += 1
        certificate = held.get(normal(grid.text("certification", i)))
        hired, audited = grid.day("hired", i), grid.day("audited_on", i)
        if certificate and hired is not None and audited is not None and audited >= hired:
            months = (audited - hired) / DAYS_PER_MONTH
            ends = certificate.accuracy_floor, certificate.accuracy_ceiling
            rows.append((right, reviewed, months, *ends))
        if grid.has("impact") and (impact := _signed(grid, i)):
            signs.append(impact)
    grid.check(kept)
    return [*_knowing(given, rows), *_direction(given, signs)], kept


def _signed(grid: Grid, i: int) -> float:
    """An amount that may be negative, in brackets too; 0 where there is none."""
    text = grid.text("impact", i).replace("$", "").replace(",", "").strip()
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    try:
        return float(text) if text else 0.0
    except ValueError:
        return 0.0


def _knowing(given: Given, rows: list[tuple[float, float, float, float, float]]) -> list[Fit]:
    head = f"vendors.{given.vendor.name}"
    paths = f"{head}.entry_knowledge.domain", f"{head}.learning.domain_per_month"
    practice = Practice.of(given.base, given.vendor)
    if not rows:
        why = "needs certification, hire date and audit date of those audited"
        return [refused(path, given.source, why) for path in paths]
    audits = accuracy.Audits(*(np.array(column) for column in zip(*rows, strict=True)))
    try:
        found = accuracy.fit_accuracy(audits, practice.forgetting)
    except RefusedFitError as why_not:
        return [refused(path, given.source, str(why_not)) for path in paths]
    centre = np.array(
        [np.log(found.entry.value / (1 - found.entry.value)), np.log(found.rate.value)]
    )
    drawn = generator(17).multivariate_normal(centre, found.covariance, DRAWS)
    method = (
        "accuracy = floor + (ceiling − floor)·knowledge by tenure, binomial; floors and ceilings "
        "of the base by convention"
    )
    part = practice.per_month
    return [
        Fit(
            paths[0],
            "share",
            given.source,
            method,
            "C",
            found.entry.n,
            "codes",
            found.entry.value,
            found.entry.low,
            found.entry.high,
            draws=(1 / (1 + np.exp(-drawn[:, 0]))).tolist(),
        ),
        Fit(
            paths[1],
            "1/month",
            given.source,
            f"{method}; {practice}",
            "C",
            found.rate.n,
            "codes",
            found.rate.value / part,
            found.rate.low / part,
            found.rate.high / part,
            draws=np.minimum(np.exp(drawn[:, 1]) / part, 20.0).tolist(),
        ),
    ]


def _direction(given: Given, signs: list[float]) -> list[Fit]:
    path = f"vendors.{given.vendor.name}.quality.under_coding_share"
    if not given.grid.has("impact"):
        return []
    if len(signs) < FEWEST_ERRORS:
        why = f"needs {FEWEST_ERRORS} errors with an impact, there are {len(signs)}"
        return [refused(path, given.source, why)]
    under = float(sum(sign > 0 for sign in signs))
    found = share(under, len(signs))
    return [
        Fit(
            path,
            "share",
            given.source,
            "errors whose correction raises the payment (impact above 0)",
            "A",
            len(signs),
            "errors",
            found.value,
            found.low,
            found.high,
            warnings=() if given.grid.has("sample") else (AT_RANDOM,),
            draws=draw_share(under, len(signs), DRAWS, generator(18)).tolist(),
        )
    ]
