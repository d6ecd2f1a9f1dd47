"""A scaled-down hospital's figures that are not those of full size are named."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sim.report import terminal
from sim.report.size import size_text
from sim.study.compare import compare
from sim.study.replicate import StudyResult

Study = Callable[..., StudyResult]
NAMES = ("denials.initial_rate", "money.days_in_ar", "people.occupancy")


def scaled(result: StudyResult, scale: float) -> StudyResult:
    said = {name: {"hospital": {"scale": scale}} for name in result.names}
    return replace(result, scenarios=said)


@pytest.mark.parametrize(("scale", "named"), [(1.0, False), (0.3, True), (0.1, True)])
def test_waits_of_small_teams_are_named_below_full_size(
    study: Study, scale: float, named: bool
) -> None:
    result = scaled(study(("generalist", "specialised"), 3, 3), scale)
    text = size_text(result, NAMES)
    assert bool(text) == named
    assert ("At scale" in terminal.comparison_text(result, compare(result))) == named
    if named:
        assert text.endswith("full size gives: Days in A/R, Occupancy.")


def test_rates_alone_need_no_word(study: Study) -> None:
    assert size_text(scaled(study(("generalist",), 2, 2), 0.1), NAMES[:1]) == ""
