"""The scenarios that come with the program, and what is generated from the schema."""

import json
import re
from pathlib import Path

import pytest

from sim.scenario.load import load, load_as, shipped_configs, shipped_file, show
from sim.scenario.reference import json_schema, markdown
from sim.scenario.schema import Scenario

CONFIGS = shipped_configs()
FILES = sorted(CONFIGS.rglob("*.yaml"))
# Parts of scenarios: the shared world, and one vendor each.
PARTS = [
    CONFIGS / "base.yaml",
    CONFIGS / "front_end.yaml",
    CONFIGS / "audits.yaml",
    CONFIGS / "strain.yaml",
    *sorted((CONFIGS / "vendors").glob("*.yaml")),
]
SCENARIOS = [path for path in FILES if path not in PARTS]


def named(path: Path) -> str:
    return path.relative_to(CONFIGS).as_posix()


@pytest.mark.parametrize("path", SCENARIOS, ids=named)
def test_every_shipped_scenario_is_valid_and_named_after_its_file(path: Path) -> None:
    assert load(path).scenario.name == path.stem
    assert load(str(path)).scenario == load(path).scenario


def test_every_part_is_used_by_a_scenario() -> None:
    used = {
        origin.rpartition(":")[0] for file in SCENARIOS for origin in load(file).origins.values()
    }
    assert set(PARTS) <= {Path(file) for file in used}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_file_tells_editors_where_its_schema_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    assert (path.parent / found[1]).resolve() == CONFIGS / "schema.json"


def test_the_committed_json_schema_is_current() -> None:
    committed = (CONFIGS / "schema.json").read_text(encoding="utf-8")
    assert committed == json_schema(Scenario), "denialloop schema > configs/schema.json"


def test_shown_in_full_a_scenario_is_the_same_scenario(tmp_path: Path) -> None:
    loaded = load(shipped_file("specialized.yaml"), ["hospital.scale=0.25"])
    (tmp_path / "shown.yaml").write_text(show(loaded), encoding="utf-8")
    again = load_as(Scenario, lambda _: [], tmp_path / "shown.yaml")
    assert again.scenario == loaded.scenario


def test_every_field_has_description_unit_kind_and_source() -> None:
    for name, section in json.loads(json_schema(Scenario))["$defs"].items():
        for key, field in section.get("properties", {}).items():
            if "$ref" not in field:
                notes = {"description", "unit", "kind", "source"} - field.keys()
                assert not notes, f"{name}.{key} has no {notes}"


def test_the_reference_names_every_section_and_field() -> None:
    text = markdown(Scenario)
    for name, section in json.loads(json_schema(Scenario))["$defs"].items():
        assert f"\n## {name}\n" in text
        for key in section["properties"]:
            assert f"\n| `{key}` | " in text


def test_a_wheel_finds_its_scenarios_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "sim"
    (package / "scenario").mkdir(parents=True)
    monkeypatch.setattr("sim.scenario.layers.__file__", str(package / "scenario" / "layers.py"))
    assert shipped_configs() == tmp_path / "configs"
    (package / "configs").mkdir()
    assert shipped_configs() == package / "configs"
