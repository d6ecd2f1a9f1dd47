"""Claims with what became of each: submissions and answers put together, payers by class.

A payer's class comes from the user's words for its name, else from the claim filing code, which
cannot tell every plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sim.calibrate.read.claim_files import Answer, Claim, ClaimFiles
from sim.calibrate.read.columns import normal
from sim.scenario.schema import Scenario

FILING = {
    **dict.fromkeys(("MA", "MB"), "medicare"),
    **dict.fromkeys(("16",), "medicare_advantage"),
    **dict.fromkeys(("12", "13", "14", "15", "17", "BL", "CI", "HM"), "commercial"),
    **dict.fromkeys(("MC",), "medicaid"),
}
"""Payer classes of the shipped scenarios by claim filing indicator code."""
OTHER = "other"


@dataclass
class Course:
    """What became of one claim."""

    payer: str = ""
    sent: int = 0
    again: int = 0
    """Day of the second submission; 0, none."""
    inpatient: bool = False
    charge: float = 0.0
    answers: list[Answer] = field(default_factory=list)

    @property
    def first(self) -> Answer | None:
        """The first answer."""
        return self.answers[0] if self.answers else None

    @property
    def silent_then(self) -> bool:
        """Whether it was sent again before anything was heard."""
        return bool(self.again) and (not self.answers or self.answers[0].day > self.again)


@dataclass(frozen=True)
class Paired:
    """Claims by number, the last day of the extract, and what was said of payers."""

    courses: dict[int, Course]
    end: int
    with_submissions: bool
    by_code: int
    """Claims whose payer's class is known by the filing code only."""
    unplaced: int
    """Claims whose payer belongs to no class of the scenario."""


def pair(files: ClaimFiles, base: Scenario, words: Mapping[str, str], as_of: date) -> Paired:
    """Claims with their answers, in the order in which things happened."""
    classes = [p.name for p in base.payers]
    meant = {normal(word): name for word, name in words.items()}
    courses: defaultdict[int, Course] = defaultdict(Course)
    told: Counter[str] = Counter()

    def place(course: Course, record: Claim | Answer) -> None:
        if not course.payer:
            course.payer, how = _class_of(record, meant, classes)
            told[how] += 1

    for claim in sorted(files.claims, key=lambda c: c.sent):
        course = courses[claim.claim]
        place(course, claim)
        if not course.sent:
            course.sent, course.charge = claim.sent, claim.charge
            course.inpatient = claim.inpatient
        elif not course.again:
            course.again = claim.sent
    for answer in sorted(files.answers, key=lambda a: a.day):
        course = courses[answer.claim]
        place(course, answer)
        course.answers.append(answer)
        course.charge = course.charge or answer.charge
        course.inpatient = course.inpatient or answer.bill in ("11", "12", "18", "21")
    days = [a.day for a in files.answers if a.day]
    end = min(max(days, default=as_of.toordinal()), as_of.toordinal())
    return Paired(dict(courses), end, bool(files.claims), told["code"], told["none"])


def _class_of(
    record: Claim | Answer, meant: Mapping[str, str], classes: Sequence[str]
) -> tuple[str, str]:
    """A payer's class, and how it is known."""
    for known in (meant.get(normal(record.payer)), meant.get(normal(record.filing))):
        if known in classes:
            return str(known), "words"
    by_name = [c for c in classes if normal(c) == normal(record.payer)]
    if by_name:
        return by_name[0], "words"
    found = FILING.get(record.filing.upper(), OTHER)
    if found in classes:
        return found, "code"
    return (OTHER, "code") if OTHER in classes else ("", "none")
