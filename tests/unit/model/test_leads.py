"""Team leads: who follows them, what a team without one lacks, and what none of it moves."""

from __future__ import annotations

from math import sqrt

import pytest

from sim.model import engines
from sim.model.simulation import run
from sim.model.workforce import Team
from sim.model.world import World
from sim.record.kpis import outcome
from sim.record.record import PROMOTION
from sim.scenario.load import ScenarioError
from tests.digests import digests
from tests.people import VENDOR, after, assert_sound, bare, coders, lived_through, watch
from tests.scenarios import scenario, world_of
from tests.unit.model.test_contracts import event, timeline

TURNOVER, HIRING, LEADS = f"{VENDOR}.turnover", f"{VENDOR}.hiring", f"{VENDOR}.leads"
STAY = f"{TURNOVER}.annual_rate=0"
YEARS = 2
DAYS = 731


def led(span: int, rate: float, wait: int, **more: float) -> str:
    words = {"span_of_control": span, "leave_per_year": rate, "time_to_promote_days": wait, **more}
    return f"{LEADS}={{{', '.join(f'{key}: {value}' for key, value in words.items())}}}"


def lived(*overrides: str, people: int, days: int = DAYS) -> World:
    return after(bare(people, *overrides, days=days))


def promoted(team: Team) -> list[float]:
    """When agents became leads."""
    return sorted(a.left for a in team.agents if a.reason == PROMOTION and a.left is not None)


# --- who follows a lead ---------------------------------------------------------------------------


@pytest.mark.parametrize("wait", [0, 60])
def test_leads_leave_at_their_rate_and_agents_follow(wait: int) -> None:
    """Forty posts. From the first day on, one in λ/(1 + λd) is filled each year (renewal theory).

    Exponential stays and waits of one length are more regular than a Poisson process, whose five
    standard errors they so keep.
    """
    rate, posts = 2.0, 40
    team = coders(lived(STAY, led(5, rate, wait), people=5 * posts))
    expected = posts * YEARS * rate / (1 + rate * wait / 365.25)
    assert len(promoted(team)) == pytest.approx(expected, abs=5 * sqrt(expected))
    assert len(team.employed) == 5 * posts  # each is replaced, in a world where that takes no time
    assert {a.reason for a in team.agents} == {"", PROMOTION}


def test_the_longest_serving_at_their_desk_follows() -> None:
    """One lead of twenty: each time the one who came first, of those not in class and not nesting.

    Whoever has just been hired nests for half a year.
    """
    options = (f"{TURNOVER}.annual_rate=0.2", f"{HIRING}.nesting_days=180")
    team = coders(lived(*options, led(20, 8, 10), people=20))
    leads = [a for a in team.agents if a.reason == PROMOTION]
    assert len(leads) > 8
    for lead in leads:
        assert lead.left is not None
        assert lead.left - lead.hired >= 180
        for other in team.agents:
            here = other.joined <= lead.left < (other.left or DAYS)
            if here and other is not lead:
                assert lead.hired <= other.hired


def test_nobody_on_leave_becomes_a_lead() -> None:
    away = timeline(
        event("leave_of_absence", "2025-01-02", team="coding_inpatient", people=10, days=300)
    )
    team = coders(lived(f"{TURNOVER}.annual_rate=0.001", away, led(12, 6, 0), people=12, days=300))
    first = sorted(team.agents[:12], key=lambda a: a.longest_first)
    assert len(promoted(team)) > 1
    assert {a.reason for a in first[:10]} <= {""}
    assert first[10].reason == PROMOTION


def test_a_place_waits_until_somebody_is_ready() -> None:
    """A team that begins with newcomers who nest for a hundred days: no lead comes from it before.

    All its posts are empty by then, and are filled within a week.
    """
    grows = timeline(event("staffing", "2025-01-08", team="coding_inpatient", headcount=50))
    options = (STAY, grows, f"{HIRING}.nesting_days=100", "teams.coding_inpatient.headcount=0")
    team = coders(lived(*options, led(5, 10, 0), people=0, days=200))
    found = promoted(team)
    assert min(found) >= 107
    # A post is full for 107 days with the chance e^(−10·100/365.25), 1 in 15.
    assert sum(at < 115 for at in found) >= 6


def test_who_leads_a_part_of_a_span_is_followed_from_here_in_that_part_of_cases() -> None:
    """Five agents, of twenty whom a lead has: one exit in four takes one of them."""
    rate, days, runs = 9.0, 1461, 6
    counts = [
        len(promoted(coders(after(bare(5, STAY, led(20, rate, 0), days=days), r))))
        for r in range(runs)
    ]
    expected = runs * rate * 4 / 4
    assert sum(counts) == pytest.approx(expected, abs=5 * sqrt(expected))


def test_a_promotion_opens_a_vacancy_and_is_no_separation() -> None:
    scene = bare(
        10,
        STAY,
        led(10, 6, 0),
        f"{HIRING}.time_to_fill_days=25",
        "people.recruiting_usd=1000",
        days=DAYS,
    )
    world, record = lived_through(scene)
    team, kpis = coders(world), outcome(record).kpis
    found = promoted(team)
    filled = [at + 25 for at in found if at + 25 < DAYS]
    assert len(filled) > 5
    assert [a.hired for a in team.agents if a.hired > 0] == pytest.approx(filled)
    assert kpis["people.turnover"] == 0.0
    assert record.totals["recruiting_usd"] == pytest.approx(1000 * len(filled))
    assert record.agents["reason"].count(PROMOTION) == len(found)


# --- what a team without its lead lacks -----------------------------------------------------------


def test_a_team_is_met_as_if_leads_had_always_come_and_gone() -> None:
    """Without a lead: λd/(1 + λd) of the posts, on the first day as later. A new team has all."""
    rate, wait, posts = 4.0, 60, 600
    share = rate * wait / 365.25 / (1 + rate * wait / 365.25)
    spread = 5 * sqrt(share * (1 - share) / posts)
    options = (STAY, led(1, rate, wait))
    team = coders(world_of(bare(posts, *options, days=100)))
    team.open_doors()
    assert team.leads.unled_share == pytest.approx(share, abs=spread)
    later = coders(lived(*options, people=posts, days=100))
    assert later.leads.unled_share == pytest.approx(share, abs=spread)
    fresh = f"{VENDOR}.go_live_knowledge={{domain: 0.1, client: 0}}"
    new = coders(world_of(bare(posts, *options, fresh, days=100)))
    new.open_doors()
    assert new.leads.unled_share == 0.0


def test_posts_weigh_by_whom_they_lead() -> None:
    """Fifteen agents, ten to a lead: one leads ten of them, the other five."""
    lead = led(10, 1, 0, unled_accuracy=0.3, unled_hazard=0.6)
    team = coders(world_of(bare(15, STAY, lead, days=30)))
    team.open_doors()
    leads = team.leads
    for vacant, share in (((0, 0), 0), ((1, 0), 10 / 15), ((0, 1), 5 / 15), ((1, 1), 1)):
        leads._vacant[:] = map(bool, vacant)
        assert leads.unled_share == pytest.approx(share)
        assert leads.hazard_factor == pytest.approx(1 + 0.6 * share)
        team.strain.week(team.employed, 15, team.queues, 0.0)
        assert team._crew.penalty == pytest.approx(0.3 * share)
    leads._vacant[:] = [False, True]
    team.roster.plan = 10  # a smaller plan needs no second lead, a larger one has a third
    assert leads.unled_share == 0.0
    team.roster.plan = 25
    leads.review()
    assert leads._vacant == [False, True, False]
    assert leads.unled_share == pytest.approx(10 / 25)


def test_a_team_without_leads_loses_people() -> None:
    """Leads stay for 36 days and are missing for two years: 20 of 21 posts are empty on average.

    With a hazard that is constant in tenure the number of leavers is as good as Poisson.
    """
    rate, rise, people = 0.5, 1.5, 300
    options = (f"{TURNOVER}.annual_rate={rate}", f"{TURNOVER}.shape=1")
    lead = led(1, 10, 730, unled_hazard=rise)
    team = coders(lived(*options, lead, people=people))
    quits = sum(a.reason == "quit" for a in team.agents)
    share = 10 * 730 / 365.25 / (1 + 10 * 730 / 365.25)
    expected = people * YEARS * rate * (1 + rise * share)
    assert quits == pytest.approx(expected, abs=5 * sqrt(expected))


def test_a_team_without_leads_errs_more() -> None:
    """Everybody is right in nine of ten items, and in eight while there is no lead."""
    options = (
        "hospital.inpatient.claims_per_year=40000",
        "hospital.inpatient.accuracy_exponent=1",
        STAY,
        "certifications.none.accuracy_floor=0.9",
        "certifications.none.accuracy_ceiling=0.9",
    )
    for lead, share in ((f"{LEADS}={{}}", 0.1), (led(20, 10, 730, unled_accuracy=0.1), 0.2)):
        team = coders(lived(*options, lead, people=20, days=60))
        assert team.leads.unled_share == (share == 0.2)
        items = sum(a.row.items for a in team.agents)
        errors = sum(a.row.errors for a in team.agents)
        assert items > 2000
        assert errors / items == pytest.approx(share, abs=5 * sqrt(share * (1 - share) / items))


# --- nothing written, and everything --------------------------------------------------------------


@pytest.mark.parametrize(
    "neutral",
    [
        f"{LEADS}={{}}",
        led(5, 0, 90, unled_accuracy=1, unled_hazard=10),
        led(1, 1e-300, 730, unled_accuracy=1, unled_hazard=10),
    ],
    ids=["defaults", "nobody leaves", "nobody leaves in the age of the world"],
)
def test_leads_who_stay_change_nothing(neutral: str) -> None:
    plain = digests(run(scenario("generalist"), 0))
    assert digests(run(scenario("generalist", neutral), 0)) == plain


def test_what_is_out_of_range_is_refused() -> None:
    for bad in ("span_of_control: 0", "leave_per_year: 11", "unled_accuracy: 1.5"):
        with pytest.raises(ScenarioError, match=bad.partition(":")[0]):
            scenario("generalist", f"{LEADS}={{{bad}}}")


BUSY = (
    led(4, 6, 30, unled_accuracy=0.2, unled_hazard=2),
    f"{TURNOVER}.annual_rate=3",
    f"{TURNOVER}.notice_days=10",
    f"{HIRING}.time_to_fill_days=9",
)
EVENTS = (
    event("staffing", "2025-03-10", team="billing", headcount=30),
    event("layoff", "2025-04-01", team="ar", share=0.5),
)


@pytest.mark.skipif(
    engines.choose().name != engines.COMPILED, reason="no compiled engine here to compare with"
)
def test_both_engines_give_the_same_record_of_an_office_whose_leads_leave() -> None:
    home = [option.replace(VENDOR, "vendors.in_house") for option in BUSY]
    switch = event("vendor_switch", "2025-05-01", to="specialized", teams="[clinical]")
    scene = scenario("medcentral", *home, timeline(*EVENTS, switch), days=200)
    compiled = digests(run(scene, 0, engines.COMPILED))
    record = run(scene, 0, engines.SIMPY)
    assert compiled == digests(record)
    assert record.agents["reason"].count(PROMOTION) > 5


def test_an_office_whose_leads_leave_is_sound() -> None:
    """Nobody is lost, plans hold, and nobody becomes a lead after a contract's or the run's end."""
    seen = watch(scenario("generalist", *BUSY, timeline(*EVENTS), days=200))
    assert_sound(seen)
    left = [at for team in seen.world.teams for at in promoted(team)]
    assert len(left) > 10
    assert max(left) < 200
