"""Writes docs/validation.md: published figures against the reference run, in-house."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from docs.studies import ROOT, read
from sim.study.statistics import INSIDE, OPEN, Interval

PAGE = ROOT / "docs" / "validation.md"
NEAR = 0.2
"""Relative distance of the mean up to which a miss is called near."""


@dataclass(frozen=True)
class Figure:
    """A published figure: its range in percent (or days), and the model's way to it.

    `kpis` are figures of the reference run: one is compared as it is, of several `worked_out` makes
    one. Where `apart` says why the two cannot be compared, no verdict is given; `in_sample` says
    that parameters were set with the figure in view.
    """

    what: str
    source: str
    low: float
    high: float
    remark: str
    kpis: tuple[str, ...]
    worked_out: Callable[..., float] | None = None
    apart: bool = False
    days: bool = False
    in_sample: bool = False

    def model(self, reference: Mapping[str, Interval]) -> Interval:
        """What the model says, in the unit of the range.

        What is worked out lies between the extremes that its parts' intervals allow, for nobody
        wrote down how they go together: two 95 % intervals make one of at least 90 %.
        """
        factor, parts = 1.0 if self.days else 100.0, [reference[name] for name in self.kpis]
        of = self.worked_out or (lambda value: value)
        mean = factor * of(*(part.mean for part in parts))
        ends = [factor * of(*corner) for corner in product(*((p.low, p.high) for p in parts))]
        return Interval(parts[0].n, mean, math.nan, min(ends), max(ends))


def of_denials(what: str, source: str, low: float, high: float, remark: str, name: str) -> Figure:
    """The share of a category, called `name` by the KPIs, in all denials."""
    kpis = f"denials.category.{name}", "denials.initial_rate"
    return Figure(what, source, low, high, remark, kpis, lambda part, whole: part / whole)


KODIAK, PREMIER, CHANGE = "Kodiak in HFMA, 2024", "Premier, 2022–23", "Change Healthcare, 2020"
PARTS: dict[str, tuple[Figure, ...]] = {
    "Denials and recovery": (
        Figure(
            "Initially denied or asked about, of dollars",
            "Kodiak in HFMA, 2020–24",
            10.2,
            11.8,
            "requests counted as denials, as Kodiak does",
            kpis=("denials.initial_with_rfi_usd_rate",),
            in_sample=True,
        ),
        Figure(
            "Finally denied, of dollars",
            "Kodiak in HFMA, 2020–24",
            2.1,
            2.8,
            "",
            kpis=("denials.final_rate",),
            in_sample=True,
        ),
        Figure(
            "Recovered, of dollars denied",
            KODIAK,
            76,
            76,
            "1 − 2.8 / 11.8",
            kpis=("denials.final_rate", "denials.initial_with_rfi_usd_rate"),
            worked_out=lambda lost, denied: 1 - lost / denied,
            in_sample=True,
        ),
        Figure(
            "Requests for information, of claims",
            KODIAK,
            3.49,
            3.49,
            "requests hide behind rejections: first answers exclude each other",
            kpis=("claims.rfi_rate",),
            in_sample=True,
        ),
        Figure(
            "Denied for authorisation, of claims",
            KODIAK,
            1.52,
            1.52,
            "the in-house hospital catches part of them before submission",
            kpis=("denials.category.AUTH",),
        ),
        Figure(
            "Denied for medical necessity, of claims",
            KODIAK,
            0.98,
            0.98,
            "the model's category is wider: every weak note",
            kpis=("denials.category.DOC",),
        ),
        Figure(
            "Denied or asked about, of claims, by payer",
            PREMIER,
            8.4,
            16.7,
            "Medicare to Medicaid managed care; the model's figure is over all payers",
            kpis=("denials.initial_rate", "claims.rfi_rate"),
            worked_out=lambda denied, asked: denied + asked,
            in_sample=True,
        ),
        Figure(
            "Denied claims paid in the end",
            PREMIER,
            54.3,
            70.0,
            "private payers, two years apart",
            kpis=("denials.overturned_rate",),
            in_sample=True,
        ),
        Figure(
            "Denied in network, marketplace plans",
            "CMS Transparency in Coverage, 2024",
            18.8,
            18.8,
            "plans of one market, by issuers' own count; the model has all payers",
            kpis=("denials.initial_rate",),
            apart=True,
        ),
    ),
    "What is denied for, of all denials": (
        of_denials(
            "Registration, eligibility",
            CHANGE,
            26.6,
            26.6,
            "in the model most are rejected at the payer's front end, and so are no denials",
            "REG",
        ),
        of_denials("Missing or invalid data", CHANGE, 17.2, 17.2, "as above", "DATA"),
        of_denials("Prior authorisation", f"{CHANGE}; CMS, 2024", 9.4, 11.6, "", "AUTH"),
        of_denials("Not covered", f"{CHANGE}; CMS, 2024", 10.6, 12.5, "", "NONCOV"),
        of_denials(
            "Coding",
            CHANGE,
            4.8,
            4.8,
            "a fifth of coding errors are denied as such (`deny_share`, assumption); "
            "remittance codes hide many of them among data and bundling",
            "CODE",
        ),
        of_denials(
            "Filed too late",
            CHANGE,
            5.4,
            5.4,
            "lateness comes out of queues, and a staffed office has none",
            "TIMELY",
        ),
    ),
    "Pace and payment": (
        Figure(
            "First-pass payment rate",
            "Tebra, 2026 (median of billing companies)",
            85,
            90,
            "",
            kpis=("claims.first_pass_payment_rate",),
        ),
        Figure(
            "Days from service to submission",
            "trade press",
            3,
            7,
            "best to typical",
            kpis=("work.days_to_submission",),
            days=True,
        ),
        Figure(
            "Days in A/R",
            "Kodiak in HealthLeaders",
            43.6,
            56.9,
            "top ten to mean; the model has no patients' balances and no disputes past its horizon",
            kpis=("money.days_in_ar",),
            days=True,
        ),
        Figure(
            "Days discharged, not final billed",
            "HFMA and trade press",
            3,
            7,
            "best to typical",
            kpis=("money.dnfb_days",),
            days=True,
        ),
        Figure(
            "A/R older than 90 days",
            "Kodiak, 2024",
            27,
            36,
            "Medicare Advantage to commercial; the model's payers answer within their own "
            "times, without disputes that drag on",
            kpis=("money.ar_over_90_share",),
        ),
        Figure(
            "Short payments, of net revenue",
            "trade press",
            1,
            3,
            "published before, the model's after what is claimed back",
            kpis=("money.leakage.short_pay",),
            apart=True,
        ),
        Figure(
            "Improper payments, of Medicare dollars",
            "CMS CERT, 2020–24",
            6.3,
            7.7,
            "published: all that is wrong in a sample; the model's: what audits took back",
            kpis=("audit.takeback",),
            apart=True,
        ),
    ),
}

HEAD = """# Validation

Is the model like a hospital? Published figures of American hospitals against the in-house
scenario, row by row, misses as misses. Written by `make docs` from
`results/reference/in_house.csv`, which is `denialloop run configs/in_house.yaml
--replications 20`; a test keeps the page true to it. That the program does what its
documentation says is another question, answered in [verification](verification.md); the article's
own claims stand in [calibration](calibration.md) and the [scorecard](scorecard.md).

**agrees**: the whole 95 % interval of the model lies in the published range. **open**: a part of
it does; more replications would tell. **near**: none of it does, but the mean is within a fifth of
the range. **misses**: further off. A single published figure is a range without width, in which no
interval lies. What is worked out has the widest interval that those of its parts allow. Sources
with links: [parameters](parameters.md). **In-sample** are the figures that parameters were set with
in view ([calibration](calibration.md#what-was-set-with-results-in-view)).
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


TABLE = (
    "| Figure | Published | Source | Model | KPI | Verdict | Remark |",
    "|---|---:|---|---:|---|---|---|",
)


def read_reference() -> dict[str, Interval]:
    """Mean and interval of each KPI of the reference run."""
    return {
        row["kpi"]: Interval(int(row["n"]), mean, math.nan, low, high)
        for row in read("in_house")
        if row["mean"]
        for mean, low, high in [
            tuple(float(row[c] or "nan") for c in ("mean", "ci_low", "ci_high"))
        ]
    }


def verdict(figure: Figure, at: Interval) -> str:
    """In the words of the page."""
    if figure.apart:
        return "not comparable"
    stands = at.against(figure.low, figure.high)
    if stands in (INSIDE, OPEN):
        return "agrees" if stands == INSIDE else OPEN
    edge = figure.low if at.mean < figure.low else figure.high
    return "near" if abs(at.mean - edge) <= NEAR * edge else "**misses**"


def rows(part: str) -> list[tuple[str, ...]]:
    """The table of a part."""
    reference = read_reference()
    out = []
    for figure in PARTS[part]:
        unit, at = " d" if figure.days else " %", figure.model(reference)
        ends = f"{at.low:.3g} to {at.high:.3g}" if at.low == at.low else "no interval"
        ours = f"{at.mean:.3g}{unit} ({ends})"
        name = "worked out" if figure.worked_out else f"`{figure.kpis[0]}`"
        span = (
            f"{figure.low:g}" if figure.low == figure.high else f"{figure.low:g} to {figure.high:g}"
        )
        remark = "; ".join(filter(None, ("in-sample" * figure.in_sample, figure.remark)))
        out.append(
            (figure.what, f"{span}{unit}", figure.source, ours, name, verdict(figure, at), remark)
        )
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
