"""Timelines that cannot be are refused, each at its own line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.load import ScenarioError, load, shipped_configs

HEAD = """\
extends: {base}
name: late
timeline:
"""

IMPOSSIBLE = {
    "before the start": (
        "  - {kind: vendor_switch, on: 2024-06-01, to: generalist}",
        "outside the run",
    ),
    "on the first day": (
        "  - {kind: vendor_switch, on: 2025-01-01, to: generalist}",
        "after the start",
    ),
    "after the end": (
        "  - {kind: attrition_shock, on: 2031-01-01, team: ar, share: 0.1}",
        "outside the run",
    ),
    "twice a day": (
        "  - {kind: vendor_switch, on: 2025-07-01, to: generalist}\n"
        "  - {kind: vendor_switch, on: 2025-07-01, to: specialized, teams: [ar]}",
        "switched twice",
    ),
    "unknown vendor": (
        "  - {kind: vendor_switch, on: 2025-07-01, to: generalits}",
        'did you mean "generalist"',
    ),
    "unknown team": (
        "  - {kind: layoff, on: 2025-07-01, team: biling, share: 0.1}",
        'did you mean "billing"',
    ),
    "unknown payer": (
        "  - {kind: payer_ai, on: 2025-07-01, payers: [medicar], found_share: 0.1, "
        "false_share: 0.01, contest_share: 0.3, contest_with_trail_share: 0.7}",
        'did you mean "medicare"',
    ),
    "no feedback to start": (
        "  - {kind: feedback_start, on: 2025-07-01, vendor: in_house}",
        "no feedback loop",
    ),
    "surge that ends first": (
        "  - {kind: volume, on: 2025-07-01, until: 2025-06-01, factor: 2}",
        "must come after",
    ),
    "key of another kind": (
        "  - {kind: vendor_switch, on: 2025-07-01, to: generalist, factor: 2}",
        "unknown key; allowed: on, kind, to, teams, assessed, parallel_days, site\n",
    ),
    "a wage of nobody": (
        "  - {kind: wage, on: 2025-07-01, factor: 1.1}",
        "either a vendor or a team",
    ),
    "a wage of two": (
        "  - {kind: wage, on: 2025-07-01, vendor: in_house, team: ar, factor: 1.1}",
        "either a vendor or a team",
    ),
    "a wage without a number": (
        "  - {kind: wage, on: 2025-07-01, team: ar}",
        "either a factor or usd_per_hour",
    ),
    "a wage of an unknown certificate": (
        "  - {kind: wage, on: 2025-07-01, team: ar, certification: CPCC, factor: 1.1}",
        'did you mean "CPC"',
    ),
    "a market of an unknown certificate": (
        "  - {kind: market_wage, on: 2025-07-01, certification: CPCC, factor: 1.1}",
        'did you mean "CPC"',
    ),
    "a season that ends first": (
        "  - {kind: leave_season, on: 2025-07-01, team: ar, months: [7], factor: 2, "
        "until: 2025-06-01}",
        "must come after",
    ),
    "a month twice": (
        "  - {kind: leave_season, on: 2025-07-01, team: ar, months: [7, 7], factor: 2}",
        "twice",
    ),
    "a thirteenth month": (
        "  - {kind: leave_season, on: 2025-07-01, team: ar, months: [13], factor: 2}",
        "at most 12",
    ),
    "a rotation of newcomers": (
        "  - {kind: rotate, on: 2025-07-01, vendor: in_house, share_per_year: 0.5, "
        "after_tenure_days: 0}",
        "at least 1",
    ),
    "a rotation of everybody and more": (
        "  - {kind: rotate, on: 2025-07-01, vendor: in_house, share_per_year: 1.5, "
        "after_tenure_days: 90}",
        "at most 1",
    ),
    "unknown kind": ("  - {kind: vendor_swich, on: 2025-07-01, to: generalist}", "vendor_switch"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_timeline_is_refused_with_its_line(case: str, tmp_path: Path) -> None:
    events, said = IMPOSSIBLE[case]
    file = tmp_path / "late.yaml"
    base = shipped_configs() / "medcentral.yaml"
    file.write_text(HEAD.format(base=base) + events + "\n")
    with pytest.raises(ScenarioError) as error:
        load(file)
    message = str(error.value)
    line = 3 + len(events.splitlines())
    assert f"late.yaml:{line}:" in message
    assert said in message
