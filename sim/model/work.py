"""What an agent does to a claim at each desk: add defects, catch defects, send it on."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

from sim.model import rules
from sim.model.agents import Agent
from sim.model.claims import (
    ALONE,
    AUTH,
    BILLING,
    CC_AT_RISK,
    CDI_GAP,
    CLINICAL,
    CODE,
    DATA,
    DOC,
    DUP,
    EDITED,
    MAX_VISITS,
    NO_REPLY,
    QUERIED,
    REG,
    REJECTED,
    SCRUBBER_EDIT,
    SETTINGS,
    SUBMITTED,
    U_AUTH,
    U_DATA,
    U_DETECT,
    U_DIRECTION,
    U_DUPLICATE,
    U_ENTRY,
    U_ERROR,
    U_HOLD,
    U_RAISES,
    U_REG,
    U_SAMPLE,
    UNSUPPORTED,
    WAITING,
    Claim,
)
from sim.model.draws import Draws
from sim.model.office import Office
from sim.model.payer import PayerDesk
from sim.model.terms import Terms
from sim.scenario.schema import Scenario
from sim.scenario.vendor import CodingAi

Step = Callable[[Agent, Claim, float], None]
FRONT_END = REG | DATA | AUTH
CODING = ("coding_inpatient", "coding_outpatient")


class Desks:
    """The steps of work, one per queue; each is called when an agent has finished an item."""

    def __init__(self, scenario: Scenario, office: Office, payer: PayerDesk, draws: Draws) -> None:
        people, hospital = scenario.people, scenario.hospital
        self._office = office
        self._payer = payer
        self._draws = draws
        self._entry_floor = people.entry_defect_floor
        self._over_share = people.over_coding_share
        self._skill_notices = people.notice_by_skill_share
        settings = (hospital.inpatient, hospital.outpatient)
        self._power = [s.accuracy_exponent for s in settings]
        self._under_share = [s.under_coding_payment_share for s in settings]
        self._over_payment = [s.over_coding_payment_share for s in settings]
        self._answered = hospital.query_answered_share
        self._resolved = hospital.query_resolved_share
        self._realtime_resolved = hospital.realtime_resolved_share
        self._unsupported_found = people.unsupported_found_share
        self._query_median = hospital.query_response_median_days
        self._query_sigma = hospital.query_response_sigma
        self._query_usd = hospital.query_physician_usd
        self._denials = scenario.denials
        self.steps: dict[str, Step] = {
            "coding_inpatient": self.code,
            "coding_outpatient": self.code,
            "cdi_query": self.query,
            "edits": self.edit,
            "records": self.send_records,
            "denials_technical": self.work_denial,
            "denials_clinical": self.work_denial,
            "follow_up": self.follow_up,
            "underpayments": self.chase_underpayment,
        }

    def admit(self, claim: Claim) -> None:
        """A chart is complete: reviewed at once if somebody looks over the shoulder, else coded."""
        terms = self._office.terms[CODING[claim.setting]]
        if terms.ai is not None:
            self._pre_read(claim, terms.ai)
        weak = claim.defects & DOC or claim.flags & CDI_GAP
        if terms.realtime and weak and claim.luck_of_coding()[U_HOLD] < terms.realtime:
            claim.stage = QUERIED
            self._office.enqueue("cdi_query", claim)
        else:
            self._office.enqueue(CODING[claim.setting], claim)

    def _pre_read(self, claim: Claim, ai: CodingAi) -> None:
        """The vendor's machine takes a chart, or reads it before a coder does."""
        assert claim.machine is not None  # drawn where a vendor has a machine
        if claim.machine[0] < getattr(ai.alone_share, SETTINGS[claim.setting]):
            claim.flags |= ALONE
            claim.minutes *= ai.alone_time_share
        else:
            claim.minutes *= 1.0 - ai.time_saved_share

    def code(self, agent: Agent, claim: Claim, now: float) -> None:
        """Code a chart: catch source defects, add own ones, hold or push a weak note."""
        luck = claim.luck_of_coding()
        claim.coding = None
        terms, client, defects = agent.terms, agent.client, claim.defects
        looked_at = not claim.flags & ALONE
        if defects & FRONT_END and looked_at:
            caught = 0
            if defects & REG and luck[U_REG] < terms.catch_reg * client + terms.house_reg:
                caught = REG
            if defects & DATA and luck[U_DATA] < terms.catch_data * client + terms.house_data:
                caught |= DATA
            if defects & AUTH and luck[U_AUTH] < terms.catch_auth * client + terms.house_auth:
                caught |= AUTH
            if caught:
                defects &= ~caught
                claim.flags |= SCRUBBER_EDIT
        if luck[U_ENTRY] < rules.entry_defect(
            terms.entry_base, client, self._entry_floor, terms.entry_factor
        ):
            defects |= DATA
        if luck[U_DUPLICATE] < terms.duplicate:
            defects |= DUP
        setting = claim.setting
        right = rules.accuracy(
            agent.floor, agent.floor + agent.span, agent.knowledge[setting],
            agent.team.penalty, self._power[setting],
        )  # fmt: skip
        able = right
        if terms.ai is not None:
            right = self._with_machine(claim, terms.ai, right)
        claim.wrong = 0
        if luck[U_ERROR] >= right:
            agent.errors += 1
            sample = 1.0 if agent.nesting else terms.sample * terms.enrichment
            checked = looked_at and luck[U_SAMPLE] < sample
            if not (checked and luck[U_DETECT] < terms.detection):
                defects |= CODE
                self._miscode(claim, luck, terms)
        claim.defects = defects
        claim.coder = agent
        weak = looked_at and (defects & DOC or claim.flags & CDI_GAP)
        if weak and self._held(terms, luck[U_HOLD], able):
            claim.stage = QUERIED
            self._office.enqueue("cdi_query", claim)
        elif claim.flags & SCRUBBER_EDIT:
            self._office.enqueue("edits", claim)
        else:
            self._office.ready(claim, int(now))

    def _held(self, terms: Terms, luck: float, able: float) -> bool:
        """Whether a coder who is right with chance `able` holds a weak note that got this far."""
        noticed = terms.hold * (1.0 - self._skill_notices * (1.0 - able))
        return terms.realtime <= luck < terms.realtime + (1.0 - terms.realtime) * noticed

    def _with_machine(self, claim: Claim, ai: CodingAi, coder: float) -> float:
        """Chance that a chart is right when a machine codes or suggests (docs/parameters.md D3).

        Alone, the machine's own. Suggesting to a reviewer: the suggestion is right, or its error is
        noticed by a reviewer as able as the coder, who looks less hard the righter it mostly is.
        Without a human in the loop, charts that the machine leaves are coded as without it.
        """
        setting = SETTINGS[claim.setting]
        if claim.flags & ALONE:
            return float(getattr(ai.alone_accuracy, setting))
        if ai.mode == "black_box":
            return coder
        suggestion = float(getattr(ai.suggestion_accuracy, setting))
        biased = suggestion > ai.bias_above_share
        catch = ai.biased_catch_share if biased else ai.reviewer_catch_share
        return rules.reviewed(suggestion, catch, coder)

    def _miscode(self, claim: Claim, luck: list[float], terms: Terms) -> None:
        """Decide what an undetected coding error does to the payment."""
        claim.wrong = 1
        ai, machine = terms.ai, claim.machine
        if ai is not None and machine is not None and machine[1] < ai.unsupported_share:
            claim.over_cents = round(claim.expected * self._over_payment[claim.setting])
            claim.flags |= UNSUPPORTED if machine[2] < self._unsupported_found else 0
        elif luck[U_DIRECTION] < terms.under:
            if claim.flags & CC_AT_RISK:
                claim.under_cents = round(claim.expected * self._under_share[claim.setting])
        elif luck[U_RAISES] < self._over_share:
            claim.over_cents = round(claim.expected * self._over_payment[claim.setting])

    def query(self, _agent: Agent, claim: Claim, now: float) -> None:
        """Ask the physician; the answer, or the end of patience, comes days later.

        A chart that is not coded yet is being reviewed in real time: it is answered the same day.
        """
        day = int(now)
        self._office.ledger.hospital_usd[day] += self._query_usd
        generator = self._draws.generator("claim.query", claim.key)
        answered, resolved = generator.random(2)
        if claim.coding is not None:
            mended = bool(resolved < self._realtime_resolved)
            self._office.on(day + 1, self._answer, claim, mended)
            return
        lag = self._query_median * exp(self._query_sigma * generator.standard_normal())
        mended = bool(answered < self._answered and resolved < self._resolved)
        self._office.on(day + max(1, round(lag)), self._answer, claim, mended)

    def _answer(self, claim: Claim, day: int, mended: bool) -> None:
        if mended:
            claim.defects &= ~DOC
            claim.flags &= ~CDI_GAP
            claim.cdi_cents = 0
        claim.stage = WAITING
        if claim.coding is not None:
            self._office.enqueue(CODING[claim.setting], claim)
        elif claim.flags & SCRUBBER_EDIT:
            self._office.enqueue("edits", claim)
        else:
            self._office.ready(claim, day)

    def edit(self, agent: Agent, claim: Claim, now: float) -> None:
        """Mend what the scrubber, the coder or the payer's front end sent back."""
        if claim.stage == REJECTED:
            chance = self._denials.correction_share * (
                self._denials.knowledge_floor
                + (1.0 - self._denials.knowledge_floor) * agent.knowledge[BILLING]
            )
            if claim.luck_now() < chance:
                claim.defects &= ~claim.reject_mask
            if claim.visits >= MAX_VISITS:
                self._payer.lose(claim, int(now), "given_up")
                return
        claim.flags = claim.flags & ~SCRUBBER_EDIT | EDITED
        self._office.ready(claim, int(now))

    def send_records(self, _agent: Agent, claim: Claim, now: float) -> None:
        """Answer a request for information; the payer decides weeks later."""
        won = claim.luck_now() < self._denials.records_recovery_share
        self._payer.records_sent(claim, int(now), won)

    def work_denial(self, agent: Agent, claim: Claim, now: float) -> None:
        """Correct or appeal a denied claim at its present level."""
        category = self._payer.denied_for(claim)
        skill = CLINICAL if self._payer.is_clinical(category) else BILLING
        chance = rules.win_chance(
            self._payer.first_chance(claim, category), agent.terms.win_multiplier,
            agent.knowledge[skill], self._denials.knowledge_floor, claim.appeal_level,
            self._denials.level_factor, self._denials.win_cap,
        )  # fmt: skip
        self._payer.appealed(claim, int(now), claim.luck_now() < chance, category)

    def follow_up(self, _agent: Agent, claim: Claim, now: float) -> None:
        """Ask about a silent claim; one that the payer never got is sent again."""
        if claim.stage == SUBMITTED and claim.flags & NO_REPLY:
            claim.flags &= ~NO_REPLY
            self._office.ready(claim, int(now))

    def chase_underpayment(self, agent: Agent, claim: Claim, now: float) -> None:
        """Claim back a short payment."""
        chance = self._denials.short_pay_recovery_share * (
            self._denials.knowledge_floor + (1.0 - self._denials.knowledge_floor) * agent.client
        )
        if claim.luck_now() < chance:
            self._payer.short_pay_won(claim, int(now))
