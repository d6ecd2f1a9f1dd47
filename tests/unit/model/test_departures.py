"""How people leave and are replaced: notice, searches, classes, probation, rotation, mentors."""

from __future__ import annotations

from collections.abc import Generator
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
import simpy

from sim.model.careers import Career
from sim.model.departures import DISMISSED, DROPPED_OUT, ROTATED
from sim.model.simulation import run
from sim.model.workforce import Team
from sim.model.world import World
from tests.digests import digests
from tests.people import VENDOR, after, assert_sound, bare, coders, known, watch
from tests.scenarios import scenario
from tests.unit.model.test_contracts import event, timeline

TURNOVER, HIRING = f"{VENDOR}.turnover", f"{VENDOR}.hiring"
STAY = f"{TURNOVER}.annual_rate=0"
BRISK = f"{TURNOVER}.annual_rate=3"
PEOPLE = 30


def lived(*overrides: str, people: int = PEOPLE, days: int = 300) -> World:
    return after(bare(people, *overrides, days=days))


def reasons(team: Team) -> dict[str, int]:
    found: dict[str, int] = {}
    for agent in team.agents:
        found[agent.reason] = found.get(agent.reason, 0) + 1
    return found


# --- notice ---------------------------------------------------------------------------------------


def test_notice_shifts_every_exit_by_its_days() -> None:
    frozen = (BRISK, f"{HIRING}.policy=freeze")
    at_once = {a.number: a.left for a in coders(lived(*frozen)).agents if a.left is not None}
    later = coders(lived(*frozen, f"{TURNOVER}.notice_days=21"))
    found = {a.number: a.left for a in later.agents if a.left is not None}
    expected = {n: left + 21.0 for n, left in at_once.items() if left + 21.0 < 300.0}
    assert len(expected) > 15
    assert found.keys() == expected.keys()
    for number, left in expected.items():
        assert found[number] == pytest.approx(left)


@pytest.mark.parametrize(("notice", "fill", "gap"), [(0, 20, 20), (30, 20, -10), (10, 20, 10)])
def test_a_vacancy_opens_at_notice(notice: int, fill: int, gap: int) -> None:
    """A team of one: the next comes `fill` days after the notice, `gap` after the exit."""
    team = coders(
        lived(
            f"{TURNOVER}.annual_rate=6",
            f"{TURNOVER}.notice_days={notice}",
            f"{HIRING}.time_to_fill_days={fill}",
            people=1,
            days=700,
        )
    )
    assert len(team.agents) > 4
    for one, other in zip(team.agents, team.agents[1:], strict=False):
        if one.left is not None:  # the last may be on notice
            assert other.hired - one.left == pytest.approx(gap)


@pytest.mark.parametrize("policy", ["replace_on_exit", "hire_up_to", "hire_ahead"])
def test_plans_hold_while_people_are_on_notice(policy: str) -> None:
    """Walk-outs and lay-offs of people on notice, and new plans, open no vacancy twice."""
    events = timeline(
        event("attrition_shock", "2025-03-01", team="coding_inpatient", share=0.5),
        event("layoff", "2025-04-01", team="coding_inpatient", share=0.3),
        event("staffing", "2025-05-01", team="coding_inpatient", headcount=25),
        event("staffing", "2025-06-01", team="coding_inpatient", headcount=15),
    )
    scene = bare(
        20,
        f"{TURNOVER}.annual_rate=5",
        f"{TURNOVER}.notice_days=30",
        f"{HIRING}.time_to_fill_days=12",
        f"{HIRING}.policy={policy}",
        events,
        days=300,
    )
    seen = watch(scene)
    assert_sound(seen)
    team = coders(seen.world)
    assert sum(a.on_notice for a in team.agents) > 10
    extra = len(team.personnel.staying) + team.personnel.pipeline - 15
    low, high = {"replace_on_exit": (0, 0), "hire_up_to": (-4, 0), "hire_ahead": (-4, 4)}[policy]
    assert low <= extra <= high  # a review fills up what is missing since the last


# --- searches -------------------------------------------------------------------------------------


def searches(*overrides: str) -> np.ndarray:  # type: ignore[type-arg]
    """Days from each exit to the next hire in a team of one, who has no class."""
    team = coders(lived(f"{TURNOVER}.annual_rate=10", *overrides, people=1, days=6000))
    return np.array(
        [b.hired - a.left for a, b in zip(team.agents, team.agents[1:], strict=False) if a.left]
    )


def test_times_to_fill_have_the_mean_and_the_spread_written() -> None:
    """Lognormal: by the logarithms, whose mean and spread say all, within five standard errors."""
    mean, cv = 20.0, 0.8
    found = searches(f"{HIRING}.time_to_fill_days=20", f"{HIRING}.time_to_fill_cv={cv}")
    n, sigma = len(found), sqrt(log(1 + cv**2))
    assert n > 80
    logs = np.log(found)
    assert logs.mean() == pytest.approx(log(mean) - sigma**2 / 2, abs=5 * sigma / sqrt(n))
    assert logs.std(ddof=1) == pytest.approx(sigma, rel=5 / sqrt(2 * n))


def test_good_pay_fills_places_sooner() -> None:
    """(1.25)^(−2) of 50 days is 32; without an elasticity 50."""
    raised = timeline(event("wage", "2025-01-01", vendor="generalist", factor=1.25))
    fill = f"{HIRING}.time_to_fill_days=50"
    assert searches(fill, raised) == pytest.approx(50.0)
    assert searches(fill, raised, f"{HIRING}.pay_elasticity_of_fill=2") == pytest.approx(32.0)


def test_good_pay_brings_better_newcomers() -> None:
    """Entry knowledge 0.10 × 1.5²; nothing is learnt where nothing is to do."""
    raised = timeline(event("wage", "2025-01-01", vendor="generalist", factor=1.5))
    for elasticity, level in ((0, 0.10), (2, 0.225), (9, 1.0)):
        world = lived(BRISK, raised, f"{HIRING}.pay_elasticity_of_quality={elasticity}")
        newcomers = [a for a in coders(world).agents if a.hired > 0]
        assert len(newcomers) > 20
        skill = coders(world).queues[0].skill
        for agent in newcomers:
            assert agent.row.knowledge[skill] == pytest.approx(level)


# --- class ----------------------------------------------------------------------------------------


def test_a_share_of_each_class_leaves_during_it() -> None:
    options = (f"{HIRING}.classroom_days=20", f"{HIRING}.dropout_share=0.3", BRISK)
    team = coders(lived(*options, people=100, days=500))
    entered = [a for a in team.agents if 0 < a.hired < 480]
    gone = [a for a in entered if a.reason == DROPPED_OUT]
    # Some quit before they drop out: at most as many as quit in 20 days.
    quit_early = sum(a.reason == "quit" and (a.left or 0) - a.hired < 20 for a in entered)
    n = len(entered)
    assert n > 300
    low, high = 0.3 * (1 - quit_early / n), 0.3
    spread = 5 * sqrt(0.3 * 0.7 / n)
    assert low - spread < len(gone) / n < high + spread
    stays = np.array([(a.left or 0) - a.hired for a in gone])
    assert ((stays >= 0) & (stays < 20)).all()
    assert stays.mean() == pytest.approx(10, abs=5 * 20 / sqrt(12 * len(gone)))
    assert all(not a.producing for a in gone)
    assert len(team.employed) == 100  # each is replaced


# --- probation ------------------------------------------------------------------------------------


WORKING = ("hospital.inpatient.claims_per_year=40000", "hospital.scale=1", f"{TURNOVER}.shape=1")
ERRING = ("certifications.none.accuracy_floor=0.6", "certifications.none.accuracy_ceiling=0.885")


def test_who_errs_too_often_is_dismissed_when_probation_ends() -> None:
    """Everybody is right in a share 0.6 + 0.285·K: none is dismissed at 0, all are at 1."""
    options = (*WORKING, *ERRING, BRISK, f"{HIRING}.probation_days=50")
    for least, expected in ((0.0, False), (1.0, True)):
        option = f"{HIRING}.dismiss_below_accuracy={least}"
        team = coders(lived(*options, option, people=20, days=120))
        judged = [
            a
            for a in team.agents
            if 0 < a.hired < 70
            and (a.left is None or a.left - a.hired > 49.9)
            and a.row.items > 100
        ]
        assert len(judged) > 5
        for agent in judged:
            assert (agent.reason == DISMISSED) == expected
            if expected:
                assert agent.left == pytest.approx(agent.hired + 50.0)
        assert len(team.employed) == 20


def test_the_line_is_drawn_at_the_accuracy_seen() -> None:
    options = (
        *WORKING,
        *ERRING,
        STAY,
        f"{VENDOR}.go_live_knowledge={{domain: 0.1, client: 0}}",
        f"{HIRING}.probation_days=30",
    )
    on_the_eve = coders(lived(*options, people=20, days=30)).agents
    right = {a.number: 1 - a.row.errors / a.row.items for a in on_the_eve}
    tenth, next_one = sorted(right.values())[9:11]
    line = (tenth + next_one) / 2
    team = coders(lived(*options, f"{HIRING}.dismiss_below_accuracy={line}", people=20, days=31))
    dismissed = {a.number for a in team.agents if a.reason == DISMISSED}
    assert dismissed == {number for number, share in right.items() if share < line}
    assert 5 < len(dismissed) <= 10  # some may be equal


def test_nobody_is_judged_who_has_done_nothing() -> None:
    idle = lived(BRISK, f"{HIRING}.probation_days=10", f"{HIRING}.dismiss_below_accuracy=1")
    assert DISMISSED not in reasons(coders(idle))


# --- rotation -------------------------------------------------------------------------------------


def rotated(share: float, *overrides: str, tenure: int = 365, **more: object) -> Team:
    event_ = event(
        "rotate",
        "2025-02-01",
        vendor="generalist",
        share_per_year=share,
        after_tenure_days=tenure,
        **more,
    )
    return coders(lived(*overrides, timeline(event_), people=200, days=396))


def test_a_share_of_the_tenured_has_gone_a_year_later() -> None:
    """Nobody ever leaves of their own accord, so that all are tenured: from day 31 to 396."""
    team = rotated(0.4, STAY)
    first = team.agents[:200]
    gone = [a for a in first if a.reason == ROTATED]
    expected = 200 * (1 - 0.6 ** (365 / 365.25))
    assert len(gone) == pytest.approx(expected, abs=5 * sqrt(200 * 0.4 * 0.6))
    assert all(a.left is not None and a.left >= 31 for a in gone)
    assert {a.reason for a in team.agents[200:]} == {""}  # newcomers are not tenured
    assert len(team.employed) == 200


def test_only_the_tenured_are_moved() -> None:
    team = rotated(1.0, f"{TURNOVER}.annual_rate=1", tenure=100)
    moved = [a for a in team.agents if a.reason == ROTATED]
    assert len(moved) > 100
    for agent in moved:
        assert agent.left == pytest.approx(max(31.0, agent.hired + 100.0))
    assert all(a.hired + 100.0 > 396.0 for a in team.employed)


@pytest.mark.parametrize(("bench", "wait"), [("false", 40.0), ("true", 0.0)])
def test_a_place_is_filled_by_a_search_or_from_the_bench(bench: str, wait: float) -> None:
    team = rotated(1.0, STAY, f"{HIRING}.time_to_fill_days=40", from_bench=bench)
    newcomers = team.agents[200:]
    assert len(newcomers) == 200
    for agent in newcomers:
        assert agent.hired == pytest.approx(31.0 + wait)


def test_a_later_rotation_takes_the_place_of_the_first() -> None:
    both = timeline(
        *(
            event("rotate", on, vendor="generalist", share_per_year=share, after_tenure_days=1)
            for on, share in (("2025-02-01", 0.9), ("2025-03-01", 0))
        )
    )
    team = coders(lived(STAY, both, people=200, days=396))
    left = [a.left for a in team.agents if a.left is not None]
    assert left
    assert max(left) < 59.0


# --- mentors --------------------------------------------------------------------------------------


def pupils(*overrides: str) -> World:
    """One who stays and works among newcomers; everybody practises all day."""
    return lived(*WORKING, *overrides, f"{HIRING}.nesting_days=60", people=10, days=50)


def test_what_a_pupil_learns_hangs_on_the_mentor() -> None:
    """Half as much where it is all the mentor's knowledge and nobody is there to mentor."""
    young = (
        STAY,
        f"{VENDOR}.go_live_knowledge={{domain: 0.1, client: 0.05}}",
        timeline(event("staffing", "2025-01-02", team="coding_inpatient", headcount=11)),
    )
    plain = coders(pupils(*young)).agents[10].row
    months = plain.month_minutes
    world = pupils(*young, f"{HIRING}.mentor_knowledge_effect=0.8")
    team = coders(world)
    pupil = team.agents[10]
    assert pupil.mentor in team.agents[:10]
    # The mentor knew what beginners know when the newcomer came, on the second day.
    worth = months / pupil.row.month_minutes
    assert 1 - 0.8 * 0.9 <= worth < 1 - 0.8 * 0.87
    learnt, at_best = (known(w, coders(w).agents[10])[0] for w in (world, pupils(*young)))
    skill = team.queues[0].skill
    # Exponential law: the logarithm of what is left to learn falls with practice times its worth.
    ratio = log((1 - learnt[skill]) / 0.9) / log((1 - at_best[skill]) / 0.9)
    assert ratio == pytest.approx(worth, rel=0.02)


def test_without_a_mentor_a_pupil_learns_as_from_one_who_knows_nothing() -> None:
    alone = timeline(event("staffing", "2025-01-02", team="coding_inpatient", headcount=1))
    options = ("teams.coding_inpatient.headcount=0", STAY, alone)
    plain = coders(pupils(*options)).agents[0].row.month_minutes
    pupil = coders(pupils(*options, f"{HIRING}.mentor_knowledge_effect=0.8")).agents[0].row
    assert pupil.month_minutes == pytest.approx(plain / 0.2)


@pytest.mark.parametrize("replaced", [True, False])
def test_a_mentor_who_leaves_is_replaced_or_not(replaced: bool) -> None:
    """On day 20 the mentor of a newcomer goes, who has 40 days of nesting left."""
    joins = timeline(event("staffing", "2025-01-02", team="coding_inpatient", headcount=11))
    option = f"{HIRING}.mentor_replaced={str(replaced).lower()}"
    gone: list[Career] = []

    def dismiss(world: World) -> Generator[simpy.Event, Any, None]:
        yield world.engine.env.timeout(20.3)
        team = coders(world)
        mentor = team.agents[10].mentor
        assert mentor is not None
        gone.append(mentor)
        team.roster.dismiss(mentor, "quit")

    scene = bare(10, *WORKING, STAY, joins, option, f"{HIRING}.nesting_days=60", days=50)
    pupil = coders(watch(scene, dismiss).world).agents[10]
    assert pupil.row.nesting
    assert pupil.mentor is not gone[0]
    assert (pupil.mentor is None) == (not replaced)


def test_when_nesting_ends_practice_counts_in_full() -> None:
    options = (*WORKING, BRISK, f"{HIRING}.nesting_days=20", f"{HIRING}.mentor_knowledge_effect=1")
    team = coders(lived(*options, people=10, days=200))
    full = team.agents[0].row.month_minutes
    done = [a for a in team.agents if a.hired > 0 and (a.left or 200.0) - a.hired > 20]
    assert len(done) > 3
    assert {a.row.month_minutes for a in done} == {full}


# --- people who come back -------------------------------------------------------------------------


def test_people_who_come_back_bring_what_they_know() -> None:
    """Nobody forgets here: each newcomer is one of those who have quit, with all they knew."""
    team = coders(lived(*WORKING, BRISK, f"{HIRING}.rehire_share=1", people=20, days=300))
    skill = team.queues[0].skill
    newcomers = [a for a in team.agents if a.hired > 0]
    gone = [a for a in team.agents if a.reason == "quit"]
    assert len(newcomers) > 20
    speeds = {a.row.speed for a in gone}
    for agent in newcomers:
        assert agent.row.speed in speeds
        assert agent.row.knowledge[skill] >= 0.1
    scene = (*WORKING, BRISK, "people.speed_sigma=0.2")
    new = coders(lived(*scene, people=20, days=300))
    same = coders(lived(*scene, f"{HIRING}.rehire_share=1", people=20, days=300))
    assert len({a.row.speed for a in new.agents}) == len(new.agents)
    assert {a.row.speed for a in same.agents} == {a.row.speed for a in same.agents[:20]}
    mean = {
        name: np.mean([a.row.knowledge[skill] for a in t.agents if a.hired > 250])
        for name, t in (("new", new), ("same", same))
    }
    assert mean["same"] > mean["new"] + 0.2


def test_a_share_of_newcomers_has_been_here_before() -> None:
    options = (f"{HIRING}.rehire_share=0.4", "people.speed_sigma=0.2", BRISK)
    team = coders(lived(*options, people=100, days=500))
    seen: set[float] = set()
    back = newcomers = 0
    for agent in team.agents:
        if agent.hired > 30:
            newcomers += 1
            back += agent.row.speed in seen
        seen.add(agent.row.speed)
    assert newcomers > 200
    spread = 5 * sqrt(0.4 * 0.6 / newcomers)
    assert back / newcomers == pytest.approx(0.4, abs=spread)


# --- nothing written ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "neutral",
    [
        [f"{HIRING}.pay_elasticity_of_fill=2", f"{HIRING}.pay_elasticity_of_quality=2"],
        [f"{HIRING}.probation_days=40"],
        [
            timeline(
                event(
                    "rotate",
                    "2025-02-01",
                    vendor="generalist",
                    share_per_year=0,
                    after_tenure_days=1,
                )
            )
        ],
        [
            timeline(
                event(
                    "rotate",
                    "2025-02-01",
                    vendor="generalist",
                    share_per_year=1,
                    after_tenure_days=3650,
                )
            ),
            f"{VENDOR}.turnover.shape=1",
        ],
    ],
    ids=["pay at the market's", "a probation that all pass", "share 0", "nobody so long there"],
)
def test_what_is_neutral_changes_nothing(neutral: list[str]) -> None:
    brisk = (BRISK, f"{VENDOR}.turnover.shape=1", timeline())
    plain = digests(run(scenario("generalist", *brisk), 0))
    assert digests(run(scenario("generalist", *brisk, *neutral), 0)) == plain


def test_everything_at_once_is_sound() -> None:
    """Nobody is lost, and plans hold, when people leave in every way there is."""
    events = timeline(
        event(
            "rotate",
            "2025-01-20",
            vendor="generalist",
            share_per_year=0.9,
            after_tenure_days=60,
            from_bench="true",
        ),
        event("attrition_shock", "2025-03-03", team="billing", share=0.5),
        event("staffing", "2025-04-01", team="ar", headcount=30),
    )
    scene = scenario(
        "generalist",
        f"{TURNOVER}.annual_rate=4",
        f"{TURNOVER}.notice_days=14",
        f"{TURNOVER}.contagion_hazard=1",
        f"{HIRING}.time_to_fill_days=10",
        f"{HIRING}.time_to_fill_cv=1",
        f"{HIRING}.dropout_share=0.3",
        f"{HIRING}.rehire_share=0.3",
        f"{HIRING}.probation_days=45",
        f"{HIRING}.dismiss_below_accuracy=0.9",
        f"{HIRING}.mentor_replaced=false",
        f"{HIRING}.mentor_knowledge_effect=0.7",
        events,
        days=200,
    )
    seen = watch(scene)
    assert_sound(seen)
    found = {a.reason for team in seen.world.teams for a in team.agents}
    assert found >= {"quit", DROPPED_OUT, DISMISSED, ROTATED, "attrition_shock", ""}
