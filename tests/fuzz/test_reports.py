"""Two studies of random scenarios, in tables, charts and reports; more by hand (`reports.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.reports import drawn_scenarios, show


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "first"), [(10, 3), (3, 2)])
def test_what_a_random_scenario_gives_can_be_shown(seed: int, first: int, tmp_path: Path) -> None:
    """One scenario alone, in which nothing ever waits, and two compared; every sixth chart."""
    made = show(drawn_scenarios(seed), tmp_path, slice(first, None, 6))
    assert len(made.charts) >= 4
    assert (tmp_path / "manifest.json").is_file()
