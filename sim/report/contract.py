"""What `run` and `compare` say of contracts: the account of both sides, and the KPIs owed."""

from __future__ import annotations

from sim.report.answer import Cell, Part, Table, words
from sim.report.headline import Study
from sim.report.words import label, number, plain
from sim.study.contract import Kept, Line, account, kept

NOTE = (
    "Fees, credits and gains are a year's at full size, by the windows settled; the band holds "
    "all but the lowest and highest tenth of the replications. Whoever reads the net value or the "
    "margin has the contract in it."
)

ACCOUNT = ("Account", "Mean", "10 to 90 %")
OWED = ("Owed", "Target", "Met", "Credited", "Any credit")


def contracts(study: Study) -> Part:
    """Two tables for each scenario with a contract; nothing where there is none."""
    tables: list[Table] = []
    for name in study.names:
        shown = study.shown[name]
        if lines := account(study.result, name):
            rows = tuple(_row(line) for line in lines)
            title = f"The contract's account: {shown}"
            tables.append(Table("account", title, ACCOUNT, rows, NOTE, of=name))
        if owed := kept(study.result, name):
            rows = tuple(_owed(each) for each in owed)
            tables.append(Table("owed", f"What is owed: {shown}", OWED, rows, of=name))
    return Part("headline", "Contracts" if tables else "", tuple(tables))


def _row(line: Line) -> tuple[Cell, ...]:
    said = f"{plain(line.contract)}: {line.line}" if line.contract else line.line
    if line.unit == "share":
        return words(said), _share(line.mean), words("")
    low, high = (number(x, "USD") for x in (line.p10, line.p90))
    return (
        words(said),
        Cell(number(line.mean, "USD"), (line.mean,), "USD"),
        Cell(f"{low} to {high}", (line.p10, line.p90), "USD"),
    )


def _owed(of: Kept) -> tuple[Cell, ...]:
    shares = of.met_share, of.credited_share, of.credit_chance
    target = Cell(f"{of.target:g}", (of.target,))
    return words(label(of.kpi)), target, *(_share(share) for share in shares)


def _share(value: float) -> Cell:
    return Cell(f"{100.0 * value:.0f} %", (value,), "share", 0.01)
