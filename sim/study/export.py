"""What happened in one replication of a scenario, written as files: claims, events and agents.

The replication is simulated once more, with a log: studies keep none, and results are the same.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from sim.model import AUTO
from sim.record.events import Column, Columns
from sim.record.record import Record
from sim.scenario.problems import did_you_mean
from sim.scenario.schema import Scenario
from sim.study import StudyError
from sim.study.store import (
    code_hash,
    content_hash,
    content_of,
    in_one_piece,
    plugins_of,
    under,
    write_file,
)
from sim.study.tables import cell
from sim.version import __version__

FOLDER, ABOUT = "export", "export.json"
FILES = {
    "claims.csv": "claims.csv",
    "claims.parquet": "claims.parquet",
    "events.csv": "events.csv",
    "events.lifecycle": "lifecycle.csv",
    "events.xes": "events.xes.gz",
    "events.ocel": "events.ocel.json",
    "events.parquet": "events.parquet",
    "agents.csv": "agents.csv",
    "agents.parquet": "agents.parquet",
}
"""The file that each export is written to, by its name."""
ALL = {
    "claims": ("claims.csv",),
    "events": ("events.csv", "events.lifecycle", "events.xes", "events.ocel"),
    "agents": ("agents.csv",),
}
"""What a name without a form stands for."""
CHUNK = 20_000
"""Rows that are written together."""


def wanted(names: Sequence[str]) -> tuple[str, ...]:
    """The exports that are asked for, in the order of `FILES`; ValueError says what is wrong."""
    found: set[str] = set()
    for name in names:
        if name not in ALL and name not in FILES:
            near = did_you_mean(name, [*ALL, *FILES]) or f"allowed: {', '.join((*ALL, *FILES))}"
            raise ValueError(f"there is no export {name!r}; {near}")
        found.update(ALL.get(name, (name,)))
    parquet = [name for name in FILES if name in found and name.endswith(".parquet")]
    if parquet and find_spec("pyarrow") is None:
        plain = parquet[0].replace(".parquet", ".csv")
        raise ValueError(
            f"{parquet[0]} needs pyarrow: pip install 'denialloop[parquet]'; {plain} does not"
        )
    return tuple(name for name in FILES if name in found)


def export(
    scenario: Scenario,
    folder: Path,
    names: Sequence[str],
    *,
    replication: int = 0,
    engine: str = AUTO,
) -> list[Path]:
    """Simulate a replication and write what was asked for (see `wanted`) into a folder.

    `export.json` beside it says of what scenario and replication it is. Gives the files.

    Raises
    ------
    ValueError
        If there is no such export, or what it needs is not installed.
    StudyError
        If the folder cannot be written.
    """
    from sim.record import events as tables
    from sim.study import event_files

    asked, record = wanted(names), _logged(scenario, replication, engine)
    claims, agents = tables.claims_table(record), tables.agents_table(record)
    happened, lifecycle = tables.events_table(record), tables.lifecycle_table(record)
    rows = {"claims": claims, "events": happened, "agents": agents}
    special: dict[str, Callable[[Path], None]] = {
        "events.lifecycle": lambda path: write_columns(path, lifecycle),
        "events.xes": lambda path: event_files.write_xes(path, scenario.name, claims, lifecycle),
        "events.ocel": lambda path: event_files.write_ocel(path, claims, happened, agents),
    }
    written = []
    for file in {*FILES.values()} - {FILES[name] for name in asked}:
        (folder / file).unlink(missing_ok=True)  # of an earlier export, perhaps of another scenario
    for name in asked:
        path = folder / FILES[name]
        table, _, form = name.partition(".")
        if name in special:
            special[name](path)
        elif form == "parquet":
            _write_parquet(path, rows[table])
        else:
            write_columns(path, rows[table])
        written.append(path)
    about = {
        "scenario": scenario.name,
        "sha256": content_hash(under(content_of(scenario), "", plugins_of(scenario))),
        "seed": scenario.seed,
        "replication": replication,
        "denialloop": __version__,
        "model_code_sha256": code_hash(),
        "rows": {name: len(next(iter(of.values()))) for name, of in rows.items()},
        "files": [path.name for path in written],
    }
    write_file(folder / ABOUT, json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    return written


def _logged(scenario: Scenario, replication: int, engine: str) -> Record:
    """The record of a replication, with its log."""
    # Here and not above: the coordinator of worker processes needs no model.
    from sim.model.engines import UnavailableError
    from sim.model.simulation import run

    try:
        return run(scenario, replication, engine, log=True)
    except UnavailableError as error:
        raise StudyError(f"--engine {engine}: {error}", exit_code=2) from error


def write_columns(path: Path, columns: Columns) -> None:
    """Columns as CSV: dates and moments as ISO 8601 has them, truths as `true` and `false`."""
    with in_one_piece(path) as file:
        file.write(f"{','.join(columns)}\n".encode())
        for text in _chunks(columns):
            file.write(text.encode())


def _chunks(columns: Columns) -> Iterator[str]:
    count = len(next(iter(columns.values())))
    for start in range(0, count, CHUNK):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        some = (_told(column[start : start + CHUNK]) for column in columns.values())
        writer.writerows(zip(*some, strict=True))
        yield text.getvalue()


def _told(column: Column) -> list[str]:
    match column.dtype.kind:
        case "M":
            return ["" if day == "NaT" else day for day in np.datetime_as_string(column).tolist()]
        case "b":
            return ["true" if x else "false" for x in column.tolist()]
        case _:
            return [cell(x) for x in column.tolist()]


def _write_parquet(path: Path, columns: Columns) -> None:
    """Columns as Parquet, with their types; what is not known is null."""
    import pyarrow
    from pyarrow import parquet

    arrays = {
        name: pyarrow.array(column, from_pandas=column.dtype.kind == "f")
        for name, column in columns.items()
    }
    with in_one_piece(path) as file:
        parquet.write_table(pyarrow.table(arrays), file)
