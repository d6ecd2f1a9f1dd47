"""Imports go down: commands, report, study, model, and at the bottom scenario and record."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.model import __main__ as of_model
from sim.model.__main__ import MODEL, TOP, circle, imports_within, module

FLOORS = {
    "scenario": 0,
    "record": 0,
    "model": 1,
    "study": 2,
    "calibrate": 2,
    "report": 3,
    "commands": 4,
    "app": 6,
}
"""By folder; the command line itself (`cli`, `options`, `__main__`) and the library stand on top,
and `options`, which knows no command, beside the commands."""
ABOVE = {
    "cli": 5,
    "__main__": 6,
    "library": 5,
    "__init__": 6,
    "options": 4,
    "streams": -1,
    "version": -1,
}
IMPORTS = imports_within(TOP)
"""What every module of the package imports of it, for types only too."""


def floor(name: str) -> int:
    first = name.split(".")[1] if "." in name else "__init__"
    return FLOORS[first] if first in FLOORS else ABOVE[first]


@pytest.mark.parametrize("name", IMPORTS)
def test_nothing_is_imported_from_a_floor_above(name: str) -> None:
    above = [other for other in IMPORTS[name] if floor(other) > floor(name)]
    assert not above, f"{name} imports upward: {above}"


def test_scenario_and_record_know_nothing_of_each_other() -> None:
    for name, others in IMPORTS.items():
        folder = name.split(".")[1] if "." in name else ""
        if folder in ("scenario", "record"):
            other = "record" if folder == "scenario" else "scenario"
            assert not [n for n in others if n.split(".")[1] == other]


def test_every_file_is_looked_at() -> None:
    assert {"sim", "sim.cli", "sim.model", "sim.model.kernel.rows"} < IMPORTS.keys()
    assert len(IMPORTS) == len(list(TOP.rglob("*.py")))
    assert "sim.model.kernel.rows" in IMPORTS["sim.model.careers"], "imported by name"
    assert "sim.model.rules" in IMPORTS["sim.model.personnel"], "imported from its package"
    assert module(MODEL / "codes.py") == "sim.model.codes"


def test_no_files_import_each_other_in_a_circle() -> None:
    """Not even for types only, or inside a function."""
    assert not circle(IMPORTS)


def test_a_circle_is_found_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    round_about = {"sim.a": ["sim.b"], "sim.b": ["sim.c"], "sim.c": ["sim.a"], "sim.d": ["sim.a"]}
    found = circle(round_about)
    assert sorted(found[1:]) == ["sim.a", "sim.b", "sim.c"]
    assert found[0] == found[-1]
    monkeypatch.setattr(of_model, "imports_within", lambda _: round_about)
    assert of_model.main() == 1
    assert " -> ".join(found) in capsys.readouterr().err


def test_the_model_prints_its_stack() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim.model"], capture_output=True, text=True, check=True
    )
    seen: set[str] = set()
    for line in done.stdout.splitlines():
        name, _, below = line.partition(": ")
        assert set(filter(None, below.split(", "))) <= seen, f"{name} stands too low"
        seen.add(name)
    own = imports_within(MODEL)
    assert seen == {name.removeprefix("sim.model.") for name in own}


def test_no_run_imports_a_calibration() -> None:
    """Only its own commands and its page know `sim.calibrate`."""
    allowed = (
        "sim.calibrate",
        "sim.commands.calibrate",
        "sim.commands.template",
        "sim.report.calibration",
    )
    for name, others in IMPORTS.items():
        if not name.startswith(allowed):
            assert not [n for n in others if n.startswith("sim.calibrate")], name


def test_readers_fits_and_writing_know_nothing_of_each_other() -> None:
    """Fits know no file; readers know no estimate; only what writes knows the records of both."""
    parts = {"read": ("fit", "write"), "fit": ("read", "write"), "write": ("read",)}
    for part, others in parts.items():
        for name in IMPORTS:
            if name.startswith(f"sim.calibrate.{part}"):
                wrong = tuple(f"sim.calibrate.{other}" for other in others)
                assert not [n for n in IMPORTS[name] if n.startswith(wrong)], name
