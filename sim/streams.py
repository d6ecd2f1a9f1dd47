"""What is said to the user: a reader who has left, such as `head`, ends no study.

Nor does standard error, whatever is wrong with it: nothing but progress and complaints go there.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a text at once, on standard output or on another stream."""
    stream = stream or sys.stdout
    try:
        print(text, file=stream, flush=True)
    except OSError as error:
        # Where nobody reads any more, Windows calls the argument invalid.
        if error.errno in (errno.EPIPE, errno.EINVAL) or stream is sys.stderr:
            _nobody_reads(stream)
        else:
            raise OSError(error.errno, error.strerror, "standard output") from error


def printable(text: str) -> str:
    """A text with what no file of UTF-8 can hold, such as a name in another encoding, spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def leave() -> None:
    """Hand over what was printed, or throw it away where nobody can take it any more."""
    try:
        if sys.stdout is not None:  # None: it was closed before we came
            sys.stdout.flush()
    except OSError:
        _nobody_reads(sys.stdout)


def _nobody_reads(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
