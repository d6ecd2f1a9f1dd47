"""What has to be said with a finding: overload, settling, size, targets, different periods."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from sim.record.kpis import kpi as kpi_of
from sim.report.words import inside, interval, label, number, plain, sentence
from sim.study.comparable import different
from sim.study.ensemble import parts
from sim.study.overload import OVERLOADED, Overload, is_money, overloaded, overloaded_names
from sim.study.overload import overloaded_queues as queues_of
from sim.study.replicate import StudyResult, kpi_names, values_of
from sim.study.settling import MOVING, OPEN_WORK, TOO_EARLY, verdicts
from sim.study.targets import Chance

MOST_QUEUES = 8  # that are told one by one; `overload.csv` has all
MOST_NAMES = 3  # scenarios that the one sentence names
SHOWN = ("denials.initial_rate", "money.net_revenue_realisation", "money.net_value_usd")
"""The figures whose intervals are taken apart; `ignorance.csv` has all headline figures."""
SENSES = {"<=": "at most", ">=": "at least"}


def with_overload(result: StudyResult, finding: str) -> str:
    """The finding as a sentence, and which scenarios have no verdict on money."""
    said = f"{finding.removesuffix('.')}."
    behind = {name: queues for name, queues in queues_of(result).items() if queues}
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


def overload_notes(result: StudyResult) -> list[str]:
    """What falls behind, by how much, and what staffing would hold; empty where nothing does."""
    found = overloaded(result)
    said = [_behind(each) for each in found[:MOST_QUEUES]]
    if len(found) > MOST_QUEUES:
        said.append(f"{len(found) - MOST_QUEUES} more overloaded queues are in overload.csv.")
    if said:
        said.append("Where work is left undone there is no verdict on money.")
    return said


def _behind(found: Overload) -> str:
    undone = number(found.undone.mean, "share")
    return sentence(
        f"overloaded: {plain(found.scenario)}, {inside(label(found.queue))}: {undone} of what came "
        f"in was not worked. {_staffing(found)}"
    ).rstrip()


def _staffing(found: Overload) -> str:
    """What staffing would hold; that it would be enough, where the plan says so."""
    if not found.team:
        return ""
    team, has, needs = plain(found.team), f"{found.planned:.3g}", f"{found.needed:.3g}"
    if isnan(found.planned):
        return f"Team {team} has the persons of its roster; the work needs {needs} full-time."
    if found.needed > found.planned:
        return f"Team {team} has {has} full-time people at scale 1; {needs} would hold it."
    return (
        f"Team {team} has {has} full-time people at scale 1, which would be enough in the "
        "long run: what other teams leave undone, events, hiring or learning hold it back."
    )


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


def size_note(result: StudyResult) -> list[str]:
    """Which headline KPIs are not those of the whole hospital; empty at full size."""
    first = result.names[0]
    scale = float(result.scenarios.get(first, {}).get("hospital", {}).get("scale", 1.0))
    said = [
        label(name)
        for name in kpi_names(result.outcomes[first].values())
        if kpi_of(name).headline and not kpi_of(name).scale_free
    ]
    if scale >= 1.0 or not said:
        return []
    return [
        f"At scale {scale:g} waits are those of small teams; these are not what full size gives: "
        f"{', '.join(said)}."
    ]


def target_notes(found: Sequence[Chance]) -> list[str]:
    """A line for each target and scenario."""
    return [_target(chance) for chance in found]


def _target(chance: Chance) -> str:
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


def warnings(result: StudyResult) -> tuple[str, ...]:
    """What stands before every finding: overload first, then what does not compare or settle."""
    apart = different([dict(s) for s in result.scenarios.values()], list(map(plain, result.names)))
    return (*overload_notes(result), *apart, *unsettled(result))


def ignorance_notes(result: StudyResult) -> list[str]:
    """A line for each figure shown: of the one scenario, or of each difference."""
    if not result.drawn:
        return []
    base, *others = result.names
    lines = ["Half an interval, by luck alone and by what is not known alone:"]
    for name in others or [base]:
        for kpi in SHOWN:
            values, what = values_of(result, name, kpi), label(kpi)
            if others:
                reference = values_of(result, base, kpi)
                values = [b - a for a, b in zip(reference, values, strict=True)]
                what = f"{plain(name)} less {plain(base)}, {inside(what)}"
            at = parts(values)
            if not isnan(at.both):  # no two pairs of replications have it otherwise
                halves = (at.luck, at.ignorance)
                luck, ignorance = (
                    interval(half, half, half, kpi_of(kpi).unit, difference=True)[0].lstrip("+")
                    for half in halves
                )
                lines.append(f"{sentence(what)}: {luck} and {ignorance}.")
    return lines
