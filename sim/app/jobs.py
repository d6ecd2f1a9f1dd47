"""Commands that run beside the page, each in a folder that says how far it is and how it ended.

    python -m sim.app.jobs FOLDER COMMAND...

runs a command there, as `denialloop` would, and notes how it ended, so that whoever asks later, and
a page that was reloaded, find it. One command runs in a folder at a time.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STARTED, ENDED, SAID, TOLD = "started.json", "ended.json", "said.txt", "told.txt"
PROGRESS = re.compile(r"(\d+) of (\d+) (\w+)(?:, (.*) left)?")
PATIENCE_SECONDS = 15.0
"""How long a command that is cancelled may take to put its things away."""
_OURS: dict[int, subprocess.Popen[bytes]] = {}
"""Commands that this server has started."""


@dataclass(frozen=True, slots=True)
class State:
    """How a command is: `running`, `fine`, `stopped`, `failed`, or `none` that was ever started.

    While it runs, `done` of `total` of `what` are done; `message` is what it has to say.
    """

    word: str
    done: int = 0
    total: int = 0
    what: str = ""
    message: str = ""

    @property
    def share(self) -> float:
        """The part that is done."""
        return self.done / self.total if self.total else 0.0


def start(folder: Path, words: Sequence[str], *, at_once: bool = False) -> None:
    """Run a command in a folder; one that runs there already is cancelled first.

    Who starts the next `at_once` leaves the one before no time to put its things away; what it has
    finished is kept all the same.
    """
    cancel(folder, at_once=at_once)
    folder.mkdir(parents=True, exist_ok=True)
    for name in (ENDED, STARTED):
        (folder / name).unlink(missing_ok=True)
    with (folder / SAID).open("wb") as out, (folder / TOLD).open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "sim.app.jobs", str(folder), *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    _OURS[process.pid] = process
    _write(folder / STARTED, {"process": process.pid})


def cancel(folder: Path, *, at_once: bool = False) -> None:
    """Stop the command that runs in a folder, if one does; what it has finished is kept."""
    if state(folder).word != "running":
        return
    process = json.loads((folder / STARTED).read_text(encoding="utf-8"))["process"]
    last = getattr(signal, "SIGKILL", signal.SIGTERM)
    for sign in (last,) if at_once else (signal.SIGINT, last):
        _signal(process, sign)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if state(folder).word != "running":
                return
            time.sleep(0.05)


def state(folder: Path) -> State:
    """How the command of a folder is."""
    if not (folder / STARTED).exists():
        return State("none")
    lines = _lines(folder / TOLD)
    if (folder / ENDED).exists():
        code = json.loads((folder / ENDED).read_text(encoding="utf-8"))["code"]
        word = {0: "fine", 130: "stopped"}.get(code, "failed")
        return State(word, message="\n".join(x for x in lines if not PROGRESS.match(x)))
    process = json.loads((folder / STARTED).read_text(encoding="utf-8"))["process"]
    if not _lives(process):
        return State("failed", message="it ended without a word: somebody stopped it from outside")
    for line in reversed(lines):
        if found := PROGRESS.match(line):
            left = f"{found[4]} left" if found[4] else ""
            return State("running", int(found[1]), int(found[2]), found[3], left)
    return State("running")


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []


def _signal(process: int, sign: signal.Signals) -> None:
    """Send a signal to a command and all that it has started."""
    with suppress(ProcessLookupError):  # it has ended meanwhile
        if hasattr(os, "killpg"):
            os.killpg(process, sign)
        else:
            os.kill(process, signal.SIGTERM)


def _lives(process: int) -> bool:
    """Whether a process is there; of a server that has been started anew since it is no child."""
    if (ours := _OURS.get(process)) is not None:
        return ours.poll() is None
    try:
        os.kill(process, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _write(file: Path, said: dict[str, int]) -> None:
    """Write a note whole or not at all."""
    aside = file.with_suffix(".new")
    aside.write_text(json.dumps(said), encoding="utf-8")
    aside.replace(file)


def main(folder: str, *words: str) -> int:
    """Run a command and note how it ended."""
    from sim.cli import main as obey

    code = 1
    try:
        code = obey(words)
    finally:
        _write(Path(folder) / ENDED, {"code": code})
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
