"""Tables of docs/ that quote studies, the book or sums on paper are those made of them now."""

from __future__ import annotations

import re

import pytest

from docs.figures import LEVERS, TABLES, filled
from docs.studies import REFERENCE, ROOT, STUDIES, kept, read
from sim.cli import COMMANDS
from tests.docs.test_generated import page


@pytest.mark.parametrize("name", sorted({name for name, _ in TABLES.values()}))
def test_the_tables_of_a_page_are_those_of_the_studies(name: str) -> None:
    assert page(name) == filled(name, page(name)), f"docs/{name}: make docs"


def test_every_study_is_a_command_and_its_tables_are_kept() -> None:
    tables = {kept(name, table) for name, study in STUDIES.items() for table in study.tables}
    assert {*REFERENCE.glob("*.csv")} == {*tables, REFERENCE / "small.csv"}
    for name, study in STUDIES.items():
        assert study.command.split()[0] in COMMANDS
        for table in study.tables:
            assert read(kept(name, table).stem), name
    for pattern in re.findall(r"\S*\*\S*", STUDIES["levers"].command):
        assert len(list(ROOT.glob(pattern))) == 21


def test_every_shipped_scenario_is_named_on_a_page() -> None:
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "scenarios").glob("*.md"))
    for path in (ROOT / "configs").glob("*.yaml"):
        if path.stem not in ("base", "front_end"):
            assert re.search(rf"\b{path.stem}\b", pages), path.name
    for path in (ROOT / "configs" / "levers").glob("*.yaml"):
        levers = {name for _, members in LEVERS for name, *_ in members}
        assert path.stem in levers, path.name
