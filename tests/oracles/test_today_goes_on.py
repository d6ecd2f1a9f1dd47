"""A stationary floor that a run takes over goes on as it was: what waits, and what comes back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.model.simulation import run
from sim.record.record import Record
from sim.scenario.fields import QueueName
from sim.scenario.load import load
from sim.scenario.state import OpenWork, Today
from sim.study.today import write_state
from tests import floors
from tests.oracles.test_queueing import OCCUPANCY, SERVERS, SPLIT, erlang_c, markovian
from tests.scenarios import TEAMS, faultless, for_categories, world_of
from tests.today import START, today

FALSE_ALARM = 1e-4
"""Chance that a comparison here fails although nothing is wrong; there are three."""
MONDAY = date.fromisoformat(START)
CODING: tuple[QueueName, ...] = ("coding_inpatient", "coding_outpatient")
EACH_DAY = 40
WEEKS = 4


def weeks(record: Record, name: str, queue: str) -> np.ndarray:
    rows = record.queues
    return np.array([v for q, v in zip(rows["queue"], rows[name], strict=True) if q == queue])


def test_what_waits_stays_as_much_as_it_was() -> None:
    """Two independent M/M/2, each begun with as many as its stationary law has, quantile by
    quantile: who is served begins anew, which exponential times do not notice. The number waiting
    then has its stationary mean in every week.
    """
    load_ = OCCUPANCY * SERVERS
    late = erlang_c(SERVERS, load_)
    empty = late * (1 - OCCUPANCY) / (load_**SERVERS / 2)
    law = np.array([empty, empty * load_, *(late * (1 - OCCUPANCY) * OCCUPANCY ** np.arange(60))])
    runs = 8
    inside = np.searchsorted(np.cumsum(law), (np.arange(runs) + 0.5) / runs)
    seen: list[float] = []
    world = today(*markovian(SPLIT), "hospital.chart_ready_days=0", "horizon_days=30")
    for i, numbers in enumerate(zip(inside.tolist(), np.roll(inside, 3).tolist(), strict=True)):
        lines = tuple(
            OpenWork(
                queue=queue,
                payer="commercial",
                age_from_days=0,
                age_to_days=0,
                count=n,
                amount_usd=100.0 * n,
            )
            for queue, n in zip(CODING, numbers, strict=True)
        )
        state = Today(as_of=MONDAY, open_work=lines)
        record = run(world.model_copy(update={"state": state, "seed": i}), 0)
        seen += [weeks(record, "mean_level", queue)[:2].mean() for queue in CODING]
    mean = late * load_ / (SERVERS - load_)
    error = stats.t.ppf(1 - FALSE_ALARM / 2, len(seen) - 1) * stats.sem(seen)
    assert error < mean
    assert np.mean(seen) == pytest.approx(mean, abs=error)


def unanswered(days: float) -> float:
    """Part of triangular replies of 14, 21 and 45 days that take longer."""
    if days <= 14:
        return 1.0
    if days >= 45:
        return 0.0
    if days < 21:
        return 1.0 - (days - 14) ** 2 / (31 * 7)
    return (45 - days) ** 2 / (31 * 24)


def sent(awaiting: str, ago: int, count: float) -> dict[str, Any]:
    on = (MONDAY - timedelta(ago)).isoformat()
    return {
        "payer": "commercial",
        "awaiting": awaiting,
        "from_date": on,
        "to_date": on,
        "count": round(count),
        "amount_usd": 500.0 * round(count),
    }


def test_as_many_claims_fall_silent_as_did() -> None:
    """40 claims a day, of which payers never get a third: these are sent again when somebody has
    asked, after 30 days, and answered after 28. Late are those that are answered after 30.5 days.
    """
    lost = 1 / 3
    waiting = [
        EACH_DAY * (lost * (ago <= 30) + (1 - lost) * unanswered(ago - 0.5) + lost * (ago <= 28))
        for ago in range(1, 46)
    ]
    lines = [sent("reply", ago, count) for ago, count in enumerate(waiting, 1)]
    scene = today(
        *for_categories("reject_share", 0),
        f"payers.commercial.no_reply_share={lost}",
        "payers.commercial.reply_days=[14, 21, 45]",
        "teams.ar.headcount=9",
        volume=0.0001,
        open_work=[],
        at_payers=lines,
    )
    arrived = weeks(run(scene, 0), "arrived", "follow_up")[:WEEKS].sum()
    expected = 7 * WEEKS * EACH_DAY * (lost + (1 - lost) * unanswered(30.5))
    # Drawn one by one from what waits, with other chances each: less than a binomial scatters.
    assert stats.binom.cdf(arrived, sum(map(round, waiting)), expected / sum(waiting)) > 1e-4 / 2
    assert stats.binom.sf(arrived, sum(map(round, waiting)), expected / sum(waiting)) > 1e-4 / 2


TWO_LEVELS = ", ".join(f"{{file_within_days: 90, decision_days: {days}}}" for days in (30, 60))


def lost_appeals(lines: list[dict[str, Any]]) -> np.ndarray:
    """Appeals that come back as work by week, where nothing is won and two levels are fought."""
    scene = today(
        *faultless("generalist"),
        "denials.win_cap=0",
        f"payers.commercial.appeal_levels=[{TWO_LEVELS}]",
        "vendors.generalist.denials.levels=2",
        "teams.clinical.headcount=9",
        volume=0.0001,
        open_work=[],
        at_payers=lines,
    )
    return weeks(run(scene, 0), "arrived", "denials_clinical")[:WEEKS]


def test_appeals_are_lost_at_the_level_at_which_they_are() -> None:
    """Levels are decided after 30 and after 60 days. Ten a day go to each: of a month's decisions
    those of the first come back as work, ten for every day.
    """
    arrived = lost_appeals([sent("appeal", ago, 10 * (ago <= 30) + 10) for ago in range(1, 61)])
    # Until day 28 the first levels of 28 of the 30 days are decided; of 20 of a day, half are.
    expected, scatter = 10 * 28, np.sqrt(20 * 28 / 4)
    assert arrived.sum() == pytest.approx(expected, abs=stats.norm.isf(1e-4 / 2) * scatter)
    assert arrived.max() < 2 * arrived.min()


def test_a_level_that_is_told_is_that() -> None:
    """Those of the first level are decided until day 28, and come back: no others do."""
    first, second = ([{**sent("appeal", 15, 40), "level": level}] for level in (1, 2))
    assert lost_appeals(first).tolist() == [0, 0, 40, 0]
    assert lost_appeals(second).tolist() == [0, 0, 0, 0]


def test_people_go_on_at_their_own_speed(tmp_path: Path) -> None:
    """Those of a team of three, who differ by a tenth and more."""
    truth = floors.truth(2)
    written = write_state(truth, 0, floors.START + timedelta(14), tmp_path)
    said = {"extends": ["generalist.yaml", str(written)], "horizon_days": 56, "kpi_from_days": 0}
    ahead = load({**said, "kpi_until_days": 0, "drain_days": 0}, floors.FLOOR).scenario
    speeds = []
    for scene in (truth, ahead):
        team = world_of(scene).teams[TEAMS.index("coding_outpatient")]
        team.open_doors()
        speeds.append([agent.row.speed for agent in team.employed])
    assert speeds[1] == pytest.approx(speeds[0], rel=1e-5)
    assert max(speeds[0]) > 1.1 * min(speeds[0])
