"""Writes docs/validation.md: published figures against the reference run, in-house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from docs.studies import ROOT, read

PAGE = ROOT / "docs" / "validation.md"
NEAR = 0.2
"""Relative distance up to which a miss is called near."""

Means = dict[str, float]


@dataclass(frozen=True)
class Figure:
    """A published figure: its range in percent (or days), and the model's way to it.

    `kpi` is a figure of the reference run with its interval, or `worked_out` a sum from several
    (without one). Where `apart` says why the two cannot be compared, no verdict is given.
    """

    what: str
    source: str
    low: float
    high: float
    remark: str
    kpi: str = ""
    worked_out: Callable[[Means], float] | None = None
    apart: bool = False
    days: bool = False


def of_denials(category: str) -> Callable[[Means], float]:
    """The share of a category in all denials."""
    return lambda k: k[f"denials.category.{category}"] / k["denials.initial_rate"]


KODIAK, PREMIER, CHANGE = "Kodiak in HFMA, 2024", "Premier, 2022–23", "Change Healthcare, 2020"
PARTS: dict[str, tuple[Figure, ...]] = {
    "Denials and recovery": (
        Figure("Initially denied or asked about, of dollars", "Kodiak in HFMA, 2020–24", 10.2, 11.8,
               "requests counted as denials, as Kodiak does",
               kpi="denials.initial_with_rfi_usd_rate"),
        Figure("Finally denied, of dollars", "Kodiak in HFMA, 2020–24", 2.1, 2.8, "",
               kpi="denials.final_rate"),
        Figure("Recovered, of dollars denied", KODIAK, 76, 76, "1 − 2.8 / 11.8",
               worked_out=lambda k: 1 - k["denials.final_rate"]
               / k["denials.initial_with_rfi_usd_rate"]),
        Figure("Requests for information, of claims", KODIAK, 3.49, 3.49,
               "requests hide behind rejections: first answers exclude each other",
               kpi="claims.rfi_rate"),
        Figure("Denied for authorisation, of claims", KODIAK, 1.52, 1.52,
               "the in-house hospital catches part of them before submission",
               kpi="denials.category.AUTH"),
        Figure("Denied for medical necessity, of claims", KODIAK, 0.98, 0.98,
               "the model's category is wider: every weak note", kpi="denials.category.DOC"),
        Figure("Denied or asked about, of claims, by payer", PREMIER, 8.4, 16.7,
               "Medicare to Medicaid managed care; the model's figure is over all payers",
               worked_out=lambda k: k["denials.initial_rate"] + k["claims.rfi_rate"]),
        Figure("Denied claims paid in the end", PREMIER, 54.3, 70.0,
               "private payers, two years apart", kpi="denials.overturned_rate"),
        Figure("Denied in network, marketplace plans", "CMS Transparency in Coverage, 2024",
               18.8, 18.8, "plans of one market, by issuers' own count; the model has all payers",
               kpi="denials.initial_rate", apart=True),
    ),
    "What is denied for, of all denials": (
        Figure("Registration, eligibility", CHANGE, 26.6, 26.6,
               "in the model most are rejected at the payer's front end, and so are no denials",
               worked_out=of_denials("REG")),
        Figure("Missing or invalid data", CHANGE, 17.2, 17.2, "as above",
               worked_out=of_denials("DATA")),
        Figure("Prior authorisation", f"{CHANGE}; CMS, 2024", 9.4, 11.6, "",
               worked_out=of_denials("AUTH")),
        Figure("Not covered", f"{CHANGE}; CMS, 2024", 10.6, 12.5, "",
               worked_out=of_denials("NONCOV")),
        Figure("Coding", CHANGE, 4.8, 4.8,
               "a fifth of coding errors are denied as such (`deny_share`, assumption); remittance "
               "codes hide many of them among data and bundling", worked_out=of_denials("CODE")),
        Figure("Filed too late", CHANGE, 5.4, 5.4,
               "lateness comes out of queues, and a staffed office has none",
               worked_out=of_denials("TIMELY")),
    ),
    "Pace and payment": (
        Figure("First-pass payment rate", "Tebra, 2026 (median of billing companies)", 85, 90, "",
               kpi="claims.first_pass_payment_rate"),
        Figure("Days from service to submission", "trade press", 3, 7, "best to typical",
               kpi="work.days_to_submission", days=True),
        Figure("Days in A/R", "Kodiak in HealthLeaders", 43.6, 56.9,
               "top ten to mean; the model has no patients' balances and no disputes past its "
               "horizon", kpi="money.days_in_ar", days=True),
        Figure("Short payments, of net revenue", "trade press", 1, 3,
               "published before, the model's after what is claimed back",
               kpi="money.leakage.short_pay", apart=True),
        Figure("Improper payments, of Medicare dollars", "CMS CERT, 2020–24", 6.3, 7.7,
               "published: all that is wrong in a sample; the model's: what audits took back",
               kpi="audit.takeback", apart=True),
    ),
}  # fmt: skip

HEAD = """# Validation

Is the model like a hospital? Published figures of American hospitals against the in-house
scenario, row by row, misses as misses. Written by `make docs` from
`results/reference/in_house.csv`, which is `denialloop run configs/in_house.yaml
--replications 20`; a test keeps the page true to it. That the program does what its
documentation says is another question, answered in [verification](verification.md); the article's
own claims stand in [calibration](calibration.md) and the [scorecard](scorecard.md).

**agrees**: the model's 95 % interval (or figure) meets the published range. **near**: within a
fifth of it. **misses**: further off. No parameter was moved to change a verdict. Sources with
links: [parameters](parameters.md).
"""
TAIL = """## People

- **Newcomers at a bank** (BPIC 2017, 55 people whose first day is in the log): they begin at 1.5
  times the time of their colleagues, with a time constant of eight weeks. The model, given the
  log's own staff, lies inside the band that sampling leaves
  (`tests/backtests/test_bank_newcomers.py`, [people](people.md)). The rise after five months in
  the log is a change of who is there, which the model does not have.
- **Turnover** is an input; that teams leave at the rate written, with the spread of renewal
  theory, is [verified](verification.md), not validated. No source gives tenures of claims staff.

## What the model cannot say

- **How two real vendors differ.** No controlled study was found; every difference between the
  shipped profiles is assumed. The model says what follows from assumptions, and how much each
  matters.
- **What a single payer will do.** Payers are classes with average odds; contracts, plans and
  their changes of mind are not in it, apart from dated events.
- **Which codes are denied.** Categories are broad. The mix above misses Change Healthcare's: the
  model knows fewer registration and data denials (its payers reject them instead) and more for
  coding.
- **The tail of collections.** Accounts close within the horizon; patients' own balances, bad debt
  and charity are not in it, and days in A/R come out shorter than published.
- **Rare catastrophes.** Breaches are expected cost and a coin; strikes, cyber attacks on a
  clearing house, insolvency of a vendor are not there unless written as events.
- **Truth from fit.** Many parameter sets meet these ranges equally well
  ([parameters](parameters.md)).
"""


TABLE = ("| Figure | Published | Source | Model | KPI | Verdict | Remark |",
         "|---|---:|---|---:|---|---|---|")  # fmt: skip


def read_reference() -> dict[str, tuple[float, float, float]]:
    """Mean and interval of each KPI of the reference run."""
    return {
        row["kpi"]: (float(row["mean"]), float(row["ci_low"]), float(row["ci_high"]))
        for row in read("in_house")
        if row["mean"]
    }


def verdict(figure: Figure, low: float, high: float) -> str:
    """In the words of the page."""
    if figure.apart:
        return "not comparable"
    if high >= figure.low and low <= figure.high:
        return "agrees"
    distance = figure.low - high if high < figure.low else low - figure.high
    edge = figure.low if high < figure.low else figure.high
    return "near" if distance <= NEAR * edge else "**misses**"


def rows(part: str) -> list[tuple[str, ...]]:
    """The table of a part."""
    reference = read_reference()
    means = {name: mean for name, (mean, _, _) in reference.items()}
    out = []
    for figure in PARTS[part]:
        factor, unit = (1.0, " d") if figure.days else (100.0, " %")
        if figure.worked_out is not None:
            mean = low = high = factor * figure.worked_out(means)
            ours, name = f"{mean:.3g}{unit}", "worked out"
        else:
            mean, low, high = (factor * x for x in reference[figure.kpi])
            ours, name = f"{mean:.3g}{unit} ({low:.3g} to {high:.3g})", f"`{figure.kpi}`"
        span = (
            f"{figure.low:g}" if figure.low == figure.high else f"{figure.low:g} to {figure.high:g}"
        )
        out.append((figure.what, f"{span}{unit}", figure.source, ours, name,
                    verdict(figure, low, high), figure.remark))  # fmt: skip
    return out


def render() -> str:
    """The page."""
    lines = [HEAD]
    count: dict[str, int] = {}
    for part in PARTS:
        lines += [f"## {part}", "", *TABLE]
        for row in rows(part):
            lines.append(f"| {' | '.join(row)} |")
            count[row[5]] = count.get(row[5], 0) + 1
        lines.append("")
    told = ", ".join(f"{word.strip('*')} {n}" for word, n in sorted(count.items()))
    lines.insert(1, f"{sum(count.values())} figures: {told}.\n")
    return "\n".join([*lines, TAIL])


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
