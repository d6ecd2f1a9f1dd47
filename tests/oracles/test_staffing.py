"""`headcount: auto` plans for what comes: every team is as busy as its target says."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest

from sim.model import AUTO, rules
from sim.model.engines import maker
from sim.model.flows import mean_pressure
from sim.model.silence import follow_ups, later
from sim.model.simulation import Simulation
from sim.model.workforce import Team
from sim.model.world import World
from sim.scenario.load import load, shipped_configs
from sim.scenario.schema import Scenario
from tests.scenarios import for_payers

REPLICATIONS = 6
MEANT = 0.02
"""Two points of occupancy."""
LUCK = 0.025
"""Standard deviation of a team's year (measured: 1.0 to 3.1 points), without luck in people."""
WIDTH = 4.0
"""Standard errors: a normal mean lies beyond them once in 16,000 times."""


def there(team: Team) -> float:
    """Part of the planned people who are at their desks, by renewal theory.

    A position is held for the mean tenure 1/rate, of which the class takes a part, and then vacant
    until somebody is found and a class begins.
    """
    hiring, rate = team.vendor.hiring, team.vendor.turnover.annual_rate / rules.DAYS_PER_YEAR
    vacant = hiring.time_to_fill_days + hiring.class_every_days / 2.0
    return (1.0 - rate * hiring.classroom_days) / (1.0 + rate * vacant)


def pace(team: Team, scenario: Scenario) -> float:
    """Mean touch time of the people who came, over that of all who might have come."""
    hours = np.array([a.productive_minutes for a in team.agents])
    speed = np.array([a.row.speed for a in team.agents])
    sigma = scenario.people.speed_sigma
    return float(hours.sum() / (hours / speed).sum()) / exp(-sigma * sigma)


def occupancies(scenario: Scenario, replication: int) -> dict[str, float]:
    """Occupancy less its target, of each team from `kpi_from_days` on, without luck in people.

    Had there been as many people as theory says, of the pace that theory says, each would have been
    busy in proportion.
    """
    world = World(scenario, replication, maker(AUTO))
    weeks = Simulation(world).run().weeks
    day, names = np.array(weeks["day"]), np.array(weeks["team"], object)
    found = {}
    for team in world.teams:
        mine = (names == team.name) & (day >= scenario.kpi_from_days)
        busy, productive, plan, producing = (
            float(np.array(weeks[k])[mine].sum())
            for k in ("busy_minutes", "productive_minutes", "plan", "producing")
        )
        people = producing / plan / there(team)
        found[team.name] = (
            busy / productive * people / pace(team, scenario) - team.vendor.target_occupancy
        )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["generalist", "specialized", "in_house"])
def test_every_team_is_as_busy_as_its_target_says(name: str) -> None:
    """Within two points, and the error of few years: each team, and sharper all of them together.

    The heads are those that the plan implies to the last part: hours make up for whole people.
    """
    scenario = load(shipped_configs() / f"{name}.yaml", ["drain_days=0"]).scenario
    years = [occupancies(scenario, r) for r in range(REPLICATIONS)]
    gaps = {team: float(np.mean([year[team] for year in years])) for team in years[0]}
    error = LUCK / sqrt(REPLICATIONS)
    assert max(map(abs, gaps.values())) < MEANT + WIDTH * error, gaps
    together = float(np.mean(list(gaps.values())))
    assert abs(together) < MEANT + WIDTH * error / sqrt(len(gaps)), gaps


def test_reply_times_are_a_triangle() -> None:
    reply = (14.0, 21.0, 45.0)
    assert [later(reply, days) for days in (10, 14, 45, 50)] == [1.0, 1.0, 0.0, 0.0]
    assert later(reply, 21.0) == pytest.approx(24 / 31)
    assert later(reply, 33.0) == pytest.approx(12**2 / (31 * 24))


def test_follow_ups_are_what_is_unanswered_when_somebody_asks() -> None:
    """Claims of a hospital open all days, one payer: silent after 20 days, asked at once."""
    one = [*for_payers("reply_days", "[10, 20, 30]"), *for_payers("no_reply_share", 0.1)]
    scenario = load(
        shipped_configs() / "generalist.yaml",
        [*one, "denials.follow_up_after_days=20", "calendar.workdays=[0, 1, 2, 3, 4, 5, 6]"],
    ).scenario
    # Half are late; those whose 20.5 days are rounded down have answered on the day.
    late = 9.5**2 / 200
    idle = follow_ups(scenario, 0.0, -1e9)
    assert idle == pytest.approx(0.1 + 0.9 * late, rel=1e-6)
    assert follow_ups(scenario, 0.0, 0.95) < follow_ups(scenario, 0.0, 0.85) < idle
    # What was rejected is answered in 18 or 28 days once it is mended: the slower payers are asked.
    slow = sum(p.claims_share for p in scenario.payers if p.corrected_claim_reply_days > 20)
    again = slow + (1.0 - slow) * 0.1
    assert follow_ups(scenario, 1.0, -1e9) == pytest.approx(again)


def test_busy_weeks_press_more_than_quiet_ones_relieve() -> None:
    """A normal occupancy of mean t and deviation s exceeds t by s / √(2π) on average."""
    assert mean_pressure(0.85, 0.85) == pytest.approx(0.07 / sqrt(2 * np.pi), rel=0.01)
    assert mean_pressure(0.99, 0.5) == pytest.approx(0.49)
    assert mean_pressure(0.5, 0.85) < 1e-4
