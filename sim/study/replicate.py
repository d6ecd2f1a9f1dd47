"""Replications: one, and as many of each scenario as a study asks for.

What a study finds is decided by its scenarios, the model and the number of replications; workers,
the order in which they finish, and earlier interrupted starts change nothing.
"""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import numpy as np

from sim.model import AUTO, COMPILED
from sim.record.kpis import kpi
from sim.record.record import Outcome
from sim.scenario.schema import Scenario
from sim.study import Interrupted, StudyError
from sim.study.ensemble import Worlds
from sim.study.estimate import wider
from sim.study.executor import Crew, leave_if_imported
from sim.study.statistics import Precision
from sim.study.store import (
    LEDGER,
    Content,
    Ledger,
    code_hash,
    content_hash,
    content_of,
    decode,
    encode,
    plugins_of,
    under,
)

Simulate = Callable[[Scenario, int], Outcome]


@dataclass(frozen=True, slots=True)
class Progress:
    """Replications finished or failed, of those planned so far; seconds are None while unknown."""

    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A replication that ended in an error, with what is needed to see it again."""

    scenario: str
    replication: int
    seed: int
    traceback: str

    @property
    def error(self) -> str:
        """The last line of the traceback."""
        return self.traceback.strip().rpartition("\n")[2]


@dataclass(frozen=True, slots=True)
class StudyResult:
    """Everything that tables, charts and comparisons are made of.

    `outcomes` holds the outcome of each replication of each scenario, in order (the first scenario
    is the baseline), without those that failed. `reused` counts the replications that an earlier
    start had left in the ledger. `scenarios` holds what each scenario says, as plain data. `engine`
    is what simulated (and why it was not the compiled one), empty if nothing was simulated.
    """

    names: tuple[str, ...]
    outcomes: dict[str, dict[int, Outcome]]
    seed: int
    failures: tuple[Failure, ...]
    stopped_because: str
    replications: int
    reused: int
    scenario_hashes: dict[str, str]
    code_hash: str
    scenarios: dict[str, Content] = field(default_factory=dict)
    engine: str = ""
    ensemble: str = ""
    """SHA-256 of the ensemble whose rows pairs of replications share; empty where there is none."""

    plugins: dict[str, dict[str, str]] = field(default_factory=dict)
    """What scenarios use of other packages; see `plugins_of`."""

    @property
    def drawn(self) -> bool:
        """Whether what is not known exactly was drawn."""
        return bool(self.ensemble)


def values_of(result: StudyResult, scenario: str, kpi: str) -> list[float]:
    """A KPI of a scenario by replication; nan where it is not defined or the replication failed."""
    last = max(map(max, result.outcomes.values()), default=-1)
    return _values(result.outcomes[scenario], kpi, last + 1)


def kpi_names(outcomes: Iterable[Outcome]) -> list[str]:
    """Every KPI that occurs, in the order of first occurrence."""
    return list(dict.fromkeys(name for outcome in outcomes for name in outcome.kpis))


def replicate(scenario: Scenario, replication: int, engine: str = AUTO) -> Outcome:
    """Simulate one replication of a scenario; the same arguments always give the same outcome.

    So does every engine (`sim.model.ENGINES`).
    """
    # Here and not above: the coordinator of worker processes needs no model.
    from sim.model.simulation import run
    from sim.record.kpis import outcome

    return outcome(run(scenario, replication, engine))


def run_study(
    scenarios: Sequence[Scenario],
    folder: Path,
    *,
    replications: int,
    workers: int,
    precision: Precision | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    simulate: Simulate | None = None,
    engine: str = AUTO,
    tell: Callable[[str], None] = lambda _: None,
    crew: Crew | None = None,
    worlds: Worlds | None = None,
) -> StudyResult:
    """Bring every scenario (the first is the baseline) to the same number of replications.

    Each finished replication is kept in the ledger of `folder`, and the ledger is always looked at
    first: since its key holds the scenario's content and the model's code, what matches can be
    used. Resuming a killed study and extending a finished one are just starting it again. What
    failed is tried again by the next start.

    With a `precision`, the number is not `replications` but what makes the KPIs it names (default:
    the headline KPIs) precise in every scenario; without an entry in its `absolute`, the smallest
    difference that matters is precise enough. With one worker everything runs in this process;
    others must be able to import `simulate`, which stands for the model where it is given. A `crew`
    that is given is used instead of new workers, and stays. The `engine` is chosen when something
    is to be simulated; `tell` is told if it has to be compiled first. `worlds` are what
    replications simulate in a scenario's place, if what is not known exactly is drawn.

    Raises
    ------
    StudyError
        If the scenarios do not go together, the folder or the engine cannot be had, or nothing
        succeeded for a scenario.
    Interrupted
        On Ctrl-C; what was finished is kept.
    """
    leave_if_imported()
    seed = _shared_seed(scenarios)
    contents = {scenario.name: content_of(scenario) for scenario in scenarios}
    digest = worlds.ensemble.sha256 if worlds else ""
    own = {scenario.name: plugins_of(scenario) for scenario in scenarios}
    simulated = {name: under(content, digest, own[name]) for name, content in contents.items()}
    hashes = {name: content_hash(content) for name, content in simulated.items()}
    code, model = code_hash(), _Model(engine, tell, simulate, scenarios)
    if engine == COMPILED:
        model.simulate()  # where it cannot be had, nothing is written
    with Ledger(folder, code) as ledger, nullcontext(crew) if crew else Crew(workers) as hired:
        ledger.begin({hashes[name]: (name, content) for name, content in simulated.items()})
        by_hash = {hashes[s.name]: s for s in scenarios}
        runner = _Runner(by_hash, ledger, hired, model, on_progress, worlds)
        replications, reason = _brought_to(runner, replications, precision)
    result = _collect(runner, hashes, replications, seed)
    plugins = {name: used for name, used in own.items() if used}
    result = replace(result, stopped_because=reason, code_hash=code, plugins=plugins)
    return replace(result, scenarios=contents, ensemble=digest)


def _brought_to(runner: _Runner, replications: int, precision: Precision | None) -> tuple[int, str]:
    """Replicate as often as asked, or until precise; the replications, and why it ended there."""
    try:
        if precision is not None:
            return _until_precise(runner, precision)
        runner.complete(replications)
    except KeyboardInterrupt:
        raise Interrupted(runner.kept, runner.total) from None
    return replications, f"{replications} replication{'s' * (replications > 1)}, as asked"


def _collect(runner: _Runner, hashes: dict[str, str], replications: int, seed: int) -> StudyResult:
    """Outcomes and failures by scenario name and replication, in order."""
    outcomes: dict[str, dict[int, Outcome]] = {}
    failures: list[Failure] = []
    for name, key in hashes.items():
        found, failed = runner.found[key], runner.failed[key]
        outcomes[name] = {r: found[r] for r in range(replications) if r in found}
        lost = [Failure(name, r, seed, failed[r]) for r in range(replications) if r in failed]
        if not outcomes[name]:
            raise StudyError(
                f"no replication of {name!r} succeeded; replication 0 with seed {seed} says: "
                f"{lost[0].error} (the traceback is in {LEDGER})"
            )
        failures += lost
    return StudyResult(
        names=tuple(hashes),
        outcomes=outcomes,
        seed=seed,
        failures=tuple(failures),
        stopped_because="",
        replications=replications,
        reused=runner.reused,
        scenario_hashes=hashes,
        code_hash="",
        engine=runner.model.used,
    )


def _shared_seed(scenarios: Sequence[Scenario]) -> int:
    """The seed of all scenarios, which must also differ in name."""
    seeds = {scenario.name: scenario.seed for scenario in scenarios}
    if len(seeds) < len(scenarios):
        raise StudyError("two scenarios have the same name; give each its own", exit_code=2)
    if len(set(seeds.values())) > 1:
        listed = ", ".join(f"{name}: {seed}" for name, seed in seeds.items())
        raise StudyError(
            "scenarios are compared under the same random numbers, but their seeds differ "
            f"({listed}); --seed sets one for all",
            exit_code=2,
        )
    return scenarios[0].seed


@dataclass(frozen=True, slots=True)
class _Task:
    scenario: Scenario
    key: str  # the scenario's hash
    replication: int


def _attempt(simulate: Simulate, task: _Task) -> tuple[bytes | None, str | None]:
    """What a worker does: the encoded outcome, or the traceback of what went wrong."""
    try:
        return encode(simulate(task.scenario, task.replication)), None
    except Exception:  # whatever a model can do wrong; the other replications go on
        return None, traceback.format_exc()


@dataclass
class _Model:
    """What simulates: the model under the engine that was asked for, or what stands for it.

    `used` names the engine once something has been simulated.
    """

    asked: str
    tell: Callable[[str], None]
    other: Simulate | None
    scenarios: Sequence[Scenario]
    used: str = ""

    def simulate(self) -> Simulate:
        """What is called for each replication; the engine is compiled before workers start."""
        if self.other is not None:
            return self.other
        from sim.model.engines import UnavailableError, choose

        try:
            choice = choose(self.asked, self.tell, self.scenarios)
        except UnavailableError as error:
            raise StudyError(
                f"--engine {self.asked}: {error}; --engine simpy works everywhere", exit_code=2
            ) from error
        self.used = f"{choice.name} ({choice.why_not})" if choice.why_not else choice.name
        return partial(replicate, engine=choice.name)


@dataclass
class _Runner:
    """Brings scenarios, by their hash, to a number of replications, and remembers the results.

    Every outcome has been through the ledger's encoding, so it does not matter which start of the
    study it comes from.
    """

    scenarios: dict[str, Scenario]
    ledger: Ledger
    crew: Crew
    model: _Model
    on_progress: Callable[[Progress], None]
    worlds: Worlds | None = None
    planned: int = 0
    reused: int = 0
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.found: dict[str, dict[int, Outcome]] = {key: {} for key in self.scenarios}
        self.failed: dict[str, dict[int, str]] = {key: {} for key in self.scenarios}

    @property
    def total(self) -> int:
        """Replications planned so far, of all scenarios."""
        return self.planned * len(self.scenarios)

    @property
    def kept(self) -> int:
        """Replications in the ledger; Ctrl-C may come when they are not yet in `found`."""
        return sum(len(self.ledger.done(key, self.planned)) for key in self.scenarios)

    def complete(self, replications: int) -> None:
        """Have every replication below `replications` either found or failed."""
        self.planned = replications
        for key, found in self.found.items():
            for r, data in self.ledger.done(key, replications).items():
                if r not in found:
                    found[r] = decode(data)
                    self.reused += 1
        self._report()
        missing = [  # by replication first, so that an interrupted study holds complete pairs
            _Task(self.worlds.world(scenario.name, r) if self.worlds else scenario, key, r)
            for r in range(replications)
            for key, scenario in self.scenarios.items()
            if r not in self.found[key] and r not in self.failed[key]
        ]
        if not missing:
            return
        self.crew.run(
            missing,
            partial(_attempt, self.model.simulate()),
            lambda task, result: self._keep(task, *result),
            lambda task, reason: self._keep(task, None, reason),
        )

    def _keep(self, task: _Task, outcome: bytes | None, trace: str | None) -> None:
        self.ledger.add(task.key, task.replication, task.scenario.seed, outcome, trace)
        if outcome is None:
            self.failed[task.key][task.replication] = str(trace)
        else:
            self.found[task.key][task.replication] = decode(outcome)
        self._report()

    def _report(self) -> None:
        done = sum(len(self.found[key]) + len(self.failed[key]) for key in self.scenarios)
        fresh = done - self.reused
        each = (time.monotonic() - self.started) / fresh if fresh else None
        left = None if each is None else each * (self.total - done)
        self.on_progress(Progress(done, self.total, left))


def _until_precise(runner: _Runner, precision: Precision) -> tuple[int, str]:
    """Replicate until the precision holds; the replications to use, and why it ended there."""
    values, absolute, wide = np.empty((0, 0)), np.empty(0), np.empty((0, 0))
    while True:
        planned = precision.plan(values, absolute, wide)
        runner.complete(planned)
        found = list(runner.found.values())
        if not all(found):
            return planned, "every replication of a scenario failed"
        names = _precision_kpis(precision, [o for by in found for o in by.values()])
        limits = [precision.absolute.get(n, kpi(n).smallest_difference) for n in names]
        columns = [_values(by, name, planned) for by in found for name in names]
        values = np.array(columns).reshape(len(columns), planned).T
        absolute = np.array(limits * len(found))
        each = zip(list(names) * len(found), columns, strict=True)
        wide = np.array([wider(name, column) for name, column in each]).reshape(values.T.shape).T
        stop = precision.stop_at(values, absolute, wide)
        if stop is not None:
            return stop, (
                f"all {len(names)} KPIs are known to {100 * precision.relative:g} %, or to the "
                "smallest difference that matters"
            )
        if planned >= precision.cap:
            worst = precision.excess(values, absolute, wide)[-1].reshape(-1, len(names)).max(axis=0)
            short = ", ".join(name for name, x in zip(names, worst, strict=True) if x > 1)
            why = f"not yet precise: {short}" if short else "precise, but not for long enough"
            return planned, f"cap of {precision.cap} replications; {why}"


def _precision_kpis(precision: Precision, outcomes: Sequence[Outcome]) -> Sequence[str]:
    """The KPIs that have to become precise: those asked for, else the headline KPIs that occur."""
    known = kpi_names(outcomes)
    for name in precision.kpis:
        if name not in known:
            near = "".join(f"; did you mean {k}?" for k in get_close_matches(name, known, n=1))
            raise StudyError(f"no KPI is called {name!r}{near}", exit_code=2)
    return precision.kpis or [name for name in known if kpi(name).headline]


def _values(outcomes: dict[int, Outcome], name: str, replications: int) -> list[float]:
    """A KPI by replication; nan where it is not defined or the replication failed."""
    found = (outcomes.get(r) for r in range(replications))
    return [math.nan if o is None else o.kpis.get(name, math.nan) for o in found]
