"""What a study writes: tables for spreadsheets, and a manifest of how they came about.

The same study gives the same bytes: UTF-8, lines ended by LF, numbers with twelve digits, which
keeps billions of dollars to the cent, and an empty cell where a value is not defined.
"""

import csv
import hashlib
import io
import json
import math
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, replace
from importlib.metadata import version
from pathlib import Path

from sim.record.kpis import KPIS
from sim.study import capacity, contract, hiring, overload, payback, settling
from sim.study.compare import Comparison, caveat_of, summarise
from sim.study.ensemble import parts
from sim.study.replicate import StudyResult, kpi_names, values_of
from sim.study.results import Figure, figures
from sim.study.store import LIBRARIES, Ledger, write_file
from sim.study.targets import Target, chances
from sim.version import __version__

Rows = Iterable[Sequence[object]]
Tables = dict[str, tuple[Sequence[str], Rows]]
"""File name, column names and rows."""
SCENARIOS, MANIFEST, OVERLOAD = "scenarios.json", "manifest.json", "overload.csv"
RESULTS, ANSWER = "results.csv", "answer.json"
PAGE, WORKBOOK, DECK, PRINTED = "report.html", "workbook.xlsx", "deck.pptx", "report.pdf"
ONE_PAGE, ONE_PRINTED = "one_page.html", "one_page.pdf"
REPORTS = (PAGE, WORKBOOK, DECK, PRINTED, ONE_PAGE, ONE_PRINTED)
"""Made of the tables and the manifest, so they go when these are written again."""


def write_study(
    result: StudyResult,
    folder: Path,
    *,
    command: Sequence[str],
    comparisons: Sequence[Comparison] = (),
    targets: Sequence[Target] = (),
    rows: Sequence[Figure] = (),
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write every table of a study, other `texts` by file name, and last the manifest.

    `rows` are those of the one table of results, where they are known already.

    One scenario has all its files in `folder`. Of several, each has its own in a folder below it
    (see `scenario_folders`), and `folder` holds the KPIs of all, their comparison, when each has
    paid back, and in `crn.csv` what common random numbers achieved; chances of `targets` too. What
    the scenarios say is in `scenarios.json`. `command` is what the user typed, word by word.

    Raises
    ------
    StudyError
        If the folder cannot be written, or another study is running into it.
    """
    with Ledger(folder, result.code_hash):  # nobody else writes here meanwhile
        write_scenarios(result, folder)
        top = kpi_tables(result) | _target_tables(result, targets)
        if result.drawn:
            top["ignorance.csv"] = (IGNORANCE, ignorance(result))
        top[RESULTS] = (Figure._fields, rows or figures(result, comparisons))
        if settling.verdicts(result):
            top["settling.csv"] = settling.table(result)
        weeks = capacity.table(result)
        if weeks[1]:
            top |= {"capacity.csv": weeks, "hiring_plan.csv": hiring.table(result)}
        top |= contract.tables(result)
        if len(result.names) == 1:
            write_tables(result, folder, command, top | _outcome_tables(result), texts)
            return
        for name, below in scenario_folders(result.names).items():
            part = only(result, name)
            write_tables(part, folder / below, command, kpi_tables(part) | _outcome_tables(part))
        tables = {**_comparison_tables(comparisons), "payback.csv": payback.table(result)}
        write_tables(result, folder, command, top | tables, texts)


def write_answer(
    result: StudyResult,
    folder: Path,
    command: Sequence[str],
    tables: Tables,
    rows: Sequence[Figure],
    texts: Mapping[str, str],
    about: Sequence[str],
) -> None:
    """Write the tables of a study that asks something of its own, and last the manifest.

    `rows` are those of the one table of results, `about` the scenarios that the answer speaks of.
    Raises StudyError as `write_study` does.
    """
    every = kpi_tables(result) | tables
    if rows:
        every[RESULTS] = (Figure._fields, rows)
    with Ledger(folder, result.code_hash):  # nobody else writes here meanwhile
        write_scenarios(only(result, *about), folder)
        write_tables(result, folder, command, every, texts)


IGNORANCE = ("kpi", "scenario", "against", "unit", "worlds", "value", "luck", "ignorance", "both")
"""Half of each 95 % interval: by luck alone, by ignorance alone, and as it is given."""


def ignorance(result: StudyResult) -> Iterator[tuple[object, ...]]:
    """The two parts of the intervals of headline figures, and of their differences."""
    base = result.names[0]
    for name in result.names:
        for kpi in kpi_names(result.outcomes[name].values()):
            if kpi in KPIS and KPIS[kpi].headline:
                own, ref = values_of(result, name, kpi), values_of(result, base, kpi)
                yield kpi, name, "", KPIS[kpi].unit, *astuple(parts(own))
                if name != base:
                    gaps = [b - a for a, b in zip(ref, own, strict=True)]
                    yield kpi, name, base, KPIS[kpi].unit, *astuple(parts(gaps))


def write_scenarios(result: StudyResult, folder: Path) -> None:
    """Write what the scenarios say, from which reports are made again."""
    told = json.dumps(result.scenarios, indent=2, ensure_ascii=False)
    write_file(folder / SCENARIOS, told + "\n")


def _target_tables(result: StudyResult, targets: Sequence[Target]) -> Tables:
    """A row per target and scenario; no table without targets."""
    if not targets:
        return {}
    rows = [
        (
            c.target.kpi,
            c.target.sense,
            c.target.limit,
            c.scenario,
            c.n,
            c.met,
            c.share,
            c.low,
            c.high,
            "yes" if c.overloaded else "no",
        )
        for c in chances(result, targets)
    ]
    columns = (
        "kpi",
        "sense",
        "limit",
        "scenario",
        "n",
        "met",
        "share",
        "ci_low",
        "ci_high",
        "overloaded",
    )
    return {"targets.csv": (columns, rows)}


def only(result: StudyResult, *names: str) -> StudyResult:
    """The part of a study that is about some of its scenarios, in this order."""
    return replace(
        result,
        names=names,
        outcomes={name: result.outcomes[name] for name in names},
        failures=tuple(failure for failure in result.failures if failure.scenario in names),
        scenario_hashes={name: result.scenario_hashes[name] for name in names},
        scenarios={name: result.scenarios[name] for name in names if name in result.scenarios},
    )


def scenario_folders(names: Iterable[str]) -> dict[str, str]:
    """A folder for each scenario: its name without what a file system might refuse."""
    folders: dict[str, str] = {}
    taken = {"charts"}
    for name in names:
        plain = re.sub(r"[^\w.-]+", "_", name).strip("._") or "scenario"
        while plain.lower() in taken:
            plain += "_"
        taken.add(plain.lower())
        folders[name] = plain
    return folders


def write_csv(path: Path, columns: Sequence[str], rows: Rows) -> str:
    """Write one table in one piece; gives its SHA-256."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return write_file(path, text.getvalue())


def cell(value: object) -> str:
    """A value as a table shows it.

    Text that a spreadsheet would take for a formula gets an apostrophe in front: names come from
    the user's files. Numbers are never text, so a negative number stays one.
    """
    if isinstance(value, float):
        return "" if math.isnan(value) else format(value + 0.0, ".12g")  # + 0.0: no "-0"
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if formula else str(value)


FREE = {True: "yes", False: "no"}
"""Whether a small hospital's figure is that of a large one."""


def kpi_tables(result: StudyResult) -> Tables:
    """The KPIs of every replication, and their means."""
    kpis = (
        (scenario, replication, name, value)
        for scenario, outcomes in result.outcomes.items()
        for replication, outcome in outcomes.items()
        for name, value in outcome.kpis.items()
    )
    summary = (
        (s.scenario, k.name, k.unit, i.n, i.mean, i.sd, i.low, i.high, FREE[k.scale_free])
        for s in summarise(result)
        for k, i in ((s.kpi, s.interval),)
    )
    columns = ("scenario", "kpi", "unit", "n", "mean", "sd", "ci_low", "ci_high", "scale_free")
    return {
        "kpis.csv": (("scenario", "replication", "kpi", "value"), kpis),
        "summary.csv": (columns, summary),
    }


def _outcome_tables(result: StudyResult) -> Tables:
    outcomes = [(s, r, o.tables) for s, by in result.outcomes.items() for r, o in by.items()]
    first = outcomes[0][2]
    return {
        f"{name}.csv": (
            ("scenario", "replication", *first[name]),
            [(s, r, *row) for s, r, o in outcomes for row in zip(*o[name].values(), strict=True)],
        )
        for name in first
    }


def _comparison_tables(comparisons: Iterable[Comparison]) -> Tables:
    differences, achieved = [], []
    for c in comparisons:
        d, who = c.difference, (c.baseline, c.scenario)
        numbers = (d.mean, d.low, d.high, c.relative, c.p_adjusted)
        differences.append((c.kpi.name, c.kpi.unit, *who, *numbers, c.verdict))
        achieved.append((c.kpi.name, *who, d.n, c.correlation, c.variance_reduction))
    numbers_of = ("difference", "ci_low", "ci_high", "relative", "p_adjusted")
    return {
        "comparison.csv": (
            ("kpi", "unit", "baseline", "scenario", *numbers_of, "verdict"),
            differences,
        ),
        "crn.csv": (
            ("kpi", "baseline", "scenario", "pairs", "correlation", "variance_reduction"),
            achieved,
        ),
    }


def write_tables(
    result: StudyResult,
    folder: Path,
    command: Sequence[str],
    tables: Tables,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write tables, and a manifest that says how they came about: no host, user, folder or time.

    What does not keep up stands in `overload.csv`, if anything does not. Reports and answers that
    lie in the folder are removed: they tell of what an earlier command found there.
    """
    for name in (*REPORTS, OVERLOAD, ANSWER):
        (folder / name).unlink(missing_ok=True)
    if behind := overload.rows(result):
        tables = {**tables, OVERLOAD: (overload.COLUMNS, behind)}
    written = {name: write_csv(folder / name, *table) for name, table in tables.items()}
    written |= {name: write_file(folder / name, text) for name, text in (texts or {}).items()}
    definitions = json.dumps({name: asdict(kpi) for name, kpi in KPIS.items()}, sort_keys=True)
    libraries = {name: version(name) for name in LIBRARIES}
    scenarios = [
        {
            "name": name,
            "sha256": result.scenario_hashes[name],
            **({"plugins": result.plugins[name]} if name in result.plugins else {}),
            "replications_done": len(result.outcomes[name]),
        }
        for name in result.names
    ]
    failures = [
        {
            "scenario": failure.scenario,
            "replication": failure.replication,
            "seed": failure.seed,
            "error": failure.error.partition(":")[0],  # the rest may name folders
        }
        for failure in result.failures
    ]
    manifest: dict[str, object] = {
        "caveat": caveat_of(result),
        "command": [without_folders(word) for word in command],
        "versions": {"denialloop": __version__, "python": platform.python_version(), **libraries},
        "seed": result.seed,
        "scenarios": scenarios,
        "replications": result.replications,
        "stopped_because": result.stopped_because,
        "failures": failures,
        **({"ensemble_sha256": result.ensemble} if result.drawn else {}),
        "model_code_sha256": result.code_hash,
        "engine": result.engine or _engine_before(folder),
        "kpi_definitions_sha256": hashlib.sha256(definitions.encode()).hexdigest(),
        "outputs_sha256": written,
    }
    write_file(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def _engine_before(folder: Path) -> str:
    """The engine of an earlier command in the folder, where this one simulated nothing."""
    try:
        known = json.loads((folder / MANIFEST).read_text("utf-8")).get("engine", "")
    except (OSError, ValueError, AttributeError):
        return ""
    return known if isinstance(known, str) else ""


def without_folders(word: str) -> str:
    """A word of a command line, with a path in it cut to its last part."""
    return re.sub(r"[^=]*[/\\](?=[^/\\=])", "", word)
