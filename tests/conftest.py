"""What every test family shares: markers, Hypothesis profile, real data, the verification book."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.book import PAGE, PROPERTY, Book, Row, render

REPOSITORY = Path(__file__).resolve().parents[1]
SLOW = Path(__file__).with_name("slow.txt")
"""Tests of tests/unit that `make quick` leaves out, a line each; parameters are not told apart."""
QUICK_SECONDS = 0.2
MARKERS = ("slow: takes longer than ten seconds; leave out with -m 'not slow'",)

# A deadline would turn a busy machine into a failing test.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers that --strict-markers accepts; let Ctrl-C be tested."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("--write-book") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(BookWriter())
    if config.getoption("--write-slow") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SlowWriter())
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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make verify` ask for the verification book, and `make quick` for quick tests."""
    parser.addoption("--write-book", action="store_true", help=f"write docs/{PAGE.name}")
    parser.addoption("--quick", action="store_true", help=f"leave out what {SLOW.name} names")
    parser.addoption("--write-slow", action="store_true", help=f"write tests/{SLOW.name}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out where only quick ones are asked for."""
    if config.getoption("--quick"):
        slow = set(SLOW.read_text(encoding="utf-8").splitlines())
        left_out = [item for item in items if whole_test(item.nodeid) in slow]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if whole_test(item.nodeid) not in slow]


def whole_test(name: str) -> str:
    """The name of a test without its parameters."""
    return name.partition("[")[0]


@pytest.fixture
def book(request: pytest.FixtureRequest) -> Book:
    """Takes down what the test compares with theory."""
    return Book(request.node, request.config.getoption("--write-book"))


class BookWriter:
    """Gathers the rows of all tests, wherever they ran, and writes the page if none failed."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the rows of a test that has passed."""
        if report.when == "call" and report.passed:
            mine = [Row(**row) for name, row in report.user_properties if name == PROPERTY]
            self.rows[report.nodeid] = mine

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the page; its order is that of the tests' names, whoever ran first."""
        if exitstatus == 0:
            rows = [row for test in sorted(self.rows) for row in self.rows[test]]
            PAGE.write_text(render(rows), encoding="utf-8")


class SlowWriter:
    """Writes down the tests that took long, set-up included."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a part of a test took."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def pytest_sessionfinish(self) -> None:
        """Write the names in their order."""
        slow = {whole_test(name) for name, took in self.seconds.items() if took > QUICK_SECONDS}
        SLOW.write_text("".join(f"{name}\n" for name in sorted(slow)), encoding="utf-8")
