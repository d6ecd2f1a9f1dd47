"""Whatever surrounds a command, it ends in its result or in one line; never in a traceback."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import FAILED, FINE, main
from sim.commands import study
from sim.scenario.load import shipped_file

GENERALIST = str(shipped_file("generalist.yaml"))
SHORT = ["horizon_days=150", "kpi_from_days=30", "kpi_until_days=30"]
SMALL = ["--scale", "0.004", "--replications", "1", "--workers", "1"]
SMALL += [word for setting in SHORT for word in ("--set", setting)]
DRAWN = ["sweep", GENERALIST, *SMALL, "--vary", "teams.ar.headcount=5,10", "--out", "o"]
"""Draws one chart."""
TABLES = ["run", GENERALIST, *SMALL, "--formats", "none", "--out", "o"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def plain_chart(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A chart as it is drawn where nobody has set anything."""
    folder = tmp_path_factory.mktemp("plain")
    assert outside([*DRAWN[:-1], str(folder / "o")]).returncode == FINE
    return chart(folder)


def chart(folder: Path) -> bytes:
    """The only chart of a study in a folder."""
    [drawn] = (folder / "o" / "charts").glob("*.svg")
    return drawn.read_bytes()


def outside(
    words: list[str], redirected: str = "", **environment: str | None
) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own; a variable that is None is left out."""
    kept = {**os.environ, **environment}
    line = shlex.join([sys.executable, "-m", "sim", *words])
    return subprocess.run(
        ["bash", "-c", f"{line} {redirected}"],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        env={name: value for name, value in kept.items() if value is not None},
    )


@pytest.mark.parametrize(
    "settings",
    ["text.usetex: True\nfont.family: NoSuchFont\nbackend: TkAgg\n", "nonsense: 1\n", "a: \xff\n"],
    ids=["TeX and a missing font", "a key that is none", "another encoding"],
)
def test_settings_of_matplotlib_change_no_picture(
    here: Path, plain_chart: bytes, settings: str
) -> None:
    (here / "mpl").mkdir()
    (here / "mpl" / "matplotlibrc").write_bytes(settings.encode("latin-1"))
    done = outside(DRAWN, MPLCONFIGDIR=str(here / "mpl"), MPLBACKEND="module://nobody.has.it")
    assert (done.returncode, "Traceback" in done.stderr) == (FINE, False), done.stderr
    assert chart(here) == plain_chart


def test_settings_of_matplotlib_in_the_current_folder_that_nobody_can_read(here: Path) -> None:
    (here / "matplotlibrc").write_bytes(b"a: \xff\n")
    done = outside(DRAWN)
    assert done.returncode == FAILED
    assert f"{here / 'matplotlibrc'}: matplotlib cannot read it" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("redirected", "code"),
    [
        (">&-", FINE),
        ("2>&-", FINE),
        (">&- 2>&- <&-", FINE),
        ("2>/dev/full", FINE),
        (">/dev/full", FAILED),
    ],
)
def test_streams_that_are_closed_or_full(here: Path, redirected: str, code: int) -> None:
    done = outside(TABLES, redirected)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code == FAILED:
        *_, last = done.stderr.splitlines()
        assert last == "standard output: No space left on device"
    assert (here / "o" / "summary.csv").exists()


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": None},
        {"HOME": "/proc/nobody", "XDG_CACHE_HOME": "/proc/nobody", "DENIALLOOP_CACHE": None},
        {"XDG_CACHE_HOME": "relative"},
        {"TMPDIR": "/nowhere"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONWARNINGS": "error"},
        {"TERM": "dumb", "COLUMNS": "20"},
        {"COLUMNS": "x", "LINES": "0"},
        {"PYTHONOPTIMIZE": "2"},
    ],
    ids=lambda environment: " ".join(environment),
)
def test_variables_that_are_missing_or_odd(here: Path, environment: dict[str, str | None]) -> None:
    done = outside(TABLES, **environment)
    assert done.returncode == FINE, done.stderr
    assert "Traceback" not in done.stderr
    assert "net value" in done.stdout
    assert not (here / "relative").exists()


def test_names_that_are_not_utf_8(here: Path) -> None:
    name = os.fsdecode(b"b\xff.yaml")
    Path(name).write_text(f"extends: {GENERALIST}\nname: plain\n", encoding="utf-8")
    tables = ["--formats", "none", "--out", os.fsdecode(b"o\xff")]
    done = outside(["compare", GENERALIST, name, *SMALL, *tables])
    assert done.returncode == FINE, done.stderr
    assert {b"o\xff"} < set(os.listdir(os.fsencode(here)))
    done = outside(["report", os.fsdecode(b"o\xff")])
    assert done.returncode == FINE, done.stderr
    done = outside(["validate", name, os.fsdecode(b"none\xff"), "--json"])
    assert "Traceback" not in done.stderr
    done = outside(["show", GENERALIST, "--set", os.fsdecode(b"name=a\xff")])
    assert done.returncode == 2
    assert "this is not UTF-8 text" in done.stderr


def test_a_locale_without_letters_reads_and_writes_all_letters(here: Path) -> None:
    """The locale gives bytes that it does not know; they are those of UTF-8."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = outside([*TABLES, "--set", "name=Größe"], **ascii_only)
    assert done.returncode == FINE, done.stderr
    assert "Größe" in (here / "o" / "summary.csv").read_text(encoding="utf-8")


def test_what_nobody_foresaw_is_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise LookupError("no\nidea")

    monkeypatch.setattr(study, "load_all", fail)
    assert main(["run", GENERALIST]) == FAILED
    said = capsys.readouterr().err
    assert said == (
        "a fault of the program: LookupError: no idea; DENIALLOOP_TRACEBACK=1 shows where\n"
    )
    monkeypatch.setenv("DENIALLOOP_TRACEBACK", "1")
    with pytest.raises(LookupError):
        main(["run", GENERALIST])
