"""`validate`, `show`, `schema` and `init`: scenario files checked, printed and written."""

from __future__ import annotations

import argparse
import shutil
from dataclasses import asdict
from typing import Any

from sim.commands.common import BAD_INPUT, FINE, complain, folder_for, load_one, print_json
from sim.options import UsageError, json_option, path_name, scenario_options
from sim.scenario.problems import ScenarioError


def validate_options(parser: argparse.ArgumentParser) -> None:
    """Files to check."""
    parser.add_argument("files", nargs="+", type=path_name, metavar="FILE", help="scenario file")
    json_option(parser)


def validate(options: argparse.Namespace) -> int:
    """Check files; all that is wrong with each."""
    from sim.scenario.load import load

    found: dict[str, list[dict[str, Any]]] = {}
    for path in options.files:
        try:
            load(path)
        except ScenarioError as error:
            found[str(path)] = [asdict(problem) for problem in error.problems]
            if not options.json:
                complain(str(error), BAD_INPUT)
        else:
            found[str(path)] = []
            if not options.json:
                print(f"{path}: OK")
    if options.json:
        print_json(
            {file: {"ok": not problems, "problems": problems} for file, problems in found.items()}
        )
    return BAD_INPUT if any(found.values()) else FINE


def show_options(parser: argparse.ArgumentParser) -> None:
    """A scenario, and changes to it."""
    parser.add_argument("scenario", type=path_name, metavar="FILE", help="scenario file")
    scenario_options(parser)
    json_option(parser)


def show(options: argparse.Namespace) -> int:
    """Print the resolved values with their origins."""
    from sim.scenario.load import show

    loaded = load_one(options, options.scenario)
    if options.json:
        print_json({"scenario": loaded.resolved, "origins": loaded.origins})
    else:
        print(show(loaded), end="")
    return FINE


def schema_options(parser: argparse.ArgumentParser) -> None:
    """Which form of the schema."""
    parser.add_argument(
        "--reference", action="store_true", help="print the scenario reference in Markdown instead"
    )


def schema(options: argparse.Namespace) -> int:
    """Print what a scenario may say."""
    from sim.scenario.reference import json_schema, markdown
    from sim.scenario.schema import Scenario

    print(markdown(Scenario) if options.reference else json_schema(Scenario), end="")
    return FINE


def init_options(parser: argparse.ArgumentParser) -> None:
    """Where to write."""
    parser.add_argument("folder", type=path_name, metavar="DIR", help="folder to write into")
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")


def init(options: argparse.Namespace) -> int:
    """Write the shipped scenarios into a folder."""
    from sim.scenario.load import shipped_configs

    source, target = shipped_configs(), folder_for(options.folder)
    files = sorted(file.relative_to(source) for file in source.rglob("*") if file.is_file())
    there = [str(file) for file in files if (target / file).exists()]
    if there and not options.force:
        raise UsageError(f"{target} already has {', '.join(there)}; --force overwrites them")
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, target / file)
    print(f"Wrote {len(files)} files to {target}.")
    return FINE
