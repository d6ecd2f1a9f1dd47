"""The turnover trap (docs/turnover_trap.md) in small: more turnover is worse, and not by much."""

import numpy as np
import pytest

from sim.record.kpis import kpi
from sim.scenario.load import shipped_configs
from sim.study.replicate import StudyResult, run_study
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
    points = scenarios(shipped_configs() / "generalist.yaml", SMALL, design)
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
