"""What has been published about KPIs, to be read beside them: a band, and who says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sim.record.kpis import kpi
from sim.report.answer import Table, words
from sim.report.headline import Study, labelled
from sim.report.words import label, number


@dataclass(frozen=True, slots=True)
class Band:
    """Published values from `low` to `high`, in the unit of the KPI, and their source.

    Sources and links stand in docs/validation.md.
    """

    low: float
    high: float
    source: str


PUBLISHED = {
    "claims.first_pass_payment_rate": Band(0.85, 0.90, "Tebra 2026, billing companies"),
    "claims.clean_claim_rate": Band(0.95, 0.98, "HFMA's target, trade press"),
    "claims.rfi_rate": Band(0.0349, 0.0349, "Kodiak 2024"),
    "denials.initial_rate": Band(0.084, 0.157, "Premier 2022, Medicare to Medicare Advantage"),
    "denials.initial_with_rfi_usd_rate": Band(0.102, 0.118, "Kodiak 2020–24"),
    "denials.final_rate": Band(0.021, 0.028, "Kodiak 2020–24"),
    "denials.overturned_rate": Band(0.543, 0.70, "Premier 2022–23"),
    "money.days_in_ar": Band(43.6, 56.9, "Kodiak, top ten to mean"),
    "money.dnfb_days": Band(3.0, 7.0, "HFMA, best to typical"),
    "money.ar_over_90_share": Band(0.27, 0.36, "Kodiak 2024, Medicare Advantage to commercial"),
    "money.cost_to_collect": Band(0.02, 0.04, "trade press, registration included"),
}


def band(name: str) -> str:
    """What has been published about a KPI: '8.4 to 15.7 %'; empty where nothing was."""
    found = PUBLISHED.get(name)
    if found is None:
        return ""
    unit = kpi(name).unit
    low, high = (re.sub(r"\.0+(?= |$)", "", number(end, unit)) for end in (found.low, found.high))
    return low if low == high else f"{low.rpartition(' ')[0]} to {high}"


def beside(study: Study) -> Table | None:
    """Every KPI of the scenarios that something was published about, with band and source.

    None where the scenarios have no such KPI.
    """
    rows = []
    for name, found in PUBLISHED.items():
        if any(study.rows.of(name, scenario).n for scenario in study.names):
            levels = [study.level(name, scenario) for scenario in study.names]
            rows.append(
                (words(labelled(kpi(name))), *levels, words(band(name)), words(found.source))
            )
    heads = ("Measure", *study.shown.values(), "Published", "Source")
    note = "Links stand in docs/validation.md."
    return (
        Table(
            "published",
            "Beside what has been published",
            heads,
            tuple(rows),
            note,
            printed=len(study.names) <= 2,
        )
        if rows
        else None
    )


def published_text(kpis: Iterable[str]) -> str:
    """The bands of some KPIs in one sentence; empty where nothing was published about them."""
    said = [
        f"{label(name)} {band(name)} ({PUBLISHED[name].source})"
        for name in kpis
        if name in PUBLISHED
    ]
    return f"Published: {'; '.join(said)}." if said else ""
