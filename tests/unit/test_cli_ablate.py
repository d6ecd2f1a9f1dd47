"""`denialloop ablate`: known effects found group by group; the simulation is a stand-in."""

from __future__ import annotations

import csv
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.record.record import Outcome
from sim.report import files
from sim.report.answer import Chart
from sim.scenario.load import load, shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Quality, Vendor
from sim.study import StudyError, replicate
from sim.study.ablate import GROUPS, Coalition, coalitions, name_of, pair, scenario, shapley_values

CONFIGS = shipped_configs()
FILES = [str(shipped_file(f"{name}.yaml")) for name in ("generalist", "specialized")]


def shipped(name: str) -> Scenario:
    return load(shipped_file(f"{name}.yaml")).scenario


def fake(made: Scenario, replication: int) -> Outcome:
    """Turnover is worth 10, held notes 20, and 6 more where denials are worked by many levels."""
    [vendor] = made.vendors
    luck = float(np.random.default_rng([5, replication]).normal(0, 100.0))
    steady = 10.0 * (vendor.turnover.annual_rate == 0.30)
    held = 20.0 * (vendor.quality.hold_and_query_share == 0.62)
    both = 6.0 * bool(steady and held)
    own = (replication % 3 - 1) * bool(steady)
    return Outcome(
        {"money.net_value_usd": 1000 + luck + steady + held + both + own}, {"monthly": {"x": [1]}}
    )


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=fake))


def test_every_attribute_of_a_vendor_is_in_exactly_one_group() -> None:
    fields = [field for _, own in GROUPS.values() for field in own]
    expected = [name for name in Vendor.model_fields if name not in ("name", "quality")]
    expected += [f"quality.{name}" for name in Quality.model_fields]
    assert sorted(fields) == sorted(expected)


@pytest.mark.parametrize(
    "names",
    [
        ("generalist", "specialized"),
        ("typical_generalist", "typical_specialist"),
        ("typical_specialist", "typical_generalist"),
    ],
)
def test_all_coalitions_together_lead_from_one_vendor_to_the_other(names: tuple[str, str]) -> None:
    base, other = map(shipped, names)
    both = pair(base, other)
    assert scenario(both, frozenset()) == base
    full = scenario(both, frozenset(both.groups))
    [mine], [theirs] = full.vendors, other.vendors
    assert mine.model_copy(update={"name": theirs.name}) == theirs
    for field in ("discipline", "site"):
        assert [getattr(t, field) for t in full.teams] == [getattr(t, field) for t in other.teams]
    assert {t.site for t in full.teams} - {None} <= {site.name for site in full.sites}
    needed = coalitions(both, shapley=True)
    assert len(needed) == len(set(needed))
    assert len({name_of(both, given) for given in needed}) == len(needed)
    assert set(coalitions(both, shapley=False)) <= set(needed)
    for group in both.groups:
        alone = scenario(both, frozenset({group}))
        changed = pair(base, alone.model_copy(update={"name": "other"})).groups
        assert changed == (group,)


@pytest.mark.usefixtures("stand_in")
def test_effects_and_shares_are_those_put_in(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["ablate", *FILES, "--shapley", "--replications", "6", "--workers", "1"]
    assert main(words) == FINE
    said = capsys.readouterr().out
    folder = Path("results/generalist_to_specialized_ablation")
    rows = list(csv.DictReader((folder / "ablation.csv").read_text().splitlines()))
    by = {row["group"]: row for row in rows}
    expected = {  # alone, last, in the order of the table
        "turnover and hiring": (10.0, 16.0, 10.0),
        "hold and query": (20.0, 26.0, 26.0),
    }
    for group, row in by.items():
        worth = expected.get(group, (0.0, 0.0, 0.0))
        found = [float(row[way]) for way in ("alone", "last", "cumulative")]
        assert found == pytest.approx(worth), group
    shares = list(csv.DictReader((folder / "shapley.csv").read_text().splitlines()))
    values = {row["family"]: float(row["value"]) for row in shares}
    # The two work together, and share what they bring together evenly.
    assert values == pytest.approx(
        {"people": 13.0, "checks": 23.0, "denials": 0.0, "feedback": 0.0, "terms": 0.0}
    )
    assert sum(values.values()) == pytest.approx(float(shares[0]["whole"]))
    assert "hold and query changes net value most: +$20" in said
    assert max(map(len, said.splitlines()[:-2])) <= 80
    assert {p.suffix for p in (folder / "charts").iterdir()} == {".svg", ".png", ".csv"}


def test_shapley_shares_out_all_and_only_what_is_there() -> None:
    families = {f: frozenset({f}) for f in "abcd"}

    def worth(given: Coalition) -> np.ndarray:
        value = 3.0 * ("a" in given) + 4.0 * len(given & {"b", "c"}) ** 2 + 0.0 * ("d" in given)
        return np.array([value, 2 * value])

    found = shapley_values(families, worth)
    assert sum(v[0] for v in found.values()) == pytest.approx(worth(frozenset("abcd"))[0])
    assert found["a"].tolist() == pytest.approx([3.0, 6.0])
    assert found["b"].tolist() == pytest.approx(found["c"].tolist())  # symmetry
    assert found["d"].tolist() == pytest.approx([0.0, 0.0])  # a dummy gets nothing


REFUSED = {
    "the same": (("generalist", "generalist"), "do not differ"),
    "two vendors": (("generalist", "hybrid"), "more than one vendor|differ in"),
    "a switch": (("medcentral", "specialized"), "more than one vendor"),
    "another world": (("generalist", "surge"), "differ in timeline"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_turned_into_each_other_is_refused(case: str) -> None:
    names, said = REFUSED[case]
    with pytest.raises(StudyError, match=said):
        pair(*map(shipped, names))


@pytest.mark.usefixtures("stand_in")
def test_a_refusal_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ablate", FILES[0], str(CONFIGS / "surge.yaml"), "--quiet"]) == BAD_INPUT
    assert "differ in timeline" in capsys.readouterr().err
    assert not Path("results").exists()


def test_the_groups_of_a_family_stand_together() -> None:
    families = [family for family, _ in GROUPS.values()]
    changes = sum(a != b for a, b in pairwise(families))
    assert changes == len(set(families)) - 1


@pytest.mark.usefixtures("stand_in")
def test_charts_of_an_earlier_question_are_not_left_beside_the_tables() -> None:
    words = ["ablate", *FILES, "--replications", "2", "--workers", "1", "--out", "x", "--quiet"]
    charts = Path("x/charts")
    charts.mkdir(parents=True)
    (charts / "something_of_mine.svg").touch()
    answer = [Chart("ablation_of_something_else", "bars", "", "", ())]
    files.write_numbers(answer, Path("x"))
    (charts / "ablation_of_something_else.svg").touch()
    assert main(words) == FINE
    drawn = {path.name for path in charts.iterdir()}
    assert {f"ablation_money_net_value_usd.{kind}" for kind in ("csv", "png", "svg")} < drawn
    assert "ablation_of_something_else.svg" not in drawn
    assert "something_of_mine.svg" in drawn
    assert Path("x/report.html").exists()
    assert main([*words, "--formats", "none"]) == FINE
    assert {path.name for path in charts.glob("*.[sp]*")} == {"something_of_mine.svg"}
    assert not Path("x/report.html").exists()


def test_a_site_that_both_write_differently_is_refused() -> None:
    one = shipped("typical_generalist")
    [site] = one.sites
    moved = site.model_copy(update={"utc_offset_hours": 8.0})
    other = one.model_copy(update={"name": "moved", "sites": (moved,)})
    with pytest.raises(StudyError, match="write the site manila differently"):
        pair(one, other)
