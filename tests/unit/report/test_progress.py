"""Progress on standard error: a line for every tenth, a bar on a terminal, nothing if quiet."""

import io
import re

import pytest

from sim.report.progress import shown_progress
from sim.study.replicate import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_for_every_tenth_with_the_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress(quiet=False) as tell:
        for done in range(101):
            tell(Progress(done, 100, None if done == 0 else 61.0 * (100 - done)))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[:2] == [
        "10 of 100 replications, 1 h 31 min left",
        "20 of 100 replications, 1 h 21 min left",
    ]
    assert err.splitlines()[-1] == "100 of 100 replications"
    assert len(err.splitlines()) == 10


def test_more_replications_than_planned_at_first(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress(quiet=False) as tell:
        for done, total in ((10, 10), (10, 20), (11, 20), (20, 20)):
            tell(Progress(done, total, 1.0))
    assert [line.partition(" rep")[0] for line in capsys.readouterr().err.splitlines()] == [
        "10 of 10",
        "20 of 20",
    ]


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with shown_progress(quiet=False) as tell:
        tell(Progress(3, 12, 90.0))
    said = re.sub(r"\x1b\[[0-9;?]*\w", "", terminal.getvalue())
    assert "3/12 replications, 1 min 30 s left" in said


def test_charts_are_counted_like_replications(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress(quiet=False, what="charts") as tell:
        for done in range(1, 4):
            tell(Progress(done, 3, None))
    assert capsys.readouterr().err.splitlines() == [f"{n} of 3 charts" for n in (1, 2, 3)]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress(quiet=True) as tell:
        tell(Progress(10, 10, None))
    assert capsys.readouterr() == ("", "")
