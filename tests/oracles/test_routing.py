"""Teams that take only some of their queues' work: who works what, and waits by theory."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import AUTO
from sim.model.demand import staffing
from sim.model.engines import maker
from sim.model.simulation import Simulation, run
from sim.model.world import World
from sim.record.kpis import outcome
from tests.oracles.test_queueing import RATE, SERVERS, markovian, mean_wait_days, spread
from tests.scenarios import TEAMS, by_reference, scenario, world_of

CODERS = "[coding_inpatient, coding_outpatient]"
HALVES = [
    "payers.commercial.claims_share=0.5",
    *(
        f"payers.{payer}.claims_share=0.1"
        for payer in ("managed_medicaid", "medicaid", "medicare", "medicare_advantage", "other")
    ),
]
DAYS, BATCH_DAYS = 364, 14
"""As in the comparisons with M/M/c, whose error of one in a hundred thousand holds here, too."""


def split(first: str, people: tuple[int, int]) -> list[str]:
    """Two teams for all charts, of which one takes only some."""
    layout = [f"teams.{TEAMS[0]}.takes={first}"]
    for team, n in zip(TEAMS, people, strict=False):
        layout += [f"teams.{team}.queues={CODERS}", f"teams.{team}.headcount={n}"]
    return layout


def test_two_teams_that_split_by_payer_are_two_queues_of_m_m_c() -> None:
    """Half of the claims for two people, half for three, who never help each other out."""
    layout = [*split("{payers: [commercial]}", (SERVERS, SERVERS + 1)), *HALVES]
    model = scenario("generalist", *markovian(layout), scale=1, days=DAYS)
    world = World(model, 0, maker(AUTO))
    seen: list[list[tuple[float, int]]] = [[], []]

    def look(day: int) -> None:
        if day % BATCH_DAYS == 0:
            for team, counts in zip(world.teams, seen, strict=False):
                done = sum(sum(q.waits) for q in team.queues)
                counts.append((sum(q.wait_days for q in team.queues), done))

    Simulation(world, look).run()
    for counts, servers in zip(seen, (SERVERS, SERVERS + 1), strict=True):
        days, items = np.diff(np.array(counts), axis=0)[1:].T
        waits, wait = (days / items).tolist(), mean_wait_days(servers, RATE / 24.0)
        assert abs(np.mean(waits) - wait) < spread(waits) < 1.2 * wait


@pytest.mark.parametrize(
    ("takes", "mine"),
    [
        (
            "{balance_from_usd: 200, balance_below_usd: 800}",
            lambda c: 200_00 <= c.expected < 800_00,
        ),
        ("{setting: inpatient}", lambda c: c.setting == 0),
        ("{payers: [medicare, other]}", lambda c: c.payer in (3, 5)),
    ],
    ids=["balance", "setting", "payers"],
)
def test_everybody_works_what_their_team_takes(takes, mine) -> None:  # type: ignore[no-untyped-def]
    model = scenario(
        "generalist", *markovian(split(takes, (4, 4))), scale=1, days=40, first=0, last=0
    )
    world = world_of(model)
    Simulation(world).run()
    coded = [claim for claim in world.state.claims if claim.coder >= 0]
    crews = {claim.index: world.state.agents[claim.coder].crew for claim in coded}
    assert all((crews[claim.index] == 0) == mine(claim) for claim in coded)
    assert set(crews.values()) == {0, 1}


def test_tables_tell_of_all_parts_of_a_queue_together() -> None:
    """With people to spare nothing depends on who works: as many items, in the same weeks."""
    whole, parted = (
        by_reference(
            scenario("generalist", *markovian(layout), scale=1, days=60, first=0, last=0), 0
        ).queues
        for layout in (split("{setting: inpatient}", (60, 60)), split("null", (60, 60)))
    )
    for column in ("arrived", "finished", "opening", "backlog", "days"):
        assert whole[column] == parted[column], column


def test_people_are_planned_for_the_work_that_their_team_takes() -> None:
    """Half of the claims, and the other half; a team alone with all of them needs twice as many."""
    layout = [*split("{payers: [commercial]}", (2, 2)), *HALVES]
    half, rest = staffing(scenario("generalist", *markovian(layout), scale=1))[:2]
    alone = [f"teams.{TEAMS[1]}.queues=[underpayments]", f"teams.{TEAMS[0]}.queues={CODERS}"]
    whole = staffing(scenario("generalist", *markovian(alone), scale=1))[0]
    assert half.load == pytest.approx(whole.load / 2)
    assert rest.load == pytest.approx(whole.load / 2)


def test_charts_come_at_their_hours() -> None:
    """People enough from 8 to 16 o'clock: what comes between 12 and 13 waits for nobody, what comes
    between 18 and 19 until the next morning, for 13.5 hours on average, each half an hour about.
    """
    waits = []
    for hour in (12, 18):
        profile = [int(h == hour) for h in range(24)]
        day = ("calendar.shift_start_hour=8", "calendar.shift_hours=8")
        hours = (*day, f"hospital.arrivals.hour_profile={profile}")
        layout = markovian(split("null", (80, 80)))
        record = run(scenario("generalist", *layout, *hours, scale=1, days=40, first=0, last=0), 0)
        coding = [i for i, q in enumerate(record.queues["queue"]) if q.startswith("coding_")]
        done, days = (np.array(record.queues[c])[coding] for c in ("finished", "wait_days"))
        waits.append(24.0 * float((done * days).sum() / done.sum()))
    # 72 a day for 40 days: a standard error of 0.29 hours over the root of 2,880.
    assert waits == pytest.approx([0.0, 13.5], abs=0.025)


def test_no_dollar_and_no_claim_is_lost_between_teams() -> None:
    """Denials by balance, follow-ups by payer: expected is paid, open and lost, to the cent."""
    ends = [
        "teams.billing.queues=[edits, records, denials_technical, denials_clinical, cdi_query]",
        "teams.clinical.queues=[cdi_query, edits, records, denials_technical, denials_clinical]",
        "teams.billing.takes={balance_below_usd: 500}",
        "teams.clinical.takes={balance_from_usd: 500}",
    ]
    record = run(scenario("generalist", *ends, scale=0.05), 0)
    kpis = outcome(record).kpis
    lost = sum(v for k, v in kpis.items() if k.startswith("money.loss_usd."))
    assert kpis["money.expected_usd"] == pytest.approx(
        kpis["money.paid_usd"] + kpis["money.open_usd"] + lost, abs=0.01
    )
    assert sum(record.queues["finished"]) > 1000
