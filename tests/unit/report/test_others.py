"""Tables of other commands, as a page shows them."""

from __future__ import annotations

import pytest

from sim.report.others import in_words


def test_a_scorecard_has_ranges_and_values_in_their_unit() -> None:
    heads = ["claim", "words", "unit", "low", "high", "n", "value", "ci_low", "ci_high", "verdict"]
    shown = in_words(
        [
            heads,
            ["k", "both", "share", "0.65", "0.75", "10", "0.7686", "0.7601", "0.7772", "near"],
            ["l", "above", "points", "-0.005", "", "10", "0.012", "0.0052", "0.0188", "in range"],
            ["m", "below", "USD", "", "0", "10", "-1508763", "-1653928", "-1363598", "in range"],
            ["g", "given", "share", "", "", "0", "", "", "", "given"],
            ["d", "days", "days", "0", "90", "10", "49", "", "", "in range"],
        ]
    )
    assert shown == [
        ["Claim", "Range", "Value", "Verdict"],
        ["both", "65 to 75 %", "76.9 % (76.0 to 77.7)", "near"],
        ["above", "≥ −0.50 points", "+1.2 points (+0.5 to +1.9)", "in range"],
        ["below", "≤ $ 0", "−$ 1.51 M (−1.65 to −1.36)", "in range"],
        ["given", "", "", "given"],
        ["days", "0 to 90 days", "49 days", "in range"],
    ]


def test_each_mean_stands_with_its_interval_and_the_unit_of_its_kpi() -> None:
    heads = ["kpi", "group", "n", "alone", "alone_ci_low", "alone_ci_high", "last", "x"]
    row = ["denials.initial_rate", "people", "5", "-0.02", "-0.03", "-0.01", "0.5", ""]
    assert in_words([heads, row]) == [
        ["KPI", "Group", "Alone", "Last", "X"],
        ["Initial denial rate", "people", "−2.0 % (−3.0 to −1.0)", "0.5000", ""],
    ]
    money = [["function", "net_value_usd", "net_value_ci_low", "net_value_ci_high", "best_share"],
             ["ar", "-31261.9", "-40287.2", "-22236.8", "0.5"]]  # fmt: skip
    assert in_words(money)[1] == ["ar", "−$ 31,000 (−40,000 to −22,000)", "0.5000"]


def test_a_break_even_is_not_in_the_unit_of_the_kpi() -> None:
    heads = ["path", "kpi", "unit", "baseline", "scenario", "root", "ci_low", "ci_high"]
    row = ["v.turnover", "money.net_value_usd", "USD", "a", "b", "0.695147", "0.492931", "0.990950"]
    assert in_words([heads, row])[1][-1] == "0.6951 (0.4929 to 0.9909)"


@pytest.mark.parametrize(
    ("heads", "row", "shown"),
    [
        (["value", "ci_low", "ci_high", "unit"], ["x", "1", "2", "share"], ["x"]),
        (["kpi", "mean", "ci_low", "ci_high"], ["mine", "1", "2", "3"], ["Mine", "1"]),
        (["value", "ci_low", "ci_high"], ["1"], ["1"]),
        (["a", "b"], [], ["", ""]),
        ([], ["1", "2"], []),
    ],
)
def test_a_table_of_somebody_else_is_shown_as_it_stands(
    heads: list[str], row: list[str], shown: list[str]
) -> None:
    assert in_words([heads, row])[1] == shown
