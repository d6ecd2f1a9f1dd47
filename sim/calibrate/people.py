"""A table of people to the fields of a vendor: turnover, and which certifications were hired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.calibrate.convention import at_usual_occupancy
from sim.calibrate.evidence import Fit, Picture, Value, refused, shares
from sim.calibrate.fit import turnover as weibull
from sim.calibrate.fit.numbers import DRAWS, Estimate, Floats, Ints, generator
from sim.calibrate.fit.shares import mix
from sim.calibrate.problems import RefusedFitError
from sim.calibrate.read.columns import normal
from sim.calibrate.read.persons import NOBODY_LEFT, Persons
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor

FEWEST_FOR_MIX = 20
SHORT_WINDOW_DAYS = 180
"""A shorter window sees too little of long tenures to tell the shape well."""
NONE_WORDS = ("", "none", "no", "na", "nocert", "notcertified", "uncertified", "noncertified")
"""Words, without signs, for somebody without a certification."""
METHOD = "Weibull, delayed entry, right censoring, profile likelihood"
METHOD_FEW = "Weibull of the scenario's shape, gamma prior on the rate (cv 0.5)"


@dataclass(frozen=True)
class Table:
    """A table of people that has been read, and what the user said of it."""

    persons: Persons
    source: str
    since: date | None = None
    meant: Mapping[str, str] | None = None
    """Certifications of the scenario by the user's own words for them."""


def fit_people(table: Table, base: Scenario, vendor: Vendor, as_of: date) -> list[Fit]:
    """What a table of people says of a vendor."""
    paths = [f"vendors.{vendor.name}.turnover.{name}" for name in ("annual_rate", "shape")]
    own = Counter(table.persons.person.tolist())
    rng = generator(1, len(own))
    resamples = [_resample(table.persons.person, rng) for _ in range(DRAWS)]
    try:
        found = _turnover(table, vendor, as_of, paths, resamples, rng)
    except RefusedFitError as why:
        found = [refused(path, table.source, str(why), method=METHOD) for path in paths]
    found += _certifications(table, base, vendor, as_of, resamples)
    return [*found, *_headcounts(table, base)]


def _resample(person: Ints, rng: np.random.Generator) -> Ints:
    """Rows of persons drawn with replacement, all spells of each together."""
    order = np.argsort(person, kind="stable")
    starts = np.searchsorted(person[order], np.arange(person.max() + 2))
    drawn = rng.integers(0, person.max() + 1, person.max() + 1)
    return np.concatenate([order[starts[p] : starts[p + 1]] for p in drawn])


def _window(table: Table, left: Floats, as_of: date) -> float:
    """First day of the window: the one the user said, else that of the first separation."""
    return float(table.since.toordinal()) if table.since else float(np.nanmin(left))


def _turnover(
    table: Table,
    vendor: Vendor,
    as_of: date,
    paths: Sequence[str],
    resamples: Sequence[Ints],
    rng: np.random.Generator,
) -> list[Fit]:
    persons = table.persons
    if persons.hired is None:
        raise RefusedFitError("turnover needs hire dates, which the table does not have")
    if persons.left is None:
        raise RefusedFitError("turnover needs the days on which people left")
    left = np.where(persons.left == NOBODY_LEFT, np.nan, persons.left.astype(float))
    weibull.refuse_lopsided(left, int(np.isnan(left).sum()))
    since, until = _window(table, left, as_of), float(as_of.toordinal())
    hired = persons.hired.astype(float)
    spells = weibull.spells_of(hired, left, since, until)
    profile = vendor.turnover
    prior = profile.shape, profile.annual_rate
    found = weibull.fit_turnover(spells, *prior)
    drawn = []
    for rows in resamples:
        again = weibull.spells_of(hired[rows], left[rows], since, until)
        drawn.append(weibull.draw_turnover(again, *prior, rng))
    warnings = _warnings(table, found, until - since)
    method = METHOD if found.shape else METHOD_FEW
    rate = Fit(
        paths[0],
        "1/year",
        table.source,
        method,
        "A",
        found.leavers,
        "leavers",
        found.rate.value,
        found.rate.low,
        found.rate.high,
        warnings,
        [r for r, _ in drawn],
        survival_picture(spells, found.rate, found.shape, profile.shape),
    )
    usual = at_usual_occupancy(vendor, table.source, found.leavers, DRAWS)
    if found.shape is None:
        few = f"needs {weibull.FEW_LEAVERS} leavers, there are {found.leavers}"
        return [rate, usual, refused(paths[1], table.source, few, method=METHOD)]
    shape = Fit(
        paths[1], "-", table.source, method, "A", found.leavers, "leavers", found.shape.value,
        found.shape.low, found.shape.high, (), [s for _, s in drawn],
    )  # fmt: skip
    return [rate, usual, shape]


def _warnings(table: Table, found: weibull.Turnover, days: float) -> tuple[str, ...]:
    told = []
    if table.since is None:
        told.append("the window begins with the first separation on record; --since says another")
    if days < SHORT_WINDOW_DAYS:
        told.append(f"the window is {days:.0f} days long, which tells little of long tenures")
    return tuple(told)


def survival_picture(
    spells: weibull.Spells, rate: Estimate, shape: Estimate | None, default_shape: float
) -> Picture:
    """Kaplan-Meier with delayed entry beside the fitted Weibull, by month of tenure."""
    days = np.unique(spells.exit[spells.left > 0])
    at_risk = np.array([((spells.entry < d) & (spells.exit >= d)).sum() for d in days])
    gone = np.array([((spells.exit == d) & (spells.left > 0)).sum() for d in days])
    # Where next to nobody is at risk yet, one early leaver would end the curve.
    enough = at_risk >= 5
    kept = np.cumprod(1.0 - np.where(enough, gone / np.maximum(at_risk, 1), 0.0))
    k = shape.value if shape else default_shape
    level = np.exp(weibull.level_of(np.log(rate.value), np.log(k)))
    months = np.linspace(0.0, days.max() if len(days) else 365.0, 60)
    line = np.exp(-level * months**k)
    return Picture(
        "Share still employed by tenure",
        "days of tenure",
        "share",
        (days.tolist(), kept.tolist()),
        (months.tolist(), line.tolist()),
    )


def _certifications(
    table: Table, base: Scenario, vendor: Vendor, as_of: date, resamples: Sequence[Ints]
) -> list[Fit]:
    path, persons = f"vendors.{vendor.name}.certification_mix", table.persons
    if persons.certification is None:
        return []
    names = [c.name for c in base.certifications]
    held = _held(table, names)
    if unknown := sum(name is None for name in held):
        reason = (
            f"{unknown} people have a certification that is none of the scenario's "
            f"({', '.join(names)}); say with --map which of these it is"
        )
        return [refused(path, table.source, reason)]
    code = np.array([names.index(str(name)) for name in held])
    rows, whom = _recent(persons, as_of)
    if len(rows) < FEWEST_FOR_MIX:
        reason = f"needs {FEWEST_FOR_MIX} people, there are {len(rows)}"
        return [refused(path, table.source, reason)]
    counts = np.bincount(code[rows], minlength=len(names))
    found, _ = mix(counts)
    inside = np.zeros(len(persons), bool)
    inside[rows] = True
    draws: list[Value] = []
    for drawn in resamples:
        again = np.bincount(code[drawn[inside[drawn]]], minlength=len(names))
        draws.append(shares(dict(zip(names, (again + 1.0).tolist(), strict=True))))
    value = shares({name: e.value for name, e in zip(names, found, strict=True)})
    return [
        Fit(
            path,
            "share",
            table.source,
            f"counts of {whom}, Dirichlet(1)",
            "A",
            len(rows),
            "people",
            value,
            {name: round(e.low, 4) for name, e in zip(names, found, strict=True)},
            {name: round(e.high, 4) for name, e in zip(names, found, strict=True)},
            draws=draws,
            picture=Picture(
                "Certifications",
                "",
                "share",
                (list(range(len(names))), (counts / counts.sum()).tolist()),
                (list(range(len(names))), list(value.values())),
                names,
            ),
        )
    ]


def _held(table: Table, names: Sequence[str]) -> list[str | None]:
    """The scenario's certification of each person; None where it has none of that name."""
    known = {normal(name): name for name in names}
    known |= {word: "none" for word in NONE_WORDS if "none" in names}
    known |= {normal(word): name for word, name in (table.meant or {}).items()}
    return [known.get(normal(word)) for word in table.persons.certification or ()]


def _headcounts(table: Table, base: Scenario) -> list[Fit]:
    """Who is there, by team and certification, where the table names teams as the base does."""
    persons, teams = table.persons, {normal(t.name): t.name for t in base.teams}
    if persons.team is None or persons.left is None or base.hospital.scale != 1:
        return []
    present = persons.left == NOBODY_LEFT
    at = [teams.get(normal(word)) for word, here in zip(persons.team, present, strict=True) if here]
    if not at or None in at:
        return []
    names = [c.name for c in base.certifications]
    held = _held(table, names) if persons.certification else ["none"] * len(persons)
    here = [name for name, there in zip(held, present, strict=True) if there]
    if any(name not in names for name in here):
        return []
    fits = []
    for team in dict.fromkeys(at):
        counts = Counter(name for name, place in zip(here, at, strict=True) if place == team)
        value: Value = {str(name): float(counts[name]) for name in names if counts[name]}
        n = sum(counts.values())
        fits.append(
            Fit(
                f"teams.{team}.headcount",
                "people",
                table.source,
                "those present, counted",
                "A",
                n,
                "people",
                value,
                draws=[value] * DRAWS,
            )
        )
    return fits


def _recent(persons: Persons, as_of: date) -> tuple[Ints, str]:
    """Rows of those hired in the last two years if they are enough, else of everybody."""
    if persons.hired is not None:
        recent = np.flatnonzero(persons.hired > as_of.toordinal() - 731)
        if len(recent) >= FEWEST_FOR_MIX:
            return recent, "those hired in the last two years"
    return np.arange(len(persons)), "everybody in the table"
