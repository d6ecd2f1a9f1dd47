"""What a run leaves behind: plain tables of columns, and what is made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = dict[str, list[Any]]
"""Columns in order, all of one length."""
AGE_BANDS = {
    "age_0_2": 3.0,
    "age_3_7": 8.0,
    "age_8_14": 15.0,
    "age_15_30": 31.0,
    "age_over_30": float("inf"),
}
"""Columns of what waits by age in whole days, and the age at which each band ends."""
FEES = "fees_usd"
COSTS = (
    "wages_usd",
    "burden_usd",
    "recruiting_usd",
    "training_usd",
    "programmes_usd",
    "overhead_usd",
)
ACCOUNT = (FEES, *COSTS)
"""Lines of a vendor's own account: what it charges, and what that costs it."""
CONTRACT_END = "vendor switch"
"""Reason for which everyone leaves when a contract ends: no separation of an agent's own."""

PROMOTION = "promotion"
"""Reason for which an agent leaves the floor to lead a team: no separation either."""
NO_SEPARATIONS = ("", CONTRACT_END, PROMOTION)
"""Reasons in the table of agents that are no separations; the first is that of who is there."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A KPI that a vendor owes: which direction is better, what is aimed at, and the credits.

    `ladder` holds thresholds, the mildest first, and the part of a window's fees that is due beyond
    each.
    """

    kpi: str
    higher_is_better: bool
    target: float
    ladder: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract in plain values; days are those of the run, amounts at scale 1.

    `windows` holds the date on which each begins, its first day, and the day after its last;
    `tiers` volumes of a month and the discounts beyond them; `gain` the baseline, the vendor's part
    and the most over the fees; `ended` the day of an early end, if there is one.
    """

    name: str
    vendor: str
    months: int
    windows: tuple[tuple[str, int, int], ...]
    owed: tuple[Owed, ...]
    at_risk_share: float
    gain: tuple[float, float, float] | None
    tiers: tuple[tuple[int, float], ...]
    minimum_claims: int
    shortfall_usd_per_claim: float
    ended: int | None
    exit_usd: float
    notice_days: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What analysis must know of the scenario, in plain values."""

    start: str
    scale: float
    horizon_days: int
    kpi_from_days: int
    kpi_until_days: int
    end_days: int
    care_cost_share: float
    payers: tuple[str, ...]
    filing_limit_days: tuple[int, ...]
    wait_bin_starts: tuple[float, ...]
    cost_of_capital_per_year: float
    settings: tuple[str, ...]
    stages: tuple[str, ...]
    causes: tuple[str, ...]
    categories: tuple[str, ...]
    queues: tuple[str, ...]
    month_of_day: tuple[int, ...]
    month_starts: tuple[str, ...]
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """What happened in one replication, event by event, in its order.

    `what` is a place in `kinds`, `claim` the key of one, `agent` a place in `staff` (−1: nobody).
    The first three kinds are spells of work: `about` is a place in `queues`, and `times` (one row
    each, in days of the run) say since when the item waited, when it was taken, and when the spell
    began and ended. Of what else happens all four are one time, and `about` is a category, a cause,
    or whether it came out well; −1 where it is about nothing. `coder` and `waits_in` are who coded
    each claim and the queue in which it waits when all has ended, those of before the run first.
    """

    what: NDArray[np.int64]
    claim: NDArray[np.int64]
    about: NDArray[np.int64]
    agent: NDArray[np.int64]
    times: NDArray[np.float64]
    kinds: tuple[str, ...]
    queues: tuple[str, ...]
    staff: tuple[str, ...]
    coder: NDArray[np.int64]
    waits_in: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Record:
    """Everything observed in one replication.

    `claims` holds one row per claim as arrays, in the order of key and so of planned day: key,
    planned day of service, setting, payer, expected, paid (net of takebacks), the cents of each
    loss, stage, first_outcome, the days of its milestones and the minutes that its chart waited
    for the first work on it (−1 where it has not got there).
    `days` holds one row per day, `weeks` one per team and week, `queues` one per queue and week,
    `waits` holds, per queue, the items finished from kpi_from_days on by bin of their wait;
    `cohorts` one row per four weeks and group of people hired in the same quarter, `agents` one per
    person ever employed, `careers` one for each whom a dated move was about. `accounts` holds, per
    vendor, the lines of its account (`ACCOUNT`) with a value for each day, at the scale of the run.
    `stock` holds the claims of before the run as `claims` holds those of its days, with the cents
    paid before it; their milestones of before the run stand at day 0, but for the day of service.
    Money of claims is in cents, other money in USD.
    """

    facts: Facts
    claims: dict[str, NDArray[np.int64]]
    days: dict[str, NDArray[np.float64]]
    weeks: Table
    queues: Table
    cohorts: Table
    waits: dict[str, NDArray[np.int64]]
    agents: Table
    totals: dict[str, float]
    accounts: dict[str, dict[str, NDArray[np.float64]]]
    careers: Table = field(default_factory=dict)
    stock: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    log: Log | None = None
    """Only where one was asked for."""

    @property
    def moves(self) -> dict[str, Table]:
        """The table of careers by its name; none where the scenario moves nobody."""
        return {"careers": self.careers} if self.careers.get("day") else {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one replication leaves for analysis: KPIs (nan where undefined) and small tables."""

    kpis: dict[str, float]
    tables: dict[str, Table]


def add_row(table: Table, row: Sequence[object]) -> None:
    """Add a row to a table; its values stand in the order of the columns."""
    for column, value in zip(table.values(), row, strict=True):
        column.append(value)
