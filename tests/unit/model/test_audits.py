"""What an audit takes back, by hand: codes, weak notes, and what an evidence trail wins back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sim.model.codes import Defect, Flag
from sim.model.kernel.money import taken_back_share
from sim.model.simulation import run
from sim.record.kpis import outcome
from tests.scenarios import scenario

DRAWN = Flag.AUDITED | Flag.FOUND
CODES, NOTES, DEFENDED = 0.3, 0.5, 0.25


@pytest.mark.parametrize(
    ("flags", "over_cents", "defects", "trail", "share"),
    [
        (DRAWN, 100, 0, 0, CODES),
        (Flag.AUDITED, 100, 0, 0, 0.0),  # drawn, and nothing found
        (Flag.FOUND, 100, 0, 0, 0.0),  # not drawn
        (Flag.UNSUPPORTED, 100, 0, 0, CODES),  # a machine's code that nobody can bear out
        (DRAWN, 0, Defect.DOC, 0, NOTES),
        (Flag.UNSUPPORTED, 0, Defect.DOC, 0, 0.0),  # notes are looked at where a claim is drawn
        (DRAWN, 100, Defect.DOC, 0, NOTES),  # the graver finding, and not both
        (DRAWN, 0, Defect.REG, 0, 0.0),
        (DRAWN, 100, 0, 1, CODES * (1 - DEFENDED)),
        (DRAWN, 0, Defect.DOC, 1, NOTES * (1 - DEFENDED)),
    ],
)
def test_what_is_taken_back(
    flags: int, over_cents: int, defects: int, trail: int, share: float
) -> None:
    state: Any = SimpleNamespace(
        places=[SimpleNamespace(takeback_share=CODES, note_takeback_share=NOTES)],
        terms=[SimpleNamespace(evidence_trail=trail)],
        house=SimpleNamespace(audit_defended=DEFENDED),
    )
    claim: Any = SimpleNamespace(
        setting=0, crew=0, flags=flags, over_cents=over_cents, defects=defects
    )
    assert taken_back_share(state, claim) == pytest.approx(share)


def test_notes_and_trails_move_takebacks_as_written() -> None:
    """Notes add to codes; of all that is found, a vendor who has a trail wins back a quarter."""
    drawn = [
        f"hospital.{setting}.audit_{what}=1"
        for setting in ("inpatient", "outpatient")
        for what in ("selected_share", "finding_share")
    ]
    notes = [
        f"hospital.{setting}.audit_note_takeback_share=0.3"
        for setting in ("inpatient", "outpatient")
    ]
    trail = ["vendors.generalist.denials.evidence_trail=true", "hospital.audit_defended_share=0.25"]

    def taken(*overrides: str) -> float:
        kpis = outcome(run(scenario("generalist", *drawn, *overrides, days=120, last=30), 0)).kpis
        return kpis["money.loss_usd.takeback"]

    codes, both = taken(), taken(*notes)
    assert both > 1.5 * codes > 0.0
    assert taken(*notes, *trail) == pytest.approx(0.75 * both, rel=1e-4)
