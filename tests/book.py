"""The verification book: what tests compare with theory, as rows of `docs/verification.md`.

A test that compares the model with theory asks for the fixture `book`, and every comparison it
makes through it is a row. `make verify` writes the page from them; in any other run a row must
agree with the page, so that the page cannot fall behind the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from math import isclose
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

PAGE = Path(__file__).resolve().parents[1] / "docs" / "verification.md"
PROPERTY = "verification"
STALE = "docs/verification.md says otherwise; write it again with `make verify`"
INTRODUCTION = """# Verification

Is the program the model that the documentation describes? Every row below is a comparison that
the test suite makes: what theory, or a sum on paper, says; what the program gives; and how far the
two may lie apart by chance. A row without an interval is exact. Nothing here says that the model is
like a hospital: that is [calibration](calibration.md).

`make verify` writes this page; in every other run of the tests each comparison must agree with it.
A sound program leaves an interval by chance with the probability that the test's file names (for
most rows one in a hundred thousand to one in two million), so that with so many rows it practically
never fails. The intervals are as narrow as runs of seconds allow.
"""


@dataclass(frozen=True)
class Row:
    """One comparison, in the words and figures of the page."""

    part: str
    what: str
    theory: str
    found: str
    interval: str
    verdict: str
    source: str
    test: str


def number(value: float, digits: int = 4) -> str:
    """A figure of the page, to that many significant digits."""
    return f"{float(f'{value:.{digits}g}'):,.12g}"


def figure(text: str) -> float:
    """What `number` has written."""
    return float(text.replace(",", ""))


def plus_minus(within: float) -> str:
    """Half the width of an interval."""
    return f"± {number(within, 2)}"


class Book:
    """Rows of one test. Every method compares first, and then writes or checks the row."""

    def __init__(self, node: pytest.Item, writing: bool) -> None:
        self._node = node
        self._writing = writing
        self._part = str(node.module.PART)  # type: ignore[attr-defined]

    def agrees(self, what: str, found: float, theory: float, within: float, source: str) -> None:
        """What was found lies as near to theory as chance allows (`within`, same unit)."""
        assert abs(found - theory) <= within, (
            f"{what}: {found:.5g}, not {theory:.5g} ± {within:.2g}"
        )
        self._enter(what, number(theory), number(found), plus_minus(within), source)

    def mean_agrees(
        self, what: str, seen: Sequence[float], theory: float, error: float, source: str
    ) -> None:
        """The mean of independent values is that of theory, up to a false alarm of `error`."""
        bound = float(stats.t.ppf(1 - error / 2, len(seen) - 1) * stats.sem(seen))
        assert bound < 0.25 * abs(theory), f"{what}: too few values to say anything"
        self.agrees(what, float(np.mean(seen)), theory, bound, source)

    def equals(
        self, what: str, found: float, theory: float, source: str, rel: float = 1e-9
    ) -> None:
        """What was found is what theory says, to rounding."""
        close = isclose(found, theory, rel_tol=rel, abs_tol=1e-9)
        assert close, f"{what}: {found!r}, not {theory!r}"
        self._enter(what, number(theory), number(found), "exact", source)

    def at_most(self, what: str, found: float, bound: float, within: float, source: str) -> None:
        """What theory bounds from above stays below, up to chance (`within`)."""
        assert found <= bound + within, f"{what}: {found:.5g}, above {bound:.5g}"
        self._enter(what, f"at most {number(bound)}", number(found), plus_minus(within), source)

    def at_least(self, what: str, found: float, bound: float, within: float, source: str) -> None:
        """What theory bounds from below stays above, up to chance (`within`)."""
        assert found >= bound - within, f"{what}: {found:.5g}, below {bound:.5g}"
        self._enter(what, f"at least {number(bound)}", number(found), plus_minus(within), source)

    def ordered(self, what: str, values: Iterable[float], rising: bool, source: str) -> None:
        """Values that theory puts in this order are in it, strictly."""
        found = [float(v) for v in values]
        steps = np.diff(found) * (1 if rising else -1)
        assert (steps > 0).all(), f"{what}: {found}"
        shown = "; ".join(number(v, 3) for v in found)
        self._enter(what, "rises" if rising else "falls", shown, "order", source)

    def holds(self, what: str, theory: str, cases: int, source: str) -> None:
        """A statement held in all cases looked at (the test has asserted each)."""
        assert cases > 0, f"{what}: nothing was looked at"
        self._enter(what, theory, f"in all {cases:,}", "exact", source)

    def _enter(self, what: str, theory: str, found: str, interval: str, source: str) -> None:
        place = f"{self._node.path.parent.name}/{self._node.path.name}"
        row = Row(self._part, what, theory, found, interval, "agrees", source, place)
        if self._writing:
            self._node.user_properties.append((PROPERTY, asdict(row)))
            return
        page = pages_rows().get((row.part, row.what))
        assert page is not None, f"no row {row.what!r}: {STALE}"
        assert replaced(page) == replaced(row), STALE
        assert _near(page, row), f"{row.what}: {row.found} now, {page.found} there: {STALE}"


def replaced(row: Row) -> tuple[str, ...]:
    """What of a row never depends on the machine."""
    return row.theory, row.source, row.test


def _near(one: Row, other: Row) -> bool:
    """Whether two figures agree: to rounding if exact, else within the interval.

    Mathematical functions differ in the last digit between processors, and with them a run.
    """
    try:
        a, b = figure(one.found), figure(other.found)
    except ValueError:
        return other.interval == "order" or one.found == other.found
    width = figure(other.interval.removeprefix("± ")) if "±" in other.interval else 0.0
    return abs(a - b) <= width + 1e-3 * abs(b) + 1e-12


def pages_rows(page: Path = PAGE) -> dict[tuple[str, str], Row]:
    """The rows that stand on the page, by part and subject."""
    rows: dict[tuple[str, str], Row] = {}
    part = ""
    for line in page.read_text(encoding="utf-8").splitlines() if page.exists() else ():
        if line.startswith("## "):
            part = line.removeprefix("## ")
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == len(fields(Row)) - 1 and cells[0] != "Compared" and "---" not in cells[0]:
            row = Row(part, *(cell.replace("\\|", "|") for cell in cells))
            rows[part, row.what] = row
    return rows


def render(rows: Iterable[Row]) -> str:
    """The page, its parts and rows in the order in which they came."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row.part, []).append(row)
    total = sum(map(len, parts.values()))
    lines = [INTRODUCTION, f"{total} comparisons, all agree.", ""]
    for part in sorted(parts):
        lines += [
            f"## {part}",
            "",
            "| Compared | Theory | Program | Interval | Verdict | Theory from | Test |",
            "| --- | ---: | ---: | ---: | --- | --- | --- |",
        ]
        for row in parts[part]:
            cells = (str(cell).replace("|", "\\|") for cell in astuple(row)[1:])
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)
