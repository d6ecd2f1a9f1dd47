"""Claims: what the hospital sends to be billed, with every attribute drawn once from keyed rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model import rules
from sim.model.arithmetic import exps, log, normal_quantiles
from sim.model.arrivals import Arrivals
from sim.model.codes import (
    CATEGORIES,
    QUEUES,
    SETTING_ROWS,
    SETTINGS,
    Flag,
    Queue,
    Visit,
    VisitLuck,
)
from sim.model.draws import Draws
from sim.model.kernel.ports import PURPOSES
from sim.scenario.hospital import Category as CategoryProfile
from sim.scenario.schema import Scenario
from sim.scenario.timeline import Rule, hit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]
Uniforms = Callable[[str, int], Floats]
"""A table of uniforms, a row per claim, for a purpose and a number of columns."""
BITS = 1 << np.arange(len(CATEGORIES))
ROUNDING = 1.0 + 1e-9
"""Keeps a bound above what it bounds, whatever the last bit."""
NEVER_DAYS = 1_000_000
CHUNK_DAYS = 28
"""Days of service that are drawn at once: enough to draw in bulk, few enough to stay in a cache."""


@dataclass(slots=True, eq=False)
class Defects:
    """Defects that claims come with unless feedback prevents them: claim, kind, luck and odds.

    They stand in the order of the claims. A claim has the defect where its luck is below its odds
    times what feedback has left, which is known on the day.
    """

    claims: Ints
    kinds: Ints
    luck: Floats
    odds: Floats

    def left(self, start: int, end: int, feedback: Floats) -> Ints:
        """Masks of the defects of some claims."""
        first, last = np.searchsorted(self.claims, (start, end))
        mine = slice(first, last)
        kinds = self.kinds[mine]
        real = self.luck[mine] < self.odds[mine] * feedback[kinds]
        bits = np.where(real, BITS[kinds], 0)
        return np.bincount(self.claims[mine] - start, bits, end - start).astype(np.int64)


class Chunk:
    """The claims of some days and one setting, drawn in one go; `starts` are rows by day.

    `columns` holds attributes by the field of a claim, as 64-bit numbers one behind the other.
    """

    def __init__(
        self, first_day: int, starts: list[int], columns: Columns, defects: Defects
    ) -> None:
        self._first_day = first_day
        self._starts = starts
        self._defects = defects
        self.columns = {name: _as_words(column) for name, column in columns.items()}
        self.addresses = np.array([c.ctypes.data for c in self.columns.values()], np.uintp)
        """Where each column begins."""

    def batch(self, day: int, row: int) -> Batch:
        """The claims of one day."""
        start, end = self._starts[day - self._first_day : day - self._first_day + 2]
        return Batch(self, day, row, start, end - start)

    def defects(self, start: int, end: int, feedback: Floats) -> Ints:
        """Masks of the defects that some of the claims come with."""
        return self._defects.left(start, end, feedback)


@dataclass(slots=True, eq=False)
class Batch:
    """The claims of one day of service and setting, in the order of their keys.

    They are `count` rows of a chunk from `start` on; `row` is that of their luck.
    """

    chunk: Chunk
    day: int
    row: int
    start: int
    count: int

    def columns(self) -> Columns:
        """Attributes by the field of a claim."""
        rows = slice(self.start, self.start + self.count)
        return {name: column[rows] for name, column in self.chunk.columns.items()}

    def defects(self, feedback: Floats) -> Ints:
        """Masks of the defects that the claims come with on the day of their service.

        `feedback` holds, per category, the part of the source defects that meetings have left.
        """
        return self.chunk.defects(self.start, self.start + self.count, feedback)


def _as_words(column: NDArray[Any]) -> NDArray[Any]:
    """A column as 64-bit numbers, one behind the other."""
    kind = np.float64 if column.dtype.kind == "f" else np.int64
    return np.ascontiguousarray(column, kind)


def source_incidence(scenario: Scenario, category: CategoryProfile) -> float:
    """Claims with a defect before anyone of the modelled teams has touched them, per claim."""
    front = scenario.hospital.front_end
    shares = front.other_sources_share if front is not None else {}
    return category.incidence * {str(k): v for k, v in shares.items()}.get(category.name, 1.0)


class Touch:
    """A payers' rule: which claims it touches, and what it makes of those that are not prepared."""

    def __init__(self, scenario: Scenario, rule: Rule) -> None:
        self.purpose = f"claim.rule.{rule.name}"
        self.settings = [SETTINGS.index(name) for name in rule.settings]
        self._share = rule.touched_share
        self._payers = np.array([hit(rule, p.name) for p in scenario.payers])
        self._kind = CATEGORIES.index(rule.category)
        self._from = (rule.on - scenario.start).days
        after = NEVER_DAYS if rule.edit_after_days is None else rule.edit_after_days
        self._edit_from = self._from - rule.notice_days + after

    def ruled(self, columns: Columns, defects: Defects, luck: Floats) -> Defects:
        """Defects with those of the rule; claims that the edit stops are marked in `columns`."""
        day = columns["day"]
        touched = (luck < self._share) & self._payers[columns["payer"]] & (day >= self._from)
        stopped = touched & (day >= self._edit_from)
        columns["flags"] |= np.where(stopped, Flag.SCRUBBER_EDIT, 0)
        bare, bit = touched & ~stopped, 1 << self._kind
        columns["deny_mask"] |= np.where(bare, bit, 0)
        for mask in ("reject_mask", "asked_mask"):
            columns[mask] &= ~np.where(bare, bit, 0)
        kept = ~(bare[defects.claims] & (defects.kinds == self._kind))
        new = np.flatnonzero(bare)
        claims = np.concatenate([defects.claims[kept], new])
        order = np.argsort(claims, kind="stable")
        return Defects(
            claims[order],
            np.concatenate([defects.kinds[kept], np.full(len(new), self._kind)])[order],
            np.concatenate([defects.luck[kept], np.full(len(new), -1.0)])[order],
            np.concatenate([defects.odds[kept], np.ones(len(new))])[order],
        )


class ClaimSource:
    """Draws a day's claims, for days before `end_day`."""

    def __init__(self, scenario: Scenario, arrivals: Arrivals, draws: Draws, end_day: int) -> None:
        hospital = scenario.hospital
        self._arrivals = arrivals
        self._draws = draws
        self._hospital = hospital
        self._end = end_day
        self._window = scenario.kpi_from_days, scenario.horizon_days - scenario.kpi_until_days
        self._chunks: dict[tuple[int, int], Chunk] = {}
        self._settings = (hospital.inpatient, hospital.outpatient)
        self._payers = scenario.payers
        categories = {str(c.name): c for c in scenario.categories}
        ordered = [categories[name] for name in CATEGORIES]
        self._incidence = np.array([source_incidence(scenario, c) for c in ordered])
        self._reject = np.array([c.reject_share for c in ordered])
        self._deny = np.array([c.deny_share for c in ordered])
        self._rfi = np.array([c.rfi_share for c in ordered])
        self._stringency = np.array([p.stringency for p in scenario.payers])
        self._price = np.array([p.payment_multiplier for p in scenario.payers])
        self._no_reply = np.array([p.no_reply_share for p in scenario.payers])
        self._short_pay = np.array([p.short_pay_share for p in scenario.payers])
        total = sum(s.claims_per_year for s in self._settings)
        mix = tuple(s.claims_per_year / total if total else 0.5 for s in self._settings)
        means = tuple(s.payment_mean_usd for s in self._settings)
        cvs = tuple(s.payment_cv for s in self._settings)
        self._tilt = np.array(
            [rules.tilt_exponent(c.dollar_weight, mix, means, cvs) for c in ordered]
        )
        self._tilt_norm = np.array(
            [1.0 / rules.payment_moment(e, mix, means, cvs) for e in self._tilt]
        )
        self._queues = {QUEUES.index(q.name): q for q in scenario.queues}
        self._rules = [Touch(scenario, e) for e in scenario.timeline if isinstance(e, Rule)]

    def day_claims(self, day: int) -> list[Batch]:
        """The claims of one day of service, by setting, in a fixed order."""
        first = day - day % CHUNK_DAYS
        found = []
        for setting in range(len(SETTINGS)):
            if (first, setting) not in self._chunks:
                self._chunks.pop((first - CHUNK_DAYS, setting), None)
                self._chunks[first, setting] = self._draw(first, setting)
            batch = self._chunks[first, setting].batch(day, 2 * day + setting)
            if batch.count:
                found.append(batch)
        return found

    def _draw(self, first: int, setting: int) -> Chunk:
        """Claims of some days and a setting from the rows of the claim tables."""
        days = range(first, min(first + CHUNK_DAYS, self._end))
        by_day = [self._arrivals.payers(day, setting) for day in days]
        starts = [0, *accumulate(map(len, by_day))]
        payers = np.concatenate(by_day)

        def uniforms(purpose: str, columns: int) -> Floats:
            table = np.empty((len(payers), columns))
            for day, start, end in zip(days, starts, starts[1:], strict=False):
                self._draws.fill(purpose, 2 * day + setting, table[start:end])
            return table

        drawn, defects = self.attributes(setting, payers, uniforms)
        columns = {
            "key": np.concatenate(
                [
                    np.arange(len(now)) + (2 * day + setting) * SETTING_ROWS
                    for day, now in zip(days, by_day, strict=True)
                ]
            ),
            "day": np.repeat(days, [len(now) for now in by_day]),
            **drawn,
        }
        for touch in self._rules:
            if setting in touch.settings:
                luck = uniforms(touch.purpose, 1)[:, 0]
                defects = touch.ruled(columns, defects, luck)
        begins, ends = self._window
        inside = (columns["day"] >= begins) & (columns["day"] < ends)
        columns["flags"] |= np.where(inside, Flag.IN_WINDOW, 0)
        return Chunk(first, starts, columns, defects)

    def attributes(self, setting: int, payers: Ints, uniforms: Uniforms) -> tuple[Columns, Defects]:
        """What claims of a setting and their payers come with, and which defects they may have."""
        profile = self._settings[setting]
        # What a payer pays for it makes a case no harder: defects go with the payment before that.
        sigma = rules.lognormal_sigma(profile.payment_cv)
        z = normal_quantiles(uniforms("claim.payment", 1)[:, 0])
        log_payment = log(profile.payment_mean_usd) + sigma * z - sigma * sigma / 2.0
        kinds = len(CATEGORIES)
        rejected, denied, asked = rules.fates(
            uniforms("claim.fates", kinds),
            self._reject,
            self._deny,
            self._rfi,
            self._stringency[payers],
        )
        queue = self._queues[Queue.CODING_INPATIENT + setting]
        minutes = queue.minutes * rules.touch_factors(
            uniforms("claim.coding_touch", 1)[:, 0],
            rules.lognormal_sigma(queue.minutes_cv),
            queue.distribution == "exponential",
        )
        columns = {
            "setting": np.full(len(payers), setting),
            "payer": payers,
            "expected": np.maximum(
                1, np.rint(exps(log_payment) * 100.0 * self._price[payers])
            ).astype(np.int64),
            "reject_mask": rejected,
            "deny_mask": denied,
            "asked_mask": asked,
            "minutes": minutes,
            "coding_minutes": minutes,
            **self._traits(setting, payers, uniforms("claim.traits", 9)),
            **self._visits(setting, uniforms, len(payers)),
        }
        return columns, self._possible_defects(log_payment, uniforms("claim.defects", kinds))

    def _possible_defects(self, log_payment: Floats, luck: Floats) -> Defects:
        """Defects of claims, as far as no feedback prevents them.

        Odds go with a power of the payment, which is dear: it is worked out only where the luck is
        below the odds at the payment of the chunk that has the highest.
        """
        scale, tilt = self._incidence * self._tilt_norm, self._tilt
        ends = np.array([log_payment.min(initial=0.0), log_payment.max(initial=0.0)])
        most = scale * exps((tilt[:, None] * ends).max(axis=1)) * ROUNDING
        claims, kinds = np.nonzero(luck < most)
        odds = scale[kinds] * exps(tilt[kinds] * log_payment[claims])
        found = luck[claims, kinds]
        real = found < odds
        return Defects(claims[real], kinds[real], found[real], odds[real])

    def _traits(self, setting: int, payers: Ints, u: Floats) -> Columns:
        """Yes-or-no attributes as bits, and the payer's reply time in days."""
        profile, count = self._settings[setting], len(payers)
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
        return {"flags": flags, "reply_days": reply}

    def _visits(self, setting: int, uniforms: Uniforms, count: int) -> Columns:
        """Which visits are booked, how far ahead, need an authorisation, and are dictated."""
        front = self._hospital.front_end
        if front is None:
            nothing = np.zeros(count, np.int64)
            return {"visit": nothing, "lead_days": nothing}
        profile = (front.inpatient, front.outpatient)[setting]
        luck = uniforms("visit.luck", PURPOSES["visit.luck"])
        ahead = luck[:, VisitLuck.SCHEDULED] < profile.scheduled_share
        authorised = ahead & (luck[:, VisitLuck.AUTH] < profile.prior_auth_share)
        dictated = luck[:, VisitLuck.DICTATED] < profile.dictated_share
        lead = rules.triangular(luck[:, VisitLuck.LEAD], *map(float, front.lead_days))
        return {
            "visit": np.where(ahead, 0, Visit.BOOKED)
            + np.where(authorised, Visit.NEEDS_AUTH, 0)
            + np.where(dictated, Visit.DICTATED, 0),
            "lead_days": np.rint(lead).astype(np.int64),
        }
