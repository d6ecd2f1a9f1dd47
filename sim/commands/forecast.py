"""`forecast` and `score`: what is to come week by week, and how well that was told."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.answers import conclude, looks
from sim.commands.common import (
    FINE,
    drawn_worlds,
    folder_for,
    load_one,
    overrides,
    print_json,
    simulate,
    stem,
)
from sim.options import (
    UsageError,
    ensemble_option,
    json_option,
    path_name,
    report_options,
    study_options,
    whole,
)
from sim.streams import say

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

WEEKS, LEAST_WEEKS, MOST_WEEKS = 26, 5, 104
REPLICATIONS = 40
"""Enough that four lie beyond each end of the band."""


def forecast_options(parser: argparse.ArgumentParser) -> None:
    """A scenario, how far ahead, and what every study has."""
    parser.add_argument("scenario", type=path_name, metavar="SCENARIO", help="scenario file")
    parser.add_argument(
        "--weeks",
        type=whole(LEAST_WEEKS, MOST_WEEKS),
        default=WEEKS,
        metavar="N",
        help=f"weeks ahead (default {WEEKS})",
    )
    parser.add_argument(
        "--cleared-by",
        type=_date,
        metavar="DATE",
        help="tell the chance that queues have caught up by a date (default: the last day)",
    )
    parser.add_argument(
        "--below",
        type=whole(0, 10_000_000),
        metavar="N",
        help="call a queue cleared when N items or fewer wait (default: when none has waited for "
        "longer than the queue's due_days)",
    )
    study_options(parser)
    ensemble_option(parser)
    report_options(parser)


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date of the form YYYY-MM-DD")
    return found


def forecast(options: argparse.Namespace) -> int:
    """Replicate the weeks to come, write their bands, and tell them."""
    scenario = _ahead(options)
    last = scenario.start + timedelta(scenario.horizon_days - 1)
    by = options.cleared_by or last
    if not scenario.start <= by <= last:
        raise UsageError(
            f"denialloop forecast: --cleared-by {by} lies outside the forecast; allowed: "
            f"{scenario.start} to {last} (--weeks N looks further)"
        )
    if options.replications is None and options.extend is None:
        options.replications = REPLICATIONS
    folder = folder_for(options.out or Path("results", f"forecast_{stem(options.scenario)}"))
    options.out = folder
    worlds = drawn_worlds(options, [options.scenario], [scenario])
    brand = looks(options)

    from sim.report.forecast import Told, answer
    from sim.study.forecast import cleared, forecasts, horizon, tables

    if worlds is not None:
        worlds = worlds.each(lambda world: horizon(world, options.weeks))
    result = simulate(options, [scenario], folder, worlds=worlds)

    rows, when = forecasts(result), cleared(result, by, options.below)
    made = answer(Told(result, rows, when, by, options.below))
    return conclude(options, brand, folder, result, made, files=tables(rows, when, by))


def _ahead(options: argparse.Namespace) -> Scenario:
    """The scenario for the weeks asked for; one that is shorter has to hold for longer, too."""
    from sim.scenario.load import load
    from sim.study.forecast import WEEK_DAYS, horizon

    scenario, days = load_one(options, options.scenario).scenario, WEEK_DAYS * options.weeks
    if scenario.horizon_days < days:
        longer = [f"horizon_days={days}", "kpi_from_days=0", "kpi_until_days=0"]
        scenario = load(options.scenario, [*overrides(options), *longer]).scenario
    return horizon(scenario, options.weeks)


def score_options(parser: argparse.ArgumentParser) -> None:
    """A forecast, and what came."""
    parser.add_argument(
        "folder", type=path_name, metavar="FORECAST_DIR", help="folder of a finished forecast"
    )
    parser.add_argument(
        "observed",
        type=path_name,
        metavar="OBSERVED",
        help="CSV of what was observed: date (or week), quantity, part, value",
    )
    json_option(parser)


def score(options: argparse.Namespace) -> int:
    """Hold a kept forecast against what was then observed."""
    from sim.report.score import text
    from sim.study.score import observed, read_forecast, scores, table
    from sim.study.tables import write_csv

    rows = read_forecast(options.folder)
    found = scores(rows, observed(options.observed, rows))
    write_csv(options.folder / "score.csv", *table(found))
    if options.json:
        print_json({"scores": [each._asdict() for each in found.scores], "unused": found.unused})
    else:
        say(text(found))
        say(f"All of it is in {options.folder / 'score.csv'}")
    return FINE
