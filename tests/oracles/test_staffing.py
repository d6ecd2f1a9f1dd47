"""`headcount: auto` plans for what comes: every team is as busy as its target says."""

from __future__ import annotations

from functools import partial
from math import exp, sqrt

import numpy as np
import pytest

from sim.model import AUTO, rules
from sim.model.arrivals import Arrivals
from sim.model.codes import SETTINGS
from sim.model.engines import maker
from sim.model.expectations import mean_pressure
from sim.model.flows import yearly_minutes
from sim.model.silence import follow_ups, later, queue_wait, unanswered
from sim.model.simulation import Simulation, run
from sim.model.visits import _leaves, _played, booked_share, refused_share
from sim.model.workforce import Team
from sim.model.world import World
from sim.record.record import Record
from sim.scenario.load import load, shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor
from tests.scenarios import for_payers

SCENARIOS = (
    "generalist",
    "specialized",
    "in_house",
    "five_functions_in_house",
    "five_functions_generalist",
)
REPLICATIONS = 2
SPAN = ("drain_days=0", "horizon_days=430", "kpi_until_days=30")
"""Nobody asks in a run for visits after its end: the last lead times are not counted."""
MEANT = 0.015
"""A point and a half of occupancy."""
LUCK = 0.025
"""Standard deviation of a team's year (measured: 1.0 to 4.5 points), without luck in people. The
widest is that of the generalist's A/R, where the net of ten years is touched once in 200 times."""
WIDTH = 2.5
"""Standard errors. Ten years of a function miss by 1.5 points and these once in 90,000 times if
the plan is right, once in 160 if it is a point and a half off, and in three of four if it is four
points off; the four years of a front-end function have a net half as wide again."""
BROUGHT = 0.01
"""A hundredth of the work that the plan has in a queue."""
SPREADS = {
    "cdi_query": 0.012,
    "coding_inpatient": 0.013,
    "coding_outpatient": 0.017,
    "edits": 0.02,
    "denials_clinical": 0.029,
    "denials_technical": 0.08,
    "records": 0.037,
    "follow_up": 0.055,
    "underpayments": 0.05,
    "scheduling": 0.02,
    "prior_auth": 0.03,
    "transcription": 0.02,
}
"""Standard deviation of a year's items of a queue over those planned for the claims that came, as
measured over six replications; items that are few vary by their number too. With 4.5 standard
errors one of the 51 nets is touched once in 2,900 times if each plan is right. Before lost visits
and what the coders find of errors at the front end were in the plan, queries were off by 4.6 % and
clinical denials by 8.5 %."""


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


def year(scenario: Scenario, replication: int) -> tuple[dict[str, float], dict[str, float]]:
    """Items of each queue over those planned, less one, and the occupancy of teams over target."""
    world = World(scenario, replication, maker(AUTO))
    record = Simulation(world).run()
    return brought(world, record), occupancies(world, record)


def brought(world: World, record: Record) -> dict[str, float]:
    """Items of each queue over those planned for the claims that came, less one."""
    scenario, counts = world.scenario, Arrivals(world.scenario, world.calendar, world.draws)
    day = 7 * np.array(record.queues["week"])
    names, last = np.array(record.queues["queue"], object), scenario.horizon_days - 30
    first = scenario.kpi_from_days
    hospital, planned = scenario.hospital, yearly_minutes(scenario)
    yearly = hospital.inpatient.claims_per_year + hospital.outpatient.claims_per_year
    first, last = first + -first % 7, last + -last % 7
    drawn = [len(counts.payers(d, setting)) for d in range(first, last) for setting in (0, 1)]
    found = {}
    for queue in scenario.queues:
        mine = (names == queue.name) & (day >= first) & (day < last)
        # Whoever calls again comes twice; what is booked counts.
        column = "finished" if queue.name == "scheduling" else "arrived"
        items = float(np.array(record.queues[column])[mine].sum())
        found[str(queue.name)] = (
            items * queue.minutes / planned[queue.name] / (sum(drawn) / yearly) - 1.0
        )
    return found


def occupancies(world: World, record: Record) -> dict[str, float]:
    """Occupancy less its target, of each team in the KPI window, without luck in people.

    Had there been as many people as theory says, of the pace that theory says, each would have been
    busy in proportion.
    """
    scenario, weeks = world.scenario, record.weeks
    day, names = np.array(weeks["day"]), np.array(weeks["team"], object)
    last = scenario.horizon_days - scenario.kpi_until_days
    found = {}
    for team in world.teams:
        mine = (names == team.name) & (day >= scenario.kpi_from_days) & (day <= last)
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
def test_what_comes_is_what_was_planned_and_teams_are_as_busy_as_their_targets_say() -> None:
    """Each queue has the items planned; each function's occupancy, and sharper that of all, fits.

    The heads are those that the plan implies to the last part: hours make up for whole people.
    """
    gaps: dict[str, list[float]] = {}
    off: dict[tuple[str, str], list[float]] = {}
    few: dict[tuple[str, str], float] = {}
    for name in SCENARIOS:
        scenario = load(shipped_file(f"{name}.yaml"), [*SPAN]).scenario
        for queue in scenario.queues:
            # Of the 224 days that are counted.
            a_day = yearly_minutes(scenario)[queue.name] / queue.minutes / rules.DAYS_PER_YEAR
            few[name, str(queue.name)] = 224 * a_day
        for replication in range(REPLICATIONS):
            items, busy = year(scenario, replication)
            for queue, gap in items.items():
                off.setdefault((name, queue), []).append(gap)
            for team, gap in busy.items():
                gaps.setdefault(team, []).append(gap)
    queues = {key: float(np.mean(found)) for key, found in off.items()}
    assert not {
        key: gap
        for key, gap in queues.items()
        if abs(gap) > BROUGHT + 4.5 * sqrt((SPREADS[key[1]] ** 2 + 1.0 / few[key]) / REPLICATIONS)
    }, queues
    assert len(gaps) == 8
    means = {team: float(np.mean(found)) for team, found in gaps.items()}
    net = {team: MEANT + WIDTH * LUCK / sqrt(len(found)) for team, found in gaps.items()}
    assert not {team: mean for team, mean in means.items() if abs(mean) > net[team]}, means
    every = [gap for found in gaps.values() for gap in found]
    assert abs(float(np.mean(every))) < MEANT + WIDTH * LUCK / sqrt(len(every)), means


def front(*overrides: str) -> tuple[Scenario, Vendor]:
    """The five functions in-house, and their vendor."""
    scenario = load(shipped_configs() / "five_functions_in_house.yaml", [*overrides]).scenario
    return scenario, scenario.vendors[0]


def test_visits_that_nobody_books_are_those_of_the_day_before_the_weekend() -> None:
    """Three days' requests on Friday, by hand: no spread, patience lost at a rate, no second call.

    With 1/7 of the week's requests on the other days and a day's work of w, Monday begins with what
    3/7 − w has left after three nights.
    """
    share, patience, w = 0.95, 10.0, 0.95 / 5 / 0.87
    for _ in range(50):
        w = share / 5 / 0.87
        late = 3 / 7 - w
        booked, waits = 0.0, late * np.exp(-3 / patience)
        for _ in range(4):
            there = waits + 1 / 7
            booked += min(w, there)
            waits = max(0.0, there - w) * np.exp(-1 / patience)
        share = booked + w
    asked = (1 / 7, 1 / 7, 1 / 7, 1 / 7, 3 / 7, 0.0, 0.0)
    played = partial(_played, asked, (0, 1, 2, 3, 4), (0, 1, 2, 3, 4), _leaves(patience))
    assert played(0.0, 7, np.array([w])) == pytest.approx(share, abs=1e-3)
    # Of those who gave up, who calls again has no more patience than before.
    assert share < played(0.6, 7, np.array([w])) < share + 0.6 * (1 - share)


def test_patience_and_hands_enough_lose_no_visit() -> None:
    patient, vendor = front("hospital.front_end.patience_mean_days=365")
    usual, _ = front()
    assert booked_share(usual, vendor) < 0.97 < 0.995 < booked_share(patient, vendor) <= 1.0
    idle = vendor.model_copy(update={"target_occupancy": 0.2})
    assert booked_share(usual, idle) == pytest.approx(1.0)


def test_authorisations_are_lost_where_the_argument_is() -> None:
    scenario, vendor = front("hospital.front_end.peer_to_peer_won_share=0")
    assert refused_share(scenario, vendor) == 0.07
    scenario, vendor = front("hospital.front_end.auth_refused_share=0")
    assert refused_share(scenario, vendor) == 0.0


def test_reply_times_are_a_triangle() -> None:
    reply = (14.0, 21.0, 45.0)
    assert [later(reply, days) for days in (10, 14, 45, 50)] == [1.0, 1.0, 0.0, 0.0]
    assert later(reply, 21.0) == pytest.approx(24 / 31)
    assert later(reply, 33.0) == pytest.approx(12**2 / (31 * 24))


def test_follow_ups_are_what_is_unanswered_when_somebody_asks() -> None:
    """Claims of a hospital open all days, one payer: silent after 20 days, asked at once."""
    one = [*for_payers("reply_days", "[10, 20, 30]"), *for_payers("no_reply_share", 0.1)]
    scenario = load(
        shipped_file("generalist.yaml"),
        [*one, "denials.follow_up_after_days=20", "calendar.workdays=[0, 1, 2, 3, 4, 5, 6]"],
    ).scenario
    # Half are late; those whose 20.5 days are rounded down have answered on the day.
    late = 9.5**2 / 200
    idle = unanswered(scenario, 0.0, 0.0)
    assert idle == pytest.approx(0.1 + 0.9 * late, rel=1e-6)
    assert follow_ups(scenario, 0.0, 0.95) < follow_ups(scenario, 0.0, 0.85) < idle
    assert follow_ups(scenario, 0.0, 0.2) == pytest.approx(idle, rel=0.01)
    # What was rejected is answered in 18 or 28 days once it is mended: the slower payers are asked.
    slow = sum(p.claims_share for p in scenario.payers if p.corrected_claim_reply_days > 20)
    again = slow + (1.0 - slow) * 0.1
    assert unanswered(scenario, 1.0, 0.0) == pytest.approx(again)


def test_a_site_asks_on_its_own_days() -> None:
    """Claims of Mondays go out on Thursday night, fall silent 15 days later, on a Saturday, and are
    asked about from Monday on; by people who work on Wednesdays two days later still."""
    one = [*for_payers("reply_days", "[10, 20, 30]"), *for_payers("no_reply_share", 0)]
    scenario = load(
        shipped_file("generalist.yaml"),
        [
            *one,
            *(f"hospital.{s}.weekday_profile=[1, 0, 0, 0, 0, 0, 0]" for s in SETTINGS),
            "hospital.bill_hold_days=3",
            "denials.follow_up_after_days=15",
        ],
    ).scenario
    for worked, days in ((None, 17.5), ((0, 1, 2, 3, 4), 17.5), ((2,), 19.5), ((6,), 23.5)):
        after = 1 - (days - 10) ** 2 / 200 if days < 20 else (30 - days) ** 2 / 200
        assert unanswered(scenario, 0.0, 0.0, worked) == pytest.approx(after)


@pytest.mark.parametrize("days", ["[0]", "[6, 0, 1, 2]"])
def test_a_team_at_a_site_follows_up_what_was_planned(days: str) -> None:
    """What is finished in half a year, at a fifth of the hospital, whose own days bring more."""
    site = f"{{name: far, country: US, shifts: [{{start_hour: 8, hours: 8, workdays: {days}}}]}}"
    options = ["hospital.scale=0.2", *SPAN, f"sites=[{site}]", "teams.ar.site=far"]
    scenario = load(shipped_file("generalist.yaml"), options).scenario
    minutes = next(q.minutes for q in scenario.queues if q.name == "follow_up")
    planned = yearly_minutes(scenario)["follow_up"] / minutes
    at_home = scenario.model_copy(
        update={"teams": tuple(t.model_copy(update={"site": None}) for t in scenario.teams)}
    )
    assert planned < 0.95 * yearly_minutes(at_home)["follow_up"] / minutes
    found = []
    for replication in range(REPLICATIONS):
        queues = run(scenario, replication).queues
        rows = [
            i
            for i, name in enumerate(queues["queue"])
            if name == "follow_up" and queues["week"][i] * 7 >= scenario.kpi_from_days
        ]
        done, span = (sum(queues[column][i] for i in rows) for column in ("finished", "days"))
        found.append(done / span * 365.25 / scenario.hospital.scale)
    assert np.mean(found) == pytest.approx(planned, rel=0.15)


def test_what_busy_years_lose_to_answers_does_not_come_back_in_quiet_ones() -> None:
    """A mean over occupancies is less than at their mean, and where nothing is overtaken, equal."""
    scenario = load(shipped_file("generalist.yaml")).scenario
    at_target = unanswered(scenario, 0.0, queue_wait(0.92) * 7 / 5)
    assert 0.97 * at_target < follow_ups(scenario, 0.0, 0.92) < 0.995 * at_target
    # Claims that were rejected are answered within 28 days or never: no wait of 2 days matters.
    told = unanswered(scenario, 1.0, 0.0)
    assert follow_ups(scenario, 1.0, 0.85) == pytest.approx(told, rel=0.01)


def test_busy_weeks_press_more_than_quiet_ones_relieve() -> None:
    """A normal occupancy of mean t and deviation s exceeds t by s / √(2π) on average."""
    assert mean_pressure(0.85, 0.85) == pytest.approx(0.07 / sqrt(2 * np.pi), rel=0.01)
    assert mean_pressure(0.99, 0.5) == pytest.approx(0.49)
    assert mean_pressure(0.5, 0.85) < 1e-4
