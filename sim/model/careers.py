"""A person employed in a team: certification, pay, and the course of a career."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sim.model.calendar import WorkCalendar
from sim.model.kernel.knowledge import learn, learn_client
from sim.model.kernel.rows import Agent, Crew


def mean_level(row: Agent, skills: Collection[int]) -> float:
    """Mean knowledge of some skills, as last used."""
    return sum(row.knowledge[s] for s in skills) / len(skills)


class Career:
    """The employment of one agent, whose `row` is what the work knows of them.

    Times are days since the start of the run; `hired` may lie before it. `calendar` is that of
    their shift, `absent` says for each day whether they stay away; their time is counted up to
    `counted_until`.
    """

    __slots__ = (
        "absent", "calendar", "certification", "clear_hazard", "counted_until", "education_share",
        "entry_certification", "exhaustion",
        "hazard_factor", "hired", "leaving", "left", "mentor", "newcomer", "number", "on_notice",
        "process", "producing", "productive_minutes", "productive_share", "programme", "pupils",
        "rate", "ready_at", "reason", "reviewed_age", "row", "shadow_days", "study_share",
        "threshold", "wage",
    )  # fmt: skip

    def __init__(
        self, row: Agent, number: int, hired: float, absent: Sequence[bool], calendar: WorkCalendar
    ) -> None:
        self.row = row
        self.absent = absent
        self.calendar = calendar
        self.number = number
        self.hired = hired
        self.left: float | None = None
        self.reason = ""
        self.certification = ""
        self.entry_certification = ""
        self.programme = False
        self.ready_at = hired
        self.shadow_days = 0.0
        self.newcomer = False
        self.producing = False
        self.mentor: Career | None = None
        self.pupils = 0
        self.education_share = 0.0
        self.study_share = 0.0
        self.productive_share = 0.0
        self.productive_minutes = 0.0
        self.counted_until = hired
        self.wage = 0.0
        self.rate = 0.0
        self.leaving = False
        self.on_notice = False
        self.hazard_factor = 1.0
        self.exhaustion = 0.0
        self.threshold = 0.0
        self.clear_hazard = 0.0
        self.reviewed_age = 0.0
        self.process: Any = None

    @property
    def client(self) -> float:
        """Knowledge of this hospital, when it was last used."""
        return self.row.client

    def scale_knowledge(self, crew: Crew, skills: list[int], client: bool, factor: float) -> None:
        """A rule change takes, or retraining gives back, a part of some skills."""
        row = self.row
        for skill in skills:
            learn(crew, row, skill)
            row.knowledge[skill] = min(1.0, row.knowledge[skill] * factor)
        if client:
            learn_client(crew, row)
            row.client = min(1.0, row.client * factor)
