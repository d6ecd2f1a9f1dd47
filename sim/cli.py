"""The command line: parse, call, print.

A command is one entry of `COMMANDS`: what it does, which options it adds, and a function from the
parsed options to an exit code. Each imports what it needs when it runs, so that `--help` is quick.
Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import TextIOWrapper

from sim import streams
from sim.commands import (
    ablate,
    app,
    breakeven,
    calibrate,
    forecast,
    matrix,
    plan,
    report,
    rfp,
    scenarios,
    scorecard,
    select,
    sensitivity,
    study,
    sweep,
    template,
)
from sim.commands.common import BAD_INPUT, FAILED, FINE, INTERRUPTED, complain
from sim.options import Parser, UsageError, sweep_options
from sim.scenario.problems import ScenarioError, did_you_mean
from sim.study import Interrupted, StudyError
from sim.version import __version__, commit

TRACEBACK = "DENIALLOOP_TRACEBACK"
"""Environment variable: if it is set, a fault of the program ends in its traceback."""
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
        return _obey(words)
    finally:
        streams.leave()


def _obey(words: Sequence[str]) -> int:
    """Run one command, and put into words whatever ends it."""
    try:
        code = _command(words) if words else _start()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except (ScenarioError, UsageError) as error:
        return complain(str(error), BAD_INPUT)
    except StudyError as error:
        return complain(str(error), error.exit_code)
    except Interrupted as stop:
        return complain(f"{stop}: the same command goes on there", INTERRUPTED)
    except KeyboardInterrupt:
        return complain("stopped", INTERRUPTED)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        return FINE
    except OSError as error:
        return complain(f"{error.filename or 'system'}: {error.strerror or error}", FAILED)
    except MemoryError:
        return complain("there is not enough memory; fewer --workers need less", FAILED)
    except Exception as error:
        return _fault(error)


def _fault(error: Exception) -> int:
    """What nobody foresaw, in one line; the traceback is there for those who ask for it."""
    if os.environ.get(TRACEBACK):
        raise error
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return complain(f"a fault of the program: {told}; {TRACEBACK}=1 shows where", FAILED)


def _command(words: Sequence[str]) -> int:
    options = _parse(words)
    options.command_line = ["denialloop", *map(streams.printable, words)]
    return COMMANDS[options.command].run(options)


def _start() -> int:
    print(START, end="")
    return FINE


class Version(argparse.Action):
    """Prints the version and the commit it was made from; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and leave."""
        made_from = commit()
        print(f"denialloop {__version__}" + (f" (commit {made_from})" if made_from else ""))
        parser.exit()


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        prog="denialloop",
        description="Workforce and turnover simulator for outsourced hospital claims work.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=Version, nargs=0, help="Print version and commit.")
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


@dataclass(frozen=True, slots=True)
class Command:
    """What a command does, the options it has, and the function that does it."""

    summary: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = {
    "run": Command("Simulate one scenario.", study.run_options, study.run),
    "compare": Command(
        "Compare scenarios with the first under the same random numbers.",
        study.compare_options,
        study.compare,
    ),
    "forecast": Command(
        "Tell the weeks to come from today's stock, and when backlogs are cleared.",
        forecast.forecast_options,
        forecast.forecast,
    ),
    "score": Command(
        "Hold a kept forecast against what was then observed.",
        forecast.score_options,
        forecast.score,
    ),
    "sweep": Command(
        "Run a scenario at many values of some of its fields.", sweep_options, sweep.run
    ),
    "report": Command(
        "Rebuild page, workbook and deck of a finished study.", report.options, report.run
    ),
    "breakeven": Command(
        "Find the value of a field at which two scenarios come out the same.",
        breakeven.options,
        breakeven.run,
    ),
    "sensitivity": Command(
        "Find which fields move a KPI, or the difference between two scenarios.",
        sensitivity.options,
        sensitivity.run,
    ),
    "ablate": Command(
        "Tell what each attribute of one vendor would be worth to the other.",
        ablate.options,
        ablate.run,
    ),
    "select": Command(
        "Choose the best of several scenarios, with a guarantee.", select.options, select.run
    ),
    "plan": Command(
        "Search for the best whole numbers (people, classes, hours) under limits.",
        plan.options,
        plan.run,
    ),
    "matrix": Command(
        "Find which of two vendors suits each of the five functions.", matrix.options, matrix.run
    ),
    "rfp": Command(
        "Rank bids by price, realisation, net value and defensibility.", rfp.options, rfp.run
    ),
    "scorecard": Command(
        "Hold every claim of the article against the model.", scorecard.options, scorecard.run
    ),
    "calibrate": Command(
        "Turn a user's own extracts into a calibrated scenario.", calibrate.options, calibrate.run
    ),
    "app": Command("Open a local page on which a planner turns levers.", app.options, app.run),
    "template": Command(
        "Write the workbook that a planner fills in for calibrate.", template.options, template.run
    ),
    "validate": Command("Check scenario files.", scenarios.validate_options, scenarios.validate),
    "show": Command(
        "Print a scenario in full, with the origin of each value.",
        scenarios.show_options,
        scenarios.show,
    ),
    "schema": Command(
        "Print the JSON Schema of scenario files, for editors.",
        scenarios.schema_options,
        scenarios.schema,
    ),
    "init": Command(
        "Write the shipped scenarios into a folder.", scenarios.init_options, scenarios.init
    ),
}
