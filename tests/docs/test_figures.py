"""Tables of docs/ that quote studies, the book or sums on paper are those made of them now."""

from __future__ import annotations

import re

import pytest

from docs.figures import LEVERS, TABLES, filled
from docs.studies import (
    IMAGES,
    REFERENCE,
    ROOT,
    STUDIES,
    kept,
    picture_digest,
    read,
    table,
    tables_digest,
)
from sim.cli import COMMANDS
from tests.docs.test_generated import page


@pytest.mark.parametrize("name", sorted({name for name, _ in TABLES.values()}))
def test_the_tables_of_a_page_are_those_of_the_studies(name: str) -> None:
    assert page(name) == filled(name, page(name)), f"docs/{name}: make docs"


def test_every_study_is_a_command_and_its_tables_are_kept() -> None:
    tables = {kept(name, one) for name, study in STUDIES.items() for one in study.tables}
    assert {*REFERENCE.glob("*.csv")} == {*tables, REFERENCE / "small.csv"}
    for name, study in STUDIES.items():
        assert study.command.split()[0] in COMMANDS
        assert all(read(kept(name, one).stem) for one in study.tables), name
    for pattern in re.findall(r"\S*\*\S*", STUDIES["levers"].command):
        assert len(list(ROOT.glob(pattern))) == 21


def test_pictures_were_drawn_of_the_tables_that_are_kept() -> None:
    """A table that has moved since leaves its picture behind; `make figures` draws it again."""
    noted = {row["picture"]: row for row in table(IMAGES / "pictures.csv")}
    drawn = {study.picture[1]: name for name, study in STUDIES.items() if study.picture}
    # The newcomers are drawn of a log that is not here; tests/backtests looks after them.
    assert set(noted) == {*drawn, "newcomers"}
    assert {path.stem for path in IMAGES.glob("*.png")} == {*noted, "flow"}
    for picture, row in noted.items():
        assert row["png_sha256"] == picture_digest(picture), picture
    for picture, study in drawn.items():
        assert noted[picture]["drawn_of_sha256"] == tables_digest(study), f"{picture}: make figures"


def test_every_shipped_scenario_is_named_on_a_page() -> None:
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "scenarios").glob("*.md"))
    for path in (ROOT / "configs").glob("*.yaml"):
        if path.stem not in ("base", "front_end"):
            assert re.search(rf"\b{path.stem}\b", pages), path.name
    for path in (ROOT / "configs" / "levers").glob("*.yaml"):
        levers = {name for _, members in LEVERS for name, *_ in members}
        assert path.stem in levers, path.name
