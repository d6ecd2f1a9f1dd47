"""Verification run on the very study that a report is about: identities that must hold."""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.record.record import Outcome
from sim.streams import printable
from sim.study.replicate import StudyResult

ANSWERS = (
    "claims.first_pass_payment_rate",
    "claims.rejection_rate",
    "claims.rfi_rate",
    "denials.first_answer_rate",
)
WORLD = ("hospital", "payers", "start", "horizon_days", "timeline")
"""Parts of a scenario that decide which claims there are."""
HOLDS, FAILS, OPEN = "holds", "FAILS", "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """What must be true, what was found, and whether it holds."""

    what: str
    found: str
    verdict: str


def checks(result: StudyResult) -> list[Check]:
    """All checks that a study has the numbers for."""
    every = [o for by in result.outcomes.values() for o in by.values()]
    return [
        _answers(every),
        _dollars(every),
        _same_claims(result),
        _flow(every),
        _littles_law(result),
        _complete(result),
    ]


def _within(what: str, gaps: Sequence[float], most: float, said: str) -> Check:
    """A check that no gap is larger than ``most``; ``said`` has a place for the largest."""
    if not gaps:
        return Check(what, "the study has no such numbers", OPEN)
    worst = max(gaps)
    return Check(what, said.format(worst, len(gaps)), HOLDS if worst <= most else FAILS)


def _answers(every: Sequence[Outcome]) -> Check:
    sums = [math.fsum(o.kpis.get(kpi, math.nan) for kpi in ANSWERS) for o in every]
    return _within(
        "First answers exclude each other: paid, rejected, asked and denied sum to 1",
        [abs(total - 1) for total in sums if math.isfinite(total)],
        1e-9,
        "largest gap {:.2g} in {} replications",
    )


def _dollars(every: Sequence[Outcome]) -> Check:
    gaps = []
    for outcome in every:
        money = {k.removeprefix("money."): v for k, v in outcome.kpis.items() if "money." in k}
        booked = [v for k, v in money.items() if k.startswith("loss_usd.")]
        if {"expected_usd", "paid_usd", "open_usd"} <= money.keys():
            booked += [money["paid_usd"], money["open_usd"], -money["expected_usd"]]
            gaps.append(abs(math.fsum(booked)))
    return _within(
        "Every dollar is conserved: expected = paid + open + all losses",
        gaps,
        0.01,
        "largest gap ${:.2g} in {} replications",
    )


def _same_claims(result: StudyResult) -> Check:
    what = "Common random numbers: every scenario meets the same claims, worth the same"
    base, *others = result.names
    if not others:
        return Check(what, "only one scenario", OPEN)
    said = result.scenarios
    worlds = [[said[name].get(part) for part in WORLD] for name in result.names if name in said]
    if any(world != worlds[0] for world in worlds):
        return Check(what, "the scenarios are about different worlds", OPEN)
    first = result.outcomes[base]
    pairs = [
        (_claims(first[r]), _claims(outcome))
        for name in others
        for r, outcome in result.outcomes[name].items()
        if r in first
    ]
    return _within(
        what,
        [abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True)],
        0.01,
        f"largest gap {{:g}} in counts and dollars of {len(pairs)} pairs of replications",
    )


def _claims(outcome: Outcome) -> tuple[float, float]:
    """How many claims there are, and what they are worth.

    Where visits can be lost, a month counts those that took place: then only the worth is the same.
    """
    worth = outcome.kpis.get("money.expected_usd", 0.0)
    if "visits.lost_visit" in outcome.kpis:
        return 0.0, worth
    table = outcome.tables.get("monthly", {})
    counts = zip(table.get("kpi", []), table.get("value", []), strict=True)
    count = math.fsum(value for kpi, value in counts if kpi == "claims.count")
    return count, worth


def _weeks(outcome: Outcome) -> Iterator[dict[str, Any]]:
    table = outcome.tables.get("queues", {})
    if {"opening", "arrived", "finished", "backlog", "oldest_days"} <= table.keys():
        for row in zip(*table.values(), strict=True):
            yield dict(zip(table, row, strict=True))


def _flow(every: Sequence[Outcome]) -> Check:
    gaps = []
    for outcome in every:
        came: dict[str, float] = {}  # by queue, less what was finished: waiting or in work
        for row in _weeks(outcome):
            queue = row["queue"]
            came[queue] = came.get(queue, row["opening"]) + row["arrived"] - row["finished"]
            gaps.append(row["backlog"] - came[queue])
    return _within(
        "No work appears from nowhere: what waits or is finished had arrived before",
        gaps,
        0,
        "largest excess {:g} items in {} weeks of queues",
    )


def _littles_law(result: StudyResult) -> Check:
    """Items waiting on average against arrivals times waiting, where queues run without edges."""
    what = "Little's law: mean number waiting = throughput × mean wait, all queues"
    waiting = waited = edge = 0.0
    for name, by in result.outcomes.items():
        start = result.scenarios.get(name, {}).get("kpi_from_days", 0)
        for outcome in by.values():
            mine = [row for row in _weeks(outcome) if row["week"] * 7 >= start]
            for queue in {row["queue"]: None for row in mine}:
                weeks = [row for row in mine if row["queue"] == queue]
                done = math.fsum(row["finished"] for row in weeks)
                level, wait = (
                    outcome.kpis.get(f"work.{of}_days.{queue}", math.nan) * done
                    for of in ("backlog", "wait")
                )
                if math.isfinite(level) and math.isfinite(wait):
                    waiting, waited = waiting + level, waited + wait
                    edge += _edge(weeks)
    if not waiting:
        return Check(what, "the study has no such numbers", OPEN)
    gap = f"{abs(waiting - waited) / waiting:.1%}"
    allowed = f"{edge / waiting:.1%}"
    found = (
        f"{waiting:,.0f} item-days waiting, {waited:,.0f} waited by what was finished: "
        f"{gap} apart; items withdrawn or waiting across the ends can explain up to {allowed}"
    )
    return Check(what, found, HOLDS if abs(waiting - waited) <= edge else FAILS)


def _edge(weeks: Sequence[dict[str, Any]]) -> float:
    """Item-days that need not match: those waiting at both ends, and those withdrawn."""
    first, last = weeks[0], weeks[-1]
    oldest = max(row["oldest_days"] for row in weeks) + 7
    came, done = (math.fsum(row[c] for row in weeks[1:]) for c in ("arrived", "finished"))
    withdrawn = first["backlog"] + came - done - last["backlog"]
    start = first["backlog"] + first["finished"]  # at most so many were there when it began
    return float(oldest * (withdrawn + start + last["backlog"]))


def _complete(result: StudyResult) -> Check:
    done = sum(map(len, result.outcomes.values()))
    asked = result.replications * len(result.names)
    lost = ", ".join(f"{printable(f.scenario)} {f.replication}" for f in result.failures[:5])
    return Check(
        "Every replication of every scenario succeeded",
        f"{done} of {asked}" + (f"; failed: {lost}" if lost else ""),
        HOLDS if done == asked else FAILS,
    )


def files(folder: Path, manifest: Mapping[str, Any]) -> Check:
    """Whether the tables of a folder are those of its manifest."""
    listed = manifest.get("outputs_sha256", {})
    changed = [n for n, digest in listed.items() if _sha256(folder / n) != digest]
    return Check(
        "The tables on disk are the ones that the study wrote (SHA-256 of the manifest)",
        f"{len(listed) - len(changed)} of {len(listed)}"
        + (f"; changed: {', '.join(changed)}" if changed else ""),
        FAILS if changed else HOLDS,
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
