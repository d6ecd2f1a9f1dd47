"""What `run` says of capacity: a row per team, required against available."""

from __future__ import annotations

from sim.report.terminal import printed, table, wrapped
from sim.report.words import plain
from sim.study.capacity import Summary, summary
from sim.study.replicate import StudyResult

HEADS = ("required", "there", "net", "gap", "worst from", "net then", "left", "hired")
NOTES = (
    "People are full-time at full size: required by the work that came in, at the target "
    "occupancy, and there at their desks; the worst quarter, and who left and was hired in a "
    "year. By week in capacity.csv; classes that would close the gaps in hiring_plan.csv."
)


def capacity_text(result: StudyResult, name: str, *, colour: bool = False) -> str:
    """The table of a scenario, and how it is read; empty where a study has no weeks."""
    rows = [_row(team) for team in summary(result, name)]
    return printed([table(HEADS, rows)], wrapped(NOTES), colour=colour) if rows else ""


def _row(of: Summary) -> tuple[str, ...]:
    return (
        plain(of.team), f"{of.required:.1f}", f"{of.available:.1f}", f"{of.net:+.1f}",
        f"{100.0 * of.gap_share:+.0f} %" if of.required else "", of.worst_start,
        f"{of.worst_net:+.1f}", f"{of.leavers_per_year:.1f}", f"{of.hires_per_year:.1f}",
    )  # fmt: skip
