"""The state of a simulated run on a day, in the files that a planner would write of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sim.scenario.schema import Scenario
from sim.study.store import write_file
from sim.study.tables import scenario_folders, write_csv

OPEN_WORK, AT_PAYERS, TODAY = "open_work.csv", "at_payers.csv", "today.yaml"


def write_state(
    scenario: Scenario, replication: int, on: date, folder: Path, extends: str = ""
) -> Path:
    """Simulate up to a morning, and write what is there: stock, persons, positions.

    Gives the file that begins there, a scenario on top of `extends`: `today.yaml`, beside its CSV
    files. Persons have their hours at scale 1, at which the scenario must be. Raises StudyError if
    the folder cannot be written, and ValueError if the day lies outside the run.
    """
    import yaml

    from sim.model.snapshot import Sent, Work, snapshot

    if (scale := scenario.hospital.scale) != 1.0:
        raise ValueError(f"persons can only be at hospital.scale 1, not {scale:g}")
    seen = snapshot(scenario, replication, on)
    _write_lines(folder / OPEN_WORK, Work._fields, seen.open_work)
    _write_lines(folder / AT_PAYERS, Sent._fields, seen.at_payers)
    files = scenario_folders(seen.persons)
    for team, persons in seen.persons.items():
        if persons:
            write_csv(
                folder / f"{files[team]}.csv",
                list(persons[0]),
                [list(person.values()) for person in persons],
            )
    teams: list[Mapping[str, Any]] = [
        {"name": team, "headcount": "auto", "roster": f"{files[team]}.csv"}
        if persons
        else {"name": team, "headcount": 0}
        for team, persons in seen.persons.items()
    ]
    state = {
        "as_of": date.fromordinal(on.toordinal()),  # YAML would refer to one date twice
        **({"open_work": OPEN_WORK} if seen.open_work else {}),
        **({"at_payers": AT_PAYERS} if seen.at_payers else {}),
        "requisitions": [
            {"team": team, "people": 1, "days_open": days}
            for team, opened in seen.requisitions.items()
            for days in opened
        ],
    }
    said: dict[str, Any] = {"extends": extends} if extends else {}
    said |= {"start": on, "state": state, "teams": teams}
    write_file(folder / TODAY, yaml.safe_dump(said, sort_keys=False, default_flow_style=None))
    return folder / TODAY


def _write_lines(path: Path, columns: Sequence[str], lines: Mapping[Any, Sequence[int]]) -> None:
    """Lines of claims with their number and amount."""
    rows = sorted((*line, count, cents / 100.0) for line, (count, cents) in lines.items())
    if rows:
        write_csv(path, [*columns, "count", "amount_usd"], rows)
