"""How many claims each day of service brings, and of which payers."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.model.calendar import WorkCalendar
from sim.model.codes import SETTINGS
from sim.model.draws import Draws
from sim.model.rules import DAYS_PER_YEAR
from sim.scenario.daily_counts import Counts, read_daily_counts
from sim.scenario.schema import Scenario
from sim.scenario.timeline import Volume, hit

LEAST_CV = 1e-4
"""A gamma factor that varies less is one."""


def counts_of(scenario: Scenario) -> Counts | None:
    """The daily counts that a scenario replays, if it does."""
    file = scenario.hospital.arrivals.file
    return read_daily_counts(Path(file), [p.name for p in scenario.payers]) if file else None


def counted(scenario: Scenario, counts: Counts | None) -> Scenario:
    """The scenario with the yearly volumes and payers' shares of its daily counts in the run.

    So that whoever plans for the claims plans for those that will come.
    """
    if counts is None:
        return scenario
    claims = dict.fromkeys(SETTINGS, 0)
    by_payer = dict.fromkeys(range(len(scenario.payers)), 0)
    last = scenario.start + timedelta(scenario.horizon_days)
    for (day, setting), cell in counts.items():
        if scenario.start <= day < last:
            claims[setting] += sum(cell.values())
            for payer, count in cell.items():
                by_payer[payer] += count
    total = sum(by_payer.values())
    years = scenario.horizon_days / DAYS_PER_YEAR
    hospital = scenario.hospital.model_copy(
        update={
            name: getattr(scenario.hospital, name).model_copy(
                update={"claims_per_year": count / years}
            )
            for name, count in claims.items()
        }
    )
    payers = tuple(
        payer.model_copy(update={"claims_share": by_payer[i] / total}) if total else payer
        for i, payer in enumerate(scenario.payers)
    )
    return scenario.model_copy(update={"hospital": hospital, "payers": payers})


def times_of_day(luck: NDArray[np.float64], profile: Sequence[float]) -> NDArray[np.float64]:
    """Times, as parts of a day, at quantiles of a profile of its 24 hours, even within each."""
    below = np.concatenate([[0.0], np.cumsum(profile)])
    hour = np.searchsorted(below, luck * below[-1], side="right") - 1
    hour = np.minimum(hour, np.flatnonzero(profile)[-1])
    inside = (luck * below[-1] - below[hour]) / np.array(profile)[hour]
    times: NDArray[np.float64] = (hour + np.minimum(inside, 1.0)) / 24.0
    return times


class Arrivals:
    """Counts of claims by day and setting: drawn around a profile, or replayed from `counts`."""

    def __init__(
        self, scenario: Scenario, calendar: WorkCalendar, draws: Draws, counts: Counts | None = None
    ) -> None:
        hospital = scenario.hospital
        self._draws = draws
        self._calendar = calendar
        self._arrivals = hospital.arrivals
        self._scale = hospital.scale
        self._shares = np.array([p.claims_share for p in scenario.payers])
        self._payer_bounds = np.cumsum(self._shares)[:-1]
        self._replay = counts
        self._settings = (hospital.inpatient, hospital.outpatient)
        self._volumes = [
            (e, np.array([hit(e, p.name) for p in scenario.payers]))
            for e in scenario.timeline
            if isinstance(e, Volume)
        ]
        self._weights: dict[tuple[int, int, int], float] = {}

    def expected_count(self, day: int, setting: int) -> float:
        """Expected claims of a setting on a day.

        A month has its part of the year's claims, however many days and weekends it has; its days
        share them as weekdays do.
        """
        profile, months = self._settings[setting], self._arrivals.month_profile
        on = self._calendar.date_of(day)
        of_year = profile.claims_per_year * self._scale * (365 + isleap(on.year)) / DAYS_PER_YEAR
        of_month = of_year * months[on.month - 1] / sum(months)
        weight = profile.weekday_profile[on.weekday()]
        mean = of_month * weight / self._month_weight(on, setting)
        return mean * self._volume(day) * self._growth(day)[1]

    def _month_weight(self, on: date, setting: int) -> float:
        """Sum of the weekday profile over the days of a month."""
        key = (on.year, on.month, setting)
        if key not in self._weights:
            first, length = monthrange(on.year, on.month)
            week = self._settings[setting].weekday_profile
            self._weights[key] = sum(week[(first + d) % 7] for d in range(length))
        return self._weights[key]

    def _volume(self, day: int) -> float:
        """Factor of those surges and ramps on a day that are of all payers."""
        return prod(self._built(event, day) for event, hits in self._volumes if hits.all())

    def _growth(self, day: int) -> tuple[NDArray[np.float64], float]:
        """Factors of surges of some payers on a day: by payer, and of all claims together."""
        by_payer = np.ones(len(self._shares))
        for event, hits in self._volumes:
            if not hits.all():
                by_payer[hits] *= self._built(event, day)
        if (by_payer == 1.0).all():
            return by_payer, 1.0
        return by_payer, float(self._shares @ by_payer) / float(self._shares.sum())

    def _built(self, event: Volume, day: int) -> float:
        """Factor of a surge on a day."""
        since = day - self._calendar.day_of(event.on)
        if since < 0 or (event.until is not None and self._calendar.date_of(day) >= event.until):
            return 1.0
        return 1.0 + (event.factor - 1.0) * min(1.0, (since + 1) / max(1, event.ramp_days))

    def payers(self, day: int, setting: int) -> NDArray[np.int64]:
        """The payer of each claim of a day and setting, and so their number."""
        if self._replay is not None:
            return self._replayed(day, setting)
        count = self._drawn_count(day, setting)
        luck = self._draws.uniforms("claim.payer", 2 * day + setting, count, 1)[:, 0]
        by_payer, together = self._growth(day)
        bounds = self._payer_bounds
        if together > 0.0 and (by_payer != 1.0).any():
            bounds = np.cumsum(self._shares * by_payer / together)[:-1]
        return np.searchsorted(bounds, luck, side="right")

    def _replayed(self, day: int, setting: int) -> NDArray[np.int64]:
        """Payers of the claims that a file has for a day.

        A hospital of another size, or another volume, has each of them less than once or more often
        on average: each as often as the whole part says, and once more by a draw of its own.
        """
        assert self._replay is not None
        counts = self._replay.get((self._calendar.date_of(day), SETTINGS[setting]), {})
        payers = np.repeat(
            np.array(list(counts), np.int64), np.array(list(counts.values()), np.int64)
        )
        factor = self._scale * self._volume(day) * self._growth(day)[0][payers]
        whole = factor.astype(np.int64)
        luck = self._draws.uniforms("arrivals.replay", 2 * day + setting, len(payers), 1)[:, 0]
        return np.repeat(payers, whole + (luck < factor - whole))

    def payers_before(self, days_ago: int, setting: int) -> NDArray[np.int64]:
        """The payer of each claim of a day before the run, so many days before its start."""
        row, mean = 2 * days_ago + setting, self.expected_count(-days_ago, setting)
        count = self._draws.count("arrivals.before", row, mean)
        luck = self._draws.uniforms("claim.payer.before", row, count, 1)[:, 0]
        return np.searchsorted(self._payer_bounds, luck, side="right")

    def _drawn_count(self, day: int, setting: int) -> int:
        """Gamma–Poisson count of a day; both settings share the day's gamma factor."""
        cv = self._arrivals.day_cv
        factor = 1.0
        if cv > LEAST_CV:
            factor = self._draws.gamma("arrivals.day", day, cv)
        mean = self.expected_count(day, setting) * factor
        return self._draws.count(f"arrivals.{SETTINGS[setting]}", day, mean)
