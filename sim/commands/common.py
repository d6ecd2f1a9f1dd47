"""What commands share: scenarios loaded, folders found, replications made, results printed."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.options import REPLICATIONS, UsageError
from sim.scenario.problems import Problem, ScenarioError
from sim.streams import printable, say

if TYPE_CHECKING:
    from sim.scenario.load import Loaded
    from sim.scenario.schema import Scenario
    from sim.study.ensemble import Load, Worlds
    from sim.study.executor import Crew
    from sim.study.replicate import StudyResult
    from sim.study.statistics import Precision

FINE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""
MOST_NAME = 120  # characters of a folder named after its scenarios


def complain(text: str, code: int) -> int:
    """Print on standard error; gives the exit code back."""
    say(text, sys.stderr)
    return code


def load_all(options: argparse.Namespace, paths: Sequence[Path]) -> list[Scenario]:
    """The scenarios, under names that differ: a second one of a name is called after its file."""
    loaded: list[Scenario] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded.append(load_one(options, path).scenario)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    from sim.study.comparable import check_comparable

    check_comparable(loaded, paths)
    named: dict[str, Scenario] = {}
    for path, scenario in zip(paths, loaded, strict=True):
        name, number = scenario.name, 1
        while name in named:
            name = stem(path) if number == 1 else f"{stem(path)}-{number}"
            number += 1
        named[name] = scenario.model_copy(update={"name": name})
    return list(named.values())


def drawn_worlds(
    options: argparse.Namespace, paths: Sequence[Path], scenarios: Sequence[Scenario]
) -> Worlds | None:
    """The worlds of each scenario under the ensemble that was asked for, if one was."""
    if options.ensemble is None:
        return None
    from sim.scenario.load import load
    from sim.study.comparable import check_comparable
    from sim.study.ensemble import read_ensemble

    if options.precision is not None:
        raise UsageError("--precision and --ensemble do not go together: say --replications N")
    ensemble, laid_on = read_ensemble(options.ensemble), overrides(options)
    for field in ensemble.paths:
        if any(said.partition("=")[0] == field for said in laid_on):
            raise UsageError(f"{field} is set on the command line and drawn in {ensemble.file}")

    def loader(path: Path) -> Load:
        return lambda row: load(path, [*laid_on, *row])

    named = {s.name: loader(path) for s, path in zip(scenarios, paths, strict=True)}
    worlds = ensemble.worlds(named, how_many(options, folder_of(options, paths))[0])
    for each in zip(*worlds.by_name.values(), strict=True):
        check_comparable(each, paths)
    return worlds


def folder_of(options: argparse.Namespace, paths: Sequence[Path]) -> Path:
    """Where a study of these scenario files is kept."""
    return folder_for(options.out or Path("results", study_name(paths)))


def load_one(options: argparse.Namespace, path: Path) -> Loaded[Scenario]:
    """The scenario of a file, with what the options lay upon it."""
    from sim.scenario.load import load

    return load(path, overrides(options))


def overrides(options: argparse.Namespace) -> list[str]:
    """What the options of a command lay upon each scenario."""
    laid_on = list(options.set)
    if options.seed is not None:
        laid_on.append(f"seed={options.seed}")
    if options.scale is not None:
        laid_on.append(f"hospital.scale={options.scale!r}")
    return laid_on


def stem(path: Path) -> str:
    """The name of a scenario file without its ending, as texts and tables can hold it."""
    return printable(path.stem)


def study_name(paths: Sequence[Path]) -> str:
    """The name of a study of these scenario files."""
    name = "_vs_".join(map(stem, paths))
    if len(name) > MOST_NAME:
        raise UsageError("so many scenarios make no folder name: give one with --out DIR")
    return name


def folder_for(path: Path) -> Path:
    """`path`, if a folder can be there; nothing is created yet."""
    try:
        existing = next(folder for folder in (path, *path.parents) if folder.exists())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name another folder") from error
    if not existing.is_dir():
        raise UsageError(f"{path}: {existing} is a file; name a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(f"{path}: {existing} may not be written; name another folder")
    return path


def how_many(options: argparse.Namespace, folder: Path) -> tuple[int, Precision | None]:
    """Replications and precision asked for."""
    manifest = folder / "manifest.json"
    replications = options.replications
    if options.extend is not None:
        try:
            done = json.loads(manifest.read_text(encoding="utf-8"))["replications"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"--extend: there is no finished study in {folder}") from error
        replications = done + options.extend
    if options.precision is None:
        return replications or REPLICATIONS, None

    from sim.study.statistics import Precision

    cap = {"cap": replications} if replications else {}
    return replications or REPLICATIONS, Precision(options.precision, **cap)


def check_resume(
    options: argparse.Namespace, scenarios: Sequence[Scenario], folder: Path, ensemble: str = ""
) -> None:
    """Refuse --resume and --extend where the folder holds no study of these scenarios."""
    if options.resume and not (folder / "ledger.sqlite").exists():
        raise UsageError(f"--resume: there is no study in {folder}; leave it out to start one")
    if options.extend is not None and not (folder / "manifest.json").exists():
        raise UsageError(f"--extend: there is no finished study in {folder}")
    if options.resume or options.extend is not None:
        from sim.study.resume import check_resumed

        check_resumed("--resume" if options.resume else "--extend", scenarios, folder, ensemble)


def simulate(
    options: argparse.Namespace,
    scenarios: Sequence[Scenario],
    folder: Path,
    crew: Crew | None = None,
    worlds: Worlds | None = None,
) -> StudyResult:
    """Replicate the scenarios as the options say, with progress; by a crew that stays, if given.

    Who gives a crew simulates step by step, and has called `check_resume` before the first step.
    """
    if crew is None:
        check_resume(options, scenarios, folder, worlds.ensemble.sha256 if worlds else "")
    replications, precision = how_many(options, folder)

    from sim.report.progress import shown_progress
    from sim.study.replicate import run_study

    with shown_progress(options.quiet) as on_progress:
        return run_study(
            scenarios,
            folder,
            replications=replications,
            workers=options.workers,
            precision=precision,
            on_progress=on_progress,
            engine=options.engine,
            tell=(lambda _: None) if options.quiet else partial(say, stream=sys.stderr),
            crew=crew,
            worlds=worlds,
        )


def print_json(value: object) -> None:
    """One JSON object; a number that is not finite becomes null."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    say(json.dumps(plain(value), allow_nan=False))
