"""The planner's question of spring: who is there, and who is moved, is what is written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sim.model.simulation import run
from sim.record.record import Record
from sim.scenario.load import load
from tests.docs.test_commands import ROOT, blocks

PAGE = ROOT / "docs" / "howto" / "spring.md"
SHORT = ("horizon_days=100", "kpi_until_days=10", "drain_days=0")
"""Until the tenth of April, when everybody has been moved; at full size."""
MOVES = {
    "spring": {},
    "class_of_ten": {("class", "coding"): 6, ("class", "denials"): 4},
    "ten_certified": {("certify", "coding"): 6, ("certify", "denials"): 4},
    "eight_per_cent_more": {},
    "five_moved": {("transfer", "ar"): 5},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page, as a reader has them."""
    target = tmp_path_factory.mktemp("spring")
    for block in blocks(PAGE):
        if block.title:
            (target / block.title).write_text(block.text, encoding="utf-8")
    return target


def test_the_example_is_the_one_of_the_page(folder: Path) -> None:
    shipped = (ROOT / "examples" / "spring.yaml").read_text(encoding="utf-8")
    assert shipped == (folder / "spring.yaml").read_text(encoding="utf-8")


def opening(record: Record) -> tuple[Counter[str], Counter[str]]:
    """Those who are there on the first day, by certification and by team."""
    agents = record.agents
    here = [i for i, day in enumerate(agents["hired_day"]) if day <= 0.0]
    held = Counter(agents["entry_certification"][i] for i in here)
    return held, Counter(first_team(agents["agent"][i]) for i in here)


def first_team(agent: str) -> str:
    """The team that somebody was hired for, which is in their label."""
    return agent.rpartition("-")[0]


@pytest.mark.parametrize("name", MOVES)
def test_people_are_those_written_to_the_head(name: str, folder: Path) -> None:
    record = run(load(folder / f"{name}.yaml", SHORT).scenario, 0)
    held, teams = opening(record)
    assert held == {"none": 22, "CPC": 9, "CCS": 3}
    assert teams == {"coding": 14, "denials": 11, "ar": 9}
    careers = record.moves.get("careers", {"change": [], "agent": []})
    told = Counter(
        (change, first_team(agent))
        for change, agent in zip(careers["change"], careers["agent"], strict=True)
    )
    assert told == MOVES[name]
