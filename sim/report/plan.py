"""What a plan says: what was chosen, from what, with which guarantee, and which limits are kept."""

from __future__ import annotations

from rich.table import Table

from sim.record.kpis import kpi as kpi_of
from sim.report.select import finding as selected
from sim.report.terminal import printed, table, wrapped
from sim.report.words import brief, label, number, sentence
from sim.study.plan import OPEN, Planned
from sim.study.plan_file import Limit
from sim.study.plan_tables import Axes, behind, standing, values

NOTHING_ELSE = (
    "The search promises nothing of plans that it did not look at: its answer is a local optimum "
    "as far as it looked."
)


def finding(planned: Planned, axes: Axes) -> str:
    """The choice with its values, the limits it keeps, and what was searched and compared."""
    left = planned.chosen.survivors
    leader = planned.chosen.standing()[0][0]
    first = "" if len(left) == 1 else f"{leader} leads, "
    compared = sum(standing(planned, name) not in ("searched", "finalist")
                   for name in planned.finalists)  # fmt: skip
    if compared == 1:
        said = sentence(f"{left[0]} is the only one of {len(planned.finalists)} leaders that keeps "
                        "every limit") if left else "No verdict"  # fmt: skip
    else:
        said = selected(planned.chosen)
    return f"{said} ({first}{_said(planned, axes, leader)}). {_searched(planned, compared)}"


def _said(planned: Planned, axes: Axes, name: str) -> str:
    return ", ".join(f"{path} = {brief(v)}" for path, v in values(planned, axes, name).items())


def _searched(planned: Planned, compared: int) -> str:
    """What was looked at, what was compared, and how the search ended."""
    seen = planned.searched
    looked = f"All {len(seen.scores)}" if seen.whole else f"{len(seen.scores)}"
    ended = "" if seen.whole else f", until {seen.ended}"
    of = f"{looked} plans were looked at ({seen.spent} replications{ended})"
    return f"{of}, {compared} compared under fresh random numbers"


def text(planned: Planned, axes: Axes, colour: bool) -> str:
    """The finalists with their values and objective; every limit; the frontier, if asked for."""
    tables = [_finalists(planned, axes), *_limits(planned), *_frontier(planned, axes)]
    sure = f"{100.0 * planned.chosen.confidence:g} %"
    note = f"Plans are {', '.join(axes)}. {NOTHING_ELSE}"
    if planned.kept:
        note += f" Limits hold for all finalists and constraints together at {sure}."
    if any(k.verdict == OPEN for k in planned.kept if k.plan in planned.chosen.survivors):
        note += " Open limits need more --replications."
    return printed(tables, wrapped(note), colour=colour)


def _finalists(planned: Planned, axes: Axes) -> Table:
    unit = kpi_of(planned.chosen.kpi).unit
    rows = [
        (_named(planned, axes, name), standing(planned, name), str(at.n), number(at.mean, unit),
         number(behind(planned, name), unit))
        for name, at in planned.chosen.standing()
    ]  # fmt: skip
    return table(("", "replications", label(planned.chosen.kpi), "behind"), rows)


def _named(planned: Planned, axes: Axes, name: str) -> str:
    """A plan with its values, in the order of the axes."""
    return f"{name}: " + ", ".join(brief(v) for v in values(planned, axes, name).values())


def _limits(planned: Planned) -> list[Table]:
    if not planned.kept:
        return []
    rows = [
        (f"{k.plan}: {k.limit.kpi}", _limit(k.limit), f"{k.value:.3g}",
         f"{k.low:.3g} to {k.high:.3g}", k.verdict)
        for k in planned.kept
        if k.plan in planned.chosen.survivors
    ]  # fmt: skip
    return [table(("limit", "found", "exact limits", "verdict"), rows)]


def _limit(limit: Limit) -> str:
    sense = "≤" if limit.at_least is None else "≥"
    sure = "" if limit.probability is None else f", P ≥ {limit.probability:g}"
    return f"{sense} {limit.bound:g}{sure}"


def _frontier(planned: Planned, axes: Axes) -> list[Table]:
    if len(planned.asked.objectives) < 2:
        return []
    rows = [
        (_named(planned, axes, name),
         *(number(x, kpi_of(o).unit) for x, o in zip(planned.means[name],
                                                     planned.asked.objectives, strict=True)))
        for name in planned.frontier
    ]  # fmt: skip
    return [table(tuple(map(label, planned.asked.objectives)), rows)]
