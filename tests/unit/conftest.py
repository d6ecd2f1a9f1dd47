"""Commands are tested without the seconds that drawing takes."""

import pytest

from sim.report import draw, files

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture(autouse=True)
def quickly_reported(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where commands are tested, pictures and reports are empty, unless a test asks for `drawn`."""
    if request.module.__name__.startswith("test_cli") and "drawn" not in request.fixturenames:
        monkeypatch.setattr(draw, "files", lambda *_: (SVG, b""))
        monkeypatch.setattr(files, "_made", lambda *_: b"")


@pytest.fixture
def drawn() -> None:
    """Ask for real pictures and reports."""
