"""Build hook: puts the commit into what is built, for `denialloop --version`."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `sim/COMMIT` to wheels and source archives that are built from a clone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Ask git; a source archive holds the file already, an editable install needs none."""
        if version == "editable" or not (Path(self.root) / ".git").exists():
            return
        command = ["git", "rev-parse", "--short=12", "HEAD"]
        commit = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True)
        file = Path(self.root) / "build" / "COMMIT"
        file.parent.mkdir(exist_ok=True)
        file.write_text(commit.stdout, encoding="utf-8")
        build_data["force_include"][str(file)] = "sim/COMMIT"
