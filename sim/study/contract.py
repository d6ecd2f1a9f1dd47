"""What contracts come to over the replications: chance of credits, fees, and both sides' account.

Amounts are a year's at full size, by the whole windows that were settled: a run whose counted days
begin within a quarter has the other quarters only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.record.record import Table
from sim.study.capacity import BAND
from sim.study.replicate import StudyResult

AMOUNTS = {
    "fees billed": "billed_usd",
    "service credits": "credits_usd",
    "volume discounts": "discount_usd",
    "minimum volume": "shortfall_usd",
    "gain share": "gain_usd",
    "early end": "exit_usd",
    "fees paid": "fees_usd",
}
"""Lines of an account, and the columns of `settlements.csv` that they add up."""
PAID = "fees paid"


class Line(NamedTuple):
    """A line of a contract's account: mean over replications, and the band of nine tenths."""

    scenario: str
    contract: str
    vendor: str
    line: str
    unit: str
    mean: float
    p10: float
    p90: float
    n: int


class Kept(NamedTuple):
    """A KPI owed: in which part of the windows it was met, and brought a credit.

    `credit_chance` is that of any credit in a replication.
    """

    scenario: str
    contract: str
    kpi: str
    target: float
    windows: int
    met_share: float
    credited_share: float
    credit_chance: float


def account(result: StudyResult, name: str) -> list[Line]:
    """The contracts of a scenario, line by line; then what both sides have of all of them."""
    tables = [
        o.tables["settlements"] for o in result.outcomes[name].values() if "settlements" in o.tables
    ]
    if not tables:
        return []
    said = result.scenarios[name]
    scale, found = float(said["hospital"]["scale"]), []
    for agreed in said["contract"]:
        of = str(agreed["name"]), str(agreed["vendor"])
        months = 3 if agreed["window"] == "quarter" else 1
        rows = [_rows(table, of[0]) for table in tables]
        for line, column in AMOUNTS.items():
            values = [
                _yearly(table, mine, column, months) / scale
                for table, mine in zip(tables, rows, strict=True)
            ]
            if line in (PAID, "fees billed") or any(values):
                found.append(_line(name, of, line, "USD/year", values))
        credited = [
            float(any(table["credits_usd"][i] > 0.0 for i in mine))
            for table, mine in zip(tables, rows, strict=True)
        ]
        found.append(_line(name, of, "chance of a credit", "share", credited))
    return found + list(_sides(result, name))


def _rows(table: Table, contract: str) -> list[int]:
    return [i for i, name in enumerate(table["contract"]) if name == contract]


def _yearly(table: Table, rows: Sequence[int], column: str, months: int) -> float:
    """What a column adds up to, per year of whole windows; an early end is one sum, not a rate."""
    total = sum(table[column][i] for i in rows)
    whole = sum(table["billed_usd"][i] > 0.0 for i in rows)
    return float(total / whole * 12.0 / months) if whole else float(total)


def _sides(result: StudyResult, name: str) -> Iterator[Line]:
    """The hospital's net value and the vendors' margin with the contracts, and without."""
    kpis = [o.kpis for o in result.outcomes[name].values()]
    for line, kpi, sign in (
        ("hospital's net value", "money.net_value_usd", 1.0),
        ("vendors' margin", "vendor.margin_usd", -1.0),
    ):
        values = [k[kpi] for k in kpis]
        yield _line(name, ("", ""), line, "USD/year", values)
        before = [k[kpi] + sign * k["contract.settled_usd"] for k in kpis]
        yield _line(name, ("", ""), f"{line}, fees as billed", "USD/year", before)


def _line(
    scenario: str, of: tuple[str, str], line: str, unit: str, values: Sequence[float]
) -> Line:
    low, high = np.quantile(values, BAND, method="weibull").tolist()
    return Line(scenario, *of, line, unit, float(np.mean(values)), low, high, len(values))


def kept(result: StudyResult, name: str) -> list[Kept]:
    """Every KPI owed in a scenario, over the windows of all replications in which it was known."""
    found: dict[tuple[str, str], list[tuple[float, float, float, int]]] = {}
    for r, outcome in result.outcomes[name].items():
        table = outcome.tables.get("contract", {})
        columns = [table.get(c, []) for c in ("contract", "kpi", "target", "met", "credit_usd")]
        for contract, kpi, target, met, credit in zip(*columns, strict=True):
            if met != "":
                found.setdefault((contract, kpi), []).append((target, met, credit, r))
    return [
        Kept(
            name,
            contract,
            kpi,
            rows[0][0],
            len(rows),
            sum(met for _, met, _, _ in rows) / len(rows),
            sum(credit > 0.0 for _, _, credit, _ in rows) / len(rows),
            len({r for _, _, credit, r in rows if credit > 0.0}) / len({r for *_, r in rows}),
        )
        for (contract, kpi), rows in found.items()
    ]


def tables(result: StudyResult) -> dict[str, tuple[Sequence[str], list[Sequence[object]]]]:
    """`contract_account.csv` and `contract_kpis.csv`; none where no scenario has a contract."""
    lines = [line for name in result.names for line in account(result, name)]
    if not lines:
        return {}
    owed = [row for name in result.names for row in kept(result, name)]
    return {
        "contract_account.csv": (Line._fields, list(lines)),
        "contract_kpis.csv": (Kept._fields, list(owed)),
    }
