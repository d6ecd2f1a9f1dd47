"""Checks of contracts: known names, ladders and tiers in order, windows that are in the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from sim.scenario.contract import HIGHER_IS_BETTER, Contract, Term, whole_windows
from sim.scenario.finding import Problem, Steps, nearest
from sim.scenario.schema import Scenario


def contract_checks(s: Scenario) -> Iterator[Problem]:
    """Everything about contracts that does not fit together."""
    vendors = [v.name for v in s.vendors]
    last = s.start + timedelta(s.horizon_days)
    counted = s.start + timedelta(s.kpi_from_days), last - timedelta(s.kpi_until_days)
    queues = {f"work.in_time_share.{q.name}" for q in s.queues}
    known = [k for k in HIGHER_IS_BETTER if not k.startswith("work.") or k in queues]
    for i, contract in enumerate(s.contract):
        path: Steps = ("contract", i)
        if contract.vendor not in vendors:
            yield (*path, "vendor"), nearest(contract.vendor, vendors)
        if not any(whole_windows(*counted, contract.window)):
            yield (
                (*path, "window"),
                f"no whole {contract.window} lies in the days that KPIs count ({counted[0]} to "
                f"{counted[1] - timedelta(1)}: kpi_from_days, horizon_days, kpi_until_days)",
            )
        for j, term in enumerate(contract.terms):
            where = (*path, "terms", j)
            if term.kpi not in known:
                yield (*where, "kpi"), nearest(term.kpi, known)
            else:
                yield from _ladder(term, where)
        yield from _amounts(contract, path)
        if contract.exit is not None and contract.exit.until <= s.start:
            yield (*path, "exit", "until"), f"must come after the start, {s.start}"


def _ladder(term: Term, path: Steps) -> Iterator[Problem]:
    """Each rung is worse than the one before, the first than the target, and costs more."""
    higher = HIGHER_IS_BETTER[term.kpi]
    way = "descend, since more is better" if higher else "ascend, since less is better"
    sign = 1.0 if higher else -1.0
    if term.ladder and sign * term.ladder[0].threshold > sign * term.target:
        yield (
            (*path, "ladder", 0, "threshold"),
            f"{term.ladder[0].threshold:g} is better than the target, {term.target:g}",
        )
    for k, (above, below) in enumerate(pairwise(term.ladder), 1):
        if sign * below.threshold >= sign * above.threshold:
            yield (
                (*path, "ladder", k, "threshold"),
                f"thresholds of {term.kpi} must {way} ({below.threshold:g} follows "
                f"{above.threshold:g})",
            )
        if below.credit_share <= above.credit_share:
            yield (
                (*path, "ladder", k, "credit_share"),
                f"a worse value must cost more ({below.credit_share:g} follows "
                f"{above.credit_share:g})",
            )


def _amounts(contract: Contract, path: Steps) -> Iterator[Problem]:
    """Tiers in order, and a minimum that says what it costs."""
    for k, (small, large) in enumerate(pairwise(contract.tiers), 1):
        if large.from_claims <= small.from_claims:
            yield (
                (*path, "tiers", k, "from_claims"),
                f"volumes must ascend ({large.from_claims} follows {small.from_claims})",
            )
    if (contract.minimum_claims > 0) != (contract.shortfall_usd_per_claim > 0.0):
        yield path, "write minimum_claims and shortfall_usd_per_claim, or neither"
