"""An event log in XES, event by event; no entity of it is ever looked up.

XES has no use for a document type, so a file with one is refused before anything of it is read.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.parsers import expat

from sim.calibrate.problems import InputError, Place
from sim.calibrate.read.event_log import Builder, Clock, Log
from sim.calibrate.read.tables import BROKEN, MAX_BYTES, cut_off, open_text

CHUNK = 1 << 16
MAX_DEPTH = 100


class _Events:
    """What an XML parser calls; keeps the trace and the event it is in."""

    def __init__(self, build: Builder, clock: Clock) -> None:
        self.build, self.clock = build, clock
        self.depth = 0
        self.trace: dict[str, str] = {}
        self.event: dict[str, str] | None = None
        self.in_trace = False
        self.traces = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise InputError(self.build.place, f"elements more than {MAX_DEPTH} deep")
        if tag == "trace":
            self.in_trace, self.trace = True, {}
            self.traces += 1
        elif tag == "event":
            self.event = {}
        elif "key" in attributes:
            key, value = attributes["key"], attributes.get("value", "")
            if self.event is not None:
                self.event.setdefault(key, value)
            elif self.in_trace:
                self.trace.setdefault(key, value)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == "trace":
            self.in_trace = False
        elif tag == "event" and self.event is not None:
            event, self.event = self.event, None
            when = self.clock.of(event.get("time:timestamp"))
            if when is None:
                self.build.drop("without a time")
                return
            case = self.trace.get("concept:name") or ("trace", self.traces)
            transition = event.get("lifecycle:transition", "")
            activity = event.get("concept:name", "")
            self.build.mark(case, activity, event.get("org:resource"), when, transition)


def read_xes(path: Path, as_of: date) -> Log:
    """The log of an XES file, packed by gzip or not."""
    place = Place(path.name)
    build = Builder(place)
    events = _Events(build, Clock("", as_of))
    parser = expat.ParserCreate(namespace_separator=None)
    parser.StartElementHandler = events.begin
    parser.EndElementHandler = events.end

    def refuse(*_: object) -> None:
        raise InputError(place, "has a document type, which no event log needs")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    size = 0
    with open_text(path) as text:
        try:
            while chunk := text.read(CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise InputError(place, f"larger than {MAX_BYTES / 1e9:g} GB of text")
                parser.Parse(chunk, False)
            parser.Parse("", True)
        except expat.ExpatError as error:
            where = Place(path.name, row=error.lineno)
            raise InputError(
                where, f"not well-formed XML ({expat.ErrorString(error.code)})"
            ) from None
        except BROKEN:
            raise cut_off(path) from None
    return build.log()
