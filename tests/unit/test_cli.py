"""The command line: what is obeyed, what is refused and how, what is printed and written."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sim.cli import BAD_INPUT, COMMANDS, FAILED, FINE, INTERRUPTED, main
from sim.model.simulation import run
from sim.options import kpi_names
from sim.record.kpis import outcome
from sim.record.record import Outcome
from sim.report import files
from sim.report.kept import Kept
from sim.scenario.load import shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from sim.study import Interrupted, replicate
from sim.version import __version__
from tests.whole import everything as everything_modelled

CONFIGS = shipped_configs()
TABLES = ("monthly", "agents", "queues")
GENERALIST = str(shipped_file("generalist.yaml"))
SPECIALIZED = str(shipped_file("specialized.yaml"))
BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def fake(scenario: Scenario, replication: int) -> Outcome:
    """An outcome at once: denials fall with the scale of the hospital, replication 3 fails."""
    if replication == 3 and scenario.seed == 13:
        raise ValueError("no luck")
    rate = 0.1 / scenario.hospital.scale + (replication % 3) / 1000
    kpis = {"denials.initial_rate": rate, "money.tco": 1e6 * rate, "people.turnover": math.nan}
    return Outcome(kpis, {table: {"x": [1]} for table in TABLES})


@pytest.fixture
def fakes(here: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Studies without a model and reports, and the folders where charts would have been drawn."""
    drawn: list[Path] = []

    def write_pictures(kept: Kept, _: object) -> None:
        drawn.append(kept.folder / "charts")

    run_study = partial(replicate.run_study, simulate=fake)
    monkeypatch.setattr(replicate, "run_study", run_study)
    monkeypatch.setattr(files, "write_pictures", write_pictures)
    monkeypatch.setattr(files, "write_reports", lambda *_: [])
    return drawn


def outside(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *words],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def study(*words: str) -> int:
    return main([*words, "--workers", "1"])


# --- help and options -----------------------------------------------------------------------------


def test_alone_it_says_what_to_type_first(capsys: Capture) -> None:
    assert main([]) == FINE
    assert "denialloop init my-scenarios" in capsys.readouterr().out


def test_version_and_help(capsys: Capture) -> None:
    for words, said in (
        (["--version"], __version__),
        (["--help"], "compare"),
        (["run", "-h"], "--out"),
    ):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == FINE
        assert said in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_imports_nothing_heavy(command: str) -> None:
    script = (
        "import sys\nfrom sim.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "heavy = 'numpy scipy pydantic matplotlib rich yaml simpy holidays jinja2'\\\n"
        "' xlsxwriter pptx'.split()\n"
        "sys.exit(' '.join(name for name in heavy if name in sys.modules) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, command, "--help"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: denialloop {command}" in done.stdout


LOADED = (
    "import sys\nheavy = 'scipy matplotlib pptx xlsxwriter jinja2 PIL SALib'.split()\n{}\n"
    "sys.exit(' '.join(name for name in heavy if name in sys.modules) or None)"
)


def test_a_worker_imports_no_more_than_the_model() -> None:
    script = LOADED.format(
        "import sim.cli, sim.study.replicate, sim.model.simulation\nheavy += "
        "['yaml', 'rich', 'sim.report']"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["compare", "matrix", "rfp"])
def test_nothing_heavy_is_imported_before_the_simulation(here: Path, command: str) -> None:
    files = [] if command == "matrix" else [GENERALIST, SPECIALIZED]
    script = LOADED.format(
        "from sim.cli import main\nfrom sim.study import Interrupted, replicate\n"
        "def stop(*_, **__): raise Interrupted(0, 1)\n"
        "replicate.run_study = stop\nassert main(sys.argv[1:]) == 130"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, command, *files], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rnu x", 'unknown command rnu; did you mean "run"?'),
        ("cmp a b", 'did you mean "compare"?'),
        ("xyzzy", "commands: run, compare"),
        ("--verson", 'unknown option --verson; did you mean "--version"?'),
        ("run x --repz 5", 'run: unknown option --repz; did you mean "--replications"?'),
        ("run --repz 5 x", 'did you mean "--replications"?'),
        ("run x --outt=y", 'did you mean "--out"?'),
        ("compare x", "at least two scenarios"),
        ("run", "the following arguments are required: SCENARIO"),
        ("run x y", "unrecognized arguments: y"),
        ("run x --replications 0", "'0' is not a whole number from 1 to 100000"),
        ("run x --replications -3", "'-3' is not a whole number"),
        ("run x --replications 2.5", "'2.5' is not a whole number"),
        ("run x --workers 0", "'0' is not a whole number from 1 to 256"),
        ("run x --scale 0", "'0' is not a number from 0.0001 to 20"),
        ("run x --scale 21", "'21' is not a number from 0.0001 to 20"),
        ("run x --scale nan", "'nan' is not a number from 0.0001 to 20"),
        ("run x --scale big", "'big' is not a number from 0.0001 to 20"),
        ("run x --seed -1", "'-1' is not a whole number"),
        ("run x --precision 0", "'0' is not a share such as 2% or 0.02"),
        ("run x --precision 200%", "'200%' is not a share"),
        ("run x --precision nan", "'nan' is not a share"),
        ("run x --extend 5 --replications 5", "not allowed with"),
        ("run x --scale 0,06", "'0,06' is not a number from 0.0001 to 20; write 0.06"),
        ("run x --precision 0,02", "'0,02' is not a share such as 2% or 0.02; write 0.02"),
        ("run x --replications 1,000", "write 1000"),
        ("run x --target visits.lost<=1%", "there is no KPI 'visits.lost'; did you mean"),
        ("run x --target work.wait_days.foo<=1", "there is no KPI 'work.wait_days.foo'; did you"),
        ("run x --target money.leakage.=1", "is not KPI<=LIMIT"),
        ("sweep x --vary a=1,2 --kpi money.leakage.foo", "no KPI 'money.leakage.foo'; did you"),
        ("run x --formats html,pdf", "there is no format 'pdf'; allowed: html, xlsx, pptx or none"),
        ("report", "the following arguments are required: STUDY"),
        ("report x", "there is no study 'x', here or in results; name the folder that"),
        ("run x --set", "expected one argument"),
    ],
)
def test_a_command_line_that_cannot_be_obeyed(
    here: Path, capsys: Capture, line: str, said: str
) -> None:
    assert main(line.split()) == BAD_INPUT
    out, err = capsys.readouterr()
    assert said in err
    assert (out, err.count("\n")) == ("", 1)
    assert everything(here) == []


# --- bad scenarios --------------------------------------------------------------------------------


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(100_000_000)


BAD_FILES: dict[str, tuple[str | bytes | Callable[[Path], None] | None, str]] = {
    "missing": (None, 'bad.yaml: there is no file "bad.yaml"; did you mean "bed.yaml"?'),
    "empty": ("", "bad.yaml:1:1: the file is empty"),
    "binary": (b"\x7fELF\x00\x01", "is a binary file"),
    "not UTF-8": ("name: café".encode("latin-1"), "bad.yaml:1:1: the file is not UTF-8"),
    "folder": (Path.mkdir, '"bad.yaml" is a folder'),
    "100 MB": (huge, '"bad.yaml" has 100.0 MB; a scenario has at most 1 MB'),
    "alias bomb": (BOMB, "bad.yaml:1:4: anchors and aliases"),
    "deep": ("a: " + "[" * 100_000, "not valid YAML"),
    "grammar": ("a: [1\nb: 2", "bad.yaml:2:2: not valid YAML"),
    "list": ("- a", "must be a mapping"),
    "documents": ("a: 1\n---\na: 2", "bad.yaml:2:1: a second document"),
    "duplicate key": ("name: x\nname: y", 'bad.yaml:2:1: the key "name" is there twice'),
    "cycle": ("extends: bad.yaml", "bad.yaml:1:10: the files extend each other: bad.yaml -> bad"),
    "missing base": ("extends: bsae.yaml", 'bad.yaml:1:10: there is no file "bsae.yaml"'),
    "unknown key": (
        "extends: generalist.yaml\nhospitl: {}",
        "bad.yaml:2:1: hospitl: unknown key; allowed: name, description",
    ),
    "wrong type": (
        "extends: generalist.yaml\nhospital: {scale: big}",
        'bad.yaml:2:19: hospital.scale: should be a valid number (got "big"); allowed: a number',
    ),
    "out of range": (
        "extends: generalist.yaml\nteams: [{name: ar, headcount: -1}]",
        "bad.yaml:2:31: teams.ar.headcount: should be greater than or equal to 0 (got -1)",
    ),
    "bad reference": (
        "extends: generalist.yaml\nteams: [{name: ar, vendor: genralist}]",
        "bad.yaml:2:28: teams.ar.vendor: unknown name 'genralist'; allowed: generalist; did you",
    ),
    "bad mix": (
        "extends: generalist.yaml\nvendors: [{name: generalist, certification_mix: {none: 1}}]",
        "vendors.generalist.certification_mix: shares must sum to 1",
    ),
}


def write_bad(content: str | bytes | Callable[[Path], None] | None) -> None:
    path = Path("bad.yaml")
    Path("bed.yaml").touch()
    if isinstance(content, str | bytes):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    elif content is not None:
        content(path)


@pytest.mark.parametrize(("content", "said"), BAD_FILES.values(), ids=BAD_FILES)
@pytest.mark.parametrize("command", ["validate", "show", "run"])
def test_a_bad_file_is_one_clear_error_and_writes_nothing(
    here: Path, capsys: Capture, command: str, content: Any, said: str
) -> None:
    write_bad(content)
    before = everything(here)
    assert main([command, "bad.yaml"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""
    assert everything(here) == before


@pytest.mark.parametrize(
    "case", ["missing", "folder", "alias bomb", "deep", "cycle", "unknown key"]
)
def test_a_bad_file_from_outside(here: Path, case: str) -> None:
    content, said = BAD_FILES[case]
    write_bad(content)
    before = everything(here)
    done = outside("run", "bad.yaml")
    assert (done.returncode, done.stdout) == (BAD_INPUT, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert everything(here) == before


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("2025-01-01,inpatient,medicare,1\n2025-01-03,inpatient,medicare,1", "gap"),
        ("2025-01-01,inpatient,medicare,-1", "days.csv:2: count: '-1'"),
        (
            "2025-01-01,inpatient,medicare,1000001",
            "count: '1000001' is not a whole number from 0 to 1,000,000",
        ),
        ("2025-01-01,inpatient,medicare,000009999999", "from 0 to 1,000,000"),
        (f"2025-01-01,inpatient,medicare,{'9' * 5000}", "from 0 to 1,000,000"),
        ("2025-01-01,inpatient,medicare,1_000", "from 0 to 1,000,000"),
        ("2025-01-01,inpatient,medicaer,1", "days.csv:2: payer: unknown payer class 'medicaer'"),
        (
            "2025-01-01,inpatient,medicare,1\n02.01.2025,inpatient,medicare,1",
            "days.csv:3: date: '02.01.2025'",
        ),
    ],
)
def test_bad_daily_counts(here: Path, capsys: Capture, rows: str, said: str) -> None:
    Path("days.csv").write_text(f"date,setting,payer,count\n{rows}\n")
    assert main(["run", GENERALIST, "--set", "hospital.arrivals.file=days.csv"]) == BAD_INPUT
    err = capsys.readouterr().err
    assert err.startswith("--set hospital.arrivals.file=days.csv: hospital.arrivals.file: ")
    assert said in err
    assert everything(here) == ["days.csv"]


def test_the_mistakes_of_all_scenarios_are_reported_at_once(here: Path, capsys: Capture) -> None:
    Path("a.yaml").write_text("name: 1")
    Path("b.yaml").write_text("name: 2")
    assert main(["compare", "a.yaml", "b.yaml", "c.yaml"]) == BAD_INPUT
    err = capsys.readouterr().err
    assert all(said in err for said in ("a.yaml:1:7: name", "b.yaml:1:7: name", "c.yaml: there"))


# --- validate, show, schema, init -----------------------------------------------------------------


def test_validate_says_ok_or_what_is_wrong_of_each_file(here: Path, capsys: Capture) -> None:
    Path("bad.yaml").write_text("extends: generalist.yaml\nseed: x")
    assert main(["validate", GENERALIST, "bad.yaml", SPECIALIZED]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == f"{GENERALIST}: OK\n{SPECIALIZED}: OK\n"
    assert err.startswith("bad.yaml:2:7: seed: ")
    assert main(["validate", GENERALIST, "bad.yaml", "--json"]) == BAD_INPUT
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert err == ""
    assert said[GENERALIST] == {"ok": True, "problems": []}
    (problem,) = said["bad.yaml"]["problems"]
    assert (problem["line"], problem["col"], problem["path"]) == (2, 7, "seed")
    assert main(["validate", GENERALIST]) == FINE


def test_show_gives_values_with_their_origin(capsys: Capture) -> None:
    words = ["show", GENERALIST, "--seed", "5", "--scale", "0.5", "--set", "horizon_days=500"]
    assert main(words) == FINE
    out = capsys.readouterr().out
    assert "seed: 5  # --set\n" in out
    assert "  scale: 0.5  # --set\n" in out
    assert "horizon_days: 500  # --set\n" in out
    assert f"name: generalist  # {GENERALIST}:3\n" in out
    assert main([*words, "--json"]) == FINE
    said = json.loads(capsys.readouterr().out)
    assert said["scenario"]["hospital"]["scale"] == 0.5
    assert said["origins"]["hospital.scale"] == "--set"
    assert said["origins"]["hospital.arrivals.file"] == "default"


def test_schema_prints_json_schema_or_the_reference(capsys: Capture) -> None:
    assert main(["schema"]) == FINE
    assert json.loads(capsys.readouterr().out)["title"] == "Scenario"
    assert main(["schema", "--reference"]) == FINE
    assert capsys.readouterr().out.startswith("# Scenario reference\n")


def test_init_writes_scenarios_that_are_valid_there(here: Path, capsys: Capture) -> None:
    assert main(["init", "mine"]) == FINE
    assert everything(Path("mine")) == everything(CONFIGS)
    assert capsys.readouterr().out.endswith("files to mine.\n")
    assert (
        main(["validate", "mine/article/generalist.yaml", "mine/article/specialized.yaml"]) == FINE
    )


def test_init_overwrites_only_by_force(here: Path, capsys: Capture) -> None:
    Path("mine/article").mkdir(parents=True)
    mine = Path("mine/article/generalist.yaml")
    mine.write_text("mine")
    assert main(["init", "mine"]) == BAD_INPUT
    assert "generalist.yaml; --force overwrites" in capsys.readouterr().err
    assert everything(Path("mine")) == ["article", "article/generalist.yaml"]
    assert main(["init", "mine", "--force"]) == FINE
    assert mine.read_text() == Path(GENERALIST).read_text()
    assert main(["init", "mine/article/generalist.yaml/below"]) == BAD_INPUT
    assert "is a file" in capsys.readouterr().err


# --- run and compare ------------------------------------------------------------------------------


def test_run_writes_the_contract_and_ends_with_a_sentence(
    here: Path, fakes: list[Path], capsys: Capture
) -> None:
    assert study("run", GENERALIST, "--replications", "4") == FINE
    folder = Path("results/generalist")
    tables = {"kpis.csv", "summary.csv", "results.csv"} | {f"{t}.csv" for t in TABLES}
    kept = {"manifest.json", "scenarios.json", "answer.json", "ledger.sqlite"}
    assert set(everything(folder)) == tables | kept
    assert fakes == [folder / "charts"]
    out, err = capsys.readouterr()
    *_, found, where = out.splitlines()
    assert found.startswith("Generalist: ")
    assert found.endswith("(4 replications, as asked)")
    assert where == "Everything is in results/generalist"
    assert "4 of 4 replications" in err
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["command"] == [
        *("denialloop", "run", "generalist.yaml", "--replications", "4", "--workers", "1")
    ]


def test_compare_writes_each_scenario_and_the_comparison(
    here: Path, fakes: list[Path], capsys: Capture
) -> None:
    assert study("compare", GENERALIST, SPECIALIZED, "--out", "x/y", "--quiet") == FINE
    top = {path.name for path in Path("x/y").iterdir()}
    assert top >= {"comparison.csv", "kpis.csv", "summary.csv", "generalist", "specialized"}
    assert fakes == [Path("x/y/charts")]
    out, err = capsys.readouterr()
    assert (len(out.splitlines()), err) == (2, "")
    assert not Path("results").exists()


def test_a_scenario_against_its_copy_differs_in_nothing(here: Path, fakes: list[Path]) -> None:
    Path("copy.yaml").write_text("extends: generalist.yaml\n")
    assert study("compare", GENERALIST, "copy.yaml", GENERALIST) == FINE
    folder = Path("results/generalist_vs_copy_vs_generalist")
    rows = [line.split(",") for line in (folder / "comparison.csv").read_text().splitlines()[1:]]
    assert {row[3] for row in rows} == {"copy", "generalist-2"}
    assert {row[4] for row in rows if row[0] != "people.turnover"} == {"0"}


def test_json_is_one_object_without_nan(here: Path, fakes: list[Path], capsys: Capture) -> None:
    assert study("compare", GENERALIST, SPECIALIZED, "--scale", "0.5", "--json") == FINE
    said = json.loads(capsys.readouterr().out)
    assert said["scenarios"] == ["generalist", "specialized"]
    assert (said["replications"], said["failures"]) == (10, 0)
    assert said["folder"] == "results/generalist_vs_specialized"
    assert said["found"].startswith("Specialized: ")
    levels = [row for row in said["results"] if not row["against"] and "/" in row["period"]]
    by_kpi = {row["quantity"]: row["value"] for row in levels}
    assert by_kpi["denials.initial_rate"] == pytest.approx(0.2 + 0.0009)
    assert by_kpi["people.turnover"] is None
    assert {row["scenario"] for row in said["comparison"]} == {"specialized"}


def test_one_replication_is_enough_to_look_at(
    here: Path, fakes: list[Path], capsys: Capture
) -> None:
    assert study("run", GENERALIST, "--replications", "1") == FINE
    assert "nan" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["run", GENERALIST, "--out", ""],
        ["run", ""],
        ["run", GENERALIST, "--brand", " "],
        ["init", ""],
        ["scorecard", ""],
        ["validate", ""],
        ["sweep", GENERALIST, "--design", ""],
    ],
    ids=" ".join,
)
def test_an_empty_name_is_not_the_current_folder(
    here: Path, capsys: Capture, words: list[str]
) -> None:
    """An unset variable of a shell leaves one."""
    assert main(words) == BAD_INPUT
    assert 'the name is empty; "." is the current folder' in capsys.readouterr().err
    assert everything(here) == []


def test_no_study_is_named_by_nothing(here: Path, fakes: list[Path], capsys: Capture) -> None:
    """Not even where the current folder is one."""
    assert study("run", GENERALIST, "--out", ".", "--replications", "1") == FINE
    assert main(["report", ""]) == BAD_INPUT
    assert "there is no study ''" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--resume"], ["--extend", "2"]])
def test_only_the_study_that_was_begun_goes_on(
    here: Path, fakes: list[Path], capsys: Capture, option: list[str]
) -> None:
    assert study("run", GENERALIST, "--out", "x", "--replications", "2") == FINE
    before = Path("x/kpis.csv").read_bytes()
    other = ["run", GENERALIST, "--out", "x", *option]
    assert study(*other, "--scale", "0.3", "--set", "horizon_days=400") == BAD_INPUT
    err = capsys.readouterr().err
    assert f"{option[0]}: the study in x has another 'generalist': " in err
    days = json.loads(Path("x/scenarios.json").read_text())["generalist"]["horizon_days"]
    told = f"horizon_days is 400 here and {days} there, hospital.scale is 0.3 here and 1.0 there; "
    assert told in err
    assert study("run", SPECIALIZED, "--out", "x", *option) == BAD_INPUT
    assert "the study in x has another 'specialized': " in capsys.readouterr().err
    assert Path("x/kpis.csv").read_bytes() == before
    assert study("compare", GENERALIST, SPECIALIZED, "--out", "x", *option) == BAD_INPUT
    assert study(*other, "--set", "description=the same by another name") == FINE


def test_a_study_of_another_version_of_the_model_does_not_go_on(
    here: Path, fakes: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert study("run", GENERALIST, "--replications", "2") == FINE
    monkeypatch.setattr("sim.study.resume.code_hash", lambda: "another")
    assert study("run", GENERALIST, "--resume") == BAD_INPUT
    assert "begun with another version of the model" in capsys.readouterr().err


def test_extend_adds_and_resume_goes_on(here: Path, fakes: list[Path], capsys: Capture) -> None:
    assert study("run", GENERALIST, "--resume") == BAD_INPUT
    assert study("run", GENERALIST, "--extend", "2") == BAD_INPUT
    complaints = capsys.readouterr().err
    assert "--resume: there is no study in results/generalist" in complaints
    assert "--extend: there is no finished study in results/generalist" in complaints
    assert everything(here) == []
    assert study("run", GENERALIST, "--replications", "2") == FINE
    assert study("run", GENERALIST, "--extend", "3", "--resume") == FINE
    assert "(5 replications, as asked; 2 runs were there before)" in capsys.readouterr().out


def test_precision_decides_the_replications(here: Path, fakes: list[Path], capsys: Capture) -> None:
    words = ["run", GENERALIST, "--json", "--precision", "2%"]
    assert study(*words) == FINE
    assert "known to 2 %" in json.loads(capsys.readouterr().out)["stopped_because"]
    assert study(*words, "--precision", "0.0001", "--replications", "12") == FINE
    said = json.loads(capsys.readouterr().out)
    assert said["stopped_because"].startswith("cap of 12 replications")


def test_a_failed_replication_is_named_and_the_rest_is_kept(
    here: Path, fakes: list[Path], capsys: Capture
) -> None:
    assert study("run", GENERALIST, "--seed", "13", "--replications", "5") == FAILED
    out, err = capsys.readouterr()
    assert "failed: generalist, replication 3, seed 13: ValueError: no luck" in err
    assert "Traceback" not in err
    assert "Everything is in" in out
    assert len(Path("results/generalist/kpis.csv").read_text().splitlines()) == 1 + 4 * 3


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("file", "file: file is a file; name a folder"),
        ("file/below", "file/below: file is a file; name a folder"),
        ("x" * 5000, "File name too long"),
    ],
)
def test_a_folder_that_cannot_be(
    here: Path, fakes: list[Path], capsys: Capture, out: str, said: str
) -> None:
    Path("file").touch()
    assert study("run", GENERALIST, "--out", out) == BAD_INPUT
    assert said in capsys.readouterr().err
    assert everything(here) == ["file"]


def test_a_folder_that_may_not_be_written(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    Path("locked").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert study("run", GENERALIST, "--out", "locked/out") == BAD_INPUT
    assert "may not be written" in capsys.readouterr().err


def test_a_name_never_leaves_the_folder(here: Path, fakes: list[Path]) -> None:
    for name in ("../../up", "/etc/passwd", "a/b"):
        words = ("compare", GENERALIST, SPECIALIZED, "--set", f"name={name}", "--out", "in/out")
        assert study(*words) == FINE
    assert {path.parts[0] for path in map(Path, everything(here))} == {"in"}
    assert {path.name for path in Path("in").iterdir()} == {"out"}


def test_too_many_scenarios_for_a_name(here: Path, capsys: Capture) -> None:
    assert study("compare", *[GENERALIST] * 12) == BAD_INPUT
    assert "give one with --out" in capsys.readouterr().err


def test_seeds_that_differ_are_refused(here: Path, fakes: list[Path], capsys: Capture) -> None:
    Path("other.yaml").write_text("extends: generalist.yaml\nseed: 99\n")
    assert study("compare", GENERALIST, "other.yaml") == BAD_INPUT
    assert "--seed sets one for all" in capsys.readouterr().err
    assert everything(here) == ["other.yaml"]
    assert study("compare", GENERALIST, "other.yaml", "--seed", "99") == FINE


# --- ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Interrupted(3, 20)])
def test_an_interrupted_study_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, stop: BaseException
) -> None:
    def run_study(*_: object, **__: object) -> None:
        raise stop

    monkeypatch.setattr(replicate, "run_study", run_study)
    assert study("run", GENERALIST) == INTERRUPTED
    assert "stopped" in capsys.readouterr().err


def test_ctrl_c_keeps_what_is_finished(here: Path) -> None:
    words = ["run", GENERALIST, "--scale", "0.02", "--workers", "1", "--replications", "10"]
    with subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            assert "1 of 10 replications" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out) == (INTERRUPTED, "")
    assert "replications; they are kept: the same command goes on there" in err
    assert "Traceback" not in err
    assert everything(Path("results/generalist")) == ["ledger.sqlite"]


def test_a_reader_that_leaves_early_is_no_error() -> None:
    script = f'"{sys.executable}" -m sim show "{GENERALIST}" | head -1; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (FINE, "")
    assert done.stdout.startswith("name: generalist")


def test_any_locale_can_print(here: Path) -> None:
    Path("é.yaml").write_text("extends: generalist.yaml\n")
    done = outside("validate", "é.yaml", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (FINE, "\\xe9.yaml: OK\n")


def test_targets_are_told_written_and_part_of_the_json(
    here: Path, fakes: list[Path], capsys: Capture
) -> None:
    words = [GENERALIST, SPECIALIZED, "--scale", "1", "--replications", "6", "--workers", "1"]
    target = ["--target", "denials.initial_rate<=10.1%", "--formats", "none"]
    assert main(["compare", *words, *target]) == FINE
    said = capsys.readouterr().out
    assert "Initial denial rate at most 10.1 %: met by generalist in 4 of 6 replications" in said
    rows = Path("results/generalist_vs_specialized/targets.csv").read_text().splitlines()
    assert rows[1].startswith("denials.initial_rate,<=,0.101,generalist,6,4,0.666666666667,")
    assert main(["compare", *words, *target, "--json"]) == FINE
    found = json.loads(capsys.readouterr().out)["targets"]
    assert [(t["scenario"], t["n"], t["met"]) for t in found] == [
        ("generalist", 6, 4),
        ("specialized", 6, 4),
    ]


def test_every_kpi_of_a_run_may_be_named_and_no_other() -> None:
    """Of everything that a scenario may write, a contract included."""
    whole = everything_modelled("contract=[{name: ours, vendor: generalist, window: month}]")
    assert set(kpi_names()) == set(outcome(run(whole, 0)).kpis)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("denials.initial_rate", "is not KPI<=LIMIT"),
        ("denials.initial_rat<=1", 'did you mean "denials.initial_rate"?'),
    ],
)
def test_a_bad_target_is_refused(here: Path, capsys: Capture, target: str, said: str) -> None:
    assert main(["run", GENERALIST, "--target", target]) == BAD_INPUT
    assert said in capsys.readouterr().err
    assert everything(here) == []
