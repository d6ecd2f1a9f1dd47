"""A fuzzer of input files: mutates the shipped scenarios and daily counts, and loads them.

    python -m tests.fuzz.inputs --count 20000 --seed 1

Every file must load, or end in a `ScenarioError` that names a place: no other error, not more than
ten seconds, not more than a gigabyte. What loads is now and then simulated for some days, too. The
files that do otherwise are kept in a folder, with what happened. `test_inputs.py` runs a few in the
suite.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from sim.model.simulation import run
from sim.scenario import ScenarioError
from sim.scenario.load import load, shipped_configs

SECONDS, BYTES = 10, 1 << 30
BATCH = 250
SIMULATED_SHARE = 0.02
CONFIGS = shipped_configs()
SMALL = ("hospital.scale=0.002", "horizon_days=40", "kpi_from_days=1", "kpi_until_days=5")

WORDS = (
    "",
    " ",
    "\t",
    "\n",
    "\r",
    "\x00",
    "\x85",
    "\ufeff",
    "\u2028",
    "é",
    "\U0001f600",
    "\ud800",
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    ",",
    "#",
    "&a ",
    "*a",
    "<<: *a",
    "!replace ",
    "!!str ",
    "!!python/object:os.system ",
    "!!binary ",
    "|",
    ">",
    "'",
    '"',
    "\\",
    "---",
    "...",
    "%YAML 9.9",
    "@",
    "`",
    "?",
    "~",
    "null",
    "true",
    "no",
    "012",
    "0x1F",
    "0o17",
    "1_000",
    "1e999",
    "-1e999",
    ".nan",
    ".inf",
    "-.inf",
    "-1",
    "-0.0",
    "0",
    "1",
    "1.5",
    "1e-320",
    "1e308",
    "9" * 30,
    "9" * 5000,
    "8:30",
    "2026-02-30",
    "2025-13-01",
    "0000-01-01",
    "9999-12-31",
    "auto",
    "all",
    "extends: self.yaml",
    "extends: [self.yaml]",
    "extends: 3",
    "extends: /dev/zero",
    "extends: ..",
    "teams: {a: 1}",
    "teams: []",
    "queues: []",
    "vendors: []",
    "timeline: [{kind: volume}]",
    "[[[[[[[[",
    "{a: {a: {a: ",
    "a" * 10_000,
)
NUMBERS = ("0", "1", "0.5", "2", "7", "1e-9", "0.99", "40", "365", "100000", "-1", "1.5", "1e308")
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(12)
)
NESTED = ("[" * 20_000, "{a: " * 5_000, "- " * 5_000, "? " * 5_000, "a:\n" + " a:\n" * 3_000)
HEADER = "date,setting,payer,count"
COUNTED = """extends: generalist.yaml
horizon_days: 40
kpi_from_days: 1
kpi_until_days: 5
hospital: {arrivals: {file: counts.csv}}
"""
PAYERS = ("medicare", "medicare_advantage", "commercial", "managed_medicaid", "medicaid", "other")

Text = str
Mutation = Callable[[random.Random, Text], Text]


def pieces(rng: random.Random, text: Text) -> Text:
    """Cut, double or replace a few characters."""
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.randint(0, 15))
        put = rng.choice((*WORDS, text[start:end] * 2))
        text = text[:start] + put + text[end:]
    return text


def lines(rng: random.Random, text: Text) -> Text:
    """Drop, double, swap, indent or join lines."""
    rows = text.split("\n")
    for _ in range(rng.randint(1, 2)):
        i, j = rng.randrange(len(rows)), rng.randrange(len(rows))
        action = rng.randrange(6)
        if action == 0:
            rows[i] = ""
        elif action == 1:
            rows.insert(j, rows[i])
        elif action == 2:
            rows[i], rows[j] = rows[j], rows[i]
        elif action == 3:
            rows[i] = " " * rng.randint(1, 6) + rows[i]
        elif action == 4:
            rows[i] = rows[i].lstrip()
        else:
            rows[i] += rows[j]
    return "\n".join(rows)


def values(rng: random.Random, text: Text) -> Text:
    """Give some keys another value: of another type, out of bounds, or from elsewhere."""
    rows = text.split("\n")
    keyed = [i for i, row in enumerate(rows) if ":" in row.split("#")[0]]
    for _ in range(rng.randint(1, 3)):
        if keyed:
            i = rng.choice(keyed)
            value = rng.choice((*WORDS, rows[rng.choice(keyed)].partition(":")[2]))
            rows[i] = f"{rows[i].partition(':')[0]}: {value}"
    return "\n".join(rows)


def numbers(rng: random.Random, text: Text) -> Text:
    """Put other numbers where numbers stand: most such files are sound, and some extreme."""
    found = list(re.finditer(r"(?<=[ \[])-?\d+(\.\d+)?(?=[,\]}\s])", text))
    for match in sorted(
        rng.sample(found, min(len(found), rng.randint(1, 4))), key=lambda m: -m.start()
    ):
        text = text[: match.start()] + rng.choice(NUMBERS) + text[match.end() :]
    return text


def keys(rng: random.Random, text: Text) -> Text:
    """Misspell, double or transplant keys."""
    rows = text.split("\n")
    keyed = [i for i, row in enumerate(rows) if ":" in row.split("#")[0]]
    for _ in range(rng.randint(1, 3)):
        if keyed:
            i = rng.choice(keyed)
            key, _, rest = rows[i].partition(":")
            other = rows[rng.choice(keyed)].partition(":")[0]
            rows[i] = rng.choice(
                (
                    f"{key}x:{rest}",
                    f"{other}:{rest}",
                    f"{key[:-1]}:{rest}",
                    f"{rows[i]}\n{rows[i]}",
                    f"? {rows[i]}",
                )
            )
    return "\n".join(rows)


def monsters(rng: random.Random, text: Text) -> Text:
    """Files made to exhaust a parser."""
    return rng.choice((LAUGHS, text + "\n" + LAUGHS, *NESTED, text * rng.randint(1, 40), ""))


MUTATIONS: tuple[Mutation, ...] = (pieces, lines, values, numbers, numbers, keys)


def mutated(rng: random.Random, text: Text) -> bytes:
    """A file's bytes after some mutations; now and then bytes are damaged too."""
    if rng.random() < 0.02:
        text = monsters(rng, text)
    for _ in range(rng.choice((1, 1, 2))):
        text = rng.choice(MUTATIONS)(rng, text)
    content = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.05:
        damaged = bytearray(content or b"x")
        for _ in range(rng.randint(1, 8)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        content = bytes(damaged)
    return (
        rng.choice((content, content, content, b"\xef\xbb\xbf" + content)) if content else content
    )


def counts_file(rng: random.Random) -> Text:
    """A sound file of daily counts for the forty days of `COUNTED`."""
    rows = [HEADER]
    for day in range(45):
        setting = rng.choice(("inpatient", "outpatient"))
        on = date(2025, 1, 1) + timedelta(day)
        rows += [f"{on},{setting},{payer},7" for payer in rng.sample(PAYERS, 2)]
    return "\n".join(rows) + "\n"


def outcome_of(path: Path, simulate: bool) -> str:
    """How loading ends: loaded, refused, simulated; an error of the program is raised."""
    try:
        model = load(path).scenario
        if not simulate:
            return "loaded"
        model = load(path, SMALL).scenario
    except ScenarioError as error:
        named = bool(error.problems) and all(p.file and p.message for p in error.problems)
        if not named or len(str(error).splitlines()) > 61:
            raise RuntimeError(f"not told well:\n{error}") from error
        return "refused"
    run(model, 0)
    return "simulated"


def shipped_files() -> list[tuple[Path, Path]]:
    """Each shipped file, and the scenario through which it is read."""
    scenarios = {
        path.stem: path for path in (*CONFIGS.glob("*.yaml"), *CONFIGS.glob("article/*.yaml"))
    }
    whole = {"base": "generalist", "front_end": "five_functions_generalist"}
    pairs = []
    for path in sorted((*scenarios.values(), *(CONFIGS / "vendors").glob("*.yaml"))):
        entry = scenarios[whole.get(path.stem, path.stem)]
        pairs.append((path.relative_to(CONFIGS), entry.relative_to(CONFIGS)))
    return pairs


def files(seed: int, first: int, count: int, folder: Path) -> Iterator[tuple[Path, Path, bool]]:
    """Write the files numbered from `first`; each is a function of the seed and its number.

    Gives the file, the scenario to load, and whether to simulate it; `folder` holds the shipped
    files, and each is as it was when the next file is written.
    """
    shipped = shipped_files()
    (folder / "counted.yaml").write_text(COUNTED, encoding="utf-8")
    for number in range(first, first + count):
        rng = random.Random(f"{seed}.{number}")
        simulate = rng.random() < SIMULATED_SHARE
        if rng.random() < 0.15:
            path = folder / "counts.csv"
            path.write_bytes(mutated(rng, counts_file(rng)))
            yield path, folder / "counted.yaml", simulate
        else:
            file, entry = rng.choice(shipped)
            path = folder / file
            sound = path.read_bytes()
            path.write_bytes(mutated(rng, sound.decode("utf-8")))
            yield path, folder / entry, simulate
            path.write_bytes(sound)


def _batch(job: tuple[int, int, int, Path, Path]) -> Counter[str]:
    """Load a batch in a process of its own; keep the files that end badly."""
    seed, first, count, folder, kept = job
    # What is loaded already counts too.
    resource.setrlimit(resource.RLIMIT_AS, (2 * BYTES, 2 * BYTES))
    signal.signal(signal.SIGALRM, _too_long)
    mine = Path(tempfile.mkdtemp(dir=folder))
    for path in CONFIGS.rglob("*.yaml"):
        target = mine / path.relative_to(CONFIGS)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    tally: Counter[str] = Counter()
    for offset, (path, entry, simulate) in enumerate(files(seed, first, count, mine)):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        signal.alarm(SECONDS * (3 if simulate else 1))
        began = time.monotonic()
        try:
            ended = outcome_of(entry, simulate)
        except BaseException:
            ended = "CRASHED"
            text = traceback.format_exc()
        finally:
            signal.alarm(0)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        if grown * 1024 > BYTES / 2:
            ended, text = "GREW", f"by {grown / 1024:.0f} MB"
        tally[ended] += 1
        tally["slowest ms"] = max(tally["slowest ms"], round(1000 * (time.monotonic() - began)))
        if ended in ("CRASHED", "GREW"):
            name = f"{seed}-{first + offset}-{path.name}"
            (kept / name).write_bytes(path.read_bytes())
            (kept / f"{name}.txt").write_text(f"{path} in {entry}\n{text}", encoding="utf-8")
    return tally


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s")


def fuzz(count: int, seed: int, kept: Path, workers: int, show: bool = True) -> Counter[str]:
    """Load `count` files, and tell how many ended how."""
    kept.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    slowest = 0
    with tempfile.TemporaryDirectory() as name:
        jobs = [
            (seed, first, min(BATCH, count - first), Path(name), kept)
            for first in range(0, count, BATCH)
        ]
        with get_context("fork").Pool(workers, maxtasksperchild=1) as pool:
            for tally in pool.imap_unordered(_batch, jobs):
                slowest = max(slowest, tally.pop("slowest ms"))
                total += tally
                if show:
                    print(f"\r{total.total():,} of {count:,}: {dict(total)}", end="", flush=True)
    total["slowest ms"] = slowest
    return total


def main() -> int:
    """Run the fuzzer; exit code 1 if any file ended badly."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path, default=Path("results/fuzz"))
    options = parser.parse_args()
    total = fuzz(options.count, options.seed, options.keep, options.workers)
    print()
    bad = total["CRASHED"] + total["GREW"]
    if bad:
        print(f"{bad} files ended badly; see {options.keep}")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
