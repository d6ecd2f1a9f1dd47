"""What is said to the user: a reader who has left, such as `head`, ends no study."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a text at once, on standard output or on another stream."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        _nobody_reads(stream or sys.stdout)


def leave() -> None:
    """Hand over what was printed, or throw it away where nobody can take it any more."""
    try:
        if sys.stdout is not None:  # None: it was closed before we came
            sys.stdout.flush()
    except OSError:
        _nobody_reads(sys.stdout)


def _nobody_reads(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
