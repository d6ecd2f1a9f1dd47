"""Targets: what is a target, when it is met, and how likely that is."""

import math
from pathlib import Path

import pytest

from sim.study.replicate import run_study
from sim.study.statistics import wilson_interval
from sim.study.targets import Target, chances, parse
from tests.unit.study.toy import Toy, simulate


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("denials.initial_rate<=5%", Target("denials.initial_rate", "<=", 0.05)),
        ("denials.initial_rate<=10.1%", Target("denials.initial_rate", "<=", 0.101)),
        (" money.net_value_usd >= -2.5e6 ", Target("money.net_value_usd", ">=", -2.5e6)),
    ],
)
def test_a_target_is_read(text: str, target: Target) -> None:
    assert parse(text) == target


@pytest.mark.parametrize("text", ["", "money.tco", "money.tco=5", "money.tco<5", "x<=1.2.3", "<=1"])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse(text)


def test_chances_count_replications_that_meet_the_limit(tmp_path: Path) -> None:
    toys = [Toy(name="base"), Toy(name="more", effect=0.05)]
    result = run_study(toys, tmp_path, replications=12, workers=1, simulate=simulate)
    few, none = chances(result, [Target("money.leakage", "<=", 0.2)])
    values = [o.kpis["money.leakage"] for o in result.outcomes["base"].values()]
    met = sum(v <= 0.2 for v in values)
    assert 0 < met < 12
    assert (few.scenario, few.n, few.met) == ("base", 12, met)
    assert (few.low, few.high) == wilson_interval(met, 12)
    assert none.met == 0
    assert none.low == pytest.approx(0.0, abs=1e-12)
    assert none.high < 0.3
    odd, _ = chances(result, [Target("denials.overturned_rate", ">=", 0.0)])
    assert (odd.n, odd.share) == (6, 1.0)  # not defined in every other replication
    unknown, _ = chances(result, [Target("money.tco", "<=", 1.0)])
    assert unknown.n == 0
    assert math.isnan(unknown.share)
