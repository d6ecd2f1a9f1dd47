"""Required people are workload over productive time, and a hiring plan closes its gap, by hand."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from sim.model.simulation import run
from sim.record.record import Record
from sim.scenario.schema import Scenario
from sim.study.hiring import Pipeline, classes, smoothed
from tests.people import VENDOR, bare

MINUTES = 30.0
CLAIMS = (
    "hospital.inpatient.claims_per_year=20000",
    f"queues.coding_inpatient.minutes={MINUTES}",
    "hospital.inpatient.weekday_profile=[1, 1, 1, 1, 1, 1, 1]",
)


def coders(scene: Scenario) -> tuple[Record, list[tuple[float, float]]]:
    """A run, and its weeks: charts that came to the coders, and the people required for them."""
    record = run(scene, 0)
    queues, weeks = record.queues, record.weeks
    came = [
        n
        for n, q in zip(queues["arrived"], queues["queue"], strict=True)
        if q == "coding_inpatient"
    ]
    needed = [
        x for x, t in zip(weeks["required"], weeks["team"], strict=True) if t == "coding_inpatient"
    ]
    return record, list(zip(came, needed, strict=True))


def test_round_the_clock_a_person_is_a_week_of_minutes() -> None:
    _, weeks = coders(bare(10, *CLAIMS, days=70))
    assert len(weeks) == 10
    assert weeks[5][0] > 300
    for came, needed in weeks:
        assert needed == pytest.approx(came * MINUTES / (7 * 24 * 60), rel=1e-12)


def test_office_hours_absence_breaks_target_and_multiplier_are_in_it() -> None:
    """Five shifts of 8 hours, four in the week of a holiday: 20 % breaks, 10 % absent, target 0.8,
    half as long again per item."""
    office = (
        "calendar.workdays=[0, 1, 2, 3, 4]",
        "calendar.shift_start_hour=8",
        "calendar.shift_hours=8",
        "calendar.shrinkage_share=0.2",
        "calendar.absence_share=0.1",
        "calendar.country=US",
        "start=2025-05-19",
        f"{VENDOR}.target_occupancy=0.8",
        f"{VENDOR}.handle_time_multiplier=1.5",
    )
    _, weeks = coders(bare(20, *CLAIMS, *office, days=35))
    for i, (came, needed) in enumerate(weeks):
        shifts = 4 if i in (1, 4) else 5  # Memorial Day and Juneteenth
        a_week = shifts * 8 * 60 * 0.8 * 0.9
        assert needed == pytest.approx(came * MINUTES * 1.5 / a_week / 0.8, rel=1e-12), i


def test_a_dated_volume_is_required_when_it_comes() -> None:
    """Twice the claims from the 36th day on: the weeks after it need what twice the work needs.

    Some 380 claims a week, five weeks each: a ratio off by 0.15 is four standard errors of counts
    (one study in 16,000) where days vary like a Poisson count."""
    double = "timeline=[{kind: volume, on: 2025-02-05, factor: 2}]"
    steady = "hospital.arrivals.day_cv=0"
    _, weeks = coders(bare(20, *CLAIMS, steady, double, "start=2025-01-01", days=84))
    before, after = (np.mean([n for _, n in weeks[a:b]]) for a, b in ((0, 5), (6, 11)))
    assert after / before == pytest.approx(2.0, abs=0.15)


def pipeline(**changed: object) -> Pipeline:
    """Two weeks to find somebody, two in class, none nesting, a class every four weeks."""
    usual: dict[str, object] = {
        "time_to_fill": 14,
        "classroom": 14,
        "nesting": 0,
        "class_every": 28,
        "most": None,
        "mentor_share": 0.0,
        "dropout_share": 0.0,
        "leave_per_year": 0.0,
    }
    return Pipeline(**(usual | changed))  # type: ignore[arg-type]


def test_a_constant_gap_is_closed_by_the_first_class_that_can_be_had() -> None:
    """10 needed, 6 there: requisitions in week 2 for the class of week 4, at desks in week 6."""
    [only] = classes([10.0] * 30, 6.0, 0.0, pipeline())
    assert (only.requisition_week, only.start_week, only.desk_week, only.people) == (2, 4, 6, 4)
    assert (only.missing, only.left) == (4.0, 0.0)


def test_who_is_in_class_already_is_not_hired_again() -> None:
    [only] = classes([10.0] * 30, 6.0, 3.0, pipeline())
    assert only.people == 1


def test_expected_leavers_are_replaced_at_the_rate_written() -> None:
    """With half of 100 leaving a year, a class of every four weeks replaces four weeks' leavers."""
    rate = 0.5
    found = classes([100.0] * 100, 100.0, 0.0, pipeline(leave_per_year=rate))
    # Two weeks of class and four until the next: so many of a class are there on average.
    survive = np.mean([exp(-rate * 7 * w / 365.25) for w in range(2, 6)])
    per_class = 100.0 * (1.0 - exp(-rate * 28 / 365.25)) / survive
    later = [c.people for c in found[2:]]
    assert np.mean(later) == pytest.approx(per_class, abs=1.0 / len(later))
    assert set(later) <= {3, 4, 5}
    # The first has to make up for those who have left by the four weeks from the sixth on.
    first = 100.0 * np.mean([1.0 - exp(-rate * 7 * w / 365.25) for w in range(6, 10)])
    assert found[0].people == round(first / survive)


def test_class_size_dropouts_and_mentors_are_in_it() -> None:
    need = [10.0] * 12
    assert [c.people for c in classes(need, 0.0, 0.0, pipeline(most=6))] == [6, 4]
    # Half drop out, so twice as many start.
    assert classes([10.0] * 40, 6.0, 0.0, pipeline(dropout_share=0.5))[0].people == 8
    # While four weeks of nesting cost a quarter of a mentor, 4 / 0.75 are needed.
    first = classes([10.0] * 40, 6.0, 0.0, pipeline(nesting=28, mentor_share=0.25))[0]
    assert (first.people, first.full_week) == (5, 10)
    assert first.left == pytest.approx(4 - 5 * 0.75)


def test_a_need_of_later_is_met_in_time_and_a_quarter_smooths_holidays() -> None:
    """5 more from week 20 on: the class whose four weeks begin there starts two weeks before."""
    step = [10.0] * 18 + [15.0] * 20
    [only] = classes(step, 10.0, 0.0, pipeline())
    assert (only.desk_week, only.people) == (18, 5)
    spiky = [13.0 if w % 13 == 0 else 0.0 for w in range(52)]
    assert smoothed(spiky)[10:40] == pytest.approx([1.0] * 30)
