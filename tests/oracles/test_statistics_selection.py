"""Kim-Nelson selection keeps its promise of 95 % with unequal variances, wherever the best stands.

The slippage configuration is the hardest allowed: every other system is exactly the smallest lead
worth finding behind. Over 400 studies a procedure at exactly 95 % stays above 0.92 with probability
0.996; this one is conservative and reaches about 0.98.
"""

import numpy as np
import pytest

from sim.study.statistics import kim_nelson
from tests.book import Book

PART = "Statistics"
STUDIES = 100


@pytest.mark.parametrize("sd", [(0.5, 0.5, 0.5, 0.5), (0.5, 4, 0.5, 0.5), (4, 0.5, 0.5, 0.5)])
def test_the_best_is_selected_as_often_as_promised(book: Book, sd: tuple[float, ...]) -> None:
    right = 0
    for best in range(4):
        means = np.zeros(4)
        means[best] = 1
        rng = np.random.default_rng([1, best])
        for _ in range(STUDIES):
            values = means + sd * rng.normal(size=(1000, 4))
            selection = kim_nelson(lambda r, systems, v=values: v[r, list(systems)], 4, 1.0)
            right += selection.survivors == (best,)
    name = f"Studies in which Kim and Nelson select the best of four, sd {sd}"
    book.at_least(name, right / (4 * STUDIES), 0.95, 0.0, "Kim & Nelson 2001")


def test_common_random_numbers_need_fewer_replications() -> None:
    spent = {}
    for correlation in (0.0, 0.9):
        rng = np.random.default_rng(2)
        spent[correlation] = 0
        for _ in range(STUDIES // 2):
            common = rng.normal(size=(1000, 1)) * correlation**0.5
            noise = rng.normal(size=(1000, 4)) * (1 - correlation) ** 0.5
            values = 3 * (common + noise) + [0, 0, 1, 0]
            spent[correlation] += kim_nelson(
                lambda r, systems, v=values: v[r, list(systems)], 4, 1.0
            ).replications
    assert spent[0.9] < spent[0.0] / 2
