"""Tables counted and added up by the cells in which rows lie."""

from __future__ import annotations

import numpy as np

from sim.record.views import cells, sums, tally

SIZES = (3, 2, 4)
ROWS = [(0, False, 3), (2, True, 0), (2, True, 0), (1, False, 2), (0, False, 3)]
VALUES = [5, 7, 11, 13, 17]


def parts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first, second, third = zip(*ROWS, strict=True)
    return np.array(first), np.array(second), np.array(third)


def test_a_tally_counts_or_adds_up_the_rows_of_each_cell() -> None:
    rows = cells(SIZES, *parts())
    count, total = np.zeros(SIZES, int), np.zeros(SIZES)
    for (i, j, k), value in zip(ROWS, VALUES, strict=True):
        count[i, int(j), k] += 1
        total[i, int(j), k] += value
    assert tally(SIZES, rows).tolist() == count.tolist()
    assert tally(SIZES, rows, np.array(VALUES)).tolist() == total.tolist()


def test_what_is_counted_is_left_as_it_is() -> None:
    columns = parts()
    for column in columns:
        column.flags.writeable = False
    cells(SIZES, *columns)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == ROWS


def test_sums_are_fractions_even_of_nothing() -> None:
    nothing = np.array([], np.int64)
    assert sums(nothing, nothing, 2).dtype == np.float64
    assert sums(nothing, nothing, 2).tolist() == [0.0, 0.0]
    assert tally((2, 2), nothing, nothing).dtype == np.float64


def test_sums_are_added_in_the_order_of_the_rows() -> None:
    values = np.random.default_rng(1).random(1000)
    total = 0.0
    for value in values.tolist():
        total += value
    assert sums(np.zeros(1000, np.int64), values, 1).tolist() == [total]
