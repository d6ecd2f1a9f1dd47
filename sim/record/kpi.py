"""What a key figure is: its name, unit, direction and definition."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kpi:
    """A key figure: its unit, which direction is better, and how it is formed.

    `form` says whether it is a ratio of totals or a mean of ratios; `smallest_difference` is the
    difference (in the unit) below which a planner would not care; `headline` figures stand in the
    first table. `scale_free` says that a scaled-down hospital gives the same within 1 %, or a total
    in proportion (tests/oracles/test_scale.py): what hangs on waiting does not, since small teams
    are rougher.
    """

    name: str
    unit: str
    better: str
    form: str
    definition: str
    smallest_difference: float = 0.0
    headline: bool = False
    scale_free: bool = True
