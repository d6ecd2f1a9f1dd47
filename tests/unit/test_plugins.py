"""Learning laws, disciplines and events of another package: used, told of, and refused in words."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.model.codes import Order
from sim.model.codes import names as names_of
from sim.model.rules import LEARNING
from sim.scenario.plugins import DISCIPLINES, LAWS, SHIPPED

MODULE = '''
from typing import Any, Literal

from sim.model.arithmetic import exp
from sim.scenario.fields import OwnEvent, constant, share


def learn(knowledge, practice, rate, exponent, floor):
    units = min(knowledge, 1.0 - 1e-9) / (1.0 - min(knowledge, 1.0 - 1e-9)) + rate * practice
    return units / (1.0 + units)


def forget(knowledge, gap, rate, exponent, total):
    return knowledge * exp(-rate * gap)


hyperbolic = learn, forget


def newest(queue, claim, now, due, chance):
    return -now


class QueryAnswers(OwnEvent):
    """From now on physicians answer another share of queries."""

    kind: Literal["query_answers"] = constant("Kind of event", "-", "model")
    answered_share: float = share("Queries answered", "D1", "uncertainty")

    def happen(self, world: Any) -> None:
        world.state.house.query_answered = self.answered_share
'''
POINTS = """
[denialloop.learning_laws]
hyperbolic = own_ways:hyperbolic
exponential = own_ways:learn
broken = own_ways:nothing_there

[denialloop.disciplines]
newest = own_ways:newest
odd = own_ways:__name__

[denialloop.events]
query_answers = own_ways:QueryAnswers
"""
RUN = """
import json, sys
from sim.cli import main
for words in json.loads(sys.argv[1]):
    print(main(words), file=sys.stderr)
"""
SMALL = ("--scale", "0.005", "--set", "kpi_from_days=10", "--set", "kpi_until_days=30")
SMALL += ("--set", "horizon_days=90", "--set", "drain_days=30", "--replications", "1")
SMALL += ("--workers", "1", "--formats", "none", "--quiet")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an installed package, as a wheel would leave it."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "own_ways.py").write_text(MODULE)
    info = folder / "own_ways-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-ways\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(POINTS)
    return folder


def obey(package: Path, commands: list[list[str]]) -> tuple[list[str], str]:
    """What several commands say where the package is installed: standard error, and output."""
    path = os.pathsep.join([str(package), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(commands)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.splitlines(), done.stdout


def read(folder: Path) -> tuple[dict[str, Any], dict[str, float]]:
    with (folder / "kpis.csv").open(encoding="utf-8") as file:
        kpis = {row["kpi"]: float(row["value"] or "nan") for row in csv.DictReader(file)}
    return json.loads((folder / "manifest.json").read_text("utf-8")), kpis


def test_shipped_names_are_those_of_the_model() -> None:
    assert tuple(LEARNING) == SHIPPED[LAWS]
    assert names_of(Order) == SHIPPED[DISCIPLINES]


def test_a_package_registers_without_a_fork(package: Path, tmp_path: Path) -> None:
    scenario = "configs/article/generalist.yaml"
    event = "timeline=!replace [{kind: query_answers, on: 2025-01-20, answered_share: 0.0}]"
    law, order = "people.learning_law=hyperbolic", "teams.billing.discipline=newest"

    def command(name: str, *options: str) -> list[str]:
        laid_on = [word for option in options for word in ("--set", option)]
        return ["run", scenario, *SMALL, *laid_on, "--out", str(tmp_path / name)]

    told, _ = obey(
        package,
        [
            command("plain"),
            command("law", law),
            command("order", order),
            command("event", event),
            [*command("simpy", event), "--engine", "simpy"],
            [*command("refused", law), "--engine", "compiled"],
            command("broken", "people.learning_law=broken"),
            command("odd", "teams.ar.discipline=odd"),
            command("wrong", "people.learning_law=hyperbolik"),
        ],
    )
    assert [line for line in told if line.isdigit()] == ["0"] * 5 + ["2"] * 4
    refused, broken, odd, wrong = (line for line in told if not line.isdigit())
    whose = "learning law 'hyperbolic' of own-ways 1.2"
    assert refused.startswith(f"--engine compiled: {whose} cannot be compiled")
    assert "learning law 'broken' of own-ways 1.2 cannot be loaded: AttributeError" in broken
    assert "teams.ar.discipline: discipline 'odd' of own-ways 1.2 cannot be loaded" in odd
    assert "own_ways:__name__ is not a function" in odd
    assert 'did you mean "hyperbolic"?' in wrong
    plain, as_shipped = read(tmp_path / "plain")
    assert "plugins" not in plain["scenarios"][0]
    for name, plugin in (("law", "hyperbolic"), ("order", "newest"), ("event", "query_answers")):
        manifest, kpis = read(tmp_path / name)
        [(used, what)] = manifest["scenarios"][0]["plugins"].items()
        assert used == plugin
        assert what.startswith("own-ways 1.2 ")
        assert kpis != as_shipped, name
    assert read(tmp_path / "law")[0]["engine"] == f"simpy ({whose} cannot be compiled)"
    assert read(tmp_path / "event")[1] == read(tmp_path / "simpy")[1], "events: on both engines"


def test_results_of_a_changed_package_are_not_those_of_before(package: Path) -> None:
    code = (
        "from sim.scenario.load import load, shipped_file; from sim.study.store import *; "
        "s = load(shipped_file('generalist.yaml'), ['people.learning_law=hyperbolic']).scenario; "
        "print(content_hash(under({}, '', plugins_of(s))))"
    )

    def digest() -> str:
        path = os.pathsep.join([str(package), *sys.path])
        return subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    first = digest()
    module = package / "own_ways.py"
    module.write_text(MODULE + "# changed\n")
    assert digest() != first
    module.write_text(MODULE)
    assert digest() == first
