"""What the record tells of people: who was there, who left, what they knew and how they fared."""

from __future__ import annotations

import numpy as np

from sim.record.record import NO_SEPARATIONS
from sim.record.views import View, ratio

NAN = float("nan")


def people(view: View) -> dict[str, float]:
    """Who was there, for how long, and what they knew."""
    record, total = view.record, view.team_totals
    facts, agents = record.facts, record.agents
    producing, employed = total["producing"], total["employed"]
    days = {d for d in record.weeks["day"] if d >= facts.kpi_from_days}
    headcount = ratio(employed, len(days))
    years = (facts.horizon_days - facts.kpi_from_days) / 365.25
    share, tenure = np.array(agents["hours_share"], float), np.array(agents["tenure_days"], float)
    end_day = tenure + np.array(agents["hired_day"], float)
    reason = np.array(agents["reason"], object)
    gone = reason != ""
    left = ~np.isin(reason, NO_SEPARATIONS)
    separations = float(share[left & (end_day >= facts.kpi_from_days)].sum())
    busy, productive = total["busy_minutes"] / 60.0, total["productive_minutes"] / 60.0
    paid, scheduled = total["paid_hours"], total["scheduled_hours"]
    replacing = record.totals["recruiting_usd"] + record.totals["training_usd"]
    here = tenure[~gone]
    return {
        "people.headcount": headcount,
        "people.turnover": ratio(separations, headcount * years),
        "people.turnover_expected": ratio(total["written_separations"], total["plan"]),
        "people.vacancy_share": ratio(total["vacant"], total["plan"]),
        "people.occupancy": ratio(busy, productive),
        "people.scheduled_of_paid": ratio(scheduled, paid),
        "people.productive_of_scheduled": ratio(productive, scheduled),
        "people.busy_of_paid": ratio(busy, paid),
        "people.wages_usd": record.totals["wages_usd"],
        "people.turnover_cost_usd_per_year": replacing,
        "people.turnover_cost_usd_per_leaver": ratio(replacing, float(share[left].sum())),
        "people.programme_usd_per_year": record.totals["programme_usd"],
        "people.mean_knowledge": ratio(total["knowledge"], producing),
        "people.client_knowledge": ratio(total["client"], producing),
        "people.certified_share": ratio(total["certified_share"], producing),
        "people.exhaustion": ratio(total["exhaustion"], producing),
        "people.touch_share": ratio(total["touch_share"], producing),
        "people.mean_tenure": float(here.mean()) if len(here) else NAN,
    }
