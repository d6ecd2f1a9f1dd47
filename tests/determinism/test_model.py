"""A run is a function of scenario and replication: nothing else, and nothing too early."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.record.record import Record, Table
from sim.scenario.load import load, shipped_file
from tests.book import Book
from tests.scenarios import frozen, scenario, staffed

PART = "Determinism"
SAME = "definition"
CHANGE_DAY = 91

# What an outsider does: load, run, print everything.
PROGRAM = """
import json
from dataclasses import asdict
from sim.model.simulation import run
from sim.record.kpis import outcome
from tests.scenarios import scenario

print(json.dumps(asdict(outcome(run(scenario("specialized", days=120, last=30), 2)))))
"""


def in_new_process(hash_seed: int, root: Path) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        command, env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout


def plain(record: Record) -> dict[str, object]:
    """A record as plain values, to compare whole."""
    return {
        "claims": {name: column.tolist() for name, column in record.claims.items()},
        "days": {name: column.tolist() for name, column in record.days.items()},
        "weeks": record.weeks,
        "queues": record.queues,
        "cohorts": record.cohorts,
        "agents": record.agents,
        "careers": record.careers,
        "totals": record.totals,
    }


def test_processes_with_other_hash_seeds_agree_to_the_last_digit(
    request: pytest.FixtureRequest, book: Book
) -> None:
    first, second = (in_new_process(seed, request.config.rootpath) for seed in (0, 1))
    assert first == second
    here = json.dumps(asdict(outcome(run(scenario("specialized", days=120, last=30), 2))))
    assert first == here + "\n"
    kpis = len(json.loads(first)["kpis"])
    assert kpis > 60
    book.holds("KPIs in processes with other hash seeds", "same to the last digit", kpis, SAME)


def test_another_replication_or_seed_is_another_world(book: Book) -> None:
    base = run(scenario(days=100, last=30), 0)
    others = (
        run(scenario(days=100, last=30), 1),
        run(scenario("generalist", "seed=7", days=100, last=30), 0),
    )
    for other in others:
        assert base.claims["expected"][:20].tolist() != other.claims["expected"][:20].tolist()
    assert plain(base) == plain(run(scenario(days=100, last=30), 0))
    rows = len(base.claims["key"])
    book.holds("The same scenario run twice", "same record", rows, SAME)


def first_rows(table: Table, column: str, limit: int) -> Table:
    """The rows in which a column stays below a limit."""
    rows = [i for i, value in enumerate(table[column]) if value < limit]
    return {name: [values[i] for i in rows] for name, values in table.items()}


@pytest.mark.parametrize("name", ["generalist", "specialized"])
def test_worlds_that_part_on_a_day_are_one_until_then(book: Book, name: str) -> None:
    base = scenario(name, scale=0.03, days=180)
    on = base.start + timedelta(CHANGE_DAY)
    change = f"{{kind: policy_change, skills: all, obsolete_share: 0.6, on: {on}}}"
    one, other = (
        run(model, 0)
        for model in (base, scenario(name, f"timeline=[{change}]", scale=0.03, days=180))
    )
    for record in (one, other):
        assert record.facts == one.facts
    # Attributes that a claim is born with never differ; what befell it differs after that day.
    for column in ("key", "day", "setting", "payer", "expected"):
        np.testing.assert_array_equal(one.claims[column], other.claims[column])
    for milestone in ("first_day", "closed_day"):
        early = [
            np.where(r.claims[milestone] < CHANGE_DAY, r.claims[milestone], -1)
            for r in (one, other)
        ]
        np.testing.assert_array_equal(*early)
    settled = (one.claims["closed_day"] >= 0) & (one.claims["closed_day"] < CHANGE_DAY)
    assert settled.sum() > 500
    for column in one.claims:
        np.testing.assert_array_equal(one.claims[column][settled], other.claims[column][settled])
    for column in one.days:
        assert one.days[column][:CHANGE_DAY].tolist() == other.days[column][:CHANGE_DAY].tolist(), (
            column
        )
    weeks = CHANGE_DAY // 7
    assert 7 * weeks == CHANGE_DAY
    before = [first_rows(r.queues, "week", weeks) for r in (one, other)]
    assert before[0] == before[1]
    assert len(before[0]["week"]) == weeks * len(one.facts.queues)
    for table in ("weeks", "cohorts"):
        rows = [first_rows(getattr(r, table), "day", CHANGE_DAY) for r in (one, other)]
        assert rows[0] == rows[1], table
        assert len(rows[0]["day"]) > 2
    what = f"{name}: claims settled before the day on which a rule changes"
    book.holds(what, "same as without", int(settled.sum()), "causality")
    assert one.weeks["knowledge"] != other.weeks["knowledge"]
    assert one.claims["wrong"].tolist() != other.claims["wrong"].tolist()
    assert one.claims["touches"].sum() != other.claims["touches"].sum()


def test_a_parameter_that_never_matters_changes_nothing(book: Book) -> None:
    """With people to spare, nobody comes near the end of a window or the limit of a class."""
    base = ["generalist", *staffed(100)]
    longer = [
        "payers.medicare.corrected_claim_window_days=3650",
        "payers.commercial.records_window_days=300",
        "payers.medicaid.filing_limit_days=3650",
        "vendors.generalist.hiring.class_size=900",
        "categories.TIMELY.recovery_share=0.9",
        "name=another",
        "description=the same thing under another name",
    ]
    one, other = (run(scenario(*base, *more, days=170), 0) for more in ([], longer))
    assert plain(one) == plain(other)
    what = "Parameters that cannot matter"
    book.holds(what, "same record", len(longer), "common random numbers")


def test_a_vendor_that_no_team_uses_changes_nothing() -> None:
    base = scenario("generalist", days=120, last=30)
    idle = load(shipped_file("specialized.yaml")).scenario.vendors
    more = base.model_copy(update={"vendors": (*base.vendors, *idle)})
    assert plain(run(base, 0)) == plain(run(more, 0))


def test_vendors_meet_the_same_claims(book: Book) -> None:
    """Patients, payers, money and the payers' luck belong to the claim, not to who works it."""
    records = [run(scenario(name, days=120, last=30), 3) for name in ("generalist", "in_house")]
    for column in ("key", "day", "setting", "payer", "expected"):
        np.testing.assert_array_equal(records[0].claims[column], records[1].claims[column])
    assert records[0].claims["wrong"].tolist() != records[1].claims["wrong"].tolist()
    what = "Claims that two vendors meet: day, payer, money"
    book.holds(what, "same", len(records[0].claims["key"]), "common random numbers")


def test_more_people_in_one_team_leave_the_others_people_alone() -> None:
    """Hires are drawn by team and number: a bigger team holds the smaller one's people."""
    model = ["generalist", *frozen("generalist"), *staffed(100)]
    few = run(scenario(*model, scale=0.1, days=100, last=30), 0)
    many = run(scenario(*model, "teams.billing.headcount=200", scale=0.1, days=100, last=30), 0)

    def hired(record: Record, team: str) -> dict[str, str]:
        agents = record.agents
        return {
            agent: certification
            for agent, certification in zip(agents["agent"], agents["certification"], strict=True)
            if agent.rpartition("-")[0] == team
        }

    for team in ("coding_inpatient", "coding_outpatient", "clinical", "ar"):
        assert hired(few, team) == hired(many, team)
    before, after = hired(few, "billing"), hired(many, "billing")
    assert len(after) > len(before)
    assert {agent: after[agent] for agent in before} == before


def test_more_claims_of_one_setting_leave_the_other_alone() -> None:
    base = run(scenario(days=60, first=0, last=30), 0)
    grown = run(
        scenario(
            "generalist", "hospital.inpatient.claims_per_year=90000", days=60, first=0, last=30
        ),
        0,
    )
    of_outpatients = [r.claims["setting"] == 1 for r in (base, grown)]
    for column in ("key", "expected", "payer"):
        np.testing.assert_array_equal(
            base.claims[column][of_outpatients[0]], grown.claims[column][of_outpatients[1]]
        )
    # And the inpatients of a day are among those of the busier day.
    keys = [set(r.claims["key"][r.claims["setting"] == 0].tolist()) for r in (base, grown)]
    assert keys[0] < keys[1]
