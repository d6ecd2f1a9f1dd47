"""An event log to fields: turnover, learning, differences between people, touch times, arrivals.

Conventions, each named in the method of the value: a person's first sitting is their first day, if
it comes late enough; the vendor's own handle-time multiplier stays; months of tenure become months
of practice by its target occupancy and the absences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim.calibrate.arrivals import Counts, fit_counts
from sim.calibrate.convention import at_usual_occupancy
from sim.calibrate.evidence import Fit, Picture, refused
from sim.calibrate.fit import residual, touch
from sim.calibrate.fit.arrivals import Days, shifted
from sim.calibrate.fit.learning import Items, Learning, fit_learning, person_effects
from sim.calibrate.fit.numbers import DAYS_PER_MONTH, DRAWS, Floats, Ints, generator
from sim.calibrate.practice import Practice
from sim.calibrate.problems import RefusedFitError
from sim.calibrate.read.columns import normal
from sim.calibrate.read.event_log import EPOCH, Log
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor

NEWCOMER_DAYS = 28
"""Somebody first seen so long after the log began is new: four weeks are a long holiday."""
ABSENT_DAYS = 56
"""Somebody unseen so long has left: in a real log (BPI Challenge 2017) nine in ten people were
never away for longer. The log tells nothing of who left in its last so many days."""
OCCASIONAL_PACE = 0.1
"""Somebody with less than this part of the usual pace looks in now and then, and is no staff. Those
with few items are not meant: leaving these out would leave out who left early, and make turnover
look lower (by a tenth, on runs of the model)."""
SHORTEST_SPAN_DAYS = 7.0
"""Days over which the items of somebody seen on fewer are spread."""
SETTLED_DAYS = 182
"""Tenure from which touch times are those of settled people."""
MOST_CV = 5.0
"""The largest variation of touch times that a scenario allows."""
SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True)
class Worked:
    """A log, what it is called, and what stays as it is."""

    log: Log
    source: str
    base: Scenario
    vendor: Vendor
    queues: Mapping[str, str]
    """Queues of the scenario by the user's own words for them."""


@dataclass(frozen=True)
class Staff:
    """When each person was first and last seen, in days since the log began, and who is staff."""

    first: Floats
    last: Floats
    regular: np.ndarray
    newcomer: np.ndarray
    length: float


def fit_log(worked: Worked) -> list[Fit]:
    """Everything that a log says."""
    log = worked.log
    fits: list[Fit] = []
    if (log.resource >= 0).any():
        staff = staff_of(log)
        fits += _turnover(worked, staff, moved=_shifted(log))
        if log.timed:
            found, fitted = _learning(worked, staff)
            fits += fitted
            fits += _speed(worked, staff, found)
            fits += _minutes(worked, staff, found)
    if not log.timed:
        why = "the log has no starts and ends of work, only moments"
        fits.append(refused("queues.*.minutes", worked.source, why))
    return fits + _arrivals(worked)


def _shifted(log: Log) -> bool:
    """Whether the dates of cases were moved, which blurs when people came and went."""
    day = np.floor(log.start / SECONDS_PER_DAY).astype(np.int64)
    count = np.bincount(day - day.min()).astype(float)
    weekday = (np.arange(len(count)) + int(day.min()) + EPOCH.weekday()) % 7
    return shifted(Days(count, weekday, np.zeros(len(count), np.int64)))


def staff_of(log: Log, least_items: int = 1) -> Staff:
    """The people of a log; who has fewer items than so many is no staff."""
    named = log.resource >= 0
    person, begin = log.resource[named], log.start[named] / SECONDS_PER_DAY
    count = int(person.max()) + 1
    first, last = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first, person, begin)
    np.maximum.at(last, person, log.end[named] / SECONDS_PER_DAY)
    zero = float(first.min())
    items = np.bincount(person, minlength=count)
    pace = items / np.maximum(last - first, SHORTEST_SPAN_DAYS)
    order = np.argsort(pace)
    below = np.cumsum(items[order]) / items.sum()
    usual = float(pace[order][np.searchsorted(below, 0.5)])
    regular = (pace >= OCCASIONAL_PACE * usual) & (items >= least_items)
    return Staff(
        first - zero, last - zero, regular, first - zero > NEWCOMER_DAYS, float(last.max() - zero)
    )


def stays_of(staff: Staff) -> residual.Stays:
    """The stays of the staff, as long as the log can tell who is still there."""
    end = staff.length - ABSENT_DAYS
    seen = staff.regular & (staff.first <= end)
    first, last = staff.first[seen], staff.last[seen]
    begin = np.where(staff.newcomer[seen], first, 0.0)
    days = np.maximum(np.minimum(last, end) - begin, 0.5)
    left = last < end
    return residual.Stays(np.where(left, days, end - begin + 0.5), left, staff.newcomer[seen])


def _turnover(worked: Worked, staff: Staff, *, moved: bool) -> list[Fit]:
    paths = [f"vendors.{worked.vendor.name}.turnover.{name}" for name in ("annual_rate", "shape")]
    method = (
        f"Weibull, newcomers and equilibrium residual life of those there before; newcomers after "
        f"{NEWCOMER_DAYS} days, gone after {ABSENT_DAYS} unseen"
    )
    if staff.length < 3 * ABSENT_DAYS:
        why = f"the log is {staff.length:.0f} days long; it takes {3 * ABSENT_DAYS}"
        return [refused(path, worked.source, why, method=method) for path in paths]
    if moved:
        why = "all weekdays are alike: the dates seem to have been shifted case by case"
        return [refused(path, worked.source, why, method=method) for path in paths]
    stays = stays_of(staff)
    try:
        found = residual.fit_stays(stays)
    except RefusedFitError as why_not:
        return [refused(path, worked.source, str(why_not), method=method) for path in paths]
    logs = np.log([found.rate.value, found.shape.value])
    drawn = np.exp(generator(2).multivariate_normal(logs, found.covariance, DRAWS))
    low, high = worked_bounds("annual_rate"), worked_bounds("shape")
    usual = at_usual_occupancy(worked.vendor, worked.source, found.leavers, DRAWS)
    return [usual] + [
        Fit(
            path,
            unit,
            worked.source,
            method,
            "B",
            found.leavers,
            "leavers",
            e.value,
            e.low,
            e.high,
            draws=np.clip(drawn[:, i], *bounds).tolist(),
            picture=_stay_picture(stays, found) if i == 0 else None,
        )
        for i, (path, unit, e, bounds) in enumerate(
            zip(paths, ("1/year", "-"), (found.rate, found.shape), (low, high), strict=True)
        )
    ]


def worked_bounds(name: str) -> tuple[float, float]:
    """The values of a field of turnover that a scenario allows."""
    from sim.scenario.turnover import Turnover

    ends: dict[str, float] = {}
    for rule in Turnover.model_fields[name].metadata:
        ends |= {key: float(getattr(rule, key)) for key in ("ge", "le") if hasattr(rule, key)}
    return ends["ge"], ends["le"]


def _stay_picture(stays: residual.Stays, found: residual.FromLog) -> Picture:
    """Those there at the beginning: how many of them are still there, and how many should be."""
    old = ~stays.newcomer
    days = np.unique(stays.days[old & stays.left])
    still = [float((stays.days[old] > d).mean()) for d in days]
    line = np.linspace(0.5, float(stays.days.max()), 60)
    fitted = residual.equilibrium_survival(line, found.rate.value, found.shape.value)
    return Picture(
        "Share of those there at the beginning who are still there",
        "days since the log began",
        "share",
        (days.tolist(), still),
        (line.tolist(), fitted.tolist()),
    )


def _learning(worked: Worked, staff: Staff) -> tuple[Learning | None, list[Fit]]:
    """Slowdown of newcomers and learning rate, in the terms of the scenario."""
    paths = "people.novice_slowdown", f"vendors.{worked.vendor.name}.learning.domain_per_month"
    method = "log time = person + activity + log(1 + s·exp(−μ·months)), least squares"
    try:
        found = fit_learning(items_of(worked.log, staff))
        convert = Practice.of(worked.base, worked.vendor)
        values = convert.terms(found.slowdown.value, found.rate.value)
    except RefusedFitError as why:
        return None, [refused(path, worked.source, str(why), method=method) for path in paths]
    logs = np.log([found.slowdown.value, found.rate.value])
    drawn = np.exp(generator(3).multivariate_normal(logs, found.covariance, DRAWS))
    draws = [convert.terms(*pair, clip=True) for pair in drawn.tolist()]
    seen = (
        f"seen: {found.slowdown.value:.2f} (95 % {found.slowdown.low:.2f} to "
        f"{found.slowdown.high:.2f}) slower at first, less by {found.rate.value:.2f} "
        f"({found.rate.low:.2f} to {found.rate.high:.2f}) a month; {convert}"
    )
    ends = [
        (
            convert.terms(found.slowdown.low, found.rate.value, clip=True)[0],
            convert.terms(found.slowdown.high, found.rate.value, clip=True)[0],
        ),
        (
            convert.terms(found.slowdown.value, found.rate.low, clip=True)[1],
            convert.terms(found.slowdown.value, found.rate.high, clip=True)[1],
        ),
    ]
    months, points = found.curve
    line = np.linspace(0.0, float(months.max()) if len(months) else 12.0, 60)
    curve = np.log1p(found.slowdown.value * np.exp(-found.rate.value * line))
    picture = Picture(
        "Newcomers' log time above their own plateau",
        "months of tenure",
        "log of ratio",
        (months.tolist(), points.tolist()),
        (line.tolist(), curve.tolist()),
    )
    return found, [
        Fit(
            path,
            unit,
            worked.source,
            f"{method}; {seen}",
            "B",
            found.slowdown.n,
            "newcomers",
            values[i],
            *ends[i],
            draws=[d[i] for d in draws],
            picture=picture if i == 0 else None,
        )
        for i, (path, unit) in enumerate(zip(paths, ("ratio", "1/month"), strict=True))
    ]


def items_of(log: Log, staff: Staff) -> Items:
    """The sittings of the staff that count, with the tenure of newcomers."""
    minutes = (log.end - log.start) / 60.0
    use = (log.resource >= 0) & touch.counted(minutes)
    use[use] = staff.regular[log.resource[use]]
    person, begin = log.resource[use], log.start[use]
    zero = float(log.start[log.resource >= 0].min()) / SECONDS_PER_DAY
    days = np.floor(begin / SECONDS_PER_DAY) - np.floor(staff.first[person] + zero)
    months = np.where(staff.newcomer[person], np.maximum(days, 0.0) / DAYS_PER_MONTH, np.nan)
    return Items(
        np.log(minutes[use]),
        np.unique(person, return_inverse=True)[1].astype(np.int64),
        np.unique(log.activity[use], return_inverse=True)[1].astype(np.int64),
        months,
    )


def _speed(worked: Worked, staff: Staff, found: Learning | None) -> list[Fit]:
    path = "people.speed_sigma"
    items = items_of(worked.log, staff)
    counts = np.bincount(items.person)
    many = counts >= touch.FEWEST_EACH
    if many.sum() < touch.FEWEST_PEOPLE:
        why = f"needs {touch.FEWEST_PEOPLE} people with {touch.FEWEST_EACH} sittings each"
        return [refused(path, worked.source, why)]
    effects = (found.effect, found.error) if found else person_effects(items)
    effect, error = (part[many] for part in effects)
    value = touch.between_people(effect, error)
    rng = generator(4)
    rows = [rng.integers(0, len(effect), len(effect)) for _ in range(DRAWS)]
    drawn = [min(touch.between_people(effect[r], error[r]), 1.0) for r in rows]
    low, high = np.quantile(drawn, (0.025, 0.975))
    method = "between people after activity and learning, moments; interval by bootstrap of people"
    return [
        Fit(
            path,
            "log",
            worked.source,
            method,
            "A",
            int(many.sum()),
            "people",
            min(value, 1.0),
            float(low),
            float(high),
            draws=drawn,
        )
    ]


def _minutes(worked: Worked, staff: Staff, found: Learning | None) -> list[Fit]:
    """Minutes and their variation, of each queue that an activity stands for."""
    known: dict[str, str] = {normal(q.name): q.name for q in worked.base.queues}
    known |= {normal(word): queue for word, queue in worked.queues.items()}
    queue_of = [known.get(normal(name)) for name in worked.log.activities]
    wanted = [name for name in dict.fromkeys(queue_of) if name]
    if not wanted:
        why = (
            "no activity is called like a queue of the scenario; say with --map, under "
            "words: queue, which activity is which queue"
        )
        return [refused("queues.*.minutes", worked.source, why)]
    fits = []
    for name in wanted:
        of_queue = np.array([q == name for q in queue_of])[worked.log.activity]
        fits += _queue_minutes(worked, staff, found, name, of_queue)
    return fits


def _queue_minutes(
    worked: Worked, staff: Staff, found: Learning | None, queue: str, of_queue: np.ndarray
) -> list[Fit]:
    log, path = worked.log, f"queues.{queue}.minutes"
    minutes = (log.end - log.start) / 60.0
    use = of_queue & (log.resource >= 0) & touch.counted(minutes)
    person = log.resource[use]
    zero = float(log.start[log.resource >= 0].min()) / SECONDS_PER_DAY
    tenure = log.start[use] / SECONDS_PER_DAY - zero - staff.first[person]
    settled = ~staff.newcomer[person] | (tenure >= SETTLED_DAYS)
    kept, person = minutes[use][settled], person[settled]
    if len(kept) < touch.FEWEST_ITEMS:
        why = f"needs {touch.FEWEST_ITEMS} sittings of settled people, there are {len(kept)}"
        return [refused(path, worked.source, why)]
    seen = touch.fit_touch(kept)
    per_minute, convention = _standard(worked, found)
    sums = touch.sums_by_person(kept, person)
    people = sums.people()
    cv = min(sums.cv(people), MOST_CV)
    drawn = touch.resampled(sums, DRAWS, generator(5))
    ends = np.quantile(drawn, (0.025, 0.975), axis=0)
    warnings = _touch_warnings(worked, seen, use)
    mean = sums.mean(people)
    method = (
        f"mean over settled people {mean:.4g} min, of their sittings {seen.mean:.4g} ({convention})"
    )
    return [
        Fit(
            path,
            "minutes",
            worked.source,
            method,
            "A",
            seen.n,
            "sittings",
            mean / per_minute,
            float(ends[0, 0]) / per_minute,
            float(ends[1, 0]) / per_minute,
            warnings,
            (drawn[:, 0] / per_minute).tolist(),
            _touch_picture(kept, seen, queue),
        ),
        Fit(
            f"{path}_cv",
            "ratio",
            worked.source,
            "moments within people",
            "A",
            seen.n,
            "sittings",
            cv,
            float(ends[0, 1]),
            float(ends[1, 1]),
            draws=np.minimum(drawn[:, 1], MOST_CV).tolist(),
        ),
    ]


def _standard(worked: Worked, found: Learning | None) -> tuple[float, str]:
    """Minutes seen of settled people over those of one who knows everything, at multiplier 1."""
    vendor, practice = worked.vendor, Practice.of(worked.base, worked.vendor)
    slowdown, learning = worked.base.people.novice_slowdown, vendor.learning.domain_per_month
    if found is not None:
        slowdown, learning = practice.terms(found.slowdown.value, found.rate.value)
    settled = practice.settled_slowdown(slowdown, learning)
    per_minute = vendor.handle_time_multiplier * settled
    return per_minute, (
        f"÷ handle-time multiplier {vendor.handle_time_multiplier:g} "
        f"÷ {settled:.3f} for what settled people do not know"
    )


def _touch_warnings(worked: Worked, seen: touch.Touch, use: np.ndarray) -> tuple[str, ...]:
    told = []
    if seen.lognormal_off:
        told.append(
            f"no lognormal: it would make the mean {seen.lognormal_mean / seen.mean:.2f} times it"
        )
    visits = len(np.unique(np.stack((worked.log.case[use], worked.log.activity[use])), axis=1).T)
    if use.sum() > 1.2 * visits:
        told.append(
            f"an item is taken up {use.sum() / visits:.1f} times: these are minutes of a sitting"
        )
    return tuple(told)


def _touch_picture(minutes: Floats, seen: touch.Touch, queue: str) -> Picture:
    """Share of sittings that take longer, beside the lognormal that a run draws."""
    at = np.geomspace(max(float(minutes.min()), 0.05), float(minutes.max()), 40)
    longer = 1.0 - np.searchsorted(np.sort(minutes), at, side="right") / len(minutes)
    sigma = np.sqrt(np.log1p(seen.cv**2))
    from scipy.special import ndtr

    line = 1.0 - ndtr((np.log(at) - np.log(seen.mean) + sigma**2 / 2) / sigma)
    return Picture(
        f"Share of sittings that take longer: {queue}",
        "minutes",
        "share",
        (at.tolist(), longer.tolist()),
        (at.tolist(), line.tolist()),
    )


def _arrivals(worked: Worked) -> list[Fit]:
    """When cases first come, by day."""
    log = worked.log
    first = np.full(int(log.case.max()) + 1, np.inf)
    np.minimum.at(first, log.case, log.start)
    day: Ints = np.floor(first[np.isfinite(first)] / SECONDS_PER_DAY).astype(np.int64)
    begin = int(day.min())
    counts = np.bincount(day - begin).astype(float)
    start: date = EPOCH.date() + timedelta(days=begin)
    return fit_counts([Counts("", start, counts)], worked.source, worked.base, volumes=False)
