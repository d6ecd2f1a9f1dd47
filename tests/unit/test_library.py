"""The public face: scenarios checked as files are, studies in memory, results as one table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.scenario.load import load as load_file
from sim.scenario.load import shipped_file

SMALL = {"scale": 0.005, "workers": 1, "progress": False}
RATE = "vendors.typical_generalist.turnover.annual_rate"


@pytest.fixture(scope="module")
def study() -> sim.Study:
    return sim.compare("typical_generalist", "typical_specialist", replications=2, **SMALL)


def test_a_name_a_file_and_a_mapping_are_the_same_scenario() -> None:
    file = shipped_file("typical_generalist.yaml")
    named, written = sim.load("typical_generalist"), sim.load(file)
    mapped = sim.load({"extends": "typical_generalist.yaml", "name": "typical_generalist"})
    assert named.model == written.model == mapped.model == load_file(file).scenario
    assert sim.load(named) is named


def test_set_gives_a_checked_copy() -> None:
    base = sim.load("typical_generalist")
    changed = base.set(RATE, 0.5).set(
        "timeline", [{"kind": "volume", "on": "2025-03-01", "factor": 2.0}], name="busy"
    )
    assert (base.get(RATE), changed.get(RATE)) == (0.39, 0.5)
    assert (changed.name, changed.called("other").name, base.name) == (
        "busy",
        "other",
        "typical_generalist",
    )
    assert changed.get("timeline.0.factor") == 2.0
    assert "annual_rate: 0.5  # --set" in changed.show()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: sim.load("typical_generalst"), 'did you mean "typical_generalist"'),
        (lambda: sim.load("x.yaml"), "there is no file"),
        (lambda: sim.load({"extends": "in_house.yaml", "hospitl": {}}), 'mean "hospital"'),
        (lambda: sim.load({"extends": ["none.yaml"]}), "none.yaml"),
        (lambda: sim.load("in_house").set("vendors.in_house.prize", 1), 'mean "price"'),
        (lambda: sim.load("in_house").set("hospital.scale", "big"), "hospital.scale"),
    ],
)
def test_what_cannot_be_used_is_said(wrong: object, said: str) -> None:
    with pytest.raises(sim.ScenarioError, match=said):
        wrong()  # type: ignore[operator]


def test_what_does_not_exist_is_said_with_the_nearest_name(study: sim.Study) -> None:
    with pytest.raises(KeyError, match="annual_rate"):
        sim.load("typical_generalist").get(RATE.replace("annual", "anual"))
    with pytest.raises(KeyError, match=r"denials\.initial_rate"):
        study.values("denials.inital_rate")
    with pytest.raises(KeyError, match=r"there is no money\.tcoo of .*money\.tco"):
        study.figure("money.tcoo", "typical_generalist")
    with pytest.raises(KeyError, match="people"):
        study.table("peple")
    with pytest.raises(KeyError, match="no monthly values"):
        study.plot("money.tco")
    with pytest.raises(AttributeError, match="no attribute"):
        _ = sim.optimise
    with pytest.raises(sim.StudyError, match=r"hospital\.scale is"):
        sim.compare("in_house", sim.load("in_house").set("hospital.scale", 0.5).called("b"))


def test_a_study_in_memory_says_what_its_tables_say(study: sim.Study) -> None:
    assert study.scenarios == ("typical_generalist", "typical_specialist")
    values = study.values("denials.initial_rate")
    generalist, specialist = study.scenarios
    told = study.figure("denials.initial_rate", specialist, against=generalist)
    one, other = (sum(values[name]) / 2 for name in study.scenarios)
    assert told.value == pytest.approx(other - one)
    columns, rows = study.table("people")
    assert columns[:4] == ("scenario", "replication", "week", "team")
    assert len(rows) == 2 * 2 * 78 * 5
    assert study.folder is None
    assert study.finding in repr(study)
    assert "<pre>" in study._repr_html_()


def test_a_figure_by_month_is_drawn(study: sim.Study) -> None:
    axes = study.plot("money.net_revenue_realisation").axes
    assert sum(len(each.lines) for each in axes) >= 2


def test_a_folder_holds_the_study_and_goes_on_from_there(tmp_path: Path) -> None:
    out = tmp_path / "study"
    first = sim.run("in_house", replications=1, out=out, **SMALL)
    again = sim.run("in_house", replications=2, out=out, **SMALL)
    assert (first.result.reused, again.result.reused) == (0, 1)
    assert {"results.csv", "kpis.csv", "manifest.json"} <= {p.name for p in out.iterdir()}
    back = sim.read(out)
    assert (back.finding, repr(back.figures)) == (again.finding, repr(again.figures))
    with pytest.raises(sim.StudyError, match="holds no finished study"):
        sim.read(tmp_path)


def test_a_sweep_is_every_combination_and_the_first_its_baseline() -> None:
    found = sim.sweep(
        "typical_generalist",
        {RATE: [0.1, 0.8], "people.speed_sigma": [0.0, 0.2]},
        replications=1,
        **SMALL,
    )
    assert found.scenarios == (
        "annual_rate=0.1, speed_sigma=0.0",
        "annual_rate=0.1, speed_sigma=0.2",
        "annual_rate=0.8, speed_sigma=0.0",
        "annual_rate=0.8, speed_sigma=0.2",
    )
    assert len(found.comparisons) > 3


def test_frames_need_pandas_and_say_so(study: sim.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        study.to_frame()


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = (
        "import sys, sim; print(sorted(m for m in sys.modules if m.startswith(('sim.', 'numpy'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['sim.version']"


def test_a_script_without_a_guard_is_told_what_to_do(tmp_path: Path) -> None:
    script = tmp_path / "study.py"
    script.write_text(
        "import sim\nsim.run('in_house', replications=2, scale=0.005, workers=2, progress=False)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'if __name__ == "__main__":' in done.stderr
