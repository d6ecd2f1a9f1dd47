"""Both engines give the same record to the last bit: shipped, random and awkward scenarios."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.model import claims, engines
from sim.model.codes import First
from sim.model.simpy_engine import SimPyEngine
from sim.model.simulation import Simulation, run
from sim.model.world import World
from sim.scenario.load import ScenarioError, load, shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from tests.digests import digests
from tests.properties.test_random_scenarios import look_at, scene
from tests.scenarios import TEAMS, faultless, for_payers, scenario, staffed
from tests.today import OPEN_WORK, today
from tests.whole import TODAY, everything

CONFIGS = shipped_configs()
PARTS = ("audits.yaml", "base.yaml", "front_end.yaml", "strain.yaml")
"""Parts of other files."""
FILES = sorted(
    file
    for pattern in ("*.yaml", "article/*.yaml", "levers/*.yaml", "checks/*.yaml")
    for file in CONFIGS.glob(pattern)
    if file.name not in PARTS
)
REPLICATIONS = 3
MONTHS_DAYS = 120
"""Long enough for denials, appeals and newcomers; what is open at the end is finished after it."""
RANDOM, BATCH = 100, 10

pytestmark = pytest.mark.skipif(
    engines.choose().name != engines.COMPILED,
    reason=f"no compiled engine here: {engines.choose().why_not}",
)


def agree(scene: Scenario, replication: int = 0) -> None:
    """Both engines give the same tables."""
    compiled = digests(run(scene, replication, engines.COMPILED))
    assert compiled == digests(run(scene, replication, engines.SIMPY)), scene.name


def shortened(file: Path) -> Scenario:
    """A shipped scenario on a small hospital: some months, and as many after its last event."""
    shipped = load(file).scenario
    last = max(((event.on - shipped.start).days for event in shipped.timeline), default=0)
    days = [f"horizon_days={last + MONTHS_DAYS}", "drain_days=250"]
    window = ["kpi_from_days=30", "kpi_until_days=30"]
    return load(file, ["hospital.scale=0.01", *days, *window]).scenario


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_on_every_shipped_scenario(file: Path) -> None:
    scene = shortened(file)
    for replication in range(REPLICATIONS):
        agree(scene, replication)


def test_parts_of_scenarios_are_no_scenarios() -> None:
    """What is left out above cannot be run."""
    for name in PARTS:
        with pytest.raises(ScenarioError, match="required keys are missing"):
            load(CONFIGS / name)


@pytest.mark.parametrize("first", range(0, RANDOM, BATCH))
def test_on_random_scenarios(first: int) -> None:
    """The compiled record, in which nothing is impossible, is that of the reference."""
    for seed in range(first, first + BATCH):
        reference = run(scene(seed), 0, engines.SIMPY)
        assert digests(look_at(seed)) == digests(reference), f"random scenario {seed}"


@pytest.mark.parametrize(
    "name", ["generalist", "five_functions_generalist", "ai_human_in_the_loop"]
)
def test_on_todays_stock(name: str) -> None:
    line = {
        "queue": "transcription",
        "payer": "medicare",
        "age_from_days": 0,
        "age_to_days": 9,
        "count": 30,
        "amount_usd": 9000,
    }
    work = [*OPEN_WORK, line] if name.startswith("five") else OPEN_WORK
    scene = today("drain_days=200", name=name, open_work=work)
    for replication in range(REPLICATIONS):
        agree(scene, replication)


def test_on_everything_that_a_scenario_may_write() -> None:
    for replication in range(REPLICATIONS):
        agree(everything(), replication)
        agree(everything(*TODAY), replication)


@pytest.mark.parametrize("name", ["generalist", "five_functions_generalist", "medcentral"])
def test_at_full_size(name: str) -> None:
    days = ["hospital.scale=1", "horizon_days=75", "kpi_from_days=10", "kpi_until_days=20"]
    if name == "medcentral":  # the vendor switch within the run
        days[1:] = [
            "horizon_days=100",
            "kpi_from_days=10",
            "kpi_until_days=20",
            "timeline=!replace [{kind: vendor_switch, to: specialized, on: 2024-03-01}]",
            "start=2024-01-01",
        ]
    agree(load(shipped_file(f"{name}.yaml"), days).scenario)


def test_on_teams_that_take_some_of_as_many_payers_as_can_be() -> None:
    """Fifty alike, of whom two, among them the last, are a team's own: 4 % of the first touches."""
    payer = scenario().payers[0].model_dump(mode="json")
    payers = [{**payer, "name": f"p{i:02}", "claims_share": 1 / 50} for i in range(50)]
    teams = [team.model_dump(mode="json", exclude_none=True) for team in scenario().teams]
    [coders] = [team for team in teams if team["name"] == "coding_outpatient"]
    teams.append({**coders, "name": "apart", "takes": {"payers": ["p40", "p49"]}})
    lists = [f"payers=!replace {json.dumps(payers)}", f"teams=!replace {json.dumps(teams)}"]
    scene = scenario("generalist", *lists, days=120, last=30)
    agree(scene)
    record = run(scene, 0)
    team = np.array(record.agents["team"]) == "apart"
    coded = np.array(record.agents["items"])
    everybody = team | (np.array(record.agents["team"]) == "coding_outpatient")
    assert coded[team].sum() / coded[everybody].sum() == pytest.approx(2 / 50, abs=0.02)


AWKWARD = {
    "one person a team": staffed(1),
    "nobody": staffed(0),
    "teams that empty": [
        *staffed(3),
        "vendors.generalist.turnover.annual_rate=9",
        "vendors.generalist.hiring.policy=freeze",
    ],
    "all walk out": [
        "timeline=!replace [{kind: attrition_shock, on: 2024-02-14, team: coding_outpatient, "
        "share: 1.0}, {kind: layoff, on: 2024-02-15, team: ar, share: 1.0}]",
        "start=2024-01-01",
    ],
    "charts all day long": ["hospital.arrivals.within_day=continuous"],
    "by deadline": [f"teams.{t}.discipline=deadline" for t in ("billing", "clinical", "ar")],
    "by ease": [f"teams.{t}.discipline=ease" for t in ("billing", "clinical", "ar")],
    "no work": ["hospital.inpatient.claims_per_year=0", "hospital.outpatient.claims_per_year=0"],
    "exponential times": [
        "queues.coding_outpatient.distribution=exponential",
        "queues.edits.distribution=exponential",
    ],
    "the slowest of payers": [
        *for_payers("reply_days", "[1, 2, 3650]"),
        *for_payers("records_decision_days", "[1, 3650]"),
    ],
    "night shifts": ["calendar.shift_start_hour=22"],
    "overtime past midnight": [
        "calendar.shift_start_hour=16",
        *(
            f"teams.{t}.overtime={{backlog_days: 0.1, hours_per_day: 3, pay_multiplier: 2}}"
            for t in TEAMS
        ),
    ],
    "long items": ["queues.coding_inpatient.minutes=600", "calendar.shift_hours=1.5"],
}


@pytest.mark.parametrize("overrides", AWKWARD.values(), ids=AWKWARD)
def test_on_awkward_offices(overrides: list[str]) -> None:
    agree(scenario("generalist", *overrides, days=150))


def test_on_people_who_shadow_before_a_switch() -> None:
    switch = "[{kind: vendor_switch, to: specialized, on: 2025-02-10, parallel_days: 60}]"
    agree(scenario("medcentral", f"timeline=!replace {switch}", "kpi_from_days=30", days=150))


def test_on_sites_with_clocks_and_shifts_of_their_own() -> None:
    """Several shifts, over midnight, ahead and behind, with overtime on some days, and a move."""
    shifts = (
        "[{start_hour: 6, hours: 8, people_share: 0.5}, {start_hour: 22, hours: 9, people_share: "
        "0.5, workdays: [0, 2, 4, 6]}]"
    )
    sites = (
        f"sites=[{{name: ahead, country: IN, utc_offset_hours: 9.5, night_premium_share: 0.3, "
        f"shifts: {shifts}}}, {{name: behind, country: US, state: CA, utc_offset_hours: -3, "
        "closed_days: [2025-02-03], shifts: [{start_hour: 20, hours: 12}]}]"
    )
    extra = "{backlog_days: 0.5, hours_per_day: 3, pay_multiplier: 1.5, days: [1, 4]}"
    move = "[{kind: vendor_switch, to: specialized, on: 2025-03-03, site: behind}]"
    scene = scenario(
        "medcentral",
        sites,
        f"timeline=!replace {move}",
        "kpi_from_days=30",
        "vendors.in_house.turnover.annual_rate=2",
        *(f"teams.{team}.site=ahead" for team in TEAMS[1:]),
        *(f"teams.{team}.overtime={extra}" for team in TEAMS),
        days=150,
    )
    agree(scene)
    agree(everything())


def test_on_people_who_leave_with_an_item_in_hand() -> None:
    """Long items and short careers: many leave in the middle of one, and it goes back."""
    scene = scenario(
        "generalist",
        "queues.coding_inpatient.minutes=480",
        "vendors.generalist.turnover.annual_rate=8",
        *staffed(40),
        scale=0.2,
        days=150,
    )
    given_back = 0

    class Counting(SimPyEngine):
        def leave(self, agent: object) -> None:
            nonlocal given_back
            given_back += agent.hand_queue >= 0  # type: ignore[attr-defined]
            super().leave(agent)  # type: ignore[arg-type]

    counted = Simulation(World(scene, 0, Counting)).run()
    assert given_back > 10, "too few left in the middle of an item"
    assert digests(counted) == digests(run(scene, 0, engines.COMPILED))


@pytest.mark.parametrize("law", ["exponential", "wright", "de_jong", "lfcm"])
def test_on_every_learning_law(law: str) -> None:
    agree(scenario("specialized", f"people.learning_law={law}", "people.incompressible_share=0.1"))


@pytest.mark.parametrize("days", [1, 5, 400])
def test_how_many_days_are_drawn_at_once_changes_nothing(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scenario("five_functions_generalist", days=120, last=20)
    as_it_is = digests(run(scene, 0, engines.COMPILED))
    monkeypatch.setattr(claims, "CHUNK_DAYS", days)
    assert digests(run(scene, 0, engines.COMPILED)) == as_it_is


def test_replies_beyond_all_bounds_never_come() -> None:
    """Also in a scenario that nobody has checked: no reply within the run, and no crash."""
    checked = scenario("generalist", *faultless("generalist"), days=120, last=20)
    slow = (3e9, 4e9, 5e9)  # more than 32 bits hold
    payers = tuple(p.model_copy(update={"reply_days": slow}) for p in checked.payers)
    scene = checked.model_copy(update={"payers": payers})
    agree(scene)
    first = run(scene, 0, engines.COMPILED).claims["first_outcome"]
    assert set(first.tolist()) == {First.NONE_YET}
