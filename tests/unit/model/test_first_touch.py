"""How long a chart waits for the first work on it: right to the minute, where a day is simple."""

from __future__ import annotations

import numpy as np

from sim.model.simulation import run
from tests.people import bare
from tests.scenarios import EVENLY, by_reference, for_categories, scenario, staffed, watched_queues

DAY_SHIFT = ["calendar.shift_start_hour=8", "calendar.shift_hours=8"]


def test_a_chart_is_first_touched_when_the_next_shift_begins_if_nobody_is_busy() -> None:
    """Charts come at midnight: eight hours on a workday, and days more before one."""
    scene = bare(
        400,
        "hospital.inpatient.claims_per_year=3000",
        *DAY_SHIFT,
        "calendar.workdays=[0, 1, 2, 3, 4]",
        days=60,
    )
    claims = run(scene, 0).claims
    came = np.datetime64("2025-01-01") + claims["day"]
    begins = np.busday_offset(came, 0, roll="forward")
    waited = 1440 * (begins - came).astype(int) + 8 * 60
    in_time = begins < np.datetime64("2025-01-01") + 60
    assert in_time.sum() > 300
    assert set(waited) == {480, 480 + 1440, 480 + 2880}
    assert (claims["first_touch_minutes"] == np.where(in_time, waited, -1)).all()


def test_a_chart_waits_for_those_before_it() -> None:
    """One coder and an hour for each chart: the charts of a day are begun at eight, nine, ten."""
    scene = bare(
        1,
        "hospital.inpatient.claims_per_year=700",
        *DAY_SHIFT,
        EVENLY,
        "queues.coding_inpatient.minutes=60",
        days=90,
    )
    claims = run(scene, 0).claims
    by_day = [claims["first_touch_minutes"][claims["day"] == day] for day in range(90)]
    assert max(map(len, by_day)) <= 8  # a day's work is done on the day
    assert sum(map(len, by_day)) > 100
    for waits in by_day:
        assert sorted(waits) == [60 * hour for hour in range(8, 8 + len(waits))]


def test_a_review_in_real_time_is_the_first_touch() -> None:
    """Where all charts are reviewed before they are coded, coding later is no first touch."""
    scene = scenario(
        "specialized",
        *for_categories("incidence", 0),
        "categories.DOC.incidence=1",
        "vendors.specialized.quality.realtime_review_share=1",
        *staffed(2000),
    )
    with watched_queues() as seen:
        claims = by_reference(scene).claims
    weak = dict(zip(claims["key"].tolist(), claims["first_touch_minutes"].tolist(), strict=True))
    reviewed = seen["cdi_query"].waited
    assert len(reviewed) > 100
    touched = {key: weak[key] for key in reviewed if weak[key] >= 0}
    assert touched == {key: round(1440.0 * reviewed[key]) for key in touched}
    assert len(touched) > 0.9 * len(reviewed)
