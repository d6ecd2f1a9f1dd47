"""`--engine`: chosen by name, named in the manifest, and of no consequence for results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.model import engines
from sim.model.compiled import build, engine
from sim.scenario.load import shipped_file

GENERALIST = str(shipped_file("generalist.yaml"))
SMALL = (
    "--scale",
    "0.01",
    "--set",
    "horizon_days=150",
    "--set",
    "kpi_from_days=20",
    "--set",
    "kpi_until_days=60",
    "--formats",
    "none",
    "--quiet",
)
compiled_only = pytest.mark.skipif(
    engines.choose().name != engines.COMPILED, reason="no compiled engine here"
)


def ran(folder: Path, *more: str, replications: int = 2) -> int:
    return main(
        [
            "run",
            GENERALIST,
            *SMALL,
            "--replications",
            str(replications),
            "--out",
            str(folder),
            *more,
        ]
    )


def manifest(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


@pytest.fixture
def without_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without compiler, in a process that has not looked for one yet."""
    monkeypatch.setattr(engine, "_loaded", [])
    monkeypatch.setenv(build.CACHE_VARIABLE, str(tmp_path / "empty"))
    monkeypatch.setenv("CC", "no-such-compiler")


@compiled_only
def test_tables_do_not_depend_on_the_engine_nor_on_workers(tmp_path: Path) -> None:
    ways = {
        "compiled": ("--engine", "compiled", "--workers", "1"),
        "simpy": ("--engine", "simpy", "--workers", "1"),
        "two": ("--workers", "2"),
    }
    for name, words in ways.items():
        assert ran(tmp_path / name, *words) == 0
    tables = [{p.name: p.read_bytes() for p in (tmp_path / name).glob("*.csv")} for name in ways]
    assert tables[0] == tables[1] == tables[2]
    assert len(tables[0]) > 5
    assert [manifest(tmp_path / name)["engine"] for name in ways] == [
        "compiled",
        "simpy",
        "compiled",
    ]


@compiled_only
def test_a_study_goes_on_with_another_engine(tmp_path: Path) -> None:
    assert ran(tmp_path, "--engine", "simpy", "--workers", "1") == 0
    assert ran(tmp_path, "--engine", "compiled", "--workers", "1", replications=3) == 0
    assert manifest(tmp_path)["engine"] == "compiled"
    assert manifest(tmp_path)["replications"] == 3


def test_what_simulated_nothing_keeps_the_engine_s_name(tmp_path: Path) -> None:
    assert ran(tmp_path, "--engine", "simpy", "--workers", "1") == 0
    assert ran(tmp_path, "--workers", "1") == 0
    assert manifest(tmp_path)["engine"] == "simpy"
    (tmp_path / "manifest.json").write_text("no JSON")
    assert ran(tmp_path, "--workers", "1") == 0
    assert manifest(tmp_path)["engine"] == ""


@pytest.mark.usefixtures("without_compiler")
def test_without_a_compiler_the_manifest_says_why(tmp_path: Path) -> None:
    assert ran(tmp_path / "out", "--workers", "1") == 0
    assert manifest(tmp_path / "out")["engine"] == (
        "simpy (no C compiler found (tried no-such-compiler))"
    )


@pytest.mark.usefixtures("without_compiler")
def test_an_engine_that_cannot_be_had_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(tmp_path / "out", "--engine", "compiled") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "--engine compiled: no C compiler found (tried no-such-compiler); "
        "--engine simpy works everywhere\n"
    )
    assert not (tmp_path / "out").exists()


def test_an_unknown_engine_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert ran(tmp_path / "out", "--engine", "fast") == 2
    assert "choose from 'auto', 'compiled', 'simpy'" in capsys.readouterr().err.replace(
        "auto, compiled, simpy", "'auto', 'compiled', 'simpy'"
    )
    assert not (tmp_path / "out").exists()
