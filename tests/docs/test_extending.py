"""The changes that docs/howto/extending.md shows apply to the project as it is, and work."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "extending.md").read_text(encoding="utf-8")
CLINICAL_TEAM = "cdi_query, denials_clinical"
EVERY_CENT = "tests/oracles/test_conservation.py", "-k", "book_every_cent"


@pytest.fixture
def changed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the project with the change of a section of the page."""
    if not shutil.which("git"):
        pytest.skip("git, which applies the change, is not installed")
    _, section = PAGE.split(f"\n## {request.param}\n")
    shown = re.search(r"^```diff\n(.*?)^```$", section.split("\n## ")[0], re.M | re.S)
    assert shown, f"no change under {request.param!r}"
    for part in ("sim", "configs", "tests", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    # The copy may lie inside a repository; a patch is to be applied to the folder it lies in.
    alone = os.environ | {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    subprocess.run(
        ["git", "apply", "-"], input=shown[1], text=True, cwd=tmp_path, env=alone, check=True
    )
    return tmp_path


def within(folder: Path, *words: str) -> str:
    """What a Python module prints when it is run in a changed copy; it must end well."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pytest_on(folder: Path, *words: str) -> str:
    """Run tests of a changed copy; they may add rows to its verification book."""
    return within(
        folder, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--write-book", *words
    )


def assert_translates(folder: Path) -> None:
    """The compiled engine can be written from the kernel of a changed copy."""
    program = folder / "translated.py"
    program.write_text("from sim.model.compiled.build import source\n\nsource()\n")
    within(folder, "translated")


def simulated(folder: Path) -> dict[str, float]:
    """Means of a small run of the generalist in a changed copy."""
    within(
        folder,
        "sim",
        "run",
        "configs/article/generalist.yaml",
        "--scale",
        "0.02",
        "--replications",
        "2",
        "--workers",
        "1",
        "--formats",
        "none",
        "--quiet",
        "--out",
        "results",
    )
    with (folder / "results" / "summary.csv").open(encoding="utf-8") as file:
        return {row["kpi"]: float(row["mean"] or "nan") for row in csv.DictReader(file)}


@pytest.mark.parametrize("changed", ["A learning law"], indirect=True)
def test_a_learning_law(changed: Path) -> None:
    assert "4 passed" in pytest_on(changed, "tests/oracles/test_people.py", "-k", "hyperbolic")
    assert_translates(changed)


@pytest.mark.parametrize("changed", ["A defect category"], indirect=True)
def test_a_defect_category(changed: Path) -> None:
    means = simulated(changed)
    assert 0 < means["denials.category.COB"] < means["denials.category.REG"]
    assert_translates(changed)
    assert "4 passed" in pytest_on(changed, *EVERY_CENT)


@pytest.mark.parametrize("changed", ["A queue"], indirect=True)
def test_a_queue(changed: Path) -> None:
    assert simulated(changed)["work.wait_days.second_review"] > 0
    assert_translates(changed)
    for path in (changed / "configs").rglob("*.yaml"):  # every scenario with teams of its own
        text = path.read_text(encoding="utf-8")
        team = CLINICAL_TEAM.replace(", ", ", second_review, ")
        path.write_text(text.replace(CLINICAL_TEAM, team), encoding="utf-8")
    assert "4 passed" in pytest_on(changed, *EVERY_CENT)


@pytest.mark.parametrize("changed", ["A dated event"], indirect=True)
def test_a_dated_event(changed: Path) -> None:
    words = "tests/determinism/test_timeline.py", "-k", "query_answers"
    assert "1 passed" in pytest_on(changed, *words)
