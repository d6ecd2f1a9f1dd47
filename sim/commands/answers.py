"""How every answer comes about: simulate, write its tables, print it, draw it, report it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.common import FAILED, FINE, complain, print_json
from sim.streams import say

if TYPE_CHECKING:
    from sim.report.answer import Answer, Cell
    from sim.report.brand import Brand
    from sim.report.headline import Study
    from sim.study.compare import Comparison
    from sim.study.replicate import StudyResult
    from sim.study.results import Figure
    from sim.study.tables import Tables


def looks(options: argparse.Namespace) -> Brand:
    """The brand and template that a command names; checked before anything is simulated."""
    from sim.report.brand import check_template, load_brand

    check_template(options.template)
    return load_brand(options.brand)


def study_of(result: StudyResult, about: Sequence[str] = ()) -> Study:
    """A study, or the part that is about some scenarios, as reports look at it."""
    from sim.report.headline import Study
    from sim.study.compare import compare
    from sim.study.tables import only

    part = only(result, *dict.fromkeys(about)) if about else result
    return Study(part, compare(part) if len(part.names) > 1 else [])


def conclude(
    options: argparse.Namespace,
    brand: Brand,
    folder: Path,
    result: StudyResult,
    answer: Answer,
    *,
    files: Tables | None = None,
    study: Study | None = None,
    comparisons: Sequence[Comparison] = (),
) -> int:
    """Write, print and draw an answer, in this order; gives the exit code.

    `files` are tables of the command's own; `study` is what the answer tells of scenarios, whose
    rows become `results.csv` and whose `comparisons` another program gets, else those given.
    Whoever waits for the answer does not wait for charts and reports.
    """
    from sim.report.answer import dump
    from sim.report.files import write_numbers
    from sim.study.tables import ANSWER, write_answer, write_study

    texts = {ANSWER: dump(answer)}
    rows = study.rows.rows if study is not None else ()
    if answer.kind in ("run", "compare") and study is not None:
        write_study(
            result,
            folder,
            command=options.command_line,
            comparisons=study.comparisons,
            targets=study.targets,
            rows=rows,
            texts=texts,
        )
    else:
        write_answer(
            result, folder, options.command_line, files or {}, rows, texts, list(answer.scenarios)
        )
    write_numbers(answer.charts, folder)
    more = as_json(folder, result, answer, rows, study.comparisons if study else comparisons)
    code = _print(options, folder, result, answer, more)
    if options.formats:
        _report(options, brand, folder)
    if not options.json:
        say(f"Everything is in {folder}")
    return code


def _report(options: argparse.Namespace, brand: Brand, folder: Path) -> None:
    """Charts as pictures, and the reports, with progress."""
    from sim.report import files, kept
    from sim.report.progress import shown_progress

    made = kept.read(folder, brand, options.template)
    with shown_progress(options.quiet, "charts") as on_progress:
        files.write_pictures(made, on_progress)
    with shown_progress(options.quiet, "reports") as on_progress:
        files.write_reports(made, options.formats, on_progress)


def _print(
    options: argparse.Namespace,
    folder: Path,
    result: StudyResult,
    answer: Answer,
    told: Mapping[str, object],
) -> int:
    """The answer as text, as its one sentence, or as one JSON object; then what failed."""
    from sim.report import terminal

    if options.json:
        print_json(told)
    else:
        if not options.quiet:
            say(terminal.text(answer, colour=terminal.wants_colour()))
        reused = f"; {result.reused} runs were there before" if result.reused else ""
        last = f"{terminal.last(answer)} ({result.stopped_because}{reused})"
        # Whoever reads a terminal has lines of it, a program has the sentence in one.
        say(terminal.wrapped(last).rstrip() if terminal.is_watched() else last)
    for failure in result.failures:
        where = f"{failure.scenario}, replication {failure.replication}, seed {failure.seed}"
        complain(f"failed: {where}: {failure.error}", FAILED)
    return FAILED if result.failures else FINE


def as_json(
    folder: Path,
    result: StudyResult,
    answer: Answer,
    rows: Sequence[Figure],
    comparisons: Sequence[Comparison],
) -> Mapping[str, object]:
    """The answer for other programs: what it says, its tables, and the table of results."""
    from sim.study.compare import caveat_of
    from sim.study.overload import overloaded

    return {
        "kind": answer.kind,
        "question": answer.question,
        "found": answer.finding,
        "rule": answer.rule,
        "caveat": caveat_of(result),
        "folder": str(folder),
        "scenarios": result.names,
        "seed": result.seed,
        "replications": result.replications,
        "stopped_because": result.stopped_because,
        "failures": len(result.failures),
        "warnings": answer.warnings,
        "overloaded": [asdict(each) for each in overloaded(result)],
        **answer.facts,
        "tables": {
            table.name: [dict(zip(table.heads, map(_cell, row), strict=True)) for row in table.rows]
            for table in answer.tables
        },
        "results": [row._asdict() for row in rows],
        "comparison": [
            {
                "kpi": c.kpi.name,
                "scenario": c.scenario,
                "baseline": c.baseline,
                "p_adjusted": c.p_adjusted,
                "verdict": c.verdict,
            }
            for c in comparisons
        ],
    }


def _cell(cell: Cell) -> object:
    """A cell of a table: its number or numbers where it has any, and its text."""
    if not cell.values:
        return cell.text
    names = ("value",) if len(cell.values) == 1 else ("low", "high")
    return {**dict(zip(names, cell.values, strict=True)), "text": cell.text}
