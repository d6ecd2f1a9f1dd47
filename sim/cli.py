"""The command line: parse, call, print.

A command is one entry of `COMMANDS`: what it does, which options it adds, and a function from the
parsed options to an exit code. Each imports what it needs when it runs, so that `--help` is quick.
Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import __version__
from sim.options import (
    REPLICATIONS,
    Parser,
    UsageError,
    json_option,
    scenario_options,
    study_options,
    sweep_options,
)
from sim.scenario.problems import Problem, ScenarioError, did_you_mean
from sim.study import Interrupted, StudyError

if TYPE_CHECKING:
    from sim.scenario.load import Loaded
    from sim.scenario.schema import Scenario
    from sim.study.compare import Comparison, Summary
    from sim.study.replicate import StudyResult
    from sim.study.statistics import Precision

FINE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
MOST_NAME = 120  # characters of a folder named after its scenarios

START = """\
denialloop simulates outsourced claims work: people, turnover, denials, money. To begin:

  denialloop init my-scenarios
  cd my-scenarios
  denialloop compare generalist.yaml specialized.yaml --scale 0.1

`denialloop --help` lists all commands, `denialloop compare --help` the options of one.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 fine, 1 failed, 2 bad input, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # no name and no sign ends a study in a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _command(words) if words else _start()
        sys.stdout.flush()
        return code
    except (ScenarioError, UsageError) as error:
        return _complain(str(error), BAD_INPUT)
    except StudyError as error:
        return _complain(str(error), error.exit_code)
    except Interrupted as stop:
        return _complain(f"{stop}: the same command goes on there", INTERRUPTED)
    except KeyboardInterrupt:
        return _complain("stopped", INTERRUPTED)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except OSError as error:
        return _complain(f"{error.filename or 'system'}: {error.strerror or error}", FAILED)


def _command(words: Sequence[str]) -> int:
    options = _parse(words)
    options.command_line = ["denialloop", *words]
    return COMMANDS[options.command].run(options)


def _start() -> int:
    print(START, end="")
    return FINE


def _complain(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        prog="denialloop",
        description="Workforce and turnover simulator for outsourced hospital claims work.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"denialloop {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    parsers = {}
    for name, command in COMMANDS.items():
        parsers[name] = commands.add_parser(
            name, help=command.summary, description=command.summary, allow_abbrev=False
        )
        command.add_options(parsers[name])
    if words[0] in parsers:
        parsers[words[0]].check_options(words[1:])
    elif words[0].startswith("-"):
        parser.check_options(words[:1])
    else:
        near = did_you_mean(words[0], parsers) or f"commands: {', '.join(parsers)}"
        raise UsageError(f"denialloop: unknown command {words[0]}; {near}")
    return parser.parse_args(words)


# --- run and compare ------------------------------------------------------------------------------


def _run(options: argparse.Namespace) -> int:
    return _study(options, [options.scenario])


def _compare(options: argparse.Namespace) -> int:
    if len(options.scenarios) < 2:
        raise UsageError("denialloop compare: name at least two scenarios, the baseline first")
    return _study(options, options.scenarios)


def _study(options: argparse.Namespace, paths: Sequence[Path]) -> int:
    """Load, replicate, write and print; nothing is written before all scenarios are valid."""
    scenarios = _load_all(options, paths)
    folder = _folder(options.out or Path("results", _study_name(paths)))
    result = _simulate(options, scenarios, folder)

    from sim.report.terminal import headline
    from sim.study.compare import compare
    from sim.study.tables import write_study

    comparisons = compare(result)
    write_study(result, folder, command=options.command_line, comparisons=comparisons)
    _write_charts(result, folder, comparisons, scenarios[0].hospital.scale)
    found = headline(result, comparisons)
    return _print_study(options, result, folder, comparisons, found, _tables(result, comparisons))


def _simulate(
    options: argparse.Namespace, scenarios: Sequence[Scenario], folder: Path
) -> StudyResult:
    """Replicate the scenarios as the options say, with progress."""
    replications, precision = _how_many(options, folder)

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
        )


def _write_charts(
    result: StudyResult, folder: Path, comparisons: Sequence[Comparison], scale: float
) -> dict[str, str]:
    """The charts of the study, and of each scenario beside its tables; gives those left out."""
    from sim.report.build import write_charts
    from sim.study.tables import only, scenario_folders

    drawn = write_charts(result, folder / "charts", scale=scale, comparison=comparisons)
    if len(result.names) > 1:
        for name, below in scenario_folders(result.names).items():
            part, into = only(result, name), folder / below / "charts"
            write_charts(part, into, scale=scale, among=result.names)
    return dict(drawn.skipped)


def _tables(result: StudyResult, comparisons: Sequence[Comparison]) -> Callable[[bool], str]:
    """The tables to print, with or without colour."""
    from sim.report import terminal

    if len(result.names) > 1:
        return lambda colour: terminal.comparison_text(result, comparisons, colour=colour)
    return lambda colour: terminal.run_text(result, colour=colour)


def _print_study(
    options: argparse.Namespace,
    result: StudyResult,
    folder: Path,
    comparisons: Sequence[Comparison],
    found: str,
    tables: Callable[[bool], str],
    **more: object,
) -> int:
    """What was found: as tables and a sentence, only the sentence, or one JSON object with `more`.

    Then every failed replication; gives the exit code.
    """
    from sim.report import terminal
    from sim.study.compare import CAVEAT, summarise

    if options.json:
        _print_json(
            {
                "found": found,
                "caveat": CAVEAT,
                "folder": str(folder),
                "scenarios": result.names,
                "seed": result.seed,
                "replications": result.replications,
                "stopped_because": result.stopped_because,
                "failures": len(result.failures),
                **more,
                "summary": [_flat(row) for row in summarise(result)],
                "comparison": [_flat(row) for row in comparisons],
            }
        )
    else:
        if not options.quiet:
            print(tables(terminal.wants_colour()))
        reused = f", {result.reused} of them from before" if result.reused else ""
        print(f"{found} ({result.stopped_because}{reused})\nEverything is in {folder}")
    for failure in result.failures:
        where = f"{failure.scenario}, replication {failure.replication}, seed {failure.seed}"
        _complain(f"failed: {where}: {failure.error}", FAILED)
    return FAILED if result.failures else FINE


def _flat(row: Summary | Comparison) -> dict[str, Any]:
    return {**asdict(row), "kpi": row.kpi.name, "unit": row.kpi.unit}


def _load_all(options: argparse.Namespace, paths: Sequence[Path]) -> list[Scenario]:
    """The scenarios, under names that differ: a second one of a name is called after its file."""
    loaded: list[Scenario] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded.append(_load(options, path).scenario)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    named: dict[str, Scenario] = {}
    for path, scenario in zip(paths, loaded, strict=True):
        name, number = scenario.name, 1
        while name in named:
            name = path.stem if number == 1 else f"{path.stem}-{number}"
            number += 1
        named[name] = scenario.model_copy(update={"name": name})
    return list(named.values())


def _load(options: argparse.Namespace, path: Path) -> Loaded[Scenario]:
    from sim.scenario.load import load

    return load(path, _overrides(options))


def _overrides(options: argparse.Namespace) -> list[str]:
    """What the options of a command lay upon each scenario."""
    overrides = list(options.set)
    if options.seed is not None:
        overrides.append(f"seed={options.seed}")
    if options.scale is not None:
        overrides.append(f"hospital.scale={options.scale!r}")
    return overrides


def _study_name(paths: Sequence[Path]) -> str:
    name = "_vs_".join(path.stem for path in paths)
    if len(name) > MOST_NAME:
        raise UsageError("so many scenarios make no folder name: give one with --out DIR")
    return name


def _folder(path: Path) -> Path:
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


def _how_many(options: argparse.Namespace, folder: Path) -> tuple[int, Precision | None]:
    """Replications and precision asked for."""
    manifest, ledger = folder / "manifest.json", folder / "ledger.sqlite"
    if options.resume and not ledger.exists():
        raise UsageError(f"--resume: there is no study in {folder}; leave it out to start one")
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


# --- sweep ----------------------------------------------------------------------------------------


def _sweep(options: argparse.Namespace) -> int:
    """Run one scenario at every point of a design; nothing is written before all are valid."""
    from sim.study import sweep

    if bool(options.vary) == bool(options.design):
        raise UsageError("denialloop sweep: say what to vary, with --vary or with --design")
    if options.design and options.sample:
        raise UsageError("denialloop sweep: --sample goes with --vary; in YAML, sample is a key")
    if options.design:
        design = sweep.from_file(options.design)
    else:
        design = sweep.from_options(options.vary, options.sample)
    scenarios = sweep.scenarios(options.scenario, _overrides(options), design)
    name, scale = options.scenario.stem, scenarios[0].hospital.scale
    folder = _folder(options.out or Path("results", f"{name}_sweep"))
    result = _simulate(options, scenarios, folder)

    from sim.report.build import write_chart
    from sim.report.charts.sweep import chart
    from sim.report.sweep import sweep_text, swept
    from sim.study.compare import compare

    comparisons = compare(result)
    sweep.write_sweep(result, design, folder, command=options.command_line, comparisons=comparisons)
    made = swept(result, design, comparisons, name=name, scale=scale, kpis=options.kpi)
    write_chart(chart(made), folder / "charts")
    found, points = f"{made.finding(ends=True)}.", design.plain()
    tables = partial(sweep_text, made)
    return _print_study(options, result, folder, comparisons, found, tables, points=points)


# --- scenarios ------------------------------------------------------------------------------------


def _validate(options: argparse.Namespace) -> int:
    from sim.scenario.load import load

    found: dict[str, list[dict[str, Any]]] = {}
    for path in options.files:
        try:
            load(path)
        except ScenarioError as error:
            found[str(path)] = [asdict(problem) for problem in error.problems]
            if not options.json:
                _complain(str(error), BAD_INPUT)
        else:
            found[str(path)] = []
            if not options.json:
                print(f"{path}: OK")
    if options.json:
        _print_json(
            {file: {"ok": not problems, "problems": problems} for file, problems in found.items()}
        )
    return BAD_INPUT if any(found.values()) else FINE


def _show(options: argparse.Namespace) -> int:
    from sim.scenario.load import show

    loaded = _load(options, options.scenario)
    if options.json:
        _print_json({"scenario": loaded.resolved, "origins": loaded.origins})
    else:
        print(show(loaded), end="")
    return FINE


def _schema(options: argparse.Namespace) -> int:
    from sim.scenario.reference import json_schema, markdown
    from sim.scenario.schema import Scenario

    print(markdown(Scenario) if options.reference else json_schema(Scenario), end="")
    return FINE


def _init(options: argparse.Namespace) -> int:
    from sim.scenario.load import shipped_configs

    source, target = shipped_configs(), _folder(options.folder)
    files = sorted(file.relative_to(source) for file in source.rglob("*") if file.is_file())
    there = [str(file) for file in files if (target / file).exists()]
    if there and not options.force:
        raise UsageError(f"{target} already has {', '.join(there)}; --force overwrites them")
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, target / file)
    print(f"Wrote {len(files)} files to {target}.")
    return FINE


def _print_json(value: object) -> None:
    """One JSON object; a number that is not finite becomes null."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    print(json.dumps(plain(value), allow_nan=False))


# --- the commands ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """What a command does, the options it has, and the function that does it."""

    summary: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _validate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="scenario file")
    json_option(parser)


def _show_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", type=Path, metavar="FILE", help="scenario file")
    scenario_options(parser)
    json_option(parser)


def _schema_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reference", action="store_true", help="print the scenario reference in Markdown instead"
    )


def _init_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write into")
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", type=Path, metavar="SCENARIO", help="scenario file")
    study_options(parser)


def _compare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenarios",
        nargs="+",
        type=Path,
        metavar="SCENARIO",
        help="scenario files, at least two; the first is the baseline",
    )
    study_options(parser)


COMMANDS = {
    "run": Command("Simulate one scenario.", _run_options, _run),
    "compare": Command(
        "Compare scenarios with the first under the same random numbers.",
        _compare_options,
        _compare,
    ),
    "sweep": Command("Run a scenario at many values of some of its fields.", sweep_options, _sweep),
    "validate": Command("Check scenario files.", _validate_options, _validate),
    "show": Command(
        "Print a scenario in full, with the origin of each value.", _show_options, _show
    ),
    "schema": Command(
        "Print the JSON Schema of scenario files, for editors.", _schema_options, _schema
    ),
    "init": Command("Write the shipped scenarios into a folder.", _init_options, _init),
}
