"""A fuzzer of extreme values: whatever validation passes, both engines run, and run alike.

    python -m tests.fuzz.extremes --count 20000 --seed 1

Every number of a scenario that models everything takes the ends of its range and what lies just
inside and outside, alone; then pairs and triples of such values are drawn. What validation passes
must run without an error and without a warning, give numbers that are finite, and give the same
record under both engines. `test_extremes.py` runs every value that stands alone for a short while,
and some pairs.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import resource
import signal
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from sim.model import engines
from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.scenario.people_checks import written_heads
from sim.scenario.schema import Scenario
from sim.scenario.timeline import Volume
from sim.study.store import encode
from tests.digests import digests
from tests.whole import Number, Path_, Plain, changed, everything, hurried, numbers

Change = tuple[Path_, object]

DAYS = 60
SMALL: dict[Path_, object] = {
    ("horizon_days",): DAYS,
    ("kpi_from_days",): 10,
    ("kpi_until_days",): 10,
    ("drain_days",): 200,
    ("hospital", "scale"): 0.004,
    ("hospital", "outpatient", "claims_per_year"): 60_000,
}
MOST_WORK = 40_000
"""Claims and people beyond which a value is sound, but too dear to run here."""
SECONDS, BYTES = 20, 3 << 30
DATES = (
    "0001-01-01",
    "1899-12-31",
    "1999-12-31",
    "2024-02-29",
    "2038-01-19",
    "2099-12-31",
    "2261-01-01",
    "9999-12-31",
)
COUNTRIES = ("US", "DE", "IN", "PH", "us", "XX", "none", "CW", "AX", "MARS")


def base() -> Plain:
    """The scenario that values are put into: everything, for some weeks, on a small hospital."""
    return hurried(everything(), SMALL)


def ends(number: Number) -> list[float]:
    """The ends of a range, what lies just inside and outside, and what a range may forget."""
    finite = [end for end in (number.low, number.high) if math.isfinite(end)]
    if number.whole:
        near = [end + step for end in finite for step in (-1, 0, 1)]
        return sorted({int(v) for v in (*near, 0, 1, 2, 365, 2**31, 2**53, -1)})
    near = [math.nextafter(end, to) for end in finite for to in (-math.inf, math.inf)]
    far = (0.0, 5e-324, 1e-300, 1e-12, 1e-3, 0.5, 1.0, 1e4, 1e15, 1e300, sys.float_info.max, -1.0)
    return sorted({*finite, *near, *far})


def singles(data: Plain) -> Iterator[tuple[Change, ...]]:
    """Every number at every end, one at a time; dates and countries, too."""
    for number in numbers(data):
        for value in ends(number):
            yield ((number.path, value),)
    for date in DATES:
        yield (("start",), date), (("timeline",), [])
    for country in COUNTRIES:
        yield ((("calendar", "country"), country),)


def several(data: Plain, rng: random.Random) -> tuple[Change, ...]:
    """Two or three numbers at their ends; of lists of numbers now and then all at once."""
    every = numbers(data)
    chosen = rng.sample(every, rng.choice((2, 2, 3)))
    if rng.random() < 0.3:
        first = chosen[0].path
        chosen = [n for n in every if n.path[:-1] == first[:-1]][:3] or chosen
    return tuple((n.path, rng.choice([v for v in ends(n) if _inside(n, v)])) for n in chosen)


def _inside(number: Number, value: float) -> bool:
    lowest = value > number.low if number.above else value >= number.low
    return lowest and (value < number.high if number.below else value <= number.high)


def too_dear(scenario: Scenario) -> bool:
    """Whether a run would take more than a fuzzer has time for."""
    hospital = scenario.hospital
    claims = (hospital.inpatient.claims_per_year + hospital.outpatient.claims_per_year) / 365
    surge = math.prod(max(1.0, e.factor) for e in scenario.timeline if isinstance(e, Volume))
    people = sum(written_heads(scenario, t) or 0 for t in scenario.teams)
    people += sum(getattr(e, "headcount", 0) for e in scenario.timeline)
    people += sum(getattr(e, "heads", 0) for e in scenario.timeline)
    return (
        claims * hospital.scale * surge * scenario.horizon_days > MOST_WORK
        or people * hospital.scale * scenario.horizon_days > MOST_WORK / 4
        or scenario.horizon_days > 2 * DAYS
    )


def outcome_of(data: Plain, changes: tuple[Change, ...]) -> str:
    """How a scenario with such values ends: refused, left out as too dear, or run.

    An error of the program, a warning, a number that is not finite and two records that differ are
    raised.
    """
    scenario = changed(data, changes)
    if scenario is None:
        return "refused"
    if too_dear(scenario):
        return "too dear"
    with warnings.catch_warnings(), np.errstate(over="warn", invalid="warn", divide="warn"):
        warnings.simplefilter("error")
        record = run(scenario, 0, engines.SIMPY)
        found = outcome(record)
        encode(found)
        if engines.choose().name == engines.COMPILED:
            compiled = digests(run(scenario, 0, engines.COMPILED))
            assert compiled == digests(record), "the engines differ"
    infinite = [name for name, value in found.kpis.items() if math.isinf(value)]
    assert not infinite, f"not finite: {', '.join(infinite)}"
    return "run"


def fuzz(data: Plain, cases: Iterable[tuple[Change, ...]]) -> tuple[Counter[str], list[str]]:
    """Run some cases, none longer than `SECONDS`; the tally of how they end, and what failed."""
    tally: Counter[str] = Counter()
    failed: list[str] = []
    signal.signal(signal.SIGALRM, _too_long)
    for changes in cases:
        signal.alarm(SECONDS)
        try:
            tally[outcome_of(data, changes)] += 1
        except Exception as error:
            tally["FAILED"] += 1
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
            shown = ", ".join(f"{'.'.join(map(str, p))}={v!r}" for p, v in changes)
            failed.append(f"{shown}: {type(error).__name__}: {error} ({where})")
            print(failed[-1], file=sys.stderr, flush=True)
        finally:
            signal.alarm(0)
    return tally, failed


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s")


def main() -> int:
    """Run the fuzzer; exit code 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--several", action="store_true", help="leave single values out")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    data, rng = base(), random.Random(options.seed)
    drawn = (several(data, rng) for _ in range(options.count))
    tally, failed = fuzz(data, itertools.chain(() if options.several else singles(data), drawn))
    print(dict(tally))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
