"""What a plan says: what was chosen, from what, with which guarantee, and which limits are kept."""

from __future__ import annotations

from sim.report.answer import Answer, Cell, Part, Table, words
from sim.report.fields import head_of, unit_of
from sim.report.headline import Study
from sim.report.select import finding as selected
from sim.report.study import aside, assembled
from sim.report.words import brief, inside, label, number, sentence
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
    compared = sum(
        standing(planned, name) not in ("searched", "finalist") for name in planned.finalists
    )
    if compared == 1:
        said = (
            sentence(
                f"{left[0]} is the only one of {len(planned.finalists)} leaders that keeps "
                "every limit"
            )
            if left
            else "No verdict"
        )
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


def answer(planned: Planned, axes: Axes, study: Study) -> Answer:
    """The answer of a plan: the finalists, the limits of those left, and the frontier."""
    kpi = planned.chosen.kpi
    tables = (_finalists(planned, axes), *_limits(planned), *_frontier(planned, axes))
    question = f"Which plan is the best by {inside(label(kpi))}, and keeps every limit?"
    said = finding(planned, axes)
    facts = {"left": list(planned.chosen.survivors), "frontier": list(planned.frontier)}
    parts = [Part("own", "Plans compared", tables), *aside(study)]
    return assembled(
        "plan",
        planned.chosen.result,
        "A plan under limits",
        question,
        f"{said}.",
        _rule(planned, axes),
        parts,
        facts=facts,
    )


def _rule(planned: Planned, axes: Axes) -> str:
    sure = f"{100.0 * planned.chosen.confidence:g} %"
    note = f"Plans are {', '.join(axes)}. {NOTHING_ELSE}"
    if planned.kept:
        note += f" Limits hold for all finalists and constraints together at {sure}."
    if any(k.verdict == OPEN for k in planned.kept if k.plan in planned.chosen.survivors):
        note += " Open limits need more --replications."
    return note


def _finalists(planned: Planned, axes: Axes) -> Table:
    kpi = planned.chosen.kpi
    rows = tuple(
        (
            words(_named(planned, axes, name)),
            words(standing(planned, name)),
            words(str(at.n)),
            _number(at.mean, unit_of(kpi)),
            _number(behind(planned, name), unit_of(kpi)),
        )
        for name, at in planned.chosen.standing()
    )
    heads = ("Plan", "Standing", "Replications", head_of(kpi), "Behind")
    return Table("plans", "Plans compared", heads, rows, bars=4)


def _number(value: float, unit: str) -> Cell:
    return Cell(number(value, unit), (value,), unit)


def _named(planned: Planned, axes: Axes, name: str) -> str:
    """A plan with its values, in the order of the axes."""
    return f"{name}: " + ", ".join(brief(v) for v in values(planned, axes, name).values())


def _limits(planned: Planned) -> list[Table]:
    rows = tuple(
        tuple(
            map(
                words,
                (
                    f"{k.plan}: {k.limit.kpi}",
                    _limit(k.limit),
                    f"{k.value:.3g}",
                    f"{k.low:.3g} to {k.high:.3g}",
                    k.verdict,
                ),
            )
        )
        for k in planned.kept
        if k.plan in planned.chosen.survivors
    )
    heads = ("Limit of", "Limit", "Found", "Exact limits", "Verdict")
    return [Table("limits", "Limits", heads, rows)] if rows else []


def _limit(limit: Limit) -> str:
    sense = "≤" if limit.at_least is None else "≥"
    sure = "" if limit.probability is None else f", P ≥ {limit.probability:g}"
    return f"{sense} {limit.bound:g}{sure}"


def _frontier(planned: Planned, axes: Axes) -> list[Table]:
    objectives = planned.asked.objectives
    if len(objectives) < 2:
        return []
    rows = tuple(
        (
            words(_named(planned, axes, name)),
            *(_number(x, unit_of(o)) for x, o in zip(planned.means[name], objectives, strict=True)),
        )
        for name in planned.frontier
    )
    return [Table("frontier", "Frontier", ("Plan", *map(head_of, objectives)), rows)]
