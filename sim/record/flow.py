"""The way of claims: from the first answer, through the work it caused, to the end."""

from __future__ import annotations

from sim.record.record import Table
from sim.record.views import ANSWERS, View

PAID, OPEN = "paid", "open"


def flow(view: View) -> Table:
    """Claims of the KPI window by first answer and end, with their work items.

    The end is `paid`, `open`, or the cause for which the claim was closed without payment.
    """
    names = (PAID, *view.record.facts.causes, OPEN)
    claims, items = view.ends.claims, view.ends.touches
    table: Table = {"first": [], "end": [], "claims": [], "items": []}
    for i, first in enumerate(ANSWERS):
        counted = [*claims[i, 1].tolist(), int(claims[i, 0].sum())]
        worked = [*items[i, 1].tolist(), items[i, 0].sum()]
        for end, count, touches in zip(names, counted, worked, strict=True):
            if count:
                row = (first, end, count, int(touches))
                for column, value in zip(table.values(), row, strict=True):
                    column.append(value)
    return table
