"""A scaled-down hospital's figures that are not those of full size are named."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sim.report.notes import size_note
from sim.study.replicate import StudyResult

Study = Callable[..., StudyResult]


def scaled(result: StudyResult, scale: float) -> StudyResult:
    said = {name: {"hospital": {"scale": scale}} for name in result.names}
    return replace(result, scenarios=said)


@pytest.mark.parametrize(("scale", "named"), [(1.0, False), (0.3, True), (0.1, True)])
def test_waits_of_small_teams_are_named_below_full_size(
    study: Study, scale: float, named: bool
) -> None:
    notes = size_note(scaled(study(("generalist", "specialised"), 3, 3), scale))
    assert bool(notes) == named
    for text in notes:
        assert text.startswith(f"At scale {scale:g} ")
        assert "Days in A/R" in text
        assert "Initial denial" not in text
