"""The record: one-off costs on their days, and an observer who changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import simpy

from sim.model.careers import Career
from sim.model.observe import Observer
from sim.model.simulation import Simulation, run
from sim.model.stints import assessment_days
from sim.model.world import World
from tests.scenarios import TEAMS, objects, scenario, world_of


def test_transitions_and_assessments_are_dated_and_scaled() -> None:
    switch = "{kind: vendor_switch, on: 2025-02-01, to: specialized, assessed: true}"
    tiny = scenario("medcentral", f"timeline=[{switch}]", "kpi_from_days=30", scale=0.02)
    waited = assessment_days(tiny, "specialized", world_of(tiny).draws)
    begun = 31 + waited
    assert begun < tiny.horizon_days
    booked = run(tiny, 0).days["one_off_usd"]
    assert np.flatnonzero(booked).tolist() == [31, begun]  # in-house staff cost no transition
    assert booked[31] == pytest.approx(0.02 * waited / 7 * 10 * 120)
    assert booked[begun] == pytest.approx(0.02 * 1_000_000)


def test_a_vendor_is_assessed_once_for_all_its_teams() -> None:
    """Each of two steps waits for the assessment of the first, and one is paid for."""
    step = "{{kind: vendor_switch, on: 2025-{}, to: specialized, assessed: true, teams: [{}]}}"
    others = "billing, clinical, coding_inpatient, coding_outpatient"
    steps = [step.format("02-01", "ar"), step.format("02-08", others)]
    tiny = scenario("medcentral", f"timeline=[{', '.join(steps)}]", "kpi_from_days=30")
    waited = assessment_days(tiny, "specialized", world_of(tiny).draws)
    booked = run(tiny, 0).days["one_off_usd"]
    begun = 31 + max(7, waited)
    assert {int(day): booked[day] for day in np.flatnonzero(booked)} == {
        31: pytest.approx(0.02 * waited / 7 * 10 * 120),
        begun: pytest.approx(0.02 * 1_000_000),
    }


# --- looking changes nothing ----------------------------------------------------------------------


def plain(row: Any) -> dict[str, Any]:
    """The fields of a row."""
    return {f.name: getattr(row, f.name) for f in fields(row)}


def plain_career(career: Career) -> dict[str, Any]:
    """A career by its attributes; people in it by number."""
    mentor = career.mentor.number if career.mentor is not None else None
    others = {
        name: getattr(career, name)
        for name in Career.__slots__
        if name not in ("row", "mentor", "process", "calendar", "employer")
    }
    return {**others, "row": career.row.index, "mentor": mentor}


def digest(world: World) -> str:
    """Of all rows, what the engine keeps beside them, all careers, and what teams count."""
    s = objects(world)
    rows = {
        "house": plain(s.house),
        **{
            name: [plain(row) for row in getattr(s, name)]
            for name in (
                "days",
                "queues",
                "payers",
                "kinds",
                "places",
                "crews",
                "terms",
                "claims",
                "agents",
            )
        },
    }
    engine = [
        s.heaps,
        sorted(s.agenda.items()),
        sorted(s.outbox.items()),
        sorted(s.calls),
        world.engine.env.now,
    ]
    teams = [
        [
            [plain_career(agent) for agent in team.agents],
            [agent.number for agent in team.employed],
            team.is_open,
            team.roster.plan,
            team.roster.occupancy,
            team.roster.playbook,
            team.roster.busy_minutes,
            team.personnel.pipeline,
            team.personnel.recruited,
            team.personnel.programme_usd,
            team.time.productive_minutes,
            team.time.paid_hours,
            team.time.scheduled_hours,
            team.time.billed_hours,
            team.time.wages_usd,
            team.time.training_usd,
        ]
        for team in world.teams
    ]
    others = [world.ledger.transitions, world.feedback.left.tolist()]
    text = json.dumps([rows, engine, teams, others], default=lambda claim: claim.index)
    return hashlib.sha256(text.encode()).hexdigest()


SCENES = {
    "a generalist": ("generalist", "vendors.generalist.turnover.annual_rate=3"),
    "a power law with breaks": ("generalist", "people.learning_law=lfcm"),
    "five functions": ("five_functions_generalist",),
    "a switch of vendors": (
        "medcentral",
        "timeline=[{kind: vendor_switch, on: 2025-02-10, to: specialized, parallel_days: 10}]",
        "kpi_from_days=30",
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_looking_changes_nothing(scene: str) -> None:
    """Rows and careers are the same before and after a weekly look, and the last one."""
    name, *overrides = SCENES[scene]
    model = scenario(name, *overrides, scale=0.01, days=90, last=30)
    world = world_of(model)
    seen: list[bool] = []

    def look() -> Generator[simpy.Event, Any, None]:
        onlooker = Observer(world)
        onlooker.open(np.empty(0, np.int64))
        yield world.engine.env.timeout(0.4)
        for day in range(1, model.horizon_days):
            yield world.engine.env.timeout(1.0)
            before = digest(world) if day % 14 == 0 else ""
            onlooker.week(day)  # every day, so that cohorts are looked at too
            if before:
                seen.append(digest(world) == before)

    world.engine.env.process(look())
    record = Simulation(world).run()
    assert len(seen) == 6
    assert all(seen)
    before = digest(world)
    onlooker = Observer(world)
    onlooker.open(np.empty(0, np.int64))
    onlooker.close()
    again = onlooker.record()
    assert digest(world) == before
    assert again.agents == record.agents
    # And so a world that is looked at every day comes to the same end as one that is not.
    alone = run(model, 0)
    assert alone.agents == record.agents
    assert alone.weeks == record.weeks
    assert {n: c.tolist() for n, c in alone.claims.items()} == {
        n: c.tolist() for n, c in record.claims.items()
    }


FRONT = ("scheduling", "prior_auth", "transcription")


def test_a_vendor_that_never_comes_costs_no_breach_and_the_old_one_none_after_the_end() -> None:
    """An assessment that lasts beyond the run puts the switch off beyond it."""
    on = "on: 2025-02-19, to: specialized, assessed: true"
    scene = scenario(
        "hybrid",
        f"timeline=[{{kind: vendor_switch, {on}}}]",
        *(f"teams.{team}.vendor=generalist" for team in (*TEAMS, *FRONT)),
        scale=0.02,
        days=120,
    )
    late = [
        v.model_copy(
            update={
                "compliance": v.compliance.model_copy(update={"assessment_median_days": 5000.0})
            }
        )
        if v.compliance
        else v
        for v in scene.vendors
    ]
    scene = scene.model_copy(update={"vendors": tuple(late)})
    there = next(v.compliance for v in scene.vendors if v.name == "generalist")
    assert there is not None
    hit = 1 - (1 - there.breach_per_year) ** (120 / 365.25)
    found = run(scene, 0).totals["breach_expected_usd"]
    assert found == pytest.approx(hit * there.breach_usd * 0.02)
