"""`denialloop select`: the best is chosen, the hopeless dropped early; a stand-in simulates."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.cli import BAD_INPUT, FAILED, FINE, main
from sim.record.record import Outcome
from sim.report.select import finding
from sim.scenario.load import shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from sim.study import replicate
from sim.study.replicate import StudyResult
from sim.study.select import Chosen

CONFIGS = shipped_configs()
FILES = [str(shipped_file(f"{name}.yaml")) for name in ("generalist", "in_house", "specialized")]
MEANS = {"generalist": 0.0, "in_house": 95.0, "specialized": 100.0}
ASKED: list[tuple[str, int]] = []


def fake(scenario: Scenario, replication: int) -> Outcome:
    """Net value around its mean with luck of its own; denials the other way round."""
    ASKED.append((scenario.name, replication))
    rng = np.random.default_rng([11, replication, len(scenario.name)])
    value = MEANS[scenario.name] + float(rng.normal(0, 8.0))
    kpis = {"money.net_value_usd": value, "denials.initial_rate": -value}
    if replication == 7 and scenario.name == "in_house":
        kpis["audit.takeback"] = float("nan")
    else:
        kpis["audit.takeback"] = value
    return Outcome(kpis, {"monthly": {"x": [1]}})


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=fake))
    ASKED.clear()


def select(*words: str) -> int:
    return main(["select", *FILES, "--workers", "1", "--out", "s", *words])


def rows() -> dict[str, dict[str, str]]:
    text = Path("s/selection.csv").read_text(encoding="utf-8")
    return {row["scenario"]: row for row in csv.DictReader(text.splitlines())}


@pytest.mark.parametrize("kpi", ["money.net_value_usd", "denials.initial_rate"])
def test_the_best_is_chosen_and_who_is_behind_costs_no_more(
    kpi: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert select("--indifference", "3", "--kpi", kpi, "--replications", "400") == FINE
    said = capsys.readouterr().out
    assert "Specialized is the best by" in said
    assert "at least 95 %" in said
    found = rows()
    assert [name for name, row in found.items() if row["left"] == "yes"] == ["specialized"]
    assert int(found["generalist"]["replications"]) == 10
    assert int(found["in_house"]["replications"]) > 10
    assert sum(name == "generalist" for name, _ in ASKED) == 10
    assert len(ASKED) == len(set(ASKED))  # nothing runs twice


def test_where_the_budget_ends_first_a_subset_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert select("--indifference", "1", "--replications", "12") == FINE
    assert "not decided after 12 replications" in capsys.readouterr().out.lower()
    assert {name for name, row in rows().items() if row["left"] == "yes"} == {
        "in_house",
        "specialized",
    }


def test_a_second_start_finds_everything_there() -> None:
    assert select("--indifference", "3", "--replications", "400", "--quiet") == FINE
    first = Path("s/selection.csv").read_bytes()
    ASKED.clear()
    assert select("--indifference", "3", "--replications", "400", "--quiet") == FINE
    assert Path("s/selection.csv").read_bytes() == first
    assert ASKED == []


def test_without_a_value_nothing_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert select("--indifference", "3", "--kpi", "audit.takeback", "--quiet") == FAILED
    assert "replication 7 of 'in_house' has no value" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--indifference"),
        (("--indifference", "0"), "above 0"),
        (("--indifference", "1", "--precision", "2%"), "decides itself"),
        (("--indifference", "1", "--kpi", "people.headcount"), "better than another"),
        (("--indifference", "1", "--confidence", "2"), "not a share"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert select(*words) == BAD_INPUT
    assert said in capsys.readouterr().err
    assert not Path("s").exists()


def test_how_many_are_simulated_at_a_time_changes_nothing() -> None:
    from sim.scenario.load import load
    from sim.study.replicate import StudyResult
    from sim.study.select import select as choose
    from sim.study.select import tables

    scenes = [load(Path(file)).scenario for file in FILES]

    def made(some: Sequence[Scenario], replications: int) -> StudyResult:
        outcomes = {s.name: {r: fake(s, r) for r in range(replications)} for s in some}
        names = tuple(outcomes)
        return StudyResult(names, outcomes, 1, (), "", replications, 0, {}, "", {})

    found = [
        choose(
            scenes,
            made,
            kpi="money.net_value_usd",
            indifference=3.0,
            confidence=0.95,
            budget=400,
            batch=batch,
        )
        for batch in (1, 2, 7, 64)
    ]
    said = [tables(chosen)["selection.csv"][1] for chosen in found]
    assert all(rows == said[0] for rows in said)
    kept = [{name: list(by) for name, by in c.result.outcomes.items()} for c in found]
    assert all(rows == kept[0] for rows in kept)


def test_who_is_left_and_always_equal_is_not_called_undecided() -> None:
    outcomes = {
        name: {r: Outcome({"money.net_value_usd": float(r)}, {}) for r in range(12)}
        for name in ("a", "b")
    }
    result = StudyResult(("a", "b"), outcomes, 1, (), "", 12, 0, {}, "")
    chosen = Chosen("money.net_value_usd", 1.0, 0.95, ("a", "b"), 12, result)
    assert finding(chosen) == (
        "A and b are the best by net value and come out the same in every replication"
    )
    outcomes["b"][3].kpis["money.net_value_usd"] += 1.0
    assert finding(chosen).startswith("Not decided after 12 replications")
