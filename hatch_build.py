"""Build hook: puts the commit and the compiled engine into what is built."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `sim/COMMIT` to wheels and source archives that are built from a clone.

    Wheels also get the engine, compiled, where a C compiler and the libraries that the model needs
    are there (`--no-isolation`); they are then for this platform. Else they are for all, and the
    engine is compiled at the first run or, where there is no compiler, done without.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make both; an editable install needs neither."""
        if version == "editable":
            return
        self._add_commit(build_data)
        if self.target_name == "wheel":
            self._add_engine(build_data)

    def _add_commit(self, build_data: dict[str, Any]) -> None:
        """Ask git; a source archive holds the file already."""
        if not (Path(self.root) / ".git").exists():
            return
        command = ["git", "rev-parse", "--short=12", "HEAD"]
        commit = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True)
        file = Path(self.root) / "build" / "COMMIT"
        file.parent.mkdir(exist_ok=True)
        file.write_text(commit.stdout, encoding="utf-8")
        build_data["force_include"][str(file)] = "sim/COMMIT"

    def _add_engine(self, build_data: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "sim.model.compiled", "build/engine"]
        made = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        if made.returncode:
            self.app.display_info(f"without the compiled engine: {made.stderr.strip()}")
            return
        file = Path(self.root) / made.stdout.strip()
        build_data["force_include"][str(file)] = f"sim/model/compiled/{file.name}"
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
