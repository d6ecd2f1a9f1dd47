"""What `run` and `compare` say of contracts: the account of both sides, and the KPIs owed."""

from __future__ import annotations

from sim.report.terminal import printed, table, wrapped
from sim.report.words import label, number, plain
from sim.study.contract import Kept, Line, account, kept
from sim.study.replicate import StudyResult

NOTES = (
    "Fees, credits and gains are a year's at full size, by the windows settled; the band holds "
    "all but the lowest and highest tenth of the replications. Whoever reads the net value or the "
    "margin has the contract in it."
)


def contract_text(result: StudyResult, *, colour: bool = False) -> str:
    """Two tables for each scenario with a contract; empty where there is none."""
    tables = []
    for name in result.names:
        lines = account(result, name)
        if lines:
            rows = [_row(line) for line in lines]
            tables.append(table((plain(name), "10 to 90 %"), rows))
        if owed := kept(result, name):
            heads = ("target", "met", "credited", "any credit")
            tables.append(table(heads, [_owed(each) for each in owed]))
    return printed(tables, wrapped(NOTES), colour=colour) if tables else ""


def _row(line: Line) -> tuple[str, str, str]:
    label = f"{plain(line.contract)}: {line.line}" if line.contract else line.line
    if line.unit == "share":
        return label, f"{100.0 * line.mean:.0f} %", ""
    return (
        label,
        number(line.mean, "USD"),
        f"{number(line.p10, 'USD')} to {number(line.p90, 'USD')}",
    )


def _owed(of: Kept) -> tuple[str, ...]:
    shares = of.met_share, of.credited_share, of.credit_chance
    return label(of.kpi), f"{of.target:g}", *(f"{100.0 * share:.0f} %" for share in shares)
