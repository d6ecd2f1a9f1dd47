"""What README and the pages on the program itself must say."""

from __future__ import annotations

import ast
import io
import tokenize

from docs.figures import said
from docs.studies import ROOT, VENDORS
from sim.model.rules import DAYS_PER_MONTH
from sim.model.simulation import run
from sim.record.kpis import NO_TIME_LEFT
from sim.scenario.load import load, shipped_file
from sim.study.overload import LEAST_SHARE
from tests import mean_field
from tests.book import pages_rows
from tests.docs.quotes.sources import (
    ACCURACY,
    DENIALS,
    Quotes,
    article_gap,
    page,
    prose,
    rise,
    shipped,
    values,
    vendor,
    verdicts,
)


@page("../README.md")
def readme() -> Quotes:
    _, tested, count = verdicts()
    yield (
        f"{count['in range']} of {tested} in range, {count['open']} open, {count['near']} near, "
        f"{count['out']} out"
    )
    yield f"in {len(pages_rows())} comparisons"
    article = values("article")
    fees, expected = (
        article_gap("money.fees_usd"),
        article["generalist", "money.expected_usd"].mean(),
    )
    assert 0 < fees < 0.01 * expected
    yield "fees differ by less than one percent of net revenue"
    assert 0.045 <= article_gap("money.net_revenue_realisation") < 0.055
    yield "unworked claims differ by five"
    denied = 100 * article["generalist", DENIALS].mean()
    yield f"denials come out at {denied:.1f} % and not at 14 %"
    demo = values("demo")
    apart = [
        demo[name, "money.net_revenue_realisation"].mean()
        for name in ("typical_specialist", "typical_generalist")
    ]
    yield f"They lie {100 * (apart[0] - apart[1]):.1f} points of realised net revenue apart"
    assert apart[0] - apart[1] < 0.03  # the published spread is "3 % of net revenue"
    planned = -rise("trap_on_planned_overtime_sweep", ACCURACY, 0, 4)
    fixed = -rise("trap_on_fixed_overtime", ACCURACY, 0, 4)
    yield (
        f"eight times the turnover costs {planned:.1f} points of coding accuracy where people are "
        f"planned for it, and {fixed:.1f} where they are not"
    )


@page("decisions.md")
def decisions() -> Quotes:
    falls = []
    for name in VENDORS:
        summed, once = (
            mean_field.steps(mean_field.after_all_meetings(shipped(name)))[i] for i in (2, 4)
        )
        falls.append(100 * (1 - once.denial / summed.denial))
    yield f"denial rate {min(falls):.0f} to {max(falls):.0f} % (relative, by vendor) below a sum"
    hospital = shipped("generalist").hospital
    yield f"is paid {100 * hospital.outpatient.over_coding_payment_share:.0f} % too high"
    yield f"{100 * hospital.outpatient.audit_takeback_share:.0f} % of its payment goes back"
    yield "Audits come {:.0f} to {:.0f} months later".format(
        *(days / DAYS_PER_MONTH for days in hospital.audit_lag_days)
    )
    held = []
    for name in ("generalist", "specialized"):
        share = 100 * vendor(name).quality.hold_and_query_share
        held += [share * values("article")[name, ACCURACY].mean(), share]
    yield (
        "would hold {:.0f} instead of {:.0f} % of weak notes, the specialist {:.0f} instead of "
        "{:.0f} %"
    ).format(*held)
    [row] = (line for line in prose("performance.md").split("| `generalist` | 1.0 |")[1:])
    _, items, _, _, memory, *_ = (cell.strip() for cell in row.split("|"))
    yield f"is about {said(float(items.replace(',', '')), -4)} work items"
    yield f"{memory} MB for a hospital-year"
    code, lines = package_lines("")
    yield f"about {said(1000 * round(code / 1000), 0)} lines of code"
    yield f"({said(1000 * round(lines / 1000), 0)} with docstrings"
    yield f"The simulation is {said(package_lines('model')[0], -3)} lines"
    yield f"the scenario language {said(package_lines('scenario')[0], -3)}."


@page("decisions.md")
def overload() -> Quotes:
    yield f"nobody came to more than {said(100 * LEAST_SHARE, 0)} % of what arrived"
    yield f"was busy for {said(100 * NO_TIME_LEFT, 0)} % of its productive time"


@page("howto/reading_intervals.md")
def overload_read() -> Quotes:
    yield f"nobody comes to more than {said(100 * LEAST_SHARE, 0)} % of a queue's work"


LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def package_lines(part: str) -> tuple[int, int]:
    """Lines of code, and of all, of the package or of a folder of it."""
    code, every = 0, 0
    for path in (ROOT / "sim" / part).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        every += text.count("\n")
        held: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type not in LAYOUT:
                held |= set(range(token.start[0], token.end[0] + 1))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # docstrings
                held -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        code += len(held)
    return code, every


@page("performance.md")
def common_random_numbers() -> Quotes:
    fewer = []
    for kpi in ("money.net_value_usd", "money.average_revenue_per_case", DENIALS, ACCURACY):
        one, other = (values("article")[name, kpi] for name in ("generalist", "specialized"))
        apart = one.var(ddof=1) + other.var(ddof=1)
        fewer.append(float(apart / (other - one).var(ddof=1)))
    assert round(min(fewer)) == 2
    yield (
        f"need {fewer[0]:.0f} times fewer replications for the difference in net value, "
        f"{fewer[1]:.0f} times for revenue per case, two to three times for most rates"
    )


@page("performance.md")
def performance() -> Quotes:
    for name in ("generalist", "five_functions_generalist"):
        options = (
            "hospital.scale=0.1",
            "horizon_days=365",
            "kpi_from_days=90",
            "kpi_until_days=60",
        )
        record = run(load(shipped_file(f"{name}.yaml"), options).scenario, 0)
        items = sum(record.agents["items"])
        yield f"| `{name}` | 0.1 | {len(record.claims['day']):,} | {items:,} |"
