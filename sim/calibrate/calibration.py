"""From files to fits: each extract goes to what reads and fits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sim.calibrate import people
from sim.calibrate.evidence import Fit, Source
from sim.calibrate.problems import InputError, Place
from sim.calibrate.read import columns
from sim.calibrate.read.mapping import OwnNames
from sim.calibrate.read.persons import read_persons
from sim.calibrate.sources import Extract, files_in, recognise, sha256
from sim.scenario.evidence import evidence
from sim.scenario.load import Loaded, ScenarioError, load
from sim.scenario.problems import did_you_mean
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Vendor


@dataclass(frozen=True)
class Task:
    """What is calibrated: the base, the vendor whose people the extracts show, the last day."""

    base: Scenario
    vendor: Vendor
    as_of: date
    names: OwnNames
    since: date | None = None


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
    for extract in recognise(files_in(paths), task.names):
        found, source = _fitted(extract, task)
        fits += found
        sources.append(source)
    _refuse_twice(fits)
    return Calibration(tuple(fits), tuple(sources))


def _fitted(extract: Extract, task: Task) -> tuple[list[Fit], Source]:
    if extract.kind == columns.PEOPLE:
        return _people(extract, task)
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


def _source(extract: Extract, used: int, used_of: str, dropped: dict[str, int] | Any) -> Source:
    digest = sha256(extract.path)
    return Source(extract.source, extract.kind, digest, used, used_of, dict(dropped))


def _refuse_twice(fits: Sequence[Fit]) -> None:
    """Two files may not say the same field."""
    seen: dict[str, Fit] = {}
    for fit in fits:
        if fit.value is None:
            continue
        if fit.path in seen:
            raise InputError(
                Place(fit.source),
                f"says {fit.path}, which {seen[fit.path].source} says too",
                "give one of them, or leave one out with `kind: ignore` in --map",
            )
        seen[fit.path] = fit


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
