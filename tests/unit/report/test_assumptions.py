"""What a study assumes: values side by side, with the confidence that the parameter page gives."""

from typing import Any

import pytest

from sim.report.assumptions import OWN, Assumption, assumptions, confidence_summary
from sim.scenario import evidence
from sim.scenario.evidence import LETTERS
from sim.scenario.load import load, shipped_file
from sim.study.store import content_of


def said(name: str, *overrides: str) -> dict[str, Any]:
    return content_of(load(shipped_file(f"{name}.yaml"), overrides).scenario)


@pytest.fixture(scope="module")
def found() -> dict[str, Assumption]:
    scenarios = {
        "a": said("generalist", "hospital.inpatient.payment_cv=0.123"),
        "b": said("specialized"),
    }
    return {each.path: each for each in assumptions(scenarios)}


def test_vendors_lie_side_by_side(found: dict[str, Assumption]) -> None:
    rate = found["vendors.*.turnover.annual_rate"]
    assert rate.values == ("0.39", "0.3")
    assert (rate.unit, rate.kind, rate.source) == ("1/year", "uncertainty", "B1, H2")
    assert (rate.differs, rate.contrasts, rate.short) == (True, True, "Turnover, annual rate")
    nurses = found["vendors.*.certification_mix.RN"]
    assert nurses.values == ("–", "0.1")
    assert (nurses.differs, nurses.contrasts, nurses.kind) == (True, False, "lever")


def test_confidence_is_that_of_the_documented_value_only(found: dict[str, Assumption]) -> None:
    assert found["vendors.*.learning.domain_per_month"].confidence == "V"
    assert "12 months to proficiency" in found["vendors.*.learning.domain_per_month"].reasoning
    changed = found["hospital.inpatient.payment_cv"]
    assert changed.confidence.startswith(OWN)  # in a
    assert changed.confidence != OWN  # in b
    assert changed.values[0] == "0.123"


def test_several_vendors_keep_their_names() -> None:
    both = said("generalist")
    both["teams"] = [*both["teams"][:-1], {**both["teams"][-1], "vendor": "other"}]
    paths = {each.path for each in assumptions({"a": both, "b": said("specialized")})}
    assert {"vendors.generalist.conformance", "vendors.specialized.conformance"} <= paths


def test_the_summary_counts_every_value(found: dict[str, Assumption]) -> None:
    text = confidence_summary(list(found.values()))
    assert f" of the {len(found)} values are assumptions" in text
    counts = [part.split(":")[1].strip(" ).") for part in text.partition("(")[2].split(";")]
    assert sum(map(int, counts)) == len(found)
    assert all(f"{letter}: " in text for letter in LETTERS)
    assert "not kept" in confidence_summary([])


def test_without_the_page_nothing_is_known(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence.evidence.cache_clear()
    monkeypatch.setattr(evidence, "shipped_configs", lambda: tmp_path / "configs")
    try:
        assert evidence.evidence() == {}
    finally:
        evidence.evidence.cache_clear()
