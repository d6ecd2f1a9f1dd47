"""No command gives a verdict on money of what is overloaded, and each says so; a stand-in runs.

A scenario is overloaded where nobody codes inpatients, where the specialist has receivables, or
where the generalist takes three times as long.
"""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.cli import FINE, main
from sim.record.kpis import KPIS, kpi
from sim.record.record import Outcome
from sim.scenario.load import shipped_file
from sim.scenario.schema import Scenario
from sim.study import replicate

GENERALIST, SPECIALIZED = (str(shipped_file(f"{n}.yaml")) for n in ("generalist", "specialized"))
HEADS = "teams.coding_inpatient.headcount"
SENTENCE = "Overloaded, so without a verdict on money: "
MONTHS = [
    (m, k, 0.1)
    for m in range(36)
    for k in (
        "denials.initial_rate",
        "money.net_revenue_realisation",
        "money.inpatient_realisation",
        "quality.coding_accuracy",
    )
]


def fake(scenario: Scenario, replication: int) -> Outcome:
    """Money grows with inpatient coders and with functions at the specialist; work is left over."""
    luck = float(np.random.default_rng([1, replication]).normal(0, 0.001))
    teams = {team.name: team for team in scenario.teams}
    heads, vendors = teams["coding_inpatient"].headcount, [t.vendor for t in scenario.teams]
    nobody = heads == 0
    worth = 10.0 * vendors.count("specialized") + (heads if isinstance(heads, int) else 7)
    names = [
        *KPIS,
        "money.leakage.under_coding",
        "money.loss_usd.under_coding",
        "denials.category.DOC",
    ]
    kpis = {
        n: (1000.0 if kpi(n).unit.startswith("USD") else 0.5) + 0.01 * worth + luck for n in names
    }
    kpis["money.net_value_usd"] = 1000.0 + worth + luck * (1 + vendors.count("specialized"))
    given = len(vendors) > 5 and teams["ar"].vendor == "specialized"
    kpis["work.undone_share.coding_inpatient"] = 1.0 if nobody else 0.01
    slow = any(v.handle_time_multiplier > 2 for v in scenario.vendors if v.name in vendors)
    kpis["work.undone_share.follow_up"] = 0.3 if given or slow else 0.0
    month, name, value = map(list, zip(*MONTHS, strict=True))
    starts = ["2025-01-01"] * len(month)
    tables = {"monthly": {"month": month, "month_start": starts, "kpi": name, "value": value}}
    return Outcome(kpis, tables)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=fake))
    for name, vendor in (("nobody", "generalist"), ("nobody_special", "specialized")):
        text = f"extends: {vendor}.yaml\nname: {name}\nteams:\n"
        Path(f"{name}.yaml").write_text(f"{text}  - {{name: coding_inpatient, headcount: 0}}\n")


def rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path("out", file).read_text(encoding="utf-8").splitlines()))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints, which begins with the overload."""
    options = ["--workers", "1", "--out", "out", "--formats", "none"]
    if words[0] != "select":
        options += ["--replications", "4"]
    assert main([*words, *options]) == FINE
    out = capsys.readouterr().out
    assert out.startswith("Overloaded: "), out
    assert SENTENCE in " ".join(out.split())
    assert rows("overload.csv")
    return " ".join(out.split())


def test_a_run_says_it_first_and_nothing_of_money(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "run", "nobody.yaml", "--target", "money.net_value_usd>=900")
    assert out.startswith(
        "Overloaded: nobody, inpatient coding: 100 % of what came in was not worked. Team "
        "coding inpatient has 0 full-time people at scale 1; 6."
    )
    assert "Net value at least $900 a year: no verdict, nobody is overloaded." in out
    sentence = out[out.rindex("Nobody: ") :]
    assert sentence.startswith("Nobody: 49.99 %")
    assert "of net value" not in sentence
    assert f"{SENTENCE}nobody (inpatient coding)." in sentence
    [row] = rows("targets.csv")
    assert (row["n"], row["share"], row["overloaded"]) == ("0", "", "yes")
    [row] = rows("overload.csv")
    assert (row["scenario"], row["queue"], row["undone_share"]) == (
        "nobody",
        "coding_inpatient",
        "1",
    )
    assert (row["team"], row["planned_people"]) == ("coding_inpatient", "0")


def test_a_comparison_judges_rates_and_no_money(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "compare", GENERALIST, "nobody.yaml", SPECIALIZED)
    assert "Specialized: " in out
    assert "of 2 alternatives" not in out, "there is nobody to be better than"
    found = {(r["scenario"], r["kpi"]): r["verdict"] for r in rows("comparison.csv")}
    assert found["nobody", "money.net_value_usd"] == "overloaded"
    assert found["nobody", "denials.initial_rate"] == "better"
    assert found["specialized", "money.net_value_usd"] == "better"
    out = said(capsys, "compare", "nobody.yaml", SPECIALIZED)
    assert "net value" not in out[out.rindex("Specialized: ") :]
    verdicts = [r["verdict"] for r in rows("comparison.csv") if r["kpi"].startswith("money.")]
    assert set(verdicts) == {"overloaded"}


def test_json_and_quiet_say_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "nobody.yaml", "--formats", "none", "--replications", "2", "--workers", "1"]
    assert main([*words, "--json"]) == FINE
    told = json.loads(capsys.readouterr().out)
    [overload] = told["overloaded"]
    assert (overload["queue"], overload["undone"]["mean"]) == ("coding_inpatient", 1.0)
    assert SENTENCE in told["found"]
    assert main([*words, "--quiet"]) == FINE
    assert SENTENCE in capsys.readouterr().out


def test_a_point_of_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(
        capsys, "sweep", GENERALIST, "--vary", f"{HEADS}=0,4,7", "--kpi", "money.net_value_usd"
    )
    assert "from 4 people to 7 people: net value rises by $3.0" in out
    found = {r["point"]: r for r in rows("sweep.csv") if r["kpi"] == "money.net_value_usd"}
    assert [found[p]["overloaded"] for p in "123"] == ["coding_inpatient", "", ""]
    assert found["3"]["difference"] == "", "point 1 has no money to differ from"


def test_an_assignment_of_the_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    """Receivables with the specialist are overloaded: no verdict, and half the pairs for others."""
    out = said(capsys, "matrix")
    found = {r["function"]: r for r in rows("matrix.csv")}
    assert (found["ar"]["model_says"], found["ar"]["net_value_usd"]) == ("overloaded", "")
    assert [r["pairs"] for r in found.values()] == ["8", "8", "8", "8", "0"]
    assert float(found["scheduling"]["net_value_usd"]) == pytest.approx(10.0, abs=0.01)
    assert float(found["claims_denials"]["net_value_usd"]) == pytest.approx(40.0, abs=0.01)
    ranks = [r["rank"] for r in rows("assignments.csv")]
    assert ranks == [*map(str, range(1, 17)), *["overloaded"] * 16]
    assert "either end of each move is overloaded" in out


def test_a_bid(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "rfp", "nobody_special.yaml", GENERALIST, SPECIALIZED)
    for criterion in ("price", "realisation", "net_value"):
        last = [r for r in rows("rfp.csv") if r["criterion"] == criterion][-1]
        assert (last["bid"], last["rank"], last["overloaded"]) == ("nobody_special", "", "yes")
        assert last["clearly_before_next"] == last["mean"] == ""
    assert all(r["rank"] for r in rows("rfp.csv") if r["criterion"] == "defensibility")
    assert not any("nobody_special" in (r["cheaper"], r["better"]) for r in rows("reversals.csv"))


def test_a_coalition(capsys: pytest.CaptureFixture[str]) -> None:
    """The second vendor's organisation has no coders: what rests on it is not known."""
    out = said(capsys, "ablate", GENERALIST, "nobody_special.yaml", "--shapley")
    found = {r["group"]: r for r in rows("ablation.csv")}
    assert found["organisation"]["alone"] == found["organisation"]["last"] == ""
    assert found["certification"]["alone"] == "0"
    assert found["certification"]["last"] == "", "all the others are there"
    assert all(r["value"] == r["whole"] == "" for r in rows("shapley.csv"))
    assert "of no verdict for all of" in out


def test_a_candidate(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--indifference", "1")
    said(capsys, "select", GENERALIST, "nobody_special.yaml", SPECIALIZED, *words)
    left = {r["scenario"]: r["left"] for r in rows("selection.csv")}
    assert left == {"specialized": "yes", "generalist": "no", "nobody_special": "overloaded"}
    out = said(capsys, "select", GENERALIST, "nobody.yaml", *words)
    assert "No verdict on net value: only generalist keeps up with its work." in out
    out = said(capsys, "select", "nobody.yaml", "nobody_special.yaml", *words)
    assert "No verdict on net value. Overloaded" in out


def test_an_end_of_a_search(capsys: pytest.CaptureFixture[str]) -> None:
    pace = "vendors.generalist.handle_time_multiplier=1:3"
    out = said(capsys, "breakeven", GENERALIST, SPECIALIZED, "--vary", pace)
    assert "No verdict on where specialized and generalist break even in net value" in out
    one, other = rows("differences.csv")
    assert float(one["difference"]) == pytest.approx(50.0, abs=0.01)
    assert (other["n"], other["difference"]) == ("0", "")
    [row] = rows("breakeven.csv")
    assert row["root"] == ""


def test_a_point_of_a_map(capsys: pytest.CaptureFixture[str]) -> None:
    people = "hospital.inpatient.claims_per_year=10000:20000"
    said(
        capsys,
        "breakeven",
        GENERALIST,
        SPECIALIZED,
        "--vary",
        f"{HEADS}=0:8",
        "--vary",
        people,
        "--grid",
        "3x2",
    )
    assert [r["ahead"] for r in rows("map.csv")] == ["overloaded", "specialized", "specialized"] * 2


@pytest.mark.parametrize(("method", "more"), [("oat", ()), ("morris", ("--trajectories", "6"))])
def test_a_level_of_a_field(
    method: str, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    said(
        capsys,
        "sensitivity",
        GENERALIST,
        "--factor",
        f"{HEADS}=0:9",
        "--factor",
        "vendors.generalist.price.usd_per_hour=20:30",
        "--method",
        method,
        *more,
    )
    found = {(r["path"], r["quantity"]): r["value"] for r in rows("sensitivity.csv")}
    if method == "oat":
        assert found[HEADS, "at_low"] == found[HEADS, "swing"] == ""
        assert float(found[HEADS, "at_high"]) == pytest.approx(2.0)
        assert [r["overloaded"] for r in rows("points.csv")][:3] == ["no", "yes", "no"]
    else:
        assert {r["overloaded"] for r in rows("points.csv")} == {"no", "yes"}


def test_a_claim_of_the_scorecard(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def worse(scenario: Scenario, replication: int) -> Outcome:
        found = fake(scenario, replication)
        if scenario.name == "specialized":
            found.kpis["work.undone_share.edits"] = 0.5
        return found

    monkeypatch.setattr(
        replicate,
        "run_study",
        partial(replicate.run_study.func, simulate=worse),  # type: ignore[attr-defined]
    )
    said(capsys, "scorecard")
    verdicts = {r["claim"]: r["verdict"] for r in rows("scorecard.csv")}
    assert verdicts["tco_lower"] == verdicts["price_misleads"] == "overloaded"
    assert verdicts["accuracy_specialised"] != "overloaded", "this is no money"
    assert verdicts["revenue_fell"] != "overloaded", "these keep up"
