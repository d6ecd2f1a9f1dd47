"""How many claims each day of service brings, and of which payers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.model import rules
from sim.model.calendar import WorkCalendar
from sim.model.codes import SETTINGS
from sim.model.draws import Draws
from sim.scenario.daily_counts import read_daily_counts
from sim.scenario.schema import Scenario
from sim.scenario.timeline import Volume

LEAST_CV = 1e-4
"""A gamma factor that varies less is one."""


class Arrivals:
    """Counts of claims by day and setting: drawn around a profile, or replayed from a file."""

    def __init__(self, scenario: Scenario, calendar: WorkCalendar, draws: Draws) -> None:
        hospital = scenario.hospital
        self._draws = draws
        self._calendar = calendar
        self._arrivals = hospital.arrivals
        self._payer_bounds = np.cumsum([p.claims_share for p in scenario.payers])[:-1]
        self._replay = (
            read_daily_counts(Path(hospital.arrivals.file), [p.name for p in scenario.payers])
            if hospital.arrivals.file
            else None
        )
        self._profiles = _weekday_rates(scenario)
        self._volumes = [e for e in scenario.timeline if isinstance(e, Volume)]

    def expected_count(self, day: int, setting: int) -> float:
        """Expected claims of a setting on a day."""
        months = self._arrivals.month_profile
        season = months[self._calendar.month[day] - 1] / (sum(months) / 12.0)
        return self._profiles[setting][self._calendar.weekday[day]] * season * self._volume(day)

    def _volume(self, day: int) -> float:
        """Factor of surges and ramps on a day."""
        factor = 1.0
        for event in self._volumes:
            since = day - self._calendar.day_of(event.on)
            if since >= 0 and (event.until is None or self._calendar.date_of(day) < event.until):
                built = min(1.0, (since + 1) / max(1, event.ramp_days))
                factor *= 1.0 + (event.factor - 1.0) * built
        return factor

    def payers(self, day: int, setting: int) -> NDArray[np.int64]:
        """The payer of each claim of a day and setting, and so their number."""
        if self._replay is not None:
            counts = self._replay.get((self._calendar.date_of(day), SETTINGS[setting]), {})
            return np.repeat(
                np.array(list(counts), np.int64), np.array(list(counts.values()), np.int64)
            )
        count = self._drawn_count(day, setting)
        luck = self._draws.uniforms("claim.payer", 2 * day + setting, count, 1)[:, 0]
        return np.searchsorted(self._payer_bounds, luck, side="right")

    def _drawn_count(self, day: int, setting: int) -> int:
        """Gamma–Poisson count of a day; both settings share the day's gamma factor."""
        cv = self._arrivals.day_cv
        factor = 1.0
        if cv > LEAST_CV:
            factor = self._draws.gamma("arrivals.day", day, cv)
        mean = self.expected_count(day, setting) * factor
        return self._draws.count(f"arrivals.{SETTINGS[setting]}", day, mean)


def _weekday_rates(scenario: Scenario) -> tuple[list[float], list[float]]:
    """Expected claims of each setting on each weekday in a mean month."""
    hospital, out = scenario.hospital, []
    for setting in (hospital.inpatient, hospital.outpatient):
        week = np.array(setting.weekday_profile, float)
        per_day = setting.claims_per_year * hospital.scale / rules.DAYS_PER_YEAR
        out.append([float(x) for x in per_day * week / week.mean()])
    return out[0], out[1]
