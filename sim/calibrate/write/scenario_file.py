"""The fitted values as a scenario file that extends the base, each with its origin behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.calibrate.evidence import Fit, Value, rounded
from sim.scenario.layers import shipped_configs
from sim.scenario.load import CALIBRATED

LISTS = ("payers", "categories", "queues", "certifications", "vendors", "teams")
"""Keys of a scenario that hold lists of named items."""


def scenario_text(fits: Sequence[Fit], base: Path, folder: Path) -> str:
    """The text of `calibrated.yaml`, which is to lie in `folder`."""
    fitted = [fit for fit in fits if fit.value is not None]
    lines = [
        "# Made by `denialloop calibrate`. Everything that is not here stays as in the base; why,",
        "# and how well each value is known, is in evidence.json beside this file.",
        f"extends: {json.dumps(_base_name(base, folder), ensure_ascii=False)}",
    ]
    tree: dict[str, Any] = {}
    for fit in fitted:
        *above, last = fit.path.split(".")
        node = tree
        for step in above:
            node = node.setdefault(step, {})
        node[last] = fit
    lines += _block(tree, 0, named=False)
    return "\n".join(lines) + "\n"


def _base_name(base: Path, folder: Path) -> str:
    """How the file names its base: a shipped one by its name, another one relative to itself."""
    shipped = shipped_configs()
    try:
        return str(base.resolve().relative_to(shipped.resolve()))
    except ValueError:
        return Path(os.path.relpath(base.resolve(), folder.resolve())).as_posix()


def _block(tree: Mapping[str, Any], depth: int, *, named: bool) -> list[str]:
    """Lines of a mapping, or of a list whose items are told by name."""
    pad, lines = "  " * depth, []
    for key, node in tree.items():
        if isinstance(node, Fit):
            value = "" if node.value is None else flow(node.value)
            if value.startswith("[{"):  # a list of lines has one for each
                lines.append(f"{pad}{key}:  # {origin(node)}")
                lines += [f"{pad}  - {_dumps(item)}" for item in json.loads(value)]
            else:
                lines.append(f"{pad}{key}: {value}  # {origin(node)}")
        elif named:
            inner = _block(node, depth + 1, named=False)
            lines += [f"{pad}- name: {json.dumps(key, ensure_ascii=False)}", *inner]
        else:
            lines += [f"{pad}{key}:", *_block(node, depth + 1, named=depth == 0 and key in LISTS)]
    return lines


def _dumps(item: object) -> str:
    return json.dumps(item, ensure_ascii=False)


def flow(value: Value) -> str:
    """A value on one line of YAML; a mix replaces the one below it whole."""
    plain = rounded(value) if not isinstance(value, dict) else value
    if isinstance(plain, dict):
        return "!replace {" + ", ".join(f"{name}: {part:g}" for name, part in plain.items()) + "}"
    return plain if isinstance(plain, str) else json.dumps(plain)


def origin(fit: Fit) -> str:
    """Where a value comes from, in one line."""
    interval = ""
    if isinstance(fit.low, int | float) and isinstance(fit.high, int | float):
        interval = f", 95 % {fit.low:.4g} to {fit.high:.4g}"
    told = f"{CALIBRATED}{fit.source}, n = {fit.n:,} {fit.n_of}{interval}, {fit.method}"
    return "".join(char if char.isprintable() else " " for char in told)
