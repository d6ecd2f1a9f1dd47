"""Claims: what the hospital sends to be billed, with every attribute drawn once from keyed rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model import rules
from sim.model.calendar import WorkCalendar
from sim.model.draws import Draws
from sim.scenario.daily_counts import read_daily_counts
from sim.scenario.hospital import Category
from sim.scenario.people import Queue
from sim.scenario.schema import Scenario
from sim.scenario.timeline import PayerAi, Volume

INPATIENT, OUTPATIENT = 0, 1
SETTINGS = ("inpatient", "outpatient")
SETTING_ROWS = 1 << 20
"""Rows of a day reserved for each setting, so that one's count never moves the other's claims."""

SKILLS = ("coding_inpatient", "coding_outpatient", "billing", "clinical", "ar", "scheduling",
          "prior_auth", "transcription")  # fmt: skip
"""Skills; the first two are those of the two settings."""
BILLING, CLINICAL = 2, 3

CATEGORIES = ("REG", "DATA", "AUTH", "DOC", "CODE", "DUP", "TIMELY", "NONCOV", "PAYER")
REG, DATA, AUTH, DOC, CODE, DUP, TIMELY, NONCOV, PAYER = (1 << i for i in range(9))

# Yes-or-no attributes of a claim, one bit each.
(CC_AT_RISK, CDI_GAP, NO_REPLY, SHORT_PAY, SCRUBBER_EDIT, AUDITED, FOUND, EDITED, ALONE,
 UNSUPPORTED, BY_MACHINE) = (1 << i for i in range(11))  # fmt: skip

# Uniforms that decide the coding step, and those of every later visit.
(U_ERROR, U_DIRECTION, U_RAISES, U_REG, U_DATA, U_AUTH, U_HOLD, U_ENTRY, U_DUPLICATE, U_SAMPLE,
 U_DETECT) = range(11)  # fmt: skip
LEAST_CV = 1e-4
"""A gamma factor that varies less is one."""
MAX_VISITS = 10
"""Visits to work queues after coding; a claim that needs more is given up."""
TAKE_UP = 2 * MAX_VISITS
"""Column of a claim's luck behind those of its visits: who takes a denial up, and how soon."""

# Where a claim is. The order is the order in which a claim can first get there.
(WAITING, HELD, QUERIED, READY, SUBMITTED, REJECTED, ASKED, DENIED, PAID, CLOSED) = range(10)
STAGES = ("waiting", "held", "queried", "ready", "submitted", "rejected", "asked", "denied", "paid",
          "closed")  # fmt: skip

# First answer of the payer side.
NONE_YET, FIRST_PAID, FIRST_REJECTED, FIRST_ASKED, FIRST_DENIED = range(5)

CAUSES = ("final_denial", "not_worked", "timely_filing", "records_request", "given_up",
          "under_coding", "cdi_gap", "over_coding", "short_pay", "takeback", "lost_visit",
          "refused_visit")  # fmt: skip
"""Named losses. The first five end a claim, the next five change what a paid claim brings, and the
last two, of the front end, end a visit before it begins."""
VISIT_CAUSES = 2


class Claim:
    """One encounter on its way to payment. Money is in whole cents."""

    __slots__ = (
        "appeal_level", "asked_mask", "cdi_cents", "closed_day", "coder", "coding", "day",
        "defects", "denied_for", "deny_mask", "expected", "first_day", "first_key",
        "first_outcome", "flags", "found_mask", "lapsed_ticket", "loss_cause", "loss_cents",
        "luck", "machine", "minutes", "over_cents", "paid_cents", "payer", "reject_mask",
        "reply_days", "row", "setting", "short_cents", "stage", "submitted_day", "takeback_cents",
        "ticket", "touches", "under_cents", "visit", "visits", "wrong",
    )  # fmt: skip

    def __init__(
        self, day: int, setting: int, first_key: int, coding: NDArray[np.float64],
        luck: NDArray[np.float64], row: int, payer: int, expected: int, defects: int,
        reject_mask: int, deny_mask: int, asked_mask: int, flags: int, reply_days: int,
        minutes: float,
    ) -> None:  # fmt: skip
        self.day = day
        self.setting = setting
        self.payer = payer
        self.expected = expected
        self.defects = defects
        self.reject_mask = reject_mask
        self.deny_mask = deny_mask
        self.asked_mask = asked_mask
        self.flags = flags
        self.reply_days = reply_days
        self.minutes = minutes
        self.coding: NDArray[np.float64] | None = coding
        self.first_key = first_key
        self.luck = luck
        self.row = row
        self.visits = 0
        self.touches = 0
        self.appeal_level = 0
        self.stage = WAITING
        self.ticket = -1
        self.lapsed_ticket = -1
        self.submitted_day = -1
        self.first_day = -1
        self.first_outcome = NONE_YET
        self.closed_day = -1
        self.coder: Any = None
        self.denied_for = -1
        self.machine: list[float] | None = None
        self.visit: Any = None
        self.found_mask = 0
        self.wrong = -1
        self.paid_cents = 0
        self.under_cents = 0
        self.cdi_cents = 0
        self.over_cents = 0
        self.short_cents = 0
        self.takeback_cents = 0
        self.loss_cents = 0
        self.loss_cause = -1

    @property
    def key(self) -> int:
        """Number of the claim, the same in every scenario: planned day, setting, row."""
        return self.first_key + self.row

    @property
    def take_up(self) -> float:
        """The uniform that says whether a denial is taken up, and how long slow answers take."""
        return self.luck.item(self.row, TAKE_UP)

    def luck_of_coding(self) -> list[float]:
        """The uniforms that decide the coding step; a chart is coded once."""
        assert self.coding is not None
        luck: list[float] = self.coding[self.row].tolist()
        return luck

    def start_visit(self) -> float:
        """Begin the next visit to a work queue; returns its touch-time factor."""
        self.visits += 1
        return self.luck.item(self.row, 2 * min(self.visits, MAX_VISITS) - 2)

    def luck_now(self) -> float:
        """The uniform that decides the outcome of the present visit."""
        return self.luck.item(self.row, 2 * min(self.visits, MAX_VISITS) - 1)


def source_incidence(scenario: Scenario, category: Category) -> float:
    """Claims with a defect before anyone of the modelled teams has touched them, per claim."""
    front = scenario.hospital.front_end
    shares = front.other_sources_share if front is not None else {}
    return category.incidence * {str(k): v for k, v in shares.items()}.get(category.name, 1.0)


def touch_factors(
    draws: Draws, purpose: str, row: int, shape: tuple[int, ...], queue: Queue
) -> NDArray[np.float64]:
    """Touch times of a queue's items relative to their mean, from a row of a purpose."""
    if queue.distribution == "exponential":
        return rules.exponential_factors(draws.generator(purpose, row).random(shape))
    normals = draws.generator(purpose, row).standard_normal(shape)
    return rules.lognormal_factors(normals, queue.minutes_cv)


class ClaimSource:
    """Draws a day's claims. The feedback factor scales the avoidable source defects."""

    def __init__(self, scenario: Scenario, calendar: WorkCalendar, draws: Draws) -> None:
        hospital = scenario.hospital
        self._draws = draws
        self._calendar = calendar
        self._scale = hospital.scale
        self._settings = (hospital.inpatient, hospital.outpatient)
        self._arrivals = hospital.arrivals
        self._payers = scenario.payers
        self._payer_bounds = np.cumsum([p.claims_share for p in scenario.payers])[:-1]
        self._hospital = hospital
        categories = {c.name: c for c in scenario.categories}
        ordered = [categories[name] for name in CATEGORIES]  # type: ignore[index]
        self._incidence = np.array([source_incidence(scenario, c) for c in ordered])
        self._reject = np.array([c.reject_share for c in ordered])
        self._deny = np.array([c.deny_share for c in ordered])
        self._rfi = np.array([c.rfi_share for c in ordered])
        self._stringency = np.array([p.stringency for p in scenario.payers])
        self._payer_odds = {
            bit: np.array([getattr(p, field) for p in scenario.payers])
            for bit, field in ((NO_REPLY, "no_reply_share"), (SHORT_PAY, "short_pay_share"))
        }
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
        queue = {q.name: q for q in scenario.queues}
        self._coding_queues = (queue["coding_inpatient"], queue["coding_outpatient"])
        self._rework_queue = queue["edits"]
        self._replay = (
            read_daily_counts(Path(hospital.arrivals.file), [p.name for p in scenario.payers])
            if hospital.arrivals.file
            else None
        )
        self._profiles = self._rates()
        self._volumes = [e for e in scenario.timeline if isinstance(e, Volume)]
        self._machine_coding = any(v.ai is not None for v in scenario.vendors)
        found = [e for e in scenario.timeline if isinstance(e, PayerAi)]
        self._payer_ai = found[0] if found else None

    def _rates(self) -> tuple[list[float], list[float]]:
        """Expected claims of each setting on each weekday in a mean month."""
        out = []
        for setting in self._settings:
            week = np.array(setting.weekday_profile, float)
            per_day = setting.claims_per_year * self._scale / rules.DAYS_PER_YEAR
            out.append([float(x) for x in per_day * week / week.mean()])
        return out[0], out[1]

    def expected_count(self, day: int, setting: int) -> float:
        """Expected claims of a setting on a day."""
        months = self._arrivals.month_profile
        season = months[self._calendar.month[day] - 1] / (sum(months) / 12.0)
        return self._profiles[setting][self._calendar.weekday[day]] * season * self._volume(day)

    def _volume(self, day: int) -> float:
        """Factor of surges and ramps on a day."""
        factor = 1.0
        for event in self._volumes:
            since = day - self._calendar.day_of(event.on)
            if since >= 0 and (event.until is None or self._calendar.date_of(day) < event.until):
                built = min(1.0, (since + 1) / max(1, event.ramp_days))
                factor *= 1.0 + (event.factor - 1.0) * built
        return factor

    def _drawn_count(self, day: int, setting: int) -> int:
        """Gamma–Poisson count of a day; both settings share the day's gamma factor."""
        cv = self._arrivals.day_cv
        factor = 1.0
        if cv > LEAST_CV:
            shape = 1.0 / (cv * cv)
            factor = float(self._draws.generator("arrivals.day", day).gamma(shape, 1.0 / shape))
        rate = self.expected_count(day, setting) * factor
        return int(self._draws.generator(f"arrivals.{SETTINGS[setting]}", day).poisson(rate))

    def day_claims(self, day: int, feedback: NDArray[np.float64]) -> list[Claim]:
        """The claims of one day of service, in a fixed order.

        `feedback` holds, per category, the part of the source defects that meetings have left.
        """
        claims: list[Claim] = []
        for setting in (INPATIENT, OUTPATIENT):
            row = 2 * day + setting
            if self._replay is None:
                count = self._drawn_count(day, setting)
                payers = np.searchsorted(
                    self._payer_bounds,
                    self._draws.uniforms("claim.payer", row, count, 1)[:, 0],
                    side="right",
                )
            else:
                counts = self._replay.get((self._calendar.date_of(day), SETTINGS[setting]), {})
                payers = np.repeat(
                    np.array(list(counts), np.int64), np.array(list(counts.values()), np.int64)
                )
                count = len(payers)
            if count:
                claims.extend(self._build(day, setting, row, payers, feedback))
        return claims

    def _build(
        self, day: int, setting: int, row: int, payers: NDArray[np.int64],
        feedback: NDArray[np.float64],
    ) -> list[Claim]:  # fmt: skip
        """Claims of one day and setting from the rows of the claim tables."""
        draws, count, kinds = self._draws, len(payers), len(CATEGORIES)
        profile = self._settings[setting]
        sigma = rules.lognormal_sigma(profile.payment_cv)
        z = draws.normals("claim.payment", row, count)
        payment = profile.payment_mean_usd * np.exp(sigma * z - sigma * sigma / 2.0)
        cents = np.maximum(1, np.rint(payment * 100.0)).astype(np.int64)
        odds = (
            self._incidence * feedback * self._tilt_norm
            * payment[:, None] ** self._tilt[None, :]
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
        flags, reply, take_up = self._traits(setting, row, payers)
        queue = self._coding_queues[setting]
        minutes = queue.minutes * touch_factors(draws, "claim.coding_touch", row, (count,), queue)
        coding = draws.uniforms("claim.coding", row, count, 11)
        luck = np.empty((count, 2 * MAX_VISITS + 1))
        luck[:, :TAKE_UP] = draws.uniforms("claim.rework", row, count, 2 * MAX_VISITS)
        shape = (count, MAX_VISITS)
        luck[:, 0:TAKE_UP:2] = touch_factors(
            draws, "claim.rework_touch", row, shape, self._rework_queue
        )
        luck[:, TAKE_UP] = take_up
        columns = zip(
            payers.tolist(), cents.tolist(), defects.tolist(), rejected.tolist(), denied.tolist(),
            asked.tolist(), flags.tolist(), reply.tolist(), minutes.tolist(), strict=True,
        )  # fmt: skip
        # The columns stand in the order of the constructor's last arguments.
        claims = [
            Claim(day, setting, row * SETTING_ROWS, coding, luck, i, *attributes)
            for i, attributes in enumerate(columns)
        ]
        self._add_machines(claims, row)
        return claims

    def _add_machines(self, claims: list[Claim], row: int) -> None:
        """What machines will see in the claims, where the scenario has any."""
        if self._machine_coding:
            luck = self._draws.uniforms("claim.coding_ai", row, len(claims), 4).tolist()
            for claim, mine in zip(claims, luck, strict=True):
                claim.machine = mine
        if self._payer_ai is not None:
            u = self._draws.uniforms("claim.payer_ai", row, len(claims), 3)
            found, false = self._payer_ai.found_share, self._payer_ai.false_share
            masks = (
                np.where(u[:, 0] < found, CODE, 0)
                + np.where(u[:, 1] < found, DOC, 0)
                + np.where(u[:, 2] < false, PAYER, 0)
            )
            for claim, mask in zip(claims, masks.tolist(), strict=True):
                claim.found_mask = mask

    def _traits(
        self, setting: int, row: int, payers: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Yes-or-no attributes as bits, the payer's reply time in days, and the take-up draw."""
        profile, count = self._settings[setting], len(payers)
        u = self._draws.uniforms("claim.traits", row, count, 10)
        flags = np.zeros(count, np.int64)
        odds: tuple[tuple[int, Any], ...] = (
            (CC_AT_RISK, profile.cc_share * profile.under_coding_missed_share),
            (CDI_GAP, profile.cdi_gap_share),
            (NO_REPLY, self._payer_odds[NO_REPLY][payers]),
            (SHORT_PAY, self._payer_odds[SHORT_PAY][payers]),
            (SCRUBBER_EDIT, self._hospital.scrubber_edit_share),
            (AUDITED, profile.audit_selected_share),
            (FOUND, profile.audit_finding_share),
        )
        for column, (bit, chance) in enumerate(odds):
            flags |= np.where(u[:, column] < chance, bit, 0)
        lag = np.empty(count)
        for index, payer in enumerate(self._payers):
            mine = payers == index
            lag[mine] = rules.triangular(u[mine, 8], *payer.reply_days)
        return flags, np.maximum(1, np.rint(lag)).astype(np.int64), u[:, 9]
