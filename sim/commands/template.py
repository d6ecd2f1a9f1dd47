"""`template`: the workbook that a planner fills in for `calibrate`."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from sim.commands.calibrate import base_file
from sim.commands.common import FINE
from sim.options import UsageError, path_name
from sim.streams import say


def options(parser: argparse.ArgumentParser) -> None:
    """The file, and the scenario whose names it offers."""
    parser.add_argument("file", type=path_name, metavar="FILE.xlsx", help="workbook to write")
    parser.add_argument(
        "--base",
        type=path_name,
        default=Path("typical_generalist.yaml"),
        metavar="SCENARIO",
        help="scenario whose names it offers (default typical_generalist.yaml)",
    )
    parser.add_argument("--vendor", metavar="NAME", help="vendor of the base")
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")


def run(options: argparse.Namespace) -> int:
    """Write the workbook."""
    from sim.calibrate.calibration import vendor_of
    from sim.calibrate.problems import InputError
    from sim.calibrate.write.template import template
    from sim.scenario.load import load

    file: Path = options.file
    if file.suffix.lower() != ".xlsx":
        raise UsageError(f"denialloop template: {file} must end in .xlsx")
    if file.exists() and not options.force:
        raise UsageError(f"denialloop template: {file} is there already; --force overwrites it")
    loaded = load(base_file(options.base))
    try:
        vendor = vendor_of(loaded.scenario, options.vendor)
    except InputError as error:
        raise UsageError(str(error)) from None
    values = {".".join(map(str, path)): node.value for path, node in loaded.tree.leaves()}
    content = template(loaded.scenario, vendor.name, values)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(prefix=".template-", dir=file.parent)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    os.chmod(aside, 0o644)
    os.replace(aside, file)
    say(f"Wrote {file}; fill in what you know, then: denialloop calibrate {file} --base ...")
    return FINE
