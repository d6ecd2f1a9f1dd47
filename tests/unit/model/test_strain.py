"""Pressure, cut corners and exhaustion by hand; without gain, they are nothing."""

from __future__ import annotations

from math import exp, sqrt

import pytest

from sim.model import engines
from sim.model.engine import Process
from sim.model.rules import corner_share
from sim.model.simulation import Simulation, run
from sim.model.workforce import Team
from sim.scenario.load import ScenarioError
from tests.digests import digests
from tests.people import VENDOR, after, bare, coders
from tests.scenarios import scenario, world_of

STRAIN = "people.strain"


def pressed(team: Team, waiting: int) -> float:
    """Touch share that a team takes from now on with so much waiting."""
    team.queues[0].level = waiting
    team.strain.week(team.employed, len(team.employed), team.queues, 1.0)
    team.queues[0].level = 0
    return team.strain.touch_share


def team_of(people: int, *overrides: str) -> Team:
    """Coders who can do 24 hours of work a day each, and whose items take an hour."""
    options = ["queues.coding_inpatient.minutes=60", "queues.coding_inpatient.due_days=2"]
    team = coders(world_of(bare(people, *options, *overrides, days=30)))
    team.open_doors()
    return team


def test_pressure_is_the_pace_that_is_wanted_over_the_pace_there_is() -> None:
    """480 hours wait for ten people who do 240 a day: within 2 days, that is the pace they have."""
    team = team_of(10)
    team.queues[0].level = 480
    assert team.strain.pressure(team.queues, 10) == pytest.approx(1.0)
    assert team.strain.pressure(team.queues, 5) == pytest.approx(2.0)
    assert team.strain.pressure(team.queues, 0) == 1.0  # nobody there: as pressed as can be told
    assert corner_share(0.5, 0.4) == 1.0
    assert corner_share(4.0, 0.5) == pytest.approx(0.5)


def test_a_standard_erodes_and_does_not_come_back_of_itself() -> None:
    """Four times too much waits, the exponent is a half: half the time is taken, at most."""
    options = [f"{STRAIN}.corner_exponent=0.5", f"{STRAIN}.least_touch_share=0.1"]
    team = team_of(10, *options, f"{STRAIN}.erosion_days=70")
    assert pressed(team, 4 * 480) == pytest.approx(0.5)
    standard = 0.5 + 0.5 * exp(-7 / 70)
    assert team.strain.standard == pytest.approx(standard)
    assert pressed(team, 0) == pytest.approx(standard)  # nothing presses: the new standard is taken
    assert pressed(team, 0) == pytest.approx(standard)
    slowly = team_of(10, *options, f"{STRAIN}.erosion_days=70", f"{STRAIN}.recovery_days=700")
    pressed(slowly, 4 * 480)
    pressed(slowly, 0)
    assert slowly.strain.standard == pytest.approx(1 - (1 - standard) * exp(-7 / 700))


def test_who_hurries_checks_less_asks_less_and_errs_more() -> None:
    options = [
        f"{STRAIN}.corner_exponent=0.5",
        f"{STRAIN}.least_touch_share=0.5",
        f"{STRAIN}.corner_errors=0.4",
        f"{STRAIN}.corner_checks=0.5",
        f"{VENDOR}.quality.qa_sample_share=0.2",
        f"{VENDOR}.quality.hold_and_query_share=0.6",
        f"{VENDOR}.quality.realtime_review_share=0.3",
    ]
    team = team_of(10, *options)
    crew, terms = team._crew, team._terms
    before = terms.pace
    pressed(team, 100 * 480)
    assert team.strain.touch_share == 0.5
    assert terms.pace == pytest.approx(before / 2)
    kept = 0.75  # half as far as the touch time has fallen
    assert terms.sample == pytest.approx(0.2 * kept)
    assert terms.hold == pytest.approx(0.6 * kept)
    assert terms.realtime == pytest.approx(0.3 * kept)
    assert crew.penalty == pytest.approx(0.4 * 0.5)
    pressed(team, 0)
    assert (terms.pace, terms.sample, crew.penalty) == (before, 0.2, 0.0)


def test_exhaustion_builds_up_faster_than_it_rests() -> None:
    """Two hours of overtime on eight: a quarter more than the reference of 40 hours a week."""
    overtime = "{backlog_days: 365, hours_per_day: 2, pay_multiplier: 1.5}"
    week = [
        "calendar.shift_hours=8",
        "calendar.workdays=[0, 1, 2, 3, 4]",
        f"teams.coding_inpatient.overtime={overtime}",
    ]
    options = [f"{STRAIN}.occupancy_weight=0", f"{STRAIN}.exhaustion_slowdown=2"]
    team = team_of(3, *week, *options, f"{STRAIN}.build_days=30", f"{STRAIN}.rest_days=120")
    crew, someone = team._crew, team.employed[0]
    assert someone.exhaustion == 0.0
    crew.overtime_days = 2 / 24
    for _ in range(4):
        team.strain.week(team.employed, len(team.employed), team.queues, 1.0)
    tired = 0.25 * (1 - exp(-28 / 30))
    assert someone.exhaustion == pytest.approx(tired)
    assert team._terms.pace == pytest.approx(1 + 2 * tired)
    crew.overtime_days = 0.0
    team.strain.week(team.employed, len(team.employed), team.queues, 1.0)
    assert someone.exhaustion == pytest.approx(tired * exp(-7 / 120))


def test_who_is_on_leave_comes_to_rest() -> None:
    """Round the clock is far beyond 40 hours a week; four weeks of leave take part of it away."""
    team = team_of(3, f"{STRAIN}.build_days=1", f"{STRAIN}.rest_days=120")
    away, here = team.employed[:2]
    team.strain.week(team.employed, 3, team.queues, 1.0)
    tired = away.exhaustion
    assert tired == here.exhaustion > 3.0
    away.on_leave = True
    for _ in range(4):
        team.strain.week(team.employed, 3, team.queues, 1.0)
    assert away.exhaustion == pytest.approx(tired * exp(-28 / 120))
    assert here.exhaustion >= tired


@pytest.mark.parametrize(("hours", "times"), [(8, 1.0), (10, 2.0), (4, 0.0)])
def test_ten_hour_days_cost_people(hours: int, times: float) -> None:
    """Fifty hours a week are a quarter beyond the reference: with a gain of 4, twice the rate.

    Half the hours would be a rate below 0, which is none. Shape 1: the number of leavers of two
    years is Poisson, and 4.5 standard errors are left once in 150,000 runs.
    """
    people, rate, days = 300, 0.5, 731
    options = [
        f"calendar.shift_hours={hours}",
        "calendar.workdays=[0, 1, 2, 3, 4]",
        f"{VENDOR}.turnover.annual_rate={rate}",
        f"{VENDOR}.turnover.shape=1",
        f"{STRAIN}.occupancy_weight=0",
        f"{STRAIN}.exhaustion_hazard=4",
        f"{STRAIN}.build_days=1",
        f"{STRAIN}.rest_days=1",
    ]
    team = coders(after(bare(people, *options, days=days)))
    left = len(team.agents) - len(team.employed)
    # Newcomers are rested until the first review after they came, half a week on average.
    fresh = people * rate * times * 3.5 / 365.25 * rate * days / 365.25
    expected = people * rate * times * days / 365.25
    assert left == pytest.approx(expected, abs=4.5 * sqrt(max(expected, 1.0)) + fresh)


BUSY = [
    "people.pressure_threshold=0.6",
    "people.pressure_hazard=4",
    f"{VENDOR}.target_occupancy=0.9",
]
REFERENCE = f"{VENDOR}.turnover.reference_occupancy"


@pytest.mark.parametrize(
    ("options", "times"),
    [
        ([f"{REFERENCE}=0.9"], 1.0),
        ([f"{REFERENCE}=0.7"], 2.2 / 1.4),
        ([f"{REFERENCE}=0.5"], 2.2),  # below the threshold nothing presses
        # Exhausted by 0.9 − 0.8 in the long run, with a gain of 2, and by 0.7 − 0.8 at reference.
        (
            [
                f"{REFERENCE}=0.7",
                f"{STRAIN}.reference_occupancy=0.8",
                f"{STRAIN}.reference_hours_per_week=168",
                f"{STRAIN}.exhaustion_hazard=2",
            ],
            2.2 / 1.4 * 1.2 / 0.8,
        ),
    ],
)
def test_the_written_rate_holds_at_the_reference_whatever_the_target(
    options: list[str], times: float
) -> None:
    """A team planned to be busier than the reference loses more people than written.

    By the Weibull law of shape k, tenures under a hazard f times as high are f^(−1/k) as long.
    """
    shape, written = 0.8, f"{VENDOR}.turnover.annual_rate=0.3"
    team = team_of(2, *BUSY, *options, written, f"{VENDOR}.turnover.shape={shape}")
    team.employed[0].exhaustion = 0.1  # 0.9 − 0.8, where exhaustion counts
    assert team.strain.hazard_factor(team.employed[0]) == pytest.approx(times)
    assert team.personnel.expected_rate == pytest.approx(0.3 * times ** (1 / shape))


def test_a_reference_at_which_nobody_would_quit_is_refused() -> None:
    rested = [
        f"{REFERENCE}=0.4",
        f"{STRAIN}.exhaustion_hazard=4",
        f"{STRAIN}.reference_occupancy=0.9",
    ]
    with pytest.raises(ScenarioError, match="nobody would quit there"):
        scenario("generalist", *rested)


LOOP = [
    f"{STRAIN}.corner_exponent=0.5",
    f"{STRAIN}.erosion_days=120",
    f"{STRAIN}.recovery_days=900",
    f"{STRAIN}.exhaustion_hazard=3",
    f"{STRAIN}.exhaustion_accuracy=0.2",
    f"{STRAIN}.exhaustion_slowdown=0.5",
    f"{STRAIN}.reference_occupancy=0.8",
]
SHORT = ["teams.coding_outpatient.headcount=8", "teams.billing.headcount=3"]


@pytest.mark.skipif(
    engines.choose().name != engines.COMPILED, reason="no compiled engine here to compare with"
)
def test_both_engines_give_the_same_record_of_a_pressed_office() -> None:
    scene = scenario("generalist", *LOOP, *SHORT)
    compiled = digests(run(scene, 0, engines.COMPILED))
    assert compiled == digests(run(scene, 0, engines.SIMPY))
    assert compiled != digests(run(scenario("generalist", *SHORT), 0, engines.COMPILED))


def test_a_loop_without_gain_is_no_loop() -> None:
    """Whatever its clocks and bounds say."""
    idle = [
        f"{STRAIN}.least_touch_share=0.3",
        f"{STRAIN}.corner_errors=3",
        f"{STRAIN}.corner_checks=0.2",
        f"{STRAIN}.erosion_days=5",
        f"{STRAIN}.recovery_days=9",
    ]
    plain = digests(run(scenario("generalist", *SHORT), 0))
    assert digests(run(scenario("generalist", *SHORT, *idle), 0)) == plain
    calm = [f"{STRAIN}.build_days=3", f"{STRAIN}.occupancy_weight=5"]
    tired = run(scenario("generalist", *SHORT, *calm), 0)
    assert tired.weeks["exhaustion"] != run(scenario("generalist", *SHORT), 0).weeks["exhaustion"]
    assert {name: d for name, d in digests(tired).items() if name != "weeks"} == {
        name: d for name, d in plain.items() if name != "weeks"
    }


# --- moves in a hospital scaled down --------------------------------------------------------------

MOVE = (
    "timeline=!replace [{kind: transfer, on: 2025-02-10, people: 40, from_team: coding_outpatient, "
    "to_team: ar}]"
)
SCALED = [
    "hospital.scale=0.1",
    "calendar.shift_hours=10",
    "calendar.workdays=[0, 1, 2, 3, 4]",
    f"{STRAIN}.occupancy_weight=0",
    f"{STRAIN}.build_days=50",
    f"{VENDOR}.go_live_knowledge={{domain: 0.8, client: 0.8}}",
    "teams.coding_outpatient.headcount=90",
    "teams.ar.headcount=21",
]


def test_exhaustion_goes_along_with_who_moves_at_any_scale() -> None:
    """Fifty hours a week are a quarter beyond the reference, in either team and whatever part of a
    shift its people have: ninety in nine, and twenty-one in five with less than half a shift each.
    """
    scene = scenario("generalist", *SCALED, MOVE, f"{VENDOR}.turnover.annual_rate=0", days=120)
    world = world_of(scene)
    left, joined = (
        next(t for t in world.teams if t.name == name) for name in ("coding_outpatient", "ar")
    )
    assert left.roster.hours_share > 2 * joined.roster.hours_share
    found: dict[float, list[tuple[float, bool]]] = {}

    def look() -> Process:
        for day in (39.5, 40.5, 42.5, 84.5):
            yield world.engine.env.timeout(day - world.engine.env.now)
            found[day] = [
                (a.exhaustion, a.label.startswith("coding_outpatient")) for a in joined.employed
            ]

    world.engine.env.process(look())
    Simulation(world).run()
    for day, people in found.items():
        weeks = int(day) // 7  # there are no reviews before the end of the first week
        expected = 0.25 * (1 - exp(-7 * weeks / 50))
        assert sum(came for _, came in people) == (4 if day > 40 else 0)
        for exhaustion, _ in people:
            assert exhaustion == pytest.approx(expected)


@pytest.mark.skipif(
    engines.choose().name != engines.COMPILED, reason="no compiled engine here to compare with"
)
def test_both_engines_give_the_same_record_of_a_pressed_office_that_moves_people() -> None:
    options = [
        *LOOP,
        *SCALED,
        f"{VENDOR}.turnover.annual_rate=1",
        "teams.coding_outpatient.headcount=45",
    ]
    scene = scenario("generalist", *options, MOVE, days=150)
    record = run(scene, 0, engines.COMPILED)
    assert digests(record) == digests(run(scene, 0, engines.SIMPY))
    assert len(record.careers["agent"]) > 1
    assert max(record.weeks["exhaustion"]) > 0.1
