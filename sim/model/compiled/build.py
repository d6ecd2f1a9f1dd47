"""Compiles the kernel once for a machine, and keeps it in the user's cache folder.

What is kept is found by the hash of the model's code, the flags and the platform, so that changed
code is another file; it is put in place in one step, so that processes that compile at once do no
harm.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from ctypes import sizeof
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from sim.model import codes, draws
from sim.model.compiled.c_types import NotTranslatableError
from sim.model.compiled.layout import ROWS, StateStructure, c_declarations, structure
from sim.model.compiled.translate import Unit
from sim.model.kernel import coding, front, payer, ports, queueing, stock, work
from sim.scenario import fields

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent
COMPILERS = ("cc", "gcc", "clang")
# Not one rounding may differ from Python's: no fused or rearranged arithmetic.
FLAGS = (
    "-O2",
    "-fPIC",
    "-shared",
    "-std=c11",
    "-ffp-contract=off",
    "-fno-fast-math",
    "-fwrapv",
    "-w",
)
CACHE_VARIABLE = "DENIALLOOP_CACHE"


class UnavailableError(Exception):
    """Why there is no compiled engine on this machine, in words for the user."""


def entries() -> list[FunctionType]:
    """The kernel's functions that the engine calls."""
    called: list[Any] = [
        work.resume,
        work.leave,
        work.run_errand,
        queueing.pass_on,
        queueing.rouse,
        coding.admit,
        front.expect,
        front.plan_service,
        payer.submit,
        stock.stand,
    ]
    return called


@cache
def source() -> str:
    """The whole engine as one C text; NotTranslatableError if the kernel has gone beyond C."""
    constants = {
        "ROW_BITS": ports.ROW_BITS,
        "ROW_BITS_OF_COUNTER": draws.ROW_BITS,
        "SETTING_ROWS": codes.SETTING_ROWS,
        "PURPOSES": len(ports.PURPOSES),
    }
    for number, (purpose, columns) in enumerate(ports.PURPOSES.items()):
        name = purpose.upper().replace(".", "_")
        constants |= {name: number, f"{name}_COLUMNS": columns}
    sizes = ", ".join(["sizeof(State)", *(f"sizeof({row.__name__})" for row in ROWS)])
    return "\n".join(
        [
            "/* Made from the kernel's text; see sim/model/compiled. */",
            "#define _GNU_SOURCE",
            *(f"#include <{name}.h>" for name in ("math", "stdint", "stdio", "stdlib", "string")),
            "#ifdef __linux__\n#include <sys/mman.h>\n#endif",
            "#ifdef _WIN32\n#define EXPORT __declspec(dllexport)\n#else\n#define EXPORT\n#endif",
            *(f"#define {name} {value}" for name, value in constants.items()),
            f"#define SIZES {sizes}",
            "typedef struct Store Store;\n",
            c_declarations(),
            (HERE / "runtime.h").read_text("utf-8"),
            Unit(entries()).text(),
            (HERE / "entries.h").read_text("utf-8"),
        ]
    )


def cache_folder() -> Path:
    """Where compiled code is kept: the user's own cache.

    Raises UnavailableError for a user without a home, as containers have them.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen)
    variable, below = {"win32": ("LOCALAPPDATA", ""), "darwin": ("", "Library/Caches")}.get(
        sys.platform, ("XDG_CACHE_HOME", ".cache")
    )
    base = Path(os.environ.get(variable, ""))
    if base.is_absolute():  # a relative one is to be ignored
        return base / "denialloop"
    try:
        return Path.home() / below / "denialloop"
    except RuntimeError as error:
        why = f"there is no home folder to keep it in; {CACHE_VARIABLE} may name another"
        raise UnavailableError(why) from error


def compiler() -> list[str]:
    """The C compiler's command: what `CC` says, options and all, else the first that is found."""
    said = os.environ.get("CC", "").split()
    for program, *options in [said] if said else [[name] for name in COMPILERS]:
        found = shutil.which(program)
        if found:
            return [found, *options]
    tried = said[0] if said else ", ".join(COMPILERS)
    raise UnavailableError(f"no C compiler found (tried {tried})")


def library(tell: Callable[[str], None]) -> Path:
    """The compiled engine's file, which is made if it is not there; `tell` is told when it is.

    Raises UnavailableError with the reason where it cannot be had.
    """
    if sizeof(StateStructure) != 8 * len(StateStructure._fields_):
        raise UnavailableError("this machine's pointers are not of 64 bits")
    name = f"engine-{_key()}.so"
    cached = cache_folder()
    for folder in (HERE, cached):  # as shipped, or as made before
        if (folder / name).exists():
            return folder / name
    compiler()  # nothing is announced where there is none
    tell("Compiling the simulation engine, once for this version …")
    try:
        return make(cached)
    except OSError as error:  # no place to keep it: for this process alone
        try:
            folder = Path(tempfile.mkdtemp(prefix="denialloop-"))
        except OSError as none:
            raise UnavailableError(f"there is no folder to keep it in: {none.strerror}") from none
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        tell(f"{cached} cannot be written ({error.strerror}): it will be compiled again next time")
        return make(folder)


def make(folder: Path) -> Path:
    """Compile the engine into a folder, and put it in place there in one step.

    Raises UnavailableError if it cannot be compiled, OSError if the folder cannot be written.
    """
    try:
        text = source()
    except NotTranslatableError as error:
        raise UnavailableError(f"the kernel cannot be written as C: {error}") from error
    program, *options = compiler()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as scratch:
        written, made = Path(scratch) / "engine.c", Path(scratch) / "engine.so"
        written.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run(
                [program, *options, *FLAGS, str(written), "-o", str(made), "-lm"],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise UnavailableError(f"{program} cannot be run: {error.strerror}") from error
        if done.returncode:
            first = next(iter(done.stderr.strip().splitlines()), f"exit code {done.returncode}")
            raise UnavailableError(f"{program} could not compile the engine: {first}")
        placed = folder / f"engine-{_key()}.so"
        os.replace(made, placed)
    return placed


def _key() -> str:
    """Hash of all that the compiled code depends on; quicker to find than the C text itself."""
    digest = hashlib.sha256("\0".join([*FLAGS, sys.platform, platform.machine()]).encode())
    for path in sorted([*MODEL.rglob("*.py"), *MODEL.rglob("*.h"), Path(fields.__file__)]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]


def expected_sizes() -> list[int]:
    """Bytes of the state and of each row, as Python lays them out."""
    return [sizeof(StateStructure), *(sizeof(structure(row)) for row in ROWS)]
