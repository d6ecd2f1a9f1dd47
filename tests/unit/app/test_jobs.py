"""Commands beside the page: how far they are, how they end, and that they can be stopped."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.app import jobs
from sim.scenario.layers import shipped_file

GENERALIST = str(shipped_file("generalist.yaml"))
SHORT = ("horizon_days=150", "kpi_from_days=30", "kpi_until_days=30", "hospital.scale=0.004")
RUN = ["run", GENERALIST, "--workers", "1", "--formats", "none"]
RUN += [word for setting in SHORT for word in ("--set", setting)]


@pytest.fixture(autouse=True)
def none_goes_on(tmp_path: Path) -> Iterator[None]:
    """A test that fails leaves no command behind."""
    yield
    jobs.cancel(tmp_path, at_once=True)


def ended(folder: Path, seconds: float = 60.0) -> jobs.State:
    """The state of a command when it has ended."""
    until = time.monotonic() + seconds
    while (state := jobs.state(folder)).word == "running" and time.monotonic() < until:
        time.sleep(0.05)
    return state


def test_a_command_that_is_fine_leaves_its_study(tmp_path: Path) -> None:
    assert jobs.state(tmp_path).word == "none"
    jobs.start(tmp_path, [*RUN, "--replications", "2", "--out", str(tmp_path / "out")])
    assert ended(tmp_path).word == "fine"
    assert (tmp_path / "out" / "answer.json").exists()
    assert "net value" in (tmp_path / jobs.SAID).read_text()


def test_a_command_that_is_refused_says_why(tmp_path: Path) -> None:
    jobs.start(tmp_path, ["run", str(tmp_path / "nothing.yaml")])
    state = ended(tmp_path)
    assert state.word == "failed"
    assert "nothing.yaml" in state.message
    assert "Traceback" not in state.message


def test_a_command_that_is_cancelled_keeps_what_it_has_finished(tmp_path: Path) -> None:
    out = tmp_path / "out"
    jobs.start(tmp_path, [*RUN, "--replications", "300", "--out", str(out)])
    until = time.monotonic() + 60
    while not jobs.state(tmp_path).done and time.monotonic() < until:
        time.sleep(0.05)
    state = jobs.state(tmp_path)
    assert (state.word, state.total, state.what) == ("running", 300, "replications")
    jobs.cancel(tmp_path)
    assert jobs.state(tmp_path).word == "stopped"
    assert "the same command goes on there" in jobs.state(tmp_path).message
    jobs.cancel(tmp_path)  # there is nothing to cancel any more


def test_the_next_command_takes_the_place_of_one_that_runs(tmp_path: Path) -> None:
    words = [*RUN, "--out", str(tmp_path / "out")]
    jobs.start(tmp_path, [*words, "--replications", "300"])
    first = json.loads((tmp_path / jobs.STARTED).read_text())["process"]
    jobs.start(tmp_path, [*words, "--replications", "2"], at_once=True)
    assert ended(tmp_path).word == "fine"
    assert not jobs._lives(first)


def test_a_command_that_somebody_killed_is_told_as_that(tmp_path: Path) -> None:
    jobs.start(tmp_path, [*RUN, "--replications", "300", "--out", str(tmp_path / "out")])
    os.kill(json.loads((tmp_path / jobs.STARTED).read_text())["process"], 9)
    state = ended(tmp_path)
    assert state.word == "failed"
    assert "from outside" in state.message
