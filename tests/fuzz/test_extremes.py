"""Some extreme values of the fuzzer; the rest is run by hand (see `extremes.py`)."""

from __future__ import annotations

import random

from tests.fuzz.extremes import base, ends, fuzz, several, singles
from tests.whole import changed, numbers


def test_what_validation_passes_runs() -> None:
    data, rng = base(), random.Random(20260101)
    alone = rng.sample(list(singles(data)), 40)
    tally, failed = fuzz(data, [*alone, *(several(data, rng) for _ in range(20))])
    assert not failed
    assert tally["run"] > 15
    assert tally["refused"] > 6


def test_a_range_that_is_told_is_the_range_that_holds() -> None:
    """Just outside an end nothing is taken, whatever else would be wrong with it."""
    data = base()
    outside = [
        (number.path, value)
        for number in numbers(data)
        for value in ends(number)
        if not number.low <= value <= number.high
    ]
    assert len(outside) > 1000
    taken = [(path, value) for path, value in outside if changed(data, [(path, value)])]
    assert not taken
