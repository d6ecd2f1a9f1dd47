"""Validation: every mistake, at the place that wrote it, with what would be right; and origins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.scenario import ScenarioError
from sim.scenario.load import load_as, show

Load = Callable[..., Any]
Write = Callable[[str, str], Path]

WRONG = """\
extends: base.yaml
name: 3
start: 05.01.2026
nmae: x
calendar: {saturdays: no, start_hour: "8"}
vendors:
  - name: generalist
    turnover: 40%
  - name: new
    mix: {CPC: 2}
teams:
  - name: coding
    headcount: 0
    queues: [coding, edts]
  - {name: other, vendor: generalist, queues: coding, headcount: 1.5}
"""


def lines(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        call()
    return [str(problem).partition("\n")[0] for problem in caught.value.problems]


def test_every_mistake_of_a_file_is_reported_with_its_place_and_remedy(load: Load) -> None:
    assert lines(lambda: load(WRONG)) == [
        "file.yaml:2:7: name: should be text (got 3); allowed: text",
        "file.yaml:3:8: start: should be a valid date in the format YYYY-MM-DD, invalid character"
        ' in year (got "05.01.2026"); allowed: a date such as 2026-01-31',
        "file.yaml:4:1: nmae: unknown key; allowed: name, seed, start, counts, vendors, teams,"
        ' profile, calendar, events, allowed, span, shares; did you mean "name"?',
        'file.yaml:5:23: calendar.saturdays: should be a valid boolean (got "no"); allowed: true or'
        " false; write true or false",
        'file.yaml:5:39: calendar.start_hour: should be a valid number (got "8"); allowed: a number;'  # noqa: E501
        " write 8",
        'file.yaml:8:15: vendors.generalist.turnover: should be a valid number (got "40%"); allowed:'  # noqa: E501
        " a number, at least 0, at most 1 (share/year); write 0.4",
        "file.yaml:9:5: vendors.new.turnover: a required key is missing; allowed: a number, at"
        " least 0, at most 1 (share/year)",
        "file.yaml:10:16: vendors.new.mix.CPC: should be less than or equal to 1 (got 2); allowed:"
        " a number, at least 0, at most 1; write 0.02 for 2 %",
        "file.yaml:13:16: teams.coding.headcount: should be greater than or equal to 1 (got 0);"
        ' allowed: a whole number, at least 1 or "auto"',
        'file.yaml:14:22: teams.coding.queues.1: is not an allowed value (got "edts"); allowed:'
        ' one of coding, edits, denials; did you mean "edits"?',
        'file.yaml:15:47: teams.other.queues: should be a list (got "coding"); allowed: a list, each'  # noqa: E501
        " one of coding, edits, denials",
        "file.yaml:15:66: teams.other.headcount: should be a valid integer (got 1.5); allowed: a"
        ' whole number, at least 1 or "auto"',
    ]


def test_a_mistake_in_an_inherited_file_is_reported_there(write: Write, load: Load) -> None:
    write("bad.yaml", "extends: base.yaml\nseed: x")
    assert lines(lambda: load("extends: bad.yaml\nname: y"))[0].startswith("bad.yaml:2:7: seed: ")


def test_missing_keys_are_reported_together_at_their_mapping(load: Load) -> None:
    assert lines(lambda: load("name: x\nteams: [{vendor: y}]\nvendors: [{name: z}]")) == [
        "file.yaml:1:1: start: a required key is missing; allowed: a date such as 2026-01-31",
        "file.yaml:2:9: teams.0: required keys are missing: name, queues",
        "file.yaml:3:11: vendors.z.turnover: a required key is missing; allowed: a number, at least"
        " 0, at most 1 (share/year)",
    ]
    assert lines(lambda: load("name: x")) == [
        "file.yaml:1:1: required keys are missing: start, vendors, teams; they may come from another"  # noqa: E501
        ' file: "extends: …"'
    ]


def test_cross_checks_run_on_valid_fields_and_find_their_place(load: Load) -> None:
    text = "extends: base.yaml\nteams:\n  - name: coding\n    vendor: nobody\n"
    assert lines(lambda: load(text)) == [
        'file.yaml:4:13: teams.coding.vendor: there is no vendor "nobody"'
    ]
    assert lines(lambda: load(None, "teams.0.vendor=x")) == [
        '--set teams.0.vendor=x: teams.coding.vendor: there is no vendor "x"'
    ]


def test_a_cross_check_may_name_items_and_missing_keys(write: Write, toy: Any) -> None:
    def checks(scenario: Any) -> list[tuple[tuple[str, ...], str]]:
        return [(("vendors", "specialist", "mix", "RN"), "no nurse"), ((), "in general")]

    assert lines(lambda: load_as(toy, checks, Path("base.yaml"))) == [
        "base.yaml:1:1: in general",
        "base.yaml:7:5: vendors.specialist.mix.RN: no nurse",
    ]


def test_values_stay_short_and_printable_in_messages(load: Load) -> None:
    (line,) = lines(lambda: load(None, f'seed="\\e[31m{"x" * 500}"'))
    assert "\x1b" not in line.partition("(got")[2]
    assert "xxx...)" in line


def test_wrong_shapes_are_named_in_words_of_the_file(load: Load) -> None:
    for option, message in (
        ("calendar=[1]", "calendar: should be a mapping; allowed: a mapping"),
        ("vendors=5", "vendors: should be a list (got 5)"),
        ("teams.coding=x", 'teams.0: should be a mapping (got "x")'),
        ("vendors.0.mix=~", "vendors.generalist.mix: should be a mapping (got null)"),
        ("name={a: 1}", "name: should be text; allowed: text"),
    ):
        (line,) = lines(lambda option=option: load(None, option))
        assert line.startswith(f"--set {option}: {message}")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("events=[{share: 1}]", ["events.0.kind: a required key is missing"]),
        (
            "events=[{kind: shok}]",
            ['events.0.kind: is not an allowed value (got "shok"); allowed: "shock" or "closure";'],
        ),
        ("events=[{kind: shock, share: 2}]", ["events.0.share: should be less than or equal to 1"]),
        ("events=[{kind: closure, onn: 1}]", ["events.0.on: a required", "events.0.onn: unknown"]),
        ("allowed=[edit]", ["allowed.0: is not an allowed value"]),
        ("allowed=al", ['allowed: should be a list (got "al"); allowed: a list, each one of']),
        ("span=[1]", ["span.1: a required key is missing; allowed: a number"]),
        ("span=[1, x]", ["span.1: should be a valid number"]),
        ("span=[1, 2, 3]", ["span: has too many items; allowed: a list, 2 or more items"]),
        ("shares={REX: 1}", ['shares.REX: unknown key; allowed: REG, DATA; did you mean "REG"?']),
    ],
)
def test_alternatives_and_fixed_lists_make_no_noise(
    load: Load, option: str, said: list[str]
) -> None:
    found = lines(lambda: load(None, option))
    assert len(found) == len(said)
    for line, start in zip(sorted(found), said, strict=True):
        assert line.startswith(f"--set {option}: {start}")


def test_yaml_text_is_not_coerced(load: Load) -> None:
    for option in ("seed='1'", "seed=1.0", "seed=true", "calendar.saturdays=1", "name=5"):
        assert len(lines(lambda option=option: load(None, option))) == 1
    assert load(None, "calendar.start_hour=9").scenario.calendar.start_hour == 9.0


def test_every_value_knows_its_origin(load: Load) -> None:
    loaded = load(
        "extends: base.yaml\nname: file\nvendors: [{name: generalist, turnover: 0.5}]", "seed=3"
    )
    assert loaded.origins == {
        "name": "file.yaml:2",
        "seed": "--set",
        "start": "base.yaml:2",
        "counts": "default",
        "vendors.generalist.name": "file.yaml:3",
        "vendors.generalist.turnover": "file.yaml:3",
        "vendors.generalist.mix.none": "base.yaml:6",
        "vendors.generalist.mix.CPC": "base.yaml:6",
        "vendors.specialist.name": "base.yaml:7",
        "vendors.specialist.turnover": "base.yaml:8",
        "vendors.specialist.mix": "default",
        "teams.coding.name": "base.yaml:10",
        "teams.coding.vendor": "base.yaml:11",
        "teams.coding.headcount": "base.yaml:12",
        "teams.coding.queues.0": "base.yaml:13",
        "teams.coding.queues.1": "base.yaml:13",
        "profile.0": "base.yaml:14",
        "profile.1": "base.yaml:14",
        "profile.2": "base.yaml:14",
        "calendar.start_hour": "default",
        "calendar.saturdays": "default",
        "events": "default",
        "allowed": "default",
        "span": "default",
        "shares": "default",
    }
    assert loaded.resolved["vendors"][0]["turnover"] == 0.5


def test_show_is_a_scenario_again(write: Write, load: Load, toy: Any) -> None:
    loaded = load(None, "vendors.specialist.mix={'no': 0.5}", "name='it: #1, no'", "profile.1=7")
    text = show(loaded)
    assert "    turnover: 0.39  # base.yaml:5\n" in text
    assert "profile: [1.0, 7.0, 3.0]  # base.yaml:14, --set\n" in text
    assert "  saturdays: false  # default\n" in text
    again = load_as(toy, lambda _: [], write("shown.yaml", text))
    assert again.scenario == loaded.scenario


def test_loading_is_deterministic(load: Load) -> None:
    assert load() == load()
