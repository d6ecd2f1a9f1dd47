"""People against theory: renewal of a team, learning by doing, and what follows from both.

Each comparison allows what chance exceeds with probability 1e-6 (five standard errors, or the same
in the Kolmogorov-Smirnov distance); there are about forty, so that a sound model fails one in
25,000 sets of seeds, and the seeds are fixed.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil, exp, gamma, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from sim.model import rules
from sim.model.careers import Career
from sim.model.codes import SKILLS
from sim.model.kernel.knowledge import forgotten, knowledge_at, practise, settle
from sim.model.simulation import run
from sim.model.workforce import Team
from sim.model.world import World
from sim.record.kpis import outcome
from tests.book import Book
from tests.people import MINUTES_PER_MONTH, VENDOR, after, bare, coders, known, lived_through
from tests.scenarios import TEAMS, objects, scenario, world_of

PART = "People"
SIGMAS = 5.0
RENEWAL, WHITT, LAW = "renewal theory (Cox 1962)", "Whitt 2006", "the law, in one step"
KS_LIMIT = 2.7  # of D·sqrt(n): exceeded with probability 2·exp(−2·2.7²) = 9e-7
LAWS = ("exponential", "wright", "de_jong", "lfcm")
TURNOVER, HIRING, LEARNING = (f"{VENDOR}.{part}" for part in ("turnover", "hiring", "learning"))


def moment(order: int, scale: float, shape: float) -> float:
    """E[T^order] of a Weibull tenure."""
    return scale**order * gamma(1 + order / shape)


def squared_cv(shape: float) -> float:
    """Squared coefficient of variation of a Weibull tenure."""
    return gamma(1 + 2 / shape) / gamma(1 + 1 / shape) ** 2 - 1


def share_younger(age: float, scale: float, shape: float) -> float:
    """Part of a stationary team younger than an age: the integral of (1−F)/E[T]."""
    return float(special.gammainc(1 / shape, (age / scale) ** shape))


def ks_distance(ages: list[float], scale: float, shape: float) -> float:
    """Distance D·sqrt(n) between ages and the stationary mix."""
    theory = np.sort([share_younger(age, scale, shape) for age in ages])
    steps = np.arange(len(ages) + 1) / len(ages)
    distance = max(np.max(steps[1:] - theory), np.max(theory - steps[:-1]))
    return float(distance) * sqrt(len(ages))


def ages_at(team: Team, day: float) -> list[float]:
    """Days since hire of those employed on a day (at its very end if somebody left on it)."""
    return [
        day - a.hired for a in team.agents if a.hired <= day and (a.left is None or a.left > day)
    ]


# --- turnover -------------------------------------------------------------------------------------

PEOPLE, IDLE_DAYS = 500, 731
# Turnover needs no work to be done; one workday a week saves time.
IDLE = ["calendar.workdays=[0]"]


def idle_team(rate: float, shape: float, seed: int) -> Team:
    """A large team that only comes and goes, after two years."""
    options = [f"{TURNOVER}.annual_rate={rate}", f"{TURNOVER}.shape={shape}"]
    # With one seed the teams would draw the same luck, and be no separate evidence.
    return coders(after(bare(PEOPLE, *IDLE, *options, f"seed={seed}", days=IDLE_DAYS)))


def separations_sd(expected: float, shape: float) -> float:
    """Standard error of the leavers of a stationary team: at most that of long times."""
    return sqrt(expected * max(1.0, squared_cv(shape)))


def test_ages_are_stationary_and_separations_the_rate_written(book: Book) -> None:
    """Of each team, and of all together; in one test, for the teams are dear."""
    every_left, every_expected, variance = 0, 0.0, 0.0
    for seed, (shape, rate) in enumerate((k, r) for k in (0.6, 0.8, 1.0) for r in (0.2, 0.8)):
        team = idle_team(rate, shape, seed)
        for day in (0.0, 365.0, float(IDLE_DAYS)):
            assert_stationary(book, ages_at(team, day), day, rate, shape)
        left = len(team.agents) - len(team.employed)
        expected = PEOPLE * rate * IDLE_DAYS / 365.25
        sd = separations_sd(expected, shape)
        assert len(team.employed) == PEOPLE
        name = f"Separations in two years, {rate:.0%} a year, shape {shape}"
        book.agrees(name, left, expected, SIGMAS * sd, RENEWAL)
        every_left, every_expected = every_left + left, every_expected + expected
        variance += sd * sd
    assert sqrt(variance) / every_expected < 0.03
    assert every_left == pytest.approx(every_expected, abs=SIGMAS * sqrt(variance))


def assert_stationary(book: Book, ages: list[float], day: float, rate: float, shape: float) -> None:
    """The days since hire of a team on a day are those of a stationary one."""
    scale = rules.tenure_scale_days(rate, shape)
    assert ks_distance(ages, scale, shape) < KS_LIMIT
    first, second, third = (moment(order, scale, shape) for order in (1, 2, 3))
    mean = first * (1 + squared_cv(shape)) / 2
    sd = sqrt(third / (3 * first) - mean**2)
    assert mean == pytest.approx(second / (2 * first))
    name = f"Mean days since hire on day {day:.0f}, {rate:.0%} a year, shape {shape}"
    within = SIGMAS * sd / sqrt(len(ages)) + 0.003 * mean
    book.agrees(name, float(np.mean(ages)), mean, within, RENEWAL)


def renewals(days: int, scale: float, shape: float) -> list[float]:
    """Expected leavers of one place by each day, from a newcomer on: m = F + F' * m, by days."""
    share_gone = 1 - np.exp(-((np.arange(days + 1) / scale) ** shape))
    gone_on = np.diff(share_gone)
    m = np.zeros(days + 1)
    for day in range(1, days + 1):
        # Successors of those who left on a day have the mean of that day and the one before left.
        earlier = np.dot(m[day - 1 :: -1], gone_on[:day]) + np.dot(
            m[day - 1 : 0 : -1], gone_on[1:day]
        )
        m[day] = (share_gone[day] + earlier / 2) / (1 - gone_on[0] / 2)
    return [float(x) for x in m]


def test_a_team_of_newcomers_leaves_as_renewal_theory_says(book: Book) -> None:
    rate, shape, days = 0.39, 0.6, 730
    options = [
        f"{TURNOVER}.annual_rate={rate}",
        f"{TURNOVER}.shape={shape}",
        f"{VENDOR}.go_live_knowledge={{domain: 0.4, client: 0.15}}",
    ]
    team = coders(after(bare(PEOPLE, *IDLE, *options, days=days)))
    exits = np.array([a.left for a in team.agents if a.left is not None])
    expected = np.array(renewals(days, rules.tenure_scale_days(rate, shape), shape)) * PEOPLE
    steady = renewals(days, rules.tenure_scale_days(rate, 1.0), 1.0)
    assert steady[-1] == pytest.approx(rate * days / 365.25, rel=1e-3)
    windows = ((0, 30), (30, 90), (90, 365), (365, 730))
    pace = []
    for start, end in windows:
        theory = expected[end] - expected[start]
        found = int(((exits > start) & (exits <= end)).sum())
        name = f"{PEOPLE} newcomers: leavers from day {start} to {end}"
        book.agrees(name, found, theory, SIGMAS * separations_sd(theory, shape), RENEWAL)
        pace.append(found / PEOPLE / (end - start) * 365.25)
    assert pace == sorted(pace, reverse=True)
    assert pace[0] > 3 * rate  # early attrition
    assert rate < pace[-1] < 1.5 * rate  # and then towards the rate written


def test_a_team_that_grows_leaves_faster_until_its_newcomers_have_aged(book: Book) -> None:
    rate, shape, days, grown = 0.39, 0.6, 731, 91
    growth = "{kind: staffing, on: 2025-04-02, team: coding_inpatient, headcount: %d}"
    options = [
        f"{TURNOVER}.annual_rate={rate}",
        f"{TURNOVER}.shape={shape}",
        f"timeline=[{growth % (2 * PEOPLE)}]",
    ]
    team = coders(after(bare(PEOPLE, *IDLE, *options, days=days)))
    assert len(team.employed) == 2 * PEOPLE
    exits = np.array([a.left for a in team.agents if a.left is not None])
    new = np.array(renewals(days, rules.tenure_scale_days(rate, shape), shape)) * PEOPLE
    pace = []
    for start, end in ((grown, grown + 90), (grown + 90, days)):
        theory = PEOPLE * rate * (end - start) / 365.25 + new[end - grown] - new[start - grown]
        found = int(((exits > start) & (exits <= end)).sum())
        name = f"A team that doubles on day {grown}: leavers from day {start} to {end}"
        book.agrees(name, found, theory, SIGMAS * separations_sd(theory, shape), RENEWAL)
        pace.append(found / (2 * PEOPLE) / (end - start) * 365.25)
    assert pace[0] > 1.8 * rate
    assert pace[1] < 1.4 * rate


def test_vacancies_and_classes_leave_the_rate_per_head_as_written(book: Book) -> None:
    rate, shape, people, days = 0.8, 0.75, 800, 1096
    options = [
        f"{TURNOVER}.annual_rate={rate}",
        f"{TURNOVER}.shape={shape}",
        f"{HIRING}.time_to_fill_days=60",
        f"{HIRING}.classroom_days=21",
        "kpi_from_days=365",
    ]
    kpis = outcome(run(bare(people, *IDLE, *options, days=days), 0)).kpis
    mean_tenure = 365.25 / rate
    filled = mean_tenure / (mean_tenure + 60)
    counted = people * filled * rate * (days - 365) / 365.25
    heads, within = people * filled, rate * SIGMAS * separations_sd(counted, shape) / counted
    name = "Sixty days to fill a place: "
    book.agrees(f"{name}mean headcount", kpis["people.headcount"], heads, 0.02 * heads, RENEWAL)
    book.agrees(f"{name}turnover per head and year", kpis["people.turnover"], rate, within, RENEWAL)


def test_pressure_scales_the_hazard_away_from_the_target(book: Book) -> None:
    # An idle team that was planned to be busy all the time: the hazard is below the one written.
    rate, slope, days = 0.8, 4.0, 731
    options = [
        f"{TURNOVER}.annual_rate={rate}",
        f"{TURNOVER}.shape=1",
        "people.pressure_threshold=0.6",
        f"people.pressure_hazard={slope}",
        "kpi_from_days=91",
    ]
    kpis = outcome(run(bare(PEOPLE, *IDLE, *options, days=days), 0)).kpis
    relaxed = rate / (1 + slope * 0.4)
    counted = PEOPLE * relaxed * 640 / 365.25
    name = "An idle team that was planned to be busy: turnover per head and year"
    within = relaxed * SIGMAS / sqrt(counted)
    book.agrees(
        name, kpis["people.turnover"], relaxed, within, "`people.pressure_hazard`, on paper"
    )


def test_pressure_at_the_target_leaves_the_rate_as_written() -> None:
    people, rate, days = 60, 8.0, 366
    options = [
        f"{TURNOVER}.annual_rate={rate}",
        f"{TURNOVER}.shape=1",
        "people.pressure_hazard=4",
        "people.pressure_threshold=0.85",
        "queues.coding_inpatient.minutes=600",
        "hospital.inpatient.claims_per_year=60000",
    ]
    team = coders(after(bare(people, *options, days=days)))
    assert team.roster.occupancy > 0.97  # more work than they can do, as the target of 1 wants
    expected = people * rate * days / 365.25  # and not 1.6 times as many
    left = len(team.agents) - len(team.employed)
    assert left == pytest.approx(expected, abs=SIGMAS * sqrt(expected))


# --- Whitt 2006 -----------------------------------------------------------------------------------

ITEM_MINUTES = 3000.0  # 600, the largest in a scenario, at the largest handle time multiplier
ITEM_DAYS = ITEM_MINUTES / 1440.0
STAFF, BUSY_DAYS = 200, 731


@pytest.fixture
def flood(tmp_path: Path) -> list[str]:
    """Options that keep a bare team of `STAFF` coders always at work on long, equal items."""
    daily = ceil(STAFF / ITEM_DAYS) + 3
    rows = ["date,setting,payer,count"]
    rows += [
        f"{date(2025, 1, 1) + timedelta(day)},inpatient,other,{daily if day else 3 * STAFF}"
        for day in range(BUSY_DAYS)
    ]
    file = tmp_path / "flood.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return [
        f"hospital.arrivals.file={file}",
        "queues.coding_inpatient.minutes=600",
        f"{VENDOR}.handle_time_multiplier=5",
    ]


def mean_level(
    entry: float, learning: float, forgetting: float, rate: float, shape: float
) -> tuple[float, float]:
    """Mean and variance of knowledge in a stationary, always busy team; rates per month, year.

    Whitt's integral of p(t)·(1−F(t))/E[T], with p(t) known at the start of each item, when the one
    before has been learnt and the time since then forgotten: after k items p = a + (p₀−a)·r^k.
    """
    step = ITEM_MINUTES / MINUTES_PER_MONTH
    r = exp(-(learning + forgetting) * step)
    limit = exp(-forgetting * step) * (1 - exp(-learning * step)) / (1 - r)
    scale = rules.tenure_scale_days(rate, shape)
    ends = [share_younger(k * ITEM_DAYS, scale, shape) for k in range(4000)]
    parts, levels = np.diff(ends), limit + (entry - limit) * r ** np.arange(3999)
    mean = float(parts @ levels + (1 - ends[-1]) * limit)
    return mean, float(parts @ levels**2 + (1 - ends[-1]) * limit**2) - mean**2


@pytest.mark.parametrize(
    ("rate", "shape", "forgetting", "seed"),
    [(1.95, 1.0, 0.0, 1), (1.95, 1.0, 0.4, 2), (1.95, 0.7, 0.0, 3)],
)
def test_mean_knowledge_of_a_team_is_whitts(
    book: Book, flood: list[str], rate: float, shape: float, forgetting: float, seed: int
) -> None:
    entry, learning = {"domain": 0.1, "client": 0.05}, {"domain": 1.0, "client": 0.5}
    options = [
        f"{TURNOVER}.annual_rate={rate}",
        f"{TURNOVER}.shape={shape}",
        f"{LEARNING}.forgetting_per_month={forgetting}",
        f"seed={seed}",
        *(f"{VENDOR}.entry_knowledge.{part}={entry[part]}" for part in entry),
        *(f"{LEARNING}.{part}_per_month={learning[part]}" for part in learning),
    ]
    world, record = lived_through(bare(STAFF, *flood, *options, days=BUSY_DAYS))
    weeks = record.weeks
    mine = [i for i, team in enumerate(weeks["team"]) if team == "coding_inpatient"]
    later = [i for i in mine if weeks["day"][i] >= 28]
    busy, productive = (
        sum(weeks[name][i] for i in later) for name in ("busy_minutes", "productive_minutes")
    )
    assert busy / productive == pytest.approx(1.0, abs=0.03)  # always at work
    for part, column in (("domain", "knowledge"), ("client", "client")):
        theory, variance = mean_level(entry[part], learning[part], forgetting, rate, shape)
        if shape == 1.0:
            limit = learning[part] / (learning[part] + forgetting)
            pace = 12 * (learning[part] + forgetting)
            whitt = limit - (limit - entry[part]) * rate / (rate + pace)
            assert theory == pytest.approx(whitt, abs=0.03)
            # Levels of one place are correlated over 1/(rate + pace) years.
            variance *= 2 / (rate + pace) / (BUSY_DAYS / 365.25)
        found = np.mean([weeks[column][i] for i in mine]) / STAFF
        name = f"Mean {part} knowledge: {rate:.0%} turnover, shape {shape}, forgetting {forgetting}"
        book.agrees(name, float(found), theory, SIGMAS * sqrt(variance / STAFF), WHITT)
    assert_levels_follow_from_items(world, entry, learning, forgetting)
    left = sum(a.left is not None for a in coders(world).agents)
    expected = STAFF * rate * BUSY_DAYS / 365.25
    assert left == pytest.approx(expected, abs=SIGMAS * separations_sd(expected, shape))


def known_by(world: World, agent: Career, now: float) -> tuple[float, float]:
    """What somebody knows of the first skill and of the client."""
    domain, client = knowledge_at(world.state.crews[agent.row.crew], agent.row, now)
    return domain[0], client


def assert_levels_follow_from_items(
    world: World, entry: dict[str, float], learning: dict[str, float], forgetting: float
) -> None:
    """Each newcomer has done all the items that fit into the tenure, and knows what these teach."""
    newcomers = [a for a in coders(world).agents if a.hired > 0]
    assert len(newcomers) > STAFF
    for agent in newcomers:
        end = agent.left if agent.left is not None else float(BUSY_DAYS)
        assert agent.row.items == int((end - agent.hired) / ITEM_DAYS + 1e-9)
        if forgetting == 0.0:
            months = agent.row.items * ITEM_MINUTES / MINUTES_PER_MONTH
            for part, known in zip(("domain", "client"), known_by(world, agent, end), strict=True):
                missing = (1 - entry[part]) * exp(-learning[part] * months)
                assert 1 - known == pytest.approx(missing, rel=1e-9)


# --- learning by doing ----------------------------------------------------------------------------


def forever(law: str, days: int = 730) -> World:
    """Five people who never leave, with more than enough to do for years, and no break."""
    return after(
        bare(
            5,
            f"people.learning_law={law}",
            "people.incompressible_share=0.2",
            "hospital.inpatient.claims_per_year=5000",
            "queues.coding_inpatient.minutes=600",
            f"{TURNOVER}.annual_rate=0",
            f"{LEARNING}.domain_per_month=0.8",
            f"{LEARNING}.client_per_month=0.6",
            f"{VENDOR}.go_live_knowledge={{domain: 0.1, client: 0.05}}",
            days=days,
        )
    )


@pytest.mark.parametrize("law", LAWS)
def test_without_loss_knowledge_is_what_the_law_makes_of_the_practice(book: Book, law: str) -> None:
    world = forever(law)
    people = world.scenario.people
    learn = rules.LEARNING[law][0]
    for agent in coders(world).agents:
        months = agent.row.busy_minutes / MINUTES_PER_MONTH
        assert months > 23.0
        shape = people.power_exponent, people.incompressible_share
        domain, client = known_by(world, agent, 730.0)
        assert domain == pytest.approx(learn(0.1, months, 0.8, *shape), abs=1e-9)
        assert client == pytest.approx(learn(0.05, months, 0.6, *shape), abs=1e-9)
    theory = learn(0.05, months, 0.6, *shape)
    book.equals(f"Two years of items under {law}: client knowledge", client, theory, LAW)


def test_without_leavers_forgetting_and_new_rules_everybody_becomes_a_master() -> None:
    for agent in coders(forever("exponential")).agents:
        assert agent.row.knowledge[0] > 1 - 1e-7
        assert agent.client > 1 - 1e-5


@pytest.mark.parametrize("law", LAWS)
def test_a_skill_that_is_not_used_fades_as_the_law_says(book: Book, law: str) -> None:
    world = world_of(bare(1, f"people.learning_law={law}", "seed=5", days=60))
    number = world.teams.index(coders(world))
    crew = world.state.crews[number]
    crew.forgetting_per_month = 0.05 if law != "lfcm" else crew.domain_rate
    agent = world.engine.employ(number, [])
    agent.month_minutes = MINUTES_PER_MONTH
    agent.knowledge = [0.6] * len(SKILLS)
    for day in range(1, 366):  # a year of work in the first skill
        settle(objects(world), agent, 0, float(day))
        practise(agent, 0, 480.0 / MINUTES_PER_MONTH)
    settle(objects(world), agent, 0, 366.0)
    unused = forgotten(crew, 0.6, 366.0)
    assert unused < 0.6
    domain, client = knowledge_at(crew, agent, 366.0)
    assert domain[1:] == pytest.approx([unused] * (len(SKILLS) - 1), abs=1e-9)
    assert agent.knowledge[0] > unused
    assert (domain[0], client) == pytest.approx((agent.knowledge[0], agent.client), abs=1e-9)
    book.equals(f"A year without use under {law}: knowledge", domain[1], unused, LAW)


@pytest.mark.parametrize("law", LAWS)
def test_the_opening_team_knows_what_its_law_makes_of_its_tenure(law: str) -> None:
    world = world_of(
        bare(
            50,
            f"people.learning_law={law}",
            "people.incompressible_share=0.2",
            f"{TURNOVER}.annual_rate=0.5",
            days=60,
        )
    )
    team = coders(world)
    team.open_doors()
    people, learn = world.scenario.people, rules.LEARNING[law][0]
    for agent in team.agents:
        months = -agent.hired / rules.DAYS_PER_MONTH  # always at work: the target occupancy is 1
        shape = people.power_exponent, people.incompressible_share
        assert agent.row.knowledge[0] == pytest.approx(learn(0.1, months, 0.20, *shape), abs=1e-6)
        assert agent.client == pytest.approx(learn(0.05, months, 0.22, *shape), abs=1e-6)


@pytest.mark.parametrize("law", LAWS)
def test_a_team_opens_with_the_knowledge_that_it_keeps(book: Book, law: str) -> None:
    """Learning, forgetting and turnover are in balance from the first day, whatever the law."""
    options = [
        f"people.learning_law={law}",
        f"{LEARNING}.forgetting_per_month=0.05",
        f"{TURNOVER}.annual_rate=0.3",
        f"{TURNOVER}.shape=1",
        "hospital.inpatient.claims_per_year=24000",
        "queues.coding_inpatient.minutes=600",
        f"{VENDOR}.handle_time_multiplier=5",
    ]
    weeks = run(bare(100, *options, days=545), 0).weeks
    rows = zip(weeks["team"], weeks["knowledge"], strict=True)
    level = [known / 100 for team, known in rows if team == "coding_inpatient"]
    # A hundred people, each 0.2 from the mean, twice.
    name = f"Knowledge of a team half a year on, as on its first day, under {law}"
    book.agrees(name, float(np.mean(level[-26:])), level[0], SIGMAS * 0.02, "stationarity")


@pytest.mark.parametrize("obsolete", [0.3, 0.99])
def test_rule_changes_take_and_retraining_gives_back_a_part(obsolete: float) -> None:
    taught, level = 0.9, 0.8
    reform = f"{{kind: policy_change, on: 2025-02-01, skills: all, obsolete_share: {obsolete}}}"
    options = [
        *IDLE,
        f"timeline=[{reform}]",
        f"{TURNOVER}.annual_rate=0",
        f"{VENDOR}.go_live_knowledge={{domain: {level}, client: {level}}}",
        f"{VENDOR}.retraining.effectiveness_share={taught}",
        f"{VENDOR}.retraining.delay_days=14",
    ]
    for days, lost in ((44, obsolete), (60, obsolete * (1 - taught))):
        for agent in coders(after(bare(3, *options, days=days))).agents:
            assert agent.row.knowledge == pytest.approx([level * (1 - lost)] * len(SKILLS))
            assert agent.client == level


@pytest.mark.parametrize("days", [0, 28])
def test_no_turnover_is_the_limit_of_little_turnover(days: int) -> None:
    """A team that nobody leaves has been at work for ever; it does not begin in the classroom."""
    found = []
    for rate in (0.0, 0.001):
        options = (f"{TURNOVER}.annual_rate={rate}", f"{HIRING}.classroom_days=21")
        weeks = run(scenario("generalist", *options, days=120), 0).weeks
        rows = [i for i, day in enumerate(weeks["day"]) if day == days]
        found.append([[weeks[c][i] for i in rows] for c in ("producing", "knowledge", "client")])
    for none, little in zip(*found, strict=True):
        assert none == pytest.approx(little, rel=0.01)


# --- what follows ---------------------------------------------------------------------------------


def test_a_pooled_team_knows_less_of_every_skill_than_specialists(book: Book) -> None:
    """Pinker & Shumsky 2000: the same people in one cross-trained team practise each skill less."""
    size = {"scale": 0.05, "days": 545, "first": 180, "last": 90}
    split, first = lived_through(scenario("generalist", **size))  # type: ignore[arg-type]
    heads = sum(t.roster.plan * t.roster.hours_share for t in split.teams) / 0.05
    everything = ", ".join(q for t in split.scenario.teams for q in t.queues)
    pooled, second = lived_through(
        scenario(
            "generalist",
            f"teams.billing.queues=[{everything}]",
            f"teams.billing.headcount={round(heads)}",
            *(f"teams.{team}.headcount=0" for team in TEAMS if team != "billing"),
            **size,  # type: ignore[arg-type]
        )
    )
    pool = pooled.teams[TEAMS.index("billing")]
    assert pool.roster.plan * pool.roster.hours_share == pytest.approx(heads * 0.05, rel=0.01)
    for team in split.teams:
        (skill,) = {q.skill for q in team.queues}
        special, general = (
            float(np.mean([known(world, a)[0][skill] for a in one.employed if a.producing]))
            for world, one in ((split, team), (pooled, pool))
        )
        assert general < special - 0.02, team.name
        name = f"Knowledge of {team.name}: specialists, then one cross-trained pool"
        book.ordered(name, (special, general), False, "Pinker & Shumsky 2000")
    right = [outcome(record).kpis["quality.coding_accuracy"] for record in (first, second)]
    name = "Coding accuracy: specialists, then one cross-trained pool"
    book.ordered(name, right, False, "Pinker & Shumsky 2000")


def test_playbooks_raise_the_start_of_newcomers(book: Book) -> None:
    starts = []
    for conformance in (0.0, 0.3, 0.7, 1.0):
        options = [
            f"{VENDOR}.conformance={conformance}",
            f"{TURNOVER}.annual_rate=1",
            f"{VENDOR}.go_live_knowledge={{domain: 0.5, client: 0.6}}",
        ]
        team = coders(after(bare(50, *IDLE, *options, days=200)))
        # Nobody works here, so that newcomers know what they were handed.
        newcomers = [a.client for a in team.agents if a.hired > 0]
        assert len(newcomers) > 20
        assert newcomers[0] == pytest.approx(0.05 + conformance * (0.6 - 0.05), abs=1e-9)
        starts.append(np.mean(newcomers))
    name = "Client knowledge of newcomers as conformance goes 0, 0.3, 0.7, 1"
    book.ordered(name, starts, True, "Ton & Huckman 2008, direction")
    assert starts[0] == pytest.approx(0.05)
    assert starts[-1] > 0.4


def test_more_turnover_means_less_knowledge_and_accuracy(book: Book) -> None:
    """The direction, at otherwise equal vendors and common random numbers; see docs/people.md."""
    coding = [
        "hospital.inpatient.claims_per_year=14500",
        "queues.coding_inpatient.minutes=600",
        "hospital.inpatient.weekday_profile=[1, 1, 1, 1, 1, 1, 1]",
        f"{VENDOR}.handle_time_multiplier=5",
        "certifications.none.accuracy_floor=0.6",
        "certifications.none.accuracy_ceiling=0.885",
        "kpi_from_days=60",
        "kpi_until_days=90",
    ]
    known, accurate = [], []
    for rate in (0.1, 0.3, 0.8):
        options = (*coding, f"{TURNOVER}.annual_rate={rate}", f"{TURNOVER}.shape=0.75")
        kpis = [
            outcome(run(bare(60, *options, f"seed={seed}", days=400), 0)).kpis for seed in (1, 2, 3)
        ]
        known.append([k["people.mean_knowledge"] for k in kpis])
        accurate.append([k["quality.coding_accuracy"] for k in kpis])
    # Levels differ by 0.05 and more, with a standard error of 0.015 of a single run.
    assert (np.diff(known, axis=0) < 0).all()
    name = "Knowledge at 10, 30 and 80 % turnover"
    book.ordered(name, np.mean(known, axis=1), False, "Whitt 2006")
    name = "Coding accuracy at 10, 30 and 80 % turnover"
    book.ordered(name, np.mean(accurate, axis=1), False, "Whitt 2006, direction")
