"""What a study says of overload: before anything else, and in its one sentence."""

from __future__ import annotations

from math import isnan
from textwrap import wrap

from sim.report.terminal import WIDTH
from sim.report.words import inside, label, number, plain, sentence
from sim.study.overload import OVERLOADED, Overload, is_money, overloaded, overloaded_queues
from sim.study.replicate import StudyResult

MOST_QUEUES = 8  # that are told one by one; `overload.csv` has all
MOST_NAMES = 3  # scenarios that the one sentence names


def told(result: StudyResult, finding: str) -> str:
    """The finding as a sentence, and which scenarios have no verdict on money."""
    said = f"{finding.removesuffix('.')}."
    behind = {name: queues for name, queues in overloaded_queues(result).items() if queues}
    if not behind:
        return said
    shown = [
        f"{plain(name)} ({', '.join(inside(label(queue)) for queue in queues.split())})"
        for name, queues in behind.items()
    ]
    more = len(shown) - MOST_NAMES
    listed = ", ".join(shown[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    return f"{said} Overloaded, so without a verdict on money: {listed}."


def unknown(kpi: str) -> str:
    """What stands for a number that `judged` does not know, or that no replication has."""
    return OVERLOADED if is_money(kpi) else "not defined"


def overload_text(result: StudyResult) -> str:
    """What falls behind, by how much, and what staffing would hold; empty where nothing does."""
    found = overloaded(result)
    said = [_said(each) for each in found[:MOST_QUEUES]]
    if len(found) > MOST_QUEUES:
        more = len(found) - MOST_QUEUES
        said.append(f"{more} more overloaded queues are in overload.csv.")
    if said:
        said.append("Where work is left undone there is no verdict on money.")
    return "".join(f"{line}\n" for text in said for line in wrap(text, WIDTH))


def _said(found: Overload) -> str:
    undone = number(found.undone.mean, "share")
    return sentence(
        f"overloaded: {plain(found.scenario)}, {inside(label(found.queue))}: {undone} of what came "
        f"in was not worked. {_staffing(found)}"
    ).rstrip()


def _staffing(found: Overload) -> str:
    """What staffing would hold; that it would be enough, where the plan says so."""
    if not found.team:
        return ""
    has, needs = f"{found.planned:.3g}", f"{found.needed:.3g}"
    if isnan(found.planned):
        return f"Team {found.team} has the persons of its roster; the work needs {needs} full-time."
    if found.needed > found.planned:
        return f"Team {found.team} has {has} full-time people at scale 1; {needs} would hold it."
    return (
        f"Team {found.team} has {has} full-time people at scale 1, which would be enough in the "
        "long run: what other teams leave undone, events, hiring or learning hold it back."
    )
