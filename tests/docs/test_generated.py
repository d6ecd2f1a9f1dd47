"""The pages that are made from the code, or from reference runs, are those made of them now."""

from __future__ import annotations

import math

from docs import build, validation
from docs.studies import ROOT
from sim.model.simulation import run
from sim.record.kpis import kpi, outcome
from sim.scenario.reference import markdown
from sim.scenario.schema import Scenario
from sim.study.statistics import Interval
from tests.scenarios import scenario


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_scenario_reference_is_up_to_date() -> None:
    assert page("scenario.md") == markdown(Scenario), "docs/scenario.md: make docs"


def test_the_kpi_reference_is_up_to_date() -> None:
    assert page("kpis.md") == build.kpi_reference(), "docs/kpis.md: make docs"


def test_the_kpi_reference_has_every_kpi_of_a_run() -> None:
    names = outcome(run(scenario("five_functions_generalist", days=120, last=30), 0)).kpis
    assert len(names) > 90
    for name in names:
        family = f"`{name[: name.rfind('.') + 1]}*`"
        assert f"`{name}`" in page("kpis.md") or family in page("kpis.md"), name
        assert kpi(name).definition


def test_the_validation_page_is_made_of_the_reference_run() -> None:
    assert page("validation.md") == validation.render(), "docs/validation.md: make docs"
    verdicts = [row[5] for part in validation.PARTS for row in validation.rows(part)]
    assert len(verdicts) >= 20
    assert "**misses**" in verdicts, "a page without a miss would be too good"


def test_a_verdict_is_that_of_the_interval() -> None:
    figure = validation.Figure("x", "y", 10.0, 20.0, "", ("z",))
    point = validation.Figure("x", "y", 10.0, 10.0, "", ("z",))
    for published, low, high, expected in (
        (figure, 12, 13, "agrees"),
        (figure, 5, 10, "open"),
        (figure, 19, 30, "open"),
        (figure, 7, 9.5, "near"),
        (figure, 23, 25, "near"),
        (figure, 24, 25, "**misses**"),
        (figure, 1, 7.9, "**misses**"),
        (point, 9, 11, "open"),
        (point, 10.1, 10.3, "near"),
    ):
        at = Interval(20, (low + high) / 2, math.nan, low, high)
        assert validation.verdict(published, at) == expected, at


def test_what_is_worked_out_lies_between_the_extremes_of_its_parts() -> None:
    figure = validation.Figure("x", "y", 1.0, 2.0, "", ("a", "b"), lambda a, b: a / b)
    parts = {"a": Interval(9, 2.0, math.nan, 1.0, 3.0), "b": Interval(9, 5.0, math.nan, 4.0, 8.0)}
    at = figure.model(parts)
    assert (at.mean, at.low, at.high) == (40.0, 12.5, 75.0)
