"""What a study says of its targets."""

from collections.abc import Sequence
from textwrap import wrap

from sim.record.kpis import kpi as kpi_of
from sim.report.terminal import WIDTH
from sim.report.words import label, number, plain
from sim.study.replicate import StudyResult
from sim.study.targets import Chance, Target, chances

SENSES = {"<=": "at most", ">=": "at least"}


def targets_text(result: StudyResult, targets: Sequence[Target]) -> str:
    """A line for each target and scenario."""
    said = [line for chance in chances(result, targets) for line in wrap(_line(chance), WIDTH)]
    return "".join(f"{line}\n" for line in said)


def _line(chance: Chance) -> str:
    target = chance.target
    limit = number(target.limit, kpi_of(target.kpi).unit)
    aim = f"{label(target.kpi)} {SENSES[target.sense]} {limit}"
    if chance.overloaded:
        return f"{aim}: no verdict, {plain(chance.scenario)} is overloaded."
    if not chance.n:
        return f"{aim}: not defined in {plain(chance.scenario)}."
    low, high = (f"{100 * end:.0f} %" for end in (chance.low, chance.high))
    return (
        f"{aim}: met by {plain(chance.scenario)} in {chance.met} of {chance.n} replications "
        f"(chance {low} to {high})."
    )
