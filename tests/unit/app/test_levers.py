"""What can be turned, and the scenario file that it makes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from sim.app.desk import Desk, Turned, desk
from sim.app.levers import CHANGES, Change, dated, levers, told, what_if
from sim.model.demand import staffing
from sim.scenario.checked import Scenario, load
from sim.scenario.layers import shipped_configs
from sim.scenario.problems import ScenarioError

BASE = str(shipped_configs() / "typical_generalist.yaml")
RATE = "vendors.typical_generalist.turnover.annual_rate"
ROSTER = {
    "extends": "in_house.yaml",
    "name": "mine",
    "teams": [{"name": "ar", "headcount": {"none": 7, "CPC": 2}}],
}


def planned(scenario: Scenario) -> dict[str, float]:
    teams = zip(scenario.model.teams, staffing(scenario.model), strict=True)
    return {str(team.name): staffed.planned for team, staffed in teams}


def test_each_lever_stands_where_the_scenario_does_within_what_is_allowed() -> None:
    scenario = load(BASE)
    found = {lever.path: lever for lever in levers(scenario, planned(scenario))}
    assert len(found) == 11
    for lever in found.values():
        assert lever.low <= lever.value <= lever.high, lever
    assert (found[RATE].value, found[RATE].whole) == (0.39, False)
    assert found["vendors.typical_generalist.target_occupancy"].high <= 1.0
    claims = found["hospital.outpatient.claims_per_year"]
    assert (claims.value, claims.step) == (330_000, 100)
    assert found["teams.ar.headcount"].value == round(planned(scenario)["ar"])


def test_a_roster_by_certification_has_a_lever_for_each() -> None:
    scenario = load(ROSTER)
    found = {lever.path: lever.value for lever in levers(scenario, planned(scenario))}
    assert found["teams.ar.headcount.none"] == 7
    assert found["teams.ar.headcount.CPC"] == 2


@pytest.mark.parametrize("end", ["low", "high"])
def test_every_lever_makes_a_scenario_at_its_ends(end: str) -> None:
    """But for the lowest occupancy to plan for, where people would be without number."""
    scenario = load(BASE)
    values = {lever.path: getattr(lever, end) for lever in levers(scenario, planned(scenario))}
    changed = load(what_if("typical_generalist.yaml", scenario, values, ()))
    for path, value in values.items():
        assert changed.get(path) == pytest.approx(value), path


EVENTS = {
    "class": {"people": 10, "team": "ar"},
    "certify": {"people": 3, "team": "ar", "to": "CPC"},
    "transfer": {"people": 5, "from_team": "ar", "to_team": "clinical"},
    "wage": {"vendor": "typical_generalist", "factor": 1.08},
    "staffing": {"headcount": 12.0, "team": "ar"},
    "volume": {"factor": 1.08},
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.kind)
def test_a_dated_change_is_an_event_of_the_timeline(change: Change) -> None:
    asked = EVENTS[change.kind]
    number = {"wage": 8, "volume": 8, "staffing": 12}.get(change.kind, asked.get("people"))
    team = str(asked.get("team", asked.get("from_team", ""))) if change.team else ""
    other = str(asked.get("to", asked.get("to_team", asked.get("vendor", ""))))
    assert isinstance(number, int)
    event = dated(change, date(2025, 3, 3), number, team, other if change.other else "")
    assert event == {"kind": change.kind, "on": "2025-03-03", **asked}
    scenario = load(BASE)
    after = load(what_if("typical_generalist.yaml", scenario, {}, [event])).model.timeline
    assert [e.kind for e in after] == [*(e.kind for e in scenario.model.timeline), change.kind]
    assert told(event).startswith(f"2025-03-03: {change.label[0].lower()}")


def test_what_was_turned_is_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    root = tmp_path
    mine = desk(root, "../../etc", BASE)
    assert mine.folder.parent == root, "no address leads out of the folder"
    mine.keep()
    mine.turn(Turned(BASE, {RATE: 0.5}))
    mine.turn(Turned(BASE, {RATE: 0.6}))
    again = desk(root, mine.folder.name, BASE)
    assert again.now == mine.now
    again.undo()
    assert again.now.values == {RATE: 0.5}
    again.undo()
    again.undo()
    assert not again.now.changed


def test_the_what_if_is_a_file_that_every_command_opens(tmp_path: Path) -> None:
    mine = Desk(tmp_path, Turned(BASE, {RATE: 0.5}))
    file = mine.written()
    said = yaml.safe_load(file.read_text())
    assert said["extends"] == "typical_generalist.yaml", "found on every machine"
    assert load(file).get(RATE) == 0.5
    assert mine.put_aside() == "what_if_1"
    mine.now = Turned(BASE, {RATE: -1.0})
    with pytest.raises(ScenarioError):
        mine.written()
    assert load(file).get(RATE) == 0.5, "the file of before is left"


def test_rosters_are_answered_at_full_size(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(yaml.safe_dump(ROSTER))
    assert Desk(own.parent, Turned(str(own))).size()[0] in (0.05, 1.0)
    assert Desk(own.parent, Turned(BASE)).size()[0] == 0.05
