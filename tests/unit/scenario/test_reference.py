"""JSON Schema, markdown reference and look-ups by path."""

import json
from typing import Any

from sim.scenario.reference import Fields, json_schema, markdown


def test_allowed_says_type_bounds_and_unit(toy: Any) -> None:
    fields = Fields(toy)
    assert fields.allowed(["vendors", "any", "turnover"]) == (
        "a number, at least 0, at most 1 (share/year)"
    )
    assert fields.allowed(["vendors", 0, "mix", "CPC"]) == "a number, at least 0, at most 1"
    assert fields.allowed(["teams", 0, "queues", 0]) == "one of coding, edits, denials"
    assert fields.allowed(["counts"]) == "text or null"
    assert fields.allowed(["nothing", "here"]) == ""
    assert fields.keys(["calendar"]) == ["start_hour", "saturdays"]


def test_the_json_schema_describes_a_file_that_extends(toy: Any) -> None:
    schema = json.loads(json_schema(toy))
    assert schema["properties"]["extends"]["anyOf"][0] == {"type": "string"}
    assert "required" not in schema
    assert schema["$defs"]["Team"]["required"] == ["name"]
    assert schema["$defs"]["Team"]["additionalProperties"] is False


def test_the_reference_has_a_row_for_every_field(toy: Any) -> None:
    text = markdown(toy)
    titles = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert titles == ["Toy", "Vendor", "Team", "Calendar", "Shock", "Closure"]
    assert (
        "| `turnover` | Leavers | a number, at least 0, at most 1 | share/year |  | lever |  |"
        in text
    )
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == 12 + 3 + 4 + 2 + 2 + 2
