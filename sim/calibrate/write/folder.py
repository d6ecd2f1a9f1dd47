"""All files of a calibration or none: written aside, then moved into place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from sim.calibrate.problems import InputError, Place


def check_folder(folder: Path, own: tuple[str, ...]) -> None:
    """Refuse a folder that holds anything but an earlier calibration."""
    if folder.exists() and not folder.is_dir():
        raise InputError(Place(str(folder)), "is no folder")
    others = (
        sorted(p.name for p in folder.iterdir() if p.name not in own) if folder.exists() else []
    )
    if others:
        raise InputError(
            Place(str(folder)),
            f"holds other files ({', '.join(others[:3])}{' …' if len(others) > 3 else ''})",
            "name a new folder with --out",
        )


def write_folder(
    folder: Path, files: Mapping[str, str], own: tuple[str, ...], check: Callable[[Path], None]
) -> None:
    """Write `files` into `folder`; `check` looks at them before anything there changes.

    They are written into a folder beside it first, so that relative names in them hold there too.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in files.items():
            (aside / name).write_text(text, encoding="utf-8")
        check(aside)
        aside.chmod(0o755)
        if not folder.exists():
            aside.rename(folder)
            return
        for name in own:
            if name in files:
                os.replace(aside / name, folder / name)
            else:
                (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
