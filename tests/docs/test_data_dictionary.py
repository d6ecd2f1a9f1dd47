"""docs/columns.toml names every column of every table that is written, and nothing else.

That headers are exactly what it says is held here for a study of scenarios that have everything and
for exports, and in `test_commands` for what the commands of the documentation write.
"""

from __future__ import annotations

import re
from pathlib import Path

from docs.build import ROOT, columns, data_dictionary
from sim.calibrate.write.tables import COLUMNS as CALIBRATION
from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.record.record import Outcome
from sim.scenario.schema import Scenario
from sim.study import contract, export, overload, settling
from sim.study.compare import compare
from sim.study.replicate import run_study
from sim.study.score import Score
from sim.study.tables import IGNORANCE, write_study
from sim.study.targets import parse
from tests.dictionary import unexplained
from tests.scenarios import scenario

SAID = columns()
CONTRACT = (
    "contract=[{name: a, vendor: generalist, window: month, at_risk_share: 0.1, terms: "
    "[{kpi: quality.coding_accuracy, target: 0.95, "
    "ladder: [{threshold: 0.9, credit_share: 0.05}]}]}]"
)
MOVE = (
    "timeline=!replace [{kind: transfer, on: 2025-02-03, from_team: billing, to_team: ar, "
    "people: 1}]"
)


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    assert page == data_dictionary(), "docs/data_dictionary.md: make docs"


def test_every_column_is_explained_once() -> None:
    used = set()
    for name, file in SAID["files"].items():
        own = file.get("own", {})
        assert own.keys() <= set(file["columns"]), f"{name} explains columns that it lacks"
        for column in file["columns"]:
            if column in own:
                assert own[column] != SAID["shared"].get(column), f"{name}: {column}"
            else:
                assert column in SAID["shared"], f"{name}: {column}"
                used.add(column)
        assert all(told.count("|") == 2 for told in own.values()), name
    assert used == SAID["shared"].keys(), "shared columns that no file has"


def test_no_file_is_described_that_nothing_writes() -> None:
    """File names stand in the program, or are the tables that an outcome or an export has."""
    program = "\n".join(path.read_text("utf-8") for path in (ROOT / "sim").rglob("*.py"))
    for name in (*SAID["files"], *SAID["other"]):
        file = Path(name).name
        known = f'"{file}"' in program or f'"{file.removesuffix(".csv")}"' in program
        assert known or name == "charts/*.csv", name


def test_a_study_that_has_everything_is_explained(tmp_path: Path) -> None:
    scene = scenario("generalist", CONTRACT, MOVE, scale=0.01, days=120, first=30, last=40)
    found = outcome(run(scene, 0))
    other = scene.model_copy(update={"name": "other"})

    def simulate(model: Scenario, replication: int) -> Outcome:
        return found

    result = run_study([scene, other], tmp_path, replications=2, workers=1, simulate=simulate)
    write_study(
        result,
        tmp_path,
        command=["test"],
        comparisons=compare(result),
        targets=[parse("denials.initial_rate<=5%")],
    )
    export.export(scene, tmp_path / "export", ("claims", "events", "agents"), engine="simpy")
    assert unexplained(tmp_path) == []
    written = {path.name for path in tmp_path.rglob("*.csv")}
    tables = {"careers.csv", "contract.csv", "settlements.csv", "contract_account.csv"}
    assert tables | {"lifecycle.csv", "targets.csv", "people.csv", "capacity.csv"} <= written


def test_tables_that_are_written_now_and_then_are_explained() -> None:
    told = {
        "calibration.csv": CALIBRATION,
        "contract_kpis.csv": contract.Kept._fields,
        "ignorance.csv": IGNORANCE,
        "overload.csv": overload.COLUMNS,
        "score.csv": Score._fields,
        "settling.csv": settling.COLUMNS,
    }
    for name, header in told.items():
        assert tuple(SAID["files"][name]["columns"]) == tuple(header), name


def test_every_file_of_an_export_is_named() -> None:
    every = {re.sub(r"^export/", "", name) for name in (*SAID["files"], *SAID["other"])}
    plain = {name for name in export.FILES.values() if not name.endswith(".parquet")}
    assert plain <= every
