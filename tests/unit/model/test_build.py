"""The compiled engine's file: found, made, shared, kept apart by code, and done without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.model import engines
from sim.model.compiled import build

ROOT = Path(__file__).resolve().parents[3]
RUN = """
import sys
from sim.model import engines
from sim.model.simulation import run
from tests.digests import digests
from tests.scenarios import scenario
print(engines.choose(), digests(run(scenario(days=60, first=5, last=20), 0)))
"""
needs_compiler = pytest.mark.skipif(
    engines.choose().name != engines.COMPILED, reason="no compiled engine here"
)


def in_process(more: dict[str, str], program: str = RUN) -> subprocess.CompletedProcess[str]:
    """A run in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **more},
        check=False,
    )


def well(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_compiler
def test_it_is_compiled_once_and_says_so(tmp_path: Path) -> None:
    cache = {build.CACHE_VARIABLE: str(tmp_path / "deep" / "cache")}
    first, second = in_process(cache), in_process(cache)
    assert "Compiling the simulation engine" in first.stderr
    assert "Compiling" not in second.stderr
    assert well(first) == well(second)
    assert [p.suffix for p in (tmp_path / "deep" / "cache").iterdir()] == [".so"]


@needs_compiler
def test_processes_that_compile_at_once_do_no_harm(tmp_path: Path) -> None:
    environment = {**os.environ, build.CACHE_VARIABLE: str(tmp_path)}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", RUN],
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    printed = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0, 0]
    assert len(set(printed)) == 1
    assert len(list(tmp_path.iterdir())) == 1, "nothing half-made is left"


@needs_compiler
def test_a_cache_that_cannot_be_written_costs_a_compilation(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    done = in_process({build.CACHE_VARIABLE: str(blocked)})
    assert "compiled" in well(done)
    assert "cannot be written" in done.stderr
    assert blocked.read_text() == "not a folder"


def test_changed_code_is_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build._key()
    changed = tmp_path / "model"
    changed.mkdir()
    for path in build.MODEL.rglob("*.py"):
        (changed / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(build, "MODEL", changed)
    assert build._key() != before
    again = build._key()
    (changed / "rules.py").write_text((changed / "rules.py").read_text() + "\n")
    assert build._key() != again


def test_other_flags_are_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    before = build._key()
    monkeypatch.setattr(build, "FLAGS", (*build.FLAGS, "-O0"))
    assert build._key() != before


def test_without_a_compiler_everything_works_with_simpy(tmp_path: Path) -> None:
    bare = {build.CACHE_VARIABLE: str(tmp_path), "PATH": str(tmp_path), "CC": ""}
    done = in_process(bare)
    printed = well(done)
    assert "Choice(name='simpy', why_not='no C compiler found (tried cc, gcc, clang)')" in printed
    if engines.choose().name == engines.COMPILED:
        assert printed.split("{")[1] == well(in_process({})).split("{")[1]


def test_a_compiler_may_be_named_with_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "my-cc"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    monkeypatch.setenv("CC", f"{named} -m64 -pipe")
    assert build.compiler() == [str(named), "-m64", "-pipe"]


def test_a_compiler_that_fails_is_quoted(tmp_path: Path) -> None:
    broken = tmp_path / "broken-cc"
    broken.write_text("#!/bin/sh\necho 'no licence' >&2\nexit 3\n")
    broken.chmod(0o755)
    cache = tmp_path / "cache"
    done = in_process({build.CACHE_VARIABLE: str(cache), "CC": str(broken)})
    assert "could not compile the engine: no licence" in well(done)
    assert not list(cache.iterdir())


def test_what_was_asked_for_and_cannot_be_had_is_an_error(tmp_path: Path) -> None:
    bare = {build.CACHE_VARIABLE: str(tmp_path), "PATH": str(tmp_path), "CC": ""}
    asking = "from sim.model import engines; engines.choose('compiled')"
    done = in_process(bare, asking)
    assert done.returncode == 1
    assert "UnavailableError: no C compiler found" in done.stderr


def test_the_cache_lies_where_users_expect_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(build.CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.setattr(sys, "platform", "linux")
    assert build.cache_folder() == Path("/somewhere/denialloop")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert build.cache_folder() == Path("/local/denialloop")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert build.cache_folder().parts[-3:] == ("Library", "Caches", "denialloop")


def test_c_and_python_lay_rows_out_alike() -> None:
    if engines.choose().name == engines.COMPILED:
        from sim.model.compiled import engine

        sizes = build.expected_sizes()
        assert [engine.library().engine_sizes(i) for i in range(len(sizes))] == sizes
