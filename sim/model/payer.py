"""The payers' side: nightly file in, replies out, denials, requests, audits; and what they cost."""

from __future__ import annotations

from typing import Any

from sim.model import rules
from sim.model.claims import (
    ASKED,
    AUDITED,
    BY_MACHINE,
    CATEGORIES,
    CAUSES,
    CDI_GAP,
    CLOSED,
    CODE,
    DENIED,
    FIRST_ASKED,
    FIRST_DENIED,
    FIRST_PAID,
    FIRST_REJECTED,
    FOUND,
    MAX_VISITS,
    NO_REPLY,
    NONE_YET,
    PAID,
    PAYER,
    REJECTED,
    SHORT_PAY,
    SUBMITTED,
    TIMELY,
    UNSUPPORTED,
    Claim,
)
from sim.model.office import Office
from sim.scenario.hospital import Payer
from sim.scenario.schema import Scenario
from sim.scenario.timeline import PayerAi

SEVERITY = tuple(CATEGORIES.index(c) for c in (
    "TIMELY", "NONCOV", "DOC", "AUTH", "PAYER", "CODE", "REG", "DATA", "DUP",
))  # fmt: skip
"""Order in which a claim's denials are taken up: what settles it first comes first."""
FIRST_OF = [next((c for c in SEVERITY if mask >> c & 1), -1) for mask in range(1 << len(SEVERITY))]
"""For every mask of categories, the one that is taken up first; -1 for none."""

CAUSE = {name: i for i, name in enumerate(CAUSES)}


class PayerDesk:
    """Receives the nightly file, answers on business mornings, and books what is paid or lost."""

    def __init__(self, scenario: Scenario, office: Office) -> None:
        self._office = office
        self._calendar = office.calendar
        self._ledger = office.ledger
        self._payers: tuple[Payer, ...] = scenario.payers
        self._denials = scenario.denials
        self._filing_limit = [p.filing_limit_days for p in scenario.payers]
        self._corrected_days = [p.corrected_claim_reply_days for p in scenario.payers]
        self._follow_up_days = scenario.denials.follow_up_after_days
        by_name = {c.name: c for c in scenario.categories}
        ordered = [by_name[name] for name in CATEGORIES]  # type: ignore[index]
        self._clinical = [c.path == "clinical" for c in ordered]
        self._stake = [c.stake_share for c in ordered]
        self._first_chance = [
            [
                rules.first_level_chance(
                    c.recovery_share,
                    len(p.appeal_levels) if c.path == "clinical" else 1,
                    scenario.denials.level_factor,
                )
                for c in ordered
            ]
            for p in scenario.payers
        ]
        hospital = scenario.hospital
        settings = (hospital.inpatient, hospital.outpatient)
        self._gap_share = [s.cdi_gap_payment_share for s in settings]
        self._takeback = [s.audit_takeback_share for s in settings]
        self._audit_lag = hospital.audit_lag_days
        self._ai: list[PayerAi | None] = [None] * len(scenario.payers)
        office.lapse = self._lapse
        self.denials_seen = [0] * len(CATEGORIES)
        """Denials posted per category since the last feedback meeting."""

    def switch_on_ai(self, event: PayerAi) -> None:
        """Let payers' machines look at what is adjudicated from now on."""
        for i, payer in enumerate(self._payers):
            if event.payers == "all" or payer.name in event.payers:
                self._ai[i] = event

    # --- submission ---------------------------------------------------------------------------

    def receive_file(self, day: int) -> None:
        """Take the nightly file: set the day of each claim's reply."""
        office = self._office
        batch = office.outbox.pop(day - 1, ())
        agenda, horizon, reply = office.agenda, office.horizon, self._reply
        following = self._calendar.following
        tomorrow, silence = following[day + 1], self._follow_up_days
        for claim in batch:
            if claim.submitted_day < 0:
                claim.first_day = day
                self._ledger.submitted[day] += 1
                self._ledger.fees_usd[day] += claim.coder.terms.usd_per_claim
                lag = claim.reply_days
            else:
                lag = self._corrected_days[claim.payer]
            if day - claim.day > self._filing_limit[claim.payer]:
                claim.defects |= TIMELY
            claim.submitted_day = day
            claim.stage = SUBMITTED
            if claim.defects & claim.reject_mask:
                agenda[tomorrow].append((self._rejected, claim, None))
                continue
            if claim.flags & NO_REPLY:
                lag = horizon
            elif day + lag < horizon:
                agenda[following[day + lag]].append((reply, claim, None))
            if lag > silence:
                office.on(following[day + silence], self._silent, claim, day)

    def _silent(self, claim: Claim, _day: int, submitted: int) -> None:
        if claim.stage == SUBMITTED and claim.submitted_day == submitted:
            self._office.enqueue("follow_up", claim)

    def _rejected(self, claim: Claim, day: int, _value: Any) -> None:
        if claim.first_outcome == NONE_YET:
            claim.first_outcome = FIRST_REJECTED
        claim.stage = REJECTED
        self._office.enqueue("edits", claim, due=day + 2)

    # --- replies ------------------------------------------------------------------------------

    def _reply(self, claim: Claim, day: int, _value: Any) -> None:
        if claim.ticket >= 0:  # its follow-up is no longer needed
            self._office.withdraw(claim)
        self._adjudicate(claim, day)

    def _adjudicate(self, claim: Claim, day: int) -> None:
        if claim.found_mask and self._ai[claim.payer] is not None:
            self._machine_looks(claim)
        defects = claim.defects
        if not defects:
            if claim.first_outcome == NONE_YET:
                claim.first_outcome = FIRST_PAID
            self._pay(claim, day)
        elif defects & (claim.deny_mask | TIMELY):
            if claim.first_outcome == NONE_YET:
                claim.first_outcome = FIRST_DENIED
            self._deny(claim, day)
        elif defects & claim.asked_mask:
            if claim.first_outcome == NONE_YET:
                claim.first_outcome = FIRST_ASKED
            self._ask(claim, day)
        else:
            if claim.first_outcome == NONE_YET:
                claim.first_outcome = FIRST_PAID
            self._pay(claim, day)

    def _machine_looks(self, claim: Claim) -> None:
        """A payer's machine denies what it finds in a claim, and some clean claims too."""
        found = claim.found_mask & (claim.defects | PAYER) & ~claim.deny_mask
        claim.found_mask = 0  # it looks once
        if found:
            claim.flags |= BY_MACHINE
            claim.defects |= found
            claim.deny_mask |= found

    def _ask(self, claim: Claim, day: int) -> None:
        claim.stage = ASKED
        if claim.take_up >= self._office.terms["records"].worked:
            self.lose(claim, day, "not_worked")
            return
        deadline = day + self._payers[claim.payer].records_window_days
        self._office.enqueue("records", claim, due=deadline)
        self._office.on(deadline, self._lapse, claim, claim.ticket)

    def records_sent(self, claim: Claim, day: int, won: bool) -> None:
        """Records are on their way; decide when the payer answers."""
        low, high = self._payers[claim.payer].records_decision_days
        lag = round(low + (high - low) * claim.take_up)
        self._office.on(self._calendar.next_workday(day + lag), self._records_decided, claim, won)

    def _records_decided(self, claim: Claim, day: int, won: bool) -> None:
        if won:
            claim.defects &= ~claim.asked_mask
            self._pay(claim, day)
        else:
            self.lose(claim, day, "records_request")

    # --- denials ------------------------------------------------------------------------------

    def denied_for(self, claim: Claim) -> int:
        """Category of the denial that a claim carries now."""
        return FIRST_OF[claim.defects & (claim.deny_mask | TIMELY)]

    def is_clinical(self, category: int) -> bool:
        """Whether denials of a category are appealed on clinical grounds."""
        return self._clinical[category]

    def first_chance(self, claim: Claim, category: int) -> float:
        """Win chance at the first level with full knowledge."""
        ai = self._ai[claim.payer]
        if ai is None or not claim.flags & BY_MACHINE:
            return self._first_chance[claim.payer][category]
        trail = self._office.terms[self._queue(category)].evidence_trail
        levels = len(self._payers[claim.payer].appeal_levels) if self._clinical[category] else 1
        overall = ai.contest_with_trail_share if trail else ai.contest_share
        return rules.first_level_chance(overall, levels, self._denials.level_factor)

    def _deny(self, claim: Claim, day: int) -> None:
        category = self.denied_for(claim)
        self.denials_seen[category] += 1
        if claim.denied_for < 0:
            claim.denied_for = category
        claim.stage = DENIED
        claim.appeal_level = 0
        if 1 << category == CODE:
            claim.coder.lesson(claim.setting, float(day))
        at_stake = self._payable(claim) - claim.paid_cents
        stake = self._stake[category]
        if stake < 1.0 and claim.paid_cents == 0:
            paid = round(at_stake * (1.0 - stake))
            claim.paid_cents += paid
            at_stake -= paid
            self._receive(claim, day, paid)
        terms = self._office.terms[self._queue(category)]
        if (
            claim.take_up >= terms.worked
            or at_stake < terms.threshold_cents
            or (self._clinical[category] and not terms.levels)
        ):
            self.lose(claim, day, "timely_filing" if 1 << category == TIMELY else "not_worked")
        else:
            self._take_up(claim, day, category)

    def _queue(self, category: int) -> str:
        return "denials_clinical" if self._clinical[category] else "denials_technical"

    def _take_up(self, claim: Claim, day: int, category: int) -> None:
        """Queue a denial for work at the claim's present level, with the deadline of that level."""
        payer = self._payers[claim.payer]
        if claim.visits >= MAX_VISITS:
            self.lose(claim, day, "given_up")
            return
        if not self._clinical[category]:
            window = payer.corrected_claim_window_days
        elif claim.appeal_level < len(payer.appeal_levels):
            window = payer.appeal_levels[claim.appeal_level].file_within_days
        else:
            self.lose(claim, day, "final_denial")
            return
        chance = self.first_chance(claim, category)
        chance *= self._denials.level_factor**claim.appeal_level
        self._office.enqueue(self._queue(category), claim, due=day + window, chance=chance)
        self._office.on(day + window, self._lapse, claim, claim.ticket)

    def _lapse(self, claim: Claim, day: int, ticket: int) -> None:
        """The right to answer ends; a claim that still waits is lost."""
        if claim.ticket == ticket:
            self._office.withdraw(claim)
            self.lose(claim, day, "timely_filing")
        else:  # perhaps in somebody's hands, who may yet hand it back
            claim.lapsed_ticket = ticket

    def appealed(self, claim: Claim, day: int, won: bool, category: int) -> None:
        """A correction or appeal has gone out; the payer decides later."""
        payer = self._payers[claim.payer]
        lag = (
            payer.appeal_levels[claim.appeal_level].decision_days
            if self._clinical[category]
            else payer.corrected_claim_reply_days
        )
        self._office.on(
            self._calendar.next_workday(day + lag), self._decided, claim, (won, category)
        )

    def _decided(self, claim: Claim, day: int, value: tuple[bool, int]) -> None:
        won, category = value
        if won:
            claim.defects &= ~(1 << category)
            self._adjudicate(claim, day)
            return
        claim.appeal_level += 1
        levels = min(
            self._office.terms[self._queue(category)].levels,
            len(self._payers[claim.payer].appeal_levels),
        )
        if self._clinical[category] and claim.appeal_level < levels:
            self._take_up(claim, day, category)
        else:
            self.lose(claim, day, "timely_filing" if 1 << category == TIMELY else "final_denial")

    # --- money --------------------------------------------------------------------------------

    def _payable(self, claim: Claim) -> int:
        """What the claim as submitted is worth: expected less what coding or notes left out."""
        if claim.flags & CDI_GAP:
            gap = round(claim.expected * self._gap_share[claim.setting])
            claim.cdi_cents = min(gap, claim.expected - claim.under_cents)
        return claim.expected - claim.under_cents - claim.cdi_cents + claim.over_cents

    def _pay(self, claim: Claim, day: int) -> None:
        amount = self._payable(claim) - claim.paid_cents
        claim.stage = PAID
        claim.closed_day = day
        if claim.flags & SHORT_PAY:
            share = self._payers[claim.payer].short_pay_payment_share
            claim.short_cents = round(amount * share)
            amount -= claim.short_cents
            noticed = self._denials.short_pay_noticed_share
            if claim.take_up < noticed and claim.short_cents >= (
                self._office.terms["underpayments"].threshold_cents
            ):
                self._office.enqueue("underpayments", claim)
        claim.paid_cents += amount
        self._receive(claim, day, amount)
        audited = claim.flags & AUDITED and claim.flags & FOUND
        if claim.over_cents and (audited or claim.flags & UNSUPPORTED):
            claim.takeback_cents = round(claim.paid_cents * self._takeback[claim.setting])
            low, high = self._audit_lag
            lag = round(low + (high - low) * claim.take_up)
            self._office.on(day + lag, self._take_back, claim)

    def _receive(self, claim: Claim, day: int, cents: int) -> None:
        """Book cash, and the part of it that the coder's employer takes."""
        self._ledger.cash(day, cents)
        self._ledger.fees_usd[day] += cents / 100.0 * claim.coder.terms.share_of_collections

    def _take_back(self, claim: Claim, day: int, _value: Any) -> None:
        self._receive(claim, day, -claim.takeback_cents)

    def short_pay_won(self, claim: Claim, day: int) -> None:
        """A short payment is made good."""
        claim.paid_cents += claim.short_cents
        self._receive(claim, day, claim.short_cents)
        claim.short_cents = 0

    def lose(self, claim: Claim, day: int, cause: str) -> None:
        """Write off what a claim has not brought."""
        claim.stage = CLOSED
        claim.closed_day = day
        claim.loss_cause = CAUSE[cause]
        if claim.paid_cents:  # a part was paid: the rest of what it was worth is lost
            claim.loss_cents = self._payable(claim) - claim.paid_cents
        else:
            claim.under_cents = claim.cdi_cents = claim.over_cents = 0
            claim.flags &= ~CDI_GAP
            claim.loss_cents = claim.expected
