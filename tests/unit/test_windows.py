"""What only POSIX has is not needed: a study runs where it is missing, as on Windows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.model.compiled import build
from sim.scenario.load import shipped_configs, shipped_file

CONFIGS = shipped_configs()
WITHOUT_POSIX = f"""
import os, signal, sys
for module in ("fcntl", "grp", "pwd", "readline", "resource", "syslog", "termios", "tty"):
    sys.modules[module] = None  # to import it is an error from now on
for place, names in (
    (os, "fork forkpty getuid geteuid getgid setsid getpgid kill register_at_fork nice wait3"),
    (signal, "pthread_sigmask SIGHUP SIGKILL SIGALRM SIGUSR1 SIGUSR2 SIGPIPE alarm sigwait pause"),
):
    for name in names.split():
        delattr(place, name)

if __name__ == "__main__":  # the workers, too, come by here first
    from sim.cli import main
    files = [r"{shipped_file("generalist.yaml")}", r"{shipped_file("specialized.yaml")}"]
    small = ["--scale", "0.004", "--replications", "2", "--workers", "2", "--out", "o"]
    sys.exit(main(["compare", *files, *small, "--formats", "none"]) or main(["report", "o"]))
"""


def test_a_study_from_end_to_end_without_anything_of_posix(tmp_path: Path) -> None:
    script = tmp_path / "study.py"
    script.write_text(WITHOUT_POSIX, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CONFIGS.parent)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    made = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"report.html", "workbook.xlsx", "deck.pptx", "comparison.csv"} <= made


def test_compiled_code_is_kept_where_windows_keeps_such_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(build.CACHE_VARIABLE, raising=False)
    monkeypatch.setattr(build.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert build.cache_folder() == tmp_path / "denialloop"
    monkeypatch.delenv("LOCALAPPDATA")
    assert build.cache_folder() == Path.home() / "denialloop"


def test_a_user_without_a_home_has_no_place_for_compiled_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in (build.CACHE_VARIABLE, "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(build.Path, "home", nobody)
    with pytest.raises(build.UnavailableError, match="no home folder to keep it in"):
        build.cache_folder()
