"""Fills the tables of docs/ that come from studies; `python docs/figures.py run` runs these again.

A study is a command of denialloop. What it found is kept in results/reference/, from which the
tables of the pages are written, so that a page cannot say what no run has said.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results" / "reference"
