"""The way of claims: from the first answer, through the work it caused, to the end."""

from __future__ import annotations

import numpy as np

from sim.record.record import Record, Table
from sim.record.views import cohort_of

FIRST = ("none", "paid", "rejected", "asked", "denied")
PAID, OPEN = "paid", "open"


def flow(record: Record) -> Table:
    """Claims of the KPI window by first answer and end, with their work items.

    The end is `paid`, `open`, or the cause for which the claim was closed without payment.
    """
    cohort = cohort_of(record)
    claims, causes = cohort.claims, record.facts.causes
    ends = np.where(cohort.done, claims["loss_cause"] + 1, len(causes) + 1)  # 0 is paid
    names = (PAID, *causes, OPEN)
    table: Table = {"first": [], "end": [], "claims": [], "items": []}
    for i, first in enumerate(FIRST):
        for j, end in enumerate(names):
            mine = (claims["first_outcome"] == i) & (ends == j)
            if mine.any():
                row = (first, end, int(mine.sum()), int(claims["touches"][mine].sum()))
                for column, value in zip(table.values(), row, strict=True):
                    column.append(value)
    return table
