"""Measures both engines against plain loops, in SimPy and in C, and writes `results/bench.json`.

`python bench/bench.py` runs each part in a process of its own, so that memory is that of the part
alone, and counts processor time. Machines drift and have neighbours: what is compared runs in turn,
a ratio is taken within a round, and the median of the rounds is told beside the least and greatest.

`python bench/bench.py scales` prints time and memory by scale, `python bench/bench.py profile`
where the time goes; both are tables of docs/performance.md.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import simpy

from sim.scenario.schema import Scenario

ROOT = Path(__file__).resolve().parent.parent
SERVERS, LOAD, CUSTOMERS = 10, 0.85, 200_000
ROUNDS = 5
SCALES = ("0.1", "0.3", "1.0", "3.0", "10.0")
WARM_UP_SCALE = 0.01
YEAR = ("horizon_days=365", "kpi_from_days=90", "kpi_until_days=60", "drain_days=0")
START = "from sim.model.engines import choose; print(choose())"


def bare_customers_per_s() -> float:
    """Customers per second of an M/M/c queue written as the SimPy documentation would."""
    rng = random.Random(1)
    env = simpy.Environment()
    servers = simpy.Resource(env, SERVERS)

    def customer() -> Generator[simpy.Event, Any, None]:
        with servers.request() as request:
            yield request
            yield env.timeout(rng.expovariate(1.0))

    def source() -> Generator[simpy.Event, Any, None]:
        for _ in range(CUSTOMERS):
            yield env.timeout(rng.expovariate(SERVERS * LOAD))
            env.process(customer())

    began = time.process_time()
    env.process(source())
    env.run()
    return CUSTOMERS / (time.process_time() - began)


def hospital_year(scenario: str, scale: float, engine: str) -> dict[str, float]:
    """One year of a scenario: claims, work items, seconds, peak memory.

    It is not the first one of its process, as most replications of a study are not: code is there
    (and with the compiled engine, memory of that size), and what is measured is the simulation.
    """
    from sim.model.simulation import run
    from sim.scenario.load import load, shipped_file

    def year(size: float) -> Scenario:
        return load(shipped_file(f"{scenario}.yaml"), [f"hospital.scale={size}", *YEAR]).scenario

    one = year(scale)
    run(one if engine == "compiled" else year(WARM_UP_SCALE), 1, engine)
    began = time.process_time()
    record = run(one, 0, engine)
    seconds = time.process_time() - began
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "claims": float(len(record.claims["day"])),
        "items": float(sum(record.agents["items"])),
        "seconds": seconds,
        "peak_rss_mb": peak_kb / (1024.0 if sys.platform != "darwin" else 1024.0**2),
    }


def in_child(*part: str) -> Any:
    """Run one part in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, *part], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return json.loads(done.stdout)


def c_items_per_s() -> float | None:
    """Items per second of the C loop in `mmc.c`; None without a compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "mmc"
        source = Path(__file__).with_name("mmc.c")
        subprocess.run([compiler, "-O2", str(source), "-o", str(program), "-lm"], check=True)
        runs = [
            subprocess.run([program], capture_output=True, text=True, check=True)
            for _ in range(ROUNDS)
        ]
    return median(float(run.stdout.split()[0]) for run in runs)


def processor_seconds(command: list[str], **more: str) -> float:
    """Processor time of a command and of all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def starts() -> dict[str, float]:
    """What the first compilation costs, a start from the cache, and the list of commands."""
    choose = [sys.executable, "-c", START]
    with tempfile.TemporaryDirectory() as cache:
        first = processor_seconds(choose, DENIALLOOP_CACHE=cache)
        later = median(processor_seconds(choose, DENIALLOOP_CACHE=cache) for _ in range(ROUNDS))
    command = [sys.executable, "-m", "sim", "--help"]
    return {
        "first_compilation_cpu_s": first - later,
        "start_from_cache_cpu_s": later,
        "help_cpu_s": median(processor_seconds(command) for _ in range(ROUNDS)),
    }


def compared(scenario: str) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """Full-size years of a scenario, by SimPy's engine and the compiled one in turn."""
    pairs = [
        (in_child(scenario, "1.0", "simpy"), in_child(scenario, "1.0", "compiled"))
        for _ in range(ROUNDS)
    ]
    return [simpy for simpy, _ in pairs], [compiled for _, compiled in pairs]


def measure() -> dict[str, float]:
    """All figures of `results/bench.json`."""
    bare, reference = [in_child("bare")], []
    for _ in range(ROUNDS):
        reference.append(in_child("generalist", "1.0", "simpy"))
        bare.append(in_child("bare"))
    ratios = [
        run["items"] / run["seconds"] / mean(around)
        for run, around in zip(reference, pairwise(bare), strict=True)
    ]
    figures = {
        "bare_simpy_customers_per_s": median(bare),
        "ratio": median(ratios),
        "ratio_least": min(ratios),
        "ratio_greatest": max(ratios),
    }
    for name, prefix in (("generalist", ""), ("five_functions_generalist", "five_functions_")):
        slow, fast = compared(name)
        times = [a["seconds"] / b["seconds"] for a, b in zip(slow, fast, strict=True)]
        seconds = median(run["seconds"] for run in fast)
        figures |= {
            f"{prefix}compiled_over_simpy": median(times),
            f"{prefix}compiled_over_simpy_least": min(times),
            f"{prefix}compiled_over_simpy_greatest": max(times),
            f"{prefix}claims": fast[0]["claims"],
            f"{prefix}work_items": fast[0]["items"],
            f"{prefix}seconds": seconds,
            f"{prefix}seconds_simpy": median(run["seconds"] for run in slow),
            f"{prefix}work_items_per_s": fast[0]["items"] / seconds,
            f"{prefix}peak_rss_mb": max(run["peak_rss_mb"] for run in fast),
            f"{prefix}peak_rss_mb_simpy": max(run["peak_rss_mb"] for run in slow),
        }
    growths = []
    for _ in range(3):
        one, three = (in_child("generalist", s, "compiled") for s in ("1.0", "3.0"))
        growths.append(three["seconds"] / three["claims"] / (one["seconds"] / one["claims"]))
    figures["growth"] = median(growths)
    plain = c_items_per_s()
    if plain is not None:
        figures["c_items_per_s"] = plain
        figures["against_c"] = figures["work_items_per_s"] / plain
    return figures | starts()


def print_scales() -> None:
    """One year of each scenario at several scales by the compiled engine."""
    print("| scenario | scale | claims | work items | seconds | items/s | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for scenario in ("generalist", "five_functions_generalist"):
        for scale in SCALES:
            one = in_child(scenario, scale, "compiled")
            print(
                f"| `{scenario}` | {scale} | {one['claims']:,.0f} | {one['items']:,.0f} "
                f"| {one['seconds']:.2f} | {one['items'] / one['seconds']:,.0f} "
                f"| {one['peak_rss_mb']:,.0f} |"
            )


def module_of(file: str) -> str:
    """A file of the model or of SimPy by its path from there; all else together."""
    parts = Path(file).parts
    for folder in ("model", "simpy"):
        if folder in parts[-3:-1]:
            return "/".join(parts[parts.index(folder, len(parts) - 3) :])
    return "other"


def print_profile(engine: str) -> None:
    """Where one year at full size spends its time: own time by module of the program."""
    with cProfile.Profile() as profile:
        hospital_year("generalist", 1.0, engine)
    own: dict[str, float] = defaultdict(float)
    calls: dict[str, int] = defaultdict(int)
    # Built-in functions count for whoever calls them.
    for (file, _, _), (_, count, seconds, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        places = (
            [(file, count, seconds)]
            if file != "~"
            else [(caller[0], 0, share[2]) for caller, share in callers.items()]
        )
        for place, times, spent in places:
            own[module_of(place)] += spent
            calls[module_of(place)] += times
    total = sum(own.values())
    print("| where | share of the time | calls of its functions |")
    print("|---|---:|---:|")
    for name in sorted(own, key=lambda n: -own[n]):
        if own[name] > 0.005 * total:
            print(f"| `{name}` | {own[name] / total:.0%} | {calls[name]:,} |")


def main() -> None:
    """Measure and write, or run one part when asked to."""
    if sys.argv[1:] == ["scales"]:
        print_scales()
        return
    if sys.argv[1:2] == ["profile"]:
        print_profile(*(sys.argv[2:] or ["compiled"]))
        return
    if len(sys.argv) > 1:
        part, *how = sys.argv[1:]
        found = hospital_year(part, float(how[0]), how[1]) if how else bare_customers_per_s()
        print(json.dumps(found))
        return
    figures = measure()
    out = ROOT / "results" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:44s} {value:,.3f}")


if __name__ == "__main__":
    main()
