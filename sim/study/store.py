"""What a study keeps on disk: the ledger of finished replications, and files written in one piece.

A row of the ledger is found by what was simulated (the scenario's content), with what (the model's
code) and which replication. Nothing else decides a result, so a row can be used again whenever its
key matches, and never once the scenario or the model has changed.
"""

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, Self

from pydantic import BaseModel

from sim.record.record import Outcome
from sim.scenario.canonical import canonical
from sim.scenario.plugins import used
from sim.study import StudyError

PACKAGE = Path(__file__).resolve().parents[1]
MODEL_CODE = ("model", "record", "scenario")
SOURCES = (".py", ".h")
LIBRARIES = ("holidays", "numpy", "simpy")
LEDGER = "ledger.sqlite"
Content = dict[str, Any]
"""A scenario as plain data."""

# Of `outcome` (of a replication that is done) and `traceback` (of a failed one) one is NULL.
_CREATE = (
    """
CREATE TABLE IF NOT EXISTS replications (
    scenario_hash TEXT, code_hash TEXT, replication INTEGER,
    seed INTEGER NOT NULL, status TEXT NOT NULL, outcome BLOB, traceback TEXT,
    PRIMARY KEY (scenario_hash, code_hash, replication)
) WITHOUT ROWID
""",
    # What the hashes stand for, from before the first replication: a study that was stopped early
    # has no other file yet.
    """
CREATE TABLE IF NOT EXISTS scenarios (
    scenario_hash TEXT, code_hash TEXT, name TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (scenario_hash, code_hash)
) WITHOUT ROWID
""",
)


def content_hash(content: Content) -> str:
    """SHA-256 of what a scenario says, as plain data, but for its own name and description.

    A copy under another name shares its hash, and with it the results.
    """
    said = {key: value for key, value in content.items() if key not in ("name", "description")}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def under(content: Content, ensemble: str, plugins: Mapping[str, str] | None = None) -> Content:
    """A scenario as it is simulated: under an ensemble, if there is one, named by its SHA-256.

    And with what it uses of other packages (`plugins_of`).
    """
    more = {"ensemble": ensemble, "plugins": dict(plugins or {})}
    return {**content, **{name: said for name, said in more.items() if said}}


def content_of(model: BaseModel) -> Content:
    """A scenario, or a part of it, as plain data, in its canonical order.

    A file that it refers to (a field marked `path` in the schema) counts by its content, not by
    where it lies: its SHA-256 stands for it. StudyError if it cannot be read.
    """
    return _fields_of(canonical(model))


def plugins_of(model: BaseModel) -> dict[str, str]:
    """What a scenario uses of other packages, by name: whose it is, its version and its hash."""
    return {plugin.name: plugin.told for _, plugin in used(model)}


def _fields_of(model: BaseModel) -> Content:
    content: Content = {}
    for name, field in type(model).model_fields.items():
        value, extra = getattr(model, name), field.json_schema_extra
        is_file = isinstance(extra, dict) and bool(extra.get("path")) and isinstance(value, str)
        content[name] = _file_digest(Path(value)) if is_file else _plain(value)
    return content


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return _fields_of(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise StudyError(f"{path}: cannot be read: {error.strerror}", exit_code=2) from error


def code_hash(package: Path = PACKAGE) -> str:
    """SHA-256 of all that decides a result besides the scenario: source code and `LIBRARIES`."""
    digest = hashlib.sha256()
    for part in MODEL_CODE:
        for path in sorted(p for p in (package / part).rglob("*") if p.suffix in SOURCES):
            source = path.read_text("utf-8")
            digest.update(f"{path.relative_to(package).as_posix()}\n{source}\0".encode())
    digest.update(" ".join(f"{name} {version(name)}" for name in LIBRARIES).encode())
    return digest.hexdigest()


def encode(outcome: Outcome) -> bytes:
    """An outcome as compressed JSON, exact to the last bit; TypeError if it is not plain data."""
    text = json.dumps({"kpis": outcome.kpis, "tables": outcome.tables}, separators=(",", ":"))
    return zlib.compress(text.encode())


def decode(data: bytes) -> Outcome:
    """What `encode` was given."""
    return Outcome(**json.loads(zlib.decompress(data)))


class Ledger:
    """The replications of a folder that are done or failed, under one version of the model's code.

    Used in a `with` statement. While it is open nobody else can open it: the lock is SQLite's own,
    and is lifted even if the process is killed. Every method raises StudyError if the folder cannot
    be written, is in use by another study, or the disk is full.
    """

    def __init__(self, folder: Path, code: str) -> None:
        self._folder = folder
        self._code = code

    def __enter__(self) -> Self:
        with self._errors_in_words():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._folder / LEDGER, timeout=0, isolation_level=None)
            try:
                self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._db.execute("BEGIN EXCLUSIVE")  # and, in this mode, beyond the COMMIT
                for statement in _CREATE:
                    self._db.execute(statement)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(
        self, scenario: str, replication: int, seed: int, outcome: bytes | None, trace: str | None
    ) -> None:
        """Keep a replication, by the scenario's hash, on disk; an earlier failure is replaced."""
        status = "failed" if outcome is None else "done"
        row = (scenario, self._code, replication, seed, status, outcome, trace)
        with self._errors_in_words():
            self._db.execute("REPLACE INTO replications VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def done(self, scenario: str, replications: int) -> dict[int, bytes]:
        """Encoded outcomes of the replications below `replications` that are done, in order."""
        with self._errors_in_words():
            return dict(
                self._db.execute(
                    "SELECT replication, outcome FROM replications WHERE scenario_hash = ? AND "
                    "code_hash = ? AND replication < ? AND status = 'done' ORDER BY replication",
                    (scenario, self._code, replications),
                )
            )

    def begin(self, scenarios: Mapping[str, tuple[str, Content]]) -> None:
        """Keep what is to be simulated, by the scenario's hash: its name, and what it says.

        A folder that has it all is not touched.
        """
        known = "SELECT scenario_hash FROM scenarios WHERE code_hash = ?"
        with self._errors_in_words():
            there = {key for (key,) in self._db.execute(known, (self._code,))}
            rows = [
                (key, self._code, name, zlib.compress(json.dumps(content).encode()))
                for key, (name, content) in scenarios.items()
                if key not in there
            ]
            if rows:
                self._db.execute("BEGIN")
                self._db.executemany("INSERT INTO scenarios VALUES (?, ?, ?, ?)", rows)
                self._db.execute("COMMIT")

    def begun(self) -> dict[str, tuple[str, Content]]:
        """What `begin` was given, by the scenario's hash."""
        with self._errors_in_words():
            return {
                key: (name, json.loads(zlib.decompress(content)))
                for key, name, content in self._db.execute(
                    "SELECT scenario_hash, name, content FROM scenarios WHERE code_hash = ?",
                    (self._code,),
                )
            }

    @contextmanager
    def _errors_in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise StudyError(
                    f"{self._folder}: another study is running into this folder; "
                    "wait for it, or choose another --out"
                ) from error
            raise StudyError(f"{self._folder / LEDGER}: {error}") from error
        except OSError as error:
            raise StudyError(f"{self._folder}: cannot be written: {error.strerror}") from error


def write_file(path: Path, content: str | bytes) -> str:
    """Write a file (text as UTF-8) in one piece or not at all; gives its SHA-256, or StudyError."""
    data = content.encode() if isinstance(content, str) else content
    with in_one_piece(path) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


@contextmanager
def in_one_piece(path: Path) -> Iterator[BinaryIO]:
    """A file to write bit by bit, which is in its place when all is well; StudyError if it is not.

    Nothing is left of it after an error.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                yield file
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StudyError(f"{path}: cannot be written: {error.strerror}") from error
