"""The contracts of a scenario in the plain values that its record is settled by."""

from __future__ import annotations

from datetime import timedelta

from sim.model.stints import Stint
from sim.record.record import Agreement, Owed
from sim.scenario.contract import HIGHER_IS_BETTER, MONTHS, Contract, Term, whole_windows
from sim.scenario.schema import Scenario


def agreements(scenario: Scenario, stints: list[Stint]) -> tuple[Agreement, ...]:
    """What was agreed, with the days of each window and of an early end."""
    return tuple(_agreement(scenario, contract, stints) for contract in scenario.contract)


def _agreement(scenario: Scenario, contract: Contract, stints: list[Stint]) -> Agreement:
    start = scenario.start
    first = start + timedelta(scenario.kpi_from_days)
    end = start + timedelta(scenario.horizon_days - scenario.kpi_until_days)
    gain, leave = contract.gain_share, contract.exit
    return Agreement(
        name=contract.name,
        vendor=contract.vendor,
        months=MONTHS[contract.window],
        windows=tuple(
            (begins.isoformat(), (begins - start).days, (closes - start).days)
            for begins, closes in whole_windows(first, end, contract.window)
        ),
        owed=tuple(map(_owed, contract.terms)),
        at_risk_share=contract.at_risk_share,
        gain=(gain.baseline_share, gain.vendor_share, gain.cap_share) if gain else None,
        tiers=tuple((tier.from_claims, tier.discount_share) for tier in contract.tiers),
        minimum_claims=contract.minimum_claims,
        shortfall_usd_per_claim=contract.shortfall_usd_per_claim,
        ended=_early_end(scenario, contract, stints),
        exit_usd=leave.fee_usd if leave else 0.0,
        notice_days=leave.notice_days if leave else 0,
    )


def _owed(term: Term) -> Owed:
    ladder = tuple((rung.threshold, rung.credit_share) for rung in term.ladder)
    return Owed(term.kpi, HIGHER_IS_BETTER[term.kpi], term.target, ladder)


def _early_end(scenario: Scenario, contract: Contract, stints: list[Stint]) -> int | None:
    """The day on which the vendor's last team goes over to another, if that is before the end."""
    closes = [s.closes for s in stints if s.team.vendor == contract.vendor]
    if contract.exit is None or not closes or None in closes:
        return None
    last = max(day for day in closes if day is not None)
    until = (contract.exit.until - scenario.start).days
    return last if 0 < last < min(until, scenario.horizon_days) else None
