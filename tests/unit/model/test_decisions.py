"""One draw for each decision: nothing that is decided about a claim hangs on another decision."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from sim.model.codes import CATEGORIES, Decision, names
from sim.model.kernel import ports
from sim.model.kernel.ports import Objects
from sim.model.kernel.rows import Claim
from tests.scenarios import by_reference, for_payers, replaced, scenario

LIMIT = 4.5
"""Standard errors; a run without a fault leaves them once in 150,000 pairs."""


@pytest.fixture(scope="module")
def luck() -> dict[str, dict[int, float]]:
    """The luck of each decision, by claim, of a run in which every claim is decided about much."""
    seen: dict[str, dict[int, float]] = {}
    one_per_category = Decision.DENIAL_WORKED  # the last of them, by category
    columns = names(Decision)
    drawn = ports.decision_luck

    def note(s: Objects, claim: Claim, i: int) -> float:
        value = drawn(s, claim, i)
        name = columns[min(i, one_per_category)]
        if i > one_per_category:
            name += f"_{CATEGORIES[i - one_per_category]}"
        seen.setdefault(name, {})[claim.key] = value
        return value

    busy = [
        *for_payers("short_pay_share", 1),
        "categories.DOC.incidence=0.6",
        "categories.DOC.rfi_share=0.6",
        "categories.DOC.deny_share=0.4",
        "categories.DOC.reject_share=0",
        "people.over_coding_share=1",
        "vendors.generalist.quality.under_coding_share=0",
        "hospital.inpatient.audit_selected_share=1",
        "hospital.outpatient.audit_selected_share=1",
        "hospital.inpatient.audit_finding_share=1",
        "hospital.outpatient.audit_finding_share=1",
        *(f"teams.{team}.headcount=400" for team in ("billing", "clinical", "ar")),
    ]
    with replaced(drawn, note):
        by_reference(scenario("generalist", *busy, scale=0.05, days=200))
    return seen


def test_each_decision_has_a_number_of_its_own(luck: dict[str, dict[int, float]]) -> None:
    assert {"records_worked", "records_lag", "short_pay_noticed", "audit_lag"} <= luck.keys()
    for one, other in combinations(luck.values(), 2):
        both = one.keys() & other.keys()
        assert all(one[key] != other[key] for key in both)


def test_no_decision_tells_anything_of_another(luck: dict[str, dict[int, float]]) -> None:
    """Correlations are nought, within chance: r is normal with a standard error of 1/√n."""
    told = 0
    for one, other in combinations(luck, 2):
        both = sorted(luck[one].keys() & luck[other].keys())
        if len(both) >= 100:
            told += 1
            r = np.corrcoef([luck[one][k] for k in both], [luck[other][k] for k in both])[0, 1]
            assert abs(r) < LIMIT / len(both) ** 0.5, (one, other)
    assert told >= 3


def test_those_who_are_taken_up_take_any_time(luck: dict[str, dict[int, float]]) -> None:
    """The time that records take is uniform among all whose luck to be taken up was the best."""
    both = sorted(luck["records_worked"].keys() & luck["records_lag"].keys())
    by_luck = sorted(both, key=luck["records_worked"].__getitem__)
    assert len(by_luck) > 200
    halves = [0, len(by_luck) // 2, len(by_luck)]
    for start, end in pairwise(halves):
        lags = [luck["records_lag"][key] for key in by_luck[start:end]]
        assert abs(np.mean(lags) - 0.5) < LIMIT * (1 / 12 / len(lags)) ** 0.5
