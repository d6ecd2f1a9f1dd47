"""The parameter page tells the values of the shipped files, and has every row code they cite."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.schema import Scenario

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "parameters.md").read_text(encoding="utf-8")
CONFIGS = REPOSITORY / "configs"
FILES = [
    CONFIGS / "base.yaml",
    CONFIGS / "front_end.yaml",
    CONFIGS / "audits.yaml",
    CONFIGS / "strain.yaml",
    *sorted((CONFIGS / "vendors").glob("*.yaml")),
]
NOTES = ("unit", "conf.", "range", "source and reasoning")
NOT_SET = "–"
ROW_CODE = re.compile(r"\b(?:[A-J][1-9]|[C-J])\b")  # a letter A or B alone is no row


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Values with their dotted paths; list items by name or else index, plain lists whole."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from leaves(child, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, item in enumerate(value):
            inside = {key: child for key, child in item.items() if key != "name"}
            yield from leaves(inside, (*path, item.get("name", str(index))))
    else:
        yield ".".join(path), value


def written() -> list[tuple[str, Any]]:
    """What the files say; a part's own name and place are not parameters."""
    found: list[tuple[str, Any]] = []
    for file in FILES:
        content = yaml.safe_load(file.read_text("utf-8"))
        if "extends" in content:
            content = {k: v for k, v in content.items() if k in ("hospital", "queues")}
        found += leaves(content)
    return found


def documented() -> list[tuple[str, Any]]:
    """What the tables of the page say; `*` in a path stands for the head of a column."""
    found: list[tuple[str, Any]] = []
    header: list[str] = []
    for line in PAGE.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif not header:
            header = cells
        elif header[0] == "path" and not cells[0].startswith("---"):
            path, *values = cells
            found += [
                (path.replace("*", name), yaml.safe_load(value))
                for name, value in zip(header[1:], values, strict=True)
                if name not in NOTES and value != NOT_SET
            ]
    return found


def anchors() -> list[str]:
    """Where links into the page can lead."""
    titles = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


def test_each_value_stands_on_the_page_once_and_is_the_one_in_the_files() -> None:
    paths = [path for path, _ in documented()]
    assert sorted(paths) == sorted(path for path, _ in written())
    assert dict(documented()) == dict(written())


def test_the_page_has_every_row_code_that_the_files_and_the_schema_cite() -> None:
    comments = [
        line.partition("#")[2] for file in FILES for line in file.read_text("utf-8").splitlines()
    ]
    sources = re.findall(r'"source": "([^"]*)"', json.dumps(Scenario.model_json_schema()))
    cited = {code for text in [*comments, *sources] for code in ROW_CODE.findall(text)}
    headings = set(re.findall(r"^### ([A-J][1-9]?) ", PAGE, re.MULTILINE))
    assert {"A4", "C", "H1", "H2"} <= cited
    assert cited <= headings


def test_every_link_of_the_page_leads_somewhere() -> None:
    targets = dict(re.findall(r"^\[([\w-]+)\]: (\S+)$", PAGE, re.MULTILINE))
    used = set(re.findall(r"\]\[([\w-]+)\]", PAGE)) | set(re.findall(r"\[([A-J]\d?)\]", PAGE))
    assert used == set(targets)
    inside = [target for target in targets.values() if target.startswith("#")]
    inside += re.findall(r"\]\((#[\w-]+)\)", PAGE)
    assert {target[1:] for target in inside} <= set(anchors())
