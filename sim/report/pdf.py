"""The page printed to PDF by a browser that is on the machine."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.study import StudyError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
MOST_SECONDS = 120


def browser() -> str:
    """The first browser found on the path that can print without a window; else StudyError."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise StudyError(
            f"--pdf needs a browser on the path, one of {', '.join(BROWSERS)}; or open report.html "
            "in any browser and print it",
            exit_code=2,
        )
    return found


def print_page(page: Path, target: Path) -> None:
    """Print an HTML file; raises StudyError if there is no browser, or it fails."""
    with TemporaryDirectory() as profile:
        # A browser refuses its sandbox to root; the page is our own and fetches nothing.
        flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        flags += ["--headless=new", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"]
        flags += [f"--user-data-dir={profile}", f"--print-to-pdf={target.resolve()}"]
        try:
            subprocess.run(
                [browser(), *flags, page.resolve().as_uri()],
                check=True,
                capture_output=True,
                timeout=MOST_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise StudyError(f"{target}: the browser could not print it: {error}") from error
