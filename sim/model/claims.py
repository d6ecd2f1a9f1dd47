"""Claims: what the hospital sends to be billed, with every attribute drawn once from keyed rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model import rules
from sim.model.arithmetic import exps, log
from sim.model.arrivals import Arrivals
from sim.model.codes import (
    CATEGORIES,
    QUEUES,
    SETTING_ROWS,
    SETTINGS,
    Defect,
    Flag,
    Queue,
    Visit,
    VisitLuck,
)
from sim.model.draws import Draws
from sim.scenario.front_end import FrontEnd
from sim.scenario.hospital import Category
from sim.scenario.schema import Scenario
from sim.scenario.timeline import PayerAi

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Batch:
    """The claims of one day of service and setting, in the order of their keys.

    `columns` holds their attributes by the field of a claim; `row` is that of their luck.
    """

    day: int
    setting: int
    row: int
    count: int
    columns: dict[str, NDArray[Any]]


def source_incidence(scenario: Scenario, category: Category) -> float:
    """Claims with a defect before anyone of the modelled teams has touched them, per claim."""
    front = scenario.hospital.front_end
    shares = front.other_sources_share if front is not None else {}
    return category.incidence * {str(k): v for k, v in shares.items()}.get(category.name, 1.0)


class ClaimSource:
    """Draws a day's claims. The feedback factor scales the avoidable source defects."""

    def __init__(self, scenario: Scenario, arrivals: Arrivals, draws: Draws) -> None:
        hospital = scenario.hospital
        self._arrivals = arrivals
        self._draws = draws
        self._hospital = hospital
        self._settings = (hospital.inpatient, hospital.outpatient)
        self._payers = scenario.payers
        categories = {str(c.name): c for c in scenario.categories}
        ordered = [categories[name] for name in CATEGORIES]
        self._incidence = np.array([source_incidence(scenario, c) for c in ordered])
        self._reject = np.array([c.reject_share for c in ordered])
        self._deny = np.array([c.deny_share for c in ordered])
        self._rfi = np.array([c.rfi_share for c in ordered])
        self._stringency = np.array([p.stringency for p in scenario.payers])
        self._no_reply = np.array([p.no_reply_share for p in scenario.payers])
        self._short_pay = np.array([p.short_pay_share for p in scenario.payers])
        total = sum(s.claims_per_year for s in self._settings)
        mix = [s.claims_per_year / total if total else 0.5 for s in self._settings]
        means = [s.payment_mean_usd for s in self._settings]
        cvs = [s.payment_cv for s in self._settings]
        self._tilt = np.array(
            [rules.tilt_exponent(c.dollar_weight, mix, means, cvs) for c in ordered]
        )
        self._tilt_norm = np.array(
            [1.0 / rules.payment_moment(e, mix, means, cvs) for e in self._tilt]
        )
        self._queues = {QUEUES.index(q.name): q for q in scenario.queues}
        found = [e for e in scenario.timeline if isinstance(e, PayerAi)]
        self._payer_ai = found[0] if found else None

    def day_claims(self, day: int, feedback: Floats) -> list[Batch]:
        """The claims of one day of service, by setting, in a fixed order.

        `feedback` holds, per category, the part of the source defects that meetings have left.
        """
        found = []
        for setting in range(len(SETTINGS)):
            payers = self._arrivals.payers(day, setting)
            if len(payers):
                found.append(self._draw(day, setting, payers, feedback))
        return found

    def _draw(self, day: int, setting: int, payers: Ints, feedback: Floats) -> Batch:
        """Claims of one day and setting from the rows of the claim tables."""
        draws, count, kinds = self._draws, len(payers), len(CATEGORIES)
        profile, row = self._settings[setting], 2 * day + setting
        sigma = rules.lognormal_sigma(profile.payment_cv)
        z = draws.normals("claim.payment", row, count)
        log_payment = log(profile.payment_mean_usd) + sigma * z - sigma * sigma / 2.0
        odds = (
            self._incidence * feedback * self._tilt_norm
            * exps(self._tilt[None, :] * log_payment[:, None])
        )  # fmt: skip
        defects = (draws.uniforms("claim.defects", row, count, kinds) < odds) @ (
            1 << np.arange(kinds)
        )
        rejected, denied, asked = rules.fates(
            draws.uniforms("claim.fates", row, count, kinds),
            self._reject,
            self._deny,
            self._rfi,
            self._stringency[payers],
        )
        queue = self._queues[Queue.CODING_INPATIENT + setting]
        minutes = queue.minutes * rules.touch_factors(
            draws.uniforms("claim.coding_touch", row, count, 1)[:, 0],
            rules.lognormal_sigma(queue.minutes_cv),
            queue.distribution == "exponential",
        )
        front, nothing = self._hospital.front_end, np.zeros(count, np.int64)
        columns = {
            "key": row * SETTING_ROWS + np.arange(count),
            "payer": payers,
            "expected": np.maximum(1, np.rint(exps(log_payment) * 100.0)).astype(np.int64),
            "defects": defects,
            "reject_mask": rejected,
            "deny_mask": denied,
            "asked_mask": asked,
            "found_mask": self._found(row, count),
            "minutes": minutes,
            "coding_minutes": minutes,
            "visit": nothing,
            "lead_days": nothing,
            **self._traits(setting, row, payers),
        }
        if front is not None:
            luck = draws.uniforms("visit.luck", row, count, len(VisitLuck.names()))
            columns["visit"] = self._visit_bits(front, setting, luck)
            lead = rules.triangular(luck[:, VisitLuck.LEAD], *map(float, front.lead_days))
            columns["lead_days"] = np.rint(lead).astype(np.int64)
        return Batch(day, setting, row, count, columns)

    def _found(self, row: int, count: int) -> Ints:
        """What payers' machines will see in the claims, where the scenario has any."""
        if self._payer_ai is None:
            return np.zeros(count, np.int64)
        u = self._draws.uniforms("claim.payer_ai", row, count, 3)
        found, false = self._payer_ai.found_share, self._payer_ai.false_share
        return (
            np.where(u[:, 0] < found, Defect.CODE, 0)
            + np.where(u[:, 1] < found, Defect.DOC, 0)
            + np.where(u[:, 2] < false, Defect.PAYER, 0)
        )

    def _traits(self, setting: int, row: int, payers: Ints) -> dict[str, NDArray[Any]]:
        """Yes-or-no attributes as bits, the payer's reply time in days, and the take-up draw."""
        profile, count = self._settings[setting], len(payers)
        u = self._draws.uniforms("claim.traits", row, count, 10)
        flags = np.zeros(count, np.int64)
        odds: tuple[tuple[int, Any], ...] = (
            (Flag.CC_AT_RISK, profile.cc_share * profile.under_coding_missed_share),
            (Flag.CDI_GAP, profile.cdi_gap_share),
            (Flag.NO_REPLY, self._no_reply[payers]),
            (Flag.SHORT_PAY, self._short_pay[payers]),
            (Flag.SCRUBBER_EDIT, self._hospital.scrubber_edit_share),
            (Flag.AUDITED, profile.audit_selected_share),
            (Flag.FOUND, profile.audit_finding_share),
        )
        for column, (bit, chance) in enumerate(odds):
            flags |= np.where(u[:, column] < chance, bit, 0)
        lag = np.empty(count)
        for index, payer in enumerate(self._payers):
            mine = payers == index
            lag[mine] = rules.triangular(u[mine, 8], *payer.reply_days)
        reply = np.maximum(1, np.rint(lag)).astype(np.int64)
        return {"flags": flags, "reply_days": reply, "take_up": u[:, 9]}

    # --- before the chart ---------------------------------------------------------------------

    def _visit_bits(self, front: FrontEnd, setting: int, luck: Floats) -> Ints:
        """Which visits are booked ahead, need an authorisation, and are dictated."""
        profile = (front.inpatient, front.outpatient)[setting]
        ahead = luck[:, VisitLuck.SCHEDULED] < profile.scheduled_share
        authorised = ahead & (luck[:, VisitLuck.AUTH] < profile.prior_auth_share)
        dictated = luck[:, VisitLuck.DICTATED] < profile.dictated_share
        return (
            np.where(ahead, 0, Visit.BOOKED)
            + np.where(authorised, Visit.NEEDS_AUTH, 0)
            + np.where(dictated, Visit.DICTATED, 0)
        )
