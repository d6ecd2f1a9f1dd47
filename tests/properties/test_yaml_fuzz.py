"""Whatever a file holds, loading it ends in a scenario or in a `ScenarioError` with a place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioError
from sim.scenario.load import load, shipped_configs, shipped_file, show

CONFIGS = shipped_configs()
TEXT = "\n".join(
    line
    for line in (shipped_file("generalist.yaml")).read_text(encoding="utf-8").splitlines()
    if not line.startswith("extends:")
)
EXTENDS = f"extends: [{CONFIGS / 'base.yaml'}, {CONFIGS / 'vendors' / 'generalist.yaml'}]\n"
TOKENS = (
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "- ",
        ",",
        "#",
        "&a ",
        "*a",
        "<<: ",
        "!replace ",
        "!!str ",
        "|",
    ),
    *("'", '"', "\\", "\t", "\n", "\r", " ", "---", "...", "%", "@", "`", "?", "~", "\x00", "\x85"),
    *("012", "1e999", ".nan", "-1", "1.5", "no", "true", "null", "9" * 30, "8:30", "2026-02-30"),
    *("name: x", "extends: self.yaml", "extends: 3", "teams: {a: 1}", "é", "\u2028", "\U0001f600"),
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def ends_well(path: Path, *overrides: str) -> None:
    """The property: success, or problems that each name a place and print on few lines."""
    refused: ScenarioError | None = None
    try:
        loaded = load(path, overrides)
    except ScenarioError as error:
        refused = error
    if refused is None:
        assert show(loaded)
    else:
        assert refused.problems
        assert all(problem.file and problem.message for problem in refused.problems)
        assert len(str(refused).splitlines()) <= 61


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The text of a scenario with a few pieces cut out, doubled or replaced by YAML's own words."""
    text = EXTENDS + TEXT
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        put = draw(st.sampled_from(TOKENS) | st.just(text[start:end] * 2))
        text = text[:start] + put + text[end:]
    return text


@given(mutations())
@settings(max_examples=200)
def test_a_mutated_scenario_never_crashes(folder: Path, text: str) -> None:
    path = folder / "self.yaml"
    path.write_bytes(text.encode())
    ends_well(path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200)
def test_any_bytes_never_crash(folder: Path, content: bytes) -> None:
    path = folder / "self.yaml"
    path.write_bytes(content)
    ends_well(path)


@given(
    st.sampled_from(
        ("", "teams.ar.headcount", "vendors.0.quality.catch_share", "shocks", "a.b", "start")
    )
    | st.text(max_size=20),
    st.sampled_from(TOKENS) | st.text(max_size=20),
)
@settings(max_examples=200)
def test_any_override_never_crashes(path: str, value: str) -> None:
    ends_well(shipped_file("generalist.yaml"), f"{path}={value}")
