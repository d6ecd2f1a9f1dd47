"""The capacity table: by week and team, the people that the work needs and those who are there.

People are full-time equivalents at full size. *Required* are those whom the items that came in that
week need at their desks, at the target occupancy and by the workdays of that week; *available* are
those who produced there, whatever they know. What waits from before is no part of it, but stands
beside it as backlog. Each figure is the mean over replications; bands hold all but the lowest and
the highest tenth of them (of fewer than nine, all).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from sim.record.record import NO_SEPARATIONS, Outcome, Table
from sim.study.replicate import StudyResult
from sim.study.statistics import Floats

BAND = (0.1, 0.9)
SHOWN = (
    "volume",
    "workload_hours",
    "required",
    "available",
    "net",
    "in_class",
    "leavers",
    "hires",
    "classes",
    "backlog",
)
"""What is counted by week and team, in the order of the columns."""
BANDED = ("required", "available", "net", "leavers", "hires", "backlog")
"""Those that have a band."""


class Week(NamedTuple):
    """A row: a team in a week of the run, at full size."""

    scenario: str
    week: int
    week_start: str
    team: str
    means: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]

    @property
    def gap_share(self) -> float:
        """People missing (below 0: too many) over those required; nan where nobody is."""
        required = self.means["required"]
        return -self.means["net"] / required if required > 0.0 else float("nan")


def capacity(result: StudyResult, name: str) -> list[Week]:
    """The weeks of a scenario, by week and then by team; none where its tables have no weeks."""
    said = result.scenarios.get(name, {})
    outcomes = [
        o for o in result.outcomes[name].values() if "required" in o.tables.get("people", {})
    ]
    if not outcomes or not said:
        return []
    scale, start = float(said["hospital"]["scale"]), date.fromisoformat(said["start"])
    teams = list(dict.fromkeys(team for o in outcomes for team in o.tables["people"]["team"]))
    each = np.array([_counted(o, said, teams) for o in outcomes]) / scale
    means = each.mean(axis=0)
    low, high = np.quantile(each, BAND, axis=0, method="weibull")
    return [
        Week(
            name,
            week,
            (start + timedelta(7 * week)).isoformat(),
            team,
            *(_named(of[:, week, i]) for of in (means, low, high)),
        )
        for week in range(each.shape[2])
        for i, team in enumerate(teams)
    ]


def _named(values: Floats) -> dict[str, float]:
    return dict(zip(SHOWN, values.tolist(), strict=True))


def _counted(outcome: Outcome, said: Mapping[str, Any], teams: Sequence[str]) -> Floats:
    """What is counted in a replication, at its scale: shape (`SHOWN`, weeks, teams)."""
    people, weeks = outcome.tables["people"], -(-int(said["horizon_days"]) // 7)
    of = {team: i for i, team in enumerate(teams)}
    places = [of[team] for team in people["team"]]
    total = dict.fromkeys(SHOWN, np.zeros((weeks, len(teams))))
    for shown, column in (
        ("volume", "volume"),
        ("workload_hours", "workload_hours"),
        ("required", "required"),
        ("available", "producing"),
        ("in_class", "employed"),
    ):
        total[shown] = _added(people["week"], places, people[column], weeks, len(teams))
    total["in_class"] = total["in_class"] - total["available"]
    total["net"] = total["available"] - total["required"]
    total["leavers"], total["hires"], total["classes"] = _moves(
        outcome.tables["agents"], of, weeks, float(said["hospital"]["scale"])
    )
    total["backlog"] = _backlog(outcome.tables["queues"], said["teams"], of, weeks)
    return np.array([total[shown] for shown in SHOWN])


def _added(
    weeks: Sequence[int], teams: Sequence[int], values: Sequence[float], size: int, count: int
) -> Floats:
    """Values added up by week and team."""
    out = np.zeros((size, count))
    np.add.at(out, (weeks, teams), values)
    return out


def _moves(agents: Table, of: Mapping[str, int], weeks: int, scale: float) -> list[Floats]:
    """Leavers and hires in full-time people, and classes, by week and team.

    Who opens a team is not hired; who starts on one day is one class, however small the hospital.
    """
    out = [np.zeros((weeks, len(of))) for _ in range(3)]
    starts: set[tuple[str, float]] = set()
    columns = ("team", "hired_day", "tenure_days", "reason", "hours_share")
    for team, hired, tenure, reason, share in zip(*(agents[c] for c in columns), strict=True):
        if reason not in NO_SEPARATIONS:
            out[0][min(weeks - 1, int((hired + tenure) // 7)), of[team]] += share
        if hired > 0.0:
            week = min(weeks - 1, int(hired // 7)), of[team]
            out[1][week] += share
            if (team, hired) not in starts:
                starts.add((team, hired))
                out[2][week] += scale
    return out


def _backlog(
    queues: Table, teams: Sequence[Mapping[str, Any]], of: Mapping[str, int], weeks: int
) -> Floats:
    """Items that wait at the end of each week, those of a shared queue divided evenly."""
    serving = [
        [of[t["name"]] for t in teams if q in t["queues"] and t["name"] in of]
        for q in queues["queue"]
    ]
    rows = [
        (week, team, backlog / len(served))
        for week, served, backlog in zip(queues["week"], serving, queues["backlog"], strict=True)
        for team in served
    ]
    at, who, items = zip(*rows, strict=True) if rows else ((), (), ())
    return _added(list(at), list(who), list(items), weeks, len(of))


COLUMNS = (
    "scenario",
    "week",
    "week_start",
    "team",
    "volume_items",
    "workload_hours",
    "required_fte",
    "available_fte",
    "net_fte",
    "in_class_fte",
    "leavers_fte",
    "hires_fte",
    "classes",
    "backlog_items",
    "gap_share",
    *(f"{name}_{end}" for name in BANDED for end in ("p10", "p90")),
)
"""Of `capacity.csv`: means, then bands."""


def table(result: StudyResult) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Columns and rows of `capacity.csv`, of all scenarios."""
    return COLUMNS, [_row(week) for name in result.names for week in capacity(result, name)]


def _row(at: Week) -> tuple[object, ...]:
    bands = (of[name] for name in BANDED for of in (at.low, at.high))
    return (at.scenario, at.week, at.week_start, at.team, *at.means.values(), at.gap_share, *bands)


class Summary(NamedTuple):
    """A team over the weeks that count: people on average, and the worst week.

    `worst` is the quarter (by the date of its first week) in which most are missing on average.
    """

    team: str
    required: float
    available: float
    net: float
    worst_start: str
    worst_net: float
    leavers_per_year: float
    hires_per_year: float

    @property
    def gap_share(self) -> float:
        """People missing over those required."""
        return -self.net / self.required if self.required > 0.0 else float("nan")


A_QUARTER = 13
"""Weeks. Holidays make single weeks short of people, and a quarter does what they leave."""


def summary(result: StudyResult, name: str) -> list[Summary]:
    """Each team of a scenario over the whole weeks of its KPI window."""
    said = result.scenarios.get(name, {})
    by_team: dict[str, list[Week]] = {}
    for row in capacity(result, name):
        end = int(said["horizon_days"]) - int(said["kpi_until_days"])
        if int(said["kpi_from_days"]) <= 7 * row.week and 7 * row.week + 7 <= end:
            by_team.setdefault(row.team, []).append(row)
    return [_summed(team, rows) for team, rows in by_team.items()]


def _summed(team: str, rows: Sequence[Week]) -> Summary:
    mean = {of: float(np.mean([row.means[of] for row in rows])) for of in SHOWN}
    quarters = list(_quarters(rows))
    worst, start = min(quarters)
    a_year = 365.25 / 7.0
    return Summary(
        team,
        mean["required"],
        mean["available"],
        mean["net"],
        start,
        worst,
        mean["leavers"] * a_year,
        mean["hires"] * a_year,
    )


def _quarters(rows: Sequence[Week]) -> Iterator[tuple[float, str]]:
    """Mean net of each quarter, or of all weeks where there are fewer, with its first day."""
    nets = [row.means["net"] for row in rows]
    span = min(A_QUARTER, len(nets))
    for i in range(len(nets) - span + 1):
        yield float(np.mean(nets[i : i + span])), rows[i].week_start
