"""A few files of the fuzzer; the rest is run by hand (see `inputs.py`)."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.inputs import fuzz


def test_no_mutated_file_crashes(tmp_path: Path) -> None:
    total = fuzz(250, 7, tmp_path, 1, show=False)
    assert total["loaded"] + total["refused"] + total["simulated"] == 250
    assert total["refused"] > 50
    assert total["loaded"] + total["simulated"] > 20
    assert not list(tmp_path.iterdir())
