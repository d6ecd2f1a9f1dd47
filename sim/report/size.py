"""What to think of the figures of a hospital that is scaled down."""

from __future__ import annotations

from sim.record.kpis import kpi
from sim.report.words import label
from sim.study.replicate import StudyResult, kpi_names


def size_text(result: StudyResult) -> str:
    """Which headline KPIs are not those of the whole hospital; empty at full size."""
    first = result.names[0]
    scale = float(result.scenarios.get(first, {}).get("hospital", {}).get("scale", 1.0))
    said = [label(name) for name in kpi_names(result.outcomes[first].values())
            if kpi(name).headline and not kpi(name).scale_free]  # fmt: skip
    if scale >= 1.0 or not said:
        return ""
    return (
        f"At scale {scale:g} waits are those of small teams; these are not what full size gives: "
        f"{', '.join(said)}."
    )
