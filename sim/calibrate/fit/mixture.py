"""Minutes per item of each queue from the hours and counts of people's days."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from sim.calibrate.fit.numbers import Floats, Ints

FEWEST_DAYS = 200
WORST_CONDITION = 60.0
"""Condition number of the columns from which days are too much alike to tell queues apart."""
ROUNDS = 6


def condition(items: Floats) -> float:
    """How alike the columns are, each at length 1."""
    length = np.linalg.norm(items, axis=0)
    return float(np.linalg.cond(items / np.where(length > 0, length, 1.0)))


def fit_minutes(items: Floats, minutes: Floats, person: Ints) -> Floats:
    """Minutes per item of each queue, none below 0, each person having a pace of their own.

    Rows are days; the paces, relative to their mean over people, are taken out by turns.
    """
    count = int(person.max()) + 1
    pace = np.ones(count)
    found = np.zeros(items.shape[1])
    for _ in range(ROUNDS):
        found = optimize.nnls(items * pace[person][:, None], minutes)[0]
        expected = np.bincount(person, items @ found, count)
        spent = np.bincount(person, minutes, count)
        own = np.where(expected > 0, spent / np.maximum(expected, 1e-9), 1.0)
        pace = own / own[expected > 0].mean()
    return np.asarray(found)
