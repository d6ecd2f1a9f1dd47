"""Denial work lists, productivity sheets and quality audits, with what was put into them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.calibrate.fit import mixture
from sim.calibrate.fit.worked import Rise, banded, fit_rise, rises
from sim.cli import FINE
from sim.scenario.load import load
from tests.extracts import (
    MINUTES,
    NAMES,
    WORKED_RISE,
    audit_rows,
    calibrated,
    denial_rows,
    productivity_rows,
    write_csv,
)


def told(folder: Path) -> dict[str, Any]:
    written = b"".join(p.read_bytes() for p in (folder / "out").iterdir())
    assert not [w for w in (*NAMES, "KX-") if w.encode() in written]
    load(folder / "out" / "calibrated.yaml")
    fields: dict[str, Any] = json.loads((folder / "out" / "evidence.json").read_text())["fields"]
    return fields


def test_a_work_list_tells_what_is_taken_up_and_won(tmp_path: Path) -> None:
    rows = denial_rows()
    assert calibrated(tmp_path, write_csv(tmp_path / "denials.csv", rows)) == FINE
    fields = told(tmp_path)
    steepness = fields["denials.worked_steepness"]
    assert steepness["low"] < WORKED_RISE[2] < steepness["high"]
    amounts = np.array([float(row[4][1:].replace(",", "")) for row in rows[1:]])
    expected = Rise(*WORKED_RISE).at(amounts).mean()
    assert fields["vendors.generalist.denials.worked_share"]["value"] == pytest.approx(
        expected, abs=0.03
    )
    for category in ("REG", "AUTH"):
        field = fields[f"categories.{category}.recovery_share"]
        odds = float(field["method"].partition("÷ ")[2].split()[0])
        assert field["value"] * odds == pytest.approx(0.6, abs=0.05)
        assert field["grade"] == "B"


def test_few_or_young_denials_say_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "denials.csv", denial_rows(200))
    assert calibrated(tmp_path, path) == FINE
    fields = told(tmp_path)
    assert all(field["status"] == "refused" for field in fields.values())
    assert "needs 300 denials" in fields["vendors.generalist.denials.worked_share"]["reason"]


def test_the_rise_with_the_amount() -> None:
    rng = np.random.default_rng(1)
    amount = rng.lognormal(6, 1.4, 4000)
    worked = (rng.random(4000) < Rise(*WORKED_RISE).at(amount)).astype(float)
    bands, _ = banded(amount, worked)
    found = fit_rise(bands)
    assert (found.most, found.halfway, found.steepness) == pytest.approx(WORKED_RISE, rel=0.15)
    assert rises(bands, found)
    flat, _ = banded(amount, (rng.random(4000) < 0.8).astype(float))
    assert not rises(flat, fit_rise(flat))


NAMED = "words: {queue: {Code OP: coding_outpatient, Follow-up: follow_up}}\n"


def test_hours_and_items_give_minutes(tmp_path: Path) -> None:
    names = tmp_path / "names.yaml"
    names.write_text(NAMED)
    path = write_csv(tmp_path / "productivity.csv", productivity_rows())
    assert calibrated(tmp_path, path, "--map", names) == FINE
    fields = told(tmp_path)
    for queue, minutes in zip(
        ("coding_outpatient", "edits", "follow_up"), MINUTES.values(), strict=True
    ):
        field = fields[f"queues.{queue}.minutes"]
        seen = float(field["method"].rpartition(", ")[2].split()[0])
        assert seen == pytest.approx(minutes, rel=0.05)
        assert field["low"] < field["value"] < field["high"]


def test_days_that_are_all_alike_tell_no_queues_apart(tmp_path: Path) -> None:
    names = tmp_path / "names.yaml"
    names.write_text(NAMED)
    rows = productivity_rows()
    for row in rows[1:]:
        row[3] = str({"Code OP": 40, "Edits": 20, "Follow-up": 10}[row[2]])
    path = write_csv(tmp_path / "productivity.csv", rows)
    assert calibrated(tmp_path, path, "--map", names) == FINE
    assert "too much alike" in told(tmp_path)["queues.*.minutes"]["reason"]


def test_paces_of_people_do_not_move_minutes() -> None:
    rng = np.random.default_rng(2)
    items = rng.poisson(20, (800, 2)) * (rng.random((800, 2)) < 0.7)
    person = np.repeat(np.arange(20), 40)
    pace = np.where(np.arange(20) < 10, 0.7, 1.3)
    found = mixture.fit_minutes(
        items.astype(float), (items @ np.array([4.0, 9.0])) * pace[person], person
    )
    assert found[1] / found[0] == pytest.approx(9 / 4, rel=0.02)


def test_audits_tell_knowledge_at_entry_and_the_way_of_errors(tmp_path: Path) -> None:
    assert calibrated(tmp_path, write_csv(tmp_path / "qa.csv", audit_rows())) == FINE
    fields = told(tmp_path)
    entry = fields["vendors.generalist.entry_knowledge.domain"]
    assert entry["low"] < 0.2 < entry["high"]
    assert entry["grade"] == "C"
    learning = fields["vendors.generalist.learning.domain_per_month"]
    practice = 0.92 * 0.94
    assert learning["low"] < 0.3 / practice < learning["high"]
    under = fields["vendors.generalist.quality.under_coding_share"]
    assert under["value"] == pytest.approx(0.7, abs=0.07)
    assert "at random" in under["warnings"][0]


def test_one_audit_a_row(tmp_path: Path) -> None:
    """Sheets that have one code a row and a word for whether it was right."""
    rows = [["Coder ID", "Credential", "Hire Date", "Audit Date", "Result"]]
    for row in audit_rows(20)[1:]:
        right = int(row[5])
        rows += [[*row[:4], "Correct"]] * right + [[*row[:4], "Wrong"]] * (40 - right)
    assert calibrated(tmp_path, write_csv(tmp_path / "qa.csv", rows)) == FINE
    assert told(tmp_path)["vendors.generalist.entry_knowledge.domain"]["n"] == 20 * 12 * 40
