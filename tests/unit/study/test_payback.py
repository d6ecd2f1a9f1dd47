"""Payback of curves that are known: the day from which they stay positive, and from where on."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sim.record.record import Outcome, Table
from sim.study import payback
from sim.study.payback import Payback, paybacks
from sim.study.replicate import StudyResult


def money(cash: Sequence[float], fees: float = 10.0, one_off: float = 0.0) -> Table:
    weeks = len(cash)
    return {
        "week": list(range(weeks)),
        "week_start": [f"week {week}" for week in range(weeks)],
        "cash_usd": list(cash),
        "accrued_usd": [c + 1.0 for c in cash],
        "fees_usd": [fees] * weeks,
        "hospital_usd": [0.0] * weeks,
        "one_off_usd": [one_off, *[0.0] * (weeks - 1)],
    }


def study(**scenarios: Sequence[Table]) -> StudyResult:
    """A study of scenarios by their money in each replication."""
    outcomes = {
        name: {r: Outcome({}, {"money": table} if table else {}) for r, table in enumerate(tables)}
        for name, tables in scenarios.items()
    }
    return StudyResult(tuple(outcomes), outcomes, 7, (), "", 1, 0, {}, "")


def one(result: StudyResult, basis: str = "cash") -> Payback:
    [found] = [p for p in paybacks(result) if p.basis == basis]
    return found


def test_a_one_off_cost_is_earned_back() -> None:
    base, other = money([100.0] * 8), money([115.0] * 8, fees=14.0, one_off=40.0)
    found = one(study(a=[base], b=[other]))  # -29, -18, -7, 4, 15, ...
    assert found.curves.tolist() == [[-29 + 11 * week for week in range(8)]]
    assert found.days == [28.0]
    assert found.median == 28.0
    assert (found.baseline, found.scenario, found.since) == ("a", "b", "week 0")


@pytest.mark.parametrize(
    ("steps", "day"),
    [
        ([1, 1, 1, 1], 7.0),  # ahead from the first week's end
        ([-1, 1, 1, 1], 21.0),  # a balance of 0 is not ahead
        ([2, -3, 2, 1], 21.0),  # ahead, behind again, then for good
        ([5, 1, 1, -8], math.inf),  # behind at the end of the run
        ([-1, -1, -1, -1], math.inf),
    ],
)
def test_ahead_counts_only_if_it_lasts(steps: list[float], day: float) -> None:
    found = one(study(a=[money([100.0] * 4)], b=[money([100.0 + step for step in steps])]))
    assert found.days == [day]


def test_weeks_count_from_the_event_in_which_two_scenarios_differ() -> None:
    stays = [100.0] * 6
    # Served before the switch in week 3, paid for differently after it: accrual has no say.
    left = money(stays), money([*stays[:3], 80.0, 130.0, 130.0])
    left[1]["accrued_usd"][1] += 5.0
    result = study(stays=[left[0]], switches=[left[1]])
    cash = one(result)
    assert cash.since == "week 3"
    assert cash.curves.tolist() == [[-20.0, 10.0, 40.0]]
    assert cash.days == [14.0]
    assert one(result, "accrual").curves.tolist() == [[-15.0, 15.0, 45.0]]


def test_accrual_and_cash_have_their_own_curves() -> None:
    lagging = money([100.0, 100.0, 140.0, 140.0], one_off=30.0)
    lagging["accrued_usd"] = [141.0] * 4
    result = study(a=[money([100.0] * 4)], b=[lagging])
    assert one(result).days == [21.0]
    assert one(result, "accrual").days == [7.0]


def test_the_median_day_and_its_interval_over_pairs() -> None:
    gains = (100.0, 40.0, 26.0, 19.0, 16.0, 13.0, 10.0, 8.0)  # 8 pairs; one-off 50
    b = [money([100.0 + gain] * 6, one_off=50.0) for gain in gains]
    found = one(study(a=[money([100.0] * 6)] * 8, b=b))
    assert found.days == [7.0, 14.0, 14.0, 21.0, 28.0, 28.0, 42.0, math.inf]
    assert found.median == 28.0, "the later of the two in the middle"
    assert found.interval == (7.0, math.inf), "first and last of eight cover with 99 %"
    _, [row, _] = payback.table(study(a=[money([100.0] * 6)] * 8, b=b))
    assert row[:7] == ("a", "b", "cash", "week 0", 8, 7, 28.0)
    assert row[7] == 7.0
    assert math.isnan(float(str(row[8])))


def test_the_interval_of_the_median_covers_it() -> None:
    """400 studies of 10 pairs; exact coverage 97.9 %, so fewer than 375 has odds below 1e-7."""
    luck = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        # Gains such that the median day lies between the ends of the fifth and sixth week.
        gains = 50.0 / luck.uniform(0.0, 11.0, 10)
        curves = np.cumsum(np.tile(gains[:, None], 12), axis=1) - 50.0
        low, high = Payback("a", "b", "cash", "", curves).interval
        hits += low <= 7 * 6 <= high
    assert hits >= 375


def test_what_cannot_be_told_is_left_out() -> None:
    same = money([100.0] * 3)
    assert paybacks(study(a=[same], b=[same])) == []
    assert paybacks(study(a=[{}], b=[same])) == []
    assert paybacks(study(a=[same])) == []
    shorter = one(study(a=[same], b=[money([101.0] * 2)]))
    assert shorter.curves.tolist() == [[1.0, 2.0]], "up to the end of the shorter run"


def test_every_study_of_several_scenarios_writes_the_table(tmp_path: Path) -> None:
    from sim.study.compare import compare
    from sim.study.tables import write_study

    result = study(a=[money([100.0] * 3)], b=[money([101.0] * 3)])
    for by in result.outcomes.values():
        for outcome in by.values():
            outcome.kpis["money.leakage"] = 0.1
    result.scenario_hashes.update(a="", b="")
    said = {
        "start": "2025-01-01",
        "horizon_days": 21,
        "kpi_from_days": 0,
        "kpi_until_days": 0,
        "hospital": {"scale": 1.0},
    }
    result.scenarios.update(a=said, b=said)
    write_study(result, tmp_path, command=["x"], comparisons=compare(result))
    head, cash, accrual = (tmp_path / "payback.csv").read_text("utf-8").splitlines()
    assert head == ("baseline,scenario,basis,since,pairs,pairs_paid_back,median_day,ci_low,ci_high")
    assert cash == "a,b,cash,week 0,1,1,7,,"
    assert accrual == "a,b,accrual,week 0,1,1,7,,"
