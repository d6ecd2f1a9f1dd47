"""The library: scenarios, studies and their results from Python, without a command line.

Everything here is offered by `sim` itself (`import sim; sim.load(...)`), which loads this module
when something of it is asked for first.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.model import AUTO
from sim.options import REPLICATIONS
from sim.scenario import schema
from sim.scenario.checked import Scenario, Source, load
from sim.scenario.problems import did_you_mean
from sim.study.compare import Comparison
from sim.study.compare import compare as compared
from sim.study.forecast import Forecast
from sim.study.replicate import StudyResult, run_study
from sim.study.results import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

    from sim.report.answer import Answer
    from sim.study.ensemble import Load, Worlds


@dataclass(frozen=True)
class Study:
    """What replications of one or more scenarios found; the first scenario is the baseline.

    Printed, or as the last line of a notebook's cell, it shows its headline table.
    """

    result: StudyResult
    world: Callable[[str, int], schema.Scenario]
    """What a replication of a scenario simulates, by its name and number."""
    folder: Path | None = None
    """Where its tables lie, if a folder was given."""

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names in their order."""
        return self.result.names

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """The paired differences from the baseline, with verdicts; empty for one scenario."""
        return compared(self.result) if len(self.result.names) > 1 else []

    @cached_property
    def figures(self) -> list[Figure]:
        """The one table of results, row by row: money per year, at full size."""
        return list(self._study.rows.rows)

    def figure(self, quantity: str, scenario: str, *, against: str = "", part: str = "") -> Figure:
        """The row of the table for the whole period that counts.

        Raises KeyError where there is none.
        """
        for row in self.figures:
            wanted = (quantity, scenario, against, part)
            if wanted == (row.quantity, row.scenario, row.against, row.part) and row.spans:
                return row
        near = did_you_mean(quantity, {row.quantity for row in self.figures})
        asked = " ".join(
            filter(None, (quantity, part, "of", scenario, against and "against", against))
        )
        raise KeyError(f"there is no {asked}{near and '; ' + near}")

    @cached_property
    def _study(self) -> Any:
        from sim.report.headline import Study as Seen

        return Seen(self.result, self.comparisons)

    @cached_property
    def answer(self) -> Answer:
        """What the study says: a question, a finding, tables and charts, as every report has it."""
        from sim.report.study import answer

        return answer(self._study)

    @property
    def finding(self) -> str:
        """The answer in one sentence."""
        return self.answer.finding

    def values(self, kpi: str) -> dict[str, list[float]]:
        """A KPI by scenario and replication, as `docs/kpis.md` defines it; nan where undefined."""
        found = {
            name: [outcome.kpis.get(kpi, float("nan")) for outcome in by.values()]
            for name, by in self.result.outcomes.items()
        }
        known = {k for by in self.result.outcomes.values() for o in by.values() for k in o.kpis}
        if kpi not in known:
            hint = f"; {near}" if (near := did_you_mean(kpi, known)) else ""
            raise KeyError(f"there is no KPI {kpi!r}{hint}")
        return found

    def table(self, name: str = "results") -> tuple[tuple[str, ...], list[Sequence[object]]]:
        """Columns and rows of a table: `results`, or one that every replication has.

        The latter, such as `monthly`, `people` or `queues`, are those of `docs/kpis.md`, and begin
        with scenario and replication.
        """
        if name == "results":
            return Figure._fields, list(self.figures)
        tables = {(s, r): o.tables for s, by in self.result.outcomes.items() for r, o in by.items()}
        known = list(next(iter(tables.values())))
        if name not in known:
            hint = (
                did_you_mean(name, ["results", *known]) or f"there are results, {', '.join(known)}"
            )
            raise KeyError(f"there is no table {name!r}; {hint}")
        columns = ("scenario", "replication", *next(iter(tables.values()))[name])
        rows: list[Sequence[object]] = [
            (*of, *row)
            for of, each in tables.items()
            for row in zip(*each[name].values(), strict=True)
        ]
        return columns, rows

    def to_frame(self, name: str = "results") -> Any:
        """A table (see `table`) as a pandas DataFrame; ImportError says how to install pandas."""
        try:
            pandas = import_module("pandas")
        except ImportError:
            raise ImportError(
                "to_frame needs pandas, which denialloop does not bring: pip install pandas; "
                "study.table() gives columns and rows without it"
            ) from None
        columns, rows = self.table(name)
        return pandas.DataFrame(rows, columns=list(columns))

    def export(
        self,
        folder: str | os.PathLike[str],
        *names: str,
        scenario: str = "",
        replication: int = 0,
        engine: str = AUTO,
    ) -> list[Path]:
        """Write what happened in a replication of a scenario, the first unless named; the files.

        `names` are those of `--export`: `claims`, `events`, `agents` (all where none is named), or
        one form such as `events.xes`. Raises ValueError for what cannot be exported.
        """
        from sim.study.export import ALL, export

        name = scenario or self.scenarios[0]
        if name not in self.scenarios:
            raise ValueError(
                f"there is no scenario {name!r}; there are {', '.join(self.scenarios)}"
            )
        world, asked = self.world(name, replication), names or tuple(ALL)
        return export(world, Path(folder), asked, replication=replication, engine=engine)

    def plot(self, kpi: str = "denials.initial_rate") -> Picture:
        """A KPI by month of service: a line with its band for each scenario.

        A matplotlib figure. Raises KeyError for a KPI that has no months.
        """
        from sim.report import draw, pictures, style
        from sim.report.answer import LINES, Chart
        from sim.report.words import label

        panel = pictures.by_month(self._study, kpi, "")
        if panel is None:
            raise KeyError(f"no monthly values of {kpi}")
        chart = Chart("months", LINES, label(kpi), f"{label(kpi)} by month.", (panel,))
        with style.applied():
            return draw.figure(chart, style.looks(self.scenarios), self.answer.source)[0]

    def __repr__(self) -> str:
        from sim.report import terminal

        return f"{terminal.text(self.answer)}\n{terminal.last(self.answer)}"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


def read(folder: str | os.PathLike[str]) -> Study:
    """A finished study from its folder, as `run`, `compare` or `sweep` left it there.

    Raises
    ------
    sim.StudyError
        If the folder holds none, it was changed since, or the model is another one by now; the text
        names the command to run again.
    """
    from sim.study.stored import read_study

    result = read_study(Path(folder))
    models = {n: schema.Scenario.model_validate(said) for n, said in result.scenarios.items()}
    return Study(result, lambda name, _: models[name], Path(folder))


def run(scenario: Source, **options: Any) -> Study:
    """Replicate one scenario; `options` are those of `compare`."""
    return compare(scenario, **options)


def compare(
    *scenarios: Source,
    replications: int = REPLICATIONS,
    scale: float | None = None,
    workers: int | None = None,
    engine: str = AUTO,
    out: str | os.PathLike[str] | None = None,
    progress: bool = True,
    ensemble: str | os.PathLike[str] | None = None,
) -> Study:
    """Replicate scenarios under the same random numbers; the first is the baseline.

    Parameters
    ----------
    replications
        Of each scenario.
    scale
        Size of the hospital, 1 for the one described; left out, what the scenarios say.
    workers
        Processes; left out, as many as there are processors. More than one needs the script to run
        what it does under `if __name__ == "__main__":`, and says so where it does not.
    out
        A folder for the tables and for what was finished, from which an interrupted study goes on.
        Left out, everything stays in memory.
    progress
        Whether to tell standard error how far it is.
    ensemble
        A file of joint draws, as `calibrate` writes it: each row is the world of two replications,
        and intervals hold what is not known.

    Raises
    ------
    sim.ScenarioError
        If a scenario cannot be used.
    sim.StudyError
        If the scenarios do not go together, or nothing succeeded.
    """
    loaded = [load(source) for source in scenarios]
    if scale is not None:
        loaded = [each.set("hospital.scale", scale) for each in loaded]
    models = _comparable(loaded)
    worlds = _worlds(loaded, Path(ensemble), replications) if ensemble is not None else None
    result = _replicated(models, out, replications, workers, engine, progress, worlds=worlds)
    by_name = {model.name: model for model in models}
    world = worlds.world if worlds else lambda name, _: by_name[name]
    study = Study(result, world, Path(out) if out else None)
    if study.folder is not None:
        _write(study, study.folder)
    return study


def _replicated(
    models: Sequence[schema.Scenario],
    out: str | os.PathLike[str] | None,
    replications: int,
    workers: int | None,
    engine: str,
    progress: bool,
    **more: Any,
) -> StudyResult:
    """Replications of scenarios, kept in a folder or nowhere, with progress; see `run_study`."""
    from sim.report.progress import shown_progress

    with tempfile.TemporaryDirectory() as scratch, shown_progress(not progress) as on_progress:
        return run_study(
            models,
            Path(out or scratch),
            replications=replications,
            workers=workers or os.cpu_count() or 1,
            engine=engine,
            on_progress=on_progress,
            **more,
        )


def _write(study: Study, folder: Path) -> None:
    """The tables of a study, and its answer, from which `denialloop report` makes reports."""
    from sim.report.answer import dump
    from sim.study.tables import ANSWER, write_study

    write_study(
        study.result,
        folder,
        command=["sim.compare", *study.scenarios],
        comparisons=study.comparisons,
        rows=study.figures,
        texts={ANSWER: dump(study.answer)},
    )


def forecast(
    scenario: Source,
    *,
    weeks: int = 26,
    replications: int = 40,
    ensemble: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    engine: str = AUTO,
    out: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> list[Forecast]:
    """The weeks to come, from the scenario's `state` if it has one.

    A row for each quantity, part and week, as `forecast.csv` has them: `p10`, `p50`, `p90` are of
    one future, not of the mean. What is finished is kept in `out`; other options are those of
    `compare`.
    """
    from sim.study.forecast import forecasts, horizon

    loaded = load(scenario)
    coming, worlds = [horizon(loaded.model, weeks)], None
    if ensemble is not None:
        worlds = _worlds([loaded], Path(ensemble), replications).each(lambda w: horizon(w, weeks))
    return forecasts(
        _replicated(coming, out, replications, workers, engine, progress, worlds=worlds)
    )


def _worlds(scenarios: Sequence[Scenario], file: Path, replications: int) -> Worlds:
    """What replications simulate under an ensemble."""
    from sim.study.ensemble import read_ensemble

    def loader(of: Scenario) -> Load:
        return lambda row: replace(of, laid_on=(*of.laid_on, *row)).loaded

    named = {each.name: loader(each) for each in scenarios}
    return read_ensemble(file).worlds(named, replications)


def _comparable(scenarios: Sequence[Scenario]) -> list[schema.Scenario]:
    """What is to be simulated."""
    from sim.study.comparable import check_comparable

    models = [each.model for each in scenarios]
    check_comparable(models, [each.name for each in models])
    return models


def sweep(scenario: Source, values: Mapping[str, Sequence[Any]], **options: Any) -> Study:
    """One scenario at every combination of values, by dotted path; the first is the baseline.

    `options` are those of `compare`.
    """
    base = load(scenario)
    points = []
    for chosen in product(*values.values()):
        point = base
        for path, value in zip(values, chosen, strict=True):
            point = point.set(path, value)
        said = ", ".join(
            f"{path.rpartition('.')[2]}={value}" for path, value in zip(values, chosen, strict=True)
        )
        points.append(point.called(said or base.name))
    return compare(*points, **options)


@dataclass(frozen=True)
class Plan:
    """What `plan` found: a scenario for each plan left, the best first, and one sentence.

    `rows` and `columns` are those of `plan.csv`: every plan that was looked at.
    """

    chosen: tuple[Scenario, ...]
    finding: str
    columns: tuple[str, ...]
    rows: list[Sequence[object]]

    def __repr__(self) -> str:
        return self.finding


def plan(
    scenario: Source,
    over: str | os.PathLike[str] | Mapping[str, Any],
    *,
    replications: int = 100,
    search: int = 400,
    confidence: float = 0.95,
    workers: int | None = None,
    engine: str = AUTO,
    out: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Plan:
    """The best whole numbers under limits: `over` is the file of `denialloop plan`, or a mapping.

    `replications` are the most of any finalist, `search` the most of the search as a whole; the
    rest is as in `compare`. Raises `sim.ScenarioError` for what cannot be planned, and
    `sim.StudyError` if no plan keeps the limits.
    """
    from sim.report.plan import finding
    from sim.study.executor import Crew
    from sim.study.lattice import Effort
    from sim.study.plan import plan as planned
    from sim.study.plan_file import read_plan
    from sim.study.plan_points import Points
    from sim.study.plan_tables import plan_tables, values

    base, count = load(scenario), workers or os.cpu_count() or 1
    asked = read_plan(over if isinstance(over, Mapping) else Path(over))
    points = Points(base.written, base.laid_on, asked)
    points.check()
    with tempfile.TemporaryDirectory() as scratch, Crew(count) as crew:

        def more(some: Sequence[schema.Scenario], replications: int) -> StudyResult:
            kept = out or scratch
            return _replicated(some, kept, replications, count, engine, progress, crew=crew)

        found = planned(
            asked.said, asked.sizes, points.starts(more), points.make, more,
            effort=Effort(budget=search), confidence=confidence, budget=replications,
            batch=max(2, count),
        )  # fmt: skip
    columns, rows = plan_tables(found, points.axes)["plan.csv"]
    left = [name for name, _ in found.chosen.standing() if name in found.chosen.survivors]
    chosen = []
    for name in left:
        changed = base.called(name)
        for path, value in values(found, points.axes, name).items():
            changed = changed.set(path, value)
        chosen.append(changed)
    return Plan(tuple(chosen), finding(found, points.axes), tuple(columns), list(rows))
