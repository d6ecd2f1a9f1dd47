"""What a study prints: tables of at most 100 columns, and the finding in one sentence."""

import os
import sys
from collections.abc import Sequence
from io import StringIO
from textwrap import wrap

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.record.kpi import Kpi
from sim.record.kpis import kpi as kpi_of
from sim.report.charts import View, standard_error
from sim.report.published import beside
from sim.report.words import Texts, interval, label, number, plain, sentence
from sim.study.compare import BETTER, WORSE, Comparison, caveat_of
from sim.study.overload import is_money, overloaded_names
from sim.study.replicate import StudyResult, kpi_names

WIDTH = 100
GAP = 2
PERIOD = ("start", "horizon_days", "kpi_from_days", "kpi_until_days")
WRAPPED = {"verdict": 10, "source": 19}
"""Columns of words, which break over lines: the characters that they have at least."""
BESIDE = 2  # scenarios that the table of published bands has room for
COLOURS = {BETTER: "green", WORSE: "red"}
VALUE = "money.net_value_usd"
TURNOVER, EXPECTED = "people.turnover", "people.turnover_expected"
PLANNED = "· planned for"
"""The row of the turnover that the plan goes by, below the one that came."""
LOOP = {"people.exhaustion": "· exhaustion", "people.touch_share": "· touch times taken"}
"""Rows below that, where the loop of pressure is on in a scenario."""
GAINS = ("corner_exponent", "exhaustion_hazard", "exhaustion_accuracy", "exhaustion_slowdown")
"""Fields of `people.strain` that are 0 where it is off."""
# What the one sentence speaks of, and what follows the number.
ANSWERS = (("denials.initial_rate", "of claims initially denied"), (VALUE, "of net value"))


def wants_colour() -> bool:
    """Whether to print in colour: only to a terminal, and not against NO_COLOR (no-color.org)."""
    return sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def careful(result: StudyResult) -> str:
    """A warning where the scenarios count different periods; empty where they do not."""
    worlds = [[said.get(key) for key in PERIOD] for said in result.scenarios.values()]
    if all(world == worlds[0] for world in worlds):
        return ""
    return (
        "Careful: the scenarios count different periods, so their totals in USD do not compare; "
        "rates do."
    )


def comparison_text(
    result: StudyResult, comparison: Sequence[Comparison], *, colour: bool = False
) -> str:
    """The headline KPIs of every scenario against the baseline, one block per scenario."""
    view = View(result, 1.0, comparison)
    tables = [table(*compared(view, name)) for name in view.names[1:]] + published(view)
    asks = any(row.verdict.startswith("need") for row in comparison if row.kpi.headline)
    more = "Where a verdict needs more, it is replications.\n" if asks else ""
    warning = f"{careful(result)}\n".lstrip()
    notes = f"{warning}{more}{wrapped(reading_text(view))}{caveat_of(result)}"
    return printed(tables, notes, colour=colour)


def run_text(result: StudyResult, *, colour: bool = False) -> str:
    """The headline KPIs of a single scenario with their 95 % intervals."""
    view = View(result, 1.0)
    notes = f"{wrapped(reading_text(view))}{caveat_of(result)}"
    return printed([table(*described(view)), *published(view)], notes, colour=colour)


def compared(view: View, name: str) -> Texts:
    """The headline KPIs of a scenario against the baseline."""
    base = view.names[0]
    rows: list[tuple[str, ...]] = []
    for row in view.comparison:
        if row.scenario == name and row.kpi.headline:
            gap = row.difference
            said, unit = label_and_unit(row.kpi)
            shown = interval(gap.mean, gap.low, gap.high, unit, difference=True)
            means = (_mean(view, of, row.kpi.name, unit) for of in (base, name))
            rows.append((said, *means, *shown, row.verdict.removesuffix(" replications")))
            if row.kpi.name == TURNOVER:
                for said, kpi, its_unit in _below_turnover(view, name):
                    means = (_mean(view, of, kpi, its_unit) for of in (base, name))
                    rows.append((said, *means, "", "", ""))
    return (plain(base), plain(name), "difference", "95 % interval", "verdict"), rows


def described(view: View) -> Texts:
    """The headline KPIs of a single scenario with their 95 % intervals."""
    name = view.names[0]
    rows: list[tuple[str, ...]] = []
    for kpi in map(kpi_of, kpi_names(view.outcomes(name))):
        at = view.estimate(name, kpi.name)
        if kpi.headline and at.n:
            said, unit = label_and_unit(kpi)
            rows.append((said, *interval(at.mean, at.low, at.high, unit)))
            if kpi.name == TURNOVER:
                for said, below, its_unit in _below_turnover(view, name):
                    rows.append((said, _mean(view, name, below, its_unit), ""))
    return (plain(name), "95 % interval"), rows


def _below_turnover(view: View, name: str) -> list[tuple[str, str, str]]:
    """What stands below the turnover that came: label, KPI and unit."""
    strains = [said.get("people", {}).get("strain", {}) for said in view.result.scenarios.values()]
    loop = any(strain.get(gain) for strain in strains for gain in GAINS)
    told = {EXPECTED: PLANNED, **(LOOP if loop else {})}
    return [
        (said, kpi, label_and_unit(kpi_of(kpi))[1])
        for kpi, said in told.items()
        if view.estimate(name, kpi).n
    ]


def published(view: View) -> list[Table]:
    """Every KPI that something was published about, beside it; some scenarios at a time."""
    names = view.names
    parts = [beside(view, names[i : i + BESIDE]) for i in range(0, len(names), BESIDE)]
    return [table(*part) for part in parts if part]


def reading_text(view: View) -> str:
    """How the tables are read: what money is of, and why the turnover that came is another."""
    said = ["Money is per year and of the whole hospital."]
    if any(view.estimate(name, EXPECTED).n for name in view.names):
        said.append(
            "Turnover is what came, and planned for is what the vendors' profiles make of it at "
            "their target occupancies: pressure, long hours, certificates, young teams, events and "
            "luck lie between them."
        )
    return " ".join(said)


def wrapped(text: str) -> str:
    """A text in lines that fit; each ends with a newline."""
    return "".join(f"{line}\n" for line in wrap(text, WIDTH))


def headline(result: StudyResult, comparison: Sequence[Comparison]) -> str:
    """The answer in one sentence with its interval.

    With several scenarios it is about the one with the largest net value of those that keep up with
    their work. Money of others is not spoken of.
    """
    view = View(result, 1.0, comparison)
    behind = overloaded_names(result)
    base, *others = view.names
    keeping_up = [name for name in others if name not in behind] or others
    best = max(keeping_up, key=lambda n: _sortable(view.estimate(n, VALUE).mean), default=base)
    said = [
        _clause(view, best, *about)
        for about in ANSWERS
        if not (is_money(about[0]) and behind & {base, best})
    ]
    which = ""
    if len(keeping_up) > 1 and best not in behind:
        up = " that keep up" if len(keeping_up) < len(others) else ""
        which = f"Best of {len(keeping_up)} alternatives{up} by net value: "
    return sentence(f"{which}{plain(best)}: " + "; ".join(filter(None, said)) + ".")


def _clause(view: View, name: str, kpi: str, what: str) -> str:
    """A KPI of a scenario in words, and how far it is from the baseline; empty if undefined."""
    at, unit, base = view.estimate(name, kpi), kpi_of(kpi).unit, view.names[0]
    if not at.n:
        return ""
    shown, ends = interval(at.mean, at.low, at.high, unit)
    rows = [row for row in view.comparison if (row.scenario, row.kpi.name) == (name, kpi)]
    if not rows or not rows[0].difference.n:
        return f"{shown} {what}" + (f" (95 % interval {ends})" if ends else "")
    pair = rows[0].difference
    mean = f"{_mean(view, name, kpi, unit)} {what}"
    if doubt := view.doubt(name, kpi):
        return f"{mean}, against {_mean(view, base, kpi, unit)} for {plain(base)} ({doubt})"
    gap, ends = interval(pair.mean, pair.low, pair.high, unit, difference=True)
    gap = gap.lstrip("+−") + (" more" if pair.mean > 0 else " less")
    ends = f" (95 % interval {ends})" if ends else ""
    return f"{mean}, {gap} than for {plain(base)}{ends}"


def label_and_unit(kpi: Kpi) -> tuple[str, str]:
    """A KPI's label, and the unit beside its numbers; a long unit goes to the label instead."""
    said = label(kpi.name)
    if kpi.unit in ("share", "USD"):
        return said, kpi.unit
    if kpi.unit == "USD/year":  # said once, below the table
        return said, "USD"
    if kpi.unit == "1/year":
        return f"{said}, per year", "share"
    return said if kpi.unit in said.lower() else f"{said}, {kpi.unit}", ""


def _mean(view: View, name: str, kpi: str, unit: str) -> str:
    at = view.estimate(name, kpi)
    return number(at.mean, unit, standard_error(at))


def _sortable(value: float) -> float:
    return value if value == value else float("-inf")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose numbers never break over lines; long names and verdicts do."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    table.add_column("", no_wrap=True)
    widest = [
        max((cell_len(line) for row in rows for line in row[i].split("\n")), default=0)
        for i in range(len(heads) + 1)
    ]
    if least := WRAPPED.get(heads[-1]):
        widest[-1] = min(least, max(widest[-1], cell_len(heads[-1])))
    # What the numbers leave goes, a column each in turn, to heads that are wider, such as names.
    room = WIDTH - sum(widest) - (GAP + 1) * len(heads) - 2  # the box adds gaps and edges
    spare, most = max(0, room), widest[1:]
    while tight := [i for i, head in enumerate(heads) if most[i] < min(16, cell_len(head))][:spare]:
        for i in tight:
            most[i] += 1
        spare -= len(tight)
    for head, wide, wider in zip(heads, widest[1:], most, strict=True):
        if head in WRAPPED:
            table.add_column(head, width=wide + spare + max(min(room, 0), -2))
        else:
            table.add_column(
                Text(head), justify="right", min_width=wide, max_width=wider, overflow="fold"
            )
    for row in rows:
        table.add_row(*(Text(cell, COLOURS.get(cell, "")) for cell in row))
    return table


def printed(tables: Sequence[Table], note: str, *, colour: bool) -> str:
    """Text of the tables and a note, with colour codes only where they are wanted."""
    text = StringIO()
    console = Console(
        file=text, width=WIDTH, force_terminal=colour, color_system="standard" if colour else None,
        legacy_windows=False,
    )  # fmt: skip
    for table in tables:
        console.print(table)
    console.print(Text(note, "dim"))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
