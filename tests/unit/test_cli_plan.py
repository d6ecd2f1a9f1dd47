"""`denialloop plan`: searched, chosen, resumed, refused; a stand-in simulates."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cli import BAD_INPUT, FINE, main
from sim.record.record import Outcome
from sim.scenario.load import shipped_file
from sim.scenario.schema import Scenario
from sim.study import replicate

FILE = str(shipped_file("typical_generalist.yaml"))
OVER = """\
objective: {objective}
indifference: 20
vary:
  teams.ar.headcount: 6..12 step 1
  teams.billing.headcount: [9, 11, 13, 15]
constraints:
  - {{kpi: work.in_time_share.follow_up, at_least: {least}, probability: 0.9}}
budget:
  - {{kpi: money.fees_usd, at_most: {most}}}
"""
BEST = 9, 13
ASKED: list[tuple[str, int, int]] = []


def fake(scenario: Scenario, replication: int) -> Outcome:
    """Net value falls by 100 for every person beside 9 and 13; follow-up is in time from 8 on."""
    heads = {team.name: team.headcount for team in scenario.teams}
    ar, billing = int(str(heads["ar"])), int(str(heads["billing"]))
    ASKED.append((f"{ar} {billing}", scenario.seed, replication))
    luck = np.random.default_rng([scenario.seed % 2**32, replication])
    shared, own = luck.normal(0, 50), np.random.default_rng([ar, billing, replication]).normal(0, 5)
    off = 100.0 * (abs(ar - BEST[0]) + abs(billing - BEST[1]))
    return Outcome(
        {
            "money.net_value_usd": 9000.0 - off + float(shared + own),
            "work.in_time_share.follow_up": 0.97 if ar >= 8 else 0.9,
            "money.fees_usd": 100.0 * (ar + billing),
            "work.undone_share.edits": 0.0,
        },
        {"monthly": {"x": [1]}},
    )


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=fake))
    ASKED.clear()


def over(*, objective: str = "money.net_value_usd", least: float = 0.95, most: float = 1e6) -> str:
    text = OVER.format(objective=objective, least=least, most=most)
    Path("over.yaml").write_text(text, encoding="utf-8")
    return "over.yaml"


def plan(*words: str) -> int:
    return main(["plan", FILE, "--over", "over.yaml", "--workers", "1", "--out", "p", *words])


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path("p", name).read_text(encoding="utf-8").splitlines()))


def test_the_best_is_found_and_told_with_what_was_searched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    over()
    assert plan() == FINE
    said = " ".join(capsys.readouterr().out.split())
    assert "teams.ar.headcount = 9, teams.billing.headcount = 13" in said
    assert "All 28 plans were looked at (" in said
    assert "compared under fresh random numbers" in said
    assert "chance of at least 95 %" in said
    assert "met" in said
    rows = table("plan.csv")
    [chosen] = [row for row in rows if row["standing"] == "chosen"]
    assert (chosen["teams.ar.headcount"], chosen["teams.billing.headcount"]) == ("9", "13")
    limits = [row for row in table("plan_constraints.csv") if row["plan"] == chosen["plan"]]
    assert [row["verdict"] for row in limits] == ["met", "met"]
    assert json.loads(Path("p/answer.json").read_text())["finding"] in said


def test_finalists_are_judged_by_luck_of_their_own() -> None:
    over()
    plan("--quiet")
    assert len({seed for _, seed, _ in ASKED}) == 2


def test_the_same_command_goes_on_and_simulates_nothing_twice() -> None:
    over()
    assert plan("--quiet", "--search", "60") == FINE
    first, tables = list(ASKED), [Path("p", n).read_bytes() for n in ("plan.csv", "summary.csv")]
    assert len(first) == len(set(first))
    assert plan("--quiet", "--search", "60") == FINE
    assert first == ASKED
    assert tables == [Path("p", n).read_bytes() for n in ("plan.csv", "summary.csv")]
    assert plan("--quiet") == FINE  # a longer search begins where that one was
    assert len(ASKED) == len(set(ASKED)) > len(first)


def test_without_a_feasible_plan_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    over(least=0.98)
    assert plan() == BAD_INPUT
    said = capsys.readouterr().err.splitlines()[-1]
    assert "work.in_time_share.follow_up >= 0.98 with probability 0.9: kept in 0 of" in said
    assert not Path("p/plan.csv").exists()
    over(most=1000.0)
    assert plan("--json") == BAD_INPUT
    assert "money.fees_usd <= 1000: it is 1700 on average" in capsys.readouterr().err


def test_two_objectives_have_a_frontier(capsys: pytest.CaptureFixture[str]) -> None:
    over(objective="[money.net_value_usd, money.fees_usd]")
    assert plan("--json") == FINE
    said = json.loads(capsys.readouterr().out)
    rows = table("frontier.csv")
    assert said["frontier"] == [row["plan"] for row in rows]
    values = [(float(r["money.net_value_usd"]), float(r["money.fees_usd"])) for r in rows]
    assert len(values) > 2
    assert values == sorted(values, reverse=True)
    assert [fees for _, fees in values] == sorted({fees for _, fees in values}, reverse=True)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("teams.ar.headcount", "teams.arr.headcount", "over.yaml:4"),
        ("[9, 11, 13, 15]", "[9, many]", "over.yaml:5"),
        ("money.fees_usd", "money.fee_usd", "did you mean"),
    ],
)
def test_bad_plans_are_refused_at_their_line(
    old: str, new: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(over())
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert plan() == BAD_INPUT
    assert words in capsys.readouterr().err
    assert not Path("p").exists()
    assert ASKED == []


def test_options_that_make_no_sense_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    over()
    assert plan("--precision", "2%") == BAD_INPUT
    assert "decides itself" in capsys.readouterr().err


def test_the_library_plans_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim import library

    monkeypatch.setattr(library, "run_study", replicate.run_study)
    asked: dict[str, object] = {
        "objective": "money.net_value_usd",
        "indifference": 20,
        "vary": {"teams.ar.headcount": [7, 8, 9, 10], "teams.billing.headcount": [12, 13]},
    }
    found = sim.plan("typical_generalist", asked, workers=1, progress=False)
    [best] = found.chosen
    assert best.get("teams.ar.headcount") == 9
    assert best.get("teams.billing.headcount") == 13
    assert repr(found) == found.finding
    values: Sequence[object] = found.rows[0]
    assert len(values) == len(found.columns)
