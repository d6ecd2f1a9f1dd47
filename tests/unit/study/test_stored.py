"""A study read back from its folder is the study; what is no finished study is refused."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.study import StudyError, stored
from sim.study.compare import compare
from sim.study.replicate import StudyResult, run_study
from sim.study.stored import read_study
from sim.study.tables import write_study
from tests.unit.study.toy import Toy, simulate

COMMAND = ["denialloop", "compare", "/home/someone/a b.yaml", "b.yaml"]


@pytest.fixture
def study(tmp_path: Path) -> StudyResult:
    """Of two scenarios, one of which fails once, in the folder `tmp_path`."""
    scenarios = [Toy(name="base"), Toy(name="better", effect=0.1, fails_at=(2,))]
    result = run_study(scenarios, tmp_path, replications=4, workers=1, simulate=simulate)
    write_study(result, tmp_path, command=COMMAND, comparisons=compare(result))
    return result


def test_it_is_the_same_study(study: StudyResult, tmp_path: Path) -> None:
    again = read_study(tmp_path)
    [failure] = again.failures
    assert (failure.scenario, failure.replication) == ("better", 2)
    same = replace(again, failures=study.failures, reused=study.reused)
    assert repr(same) == repr(study)  # nan is not equal to itself
    assert repr(compare(again)) == repr(compare(study))
    assert again.reused == 7


def test_scenarios_are_kept_without_folders(study: StudyResult, tmp_path: Path) -> None:
    text = (tmp_path / "scenarios.json").read_text("utf-8")
    assert json.loads(text) == study.scenarios
    assert list(study.scenarios) == ["base", "better"]
    assert "/" not in text


def edit(path: Path, change: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def forget(folder: Path) -> None:
    with sqlite3.connect(folder / "ledger.sqlite") as database:
        database.execute("DELETE FROM replications WHERE replication = 1")
    database.close()


AGAIN = "run it again: denialloop compare 'a b.yaml' b.yaml"
BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda f: (f / "manifest.json").unlink(), "no finished study (no manifest"),
    "no ledger": (lambda f: (f / "ledger.sqlite").unlink(), "no finished study (no ledger"),
    "no JSON": (lambda f: (f / "manifest.json").write_text("{"), "manifest.json: cannot be read"),
    "a list": (lambda f: (f / "manifest.json").write_text("[]"), "is not a manifest of a study"),
    "no scenarios": (
        lambda f: (f / "scenarios.json").unlink(),
        f"`compare` write, is missing; {AGAIN}",
    ),
    "other scenarios": (
        lambda f: edit(f / "scenarios.json", lambda said: said["base"].update(effect=9)),
        f"is not what was simulated; {AGAIN}",
    ),
    "lost replication": (forget, f"replications of 'base' are missing from ledger.sqlite; {AGAIN}"),
}


@pytest.mark.parametrize(("broken", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_finished_study_is_refused(
    study: StudyResult, tmp_path: Path, broken: Callable[[Path], object], said: str
) -> None:
    broken(tmp_path)
    with pytest.raises(StudyError) as error:
        read_study(tmp_path)
    assert error.value.exit_code == 2
    assert said in str(error.value)


def test_results_of_another_model_are_refused(
    study: StudyResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "code_hash", lambda: "another")
    with pytest.raises(StudyError, match="the model has changed since this study was run") as error:
        read_study(tmp_path)
    assert AGAIN in str(error.value)
