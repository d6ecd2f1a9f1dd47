"""Sensitivity against functions of known effects; the seed is fixed, so nothing is chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris

from sim.scenario.load import load, shipped_file
from sim.study import StudyError
from sim.study.sensitivity import LEVELS, Design, Effect, Factor, design, effects, named, of_kind
from sim.study.statistics import Floats

SEED = 20260101
SPECIALIZED = shipped_file("specialized.yaml")
GENERALIST = shipped_file("generalist.yaml")


def factor(name: str, low: float, high: float, *, whole: bool = False) -> Factor:
    return Factor(name, low, high, "", "lever", whole)


def asked(made: Design, function: Callable[..., float], noise: float = 0.0) -> Floats:
    """The function at the settings of each point, in eight replications with the same luck."""
    settings = [{k: float(v) for k, v in (s.split("=") for s in p)} for p in made.settings()]
    luck = np.random.default_rng(1).normal(0.0, noise, 8)
    return np.array([function(**values) + luck for values in settings])


def by_path(found: list[Effect]) -> dict[str, Effect]:
    return {effect.factor.path: effect for effect in found}


def test_morris_finds_a_line_exactly_and_a_null_factor_at_zero() -> None:
    made = design("morris", [factor("a", 2, 4), factor("b", -1, 1), factor("c", 0, 5)], 6, SEED)
    values = asked(made, lambda a, b, c: 3 * a - 10 * b, noise=5.0)
    found = effects(made, values, "money.net_value_usd", SEED)
    assert [e.factor.path for e in found] == ["b", "a", "c"]
    for path, size, signed in (("a", 6, 6), ("b", 20, -20), ("c", 0, 0)):
        told = by_path(found)[path].quantities
        assert told["mu_star"].mean == pytest.approx(size, rel=1e-5)
        assert told["mu"].mean == pytest.approx(signed, rel=1e-5)
        assert told["sigma"].mean == pytest.approx(0, abs=1e-4)
        assert told["mu_star"].high - told["mu_star"].low == pytest.approx(0, abs=1e-4)
    # The differences are taken pair by pair, so what does nothing scores zero and not nearly zero.
    null = by_path(found)["c"].quantities
    assert (null["mu_star"].mean, null["mu_star"].high, null["sigma"].mean) == (0.0, 0.0, 0.0)


def test_morris_agrees_with_salib_where_no_step_is_rounded() -> None:
    made = design("morris", [factor(n, -math.pi, math.pi) for n in "abc"], 12, SEED)
    values = asked(made, ishigami)
    found = by_path(effects(made, values, "money.net_value_usd", SEED))
    cube = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    theirs = salib_morris.analyze(cube, made.points, values.mean(axis=1), num_levels=LEVELS)
    for i, name in enumerate("abc"):
        ours = found[name].quantities
        for key in ("mu_star", "mu", "sigma"):
            assert ours[key].mean == pytest.approx(float(theirs[key][i]), abs=1e-9)
        assert ours["mu_star"].low <= ours["mu_star"].mean <= ours["mu_star"].high
    # On four levels sin² takes one step only, whose size is the same everywhere: no interval.
    widths = [at.high - at.low for at in (found[n].quantities["mu_star"] for n in "ab")]
    assert widths[0] > 0.5
    assert widths[1] == pytest.approx(0, abs=1e-9)


def test_whole_numbers_are_divided_by_the_step_that_was_taken() -> None:
    made = design("morris", [factor("n", 16, 20, whole=True), factor("x", 0, 1)], 8, SEED)
    found = by_path(effects(made, asked(made, lambda n, x: 5 * n), "money.tco", SEED))
    assert found["n"].quantities["mu_star"].mean == pytest.approx(20)
    assert found["n"].quantities["sigma"].mean == pytest.approx(0, abs=1e-9)
    assert all(setting[0] in {f"n={i}" for i in range(16, 21)} for setting in made.settings())


def ishigami(a: float, b: float, c: float) -> float:
    """Ishigami and Homma (1990) with 7 and 0.1."""
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def test_sobol_finds_the_shares_of_ishigami() -> None:
    made = design("sobol", [factor(n, -math.pi, math.pi) for n in "abc"], 1024, SEED)
    found = by_path(effects(made, asked(made, ishigami), "money.net_value_usd", SEED))
    first, cross, b = (1 + math.pi**4 / 50) ** 2 / 2, 0.1**2 * math.pi**8 * 8 / 225, 49 / 8
    all_of_it = first + cross + b
    true = {"a": (first, first + cross), "b": (b, b), "c": (0.0, cross)}
    for name, shares in true.items():
        told = found[name].quantities
        for quantity, share in zip(("first", "total"), shares, strict=True):
            assert told[quantity].mean == pytest.approx(share / all_of_it, abs=0.05)
            assert told[quantity].low < told[quantity].high


def test_sobol_without_variance_is_zero_and_not_undefined() -> None:
    made = design("sobol", [factor("a", 0, 1), factor("b", 0, 1)], 4, SEED)
    found = effects(made, asked(made, lambda a, b: 3.0), "money.net_value_usd", SEED)
    assert [q.mean for e in found for q in e.quantities.values()] == [0.0] * 4


def test_one_at_a_time_is_paired_with_the_scenario_as_written() -> None:
    made = design("oat", [factor("a", 0, 2), factor("b", 1, 3)], 1, SEED)
    assert made.settings() == [(), ("a=0.0",), ("a=2.0",), ("b=1.0",), ("b=3.0",)]
    values = asked(made, lambda a=1.0, b=1.0: 10 * a + b * b, noise=5.0)
    found = by_path(effects(made, values, "money.net_value_usd", SEED))
    for path, low, high in (("a", -10, 10), ("b", 0, 8)):
        told = found[path].quantities
        assert told["at_low"].mean == pytest.approx(low)
        assert told["at_high"].mean == pytest.approx(high)
        assert told["swing"].mean == pytest.approx(high - low)
        assert told["swing"].high - told["swing"].low < 1e-6  # the luck cancels in each pair
    spread = found["a"].quantities["response_low"]
    assert spread.high - spread.low > 1  # and stays in the response


@pytest.mark.parametrize(
    ("method", "size", "count", "said"),
    [
        ("sobol", 6, 2, "a power of two"),
        ("morris", 4096, 2, "12,288 points"),
        ("oat", 1, 0, "nothing is varied"),
    ],
)
def test_designs_that_cannot_be(method: str, size: int, count: int, said: str) -> None:
    factors = [factor(f"x{i}", 0, 1) for i in range(count)]
    with pytest.raises(StudyError, match=said) as error:
        design(method, factors, size, SEED)
    assert error.value.exit_code == 2


def test_fields_of_a_kind_stay_valid_and_the_rest_is_named() -> None:
    found, left_out = of_kind([SPECIALIZED], [], "lever", 500, spread=0.2)
    paths = {f.path: f for f in found}
    price = paths["vendors.specialized.price.usd_per_hour"]
    assert (price.low, price.high, price.unit) == (
        pytest.approx(33.6),
        pytest.approx(50.4),
        "USD/hour",
    )
    assert paths["vendors.specialized.target_occupancy"].high == 1.0  # 0.85 + 20 % is above 1
    size = paths["vendors.specialized.hiring.class_size"]
    assert (size.low, size.high, size.whole) == (16, 24, True)
    assert all(f.kind == "lever" for f in found)
    assert any("certification_mix: a list or a mix" in why for why in left_out)
    assert any("realtime_review_share: no range" in why for why in left_out)
    for each in found:
        for u in (0, 1):
            load(SPECIALIZED, [f"{each.path}={each.at(u)!r}"])


def test_the_cap_is_said_and_both_files_have_their_turn() -> None:
    found, left_out = of_kind([GENERALIST, SPECIALIZED], [], "lever", 6, spread=0.2)
    assert len(found) == 6
    assert {f.path.split(".")[1] for f in found if f.path.startswith("vendors.")} == {
        "generalist",
        "specialized",
    }
    assert left_out[-1].endswith("narrower ranges: 6 are varied (--most)")


def test_uncertainties_leave_out_size_and_what_must_sum_to_one() -> None:
    found, left_out = of_kind([SPECIALIZED], [], "uncertainty", 500)
    paths = [f.path for f in found]
    assert "hospital.scale" not in paths
    assert any(why.startswith("hospital.scale: ") for why in left_out)
    assert "hospital.inpatient.cc_share" in paths


def test_named_factors_are_read_as_written() -> None:
    [found] = named(["vendors.specialized.hiring.class_size=10:30"])
    assert (found.low, found.high, found.whole, found.kind) == (10, 30, True, "lever")
    with pytest.raises(StudyError, match="varied twice"):
        named(["people.speed_sigma=0.1:0.2", "people.speed_sigma=0.1:0.3"])


def test_files_that_are_missing_are_a_problem_of_the_scenario(tmp_path: Path) -> None:
    from sim.scenario.problems import ScenarioError

    with pytest.raises(ScenarioError, match="there is no file"):
        of_kind([tmp_path / "nothing.yaml"], [], "lever", 5)
