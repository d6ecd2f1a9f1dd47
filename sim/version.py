"""Version of the program, and the commit that it was made from."""

from pathlib import Path

__version__ = "0.1.0"


def commit() -> str:
    """The commit that this code was made from: as built, else as the clone says; else nothing."""
    here = Path(__file__).resolve().parent
    built = here / "COMMIT"
    if built.exists():
        return built.read_text(encoding="utf-8").strip()
    if not (here.parent / ".git").exists():
        return ""
    import subprocess

    command = [
        "git",
        "-C",
        str(here.parent),
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
        "--exclude=*",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
