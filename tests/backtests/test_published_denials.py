"""Figures of docs/validation.md that come from the table of the marketplace plans."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest


def rows(shared_data: Path, name: str) -> list[dict[str, str]]:
    with (shared_data / "cms_public_domain" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_marketplace_plans_deny_what_the_page_says(shared_data: Path) -> None:
    issuers = rows(shared_data, "cms_transparency_py2026_issuer_claims_2024.csv")
    counted = [r for r in issuers if r["known_source_anomaly"] == "0"]
    denied, received = (
        sum(float(r[column]) for r in counted if r["denied_in"] and r["received_in"])
        for column in ("denied_in", "received_in")
    )
    assert denied / received == pytest.approx(0.188, abs=0.0006)


def test_their_reasons_bound_the_shares_of_two_categories(shared_data: Path) -> None:
    mix = rows(shared_data, "cms_transparency_py2026_plan_denial_reason_mix.csv")
    share = {r["reason"]: float(r["share_of_reported_reason_counts"]) for r in mix}
    assert share["Referral / prior authorization required"] == pytest.approx(0.094, abs=0.0006)
    assert share["Services excluded"] == pytest.approx(0.125, abs=0.0006)
