"""What every test family shares: markers, the Hypothesis profile and the folder of real data."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]
MARKERS = ("slow: takes longer than ten seconds; leave out with -m 'not slow'",)

# A deadline would turn a busy machine into a failing test.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers that --strict-markers accepts; let Ctrl-C be tested."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A job started in the background ignores Ctrl-C, and so would every process it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real data sets, which are not part of the repository.

    It is named by the environment variable DENIALLOOP_DATA, else it is ``../shared/data`` beside
    the repository. Without it the tests that need real data are skipped.
    """
    default = REPOSITORY.parent / "shared" / "data"
    folder = Path(os.environ.get("DENIALLOOP_DATA") or default)
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: name the folder in DENIALLOOP_DATA")
    return folder
