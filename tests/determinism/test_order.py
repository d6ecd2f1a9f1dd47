"""Order and layout say nothing: the same scenario, however written, has one hash and one record."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sim.model.simulation import run
from sim.record.record import Record
from sim.scenario.fields import Model
from sim.scenario.load import load
from sim.scenario.schema import Scenario
from sim.study.store import content_hash, content_of
from tests.digests import digests
from tests.random_scenarios import random_scenario
from tests.scenarios import scenario
from tests.today import AT_PAYERS, OPEN_WORK, today

SEEDS = range(0, 24, 2)
Change = Callable[[Any], Any]
ORDERED = {"teams", "programmes", "appeal_levels", "shifts"}
"""Lists whose order says something, besides numbers and the queues of a team."""
SETS_OF_NUMBERS = {"months", "workdays"}


def data_of(scene: Scenario) -> dict[str, Any]:
    data: dict[str, Any] = scene.model_dump(mode="json")
    return data


def shuffled(value: Any, rng: random.Random, key: str = "") -> Any:
    """The same in another order, where the order says nothing."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {k: shuffled(value[k], rng, k) for k in keys}
    if isinstance(value, list):
        items = [shuffled(item, rng, f"{key}[]") for item in value]
        numbers = all(isinstance(item, int | float) for item in items)
        of_a_team = key == "queues" and all(isinstance(item, str) for item in items)
        if key not in ORDERED and not of_a_team and (not numbers or key in SETS_OF_NUMBERS):
            rng.shuffle(items)
        return items
    return value


def anew(data: dict[str, Any]) -> Scenario:
    """A scenario from plain data, as `Scenario` itself reads it: nothing puts it in order."""
    return Scenario.model_validate_json(json.dumps(data))


def renamed(value: Any, names: dict[str, str], key: str = "") -> Any:
    """Plain data with other names for its vendors, wherever they stand."""
    if isinstance(value, dict):
        return {k: renamed(v, names, k) for k, v in value.items()}
    if isinstance(value, list):
        return [renamed(item, names, f"{key}[]") for item in value]
    return names.get(value, value) if key in ("vendor", "to", "name") else value


@pytest.mark.parametrize("seed", SEEDS)
def test_another_order_is_the_same_scenario(seed: int) -> None:
    scene = random_scenario(seed)
    other = anew(shuffled(data_of(scene), random.Random(seed)))
    assert content_hash(content_of(other)) == content_hash(content_of(scene))
    assert digests(run(other, 0)) == digests(run(scene, 0))


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_another_layout_over_files_is_the_same_scenario(seed: int, tmp_path: Path) -> None:
    scene, rng = random_scenario(seed), random.Random(seed)
    data = shuffled(data_of(scene), rng)
    parts: list[dict[str, Any]] = [{}, {}, {"extends": ["part0.yaml", "part1.yaml"]}]
    for key, value in data.items():
        if isinstance(value, list) and key not in ("timeline", "policy_calendar", "teams"):
            some, others = value[::2], value[1::2]  # merged by name
            parts[0][key] = some
            if others:
                parts[1][key] = others
        else:
            rng.choice(parts)[key] = value
    for i, part in enumerate(parts):
        (tmp_path / f"part{i}.yaml").write_text(json.dumps(part))
    other = load(tmp_path / "part2.yaml").scenario
    assert content_hash(content_of(other)) == content_hash(content_of(scene))
    assert digests(run(other, 0)) == digests(run(scene, 0))


def test_the_order_of_a_stock_decides_nothing(tmp_path: Path) -> None:
    """Neither in the scenario nor in a file; and lines are the same in both."""
    coming: dict[str, Any] = {
        "requisitions": [
            {"team": "billing", "people": 2, "days_open": 5},
            {"team": "ar", "people": 1, "expected_start": "2025-03-10"},
        ],
        "classes": [
            {"team": "billing", "people": 3, "started": "2025-02-24"},
            {"team": "ar", "people": 2, "started": "2025-02-27"},
        ],
    }
    scene = today(**coming)
    turned = {name: list(reversed(lines)) for name, lines in coming.items()}
    other = today(open_work=OPEN_WORK[::-1], at_payers=AT_PAYERS[::-1], **turned)
    assert content_hash(content_of(other)) == content_hash(content_of(scene))
    of_scene = digests(run(scene, 0))
    assert digests(run(other, 0)) == of_scene
    file = tmp_path / "open.csv"
    with file.open("w", newline="") as text:
        rows = csv.DictWriter(text, OPEN_WORK[0].keys())
        rows.writeheader()
        rows.writerows(OPEN_WORK[::-1])
    assert digests(run(today(open_work=str(file), **coming), 0)) == of_scene
    shifted = [{**OPEN_WORK[0], "count": 119}, *OPEN_WORK[1:]]
    assert digests(run(today(open_work=shifted, **coming), 0)) != of_scene


def test_the_order_of_a_contracts_terms_decides_nothing() -> None:
    terms = [
        {
            "kpi": "denials.initial_rate",
            "target": 0.05,
            "ladder": [{"threshold": 0.06, "credit_share": 0.02}],
        },
        {"kpi": "quality.coding_accuracy", "target": 0.95},
    ]
    one, other = (
        scenario(
            "generalist",
            "contract="
            + json.dumps(
                [{"name": "ours", "vendor": "generalist", "window": "month", "terms": listed}]
            ),
            days=150,
        )
        for listed in (terms, terms[::-1])
    )
    assert content_hash(content_of(one)) == content_hash(content_of(other))
    assert digests(run(one, 0)) == digests(run(other, 0))


def with_names(record: Record, names: dict[str, str]) -> Record:
    vendors = [names[v] for v in record.agents["vendor"]]
    accounts = {names[v]: lines for v, lines in record.accounts.items()}
    agreed = tuple(replace(a, vendor=names[a.vendor]) for a in record.facts.agreements)
    facts = replace(record.facts, agreements=agreed)
    agents = {**record.agents, "vendor": vendors}
    return replace(record, facts=facts, agents=agents, accounts=accounts)


@pytest.mark.parametrize("seed", SEEDS)
def test_names_of_vendors_decide_nothing(seed: int) -> None:
    scene = random_scenario(seed)
    vendors = [v.name for v in scene.vendors]
    names = {old: f"v{len(vendors) - i}" for i, old in enumerate(vendors)}
    other = anew(renamed(data_of(scene), names))
    assert sorted(v.name for v in other.vendors) == sorted(names.values())
    assert digests(run(other, 0)) == digests(with_names(run(scene, 0), names))


def test_names_of_assessed_vendors_decide_nothing() -> None:
    """Their luck with assessments and breaches is that of the place they take."""
    scene = scenario(
        "medcentral_assessed",
        "kpi_from_days=30",
        "timeline=!replace "
        "[{kind: vendor_switch, on: 2025-02-01, to: specialized, assessed: true}]",
        days=200,
    )
    names = {"in_house": "z", "generalist": "y", "specialized": "x"}
    other = anew(renamed(data_of(scene), names))
    assert digests(run(other, 0)) == digests(with_names(run(scene, 0), names))


def test_two_vendors_with_feedback_meet_in_any_order() -> None:
    """Both hear of the same denials; what each closes does not hang on who comes first."""
    feedback = "{every_days: 14, closes_share: 0.5, floor_share: 0.8}"
    scene = scenario(
        "hybrid",
        f"vendors.generalist.feedback={feedback}",
        "teams.billing.vendor=generalist",
        days=120,
        last=30,
    )
    data = data_of(scene)
    turned = {**data, "vendors": data["vendors"][::-1]}
    assert digests(run(anew(turned), 0)) == digests(run(scene, 0))


def test_the_order_of_teams_is_part_of_the_hash() -> None:
    scene = scenario(days=120, last=30)
    turned = anew({**data_of(scene), "teams": data_of(scene)["teams"][::-1]})
    assert content_hash(content_of(turned)) != content_hash(content_of(scene))


def test_every_list_says_whether_its_order_does() -> None:
    """The lists that are shuffled here are those that the schema marks, and no others."""
    marked: set[str] = set()
    plain: set[str] = set()

    def look(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            extra = field.json_schema_extra
            if "tuple" in str(field.annotation):
                unordered = isinstance(extra, dict) and bool(extra.get("unordered"))
                (marked if unordered else plain).add(name)
        for inner in model.__subclasses__():
            if inner.__module__.startswith("sim.scenario."):  # a brand is none of its parts
                look(inner)

    look(Model)
    assert marked == {
        "carc",
        "categories",
        "certifications",
        "months",
        "opens",
        "payers",
        "policy_calendar",
        "at_payers",
        "classes",
        "closed_days",
        "contract",
        "days",
        "open_work",
        "queues",
        "requisitions",
        "settings",
        "sites",
        "skills",
        "teams",
        "terms",
        "timeline",
        "vendors",
        "workdays",
    }
    assert plain == ORDERED | {
        "audit_lag_days",
        "auth_decision_days",
        "hour_profile",
        "lead_days",
        "month_profile",
        "queues",
        "records_decision_days",
        "reply_days",
        "shifts",
        "weekday_profile",
        "ladder",
        "tiers",  # these must ascend, or descend
    }
