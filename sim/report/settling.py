"""What a study says of settling: nothing where all is well, else one sentence per scenario."""

from __future__ import annotations

from textwrap import wrap

from sim.report.terminal import WIDTH
from sim.report.words import number, plain, sentence
from sim.study.overload import overloaded_names
from sim.study.replicate import StudyResult
from sim.study.settling import MOVING, OPEN_WORK, TOO_EARLY, verdicts


def unsettled(result: StudyResult) -> list[str]:
    """A warning for each series that has not settled where it counts.

    Open work of an overloaded scenario never does, and that is said already.
    """
    said, behind = [], overloaded_names(result)
    for v in verdicts(result):
        if v.scenario in behind and v.series == OPEN_WORK:
            continue
        who = f"{plain(v.scenario)}: {v.series}"
        if v.verdict == MOVING:
            early, later = number(v.early, ""), number(v.later, "")
            said.append(
                f"Careful: {who} has not settled where services begin to count: {early} in a "
                f"quarter there, {later} a year later. Raise kpi_from_days and horizon_days, or "
                "read totals as those of this period."
            )
        elif v.verdict == TOO_EARLY:
            said.append(
                f"Careful: {who} settles on day {v.day}, but services count from day "
                f"{v.counted_from}. Raise kpi_from_days."
            )
    return [sentence(text) for text in said]


def settling_text(result: StudyResult) -> str:
    """The warnings as lines to print; empty if there is none."""
    return "".join(f"{line}\n" for text in unsettled(result) for line in wrap(text, WIDTH))
