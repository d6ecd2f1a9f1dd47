"""Classes that wait for who teaches them, and trainers who leave."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt

import numpy as np
import pytest

from sim.model import engines
from sim.model.simulation import run
from sim.model.workforce import Team
from tests.digests import digests
from tests.people import VENDOR, after, assert_sound, bare, coders, watch
from tests.scenarios import scenario
from tests.unit.model.test_contracts import event, timeline

TURNOVER, HIRING = f"{VENDOR}.turnover", f"{VENDOR}.hiring"
TRAINERS = f"{HIRING}.trainers"
STAY = f"{TURNOVER}.annual_rate=0"


def lived(*overrides: str, people: int = 5, days: int = 200) -> Team:
    return coders(after(bare(people, *overrides, days=days)))


def grown(*steps: tuple[int, int]) -> str:
    """The plan grows to so many on some days of January."""
    return timeline(
        *(
            event("staffing", f"2025-01-{day + 1:02d}", team="coding_inpatient", headcount=people)
            for day, people in steps
        )
    )


def begun(team: Team) -> list[float]:
    """When newcomers went to class."""
    return [a.hired for a in team.agents if a.hired > 0]


@pytest.mark.parametrize(
    ("people", "expected"),
    [(1, [10, 10, 40, 40, 40]), (2, [10, 10, 20, 20, 25 + 15]), (3, [10, 10, 20, 20, 25])],
)
def test_a_class_waits_for_a_free_trainer(people: int, expected: list[float]) -> None:
    """Two come on day 10, two on day 20 and one on day 25, to a classroom of 30 days each.

    Those who wait for the same trainer begin together.
    """
    steps = grown((10, 7), (20, 9), (25, 10))
    team = lived(STAY, steps, f"{HIRING}.classroom_days=30", f"{TRAINERS}={{people: {people}}}")
    assert begun(team) == expected


def test_a_full_class_needs_another_trainer() -> None:
    """Classes of at most five each week; ten come on day 5, and a class takes twenty days.

    The second class could begin on day 14, and does so on the first day of a class after 27.
    """
    options = (
        STAY,
        grown((5, 15)),
        f"{HIRING}.classroom_days=20",
        f"{HIRING}.class_size=5",
        f"{HIRING}.class_every_days=7",
    )
    assert begun(lived(*options)) == [7] * 5 + [14] * 5
    assert begun(lived(*options, f"{TRAINERS}={{people: 1}}")) == [7] * 5 + [28] * 5
    assert begun(lived(*options, f"{TRAINERS}={{people: 2}}")) == [7] * 5 + [14] * 5


def test_no_class_starts_in_a_freeze_when_a_trainer_comes_free() -> None:
    steps = grown((5, 6), (10, 7))
    frozen = steps[:-1] + ", {kind: hire_freeze, on: 2025-01-20, until: 2025-02-20, teams: all}]"
    options = (STAY, frozen, f"{HIRING}.classroom_days=30", f"{TRAINERS}={{people: 1}}")
    assert begun(lived(*options)) == [5, 50]  # free again on day 35, in the freeze


def test_a_search_that_is_called_off_while_it_waits_takes_no_trainer() -> None:
    steps = grown((5, 6), (10, 7), (15, 6), (20, 8))
    options = (STAY, steps, f"{HIRING}.classroom_days=20", f"{TRAINERS}={{people: 1}}")
    assert begun(lived(*options)) == [5, 25, 25]


def test_newcomers_wait_until_a_trainer_who_left_is_replaced() -> None:
    """There is none for λd/(1 + λd) of the time, and then it takes half of d on average.

    Classes take no time, so that the only reason to wait is that nobody is there. The plan grows by
    one every 97 days, far enough apart to meet trainers as if by chance.
    """
    rate, wait, days = 5.0, 60, 6000
    asked = list(range(300, days - wait, 97))
    first = date(2025, 1, 1)
    growth = timeline(
        *(
            event("staffing", str(first + timedelta(day)), team="coding_inpatient", headcount=1 + i)
            for i, day in enumerate(asked, 1)
        )
    )
    trainers = f"{TRAINERS}={{people: 1, leave_per_year: {rate}, time_to_fill_days: {wait}}}"
    waits: list[float] = []
    for replication in range(5):
        team = coders(after(bare(1, STAY, growth, trainers, days=days), replication))
        waits += [came - day for came, day in zip(begun(team), asked, strict=True)]
    n, share = len(waits), rate * wait / 365.25 / (1 + rate * wait / 365.25)
    assert n > 250
    assert np.mean(np.array(waits) > 0) == pytest.approx(
        share, abs=5 * sqrt(share * (1 - share) / n)
    )
    second = share * wait**2 / 3
    assert np.mean(waits) == pytest.approx(share * wait / 2, abs=5 * sqrt(second / n))
    assert max(waits) <= wait


BRISK = (f"{TURNOVER}.annual_rate=3", f"{HIRING}.time_to_fill_days=9")


@pytest.mark.parametrize("people", [1, 100])
def test_trainers_who_are_always_free_change_nothing(people: int) -> None:
    """As many as there could ever be classes, or one where a class takes no time."""
    options = (*BRISK, f"{HIRING}.classroom_days={0 if people == 1 else 15}")
    plain = digests(run(scenario("generalist", *options), 0))
    with_ = scenario("generalist", *options, f"{TRAINERS}={{people: {people}}}")
    assert digests(run(with_, 0)) == plain


def test_an_office_without_trainers_is_sound() -> None:
    trainers = f"{TRAINERS}={{people: 1, leave_per_year: 6, time_to_fill_days: 50}}"
    seen = watch(scenario("generalist", *BRISK, trainers))
    assert_sound(seen)


@pytest.mark.skipif(
    engines.choose().name != engines.COMPILED, reason="no compiled engine here to compare with"
)
def test_both_engines_give_the_same_record_where_classes_wait() -> None:
    trainers = f"{TRAINERS}={{people: 1, leave_per_year: 6, time_to_fill_days: 50}}"
    scene = scenario("generalist", *BRISK, trainers)
    compiled = digests(run(scene, 0, engines.COMPILED))
    assert compiled == digests(run(scene, 0, engines.SIMPY))
    assert compiled != digests(run(scenario("generalist", *BRISK), 0, engines.COMPILED))
