"""People at work less people planned, team by team: where capacity is missing, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only, over_time, stacked
from sim.report.words import contrast, number, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def chart(view: View) -> Chart:
    """Net full-time equivalents by team and week; raises NothingToDraw without such a table."""
    outcomes = [outcome for name in view.names for outcome in view.outcomes(name)]
    teams = dict.fromkeys(t for o in outcomes for t in o.tables.get("people", {}).get("team", []))
    if not teams:
        raise NothingToDraw("no weekly count of any team")
    parts = {}
    for team in teams:
        where = {"team": team}
        by_name = {}
        for name in view.names:
            key = view.outcomes(name), "people", "week"
            net, plan = (over_time(*key, column, where) for column in ("net", "plan"))
            by_name[name] = net | {"plan": plan["mean"]}
        parts[team] = stacked(by_name, "scenario")
    data = stacked(parts, "team")
    title = _finding(view, data)
    return Chart(
        name="net_fte",
        title=title,
        alt=f"People at work less people planned by week, one picture per team. {title}.",
        data=data,
        draw=lambda: _draw(view, title, data),
    )


def _finding(view: View, data: Table) -> str:
    """The share of the plan that is missing, and for one scenario the team that misses most."""
    gap: dict[str, float] = {}
    for name in view.names:
        rows = only(data, scenario=name)
        gap[name] = sum(rows["mean"]) / (sum(rows["plan"]) or 1.0)
    said = {
        name: f"{number(abs(share), 'share')} {'fewer' if share < 0 else 'more'}"
        for name, share in gap.items()
    }
    title = contrast(gap, said, "people at work than planned on average")
    if len(gap) > 1:
        return title
    net = {team: sum(only(data, team=team)["mean"]) for team in dict.fromkeys(data["team"])}
    short = min(net, key=lambda team: net[team])
    return f"{title}, most in {_name(short)}" if net[short] < 0 < len(net) - 1 else title


def _draw(view: View, title: str, data: Table) -> Figure:
    teams, looks = list(dict.fromkeys(data["team"])), view.looks
    note = "Full-time equivalents producing, less planned: below zero, people are missing or in "
    note += "training. Each team has its own scale"
    heads = [(_name(team), style.INK) for team in teams]
    figure, panels = style.panels(
        title,
        view.source(note),
        heads,
        1.35,
        left=0.5,
        gap=0.6,
        key=looks if len(looks) > 1 else {},
    )
    for axes, team in zip(panels, teams, strict=True):
        axes.axhline(0, color=style.INK, lw=1, zorder=1.5)
        for name, look in looks.items():
            rows = only(data, team=team, scenario=name)
            if len(looks) == 1:
                axes.fill_between(rows["week"], rows["mean"], color=look.colour, alpha=0.3, lw=0)
            axes.plot(rows["week"], rows["mean"], color=look.colour, ls=look.line, lw=1.5)
        axes.margins(x=0)
        style.units(axes.yaxis, "")
        style.units(axes.xaxis, "items")
        axes.set_xlabel("Weeks since the start")
    panels[0].set_ylabel("Net FTE")
    return figure


def _name(team: str) -> str:
    return plain(team.replace("_", " "))
