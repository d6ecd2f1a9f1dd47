"""Random scenarios that validation accepts: shipped ones with values moved within their bounds.

Every number, choice and switch of the schema may move, some to the ends of what is allowed; teams
are pooled, split, emptied or reduced to one; events are added. What does not fit together is thrown
away and drawn again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.scenario.checks import cross_checks
from sim.scenario.fields import QueueName
from sim.scenario.load import load, shipped_file
from sim.scenario.schema import Scenario
from sim.scenario.state import Awaited
from sim.scenario.stock import NOT_TAKEN

NAMES = (
    "generalist",
    "specialized",
    "in_house",
    "hybrid",
    "five_functions_generalist",
    "five_functions_in_house",
    "ai_black_box_payer_ai",
    "ai_human_in_the_loop_payer_ai",
    "medcentral",
    "medcentral_assessed",
    "transformation",
    "surge",
    "policy_shock",
)
DAYS = 130
STOCKED = [queue for queue in get_args(QueueName)[3:] if queue not in NOT_TAKEN]
FIXED = {
    "name",
    "seed",
    "start",
    "horizon_days",
    "kpi_from_days",
    "kpi_until_days",
    "scale",
    "kind",
    "skill",
    "path",
    "claims_share",
    "carc",
    "on",
    "until",
    "to",
    "country",
}
"""Fields that are left alone: names, dates, sizes, and what must fit together."""
SIZES = {"claims_per_year", "headcount"}
TRIES = 60


def random_scenario(seed: int, days: int = DAYS) -> Scenario:
    """A valid scenario of so many days, the same for the same seed."""
    rng = random.Random(seed)
    for attempt in range(TRIES):
        name = rng.choice(NAMES)
        shipped = _shipped(name, rng.choice((0.004, 0.01, 0.02)), days)
        data = _moved(shipped, rng, rng.choice((0.02, 0.1, 0.3)) / (1 + attempt // 10))
        data["seed"] = seed
        _rearrange(data, rng)
        data["timeline"] = list(_events(shipped, rng, days))
        _send_away(data, random.Random(f"sites of {seed}, {attempt}"))
        _take_apart(data, random.Random(f"parts of {seed}, {attempt}"))
        _begin_today(data, random.Random(f"stock of {seed}, {attempt}"))
        try:
            scenario = Scenario.model_validate(data)
        except ValidationError:
            continue
        if not cross_checks(scenario):
            return scenario
    raise AssertionError(f"no valid scenario in {TRIES} tries of seed {seed}")


@cache
def _shipped(name: str, size: float, days: int) -> Scenario:
    """A shipped scenario of a small hospital for some days."""
    return load(
        shipped_file(f"{name}.yaml"),
        [
            f"hospital.scale={size}",
            f"horizon_days={days}",
            f"kpi_from_days={days * 2 // 13}",
            f"kpi_until_days={days * 3 // 13}",
            "drain_days=200",
            "timeline=!replace []",
        ],
    ).scenario


def _moved(model: BaseModel, rng: random.Random, chance: float) -> dict[str, Any]:
    """A model as plain data, each of its values moved with a chance."""
    out: dict[str, Any] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name in FIXED:
            out[name] = _plain(value)
        elif isinstance(value, BaseModel):
            out[name] = _moved(value, rng, chance)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            out[name] = [_moved(item, rng, chance) for item in value]
        elif rng.random() < chance and name not in SIZES:
            out[name] = _other(value, field, rng)
        else:
            out[name] = _plain(value)
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _other(value: Any, field: FieldInfo, rng: random.Random) -> Any:
    """Another value of a field, within its bounds."""
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return rng.choice(get_args(annotation))
    if isinstance(value, bool):
        return rng.random() < 0.5
    if not isinstance(value, int | float):
        return _plain(value)
    low, high = 0.0, 1e4
    for bound in field.metadata:
        if isinstance(bound, Ge):
            low = float(bound.ge)  # type: ignore[arg-type]
        elif isinstance(bound, Gt):
            low = float(bound.gt) + 1e-3  # type: ignore[arg-type]
        elif isinstance(bound, Le):
            high = float(bound.le)  # type: ignore[arg-type]
        elif isinstance(bound, Lt):
            high = float(bound.lt) - 1e-3  # type: ignore[arg-type]
    draw = rng.random()
    if draw < 0.1:
        moved = low
    elif draw < 0.2 and high <= 100:
        moved = high
    elif high <= 1.0:
        moved = rng.uniform(low, high)
    else:
        moved = (value or 1.0) * 4.0 ** rng.uniform(-1.0, 1.0)
    moved = min(high, max(low, moved))
    return round(moved) if isinstance(value, int) else moved


def _rearrange(data: dict[str, Any], rng: random.Random) -> None:
    """Other teams: all pooled, one for each queue, few people, one, nobody."""
    teams = data["teams"]
    draw = rng.random()
    if draw < 0.2:
        pooled = [q for team in teams for q in team["queues"]]
        rng.shuffle(pooled)
        data["teams"] = [{**teams[0], "name": "all", "queues": pooled}]
    elif draw < 0.4:
        data["teams"] = [
            {**team, "name": queue, "queues": [queue]} for team in teams for queue in team["queues"]
        ]
    elif draw < 0.5:  # two teams for the same work
        data["teams"] = [*teams, {**teams[0], "name": "second"}]
    discipline = rng.choice(("fifo", "deadline", "value", "ease"))
    for team in data["teams"]:
        if rng.random() < 0.5:
            team["headcount"] = rng.choice((0, 1, 2, 30, 300, "auto", {"none": 5, "CPC": 3}))
        if draw < 0.6:
            team["discipline"] = discipline


def _send_away(data: dict[str, Any], rng: random.Random) -> None:
    """Every third scenario has a site with one to three shifts, at which some teams work."""
    if rng.random() > 1 / 3:
        return
    shares = rng.choice(((1.0,), (0.5, 0.5), (0.5, 0.3, 0.2)))
    shifts = [
        {
            "start_hour": rng.uniform(0.0, 23.9),
            "hours": rng.choice((0.5, 8.0, 12.0, 24.0)),
            "workdays": rng.sample(range(7), rng.randint(1, 7)),
            "people_share": share,
        }
        for share in shares
    ]
    data["sites"] = [
        {
            "name": "away",
            "country": rng.choice(("none", "IN", "PH")),
            "utc_offset_hours": rng.choice((0.0, rng.uniform(-26.0, 26.0))),
            "shifts": shifts,
            "night_premium_share": rng.random(),
            "wages": {"none": rng.uniform(0.0, 30.0)},
            "costs": {"burden_share": rng.random()},
        }
    ]
    for team in data["teams"]:
        if rng.random() < 0.6:
            team["site"] = "away"
    for event in data["timeline"]:
        if event["kind"] == "vendor_switch" and rng.random() < 0.5:
            event["site"] = "away"


def _take_apart(data: dict[str, Any], rng: random.Random) -> None:
    """In every third scenario a team takes only some of another's work, and leaves the rest."""
    if rng.random() > 1 / 3:
        return
    team, payers = rng.choice(data["teams"]), [p["name"] for p in data["payers"]]
    least, most = sorted((rng.choice((0.0, 50.0, 300.0)), rng.choice((400.0, 2000.0, 1e6))))
    takes = {
        "payers": rng.sample(payers, rng.choice((0, 1, len(payers) - 1))),
        "setting": rng.choice((None, "inpatient", "outpatient")),
        "balance_from_usd": least,
        "balance_below_usd": rng.choice((None, most)),
    }
    data["teams"].append({**team, "name": "apart", "takes": takes})


def _begin_today(data: dict[str, Any], rng: random.Random) -> None:
    """Every third scenario begins with a stock, every third has a contract."""
    start, payers = date.fromisoformat(str(data["start"])), [p["name"] for p in data["payers"]]
    scale = data["hospital"]["scale"] or 1.0

    def counted() -> dict[str, Any]:
        count = round(rng.choice((0, 1, 10, 60)) / scale)
        return {"payer": rng.choice(payers), "count": count, "amount_usd": count * 210.5}

    if rng.random() < 1 / 3:
        teams = [t["name"] for t in data["teams"]]
        data["state"] = {
            "as_of": start,
            "open_work": [
                {**counted(), "queue": queue, "age_from_days": 0, "age_to_days": rng.choice((0, 9))}
                for queue in STOCKED
            ],
            "at_payers": [
                {
                    **counted(),
                    "awaiting": awaiting,
                    "from_date": start - timedelta(rng.choice((2, 40))),
                    "to_date": start - timedelta(1),
                }
                for awaiting in get_args(Awaited)
                if awaiting != "appeal"
            ],
            "requisitions": [{"team": rng.choice(teams), "people": 2, "days_open": 5}],
        }
    if rng.random() < 1 / 3:
        rung = {"threshold": rng.uniform(0.02, 0.2), "credit_share": rng.random()}
        term = {"kpi": "denials.initial_rate", "target": 0.01, "ladder": [rung]}
        vendor = rng.choice([t["vendor"] for t in data["teams"]])
        data["contract"] = [{"name": "a", "vendor": vendor, "window": "month", "terms": [term]}]


def _events(scenario: Scenario, rng: random.Random, days: int) -> Iterator[dict[str, Any]]:
    """Some dated events."""
    teams = [t.name for t in scenario.teams]
    vendors, payers = [v.name for v in scenario.vendors], [p.name for p in scenario.payers]
    price = scenario.vendors[0].price.model_dump()
    kinds: list[dict[str, Any]] = [
        {"kind": "policy_change", "skills": "all", "obsolete_share": rng.random() * 0.9},
        {"kind": "policy_change", "skills": "client", "obsolete_share": rng.random() * 0.9},
        {
            "kind": "payer_ai",
            "payers": "all",
            "found_share": rng.random(),
            "false_share": rng.random() * 0.2,
            "contest_share": rng.random(),
            "contest_with_trail_share": rng.random(),
        },
        {"kind": "volume", "factor": rng.uniform(0.0, 4.0), "ramp_days": rng.randrange(30)},
        {"kind": "volume", "payers": [rng.choice(payers)], "factor": rng.uniform(0.0, 4.0)},
        {"kind": "payer_outage", "payers": [rng.choice(payers)], "days": rng.randint(1, 60)},
        {"kind": "payer_slow", "factor": rng.uniform(0.1, 10.0)},
        {"kind": "filing_limit", "days": rng.randint(1, 400)},
        {"kind": "rule", "name": "coverage", "touched_share": rng.random(), "notice_days": 0},
        {"kind": "staffing", "team": rng.choice(teams), "headcount": rng.choice((0, 1, 5, 200))},
        {"kind": "price_change", "vendor": rng.choice(vendors), "price": price},
        {"kind": "attrition_shock", "team": rng.choice(teams), "share": rng.random()},
        {"kind": "layoff", "team": rng.choice(teams), "share": rng.random()},
        {"kind": "wage", "vendor": rng.choice(vendors), "factor": rng.uniform(0.5, 2.0)},
        {"kind": "market_wage", "factor": rng.uniform(0.5, 2.0), "ramp_days": rng.randrange(30)},
        {"kind": "leave_season", "team": rng.choice(teams), "months": [1, 3], "factor": 4.0},
        {
            "kind": "rotate",
            "vendor": rng.choice(vendors),
            "share_per_year": rng.random(),
            "after_tenure_days": rng.randrange(1, 400),
            "from_bench": rng.random() < 0.5,
        },
        {
            "kind": "vendor_switch",
            "to": rng.choice(vendors),
            "assessed": rng.random() < 0.3,
            "parallel_days": rng.choice((0, 14)),
        },
        *_moves(scenario, teams, rng),
    ]
    for event in rng.sample(kinds, rng.choice((0, 1, 2, 4))):
        on = scenario.start + timedelta(days=rng.randrange(1, days))
        yield {**event, "on": on}


def _moves(scenario: Scenario, teams: list[str], rng: random.Random) -> list[dict[str, Any]]:
    """Some dated moves of people."""
    people = rng.choice((1, 30, 300))
    levels = [c.name for c in scenario.certifications]
    until = scenario.start + timedelta(days=rng.randrange(10, 200))
    return [
        {"kind": "class", "team": rng.choice(teams), "people": people},
        {"kind": "class", "team": rng.choice(teams), "people": {rng.choice(levels): people}},
        {
            "kind": "transfer",
            "from_team": rng.choice(teams),
            "to_team": rng.choice(teams),
            "people": people,
        },
        {"kind": "certify", "team": rng.choice(teams), "to": rng.choice(levels), "people": people},
        {
            "kind": "leave_of_absence",
            "team": rng.choice(teams),
            "days": rng.choice((1, 30, 365)),
            "people": people,
        },
        {"kind": "hire_freeze", "teams": rng.choice(("all", (rng.choice(teams),))), "until": until},
    ]
