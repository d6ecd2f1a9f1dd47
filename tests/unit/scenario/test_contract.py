"""A contract that could not be kept track of is refused in one line; the windows are calendar's."""

from __future__ import annotations

from datetime import date

import pytest

from sim.model.agreements import agreements
from sim.record.kpis import kpi
from sim.record.rates import every
from sim.record.views import View
from sim.scenario.contract import HIGHER_IS_BETTER, whole_windows
from sim.scenario.load import ScenarioError, load, shipped_file
from tests.scenarios import scenario, world_of
from tests.unit.record.test_kpis import record

TERM = "{kpi: denials.initial_rate, target: 0.08, ladder: [{threshold: 0.1, credit_share: 0.02}]}"


def contract(**changed: object) -> str:
    said = {"name": "a", "vendor": "generalist", "window": "quarter", "terms": f"[{TERM}]"}
    inside = ", ".join(f"{key}: {value}" for key, value in (said | changed).items())
    return f"contract=[{{{inside}}}]"


def term(**changed: object) -> str:
    said = {"kpi": "quality.coding_accuracy", "target": 0.95}
    inside = ", ".join(f"{key}: {value}" for key, value in (said | changed).items())
    return f"[{{{inside}}}]"


def rungs(*steps: tuple[float, float]) -> str:
    each = (f"{{threshold: {at}, credit_share: {share}}}" for at, share in steps)
    return f"[{', '.join(each)}]"


REFUSED = {
    "a ladder that rises": (
        contract(terms=term(ladder=rungs((0.9, 0.02), (0.92, 0.05)))),
        "contract.a.terms.0.ladder.1.threshold",
        "must descend",
    ),
    "a ladder of a rate that falls": (
        contract(
            terms=term(
                kpi="denials.initial_rate", target=0.08, ladder=rungs((0.1, 0.02), (0.09, 0.05))
            )
        ),
        "contract.a.terms.0.ladder.1.threshold",
        "must ascend",
    ),
    "a worse value that costs less": (
        contract(terms=term(ladder=rungs((0.9, 0.05), (0.8, 0.05)))),
        "contract.a.terms.0.ladder.1.credit_share",
        "must cost more",
    ),
    "a rung above the target": (
        contract(terms=term(ladder=rungs((0.97, 0.05)))),
        "contract.a.terms.0.ladder.0.threshold",
        "better than the target",
    ),
    "an unknown KPI": (
        contract(terms=term(kpi="denials.inital_rate")),
        "contract.a.terms.0.kpi",
        'did you mean "denials.initial_rate"?',
    ),
    "a queue that is not there": (
        contract(terms=term(kpi="work.in_time_share.scheduling")),
        "contract.a.terms.0.kpi",
        "unknown name",
    ),
    "an unknown vendor": (contract(vendor="genralist"), "contract.a.vendor", "did you mean"),
    "no whole window": (
        contract(window="quarter") + "|horizon_days=250|kpi_from_days=100|kpi_until_days=60",
        "contract.a.window",
        "no whole quarter",
    ),
    "tiers that fall": (
        contract(
            tiers="[{from_claims: 9, discount_share: 0.1}, {from_claims: 8, discount_share: 0.2}]"
        ),
        "contract.a.tiers.1.from_claims",
        "must ascend",
    ),
    "a minimum without a price": (contract(minimum_claims=100), "contract.a", "or neither"),
    "an end before the start": (
        contract(exit="{until: 2020-01-01}"),
        "contract.a.exit.until",
        "after the start",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_in_one_line(case: str) -> None:
    options, path, words = REFUSED[case]
    with pytest.raises(ScenarioError) as caught:
        load(shipped_file("generalist.yaml"), options.split("|"))
    [problem] = caught.value.problems
    assert problem.path == path
    assert words in str(problem)
    assert "\n" not in str(problem)


def test_two_contracts_of_a_name_are_refused() -> None:
    twice = contract()[len("contract=[") : -1]
    with pytest.raises(ScenarioError, match='two items are named "a"'):
        load(shipped_file("generalist.yaml"), [f"contract=[{twice}, {twice}]"])


def test_windows_are_whole_months_and_quarters_of_the_calendar() -> None:
    first, end = date(2025, 2, 10), date(2026, 1, 1)
    months = list(whole_windows(first, end, "month"))
    assert months[0] == (date(2025, 3, 1), date(2025, 4, 1))
    assert months[-1] == (date(2025, 12, 1), end)
    quarters = [begins for begins, _ in whole_windows(first, end, "quarter")]
    assert quarters == [date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1)]
    assert list(whole_windows(date(2025, 1, 1), date(2025, 1, 31), "month")) == []


def test_every_kpi_of_contracts_is_measured_and_has_its_direction() -> None:
    measured = every(View(record()))
    for name, higher in HIGHER_IS_BETTER.items():
        assert kpi(name).better == ("higher" if higher else "lower"), name
        assert name in measured or name.startswith("work.in_time_share."), name


def test_what_is_written_is_what_is_settled() -> None:
    scene = scenario(
        "generalist",
        contract(
            gain_share="{baseline_share: 0.9, vendor_share: 0.2}",
            at_risk_share=0.1,
            tiers="[{from_claims: 5, discount_share: 0.1}]",
            minimum_claims=7,
            shortfall_usd_per_claim=2,
            window="month",
            exit="{until: 2030-01-01, fee_usd: 9}",
        ),
        days=200,
    )
    [agreed] = agreements(scene, world_of(scene).stints)
    assert (agreed.vendor, agreed.months, agreed.at_risk_share) == ("generalist", 1, 0.1)
    assert (agreed.gain, agreed.tiers, agreed.minimum_claims) == ((0.9, 0.2, 1.0), ((5, 0.1),), 7)
    assert agreed.owed[0].ladder == ((0.1, 0.02),)
    assert all(30 <= first < end <= 140 for _, first, end in agreed.windows)
    assert (agreed.ended, agreed.exit_usd) == (None, 9.0)


@pytest.mark.parametrize(("until", "ended"), [("2030-01-01", 90), ("2025-03-01", None)])
def test_a_switch_before_the_end_ends_it(until: str, ended: int | None) -> None:
    switch = "timeline=!replace [{kind: vendor_switch, on: 2025-04-01, to: specialized}]"
    vendor = scenario("medcentral", switch).teams[0].vendor
    ends = contract(vendor=vendor, window="month", terms="[]", exit=f"{{until: {until}}}")
    scene = scenario("medcentral", switch, ends)
    [agreed] = agreements(scene, world_of(scene).stints)
    assert agreed.ended == ended
