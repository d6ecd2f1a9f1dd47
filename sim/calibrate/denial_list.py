"""A denial work list to what is taken up, how that rises with the amount, and what it wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from sim.calibrate.denials import category_of, win_share
from sim.calibrate.evidence import Fit, Picture, refused
from sim.calibrate.fit import remits, worked
from sim.calibrate.fit.numbers import DRAWS, Floats, generator
from sim.calibrate.fit.shares import draw_share, share
from sim.calibrate.given import Given
from sim.calibrate.read.columns import normal
from sim.calibrate.read.grid import Grid

DUE_DAYS = 90
"""Age at which a denial that nobody has touched will not be touched any more."""
FEWEST_WORKED = 100
WORKED_WORDS = (
    "worked",
    "appealed",
    "inprogress",
    "closed",
    "paid",
    "overturned",
    "upheld",
    "lost",
    "won",
    "resolved",
    "recovered",
)
UNTOUCHED_WORDS = (
    "new",
    "open",
    "untouched",
    "unworked",
    "unassigned",
    "notworked",
    "writtenoff",
    "writeoff",
    "pending",
)


def fit_worklist(given: Given) -> tuple[list[Fit], int]:
    """What a denial work list says: what is taken up, and what that wins."""
    grid, kept = given.grid, 0
    today = grid.as_of.toordinal()
    codes = category_of(given.base) | {str(c.name): str(c.name) for c in given.base.categories}
    codes |= dict(given.words)
    amounts, touched = [], []
    won: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    mature: defaultdict[str, int] = defaultdict(int)
    for i in grid.rows():
        denied = grid.day("denied_on", i)
        if denied is None and (age := grid.number("age", i)) is not None:
            denied = today - int(age)
        if denied is None or denied > today:
            grid.drop("without a day of denial")
            continue
        kept += 1
        done = _touched(grid, i)
        amount = grid.number("amount", i)
        if done is not None and amount and today - denied >= DUE_DAYS:
            amounts.append(amount)
            touched.append(done)
        category = codes.get(grid.text("category", i)) or codes.get(_code(grid, i))
        if category and done and grid.has("recovered"):
            paid = (grid.number("recovered", i) or 0.0) > 0
            closed = grid.day("closed_on", i) or today
            # A closed denial that brought nothing is lost: followed to the end of what counts.
            lost = not paid and (grid.day("closed_on", i) is not None)
            days = remits.LONGEST_DAYS if lost else float(max(closed - denied, 0))
            won[category].append((days, paid))
            mature[category] += denied + remits.MATURE_DAYS <= today
    grid.check(kept)
    fits = _taken_up(given, np.array(amounts), np.array(touched, float))
    return fits + _recovered(given, won, mature), kept


def _code(grid: Grid, i: int) -> str:
    """The adjustment reason without its group: `CO-197` is 197."""
    return grid.text("reason", i).upper().rpartition("-")[2].removeprefix("CO").strip()


def _touched(grid: Grid, i: int) -> bool | None:
    """Whether a denial was worked; None where the list does not tell."""
    if grid.has("worked_on"):
        return grid.text("worked_on", i) != ""
    word = normal(grid.text("status", i))
    if word.startswith(UNTOUCHED_WORDS):
        return False
    return True if word.startswith(WORKED_WORDS) else None


def _taken_up(given: Given, amount: Floats, touched: Floats) -> list[Fit]:
    path = f"vendors.{given.vendor.name}.denials.worked_share"
    n = len(touched)
    if n < worked.FEWEST:
        why = f"needs {worked.FEWEST} denials of {DUE_DAYS} days or older, there are {n}"
        return [refused(path, given.source, why)]
    hits = float(touched.sum())
    found = share(hits, n)
    fits = [
        Fit(
            path, "share", given.source, f"touched of those {DUE_DAYS} days old or older", "A", n,
            "denials", found.value, found.low, found.high,
            draws=draw_share(hits, n, DRAWS, generator(13)).tolist(),
        )
    ]  # fmt: skip
    bands, band = worked.banded(amount, touched)
    rise = worked.fit_rise(bands)
    if not worked.rises(bands, rise):
        why = "what is worked does not hang on the amount"
        return [*fits, refused("denials.worked_steepness", given.source, why)]
    rng = generator(14)
    again = []
    for _ in range(DRAWS):
        rows = rng.integers(0, n, n)
        size = len(bands.n)
        drawn = worked.Bands(
            bands.amount,
            np.bincount(band[rows], minlength=size).astype(float),
            np.bincount(band[rows], touched[rows], size).astype(float),
        )
        each = worked.fit_rise(drawn, rise)
        again.append((each.steepness, each.most))
    tenth = np.arange(len(bands.n)) * 12 // len(bands.n)
    seen = np.bincount(tenth, bands.n)
    middle = (np.bincount(tenth, bands.amount * bands.n) / seen).tolist()
    part = (np.bincount(tenth, bands.worked) / seen).tolist()
    line = np.geomspace(max(float(amount.min()), 1.0), float(amount.max()), 60)
    picture = Picture("Share of denials worked by amount", "USD at stake", "share",
                      (middle, part), (line.tolist(), rise.at(line).tolist()))  # fmt: skip
    for i, (name, unit, value) in enumerate(
        (
            ("worked_steepness", "exponent", rise.steepness),
            ("worked_most_share", "share", rise.most),
        )
    ):
        drawn_values = [d[i] for d in again]
        low, high = np.quantile(drawn_values, (0.025, 0.975))
        fits.append(
            Fit(
                f"denials.{name}", unit, given.source,
                f"most / (1 + (halfway / amount)^steepness), halfway {rise.halfway:,.0f} USD", "A",
                n, "denials", value, float(low), float(high), draws=drawn_values,
                picture=picture if i == 0 else None,
            )
        )  # fmt: skip
    return fits


def _recovered(
    given: Given, won: Mapping[str, list[tuple[float, bool]]], mature: Mapping[str, int]
) -> list[Fit]:
    fits = []
    for i, category in enumerate(given.base.categories):
        name = str(category.name)
        rows, path = won.get(name, []), f"categories.{name}.recovery_share"
        if mature.get(name, 0) < FEWEST_WORKED:
            if rows:
                why = (
                    f"needs {FEWEST_WORKED} worked denials of {remits.MATURE_DAYS} days or older, "
                    f"there are {mature.get(name, 0)}"
                )
                fits.append(refused(path, given.source, why))
            continue
        lags = remits.Lags(np.array([d for d, _ in rows]), np.array([p for _, p in rows]))
        odds = win_share(given.base, category.path)
        rng, n = generator(15, i), len(rows)
        drawn = [
            min(remits.won(lags.take(rng.integers(0, n, n))) / odds, 1.0) for _ in range(DRAWS)
        ]
        low, high = np.quantile(drawn, (0.025, 0.975))
        fits.append(
            Fit(
                path,
                "share",
                given.source,
                f"Kaplan-Meier of recovery after denial ÷ {odds:.3f} for the vendor's odds and "
                "knowledge",
                "B",
                n,
                "worked denials",
                min(remits.won(lags) / odds, 1.0),
                float(low),
                float(high),
                draws=drawn,
            )
        )
    return fits
