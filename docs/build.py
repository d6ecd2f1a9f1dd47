"""Writes what is derived from the code: the JSON Schema and the scenario reference."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Let the command write both files."""
    for options, target in (((), "configs/schema.json"), (("--reference",), "docs/scenario.md")):
        text = subprocess.run(
            [sys.executable, "-m", "sim", "schema", *options],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        (ROOT / target).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
