"""What happens to a visit before its chart is complete: booked, authorised, held, dictated."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log
from typing import Any

import numpy as np

from sim.model import rules
from sim.model.agents import Agent
from sim.model.claims import AUTH, CLOSED, DOC, REG, SETTINGS, SKILLS, Claim, touch_factors
from sim.model.draws import Draws
from sim.model.office import Office
from sim.model.payer import PayerDesk
from sim.scenario.front_end import FrontEnd
from sim.scenario.schema import Scenario

Step = Callable[[Agent, Claim, float], None]
Admit = Callable[[Claim], None]

# Uniforms of a visit, one column each.
(U_SCHEDULED, U_AUTH, U_DICTATED, U_LEAD, U_PATIENCE, U_BOOKING, U_BOOKING_CHECK, U_REQUEST,
 U_REQUEST_CHECK, U_DECISION, U_REFUSED, U_PEER, U_POSTPONED, U_NOTE, U_NOTE_CHECK,
 ) = range(15)  # fmt: skip
# Touch times of a visit, one column each.
T_BOOKING, T_REQUEST, T_PEER, T_NOTE = range(4)


class Visit:
    """What a claim has before there is a chart. `coding_minutes` waits here for the coder."""

    __slots__ = ("authorised", "booked", "coding_minutes", "dictated", "flawed", "luck", "minutes",
                 "needs_auth", "postponed", "refused", "took_place")  # fmt: skip

    def __init__(self, luck: list[float], minutes: list[float], coding_minutes: float) -> None:
        self.luck = luck
        self.minutes = minutes
        self.coding_minutes = coding_minutes
        self.needs_auth = False
        self.dictated = False
        self.booked = False
        self.authorised = False
        self.refused = False
        self.flawed = False
        self.postponed = False
        self.took_place = False


class FrontDesk:
    """Brings visits from the request to a complete chart; the steps are those of its queues."""

    def __init__(
        self, scenario: Scenario, office: Office, payer: PayerDesk, draws: Draws, admit: Admit
    ) -> None:
        front = scenario.hospital.front_end
        assert front is not None  # made only where there is one
        self._front: FrontEnd = front
        self._office = office
        self._payer = payer
        self._draws = draws
        self._admit = admit
        self._knowledge_floor = scenario.denials.knowledge_floor
        self._ready_days = scenario.hospital.chart_ready_days
        self._settings = (front.inpatient, front.outpatient)
        queues = {q.name: q for q in scenario.queues}
        self._queues = (queues["scheduling"], queues["prior_auth"], queues["transcription"])
        self._columns = (0, 1, 1, 2)
        """Queue of each touch time."""
        self.longest_lead_days = front.lead_days[2]
        self.steps: dict[str, Step] = {
            "scheduling": self.book,
            "prior_auth": self.authorise,
            "transcription": self.transcribe,
        }

    # --- before the service -------------------------------------------------------------------

    def expect(self, claims: list[Claim], day: int) -> None:
        """Put down what will happen to the claims of one day of service, from its draws.

        Requests that would lie before the start of the run were settled without a fault.
        """
        for setting in range(len(SETTINGS)):
            mine = [c for c in claims if c.setting == setting]
            if mine:
                self._draw(mine, 2 * day + setting)
        for claim in claims:
            self._office.on(day, self._serve, claim)

    def _draw(self, claims: list[Claim], row: int) -> None:
        count = len(claims)
        luck = self._draws.uniforms("visit.luck", row, count, 15)
        minutes = np.column_stack([
            self._queues[queue].minutes
            * touch_factors(self._draws, f"visit.touch_{i}", row, (count,), self._queues[queue])
            for i, queue in enumerate(self._columns)
        ])  # fmt: skip
        lead = np.rint(rules.triangular(luck[:, U_LEAD], *map(float, self._front.lead_days)))
        profile = self._settings[claims[0].setting]
        is_workday = self._office.calendar.is_workday
        for claim, mine, times, ahead in zip(
            claims, luck.tolist(), minutes.tolist(), lead.tolist(), strict=True
        ):
            visit = claim.visit = Visit(mine, times, claim.minutes)
            visit.dictated = mine[U_DICTATED] < profile.dictated_share
            if mine[U_SCHEDULED] >= profile.scheduled_share:
                visit.booked = True
                continue
            visit.needs_auth = mine[U_AUTH] < profile.prior_auth_share
            asked = claim.day - int(ahead)
            while asked >= 0 and not is_workday[asked]:  # nobody calls on a day off
                asked -= 1
            if asked < 0:
                visit.booked = visit.authorised = True
            else:
                self._office.on(asked, self._ask, claim)

    def _ask(self, claim: Claim, day: int, _value: Any) -> None:
        """A patient or a referring doctor asks for a visit."""
        visit = claim.visit
        self._queue("scheduling", claim, T_BOOKING)
        patience = -self._front.patience_mean_days * log(1.0 - visit.luck[U_PATIENCE])
        self._office.on(day + max(1, ceil(patience)), self._give_up, claim)

    def _queue(self, name: str, claim: Claim, time: int) -> None:
        """Let a task wait that is done once, at the touch time that a draft leaves of it."""
        minutes = claim.visit.minutes[time]
        drafts = self._office.terms[name].drafts.get(name)
        if drafts is not None and time != T_PEER:
            minutes *= 1.0 - drafts.time_saved_share
        claim.minutes = minutes
        self._office.enqueue(name, claim, due=max(claim.day, int(self._office.env.now)))

    def _give_up(self, claim: Claim, day: int, _value: Any) -> None:
        """Patience ends; a request in somebody's hands is being booked."""
        waits = claim.visit is not None and not claim.visit.booked and claim.stage != CLOSED
        if waits and claim.ticket >= 0:
            self._lose(claim, "lost_visit")

    def _lose(self, claim: Claim, cause: str) -> None:
        """A visit will not take place: its payment is lost, and the cost of its care saved."""
        self._office.withdraw(claim)
        self._payer.lose(claim, claim.day, cause)
        saved = self._front.care_cost_share * claim.expected / 100.0
        self._office.ledger.hospital_usd[claim.day] -= saved

    def book(self, agent: Agent, claim: Claim, now: float) -> None:
        """Book a visit, with the right coverage or not; ask for authorisation if it needs one."""
        visit = claim.visit
        if claim.stage == CLOSED:
            return
        visit.booked = True
        complexity = self._front.scheduling_complexity
        if self._errs(agent, "scheduling", complexity, visit, U_BOOKING, U_BOOKING_CHECK):
            claim.defects |= REG
        if visit.needs_auth:
            self._queue("prior_auth", claim, T_REQUEST)

    def _errs(
        self, agent: Agent, task: str, complexity: float, visit: Visit, u: int, u_check: int
    ) -> bool:
        """Whether an agent errs at a task, and no check finds it."""
        terms = agent.terms
        right = rules.accuracy(
            agent.floor, agent.floor + agent.span, agent.knowledge[SKILLS.index(task)],
            agent.team.penalty, 1.0,
        )  # fmt: skip
        right = rules.task_accuracy(right, complexity)
        drafts = terms.drafts.get(task)
        if drafts is not None:
            right = rules.reviewed(drafts.accuracy, drafts.reviewer_catch_share, right)
        if visit.luck[u] < right:
            return False
        agent.errors += 1
        sample = 1.0 if agent.nesting else min(1.0, terms.sample * terms.enrichment)
        return visit.luck[u_check] >= sample * terms.detection

    def authorise(self, agent: Agent, claim: Claim, now: float) -> None:
        """Ask the payer for authorisation, or argue with it after a refusal."""
        visit = claim.visit
        if visit is None or visit.took_place:
            return
        if visit.refused:
            floor = self._knowledge_floor
            known = floor + (1.0 - floor) * agent.knowledge[SKILLS.index("prior_auth")]
            if visit.luck[U_PEER] < self._front.peer_to_peer_won_share * known:
                visit.authorised = True
            else:
                self._lose(claim, "refused_visit")
            return
        complexity = self._front.prior_auth_complexity
        visit.flawed = self._errs(
            agent, "prior_auth", complexity, visit, U_REQUEST, U_REQUEST_CHECK
        )
        first, last = self._front.auth_decision_days
        lag = round(first + (last - first) * visit.luck[U_DECISION])
        self._office.on(int(now) + max(1, lag), self._decided, claim)

    def _decided(self, claim: Claim, _day: int, _value: Any) -> None:
        """The payer answers a request for authorisation."""
        visit = claim.visit
        if visit is None or visit.took_place:
            return
        if visit.luck[U_REFUSED] < self._front.auth_refused_share:
            visit.refused = True
            self._queue("prior_auth", claim, T_PEER)
        else:
            visit.authorised = True

    # --- the service and after ----------------------------------------------------------------

    def _serve(self, claim: Claim, day: int, _value: Any) -> None:
        """The morning of the service: what is not ready now is too late."""
        visit = claim.visit
        if claim.stage == CLOSED:
            return
        if not visit.booked:
            self._lose(claim, "lost_visit")
            return
        if visit.needs_auth and not visit.authorised:
            if not visit.postponed and visit.luck[U_POSTPONED] < self._front.postponed_share:
                visit.postponed = True
                self._office.on(day + self._front.postponed_days, self._serve, claim)
                return
            self._office.withdraw(claim)
            claim.defects |= AUTH
        elif visit.flawed:
            claim.defects |= AUTH
        claim.day = day
        visit.took_place = True
        if visit.dictated:
            self._queue("transcription", claim, T_NOTE)
        else:
            self._complete(claim, day)

    def transcribe(self, agent: Agent, claim: Claim, now: float) -> None:
        """Type what was dictated; errors leave gaps in the documentation."""
        complexity = self._front.transcription_complexity
        if self._errs(agent, "transcription", complexity, claim.visit, U_NOTE, U_NOTE_CHECK):
            claim.defects |= DOC
        self._complete(claim, int(now))

    def _complete(self, claim: Claim, day: int) -> None:
        """The notes are there; the chart is complete some days after the service."""
        ready = claim.day + self._ready_days
        if ready > day:
            self._office.on(ready, self._hand_over, claim)
        else:
            self._hand_over(claim, day, None)

    def _hand_over(self, claim: Claim, _day: int, _value: Any) -> None:
        claim.minutes = claim.visit.coding_minutes
        claim.visit = None
        claim.touches = 0  # work on claims is counted from the chart on
        self._admit(claim)
