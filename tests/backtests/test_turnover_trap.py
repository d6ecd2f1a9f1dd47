"""The turnover trap (docs/turnover_trap.md) in small: more turnover is worse, and not by much."""

from collections.abc import Sequence

import numpy as np
import pytest

from sim.record.kpis import kpi
from sim.scenario.load import load, shipped_file
from sim.study.replicate import StudyResult, replicate, run_study
from sim.study.statistics import Interval, mean_interval
from sim.study.sweep import from_options, scenarios

RATE = "vendors.generalist.turnover.annual_rate"
SMALL = ("hospital.scale=0.05", "horizon_days=300", "kpi_from_days=90", "kpi_until_days=60")
WORSE_WITH_TURNOVER = (
    "quality.coding_accuracy",
    "denials.initial_rate",
    "money.leakage",
    "people.mean_knowledge",
    "people.turnover_cost_usd_per_year",
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """The shipped generalist at three rates of turnover, in 25 part-time jobs for 300 days."""
    design = from_options([f"{RATE}=0.1,0.39,0.8"])
    points = scenarios(shipped_file("generalist.yaml"), SMALL, design)
    return run_study(points, tmp_path_factory.mktemp("trap"), replications=4, workers=1)


def means(study: StudyResult, name: str) -> list[float]:
    return [
        float(np.mean([outcome.kpis[name] for outcome in by.values()]))
        for by in study.outcomes.values()
    ]


@pytest.mark.parametrize("name", WORSE_WITH_TURNOVER)
def test_more_turnover_is_worse_at_every_step(study: StudyResult, name: str) -> None:
    few, usual, many = means(study, name)
    assert few < usual < many if kpi(name).better == "lower" else few > usual > many


def test_turnover_alone_explains_little(study: StudyResult) -> None:
    """A mean-field calculation puts 10 to 80 % at 3 to 4 points of accuracy, 1 of denials."""
    accuracy, denials = (
        means(study, "quality.coding_accuracy"),
        means(study, "denials.initial_rate"),
    )
    assert accuracy[0] - accuracy[2] < 0.06
    assert denials[2] - denials[0] < 0.02


def test_the_points_meet_the_same_claims(study: StudyResult) -> None:
    first, *others = (
        [outcome.kpis["money.expected_usd"] for outcome in by.values()]
        for by in study.outcomes.values()
    )
    assert others == [first, first]


# --- with the loop of pressure and exhaustion -----------------------------------------------------

YEAR_AND_A_HALF = ("horizon_days=545", "kpi_from_days=180", "kpi_until_days=120")
ENOUGH = {"coding_inpatient": 7, "coding_outpatient": 19, "billing": 12, "clinical": 13, "ar": 9}
"""About the people that the generalist's plan asks for at full size."""


PAIRS = 4
"""Without an effect an interval lies on the dear side once in forty times, however many pairs."""


def heads(share: float) -> list[str]:
    return [f"teams.{team}.headcount={round(n * share)}" for team, n in ENOUGH.items()]


def moved(name: str, changed: Sequence[str], plain: Sequence[str]) -> dict[str, Interval]:
    """Paired differences of the figures of four full-size years and a half, at 95 %."""

    def figures(overrides: Sequence[str], replication: int) -> dict[str, float]:
        file = shipped_file(f"{name}.yaml")
        found = replicate(load(file, [*YEAR_AND_A_HALF, *overrides]).scenario, replication)
        weeks = np.array(found.tables["people"]["exhaustion"], float)
        return {**found.kpis, "exhaustion": float(np.nanmean(weeks))}

    pairs = [(figures(changed, r), figures(plain, r)) for r in range(PAIRS)]
    return {each: mean_interval([a[each] - b[each] for a, b in pairs]) for each in DEARER}


DEARER = {
    "exhaustion": 1,
    "quality.coding_accuracy": -1,
    "denials.initial_rate": 1,
    "money.tco": 1,
    "money.net_value_usd": -1,
    "work.days_to_submission": 1,
}
"""Which way each figure goes where something costs people, accuracy, money or days."""


@pytest.mark.parametrize(
    ("changed", "plain"),
    [(heads(0.75), heads(1.0)), (["calendar.shift_hours=10"], [])],
    ids=["a quarter fewer heads", "ten-hour days for ever"],
)
def test_with_the_loop_nothing_is_free(changed: list[str], plain: list[str]) -> None:
    """People, accuracy, money and days: each interval of the difference lies on the dear side.

    Ten-hour days need fewer people for the same hours; the plan is made for them. Who leaves for
    exhaustion is too few in so short a time to be told from luck, so it is exhaustion that is seen.
    """
    for name, at in moved("turnover_trap", changed, plain).items():
        dear = at.low if DEARER[name] > 0 else -at.high
        assert dear > 0.0, f"{name}: {at.low:.4g} to {at.high:.4g}"
