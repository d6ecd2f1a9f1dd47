"""835 and 837 files to claims and answers: identifiers hashed, no patient field ever kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.calibrate.read.identity import Numbers
from sim.calibrate.read.x12 import Problems, Segment, amount, day, read_text, segments

_OF_THE_CONTRACT = """
    1 2 3 45 66 85 90 91 94 100 101 104 105 121 122 131 142 144 161 162 169 172 178 187 223 225 237
    253 B6
"""
CONTRACTUAL = frozenset(_OF_THE_CONTRACT.split())
"""Adjustment reasons that are the contract's or the patient's part, and no denial."""
ASKING = frozenset(("252", "226", "227", "163", "164"))
"""Adjustment reasons by which a payer asks for information."""
ASKING_REMARKS = frozenset(("M127", "N706", "N710", "N712", "N716", "N479", "MA130", "M23", "N29"))
"""Remarks that make a reason 16 a request for records rather than a denial."""
INPATIENT_BILLS = ("11", "12", "18", "21", "41")
"""First two signs of the bill types of stays."""
ORIGINAL = "1"
TRIPLETS = range(2, 18, 3)
_REMARK = re.compile(r"(?:M|MA|N)[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as sent."""

    claim: int
    payer: str
    """Name of the payer's organisation."""
    filing: str
    """Claim filing indicator code."""
    charge: float
    sent: int
    """Day as an ordinal; 0 where the file has none."""
    served: int
    inpatient: bool
    original: bool


@dataclass(slots=True)
class Answer:
    """What an 835 says of a claim."""

    claim: int
    payer: str
    filing: str
    status: str
    charge: float
    paid: float
    day: int
    bill: str
    served: int = 0
    patient_part: float = 0.0
    reasons: list[tuple[str, str, float]] = field(default_factory=list)
    """Group, reason and amount of each adjustment, of the claim and of its lines."""
    remarks: list[str] = field(default_factory=list)


@dataclass
class ClaimFiles:
    """All that the files of a folder say."""

    claims: list[Claim] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    takebacks: int = 0
    problems: dict[str, Problems] = field(default_factory=dict)


def read_claim_files(paths: Sequence[Path]) -> ClaimFiles:
    """Claims and answers of several files; claims are the same where their numbers are."""
    found, numbers = ClaimFiles(), Numbers()
    for path in paths:
        problems = found.problems.setdefault(path.name, Problems())
        read_text_into(read_text(path), found, numbers, problems)
    return found


def read_text_into(text: str, found: ClaimFiles, numbers: Numbers, problems: Problems) -> None:
    """Add what one text says."""
    sent, paid = _Sent(found, numbers, problems), _Paid(found, numbers, problems)
    reader: _Sent | _Paid | None = None
    for segment in segments(text, problems):
        name = segment.elements[0]
        if name == "ST":
            _leave(reader)
            reader = _of_kind(segment[1], sent, paid)
            if reader is None:
                problems.note(segment.number, "a transaction other than 835 and 837 is passed over")
        elif reader is None and name in ("BPR", "CLP", "BHT", "CLM"):
            reader = paid if name in ("BPR", "CLP") else sent
        if reader is not None:
            reader.take(name, segment)
    _leave(reader)


def _of_kind(code: str, sent: _Sent, paid: _Paid) -> _Sent | _Paid | None:
    if code == "837":
        sent.begin()
        return sent
    if code == "835":
        paid.begin()
        return paid
    return None


def _leave(reader: _Sent | _Paid | None) -> None:
    if reader is not None:
        reader.close()


class _Reader:
    """What both readers of transactions are given."""

    def __init__(self, found: ClaimFiles, numbers: Numbers, problems: Problems) -> None:
        self._found, self._numbers, self._problems = found, numbers, problems
        self.begin()

    def begin(self) -> None:
        """A new transaction."""
        raise NotImplementedError


class _Sent(_Reader):
    """Reads the claims of an 837, one segment after the other."""

    def begin(self) -> None:
        """A new transaction."""
        self._sent, self._institutional = 0, False
        self._payer = self._filing = ""
        self._claim: Segment | None = None
        self._served = 0

    def close(self) -> None:
        """The claim that was being read is complete."""
        clm, self._claim = self._claim, None
        if clm is None:
            return
        bill, frequency = _bill(clm)
        self._found.claims.append(
            Claim(
                self._numbers.of(clm[1]),
                self._payer,
                self._filing,
                amount(clm, 2, self._problems),
                self._sent,
                self._served,
                self._institutional and bill.startswith(INPATIENT_BILLS),
                frequency in ("", ORIGINAL),
            )
        )

    def take(self, name: str, segment: Segment) -> None:
        """One segment."""
        if name == "CLM":
            self.close()
            self._claim, self._served = segment, 0
            if not segment[1]:
                self._problems.note(segment.number, "a claim without a number")
        elif name == "HL":
            self.close()
        elif name == "DTP" and segment[1] in ("434", "472") and self._claim and not self._served:
            found = day(segment[3])
            self._served = found.toordinal() if found else 0
        elif name == "SBR" and self._claim is None:
            self._filing = segment[9]
        elif name == "NM1" and segment[1] == "PR" and segment[2] == "2" and self._claim is None:
            self._payer = segment[3]
        elif name == "BHT":
            found = day(segment[4])
            self._sent = found.toordinal() if found else 0
        elif name in ("ST", "GS"):
            self._institutional = "X223" in segment[3] + segment[8]


class _Paid(_Reader):
    """Reads the answers of an 835, one segment after the other."""

    def begin(self) -> None:
        """A new transaction."""
        self._day, self._payer = 0, ""
        self._answer: Answer | None = None

    def close(self) -> None:
        """The answer that was being read is complete."""
        self._answer = None

    def take(self, name: str, segment: Segment) -> None:
        """One segment."""
        if name == "CLP":
            if not segment[1]:
                self._problems.note(segment.number, "an answer without a claim number")
            self._answer = Answer(
                self._numbers.of(segment[1]),
                self._payer,
                segment[6],
                segment[2],
                amount(segment, 3, self._problems),
                amount(segment, 4, self._problems),
                self._day,
                segment[8],
                patient_part=amount(segment, 5, self._problems),
            )
            self._found.answers.append(self._answer)
        elif name == "CAS" and self._answer is not None:
            for place in TRIPLETS:
                if reason := segment[place]:
                    money = amount(segment, place + 1, self._problems)
                    self._answer.reasons.append((segment[1], reason, money))
        elif name in ("LQ", "MOA", "MIA") and self._answer is not None:
            self._answer.remarks += [e for e in segment.elements[1:] if _REMARK.fullmatch(e)]
        elif name == "DTM" and segment[1] in ("232", "472", "150") and self._answer is not None:
            found = day(segment[2])
            self._answer.served = self._answer.served or (found.toordinal() if found else 0)
        elif name == "PLB":
            self._found.takebacks += 1
        else:
            self._header(name, segment)

    def _header(self, name: str, segment: Segment) -> None:
        """Who pays, and when."""
        if name == "N1" and segment[1] == "PR":
            self._payer = segment[2]
        elif name == "BPR" or (name == "DTM" and segment[1] == "405"):
            found = day(segment[16] if name == "BPR" else segment[2])
            # The day of the payment, in BPR, goes before the day the file was made.
            if found and (name == "BPR" or not self._day):
                self._day = found.toordinal()


def _bill(clm: Segment) -> tuple[str, str]:
    """Facility code and frequency of CLM05."""
    parts = clm[5].split(clm.part)
    if len(parts) < 3:  # written with another mark than ISA says
        parts = clm[5].replace(">", ":").split(":")
    return parts[0].strip(), parts[2].strip() if len(parts) > 2 else ""


def denial_reason(answer: Answer) -> str:
    """The first reason why a claim was denied; empty where it was paid or is the contract's."""
    if answer.paid > 0 or answer.charge <= 0 or answer.status == "22":  # 22: a payment taken back
        return ""
    for _, reason, money in answer.reasons:
        if money > 0 and reason not in CONTRACTUAL:
            return reason
    return "unsaid" if answer.status == "4" and not answer.reasons else ""


def asks(answer: Answer) -> bool:
    """Whether a denial asks for records."""
    reason = denial_reason(answer)
    return reason in ASKING or (reason == "16" and bool(ASKING_REMARKS & set(answer.remarks)))
