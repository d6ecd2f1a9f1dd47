"""`extends`, merging by name, `!replace` and `--set`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.scenario import ScenarioError, layers
from sim.scenario.layers import assemble

Write = Callable[[str, str], Path]
Load = Callable[..., Any]


def said(call: Callable[[], object]) -> str:
    with pytest.raises(ScenarioError) as caught:
        call()
    return str(caught.value)


def test_a_file_without_extends_is_itself(load: Load) -> None:
    scenario = load().scenario
    assert [vendor.name for vendor in scenario.vendors] == ["generalist", "specialist"]


def test_mappings_are_merged_and_named_items_meet_by_name(load: Load) -> None:
    scenario = load(
        """
extends: base.yaml
vendors:
  - {name: third, turnover: 0.1}
  - {name: generalist, turnover: 0.5}
profile: [9]
calendar: {saturdays: true}
"""
    ).scenario
    assert [vendor.name for vendor in scenario.vendors] == ["generalist", "specialist", "third"]
    assert scenario.vendors[0].turnover == 0.5
    assert scenario.vendors[0].mix == {"none": 0.75, "CPC": 0.25}
    assert scenario.profile == (9,)
    assert scenario.calendar.saturdays
    assert scenario.name == "base"


def test_replace_takes_the_place_of_a_mapping_list_or_item(load: Load) -> None:
    scenario = load(
        """
extends: base.yaml
vendors: !replace
  - {name: generalist, turnover: 0.2, mix: {CPC: 1}}
teams:
  - !replace {name: coding, vendor: generalist, queues: [denials]}
"""
    ).scenario
    assert [vendor.name for vendor in scenario.vendors] == ["generalist"]
    assert scenario.vendors[0].mix == {"CPC": 1}
    assert scenario.teams[0].headcount == "auto"
    mix = load("extends: base.yaml\nvendors: [{name: generalist, mix: !replace {RN: 1}}]").scenario
    assert mix.vendors[0].mix == {"RN": 1}


def test_an_empty_list_replaces(load: Load) -> None:
    assert load("extends: base.yaml\nvendors: []\nteams: []").scenario.vendors == ()


def test_later_files_win_and_a_shared_base_counts_once(write: Write) -> None:
    write("d.yaml", "x: d\ny: d\nz: d")
    write("b.yaml", "extends: d.yaml\nx: b\ny: b")
    write("c.yaml", "extends: d.yaml\ny: c")
    path = write("a.yaml", "extends: [b.yaml, c.yaml]\nw: a")
    assert assemble(path).plain() == {"x": "b", "y": "c", "z": "d", "w": "a"}


def test_extends_is_relative_to_the_file_that_says_it(write: Write) -> None:
    write("one/two/deep.yaml", "a: 1")
    write("one/middle.yaml", "extends: two/deep.yaml\nb: 2")
    path = write("top.yaml", "extends: one/middle.yaml\nc: 3")
    assert assemble(path).plain() == {"a": 1, "b": 2, "c": 3}


def test_shipped_files_are_found_after_those_beside(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("shipped/base.yaml", "a: shipped")
    write("shipped/other.yaml", "a: other")
    monkeypatch.setattr(layers, "shipped_configs", lambda: Path("shipped"))
    write("here/base.yaml", "a: beside")
    assert assemble(write("here/x.yaml", "extends: base.yaml")).plain() == {"a": "beside"}
    assert assemble(write("here/y.yaml", "extends: other.yaml")).plain() == {"a": "other"}


def test_a_cycle_is_spelled_out_where_it_closes(write: Write) -> None:
    write("a.yaml", "extends: b.yaml")
    write("b.yaml", "name: b\nextends: [./a.yaml]")
    text = said(lambda: assemble(Path("a.yaml")))
    assert text.startswith("b.yaml:2:11: ")
    assert "a.yaml -> b.yaml -> a.yaml" in text
    write("self.yaml", "extends: self.yaml")
    assert "self.yaml -> self.yaml" in said(lambda: assemble(Path("self.yaml")))


def test_a_long_chain_ends(write: Write) -> None:
    for level in range(30):
        write(f"f{level}.yaml", f"extends: f{level + 1}.yaml")
    assert "more than 20 deep" in said(lambda: assemble(Path("f0.yaml")))


@pytest.mark.parametrize("extends", ["3", "{a: b}", "[base.yaml, 3]", "''", "~"])
def test_extends_names_files(write: Write, extends: str) -> None:
    assert "must be a file name" in said(lambda: assemble(write("x.yaml", f"extends: {extends}")))


def test_a_missing_base_is_reported_at_the_word_that_names_it(write: Write) -> None:
    text = said(lambda: assemble(write("x.yaml", "name: x\nextends: bsae.yaml")))
    assert text.startswith('x.yaml:2:10: there is no file "bsae.yaml"')
    assert 'did you mean "base.yaml"?' in text


def test_set_reaches_values_by_name_index_and_default(load: Load) -> None:
    scenario = load(
        None,
        "vendors.generalist.turnover=0.1",
        "vendors.1.turnover=1e-1",
        "vendors.generalist.mix.CPC=1",
        "vendors.generalist.mix.RN=0.5",
        "calendar.saturdays=true",
        "profile.1=7",
        "teams.coding.queues=[edits]",
        "name=a=b",
        "seed=5",
        "seed=6",
    ).scenario
    assert [vendor.turnover for vendor in scenario.vendors] == [0.1, 0.1]
    assert scenario.vendors[0].mix == {"none": 0.75, "CPC": 1, "RN": 0.5}
    assert scenario.calendar.saturdays
    assert scenario.profile == (1, 7, 3)
    assert scenario.teams[0].queues == ("edits",)
    assert (scenario.name, scenario.seed) == ("a=b", 6)


def test_set_merges_and_replaces_as_a_file_does(load: Load) -> None:
    merged = load(None, "vendors.generalist={turnover: 0.2}", "vendors=[{name: n, turnover: 0}]")
    assert [vendor.name for vendor in merged.scenario.vendors] == ["generalist", "specialist", "n"]
    assert merged.scenario.vendors[0].mix
    replaced = load(None, "vendors.generalist.mix=!replace {RN: 1}")
    assert replaced.scenario.vendors[0].mix == {"RN": 1}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("vendors.genralist.turnover=1", 'there is no "genralist" in "vendors"'),
        ("vendors.genralist.turnover=1", 'did you mean "generalist"?'),
        ("vendors.generalist.turnver=1", 'did you mean "turnover"?'),
        ("calender.saturdays=true", 'did you mean "calendar"?'),
        ("calendar.saturday=true", 'did you mean "saturdays"?'),
        ("vendors.7.turnover=1", 'there is no "7" in "vendors"'),
        ("seed.x=1", 'there is no "x" in "seed"'),
        ("seed", "must be path=value"),
        ("=1", "must be path=value"),
        ("a..b=1", "must be path=value"),
        ("seed=[1", "not valid YAML"),
        ("seed=012", "012 starts with 0"),
        ("seed=*x", "anchors and aliases"),
        ("seed=.inf", "not a finite number"),
        ("seed=no", 'should be a valid integer (got "no")'),
        ("vendors.generalist.turnover=3", "vendors.generalist.turnover: should be less than"),
    ],
)
def test_a_wrong_set_is_quoted_and_mended(load: Load, option: str, message: str) -> None:
    text = said(lambda: load(None, option))
    assert text.startswith(f"--set {option}: ")
    assert message in text


def test_all_wrong_sets_are_reported_at_once(load: Load) -> None:
    assert len(said(lambda: load(None, "a=1", "b=2", "c")).splitlines()) == 3


def test_a_path_is_relative_to_the_file_that_writes_it(write: Write, load: Load) -> None:
    write("data/far.yaml", "extends: ../base.yaml\ncounts: days.csv")
    here = Path.cwd()
    assert load("extends: data/far.yaml").scenario.counts == str(here / "data" / "days.csv")
    assert load("extends: base.yaml\ncounts: x/y.csv").scenario.counts == str(here / "x" / "y.csv")
    assert load(None, "counts=z.csv").scenario.counts == str(here / "z.csv")
    assert load(None, "counts=/abs.csv").scenario.counts == "/abs.csv"
    assert load(None, "counts=~").scenario.counts is None
