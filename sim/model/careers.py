"""A person employed in a team: certification, pay, and the course of a career."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from sim.model.calendar import WorkCalendar
from sim.model.engine import Process
from sim.model.kernel.knowledge import learn, learn_client
from sim.model.kernel.rows import Agent, Crew
from sim.scenario.vendor import Programme


def mean_level(row: Agent, skills: Collection[int]) -> float:
    """Mean knowledge of some skills, as last used."""
    knowledge = row.knowledge
    total = 0.0
    for skill in skills:
        total += knowledge[skill]
    return total / len(skills)


class Employer(Protocol):
    """Who employs somebody now: their team, whichever hired them."""

    def count(self, agent: Career, until: float = 0.0) -> None:
        """Count, and charge, their time up to now, or to a time that may lie ahead."""

    def give_notice(self, agent: Career) -> Process:
        """They have decided to quit: let them go, if they are still here, when notice is over."""

    def part_with(self, agent: Career, reason: str, from_bench: bool = False) -> None:
        """Let them go who have not decided to leave, if they are still here."""

    def award(self, agent: Career, programme: Programme) -> None:
        """They have what a programme that they passed brings."""


class Career:
    """The employment of one agent, whose `row` is what the work knows of them.

    Times are days since the start of the run; `hired` may lie before it, `joined` is when they came
    in the run. `full_time_share` is the part of a shift that people work full-time in the team that
    hired them. `key` and `number` name their luck, and with that team (`label`) the person. `also`
    names other teams whose queues they work. `calendar` is that of their shift, of which they work
    `hours_share`, so `shift_days` long; `absent` says for each day whether they stay away; their
    time is counted up to `counted_until`.
    """

    __slots__ = (
        "absent",
        "also",
        "calendar",
        "certification",
        "clear_hazard",
        "counted_until",
        "education_share",
        "employer",
        "entry_certification",
        "exhaustion",
        "full_time_share",
        "hazard_factor",
        "hired",
        "hours_share",
        "joined",
        "key",
        "label",
        "leaving",
        "left",
        "mentor",
        "newcomer",
        "number",
        "on_leave",
        "on_notice",
        "process",
        "producing",
        "productive_minutes",
        "productive_share",
        "programme",
        "pupils",
        "rate",
        "ready_at",
        "reason",
        "reviewed_hazard",
        "row",
        "shadow_days",
        "shift_days",
        "study_share",
        "threshold",
        "wage",
    )

    def __init__(
        self,
        row: Agent,
        employer: Employer,
        key: str,
        label: str,
        number: int,
        hired: float,
        absent: Sequence[bool],
        calendar: WorkCalendar,
        full_time_share: float,
    ) -> None:
        self.row = row
        self.employer = employer
        self.full_time_share = full_time_share
        self.hours_share = row.hours_share
        self.shift_days = calendar.shift_length * self.hours_share
        self.absent = absent
        self.calendar = calendar
        self.key = key
        self.label = label
        self.number = number
        self.hired = hired
        self.joined = hired
        self.also: tuple[str, ...] = ()
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
        self.on_leave = False
        self.on_notice = False
        self.hazard_factor = 1.0
        self.exhaustion = 0.0
        self.threshold = 0.0
        self.clear_hazard = 0.0
        self.reviewed_hazard = 0.0
        self.process: Any = None

    @property
    def newest_first(self) -> tuple[float, int]:
        """Sorts colleagues by when they came, the last to come first."""
        return -self.joined, -self.number

    @property
    def longest_first(self) -> tuple[float, str, int]:
        """Sorts colleagues by how long they have served, with the time before the run."""
        return self.hired, self.key, self.number

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
