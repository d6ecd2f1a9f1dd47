"""Who leaves, and how often, against theory: large teams of constant hazard that come and go.

Each comparison allows five standard errors, which chance exceeds with probability 6e-7.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from sim.model.departures import ROTATED
from sim.model.simulation import run
from sim.model.workforce import Team
from tests.book import Book
from tests.people import VENDOR, after, bare, coders
from tests.unit.model.test_contracts import event, timeline

PART = "People"
SIGMAS = 5.0
PALM = "M/G/∞ (Palm 1943)"
HAZARD, HAWKES = "proportional hazards (Cox 1972)", "branching (Hawkes & Oakes 1974)"
TURNOVER, HIRING = f"{VENDOR}.turnover", f"{VENDOR}.hiring"
PEOPLE, DAYS, RATE = 500, 731, 0.6
# Turnover needs no work to be done; one workday a week saves time.
STEADY = ("calendar.workdays=[0]", f"{TURNOVER}.annual_rate={RATE}", f"{TURNOVER}.shape=1")
YEARS = DAYS / 365.25


def team_of(*overrides: str, seed: int, people: int = PEOPLE, days: int = DAYS) -> Team:
    """A team after two years; with one seed teams would draw the same luck."""
    return coders(after(bare(people, *STEADY, *overrides, f"seed={seed}", days=days)))


def leavers(team: Team) -> list[float]:
    """Days on which people have left."""
    return [a.left for a in team.agents if a.left is not None]


def test_turnover_follows_pay_by_the_elasticity(book: Book) -> None:
    """The market pays f times as much from the first day: hazard × f^elasticity."""
    for seed, (elasticity, f) in enumerate(((1, 1.5), (3, 1.15), (2, 0.8))):
        market = timeline(event("market_wage", "2025-01-01", factor=f))
        team = team_of(f"{TURNOVER}.pay_elasticity={elasticity}", market, seed=seed)
        expected = PEOPLE * RATE * YEARS * f**elasticity
        name = f"Separations in two years, elasticity {elasticity}, market {f:g} times as before"
        book.agrees(name, len(leavers(team)), expected, SIGMAS * sqrt(expected), HAZARD)


def test_early_attrition_makes_turnover_steeper_in_pay(book: Book) -> None:
    """Weibull tenure of shape k: a hazard f times as high ends careers at f^(1/k) the pace."""
    shape, f = 0.75, 1.5
    options = (f"{TURNOVER}.shape={shape}", "certifications.none.poaching_factor=1.5")
    team = team_of(*options, seed=10, days=6 * DAYS, people=300)
    expected = 300 * RATE * f ** (1 / shape) * 6 * YEARS
    spread = sqrt(expected * 2.0)  # of long times: the squared variation of tenure is below 2
    found = len(leavers(team))
    book.agrees(
        "Separations of early leavers, poached 1.5 times as often",
        found,
        expected,
        SIGMAS * spread,
        HAZARD,
    )


def test_a_season_changes_its_months_by_the_factor(book: Book) -> None:
    season = event("leave_season", "2025-01-01", vendor="generalist", months=[3, 4], factor=2.5)
    days = np.array(leavers(team_of(timeline(season), seed=20)))
    in_spring = (days % 365 >= 59) & (days % 365 < 120)
    spring, rest = 2 * 61, DAYS - 2 * 61
    for name, seen, length, factor in (
        ("in the months of a season of 2.5", in_spring.sum(), spring, 2.5),
        ("in the other months", (~in_spring).sum(), rest, 1.0),
    ):
        expected = PEOPLE * RATE * factor * length / 365.25
        book.agrees(f"Separations {name}", float(seen), expected, SIGMAS * sqrt(expected), HAZARD)


def test_quits_that_call_for_others(book: Book) -> None:
    """Each quit brings b = rate · c · half-life / ln 2 others: 1/(1−b) quits for each first one.

    Clusters spread the number of quits: its variance is 1/(1−b)² times its mean.
    """
    gain, half = 4.0, 30.0
    b = RATE / 365.25 * gain * half / log(2)
    assert 0.25 < b < 0.35
    team = team_of(
        f"{TURNOVER}.contagion_hazard={gain}",
        f"{TURNOVER}.contagion_half_life_days={half}",
        seed=30,
        days=2 * DAYS,
    )
    late = [day for day in leavers(team) if day > DAYS]
    expected = PEOPLE * RATE * YEARS / (1 - b)
    spread = sqrt(expected) / (1 - b)
    book.agrees(
        "Quits, each of which brings 0.28 others", len(late), expected, SIGMAS * spread, HAWKES
    )


def test_the_quick_leave_by_the_elasticity_of_their_speed(book: Book) -> None:
    """Of people whose log speed is normal, each leaves at the rate · speed^gain."""
    gain, sigma, days = 1.2, 0.3, 183
    options = (f"{TURNOVER}.speed_hazard={gain}", f"people.speed_sigma={sigma}")
    team = team_of(*options, f"{HIRING}.policy=freeze", seed=40, people=2000, days=days)
    speeds = np.array([-log(a.row.speed) for a in team.agents])
    gone = np.array([a.left is not None for a in team.agents])
    found = speeds[gone].mean() - speeds[~gone].mean()
    error = sigma * sqrt(1 / gone.sum() + 1 / (~gone).sum())
    z = np.linspace(-8, 8, 10_001)
    x = sigma * z + sigma**2 / 2  # times of mean 1
    leaves = 1 - np.exp(-RATE * days / 365.25 * np.exp(gain * x))
    weight = np.exp(-(z**2) / 2)
    theory = np.average(x, weights=weight * leaves) - np.average(x, weights=weight * (1 - leaves))
    book.agrees(
        "Log speed of leavers over that of others, elasticity 1.2, spread 0.3",
        found,
        float(theory),
        SIGMAS * error,
        HAZARD,
    )


def test_notice_delays_exits_and_leaves_their_rate(book: Book) -> None:
    """Whoever takes the place comes at notice: as many decide to leave, and go 45 days later."""
    notice = 45
    team = team_of(f"{TURNOVER}.notice_days={notice}", seed=50)
    expected = PEOPLE * RATE * (DAYS - notice) / 365.25
    book.agrees(
        "Separations in two years, 45 days' notice",
        len(leavers(team)),
        expected,
        SIGMAS * sqrt(expected),
        "renewal theory (Cox 1962)",
    )


def test_vacancies_are_searches_under_way_whatever_their_spread(book: Book) -> None:
    """Of a plan of N, N · λw / (1 + λw) are being searched, w days each on average."""
    search, cv = 60, 1.5
    options = (f"{HIRING}.time_to_fill_days={search}", f"{HIRING}.time_to_fill_cv={cv}")
    scene = bare(PEOPLE, *STEADY, *options, "seed=60", days=3 * DAYS)
    weeks = run(scene, 0).weeks
    rows = [i for i, team in enumerate(weeks["team"]) if team == "coding_inpatient"]
    seen = [weeks["pipeline"][i] for i in rows if weeks["day"][i] > DAYS]
    load = RATE * search / 365.25
    expected = PEOPLE * load / (1 + load)
    # A search is remembered for its mean residual length, (1 + cv²)/2 times the mean.
    spread = sqrt(expected * search * (1 + cv**2) / (2 * DAYS))
    book.agrees(
        f"Vacancies of {PEOPLE} places, searches of 60 days, cv 1.5",
        float(np.mean(seen)),
        expected,
        SIGMAS * spread,
        PALM,
    )


def test_rotation_is_one_more_way_to_go(book: Book) -> None:
    """At constant rates those who quit and those who are moved compete: shares of the sum."""
    event_ = event(
        "rotate", "2025-01-02", vendor="generalist", share_per_year=0.4, after_tenure_days=1
    )
    team = team_of(timeline(event_), seed=70)
    went = {"quit": "quit", ROTATED: "were moved"}
    rates = {"quit": RATE, ROTATED: -log(1 - 0.4)}
    for reason, rate in rates.items():
        found = sum(a.reason == reason for a in team.agents)
        expected = PEOPLE * rate * YEARS
        book.agrees(
            f"Leavers in two years who {went[reason]}, of quits and rotation",
            found,
            expected,
            SIGMAS * sqrt(expected),
            "competing risks (Cox 1972)",
        )
