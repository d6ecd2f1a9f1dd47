"""Productivity sheets (items and hours by person and day) to minutes of an item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from sim.calibrate.evidence import Fit, refused
from sim.calibrate.fit import mixture
from sim.calibrate.fit.numbers import DRAWS, Floats, generator
from sim.calibrate.given import Given
from sim.calibrate.practice import Practice
from sim.calibrate.read.columns import normal
from sim.calibrate.read.identity import Numbers


def fit_productivity(given: Given) -> tuple[list[Fit], int]:
    """Minutes per item of each queue, from what people did on their days."""
    grid, kept, numbers = given.grid, 0, Numbers()
    known: dict[str, str] = {normal(q.name): q.name for q in given.base.queues}
    known |= {normal(word): queue for word, queue in given.words.items()}
    cells: defaultdict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    hours: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for i in grid.rows():
        day, items = grid.day("date", i), grid.number("items", i)
        time, queue = grid.number("hours", i), known.get(normal(grid.text("queue", i)))
        if day is None or items is None or time is None:
            grid.drop("without a day, items or hours")
        elif queue is None:
            grid.drop("of a queue that is none of the scenario's")
        else:
            key = numbers.of(grid.cell("person", i)), day
            cells[key][queue] = cells[key].get(queue, 0.0) + items
            hours[key].append(time)
            kept += 1
    if grid.dropped["of a queue that is none of the scenario's"] > kept:
        why = "most queues are none of the scenario's; say with --map, words: queue"
        return [refused("queues.*.minutes", given.source, why)], kept
    grid.check(kept)
    if len(cells) < mixture.FEWEST_DAYS:
        why = f"needs {mixture.FEWEST_DAYS} days of people, there are {len(cells)}"
        return [refused("queues.*.minutes", given.source, why)], kept
    names: list[str] = [
        q.name for q in given.base.queues if any(q.name in c for c in cells.values())
    ]
    counts = np.array([[c.get(name, 0.0) for name in names] for c in cells.values()])
    person = np.unique([p for p, _ in cells], return_inverse=True)[1]
    return _mixture(given, names, counts, _minutes_of(hours), person), kept


def _minutes_of(hours: Mapping[tuple[int, int], list[float]]) -> Floats:
    """Minutes of each day: hours repeated on every row of a day are those of the day."""
    several = [h for h in hours.values() if len(h) > 1]
    of_day = bool(several) and sum(len(set(h)) == 1 for h in several) > 0.9 * len(several)
    return np.array([60.0 * (h[0] if of_day else sum(h)) for h in hours.values()])


def _mixture(
    given: Given, names: list[str], items: Floats, minutes: Floats, person: np.ndarray
) -> list[Fit]:
    worst = mixture.condition(items)
    if worst > mixture.WORST_CONDITION:
        why = f"days are too much alike to tell queues apart (condition {worst:.0f})"
        return [refused("queues.*.minutes", given.source, why)]
    practice, vendor = Practice.of(given.base, given.vendor), given.vendor
    settled = practice.settled_slowdown(
        given.base.people.novice_slowdown, vendor.learning.domain_per_month
    )
    standard = vendor.handle_time_multiplier * settled
    found = mixture.fit_minutes(items, minutes, person)
    rng, people = generator(16), np.unique(person)
    rows_of = [np.flatnonzero(person == p) for p in people]
    drawn = []
    for _ in range(DRAWS):
        chosen = rng.integers(0, len(people), len(people))
        rows = np.concatenate([rows_of[c] for c in chosen])
        again = np.concatenate([np.full(len(rows_of[c]), k) for k, c in enumerate(chosen)])
        drawn.append(mixture.fit_minutes(items[rows], minutes[rows], again) / standard)
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    fits = []
    for j, name in enumerate(names):
        path = f"queues.{name}.minutes"
        if found[j] <= 0:
            fits.append(refused(path, given.source, "no minutes are left for it"))
            continue
        fits.append(
            Fit(
                path,
                "minutes",
                given.source,
                f"hours = Σ minutes · items with a pace of each person, {found[j]:.4g} min ÷ "
                f"{standard:.3f} for multiplier and settled knowledge",
                "B",
                len(minutes),
                "days of people",
                float(found[j] / standard),
                float(low[j]),
                float(high[j]),
                draws=[max(float(d[j]), 0.01) for d in drawn],
            )
        )
    return fits
