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
    """What the first cohort that every scenario hired knows at the end."""
    shared = set.intersection(*(set(part["cohort"]) for part in parts.values())) - {OPENING}
    first = min(shared or {c for part in parts.values() for c in part["cohort"] if c != OPENING})
    known = {n: only(p, cohort=first)["mean"][-1] for n, p in parts.items() if first in p["cohort"]}
    said = {name: number(level, "share") for name, level in known.items()}
    title = contrast(known, said, f"of full knowledge at the end in those hired in {first}")
    opening = [only(part, cohort=OPENING)["mean"] for part in parts.values()]
    if len(parts) == 1 and opening[0]:
        return f"{title}; {number(opening[0][-1], 'share')} in the opening team"
    return title


def _draw(view: View, title: str, data: Table) -> Figure:
    looks = view.looks
    heads = [(name, look.ink) for name, look in looks.items()]
    note = "Domain knowledge of those still employed; dashed: the opening team"
    figure, panels = style.panels(title, view.source(note), heads, 2.6, left=0.7, gap=0.6)
    panels[0].set_ylabel("Share of full knowledge")
    for axes, (name, look) in zip(panels, looks.items(), strict=True):
        axes.set_ylim(0, 1)
        _lines(axes, only(data, scenario=name), look)
    return figure


def _lines(axes: Axes, rows: Table, look: style.Look) -> None:
    """A line per cohort, the later the paler, with its name at its end."""
    cohorts, ends = list(dict.fromkeys(rows["cohort"])), []
    for i, cohort in enumerate(cohorts):
        line = only(rows, cohort=cohort)
        months = [day / DAYS_PER_MONTH for day in line["day"]]
        colour = style.tint(look.colour, 1 - 0.6 * i / len(cohorts))
        kind = "--" if cohort == OPENING else "-"
        marker = "o" if len(months) == 1 else None
        axes.plot(months, line["mean"], color=colour, ls=kind, lw=2, marker=marker, ms=3)
        ends.append(
            (months[-1], line["mean"][-1], cohort.removesuffix(" team"), style.Look(colour, kind))
        )
    style.units(axes.yaxis, "share")
    style.units(axes.xaxis, "months")
    axes.set_xlabel("Months since the start")
    names = style.room_for([name for _, _, name, _ in ends]) / style.inches_wide(axes)
    axes.set_xlim(0, max(end[0] for end in ends) / (1 - names))
    style.name_line_ends(axes, ends, 1 - names)
