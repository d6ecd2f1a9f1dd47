"""`calibrate`: from a user's own extracts to a calibrated scenario."""

from __future__ import annotations

import argparse
import traceback
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.commands.common import FINE, folder_for, print_json, stem
from sim.options import UsageError, json_option, path_name
from sim.scenario.problems import ScenarioError
from sim.streams import say
from sim.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.calibrate.calibration import Calibration
    from sim.calibrate.evidence import Fit


def options(parser: argparse.ArgumentParser) -> None:
    """The extracts, the base, and where to write."""
    parser.add_argument(
        "files", nargs="+", type=path_name, metavar="FILE", help="an extract, or a folder of them"
    )
    parser.add_argument(
        "--base",
        type=path_name,
        required=True,
        metavar="SCENARIO",
        help="scenario that keeps what the extracts do not say",
    )
    parser.add_argument(
        "--as-of", type=_day, required=True, metavar="DATE", help="day of the extracts, YYYY-MM-DD"
    )
    parser.add_argument(
        "--vendor", metavar="NAME", help="vendor of the base whose people the extracts show"
    )
    parser.add_argument(
        "--since",
        type=_day,
        metavar="DATE",
        help="first day from which the table of people has everybody who left",
    )
    parser.add_argument(
        "--map", type=path_name, metavar="FILE", help="own names of columns (a draft is written)"
    )
    parser.add_argument(
        "--out", type=path_name, metavar="DIR", help="folder to write (default results/NAME)"
    )
    json_option(parser)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2025-06-30") from None


def run(options: argparse.Namespace) -> int:
    """Read, fit, write all or nothing, and say what was found."""
    from sim.calibrate.calibration import Task, calibrate, defaults, held_against, vendor_of
    from sim.calibrate.problems import InputError
    from sim.calibrate.read.mapping import read_mapping
    from sim.calibrate.sources import OUTPUTS, UnknownError
    from sim.calibrate.write import folder as folders
    from sim.scenario.load import load

    base = base_file(options.base)
    loaded = load(base)
    folder = options.out or Path("results", f"{stem(base)}_calibrated")
    try:
        folders.check_folder(folder, OUTPUTS)
        vendor = vendor_of(loaded.scenario, options.vendor)
        names = read_mapping(options.map)
        task = Task(loaded.scenario, base, vendor, options.as_of, names, options.since)
        found = calibrate(options.files, task)
        fits = held_against(base, found.fits)
        about = {
            "program": f"denialloop {__version__}",
            "as_of": options.as_of.isoformat(),
            "base": base.name,
            "vendor": vendor.name,
        }
        files = _texts(fits, found, base, folder, about, defaults(loaded, fits))
        folders.write_folder(folder, files, OUTPUTS, _check)
    except UnknownError as error:
        draft = folder_for(folder.parent) / f"{folder.name}.columns.yaml"
        if draft.exists():
            raise UsageError(f"{error}; say with --map what it holds") from None
        draft.write_text(error.draft, encoding="utf-8")
        raise UsageError(f"{error}; fill in {draft} and give it with --map") from None
    except InputError as error:
        raise UsageError(str(error)) from None
    except (ScenarioError, UsageError, OSError, MemoryError):
        raise
    except Exception as error:
        raise Unforeseen(_without_content(error)) from None
    _say(options, fits, folder, about)
    return FINE


class Unforeseen(Exception):  # noqa: N818 - its name is printed before what it says
    """A fault of the program, told without a word of what was being read."""


def _without_content(error: Exception) -> str:
    """Kind and place of a fault: what Python says of one may quote a cell, and so a name."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def base_file(path: Path) -> Path:
    """A scenario file, or the shipped one of that name."""
    from sim.scenario.load import shipped_configs

    shipped = shipped_configs() / path
    return shipped if not path.exists() and shipped.exists() else path


def _texts(
    fits: Sequence[Fit],
    found: Calibration,
    base: Path,
    folder: Path,
    about: dict[str, Any],
    kept: list[dict[str, Any]],
) -> dict[str, str]:
    """What is written, by name of the file."""
    from sim.calibrate.write.scenario_file import scenario_text
    from sim.calibrate.write.tables import calibration_csv, ensemble_csv, evidence_json
    from sim.report.calibration import page

    files = {
        "calibrated.yaml": scenario_text(fits, base, folder),
        "calibration.csv": calibration_csv(fits),
        "evidence.json": evidence_json(fits, found.sources, kept, about),
        "ensemble.csv": ensemble_csv(fits),
        "fit.html": page(fits, found.sources, kept, about),
    }
    return {name: text for name, text in files.items() if text}


def _check(folder: Path) -> None:
    """Hold what was written against the schema before it is put in place."""
    from sim.scenario.load import load

    load(folder / "calibrated.yaml")


def _say(
    options: argparse.Namespace, fits: Sequence[Fit], folder: Path, about: dict[str, Any]
) -> None:
    from sim.calibrate.write.tables import rows_for_json
    from sim.calibrate.write.terminal import fits_text

    if options.json:
        print_json({**about, "folder": str(folder), "fields": rows_for_json(fits)})
        return
    say(fits_text(fits))
    say(f"Everything is in {folder}")
