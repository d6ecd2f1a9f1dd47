"""The files that are made of an answer: numbers and pictures of charts, page, workbook, deck."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sim.report.answer import NUMBERS, Chart
from sim.report.kept import Kept
from sim.study.replicate import Progress
from sim.study.store import write_file
from sim.study.tables import DECK, ONE_PAGE, PAGE, WORKBOOK, write_csv

KINDS = {"html": PAGE, "xlsx": WORKBOOK, "pptx": DECK}
CHARTS = "charts"


def write_numbers(charts: Iterable[Chart], folder: Path) -> None:
    """Write every plotted number as CSV, one file for each chart; what an earlier answer drew goes.

    That is known by its numbers: other files in the folder stay.
    """
    below = folder / CHARTS
    for path in sorted(below.glob("*.csv")):
        if path.read_text("utf-8", errors="replace").startswith(",".join(NUMBERS)):
            for suffix in (".csv", ".svg", ".png"):
                path.with_suffix(suffix).unlink(missing_ok=True)
    for chart in charts:
        rows = zip(*chart.numbers.values(), strict=True)
        write_csv(below / f"{chart.name}.csv", NUMBERS, rows)


def write_pictures(kept: Kept, on_progress: Callable[[Progress], None] = lambda _: None) -> None:
    """Write every chart as SVG and PNG; the same answer gives the same bytes."""
    from sim.report.draw import files

    charts = kept.answer.charts
    for count, chart in enumerate(charts, 1):
        svg, png = files(chart, kept.looks, kept.answer.source)
        write_file(kept.folder / CHARTS / f"{chart.name}.svg", svg)
        write_file(kept.folder / CHARTS / f"{chart.name}.png", png)
        on_progress(Progress(count, len(charts), None))


def write_reports(
    kept: Kept, formats: Sequence[str], on_progress: Callable[[Progress], None] = lambda _: None
) -> list[Path]:
    """Write the reports of some formats; gives where they lie. Raises StudyError if it cannot."""
    paths = []
    for kind in KINDS:
        if kind in formats:
            path = kept.folder / KINDS[kind]
            write_file(path, _made(kept, kind))
            paths.append(path)
            on_progress(Progress(len(paths), len(formats), None))
    return paths


def write_one_page(kept: Kept) -> Path:
    """Write the answer on one page of paper; gives where it lies."""
    from sim.report.page import page

    path = kept.folder / ONE_PAGE
    write_file(path, page(kept, one_page=True))
    return path


def _made(kept: Kept, kind: str) -> str | bytes:
    """One report; each needs libraries that the others do not."""
    if kind == "html":
        from sim.report.page import page

        return page(kept)
    if kind == "xlsx":
        from sim.report.workbook import workbook

        return workbook(kept)
    from sim.report.deck import deck

    return deck(kept)
