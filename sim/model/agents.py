"""One agent: certification, knowledge, working time, and the state of a career."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Any

from sim.model.claims import SKILLS
from sim.model.rules import DAYS_PER_MONTH, LEARNING, Law

if TYPE_CHECKING:
    from sim.model.queues import WorkQueue
    from sim.model.workforce import Team


BREAK_DAYS = 7.0
"""Gap that the learn-forget curve takes for a break; shorter ones are the rhythm of work."""


class Knowing:
    """How one vendor's agents learn and forget: the law with its constants."""

    __slots__ = (
        "client_rate", "domain_rate", "exponent", "exponential", "floor", "forget",
        "forgets_in_breaks", "forgetting_per_day", "forgetting_per_month", "learn", "total",
    )  # fmt: skip

    def __init__(
        self, law: str, domain: float, client: float, forgetting: float, exponent: float,
        floor: float, total: float,
    ) -> None:  # fmt: skip
        self.exponential = law == "exponential"
        self.forgets_in_breaks = law == "lfcm"
        self.learn: Law
        self.forget: Law
        self.learn, self.forget = LEARNING[law]
        self.domain_rate = domain
        self.client_rate = client
        # Under the learn-forget curve the learning rate itself drives forgetting.
        self.forgetting_per_month = domain if law == "lfcm" and forgetting > 0 else forgetting
        self.forgetting_per_day = forgetting / DAYS_PER_MONTH
        self.exponent = exponent
        self.floor = floor
        self.total = total

    def learned(self, knowledge: float, practice: float, rate: float) -> float:
        """Knowledge after practice (months)."""
        return self.learn(knowledge, practice, rate, self.exponent, self.floor)

    def forgotten(self, knowledge: float, gap_days: float) -> float:
        """Knowledge after a gap without practice."""
        if self.forgets_in_breaks and gap_days <= BREAK_DAYS:
            return knowledge
        months = gap_days / DAYS_PER_MONTH
        return self.forget(knowledge, months, self.forgetting_per_month, self.exponent, self.total)


class Agent:
    """A person employed in a team. Times are days since the start of the run."""

    __slots__ = (
        "absent", "busy_minutes", "certification", "clear_hazard", "client",
        "client_seen", "clock_per_minute", "education_share", "entry_certification", "errors",
        "floor", "hazard_factor", "hired", "idle", "in_hand", "items", "knowing", "knowledge",
        "leaving", "left", "mentor", "month_minutes", "nesting", "newcomer", "number", "one_queue",
        "process", "producing", "productive_minutes", "productive_share", "programme", "pupils",
        "queues", "rate", "ready_at", "reason", "reviewed_age", "seen", "shift_end", "span",
        "speed", "study_share", "team", "terms", "threshold", "wage",
    )  # fmt: skip

    def __init__(self, team: Team, number: int, hired: float) -> None:
        self.team = team
        self.terms = team.terms
        self.knowing = team.knowing
        self.number = number
        self.hired = hired
        self.left: float | None = None
        self.reason = ""
        self.certification = ""
        self.entry_certification = ""
        self.programme = False
        self.floor = 0.0
        self.span = 0.0
        self.knowledge = [0.0] * len(SKILLS)
        self.seen = [hired] * len(SKILLS)
        self.client = 0.0
        self.client_seen = hired
        self.speed = 1.0
        self.clock_per_minute = 0.0
        self.month_minutes = 1.0
        self.absent: list[bool] = []
        self.shift_end = -1.0
        self.ready_at = hired
        self.newcomer = False
        self.nesting = False
        self.producing = False
        self.mentor: Agent | None = None
        self.pupils = 0
        self.education_share = 0.0
        self.study_share = 0.0
        self.productive_share = 0.0
        self.wage = 0.0
        self.rate = 0.0
        self.queues: list[WorkQueue] = []
        self.one_queue = False
        self.idle: Any = None
        self.leaving = False
        self.hazard_factor = 1.0
        self.process: Any = None
        self.in_hand: Any = None
        self.items = 0
        self.errors = 0
        self.busy_minutes = 0.0
        self.productive_minutes = 0.0
        self.threshold = 0.0
        self.clear_hazard = 0.0
        self.reviewed_age = 0.0

    def practise(self, skill: int, minutes: float, now: float) -> None:
        """Forget over the time since the skill was last used, then learn from work just done."""
        knowing = self.knowing
        practice = minutes / self.month_minutes
        if knowing.exponential:
            seen, slip = self.seen[skill], knowing.forgetting_per_day
            kept = exp(slip * (seen - now))
            self.knowledge[skill] = 1.0 - (1.0 - self.knowledge[skill] * kept) * exp(
                -knowing.domain_rate * practice
            )
            if seen != self.client_seen:
                kept = exp(slip * (self.client_seen - now))
            self.client = 1.0 - (1.0 - self.client * kept) * exp(-knowing.client_rate * practice)
        else:
            kept = knowing.forgotten(self.knowledge[skill], now - self.seen[skill])
            self.knowledge[skill] = knowing.learned(kept, practice, knowing.domain_rate)
            kept = knowing.forgotten(self.client, now - self.client_seen)
            self.client = knowing.learned(kept, practice, knowing.client_rate)
        self.seen[skill] = now
        self.client_seen = now

    def catch_up(self, now: float) -> None:
        """Bring every skill's knowledge up to now: what was not used since has been forgotten."""
        for skill, level in enumerate(self.knowledge):
            self.knowledge[skill] = self.knowing.forgotten(level, now - self.seen[skill])
            self.seen[skill] = now
        self.client = self.knowing.forgotten(self.client, now - self.client_seen)
        self.client_seen = now

    def scale_knowledge(self, skills: list[int], client: bool, factor: float) -> None:
        """A rule change takes, or retraining gives back, a part of some skills."""
        for skill in skills:
            self.knowledge[skill] = min(1.0, self.knowledge[skill] * factor)
        if client:
            self.client = min(1.0, self.client * factor)

    def lesson(self, skill: int, now: float) -> None:
        """Learn from a denial that came back for a claim this agent coded."""
        months = self.terms.lesson_months
        if months and self.left is None:
            self.practise(skill, months * self.month_minutes, now)
