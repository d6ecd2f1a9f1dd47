"""A table that goes to a fit, and what of the scenario stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.calibrate.read.grid import Grid
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor


@dataclass(frozen=True)
class Given:
    """A table, what it is called, and what stays as it is."""

    grid: Grid
    source: str
    base: Scenario
    vendor: Vendor
    words: Mapping[str, str]
    """The user's own words for categories, queues or certifications."""
