"""A scenario and a simulation for tests of studies: known truth, common random numbers, no model.

`python -m tests.unit.study.toy FOLDER WORKERS REPLICATIONS` runs and writes a comparison of two of
them and prints a line for every finished replication.
"""

import math
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.record.record import Outcome
from sim.study import Interrupted, StudyError
from sim.study.compare import compare
from sim.study.replicate import run_study
from sim.study.tables import write_study

PIDS = "TOY_PIDS"
"""Environment variable: folder in which every worker leaves a file named after its process id."""
SECONDS = "TOY_SECONDS"
"""Environment variable: how long a replication takes."""
LARGE = "TOY_LARGE"
"""Environment variable: if it is set, an outcome is too large for a pipe to take at once."""


class Toy(BaseModel):
    """What a scenario needs to be studied, and what its outcome shall be."""

    model_config = ConfigDict(frozen=True)

    name: str = "toy"
    description: str = ""
    seed: int = 7
    start: str = "2025-01-01"
    horizon_days: int = 545
    kpi_from_days: int = 180
    kpi_until_days: int = 90
    hospital: dict[str, float] = {"scale": 1.0}
    effect: float = 0.0
    team: str = "inpatient"
    fails_at: tuple[int, ...] = ()
    kills_itself_at: tuple[int, ...] = ()
    file: str | None = Field(default=None, json_schema_extra={"path": True})


def simulate(toy: Toy, replication: int) -> Outcome:
    """Leakage is 0.2 + effect + luck, first-pass payment its opposite; the rest has no effect."""
    if folder := os.environ.get(PIDS):
        (Path(folder) / str(os.getpid())).touch()
    time.sleep(float(os.environ.get(SECONDS, 0)))
    if replication in toy.fails_at:
        raise ValueError(f"replication {replication} cannot be")
    if replication in toy.kills_itself_at:
        os.kill(os.getpid(), signal.SIGKILL)
    luck, own = np.random.default_rng([toy.seed, replication]).normal(0, 0.01, 2)
    leakage = 0.2 + toy.effect * (1 + float(own)) + float(luck)
    kpis = {
        "money.leakage": leakage,
        "claims.first_pass_payment_rate": 1 - leakage,
        "denials.initial_rate": 0.1 + float(luck),
        "denials.overturned_rate": math.nan if replication % 2 else 0.5 + float(own),
        "money.expected_usd": 123_456_789.12,
    }
    monthly = {
        "month": [0, 1],
        "month_start": ["2025-01-01", "2025-02-01"],
        "kpi": ["money.leakage", "money.leakage"],
        "value": [leakage, math.nan],
    }
    agents: dict[str, list[object]] = {
        "agent": [1],
        "team": [toy.team],
        "left": [""],
        "items": [-replication],
    }
    queues = {"week": [0], "queue": ["edits"], "backlog": [3]}
    if os.environ.get(LARGE):
        agents["noise"] = [np.random.default_rng(replication).bytes(1_000_000).hex()]
    return Outcome(kpis, {"monthly": monthly, "agents": agents, "queues": queues})


def main(folder: str, workers: str, replications: str) -> int:
    """Compare two toys; see the module."""
    try:
        result = run_study(
            [Toy(name="base"), Toy(name="more", effect=0.05)],
            Path(folder),
            replications=int(replications),
            workers=int(workers),
            on_progress=lambda progress: print(progress.done, progress.total, flush=True),
            simulate=simulate,
        )
        write_study(result, Path(folder), command=["toy"], comparisons=compare(result))
    except Interrupted as stop:
        print(stop, file=sys.stderr)
        return 130
    except StudyError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    from tests.unit.study import toy  # workers cannot import functions of __main__

    sys.exit(toy.main(*sys.argv[1:]))
