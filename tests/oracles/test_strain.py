"""The turnover trap's loop against the same loop as differential equations, and against paper.

The equations know no luck: many agents are held to them within 4.9 standard errors, which chance
leaves less than once in a million comparisons.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from sim.model import AUTO
from sim.model.engines import maker
from sim.model.rules import DAYS_PER_YEAR
from sim.model.simulation import Simulation
from sim.model.strain import WEEK_DAYS
from sim.model.workforce import OCCUPANCY_MEMORY
from sim.model.world import World
from tests.book import Book
from tests.people import VENDOR, bare, coders
from tests.scenarios import world_of

PART = "Strain"
LOOP = "differential equations of the loop (Oliva & Sterman 2001), solved by scipy"
PAPER = "the loop's standstill, on paper"
SIGMAS = 4.9
STRAIN = "people.strain"
ITEM_MINUTES = 3000.0  # 600, the longest of a scenario, at the largest handle time multiplier
A_DAY = 1440.0 / ITEM_MINUTES  # items that one person does, round the clock
LONG_ITEMS = ["queues.coding_inpatient.minutes=600", f"{VENDOR}.handle_time_multiplier=5"]
Vector = NDArray[np.float64]


def arrivals(folder: Path, daily: Callable[[int], float], days: int) -> str:
    """A file of so many charts a day, whole ones that add up."""
    rows, owed = ["date,setting,payer,count"], 0.0
    for day in range(days):
        owed += daily(day)
        rows.append(f"{date(2025, 1, 1) + timedelta(day)},inpatient,other,{int(owed)}")
        owed -= int(owed)
    file = folder / "load.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return f"hospital.arrivals.file={file}"


# --- a surge that tires a team out ----------------------------------------------------------------


@dataclass(frozen=True)
class Surge:
    """A team at `load` of its planned pace but for a surge; leavers are replaced later."""

    people: int = 800
    days: int = 420
    load: float = 0.9
    surge: tuple[int, int, float] = (100, 145, 1.15)
    fill_days: int = 60
    annual_rate: float = 0.3
    reference: float = 0.95
    follow_days: float = 14.0

    def charts(self, day: float) -> float:
        """Charts that come on a day."""
        first, end, factor = self.surge
        return self.load * self.people * A_DAY * (factor if first <= day < end else 1.0)

    def options(self, gain: float) -> list[str]:
        """The team of a bare scenario."""
        return [
            *LONG_ITEMS,
            f"{VENDOR}.turnover.annual_rate={self.annual_rate}",
            f"{VENDOR}.turnover.shape=1",
            f"{VENDOR}.hiring.time_to_fill_days={self.fill_days}",
            f"{VENDOR}.target_occupancy={self.reference}",
            f"{STRAIN}.reference_hours_per_week=168",
            f"{VENDOR}.turnover.reference_occupancy={self.reference}",
            f"{STRAIN}.reference_occupancy={self.reference}",
            f"{STRAIN}.build_days={self.follow_days}",
            f"{STRAIN}.rest_days={self.follow_days}",
            f"{STRAIN}.exhaustion_hazard={gain}",
        ]


@cache
def equations(case: Surge, gain: float) -> Callable[[float], Vector]:
    """People, backlog, mean exhaustion and smoothed occupancy at a time, of the loop without luck.

    Who leaves comes back as a newcomer `fill_days` later, so that the equations are solved from
    one stretch of a quarter of that time to the next, each with the leavers of those before.
    """
    rate, stretch = case.annual_rate / DAYS_PER_YEAR, case.fill_days / 4
    memory = -log(OCCUPANCY_MEMORY) / WEEK_DAYS
    solved: list[Callable[[float], Vector]] = []

    def at(time: float) -> Vector:
        return solved[min(int(time / stretch), len(solved) - 1)](time)

    def leavers(state: Vector) -> float:
        return rate * max(0.0, 1.0 + gain * state[2]) * state[0]

    def slope(time: float, state: Vector) -> list[float]:
        people, backlog, exhaustion, occupancy = state
        pace, comes = people * A_DAY, case.charts(time)
        busy = backlog > 1.0 or comes >= pace
        hired = leavers(at(time - case.fill_days)) if time >= case.fill_days else 0.0
        load = occupancy - case.reference
        return [
            hired - leavers(state),
            comes - (pace if busy else comes),
            (load - exhaustion) / case.follow_days - exhaustion * hired / people,
            memory * ((1.0 if busy else comes / pace) - occupancy),
        ]

    state = np.array([case.people, 0.0, 0.0, case.reference])
    for i in range(int(case.days / stretch) + 1):
        span = (i * stretch, (i + 1) * stretch)
        part = solve_ivp(slope, span, state, dense_output=True, max_step=0.5)
        solved.append(part.sol)
        state = part.y[:, -1]
    return at


def weeks(case: Surge, gain: float, folder: Path) -> Vector:
    """Day, people, backlog and mean exhaustion, week by week, as the model has them."""
    load = arrivals(folder, case.charts, case.days)
    scene = bare(case.people, load, *case.options(gain), days=case.days)
    world = World(scene, 0, maker(AUTO))
    team, seen = coders(world), []
    review = team.review

    def look() -> None:
        review()
        exhaustion = np.mean([agent.exhaustion for agent in team.employed])
        seen.append((world.engine.env.now, len(team.employed), team.queues[0].level, exhaustion))

    team.review = look  # type: ignore[method-assign]
    Simulation(world).run()
    return np.array(seen)


@pytest.mark.parametrize(("gain", "tips"), [(10.0, False), (40.0, True)])
def test_a_surge_tires_a_team_out_where_the_equations_say_so(
    book: Book, tmp_path: Path, gain: float, tips: bool
) -> None:
    """With little gain the team recovers; with much, those who leave keep it behind for good."""
    case = Surge()
    model, theory = weeks(case, gain, tmp_path), equations(case, gain)
    name = f"A surge of six weeks, exhaustion raises the hazard {gain:g}-fold: "
    for day in (98, 196, 294, 413):
        [row] = model[model[:, 0] == day]
        people, _, exhaustion, _ = theory(day)
        # Places that are vacant are those left in the last `fill_days`: about a Poisson number.
        spread = SIGMAS * sqrt(max(case.people - people, 9.0))
        book.agrees(f"{name}people on day {day}", row[1], people, spread, LOOP)
        if day in (196, 413):  # in between, when the backlog is gone is a matter of luck
            within = 0.01
            book.agrees(f"{name}exhaustion on day {day}", row[3], exhaustion, within, LOOP)
    backlog, expected = model[-1, 2], theory(model[-1, 0])[1]
    assert (expected > 500.0) == tips
    assert (backlog > 500.0) == tips


# --- corners cut under a load that is too great ---------------------------------------------------


@pytest.mark.parametrize(
    ("eroding", "touch", "pressed"), [(0.0, 1 / 1.1, 1.1**2), (60.0, 1 / 1.1, 1.0)]
)
def test_cut_corners_hold_a_load_that_is_too_great(
    book: Book, tmp_path: Path, eroding: float, touch: float, pressed: float
) -> None:
    """A tenth more than can be done comes: touch times shrink until it is done.

    The pace is pressure to the power of a half times the standard one, so that pressure stands
    still at 1.1 squared; where standards erode, at 1, with the shorter touch time as the standard.
    What waits is pressure times the standard pace times the days in which it is due.
    """
    people, due, days = 100, 10, 500
    a_day = 1440 / 600
    load = arrivals(tmp_path, lambda _: 1.1 * people * a_day, days)
    options = [
        "queues.coding_inpatient.minutes=600",
        f"queues.coding_inpatient.due_days={due}",
        f"{VENDOR}.turnover.annual_rate=0",
        f"{STRAIN}.corner_exponent=0.5",
        f"{STRAIN}.erosion_days={eroding}",
        f"{STRAIN}.corner_checks=0",
    ]
    world = world_of(bare(people, load, *options, days=days))
    Simulation(world).run()
    team = coders(world)
    name = "A tenth too much comes, standards " + ("erode: " if eroding else "hold: ")
    book.agrees(f"{name}part of the touch time taken", team.strain.touch_share, touch, 0.01, PAPER)
    waits, found = pressed * people * a_day * due, team.queues[0].level
    book.agrees(f"{name}charts that wait", found, waits, 0.04 * waits, PAPER)


def test_less_than_the_least_touch_time_is_never_taken(tmp_path: Path) -> None:
    """Four times what can be done comes: the floor is reached, and the rest waits."""
    load = arrivals(tmp_path, lambda _: 4.0 * 20 * A_DAY, 200)
    floor = 0.7
    options = [
        *LONG_ITEMS,
        f"{VENDOR}.turnover.annual_rate=0",
        "queues.coding_inpatient.due_days=1",
        f"{STRAIN}.corner_exponent=1",
        f"{STRAIN}.least_touch_share={floor}",
        f"{STRAIN}.erosion_days=20",
    ]
    world = world_of(bare(20, load, *options, days=200))
    Simulation(world).run()
    team = coders(world)
    assert team.strain.touch_share == floor
    assert team.strain.standard == pytest.approx(floor, abs=0.001)
    done = sum(team.queues[0].waits)
    assert done == pytest.approx(200 * 20 * A_DAY / floor, rel=0.08)
