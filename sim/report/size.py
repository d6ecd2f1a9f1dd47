"""What to think of the figures of a hospital that is scaled down."""

from __future__ import annotations

from collections.abc import Iterable

from sim.record.kpis import kpi
from sim.report.words import label
from sim.study.replicate import StudyResult


def size_text(result: StudyResult, names: Iterable[str]) -> str:
    """Which of some KPIs are not those of the whole hospital; empty at full size."""
    content = result.scenarios.get(result.names[0], {})
    scale = float(content.get("hospital", {}).get("scale", 1.0))
    said = [label(name) for name in names if not kpi(name).scale_free]
    if scale >= 1.0 or not said:
        return ""
    return (
        f"At scale {scale:g} waits are those of small teams; these are not what full size gives: "
        f"{', '.join(said)}."
    )
