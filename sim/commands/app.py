"""`app`: a local page on which a planner turns levers and sees what comes of it."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from sim.commands.common import FINE
from sim.options import UsageError, path_name
from sim.streams import say

FOLDER, SCENARIO = "DENIALLOOP_APP_FOLDER", "DENIALLOOP_APP_SCENARIO"
"""Environment variables that tell the page where its studies go, and with what it begins."""
HERE = "127.0.0.1"
MOST_UPLOAD_MB = 20
SERVER = {
    "server.address": HERE,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": str(MOST_UPLOAD_MB),
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": HERE,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "runner.magicEnabled": "false",
    "theme.base": "light",
}
"""How Streamlit serves: to this machine only, telling nobody, and nothing of its own."""


def options(parser: argparse.ArgumentParser) -> None:
    """A scenario to begin with, and where the page is."""
    parser.add_argument(
        "scenario",
        nargs="?",
        type=path_name,
        default=Path("typical_generalist.yaml"),
        metavar="SCENARIO",
        help="scenario to begin with (default typical_generalist.yaml)",
    )
    parser.add_argument("--port", type=int, default=8501, metavar="N", help="port (default 8501)")
    parser.add_argument(
        "--out",
        type=path_name,
        default=Path("results/app"),
        metavar="DIR",
        help="folder of its studies (default results/app)",
    )
    parser.add_argument("--no-browser", action="store_true", help="open no browser")


def run(options: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    if find_spec("streamlit") is None:
        raise UsageError(
            "denialloop app: the page needs Streamlit, which is not installed; `make app` in a "
            "clone, or: pip install 'denialloop[app]'"
        )
    from sim.scenario.checked import load

    start = load(_named(options.scenario))
    if not 1 <= options.port <= 65535:
        raise UsageError(f"denialloop app: --port is {options.port}; allowed is 1 to 65535")
    with socket.socket() as probe:
        if probe.connect_ex((HERE, options.port)) == 0:
            raise UsageError(f"denialloop app: port {options.port} is in use; --port names another")
    page = Path(__file__).parents[1] / "app" / "page.py"
    said = [f"--{key}={value}" for key, value in SERVER.items()]
    said += [f"--server.port={options.port}", f"--browser.serverPort={options.port}"]
    said.append(f"--server.headless={str(options.no_browser).lower()}")
    folder = options.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        FOLDER: str(folder),
        SCENARIO: str(start.written),
        # The folder above the package: the page is a script, and imports it.
        "PYTHONPATH": os.pathsep.join(
            filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")))
        ),
    }
    say(
        f"The page is at http://{HERE}:{options.port} (Ctrl-C ends it); its studies are in {folder}"
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(page), *said], env=environment
    )
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        return FINE


def _named(scenario: Path) -> str:
    """A file, or the name of a shipped scenario."""
    return str(scenario if scenario.exists() else scenario.with_suffix(""))
