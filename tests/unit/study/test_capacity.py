"""The capacity table: full size, weeks and teams, bands, moves of people, and its summary."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.record.record import Outcome, Table
from sim.report.capacity import required
from sim.report.headline import Study
from sim.study import hiring
from sim.study.capacity import COLUMNS, capacity, summary, table
from sim.study.replicate import StudyResult

WEEKS = 20
HIRING = {
    "time_to_fill_days": 14,
    "classroom_days": 14,
    "nesting_days": 0,
    "class_every_days": 28,
    "class_size": 10,
    "mentor_share": 0.0,
    "dropout_share": 0.0,
}


def study(required: list[float], *, scale: float = 0.5, agents: Table | None = None) -> StudyResult:
    """Replications of two teams at half size: `a` needs so much, `b` one; both have two people."""
    said: dict[str, Any] = {
        "start": "2025-01-01",
        "horizon_days": 7 * WEEKS,
        "kpi_from_days": 21,
        "kpi_until_days": 14,
        "hospital": {"scale": scale},
        "teams": [
            {"name": "a", "vendor": "v", "queues": ["x", "y"]},
            {"name": "b", "vendor": "v", "queues": ["y"]},
        ],
        "vendors": [{"name": "v", "hiring": HIRING}],
    }
    nobody: Table = {c: [] for c in ("team", "hired_day", "tenure_days", "reason", "hours_share")}
    outcomes = {}
    for r, need in enumerate(required):
        people: Table = {
            "week": [w for w in range(WEEKS) for _ in "ab"],
            "team": ["a", "b"] * WEEKS,
            "required": [need, 1.0] * WEEKS,
            "producing": [2.0] * 2 * WEEKS,
            "employed": [2.5] * 2 * WEEKS,
            "volume": [10.0] * 2 * WEEKS,
            "workload_hours": [5.0] * 2 * WEEKS,
            "written_turnover": [0.0] * 2 * WEEKS,
        }
        queues: Table = {
            "week": [w for w in range(WEEKS) for _ in "xy"],
            "queue": ["x", "y"] * WEEKS,
            "backlog": [4, 6] * WEEKS,
        }
        tables = {"people": people, "queues": queues, "agents": agents or nobody}
        outcomes[r] = Outcome({}, tables)
    return StudyResult(("s",), {"s": outcomes}, 1, (), "", len(required), 0, {}, "", {"s": said})


def test_people_are_told_at_full_size_with_dates_and_bands() -> None:
    rows = capacity(study([1.0, 1.5, 2.0]), "s")
    assert len(rows) == 2 * WEEKS
    assert (rows[2].week, rows[2].week_start, rows[2].team) == (1, "2025-01-08", "a")
    means, low, high = rows[2].means, rows[2].low, rows[2].high
    assert (means["required"], means["available"], means["net"]) == (3.0, 4.0, 1.0)
    assert (low["required"], high["required"], low["net"]) == (2.0, 4.0, 0.0)
    assert rows[2].gap_share == pytest.approx(-1 / 3)
    assert (means["in_class"], means["volume"], means["workload_hours"]) == (1.0, 20.0, 10.0)
    # All of x and half of y; half of y.
    assert (means["backlog"], rows[3].means["backlog"]) == (14.0, 6.0)


def test_a_band_leaves_out_a_tenth_on_either_side() -> None:
    first = capacity(study([float(x) for x in range(1, 20)]), "s")[0]
    assert (first.low["required"], first.high["required"]) == (4.0, 36.0)  # the 2nd and the 18th


def test_leavers_hires_and_classes_are_counted_when_they_come() -> None:
    agents: Table = {
        "team": ["a", "a", "a", "a", "b", "b"],
        "hired_day": [-100.0, 15.0, 15.0, 16.0, 0.0, -5.0],
        "tenure_days": [110.0, 5.0, 100.0, 50.0, 140.0, 30.0],
        "reason": ["quit", "quit", "", "", "", "vendor switch"],
        "hours_share": [0.5, 0.5, 1.0, 1.0, 1.0, 1.0],
    }
    rows = {(r.week, r.team): r.means for r in capacity(study([1.0], agents=agents), "s")}
    assert rows[1, "a"]["leavers"] == 1.0  # half a person at half size
    assert rows[2, "a"]["leavers"] == 1.0
    assert rows[2, "a"]["hires"] == 5.0
    assert rows[2, "a"]["classes"] == 2.0  # on two days, whatever the size
    totals = {of: sum(m[of] for m in rows.values()) for of in ("leavers", "hires", "classes")}
    assert totals == {"leavers": 2.0, "hires": 5.0, "classes": 2.0}


def test_the_table_and_the_summary_say_the_same() -> None:
    found = study([1.0, 2.0])
    columns, rows = table(found)
    assert columns == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in rows)
    a, b = summary(found, "s")
    assert (a.team, a.required, a.available, a.net, a.gap_share) == ("a", 3.0, 4.0, 1.0, -1 / 3)
    assert (b.required, b.net, b.worst_net, b.worst_start) == (2.0, 2.0, 2.0, "2025-01-22")
    [shown] = required(Study(found, []))
    assert [cell.text for cell in shown.rows[0][1:5]] == ["3.0", "4.0", "+1.0", "−33 %"]


def test_nobody_required_leaves_the_gap_open() -> None:
    first = capacity(study([0.0]), "s")[0]
    assert math.isnan(first.gap_share)
    assert first.means["net"] == 4.0


def test_a_study_without_weeks_has_an_empty_table() -> None:
    bare = StudyResult(("s",), {"s": {0: Outcome({}, {})}}, 1, (), "", 1, 0, {}, "", {"s": {}})
    assert capacity(bare, "s") == []
    assert required(Study(bare, [])) == []
    assert table(bare)[1] == hiring.table(bare)[1] == []


def test_the_hiring_plan_has_dates() -> None:
    """6 required, 4 there and 1 in class: one requisition on the third Wednesday."""
    rows = hiring.table(study([3.0]))[1]
    assert rows == [("s", "a", "2025-01-15", "2025-01-29", 1, "2025-02-12", "2025-02-12", 1.0, 0.0)]
