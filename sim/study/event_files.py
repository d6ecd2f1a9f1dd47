"""A log of events as files of process mining: XES (IEEE 1849) and OCEL 2.0."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

import numpy as np

from sim.record.events import Column, Columns
from sim.study.store import in_one_piece

EXTENSIONS = {
    "Concept": "concept",
    "Lifecycle": "lifecycle",
    "Organizational": "org",
    "Time": "time",
}
"""Extensions of XES that the log uses, and their prefixes."""
OF_CLAIMS = ("setting", "payer", "expected_usd", "stage", "loss_cause", "paid_usd")
"""Columns of claims that traces and objects carry."""
OF_AGENTS = ("team", "vendor", "certification", "hired")
OF_EVENTS = ("enable_time", "start_time", "worked_minutes", "outcome")
CLAIM, PERSON, PAYER = "claim", "person", "payer"
LEAST_TIME = "1970-01-01T00:00:00Z"
"""The time of what holds from ever on, as OCEL wants it."""


def write_xes(path: Path, name: str, claims: Columns, lifecycle: Columns) -> None:
    """The log in its lifecycle form, a trace for each claim, packed by gzip."""
    with in_one_piece(path) as file, _packed(file) as text:
        text.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        text.write('<log xes.version="1849-2016" xes.features="" ')
        text.write('xmlns="http://www.xes-standard.org/">\n')
        for long, prefix in EXTENSIONS.items():
            uri = f"http://www.xes-standard.org/{prefix}.xesext"
            text.write(f'<extension name="{long}" prefix="{prefix}" uri="{uri}"/>\n')
        text.write(f'<global scope="trace">{_string("concept:name", "")}</global>\n')
        text.write(
            f'<global scope="event">{_string("concept:name", "")}'
            f"{_date('time:timestamp', '1970-01-01T00:00:00')}"
            f"{_string('lifecycle:transition', 'complete')}</global>\n"
        )
        text.write('<classifier name="Activity" keys="concept:name"/>\n')
        text.write(f"{_string('concept:name', name)}{_string('lifecycle:model', 'standard')}\n")
        for trace in _traces(claims, lifecycle):
            text.write(trace)
        text.write("</log>\n")


def _packed(file: BinaryIO) -> TextIOWrapper:
    """Text that is packed into a file; the same text always gives the same bytes."""
    packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0)
    return TextIOWrapper(packed, "utf-8", newline="\n", write_through=False)


def _traces(claims: Columns, lifecycle: Columns) -> Iterator[str]:
    """Each claim's events, in the order of claims."""
    told = {
        case: "".join(_attribute(name, value) for name, value in zip(OF_CLAIMS, row, strict=True))
        for case, *row in zip(
            claims["claim_id"].tolist(), *(claims[name].tolist() for name in OF_CLAIMS), strict=True
        )
    }
    order = np.argsort(lifecycle["case_id"], kind="stable")
    cases, *events = (lifecycle[name][order] for name in lifecycle)
    starts = np.flatnonzero(np.diff(cases, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(cases)], strict=True):
        case = int(cases[start])
        parts = [f"<trace>{_string('concept:name', str(case))}{told.get(case, '')}\n"]
        for activity, who, when, transition in zip(
            *(column[start:end].tolist() for column in events), strict=True
        ):
            resource = _string("org:resource", who) if who else ""
            parts.append(
                f"<event>{_string('concept:name', activity)}{resource}"
                f"{_date('time:timestamp', when.isoformat())}"
                f"{_string('lifecycle:transition', transition)}</event>\n"
            )
        parts.append("</trace>\n")
        yield "".join(parts)


def _attribute(key: str, value: object) -> str:
    if isinstance(value, float):
        return f'<float key="{key}" value="{value!r}"/>'
    return _string(key, str(value)) if value else ""


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(value)}/>'


def _date(key: str, value: str) -> str:
    return f'<date key="{key}" value="{value}.000+00:00"/>'


# --- OCEL -----------------------------------------------------------------------------------------


def write_ocel(path: Path, claims: Columns, events: Columns, agents: Columns) -> None:
    """Events that belong to claims, people and payers, as OCEL 2.0 in JSON."""
    types = {CLAIM: _kinds(claims, OF_CLAIMS), PERSON: _kinds(agents, OF_AGENTS), PAYER: []}
    activities = sorted(set(events["activity"].tolist()))
    with in_one_piece(path) as file, TextIOWrapper(file, "utf-8", newline="\n") as text:
        text.write('{"objectTypes": ')
        text.write(json.dumps([{"name": n, "attributes": of} for n, of in types.items()]))
        text.write(',\n"eventTypes": ')
        shared = _kinds(events, OF_EVENTS)
        text.write(json.dumps([{"name": n, "attributes": shared} for n in activities]))
        text.write(',\n"objects": [\n')
        _listed(text, _objects(claims, events, agents))
        text.write('\n],\n"events": [\n')
        _listed(text, _events(events))
        text.write("\n]}\n")


def _listed(text: TextIOWrapper, items: Iterator[object]) -> None:
    encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    for i, item in enumerate(items):
        text.write((",\n" if i else "") + encoded(item))


def _kinds(columns: Columns, names: tuple[str, ...]) -> list[dict[str, str]]:
    words = {"f": "float", "i": "integer", "b": "boolean", "M": "time"}
    return [{"name": n, "type": words.get(columns[n].dtype.kind, "string")} for n in names]


def _objects(claims: Columns, events: Columns, agents: Columns) -> Iterator[object]:
    """Payers, people, and all claims that are known or that something happened to."""
    for payer in sorted(set(claims["payer"].tolist())):
        yield {"id": f"{PAYER}:{payer}", "type": PAYER, "attributes": [], "relationships": []}
    for who, *row in zip(
        agents["resource"].tolist(), *(_plain(agents[name]) for name in OF_AGENTS), strict=True
    ):
        yield _object(f"{PERSON}:{who}", PERSON, OF_AGENTS, row, [])
    for case, *row in zip(
        claims["claim_id"].tolist(), *(_plain(claims[name]) for name in OF_CLAIMS), strict=True
    ):
        to = [{"objectId": f"{PAYER}:{row[1]}", "qualifier": "is billed to"}]
        yield _object(f"{CLAIM}:{case}", CLAIM, OF_CLAIMS, row, to)
    for case in np.setdiff1d(events["case_id"], claims["claim_id"]).tolist():
        yield _object(f"{CLAIM}:{case}", CLAIM, (), [], [])


def _object(
    name: str, kind: str, names: tuple[str, ...], row: list[object], related: list[dict[str, str]]
) -> object:
    told = [
        {"name": n, "time": LEAST_TIME, "value": value}
        for n, value in zip(names, row, strict=True)
        if value not in ("", None)
    ]
    return {"id": name, "type": kind, "attributes": told, "relationships": related}


def _events(events: Columns) -> Iterator[object]:
    names = ("case_id", "activity", "resource", "end_time", *OF_EVENTS)
    for i, (case, activity, who, end, *row) in enumerate(
        zip(*(_plain(events[name]) for name in names), strict=True)
    ):
        related = [{"objectId": f"{CLAIM}:{case}", "qualifier": "is about"}]
        if who:
            related.append({"objectId": f"{PERSON}:{who}", "qualifier": "is done by"})
        told = [
            {"name": name, "value": value}
            for name, value in zip(OF_EVENTS, row, strict=True)
            if value not in ("", None, end)  # what takes no time has one time only
        ]
        yield {
            "id": f"event:{i}",
            "type": activity,
            "time": end,
            "attributes": told,
            "relationships": related,
        }


def _plain(column: Column) -> list[object]:
    """Values as JSON has them: moments as RFC 3339 wants them, nothing for what is not known."""
    if column.dtype.kind == "M":
        told = np.datetime_as_string(column.astype("datetime64[s]")).tolist()
        return ["" if moment == "NaT" else f"{moment}Z" for moment in told]
    if column.dtype.kind == "f":
        return [None if x != x else x for x in column.tolist()]
    return list(column.tolist())
