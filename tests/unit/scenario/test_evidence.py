"""The parameter page tells where values could lie: ranges in words, by hand, and all of them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.scenario.evidence import _ends, evidence


@pytest.mark.parametrize(
    ("value", "words", "last", "column", "place", "columns", "expected"),
    [
        (0.1, "0.05–0.25", "x", "value", 0, 1, (0.05, 0.25)),
        (18000, "16,000–20,500; 200,000–400,000", "x", "inpatient", 0, 2, (16000, 20500)),
        (330000, "16,000–20,500; 200,000–400,000", "x", "outpatient", 1, 2, (200000, 400000)),
        (0.5, "±0.15; DOC 0.45–0.75", "x", "REG", 0, 9, (0.35, 0.65)),
        (0.6, "±0.15; DOC 0.45–0.75", "x", "DOC", 3, 9, (0.45, 0.75)),
        (0.6, "±0.15; DOC 0.45–0.75", "DOC", "value", 0, 1, (0.45, 0.75)),
        (200, "±15 %", "x", "value", 0, 1, (170, 230)),
        (3, "half to double", "x", "value", 0, 1, (1.5, 6)),
        (0.975, "0.80–0.95; 0.95–0.995", "x", "CPC", 1, 5, (0.95, 0.995)),
        (1, "DUP 0–0.2", "x", "REG", 0, 9, None),  # said of another
        (0.95, "0.80–0.95; 0.95–0.995", "x", "CPC", 1, 5, None),  # either could be meant
        (0.3, "0.05–0.25", "x", "value", 0, 1, None),  # it departs from its evidence
        (1, "any", "x", "value", 0, 1, None),
        (0, "half to double", "x", "value", 0, 1, None),
        (True, "0–1", "x", "value", 0, 1, None),
        ([1, 2], "0–3", "x", "value", 0, 1, None),
    ],
)
def test_a_range_is_read_as_a_person_reads_it(
    value: Any,
    words: str,
    last: str,
    column: str,
    place: int,
    columns: int,
    expected: tuple[float, float] | None,
) -> None:
    found = _ends(value, words, last, column, place, columns)
    assert found == (None if expected is None else pytest.approx(expected))


def test_nearly_every_number_of_the_page_has_a_range_that_holds_it() -> None:
    numbers = {
        path: known
        for path, known in evidence().items()
        if isinstance(known.value, int | float) and not isinstance(known.value, bool)
    }
    silent = ("", "–", "any")
    without = [p for p, e in numbers.items() if e.ends is None and e.range not in silent]
    assert all("stake_share" in p or "incidence" in p or "exponent" in p for p in without), without
    for path, known in numbers.items():
        if known.ends:
            assert known.ends[0] <= known.value <= known.ends[1], path
    assert numbers["vendors.in_house.turnover.annual_rate"].ends == (0.05, 0.30)
    assert numbers["hospital.outpatient.claims_per_year"].ends == (200_000, 400_000)
