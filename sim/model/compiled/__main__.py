"""Compiles the engine into a folder, for packages: `python -m sim.model.compiled FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.model.compiled.build import UnavailableError, make

if __name__ == "__main__":
    try:
        print(make(Path(sys.argv[1])))
    except UnavailableError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
