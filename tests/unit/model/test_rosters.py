"""People as written: exact rosters, persons of a file, part-time work, and two teams at once."""

from __future__ import annotations

from collections import Counter
from math import exp
from pathlib import Path

import pytest

from sim.model import engines
from sim.model.rules import largest_remainder
from sim.model.simulation import run
from sim.model.workforce import Team
from sim.model.world import World
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from sim.study.store import content_hash, content_of
from tests.digests import digests
from tests.people import VENDOR, after, bare, coders
from tests.scenarios import TEAMS, faultless, scenario, staffed, world_of

TURNOVER, HIRING = f"{VENDOR}.turnover", f"{VENDOR}.hiring"
STEADY = (f"{TURNOVER}.annual_rate=0", f"{VENDOR}.programmes=[]")
TEAM = "teams.coding_inpatient"
RANKED = [
    *(
        f"certifications.{name}.accuracy_{end}={value}"
        for name, value in (("none", 0.7), ("CPC", 0.8))
        for end in ("floor", "ceiling")
    )
]
"""The bare hospital has all alike; here they go from none over CPC to the others."""


def opened(world: World) -> list[Team]:
    """The teams of a world on its first morning."""
    for team in world.teams:
        team.open_doors()
        team.take_over()
    return world.teams


def held(team: Team) -> dict[str, int]:
    """People of a team by the certification that they hold."""
    return dict(Counter(agent.certification for agent in team.employed))


# --- exact rosters --------------------------------------------------------------------------------


@pytest.mark.parametrize("replication", range(5))
def test_a_roster_of_22_9_and_3_is_22_9_and_3(replication: int) -> None:
    scene = bare(0, f"{TEAM}.headcount={{none: 22, CPC: 9, CCS: 3}}", days=30)
    team = coders(world_of(scene, replication))
    team.open_doors()
    assert held(team) == {"none": 22, "CPC": 9, "CCS": 3}
    assert team.roster.plan == 34
    record = run(scene, replication)
    on_the_first_day = [i for i, day in enumerate(record.agents["hired_day"]) if day <= 0]
    entries = Counter(record.agents["entry_certification"][i] for i in on_the_first_day)
    assert entries == {"none": 22, "CPC": 9, "CCS": 3}
    assert record.weeks["plan"][0] == 34.0


def test_a_programme_of_old_changes_no_roster() -> None:
    """Without a roster it has made CPC of all who passed; who is on one holds what is written."""
    programme = (
        f"{VENDOR}.programmes=[{{name: up, from_certification: none, to_certification: CPC, "
        "after_days: 0, enrol_share: 1, months: 1, study_hours_per_week: 2, pass_share: 1, "
        "cost_usd: 1, hazard_multiplier: 1}]"
    )
    teams = {}
    for heads in ("34", "{none: 34}"):
        team = coders(world_of(bare(0, f"{TEAM}.headcount={heads}", programme, days=30)))
        team.open_doors()
        teams[heads] = team
    assert held(teams["34"])["CPC"] > 20
    assert held(teams["{none: 34}"]) == {"none": 34}
    old = [a for a in teams["{none: 34}"].employed if a.hired < -40]
    assert old
    assert all(agent.programme for agent in old), "their try is over"


@pytest.mark.parametrize(
    ("scale", "shares"),
    [
        (0.1, {"none": 3, "CPC": 1, "CCS": 1}),
        (0.5, {"none": 11, "CPC": 5, "CCS": 1}),
        (2.0, {"none": 44, "CPC": 18, "CCS": 6}),
    ],
)
def test_a_smaller_hospital_keeps_the_shares(scale: float, shares: dict[str, int]) -> None:
    """5 of 34 are 3.24, 1.32 and 0.44; 17 11, 4.5 and 1.5: ties to the first."""
    scene = bare(
        0,
        f"{TEAM}.headcount={{none: 22, CPC: 9, CCS: 3}}",
        f"hospital.scale={scale}",
        *RANKED,
        days=30,
    )
    team = coders(world_of(scene))
    team.open_doors()
    assert held(team) == shares
    assert team.roster.full_time * team.roster.hours_share == pytest.approx(34 * scale)


def test_the_largest_remainders_get_the_rest() -> None:
    assert largest_remainder(34, [22, 9, 3]) == [22, 9, 3]
    assert largest_remainder(5, [22, 9, 3]) == [3, 1, 1]
    assert largest_remainder(10, [1, 1, 1]) == [4, 3, 3]
    assert largest_remainder(3, [0.1, 0.2, 0.7]) == [0, 1, 2]
    assert largest_remainder(0, [1, 2]) == [0, 0]
    assert largest_remainder(7, [0, 0]) == [0, 0]
    assert largest_remainder(100, [0.29, 0.57, 0.14]) == [29, 57, 14]


def test_newcomers_of_a_roster_follow_the_mix() -> None:
    scene = bare(
        0,
        f"{TEAM}.headcount={{none: 10}}",
        f"{TEAM}.certification_mix={{CCS: 1}}",
        f"{TURNOVER}.annual_rate=3",
        days=200,
    )
    agents = run(scene, 0).agents
    entries = list(zip(agents["hired_day"], agents["entry_certification"], strict=True))
    assert {name for day, name in entries if day <= 0} == {"none"}
    assert {name for day, name in entries if day > 0} == {"CCS"}


@pytest.mark.parametrize("replication", range(3))
def test_an_exact_mix_is_shared_out_to_the_head(replication: int) -> None:
    mix = f"{TEAM}.certification_mix={{none: 0.65, CPC: 0.25, CCS: 0.1}}"
    scene = bare(30, mix, f"{TEAM}.exact_mix=true", *STEADY, *RANKED, days=30)
    team = coders(world_of(scene, replication))
    team.open_doors()
    # 19.5, 7.5 and 3: the rest goes to the first of two that are as large.
    assert held(team) == {"none": 20, "CPC": 7, "CCS": 3}


# --- persons of a file ----------------------------------------------------------------------------


def written(folder: Path, *rows: str, header: str = "certification,hired") -> Path:
    file = folder / "people.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def with_persons(file: Path, *overrides: str, days: int = 60) -> Scenario:
    """The coders of a file at work in a bare hospital."""
    return bare(0, f"{TEAM}.headcount=auto", f"{TEAM}.roster={file}", *overrides, days=days)


def test_persons_open_a_team_as_they_are_written(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "CPC,2023-01-01,0.5,0.25,",
        "none,2025-01-01,,,0.75",
        "CCS,2024-12-22,1,,",
        header="certification,hired,fte,knowledge_coding_inpatient,knowledge_client",
    )
    team = coders(world_of(with_persons(file)))
    team.open_doors()
    first, second, third = team.employed
    assert [a.certification for a in team.employed] == ["CPC", "none", "CCS"]
    assert [a.hired for a in team.employed] == [-731.0, 0.0, -10.0]
    assert [a.row.hours_share for a in team.employed] == [0.5, 1.0, 1.0]
    coding = next(iter(team.queues)).skill
    assert first.row.knowledge[coding] == 0.25
    assert second.client == 0.75
    assert team.roster.plan == 3
    # Entry knowledge, then practice all day long in ten days of 365.25 / 12 a month.
    vendor = team.vendor
    months = 10.0 / (365.25 / 12)
    entry = vendor.entry_knowledge.domain
    learnt = 1.0 - (1.0 - entry) * exp(-vendor.learning.domain_per_month * months)
    assert third.row.knowledge[coding] == pytest.approx(learnt)


def test_a_recent_hire_sits_in_the_classroom_first(tmp_path: Path) -> None:
    file = written(tmp_path, "none,2024-12-22", "none,2024-12-02")
    scene = with_persons(file, f"{HIRING}.classroom_days=14", *STEADY)
    agents = run(scene, 0).agents
    assert agents["ready_day"] == [4.0, 0.0]
    assert agents["hired"] == ["2024-12-22", "2024-12-02"]


def test_half_a_post_works_half_a_shift_for_half_the_pay(tmp_path: Path) -> None:
    """Round the clock: 60 days of 24 hours, and of 12, at 19 and 30 USD."""
    file = written(
        tmp_path, "none,2020-01-01,1", "none,2020-01-01,0.5", header="certification,hired,fte"
    )
    pays = (
        "certifications.none.wage_usd_per_hour=19",
        f"{VENDOR}.price.usd_per_hour=30",
        f"{VENDOR}.price.usd_per_claim=0",
    )
    record = run(with_persons(file, *STEADY, *pays), 0)
    hours = 60 * 24 + 60 * 12
    assert sum(record.weeks["paid_hours"]) == pytest.approx(hours)
    assert record.totals["wages_usd"] == pytest.approx(hours * 19.0)
    assert record.days["fees_usd"].sum() == pytest.approx(hours * 30.0)
    assert record.agents["productive_hours"] == [60 * 24.0, 60 * 12.0]
    assert record.agents["hours_share"] == [1.0, 0.5]
    week = {name: column[0] for name, column in record.weeks.items()}
    assert (week["plan"], week["employed"], week["producing"]) == (1.5, 1.5, 1.5)


def test_half_a_post_learns_half_as_much(tmp_path: Path) -> None:
    """In full-time months of practice: what two years at half of the time teach, one year does."""
    file = written(
        tmp_path, "none,2023-01-01,0.5", "none,2024-01-02,1", header="certification,hired,fte"
    )
    team = coders(world_of(with_persons(file)))
    team.open_doors()
    half, full = team.employed
    coding = team.queues[0].skill
    assert half.row.knowledge[coding] == pytest.approx(full.row.knowledge[coding], rel=0.001)
    assert half.client == pytest.approx(full.client, rel=0.001)
    assert half.row.month_minutes == full.row.month_minutes


def test_full_posts_are_what_no_post_is_written_as(tmp_path: Path) -> None:
    days = [f"CPC,2024-0{1 + i}-15" for i in range(8)]
    plain = digests(run(with_persons(written(tmp_path, *days)), 0))
    full = written(
        tmp_path,
        *(f"{day},1,,1.0" for day in days),
        header="certification,hired,fte,also,knowledge_client",
    )
    assert digests(run(with_persons(full, "horizon_days=60"), 0)) != plain
    full = written(
        tmp_path,
        *(f"{day},1.0,," for day in days),
        header="certification,hired,fte,also,knowledge_client",
    )
    assert digests(run(with_persons(full), 0)) == plain


def test_somebody_of_two_teams_works_the_queues_of_both(tmp_path: Path) -> None:
    """Nobody else codes outpatient charts: who helps out codes all that are coded."""
    file = written(
        tmp_path,
        "CCS,2020-01-01,ar; coding_outpatient",
        "none,2020-01-01,",
        header="certification,hired,also",
    )
    scene = scenario(
        "generalist",
        *faultless("generalist"),
        *staffed(0),
        *STEADY,
        f"{TEAM}.headcount=auto",
        f"{TEAM}.roster={file}",
        "hospital.outpatient.claims_per_year=2000",
        "hospital.inpatient.claims_per_year=0",
        scale=1,
        days=60,
        first=0,
        last=0,
    )
    world, names = world_of(scene), TEAMS
    teams = dict(zip(names, opened(world), strict=True))
    helper, other = teams["coding_inpatient"].employed
    own = teams["coding_inpatient"].queues + teams["ar"].queues
    wanted = [q.index for q in (*own, *teams["coding_outpatient"].queues)]
    assert helper.row.queues[: helper.row.n_queues] == wanted
    assert other.row.n_queues == 1
    record = run(scene, 0)
    assert record.agents["team"] == ["coding_inpatient"] * 2
    assert record.agents["items"][0] > 100
    assert record.agents["items"][1] == 0
    weeks = record.weeks
    paid = {
        t: sum(h for h, n in zip(weeks["paid_hours"], weeks["team"], strict=True) if n == t)
        for t in names
    }
    assert paid["coding_inpatient"] > 0
    assert paid["coding_outpatient"] == paid["ar"] == 0


def test_nobody_helps_out_where_another_vendor_has_taken_over(tmp_path: Path) -> None:
    file = written(tmp_path, "CCS,2020-01-01,coding_outpatient", header="certification,hired,also")
    scene = scenario(
        "medcentral",
        *staffed(3),
        f"{TEAM}.headcount=auto",
        f"{TEAM}.roster={file}",
        "vendors.in_house.turnover.annual_rate=0",
        "vendors.in_house.programmes=[]",
        "timeline=!replace [{kind: vendor_switch, on: 2025-02-01, to: specialized, "
        "teams: [coding_outpatient]}]",
        "kpi_from_days=30",
        scale=1,
        days=120,
    )
    [helper] = [a for t in after(scene).teams if t.name == "coding_inpatient" for a in t.employed]
    assert helper.row.n_queues == 1
    assert helper.also == ()


BAD_FILES = {
    "an unknown certification": (
        "CPS,2024-01-01",
        "certification,hired",
        ":2: certification: unknown name 'CPS'; allowed: none, CPC, CCS, RHIT, RN; "
        'did you mean "CPC"?',
    ),
    "no date": (
        "CPC,2024-13-01",
        "certification,hired",
        ":2: hired: '2024-13-01' is not a date of the form YYYY-MM-DD",
    ),
    "a date to come": (
        "CPC,2025-01-02",
        "certification,hired",
        ":2: hired: 2025-01-02 lies after the start of the run; allowed: dates up to 2025-01-01",
    ),
    "more than a post": (
        "CPC,2024-01-01,1.5",
        "certification,hired,fte",
        ":2: fte: '1.5' is not a number from 0.1 to 1",
    ),
    "hardly a post": (
        "CPC,2024-01-01,0.05",
        "certification,hired,fte",
        ":2: fte: '0.05' is not a number from 0.1 to 1",
    ),
    "more than all": (
        "CPC,2024-01-01,1e0",
        "certification,hired,knowledge_client",
        ":2: knowledge_client: '1e0' is not a number from 0 to 1",
    ),
    "an unknown team": (
        "CPC,2024-01-01,arr",
        "certification,hired,also",
        ":2: also: unknown name 'arr'; allowed: coding_outpatient, billing, "
        'clinical, ar; did you mean "ar"?',
    ),
    "an unknown skill": (
        "CPC,2024-01-01,1",
        "certification,hired,knowledge_codng",
        ":1: knowledge_codng: unknown name 'knowledge_codng'; allowed: ",
    ),
    "a column twice": (
        "CPC,2024-01-01,1,1",
        "certification,hired,fte,fte",
        ":1: fte: stands in the header twice",
    ),
    "no date of hire": ("CPC", "certification", ":1: the header lacks hired"),
    "a cell too many": ("CPC,2024-01-01,1", "certification,hired", ":2: 3 cells instead of 2"),
    "nobody": ("", "certification,hired", ": no persons in the file"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_with_line_and_column(case: str, tmp_path: Path) -> None:
    row, header, said = BAD_FILES[case]
    file = written(tmp_path, row, header=header)
    with pytest.raises(ScenarioError) as caught:
        with_persons(file)
    assert f"{TEAM}.roster: {file}{said}" in str(caught.value)


def test_persons_are_of_a_whole_hospital_and_make_up_the_headcount(tmp_path: Path) -> None:
    file = written(tmp_path, "CPC,2024-01-01")
    with pytest.raises(ScenarioError, match=r"only be at hospital.scale 1 \(it is 0.1\)"):
        with_persons(file, "hospital.scale=0.1")
    with pytest.raises(ScenarioError, match="headcount: must be auto where a roster"):
        with_persons(file, f"{TEAM}.headcount=2")


def test_teams_that_share_somebody_take_up_work_in_one_order(tmp_path: Path) -> None:
    file = written(tmp_path, "CPC,2024-01-01,ar", header="certification,hired,also")
    with pytest.raises(ScenarioError, match="both teams must use one discipline"):
        with_persons(file, "teams.ar.discipline=value")


def test_a_file_counts_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    here, there = written(tmp_path, "CPC,2024-01-01"), written(tmp_path / "there", "CPC,2024-01-01")
    hashes = [content_hash(content_of(with_persons(file))) for file in (here, there)]
    assert hashes[0] == hashes[1]
    written(tmp_path, "CPC,2024-01-02")
    assert content_hash(content_of(with_persons(here))) != hashes[0]


def test_a_file_lies_beside_the_scenario_that_names_it(tmp_path: Path) -> None:
    from sim.scenario.load import load

    written(tmp_path, "CPC,2024-01-01", "RHIT,2023-05-01")
    file = tmp_path / "mine.yaml"
    file.write_text(
        "extends: generalist.yaml\n"
        "hospital: {scale: 1}\n"
        "teams: [{name: coding_inpatient, headcount: auto, roster: people.csv}]\n",
        encoding="utf-8",
    )
    [team, *_] = opened(world_of(load(file).scenario))
    assert held(team) == {"CPC": 1, "RHIT": 1}


def test_an_unknown_certification_in_a_roster_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"headcount.CPS: unknown name .*mean \"CPC\""):
        bare(0, f"{TEAM}.headcount={{none: 22, CPS: 9}}", days=30)


def test_both_engines_employ_the_same_persons(tmp_path: Path) -> None:
    rows = [
        f"{('none', 'CPC', 'CCS')[n % 3]},2024-{1 + n % 12:02d}-10,{('', '0.5', '0.8')[n % 3]},"
        f"{('', 'coding_outpatient', 'coding_outpatient; billing')[n % 3]},0.{n}"
        for n in range(9)
    ]
    file = written(tmp_path, *rows, header="certification,hired,fte,also,knowledge_client")
    scene = scenario(
        "generalist",
        *staffed(6),
        f"{TEAM}.headcount=auto",
        f"{TEAM}.roster={file}",
        "hospital.inpatient.claims_per_year=8000",
        "hospital.outpatient.claims_per_year=40000",
        f"{TEAM}.overtime={{backlog_days: 2, hours_per_day: 2, pay_multiplier: 1.5}}",
        f"{TURNOVER}.annual_rate=2",
        scale=1,
        days=120,
    )
    simpy_s = digests(run(scene, 0, engines.SIMPY))
    if engines.choose().name == engines.COMPILED:
        assert digests(run(scene, 0, engines.COMPILED)) == simpy_s
