"""What those hired in the same quarter know, as long as they stay: a small picture per scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, over_time, stacked
from sim.report.words import contrast, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OPENING = "opening team"
DAYS_PER_MONTH = 365.25 / 12
HEIGHT, MOST_NAMES = 2.6, 14
"""Inches of a picture, and names of one line that have room in it."""


def chart(view: View) -> Chart:
    """Domain knowledge by hire cohort; raises NothingToDraw if nobody was hired somewhere."""
    parts = {name: _cohorts(view, name) for name in view.names}
    if not all(any(c != OPENING for c in part["cohort"]) for part in parts.values()):
        raise NothingToDraw("nobody is hired in some scenario")
    data = stacked(parts, "scenario")
    title = _finding(parts)
    return Chart(
        name="knowledge_by_cohort",
        title=title,
        alt=f"Knowledge over time, one line per quarter of hire. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _cohorts(view: View, name: str) -> Table:
    outcomes = view.outcomes(name)
    found = {c for o in outcomes for c in o.tables.get("cohorts", {}).get("cohort", [])}
    order = sorted(found, key=lambda cohort: (cohort != OPENING, cohort)) or [OPENING]
    key = ("cohorts", "day", "knowledge_domain")
    return stacked({c: over_time(outcomes, *key, {"cohort": c}) for c in order}, "cohort")


def _finding(parts: dict[str, Table]) -> str:
    """What the first cohort that every scenario hired knows at the end.

    It is the first of which somebody is still there in every scenario. Where nobody is, it is the
    first of all, on the last day on which every scenario had somebody of it.
    """
    hired = {n: set(part["cohort"]) - {OPENING} for n, part in parts.items()}
    shared = sorted(set.intersection(*hired.values())) or sorted(set.union(*hired.values()))
    ends = {name: max(part["day"]) for name, part in parts.items()}

    def lasts(cohort: str) -> dict[str, int]:
        """The last day of a cohort in every scenario that has it."""
        return {
            n: only(p, cohort=cohort)["day"][-1] for n, p in parts.items() if cohort in hired[n]
        }

    stayed = (c for c in shared if all(day == ends[n] for n, day in lasts(c).items()))
    first = next(stayed, shared[0])
    there = lasts(first)
    day = min(there.values())
    known = {name: only(parts[name], cohort=first, day=day)["mean"] for name in there}
    at = {name: levels[0] for name, levels in known.items() if levels}
    said = {name: number(level, "share") for name, level in at.items()}
    months = f"{day / DAYS_PER_MONTH:.0f} months after the start"
    when = "at the end" if there == {name: ends[name] for name in there} else months
    title = contrast(at, said, f"of full knowledge {when} in those hired in {first}")
    opening = [only(part, cohort=OPENING, day=day)["mean"] for part in parts.values()]
    if len(parts) == 1 and opening[0]:
        return f"{title}; {number(opening[0][0], 'share')} in the opening team"
    return title


def _draw(view: View, title: str, data: Table) -> Figure:
    looks = view.looks
    heads = [(name, look.ink) for name, look in looks.items()]
    note = "Domain knowledge of those still employed; dashed: the opening team"
    figure, panels = style.panels(title, view.source(note), heads, HEIGHT, left=0.7, gap=0.6)
    panels[0].set_ylabel("Share of full knowledge")
    for axes, (name, look) in zip(panels, looks.items(), strict=True):
        axes.set_ylim(0, 1)
        _lines(axes, only(data, scenario=name), look)
    return figure


def _lines(axes: Axes, rows: Table, look: style.Look) -> None:
    """A line per cohort, the later the paler; those still there at the end have a name.

    Where there is room for some names only, they are spread evenly over the cohorts.
    """
    cohorts, ends = list(dict.fromkeys(rows["cohort"])), []
    last = max(rows["day"])
    for i, cohort in enumerate(cohorts):
        line = only(rows, cohort=cohort)
        months = [day / DAYS_PER_MONTH for day in line["day"]]
        colour = style.tint(look.colour, 1 - 0.6 * i / len(cohorts))
        kind = "--" if cohort == OPENING else "-"
        marker = "o" if len(months) == 1 else None
        wide = 2 if len(cohorts) <= MOST_NAMES else 1
        axes.plot(months, line["mean"], color=colour, ls=kind, lw=wide, marker=marker, ms=3)
        if line["day"][-1] == last:
            ends.append((months[-1], line["mean"][-1], cohort.removesuffix(" team"),
                         style.Look(colour, kind)))  # fmt: skip
    style.units(axes.yaxis, "share")
    style.units(axes.xaxis, "months")
    axes.set_xlabel("Months since the start")
    names = style.room_for([name for _, _, name, _ in ends]) / style.inches_wide(axes)
    axes.set_xlim(0, last / DAYS_PER_MONTH / (1 - names))
    style.name_line_ends(axes, _some(ends), 1 - names)


def _some(ends: list[style.End]) -> list[style.End]:
    """As many as have room beside each other, from the first to the last."""
    if len(ends) <= MOST_NAMES:
        return ends
    step = (len(ends) - 1) / (MOST_NAMES - 1)
    return [ends[round(i * step)] for i in range(MOST_NAMES)]
