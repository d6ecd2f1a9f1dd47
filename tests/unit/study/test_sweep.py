"""Sweeps: designs from options and files, what is wrong with them, and the table."""

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.load import ScenarioError, shipped_file
from sim.study.compare import compare
from sim.study.replicate import run_study
from sim.study.sweep import Design, from_file, from_options, scenarios, tables
from sim.study.tables import write_csv
from tests.unit.study.toy import Toy, simulate

GENERALIST = shipped_file("generalist.yaml")
RATE, HEADS = "vendors.generalist.turnover.annual_rate", "teams.billing.headcount"


def complaint(*vary: str, sample: int | None = None) -> str:
    with pytest.raises(ScenarioError) as caught:
        from_options(vary, sample)
    return str(caught.value)


def complaint_about_file(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenarios(GENERALIST, [], from_file(path))
    return str(caught.value)


def test_a_list_is_run_in_its_order() -> None:
    design = from_options([f"{RATE}=0.39,0.1,0.8"])
    assert design.paths == (RATE,)
    assert design.values == [(0.39,), (0.1,), (0.8,)]


def test_steps_are_decimal_and_reach_the_end() -> None:
    assert from_options(["a=0.1..0.8 step 0.1"]).values == [
        (x,) for x in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    ]
    whole = from_options(["a=10..21 step 5"]).values
    assert whole == [(10,), (15,), (20,)]
    assert all(type(value) is int for (value,) in whole)


def test_several_paths_make_a_grid_and_values_may_be_any_yaml() -> None:
    design = from_options(["a=1,2", "b=auto,[x, y]"])
    assert design.values == [(1, "auto"), (1, ["x", "y"]), (2, "auto"), (2, ["x", "y"])]


def test_a_latin_hypercube_visits_every_stratum_once() -> None:
    design = from_options([f"{RATE}=0.2:1.2", f"{HEADS}=1:10", "b=x,y"], sample=20)
    rates, heads, words = (list(column) for column in zip(*design.values, strict=True))
    assert sorted(int((rate - 0.2) * 20) for rate in rates) == list(range(20))
    assert sorted(heads) == sorted([*range(1, 11)] * 2)  # the schema knows whole numbers
    assert words.count("x") == 10
    assert design == from_options([f"{RATE}=0.2:1.2", f"{HEADS}=1:10", "b=x,y"], sample=20)


@pytest.mark.parametrize(
    ("vary", "sample", "parts"),
    [
        (["a"], None, ("--vary a:", "must be path=values")),
        (["a="], None, ("--vary a=:", "must be values or a range")),
        (["a=[1"], None, ("--vary a=[1:", "not valid YAML")),
        (["a=1..9"], None, ("--vary a=1..9:", "needs a step")),
        (["a=9..1 step 1"], None, ("goes up in steps above 0",)),
        (["a=1..2 step 0"], None, ("goes up in steps above 0",)),
        (["a=1..1e9 step 1"], None, ("1,000,000,000 steps", "2 to 10,000 points")),
        (["a=1..101 step 1", "b=1..101 step 1"], None, ("10,201 points", "2 to 10,000")),
        (["a=1:9"], None, ("--vary a=1:9:", "--sample N")),
        (["a=9:1"], 3, ("from the smaller to the larger",)),
        (["a=1,2"], 3, ("--sample:", "nothing to sample")),
        (["a=1:2"], 0, ("--sample:", "2 to 10,000 points")),
        (["a=1,2", "a=3"], None, ("--vary a=3:", "varied twice")),
        (["a=1"], None, ("--vary a=1:", "1 points; a sweep has 2")),
        ([], None, ("nothing is varied",)),
    ],
)
def test_a_design_that_cannot_be_is_refused(
    vary: list[str], sample: int | None, parts: tuple[str, ...]
) -> None:
    said = complaint(*vary, sample=sample)
    assert [part for part in parts if part not in said] == []


def test_files_say_what_options_say(tmp_path: Path) -> None:
    grid = from_options([f"{RATE}=0.1,0.2", f"{HEADS}=10..12 step 2"])
    listed = tmp_path / "grid.csv"
    listed.write_text(f"{RATE},{HEADS}\n0.1,10\n0.1,12\n\n0.2,10\n0.2,12\n", "utf-8")
    varied = tmp_path / "grid.yaml"
    varied.write_text(f"vary:\n  {RATE}: [0.1, 0.2]\n  {HEADS}: 10..12 step 2\n", "utf-8")
    assert from_file(listed).plain() == from_file(varied).plain() == grid.plain()
    varied.write_text(f"vary: {{{RATE}: '0.1:0.8'}}\nsample: 5\n", "utf-8")
    assert from_file(varied).values == from_options([f"{RATE}=0.1:0.8"], 5).values


def test_mistakes_in_files_are_named_with_their_line(tmp_path: Path) -> None:
    table, tree = tmp_path / "d.csv", tmp_path / "d.yaml"
    assert f"{table}:3:1: {HEADS}: should be" in complaint_about_file(
        table, f"{RATE},{HEADS}\n0.1,10\n0.2,many\n"
    )
    assert f"{table}:2" in complaint_about_file(table, f"{RATE}\n[1\n2\n")
    assert f"{table}:2:1: 2 values are needed" in complaint_about_file(table, "a,b\n1\n")
    assert f"{table}:1:1: the first line" in complaint_about_file(table, "a,a\n1,2\n")
    assert "0 points" in complaint_about_file(table, "a\n")
    assert f"{tree}:1:{len(RATE) + 16}: {RATE}: should be" in complaint_about_file(
        tree, f"vary: {{{RATE}: [0.1, -1]}}\n"
    )
    assert f"{tree}:1:1: a design has" in complaint_about_file(tree, "vry: {a: [1]}\n")
    assert "sample: must be a whole number" in complaint_about_file(
        tree, "vary: {a: [1, 2]}\nsample: x\n"
    )
    with pytest.raises(ScenarioError, match=r"none\.csv: cannot be read: No such file"):
        from_file(tmp_path / "none.csv")


def test_every_point_is_a_valid_scenario_of_its_own() -> None:
    made = scenarios(GENERALIST, ["seed=5"], from_options([f"{RATE}=0.1,0.2", f"{HEADS}=3,auto"]))
    assert [scenario.name for scenario in made] == ["point 1", "point 2", "point 3", "point 4"]
    assert {scenario.seed for scenario in made} == {5}
    found = [
        (s.vendors[0].turnover.annual_rate, next(t for t in s.teams if t.name == "billing"))
        for s in made
    ]
    assert [(rate, team.headcount) for rate, team in found] == [
        (0.1, 3),
        (0.1, "auto"),
        (0.2, 3),
        (0.2, "auto"),
    ]


def test_a_bad_point_is_found_at_the_option_that_wrote_it() -> None:
    option = f"{RATE}=0.1,-3"
    with pytest.raises(ScenarioError) as caught:
        scenarios(GENERALIST, [], from_options([option]))
    assert str(caught.value).startswith(f"--vary {option}: {RATE}: should be greater than")
    with pytest.raises(ScenarioError, match=r'did you mean "annual_rate"\?'):
        scenarios(GENERALIST, [], from_options(["vendors.generalist.turnover.anual_rate=1,2"]))


def test_a_point_that_does_not_fit_together_is_named() -> None:
    path = "vendors.generalist.certification_mix.none"
    with pytest.raises(ScenarioError) as caught:
        scenarios(GENERALIST, [], from_options([f"{path}=0.85,0.5"]))
    assert "sum to 1" in str(caught.value)
    assert f"at point 2: {path}=0.5" in str(caught.value)


def test_the_table_holds_points_means_and_paired_differences(tmp_path: Path) -> None:
    design = from_options(["effect=0,0.05", "team=x"])
    toys = [Toy(name=f"point {i + 1}", effect=row[0]) for i, row in enumerate(design.values)]
    result = run_study(toys, tmp_path, replications=5, workers=1, simulate=simulate)
    for name, table in tables(result, design, compare(result)).items():
        write_csv(tmp_path / name, *table)
    rows = list(csv.DictReader((tmp_path / "sweep.csv").read_text("utf-8").splitlines()))
    assert list(rows[0])[:6] == ["point", "effect", "team", "overloaded", "kpi", "unit"]
    first, second = (row for row in rows if row["kpi"] == "money.leakage")
    assert (first["point"], first["effect"], first["difference"]) == ("1", "0", "")
    assert (second["point"], second["effect"], second["n"]) == ("2", "0.05", "5")
    a, b = (
        np.array([o.kpis["money.leakage"] for o in by.values()]) for by in result.outcomes.values()
    )
    assert float(second["mean"]) == pytest.approx(b.mean())
    assert float(second["difference"]) == pytest.approx((b - a).mean())
    low, high = float(second["difference_ci_low"]), float(second["difference_ci_high"])
    assert low < float(second["difference"]) < high
    assert high - low < float(second["ci_high"]) - float(second["ci_low"])  # the pairs share luck


def test_equal_points_are_simulated_once(tmp_path: Path) -> None:
    toys = [Toy(name="point 1"), Toy(name="point 2")]
    seen: list[int] = []

    def counted(toy: Toy, replication: int) -> object:
        seen.append(replication)
        return simulate(toy, replication)

    run_study(toys, tmp_path, replications=3, workers=1, simulate=counted)  # type: ignore[arg-type]
    assert seen == [0, 1, 2]


def test_a_design_is_plain_data() -> None:
    design = from_options(["a=1,2", "b=x"])
    assert isinstance(design, Design)
    assert design.plain() == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]
