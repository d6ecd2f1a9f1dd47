"""Measures the full model against a bare SimPy M/M/c loop and writes `results/bench.json`.

`python bench/bench.py` runs each part in a process of its own, so that memory is that of the part
alone. Machines drift and have neighbours: the bare loop runs before and after every round of the
model, a ratio compares a round with the loops around it, and the median of the rounds is told
beside the least and the greatest.

`python bench/bench.py scales` prints time and memory by scale, `python bench/bench.py profile`
where the time goes; both are tables of docs/performance.md.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import random
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from statistics import mean, median
from typing import Any

import simpy

ROOT = Path(__file__).resolve().parent.parent
SERVERS, LOAD, CUSTOMERS = 10, 0.85, 200_000
ROUNDS = 5
SCALES = ("0.1", "0.3", "1.0", "3.0")
YEAR = ("horizon_days=365", "kpi_from_days=90", "kpi_until_days=60")


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

    began = time.perf_counter()
    env.process(source())
    env.run()
    return CUSTOMERS / (time.perf_counter() - began)


def hospital_year(scenario: str, scale: float) -> dict[str, float]:
    """One year of a scenario: claims, work items, seconds, peak memory."""
    from sim.model.simulation import run
    from sim.scenario.load import load

    loaded = load(ROOT / f"configs/{scenario}.yaml", [f"hospital.scale={scale}", *YEAR])
    began = time.perf_counter()
    record = run(loaded.scenario, 0)
    seconds = time.perf_counter() - began
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


def measure() -> dict[str, float]:
    """All figures of `results/bench.json`."""
    bare, full = [in_child("bare")], []
    for _ in range(ROUNDS):
        full.append(in_child("generalist", "1.0"))
        bare.append(in_child("bare"))
    five = in_child("five_functions_generalist", "1.0")
    bare.append(in_child("bare"))
    small = in_child("generalist", "0.1")
    ratios = [
        run["items"] / run["seconds"] / mean(around)
        for run, around in zip([*full, five], pairwise(bare), strict=True)
    ]
    five_ratio = ratios.pop()
    seconds = median(run["seconds"] for run in full)
    claims, items = full[0]["claims"], full[0]["items"]
    return {
        "bare_simpy_customers_per_s": median(bare),
        "work_items_per_s": items / seconds,
        "ratio": median(ratios),
        "ratio_least": min(ratios),
        "ratio_greatest": max(ratios),
        "claims": claims,
        "work_items": items,
        "seconds": seconds,
        "peak_rss_mb": max(run["peak_rss_mb"] for run in full),
        "five_functions_work_items": five["items"],
        "five_functions_seconds": five["seconds"],
        "five_functions_ratio": five_ratio,
        "five_functions_peak_rss_mb": five["peak_rss_mb"],
        "growth": (seconds / claims) / (small["seconds"] / small["claims"]),
    }


def print_scales() -> None:
    """One year of each scenario at several scales, the median of three runs each."""
    print("| scenario | scale | claims | work items | seconds | items/s | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for scenario in ("generalist", "five_functions_generalist"):
        for scale in SCALES:
            runs = [in_child(scenario, scale) for _ in range(3)]
            one = sorted(runs, key=itemgetter("seconds"))[1]
            print(f"| `{scenario}` | {scale} | {one['claims']:,.0f} | {one['items']:,.0f} "
                  f"| {one['seconds']:.1f} | {one['items'] / one['seconds']:,.0f} "
                  f"| {one['peak_rss_mb']:,.0f} |")  # fmt: skip


def module_of(file: str) -> str:
    """A file of the model or of SimPy by its path from there; all else together."""
    parts = Path(file).parts
    for folder in ("model", "simpy"):
        if folder in parts[-3:-1]:
            return "/".join(parts[parts.index(folder, len(parts) - 3) :])
    return "other"


def print_profile() -> None:
    """Where one year at full size spends its time: own time by module of the program."""
    with cProfile.Profile() as profile:
        hospital_year("generalist", 1.0)
    own: dict[str, float] = defaultdict(float)
    calls: dict[str, int] = defaultdict(int)
    # Built-in functions count for whoever calls them.
    for (file, _, _), (_, count, seconds, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        places = [(file, count, seconds)] if file != "~" else [
            (caller[0], 0, share[2]) for caller, share in callers.items()
        ]  # fmt: skip
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
    if sys.argv[1:] == ["profile"]:
        print_profile()
        return
    if len(sys.argv) > 1:
        part, *scale = sys.argv[1:]
        found = hospital_year(part, float(*scale)) if scale else bare_customers_per_s()
        print(json.dumps(found))
        return
    figures = measure()
    out = ROOT / "results" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:28s} {value:,.3f}")


if __name__ == "__main__":
    main()
