"""Teams that take only some of their queues' work: what does not fit together is refused."""

from __future__ import annotations

import pytest

from sim.scenario.load import load, shipped_file
from sim.scenario.problems import ScenarioError
from sim.scenario.routing import MOST_PARTS

CODERS = [
    f"teams.coding_{setting}.queues=[coding_inpatient, coding_outpatient]"
    for setting in ("inpatient", "outpatient")
]
FIRST, SECOND = "teams.coding_inpatient.takes", "teams.coding_outpatient.takes"


@pytest.mark.parametrize(
    ("layout", "where", "said"),
    [
        ([f"{FIRST}={{payers: [medicar]}}"], "takes.payers.0", 'did you mean "medicare"'),
        (
            [f"{FIRST}={{payers: [medicare, medicare]}}"],
            "takes.payers.1",
            "'medicare' stands in the list twice",
        ),
        (
            [f"{FIRST}={{balance_from_usd: 500, balance_below_usd: 500}}"],
            "takes.balance_below_usd",
            "is 500, not above balance_from_usd (500): nothing lies between",
        ),
        (
            [f"{FIRST}={{balance_below_usd: 500}}", f"{SECOND}={{balance_from_usd: 600}}"],
            "takes",
            "nobody takes inpatient claims of payer 'medicare' with a balance of 500 to 600 USD "
            "in queue 'coding_inpatient'",
        ),
        (
            [f"{FIRST}={{balance_below_usd: 600}}", f"{SECOND}={{balance_from_usd: 500}}"],
            "takes",
            "inpatient claims of payer 'medicare' with a balance of 500 to 600 USD in queue "
            "'coding_inpatient' are taken by team 'coding_inpatient', too",
        ),
        (
            [f"{FIRST}={{payers: [medicare]}}", f"{SECOND}={{payers: [other]}}"],
            "takes",
            "nobody takes inpatient claims of payer 'medicare_advantage' with a balance of 0 USD "
            "and more",
        ),
        (
            [f"{FIRST}={{setting: outpatient}}", f"{SECOND}={{setting: outpatient}}"],
            "takes",
            "nobody takes inpatient claims",
        ),
    ],
    ids=["unknown", "twice", "empty", "gap", "overlap", "payers left over", "a setting left over"],
)
def test_what_does_not_fit_is_told(layout: list[str], where: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load(shipped_file("generalist.yaml"), [*CODERS, *layout])
    problem = refused.value.problems[0]
    assert where in str(problem)
    assert said in str(problem)


def test_teams_may_share_a_part_or_leave_it_to_the_rest() -> None:
    same = "{payers: [medicare, other]}"
    for layout in (
        [f"{FIRST}={same}"],
        [f"{FIRST}={{setting: inpatient}}", f"{SECOND}={{setting: outpatient}}"],
    ):
        load(shipped_file("generalist.yaml"), [*CODERS, *layout])


def test_queues_have_only_so_many_parts() -> None:
    pooled = load(shipped_file("generalist.yaml")).scenario
    assert len(pooled.payers) == 6
    every = [str(q) for t in pooled.teams for q in t.queues]
    teams = [
        {"name": t.name, "queues": every, "takes": {"payers": [p.name]}}
        for t, p in zip(pooled.teams, pooled.payers, strict=False)
    ]
    said = {"extends": str(shipped_file("generalist.yaml")), "name": "parts", "teams": teams}
    with pytest.raises(ScenarioError, match=f"at most {MOST_PARTS} can be"):
        load(said)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (["hospital.arrivals.hour_profile=" + str([1] * 24)], "say within_day: continuous"),
        (
            [
                "hospital.arrivals.within_day=continuous",
                "hospital.arrivals.hour_profile=" + str([0] * 24),
            ],
            "is 0 in every hour",
        ),
        ([CODERS[0], "teams.coding_inpatient.returned_first=true"], "must agree on it"),
    ],
    ids=["hours of batches", "no hour", "one of two teams"],
)
def test_hours_and_order_that_do_not_fit_are_told(said: list[str], what: str) -> None:
    with pytest.raises(ScenarioError, match=what):
        load(shipped_file("generalist.yaml"), said)
