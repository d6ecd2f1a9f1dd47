"""What a calibration found: one record per field, with its interval, origin, warnings and draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = float | int | list[float] | dict[str, float] | str
"""A number, a profile or range, a mix by name, or what a user wrote, as YAML."""

FITTED, REFUSED = "fitted", "refused"


@dataclass(frozen=True, slots=True)
class Picture:
    """A fit beside its data: points as observed, a line as fitted, in the units of the axes."""

    title: str
    x_label: str
    y_label: str
    points: tuple[Sequence[float], Sequence[float]]
    line: tuple[Sequence[float], Sequence[float]] = ((), ())
    labels: Sequence[str] = ()
    """Names of the points where they are no numbers."""


@dataclass(frozen=True)
class Fit:
    """What the data say of one field; `path` is dotted, as `--set` takes it.

    A refused one has no value, and says in `reason` why its default stays.
    """

    path: str
    unit: str
    source: str
    """Name of the file."""
    method: str
    grade: str
    """A identified directly, B with a stated convention or correction, C only as a product."""
    n: int = 0
    n_of: str = ""
    value: Value | None = None
    low: Value | None = None
    high: Value | None = None
    warnings: tuple[str, ...] = ()
    draws: Sequence[Value] = ()
    """Joint with those of the other fits from the same file: one index is one resample."""
    picture: Picture | None = None
    reason: str = ""
    group: str = ""
    """Fits that hold only together, such as shares that sum to 1."""

    @property
    def status(self) -> str:
        """Fitted or refused."""
        return REFUSED if self.value is None else FITTED


@dataclass(frozen=True)
class Source:
    """A file that was read: what it is, and how much of it could be used."""

    file: str
    kind: str
    sha256: str
    used: int
    used_of: str
    """What was counted, such as rows or claims."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def refused(path: str, source: str, reason: str, unit: str = "", method: str = "") -> Fit:
    """A field that the data cannot say, and why."""
    return Fit(path, unit, source, method, "", reason=reason)


def rounded(value: Value, digits: int = 4) -> Value:
    """A value with so many significant digits, as files hold it."""
    if isinstance(value, dict):
        return {name: _significant(part, digits) for name, part in value.items()}
    if isinstance(value, list):
        return [_significant(part, digits) for part in value]
    return value if isinstance(value, int | str) else _significant(value, digits)


def _significant(number: float, digits: int) -> float:
    return float(f"{number:.{digits}g}")


def shares(parts: Mapping[str, float], digits: int = 4) -> dict[str, float]:
    """Shares rounded so that they sum to exactly 1: the largest takes what rounding leaves."""
    total = sum(parts.values())
    found = {name: round(part / total, digits) for name, part in parts.items()}
    largest = max(found, key=lambda name: found[name])
    rest = 1.0 - sum(part for name, part in found.items() if name != largest)
    found[largest] = round(rest, digits)
    return found
