"""What is built works far from the repository: scenarios, templates and commit are inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sim
from sim import version

ROOT = Path(__file__).resolve().parents[2]


def done(folder: Path, *command: str, **more: str) -> str:
    """Run a command in a folder, and return what it printed."""
    environment = {**os.environ, **more}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked as an installation would."""
    folder = tmp_path_factory.mktemp("wheel")
    done(ROOT, sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_a_planner_needs_nothing_but_the_wheel(installed: Path, tmp_path: Path) -> None:
    here = {"PYTHONPATH": str(installed)}
    command = (sys.executable, "-m", "sim")
    assert done(
        tmp_path, sys.executable, "-c", "import sim; print(sim.__file__)", **here
    ).startswith(str(installed))
    done(tmp_path, *command, "init", "mine", **here)
    small = ("--scale", "0.01", "--replications", "2", "--workers", "1", "--out", "out")
    pair = ("mine/article/generalist.yaml", "mine/article/specialized.yaml")
    printed = done(tmp_path, *command, "compare", *pair, *small, **here)
    assert "Net value" in printed
    assert {"report.html", "workbook.xlsx", "deck.pptx"} <= {
        p.name for p in (tmp_path / "out").iterdir()
    }


def test_the_version_names_the_commit(installed: Path, tmp_path: Path) -> None:
    printed = done(tmp_path, sys.executable, "-m", "sim", "--version", PYTHONPATH=str(installed))
    assert printed.startswith(f"denialloop {sim.__version__}")
    if (ROOT / ".git").exists():
        head = done(ROOT, "git", "rev-parse", "--short=12", "HEAD").strip()
        assert printed == f"denialloop {sim.__version__} (commit {head})\n"


def test_without_a_clone_or_a_build_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "__file__", str(tmp_path / "sim" / "version.py"))
    assert version.commit() == ""


def test_a_clone_without_git_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(version, "__file__", str(tmp_path / "sim" / "version.py"))
    assert version.commit() == "", "an empty .git is no repository"
    monkeypatch.setenv("PATH", "")
    assert version.commit() == ""
