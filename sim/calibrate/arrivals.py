"""Daily counts to fields: yearly volumes, weekdays, months, and how much days differ.

Counts that do not tell inpatients from outpatients give the weekdays of outpatients, who are most,
and both volumes in the base's proportion. Public holidays of the base's country are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from sim.calibrate.evidence import Fit, Picture, refused, shares
from sim.calibrate.fit import arrivals
from sim.calibrate.fit.numbers import DAYS_PER_YEAR, DRAWS, Floats, Ints, generator
from sim.calibrate.fit.shares import mix
from sim.calibrate.problems import RefusedFitError
from sim.calibrate.read.columns import normal
from sim.scenario.public_holidays import public_holidays
from sim.scenario.schema import Scenario

MOST_CV = 3.0
"""The largest day_cv that a scenario allows."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Counts:
    """Counts of successive days; `setting` is inpatient, outpatient, or empty for both."""

    setting: str
    start: date
    count: Floats


@dataclass(frozen=True)
class _Series:
    """Counts as the fits take them, with the number of each day, holidays left out."""

    setting: str
    days: arrivals.Days
    number: Ints
    profile: arrivals.Profile
    per_day: float
    """Mean count of all days, holidays too: a run has claims on them as on others."""


def fit_counts(
    counted: Sequence[Counts], source: str, base: Scenario, *, volumes: bool = True
) -> list[Fit]:
    """What daily counts say; without `volumes` they are of some claims only."""
    paths = _paths(counted, volumes)
    try:
        series = [_series(counts, base) for counts in counted]
    except RefusedFitError as why:
        return [refused(path, source, str(why)) for path in paths]
    rng = generator(6)
    drawn = [[_again(s, rng) for s in series] for _ in range(DRAWS)]
    fits = [_day_cv(series, drawn, source)]
    for i, s in enumerate(series):
        again = [d[i] for d in drawn]
        fits.append(_weekdays(s, again, source))
        if volumes:
            fits += _volumes(s, again, source, base)
    fits.append(_months(counted, _pooled_cv(series), source))
    if volumes:
        return fits
    # The cases of one log are some of a hospital's claims, and stand for all by convention.
    return [replace(fit, grade="B") if fit.value is not None else fit for fit in fits]


def _paths(counted: Sequence[Counts], volumes: bool) -> list[str]:
    settings = [counts.setting or "outpatient" for counts in counted]
    found = ["hospital.arrivals.day_cv"]
    for setting in settings:
        found.append(f"hospital.{setting}.weekday_profile")
        if volumes:
            found.append(f"hospital.{setting}.claims_per_year")
    return found


def _series(counts: Counts, base: Scenario) -> _Series:
    """The days of a series without holidays; raises `RefusedFitError` where they tell nothing."""
    last = counts.start + timedelta(days=len(counts.count) - 1)
    closed = public_holidays(base.calendar.country, counts.start.year, last.year)
    days = [counts.start + timedelta(days=i) for i in range(len(counts.count))]
    open_rows = np.array([i for i, day in enumerate(days) if day not in closed], np.int64)
    months = np.array([d.year * 12 + d.month for d in days], np.int64)
    weekday = np.array([d.weekday() for d in days], np.int64)
    whole = arrivals.Days(counts.count, weekday, months - months[0]).take(open_rows)
    arrivals.refuse_flat(whole)
    number = open_rows + counts.start.toordinal() - 1  # so that number // 7 is the week from Monday
    per_day = float(counts.count.mean())
    return _Series(counts.setting, whole, number, arrivals.fit_profile(whole), per_day)


def _again(series: _Series, rng: np.random.Generator) -> _Series:
    """The series with its weeks resampled, seen as of the months they were."""
    rows = arrivals.weeks_resampled(series.number, rng)
    days = series.days.take(rows)
    seen, month = np.unique(days.month, return_inverse=True)
    days = arrivals.Days(days.count, days.weekday, month.astype(np.int64))
    profile = arrivals.fit_profile(days)
    months = np.full(int(series.days.month.max()) + 1, np.nan)
    months[seen] = profile.months
    whole = arrivals.Profile(profile.mean, profile.weekdays, months, profile.expected)
    per_day = series.per_day * profile.mean / series.profile.mean
    return _Series(series.setting, days, series.number[rows], whole, per_day)


def _pooled_cv(series: Sequence[_Series]) -> float:
    parts = [arrivals.excess_parts(s.days, s.profile) for s in series]
    top, bottom = (sum(part[i] for part in parts) for i in (0, 1))
    return float(np.sqrt(max(0.0, top / bottom))) if bottom > 0 else 0.0


def _day_cv(series: Sequence[_Series], drawn: Sequence[Sequence[_Series]], source: str) -> Fit:
    cv = _pooled_cv(series)
    again = [min(_pooled_cv(d), MOST_CV) for d in drawn]
    # A resample repeats weeks, which makes months fit them better than they are: no bias remains
    # where the draws are moved to the estimate.
    again = [min(max(0.0, v + cv - float(np.median(again))), MOST_CV) for v in again]
    low, high = np.quantile(again, (0.025, 0.975))
    told = []
    for s in series:
        correlation, clear = arrivals.lag_correlation(s.days, s.profile, s.number)
        if clear:
            told.append(
                f"days hang together (correlation {correlation:.2f} with the day before), which "
                "a run does not draw: its queues will look calmer"
            )
    n = sum(len(s.days.count) for s in series)
    return Fit(
        "hospital.arrivals.day_cv",
        "ratio",
        source,
        "moments of counts after weekday and month, holidays out; bootstrap of weeks",
        "A",
        n,
        "days",
        min(cv, MOST_CV),
        float(low),
        float(high),
        tuple(dict.fromkeys(told)),
        again,
    )


def _weekdays(series: _Series, drawn: Sequence[_Series], source: str) -> Fit:
    def relative(profile: arrivals.Profile) -> list[float]:
        return [round(float(x), 4) for x in profile.weekdays]

    setting = series.setting or "outpatient"
    value = relative(series.profile)
    again = np.array([relative(d.profile) for d in drawn])
    low, high = np.quantile(again, (0.025, 0.975), axis=0)
    means = [
        float(series.days.count[series.days.weekday == w].mean() / series.profile.mean)
        if (series.days.weekday == w).any()
        else 0.0
        for w in range(7)
    ]
    usual = float(np.mean(means)) or 1.0
    return Fit(
        f"hospital.{setting}.weekday_profile",
        "relative",
        source,
        "counts by weekday within months, holidays out",
        "A" if series.setting else "B",
        len(series.days.count),
        "days",
        value,
        low.round(4).tolist(),
        high.round(4).tolist(),
        draws=again.tolist(),
        picture=Picture(
            f"Volume by weekday: {setting}",
            "",
            "relative",
            (list(range(7)), [m / usual for m in means]),
            (list(range(7)), value),
            WEEKDAYS,
        ),
    )


def _volumes(series: _Series, drawn: Sequence[_Series], source: str, base: Scenario) -> list[Fit]:
    """Claims a year: those of the last year of days, or of all where they are fewer."""
    yearly = series.per_day * DAYS_PER_YEAR
    again = [d.per_day * DAYS_PER_YEAR for d in drawn]
    low, high = (float(q) for q in np.quantile(again, (0.025, 0.975)))
    n = len(series.days.count)
    fits = _split(series.setting, yearly, (low, high), again, n, source, base)
    if n >= 360:
        return fits
    told = (f"{n} days are no year: a season may be in it",)
    return [replace(fit, warnings=told) for fit in fits]


def _split(
    setting: str,
    yearly: float,
    ends: tuple[float, float],
    drawn: Sequence[float],
    n: int,
    source: str,
    base: Scenario,
) -> list[Fit]:
    """Claims a year of a setting, or of both in the base's proportion, at the hospital's scale."""
    volumes = {s: getattr(base.hospital, s).claims_per_year for s in ("inpatient", "outpatient")}
    both = sum(volumes.values())
    parts = {s: volume / both if both else 0.5 for s, volume in volumes.items()}
    if setting:
        parts = {setting: 1.0}
    how = "mean of a day × 365.25" + ("" if setting else ", split as in the base")
    scale = base.hospital.scale
    return [
        Fit(
            f"hospital.{name}.claims_per_year",
            "claims/year",
            source,
            how,
            "A" if setting else "B",
            n,
            "days or months",
            part * yearly / scale,
            part * ends[0] / scale,
            part * ends[1] / scale,
            draws=[part * v / scale for v in drawn],
        )
        for name, part in parts.items()
    ]


def _months(counted: Sequence[Counts], cv: float, source: str) -> Fit:
    """Parts of a year's claims that its months have, where two years or more tell it.

    A month's total is uncertain by Poisson's part and by that of the days' own factor, which all
    settings share.
    """
    path = "hospital.arrivals.month_profile"
    start, total = counted[0].start, np.sum([c.count for c in counted], axis=0)
    days = [start + timedelta(days=i) for i in range(len(total))]
    key = np.array([d.year * 12 + d.month - 1 for d in days])
    found, at = np.unique(key, return_inverse=True)
    length = np.array([_length(date(int(k) // 12, int(k) % 12 + 1, 1)) for k in found])
    whole = np.bincount(at) == length
    months = int(whole.sum())
    if months < arrivals.SEASON_MONTHS:
        return refused(path, source, f"needs {arrivals.SEASON_MONTHS} months, there are {months}")
    sums = np.bincount(at, total)[whole]
    noise = np.sqrt(sums + cv**2 * np.bincount(at, total**2)[whole])
    of_year = found[whole] % 12

    def relative(level: Floats) -> list[float]:
        mean = np.bincount(of_year, level, 12) / np.bincount(of_year, minlength=12)
        return [round(float(x), 4) for x in mean / mean.mean()]

    value = relative(sums)
    drawn = np.maximum(sums + noise * generator(19).normal(size=(DRAWS, months)), 1e-3)
    again = np.array([relative(row) for row in drawn])
    low, high = np.quantile(again, (0.025, 0.975), axis=0)
    return Fit(
        path,
        "relative",
        source,
        "totals of whole months over the years",
        "A",
        months,
        "months",
        value,
        low.round(4).tolist(),
        high.round(4).tolist(),
        draws=again.tolist(),
    )


FEWEST_MONTHS = 3


def fit_months(counted: Sequence[Counts], source: str, base: Scenario) -> list[Fit]:
    """What monthly counts say: volumes, and with two years of them the months; nothing of days."""
    why = "the counts are monthly: days and weekdays need daily ones"
    fits = [refused("hospital.arrivals.day_cv", source, why)]
    rng = generator(6)
    for counts in counted:
        first = counts.start
        days = [first + timedelta(days=i) for i in range(len(counts.count))]
        begins = [i for i, day in enumerate(days) if day.day == 1]
        months = np.array([counts.count[i] for i in begins])
        lengths = np.array([_length(days[i]) for i in begins], float)
        if len(months) < FEWEST_MONTHS:
            why = f"needs {FEWEST_MONTHS} months, there are {len(months)}"
            fits.append(refused("hospital.outpatient.claims_per_year", source, why))
            continue
        rows = [rng.integers(0, len(months), len(months)) for _ in range(DRAWS)]
        yearly = float(months.sum() / lengths.sum() * DAYS_PER_YEAR)
        drawn = [float(months[r].sum() / lengths[r].sum() * DAYS_PER_YEAR) for r in rows]
        low, high = (float(q) for q in np.quantile(drawn, (0.025, 0.975)))
        fits += _split(counts.setting, yearly, (low, high), drawn, len(months), source, base)
    return fits


def _length(day: date) -> int:
    """Days of the month that begins on a day."""
    after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (after - day).days


def fit_payers(counted: Counter[str], source: str, base: Scenario) -> list[Fit]:
    """Shares of the payers, where every count names a class of the scenario."""
    names = [p.name for p in base.payers]
    by_name = {normal(name): name for name in names}
    known = Counter(dict.fromkeys(names, 0))
    for word, count in counted.items():
        if (name := by_name.get(normal(word))) is None:
            if count:
                why = "some payers are none of the scenario's classes"
                return [refused("payers.*.claims_share", source, f"{why} ({', '.join(names)})")]
        else:
            known[name] += count
    found, weights = mix([float(known[name]) for name in names])
    drawn = generator(7).dirichlet(weights, DRAWS)
    again = [shares(dict(zip(names, row, strict=True))) for row in drawn.tolist()]
    value = shares({name: e.value for name, e in zip(names, found, strict=True)})
    return [
        Fit(
            f"payers.{name}.claims_share",
            "share",
            source,
            "counts, Dirichlet(1)",
            "A",
            e.n,
            "claims",
            value[name],
            e.low,
            e.high,
            draws=[row[name] for row in again],
            group="claims_share",
        )
        for name, e in zip(names, found, strict=True)
    ]
