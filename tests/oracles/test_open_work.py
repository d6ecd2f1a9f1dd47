"""Work that is not done brings nothing: open claims are finished after the run, or are lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.model.codes import CAUSES
from sim.model.simulation import run
from sim.model.visits import booked_share
from sim.record.kpis import outcome
from sim.scenario.schema import Scenario
from sim.study.overload import LEAST_SHARE, overloaded
from sim.study.replicate import StudyResult
from sim.study.settling import MOVING, TOO_EARLY, verdicts
from sim.study.statistics import Floats, mean_interval
from tests.scenarios import for_payers, scenario, staffed

DRAIN = "drain_days=730"
SHAPE: dict[str, int] = {"days": 365, "first": 60, "last": 60}


def year(*overrides: str, scale: float = 0.2) -> Scenario:
    """A year of the generalist, and what comes of it."""
    return scenario("generalist", DRAIN, *overrides, scale=scale, **SHAPE)


def kpis(model: Scenario, replication: int = 0) -> dict[str, float]:
    return outcome(run(model, replication)).kpis


def study(*models: Scenario, replications: int = 2) -> StudyResult:
    """A study in memory."""
    outcomes = {m.name: {r: outcome(run(m, r)) for r in range(replications)} for m in models}
    said = {m.name: m.model_dump(mode="json") for m in models}
    return StudyResult(tuple(outcomes), outcomes, 1, (), "", replications, 0, {}, "", said)


@pytest.mark.parametrize(
    ("team", "counts"),
    [
        ("coding_inpatient", (0, 2, 4, 6)),
        ("coding_outpatient", (0, 6, 12, 18)),
        ("billing", (0, 3, 6, 12)),
        ("clinical", (0, 4, 8, 13)),
        ("ar", (0, 3, 6, 9)),
    ],
)
def test_net_value_never_falls_with_staff_before_the_work_is_done(
    team: str, counts: tuple[int, ...]
) -> None:
    """The first people of a team bring money; no step from an overloaded team clearly costs any.

    At 99 % each: the last of a backlog may be worth no more than who works it off. The plan is for
    the last count, at which no queue of the team is overloaded; with nobody each is, and by more
    than with some.
    """
    studies = [
        study(year(f"teams.{team}.headcount={n}", scale=0.05), replications=4) for n in counts
    ]
    values = [
        np.array([o.kpis["money.net_value_usd"] for by in s.outcomes.values() for o in by.values()])
        for s in studies
    ]
    undone = [{o.queue: o.undone.mean for o in overloaded(s) if o.team == team} for s in studies]
    assert undone[0], "nobody is there"
    assert not undone[-1], "the work is done"
    for queue, share in undone[0].items():
        assert share > undone[1].get(queue, 0.0) >= undone[2].get(queue, 0.0)
    steps = [mean_interval(b - a, 0.99) for a, b in pairwise(values)]
    assert steps[0].low > 0.0
    assert all(step.high > 0.0 for step, left in zip(steps, undone, strict=False) if left)


def test_what_nobody_codes_is_lost_to_the_filing_limit_and_said() -> None:
    """No inpatient coder: not a dollar of inpatients, and a queue that is called overloaded."""
    model = year("teams.coding_inpatient.headcount=0")
    record = run(model, 0)
    inpatient = record.claims["setting"] == 0
    assert record.claims["paid_cents"][inpatient].sum() == 0
    assert (record.claims["loss_cause"][inpatient] == CAUSES.index("timely_filing")).all(), (
        "nothing is left to hope for"
    )
    found = outcome(record).kpis
    assert found["money.average_revenue_per_case"] == 0.0
    assert found["money.open_usd"] == 0.0
    [behind] = overloaded(study(model))
    assert (behind.queue, behind.team, behind.planned) == (
        "coding_inpatient",
        "coding_inpatient",
        0,
    )
    assert behind.undone.mean == 1.0
    assert 5 < behind.needed < 9, "18,000 charts of half an hour, at 92 % of 1,700 hours a year"


@pytest.mark.parametrize(
    ("name", "team", "queues"),
    [
        ("five_functions_generalist", "scheduling", {"scheduling": 1.0}),
        ("five_functions_in_house", "prior_auth", {"prior_auth": 1.0}),
        ("five_functions_generalist", "transcription", {"transcription": 1.0}),
        ("generalist", "clinical", {"cdi_query": 1.0, "denials_clinical": 1.0}),
        ("generalist", "billing", {"edits": 1.0, "records": 1.0, "denials_technical": 1.0}),
        ("generalist", "ar", {"underpayments": 1.0}),
    ],
)
def test_what_leaves_because_nobody_comes_is_overload(
    name: str, team: str, queues: dict[str, float]
) -> None:
    """Patience, deadlines and replies take work away that nobody does: none of it was done.

    A follow-up that the payer answers within the queue's target is no miss, so that of these a part
    only counts.
    """
    said = study(scenario(name, f"teams.{team}.headcount=0", scale=0.05, **SHAPE))
    found = {o.queue: o for o in overloaded(said)}
    for queue, share in queues.items():
        assert found[queue].undone.mean == pytest.approx(share), queue
        assert (found[queue].team, found[queue].planned) == (team, 0.0)
        assert found[queue].needed > 0.0
    if team == "ar":
        assert 0.1 < found["follow_up"].undone.mean < 0.7


def test_impatience_alone_is_no_overload() -> None:
    """Whoever has time to spare loses some requests all the same: arrivals do not exceed them."""
    result = study(scenario("five_functions_in_house", scale=0.05, **SHAPE))
    [outcomes] = result.outcomes.values()
    assert all(o.kpis["visits.lost_visit"] > 0.02 for o in outcomes.values())
    assert "scheduling" not in {o.queue for o in overloaded(result)}


def test_a_team_too_small_leaves_undone_what_it_has_no_time_for() -> None:
    """People for c of an offered load of 1 leave 1 - c of it undone, however patient it is.

    The plan is for a target occupancy: six tenths of its people have time for so much less.
    """
    model = scenario(
        "five_functions_in_house",
        "hospital.front_end.call_again_share=0",
        "vendors.in_house.turnover.annual_rate=0",
        "vendors.in_house.handle_time_multiplier=1",
        scale=0.2,
        **SHAPE,
    )
    [target] = {v.target_occupancy for v in model.vendors if v.name == "in_house"}
    [none] = overloaded(_with(model, 0))
    few = round(0.6 * none.needed)
    found = {o.queue: o for o in overloaded(_with(model, few))}["scheduling"]
    assert (found.planned, found.needed) == (few, none.needed)
    # Those needed have time for the visits that are booked in the end.
    [vendor] = (v for v in model.vendors if v.name == "in_house")
    time_for = booked_share(model, vendor) * few / none.needed / target
    assert found.undone.mean == pytest.approx(1.0 - time_for, abs=0.08)


def _with(model: Scenario, schedulers: int) -> StudyResult:
    change = {"headcount": schedulers, "overtime": None}
    teams = [t.model_copy(update=change) if t.name == "scheduling" else t for t in model.teams]
    return study(model.model_copy(update={"teams": tuple(teams)}))


def test_a_team_that_keeps_up_is_not_overloaded() -> None:
    result = study(year())
    assert overloaded(result) == []


def test_a_little_left_over_is_no_overload() -> None:
    result = study(scenario("generalist", days=120, first=10, last=60))
    name = result.names[0]
    for share, expected in ((LEAST_SHARE - 0.01, 0), (LEAST_SHARE + 0.01, 1)):
        outcomes = {
            r: replace(o, kpis={**o.kpis, "work.undone_share.edits": share})
            for r, o in result.outcomes[name].items()
        }
        assert len(overloaded(replace(result, outcomes={name: outcomes}))) == expected


def test_a_quarter_fewer_heads_costs_money_and_days() -> None:
    """About as many as the plan asks for, and a quarter fewer: four full-size pairs each say so.

    What is not done is not cheap: it is lost to filing limits, which cost of ownership has as
    write-offs and final denials count, too. Both are small as long as most of the backlog is worked
    off in time, and large where it is not, so no interval of a few means is of use: fees are saved
    in every pair, cost of ownership never falls by nearly as much, and rises on average.
    """
    enough = {
        "coding_inpatient": 7,
        "coding_outpatient": 19,
        "billing": 12,
        "clinical": 13,
        "ar": 9,
    }
    few, many = (
        [kpis(year(*_heads(enough, share), scale=1), r) for r in range(4)] for share in (0.75, 1)
    )

    def more(kpi: str) -> Floats:
        return np.array([a[kpi] - b[kpi] for a, b in zip(few, many, strict=True)])

    assert (more("money.net_value_usd") < 0.0).all()
    assert (more("denials.final_rate") > 0.0).all()
    assert (more("work.days_to_submission") > 1.0).all()
    saved = -more("money.fees_usd")
    assert (saved > 0.0).all()
    assert (more("money.tco") > -0.5 * saved).all()
    assert more("money.tco").mean() > 0.0
    # What others do later is charged: no more is saved than the hours without work had cost.
    idle = np.array([b["money.fees_usd"] * (1.0 - b["people.occupancy"]) for b in many])
    assert (saved - more("money.left_work_usd") < idle).all()


def _heads(plan: dict[str, int], share: float) -> list[str]:
    return [f"teams.{team}.headcount={round(n * share)}" for team, n in plan.items()]


def test_slower_payers_never_lower_the_cost_of_ownership() -> None:
    """What is decided after the run counts as what is decided within it."""
    slow = [
        *for_payers("corrected_claim_reply_days", 300),
        *for_payers("appeal_levels", "[{file_within_days: 60, decision_days: 300}]"),
    ]
    quick = [
        *for_payers("corrected_claim_reply_days", 20),
        *for_payers("appeal_levels", "[{file_within_days: 60, decision_days: 20}]"),
    ]
    cost = {
        name: kpis(year("denials.worked_steepness=0", *how))
        for name, how in (("slow", slow), ("quick", quick))
    }
    for name in ("money.tco", "denials.final_rate", "money.net_revenue_realisation"):
        assert cost["slow"][name] == pytest.approx(cost["quick"][name], rel=0.03), name
    assert cost["slow"]["money.net_value_usd"] < cost["quick"]["money.net_value_usd"]


def test_work_left_behind_is_charged_as_it_is_done_later() -> None:
    """A team too small works its backlog off afterwards; minutes of the window are counted once.

    With people enough the same minutes are worked in time: what the claims took is the same but
    for luck of who works them, and only where it was left behind is it charged as such.
    """
    few = kpis(year("teams.coding_outpatient.headcount=13"))
    many = kpis(year("teams.coding_outpatient.headcount=24"))
    assert few["money.left_work_usd"] > 3 * abs(many["money.left_work_usd"])
    # It is less than the fees of those who were not there: nobody is idle in the drain.
    saved = many["money.fees_usd"] - few["money.fees_usd"]
    assert 0.0 < few["money.left_work_usd"] < saved


def test_a_longer_horizon_changes_nothing_that_happened_before_it() -> None:
    days = 120
    short = run(scenario("generalist", days=days, first=20, last=30), 0)
    long = run(scenario("generalist", days=days + 60, first=20, last=30), 0)
    for name, column in short.days.items():
        np.testing.assert_array_equal(column, long.days[name][:days])
    weeks = days // 7
    for name in ("week", "queue", "arrived", "finished", "backlog", "wait_days"):
        n = sum(week < weeks for week in short.queues["week"])
        assert short.queues[name][:n] == long.queues[name][:n], name


def test_a_drain_changes_nothing_in_the_run() -> None:
    plain = run(scenario("five_functions_generalist", days=120, first=20, last=30), 0)
    drained = run(scenario("five_functions_generalist", DRAIN, days=120, first=20, last=30), 0)
    for name, column in plain.days.items():
        np.testing.assert_array_equal(column, drained.days[name])
    assert plain.queues == drained.queues
    assert plain.weeks == drained.weeks
    assert plain.agents == drained.agents
    assert drained.claims["open_cents"].sum() == 0 < plain.claims["open_cents"].sum()


def test_with_nobody_at_all_everything_is_lost() -> None:
    found = kpis(scenario("generalist", DRAIN, *staffed(0), days=150))
    assert found["money.paid_usd"] == 0.0
    assert found["money.loss_usd.timely_filing"] == pytest.approx(found["money.expected_usd"])
    assert found["money.tco"] >= found["money.expected_usd"]


@pytest.mark.slow
@pytest.mark.parametrize("days", [545, 1096])
def test_a_run_of_settled_teams_is_not_called_too_short(days: int) -> None:
    """Hospital teams who have always been there: their knowledge and their work do not start up."""
    found = verdicts(study(scenario("in_house", scale=0.05, days=days, first=180), replications=3))
    assert {v.series for v in found} == {"knowledge", "open work"}
    assert not {v.verdict for v in found} & {MOVING, TOO_EARLY}
