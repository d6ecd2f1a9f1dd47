"""What the command line may say: the parser, and the options that commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sim.model import AUTO, ENGINES
from sim.scenario.meant import number_meant
from sim.scenario.problems import did_you_mean

REPLICATIONS = 10
MOST_REPLICATIONS = 100_000
MOST_POINTS = 10_000
MOST_WORKERS = 256
FORMATS = ("html", "xlsx", "pptx")


class UsageError(Exception):
    """A command line that cannot be obeyed; the text says why and what is allowed."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` and knows the nearest right option."""

    def error(self, message: str) -> NoReturn:
        """What argparse calls for every mistake it finds."""
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help")

    def check_options(self, words: Sequence[str]) -> None:
        """Refuse unknown options before their values are taken for something else."""
        known = list(self._option_string_actions)
        for word in words:
            name = word.partition("=")[0]
            if word == "--":
                return
            if name.startswith("-") and name[1:2] not in (*"0123456789.", "") and name not in known:
                near = did_you_mean(name, known) or f"see {self.prog} --help"
                raise UsageError(f"{self.prog}: unknown option {name}; {near}")


def number(kind: type[int] | type[float], what: str, fits: Callable[[float], bool]) -> Any:
    """A converter for argparse that names what is allowed."""

    def convert(text: str) -> int | float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not fits(value):
            raise argparse.ArgumentTypeError(_not(text, what))
        return value

    return convert


def _not(text: str, what: str) -> str:
    """That a text is not what is allowed, and what was probably meant."""
    meant = number_meant(text)
    known = meant and meant != f"write {text}"
    return f"{text!r} is not {what}" + (f"; {meant}" if known else "")


def whole(low: int, high: int) -> Any:
    """A converter for whole numbers from `low` to `high`."""
    what = f"a whole number from {low} to {high}"
    return number(int, what, lambda value: low <= value <= high)


def path_name(text: str) -> Path:
    """The name of a file or folder; an empty one, such as an unset variable leaves, is none."""
    if not text.strip():
        raise argparse.ArgumentTypeError('the name is empty; "." is the current folder')
    return Path(text)


def share(text: str) -> float:
    """A share written as `2%` or `0.02`."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(_not(text, "a share such as 2% or 0.02"))
    return value


def scenario_options(parser: argparse.ArgumentParser) -> None:
    """Options that change a scenario."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a value, such as vendors.generalist.turnover.annual_rate=0.3; repeatable",
    )
    parser.add_argument(
        "--seed", type=whole(0, 2**63 - 1), metavar="N", help="seed of all random numbers"
    )
    parser.add_argument(
        "--scale",
        type=number(float, "a number from 0.0001 to 20", lambda value: 0.0001 <= value <= 20),
        metavar="X",
        help="size of the hospital, 1 for the one described",
    )


def study_options(parser: argparse.ArgumentParser) -> None:
    """Options that every study has."""
    scenario_options(parser)
    many = parser.add_mutually_exclusive_group()
    many.add_argument(
        "--replications",
        type=whole(1, MOST_REPLICATIONS),
        metavar="N",
        help=f"replications of each scenario (default {REPLICATIONS}; "
        "with --precision the most there may be)",
    )
    many.add_argument(
        "--extend",
        type=whole(1, MOST_REPLICATIONS),
        metavar="N",
        help="N more replications than the finished study in the folder has",
    )
    parser.add_argument(
        "--precision",
        type=share,
        metavar="P",
        help="replicate until the intervals of all main KPIs are within P, such as 2%%",
    )
    parser.add_argument(
        "--workers",
        type=whole(1, MOST_WORKERS),
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes (default: one per processor); results do not depend on it",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=AUTO,
        help="what drives the simulation: auto (default) takes the compiled engine where it can be "
        "had, else simpy; results do not depend on it",
    )
    parser.add_argument(
        "--out", type=path_name, metavar="DIR", help="folder to write (default results/NAME)"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="only go on with a study that the folder holds; finished replications are always kept",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, no tables")
    json_option(parser)


def target_option(parser: argparse.ArgumentParser) -> None:
    """Limits whose chance of being met is told."""
    parser.add_argument(
        "--target",
        action="append",
        type=_target,
        default=[],
        metavar="KPI<=LIMIT",
        help="tell the chance that a KPI is at most (<=) or at least (>=) a limit, such as "
        "'denials.initial_rate<=5%%'; repeatable",
    )


def _target(text: str) -> Any:
    from sim.study.targets import parse  # numpy, which --help can do without

    try:
        target = parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not KPI<=LIMIT or KPI>=LIMIT, such as denials.initial_rate<=5%"
        ) from None
    kpi_name(target.kpi)
    return target


def export_option(parser: argparse.ArgumentParser) -> None:
    """What happened in a replication, as files."""
    parser.add_argument(
        "--export",
        type=_exports,
        default=(),
        metavar="LIST",
        help="write what happened in replication 0 of each scenario into export/: some of claims, "
        "events, agents (or one form of them: events.xes, claims.parquet, …)",
    )


def _exports(text: str) -> tuple[str, ...]:
    """Names of exports."""
    from sim.study.export import wanted  # numpy, which --help can do without

    try:
        return wanted([name.strip().lower() for name in text.split(",")])
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def ensemble_option(parser: argparse.ArgumentParser) -> None:
    """Joint draws of what is not known exactly."""
    parser.add_argument(
        "--ensemble",
        type=path_name,
        metavar="FILE",
        help="joint draws of fields, as `calibrate` writes them: each row is the world of two "
        "replications, and intervals hold what is not known of it",
    )


def report_options(parser: argparse.ArgumentParser) -> None:
    """Which reports are made, and how they look."""
    parser.add_argument(
        "--formats",
        type=_formats,
        default=FORMATS,
        metavar="LIST",
        help=f"reports to make: some of {','.join(FORMATS)} (default all), or none: then no chart "
        "is drawn either",
    )
    parser.add_argument(
        "--brand",
        type=path_name,
        metavar="FILE",
        help="YAML file with name, logo, accent and colours",
    )
    parser.add_argument(
        "--template",
        type=path_name,
        metavar="FILE",
        help="PowerPoint template (.potx or .pptx) on which the deck is built",
    )


def _formats(text: str) -> tuple[str, ...]:
    """Some of the kinds of report."""
    kinds = tuple(dict.fromkeys(kind.strip().lower() for kind in text.split(",")))
    if kinds == ("none",):
        return ()
    for kind in kinds:
        if kind not in FORMATS:
            near = did_you_mean(kind, FORMATS) or f"allowed: {', '.join(FORMATS)} or none"
            raise argparse.ArgumentTypeError(f"there is no format {kind!r}; {near}")
    return kinds


def sweep_options(parser: argparse.ArgumentParser) -> None:
    """What is varied in a sweep, and which KPIs are shown."""
    parser.add_argument("scenario", type=path_name, metavar="SCENARIO", help="scenario file")
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="PATH=VALUES",
        help="values 0.1,0.2, a range '0.1..0.8 step 0.1', or 0.1:0.8 to sample; repeated: a grid",
    )
    parser.add_argument(
        "--sample",
        type=whole(2, MOST_POINTS),
        metavar="N",
        help="N points of a Latin hypercube instead of a grid",
    )
    parser.add_argument(
        "--design", type=path_name, metavar="FILE", help="a design in CSV or YAML instead of --vary"
    )
    parser.add_argument(
        "--kpi",
        action="append",
        type=kpi_name,
        default=[],
        metavar="NAME",
        help="KPI to show, instead of the usual ones; repeatable",
    )
    study_options(parser)
    report_options(parser)


def kpi_name(name: str) -> str:
    """The name of a KPI that a run can give."""
    known = kpi_names()
    if name not in known:
        near = did_you_mean(name, known) or "docs/kpis.md lists them"
        raise argparse.ArgumentTypeError(f"there is no KPI {name!r}; {near}")
    return name


def kpi_names() -> list[str]:
    """Every KPI that a run can give, the members of families one by one."""
    from sim.model.codes import CATEGORIES, CAUSES, QUEUES, VISIT_CAUSES
    from sim.record.kpis import AR_BANDS, FAMILIES, KPIS  # numpy, which --help can do without

    losses = (*CAUSES, "under_coding", "cdi_gap", "over_coding", "short_pay", "takeback")
    families = {
        "money.loss_usd.": losses,
        "money.leakage.": (*losses, "open"),
        "denials.category.": CATEGORIES,
        "visits.": CAUSES[-VISIT_CAUSES:],
        "money.ar_aged_share.": AR_BANDS,
        **{family: QUEUES for family in FAMILIES if family.startswith("work.")},
    }
    return [*KPIS, *(family + name for family, names in families.items() for name in names)]


def json_option(parser: argparse.ArgumentParser) -> None:
    """Every command that has a result can print it for another program."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
