"""Forecasts from the state of a simulated truth in mid-run hold what then comes.

Four floors; `python -m tests.floors --floors 100` takes a hundred, with more weeks and futures.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from sim.model.simulation import run
from sim.scenario.load import load
from sim.scenario.stock import at_payers, open_work
from sim.study.today import write_state
from tests import floors
from tests.scenarios import scenario

FLOORS = 4


def test_the_band_holds_about_four_weeks_in_five(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage by floor scatters by 0.1, so that of four has a standard error of 0.05: a band that
    holds 80 % lies outside 0.6 to 1 in one try of ten thousand, one that holds half in nearly all.
    """
    monkeypatch.setattr(floors, "AHEAD", 5)
    monkeypatch.setattr(floors, "BEFORE", 12)
    found = [floors.covered(floors.spread(floors.held(seed, 9))) for seed in range(FLOORS)]
    assert 0.6 < sum(found) / FLOORS < 1.0


def test_a_state_in_mid_run_is_that_of_the_run(tmp_path: Path) -> None:
    """As many wait, or are in somebody's hands, as the record has it; the same people are there."""
    truth = floors.truth(3)
    day = 7 * floors.BEFORE
    ahead = floors.ahead(3, tmp_path)
    record = run(truth, 0)
    waiting = {
        queue: level
        for queue, week, level in zip(
            record.queues["queue"], record.queues["week"], record.queues["backlog"], strict=True
        )
        if week == floors.BEFORE - 1
    }
    assert ahead.state is not None
    assert ahead.start == floors.START + timedelta(day)
    lines = [line.said for line in open_work(ahead.state)]
    people = sum(floors.HEADS.values())
    for queue, level in waiting.items():
        counted = sum(line.count for line in lines if line.queue == queue)
        assert level <= counted <= level + people, queue
    assert sum(waiting.values()) > 50
    sent = [line.said for line in at_payers(ahead.state)]
    began, at = record.claims["first_day"], record.claims["closed_day"]
    there = ((began >= 0) & (began < day) & ((at < 0) | (at >= day))).sum()
    away = sum(line.count for line in sent if line.awaiting not in ("physician", "bill_hold"))
    back = ("edits", "records", "denials_technical", "denials_clinical", "follow_up")
    came_back = sum(line.count for line in lines if line.queue in back)
    assert away + came_back == pytest.approx(there, rel=0.1), "edits may be of claims not sent yet"
    employed = [
        (hired, left or "9999")
        for hired, left in zip(record.agents["hired"], record.agents["left"], strict=True)
    ]
    on = ahead.start.isoformat()
    persons = sum(
        len(Path(team.roster).read_text().splitlines()) - 1
        for team in ahead.teams
        if team.roster is not None
    )
    assert persons == sum(hired <= on <= left for hired, left in employed)


def test_a_run_that_starts_there_has_what_is_written(tmp_path: Path) -> None:
    ahead = floors.ahead(1, tmp_path)
    record = run(ahead, 0)
    assert ahead.state is not None
    for queue, week, opening in zip(
        record.queues["queue"], record.queues["week"], record.queues["opening"], strict=True
    ):
        if week == 0:
            lines = open_work(ahead.state)
            assert opening == sum(x.said.count for x in lines if x.said.queue == queue)


def test_a_state_is_of_the_run_and_at_full_size(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lies outside the run"):
        write_state(floors.truth(1), 0, date(2031, 1, 1), tmp_path)
    with pytest.raises(ValueError, match="persons can only be at"):
        write_state(scenario(), 0, date(2025, 2, 3), tmp_path)
    assert not list(tmp_path.iterdir())


def test_positions_that_are_open_go_on_being_filled(tmp_path: Path) -> None:
    """All walk out of a team of three: three positions have been open for a week."""
    shock = {"kind": "attrition_shock", "on": "2025-03-10", "team": "coding_outpatient", "share": 1}
    scene = load(
        {
            "extends": "generalist.yaml",
            "start": "2025-03-03",
            "horizon_days": 60,
            "kpi_from_days": 0,
            "kpi_until_days": 0,
            "drain_days": 0,
            "timeline": [shock],
            "vendors": [
                {
                    "name": "generalist",
                    "turnover": {"annual_rate": 0},
                    "hiring": {"policy": "replace_on_exit", "time_to_fill_days": 40},
                }
            ],
        },
        [*floors.FLOOR, *(f"teams.{team}.headcount={n}" for team, n in floors.HEADS.items())],
    ).scenario
    written = write_state(scene, 0, date(2025, 3, 17), tmp_path)
    said = {
        "extends": ["generalist.yaml", str(written)],
        "horizon_days": 60,
        "kpi_from_days": 0,
        "kpi_until_days": 0,
    }
    found = load(said, floors.FLOOR).scenario
    assert found.state is not None
    assert [(r.team, r.days_open) for r in found.state.requisitions] == [
        ("coding_outpatient", 7)
    ] * 3
