"""Denials by payer, category and month of service: how many, of how many, and of what worth."""

from __future__ import annotations

import numpy as np

from sim.record.record import Table
from sim.record.views import View, cells, tally


def denials(view: View) -> Table:
    """Denials at the first adjudication of all claims of the run, by month, payer and category.

    `adjudicated` are the claims of that month and payer, `usd` the expected payment of those that
    were denied. Rows without a denial are left out.
    """
    facts, claims = view.record.facts, view.record.claims
    month = np.array(facts.month_of_day)[claims["day"]]
    sizes = (len(facts.month_starts), len(facts.payers), len(facts.categories))
    seen = claims["adjudicated"] > 0
    denied = seen & (claims["denied_for"] >= 0)
    of = cells(
        sizes, *(claims_[denied] for claims_ in (month, claims["payer"], claims["denied_for"]))
    )
    counts, worth = tally(sizes, of), tally(sizes, of, claims["expected"][denied]) / 100.0
    all_of = tally(sizes[:2], cells(sizes[:2], month[seen], claims["payer"][seen]))
    where = np.argwhere(counts > 0).tolist()
    return {
        "month_start": [facts.month_starts[m] for m, _, _ in where],
        "payer": [facts.payers[p] for _, p, _ in where],
        "category": [facts.categories[c] for _, _, c in where],
        "denied": [int(counts[m, p, c]) for m, p, c in where],
        "adjudicated": [int(all_of[m, p]) for m, p, _ in where],
        "share": [float(counts[m, p, c] / all_of[m, p]) for m, p, c in where],
        "usd": [float(worth[m, p, c]) for m, p, c in where],
    }
