"""Required against available people, a row per team, as `run` and `compare` show them."""

from __future__ import annotations

from sim.report.answer import Cell, Table, figure, words
from sim.report.headline import Study
from sim.report.words import Form, plain
from sim.study.capacity import Summary, summary

HEADS = ("Team", "Required", "There", "Net", "Gap", "Worst from", "Net then", "Left", "Hired")
NOTE = (
    "People are full-time at full size: required by the work that came in, at the target "
    "occupancy, and there at their desks; the worst quarter, and who left and was hired in a "
    "year. By week in capacity.csv; classes that would close the gaps in hiring_plan.csv."
)
PEOPLE, SHARE = Form(1.0, "", "", "", 1), Form(0.01, "", " %", " %", 0)


def required(study: Study) -> list[Table]:
    """A table for each scenario; the terminal prints that of a study of one."""
    tables = []
    for name in study.names:
        rows = tuple(_row(team) for team in summary(study.result, name))
        if rows:
            title = f"People required and there: {study.shown[name]}"
            alone = len(study.names) == 1
            tables.append(
                Table("required", title, HEADS, rows, NOTE, bars=3, of=name, printed=alone)
            )
    return tables


def _row(of: Summary) -> tuple[Cell, ...]:
    people = (of.required, of.available)
    return (
        words(plain(of.team)),
        *(figure(PEOPLE, value, "people") for value in people),
        figure(PEOPLE, of.net, "people", gap=True),
        figure(SHARE, of.gap_share, "share", gap=True) if of.required else words(""),
        words(of.worst_start),
        figure(PEOPLE, of.worst_net, "people", gap=True),
        *(figure(PEOPLE, value, "people") for value in (of.leavers_per_year, of.hires_per_year)),
    )
