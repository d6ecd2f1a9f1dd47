"""Who was there when: careers of the agents of one team, in one replication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.record.record import CONTRACT_END, NO_SEPARATIONS, PROMOTION, Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View
from sim.report.words import plain, sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_AGENTS = 40
PHASES = {"class": "#E69F00", "nesting": "#F3D9A4", "work": "#0072B2"}


def chart(view: View) -> Chart:
    """Class, nesting and work of each agent of the largest team of the last scenario."""
    name = view.names[-1]
    outcomes = view.outcomes(name)
    agents = outcomes[0].tables.get("agents", {}) if outcomes else {}
    if not {"hired_day", "ready_day", "nested", "reason", "vendor"} <= agents.keys():
        raise NothingToDraw("no careers were recorded")
    said = view.result.scenarios.get(name, {})
    rows = _careers(agents, said)
    if not rows:
        raise NothingToDraw("nobody was employed")
    columns = ("agent", "vendor", "first_day", "ready_day", "alone_day", "last_day", "reason")
    data: Table = {"scenario": [name] * len(rows)}
    data |= {c: [row[i] for row in rows] for i, c in enumerate(columns)}
    horizon = float(said.get("horizon_days") or max(data["last_day"]))
    title = _finding(name, data)
    return Chart(
        name="careers",
        title=title,
        alt=f"A bar per agent from the first day to the last, in class, nesting, at work. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data, said, horizon),
    )


def _careers(agents: Table, said: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Agents of the team with most people over time, the first hired first."""
    teams: list[str] = agents["team"]
    largest = max(dict.fromkeys(teams), key=teams.count, default="")
    hiring = {v["name"]: v["hiring"] for v in said.get("vendors") or ()}
    rows = []
    for i, team in enumerate(teams):
        if team != largest:
            continue
        hired = float(agents["hired_day"][i])
        last = hired + float(agents["tenure_days"][i])
        steps = hiring.get(agents["vendor"][i], {})
        ready = float(agents["ready_day"][i])
        supervised = float(steps.get("classroom_days", 0)) + float(steps.get("nesting_days", 0))
        alone = max(ready, hired + supervised) if agents["nested"][i] else ready
        first = max(0.0, hired)
        rows.append((agents["agent"][i], agents["vendor"][i], first, min(max(first, ready), last),
                     min(max(first, alone), last), last, agents["reason"][i]))  # fmt: skip
    rows = [row for row in rows if row[5] > 0]
    return sorted(rows, key=lambda row: (row[2], row[5]))[:MOST_AGENTS]


def _finding(name: str, data: Table) -> str:
    """How many came and went."""
    quit_, ended = (
        sum(r not in NO_SEPARATIONS for r in data["reason"]),
        data["reason"].count(CONTRACT_END),
    )
    gone = f"{quit_} of {len(data['agent'])} agents of a team leave of their own"
    last = f", {ended} when the contract ends" if ended else ""
    return sentence(f"{plain(name)}: {gone}{last}")


def _draw(view: View, title: str, data: Table, said: Mapping[str, Any], horizon: float) -> Figure:
    count = len(data["agent"])
    note = "First replication, largest team; ✕ leaves, | the contract ends; bars that reach the "
    note += "right edge go on"
    if PROMOTION in data["reason"]:
        note += "; ▴ becomes a lead"
    height, left = 0.17 * count + 0.2, 1.7
    key = {phase: style.Look(colour, "-") for phase, colour in PHASES.items()}
    frame = style.canvas(title, view.source(note), height + 0.95, key)
    axes = frame.axes(left, 0.55, style.WIDTH - 2 * style.MARGIN - left, height)
    for y in range(count):
        edges = [data[c][y] for c in ("first_day", "ready_day", "alone_day", "last_day")]
        for (start, end), colour in zip(pairwise(edges), PHASES.values(), strict=True):
            if end > start:
                axes.barh(y, end - start, left=start, height=0.7, color=colour, lw=0)
        reason = data["reason"][y]
        if reason:
            mark = {CONTRACT_END: "|", PROMOTION: "^"}.get(reason, "x")
            axes.plot(edges[-1], y, mark, color=style.INK, ms=5, mew=1.3, clip_on=False)
    start = said.get("start")
    for event in said.get("timeline") or ():
        if event["kind"] == "vendor_switch" and start:
            day = (date.fromisoformat(str(event["on"])) - date.fromisoformat(str(start))).days
            axes.axvline(day, color=style.INK, lw=1, ls=":")
            axes.text(day, -0.9, f" to {plain(event['to'], 20)}", size=8, va="bottom")
    axes.set(xlim=(0, horizon), ylim=(count - 0.4, -1.0))
    axes.set_yticks(range(count), data["agent"], size=7)
    axes.grid(visible=False, axis="y")
    style.units(axes.xaxis, "items")
    axes.set_xlabel("Days since the start")
    return frame.figure
