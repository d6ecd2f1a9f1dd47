"""The lines of today's stock, written in the scenario or in a CSV of the user's, and its checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from sim.scenario.canonical import place
from sim.scenario.csv_source import read_rows
from sim.scenario.fields import Model
from sim.scenario.finding import Problem, Steps, nearest
from sim.scenario.hospital import Payer
from sim.scenario.schema import Scenario
from sim.scenario.state import AtPayers, Counted, OpenWork, Today
from sim.scenario.vendor import Vendor

L = TypeVar("L", bound=Counted)
MOST_CLAIMS = 1_000_000
NOT_TAKEN = ("scheduling", "prior_auth")
"""Queues of visits to come: those asked for before the start of a run count as settled."""
BY_CATEGORY = ("edits", "records", "denials_technical", "denials_clinical")
UNSUBMITTED = ("transcription", "coding_inpatient", "coding_outpatient", "cdi_query", "edits")


class StockError(ValueError):
    """A file of stock that cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Line(Generic[L]):
    """A line of the stock, and where it was written: `path` and, in a CSV, `file:line: `."""

    said: L
    path: Steps
    place: str = ""

    def problem(self, field: str, text: str) -> Problem:
        """What is wrong with a field of it."""
        if self.place:
            return self.path, f"{self.place}{field}: {text}"
        return (*self.path, field), text


def open_work(state: Today) -> list[Line[OpenWork]]:
    """The lines of open work. Raises StockError for a file that cannot be used."""
    return _lines(OpenWork, state.open_work, "open_work")


def at_payers(state: Today) -> list[Line[AtPayers]]:
    """The lines of what waits for others. Raises StockError for a file that cannot be used."""
    return _lines(AtPayers, state.at_payers, "at_payers")


def _lines(kind: type[L], written: Sequence[L] | str, field: str) -> list[Line[L]]:
    """Lines in the order of what they say: in which they were written changes no draw."""
    path: Steps = ("state", field)
    if isinstance(written, str):
        lines = [
            Line(said, path, f"{written}:{line}: ")
            for line, said in read_lines(Path(written), kind)
        ]
    else:
        lines = [Line(said, (*path, i)) for i, said in enumerate(written)]
    return sorted(lines, key=lambda line: place(line.said))


def read_lines(path: Path, kind: type[L]) -> Iterator[tuple[int, L]]:
    """Line numbers and rows of a CSV whose columns are the fields of a kind of line.

    Raises StockError, naming file, line and column, for whatever is not allowed there.
    """
    columns: list[str] = []
    for line, cells in read_rows(path, StockError):
        where = f"{path}:{line}"
        if line == 1:
            columns = _header(where, cells, kind)
        elif len(cells) != len(columns):
            raise StockError(f"{where}: {len(cells)} cells instead of {len(columns)}")
        else:
            written = {c: cell for c, cell in zip(columns, cells, strict=True) if cell}
            yield line, _row(where, written, kind)


def _header(where: str, cells: list[str], kind: type[Model]) -> list[str]:
    fields = kind.model_fields
    for name in cells:
        if name not in fields:
            raise StockError(f"{where}: {name or 'empty'}: {nearest(name, list(fields))}")
        if cells.count(name) > 1:
            raise StockError(f"{where}: {name}: stands in the header twice")
    missing = [name for name, field in fields.items() if field.is_required() and name not in cells]
    if missing:
        raise StockError(f"{where}: the header lacks {', '.join(missing)}")
    return cells


def _row(where: str, written: dict[str, str], kind: type[L]) -> L:
    try:
        return kind.model_validate_strings(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column = str(first["loc"][0])
        told = first["msg"].replace("Input should", "should")
        got = f" (got {written[column]!r})" if column in written else ""
        raise StockError(f"{where}: {column}: {told}{got}") from None


# --- checks ---------------------------------------------------------------------------------------


def state_checks(s: Scenario) -> Iterator[Problem]:
    """Everything about today's stock that does not fit together, or contradicts its date."""
    if s.state is None:
        return
    if s.state.as_of != s.start:
        yield (
            ("state", "as_of"),
            f"is {s.state.as_of}, but the run starts on {s.start}; a run begins with the stock of "
            "its first day: both must be one date",
        )
        return
    payers, total = {p.name: p for p in s.payers}, 0
    try:
        for work in open_work(s.state):
            total += work.said.count
            yield from _counted(work, payers) or _open(s, work, payers[work.said.payer])
        for sent in at_payers(s.state):
            total += sent.said.count
            yield from _counted(sent, payers) or _sent(s, sent, payers[sent.said.payer])
    except StockError as error:
        field = "at_payers" if str(error).startswith(f"{s.state.at_payers}:") else "open_work"
        yield ("state", field), str(error)
    if total * s.hospital.scale > MOST_CLAIMS:
        yield ("state",), f"has {total:,} claims; a run can begin with up to {MOST_CLAIMS:,}"
    yield from _coming(s, s.state)


def _counted(line: Line[L], payers: dict[str, Payer]) -> list[Problem]:
    """What is wrong with payer, number or amount of a line."""
    said, found = line.said, []
    if said.payer not in payers:
        found.append(line.problem("payer", nearest(said.payer, list(payers))))
    if not said.count and said.amount_usd:
        found.append(line.problem("amount_usd", f"is {said.amount_usd:g}, but count is 0"))
    fought = isinstance(said, OpenWork) and said.queue == "denials_clinical"
    fought = fought or (isinstance(said, AtPayers) and said.awaiting == "appeal")
    levels = len(payers[said.payer].appeal_levels) if said.payer in payers else 6
    if said.level is not None and not fought:
        found.append(line.problem("level", "only denials_clinical and appeals have one"))
    elif said.level is not None and said.level > levels:
        found.append(
            line.problem(
                "level", f"is {said.level}, but payer {said.payer!r} has {levels} appeal_levels"
            )
        )
    if said.amount_usd < said.count * 0.01:
        found.append(
            line.problem("amount_usd", f"must be a cent or more for each of {said.count} claims")
        )
    return found


def _open(s: Scenario, line: Line[OpenWork], payer: Payer) -> Iterator[Problem]:
    """What is wrong with a line of open work of a known payer."""
    said = line.said
    served = {str(q) for team in s.teams for q in team.queues}
    if said.queue in NOT_TAKEN:
        yield line.problem(
            "queue",
            f"{said.queue!r} cannot be part of the stock: visits that were asked for before the "
            "start of the run count as booked and authorised; leave it out",
        )
    elif said.queue not in served:
        yield line.problem(
            "queue", f"no team serves {said.queue!r}; {nearest(said.queue, sorted(served))}"
        )
    if said.queue.startswith("coding_") and said.setting not in (None, said.queue[7:]):
        yield line.problem("setting", f"must be {said.queue[7:]} in queue {said.queue!r}")
    if said.category is not None:
        yield from _category(s, line)
    if said.age_from_days > said.age_to_days:
        yield line.problem(
            "age_to_days", f"is {said.age_to_days}, below age_from_days ({said.age_from_days})"
        )
    yield from _too_old(s, line, payer)


def _category(s: Scenario, line: Line[OpenWork]) -> Iterator[Problem]:
    said = line.said
    if said.queue not in BY_CATEGORY:
        yield line.problem("category", f"only {', '.join(BY_CATEGORY)} have one")
    elif said.queue.startswith("denials_"):
        [path] = [c.path for c in s.categories if c.name == said.category]
        if said.queue != f"denials_{path}":
            yield line.problem(
                "category", f"denials for {said.category} are worked in 'denials_{path}'"
            )


def latest_age(s: Scenario, queue: str, payer: Payer, level: int = 1) -> int | None:
    """Days for which a payer's claims can wait in a queue before they are lost; None for ever.

    Denials to be appealed are at a level, the first being 1.

    Raises ValueError where nothing of that payer can wait there.
    """
    if queue in UNSUBMITTED:
        before = 0 if queue == "transcription" else s.hospital.chart_ready_days
        return payer.filing_limit_days - before
    if queue == "denials_clinical":
        if not payer.appeal_levels:
            raise ValueError(f"payer {payer.name!r} has no appeal_levels: nothing waits")
        return payer.appeal_levels[level - 1].file_within_days
    windows = {
        "records": payer.records_window_days,
        "denials_technical": payer.corrected_claim_window_days,
    }
    return windows.get(queue)


def _too_old(s: Scenario, line: Line[OpenWork], payer: Payer) -> Iterator[Problem]:
    """What cannot be open any more, as its time to submit or answer is over."""
    said = line.said
    try:
        latest = latest_age(s, said.queue, payer, said.level or 1)
    except ValueError as error:
        yield line.problem("queue", str(error))
        return
    if latest is not None and said.age_to_days > latest:
        what = {
            "records": "records_window_days",
            "denials_technical": "corrected_claim_window_days",
            "denials_clinical": "file_within_days of their level",
        }.get(said.queue, "filing_limit_days")
        kind = "unsubmitted" if said.queue in UNSUBMITTED else "unanswered"
        yield line.problem(
            "age_to_days",
            f"{said.age_to_days} days {kind} is past what payer {payer.name!r} allows ({what}): "
            f"such claims are lost; allowed: up to {latest}",
        )


def _sent(s: Scenario, line: Line[AtPayers], payer: Payer) -> Iterator[Problem]:
    """What is wrong with a line of claims that wait for others."""
    said = line.said
    if said.from_date > said.to_date:
        yield line.problem("to_date", f"is {said.to_date}, before from_date ({said.from_date})")
    if said.to_date > s.start:
        yield line.problem(
            "to_date", f"{said.to_date} lies after the date of the stock; allowed: up to {s.start}"
        )
    elif (s.start - said.from_date).days > 3650:
        yield line.problem("from_date", f"{said.from_date} is more than ten years ago")
    if said.awaiting == "appeal" and not payer.appeal_levels:
        yield line.problem("awaiting", f"payer {payer.name!r} has no appeal_levels")


def _coming(s: Scenario, state: Today) -> Iterator[Problem]:
    """What is wrong with requisitions and classes."""
    employers = {t.name: t.vendor for t in s.teams}
    vendors = {v.name: v for v in s.vendors}
    known = [c.name for c in s.certifications]
    for i, sought in enumerate(state.requisitions):
        path: Steps = ("state", "requisitions", i)
        if sought.team not in employers:
            yield (*path, "team"), nearest(sought.team, list(employers))
        if sought.certification is not None and sought.certification not in known:
            yield (*path, "certification"), nearest(sought.certification, known)
        if (sought.expected_start is None) == (sought.days_open is None):
            yield path, "write either expected_start or days_open"
        elif sought.expected_start is not None and sought.expected_start < s.start:
            yield (
                (*path, "expected_start"),
                f"{sought.expected_start} is over; allowed: from {s.start} on (who has started is "
                "in `classes`, or in the team)",
            )
    for i, taught in enumerate(state.classes):
        path = ("state", "classes", i)
        if taught.team not in employers:
            yield (*path, "team"), nearest(taught.team, list(employers))
        elif vendor := vendors.get(employers[taught.team]):
            yield from _class(s.start, taught.started, vendor, path)
        if isinstance(taught.people, dict):
            for name in taught.people:
                if name not in known:
                    yield (*path, "people", name), nearest(name, known)


def _class(start: date, started: date, vendor: Vendor, path: Steps) -> Iterator[Problem]:
    days = vendor.hiring.classroom_days
    over = started + timedelta(days)
    if started > start:
        yield (
            (*path, "started"),
            f"{started} lies after the date of the stock; a class to come is a `class` of the "
            "timeline",
        )
    elif over <= start:
        yield (
            (*path, "started"),
            f"a class of {days} days (hiring.classroom_days) was over on {over}: its people are "
            "part of the team",
        )
