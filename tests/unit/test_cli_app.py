"""`denialloop app`: what it refuses before it serves anything."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, main
from sim.commands import app


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["app", "--no-browser", *words]) == BAD_INPUT
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def test_without_streamlit_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "find_spec", lambda _: None)
    assert "pip install 'denialloop[app]'" in refused(capsys)


def test_a_scenario_or_port_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(app, "find_spec", lambda _: True)
    assert 'did you mean "typical_generalist"' in refused(capsys, "typical_generalst.yaml")
    assert "allowed is 1 to 65535" in refused(capsys, "--port", "0")
    with socket.socket() as taken:
        taken.bind((app.HERE, 0))
        taken.listen()
        assert "is in use" in refused(capsys, "--port", str(taken.getsockname()[1]))
    assert not list(tmp_path.iterdir())


def test_it_serves_this_machine_and_tells_nobody() -> None:
    assert app.SERVER["server.address"] == "127.0.0.1"
    assert app.SERVER["browser.gatherUsageStats"] == "false"
