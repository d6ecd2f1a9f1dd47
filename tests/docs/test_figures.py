"""Tables of docs/ that quote studies, the book or sums on paper are those made of them now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from docs.coverage import TABLE as COVERAGE
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
from sim.scenario.load import load, shipped_file
from tests.docs.test_generated import page


@pytest.mark.parametrize("name", sorted({name for name, _ in TABLES.values()}))
def test_the_tables_of_a_page_are_those_of_the_studies(name: str) -> None:
    assert page(name) == filled(name, page(name)), f"docs/{name}: make docs"


def test_every_study_is_a_command_and_its_tables_are_kept() -> None:
    tables = {kept(name, one) for name, study in STUDIES.items() for one in study.tables}
    assert {*REFERENCE.glob("*.csv")} == {*tables, REFERENCE / "small.csv", COVERAGE}
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


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Numbers of a dumped scenario with their paths; members of a list by name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            name = inner.get("name", i) if isinstance(inner, dict) else i
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, int | float):
        yield path, float(value)


def told(words: str) -> list[float]:
    """Numbers of a cell; with `%` behind them, or behind a list of them, hundredths."""
    found = re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)( %)?", re.sub(r"\(.*?\)|`.*?`", "", words))
    return [float(number) / (100 if percent else 1) for number, percent in found]


@pytest.mark.parametrize(
    ("lever", "change"),
    [(name, change) for _, members in LEVERS for name, _, change in members if "→" in change],
)
def test_what_a_lever_is_said_to_change_is_what_its_file_changes(lever: str, change: str) -> None:
    folder = "" if lever == "ai_black_box" else "levers/"
    before, after = (
        dict(leaves(load(shipped_file(f"{name}.yaml")).scenario.model_dump(mode="json")))
        for name in ("generalist", f"{folder}{lever}")
    )
    moved = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    for values, words in zip(
        (before, after), change.replace("15 →", "15 % →").split("→"), strict=True
    ):
        known = {values.get(path, 0.0) for path in moved}
        known |= {1.0 - x for x in known}  # certified is who is not `none`
        missing = [x for x in told(words) if not any(abs(x - y) < 1e-9 for y in known)]
        assert missing == [], f"{lever}: {words}"


def test_every_shipped_scenario_is_named_on_a_page() -> None:
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "scenarios").glob("*.md"))
    for path in [*(ROOT / "configs").glob("*.yaml"), *(ROOT / "configs/article").glob("*.yaml")]:
        if path.stem not in ("base", "front_end"):
            assert re.search(rf"\b{path.stem}\b", pages), path.name
    for path in (ROOT / "configs" / "levers").glob("*.yaml"):
        levers = {name for _, members in LEVERS for name, *_ in members}
        assert path.stem in levers, path.name
