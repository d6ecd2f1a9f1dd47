"""From files to fits: each extract goes to what reads and fits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sim.calibrate import arrivals, audits, claims, denial_list, people, productivity, work
from sim.calibrate.evidence import Fit, Source
from sim.calibrate.given import Given
from sim.calibrate.problems import InputError, Place
from sim.calibrate.read import columns
from sim.calibrate.read.claim_files import read_claim_files
from sim.calibrate.read.daily import read_daily
from sim.calibrate.read.event_log import read_sheet_log, read_text_log
from sim.calibrate.read.grid import Grid
from sim.calibrate.read.mapping import OwnNames
from sim.calibrate.read.persons import read_persons
from sim.calibrate.read.xes import read_xes
from sim.calibrate.sources import CLAIMS, XES, Extract, files_in, recognise, sha256
from sim.calibrate.stock import coming, fit_stock
from sim.calibrate.transcribed import fit_classes, fit_written
from sim.scenario.evidence import evidence
from sim.scenario.load import Loaded, ScenarioError, load
from sim.scenario.problems import did_you_mean
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor


@dataclass(frozen=True)
class Task:
    """What is calibrated: the base, the vendor whose people the extracts show, the last day."""

    base: Scenario
    file: Path
    """Of the base."""
    vendor: Vendor
    as_of: date
    names: OwnNames
    since: date | None = None
    today: bool = False
    """Whether what is calibrated starts on the last day, from a stock."""


@dataclass(frozen=True)
class Calibration:
    """What was found."""

    fits: tuple[Fit, ...]
    sources: tuple[Source, ...]


def vendor_of(base: Scenario, name: str | None) -> Vendor:
    """The vendor that the extracts are of; it need not be named where there is one only."""
    names = [vendor.name for vendor in base.vendors]
    if name is None and len(names) > 1:
        raise InputError(
            Place("--vendor"), "the base has several vendors", f"name one: {', '.join(names)}"
        )
    for vendor in base.vendors:
        if name in (None, vendor.name):
            return vendor
    near = did_you_mean(str(name), names) or f"allowed: {', '.join(names)}"
    raise InputError(Place("--vendor"), f"the base has no vendor {name!r}", near)


def calibrate(paths: Sequence[Path], task: Task) -> Calibration:
    """Read and fit every extract."""
    fits: list[Fit] = []
    sources: list[Source] = []
    extracts = recognise(files_in(paths), task.names)
    if not extracts:
        raise InputError(Place(str(paths[0])), "nothing is filled in, or all is to be ignored")
    _refuse_twins(extracts)
    task = replace(task, today=any(e.kind == columns.STOCK for e in extracts))
    claim_files = [extract for extract in extracts if extract.kind == CLAIMS]
    if claim_files:
        found, read = _claims(claim_files, task)
        fits += found
        sources += read
    for extract in extracts:
        if extract.kind == CLAIMS:
            continue
        found, source = _fitted(extract, task)
        fits += found
        sources.append(source)
    return Calibration(tuple(best_of(fits)), tuple(sources))


def _fitted(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    if extract.kind in READERS:
        return READERS[extract.kind](extract, task)
    raise InputError(Place(extract.path.name), f"{extract.kind} cannot be used yet")


def _people(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    assert extract.sheet is not None
    assert extract.found is not None
    persons = read_persons(extract.sheet, extract.header, extract.found, task.as_of, extract.order)
    if not len(persons):
        raise InputError(extract.sheet.place(), "no row of the table can be used")
    since = (extract.named.since if extract.named else None) or task.since
    table = people.Table(persons, extract.source, since, task.names.words.certification)
    fits = people.fit_people(table, task.base, task.vendor, task.as_of)
    return fits, _source(extract, len(persons), "rows", persons.dropped)


def _events(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    if extract.kind == XES:
        log = read_xes(extract.path, task.as_of)
    elif extract.sheet is not None and extract.found is not None:
        place = extract.sheet, extract.header, extract.found
        log = read_sheet_log(*place, task.as_of, extract.order)
    else:
        assert extract.found is not None
        log = read_text_log(extract.path, extract.header, extract.found, task.as_of, extract.order)
    worked = work.Worked(log, extract.source, task.base, task.vendor, task.names.words.queue)
    return work.fit_log(worked), _source(extract, len(log), "sittings", log.dropped)


def _volumes(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    assert extract.sheet is not None
    assert extract.found is not None
    daily = read_daily(extract.sheet, extract.header, extract.found, task.as_of, extract.order)
    counted = [arrivals.Counts(s, daily.start, c) for s, c in daily.counts.items()]
    fit = arrivals.fit_months if daily.monthly else arrivals.fit_counts
    fits = fit(counted, extract.source, task.base)
    if daily.payers and any(daily.payers):
        fits += arrivals.fit_payers(daily.payers, extract.source, task.base)
    return fits, _source(extract, daily.rows, "rows", {})


def _written(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    assert extract.sheet is not None
    assert extract.found is not None
    fits, used = fit_written(
        extract.sheet, extract.header, extract.found, extract.source, task.file
    )
    return fits, _source(extract, used, "fields", {})


def _classes(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    assert extract.sheet is not None
    assert extract.found is not None
    grid = Grid.of(
        extract.sheet, extract.header, extract.found, task.as_of, extract.order, ("date",)
    )
    events = (
        coming(task.base, task.as_of)
        if task.today
        else [e.model_dump(mode="json", exclude_unset=True) for e in task.base.timeline]
    )
    fits, used = fit_classes(grid, extract.source, events, task.file, today=task.today)
    return fits, _source(extract, used, "rows", grid.dropped)


def _stock(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    assert extract.sheet is not None
    assert extract.found is not None
    grid = Grid.of(extract.sheet, extract.header, extract.found, task.as_of, extract.order, ())
    fits, used = fit_stock(grid, extract.source, task.base, task.file, task.names.words.payer)
    return fits, _source(extract, used, "lines", grid.dropped)


def _claims(extracts: Sequence[Extract], task: Task) -> tuple[list[Fit], list[Source]]:
    """All 835 and 837 files together: answers are to claims that other files hold."""
    files = read_claim_files([extract.path for extract in extracts])
    if not files.claims and not files.answers:
        raise InputError(Place(extracts[0].path.name), "holds no claim and no answer to one")
    one, more = extracts[0].path.name, len(extracts) - 1
    name = f"{one} and {more} more" if more else one
    fits, notes = claims.fit_claims(files, name, task.base, task.names.words.payer, task.as_of)
    told = [replace(_source(e, 0, "see the first", {}), notes=()) for e in extracts]
    used = len(files.claims) + len(files.answers)
    told[0] = replace(told[0], used=used, used_of="claims and answers", notes=tuple(notes))
    return fits, told


def _sheet(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    """Denial work lists, productivity sheets and quality audits."""
    assert extract.sheet is not None
    assert extract.found is not None
    words = task.names.words
    fit, dated, meant = {
        columns.DENIALS: (
            denial_list.fit_worklist,
            ("denied_on", "worked_on", "closed_on"),
            words.category,
        ),
        columns.PRODUCTIVITY: (productivity.fit_productivity, ("date",), words.queue),
        columns.AUDITS: (audits.fit_audits, ("hired", "audited_on"), words.certification),
    }[extract.kind]
    grid = Grid.of(extract.sheet, extract.header, extract.found, task.as_of, extract.order, dated)
    given = Given(grid, extract.source, task.base, task.vendor, meant)
    fits, kept = fit(given)
    return fits, _source(extract, kept, "rows", grid.dropped)


READERS = {
    columns.PEOPLE: _people,
    columns.EVENTS: _events,
    XES: _events,
    columns.VOLUMES: _volumes,
    columns.DENIALS: _sheet,
    columns.PRODUCTIVITY: _sheet,
    columns.AUDITS: _sheet,
    columns.HOSPITAL: _written,
    columns.CLASSES: _classes,
    columns.STOCK: _stock,
}
"""What reads and fits each kind of extract."""


def _source(extract: Extract, used: int, used_of: str, dropped: dict[str, int] | Any) -> Source:
    digest = sha256(extract.path)
    return Source(extract.source, extract.kind, digest, used, used_of, dict(dropped))


def best_of(fits: Sequence[Fit]) -> list[Fit]:
    """Of fits of one field the best grade, then the largest n; the others refused, and why."""
    seen: dict[str, Fit] = {}
    kept: list[Fit] = []
    for fit in sorted(fits, key=lambda fit: (fit.grade, -fit.n)):
        if fit.value is None:
            kept.append(fit)
        elif fit.path not in seen:
            seen[fit.path] = fit
            kept.append(fit)
        else:
            better = seen[fit.path]
            why = f"{better.source} says it " + (
                "better" if better.grade < fit.grade else f"with more ({better.n:,} {better.n_of})"
            )
            kept.append(replace(fit, value=None, draws=(), reason=why))
    return sorted(kept, key=lambda fit: (fit.value is None, fit.path))


def _refuse_twins(extracts: Sequence[Extract]) -> None:
    """Refuse two extracts of a kind that belong together: half of a table says something wrong."""
    seen: dict[str, Extract] = {}
    for extract in extracts:
        kind = columns.EVENTS if extract.kind == XES else extract.kind
        if kind in (CLAIMS, columns.HOSPITAL):
            continue
        if other := seen.get(kind):
            raise InputError(
                Place(extract.source),
                f"is {columns.kinds()[kind].what}, as {other.source} is",
                "join them, or leave one out with `kind: ignore` in --map",
            )
        seen[kind] = extract


def held_against(base: Path, fits: Sequence[Fit]) -> tuple[Fit, ...]:
    """The fits, those refused whose value no scenario may hold; groups stand or fall together."""
    from sim.calibrate.write.scenario_file import flow

    groups: dict[str, list[int]] = {}
    for index, fit in enumerate(fits):
        groups.setdefault(fit.group or fit.path, []).append(index)
    held = list(fits)
    for group in groups.values():
        values = [(fits[i].path, fits[i].value) for i in group]
        try:
            load(base, [f"{path}={flow(value)}" for path, value in values if value is not None])
        except ScenarioError as error:
            why = f"no scenario may hold this: {error.problems[0].message}"
            for i in group:
                held[i] = replace(fits[i], value=None, draws=(), reason=why)
    return tuple(held)


def defaults(loaded: Loaded[Scenario], fits: Sequence[Fit]) -> list[dict[str, Any]]:
    """The uncertain fields that stay as they were, with the range in which they are thought to lie.

    Only those that have a range on record: the rest are choices, or say nothing of the world.
    """
    fitted = {fit.path for fit in fits if fit.value is not None}
    values = {".".join(map(str, path)): node.value for path, node in loaded.tree.leaves()}
    return [
        {"field": path, "value": value, "low": known.ends[0], "high": known.ends[1]}
        for path, known in evidence().items()
        if known.ends and (value := values.get(path)) is not None and path not in fitted
    ]
