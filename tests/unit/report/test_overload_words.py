"""What overload says of a team whose people are those of a file."""

from __future__ import annotations

from math import isnan
from pathlib import Path

from sim.record.record import Outcome
from sim.report.notes import overload_notes
from sim.study.overload import overloaded
from sim.study.replicate import StudyResult
from sim.study.store import content_of
from tests.scenarios import scenario


def test_persons_of_a_roster_are_not_counted_where_their_file_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("certification,hired\nCPC,2024-01-01\n", encoding="utf-8")
    scene = scenario("generalist", "teams.ar.headcount=auto", f"teams.ar.roster={file}", scale=1)
    outcomes = {n: Outcome({"work.undone_share.follow_up": 0.5 + n / 100}, {}) for n in range(3)}
    result = StudyResult(
        ("x",), {"x": outcomes}, 1, (), "", 3, 0, {"x": ""}, "", {"x": content_of(scene)}
    )
    [found] = overloaded(result)
    assert isnan(found.planned)
    assert found.needed > 1
    said = " ".join(overload_notes(result))
    assert "Team ar has the persons of its roster; the work needs" in said
