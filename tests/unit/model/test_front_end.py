"""Visits before their charts: booked in time or lost, authorised or not, dictated late or wrong."""

from __future__ import annotations

from datetime import date
from typing import get_args

import numpy as np
import pytest

from sim.model import rules
from sim.model.codes import (
    DAY_BITS,
    Cause,
    Defect,
    Queue,
    Stage,
    Visit,
    VisitLuck,
    VisitTask,
    names,
)
from sim.model.kernel import coding, front, work
from sim.model.kernel.ports import Objects, visit_luck, visit_touch
from sim.model.kernel.rows import Claim
from sim.model.simulation import Simulation, run
from sim.record.kpis import outcome
from sim.scenario.fields import FUNCTIONS, QueueName
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from tests.scenarios import TEAMS, by_reference, faultless, objects, replaced, scenario, world_of

FRONT = "hospital.front_end"
FRONT_TEAMS = ("scheduling", "prior_auth", "transcription")
ALL_NEED_ALL = [
    f"{FRONT}.{setting}.{share}=1"
    for setting in ("inpatient", "outpatient")
    for share in ("scheduled_share", "prior_auth_share", "dictated_share")
]
NO_BACK_DEFECTS = [*faultless("generalist"), "policy_calendar=[]"]


def ample(*overrides: str, days: int = 150) -> Scenario:
    """A small hospital with plenty of people, unless overridden."""
    plenty = [f"teams.{team}.headcount=3000" for team in (*TEAMS, *FRONT_TEAMS)]
    return scenario("five_functions_generalist", *plenty, *overrides, scale=0.01, days=days)


def run_kpis(config: Scenario) -> dict[str, float]:
    return outcome(run(config, 0)).kpis


def served(*overrides: str, days: int = 150) -> list[tuple[int, int, int]]:
    """Day, defects and stage of each claim of the counted window, from a run."""
    config = scenario("five_functions_generalist", *overrides, scale=0.01, days=days)
    kept: list[tuple[int, int, int]] = []
    admit = coding.admit

    def note(rows: Objects, claim: Claim, now: float) -> None:
        kept.append((claim.day, claim.defects, claim.stage))
        admit(rows, claim, now)

    with replaced(admit, note):
        by_reference(config)
    return kept


def test_the_functions_share_out_the_queues() -> None:
    queues = [queue for of_one in FUNCTIONS.values() for queue in of_one]
    assert sorted(queues) == sorted(get_args(QueueName))


@pytest.mark.parametrize(
    ("right", "complexity", "expected"), [(0.8, 0, 1), (0.8, 1, 0.8), (0.6, 0.5, 0.8), (1, 0.7, 1)]
)
def test_simple_tasks_are_done_right_more_often(
    right: float, complexity: float, expected: float
) -> None:
    assert rules.task_accuracy(right, complexity) == pytest.approx(expected)


def test_a_review_mends_what_it_catches() -> None:
    assert rules.reviewed(0.9, 0.5, 0.8) == pytest.approx(0.94)
    assert rules.reviewed(0.9, 0.0, 0.8) == rules.reviewed(0.9, 1.0, 0.0) == 0.9


def test_where_nobody_books_every_scheduled_visit_is_lost() -> None:
    found = run_kpis(
        scenario(
            "five_functions_generalist",
            "teams.scheduling.headcount=0",
            f"{FRONT}.outpatient.scheduled_share=1",
            f"{FRONT}.inpatient.scheduled_share=1",
            scale=0.01,
            days=150,
        )
    )
    assert found["visits.lost_visit"] == 1.0
    assert found["money.loss_usd.lost_visit"] == pytest.approx(found["money.expected_usd"])
    saved = 0.5 * found["money.expected_usd"]
    assert found["money.hospital_usd"] == pytest.approx(250_000, rel=0.01)  # management alone
    assert found["money.care_saved_usd"] == pytest.approx(saved)
    assert found["money.cost_to_collect"] != found["money.cost_to_collect"], "nothing was collected"


def test_patient_people_are_lost_only_on_the_day_of_the_service() -> None:
    few = ["teams.scheduling.headcount=14"]
    lost = {
        mean: run_kpis(
            scenario(
                "five_functions_generalist",
                *few,
                f"{FRONT}.patience_mean_days={mean}",
                scale=0.01,
                days=150,
            )
        )["visits.lost_visit"]
        for mean in (0.01, 5, 365)
    }
    assert lost[0.01] > lost[5] > lost[365]


def test_errors_at_the_front_desk_are_defects_of_the_claim() -> None:
    always = [f"{FRONT}.{task}_complexity=1" for task in FRONT_TEAMS]
    wrong = [
        f"certifications.{c}.accuracy_{end}=0"
        for c in ("none", "CPC", "CCS", "RHIT", "RN")
        for end in ("floor", "ceiling")
    ]
    blind = ["vendors.generalist.quality.qa_detection_share=0", f"{FRONT}.auth_refused_share=0"]
    plenty = [f"teams.{team}.headcount=3000" for team in FRONT_TEAMS]
    claims = served(*NO_BACK_DEFECTS, *ALL_NEED_ALL, *always, *wrong, *blind, *plenty)
    settled = [defects for day, defects, _ in claims if day > 40]
    assert settled
    booked = np.array(settled)
    assert np.mean(booked & Defect.REG > 0) == 1.0
    assert np.mean(booked & Defect.AUTH > 0) == 1.0
    assert np.mean(booked & Defect.DOC > 0) == 1.0


def test_without_complexity_nobody_errs() -> None:
    never = [f"{FRONT}.{task}_complexity=0" for task in FRONT_TEAMS]
    plenty = [f"teams.{team}.headcount=3000" for team in FRONT_TEAMS]
    lenient = [f"{FRONT}.auth_refused_share=0", f"{FRONT}.auth_decision_days=[0, 1]"]
    claims = served(
        *NO_BACK_DEFECTS, *ALL_NEED_ALL, *never, *plenty, *lenient, f"{FRONT}.lead_days=[8, 12, 20]"
    )
    assert claims
    assert not any(defects for _, defects, _ in claims)


def test_where_nobody_asks_for_authorisation_visits_go_ahead_without_or_later() -> None:
    nobody = [
        *NO_BACK_DEFECTS,
        *ALL_NEED_ALL,
        "teams.prior_auth.headcount=0",
        "teams.scheduling.headcount=3000",
        f"{FRONT}.scheduling_complexity=0",
        f"{FRONT}.transcription_complexity=0",
    ]
    at_once = served(*nobody, f"{FRONT}.postponed_share=0")
    later = served(*nobody, f"{FRONT}.postponed_share=1", f"{FRONT}.postponed_days=9")
    assert all(defects == Defect.AUTH for day, defects, _ in at_once if day > 40)
    assert all(defects == Defect.AUTH for day, defects, _ in later if day > 49)
    by_day = np.bincount([day for day, _, _ in at_once if day > 40], minlength=150)
    moved = np.bincount([day for day, _, _ in later if day > 49], minlength=150)
    assert by_day[41:120].tolist() == moved[50:129].tolist()


def test_a_refusal_that_nobody_overturns_ends_the_visit() -> None:
    refused = [
        f"{FRONT}.auth_refused_share=1",
        f"{FRONT}.peer_to_peer_won_share=0",
        f"{FRONT}.lead_days=[20, 24, 28]",
        f"{FRONT}.postponed_share=0",
    ]
    found = run_kpis(ample(*ALL_NEED_ALL, *refused, days=160))
    assert found["visits.refused_visit"] > 0.97
    assert found["visits.lost_visit"] < 0.03


def test_transcription_holds_the_bill() -> None:
    plenty = run_kpis(
        scenario(
            "five_functions_generalist", "teams.transcription.headcount=3000", scale=0.01, days=150
        )
    )
    few = run_kpis(
        scenario(
            "five_functions_generalist",
            "teams.transcription.headcount=400",
            "queues.transcription.minutes=500",
            "calendar.absence_share=0.5",
            scale=0.01,
            days=150,
        )
    )
    assert few["work.days_to_submission"] > plenty["work.days_to_submission"] + 0.5
    assert few["work.wait_days.transcription"] > plenty["work.wait_days.transcription"]


def test_drafts_save_time_and_err_by_their_own_accuracy() -> None:
    drafts = (
        "vendors.generalist.drafts={transcription: {accuracy: %s, reviewer_catch_share: 0, "
        "time_saved_share: 0.6}}"
    )
    busy, rates = [], []
    for extra in ([drafts % 1], [], [drafts % 0]):
        made = world_of(ample(*extra))
        rates.append(outcome(Simulation(made).run()).kpis["denials.category.DOC"])
        busy.append(next(t.roster.busy_minutes for t in made.teams if t.name == "transcription"))
    assert busy[0] == pytest.approx(0.4 * busy[1], rel=0.03)
    assert rates[0] < rates[1] < rates[2]


def test_two_vendors_meet_the_same_visits() -> None:
    drawn = []
    for vendor in ("generalist", "specialized"):
        other = world_of(
            scenario(f"five_functions_{vendor}", scale=0.01, days=60, first=1, last=20)
        )
        front = other.scenario.hospital.front_end
        assert front is not None
        Simulation(other)._expect(0, front.lead_days[2])
        s, lucks, tasks = objects(other), len(names(VisitLuck)), len(names(VisitTask))
        drawn.append(
            [
                (
                    c.key,
                    c.expected,
                    [visit_luck(s, c, i) for i in range(lucks)],
                    [visit_touch(s, c, i) for i in range(tasks)],
                    c.lead_days,
                    c.visit & Visit.NEEDS_AUTH,
                    c.visit & Visit.DICTATED,
                    c.visit & Visit.BOOKED,
                )
                for c in s.claims
            ]
        )
    assert drawn[0]
    assert drawn[0] == drawn[1]


def test_the_claims_are_those_of_the_hospital_without_its_front_end() -> None:
    found = []
    for name in ("five_functions_generalist", "generalist"):
        world = world_of(scenario(name, scale=0.01, days=90, last=30))
        found.append(
            {
                claim
                for day in range(90)
                for drawn in world.source.day_claims(day)
                for claim in zip(
                    *(drawn.columns()[name].tolist() for name in ("key", "expected", "payer")),
                    strict=True,
                )
            }
        )
    assert found[0]
    assert found[0] == found[1]


def test_auto_headcount_plans_the_front_teams_for_their_occupancy() -> None:
    still = [
        "policy_calendar=[]",
        "people.speed_sigma=0",
        "hospital.arrivals.day_cv=0",
        "vendors.in_house.turnover.annual_rate=0",
    ]
    made = world_of(scenario("five_functions_in_house", *still, scale=0.2, days=300))
    Simulation(made).run()
    for team in made.teams:
        if team.name in FRONT_TEAMS:
            occupancy = team.roster.busy_minutes / team.time.productive_minutes
            assert occupancy == pytest.approx(team.vendor.target_occupancy, abs=0.12), team.name


REFUSED = {
    "a front queue without front end": (
        "generalist",
        "queues=[{name: scheduling, skill: scheduling, minutes: 5, minutes_cv: 1, due_days: 1}]",
        "needs hospital.front_end",
    ),
    "a team without its queue": (
        "generalist",
        "teams.ar.queues=[scheduling, follow_up, underpayments]",
        "unknown name",
    ),
    "charts by the minute": (
        "five_functions_generalist",
        "hospital.arrivals.within_day=continuous",
        '"batch"',
    ),
    "leads in disorder": (
        "five_functions_generalist",
        f"{FRONT}.lead_days=[9, 3, 12]",
        "minimum <= mode",
    ),
    "a lead of no day": (
        "five_functions_generalist",
        f"{FRONT}.lead_days=[0, 3, 12]",
        "1 <= minimum",
    ),
    "decisions in disorder": (
        "five_functions_generalist",
        f"{FRONT}.auth_decision_days=[5, 2]",
        "earliest <= latest",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_front_ends_that_cannot_be_are_refused(case: str) -> None:
    name, override, said = REFUSED[case]
    with pytest.raises(ScenarioError, match=said):
        scenario(name, override)


def test_patients_who_call_again_are_lost_only_once_more() -> None:
    """Few book, so that many give up; the more call again, the fewer are lost in the end."""
    few = ["teams.scheduling.headcount=14", f"{FRONT}.patience_mean_days=3"]
    lost = [
        run_kpis(
            scenario(
                "five_functions_generalist",
                *few,
                f"{FRONT}.call_again_share={share}",
                "drain_days=200",
                scale=0.02,
                days=150,
            )
        )["visits.lost_visit"]
        for share in (0, 0.5, 1)
    ]
    assert lost[0] > lost[1] > lost[2] > 0.0, "whoever gives up twice is lost"


def test_meetings_are_felt_at_the_visit_and_not_when_it_is_booked() -> None:
    """Walk-ins have no lead time: how far ahead others book changes nothing of what they bring."""
    walk_in = [f"{FRONT}.{setting}.scheduled_share=0" for setting in ("inpatient", "outpatient")]
    found = [
        run(
            scenario(
                "five_functions_specialized",
                *walk_in,
                f"{FRONT}.lead_days={lead}",
                scale=0.02,
                days=200,
            ),
            0,
        ).claims
        for lead in ("[1, 2, 3]", "[40, 60, 80]")
    ]
    for name, column in found[0].items():
        np.testing.assert_array_equal(column, found[1][name])


@pytest.mark.parametrize("lead", ["[1, 1, 1]", "[10, 10, 10]"])
def test_who_would_ask_on_a_day_off_has_asked_the_workday_before(lead: str) -> None:
    """A visit on Monday, a day ahead, is asked for on Friday; plenty of people book them all."""
    patient = [f"{FRONT}.patience_mean_days=365", f"{FRONT}.lead_days={lead}"]
    assert run_kpis(ample(*patient, days=130))["visits.lost_visit"] == 0.0


def test_services_after_the_run_are_asked_for_within_it() -> None:
    """The last weeks before the end are as busy as in a run that goes on."""
    late = [f"{FRONT}.lead_days=[20, 20, 20]", "drain_days=30"]
    short, long = (run(ample(*late, days=days), 0) for days in (133, 161))
    came = [
        [
            arrived
            for arrived, queue, week in zip(
                record.queues["arrived"], record.queues["queue"], record.queues["week"], strict=True
            )
            if queue == "scheduling" and week < 19
        ]
        for record in (short, long)
    ]
    assert len(came[0]) == 19
    assert came[0] == came[1]
    assert min(came[0][-3:]) > 0
    assert short.claims["day"].max() < 133, "they are no claims of the run"


def test_services_after_the_run_do_not_come_to_pass() -> None:
    on_time = [f"{FRONT}.postponed_share=0", f"{FRONT}.call_again_share=0", "drain_days=60"]
    days = [day for day, *_ in served(*on_time, days=130)]
    assert 120 < max(days) < 130


def test_patients_call_again_with_their_share_and_after_their_days() -> None:
    """Nobody books: who gave up the day after asking asks again a week later, a lead time ahead."""
    share, lead, again = 0.6, 10, 7
    config = scenario(
        "five_functions_generalist",
        "teams.scheduling.headcount=0",
        f"{FRONT}.patience_mean_days=0.01",
        f"{FRONT}.lead_days=[{lead}, {lead}, {lead}]",
        f"{FRONT}.call_again_share={share}",
        f"{FRONT}.call_again_days={again}",
        scale=0.02,
        days=150,
    )
    world = world_of(config)
    Simulation(world).run()
    calendar = world.calendar
    asked_by = {}
    for day in range(lead + 4, 140):
        asked = day - lead
        while not calendar.is_workday[asked]:
            asked -= 1
        asked_by[day] = asked
    called = []
    for claim in objects(world).claims:
        planned = claim.key >> DAY_BITS
        if claim.visit & Visit.BOOKED or planned not in asked_by:
            continue
        called.append(claim.visit & Visit.CALLED_AGAIN > 0)
        if called[-1]:
            asked_again = calendar.next_workday(asked_by[planned] + 1 + again)
            assert claim.day == asked_again + lead
        else:
            assert claim.day == planned
    assert len(called) > 1000
    error = (share * (1 - share) / len(called)) ** 0.5
    assert abs(np.mean(called) - share) < 4.5 * error


def test_patients_who_call_again_bring_their_money_once_somebody_books() -> None:
    """Nobody books until day X; who asked before, gave up, and asks again after X is booked then.

    Nothing else goes wrong, so that each visit is paid in full or lost: with nobody who calls again
    all asked for before X are lost, and with everybody only those asked for again before X.
    """
    lead, again, x = 10, 7, 62  # a Tuesday
    hire = (
        "vendors.generalist.hiring={time_to_fill_days: 0, class_every_days: 0, "
        "classroom_days: 0, nesting_days: 0}"
    )
    scenes = {
        share: ample(
            *NO_BACK_DEFECTS,
            *ALL_NEED_ALL,
            hire,
            *(
                f"{FRONT}.{setting}.{kind}=0"
                for setting in ("inpatient", "outpatient")
                for kind in ("prior_auth_share", "dictated_share")
            ),
            f"{FRONT}.scheduling_complexity=0",
            f"{FRONT}.patience_mean_days=0.01",
            f"{FRONT}.lead_days=[{lead}, {lead}, {lead}]",
            f"{FRONT}.call_again_days={again}",
            f"{FRONT}.call_again_share={share}",
            "teams.scheduling.headcount=0",
            "timeline=[{kind: staffing, on: 2025-03-04, team: scheduling, headcount: 3000}]",
            "drain_days=300",
            days=130,
        )
        for share in (0, 0.5, 1)
    }
    calendar = world_of(scenes[0]).calendar
    assert calendar.day_of(date(2025, 3, 4)) == x

    def asked(day: int) -> int:
        """The workday on which it was asked for; -1 if that was before the run, and settled."""
        return next((d for d in range(day - lead, -1, -1) if calendar.is_workday[d]), -1)

    lost, brought = {}, {}
    for share, scene in scenes.items():
        claims = run(scene, 0).claims
        lost[share] = claims["loss_cause"] == Cause.LOST_VISIT
        paid = np.where(lost[share], 0, claims["expected"])
        np.testing.assert_array_equal(claims["paid_cents"], paid)
        brought[share] = int(paid.sum())
    since = [asked(day) for day in claims["day"].tolist()]
    early = np.array([0 <= day < x for day in since])
    twice = np.array([calendar.next_workday(day + 1 + again) < x for day in since])
    np.testing.assert_array_equal(lost[0], early)
    np.testing.assert_array_equal(lost[1], early & twice)
    assert not (lost[1] & ~lost[0.5]).any(), "nobody is lost because more call again"
    assert not (lost[0.5] & ~lost[0]).any()
    assert brought[0] < brought[0.5] < brought[1]


@pytest.mark.parametrize("booked", [True, False])
def test_what_another_has_booked_meanwhile_is_not_given_back(booked: bool) -> None:
    """Two have a request in hand whose patient called again; one books it, one walks out."""
    world = world_of(ample())
    Simulation(world).run()
    s = objects(world)
    claim, agent, queue = s.claims[0], s.agents[0], s.queues[Queue.SCHEDULING]
    claim.stage, claim.ticket, claim.visit = Stage.WAITING, -1, Visit.BOOKED if booked else 0
    agent.hand_queue, agent.hand_claim, agent.hand_ticket = queue.index, claim.index, queue.index
    level = queue.level
    work.hand_back(s, agent, 150.0)
    assert queue.level == level + (not booked)
    assert (claim.ticket < 0) == booked


def test_a_visit_is_booked_once() -> None:
    """By the quicker of two who have it in hand, since a patient called again."""
    world = world_of(ample(*ALL_NEED_ALL))
    s = objects(world)
    for drawn in world.source.day_claims(20):
        world.engine.add(drawn)
    claim = next(c for c in s.claims if c.visit & Visit.NEEDS_AUTH)
    quick, slow = (world.engine.employ(0, [False] * 200) for _ in range(2))
    asked = s.queues[Queue.PRIOR_AUTH]
    front.book(s, quick, claim, 1.0)
    ticket = claim.ticket
    front.book(s, slow, claim, 2.0)
    assert claim.ticket == ticket
    assert (asked.arrived, asked.level) == (1, 1)
