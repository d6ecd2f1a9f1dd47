"""What keeps people or drives them away: pay, poaching, what they can, seasons, colleagues."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from sim.model.careers import Career
from sim.model.retention import MOST
from sim.model.simulation import run
from sim.model.workforce import Team
from tests.digests import digests
from tests.people import VENDOR, after, bare, coders
from tests.scenarios import scenario
from tests.unit.model.test_contracts import event, timeline

TURNOVER, HIRING = f"{VENDOR}.turnover", f"{VENDOR}.hiring"
STAY = f"{TURNOVER}.annual_rate=0"
# Nobody is hired, and tenure says nothing: each of the first people leaves when their own luck,
# an exponential number of mean 1, has been used up at the rate written.
DYING = (f"{TURNOVER}.annual_rate=4", f"{TURNOVER}.shape=1", f"{HIRING}.policy=freeze")


def staying(*overrides: str, days: int = 56) -> tuple[Team, Career]:
    """A team whom nobody leaves, on its last day, and its first member; the start is 1 January."""
    team = coders(after(bare(20, STAY, *overrides, days=days)))
    return team, team.employed[0]


def factor(*overrides: str, days: int = 56) -> float:
    """The factor of the first member in the week after the run."""
    team, agent = staying(*overrides, days=days)
    return team.personnel.retention.factor(agent, days + 7.0)


# --- wages ----------------------------------------------------------------------------------------


def wages(*events: str, mix: str = "{none: 1}") -> float:
    scene = bare(20, STAY, f"{VENDOR}.certification_mix=!replace {mix}", timeline(*events), days=60)
    return run(scene, 0).totals["wages_usd"]


def test_a_raise_is_paid_from_its_day_on() -> None:
    """Twenty people, 24 hours a day at 19 USD; 29 of the 60 days at another wage."""
    assert wages() == pytest.approx(20 * 24 * 19.0 * 60)
    for of in ({"vendor": "generalist"}, {"team": "coding_inpatient"}):
        raised = wages(event("wage", "2025-02-01", **of, factor=1.1))
        assert raised == pytest.approx(20 * 24 * 19.0 * (31 + 29 * 1.1))
        set_to = wages(event("wage", "2025-02-01", **of, usd_per_hour=25))
        assert set_to == pytest.approx(20 * 24 * (31 * 19.0 + 29 * 25.0))


def test_a_raise_is_for_those_whom_it_names() -> None:
    plain = wages(mix="{none: 0, CPC: 1}")
    for other in (
        event("wage", "2025-02-01", vendor="generalist", certification="none", factor=2),
        event("wage", "2025-02-01", team="ar", factor=2),
    ):
        assert wages(other, mix="{none: 0, CPC: 1}") == plain
    raised = event("wage", "2025-02-01", vendor="generalist", certification="CPC", factor=2)
    assert wages(raised, mix="{none: 0, CPC: 1}") == pytest.approx(plain * (31 + 29 * 2) / 60)


def test_raises_follow_each_other_and_newcomers_are_paid_alike() -> None:
    events = (
        event("wage", "2025-01-11", vendor="generalist", factor=2),
        event("wage", "2025-01-21", vendor="generalist", factor=1.5),
    )
    scene = bare(20, f"{TURNOVER}.annual_rate=9", timeline(*events), days=60)
    world = after(scene)
    assert len(coders(world).agents) > 30
    assert {agent.wage for agent in coders(world).employed} == {19.0 * 3}


def test_without_an_elasticity_a_raise_is_money_and_nothing_else() -> None:
    raised = event("wage", "2025-02-03", vendor="generalist", factor=1.5)
    plain, dear = (
        run(scenario("generalist", f"{TURNOVER}.annual_rate=2", timeline(*events)), 0)
        for events in ((), (raised,))
    )
    before, now = digests(plain), digests(dear)
    assert {name for name in before if before[name] != now[name]} == {"totals", "accounts"}
    changed = {name for name, usd in plain.totals.items() if dear.totals[name] != usd}
    assert changed == {"wages_usd", "training_usd"}


# --- the factor by hand ---------------------------------------------------------------------------


def test_nothing_written_is_no_factor() -> None:
    assert factor() == 1.0


def test_pay_over_the_market() -> None:
    """(1.2 / 1.1)^(−2.5); the market of another certification is none of theirs."""
    events = (
        event("wage", "2025-01-08", vendor="generalist", factor=1.2),
        event("market_wage", "2025-01-15", factor=1.1),
        event("market_wage", "2025-01-15", certification="CPC", factor=3),
    )
    elastic = f"{TURNOVER}.pay_elasticity=2.5"
    assert factor(elastic, timeline(*events)) == pytest.approx((1.2 / 1.1) ** -2.5)
    assert factor(timeline(*events)) == 1.0


def test_a_market_that_drifts() -> None:
    """A half more within 94 days, the first of which is day 10: day 56 is the 47th."""
    drift = event("market_wage", "2025-01-11", factor=1.5, ramp_days=94)
    found = factor(f"{TURNOVER}.pay_elasticity=1", timeline(drift))
    assert found == pytest.approx(1 + 0.5 / 2)


def test_where_the_market_pays_nothing_pay_says_nothing() -> None:
    free = "certifications.none.wage_usd_per_hour=0"
    assert factor(f"{TURNOVER}.pay_elasticity=2", free) == 1.0


def test_pay_beyond_all_comparison_is_no_more_than_much() -> None:
    """A market of next to nothing: a hundred times its pay, for a hazard of a hundredth."""
    tiny = "certifications.none.wage_usd_per_hour=5e-324"
    paid = timeline(event("wage", "2025-01-05", vendor="generalist", usd_per_hour=30))
    assert factor(f"{TURNOVER}.pay_elasticity=1", tiny, paid) == pytest.approx(0.01)


def test_certificates_that_others_look_for() -> None:
    assert factor("certifications.none.poaching_factor=1.7") == 1.7
    assert factor("certifications.CPC.poaching_factor=1.7") == 1.0


def test_knowledge_above_the_mean_of_the_team() -> None:
    team, agent = staying(f"{TURNOVER}.knowledge_hazard=1.5")
    skill = team.queues[0].skill
    mean = sum(a.row.knowledge[skill] for a in team.employed) / 20
    agent.row.knowledge[skill] = mean + 0.2
    team.personnel.retention.review()
    found = team.personnel.retention.factor(agent, 63.0)
    now = sum(a.row.knowledge[skill] for a in team.employed) / 20
    assert found == pytest.approx(exp(1.5 * (mean + 0.2 - now)))


def test_the_quick_leave_first() -> None:
    """Who takes 0.8 of the usual time has 1.25 of the usual speed."""
    team, agent = staying(f"{TURNOVER}.speed_hazard=2")
    agent.row.speed = 0.8
    assert team.personnel.retention.factor(agent, 63.0) == pytest.approx(1.25**2)


def test_a_season_counts_by_its_days() -> None:
    """The week from day 56 on has three days of February and four of March."""

    def season(**more: object) -> str:
        return timeline(event("leave_season", "2025-01-05", factor=3, **more))

    assert factor(season(vendor="generalist", months=[3])) == pytest.approx((3 + 4 * 3) / 7)
    assert factor(season(team="coding_inpatient", months=[3, 7])) == pytest.approx(15 / 7)
    assert factor(season(team="ar", months=[3])) == 1.0
    over = season(vendor="generalist", months=[2, 3], until="2025-02-28")
    assert factor(over) == pytest.approx((2 * 3 + 5) / 7)
    again = season(vendor="generalist", months=[1])
    assert factor(again, days=364) == pytest.approx((1 + 6 * 3) / 7)


def test_colleagues_who_quit_are_felt_and_forgotten() -> None:
    """Two of twenty, at 3 per share, with a half-life of a week: 0.3, and half of it a week on."""
    team, agent = staying(
        f"{TURNOVER}.contagion_hazard=3", f"{TURNOVER}.contagion_half_life_days=7"
    )
    retention = team.personnel.retention
    retention.note_quit()
    retention.note_quit()
    assert retention.factor(agent, 63.0) == 1.0  # not before the next review
    retention.review()
    assert retention.factor(agent, 63.0) == pytest.approx(1 + 0.3 * 0.5 / log(2))
    assert retention.factor(agent, 70.0) == pytest.approx(1 + 0.3 * 0.75 / (2 * log(2)))


def test_factors_multiply_up_to_a_bound() -> None:
    market = timeline(event("market_wage", "2025-01-01", factor=2))
    poached = "certifications.none.poaching_factor=3"
    assert factor(f"{TURNOVER}.pay_elasticity=1", market, poached) == pytest.approx(6)
    assert factor(f"{TURNOVER}.pay_elasticity=9", market, poached) == MOST


# --- what it does to careers ----------------------------------------------------------------------


def exits(*overrides: str, days: int) -> dict[int, float]:
    """When each of thirty people of the first day leaves, who are not replaced."""
    team = coders(after(bare(30, *DYING, *overrides, days=days)))
    return {a.number: a.left for a in team.agents if a.left is not None}


@pytest.mark.parametrize(
    ("options", "faster"),
    [
        (["certifications.none.poaching_factor=2"], 2.0),
        (
            [
                f"{TURNOVER}.pay_elasticity=2",
                timeline(event("market_wage", "2025-01-01", factor=1.5)),
            ],
            2.25,
        ),
        (
            [
                timeline(
                    event(
                        "leave_season",
                        "2025-01-01",
                        vendor="generalist",
                        factor=0.5,
                        months=list(range(1, 13)),
                    )
                )
            ],
            0.5,
        ),
    ],
    ids=["poached", "badly paid", "a mild season"],
)
def test_where_tenure_says_nothing_a_factor_shortens_every_stay(
    options: list[str], faster: float
) -> None:
    plain = exits(days=round(120 * max(1.0, faster)))
    found = exits(*options, days=round(120 / min(1.0, faster)))
    expected = {number: day / faster for number, day in plain.items()}
    shared = [number for number in expected.keys() & found.keys() if expected[number] > 1.0]
    assert len(shared) > 15
    for number in shared:
        assert found[number] == pytest.approx(expected[number])


@pytest.mark.parametrize(
    "neutral",
    [
        [f"{TURNOVER}.pay_elasticity=3"],
        [f"{TURNOVER}.contagion_half_life_days=3"],
        [
            timeline(
                event(
                    "leave_season", "2025-01-05", vendor="generalist", factor=1, months="[1, 2, 3]"
                )
            )
        ],
        [
            timeline(event("market_wage", "2025-01-05", factor=1, ramp_days=20)),
            f"{TURNOVER}.pay_elasticity=3",
        ],
        [timeline(event("market_wage", "2025-01-05", factor=3))],
        [timeline(event("wage", "2025-01-05", team="ar", factor=1))],
    ],
    ids=["elasticity", "half-life", "season of 1", "market of 1", "no elasticity", "wage of 1"],
)
def test_what_is_neutral_changes_nothing(neutral: list[str]) -> None:
    brisk = (f"{TURNOVER}.annual_rate=3", "people.pressure_threshold=0.5")
    plain = run(scenario("generalist", *brisk, timeline()), 0)
    assert digests(run(scenario("generalist", *brisk, timeline(), *neutral), 0)) == digests(plain)
    assert np.count_nonzero(np.array(plain.agents["reason"], object) == "quit") > 10


# --- who opens a team -----------------------------------------------------------------------------

SHAPE = 0.6
AGED = (f"{TURNOVER}.annual_rate=0.8", f"{TURNOVER}.shape={SHAPE}")


def ages(*overrides: str, people: int = 40) -> list[float]:
    """Tenures of those who open a team, in days: with the same luck whatever else is written."""
    team = coders(after(bare(people, *AGED, *overrides, days=30)))
    return [-agent.hired for agent in team.agents[:people]]


RAISE = event("wage", "2025-01-01", vendor="generalist", factor=2)
LATER = event("wage", "2025-01-02", vendor="generalist", factor=2)


@pytest.mark.parametrize(
    ("options", "factor"),
    [
        ([timeline(RAISE)], 0.5),
        ([timeline(event("wage", "2025-01-01", team="coding_inpatient", usd_per_hour=38))], 0.5),
        ([timeline(RAISE, event("market_wage", "2025-01-01", factor=4))], 2.0),
        ([timeline(RAISE), "certifications.none.poaching_factor=4"], 2.0),
        ([timeline(LATER)], 1.0),
        ([timeline(event("wage", "2025-01-01", team="billing", factor=2))], 1.0),
        (
            [
                timeline(
                    event("wage", "2025-01-01", vendor="generalist", factor=2, certification="CPC")
                )
            ],
            1.0,
        ),
        (["certifications.none.poaching_factor=1e-7"], 1e-6),
        (["certifications.none.poaching_factor=0"], 1e-6),
    ],
    ids=[
        "a vendor's raise",
        "a team's wage",
        "the market pays more still",
        "poached",
        "later",
        "another team's",
        "another certificate's",
        "hardly ever",
        "never",
    ],
)
def test_who_opens_a_team_has_the_tenure_of_their_own_hazard(
    options: list[str], factor: float
) -> None:
    """A Weibull hazard f times as high shortens all tenures, and so all ages, by f^(1/shape).

    A wage of 19 USD is doubled: with an elasticity of 1 the hazard is halved. Nobody has been there
    for more than a hundred years.
    """
    usual, found = ages(), ages(f"{TURNOVER}.pay_elasticity=1", *options)
    expected = [min(age * factor ** (-1 / SHAPE), max(age, 36525.0)) for age in usual]
    assert found == pytest.approx(expected)


def test_the_slow_have_been_there_as_long_as_their_speed_says() -> None:
    sigma = "people.speed_sigma=0.3"
    team = coders(after(bare(40, *AGED, sigma, f"{TURNOVER}.speed_hazard=2", days=30)))
    found = team.agents[:40]
    times = [agent.row.speed for agent in found]  # touch times: the slow have more than 1
    assert max(times) > 1.3
    expected = [age * (time**-2) ** (-1 / SHAPE) for age, time in zip(ages(), times, strict=True)]
    assert [-agent.hired for agent in found] == pytest.approx(expected)


def test_a_poached_team_is_met_in_its_own_steady_state() -> None:
    """Twice the hazard since ever: 2^(1/shape) times the separations, from the first month on.

    A renewal process that is met in its steady state has the same mean in any month; followers who
    leave soon after spread it, for early leavers by half as much again at most. Of people who had
    the ages of a hazard of one, fewer would leave at first.
    """
    people, rate, days = 4000, 0.3, 31
    options = (
        f"{TURNOVER}.annual_rate={rate}",
        f"{TURNOVER}.shape={SHAPE}",
        "certifications.none.poaching_factor=2",
    )
    team = coders(after(bare(people, *options, days=days)))
    gone = sum(agent.left is not None for agent in team.agents)
    expected = people * rate * 2 ** (1 / SHAPE) * days / 365.25
    assert gone == pytest.approx(expected, abs=4 * 1.5 * expected**0.5)


def test_a_rate_of_nothing_at_the_target_is_a_team_of_old_hands() -> None:
    """At a target far below the reference nobody would quit: they have always been there."""
    rested = (f"{VENDOR}.target_occupancy=0.5", "people.strain.exhaustion_hazard=50")
    assert set(ages(*rested)) == {36525.0}
