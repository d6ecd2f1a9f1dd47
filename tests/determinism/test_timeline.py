"""Before a dated event, a scenario with it and one without it are the same, table for table."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.model.simulation import Simulation, run
from sim.record.kpis import outcome
from sim.record.record import Record
from tests.book import Book
from tests.scenarios import for_payers, scenario, world_of

PART = "Determinism"
DAY = 112  # the end of the sixteenth week
DATE = "2025-04-23"

EVENTS = {
    "vendor_switch": "{kind: vendor_switch, on: %s, to: specialized}",
    "policy_change": "{kind: policy_change, on: %s, skills: all, obsolete_share: 0.5}",
    "payer_ai": "{kind: payer_ai, on: %s, found_share: 0.3, false_share: 0.02, "
    "contest_share: 0.35, contest_with_trail_share: 0.75}",
    "volume": "{kind: volume, on: %s, factor: 1.5}",
    "wage": "{kind: wage, on: %s, vendor: in_house, factor: 1.2}",
    "rotate": "{kind: rotate, on: %s, vendor: in_house, share_per_year: 0.9, "
    "after_tenure_days: 90}",
    "leave_season": "{kind: leave_season, on: %s, vendor: in_house, months: [4, 5], factor: 10}",
    "staffing": "{kind: staffing, on: %s, team: billing, headcount: 3}",
    "class": "{kind: class, on: %s, team: ar, people: 90}",
    "transfer": "{kind: transfer, on: %s, people: 60, from_team: ar, to_team: billing}",
    "certify": "{kind: certify, on: %s, team: ar, people: 60, to: CCS}",
    "leave_of_absence": "{kind: leave_of_absence, on: %s, team: ar, people: 60, days: 30}",
    "hire_freeze": "{kind: hire_freeze, on: %s, until: 2025-06-30}",
    "price_change": "{kind: price_change, on: %s, vendor: in_house, "
    "price: {usd_per_hour: 99, transition_usd: 0}}",
    "attrition_shock": "{kind: attrition_shock, on: %s, team: coding_outpatient, share: 0.5}",
    "layoff": "{kind: layoff, on: %s, team: ar, share: 0.5}",
}


def world(event: str | None) -> Record:
    """A run of the generalist with or without an event; the specialist waits in the wings.

    Nothing is paid short: what is chased after an event was paid before it.
    """
    timeline = f"timeline=[{event % DATE}]" if event else "timeline=[]"
    in_full = for_payers("short_pay_share", 0)
    return run(scenario("medcentral", timeline, *in_full, "kpi_from_days=30", days=200), 0)


def before(record: Record, day: int) -> dict[str, object]:
    """Everything that a record tells about the days before `day`."""
    claims, week = record.claims, np.array(record.weeks["day"])
    mine = claims["day"] < day
    fixed = ("key", "day", "setting", "payer", "expected")
    answered = mine & (claims["first_day"] >= 0) & (claims["first_day"] < day)
    finished = mine & (claims["closed_day"] >= 0) & (claims["closed_day"] < day)
    rows = [i for i, d in enumerate(record.queues["week"]) if d * 7 + 7 <= day]
    teams = np.flatnonzero(week + 7 <= day)
    return {
        "claims": {name: claims[name][mine].tolist() for name in fixed},
        "sent": {name: claims[name][answered].tolist() for name in ("key", "first_day", "wrong")},
        "closed": {
            name: claims[name][finished].tolist()
            for name in ("key", "closed_day", "paid_cents", "loss_cents", "loss_cause", "stage")
        },
        "days": {name: column[:day].tolist() for name, column in record.days.items()},
        "queues": {name: [column[i] for i in rows] for name, column in record.queues.items()},
        "weeks": {name: [column[i] for i in teams] for name, column in record.weeks.items()},
        "left": [
            (agent, left)
            for agent, left in zip(record.agents["agent"], record.agents["left"], strict=True)
            if left and left < DATE
        ],
    }


@pytest.fixture(scope="module")
def plain() -> Record:
    """The run without an event."""
    return world(None)


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_changes_nothing_before_its_day(book: Book, kind: str, plain: Record) -> None:
    eventful = world(EVENTS[kind])
    assert before(eventful, DAY) == before(plain, DAY)
    changed = [
        name
        for name, value in outcome(eventful).kpis.items()
        if json.dumps(value) != json.dumps(outcome(plain).kpis[name])
    ]
    assert changed, "an event without any effect would pass the comparison for nothing"
    book.holds(f"Days before an event of kind `{kind}`", "same as without", DAY, "causality")


def test_a_switch_hands_everything_over() -> None:
    timeline = f"timeline=[{EVENTS['vendor_switch'] % DATE}]"
    world = world_of(scenario("medcentral", timeline, "kpi_from_days=30", days=200))
    record = Simulation(world).run()
    agents, weeks = record.agents, record.weeks
    people = list(zip(agents["vendor"], agents["left"], agents["reason"], strict=True))
    assert {vendor for vendor, left, _ in people if not left} == {"specialized"}
    assert {why for vendor, _, why in people if vendor == "in_house"} <= {"quit", "vendor switch"}
    client = [
        c / p
        for d, c, p in zip(weeks["day"], weeks["client"], weeks["producing"], strict=True)
        if p and DAY + 7 <= d < DAY + 14
    ]
    assert max(client) < 0.45, "newcomers of a new vendor do not know this hospital"
    assert sum(usd for day, usd in world.ledger.transitions if day == DAY) == 1_000_000


def test_people_of_the_new_vendor_shadow_before_they_take_over() -> None:
    switch = f"{{kind: vendor_switch, on: {DATE}, to: specialized, parallel_days: 21}}"
    record = run(scenario("medcentral", f"timeline=[{switch}]", "kpi_from_days=30", days=200), 0)
    weeks = record.weeks
    shadows = [
        (employed, producing)
        for day, employed, producing in zip(
            weeks["day"], weeks["employed"], weeks["producing"], strict=True
        )
        if DAY - 14 <= day < DAY - 7
    ]
    assert len(shadows) == 10, "two sets of five teams"
    assert sum(employed > 0 and producing == 0 for employed, producing in shadows) == 5
