"""Comparisons say what the pairs say, in stable words."""

import math
from pathlib import Path

import pytest

from sim.record.kpi import Kpi
from sim.study.compare import (
    BETTER,
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    TOO_SMALL,
    UNCLEAR,
    UNDEFINED,
    WORSE,
    compare,
    summarise,
    verdict,
)
from sim.study.replicate import StudyResult, run_study
from sim.study.statistics import Interval, holm, mean_interval, paired_difference
from tests.unit.study.toy import Toy, simulate

REPLICATIONS = 12


def study(folder: Path, *toys: Toy) -> StudyResult:
    return run_study(toys, folder, replications=REPLICATIONS, workers=1, simulate=simulate)


def kpi(better: str, smallest: float = 0.0) -> Kpi:
    return Kpi("x", "share", better, "mean", "for tests", smallest, headline=True)


def interval(mean: float, half: float, n: int = 10) -> Interval:
    return Interval(n, mean, half * math.sqrt(n) / 2.262, mean - half, mean + half)


def test_summary_is_the_interval_of_each_kpi(tmp_path: Path) -> None:
    result = study(tmp_path, Toy(name="base"), Toy(name="more", effect=0.05))
    rows = {(row.scenario, row.kpi.name): row.interval for row in summarise(result)}
    assert len(rows) == 10
    leakage = [o.kpis["money.leakage"] for o in result.outcomes["more"].values()]
    assert rows["more", "money.leakage"] == mean_interval(leakage)
    assert rows["more", "denials.overturned_rate"].n == REPLICATIONS // 2


def test_every_scenario_is_compared_with_the_first(tmp_path: Path) -> None:
    toys = [Toy(name="base"), Toy(name="more", effect=0.05), Toy(name="less", effect=-0.05)]
    result = study(tmp_path, *toys)
    rows = {(row.scenario, row.kpi.name): row for row in compare(result)}
    assert len(rows) == 10
    assert {row.baseline for row in rows.values()} == {"base"}
    base, more = (
        [o.kpis["money.leakage"] for o in result.outcomes[name].values()]
        for name in ("base", "more")
    )
    row = rows["more", "money.leakage"]
    assert row.difference == paired_difference(base, more).interval
    assert row.relative == pytest.approx(0.25, rel=0.02)
    assert row.correlation > 0.9
    assert row.variance_reduction > 10
    assert row.verdict == WORSE
    assert rows["less", "money.leakage"].verdict == BETTER
    assert rows["more", "claims.first_pass_payment_rate"].verdict == WORSE


@pytest.mark.parametrize("headline", [True, False])
def test_headline_kpis_of_all_scenarios_are_adjusted_together(
    tmp_path: Path, headline: bool
) -> None:
    toys = [Toy(name="base"), Toy(name="a", effect=0.001), Toy(name="b", effect=-0.002)]
    result = study(tmp_path, *toys)
    rows = [row for row in compare(result) if row.kpi.headline is headline]
    assert {row.scenario for row in rows} == {"a", "b"}
    raw = []
    for row in rows:
        base, other = (
            [o.kpis[row.kpi.name] for o in result.outcomes[name].values()]
            for name in ("base", row.scenario)
        )
        raw.append(paired_difference(base, other).p)
    assert [row.p_adjusted for row in rows] == pytest.approx(list(holm(raw)))


def test_single_kpis_can_be_asked_for(tmp_path: Path) -> None:
    toys = [Toy(name="base"), Toy(name="a", effect=0.01), Toy(name="b", effect=-0.01)]
    rows = compare(study(tmp_path, *toys), kpis=["money.leakage"])
    assert [(row.scenario, row.kpi.name) for row in rows] == [
        ("a", "money.leakage"),
        ("b", "money.leakage"),
    ]


def test_a_copy_differs_in_nothing(tmp_path: Path) -> None:
    rows = compare(study(tmp_path, Toy(name="base"), Toy(name="copy")))
    assert {row.verdict for row in rows} == {NO_DIFFERENCE}
    assert {(r.difference.mean, r.difference.low, r.difference.high) for r in rows} == {(0, 0, 0)}
    assert {row.p_adjusted for row in rows} == {1.0}


def test_pairs_with_a_failed_replication_are_left_out(tmp_path: Path) -> None:
    result = study(tmp_path, Toy(name="base"), Toy(name="more", effect=0.05, fails_at=(2, 3)))
    by_name = {row.kpi.name: row.difference.n for row in compare(result)}
    assert by_name["money.leakage"] == REPLICATIONS - 2
    assert by_name["denials.overturned_rate"] == REPLICATIONS // 2 - 1


@pytest.mark.parametrize(
    ("better", "mean", "expected"),
    [
        ("higher", 1.0, BETTER),
        ("higher", -1.0, WORSE),
        ("lower", 1.0, WORSE),
        ("lower", -1.0, BETTER),
        ("neither", 1.0, HIGHER),
        ("neither", -1.0, LOWER),
    ],
)
def test_a_claimed_difference_has_a_direction(better: str, mean: float, expected: str) -> None:
    assert verdict(kpi(better), interval(mean, 0.2), 0.001) == expected


def test_a_difference_may_be_real_and_too_small_to_matter() -> None:
    assert verdict(kpi("higher", smallest=0.5), interval(0.1, 0.05), 0.001) == TOO_SMALL
    assert verdict(kpi("higher", smallest=0.5), interval(0.1, 0.3), 0.4) == TOO_SMALL
    assert verdict(kpi("higher", smallest=0.12), interval(0.1, 0.05), 0.001) == BETTER


def test_constant_differences_need_no_test() -> None:
    constant = Interval(10, 0.3, 0.0, 0.3, 0.3)
    assert verdict(kpi("higher"), constant, 0.0) == BETTER
    assert verdict(kpi("higher"), Interval(10, 0.0, 0.0, 0.0, 0.0), 1.0) == NO_DIFFERENCE


def test_fewer_than_two_pairs_say_nothing() -> None:
    one = Interval(1, 0.3, math.nan, math.nan, math.nan)
    assert verdict(kpi("higher"), one, math.nan) == UNDEFINED


def test_the_replications_asked_for_would_have_settled_it() -> None:
    wide = interval(1.0, 1.5)
    words = verdict(kpi("higher"), wide, 0.2)
    more = int(words.removeprefix("need about ").removesuffix(" more"))
    assert 5 < more < 30  # (1.5 / 1)^2 times the replications there are, or a little fewer
    strict = verdict(kpi("higher"), wide, 1.0, tests=50)
    assert int(strict.split()[2]) > more


def test_an_effect_too_small_to_settle_is_unclear() -> None:
    assert verdict(kpi("higher"), interval(0.001, 1.0), 0.9) == UNCLEAR
    assert verdict(kpi("higher"), interval(0.0, 1.0), 1.0) == UNCLEAR


def test_settling_that_a_difference_does_not_matter_counts_as_settling() -> None:
    words = verdict(kpi("higher", smallest=0.8), interval(0.0, 1.0), 0.9)
    assert words == "need about 5 more"
