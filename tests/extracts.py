"""Extracts with a known truth, as a hospital or a vendor would hold them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from math import exp, lgamma
from pathlib import Path

import numpy as np

from sim.calibrate.read.event_log import Log
from sim.cli import main

AS_OF = date(2025, 6, 30)
NAMES = ("Kowalczyk", "Oyelaran", "Zhao")
"""Looked for in every byte of what a calibration writes."""
Spell = tuple[date, date | None]


def scale_days(rate: float, shape: float) -> float:
    """Weibull scale of tenure whose mean is one over the rate."""
    return float(365.25 / rate / exp(lgamma(1 + 1 / shape)))


def staff(
    seats: int = 70, rate: float = 0.4, shape: float = 0.8, days: int = 365, seed: int = 1
) -> list[Spell]:
    """Spells of the people of some seats, each filled again at once, who were there in a window."""
    rng = np.random.default_rng(seed)
    scale, start = scale_days(rate, shape), AS_OF - timedelta(days=days)
    found: list[Spell] = []
    for _ in range(seats):
        day = -9000.0 - rng.uniform(0, 900)
        while day < days:
            end = day + scale * rng.weibull(shape)
            if end > 0:
                left = start + timedelta(days=int(end)) if end < days else None
                found.append((start + timedelta(days=int(np.floor(day))), left))
            day = end
    return found


def us(day: date | None) -> str:
    """A day as American tables write it."""
    return day.strftime("%m/%d/%Y") if day else ""


def people_rows(
    spells: Sequence[Spell], written: Callable[[date | None], str] = us
) -> list[list[str]]:
    """A table of people with names, and a certification for every fourth."""
    head = ["Employee ID", "Last Name", "Birth Date", "Hire Date", "Term Date", "Credential"]
    return [
        head,
        *(
            [f"KX-{i:05}", NAMES[i % 3], "1961-02-03", written(hired), written(left),
             "CPC" if i % 4 == 0 else ""]
            for i, (hired, left) in enumerate(spells)
        ),
    ]  # fmt: skip


def write_csv(path: Path, rows: Iterable[Sequence[object]], **form: str) -> Path:
    """Rows as a text file."""
    encoding = form.pop("encoding", "utf-8")
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, **form).writerows(rows)  # type: ignore[arg-type]
    return path


def calibrated(folder: Path, *words: str | Path, base: str = "generalist.yaml") -> int:
    """Exit code of a calibration into the folder `out` of another."""
    out = ["--base", base, "--as-of", AS_OF.isoformat(), "--out", str(folder / "out")]
    return main(["calibrate", *map(str, words), *out])


def work_log(
    seed: int = 1,
    veterans: int = 40,
    newcomers: int = 30,
    a_day: float = 3.0,
    slowdown: float = 0.8,
    rate: float = 0.8,
    selection: float = 0.0,
    days: int = 365,
) -> Log:
    """A year of sittings; newcomers come over its first seven months, learn, and may leave.

    With `selection` the slow are the likelier to leave: hazard × exp(selection · effect / 0.3).
    """
    rng = np.random.default_rng(seed)
    people = veterans + newcomers
    effect = rng.normal(0, 0.3, people)
    first = np.where(np.arange(people) < veterans, 0.0, rng.uniform(35, 210, people))
    stay = rng.exponential(500 * np.exp(-selection * effect / 0.3))
    last = np.minimum(first + stay + 5, days)
    items = rng.poisson(a_day * (last - first) * 5 / 7)
    person = np.repeat(np.arange(people), items)
    day = np.floor(first[person] + rng.random(len(person)) * (last - first)[person])
    day -= np.maximum(day % 7 - 4, 0)  # the log begins on a Monday; nobody works at weekends
    day = np.maximum(day, np.ceil(first[person]))
    activity = rng.integers(0, 4, len(person))
    months = np.where(person < veterans, np.inf, (day - first[person]) / 30.4375)
    with np.errstate(invalid="ignore"):
        curve = np.log1p(slowdown * np.exp(-rate * months))
    logs = 1.0 + 0.4 * activity + effect[person] + curve + rng.normal(0, 1.0, len(person))
    start = (day + 19_000 - 19_000 % 7 + 4 + rng.random(len(person)) / 3) * 86_400
    start = np.floor(start)
    end = start + np.maximum(np.round(np.exp(logs) * 60), 1)
    names = ["coding_inpatient", "coding_outpatient", "edits", "follow_up"]
    number = np.arange(len(person))
    return Log(number, activity, person, start, end, names, True)
