"""What is no number is answered with the number that was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.scenario.meant import decimal_comma, number_meant, percent_meant
from sim.scenario.problems import ScenarioError


@pytest.mark.parametrize(
    ("text", "highest", "advice"),
    [
        ("0,06", 1, "write 0.06"),
        ("0,06", None, "write 0.06"),
        ("1,5", 20, "write 1.5"),
        ("1,500", 20, "write 1.5"),
        ("1,500", 1_000_000, "write 1500"),
        ("1'234'567", None, "write 1234567"),
        ("330 000", 5e6, "write 330000"),
        ("42%", 1, "write 0.42"),
        ("42 %", 1, "write 0.42"),
        ("0,6 %", 1, "write 0.006"),
        ("39 per cent", 10, "write 0.39"),
        ("25%", 1_000_000, ""),
        ("$ 1,500", 1_000_000, "write 1500"),
        ("25 USD", 1_000_000, "write 25"),
        ("30 days", 730, "write 30, without the unit"),
        ("8:30", 24, "write 8.5"),
        ("0.42", 1, "write 0.42"),
        ("1/4", 1, "write 0.25"),
        ("22/9/3", 1, "write a number for each name: 22/9/3 is 0.647, 0.265, 0.088 of 34"),
        ("0/0", 1, ""),
        ("two thirds", 1, ""),
        ("", 1, ""),
    ],
)
def test_a_text_that_stands_for_a_number(text: str, highest: float | None, advice: str) -> None:
    assert number_meant(text, highest) == advice


@pytest.mark.parametrize(
    ("value", "highest", "advice"),
    [
        (42, 1, "write 0.42 for 42 %"),
        (6.5, 1, "write 0.065 for 6.5 %"),
        (1, 1, ""),
        (101, 1, ""),
        (42, 20, ""),
        (42, None, ""),
        (-3, 1, ""),
    ],
)
def test_a_number_too_large_for_a_share(value: float, highest: float, advice: str) -> None:
    assert percent_meant(value, highest) == advice


@pytest.mark.parametrize(
    ("before", "after", "advice"),
    [
        ("a: {b: 0,", "06", "write 0.06, with a point, if this is one number"),
        ("a: {b: 12,", "5", "write 12.5, with a point, if this is one number"),
        (
            "a: {b: 330,",
            "000",
            "write 330.000, with a point, if this is one number, or 330000 for thousands",
        ),
        ("a: {b: 0, ", "06", ""),
        ("a: [x,", "06", ""),
        ("a: [1,", "x", ""),
    ],
)
def test_a_comma_that_split_a_number(before: str, after: str, advice: str) -> None:
    assert decimal_comma(before, after) == advice


def refused(load: Callable[..., Any], text: str, *overrides: str) -> str:
    with pytest.raises(ScenarioError) as error:
        load(text, *overrides)
    return str(error.value)


def test_a_scenario_gets_the_advice_where_the_value_stands(load: Callable[..., Any]) -> None:
    head = "extends: base.yaml\nvendors: [{name: generalist, "
    said = refused(load, head + "turnover: 0,06}]")
    assert "file.yaml:2:42: 06 starts with 0, which some read as octal; write 0.06" in said
    assert "write 6" not in said
    assert "a key must be text; write 0.6" in refused(load, head + "turnover: 0,6}]")
    assert "write 0.42" in refused(load, head + "turnover: 42 %}]")
    assert "(got 42); allowed" in (said := refused(load, head + "turnover: 42}]"))
    assert "write 0.42 for 42 %" in said
    assert "22/9/3 is 0.647, 0.265, 0.088 of 34" in refused(load, head + "mix: 22/9/3}]")
    assert "write 0.06" in refused(load, "extends: base.yaml", "vendors.generalist.turnover=0,06")


def test_a_misspelt_item_gets_the_nearest_name(load: Callable[..., Any]) -> None:
    said = refused(load, "extends: base.yaml\nteams: [{name: codng, headcount: 3}]")
    assert "file.yaml:2:9: teams.codng: required keys are missing: vendor, queues; " in said
    assert '; "codng" is new; did you mean "coding"?' in said
    said = refused(load, "extends: base.yaml\nvendors: [{name: generalits}]")
    assert "vendors.generalits.turnover: a required key is missing" in said
    assert 'did you mean "generalist"?' in said
    said = refused(load, "extends: base.yaml\nvendors: [{name: xyz}]")
    assert "new" not in said
